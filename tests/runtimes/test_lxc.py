# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""LXC, without a network."""

import os
import pathlib
import shutil

import containers
from containers import AnyRuntime, Runtime, of_runtime, remove_groups, tell


@of_runtime
class Lxc(AnyRuntime, Runtime):
    is_told_by = "lxc"
    moved_ns = 1000000  # its monitor moves a child that runs

    def setUp(self):
        super().setUp()
        if not shutil.which("lxc-start"):
            self.skipTest("lxc-start is not installed")
        containers.make_root(self.path("root"))
        os.mkdir(self.path("lxc"))
        self.addCleanup(remove_groups, "/lxc.pivot")

    def lxc(self, command, name, *arguments, **options):
        return tell(f"lxc-{command}", "-P", self.path("lxc"), "-n", name, *arguments, **options)

    def configure(self, *command):
        self.write("init", f"#!/bin/sh\n{command[-1]}\n", 0o755)
        self.write("config", "lxc.include=/usr/share/lxc/config/common.conf\nlxc.net.0.type=empty\n"
                   f"lxc.rootfs.path=dir:{self.path('root')}\nlxc.init.cmd={' '.join(command)}\n")

    def begin(self, name):
        self.configure("/bin/sleep 9999")
        done = self.lxc("start", name, "-f", self.path("config"), "-l", "ERROR", "-o", self.path("log"), check=False)
        if done.returncode:
            self.skipTest(f"lxc cannot start a container here: {self.read('log').decode()[-300:].strip()}")
        return int(self.lxc("info", name, "-p", "-H"))

    def execute(self, name, script):
        self.lxc("attach", name, "--clear-env", "-v", "PATH=/bin", "--", "/bin/sh", "-c", script)

    def once(self, name, script):
        pathlib.Path(self.path("root/once")).write_text(f"#!/bin/sh\n{script}\n")
        os.chmod(self.path("root/once"), 0o755)
        self.configure("/once")
        self.lxc("start", name, "-F", "-f", self.path("config"))
        return f"lxc.payload.{name}"

    def remove(self, name):
        self.lxc("stop", name, "-k", check=False)
