#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Makes one target after the other, whatever becomes of each, and adds up their tests.

Usage: tests/suite/run.py --build BUILD [--first TARGET] [--seconds N] [--later TARGET]... TARGET...
  --first: nothing else is made when this one fails
  --later: made last, and not begun any more when N seconds have passed
The output of each is in BUILD/suite/TARGET.log too. The last line says how many tests passed, failed
and were skipped; what failed and why some were skipped stands before it."""

import argparse
import os
import pathlib
import shlex
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from counts import Counts, Reader


def make(target, build):
    """Shows and keeps the output; returns what it says. A target that counts nothing is one test itself."""
    logs = pathlib.Path(build, "suite")
    logs.mkdir(parents=True, exist_ok=True)
    reader = Reader()
    process = subprocess.Popen(
        [*shlex.split(os.environ.get("MAKE", "make")), "--no-print-directory", target],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        close_fds=False)  # of a make above, for its jobs
    with open(logs / f"{target}.log", "wb") as log:
        for line in process.stdout:
            log.write(line)
            sys.stdout.buffer.write(line)
            sys.stdout.buffer.flush()
            reader.take(line.decode("utf-8", "replace"))
    status = process.wait()
    counts = reader.counts()
    if status and not counts.failed:
        counts.failed.append(f"make {target} ended with status {status}")
    elif not counts.any:
        counts.passed = 1
    return counts


def main():
    arguments = argparse.ArgumentParser(usage=__doc__)
    arguments.add_argument("--build", required=True)
    arguments.add_argument("--first", action="append", default=[])
    arguments.add_argument("--seconds", type=float, default=float("inf"))
    arguments.add_argument("--later", action="append", default=[])
    arguments.add_argument("targets", nargs="*")
    wanted = arguments.parse_args()
    begin = time.monotonic()
    parts = []
    for target in wanted.first + wanted.targets + wanted.later:
        started = time.monotonic()
        if target in wanted.later and started - begin > wanted.seconds:
            counts = Counts()
            counts.skipped[f"no time: {started - begin:.0f} s had passed"] += 1
        else:
            counts = make(target, wanted.build)
        parts.append((target, counts, time.monotonic() - started))
        if counts.failed and target in wanted.first:
            break
    total = Counts()
    print()
    for target, counts, took in parts:
        if target not in wanted.first or counts.failed:
            print(f"{target}: {counts.line()}, in {took:.0f} s")
            total.add(counts)
    for target, counts, _ in parts:
        for reason, times in sorted(counts.skipped.items()):
            print(f"skipped {times}: {target}: {reason}")
    for target, counts, _ in parts:
        for name in counts.failed:
            print(f"failed: {target}: {name or 'not named'}")
    print(total.line(), flush=True)
    return 1 if total.failed or not total.any else 0


if __name__ == "__main__":
    sys.exit(main())
