# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""A real container: what we count of its processes is what its cgroup has used."""

import contextlib
import json
import os
import pathlib
import subprocess
import unittest

import containers
from containers import HOST, SHORT, TOLERANCE_NS, WORK, Runtime, cpu_folder, resolve, used_ns, watched
from harness import exact, finish, need_root, of_kind, parse_lines, start, the, wait_for_file


@need_root
@exact
class Container(Runtime):
    def setUp(self):
        super().setUp()
        containers.make_root(self.path("rootfs"))
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
        self.configure(SHORT)
        names = [f"{self.name}-{number}" for number in range(20)]
        with watched(self.path("out")):
            for name in names:
                done = self.runc("run", name, check=False)
                if done.returncode:
                    self.skipTest(f"runc cannot make a container here: {done.stderr.decode()[-300:].strip()}")
        records = parse_lines(self.read("out"))
        for name in names:
            self.assert_whole(records, name)

    @unittest.skipUnless(os.path.exists(HOST), "denet-bpf-host is not built")
    def test_it_is_found_by_the_last_part_of_its_path(self):
        """Nobody but its cgroup knows of a container of plain runc."""
        with self.created("exit 0") as pid:
            self.assertEqual(resolve(self.name)["cgroups"][0], cpu_folder(pid))
            self.assertIsNone(resolve(self.name[:-1]))
