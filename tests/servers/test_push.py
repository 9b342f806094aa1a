# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""What denet-bpf host sends, as real servers give it back: equal to what it told."""

import contextlib
import json
import os
import pathlib
import re
import signal
import subprocess
import unittest
import urllib.parse

from harness import BIN, ROOT, Case, finish, run, start, wait_for
from test_servers import HOSTILE, SHOWN, ask, free_port

HOST = f"{BIN}-host"
ID = "0123456789abcdef" * 4
STATSD = ROOT / "build/tests/servers"
STATSD_VERSION = "0.9.0"

INFLUX = """reporting-disabled = true
bind-address = "127.0.0.1:{backup}"
[meta]
  dir = "{folder}/meta"
[data]
  dir = "{folder}/data"
  wal-dir = "{folder}/wal"
[http]
  bind-address = "127.0.0.1:{port}"
  log-enabled = false
[[udp]]
  enabled = true
  bind-address = "127.0.0.1:{udp}"
  database = "by_udp"
  batch-timeout = "10ms"
"""

CARBON = """[cache]
STORAGE_DIR = {folder}
LOCAL_DATA_DIR = {folder}/whisper
CONF_DIR = {folder}
LOG_DIR = {folder}
PID_DIR = {folder}
USER =
MAX_CREATES_PER_MINUTE = inf
LINE_RECEIVER_INTERFACE = 127.0.0.1
LINE_RECEIVER_PORT = {line}
PICKLE_RECEIVER_INTERFACE = 127.0.0.1
PICKLE_RECEIVER_PORT = {pickle}
CACHE_QUERY_INTERFACE = 127.0.0.1
CACHE_QUERY_PORT = {query}
"""


def statsd_program():
    """Of npm alone, beside what is built; None where it cannot be had."""
    script = STATSD / "node_modules/statsd/stats.js"
    if not script.exists():
        STATSD.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--prefix", ".", f"statsd@{STATSD_VERSION}"],
                           cwd=STATSD, check=True, capture_output=True, timeout=120)
    return script if script.exists() else None


