# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""`attach --cgroup`: whoever is in a cgroup, whoever started them."""

import contextlib
import os
import re
import unittest

from harness import (
    ACT,
    BIN,
    MODE,
    Case,
    exact,
    finish,
    need_root,
    not_in_mode,
    of_kind,
    parse_lines,
    run,
    shell_inside,
    start,
    the,
    wait_for,
    wait_for_file,
)


def mount_of(kind):
    with open("/proc/mounts", encoding="utf-8") as mounts:
        return next(fields[1] for fields in map(str.split, mounts) if fields[2] == kind)


def cpuacct_mount():
    """Where version 1 counts CPU, which comes first; or None."""
    with open("/proc/mounts", encoding="utf-8") as mounts:
        return next((fields[1] for fields in map(str.split, mounts)
                     if fields[2] == "cgroup" and "cpuacct" in fields[3].split(",")), None)


class Group(Case):
    @contextlib.contextmanager
    def group(self, name=None, mount=None):
        folder = os.path.join(mount or mount_of("cgroup2"), name or f"denet-e2e-{os.getpid()}")
        os.mkdir(folder)
        try:
            yield folder
        finally:
            os.rmdir(folder)

    def await_sample(self):
        wait_for_file(self.path("f"))
        wait_for("the first sample", lambda: b'"tree"' in self.read("f"))

    def enter(self, folder, script):
        with shell_inside(folder, script):
            pass


@exact
@need_root
@not_in_mode("nobpf", "by /proc its figures are bounds")
@not_in_mode("caps", "rights of a file do not serve for it")
class Followed(Group):
    def test_who_comes_in_is_counted_until_the_last_has_ended(self):
        with self.group() as folder:
            with start("attach", "--cgroup", folder, "-o", self.path("f")) as process:
                self.await_sample()
                self.enter(folder, f"{ACT} spin 50; {ACT} spin 50")
                result = finish(process)
            with open(os.path.join(folder, "cpu.stat"), encoding="utf-8") as stat:
                used_us = int(stat.readline().split()[1])
        self.assertEqual(result.status, 0, result)
        self.assertIn(b"cgroup:" + folder.encode(), result.err)
        records = parse_lines(self.read("f"))
        self.assertEqual(records[0]["pid"], 0)
        summary = the(records, "summary")
        self.assertEqual(summary["processes_total"], 3)
        self.assertEqual(len(of_kind(records, "process")), 3)
        self.assertEqual(of_kind(records, "exit"), [])
        self.assertAlmostEqual(summary["cpu_time_ns"] / 1000, used_us, delta=1)

    def test_who_goes_out_is_still_running(self):
        with self.group() as folder:
            root = os.path.dirname(folder)
            with start("attach", "--cgroup", folder, "-o", self.path("f"), "--fail-if", "processes_total > 0") as process:
                self.await_sample()
                self.enter(folder, f'echo 0 >{root}/cgroup.procs; {ACT} spin 200')
                result = finish(process)
        self.assertEqual(result.status, 123, result)
        records = parse_lines(self.read("f"))
        self.assertTrue(the(records, "process")["running"])
        self.assertLess(the(records, "summary")["cpu_time_ns"], 150_000_000)

    @unittest.skipUnless(os.path.exists(f"{BIN}-host"), "denet-bpf-host is not built")
    def test_a_container_is_followed_by_a_part_of_its_id(self):
        number = f"{os.getpid():064x}"[::-1]
        with self.group(f"docker-{number}.scope", cpuacct_mount()) as folder:
            with start("attach", "--container", number[:12], "-o", self.path("f")) as process:
                self.await_sample()
                self.enter(folder, f"{ACT} spin 50; exit 0")
                result = finish(process)
        self.assertEqual(result.status, 0, result)
        summary = the(parse_lines(self.read("f")), "summary")
        self.assertEqual((summary["command"], summary["processes_total"]), ([f"cgroup:{folder}"], 2))


