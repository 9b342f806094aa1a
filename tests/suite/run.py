#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Makes one target after the other, whatever becomes of each, and adds up their tests.

Usage: tests/suite/run.py --build BUILD [--first TARGET] [--along TARGET]... [--beside TARGET]... [--then TARGET]...
                          [--after TARGET=OTHER]... [--again N] [--seconds N] [--later TARGET]... TARGET...
  --first: nothing else is made when this one fails
  --along: made in a row of their own along with the TARGETs, and shown as each ends
  --beside: the same at a lower priority: for what computes, while the others wait
  --after: TARGET waits for OTHER, which is in another row
  --then: made when all of these have ended
  --again: if at most N tests have failed by then, their targets are made once more with nothing beside. What
            passes then whole is unsteady: counted and named apart, for a test that now and then fails is a fault to
            be mended, but must not keep everything else from being used
  --later: made last, and not begun any more when N seconds have passed
Each may build on as many processors as it may use, unless a make above says how many. The output of each is
in BUILD/suite/TARGET.log too. The last line says how many tests passed, failed and were skipped; what failed
and why some were skipped stands before it."""

import argparse
import os
import pathlib
import re
import shlex
import subprocess
import sys
import threading
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from counts import Counts, Reader


# As tests/e2e/run.py names them, and takes them.
E2E_NAME = re.compile(r"test_\w+\.\w+\.test_\w+")

# What two rows print at the same time stays in whole lines.
SHOWING = threading.Lock()


def show(line):
    with SHOWING:
        sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()


def alone(failed):
    """More of the command: only those, where a target can be told so."""
    return ["E2E=" + " ".join(failed)] if failed and all(map(E2E_NAME.fullmatch, failed)) else []


def command(target, is_nice, more=()):
    """A make above may have said how many jobs there are to be, be it one."""
    make = shlex.split(os.environ.get("MAKE", "make"))
    if "-j" not in os.environ.get("MAKEFLAGS", ""):
        make.append(f"-j{len(os.sched_getaffinity(0))}")
    return [*(["nice"] if is_nice else []), *make, "--no-print-directory", target, *more]


def make(target, build, row="", again=()):
    """Shows and keeps the output, in another row as a whole at the end; returns what it says. A target that
    counts nothing is one test itself, unless it only builds."""
    logs = pathlib.Path(build, "suite")
    logs.mkdir(parents=True, exist_ok=True)
    reader = Reader()
    process = subprocess.Popen(
        command(target, row == "beside", alone(again)), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        close_fds=False)  # of a make above, for its jobs
    log_file = logs / f"{target}{'-again' if again else ''}.log"
    with open(log_file, "wb") as log:
        for line in process.stdout:
            log.write(line)
            if not row:
                show(line)
            reader.take(line.decode("utf-8", "replace"))
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if row:
        show(f"--- {row}, {target}:\n".encode() + log_file.read_bytes() + b"---\n")
    counts = reader.counts()
    counts.cpu_s = usage.ru_utime + usage.ru_stime
    if process.returncode and not counts.failed:
        counts.failed.append(f"make {target} ended with status {process.returncode}")
    elif not counts.any and not target.startswith("build-"):
        counts.passed = 1
    return counts


class Suite:
    def __init__(self, build):
        self.build = build
        self.begin = time.monotonic()
        self.parts = []  # target, counts, seconds
        self.failed = []  # what went wrong with us, beside
        self.awaited = {}  # what a target waits for

    def read_order(self, pairs):
        for pair in pairs:
            target, _, other = pair.partition("=")
            self.awaited.setdefault(target, []).append((other, threading.Event()))

    def tell_end(self, target):
        for others in self.awaited.values():
            for other, event in others:
                if other == target:
                    event.set()

    def run(self, target, row=""):
        for _, event in self.awaited.get(target, []):
            event.wait()
        started = time.monotonic()
        counts = make(target, self.build, row)
        self.parts.append((target, counts, time.monotonic() - started))
        self.tell_end(target)
        return counts

    def run_row(self, name, targets):
        try:
            for target in targets:
                self.run(target, name)
        except Exception as error:
            self.failed.append(error)
        finally:
            for target in targets:
                self.tell_end(target)

    def run_rows(self, targets, **others):
        rows = [threading.Thread(target=self.run_row, args=row, daemon=True) for row in others.items()]
        for row in rows:
            row.start()
        for target in targets:
            self.run(target)
        for row in rows:
            row.join()
        if self.failed:
            raise self.failed[0]

    def run_again(self, most):
        failed = [(target, counts) for target, counts, _ in self.parts if counts.failed]
        if sum(len(counts.failed) for _, counts in failed) > most:
            return
        for target, counts in failed:
            show(f"--- again, {target}: {', '.join(counts.failed)}\n".encode())
            again = make(target, self.build, again=counts.failed)
            if again.passed and not again.failed:
                counts.unsteady, counts.failed = counts.failed, []

    def run_later(self, targets, seconds):
        for target in targets:
            passed = time.monotonic() - self.begin
            if passed <= seconds:
                self.run(target)
                continue
            counts = Counts()
            counts.skipped[f"no time: {passed:.0f} s had passed"] += 1
            self.parts.append((target, counts, 0.0))

    def run_all(self, wanted):
        for target in wanted.first:
            if self.run(target).failed:
                return
            self.parts.pop()  # what is only built is no test
        self.run_rows(wanted.targets, along=wanted.along, beside=wanted.beside)
        self.run_rows(wanted.then)
        self.run_again(wanted.again)
        self.run_later(wanted.later, wanted.seconds)

    def tell(self):
        """Returns whether all is well."""
        total = Counts()
        print()
        for target, counts, took in self.parts:
            print(f"{target}: {counts.line()}, in {took:.0f} s, {counts.cpu_s:.0f} s of CPU")
            total.add(counts)
        for target, counts, _ in self.parts:
            for reason, times in sorted(counts.skipped.items()):
                print(f"skipped {times}: {target}: {reason}")
        for target, counts, _ in self.parts:
            for name in counts.failed:
                print(f"failed: {target}: {name or 'not named'}")
            for name in counts.unsteady:
                print(f"unsteady: {target}: {name or 'not named'}: failed once, passed alone")
        print(f"in {time.monotonic() - self.begin:.0f} s")
        print(total.line(), flush=True)
        return total.any and not total.failed


def main():
    arguments = argparse.ArgumentParser(usage=__doc__)
    arguments.add_argument("--build", required=True)
    arguments.add_argument("--seconds", type=float, default=float("inf"))
    arguments.add_argument("--again", type=int, default=0)
    for name in ("first", "along", "beside", "after", "then", "later"):
        arguments.add_argument(f"--{name}", action="append", default=[])
    arguments.add_argument("targets", nargs="*")
    wanted = arguments.parse_args()
    suite = Suite(wanted.build)
    suite.read_order(wanted.after)
    suite.run_all(wanted)
    return 0 if suite.tell() else 1


if __name__ == "__main__":
    sys.exit(main())
