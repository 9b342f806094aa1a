# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Alerts of denet-bpf-host: who is told, what commands may, what a configuration that is read again changes."""

import http.server
import json
import os
import pathlib
import signal
import socket
import subprocess
import threading
import unittest

from harness import BIN, IS_SANITIZED, MODE, ROOT, Case, finish, is_alive, not_sanitized, run, start, wait_for

HOST = f"{BIN}-host"
RULES = """interval: 100ms
alerts:
  rules:
    - {name: Fat, metric: memory_bytes, of: unit, only: "a.*", critical: 1MiB, annotations: {todo: ask}}
  targets:
"""


class Server(http.server.ThreadingHTTPServer):
    """Answers with these statuses, one after the other, and with the last one from there on."""

    def __init__(self, *statuses):
        super().__init__(("127.0.0.1", 0), Handler)
        self.statuses = list(statuses)
        self.requests = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def url(self, path=""):
        return f"http://127.0.0.1:{self.server_address[1]}{path}"


class Handler(http.server.BaseHTTPRequestHandler):

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        statuses = self.server.statuses
        self.send_response(statuses.pop(0) if len(statuses) > 1 else statuses[0])
        self.send_header("Content-Length", "0")
        self.end_headers()
        self.server.requests.append((self.path, self.headers.get("Authorization"), json.loads(body)))

    def log_message(self, *_):
        pass


