# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""denet-bpf-host as a service: what its manager is told, a configuration read again, rights given up."""

import json
import os
import pathlib
import select
import signal
import socket
import subprocess
import unittest

from harness import BIN, MODE, Case, finish, need_root, not_sanitized, start, wait_for

HOST = f"{BIN}-host"


@unittest.skipUnless(os.path.exists(HOST), "denet-bpf-host is not built")
class Service(Case):

    def setUp(self):
        super().setUp()
        self.config = pathlib.Path(self.path("host.yml"))
        self.out = pathlib.Path(self.path("records"))
        for name, used in (("a", 1), ("b", 2)):
            folder = pathlib.Path(self.folder, "fs", "system.slice", f"{name}.service")
            folder.mkdir(parents=True)
            (folder / "cgroup.procs").write_text("")
            (folder / "memory.current").write_text(f"{used}\n")
        pathlib.Path(self.folder, "fs", "cgroup.controllers").write_text("memory\n")

    def begin(self, config, *args, **env):
        self.config.write_text(config)
        process = self.run_service("--cgroup-root", self.path("fs"), *args, **env)
        self.wait_for_looks(1)
        return process

    def run_service(self, *args, **env):
        return self.enterContext(start("--config", self.config, "-o", self.out, *args, program=[HOST],
                                       stdout=subprocess.DEVNULL,
                                       env={**os.environ, "DENET_BPF_HOST_FILTER": "kill", **env}))

    def records(self, path=None):
        lines = (path or self.out).read_text().split("\n")[:-1] if (path or self.out).exists() else []
        return [json.loads(line) for line in lines]

    def looks(self):
        return sum(record["kind"] == "machine" for record in self.records())

    def wait_for_looks(self, count):
        wait_for(f"{count} looks", lambda: self.looks() >= count)

    def end(self, process, status=0):
        process.send_signal(signal.SIGTERM)
        result = finish(process)
        self.assertEqual(result.status, status, result)
        return result.err.decode()

    def test_a_hangup_reads_the_configuration_again(self):
        process = self.begin("interval: 100ms\ntop: 1\n")
        names = {record["name"] for record in self.records() if record["kind"] == "group"}
        self.assertEqual(len(names), 1)
        self.config.write_text("interval: 100ms\ntop: 2\n")
        process.send_signal(signal.SIGHUP)
        wait_for("both groups", lambda: len({record["name"] for record in self.records() if record["kind"] == "group"}) == 2)
        self.assertEqual(self.end(process), "")

    def test_a_wrong_one_keeps_what_was(self):
        process = self.begin("interval: 100ms\n")
        self.config.write_text("interval: 100ms\ntopp: 2\n")
        process.send_signal(signal.SIGHUP)
        before = self.looks()
        self.wait_for_looks(before + 4)
        err = self.end(process)
        self.assertIn(":2:1: unknown key 'topp'", err)
        self.assertIn("the configuration is as it was before", err)

    def test_records_follow_a_file_that_was_moved(self):
        process = self.begin("interval: 100ms\n")
        moved = pathlib.Path(self.path("records.1"))
        self.out.rename(moved)
        process.send_signal(signal.SIGHUP)
        self.wait_for_looks(2)
        kept = len(self.records(moved))
        self.assertGreater(kept, 0)
        # One that was not moved is not emptied.
        before = self.looks()
        process.send_signal(signal.SIGHUP)
        self.wait_for_looks(before + 3)
        self.assertEqual(self.end(process), "")
        self.assertEqual(len(self.records(moved)), kept)

    def test_thirty_of_them_leave_nothing(self):
        process = self.begin("interval: 100ms\nclass:\n  all: .*\nprocesses:\n  - name: x\n    comm: x\n")
        for _ in range(30):
            before = self.looks()
            process.send_signal(signal.SIGHUP)
            self.wait_for_looks(before + 1)
        descriptors = len(os.listdir(f"/proc/{process.pid}/fd"))
        before = self.looks()
        process.send_signal(signal.SIGHUP)
        self.wait_for_looks(before + 1)
        self.assertEqual(len(os.listdir(f"/proc/{process.pid}/fd")), descriptors)
        self.assertEqual(self.end(process), "")

    def test_the_manager_is_told(self):
        path = self.path("notify")
        manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(manager.close)
        manager.bind(path)
        heard = []

        def hear(word):
            while not any(word in text for text in heard):
                self.assertTrue(select.select([manager], [], [], 60)[0], f"{word} did not come: {heard}")
                heard.append(manager.recv(4096).decode())

        process = self.begin("interval: 100ms\n", NOTIFY_SOCKET=path, WATCHDOG_USEC="200000")
        hear("READY=1\nSTATUS=Watching 2 groups")
        hear("WATCHDOG=1")
        heard.clear()
        process.send_signal(signal.SIGHUP)
        hear("RELOADING=1\nMONOTONIC_USEC=")
        hear("READY=1")
        self.assertFalse(any("STOPPING" in text for text in heard))
        self.assertEqual(self.end(process), "")
        hear("STOPPING=1")

    @not_sanitized
    def test_rights_are_given_up(self):
        process = self.begin("interval: 100ms\n")
        status = dict(line.split(":\t", 1) for line in
                      pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines() if ":\t" in line)
        self.assertEqual((status["NoNewPrivs"], status["Seccomp"]), ("1", "2"))
        # Before 5.19 the kernel wants CAP_BPF for each look into a map.
        self.assertEqual(int(status["CapEff"], 16) & ~(1 << 39), 0)
        self.assertEqual(int(status["CapPrm"], 16) & ~(1 << 39), 0)
        before = self.looks()
        self.wait_for_looks(before + 4)
        self.assertEqual(self.end(process), "")

    @need_root
    @unittest.skipUnless(MODE == "root", "of this machine, as root")
    def test_all_is_told_without_rights(self):
        """Of the real machine, with BPF where it is there, and a filter that kills."""
        self.config.write_text("interval: 100ms\nprocesses:\n  - name: shells\n    exe: /.*sh\n")
        process = self.run_service(DENET_BPF_HOST_HEAVY_EVERY="1s")
        self.wait_for_looks(4)
        self.end(process)
        machine = [record for record in self.records() if record["kind"] == "machine"][-1]
        self.assertEqual(machine.get("processes_unreadable", 0), 0)


if __name__ == "__main__":
    unittest.main()
