#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Runs the end-to-end tests of the real binary.

Usage: tests/e2e/run.py [-v] [--mode MODE] [--folder DIR] [WORD...]
WORD: only tests whose name holds one of the words. DIR: those of another folder, with the same harness.
Modes: root (default: as whoever calls), caps (as nobody, the binary with file capabilities),
user (as nobody), nobpf (as whoever calls, bpf() forbidden by seccomp).
Environment: DENET_BPF the binary, DENET_E2E_TOOLS the folder of its helpers (tests/e2e.mk),
DENET_REQUIRE_BPF=1 makes a test fail that would be skipped for want of BPF.
Status 77 where all that were named are skipped."""

import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
# Whoever became root by su has none of root's places, where setcap is.
os.environ["PATH"] = os.environ.get("PATH", os.defpath) + ":/usr/sbin:/sbin"

SKIPPED = 77
TEST_LIMIT_S = 600  # of one test, which would keep all others waiting
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
        signal.alarm(TEST_LIMIT_S)
        self.started = time.monotonic()
        self.bad = False

    def stopTest(self, test):
        super().stopTest(test)
        signal.alarm(0)
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


MODES = ("root", "caps", "user", "nobpf")
HERE = pathlib.Path(__file__).resolve().parent


def unusable(mode, reason):
    required = os.environ.get("DENET_REQUIRE_BPF") == "1"
    print(f"test {'failed' if required else 'skipped'}: end-to-end tests in mode {mode}: {reason}")
    return 1 if required else 0


def python_for_nobody():
    """The interpreter of whoever calls may lie in a folder of its own."""
    for python in ("/usr/bin/python3", sys.executable):
        nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", python, "-c", "0"]
        if subprocess.run(nobody, check=False, stderr=subprocess.DEVNULL).returncode == 0:
            return python
    return None


def is_before_5_11():
    major, minor = os.uname().release.split(".")[:2]
    return (int(major), int("".join(filter(str.isdigit, minor)) or 0)) < (5, 11)


def run_as_nobody(mode, folder, arguments):
    """All that is run lies where nobody can read it, with the rights of the mode."""
    python = python_for_nobody()
    if os.geteuid() or not python:
        return unusable(mode, "it takes root, setpriv and a python3 that user nobody can run")
    os.chmod(folder, 0o755)
    # the parts of the tree that tests look at
    for part in ("tests/e2e", "tests/fixtures", "share/ci", "docs"):
        shutil.copytree(HERE.parents[1] / part, f"{folder}/{part}", symlinks=True,
                        ignore=shutil.ignore_patterns("__pycache__"))
    tools = shutil.copytree(os.environ.get("DENET_E2E_TOOLS", BUILD / "tests/e2e"), f"{folder}/tools")
    built = os.environ.get("DENET_BPF", BUILD / "denet-bpf")
    binary = shutil.copy(built, f"{folder}/denet-bpf")
    if os.path.exists(f"{built}-host"):
        shutil.copy(f"{built}-host", folder)
    if mode == "caps":
        # 5.10 charges maps against the limit on locked memory
        capabilities = "cap_bpf,cap_perfmon" + (",cap_sys_resource" if is_before_5_11() else "")
        done = subprocess.run(["setcap", f"{capabilities}=p", binary], check=False, capture_output=True, text=True)
        if done.returncode:
            return unusable(mode, f"setcap: {done.stderr.strip()}")
    environment = {**os.environ, "DENET_BPF": binary, "DENET_E2E_TOOLS": tools, "DENET_E2E_MODE": mode, "HOME": folder}
    program = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all", python,
               f"{folder}/tests/e2e/run.py", *arguments]
    return subprocess.run(program, check=False, env=environment, cwd=folder).returncode


def run_in_mode(mode, arguments):
    print(f"mode {mode}", flush=True)
    if mode == "nobpf":
        forbid = os.path.join(os.environ.get("DENET_E2E_TOOLS", BUILD / "tests/e2e"), "forbid")
        program = [forbid, "bpf", "EPERM", sys.executable, __file__, *arguments]
        return subprocess.run(program, check=False, env={**os.environ, "DENET_E2E_MODE": mode}).returncode
    with tempfile.TemporaryDirectory(prefix="denet-e2e-mode.") as folder:
        return run_as_nobody(mode, folder, arguments)


def take_folder(arguments):
    """The folder of the tests; takes its option out."""
    if "--folder" not in arguments:
        return HERE
    at = arguments.index("--folder")
    folder = arguments[at + 1] if at + 1 < len(arguments) else ""
    del arguments[at : at + 2]
    return pathlib.Path(folder).resolve()


def main():
    arguments = sys.argv[1:]
    if "--mode" in arguments:
        at = arguments.index("--mode")
        mode = arguments[at + 1] if at + 1 < len(arguments) else ""
        del arguments[at : at + 2]
        if mode not in MODES:
            sys.exit(f"--mode {mode}: one of {', '.join(MODES)}")
        if mode != "root":
            return run_in_mode(mode, arguments)
    return run_here(arguments)


def only_reads(test):
    """Of what reads files and follows nothing: it is the same with any rights."""
    return getattr(sys.modules[type(test).__module__], "ONLY_READS", False)


def run_here(arguments):
    folder = take_folder(arguments)
    words = [word for word in arguments if word != "-v"]
    found = unittest.TestLoader().discover(str(folder), "test_*.py")
    tests = [test for test in all_tests(found) if not words or any(word in test.id() for word in words)]
    mode = os.environ.get("DENET_E2E_MODE", "root")
    once = [test for test in tests if only_reads(test)] if mode != "root" and not words else []
    suite = unittest.TestSuite(test for test in tests if test not in once)
    if once:
        print(f"left to mode root: {len(once)} tests of what only reads files")
    report = Report("-v" in arguments)
    suite.run(report)
    for reason, tests in report.reasons.items():
        more = f" and {len(tests) - 5} more" if len(tests) > 5 else ""
        print(f"skipped {len(tests)}: {reason}: {', '.join(tests[:5])}{more}")
    skipped = sum(len(tests) for tests in report.reasons.values())
    print(f"{report.passed} passed, {report.failed} failed, {skipped} skipped")
    if report.failed:
        return 1
    # Of those that were named, a mode may be able to run none.
    return 0 if report.passed else SKIPPED if words and skipped else 1


def give_up(*_):
    """No OSError, which a test may be ready for."""
    raise AssertionError(f"not over after {TEST_LIMIT_S} s")


def clear_away(number, _):
    """A test that is broken off takes what it started with it, as after Ctrl-C."""
    signal.signal(number, signal.SIG_DFL)
    raise KeyboardInterrupt(signal.Signals(number).name)


if __name__ == "__main__":
    # A shell's background and nohup start what they start with some ignored, and so would be all we start.
    for number in (signal.SIGHUP, signal.SIGQUIT, signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2, signal.SIGTSTP):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGALRM, give_up)
    for number in (signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, clear_away)
    sys.exit(main())
