# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""The truth: CPU of cgroups, one that holds the command alone and one that holds the monitor."""

import contextlib
import os
import subprocess
import tempfile
import time


class Group:
    """A cgroup of our own: cpuacct where it is mounted, to the nanosecond, else cgroup v2."""

    count = 0

    def __init__(self):
        Group.count += 1
        name = f"denet-bench-{os.getpid()}-{Group.count}"
        for parent, self.file in (
            ("/sys/fs/cgroup/cpuacct", "cpuacct.usage"),
            ("/sys/fs/cgroup/cpu,cpuacct", "cpuacct.usage"),
            ("/sys/fs/cgroup/unified", "cpu.stat"),
            ("/sys/fs/cgroup", "cpu.stat"),
        ):
            if os.path.exists(f"{parent}/cgroup.procs"):
                self.path = f"{parent}/{name}"
                os.mkdir(self.path)
                return
        raise RuntimeError("no cgroup hierarchy to measure with")

    def cpu_ns(self):
        with open(f"{self.path}/{self.file}", encoding="ascii") as file:
            text = file.read()
        return int(text) if self.file == "cpuacct.usage" else int(text.split()[1]) * 1000

    def wait_empty(self):
        """Daemons end after their root; what they use until then is the command's too."""
        for _ in range(3000):
            with open(f"{self.path}/cgroup.procs", encoding="ascii") as file:
                if not file.read():
                    return
            time.sleep(0.01)
        raise RuntimeError(f"{self.path} does not empty")

    def remove(self):
        for _ in range(500):
            with contextlib.suppress(OSError):
                os.rmdir(self.path)
                return
            time.sleep(0.01)


class Run:
    """One run of a workload, under a tool or bare: wall time, true CPU, and the tool's own cost."""

    def __init__(self, bench, command, tool=None):
        self.figures = None
        self.failed = None
        inner, outer = Group(), Group()
        try:
            with tempfile.TemporaryDirectory(prefix="denet-bench.") as folder:
                self.measure(bench, command, tool, inner, outer, folder)
        finally:
            inner.remove()
            outer.remove()

    def measure(self, bench, command, tool, inner, outer, folder):
        # The program that enters the cgroup becomes the command, by exec.
        command = [bench.workload("incgroup"), f"{folder}/entry", inner.path, "--", *command]
        if tool:
            command = tool.argv(f"{folder}/log", command)
        done = subprocess.run(
            [bench.meter, f"{folder}/meter", outer.path, "--", *command],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False,
        )
        with open(f"{folder}/meter", encoding="ascii") as file:
            self.wall_ns, self.peak_kb, self.status = (int(word) for word in file.read().split())
        if self.status or not os.path.exists(f"{folder}/entry"):
            self.failed = f"status {self.status}: {done.stderr.strip()[:200]}"
            return
        inner.wait_empty()
        with open(f"{folder}/entry", encoding="ascii") as file:
            since_start_ns, since_birth_ns, _ = (int(word) for word in file.read().split())
        # What fork and exec took before the program entered its cgroup lies between these two.
        self.cpu_ns = inner.cpu_ns() + since_start_ns
        self.slack_ns = since_birth_ns - since_start_ns
        self.own_cpu_ns = max(0, outer.cpu_ns() - since_birth_ns)
        if tool:
            self.read_figures(tool, f"{folder}/log")

    def cpu_error_ns(self):
        """How far the tool's figure is from the truth, which is a short range."""
        figure_ns = self.figures.cpu_s * 1e9
        if figure_ns < self.cpu_ns:
            return figure_ns - self.cpu_ns
        return max(0, figure_ns - self.cpu_ns - self.slack_ns)

    def read_figures(self, tool, log):
        try:
            self.figures = tool.figures(log)
        except (OSError, ValueError, LookupError, TypeError) as error:
            self.failed = f"{tool.name}: {error!r}"