@unittest.skipUnless(os.path.exists(HOST), "denet-bpf-host is not built")
@unittest.skipUnless(MODE == "root", "the same with all rights")
class Alerts(Case):

    def setUp(self):
        super().setUp()
        self.config = pathlib.Path(self.path("host.yml"))
        self.out = pathlib.Path(self.path("records"))
        self.told = pathlib.Path(self.path("alerts"))
        self.unit = self.add_unit("a")
        pathlib.Path(self.folder, "fs", "cgroup.controllers").write_text("memory\n")

    def add_unit(self, name):
        folder = pathlib.Path(self.folder, "fs", "system.slice", f"{name}.service")
        folder.mkdir(parents=True)
        (folder / "cgroup.procs").write_text("")
        (folder / "memory.current").write_text("1\n")
        return folder

    def use(self, memory_bytes, unit=None):
        ((unit or self.unit) / "memory.current").write_text(f"{memory_bytes}\n")

    def begin(self, targets, rules=RULES, calls="kill"):
        self.config.write_text(rules + targets)
        process = self.enterContext(start("--config", self.config, "--cgroup-root", self.path("fs"), "-o", self.out,
                                          program=[HOST], stdout=subprocess.DEVNULL,
                                          env={**os.environ, "DENET_BPF_HOST_FILTER": "off" if IS_SANITIZED else calls}))
        self.wait_for_looks(1)
        return process

    def looks(self):
        return self.out.read_text().count('"kind":"machine"') if self.out.exists() else 0

    def wait_for_looks(self, count):
        before = self.looks()
        wait_for(f"{count} looks", lambda: self.looks() >= before + count)

    def alerts(self, path=None):
        path = path or self.told
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def wait_for_alerts(self, count, path=None):
        wait_for(f"{count} alerts", lambda: len(self.alerts(path)) >= count)
        return self.alerts(path)

    def end(self, process):
        process.send_signal(signal.SIGTERM)
        result = finish(process)
        self.assertEqual(result.status, 0, result)
        return result.err.decode().splitlines()

    def test_each_is_told_once_when_it_begins_and_when_it_is_over(self):
        process = self.begin(f"    - type: stderr\n    - {{type: file, path: '{self.told}'}}\n")
        self.use(2 << 20)
        self.wait_for_alerts(1)
        self.wait_for_looks(3)
        self.use(1)
        self.wait_for_alerts(2)
        self.wait_for_looks(3)
        lines = self.end(process)
        first, last = self.alerts()
        self.assertEqual([first["state"], last["state"]], ["firing", "resolved"])
        self.assertEqual(first["startsAt"], last["startsAt"])
        self.assertLess(last["startsAt"], last["endsAt"])
        self.assertEqual(first["labels"], last["labels"])
        self.assertEqual(first["labels"]["name"], "a.service")
        self.assertEqual(first["annotations"]["todo"], "ask")
        self.assertEqual(lines, ["denet-bpf: alert Fat (critical) firing: memory_bytes of a.service is 2.0 MiB, above 1.0 MiB",
                                 "denet-bpf: alert Fat (critical) resolved: memory_bytes of a.service is 1 B, above 1.0 MiB"])

    def test_a_command_has_no_rights_and_no_shell(self):
        status = self.path("status")
        odd = self.path("$(touch x); *")
        process = self.begin(f"    - {{type: exec, command: [/usr/bin/tee, '{odd}']}}\n"
                             f"    - {{type: exec, command: [/bin/cp, /proc/self/status, '{status}']}}\n")
        self.use(2 << 20)
        alert, = self.wait_for_alerts(1, pathlib.Path(odd))
        self.assertEqual((alert["alert"], alert["state"]), ("Fat", "firing"))
        wait_for("the second command", lambda: os.path.exists(status) and "Seccomp" in self.read(status).decode())
        fields = dict(line.split(":\t", 1) for line in self.read(status).decode().splitlines())
        for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
            self.assertEqual(int(fields[name], 16), 0, name)
        self.assertEqual(fields["NoNewPrivs"], "1")
        self.assertEqual(int(fields["SigBlk"], 16), 0)
        # What tee has written to its stdout, which is not ours.
        self.assertEqual([json.loads(line)["alert"] for line in self.end(process)], ["Fat"])

    def test_a_command_that_takes_long_is_killed_with_all_that_it_began(self):
        pids = self.path("pids")
        script = f"sleep 1000 & echo $$ $! >{pids}.new; mv {pids}.new {pids}; wait"
        process = self.begin(f"    - {{type: exec, timeout: 100ms, command: [/bin/sh, -c, '{script}']}}\n"
                             f"    - {{type: exec, command: [/bin/cp, /dev/stdin, '{self.told}']}}\n")
        # The next one comes when that one is over, which may have been killed before it wrote anything.
        memory_bytes = 1
        while not os.path.exists(pids):
            self.told.unlink(missing_ok=True)
            memory_bytes ^= 2 << 20
            self.use(memory_bytes)
            self.wait_for_alerts(1)
        for pid in self.read(pids).split():
            wait_for(f"{pid} ends", lambda pid=pid: not is_alive(int(pid)))
        lines = self.end(process)
        self.assertEqual(lines, ["denet-bpf: alert's command '/bin/sh' took too long, and was killed"])

    def test_the_end_waits_for_a_command_but_not_for_long(self):
        gate = self.path("gate")
        os.mkfifo(gate)
        process = self.begin(f"    - {{type: exec, command: [/bin/cat, '{gate}']}}\n")
        self.use(2 << 20)
        writer = os.open(gate, os.O_WRONLY)
        process.send_signal(signal.SIGTERM)
        os.write(writer, b"done\n")
        os.close(writer)
        self.assertEqual(finish(process).err, b"done\n")

    def test_what_cannot_be_run_is_told_once(self):
        process = self.begin("    - {type: exec, command: [/nowhere/x]}\n")
        other = self.add_unit("ab")
        self.use(2 << 20)
        self.use(2 << 20, other)
        error = b""
        while b"\n" not in error:
            error += os.read(process.stderr.fileno(), 4096)
        self.wait_for_looks(3)
        self.assertEqual(error.decode(), "denet-bpf: alert's command '/nowhere/x' cannot be run: No such file or directory\n")
        self.assertEqual(self.end(process), [])

    @not_sanitized
    def test_a_command_that_came_by_a_hangup_takes_a_restart(self):
        process = self.begin("", rules="interval: 100ms\n", calls="refuse")
        self.use(2 << 20)
        self.config.write_text(RULES + "    - {type: exec, command: [/bin/true]}\n")
        process.send_signal(signal.SIGHUP)
        error = b""
        while b"\n" not in error:
            error += os.read(process.stderr.fileno(), 4096)
        self.assertEqual(error.decode(), "denet-bpf: alert's command '/bin/true' cannot be run: Operation not permitted "
                                         "(one that came by a hangup takes a restart)\n")
        self.assertEqual(self.end(process), [])

    def test_the_journal_has_fields(self):
        path = self.path("journal")
        journal = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(journal.close)
        journal.bind(path)
        odd = self.add_unit("a\nMESSAGE=x")
        process = self.begin(f"    - {{type: journal, path: '{path}'}}\n")
        self.use(2 << 20)
        fields = dict(line.split("=", 1) for line in journal.recv(65536).decode().splitlines())
        self.assertEqual(fields["PRIORITY"], "2")
        self.assertEqual(fields["ALERT_NAME"], "a.service")
        self.assertEqual(fields["ALERT_STATE"], "firing")
        self.assertEqual(fields["MESSAGE"], "alert Fat (critical) firing: memory_bytes of a.service is 2.0 MiB, above 1.0 MiB")
        self.assertEqual(json.loads(fields["ALERT"])["labels"]["severity"], "critical")
        self.use(2 << 20, odd)
        entry = journal.recv(65536)
        name = b"a\nMESSAGE=x.service"
        self.assertIn(b"ALERT_NAME\n" + len(name).to_bytes(8, "little") + name + b"\n", entry)
        self.assertIn(b"MESSAGE=alert Fat (critical) firing: memory_bytes of a?MESSAGE=x.service is", entry)
        self.assertEqual(self.end(process), [])

    def serve(self, *statuses):
        server = Server(*statuses)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return server

    def requests(self, server, count):
        wait_for(f"{count} requests", lambda: len(server.requests) >= count)
        return server.requests

    @staticmethod
    def ends(server):
        """Of what is over: what goes on has an end ahead of the one before."""
        latest, ends = "", []
        for *_, body in list(server.requests):
            for alert in body:
                if alert["endsAt"] < latest:
                    ends.append(alert["endsAt"])
                latest = max(latest, alert["endsAt"])
        return ends

    def test_a_webhook_hears_each_until_it_takes_it(self):
        server = self.serve(500, 200)
        token = self.write("token", "secret\n", 0o600)
        process = self.begin(f"    - {{type: webhook, url: '{server.url('/hook?a=b')}', token_file: '{token}'}}\n")
        self.use(2 << 20)
        first, second = self.requests(server, 2)
        self.assertEqual(first, second)
        path, authorization, body = second
        self.assertEqual((path, authorization), ("/hook?a=b", "Bearer secret"))
        self.assertEqual((body["version"], body["status"], body["truncatedAlerts"]), ("4", "firing", 0))
        alert, = body["alerts"]
        self.assertEqual(alert["labels"]["alertname"], "Fat")
        self.assertEqual(alert["endsAt"], "0001-01-01T00:00:00Z")
        self.assertEqual(body["commonLabels"], alert["labels"])
        self.use(1)
        over = self.requests(server, 3)[2][2]
        self.assertEqual((over["status"], over["alerts"][0]["startsAt"]), ("resolved", alert["startsAt"]))
        self.assertEqual(over["alerts"][0]["fingerprint"], alert["fingerprint"])
        self.assertEqual(self.end(process), [f"denet-bpf: {server.url('/hook')} takes no alerts: status 500",
                                             f"denet-bpf: {server.url('/hook')} takes alerts again"])
        self.assertEqual(len(server.requests), 3)

    def test_what_a_webhook_refuses_is_dropped(self):
        server = self.serve(400, 200)
        process = self.begin(f"    - {{type: webhook, url: '{server.url()}'}}\n")
        self.use(2 << 20)
        self.requests(server, 1)
        self.use(1)
        self.assertEqual(self.requests(server, 2)[1][2]["status"], "resolved")
        self.assertEqual(self.end(process), [f"denet-bpf: {server.url()} refuses alerts: status 400"])

    def test_alertmanager_hears_what_goes_on_and_what_is_over(self):
        server = self.serve(200)
        process = self.begin(f"    - {{type: alertmanager, url: '{server.url('/')}', resend: 1s}}\n")
        self.use(2 << 20)
        (path, _, first), (_, _, second) = self.requests(server, 2)[:2]
        self.assertEqual(path, "/api/v2/alerts")
        self.assertEqual([alert["labels"]["name"] for alert in first], ["a.service"])
        self.assertEqual((first[0]["labels"], first[0]["startsAt"]), (second[0]["labels"], second[0]["startsAt"]))
        self.assertLess(first[0]["endsAt"], second[0]["endsAt"])
        server.statuses[:] = [503, 200]
        self.use(1)
        # Its end is now, no longer some time that is to come; and it is told until it is heard.
        wait_for("the end twice", lambda: len(self.ends(server)) == 2)
        self.wait_for_looks(11)
        self.assertEqual(len(self.ends(server)), 2)
        self.assertEqual(self.end(process), [f"denet-bpf: {server.url('/api/v2/alerts')} takes no alerts: status 503",
                                             f"denet-bpf: {server.url('/api/v2/alerts')} takes alerts again"])

    def test_a_server_that_is_silent_delays_no_look(self):
        silent = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(silent.close)
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        self.begin(f"    - {{type: webhook, url: '{url}', timeout: 5m}}\n"
                   f"    - {{type: alertmanager, url: '{url}', timeout: 5m}}\n"
                   f"    - {{type: file, path: '{self.told}'}}\n")
        self.use(2 << 20)
        self.wait_for_alerts(1)
        self.wait_for_looks(3)
        self.use(1)
        self.assertEqual([alert["state"] for alert in self.wait_for_alerts(2)], ["firing", "resolved"])

    def test_rules_that_come_along_are_in_order(self):
        folder = pathlib.Path(ROOT, "share", "alerts")
        for task, name, words in (("check", "default.yml", "is in order: 4 rules"), ("test", "default-test.yml", "4 tests passed")):
            result = run("rules", task, folder / name, program=[HOST])
            self.assertEqual((result.status, result.err), (0, b""), result)
            self.assertIn(words, result.out.decode())

    def test_rules_that_are_wrong_end_with_1(self):
        path = self.write("rules.yml", "rules:\n- {name: A, metric: cpu_percnt, warning: 1%}\n")
        result = run("rules", "check", path, program=[HOST])
        self.assert_refused(result, f"{path}:2:21: there is no metric 'cpu_percnt', did you mean 'cpu_percent'?", status=1)
        self.assert_refused(run("rules", "check", self.path("none"), program=[HOST]), "No such file", status=1)
        self.assert_refused(run("rules", "look", path, program=[HOST]), "'rules' takes check FILE or test FILE")

    def test_what_fires_goes_on_through_a_hangup(self):
        target = f"    - {{type: file, path: '{self.told}'}}\n    - {{type: exec, command: [/bin/true]}}\n"
        process = self.begin(target)
        self.use(2 << 20)
        self.wait_for_alerts(1)
        self.config.write_text((RULES + target).replace("ask", "beg"))
        process.send_signal(signal.SIGHUP)
        self.wait_for_looks(3)
        self.use(1)
        first, last = self.wait_for_alerts(2)
        self.assertEqual((last["state"], last["annotations"]["todo"]), ("resolved", "beg"))
        self.assertEqual(last["startsAt"], first["startsAt"])
        self.use(2 << 20)
        self.wait_for_alerts(3)
        self.config.write_text((RULES + target).replace("Fat", "Fatter"))
        process.send_signal(signal.SIGHUP)
        told = [(alert["alert"], alert["state"]) for alert in self.wait_for_alerts(5)[3:]]
        self.assertEqual(told, [("Fat", "resolved"), ("Fatter", "firing")])
        self.config.write_text(RULES + target.replace("/bin/true", "/bin/false"))
        process.send_signal(signal.SIGHUP)
        self.wait_for_looks(3)
        self.assertEqual(len(self.alerts()), 5)
        lines = self.end(process)
        self.assertEqual(lines[0], "denet-bpf: other commands for alerts take a restart")


if __name__ == "__main__":
    unittest.main()
