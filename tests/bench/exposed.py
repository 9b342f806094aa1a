#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""What it costs denet-bpf-host to tell Prometheus of 200 containers, as a text and as whole scrapes over HTTP, beside what it
costs to look at them, and beside process-exporter where that is installed.

Usage: tests/bench/exposed.py [--quick] [--build DIR] > table.md      (`make bench-exposed`)
Three agents look at the same made-up cgroups in the same seconds, as often as each other; one makes the text of each look, into
a file, too, and one is asked for it on a kept connection, once a look. None needs root. The price of a look is that of the
first, printing its table of one group included. process-exporter looks at the machine's processes when it is asked."""

import argparse
import datetime
import hashlib
import http.client
import os
import pathlib
import platform
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from tables import heading, row  # noqa: E402

CONTAINERS = 200
INTERVAL_S = 0.2
FILES = {
    "cgroup.procs": "",
    "cpu.stat": "usage_usec {0}\nuser_usec {0}\nsystem_usec 0\nnr_periods 7\nnr_throttled 3\nthrottled_usec 55\n",
    "memory.current": "{0}\n",
    "memory.peak": "{0}\n",
    "memory.max": "99999999\n",
    "memory.stat": "anon {0}\nfile {0}\nshmem 1\ninactive_file 3\n",
    "memory.events": "oom_kill 0\n",
    "memory.swap.current": "0\n",
    "pids.current": "3\n",
    "pids.max": "max\n",
    "io.stat": "8:0 rbytes={0} wbytes={0} rios=7 wios=7 dbytes=0 dios=0\n",
    "cpu.pressure": "some avg10=0.00 avg60=0.00 avg300=0.00 total={0}\n",
    "memory.pressure": "some avg10=0.00 avg60=0.00 avg300=0.00 total={0}\nfull avg10=0.00 avg60=0.00 avg300=0.00 total={0}\n",
    "io.pressure": "some avg10=0.00 avg60=0.00 avg300=0.00 total={0}\nfull avg10=0.00 avg60=0.00 avg300=0.00 total={0}\n",
}


def lay_out(folder):
    root = pathlib.Path(folder, "fs")
    for number in range(CONTAINERS):
        place = root / "docker" / hashlib.sha256(str(number).encode()).hexdigest()
        place.mkdir(parents=True)
        for name, text in FILES.items():
            (place / name).write_text(text.format(1234567 + number), encoding="ascii")
    (root / "cgroup.controllers").write_text("cpu memory io pids\n", encoding="ascii")
    return root


