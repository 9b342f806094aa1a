# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""`denet-bpf host --listen`: what is served of a tree of files that stands for a machine, and to whom."""

import base64
import concurrent.futures
import contextlib
import gzip
import http.client
import json
import os
import pathlib
import resource
import shutil
import signal
import socket
import ssl
import subprocess
import time
import unittest

from harness import BIN, IS_SANITIZED, LIMIT_S, MODE, Case, finish, parse, run, start, wait_for

HOST = f"{BIN}-host"
ID = "0123456789abcdef" * 4
HOSTILE = "lxc.payload.\"<script>\n\\"


def password_hash(password):
    return subprocess.run(["openssl", "passwd", "-6", "-salt", "abcdefgh", password], check=True, capture_output=True,
                          text=True).stdout.strip()


class OverUnix(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=LIMIT_S)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)


# All files are its own: the rights of whoever asks change nothing.
@unittest.skipUnless(MODE == "root", f"mode {MODE}")
@unittest.skipUnless(os.path.exists(HOST), "denet-bpf-host is not built")
class Serve(Case):

    def put(self, name, text):
        path = pathlib.Path(self.folder, "fs", name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def lay_out(self):
        self.put("cgroup.controllers", "cpu memory\n")
        for name, used in ((f"docker/{ID}", 5), ("system.slice/a.service", 6), (HOSTILE, 7)):
            self.put(f"{name}/cgroup.procs", "")
            self.put(f"{name}/cpu.stat", f"usage_usec {used}\n")
            self.put(f"{name}/memory.current", f"{used}000\n")

    def write_users(self, **users):
        pathlib.Path(self.path("users")).write_text("# who may read\n" + "".join(f"{name}:{text}\n" for name, text in users.items()))

    @contextlib.contextmanager
    def serving(self, *args, listen="127.0.0.1:0", **options):
        self.lay_out()
        log = pathlib.Path(self.path("log"))
        with log.open("wb") as err:
            listening = ("--listen", listen) if listen else ()
            # The processes are those of this machine.
            options["env"] = {**os.environ, **options.get("env", {}), "DENET_BPF_HOST_HEAVY_EVERY": "0s",
                              # Sanitizers look for leaks by calls of their own.
                              "DENET_BPF_HOST_FILTER": "off" if IS_SANITIZED else "kill"}
            with start("-i", "0.2", "--json", "--cgroup-root", self.path("fs"), *listening, *args, program=[HOST],
                       stdout=subprocess.DEVNULL, stderr=err, **options) as process:
                wait_for("an address", lambda: b"serving at " in log.read_bytes() and log.read_bytes().endswith(b"\n"))
                self.place = log.read_text().partition("serving at ")[2].split("\n")[0]
                yield process

    def connect(self):
        if self.place.startswith("unix:"):
            return OverUnix(self.place.partition(":")[2])
        host, _, port = self.place.rpartition(":")
        return http.client.HTTPConnection(host, int(port), timeout=LIMIT_S)

    def get(self, path, method="GET", connection=None, **headers):
        one = connection or self.connect()
        one.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = one.getresponse()
        answer.body = answer.read()
        if not connection:
            one.close()
        return answer

    def json(self, path, status=200):
        answer = self.get(path)
        self.assertEqual(answer.status, status, answer.body)
        self.assertEqual(answer.getheader("Content-Type"), "application/json")
        return parse(answer.body)

    def after_looks(self, count):
        wait_for(f"{count} looks", lambda: self.json("/healthz")["looks"] >= count)

    def test_documents_are_served(self):
        with self.serving() as process:
            self.after_looks(2)
            containers = self.json("/api/v1/containers")["containers"]
            self.assertEqual([one["name"] for one in containers if one["runtime"] == "docker"], [ID[:12]])
            one, = self.json(f"/api/v1/groups?name={ID}")["groups"]
            self.assertEqual((one["cpu_time_ns"], one["memory_bytes"], one["commands"]), (5000, 5000, []))
            self.assertEqual(self.json("/api/v1/containers?name=a.service")["containers"], [])
            self.assertEqual(len(self.json("/api/v1/groups?name=a.service")["groups"]), 1)
            self.assertEqual(len(self.json("/api/v1/containers?class=docker")["containers"]), 1)
            whole = self.json("/api/v1/snapshot")
            self.assertEqual(whole["machine"]["groups"], 3)
            self.assertEqual(len(whole["groups"]), 3)
            self.assertIn(HOSTILE.partition("payload.")[2], [one["name"] for one in whole["groups"]])
            for name in ("heavy", "alerts", "processes"):
                self.assertEqual(self.json(f"/api/v1/{name}")[name], [])
            metrics = self.get("/metrics")
            self.assertIn(b"\ndenet_container_cpu_time_seconds_total", metrics.body)
            self.assertEqual(metrics.getheader("Content-Type"), "text/plain; version=0.0.4; charset=utf-8")
            metrics = self.get("/metrics", Accept="application/openmetrics-text;version=1.0.0,text/plain;q=0.5")
            self.assertTrue(metrics.body.endswith(b"# EOF\n"))
            self.assertIn("openmetrics", metrics.getheader("Content-Type"))
            process.send_signal(signal.SIGTERM)
            self.assertEqual(finish(process).status, 0)

    def test_what_one_asks_for_is_not_what_another_is_told(self):
        with self.serving("-i", "5"):
            self.after_looks(2)
            other = self.json(f"/api/v1/containers?name={ID[:12]}%01class%01docker")["containers"]
            wanted = self.json(f"/api/v1/containers?name={ID[:12]}&class=docker")["containers"]
            self.assertEqual((other, len(wanted)), ([], 1))
            for header in ",", ",gzip", ", ,GZIP;q=1", "a,,b":
                self.assertEqual(self.get("/healthz", Accept_Encoding=header).status, 200)
                self.assertEqual(self.get("/metrics", Accept=header).status, 200)

    def test_hangups_delay_no_look(self):
        with self.serving("-i", "0.2") as process:
            for _ in range(30):
                before = self.json("/healthz")["looks"]
                process.send_signal(signal.SIGHUP)
                wait_for("a look", lambda: self.json("/healthz")["looks"] > before)
            # 30 intervals later by a clock that goes on with each would be six seconds; a look takes far less than one.
            before = self.json("/healthz")["looks"]
            start_s = time.monotonic()
            wait_for("three more", lambda: self.json("/healthz")["looks"] >= before + 3)
            took_s = time.monotonic() - start_s
            wait_for("three more", lambda: self.json("/healthz")["looks"] >= before + 6)
            self.assertLess(took_s, 5 + 4 * (time.monotonic() - start_s - took_s))

    def test_history_has_percentiles_and_points(self):
        with self.serving():
            self.after_looks(3)
            answer = self.json("/api/v1/history?metric=memory_percent&points=2&window=1h")
            figure, = answer["history"]
            self.assertEqual((figure["figure"], len(figure["points"])), ("memory_percent", 2))
            self.assertGreaterEqual(figure["max"], figure["p50"])
            self.assertEqual(figure["points"][-1][0], answer["ts_ms"])
            of_group, = self.json("/api/v1/history?metric=memory_bytes&group=a.service")["history"]
            self.assertEqual((of_group["group"], of_group["min"], of_group["max"]), ("a.service", 6000, 6000))
            for query, says in (("", "'metric' must be given"), ("?metric=cpu", "no history of a metric 'cpu'"),
                                ("?metric=memory_bytes", "'group' must name one"), ("?metric=x&window=1", "'window' wants a time"),
                                ("?metric=cpu_percent&group=x", "of the machine"), ("?metric=x&points=0", "from 1 to 2000"),
                                ("?metrik=x", "did you mean 'metric'?")):
                self.assertIn(says, self.json(f"/api/v1/history{query}", 400)["error"])
            self.assertIn("group 'x'", self.json("/api/v1/history?metric=cpu_usage&group=x", 404)["error"])

    def test_alerts_are_served_and_a_reload_keeps_who_is_connected(self):
        config = pathlib.Path(self.path("host.yml"))
        rules = "alerts:\n  rules:\n    - {name: Much, metric: memory_percent, warning: %s}\n"
        config.write_text(rules % "0%")
        with self.serving("--config", str(config)) as process:
            alert, = wait_for("an alert", lambda: self.json("/api/v1/alerts")["alerts"])
            self.assertEqual((alert["labels"]["alertname"], alert["state"]), ("Much", "firing"))
            kept = self.connect()
            self.assertEqual(self.get("/metrics", connection=kept).status, 200)
            config.write_text("metric_names: psutil\n")
            process.send_signal(signal.SIGHUP)
            wait_for("no alert", lambda: not self.json("/api/v1/alerts")["alerts"])
            self.assertIn(b"\nsystem_cpu_percent ", self.get("/metrics", connection=kept).body)

    def test_files_that_are_kept_leave_descriptors_to_others(self):
        """Two for each group would be more than there are."""
        for number in range(160):
            self.put(f"docker/{number:064x}/cgroup.procs", "")
            self.put(f"docker/{number:064x}/cpu.stat", "usage_usec 5\n")
            self.put(f"docker/{number:064x}/memory.current", "5000\n")
        with self.serving(preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (300, 300))) as process:
            self.after_looks(2)
            containers = self.json("/api/v1/containers")["containers"]
            self.assertGreaterEqual(sum("cpu_time_ns" in one and "memory_bytes" in one for one in containers), 160)
            self.assertLess(len(os.listdir(f"/proc/{process.pid}/fd")), 200)

    def test_what_has_ended_is_told_with_the_last_first(self):
        with self.serving():
            self.after_looks(2)
            for count, name in enumerate(("system.slice/a.service", f"docker/{ID}"), 1):
                shutil.rmtree(self.path(f"fs/{name}"))
                wait_for("its end", lambda: self.json("/api/v1/ended")["total"] == count)
            self.assertEqual([one["name"] for one in self.json("/api/v1/ended")["ended"]], [ID[:12], "a.service"])

    def test_a_body_is_made_once_a_look(self):
        with self.serving("-i", "1000"):
            plain, packed = self.get("/api/v1/snapshot"), self.get("/api/v1/snapshot", Accept_Encoding="gzip")
            self.assertIsNone(plain.getheader("Content-Encoding"))
            self.assertEqual(packed.getheader("Content-Encoding"), "gzip")
            self.assertIn("Accept-Encoding", packed.getheader("Vary"))
            self.after_looks(2)
            again = [self.get("/api/v1/snapshot", Accept_Encoding="gzip").body for _ in range(2)]
            self.assertEqual(again[0], again[1])
            self.assertEqual(gzip.decompress(again[0]), self.get("/api/v1/snapshot").body)

    def test_only_reading_is_answered(self):
        with self.serving():
            self.after_looks(1)
            kept = self.connect()
            for _ in range(3):
                self.assertEqual(self.get("/healthz", connection=kept).status, 200)
            head = self.get("/api/v1/snapshot", "HEAD")
            self.assertEqual((head.status, head.body), (200, b""))
            self.assertGreater(int(head.getheader("Content-Length")), 1000)
            post = self.get("/healthz", "POST")
            self.assertEqual((post.status, post.getheader("Allow")), (405, "GET, HEAD"))
            for path in ("/nope", "/api/v1", "/%6detrics", "/metrics/", "//metrics", "/../etc/passwd"):
                self.assertIn("error", self.json(path, 404))
            self.assertIn("did you mean 'name'?", self.json("/api/v1/groups?nam=x", 400)["error"])

    def test_a_name_of_a_stranger_that_leads_here_is_not_answered(self):
        """What a page asks by whose name was made to lead to 127.0.0.1."""
        def statuses(*names):
            return [self.get("/healthz", Host=name).status for name in names]

        config = self.write("host.yml", "serve: {hosts: [metrics.example]}\n")
        with self.serving("--config", config) as process:
            self.after_looks(1)
            port = self.place.rpartition(":")[2]
            self.assertEqual(statuses(f"evil.example:{port}", f"localhost:{port}", "metrics.example", "[::1]"), [421, 200, 200, 200])
            self.assertIn("see serve.hosts", parse(self.get("/metrics", Host="evil.example").body)["error"])
            self.write("host.yml", "serve: {hosts: [other.example]}\n")
            process.send_signal(signal.SIGHUP)
            wait_for("the other name", lambda: statuses("other.example", "metrics.example") == [200, 421])
        with self.serving():
            self.after_looks(1)
            self.assertEqual(statuses("evil.example", "metrics.example", "localhost"), [421, 421, 200])

    def test_names_that_no_eye_tells_apart_are_two_for_everyone(self):
        names = ["a\x01", "a\x02", "a\u202e"]
        shown = ["a\\u0001", "a\\u0002", "a\\u202e"]
        for name in names:
            self.put(f"lxc.payload.{name}/cgroup.procs", "")
            self.put(f"lxc.payload.{name}/cpu.stat", "usage_usec 5\n")
        with self.serving():
            self.after_looks(1)
            self.assertLessEqual(set(names), {one["name"] for one in self.json("/api/v1/containers")["containers"]})
            for accept in "text/plain", "application/openmetrics-text":
                text = self.get("/metrics", Accept=accept).body.decode()
                self.assertEqual([name for name in shown if f'denet_container_cpu_time_seconds_total{{name="{name}"'
                                  .replace("\\", "\\\\") in text], shown)
        table = run("--once", "--cgroup-root", self.path("fs"), program=[HOST]).out.decode()
        self.assertEqual([name for name in shown if f"{name} " in table], shown, table)

    def test_a_socket_of_the_file_system(self):
        path = self.path("socket")
        with self.serving(listen=f"unix:{path}", env={"DENET_BPF_HOST_SERVE_MODE": "0600"}) as process:
            self.after_looks(1)
            self.assertEqual(os.stat(path).st_mode & 0o7777, 0o600)
            second = run("--listen", f"unix:{path}", program=[HOST])
            self.assertEqual(second.status, 125)
            self.assertIn(b"Address already in use", second.err)
            process.kill()
            process.wait()
        with self.serving(listen=f"unix:{path}") as process:
            self.after_looks(1)
            process.send_signal(signal.SIGTERM)
            self.assertEqual(finish(process).status, 0)
            self.assertFalse(os.path.exists(path))

    def test_a_socket_that_is_handed_over(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.lay_out()
            self.place = "127.0.0.1:%d" % listener.getsockname()[1]
            # The shell is the one that the variables name, and then we are.
            script = f'LISTEN_PID=$$ LISTEN_FDS=1 exec "$@" 3<&{listener.fileno()}'
            with start(HOST, "--json", "--cgroup-root", self.path("fs"), program=["sh", "-c", script, "sh"],
                       pass_fds=[listener.fileno()], stdout=subprocess.DEVNULL):
                self.after_looks(1)

    def test_where_nothing_can_be_served_nothing_starts(self):
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            for listen, says in ((f"127.0.0.1:{port}", "Address already in use"), ("9464", "unix:PATH"), ("192.0.2.1:0", "cannot listen at")):
                result = run("--listen", listen, program=[HOST])
                self.assertEqual(result.status, 125)
                self.assertIn(says.encode(), result.err)
        result = run("--listen", "true", program=[HOST], env={**os.environ, "DENET_BPF_HOST_SERVE_MODE": "rw"})
        self.assertIn(b"serve.mode wants an octal number", result.err)

    @unittest.skipUnless(shutil.which("openssl"), "openssl, which hashes passwords, is not here")
    def test_users_have_passwords(self):
        """The second request of one is answered without a check; who guesses keeps nobody else out."""
        self.write_users(ann=password_hash("secret"), bob=password_hash("other"))
        with self.serving(env={"DENET_BPF_HOST_SERVE_USERS": self.path("users")}):
            for header in (None, "Basic", "Basic !!", "Bearer x", "Basic " + base64.b64encode(b"ann").decode()):
                answer = self.get("/healthz", **({"Authorization": header} if header else {}))
                self.assertEqual((answer.status, b"error" in answer.body), (401, True))
                self.assertIn('Basic realm="denet"', answer.getheader("WWW-Authenticate"))

            def ask(name, password, path="/healthz"):
                return self.get(path, Authorization="Basic " + base64.b64encode(f"{name}:{password}".encode()).decode())

            def until_known(name, password):
                # The peer is one for all of these, and two checks a second are all that it has.
                return wait_for("a check", lambda: (status := ask(name, password).status) != 429 and status)

            self.assertEqual(until_known("ann", "secret"), 200)
            self.assertEqual(until_known("ann", "wrong"), 401)
            self.assertEqual(until_known("nobody", "secret"), 401)
            self.assertEqual(until_known("bob", "secret"), 401)
            self.assertEqual(until_known("bob", "other"), 200)
            statuses = {ask("ann", f"guess{i}").status for i in range(20)}
            self.assertEqual(statuses - {401, 429}, set())
            self.assertIn(429, statuses)
            for _ in range(20):
                self.assertEqual(ask("ann", "secret", "/api/v1/snapshot").status, 200)
            answer = wait_for("too many", lambda: (one := ask("ann", "guess")).status == 429 and one)
            self.assertEqual(answer.getheader("Retry-After"), "1")
            log = pathlib.Path(self.path("log")).read_text()
            self.assertNotIn("secret", log)
            self.assertNotIn("$6$", log)

    @unittest.skipUnless(shutil.which("openssl"), "openssl, which hashes passwords, is not here")
    def test_passwords_that_cost_too_much_are_refused(self):
        """yescrypt with a GiB, SHA-512 with all rounds that there are; what is no hash, or an unsafe one."""
        path = self.path("users")
        for text, says in (("ann:$y$jFT$abcdefghijklmnop$" + "x" * 43, "takes more than 250 ms or 32 MiB"),
                           ("ann:$6$rounds=999999999$abcdefgh$" + "x" * 86, "takes more than 250 ms or 32 MiB"),
                           ("ann:secret", "users:1: this hash is none that is safe"),
                           ("\nann:$1$abcdefgh$" + "x" * 22, "users:2: this hash is none that is safe"),
                           ("ann", "users:1: NAME:HASH is wanted"), ("# none", "no user in"),
                           (f"a:{password_hash('x')}\na:{password_hash('x')}", "users:2: this user is there twice")):
            pathlib.Path(path).write_text(text)
            result = run("--listen", "127.0.0.1:0", "--cgroup-root", self.path("fs"), program=[HOST],
                         env={**os.environ, "DENET_BPF_HOST_SERVE_USERS": path})
            self.assertEqual(result.status, 125, result)
            self.assertIn(says.encode(), result.err)
            self.assertNotIn(b"abcdefgh", result.err)
            self.assertNotIn(b"secret", result.err)

    @unittest.skipUnless(shutil.which("openssl"), "openssl, which hashes passwords, is not here")
    def test_a_reload_has_other_users(self):
        self.write_users(ann=password_hash("secret"))

        def ask(password):
            return self.get("/healthz", Authorization="Basic " + base64.b64encode(f"ann:{password}".encode()).decode()).status

        with self.serving(env={"DENET_BPF_HOST_SERVE_USERS": self.path("users")}) as process:
            self.assertEqual(ask("secret"), 200)
            self.write_users(ann="wrong")
            process.send_signal(signal.SIGHUP)
            wait_for("the fault", lambda: b"none that is safe" in pathlib.Path(self.path("log")).read_bytes())
            self.assertEqual(ask("secret"), 200)
            self.write_users(ann=password_hash("new"))
            process.send_signal(signal.SIGHUP)
            wait_for("the other password", lambda: ask("new") == 200)
            wait_for("the old one is none", lambda: ask("secret") == 401)
            # Those that are checked at that moment are answered, one way or the other.
            for _ in range(4):
                with concurrent.futures.ThreadPoolExecutor(4) as pool:
                    asked = [pool.submit(ask, f"wrong {number}") for number in range(4)]
                    process.send_signal(signal.SIGHUP)
                    self.assertLessEqual({one.result(LIMIT_S) for one in asked}, {401, 429, 503})
            wait_for("the right one passes", lambda: ask("new") == 200)
            # Nobody writes to it: it is no file of users, and is not waited for.
            os.unlink(self.path("users"))
            os.mkfifo(self.path("users"))
            looks = lambda: parse(self.get("/healthz", Authorization="Basic " + base64.b64encode(b"ann:new").decode()).body)["looks"]
            process.send_signal(signal.SIGHUP)
            before = looks()
            wait_for("looks go on", lambda: looks() > before + 2)

    @unittest.skipUnless(shutil.which("openssl"), "openssl, which hashes passwords, is not here")
    def test_users_go_along_to_another_address(self):
        self.write_users(ann=password_hash("secret"))
        settings = f"serve: {{users: {self.path('users')}}}\n"
        config = self.write("host.yml", f"listen: unix:{self.path('a')}\n{settings}")
        log = pathlib.Path(self.path("log"))

        def ask(password):
            return self.get("/healthz", Authorization="Basic " + base64.b64encode(f"ann:{password}".encode()).decode()).status

        with self.serving("--config", config, listen=None) as process:
            self.assertEqual(ask("secret"), 200)
            for listen, says in ((f"unix:{self.folder}", b"cannot listen at"), (f"unix:{self.path('b')}", b"/b\n")):
                self.write("host.yml", f"listen: {listen}\n{settings}")
                process.send_signal(signal.SIGHUP)
                wait_for("it is told", lambda: says in log.read_bytes())
                self.assertEqual(ask("secret"), 200)
                self.place = f"unix:{self.path('b')}"
            self.assertFalse(os.path.exists(self.path("a")))
            self.assertIn(ask("wrong"), (401, 429))
            self.write("host.yml", f"listen: unix:{self.path('a')}\n")
            process.send_signal(signal.SIGHUP)
            wait_for("it is told", lambda: b"whether serve.users is given takes a restart" in log.read_bytes())
            self.assertEqual(ask("secret"), 200)
            process.send_signal(signal.SIGTERM)
            self.assertEqual(finish(process).status, 0)

    @unittest.skipUnless(shutil.which("openssl"), "openssl, which makes certificates, is not here")
    def test_tls_and_certificates_of_clients(self):
        for name in ("server", "client", "stranger"):
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                            "-keyout", self.path(f"{name}.key"), "-out", self.path(f"{name}.pem"), "-days", "2",
                            "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
        environment = {f"DENET_BPF_HOST_SERVE_{key}": self.path(name) for key, name in
                       (("CERT", "server.pem"), ("KEY", "server.key"), ("CLIENT_CA", "client.pem"))}

        def ask(name):
            context = ssl.create_default_context(cafile=self.path("server.pem"))
            if name:
                context.load_cert_chain(self.path(f"{name}.pem"), self.path(f"{name}.key"))
            host, _, port = self.place.rpartition(":")
            return self.get("/healthz", connection=http.client.HTTPSConnection(host, int(port), timeout=LIMIT_S, context=context))

        with self.serving(env=environment) as process:
            self.assertEqual(ask("client").status, 200)
            self.assertEqual((ask(None).status, ask("stranger").status), (403, 403))
            for version, is_spoken in ("-tls1_1", False), ("-tls1_2", True):
                said = subprocess.run(["openssl", "s_client", version, "-cipher", "ALL:@SECLEVEL=0", "-connect", self.place],
                                      input=b"", capture_output=True, check=False)
                self.assertEqual(b"New, TLSv1" in said.stdout, is_spoken, said)
            # Another certificate, without a new socket.
            for end in ("pem", "key"):
                os.replace(self.path(f"stranger.{end}"), self.path(f"server.{end}"))
            process.send_signal(signal.SIGHUP)

            # Who is greeted while one listener follows the other is cut off.
            def is_new():
                with contextlib.suppress(ssl.SSLError, ConnectionError, http.client.RemoteDisconnected):
                    return ask("client").status == 200
                return False

            wait_for("the other certificate", is_new)
            with self.assertRaises((http.client.HTTPException, OSError)):
                self.get("/healthz")
        for keys, says in (({"CERT": "server.pem"}, "go together"), ({"CERT": "client.pem", "KEY": "server.key"}, "do not fit"),
                           ({"CERT": "none", "KEY": "server.key"}, "cannot read"), ({"CLIENT_CA": "client.pem"}, "takes serve.cert")):
            result = run("--listen", "127.0.0.1:0", program=[HOST], env={
                **os.environ, **{f"DENET_BPF_HOST_SERVE_{key}": self.path(name) for key, name in keys.items()}})
            self.assertEqual(result.status, 125)
            self.assertIn(says.encode(), result.err)

    @staticmethod
    def ask(kept, path, count):
        """So many requests, the next behind the other; how many are answered well."""
        kept.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode() * count)
        answers = b""
        while answers.count(b'"looks":') < count:
            answers += kept.recv(65536)
        return answers.count(b"HTTP/1.1 200 OK\r\n")

    def test_ten_thousand_requests_change_nothing(self):
        with self.serving() as process:
            self.after_looks(2)

            def size():
                return {line.split()[0]: int(line.split()[1]) for line in
                        pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines() if line.startswith("VmRSS")}["VmRSS:"]

            def descriptors():
                return len(os.listdir(f"/proc/{process.pid}/fd"))

            kept = socket.create_connection(self.place.split(":"), timeout=LIMIT_S)
            answered = self.ask(kept, "/api/v1/snapshot", 1)
            before, size_kb = descriptors(), size()
            for batch in range(100):
                answered += self.ask(kept, f"/api/v1/groups?name={batch}", 100)
            self.assertEqual((answered, descriptors()), (10001, before))
            kept.close()
            # What a sanitizer frees it keeps for a while.
            self.assertTrue(IS_SANITIZED or size() < size_kb + 4096, (size(), size_kb))
            looks = self.json("/healthz")["looks"]
            self.after_looks(looks + 1)
