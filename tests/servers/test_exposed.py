# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""What denet-bpf-host tells Prometheus, node_exporter and those who know process-exporter, beside the real ones."""

import contextlib
import http.server
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import threading
import time
import unittest
import urllib.parse
import urllib.request

from harness import BIN, ROOT, Case, exact, finish, need_root, run, shell_inside, start, wait_for
from test_servers import ask, free_port

HOST = f"{BIN}-host"
ID = "0123456789abcdef" * 4
HOSTILE = b"a\"b\\c\n,{d}=\xff\xe2\x80\xae"
# It uses CPU, and then nothing any more until it is told to end.
WORK = "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; echo done; read line"


PROMETHEUS = """global: {{scrape_interval: {every_s}s, scrape_timeout: 2s}}
scrape_configs:
- job_name: openmetrics
  static_configs: [{{targets: ["127.0.0.1:{host}"]}}]
- job_name: text
  static_configs: [{{targets: ["127.0.0.1:{text}"]}}]
"""


class Texts(http.server.BaseHTTPRequestHandler):
    """Asks the host for plain text, as Prometheus itself prefers OpenMetrics."""

    def do_GET(self):
        request = urllib.request.Request(f"http://127.0.0.1:{self.server.host}/metrics", headers={"Accept": "text/plain"})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=30) as answer:
            body = answer.read()
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.headers["Content-Type"])
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@contextlib.contextmanager
def texts_of(port):
    with http.server.HTTPServer(("127.0.0.1", 0), Texts) as server:
        server.host = port
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


def cgroup_mount(controller):
    """Where version 1 has the controller, or None."""
    for line in pathlib.Path("/proc/self/mountinfo").read_text().splitlines():
        before, _, after = line.partition(" - ")
        kind, _, options = after.split()[:3]
        if kind == "cgroup" and controller in options.split(","):
            return before.split()[4]
    return None


def series(text):
    """The value of each series by its name with its labels."""
    return dict(line.rsplit(" ", 1) for line in text.splitlines() if line and not line.startswith("#"))


def values_of(text, name, *labels):
    """Of each series of the name that has these labels."""
    found = re.compile(re.escape(name) + r"(\{.*\})?$")
    return [float(value) for key, value in series(text).items()
            if found.match(key) and all(label in key for label in labels)]


