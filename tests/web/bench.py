#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""How long a report of many processes takes to write, to open, and to move in: printed, not judged.

Usage: make bench-web, or tests/web/bench.py DENET_BPF [PROCESSES...]"""

import pathlib
import resource
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import recorded  # noqa: E402
from devtools import Tab  # noqa: E402

FRAMES = 60
# Each draws FRAMES times and returns the milliseconds of a frame, sorted.
DRAW = """(() => { const { gantt } = page, { wall } = page.run;
    gantt.frames.length = 0;
    for (let i = 0; i < %d; i++) { %s; gantt.paint(); }
    return gantt.frames.sort((a, b) => a - b); })()"""
PANS = {
    "all of it": "gantt.from = 0; gantt.to = wall",
    "panning in a tenth of it": "gantt.from = wall * i / 70; gantt.to = gantt.from + wall / 10",
    "zooming in": "const half = wall / 2 * 0.9 ** i; gantt.from = wall / 2 - half; gantt.to = wall / 2 + half",
}
SEARCH = "(() => { const began = performance.now(); element('find').value = 'file7.*c$'; page.search(); return performance.now() - began; })()"


def middle(values):
    return values[len(values) // 2]


def measure(binary, count, folder):
    records = recorded.write(f"{folder}/run.jsonl", recorded.run(count))
    page = f"{folder}/run.html"
    began = time.monotonic()
    subprocess.run([binary, "report", records, "-o", page], check=True)
    wrote_s = time.monotonic() - began
    peak_mib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"{count:,} processes: records {pathlib.Path(records).stat().st_size / 1e6:.1f} MB, "
          f"page {pathlib.Path(page).stat().st_size / 1e6:.1f} MB, written in {wrote_s:.2f} s with {peak_mib:.0f} MiB")
    tab = Tab(folder)
    try:
        began = time.monotonic()
        tab.open(page)
        tab.wait("the page is drawn", "document.body.classList.contains('ready')")
        print(f"  opened in {time.monotonic() - began:.2f} s; {tab.value('page.gantt.rows.count')} rows")
        for name, step in PANS.items():
            frames = tab.value(DRAW % (FRAMES, step))
            print(f"  {name}: {middle(frames):.1f} ms a frame, {frames[0]:.1f} to {frames[-1]:.1f}; "
                  f"{tab.value('page.gantt.drawn')} bars in the last")
        print(f"  searched in {tab.value(SEARCH):.0f} ms")
    finally:
        tab.close()


def main():
    binary, *counts = sys.argv[1:]
    for count in map(int, counts or (1000, 100_000)):
        with tempfile.TemporaryDirectory(prefix="denet-bench.") as folder:
            measure(binary, count, folder)


if __name__ == "__main__":
    main()