@unittest.skipUnless(os.path.exists(HOST), "denet-bpf-host is not built")
class Push(Case):

    def lay_out(self):
        """A container, and one with a name that would end a tag, a field or a line."""
        for number, name in enumerate((f"docker-{ID}.scope", f"lxc.payload.{HOSTILE}")):
            folder = pathlib.Path(self.folder, "fs", name)
            folder.mkdir(parents=True)
            (folder / "cgroup.procs").write_text("")
            (folder / "cpu.stat").write_text(f"usage_usec {number + 5}\nuser_usec {number + 2}\nsystem_usec 1\n")
            (folder / "memory.current").write_text(f"{number + 7}000\n")
        (folder.parent / "cgroup.controllers").write_text("cpu memory\n")
        return "--cgroup-root", self.path("fs"), "--interval", "0.2", "--json"

    @contextlib.contextmanager
    def serving(self, *command, **options):
        with open(self.path("log"), "ab") as log:
            with start(*command, program=[], stdout=log, stderr=log, cwd=self.folder, **options) as process:
                self.server = process
                yield process
                process.send_signal(signal.SIGTERM)
                finish(process)

    def await_status(self, port, path, status):
        def answers():
            self.assertIsNone(self.server.poll(), self.read("log"))
            return (ask(port, path) or [None])[0] == status

        wait_for(f"{path} is answered by {status}", answers)

    def tell(self, settings, seen):
        """The records of containers that the host told while it sent, by name and time, until seen()."""
        config = self.write("host.yml", json.dumps(settings))
        with open(self.path("out"), "wb") as out:
            with start(*self.lay_out(), "--config", config, program=[HOST], stdout=out) as process:
                wait_for("the server has it", lambda: self.assertIsNone(process.poll()) or seen())
                process.send_signal(signal.SIGTERM)
                result = finish(process)
        self.assertEqual((result.status, result.err), (0, b""), result)
        told = [json.loads(line) for line in self.read("out").splitlines()]
        return [record for record in told if record["kind"] == "group" and record["type"] == "container"]

    def check_points(self, told, found):
        """found: (name, ms) to (CPU time, memory)."""
        self.assertEqual({record["name"] for record in told}, {ID[:12], HOSTILE})
        wanted = {(SHOWN if record["name"] == HOSTILE else record["name"], record["ts_ms"]):
                  (record["cpu_time_ns"], record["memory_bytes"]) for record in told}
        self.assertEqual(found, wanted)

    def test_influxdb_1_by_http_and_by_udp(self):
        port, backup, udp = free_port(), free_port(), free_port()
        self.write("influx.conf", INFLUX.format(folder=self.folder, port=port, backup=backup, udp=udp))

        def points(database):
            query = urllib.parse.urlencode({"db": database, "epoch": "ms", "q":
                                            "SELECT cpu_time_ns,memory_bytes FROM denet_container GROUP BY \"name\""})
            series = json.loads(ask(port, f"/query?{query}")[1])["results"][0].get("series", [])
            return {(one["tags"]["name"], row[0]): tuple(row[1:]) for one in series for row in one["values"]}

        with self.serving("influxd", "-config", self.path("influx.conf")):
            self.await_status(port, "/ping", 204)
            for database in ("by_http", "by_udp"):
                self.assertEqual(ask(port, "/query", f"q=CREATE+DATABASE+{database}".encode())[0], 200)
            told = self.tell({"influx": [{"url": f"http://127.0.0.1:{port}", "database": "by_http"},
                                         {"url": f"udp://localhost:{udp}"}]},
                             lambda: len(points("by_http")) > 2 and len(points("by_udp")) > 2)
            self.check_points(told, points("by_http"))
            wait_for("the last datagram is stored", lambda: max(ms for _, ms in points("by_udp")) == told[-1]["ts_ms"])
            # Before the name was looked up there was nobody to send to.
            by_udp = points("by_udp")
            self.assertLessEqual(by_udp.items(), points("by_http").items())
            query = urllib.parse.urlencode({"db": "by_http", "q": "SELECT * FROM system_metrics LIMIT 1"})
            (series,) = json.loads(ask(port, f"/query?{query}")[1])["results"][0]["series"]
            self.assertLessEqual({"memory_percent", "disk_percent", "swap_percent", "load1", "host"},
                                 set(series["columns"]))

    def test_victoria_metrics_by_version_2_s_path(self):
        port = free_port()

        def points():
            ask(port, "/internal/force_flush")
            text = ask(port, "/api/v1/export?match[]=" + urllib.parse.quote('{__name__=~"denet_container_(cpu_time_ns|'
                                                                            'memory_bytes)"}'))[1]
            found = {}
            for line in map(json.loads, text.splitlines()):
                labels = line["metric"]
                for value, ms in zip(line["values"], line["timestamps"]):
                    place = 0 if labels["__name__"].endswith("cpu_time_ns") else 1
                    found.setdefault((labels["name"], ms), [None, None])[place] = value
            return {key: tuple(values) for key, values in found.items()}

        with self.serving("victoria-metrics", f"-storageDataPath={self.path('data')}",
                          f"-httpListenAddr=127.0.0.1:{port}"):
            self.await_status(port, "/health", 200)
            target = {"url": f"http://127.0.0.1:{port}", "bucket": "b", "org": "o"}
            told = self.tell({"influx": target}, lambda: len(points()) > 2)
            wait_for("all can be read", lambda: len(points()) >= len(told))
            self.check_points(told, points())

    def test_a_pushgateway_has_the_summary_of_a_run(self):
        port = free_port()
        with self.serving("prometheus-pushgateway", f"--web.listen-address=127.0.0.1:{port}"):
            self.await_status(port, "/-/ready", 200)
            url = f"http://127.0.0.1:{port}/metrics/job/build/pipeline@base64/YS9i"
            for _ in range(2):
                result = run("run", "-q", "--accounting", "proc", "--push", url, "--label", HOSTILE, "-o", self.path("f"),
                             "--", "sh", "-c", "exit 3")
                self.assertEqual((result.status, result.err), (3, b""), result)
            summary = json.loads(self.read("f").splitlines()[-1])
            text = ask(port, "/metrics")[1]
        lines = [line for line in text.splitlines() if line.startswith("denet_run_cpu_time_seconds_total")]
        self.assertEqual(len(lines), 1, text)
        self.assertIn('job="build",pipeline="a/b",run="', lines[0])
        self.assertEqual(float(lines[0].rpartition(" ")[2]), summary["cpu_time_ns"] / 1e9)
        self.assertRegex(text, r"(?m)^denet_run_exit_status\{.*\} 3$")

    def test_statsd_hands_it_on_to_graphite(self):
        program = statsd_program()
        if not program:
            self.skipTest(f"npm has no statsd@{STATSD_VERSION}")
        line, pickle, query, statsd, management = (free_port() for _ in range(5))
        self.write("carbon.conf", CARBON.format(folder=self.folder, line=line, pickle=pickle, query=query))
        self.write("storage-schemas.conf", "[all]\npattern = .*\nretentions = 1s:10m\n")
        self.write("statsd.js", json.dumps({
            "port": statsd, "mgmt_port": management, "mgmt_address": "127.0.0.1", "address": "127.0.0.1", "flushInterval": 1000,
            "graphiteHost": "127.0.0.1", "graphitePort": line, "graphite": {"legacyNamespace": False},
            "backends": ["./backends/graphite"]}))
        name = re.sub(r"[^A-Za-z0-9_-]", "_", os.uname().nodename)
        hostile = re.sub("[^a-z0-9]", "_", SHOWN)
        wanted = {f"cpu/{name}/{ID[:12]}/user": 2e-6, f"meminfo/{name}/{ID[:12]}/usage": 7000,
                  f"cpu/{name}/{hostile}/user": 3e-6, f"meminfo/{name}/{hostile}/usage": 8000}

        def stored(key):
            path = self.path(f"whisper/stats/gauges/psutil/{key}.wsp")
            if not os.path.exists(path):
                return None
            told = subprocess.run(["whisper-fetch", "--json", "--drop=nulls", path], check=True, capture_output=True).stdout
            values = [value for value in json.loads(told)["values"] if value is not None]
            return values and values[-1]

        with self.serving("carbon-cache", f"--config={self.path('carbon.conf')}", "--debug", "start"):
            wait_for("carbon listens", lambda: self.is_heard(line))
            with self.serving("node", program, self.path("statsd.js")):
                wait_for("statsd listens", lambda: self.is_heard(management))
                self.tell({"statsd": {"target": f"127.0.0.1:{statsd}", "details": ["cpu", "mem"]}},
                          lambda: all(stored(key) for key in wanted))
                self.assertEqual({key: stored(key) for key in wanted}, wanted)
                # Nothing of a name has become a gauge of its own; statsd has one, which comes when it comes.
                self.assertEqual(set(os.listdir(self.path("whisper/stats/gauges"))) - {"statsd"}, {"psutil"})

    def is_heard(self, port):
        self.assertIsNone(self.server.poll(), self.read("log"))
        lines = pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]
        return any(line.split()[1] == f"0100007F:{port:04X}" and line.split()[3] == "0A" for line in lines)
