#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""What each kind of test program prints is counted as it is meant. Silent when well."""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from counts import count

RUN = pathlib.Path(__file__).resolve().parent / "run.py"

CMOCKA = """[==========] cpu: Running 4 test(s).
[ RUN      ] first
             5.123 ms, of 4 to 6
[       OK ] first
[ RUN      ] second
tests/x.c:5: error: Failure!
[  FAILED  ] second
[ RUN      ] third
skipped: no room
[  SKIPPED ] third
[ RUN      ] fourth
half a line[       OK ] fourth
[==========] cpu: 4 test(s) run.
[  PASSED  ] 2 test(s).
[  SKIPPED ] cpu: 1 test(s), listed below:
[  SKIPPED ] third
[  FAILED  ] cpu: 1 test(s), listed below:
[  FAILED  ] second

 1 FAILED TEST(S)
"""
E2E = """mode root
FAIL test_x.Y.test_z (0.1 s)
    Traceback
skipped 2: needs a bell: test_a.B.test_c, test_a.B.test_d
7 passed, 1 failed, 2 skipped
"""
PYTEST = """python tests as root, under Python 3.11.2
.....s.F                                                         [100%]
=========================== short test summary info ============================
SKIPPED [2] python/tests/test_a.py:5: no pandas
FAILED python/tests/test_b.py::test_c - assert 1 == 2
1 failed, 5 passed, 2 skipped in 12.34s
"""
OWN = "test passed: a\ntest failed: b\ntest skipped: c: not here\n"


class Count(unittest.TestCase):
    def check(self, text, line, failed=(), skipped=()):
        found = count(text)
        self.assertEqual(found.line(), line)
        self.assertEqual(found.failed, list(failed))
        self.assertEqual(sorted(found.skipped), sorted(skipped))

    def test_cmocka(self):
        self.check(CMOCKA, "2 passed, 1 failed, 1 skipped", ["second"], ["no room"])

    def test_a_program_that_dies_in_a_test(self):
        self.check("[ RUN      ] first\nSegmentation fault\n", "0 passed, 1 failed, 0 skipped", ["first"])
        self.check("[ RUN      ] first\n" + CMOCKA, "2 passed, 2 failed, 1 skipped", ["first", "second"], ["no room"])

    def test_e2e(self):
        self.check(E2E, "7 passed, 1 failed, 2 skipped", ["test_x.Y.test_z"],
                   ["needs a bell: test_a.B.test_c, test_a.B.test_d"])

    def test_pytest(self):
        self.check(PYTEST, "5 passed, 1 failed, 2 skipped", ["python/tests/test_b.py::test_c"],
                   ["python/tests/test_a.py:5: no pandas"])
        self.check("===== 3 passed in 0.10s =====\n", "3 passed, 0 failed, 0 skipped")
        self.check("2 passed, 1 error in 0.10s\n", "2 passed, 1 failed, 0 skipped", [""])
        self.check("2 passed in 91.10s (0:01:31)\n", "2 passed, 0 failed, 0 skipped")

    def test_our_own_scripts(self):
        self.check(OWN, "1 passed, 1 failed, 1 skipped", ["b"], ["c: not here"])

    def test_what_is_no_result(self):
        self.check("3 errors, 2 passed\nmy test passed: a\nskipped\n", "0 passed, 0 failed, 0 skipped")


MAKEFILE = """good:
\t@echo 'test passed: one'; echo 'test skipped: two: no two'
bad:
\t@echo 'test failed: three'; false
quiet:
\t@true
meet:
	@mkfifo -m 600 fifo 2>/dev/null; echo >fifo; echo 'test passed: five'
waits:
	@mkfifo -m 600 fifo 2>/dev/null; read x <fifo; echo 'test passed: six'
jobs:
	@echo 'test passed: $(filter -j%,$(MAKEFLAGS))'
writes:
	@touch written; echo 'test passed: seven'
reads:
	@[ -e written ] && echo 'test passed: eight'
build-it:
	@true
once:
	@if mkdir tried 2>/dev/null; then echo 'test failed: nine'; false; else echo 'test passed: nine'; fi
words:
	@if [ "$(E2E)" ]; then echo '1 passed, 0 failed, 0 skipped'; else echo 'FAIL test_x.Y.test_z (0.1 s)'; \
		echo '4 passed, 1 failed, 0 skipped'; false; fi
dies:
\t@echo 'test passed: four'; exit 3
"""


