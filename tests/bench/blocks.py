#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""What a block of Python costs and tells, and what pytest --denet costs.

Usage: tests/bench/blocks.py [--build DIR] [--old LIBDENET] [--python PYTHON] > table.md   (`make bench-blocks`)
Needs root. Each figure is of turns, one after the other in a process of its own for each: the library of --build, and that of
--old if one is named. CPU time, as others on the machine have less to say in it; medians."""

import argparse
import os
import pathlib
import platform
import resource
import statistics
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from tables import heading, row  # noqa: E402

TURNS = 5
TESTS = 6000
THREADS = 8000
PACKAGE = pathlib.Path(__file__).resolve().parents[2] / "python"

CALL = """
import json, statistics, time, denet_bpf
call = denet_bpf.profile(lambda: None)
call(), call()
costs = []
for _ in range(100):
    before = time.process_time_ns()
    call()
    costs.append(time.process_time_ns() - before)
print(statistics.median(costs) / 1e6)
"""

BUSY = """
import json, statistics, time, denet_bpf
found = []
for _ in range(20):
    watch = denet_bpf.monitor()
    with watch:
        wall, cpu = time.monotonic_ns(), time.thread_time_ns()
        while time.monotonic_ns() - wall < 1e8:
            pass
        cpu, wall = time.thread_time_ns() - cpu, time.monotonic_ns() - wall
    told = json.loads(watch.get_summary())
    found.append(told["cpu_time_ns"] / told["wall_ns"] / (cpu / wall))
print(statistics.median(found) * 100)
"""

# The CPU of the whole process, the library's thread included.
IDLE = """
import sys, threading, time, denet_bpf
threading.stack_size(65536)
over = threading.Event()
threads = [threading.Thread(target=over.wait) for _ in range(int(sys.argv[1]))]
[thread.start() for thread in threads]
with denet_bpf.monitor(accounting=sys.argv[2]):
    time.sleep(0.2)
    before = time.process_time_ns()
    time.sleep(1)
    used = time.process_time_ns() - before
over.set()
print(used / 1e6)
"""

MANY = """
import pytest
@pytest.mark.parametrize("n", range({}))
def test_one(n):
    assert sum(range(50)) == 1225
"""


def environment(library):
    return {**os.environ, "PYTHONPATH": str(PACKAGE), "DENET_LIBRARY": str(library)}


def figure(python, library, code, *words):
    done = subprocess.run(
        [python, "-c", code, *map(str, words)], env=environment(library), stdout=subprocess.PIPE, check=True
    )
    return float(done.stdout.split()[-1])


def pytest_cpu_s(python, library, folder, *options):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "denet_bpf.pytest_plugin", *options]
    subprocess.run(command, cwd=folder, env=environment(library), stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def compare(label, unit, libraries, measure):
    """In turns, so that what others do on the machine hits each alike."""
    found = {name: [] for name in libraries}
    for _ in range(TURNS):
        for name, library in libraries.items():
            found[name].append(measure(library))
    row(label, *(f"{statistics.median(values):.2f} {unit}" for values in found.values()))


def plugin_percent(python, folder):
    def measure(library):
        plain_s = pytest_cpu_s(python, library, folder)
        return (pytest_cpu_s(python, library, folder, "--denet") / plain_s - 1) * 100

    return measure


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default="build", type=pathlib.Path)
    parser.add_argument("--old", type=pathlib.Path)
    parser.add_argument("--python", default=sys.executable)
    options = parser.parse_args()
    libraries = {"now": (options.build / "libdenet.so").resolve()}
    if options.old:
        libraries = {"old": options.old.resolve(), **libraries}
    python = options.python
    print(f"Linux {platform.release()}, {os.cpu_count()} CPUs, medians of {TURNS} turns\n")
    heading("Blocks of Python", "", *libraries)
    compare("a call of an empty function", "ms", libraries, lambda lib: figure(python, lib, CALL))
    compare("a busy block of 100 ms, of its own clocks", "%", libraries, lambda lib: figure(python, lib, BUSY))
    for source in ("bpf", "proc"):
        compare(
            f"an idle second beside {THREADS} threads, {source}", "ms", libraries,
            lambda lib, source=source: figure(python, lib, IDLE, THREADS, source),
        )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "test_many.py").write_text(MANY.format(TESTS))
        compare(f"pytest --denet, {TESTS} tests, more CPU", "%", libraries, plugin_percent(python, folder))


if __name__ == "__main__":
    main()
