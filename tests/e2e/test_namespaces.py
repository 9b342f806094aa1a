# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""In namespaces: pids as whoever reads the figures sees them, figures as exact as outside."""

import contextlib
import os
import subprocess
import tempfile
import unittest

from harness import (
    BIN,
    Case,
    children_of,
    exact,
    need_root,
    not_sanitized,
    of_kind,
    parse_lines,
    run,
    start,
    the,
    wait_for,
    wait_for_file,
)

INSIDE = ("unshare", "--pid", "--fork", "--mount-proc")
NESTED = ("unshare", "--pid", "--fork")
# The shell itself opens the file, so that it reads its number in the namespace of this /proc.
WHO_AM_I = "read pid rest < /proc/self/stat; echo $pid >> {file}"


def can(*argv):
    return subprocess.run(argv, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


class NamespaceCase(Case):
    def setUp(self):
        super().setUp()
        if not can(*INSIDE, "true"):
            self.skipTest("unshare: a pid namespace is not permitted")

    def run_inside(self, *command, program=INSIDE, options=(), status=0):
        """The records of a run inside a pid namespace of its own."""
        path = self.path("records.jsonl")
        result = run("run", "-q", "--accounting", "bpf", "-o", path, *options, "--", *command, program=[*program, BIN])
        self.assertEqual(result.status, status, result)
        self.assertEqual(result.err, b"", result)
        with open(path, "rb") as file:
            return parse_lines(file.read())

    def numbers(self, name):
        return [tuple(map(int, line.split())) for line in self.read(name).decode().splitlines()]


def pairs(records):
    return {(record["pid"], record["ppid"]) for record in of_kind(records, "process")}


@exact
@need_root
class PidNamespace(NamespaceCase):
    def test_pids_are_those_that_the_command_sees(self):
        tell = "echo $$ $PPID >> " + self.path("told")
        nested = self.write("nested", f"{tell}\nsh -c '{tell}; true'\nexec true\n")
        records = self.run_inside("sh", "-c", f"{tell}; sh {nested}; sh {nested} & wait; true")
        told = self.numbers("told")
        self.assertEqual(len(told), 5)
        self.assertEqual(pairs(records), set(told))
        self.assertEqual(the(records, "metadata")["pid"], told[0][0])
        self.assertEqual(told[0][1], 1)  # the monitor, to which the namespace gave the first number

    def test_samples_name_the_same_pids(self):
        tell = "echo $$ >> " + self.path("told")
        self.write("told", "")

        def sizes(records):
            """Of the child; the memory of a process is read from /proc by its number."""
            born = [pid for pid, *_ in self.numbers("told")[1:]]
            children = [process for record in of_kind(records, "tree") for process in record["children"]]
            return [process["metrics"]["mem_rss_kb"] for process in children if process["pid"] in born]

        # Of a child that is just being born there is less.
        def is_seen(records):
            return max(sizes(records), default=0) > 100

        records = self.records_until(
            is_seen, "--accounting", "bpf", "-i", "20", "--max-interval", "20", program=[*INSIDE, BIN],
            command=("sh", "-c", f"{tell}; sh -c '{tell}; read x < {self.gate()}; true'; true"))
        self.assertEqual(len(self.numbers("told")), 2)
        self.assertGreater(max(sizes(records)), 100)

    def test_totals_are_those_of_the_cgroup(self):
        with self.cgroup() as cgroup:
            job = ("echo $$ > $0/cgroup.procs; i=0; while [ $i -lt 150 ]; do /bin/true; i=$((i + 1)); done; "
                   "sh -c '(i=0; while [ $i -lt 200000 ]; do i=$((i + 1)); done) & exit 0'; exit 7")
            records = self.run_inside("sh", "-c", job, cgroup, options=("--wait-all",), status=7)
            with open(os.path.join(cgroup, "cpu.stat"), encoding="ascii") as stat:
                used_us = int(dict(line.split() for line in stat)["usage_usec"])
        summary = the(records, "summary")
        self.assertEqual(summary["processes_total"], 153)
        self.assertEqual(summary["processes_exact"], 153)
        # What the shell used before it moved is in the one only.
        self.assertGreaterEqual(summary["cpu_time_ns"], used_us * 1000 - 300_000)
        self.assertLessEqual(summary["cpu_time_ns"], used_us * 1000 + 5_000_000)

    def test_a_namespace_below_is_numbered_by_ours(self):
        who = WHO_AM_I.format(file=self.path("told"))
        tell = f"echo $$ > {self.path('own')}"
        records = self.run_inside("sh", "-c", f"{who}; {' '.join(NESTED)} sh -c '{who}; {tell}; exit 3'; exit 4", status=4)
        self.check_nested(records)

    def test_a_namespace_of_the_command_is_numbered_from_outside(self):
        who = WHO_AM_I.format(file=self.path("told"))
        tell = f"echo $$ > {self.path('own')}"
        records = self.run_inside("sh", "-c", f"{who}; {' '.join(NESTED)} sh -c '{who}; {tell}; exit 3'; exit 4",
                                  program=(), status=4)
        self.check_nested(records)

    def check_nested(self, records):
        (root,), (deep,) = self.numbers("told")
        self.assertEqual(self.numbers("own"), [(1,)])
        self.assertEqual(the(records, "metadata")["pid"], root)
        processes = {process["pid"]: process for process in of_kind(records, "process")}
        self.assertEqual(len(processes), 3)
        self.assertEqual(processes[deep]["exit_code"], 3)
        between = processes[processes[deep]["ppid"]]
        self.assertEqual((between["comm"], between["ppid"]), ("unshare", root))

    @contextlib.contextmanager
    def cgroup(self):
        with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as mounts:
            found = [line.split()[4] for line in mounts if " - cgroup2 " in line]
        if not found:
            self.skipTest("no cgroup of version 2")
        folder = tempfile.mkdtemp(prefix="denet-e2e-", dir=found[0])
        try:
            yield folder
        finally:
            wait_for("the cgroup is empty", lambda: b"populated 0" in self.read(os.path.join(folder, "cgroup.events")))
            os.rmdir(folder)

    def test_attach_inside(self):
        tell = "echo $$ $PPID >> " + self.path("told")
        # In the background standard input is empty.
        job = f"{tell}; exec 3<&0; sh -c '{tell}; read x <&3; exit 5' & wait; sh -c '{tell}; exit 6'; exit 7"
        with self.namespace() as init:
            enter = ["nsenter", "--target", str(init), "--pid", "--mount"]
            with start("sh", "-c", job, program=enter, stdin=subprocess.PIPE) as target:
                wait_for("both shells told", lambda: os.path.exists(self.path("told")) and len(self.numbers("told")) == 2)
                root = self.numbers("told")[0]
                self.assertLess(root[0], 100)
                with start("attach", "-q", "-o", self.path("f"), str(root[0]), program=[*enter, BIN]) as monitor:
                    wait_for_file(self.path("f"))
                    wait_for("a sample", lambda: b'"tree"' in self.read("f"))
                    target.stdin.write(b"go\n")
                    target.stdin.flush()
                    self.assertEqual(monitor.wait(60), 0, monitor.stderr.read())
                self.assertEqual(target.wait(60), 7)
        records = parse_lines(self.read("f"))
        # Whoever started the first one stands outside and has no number here.
        self.assertEqual(root[1], 0)
        self.assertEqual(pairs(records), set(self.numbers("told")))
        self.assertEqual({process["exit_code"] for process in of_kind(records, "process")}, {5, 6, 7})

    def test_a_proc_of_other_pids_is_not_read(self):
        out = self.path("f")
        result = run("run", "-q", "-o", out, "--", "sleep", "0.2", program=[*NESTED, BIN])
        self.assertEqual(result.status, 0, result)
        records = parse_lines(self.read("f"))
        self.assertEqual(the(records, "process")["exact"], True)
        for tree in of_kind(records, "tree")[:-1]:
            if tree["aggregated"]["process_count"]:  # of nobody it is known
                self.assertIn("mem_rss_kb", tree["aggregated"]["unknown"])

    @contextlib.contextmanager
    def namespace(self):
        """A pid namespace that lasts; its process 1 by its number here."""
        with start("sh", "-c", "echo ready; read x", program=INSIDE, stdin=subprocess.PIPE) as holder:
            holder.stdout.readline()
            yield children_of(holder.pid)[0]
            holder.stdin.close()
            holder.wait(60)


@need_root
@not_sanitized
class MountNamespace(NamespaceCase):
    def without_proc(self, *args):
        script = 'mount -t tmpfs none /proc && exec "$@"'
        return run(*args, program=["unshare", "--mount", *NESTED[1:], "sh", "-c", script, "sh", BIN])

    @exact
    def test_no_proc_costs_no_nanosecond(self):
        result = self.without_proc("run", "-q", "--accounting", "bpf", "-o", self.path("f"), "--", "sh", "-c",
                                   "sh -c 'exit 3'; exit 4")
        self.assertEqual((result.status, result.err), (4, b""), result)
        summary = the(parse_lines(self.read("f")), "summary")
        self.assertEqual((summary["processes_total"], summary["processes_exact"]), (2, 2))
        self.assertGreater(summary["cpu_time_ns"], 0)

    def test_attach_without_proc_is_one_line(self):
        self.assert_refused(self.without_proc("attach", "1"))


@need_root
class TimeNamespace(Case):
    """Its clock since the boot is another one, of which the kernel's own figures know nothing."""

    INSIDE = ("unshare", "--time", "--boottime", "86400", "--monotonic", "43200", "--fork")

    def setUp(self):
        super().setUp()
        if not can(*self.INSIDE, "true"):
            self.skipTest("unshare: a time namespace is not permitted")

    def check(self, records):
        """All of it was between the start of the run and its end."""
        begin_ms = the(records, "metadata")["t0_ms"]
        wall_ms = the(records, "summary")["wall_ns"] / 1e6
        processes = of_kind(records, "process")
        self.assertTrue(processes)
        for process in processes:
            self.assertGreater(process["start_ms"], begin_ms - 1000)
            self.assertLess(process["start_ms"], begin_ms + wall_ms + 1000)
            self.assertLess(process["wall_ns"] / 1e6, wall_ms + 1000)
            for program in process.get("programs", []):
                self.assertLess(program["start_ns"] / 1e6, wall_ms + 1000)
        for tree in of_kind(records, "tree"):
            self.assertLess(tree["aggregated"]["uptime_secs"], wall_ms / 1e3 + 2)

    def run_inside(self, source):
        result = run("run", "-q", "--accounting", source, "-o", self.path("f"), "--", "sh", "-c",
                     "sleep 0.3; true", program=[*self.INSIDE, BIN])
        self.assertEqual(result.status, 0, result)
        records = parse_lines(self.read("f"))
        self.check(records)
        shell = next(process for process in of_kind(records, "process") if process["comm"] == "sh")
        self.assertGreater(shell["wall_ns"], 250_000_000)

    @exact
    def test_times_are_those_of_the_run(self):
        self.run_inside("bpf")

    def test_times_are_those_of_the_run_by_proc(self):
        self.run_inside("proc")

    @exact
    def test_attach_finds_the_tree(self):
        with start("-c", "sh -c 'read x; true' <&0; sh -c 'exit 3'; exit 4", program=["sh"],
                   stdin=subprocess.PIPE) as target:
            wait_for("the child", lambda: len(children_of(target.pid)) == 1)
            with start("attach", "-q", "--accounting", "bpf", "-o", self.path("f"), str(target.pid),
                       program=[*self.INSIDE, BIN]) as monitor:
                wait_for_file(self.path("f"))
                wait_for("a sample", lambda: b'"tree"' in self.read("f"))
                target.stdin.write(b"go\n")
                target.stdin.flush()
                self.assertEqual(target.wait(60), 4)
                self.assertEqual(monitor.wait(60), 0, monitor.stderr.read())
        records = parse_lines(self.read("f"))
        self.assertEqual({process["exit_code"] for process in of_kind(records, "process")}, {0, 3, 4})
        for process in of_kind(records, "process"):
            self.assertLess(process["wall_ns"], 3600 * 10**9)


class UserNamespace(Case):

    def setUp(self):
        super().setUp()
        if not can("unshare", "--user", "--map-root-user", "true"):
            self.skipTest("unshare: a user namespace is not permitted")

    def test_its_root_is_not_enough_for_bpf_and_is_told_so(self):
        result = run("run", "--accounting", "bpf", "--", "touch", self.path("started"),
                     program=["unshare", "--user", "--map-root-user", BIN])
        self.assert_refused(result, "user namespace")
        self.assertFalse(os.path.exists(self.path("started")))

    @exact
    def test_the_command_runs_all_the_same(self):
        result = run("run", "--", "sh", "-c", "exit 3", program=["unshare", "--user", "--map-root-user", BIN])
        self.assertEqual(result.status, 3, result)
        self.assertEqual(len([line for line in result.err_lines if "user namespace" in line]), 1, result)


if __name__ == "__main__":
    unittest.main()