class Run(unittest.TestCase):
    def run_parts(self, *parts):
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "Makefile").write_text(MAKEFILE)
            own = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL")}
            done = subprocess.run([sys.executable, RUN, "--build", "build", *parts], cwd=folder, env=own,
                                  capture_output=True, text=True, check=False)
            return done.returncode, done.stdout.splitlines()

    def test_parts_add_up_and_skips_have_reasons(self):
        status, lines = self.run_parts("good", "quiet")
        self.assertEqual(status, 0)
        self.assertEqual(lines[-1], "2 passed, 0 failed, 1 skipped")
        self.assertIn("skipped 1: good: two: no two", lines)

    def test_a_part_that_fails_does_not_keep_the_others_from_running(self):
        status, lines = self.run_parts("bad", "good")
        self.assertEqual(status, 1)
        self.assertEqual(lines[-1], "1 passed, 1 failed, 1 skipped")
        self.assertIn("failed: bad: three", lines)

    def test_a_part_that_breaks_off_has_failed(self):
        status, lines = self.run_parts("dies")
        self.assertEqual(status, 1)
        self.assertEqual(lines[-1], "1 passed, 1 failed, 0 skipped")

    def test_what_comes_later_is_skipped_when_time_is_over(self):
        status, lines = self.run_parts("good", "--later", "quiet", "--seconds", "0")
        self.assertEqual(status, 0)
        self.assertEqual(lines[-1], "1 passed, 0 failed, 2 skipped")
        self.assertTrue(any(line.startswith("skipped 1: quiet: no time") for line in lines), lines)
        status, lines = self.run_parts("good", "--later", "quiet", "--seconds", "1000")
        self.assertEqual(lines[-1], "2 passed, 0 failed, 1 skipped")

    def test_what_runs_beside_stays_together_and_counts(self):
        status, lines = self.run_parts("meet", "--beside", "waits", "--beside", "bad", "--then", "good")
        self.assertEqual(status, 1)
        self.assertEqual(lines[-1], "3 passed, 1 failed, 1 skipped")
        self.assertIn("failed: bad: three", lines)
        begin = lines.index("--- beside, waits:")
        self.assertEqual(lines[begin + 1 : begin + 3], ["test passed: six", "---"])
        self.assertGreater(lines.index("test passed: one"), lines.index("--- beside, bad:"))

    def test_one_waits_for_another_of_the_other_row(self):
        status, lines = self.run_parts("reads", "--beside", "writes", "--after", "reads=writes")
        self.assertEqual((status, lines[-1]), (0, "2 passed, 0 failed, 0 skipped"))
        self.assertGreater(lines.index("test passed: eight"), lines.index("test passed: seven"))

    def test_what_is_built_is_built_on_all_processors(self):
        status, lines = self.run_parts("jobs", "build-it")
        self.assertIn(f"test passed: -j{len(os.sched_getaffinity(0))}", lines)
        self.assertEqual((status, lines[-1]), (0, "1 passed, 0 failed, 0 skipped"))

    def test_what_passes_alone_is_told_apart(self):
        status, lines = self.run_parts("--again", "3", "once", "good", "words")
        self.assertEqual((status, lines[-1]), (0, "5 passed, 0 failed, 2 unsteady, 1 skipped"))
        self.assertIn("unsteady: once: nine: failed once, passed alone", lines)
        self.assertIn("unsteady: words: test_x.Y.test_z: failed once, passed alone", lines)
        # Without the option, of too many, and where it fails again.
        self.assertEqual(self.run_parts("once")[0], 1)
        self.assertEqual(self.run_parts("--again", "1", "once", "bad")[0], 1)
        status, lines = self.run_parts("--again", "3", "bad")
        self.assertEqual((status, lines[-1]), (1, "0 passed, 1 failed, 0 skipped"))

    def test_nothing_runs_on_what_is_not_built(self):
        status, lines = self.run_parts("--first", "bad", "good")
        self.assertEqual(status, 1)
        self.assertEqual(lines[-1], "0 passed, 1 failed, 0 skipped")


if __name__ == "__main__":
    result = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromModule(sys.modules[__name__]).run(result)
    for test, text in result.failures + result.errors:
        print(f"{test.id()}: {text}", file=sys.stderr)
    sys.exit(0 if result.wasSuccessful() and result.testsRun else 1)