class Exposed(Case):
    @contextlib.contextmanager
    def running(self, *command):
        """One of the servers beside us."""
        with open(self.path("log"), "ab") as log:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
            try:
                yield process
            finally:
                process.terminate()
                process.wait()

    def await_text(self, port, path, condition):
        def answer():
            status, text = ask(port, path) or (0, "")
            return text if status == 200 and condition(text) else None

        return wait_for(f"{path} has it", answer)

    @contextlib.contextmanager
    def host(self, config, *args):
        path = self.write("host.yml", config)
        with start("--config", path, *(args if "-i" in args else ("-i", "0.2", *args)), program=[HOST], stdout=subprocess.DEVNULL) as process:
            yield process
            process.send_signal(signal.SIGTERM)
            result = finish(process)
        self.assertEqual(result.status, 0, result)

    def lay_out(self):
        folder = os.fsencode(self.path("fs"))
        for name in (b"docker/" + ID.encode(), b"lxc.payload." + HOSTILE):
            os.makedirs(folder + b"/" + name)
            pathlib.Path(os.fsdecode(folder + b"/" + name), "cpu.stat").write_text("usage_usec 1500000\n")
        self.write("fs/cgroup.controllers", "")
        return "--cgroup-root", self.path("fs")

    def test_node_exporter_tells_what_a_textfile_has(self):
        port = free_port()
        os.mkdir(self.path("texts"))
        file = self.path("texts/denet.prom")
        with self.host(f"textfile: {file}\ncollect: {{machine: true, commands: true}}\n", *self.lay_out()), \
                self.running("prometheus-node-exporter", "--collector.disable-defaults", "--collector.textfile",
                             f"--collector.textfile.directory={self.path('texts')}",
                             f"--web.listen-address=127.0.0.1:{port}"):
            text = self.await_text(port, "/metrics", lambda text: "denet_looks_total" in text)
            self.assertEqual(values_of(text, "node_textfile_scrape_error"), [0])
            self.assertEqual(values_of(text, "denet_container_cpu_time_seconds_total", f'id="{ID[:12]}"'), [1.5])
            self.assertEqual(values_of(text, "denet_container_cpu_time_seconds_total", 'name="a\\"b\\\\c\\\\u000a,{d}=\\\\xff\\\\u202e"'),
                             [1.5])
            self.assertEqual(len(values_of(text, "denet_machine_memory_total_bytes")), 1)
            told = run("check", "metrics", program=["promtool"], stdin=None, input=pathlib.Path(file).read_bytes())
            self.assertEqual((told.status, told.out, told.err), (0, b"", b""))
        self.assertEqual(os.listdir(self.path("texts")), ["denet.prom"])

    def promtool(self, *args, **options):
        result = run(*args, program=["promtool"], **options)
        self.assertEqual((result.status, result.err), (0, b""), result)

    def test_rules_for_prometheus_fire_at_their_bounds(self):
        self.promtool("check", "rules", "share/prometheus/denet-alerts.yml", cwd=ROOT)
        self.promtool("test", "rules", "denet-alerts.test.yml", cwd=ROOT / "tests/servers")

    def test_queries_of_the_dashboard_are_of_figures_that_there_are(self):
        board = json.loads((ROOT / "share/grafana/denet-host.json").read_text())
        told = set(re.findall(r"^\| `(\w+)", (ROOT / "docs/host-metrics.md").read_text(), re.M))
        queries = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
        self.assertGreater(len(queries), 10)
        for query in queries:
            self.assertEqual([], [name for name in re.findall(r"denet_\w+", query) if name not in told], query)
        plain = [query.replace("$__rate_interval", "1m").replace("$instance", ".*") for query in queries]
        rules = [{"record": f"query:{number}", "expr": query} for number, query in enumerate(plain)]
        path = self.write("rules.yml", json.dumps({"groups": [{"name": "board", "rules": rules}]}))
        self.promtool("check", "rules", path)

    @need_root
    def test_process_exporter_has_the_same_values(self):
        port = free_port()
        shutil.copy("/bin/dash", self.path("denetwork"))
        pe = self.write("pe.yml", "process_names:\n  - name: '{{.Comm}}'\n    cmdline: ['.+']\n")
        file = self.path("denet.prom")
        # Memory is added up at each walk over /proc.
        config = (f"textfile: {file}\nmetric_names: process-exporter\nheavy: {{every: 200ms}}\n"
                  "processes:\n  - {name: '{1}', comm: (.*)}\n")
        with self.host(config), self.running("prometheus-process-exporter", "--config.path", pe,
                                             f"--web.listen-address=127.0.0.1:{port}"):
            # Both have seen what was there before.
            self.await_text(port, "/metrics", lambda text: "namedprocess_namegroup_num_procs" in text)
            wait_for("the first look", lambda: os.path.exists(file))
            # It takes a process for older than its first look by a boot time in whole seconds.
            seen = time.monotonic()
            wait_for("a second to pass", lambda: time.monotonic() > seen + 1)
            with start("-c", WORK, program=[self.path("denetwork")], stdin=subprocess.PIPE) as work:
                self.assertEqual(work.stdout.readline(), b"done\n")
                self.assert_same(port, file)
                work.communicate(b"\n")

    def assert_same(self, port, file):
        label = 'groupname="denetwork"'
        cpu = "namedprocess_namegroup_cpu_seconds_total"

        def ours(name, *more):
            return sum(values_of(pathlib.Path(file).read_text(), name, label, *more))

        def theirs(name, *more):
            text = self.await_text(port, "/metrics", lambda text: label in text)
            return sum(values_of(text, name, label, *more))

        # The whole of it, counted in ticks by them.
        wait_for("its CPU time is told", lambda: ours(cpu) > 0.02 and abs(ours(cpu) - theirs(cpu)) <= 0.03)
        for name, *more in (("namedprocess_namegroup_num_procs",), ("namedprocess_namegroup_num_threads",),
                            ("namedprocess_namegroup_read_bytes_total",), ("namedprocess_namegroup_write_bytes_total",),
                            ("namedprocess_namegroup_major_page_faults_total",)):
            self.assertEqual(ours(name, *more), theirs(name, *more), name)
        memory = "namedprocess_namegroup_memory_bytes", 'memtype="resident"'
        self.assertGreater(theirs(*memory), 0)
        wait_for("its memory is told", lambda: ours(*memory) == theirs(*memory))


    def values_in(self, port, query):
        """What is stored, by job."""
        status, text = ask(port, "/api/v1/query?" + urllib.parse.urlencode({"query": query})) or (0, "")
        found = json.loads(text)["data"]["result"] if status == 200 else []
        return {one["metric"]["job"]: float(one["value"][1]) for one in found}

    def samples_in(self, port, series):
        """All that is stored, as times and values, by job."""
        _, text = ask(port, "/api/v1/query?" + urllib.parse.urlencode({"query": f"{series}[1h]"}))
        return {one["metric"]["job"]: [(float(when), float(value)) for when, value in one["values"]]
                for one in json.loads(text)["data"]["result"]}

    @contextlib.contextmanager
    def scraped(self, config, *args, every_s=2):
        """The host, and the port of a Prometheus that has scraped it in both formats."""
        port, listened = free_port(), free_port()
        with self.host(f"listen: 127.0.0.1:{listened}\n{config}", *args) as host, texts_of(listened) as text:
            self.await_text(listened, "/metrics", lambda body: "denet_looks_total" in body)
            path = self.write("prometheus.yml", PROMETHEUS.format(host=listened, text=text, every_s=every_s))
            with self.running("prometheus", f"--config.file={path}", f"--storage.tsdb.path={self.path('data')}",
                              f"--web.listen-address=127.0.0.1:{port}"):
                wait_for("scrapes", lambda: self.values_in(port, "up") == {"openmetrics": 1, "text": 1})
                yield host, port

    def test_prometheus_takes_names_of_any_bytes_in_both_formats(self):
        with self.scraped("collect: {machine: true, commands: true}\n", *self.lay_out()) as (_, port):
            for query, value in (('denet_container_cpu_time_seconds_total{name=~"a.b.c.u000a,.d.=.xff.u202e"}', 1.5),
                                 (f'denet_container_info{{container_id="{ID}"}}', 1), ("denet_build_info", 1),
                                 ("denet_machine_groups", 2)):
                self.assertEqual(self.values_in(port, query), {"openmetrics": value, "text": value}, query)
            _, text = ask(port, "/api/v1/targets")
            targets = json.loads(text)["data"]["activeTargets"]
            self.assertEqual([(one["health"], one["lastError"]) for one in targets], [("up", "")] * 2)
            _, text = ask(port, "/api/v1/metadata?metric=denet_container_cpu_time_seconds")
            self.assertEqual([one["type"] for one in json.loads(text)["data"]["denet_container_cpu_time_seconds"]], ["counter"])

    def live_short(self, mount, host, number):
        """A container's life of some 0.7 s; what its cgroup has counted when that is over for good."""
        folder = pathlib.Path(mount, "docker", f"{os.getpid():032x}{number:032x}")
        folder.mkdir(parents=True)
        with shell_inside(folder, "n=0; while [ $n -lt 20000 ]; do n=$((n+1)); done; sleep 0.65"):
            pass
        seen = []

        def is_quiet():
            """The last switch is counted, and the host has read it: it sleeps again."""
            fields = dict(line.split(":\t", 1) for line in pathlib.Path(f"/proc/{host}/status").read_text().splitlines()
                          if ":\t" in line)
            rest = fields["voluntary_ctxt_switches"] if fields["State"].startswith("S") else None
            seen.append((rest, int((folder / "cpuacct.usage").read_text())))
            return len(seen) > 4 and seen[-1][0] and seen[-1] == seen[-5]

        wait_for("the last switch", is_quiet)
        folder.rmdir()
        return seen[-1][1]

    @exact
    @need_root
    def test_prometheus_stores_all_that_short_lives_have_used(self):
        """20 of 20 of which a scrape sees one alive, or none: the counter of their class is the sum of their cgroups."""
        mount = cgroup_mount("cpuacct")
        if not mount:
            self.skipTest("no cpuacct of version 1 here")
        mine = '{class="short lives"}'
        with self.scraped("class: {short lives: docker}\n", "-i", "5", every_s=15) as (host, port):
            before_s = time.time()
            used_ns = sum(self.live_short(mount, host.pid, number) for number in range(20))
            wait_for("all have ended", lambda: self.values_in(port, f"denet_class_containers_ended_total{mine}") ==
                     {"openmetrics": 20, "text": 20})
            stored = self.samples_in(port, f"denet_class_cpu_time_seconds_total{mine}")
            before = {job: max((one for one in samples if one[0] < before_s), default=(0, 0))[1]
                      for job, samples in stored.items()}
            self.assertEqual({job: round((max(samples)[1] - before[job]) * 1e9) for job, samples in stored.items()},
                             {"openmetrics": used_ns, "text": used_ns})


if __name__ == "__main__":
    unittest.main()
