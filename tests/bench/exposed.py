#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""What it costs denet-bpf-host to tell Prometheus of 200 containers, beside what it costs to look at them.

Usage: tests/bench/exposed.py [--quick] [--build DIR] > table.md      (`make bench-exposed`)
Two agents look at the same made-up cgroups in the same seconds, as often as each other; one makes the text of each look, into
a file, too. Neither needs root. The price of a look is that of the other, printing its table of one group included."""

import argparse
import datetime
import hashlib
import os
import pathlib
import platform
import signal
import statistics
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from tables import heading, row  # noqa: E402

CONTAINERS = 200
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
    return subprocess.Popen([f"{args.build}/denet-bpf-host", "-i", "0.2", "--top", "1", "--cgroup-root", root, "--config", config],
                            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def cpu_s(pid):
    """To a nanosecond, unlike ticks."""
    return int(pathlib.Path(f"/proc/{pid}/schedstat").read_text(encoding="ascii").split()[0]) / 1e9


def figure(file, name):
    lines = pathlib.Path(file).read_text(encoding="utf-8").splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith(name + " "))


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
        return rounds, os.path.getsize(file)
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
        rounds, size = measure(args, folder)
    look = statistics.median(one[0] for one in rounds)
    text = statistics.median(one[1] - one[0] for one in rounds)
    heading(f"CPU of a look at {CONTAINERS} containers, and of the text of it", "look, ms", "text, ms", "text / look", "text, kB")
    row(f"{look:.2f}", f"{text:.2f}", f"{text / look:.2f}", f"{size / 1e3:.0f}")


if __name__ == "__main__":
    main()
