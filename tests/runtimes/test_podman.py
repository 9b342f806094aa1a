# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""podman as root, with storage of its own."""

import os
import pathlib
import shutil
import tempfile
import unittest

import containers
from containers import AnyRuntime, Runtime, of_runtime, remove_groups, resolve, tell, told

IMAGE = "localhost/denet-box:1"


class Place:
    folder = None
    missing = None


def place(name):
    return os.path.join(Place.folder, name)


def podman(*arguments, **options):
    return tell("podman", "--root", place("root"), "--runroot", place("run"), "--tmpdir", place("tmp"), "--runtime",
                "runc", "--cgroup-manager", "cgroupfs", "--events-backend", "none", *arguments, **options)


def setUpModule():
    if os.geteuid():
        return
    if not shutil.which("podman"):
        Place.missing = "podman is not installed"
        return
    Place.folder = tempfile.mkdtemp(prefix="denet-podman.")
    unittest.addModuleCleanup(shutil.rmtree, Place.folder, ignore_errors=True)
    unittest.addModuleCleanup(end)
    containers.make_root(place("box"))
    tell("tar", "-C", place("box"), "-cf", place("box.tar"), ".")
    done = podman("import", place("box.tar"), IMAGE, check=False)
    if done.returncode:
        Place.missing = f"podman cannot make an image here: {done.stderr[-300:].strip()}"


def end():
    podman("rm", "-f", "-a", "-t", "0", check=False)
    for part in ("root/overlay", "root/vfs"):
        tell("umount", "-l", place(part), check=False)
    remove_groups("/libpod_parent/conmon", "/libpod_parent")


@of_runtime
class Podman(AnyRuntime, Runtime):
    is_told_by = "podman"
    image = IMAGE
    moved_ns = 1000000  # conmon moves a child that runs
    short_ones = 5  # a second each

    def setUp(self):
        super().setUp()
        if Place.missing:
            self.skipTest(Place.missing)

    def run_box(self, *arguments):
        # It raises limits otherwise, which may be forbidden.
        return podman("run", "--network", "none", "--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1000:1000",
                      *arguments)

    def begin(self, name):
        self.run_box("-d", "--name", name, IMAGE, "sleep", "9999")
        return int(podman("inspect", "-f", "{{.State.Pid}}", name))

    def execute(self, name, script):
        podman("exec", name, "sh", "-c", script)

    def once(self, name, script):
        file = self.path(f"{name}.id")
        self.run_box("--rm", "--cidfile", file, "--name", name, IMAGE, "sh", "-c", script)
        return pathlib.Path(file).read_text()

    def remove(self, name):
        podman("rm", "-f", "-t", "0", name, check=False)

    def test_a_new_name_is_found(self):
        """Its conmon has the old one for ever."""
        name, other = self.named("old"), self.named("new")
        self.addCleanup(self.remove, other)
        with self.container("old"):
            cgroup = told(name)["cgroup"]
            podman("rename", name, other)
            self.assertIsNone(resolve(name))
            self.assertEqual(told(other)["cgroup"], cgroup)
