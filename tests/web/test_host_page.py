# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""The page of denet-bpf-host, in a real browser, of a service that runs."""

import contextlib
import html
import json
import os
import pathlib
import re
import socket
import subprocess
import urllib.request

import browser
from harness import BIN, Case, start, wait_for

HOST = f"{BIN}-host"
HOSTILE = "</script><b>x&'\""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def cells(page, table):
    body = re.search(rf'<table id="{table}">.*?</table>', page, re.S)[0]
    return [[html.unescape(cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.S)]
            for row in re.findall(r"<tr.*?</tr>", body, re.S)]


class HostPage(Case):

    def setUp(self):
        super().setUp()
        self.assertTrue(browser.find(), "no browser: packaging/install-deps web")
        self.address = f"127.0.0.1:{free_port()}"
        for number, name in enumerate(("web", "db", HOSTILE.replace("/", "\\"))):
            folder = pathlib.Path(self.folder, "fs", "system.slice", f"{name}.service")
            folder.mkdir(parents=True)
            (folder / "cgroup.procs").write_text("")
            (folder / "memory.current").write_text(f"{(number + 1) * 1048576}\n")
            (folder / "cpu.stat").write_text("usage_usec 5\n")
        pathlib.Path(self.folder, "fs", "cgroup.controllers").write_text("memory\n")
        self.config = self.write("host.yml", f"interval: 100ms\nlisten: {self.address}\nalerts:\n  rules:\n"
                                 "    - {name: big, metric: memory_bytes, of: unit, critical: 2MiB}\n")

    def ask(self, path):
        with contextlib.suppress(OSError), urllib.request.urlopen(f"http://{self.address}{path}", timeout=30) as answer:
            return json.loads(answer.read())
        return {}

    def show(self, fragment=""):
        with start("--config", self.config, "--cgroup-root", self.path("fs"), program=[HOST], stdout=subprocess.DEVNULL,
                   env={**os.environ, "DENET_BPF_HOST_FILTER": "kill"}):
            wait_for("three looks and an alert", lambda: self.ask("/api/v1/snapshot").get("looks", 0) >= 3 and
                     self.ask("/api/v1/alerts").get("alerts"))
            return browser.open_page(f"http://{self.address}/{fragment}", self.folder, "--virtual-time-budget=20000")

    def test_what_runs_is_shown(self):
        page = self.show()
        self.assertIn("<title>3 groups</title>", page)
        rows = {row[0]: row for row in cells(page, "groups") if row}
        self.assertEqual(set(rows), {"web.service", "db.service", HOSTILE.replace("/", "\\") + ".service"})
        self.assertIn("2.0 MiB", rows["db.service"])
        self.assertIn("big", [row[0] for row in cells(page, "alerts") if row])
        self.assertGreaterEqual(page.count("<polyline"), 2)
        self.assertIn("Look ", page)

    def test_one_of_them_is_opened_by_the_address(self):
        page = self.show("#%2Fsystem.slice%2Fdb.service")
        inside = re.search(r'<section id="inside".*?</section>', page, re.S)[0]
        self.assertNotIn("hidden", inside.split(">")[0])
        self.assertIn('<h2 id="inside_of">db.service</h2>', inside)
        self.assertIn("<polyline", inside)
        self.assertNotIn("<polyline", self.show("#%ZZ").split('id="inside"')[1])

    def test_its_policy_lets_nothing_else_run(self):
        page = self.show()
        self.assertIn("default-src 'none'; connect-src 'self'", html.unescape(page))
        self.assertNotIn("<b>x", page)
