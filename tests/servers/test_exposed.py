# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""What denet-bpf-host tells Prometheus, node_exporter and those who know process-exporter, beside the real ones."""

import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import unittest

from harness import BIN, ROOT, Case, finish, need_root, run, start, wait_for
from test_servers import ask, free_port

HOST = f"{BIN}-host"
ID = "0123456789abcdef" * 4
HOSTILE = b"a\"b\\c\n,{d}=\xff\xe2\x80\xae"
# It uses CPU, and then nothing any more until it is told to end.
WORK = "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; echo done; read line"


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

        return wait_for(f"{path} has it\n{self.read('log')}", answer)

    @contextlib.contextmanager
    def host(self, config, *args):
        path = self.write("host.yml", config)
        with start("--config", path, "-i", "0.2", *args, program=[HOST], stdout=subprocess.DEVNULL) as process:
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
            self.assertEqual(values_of(text, "denet_container_cpu_time_seconds_total", 'name="a\\"b\\\\c?,{d}=\ufffd?"'),
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


if __name__ == "__main__":
    unittest.main()
