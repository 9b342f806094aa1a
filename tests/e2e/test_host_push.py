# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""`denet-bpf host` sends its looks: to servers that take them, and to those that do what no server should."""

import gzip
import http.server
import json
import os
import pathlib
import re
import signal
import socket
import ssl
import subprocess
import threading
import unittest

from harness import BIN, IS_SANITIZED, MODE, Case, finish, parse_lines, run, start, the, wait_for

HOST = f"{BIN}-host"
ID = "0123456789abcdef" * 4
SECRET = "s3cret-t0ken"
LINE = re.compile(r"(\w+)((?:,[^ ]*(?:\\ [^ ]*)*)?) ([^ ]+) (\d+)")


class Taker(http.server.BaseHTTPRequestHandler):
    """Keeps what it is sent: path, headers, lines."""

    protocol_version = "HTTP/1.1"

    def do_PUT(self):
        self.do_POST()

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        self.server.requests.append((self.path, dict(self.headers), body.decode()))
        self.server.commands.append(self.command)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


def fields_of(text):
    """Of each line: measurement, tags as they are written, fields, time."""
    for line in text.splitlines():
        measurement, tags, fields, time = LINE.fullmatch(line).groups()
        yield measurement, tags, dict(field.split("=", 1) for field in fields.split(",")), int(time)


@unittest.skipUnless(os.path.exists(HOST), "denet-bpf-host is not built")
@unittest.skipUnless(MODE == "root", f"mode {MODE}: nothing here differs from root's")
class Servers(Case):

    def taker(self, context=None):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Taker)
        server.daemon_threads = True
        server.requests = []
        server.commands = []
        if context:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return server

    def listener(self, serve):
        """A port where serve(connection) says what becomes of each."""
        listening = socket.create_server(("127.0.0.1", 0))

        def accept():
            while True:
                try:
                    connection = listening.accept()[0]
                except OSError:
                    return
                threading.Thread(target=self.served, args=(serve, connection), daemon=True).start()

        thread = threading.Thread(target=accept)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(listening.close)
        self.addCleanup(listening.shutdown, socket.SHUT_RDWR)
        return listening.getsockname()[1]

    def served(self, serve, connection):
        with connection:
            try:
                serve(connection)
            except OSError:
                pass


