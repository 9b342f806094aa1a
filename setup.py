# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""A wheel for every Python, but for one machine type when libdenet is in it (make wheel)."""

import pathlib

from setuptools import Distribution, setup
from setuptools.command.bdist_wheel import bdist_wheel

LIBRARY = pathlib.Path(__file__).parent / "python" / "denet_bpf" / "libdenet.so.0"


class WithLibrary(Distribution):
    def has_ext_modules(self):
        return LIBRARY.exists()


class Wheel(bdist_wheel):
    def get_tag(self):
        # ctypes loads the library: it knows nothing of Python's version.
        return ("py3", "none", super().get_tag()[2])


setup(distclass=WithLibrary, cmdclass={"bdist_wheel": Wheel})
