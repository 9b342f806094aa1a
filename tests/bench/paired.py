#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Two builds of denet-bpf on the same work, in turns: what became dearer? Of one build: what does the end cost?

Usage: tests/bench/paired.py [--build BUILD] [--pairs N] OLD NEW > table.md     (as root; `make bench-paired OLD=...`)
       tests/bench/paired.py [--build BUILD] [--pairs N] --end NEW > table.md   (`make bench-end`)
With --end OLD is the same with -q: what is analysed for the summary alone is the difference.
Prints Markdown: for each work the median of NEW by OLD of wall time, CPU of the monitor and its peak memory, and
the quartiles of the ratios of single pairs: their spread. Who is first changes from pair to pair."""

import argparse
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from referee import Group, Run  # noqa: E402
from tools import Denet  # noqa: E402

WORKS = (
    ("start: /bin/true", ("/bin/true",), 8),
    ("2000 x /bin/true", ("spawn", "2000", "/bin/true"), 1),
    ("pipe ping-pong, 200k round trips", ("pingpong", "200000"), 1),
    ("sleep 3, a sample each 100 ms", ("/bin/sleep", "3"), 1),
    ("2000 idle children, 5 s", ("crowd", "2000", "5"), 1),
)
SAMPLES = 60_000
END = ("10000 x /bin/true, with the summary by without", ("spawn", "10000", "/bin/true"), 1)


class Shown(Denet):
    """With its summary, which nobody reads."""

    def argv(self, log, command):
        return [word for word in super().argv(log, command) if word != "-q"]


class Paired:
    def __init__(self, build, binaries):
        self.meter = f"{build}/tests/bench/meter"
        self.build = build
        self.tools = [Denet(binary) for binary in binaries]

    def workload(self, name):
        own = f"{self.build}/tests/bench/{name}"
        return own if os.path.exists(own) else f"{self.build}/tests/workloads/{name}"

    def run(self, words, tool):
        command = words if words[0].startswith("/") else [self.workload(words[0]), *words[1:]]
        result = Run(self, list(command), tool)
        if result.failed:
            raise RuntimeError(f"{tool.binary}: {' '.join(words)}: {result.failed}")
        return result.wall_ns, result.own_cpu_ns, result.peak_kb


def read_file(binary, meter, file):
    """`stats` of a large file: all of it is the program's own."""
    group = Group()
    try:
        with tempfile.TemporaryDirectory(prefix="denet-bench.") as folder:
            subprocess.run([meter, f"{folder}/meter", group.path, "--", binary, "stats", file], check=True,
                           stdout=subprocess.DEVNULL)
            with open(f"{folder}/meter", encoding="ascii") as text:
                wall_ns, peak_kb, status = (int(word) for word in text.read().split())
            if status:
                raise RuntimeError(f"{binary} stats: status {status}")
            return wall_ns, group.cpu_ns(), peak_kb
    finally:
        group.remove()


def write_file(binary, file):
    """A run's own records, its samples said many times: what both can read."""
    subprocess.run([binary, "run", "-q", "-i", "20", "-m", "20", "-o", file, "--", "sleep", "0.5"], check=True)
    with open(file, "rb") as records:
        lines = records.readlines()
    kinds = [line for line in lines if b'"type":"sample"' in line or b'"type":"tree"' in line]
    kinds = kinds or lines[1:-1]
    with open(file, "wb") as records:
        records.write(lines[0])
        for at in range(SAMPLES):
            records.write(kinds[at % len(kinds)])
        records.write(lines[-1])
    return os.path.getsize(file)


def pairs_of(count, measure):
    """Measurements of (old, new); who goes first alternates."""
    found = []
    for at in range(count):
        pair = [None, None]
        for which in (0, 1) if at % 2 == 0 else (1, 0):
            pair[which] = measure(which)
        found.append(pair)
    return found


def ratio_text(pairs, figure):
    ratios = [new[figure] / old[figure] for old, new in pairs if old[figure] > 0]
    if len(ratios) < 4:
        return "-"
    low, middle, high = statistics.quantiles(ratios, n=4)
    return f"{middle:.3f} ({low:.3f} to {high:.3f})"


def row(name, pairs):
    medians = [statistics.median(each[which][1] for each in pairs) / 1e6 for which in (0, 1)]
    print(f"| {name} | {len(pairs)} | {ratio_text(pairs, 0)} | {ratio_text(pairs, 1)} | "
          f"{medians[0]:.1f}, {medians[1]:.1f} ms | {ratio_text(pairs, 2)} |", flush=True)


def main():
    arguments = argparse.ArgumentParser(usage=__doc__)
    arguments.add_argument("--build", default="build")
    arguments.add_argument("--pairs", type=int, default=10)
    arguments.add_argument("--only", default="")
    arguments.add_argument("--end", action="store_true")
    arguments.add_argument("binaries", nargs="+")
    wanted = arguments.parse_args()
    binaries = [os.path.abspath(binary) for binary in wanted.binaries]
    if len(binaries) != 2 - wanted.end:
        arguments.error("--end takes one program, all else two")
    bench = Paired(os.path.abspath(wanted.build), binaries)
    print("| work | pairs | wall, new by old (quartiles) | own CPU, new by old | own CPU, old, new | peak memory |")
    print("|---|---|---|---|---|---|")
    if wanted.end:
        bench.tools.append(Shown(binaries[0]))
        name, words, times = END
        row(name, pairs_of(wanted.pairs * times, lambda which: bench.run(words, bench.tools[which])))
        return
    for name, words, times in WORKS:
        if wanted.only in name:
            started = time.monotonic()
            row(name, pairs_of(wanted.pairs * times, lambda which: bench.run(words, bench.tools[which])))
            print(f"{name}: {time.monotonic() - started:.0f} s", file=sys.stderr)
    if wanted.only in "stats":
        with tempfile.TemporaryDirectory(prefix="denet-bench.") as folder:
            size = write_file(binaries[0], f"{folder}/f")
            row(f"stats of {size / 1e6:.0f} MB", pairs_of(
                wanted.pairs, lambda which: read_file(binaries[which], bench.meter, f"{folder}/f")))


if __name__ == "__main__":
    main()