@need_root
@not_in_mode("caps", "rights of a file do not serve for it")
class Beside(Group):
    """`run --also-cgroup`: a daemon that works for CMD."""

    def run_with_daemon(self, folder, *options):
        """It works when CMD tells it to, and waits before and after."""
        work = f'read x <"$0"; {ACT} spin 200; echo done >"$1"; read x <"$0"'
        done = self.path("done")
        os.mkfifo(done)
        with shell_inside(folder, f"exec sh -c '{work}' {self.gate()} {done}") as daemon:
            wait_for("the daemon is inside", lambda: str(daemon.pid) in read_text(folder, "cgroup.procs"))
            result = run("run", *options, "--also-cgroup", folder, "-o", self.path("f"), "--", "sh", "-c",
                         'echo go >"$0"; read x <"$1"', self.gate(), done)
            self.let_go()
            daemon.communicate()
        self.assertEqual(result.status, 0, result)
        self.assertIn(b"\ncgroup:" + folder.encode(), result.err)
        return result, parse_lines(self.read("f"))

    @exact
    def test_its_work_is_told_apart(self):
        with self.group() as folder:
            result, records = self.run_with_daemon(folder)
        self.assertEqual([record["kind"] for record in records[-3:]], ["exit", "beside", "summary"])
        beside, summary = the(records, "beside"), the(records, "summary")
        self.assertEqual(beside["command"], [f"cgroup:{folder}"])
        self.assertEqual((beside["processes_total"], summary["processes_total"]), (2, 1))
        self.assertGreaterEqual(beside["cpu_time_ns"], 200_000_000)
        self.assertLess(summary["cpu_time_ns"], 200_000_000)
        self.assertNotIn("monitor_cpu_ns", beside)
        self.assertEqual(len(of_kind(records, "process")), 1)
        # Who reads the file takes it for no figure of the run.
        self.assertNotIn(b"cgroup:", run("stats", self.path("f")).out)

    def test_by_proc_it_is_told_apart_as_well(self):
        with self.group() as folder:
            _, records = self.run_with_daemon(folder, "--accounting", "proc")
        self.assertEqual(the(records, "beside")["accounting"], "proc")
        self.assertEqual(the(records, "summary")["processes_total"], 1)

    def test_one_that_is_empty_or_ends_stops_nothing(self):
        with self.group() as folder:
            result = run("run", "--also-cgroup", folder, "-o", self.path("f"), "--", "true")
        self.assertEqual(result.status, 0, result)
        self.assertEqual(the(parse_lines(self.read("f")), "beside")["processes_total"], 0)


@need_root
@not_in_mode("caps", "rights of a file do not serve for it")
class Sampled(Group):
    """By /proc: bounds."""

    def test_who_is_seen_inside_counts_until_nobody_is(self):
        with self.group() as folder:
            with start("attach", "--cgroup", folder, "--accounting", "proc", "-o", self.path("f")) as process:
                self.await_sample()
                with shell_inside(folder, f"{ACT} spin 50; read end") as shell:
                    wait_for("it is seen", lambda: re.search(b'"processes_started":[1-9]', self.read("f")))
                    shell.communicate(b"\n")
                result = finish(process)
            with open(os.path.join(folder, "cpu.stat"), encoding="utf-8") as stat:
                used_us = int(stat.readline().split()[1])
        self.assertEqual(result.status, 0, result)
        records = parse_lines(self.read("f"))
        summary = the(records, "summary")
        self.assertEqual(summary["accounting"], "proc")
        self.assertGreaterEqual(summary["processes_total"], 1)
        self.assertLessEqual(summary["cpu_time_ns"] / 1000, used_us + 1)
        self.assertFalse(any(record["exact"] for record in of_kind(records, "process")))


def read_text(*path):
    with open(os.path.join(*path), encoding="utf-8") as file:
        return file.read()


class Refused(Case):
    def refuse(self, *words):
        result = run("attach", *words)
        self.assertEqual(result.status, 125, result)
        self.assertEqual(result.err.count(b"\n"), 1, result)
        return result.err

    @not_in_mode("caps", "rights come first")
    def test_what_is_no_cgroup(self):
        self.assertIn(b"'/no/such'", self.refuse("--cgroup", "/no/such"))

    def test_beside_a_command_that_is_not_started(self):
        result = run("run", "--also-cgroup", "/no/such", "--", "touch", self.path("ran"))
        self.assert_refused(result, "rights of your own" if MODE == "caps" else "'/no/such'")
        self.assertFalse(os.path.exists(self.path("ran")))

    def test_what_this_caller_cannot_follow(self):
        if MODE == "root":
            self.skipTest("it can")
        self.assertRegex(self.refuse("--cgroup", mount_of("cgroup2"), "--accounting", "bpf"), b"rights of your own|BPF|bpf")
        if MODE == "caps":
            self.assertIn(b"'--container' takes rights of your own", self.refuse("--container", "web"))

    @not_in_mode("caps", "rights come first")
    def test_what_has_no_meaning(self):
        self.assertIn(b"without samples", self.refuse("--accounting", "proc", "--no-polling", "--cgroup", mount_of("cgroup2")))
        self.assertIn(b"from now on", self.refuse("--since-process-start", "--cgroup", mount_of("cgroup2")))
        self.assertIn(b"children", self.refuse("--exclude-children", "--cgroup", mount_of("cgroup2")))
