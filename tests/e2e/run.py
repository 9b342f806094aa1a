#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Runs the end-to-end tests of the real binary.

Usage: tests/e2e/run.py [-v] [WORD...]    only tests whose name holds one of the words
Environment: DENET_BPF the binary, DENET_E2E_TOOLS the folder of its helpers (tests/e2e.mk),
DENET_REQUIRE_BPF=1 makes a test fail that would be skipped for want of BPF."""

import os
import pathlib
import sys
import time
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

BUILD = pathlib.Path(__file__).resolve().parents[2] / "build"
for needed in (
    os.environ.get("DENET_BPF", BUILD / "denet-bpf"),
    os.path.join(os.environ.get("DENET_E2E_TOOLS", BUILD / "tests/e2e"), "probe"),
):
    if not os.access(needed, os.X_OK):
        sys.exit(f"{needed}: not there; `make check-e2e` builds it")


class Report(unittest.TestResult):
    def __init__(self, verbose):
        super().__init__()
        self.verbose = verbose
        self.passed = 0
        self.failed = 0
        self.reasons = {}
        self.started = 0.0

    def startTest(self, test):
        super().startTest(test)
        self.started = time.monotonic()
        self.bad = False

    def stopTest(self, test):
        super().stopTest(test)
        if self.bad:
            self.failed += 1

    def say(self, word, test, text=""):
        took = time.monotonic() - self.started
        print(f"{word} {test.id()} ({took:.1f} s){text}", flush=True)

    def fail(self, test, err):
        if not self.bad:
            self.say("FAIL", test)
        self.bad = True
        print("    " + self._exc_info_to_string(err, test).rstrip().replace("\n", "\n    "), flush=True)

    def addSuccess(self, test):
        self.passed += 1
        if self.verbose:
            self.say("ok  ", test)

    def addFailure(self, test, err):
        self.fail(test, err)

    def addError(self, test, err):
        self.fail(test, err)

    def addSubTest(self, test, subtest, err):
        if err is not None:
            if not self.bad:
                self.say("FAIL", subtest)
            else:
                print(f"  and {subtest.id()}")
            self.bad = True
            print("    " + self._exc_info_to_string(err, test).rstrip().replace("\n", "\n    "), flush=True)

    def addSkip(self, test, reason):
        if reason.startswith("BPF:") and os.environ.get("DENET_REQUIRE_BPF") == "1":
            self.bad = True
            self.say("FAIL", test, f": may not be skipped: {reason}")
            return
        self.reasons.setdefault(reason, []).append(test.id())


def all_tests(suite):
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            yield from all_tests(item)
        else:
            yield item


def main():
    words = [word for word in sys.argv[1:] if word != "-v"]
    found = unittest.TestLoader().discover(str(pathlib.Path(__file__).parent), "test_*.py")
    suite = unittest.TestSuite(
        test for test in all_tests(found) if not words or any(word in test.id() for word in words)
    )
    report = Report("-v" in sys.argv[1:])
    suite.run(report)
    for reason, tests in report.reasons.items():
        more = f" and {len(tests) - 5} more" if len(tests) > 5 else ""
        print(f"skipped {len(tests)}: {reason}: {', '.join(tests[:5])}{more}")
    skipped = sum(len(tests) for tests in report.reasons.values())
    print(f"{report.passed} passed, {report.failed} failed, {skipped} skipped")
    return 1 if report.failed or not report.passed else 0


if __name__ == "__main__":
    sys.exit(main())
