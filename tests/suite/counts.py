# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Counts what passed, failed and was skipped in the output of the test programs that we use."""

import collections
import re

# cmocka says what it runs, and then how it went: at the end of a line if the test left one unfinished.
CMOCKA_RUN = re.compile(r"\[ RUN      \] (\w+)$")
CMOCKA_RESULT = re.compile(r"\[\s+(OK|FAILED|SKIPPED|ERROR)\s+\] (\w+)$")
CMOCKA_REASON = re.compile(r"^skipped: (.*)$")
# tests/e2e/run.py and pytest: the sum, and a line for each reason.
SUM = re.compile(r"^(\d+) passed, (\d+) failed, (\d+) skipped$")
E2E_SKIPPED = re.compile(r"^skipped (\d+): (.*)$")
E2E_FAILED = re.compile(r"^FAIL (\S+)")
PYTEST_SUM = re.compile(r"^=*\s*((?:\d+ [a-z]+(?:, )?)+) in [\d.]+s\b")
PYTEST_SKIPPED = re.compile(r"^SKIPPED \[(\d+)\] (.*)$")
PYTEST_FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+)")
# Scripts of our own.
OWN = re.compile(r"^test (passed|failed|skipped): (.*)$")


class Counts:
    def __init__(self):
        self.passed = 0
        self.failed = []  # names, "" of those that nobody named
        self.unsteady = []  # that failed once, and passed when nothing ran beside
        self.skipped = collections.Counter()  # by reason
        self.cpu_s = 0.0  # of what make waited for

    @property
    def any(self):
        return self.passed + len(self.failed) + len(self.unsteady) + self.skipped.total()

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.unsteady += other.unsteady
        self.skipped += other.skipped

    def line(self):
        unsteady = f", {len(self.unsteady)} unsteady" if self.unsteady else ""
        return f"{self.passed} passed, {len(self.failed)} failed{unsteady}, {self.skipped.total()} skipped"


class Reader:
    """Takes lines one by one; counts() once all are there."""

    def __init__(self):
        self.found = Counts()
        self.running = None  # of cmocka, not ended yet
        self.reason = None
        self.named = []  # failures that a sum will count

    def end_running(self):
        """A program that died in a test has not said how it went."""
        if self.running:
            self.found.failed.append(self.running)
        self.running = None

    def take(self, line):
        line = line.rstrip("\n")
        self.take_cmocka(line)
        self.take_sums(line)
        if match := OWN.match(line):
            word, rest = match.groups()
            if word == "passed":
                self.found.passed += 1
            elif word == "failed":
                self.found.failed.append(rest)
            else:
                self.found.skipped[rest] += 1

    def take_cmocka(self, line):
        if match := CMOCKA_RUN.search(line):
            self.end_running()
            self.running, self.reason = match.group(1), None
        elif self.running and (match := CMOCKA_REASON.match(line)):
            self.reason = match.group(1)
        elif self.running and (match := CMOCKA_RESULT.search(line)) and match.group(2) == self.running:
            if match.group(1) == "OK":
                self.found.passed += 1
            elif match.group(1) == "SKIPPED":
                self.found.skipped[self.reason or self.running] += 1
            else:
                self.found.failed.append(self.running)
            self.running = None

    def take_sums(self, line):
        if match := E2E_SKIPPED.match(line):
            self.found.skipped[match.group(2)] += int(match.group(1))
        elif match := PYTEST_SKIPPED.match(line):
            self.found.skipped[match.group(2)] += int(match.group(1))
        elif match := E2E_FAILED.match(line) or PYTEST_FAILED.match(line):
            self.named.append(match.group(1))
        elif match := SUM.match(line):
            self.found.passed += int(match.group(1))
            self.take_failures(int(match.group(2)))
        elif match := PYTEST_SUM.match(line):
            words = {word.rstrip("s"): int(count) for count, word in re.findall(r"(\d+) ([a-z]+)", match.group(1))}
            self.found.passed += words.get("passed", 0)
            self.take_failures(words.get("failed", 0) + words.get("error", 0))

    def take_failures(self, count):
        self.found.failed += (self.named + [""] * count)[:count]
        self.named = []

    def counts(self):
        self.end_running()
        return self.found


def count(text):
    reader = Reader()
    for line in text.splitlines():
        reader.take(line)
    return reader.counts()