def start(args, root, config):
    pathlib.Path(config).write_text(args.config, encoding="ascii")
    return subprocess.Popen([f"{args.build}/denet-bpf-host", "-i", str(INTERVAL_S), "--top", "1", "--cgroup-root", root, "--config", config],
                            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def cpu_s(pid):
    """Of all threads, to a nanosecond, unlike ticks."""
    return sum(int(file.read_text(encoding="ascii").split()[0])
               for file in pathlib.Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e9


def figure(file, name):
    lines = pathlib.Path(file).read_text(encoding="utf-8").splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith(name + " "))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Scraper:
    """A kept connection, as Prometheus has it."""

    def __init__(self, port):
        self.port = port
        self.connection = None

    def connect(self):
        while not self.connection:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
            try:
                connection.request("GET", "/metrics")
                if connection.getresponse().read() and self.port:
                    self.connection = connection
            except OSError:
                time.sleep(0.1)

    def scrape(self, encoding):
        self.connection.request("GET", "/metrics", headers={"Accept-Encoding": encoding})
        return len(self.connection.getresponse().read())


def scrapes(seconds, encoding, *scrapers):
    """All of them, as often as is looked; how often, and the bytes of each."""
    begin, count, sizes = time.monotonic(), 0, []
    while count * INTERVAL_S < seconds:
        sizes = [scraper.scrape(encoding) for scraper in scrapers]
        count += 1
        time.sleep(max(0, begin + count * INTERVAL_S - time.monotonic()))
    return count, sizes


def start_exporter(folder):
    """process-exporter and its scraper, or two times None; without what it has that we have not."""
    program = shutil.which("prometheus-process-exporter")
    if not program:
        return None, None
    config, port = f"{folder}/pe.yml", free_port()
    pathlib.Path(config).write_text("process_names:\n  - name: '{{.Comm}}'\n    cmdline: ['.+']\n", encoding="ascii")
    process = subprocess.Popen([program, "-config.path", config, "-gather-smaps=false", "-threads=false", "-web.listen-address", f"127.0.0.1:{port}"],
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return process, Scraper(port)


def measure_scrapes(args, folder, root, plain):
    """Of each kind of body the CPU of a scrape and its bytes, ours and theirs."""
    port = free_port()
    args.config = f"heavy: {{every: 0s}}\nlisten: 127.0.0.1:{port}\n"
    served = start(args, root, f"{folder}/served.yml")
    exporter, other = start_exporter(folder)
    scrapers = [Scraper(port), *([other] if other else [])]
    try:
        for scraper in scrapers:
            scraper.connect()
        found = {"identity": [], "gzip": []}
        for encoding in ("identity", "gzip") * (2 if args.quick else 5):
            pids = [plain.pid, served.pid, *([exporter.pid] if exporter else [])]
            before = [cpu_s(pid) for pid in pids]
            count, sizes = scrapes(3, encoding, *scrapers)
            spent = [cpu_s(pid) - was for pid, was in zip(pids, before, strict=True)]
            found[encoding].append(([(spent[1] - spent[0]) / count * 1e3, *(one / count * 1e3 for one in spent[2:])], sizes))
        return found
    finally:
        for process in filter(None, (served, exporter)):
            process.send_signal(signal.SIGTERM)
            process.wait()


def report_scrapes(found):
    heading("A whole scrape over HTTP, on a kept connection, once a look", "", "body", "CPU, ms", "bytes, kB")
    names = "denet-bpf-host, the text and its sending", "process-exporter, its look at the machine's processes included"
    for encoding, rounds in found.items():
        for at, name in enumerate(names[:len(rounds[0][0])]):
            row(name, "gzip" if encoding == "gzip" else "as it is", f"{statistics.median(one[0][at] for one in rounds):.2f}",
                f"{rounds[-1][1][at] / 1e3:.1f}")


def measure(args, folder):
    root, file = lay_out(folder), f"{folder}/denet.prom"
    args.config = "heavy: {every: 0s}\n"
    plain = start(args, root, f"{folder}/plain.yml")
    args.config += f"textfile: {file}\n"
    telling = start(args, root, f"{folder}/telling.yml")
    try:
        while not os.path.exists(file):
            time.sleep(0.1)
        rounds = []
        for _ in range(3 if args.quick else 10):
            before = cpu_s(plain.pid), cpu_s(telling.pid), figure(file, "denet_looks_total")
            time.sleep(3)
            after = cpu_s(plain.pid), cpu_s(telling.pid), figure(file, "denet_looks_total")
            rounds.append([(after[i] - before[i]) / (after[2] - before[2]) * 1e3 for i in range(2)])
        telling.send_signal(signal.SIGTERM)
        telling.wait()
        return rounds, os.path.getsize(file), measure_scrapes(args, folder, root, plain)
    finally:
        for process in (plain, telling):
            process.send_signal(signal.SIGTERM)
            process.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default="build")
    parser.add_argument("--quick", action="store_true")
    args = parser.parse_args()
    print(f"{datetime.date.today()}, kernel {platform.release()}, {os.cpu_count()} CPUs. `make bench-exposed`.")
    with tempfile.TemporaryDirectory(prefix="denet-exposed.") as folder:
        rounds, size, found = measure(args, folder)
    look = statistics.median(one[0] for one in rounds)
    text = statistics.median(one[1] - one[0] for one in rounds)
    heading(f"CPU of a look at {CONTAINERS} containers, and of the text of it", "look, ms", "text, ms", "text / look", "text, kB")
    row(f"{look:.2f}", f"{text:.2f}", f"{text / look:.2f}", f"{size / 1e3:.0f}")
    report_scrapes(found)


if __name__ == "__main__":
    main()
