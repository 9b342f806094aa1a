# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Without memory: each allocation of a run fails once, and once for good. CMD never notices."""

import os
import unittest

from harness import BIN, TOOLS, Case, not_in_mode, not_sanitized, run

STARVE = os.path.join(TOOLS, "starve.so")
JOB = ("sh", "-c", 'echo >ran; sh -c "exit 3"; exit 7')
# Many more than a run has.
ALLOCATIONS_MAX = 2000

with open(BIN, "rb") as binary:
    IS_DYNAMIC = b"/ld-linux" in binary.read()


@not_sanitized
@unittest.skipUnless(IS_DYNAMIC, "nothing can be preloaded into a static program")
@not_in_mode("caps", "nothing is preloaded into a program with file capabilities")
class Starving(Case):
    def starve(self, at, for_good, options):
        env = dict(os.environ, LD_PRELOAD=STARVE, STARVE_AT=str(at), STARVE_SAID=self.path("said"))
        if for_good:
            env["STARVE_FOR_GOOD"] = "1"
        return run("run", *options, "-o", self.path("f"), "--", *JOB, env=env, cwd=self.folder)

    def forget(self, *names):
        for name in names:
            if os.path.exists(self.path(name)):
                os.unlink(self.path(name))

    def check_one(self, result, at):
        """A command that ran gives its status, and what is missing is said."""
        if not os.path.exists(self.path("ran")):
            self.assertEqual(result.status, 125, (at, result))
        else:
            self.assertEqual(result.status, 7, (at, result))
        self.assertNotEqual(result.err, b"", at)
        if b"\n  wall " not in result.err:
            self.assertRegex(result.err, b"Cannot allocate memory|out of memory", at)

    def check_all(self, for_good, *options):
        for at in range(ALLOCATIONS_MAX):
            self.forget("said", "ran")
            result = self.starve(at, for_good, options)
            if not os.path.exists(self.path("said")):
                break
            self.check_one(result, at)
        self.assertGreater(at, 20, "too few were refused")
        self.assertLess(at, ALLOCATIONS_MAX - 1)

    def test_one_allocation_fails(self):
        self.check_all(False)

    def test_one_allocation_fails_with_proc(self):
        self.check_all(False, "--accounting", "proc", "-i", "1")

    def test_all_allocations_fail_from_one_on(self):
        self.check_all(True)

    def test_all_allocations_fail_from_one_on_with_proc(self):
        self.check_all(True, "--accounting", "proc", "-i", "1")
