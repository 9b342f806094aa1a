# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""A wheel for every Python and one machine type, with libdenet and the program inside, or none.

In a tree of sources make builds both. Where there is no Makefile, packaging/wheel has laid them into
the package."""

import os
import pathlib
import shutil
import subprocess
import sys

from setuptools import Distribution, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_py import build_py

ROOT = pathlib.Path(__file__).resolve().parent
BUILD = ROOT / "build"
LIBRARY = "libdenet.so.0"
PROGRAM = "denet-bpf"
MADE = {LIBRARY: "build/libdenet.so", PROGRAM: "build/python/denet-bpf"}


def is_tree_of_sources():
    return (ROOT / "Makefile").exists()


def refuse_without_compilers():
    """One line that names all that is missing, before anything is done."""
    wanted = [str(ROOT / "packaging/install-deps"), "--dry-run", "library"]
    told = subprocess.run(wanted, stdout=subprocess.PIPE, universal_newlines=True)
    if told.returncode:
        what = told.stdout.strip().replace("missing: ", "", 1)
        sys.exit(f"denet-bpf is compiled here, which takes (in Debian's names): {what}")


def make():
    jobs = f"-j{os.cpu_count() or 1}"
    command = ["make", "--no-print-directory", jobs, "BUILD=build", *MADE.values()]
    # What a make that runs pip was given is not for this one.
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS"))}
    if subprocess.run(command, cwd=ROOT, env=kept).returncode:
        sys.exit("denet-bpf could not be compiled: see above")


def lay(made, place):
    """Debug information is most of it."""
    if not shutil.which("strip") or subprocess.run(["strip", "--strip-unneeded", "-o", place, made]).returncode:
        shutil.copy(made, place)


class WithLibrary(Distribution):
    def has_ext_modules(self):
        return True


class BuildPy(build_py):
    def run(self):
        super().run()
        source = ROOT / "python/denet_bpf"
        folder = source if self.editable_mode else pathlib.Path(self.build_lib) / "denet_bpf"
        if is_tree_of_sources():
            make()
            for name, made in MADE.items():
                lay(ROOT / made, folder / name)
        for name in MADE:
            if not (folder / name).exists():
                sys.exit(f"no wheel is made without {name}")


class Wheel(bdist_wheel):
    def finalize_options(self):
        if is_tree_of_sources():
            refuse_without_compilers()
        super().finalize_options()

    def get_tag(self):
        # ctypes loads the library: it knows nothing of Python's version.
        return ("py3", "none", super().get_tag()[2])


# What setuptools writes: below what is ours, and no second build/.
OWN = BUILD / "python/setuptools"
OWN.mkdir(parents=True, exist_ok=True)

setup(
    distclass=WithLibrary,
    cmdclass={"bdist_wheel": Wheel, "build_py": BuildPy},
    options={"build": {"build_base": str(OWN)}, "egg_info": {"egg_base": str(OWN)}},
)
