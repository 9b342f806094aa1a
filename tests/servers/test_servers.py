# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Real servers of figures as the command: they serve as without us, and their record is whole."""

import contextlib
import json
import signal
import socket
import urllib.error
import urllib.parse
import urllib.request

from harness import Case, finish, of_kind, parse_lines, start, the, wait_for

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

    def test_influxdb_takes_the_figures_of_a_run(self):
        samples = of_kind(self.records(command=("sh", "-c", "true; true")), "tree")
        port, backup = free_port(), free_port()
        self.write("influx.conf", INFLUX.format(folder=self.folder, port=port, backup=backup))
        with self.served("influxd", "-config", self.path("influx.conf")):
            self.await_answer(port, "/ping", 204)
            self.assertEqual(ask(port, "/query", b"q=CREATE+DATABASE+ours")[0], 200)
            lines = [f"tree processes={sample['aggregated']['process_count']}i {number + 1}"
                     for number, sample in enumerate(samples)]
            self.assertEqual(ask(port, "/write?db=ours", "\n".join(lines).encode()), (204, ""))
            query = urllib.parse.urlencode({"db": "ours", "q": "SELECT processes FROM tree"})
            (series,) = json.loads(ask(port, f"/query?{query}")[1])["results"][0]["series"]
            self.assertEqual([row[1] for row in series["values"]],
                             [sample["aggregated"]["process_count"] for sample in samples])
        self.check_records("influxd")
