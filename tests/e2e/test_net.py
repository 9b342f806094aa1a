# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""`--net`: what each process sends and receives through sockets, and who cannot tell."""

import sys
import unittest

from harness import Case, exact, finish, of_kind, parse_lines, run, start, the, wait_for, wait_for_file

BYTES = 54321
# To itself, by loopback: what it sends it receives.
TALK = f"""
import socket
with socket.create_server(("127.0.0.1", 0)) as server:
    sender = socket.create_connection(server.getsockname())
    receiver, _ = server.accept()
    sender.sendall(b"x" * {BYTES})
    sender.close()
    while receiver.recv(65536):
        pass
"""
KEYS = ("socket_rx_bytes", "socket_tx_bytes")
NOT_TOLD = "denet-bpf: bytes of sockets are not told: "


def moved(record):
    return tuple(record.get(key) for key in KEYS)


class Net(Case):
    def told(self, result):
        """The records; skips where this kernel has nothing that tells."""
        if any(NOT_TOLD in line for line in result.err_lines):
            self.skipTest(result.err_lines[0])
        self.assertEqual(result.status, 0, result)
        return parse_lines(self.read("f"))

    @exact
    def test_by_process(self):
        command = ("sh", "-c", '"$0" -c "$1"; exec true', sys.executable, TALK)
        result = run("run", "--net", "-o", self.path("f"), "--", *command)
        records = self.told(result)
        by_comm = {record["comm"]: moved(record) for record in of_kind(records, "process")}
        self.assertEqual(by_comm.pop("true"), (0, 0))
        self.assertEqual(list(by_comm.values()), [(BYTES, BYTES)])
        self.assertEqual(moved(the(records, "summary")), (BYTES, BYTES))
        self.assertEqual(moved(of_kind(records, "tree")[-1]["aggregated"]), (BYTES, BYTES))
        line = "  network    53.0 KiB received   53.0 KiB sent, by these processes"
        self.assertIn(line, result.err_lines)

    @exact
    def test_attach_counts_from_then(self):
        script = f"{TALK}\nopen({self.path('ready')!r}, 'w').write('x')\nopen({self.gate()!r}).readline()\n{TALK}"
        with start(script, program=[sys.executable, "-c"]) as job:
            wait_for_file(self.path("ready"))
            with start("attach", "--net", "-q", "-i", "20", "-o", self.path("f"), str(job.pid)) as process:
                wait_for("a sample", lambda: process.poll() is not None or b'"tree"' in self.read_if_there("f"))
                self.let_go()
                result = finish(process)
        self.assertEqual(moved(the(self.told(result), "summary")), (BYTES, BYTES))

    def read_if_there(self, name):
        try:
            return self.read(name)
        except FileNotFoundError:
            return b""

    def test_not_by_proc(self):
        result = run("run", "--net", "--accounting", "proc", "-o", self.path("f"), "--", "true")
        self.assertEqual(result.status, 0, result)
        self.assertEqual([line for line in result.err_lines if NOT_TOLD in line],
                         [NOT_TOLD + "/proc does not show them"])
        self.assertNotIn("  network", result.err.decode())
        for key in KEYS:
            self.assertNotIn(key.encode(), self.read("f"))


if __name__ == "__main__":
    unittest.main()
