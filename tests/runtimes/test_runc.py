# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""A real container: what we count of its processes is what its cgroup has used."""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import unittest

from harness import BIN, Case, exact, finish, need_root, of_kind, parse_lines, start, the, wait_for, wait_for_file

HOST = f"{BIN}-host"
# Two children that burn, and the first process until it is let go.
WORK = "for i in 1 2; do (n=0; while [ $n -lt 100000 ]; do n=$((n+1)); done) & done; wait"
TOLERANCE_NS = 1000000


def hierarchies():
    """Controllers (empty for version 2) -> where they are mounted."""
    found = {}
    for line in pathlib.Path("/proc/self/mountinfo").read_text().splitlines():
        before, _, after = line.partition(" - ")
        kind, _, options = after.split()[:3]
        if kind == "cgroup2":
            found[""] = before.split()[4]
        elif kind == "cgroup":
            for option in options.split(","):
                found[option] = before.split()[4]
    return found


def used_ns(pid):
    """Reads what the cgroup of pid has used: by version 1 if it counts CPU, else by 2."""
    mounts = hierarchies()
    paths = {}
    for line in pathlib.Path(f"/proc/{pid}/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        paths.update({controller: path for controller in controllers.split(",")})
    if "cpuacct" in paths and "cpuacct" in mounts:
        file = pathlib.Path(mounts["cpuacct"] + paths["cpuacct"], "cpuacct.usage")
        return lambda: int(file.read_text())
    file = pathlib.Path(mounts[""] + paths[""], "cpu.stat")
    return lambda: int(file.read_text().split()[1]) * 1000


@need_root
@exact
class Container(Case):
    def setUp(self):
        super().setUp()
        os.makedirs(self.path("rootfs/bin"))
        shutil.copy(shutil.which("busybox"), self.path("rootfs/bin/busybox"))
        for name in ("sh", "cat"):
            os.symlink("busybox", self.path(f"rootfs/bin/{name}"))
        for name in ("proc", "dev", "sys"):
            os.mkdir(self.path(f"rootfs/{name}"))
        self.name = f"denet-test-{os.getpid()}"

    def runc(self, *arguments, check=True):
        return subprocess.run(["runc", "--root", self.path("state"), *arguments], check=check, cwd=self.folder,
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def configure(self, script):
        self.runc("spec")
        path = pathlib.Path(self.path("config.json"))
        config = json.loads(path.read_text())
        config["process"].update(terminal=False, args=["sh", "-c", script], rlimits=[])
        path.write_text(json.dumps(config))

    def remove(self):
        self.runc("delete", "--force", self.name, check=False)

    @contextlib.contextmanager
    def created(self, script):
        """A container that waits for its start: the pid of its first process."""
        self.configure(script)
        self.addCleanup(self.remove)
        with open(self.path("log"), "wb") as log:
            done = subprocess.run(
                ["runc", "--root", self.path("state"), "create", "--pid-file", self.path("pid"), self.name],
                check=False, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        if done.returncode:
            self.skipTest(f"runc cannot make a container here: {self.read('log').decode()[-300:].strip()}")
        yield int(self.read("pid"))

    def test_its_processes_use_what_its_cgroup_has_used(self):
        with self.created(WORK) as pid:
            cgroup_ns = used_ns(pid)
            with start("attach", "-q", "-o", self.path("records"), str(pid)) as process:
                # The metadata come when the attach is done. Whatever waits for its start uses nothing.
                wait_for_file(self.path("records"))
                before_ns = cgroup_ns()
                self.runc("start", self.name)
                self.assertEqual(finish(process).status, 0)
            # runc keeps the group until the container is deleted.
            truth_ns = cgroup_ns() - before_ns
        records = parse_lines(self.read("records"))
        summary = the(records, "summary")
        self.assertEqual(len(of_kind(records, "process")), 3)
        self.assertEqual(summary["processes_total"], 3)
        self.assertAlmostEqual(summary["cpu_time_ns"], truth_ns, delta=TOLERANCE_NS + truth_ns // 1000)

    def test_a_container_is_run_and_its_status_is_ours(self):
        self.configure("exit 7")
        self.addCleanup(self.remove)
        command = ("runc", "--root", self.path("state"), "run", self.name)
        records = self.records(command=command, status=7, cwd=self.folder)
        self.assertEqual(the(records, "exit")["exit_code"], 7)
        self.assertIn("sh", [record["comm"] for record in of_kind(records, "process")])

    @unittest.skipUnless(os.path.exists(HOST), "denet-bpf-host is not built")
    def test_short_containers_are_whole_for_the_host(self):
        """20 of 20 that live and go between two looks; their processes have used all that their cgroup has."""
        self.configure("n=0; while [ $n -lt 20000 ]; do n=$((n+1)); done; (exit 3); exit 0")
        out = pathlib.Path(self.path("out"))
        names = [f"{self.name}-{number}" for number in range(20)]
        with start("-i", "60", "-o", str(out), program=[HOST]) as process:
            wait_for("two looks", lambda: out.exists() and out.read_text().count('"machine"') == 2)
            for name in names:
                done = self.runc("run", name, check=False)
                if done.returncode:
                    self.skipTest(f"runc cannot make a container here: {done.stderr.decode()[-300:].strip()}")
            process.send_signal(signal.SIGTERM)
            self.assertEqual(finish(process).status, 0)
        records = [json.loads(line) for line in out.read_text().splitlines()]
        for name in names:
            container, = [one for one in records if one["kind"] == "container" and one["cgroup"].endswith(f"/{name}")]
            commands = [one for one in records if one["kind"] == "command" and one["cgroup"] == container["cgroup"]]
            # runc may have removed its folders before anybody read them: its processes and the kernel tell all the same.
            self.assertTrue(container["counters_final"], container)
            self.assertGreater(container["memory_peak_bytes"], 0)
            self.assertEqual(sum(one.get("processes_failed", 0) for one in commands), 1)
            used_ns = sum(one["cpu_time_ns"] for one in commands)
            self.assertGreater(used_ns, 0)
            self.assertAlmostEqual(container["cpu_time_ns"], used_ns, delta=0 if "cpuacct" in hierarchies() else 500000)
