# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Limits of CMD's cgroups: those that are changed while it runs, and those that kill."""

import contextlib
import os
import unittest

from harness import (
    ACT,
    BIN,
    Case,
    exact,
    finish,
    need_root,
    not_sanitized,
    parse,
    parse_lines,
    start,
    the,
    wait_for,
    wait_for_file,
)

CPU, MEMORY = "/sys/fs/cgroup/cpu", "/sys/fs/cgroup/memory"
LIMIT_KB = 40 << 10  # more than denet-bpf needs itself, less than what is touched
POOL_KB = 500 << 10
KILLED = 128 + 9


def put(path, text):
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


@contextlib.contextmanager
def made_in(parent):
    group = f"{parent}/denet-limits-{os.getpid()}"
    os.mkdir(group)
    try:
        yield group
    finally:
        os.rmdir(group)


# Only that is in the cgroup, as its first argument says.
ENTER = ["sh", "-c", 'echo $$ > "$0"/cgroup.procs && exec "$@"']


@need_root
class Limits(Case):
    def summary(self, accounting, group, *command, meanwhile=None, status=0):
        args = ("run", "-q", "-o", self.path("f"), "--accounting", accounting, "--", *command)
        with start(group, BIN, *args, program=ENTER) as process:
            if meanwhile:
                meanwhile()
            self.assertEqual(finish(process).status, status)
        return parse_lines(self.read("f"))

    def check_quota(self, accounting):
        def change():
            wait_for_file(self.path("f"))
            wait_for("a sample", lambda: b'"tree"' in self.read("f"))
            put(f"{group}/cpu.cfs_quota_us", "150000")
            self.let_go()

        with made_in(CPU) as group:
            put(f"{group}/cpu.cfs_quota_us", "50000")
            records = self.summary(accounting, group, "head", "-n", "1", self.gate(), meanwhile=change)
        summary = the(records, "summary")
        self.assertEqual(the(records, "metadata")["cpu_limit_cores"], 0.5)
        self.assertEqual([summary.get(f"cpu_limit_{key}") for key in ("cores", "changed", "before_cores")],
                         [1.5, True, 0.5])

    @unittest.skipUnless(os.path.exists(f"{CPU}/cgroup.procs"), "no cgroups of version 1 for the CPU here")
    def test_a_quota_that_is_changed_by_proc(self):
        self.check_quota("proc")

    @exact
    @unittest.skipUnless(os.path.exists(f"{CPU}/cgroup.procs"), "no cgroups of version 1 for the CPU here")
    def test_a_quota_that_is_changed_by_bpf(self):
        self.check_quota("bpf")

    @exact
    @unittest.skipUnless(os.path.exists(f"{CPU}/cgroup.procs"), "no cgroups of version 1 for the CPU here")
    @unittest.skipUnless(os.path.exists(f"{MEMORY}/cgroup.procs"), "no cgroups of version 1 for memory here")
    def test_limits_of_groups_whose_files_are_not_seen(self):
        def throttled():
            with open(f"{group}/cpu.stat", encoding="ascii") as file:
                return int(dict(line.split() for line in file)["throttled_time"])

        def until_throttled():
            wait_for_file(self.path("started"))
            before = throttled()
            wait_for("the quota keeps CMD from running", lambda: throttled() > before)
            with open(self.path("done"), "w", encoding="ascii"):
                pass

        hide = 'mount -t tmpfs none /sys/fs/cgroup && exec "$@"'
        command = f'echo >"{self.path("started")}"; until [ -e "{self.path("done")}" ]; do :; done'
        with made_in(CPU) as group, made_in(group) as inner, made_in(MEMORY) as pool, made_in(pool) as part:
            put(f"{pool}/memory.limit_in_bytes", str(POOL_KB << 10))
            put(f"{group}/cpu.cfs_quota_us", "50000")
            args = ("run", "-o", self.path("f"), "--accounting", "bpf", "--", "sh", "-c", command)
            around = [*ENTER, inner, *ENTER, part, "unshare", "--mount", "--cgroup", "sh", "-c", hide, "sh"]
            with start(BIN, *args, program=around) as process:
                until_throttled()
                done = finish(process)
            total = throttled()
            put(f"{group}/cpu.cfs_quota_us", "150000")
            with start("doctor", "--json", program=[*around, BIN]) as process:
                found = parse(finish(process).out)
        self.assertEqual((found["cgroup_cpu_limit_cores"], found["cgroup_memory_limit_kb"]), (1.5, POOL_KB))
        self.assertEqual(done.status, 0, done.err)
        records = parse_lines(self.read("f"))
        summary = the(records, "summary")
        self.assertEqual([the(records, kind)["cpu_limit_cores"] for kind in ("metadata", "summary")], [0.5, 0.5])
        self.assertEqual([the(records, kind)["memory_limit_kb"] for kind in ("metadata", "summary")], [POOL_KB] * 2)
        self.assertTrue(0 < summary["throttled_ns"] <= total, (summary["throttled_ns"], total))
        self.assertRegex(done.err, rb" of 0\.5 cores \(quota\)")

    @not_sanitized  # which would itself be short of memory
    @unittest.skipUnless(os.path.exists(f"{MEMORY}/memory.oom_control"), "no cgroups of version 1 for memory here")
    def test_proc_tells_who_was_killed_for_want_of_memory(self):
        with made_in(MEMORY) as group:
            put(f"{group}/memory.limit_in_bytes", str(LIMIT_KB << 10))
            records = self.summary("proc", group, ACT, "touch", "100", status=KILLED)
        summary = the(records, "summary")
        self.assertEqual((summary["oom_kills"], summary["memory_limit_kb"]), (1, LIMIT_KB))
        self.assertNotIn("oom_killed", the(records, "process"))