class Push(Servers):

    def lay_out(self):
        """One container, whose CPU time never changes."""
        folder = pathlib.Path(self.folder, "fs", f"docker-{ID}.scope")
        folder.mkdir(parents=True)
        (folder.parent / "cgroup.controllers").write_text("cpu memory\n")
        (folder / "cgroup.procs").write_text("")
        (folder / "cpu.stat").write_text("usage_usec 5\n")
        (folder / "memory.current").write_text("7000\n")
        return "--cgroup-root", self.path("fs"), "--interval", "0.1", "--json"

    def config(self, *targets, listen=None):
        # A sanitizer makes calls of its own.
        text = f"listen: {json.dumps(listen)}\n" if listen else ""
        text += f"filter: {'off' if IS_SANITIZED else 'kill'}\ninflux:\n" + "".join("- " + json.dumps(target) + "\n" for target in targets)
        return "--config", self.write("host.yml", text)

    def start_host(self, *args):
        out = open(self.path("out"), "wb")
        self.addCleanup(out.close)
        return start(*self.lay_out(), *args, program=[HOST], stdout=out)

    def dropped(self):
        """By the last part of each target's URL, as the metrics have it."""
        return dict(re.findall(r'(?m)^denet_sink_dropped_total\{sink="http[^"]*/(\w+)"\} (\d+)$', self.scrape()))

    def scrape(self):
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(self.path("socket"))
            client.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            return b"".join(iter(lambda: client.recv(65536), b"")).decode()

    def looks(self):
        data = self.read("out")
        lines = data[: data.rfind(b"\n") + 1].splitlines()
        return [record for record in map(json.loads, lines) if record["kind"] == "group"]

    def end(self, process):
        process.send_signal(signal.SIGTERM)
        return finish(process)

    def test_what_is_sent_is_what_is_told(self):
        server = self.taker()
        target = {"url": f"http://127.0.0.1:{server.server_port}", "database": "d", "tags": {"host": "h"}}
        with self.start_host(*self.config(target)) as process:
            wait_for("a batch", lambda: server.requests)
            # Nothing is lost of what waits at a reload: what looks find within a second goes in one.
            looks = len(self.looks())
            wait_for("three looks", lambda: len(self.looks()) >= looks + 3)
            process.send_signal(signal.SIGHUP)
            count = len(server.requests)
            wait_for("another", lambda: len(server.requests) > count + 1)
            result = self.end(process)
        self.assertEqual((result.status, result.err), (0, b""), result)
        sent = {}
        for path, headers, body in server.requests:
            self.assertEqual((path, headers["Content-Encoding"]), ("/write?db=d&precision=ns", "gzip"))
            for measurement, tags, fields, time in fields_of(body):
                if measurement == "denet_container":
                    sent[time // 1000000] = (tags, fields)
        told = {record["ts_ms"]: record for record in self.looks()}
        # The last look, too: the end lets out what waits.
        self.assertEqual(sent.keys(), told.keys())
        for ts_ms, (tags, fields) in sent.items():
            record = told[ts_ms]
            self.assertIn(f",host=h,id={ID},name={ID[:12]},", tags)
            self.assertEqual(fields["cpu_time_ns"], f"{record['cpu_time_ns']}i")
            self.assertEqual(fields["memory_bytes"], "7000i")
            self.assertEqual(float(fields.get("cpu_usage", "0")), record.get("cpu_usage", 0))

    def test_servers_that_misbehave_change_nothing(self):
        over = threading.Event()
        self.addCleanup(over.set)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            refused = probe.getsockname()[1]

        def answers(text):
            def serve(connection):
                while connection.recv(65536):
                    connection.sendall(text)
            return self.listener(serve)

        def endless(connection):
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            while True:
                connection.sendall(b"x" * 65536)

        def headless(connection):
            while True:
                connection.sendall(b"HTTP/1.1 100 Continue\r\nA: b\r\n\r\n" * 1000)

        ports = {
            "refused": refused,
            "silent": self.listener(lambda connection: over.wait()),
            "500": answers(b"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n"),
            "429": answers(b"HTTP/1.1 429 Slow\r\nRetry-After: 1000\r\nContent-Length: 0\r\n\r\n"),
            "301": answers(b"HTTP/1.1 301 Moved\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n"),
            "400": answers(b"HTTP/1.1 400 Bad\r\nContent-Length: 9\r\n\r\n\x1b[31m\nred"),
            "endless": self.listener(endless),
            "headless": self.listener(headless),
            "half": self.listener(lambda connection: connection.shutdown(socket.SHUT_WR) or over.wait()),
            "garbage": answers(b"\xff\x00\r\n\r\n"),
        }
        server = self.taker()
        # A short time for those alone that never answer: the others may take theirs on a slow machine.
        targets = [{"url": f"http://127.0.0.1:{port}/{name}", "timeout": "500ms" if name in ("silent", "half") else "1m"}
                   for name, port in ports.items()]
        targets.append({"url": f"https://127.0.0.1:{server.server_port}/tls", "timeout": "500ms"})
        targets.append({"url": "http://name.invalid/name", "timeout": "500ms"})
        targets.append({"url": f"http://127.0.0.1:{server.server_port}/good"})
        with self.start_host(*self.config(*targets, listen="unix:" + self.path("socket"))) as process:
            wait_for("three batches where all is well", lambda: len(server.requests) > 2)
            with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
                peak_kb = int(re.search(r"VmHWM:\s+(\d+)", status.read()).group(1))
            wait_for("what was refused is counted", lambda: self.dropped().get("400", "0") != "0")
            dropped = self.dropped()
            result = self.end(process)
        self.assertEqual(result.status, 0, result)
        self.assertEqual(dropped.keys(), {*ports, "tls", "name", "good"})
        self.assertEqual((dropped["good"], dropped["500"]), ("0", "0"))
        sent = [time // 1000000 for _, _, body in server.requests for name, _, _, time in fields_of(body)
                if name == "denet_container"]
        self.assertEqual(sent, [record["ts_ms"] for record in self.looks()])
        for name in (*ports, "tls", "name"):
            lines = [line for line in result.err_lines if f"/{name} " in line]
            # And what still waits at the end, but for those that refuse it.
            self.assertEqual(len(lines), {"endless": 0, "301": 1, "400": 1}.get(name, 2), result)
        self.assertNotIn(b"\x1b", result.err)
        # All queues together have 6 MiB; what is sanitized has memory of its own.
        if not IS_SANITIZED:
            self.assertLess(peak_kb, 40000)

    def certificate(self):
        """Of an authority that nobody knows, for 127.0.0.1."""
        key, cert = self.path("key.pem"), self.path("ca.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                        "-keyout", key, "-out", cert, "-days", "2", "-subj", "/CN=denet test",
                        "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key)
        return context, cert

    def test_what_waits_at_a_reload_or_the_end_is_told(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        with self.start_host(*self.config({"url": f"http://127.0.0.1:{port}", "database": "d"})) as process:
            wait_for("a few looks", lambda: os.path.exists(self.path("out")) and len(self.looks()) > 3)
            process.send_signal(signal.SIGHUP)
            count = len(self.looks())
            wait_for("a few more", lambda: len(self.looks()) > count + 3)
            result = self.end(process)
        self.assertEqual(result.status, 0)
        lines = [line for line in result.err_lines if re.search(r" has not taken [1-9][0-9]* lines, which are dropped$", line)]
        self.assertEqual(len(lines), 2, result)

    def test_a_token_goes_to_who_has_the_right_certificate_alone(self):
        context, cert = self.certificate()
        known, unknown = self.taker(context), self.taker(context)
        self.write("token", SECRET + "\n")
        common = {"bucket": "b", "org": "o", "token_file": "token"}
        targets = [{"url": f"https://127.0.0.1:{known.server_port}", "ca_file": cert, **common},
                   {"url": f"https://127.0.0.1:{unknown.server_port}", **common}]
        config = self.config(*targets)
        environment = {**os.environ, "CREDENTIALS_DIRECTORY": self.folder}
        with start(*self.lay_out(), *config, program=[HOST], env=environment) as process:
            wait_for("a batch", lambda: known.requests)
            with open(f"/proc/{process.pid}/cmdline", "rb") as file:
                self.assertNotIn(SECRET.encode(), file.read())
            result = self.end(process)
        self.assertEqual(result.status, 0, result)
        path, headers, _ = known.requests[0]
        self.assertEqual((path, headers["Authorization"]),
                         ("/api/v2/write?bucket=b&org=o&precision=ns", f"Token {SECRET}"))
        self.assertEqual(unknown.requests, [])
        self.assertNotIn(SECRET.encode(), result.err)
        self.assertEqual(len(result.err_lines), 2, result)
        self.assertIn(f"https://127.0.0.1:{unknown.server_port} takes no figures", result.err_lines[0])
        self.assertIn("has not taken", result.err_lines[1])
        shown = run("config", "show", *config, program=[HOST], env=environment)
        self.assertEqual(shown.status, 0)
        self.assertNotIn(SECRET.encode(), shown.out)

    def test_what_cannot_be_sent_to_is_told_at_the_start(self):
        root = self.lay_out()
        for target, said, status in (
                ({"url": "http://u:p4ss@h/"}, "host.yml:3:11: 'url' has a user in it: give a file with it", 1),
                ({"url": "udp://h"}, "'url' is not HOST:PORT", 1),
                ({"url": "http://h/", "token_file": "/none"}, "cannot read '/none'", 125),
                ({"url": "http://h/", "tags": {"time": "x"}}, "takes no tag 'time'", 125)):
            result = run(*root, *self.config(target), program=[HOST])
            self.assert_refused(result, said, status=status)
            self.assertNotIn(b"p4ss", result.err)


class Run(Servers):
    """`run --push`: the summary, when the command has ended."""

    def push(self, url, *args, command=("sh", "-c", "exit 3"), **options):
        return run("run", "-q", "--accounting", "proc", "--push", url, *args, "--", *command, **options)

    def test_the_summary_is_sent_and_the_status_is_the_command_s(self):
        server = self.taker()
        self.write("token", SECRET)
        environment = {**os.environ, "DENET_BPF_PUSH_TOKEN_FILE": self.path("token")}
        result = self.push(f"http://127.0.0.1:{server.server_port}/write?db=ci", "--label", "a b", "-o", self.path("f"),
                           env=environment)
        self.assertEqual((result.status, result.err), (3, b""))
        (path, headers, body), = server.requests
        self.assertEqual((server.commands, path), (["POST"], "/write?db=ci&precision=ns"))
        self.assertEqual(headers["Authorization"], f"Token {SECRET}")
        summary = the(parse_lines(self.read("f")), "summary")
        (name, tags, fields, _), = fields_of(body)
        self.assertEqual(name, "denet_run")
        self.assertIn(",label=a\\ b", tags)
        self.assertEqual((fields["cpu_time_ns"], fields["exit_code"]), (f"{summary['cpu_time_ns']}i", "3i"))

    def test_a_pushgateway_gets_it_in_its_own_words(self):
        server = self.taker()
        path = "/metrics/job/build/pipeline/main"
        result = self.push(f"http://127.0.0.1:{server.server_port}{path}", command=("true",))
        self.assertEqual((result.status, result.err), (0, b""))
        (sent, _, body), = server.requests
        self.assertEqual((server.commands, sent), (["PUT"], path))
        self.assertIn("\n# TYPE denet_run_cpu_time_seconds_total counter\n", body)
        self.assertIn("\ndenet_run_exit_status 0\n", body)

    def test_who_does_not_take_it_costs_a_line(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            refused = probe.getsockname()[1]

        def moved(connection):
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 302 Moved\r\nLocation: file:///etc/passwd\r\nContent-Length: 4\r\n\r\nno\x1b[")

        for port, said in ((refused, "connect"), (self.listener(moved), "status 302: no?[")):
            result = self.push(f"http://127.0.0.1:{port}/write?db=x&p={SECRET}")
            self.assertEqual((result.status, len(result.err_lines)), (3, 1), result)
            self.assertIn(said, result.err_lines[0])
            self.assertNotIn(SECRET.encode(), result.err)

    def test_what_cannot_be_one_is_refused_before_the_command(self):
        for url in ("http://127.0.0.1/", f"http://u:{SECRET}@h/write?db=x", "file:///x", "http://h/write?precision=s"):
            result = self.push(url, command=("touch", self.path("ran")))
            self.assert_refused(result)
            self.assertNotIn(SECRET.encode(), result.err)
        self.assertFalse(os.path.exists(self.path("ran")))

    def test_records_that_say_nothing_are_not_sent(self):
        server = self.taker()
        url = f"http://127.0.0.1:{server.server_port}/write?db=x"
        for text in (b"", b"{}\n", b"\xff\n" * 10, b"[" * 100000):
            result = run("push", url, program=[HOST], input=text)
            self.assert_refused(result, "cannot read records from stdin", status=1)
        self.assertEqual(server.requests, [])
