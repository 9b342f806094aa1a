# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Real servers of figures as the command: they serve as without us, and their record is whole."""

import contextlib
import json
import signal
import socket
import urllib.error
import urllib.parse
import urllib.request

from harness import ROOT, Case, finish, of_kind, parse_lines, run, start, the, wait_for

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
"""


# What would end a label, a tag, a field or a line, in as many bytes as a name has; and what it is in a tag.
HOSTILE = "a,b c=d\"e\t\n\u202e\\"
SHOWN = "a,b c=d\"e\\u0009\\u000a\\u202e?"


def known(sample, key):
    """None for what denet's readers need a 0 for."""
    figures = sample["aggregated"]
    return None if key in figures.get("unknown", ()) else figures.get(key)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def ask(port, path, data=None):
    """Status and text; None while nobody answers."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"http://127.0.0.1:{port}{path}", data, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return None


class Servers(Case):
    @contextlib.contextmanager
    def served(self, *command):
        """The server as our command. Ended by SIGTERM; its records are then in self.found."""
        with open(self.path("log"), "wb") as log:
            with start("run", "-q", "-o", self.path("records"), "--", *command, stdout=log, stderr=log) as process:
                self.process = process
                yield
                process.send_signal(signal.SIGTERM)
                self.status = finish(process).status
        self.found = parse_lines(self.read("records"))

    def await_answer(self, port, path, status):
        def answers():
            self.assertIsNone(self.process.poll(), self.read("log"))
            return (ask(port, path) or [None])[0] == status

        wait_for(f"{path} is answered by {status}", answers)

    def check_records(self, name):
        """Of a server with many threads, each of them counted."""
        self.assertEqual(self.status, 0, self.read("log"))
        summary = the(self.found, "summary")
        (server,) = [record for record in of_kind(self.found, "process") if record["comm"] == name]
        self.assertEqual(server["exit_code"], 0)
        self.assertGreater(server["cpu_time_ns"], 0)
        self.assertGreater(server["threads_total"], 1)
        self.assertGreaterEqual(summary["cpu_time_ns"], server["cpu_time_ns"])

    def test_prometheus_is_served_as_without_us(self):
        port = free_port()
        self.write("prometheus.yml", "scrape_configs: []\n")
        with self.served("prometheus", f"--config.file={self.path('prometheus.yml')}",
                         f"--storage.tsdb.path={self.path('data')}", f"--web.listen-address=127.0.0.1:{port}"):
            self.await_answer(port, "/-/ready", 200)
            status, text = ask(port, "/api/v1/query?query=42")
            self.assertEqual((status, json.loads(text)["data"]["result"][1]), (200, "42"))
        self.check_records("prometheus")

    def test_promtool_finds_nothing_in_a_converted_run(self):
        found = self.records("--label", HOSTILE, command=("sh", "-c", "sh -c 'exit 1'; true"))
        for number, record in enumerate(of_kind(found, "process")):
            record["comm"] = HOSTILE[:-1] + "\t\n"[number % 2]
        hostile = self.write("hostile", "".join(json.dumps(record) + "\n" for record in found))
        for path in (hostile, *sorted((ROOT / "tests/fixtures/records").glob("*own*")),
                     *sorted((ROOT / "tests/fixtures/records").glob("denet-*"))):
            text = run("convert", path, "--to", "prom").out
            self.assertIn(b"# TYPE denet_run_info gauge", text)
            told = run("check", "metrics", program=["promtool"], stdin=None, input=text)
            self.assertEqual((told.status, told.out, told.err), (0, b"", b""), f"{path}: {told}")

    def test_influxdb_takes_the_figures_of_a_run(self):
        found = self.records("--label", HOSTILE, command=("sh", "-c", "true; true"))
        for record in of_kind(found, "process"):
            record["comm"] = HOSTILE
        path = self.write("hostile", "".join(json.dumps(record) + "\n" for record in found))
        lines = run("convert", path, "--to", "influx").out
        samples, summary = of_kind(found, "tree"), the(found, "summary")
        port, backup = free_port(), free_port()
        self.write("influx.conf", INFLUX.format(folder=self.folder, port=port, backup=backup))
        with self.served("influxd", "-config", self.path("influx.conf")):
            self.await_answer(port, "/ping", 204)
            self.assertEqual(ask(port, "/query", b"q=CREATE+DATABASE+ours")[0], 200)
            self.assertEqual(ask(port, "/write?db=ours", lines), (204, ""))

            def read_back(what):
                query = urllib.parse.urlencode({"db": "ours", "q": f"SELECT {what} GROUP BY label,program"})
                (series,) = json.loads(ask(port, f"/query?{query}")[1])["results"][0]["series"]
                return series["tags"], [row[1:] for row in series["values"]]

            tags, rows = read_back("cpu_time_ns,mem_rss_kb FROM denet_sample")
            self.assertEqual(tags["label"], SHOWN)
            # Of two in one millisecond the later stays.
            by_time = {sample["ts_ms"]: sample for sample in samples}
            self.assertEqual(rows, [[known(sample, key) for key in ("cpu_time_ns", "mem_rss_kb")]
                                    for _, sample in sorted(by_time.items())])
            tags, rows = read_back("cpu_time_ns,processes_total,complete FROM denet_run")
            self.assertEqual(rows, [[summary["cpu_time_ns"], summary["processes_total"], True]])
            tags, rows = read_back("runs FROM denet_program")
            self.assertEqual((tags["program"], len(rows)), (SHOWN, 1))
        self.check_records("influxd")
