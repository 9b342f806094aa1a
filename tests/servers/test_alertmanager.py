# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Alerts of denet-bpf-host in a real Alertmanager: many posts, one word when it begins, one when it is over."""

import http.server
import json
import os
import pathlib
import re
import subprocess
import threading

from harness import BIN, Case, finish, start, wait_for
from test_servers import ask, free_port

HOST = f"{BIN}-host"
NAME = "a\"b\n{c}=\u00e9, d"
CONFIG = """route:
  receiver: us
  group_by: [alertname, name]
  group_wait: 100ms
  group_interval: 1s
receivers:
  - name: us
    webhook_configs:
      - {{url: "http://127.0.0.1:{port}/", send_resolved: true}}
"""
RULES = """interval: 200ms
alerts:
  rules:
    - {{name: Fat, metric: memory_bytes, of: unit, critical: 1MiB, annotations: {{summary: "{{name}} has {{value}}"}}}}
  targets:
    - {{type: alertmanager, url: "http://127.0.0.1:{port}", resend: 1s}}
    - {{type: webhook, url: "http://127.0.0.1:{own}/"}}
"""


class Receiver(http.server.ThreadingHTTPServer):
    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.port = self.server_address[1]
        self.heard = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def close(self):
        self.shutdown()
        self.server_close()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.server.heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class Alertmanager(Case):
    def setUp(self):
        super().setUp()
        self.receiver, self.own = Receiver(), Receiver()
        self.addCleanup(self.receiver.close)
        self.addCleanup(self.own.close)
        self.unit = pathlib.Path(self.folder, "fs", "system.slice", f"{NAME}.service")
        self.unit.mkdir(parents=True)
        (self.unit / "cgroup.procs").write_text("")
        self.use(1)
        self.write("fs/cgroup.controllers", "memory\n")

    def use(self, memory_bytes):
        (self.unit / "memory.current").write_text(f"{memory_bytes}\n")

    def run_alertmanager(self):
        port = free_port()
        config = self.write("am.yml", CONFIG.format(port=self.receiver.port))
        log = self.enterContext(open(self.path("log"), "wb"))
        process = subprocess.Popen(
            ["prometheus-alertmanager", f"--config.file={config}", f"--storage.path={self.path('data')}",
             f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address="],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={**os.environ, "no_proxy": "127.0.0.1"})
        self.addCleanup(process.wait)
        self.addCleanup(process.terminate)
        wait_for("Alertmanager is ready", lambda: (ask(port, "/-/ready") or [None])[0] == 200)
        return port

    @staticmethod
    def received(port, status):
        text = ask(port, "/metrics")[1]
        found = re.search(rf'alertmanager_alerts_received_total{{status="{status}",version="v2"}} (\d+)', text)
        return int(found[1]) if found else 0

    def test_many_posts_make_one_word(self):
        port = self.run_alertmanager()
        config = self.write("host.yml", RULES.format(port=port, own=self.own.port))
        process = self.enterContext(start("--config", config, "--cgroup-root", self.path("fs"), program=[HOST],
                                          stdout=subprocess.DEVNULL))
        self.use(2 << 20)
        wait_for("three posts", lambda: self.received(port, "firing") >= 3)
        firing, = self.receiver.heard
        self.assertEqual(firing["status"], "firing")
        self.use(1)
        wait_for("the end", lambda: len(self.receiver.heard) == 2)
        over = self.receiver.heard[1]
        self.assertEqual(over["status"], "resolved")
        self.assertEqual(over["alerts"][0]["labels"]["name"], f"{NAME}.service")
        self.assertEqual(ask(port, "/metrics")[1].count("alertmanager_alerts_invalid_total{version=\"v2\"} 0"), 1)
        # What we tell a webhook is what Alertmanager tells it.
        wait_for("our own", lambda: len(self.own.heard) == 2)
        for theirs, ours in zip(self.receiver.heard, self.own.heard):
            self.assertEqual(set(theirs), set(ours))
            self.assertEqual(theirs["version"], ours["version"])
            self.assertEqual(set(theirs["alerts"][0]), set(ours["alerts"][0]))
            for key in ("status", "labels", "fingerprint"):
                self.assertEqual(theirs["alerts"][0][key], ours["alerts"][0][key], key)
            self.assertEqual(theirs["commonLabels"], ours["commonLabels"])
        self.assertEqual(firing["alerts"][0]["annotations"], self.own.heard[0]["alerts"][0]["annotations"])
        process.terminate()
        self.assertEqual(finish(process).err, b"")
