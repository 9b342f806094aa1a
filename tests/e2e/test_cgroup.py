# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""A cgroup of CMD's own, made by --own-cgroup, or found: of a container that holds nobody else."""

import contextlib
import glob
import json
import os
import shutil
import signal
import sys
import unittest

from harness import ACT, BIN, MODE, Case, exact, finish, need_root, of_kind, run, start, the, wait_for, wait_for_file

CAP_DAC_OVERRIDE = 1 << 1
SLACK_NS = 10_000_000  # what fork and exec take before CMD counts
# Runs CMD, and writes what wait4() says of it and of all that it has waited for.
WAITER = r"""
import json, os, sys
pid = os.fork()
if pid == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
_, status, usage = os.wait4(pid, 0)
with open(sys.argv[1], "w") as out:
    json.dump(usage.ru_utime + usage.ru_stime, out)
"""
V1 = "cpuacct memory"


def mounts():
    """Where hierarchies are mounted, by controller; v2's is ""."""
    found = {}
    with open("/proc/self/mounts", encoding="utf-8") as lines:
        for line in lines:
            _, point, kind, options, *_ = line.split()
            if kind == "cgroup2":
                found[""] = point
            elif kind == "cgroup":
                found.update({name: point for name in options.split(",")})
    return found


def groups_of(pid):
    """Those that a monitor has made, wherever they are."""
    return [path for point in set(mounts().values())
            for path in glob.glob(f"{point}/**/denet-bpf-*-{pid}-*", recursive=True)]


def membership(text):
    return dict(line.split(":", 2)[1:] for line in text.split())


def root_alone(test):
    return need_root(test) if MODE in ("root", "nobpf") else unittest.skip(f"mode {MODE}")(test)


def can_be_made():
    if os.geteuid() or not mounts():
        return False
    result = run("run", "--own-cgroup", "--accounting", "proc", "--", "true")
    return b"no cgroup of its own" not in result.err


@root_alone
class Own(Case):
    def setUp(self):
        super().setUp()
        if not can_be_made():
            self.skipTest("no cgroup can be made here")

    def own(self, *args, **options):
        return self.records("--own-cgroup", *args, **options)

    def test_cmd_is_in_it_and_nobody_else(self):
        path = self.path("where")
        self.own(command=("sh", "-c", f"cat /proc/self/cgroup >{path}"))
        with open("/proc/self/cgroup", encoding="utf-8") as file:
            ours = membership(file.read())
        its = membership(self.read("where").decode())
        made = [controllers for controllers, group in its.items() if "denet-bpf-" in group]
        self.assertTrue(made)
        for controllers, group in its.items():
            if controllers in made:
                self.assertEqual(os.path.dirname(group).rstrip("/"), ours[controllers].rstrip("/"))
                self.assertTrue(not controllers or set(controllers.split(",")) & set(V1.split()))
            else:
                self.assertEqual(group, ours[controllers])

    def test_never_without_the_option(self):
        path = self.path("where")
        summary = self.records(command=("sh", "-c", f"cat /proc/self/cgroup >{path}"))[-1]
        with open("/proc/self/cgroup", encoding="utf-8") as file:
            self.assertEqual(file.read(), self.read("where").decode())
        self.assertNotIn("cgroup_peak_kb", summary)

    def test_total_with_proc_is_exact(self):
        # Most of it is between two samples, and of a daemon that nobody has waited for.
        script = f"for i in 1 2 3 4 5 6 7 8; do {ACT} spin 10; done; (setsid {ACT} spin 50 &) ; {ACT} spin 80"
        records = self.own("--accounting", "proc", "--wait-all", "-i", "1000", command=(
            sys.executable, "-c", WAITER, self.path("usage"), "sh", "-c", script))
        summary = records[-1]
        waited_ns = int(json.loads(self.read("usage")) * 1e9)
        self.assertGreaterEqual(summary["cpu_time_ns"], summary["cgroup_cpu_ns"])
        self.assertLess(summary["cpu_time_ns"], summary["cgroup_cpu_ns"] + 1000)
        self.assertEqual(of_kind(records, "tree")[-1]["aggregated"]["cpu_time_ns"], summary["cpu_time_ns"])
        self.assertGreaterEqual(summary["cpu_time_ns"], waited_ns + 50_000_000)

    @exact
    def test_both_ways_count_the_same(self):
        summary = self.own("--accounting", "bpf", command=("sh", "-c", f"{ACT} spin 30; {ACT} threads 20; true"))[-1]
        self.assertGreaterEqual(summary["cgroup_cpu_ns"], summary["cpu_time_ns"] - SLACK_NS // 10)
        self.assertLessEqual(summary["cgroup_cpu_ns"], summary["cpu_time_ns"] + SLACK_NS)

    def test_peak_holds_page_cache(self):
        if "memory" not in mounts():
            self.skipTest("memory is no controller of v1 here")
        path = self.path("big")
        result = self.run_here("run", "--own-cgroup", "--accounting", "proc", "-o", self.path("r"), "--", "dd", "if=/dev/zero",
                               f"of={path}", "bs=1M", "count=40")
        summary = json.loads(self.read("r").splitlines()[-1])
        self.assertGreaterEqual(summary["cgroup_peak_kb"], 40 << 10)
        self.assertLess(summary["peak_mem_rss_kb"], 40 << 10)
        self.assertIn(b"with page cache", result.err)
        self.assertIn(b"exact, by its cgroup", result.err)
        self.assertNotIn(b"at least", result.err.partition(b"cpu ")[2].partition(b"\n")[0])

    def test_nothing_is_left(self):
        with start("run", "--own-cgroup", "--", "sh", "-c", f"read x <{self.gate()}; exit 3") as process:
            wait_for("its cgroups", lambda: groups_of(process.pid))
            self.let_go()
            result = finish(process)
            self.assertEqual(result.status, 3)
            self.assertEqual(groups_of(process.pid), [])
            self.assertNotIn(b"cgroup stays", result.err)

    def test_nothing_is_left_of_what_cannot_be_executed(self):
        with start("run", "--own-cgroup", "--", "/nonexistent") as process:
            self.assertEqual(finish(process).status, 127)
            self.assertEqual(groups_of(process.pid), [])

    def next_run_removes(self, pid):
        """Once nobody is in them any more, which may take the kernel a moment."""
        def is_clean():
            self.assertEqual(run("run", "-q", "--own-cgroup", "--", "true").status, 0)
            return not groups_of(pid)

        wait_for("the cgroups are removed", is_clean)

    def test_the_next_run_removes_what_a_killed_one_has_left(self):
        with start("run", "-q", "--own-cgroup", "--", "sh", "-c", f"echo $$ >{self.path('pid')}.tmp; mv {self.path('pid')}.tmp "
                   f"{self.path('pid')}; read x <{self.gate()}; exit 3") as process:
            wait_for_file(self.path("pid"))
            process.send_signal(signal.SIGKILL)
            process.wait()
            # CMD goes on, and is left in peace.
            self.assertEqual(run("run", "-q", "--own-cgroup", "--", "true").status, 0)
            self.assertTrue(groups_of(process.pid))
            self.let_go()
            self.next_run_removes(process.pid)

    def test_who_goes_on_keeps_it_and_is_told(self):
        with open(self.path("err"), "wb") as err, start(
                "run", "--own-cgroup", "--", "sh", "-c", f"(head -n 1 {self.gate()} >/dev/null 2>&1 </dev/null &) ; exit 0",
                stderr=err) as process:
            self.assertEqual(process.wait(), 0)
            said = [line for line in self.read("err").splitlines() if b"cgroup stays" in line]
            self.assertEqual(len(said), 1)
            self.assertTrue(groups_of(process.pid))
            self.let_go()
            self.next_run_removes(process.pid)

    def test_another_user_is_in_it(self):
        path = self.write("where", "", 0o666)
        self.own("-u", "nobody", command=("sh", "-c", f"id -u >{path}; cat /proc/self/cgroup >>{path}"))
        uid, _, groups = self.read("where").decode().partition("\n")
        self.assertNotEqual(uid, "0")
        self.assertIn("denet-bpf-", groups)

    def test_the_right_to_remove_it_sleeps(self):
        def capabilities(pid):
            with open(f"/proc/{pid}/status", encoding="utf-8") as status:
                facts = {key: value.strip() for key, _, value in (line.partition(":") for line in status)}
            return facts if facts["NoNewPrivs"] == "1" else None

        for option, permitted in ("--own-cgroup", CAP_DAC_OVERRIDE), ("--wait-all", 0):
            with start("run", "-q", option, "--", "sh", "-c", f"read x <{self.gate()}") as process:
                facts = wait_for("rights are laid down", lambda pid=process.pid: capabilities(pid))
                self.assertEqual(int(facts["CapPrm"], 16) & CAP_DAC_OVERRIDE, permitted)
                self.assertEqual(int(facts["CapEff"], 16) & CAP_DAC_OVERRIDE, 0)
                self.let_go()
                self.assertEqual(finish(process).status, 0)
                self.assertEqual(groups_of(process.pid), [])

    def test_where_there_is_v2_alone(self):
        points = mounts()
        if "" not in points or not shutil.which("unshare"):
            self.skipTest("no cgroup v2 is mounted")
        others = sorted(set(points.values()) - {points[""]})
        script = " && ".join([f"umount {point}" for point in others] + ['exec "$0" "$@"'])
        result = run("-m", "sh", "-c", script, BIN, "run", "--own-cgroup", "--accounting", "proc", "-o", self.path("r"), "--",
                     "sh", "-c", f"{ACT} spin 30; cat /proc/self/cgroup >{self.path('where')}", program=["unshare"])
        if b"umount" in result.err or b"unshare" in result.err:
            self.skipTest("hierarchies cannot be taken away here")
        self.assertEqual(result.status, 0, result)
        summary = json.loads(self.read("r").splitlines()[-1])
        its = membership(self.read("where").decode())
        self.assertEqual([name for name, group in its.items() if "denet-bpf-" in group], [""])
        # It counts in whole microseconds, and the process's own clock in nanoseconds.
        self.assertGreaterEqual(summary["cpu_time_ns"], summary["cgroup_cpu_ns"])
        self.assertLess(summary["cpu_time_ns"], summary["cgroup_cpu_ns"] + 1000)
        self.assertGreaterEqual(summary["cgroup_cpu_ns"], 30_000_000 - 1000)
        self.assertIn(b"exact, by its cgroup", result.err)
        # Without a controller for it no peak is told, and that is said.
        self.assertEqual("cgroup_peak_kb" in summary, b"tells no peak" not in result.err)


class Refused(Case):
    @root_alone
    def test_where_it_cannot_be_made_cmd_runs_without(self):
        if not mounts():
            self.skipTest("no cgroups are mounted")
        if not shutil.which("setpriv"):
            self.skipTest("setpriv is not there")
        result = run("--reuid=65534", "--regid=65534", "--clear-groups", "--bounding-set=-all", BIN, "run", "--own-cgroup",
                     "--accounting", "proc", "--", "sh", "-c", "exit 3", program=["setpriv"])
        said = [line for line in result.err_lines if "no cgroup of its own" in line]
        self.assertEqual((result.status, len(said)), (3, 1), result)
        self.assertNotIn(b"its cgroup", result.err)

    def test_attach_has_no_use_for_it(self):
        self.assert_refused(run("attach", "--own-cgroup", str(os.getpid())), "--own-cgroup", "attach")


@root_alone
class Found(Case):
    """As in a container: denet-bpf is in a cgroup that is not the machine's."""

    @contextlib.contextmanager
    def group(self):
        points = mounts()
        point = points.get("cpuacct", points.get(""))
        if not point:
            self.skipTest("no cgroups are mounted")
        path = os.path.join(point, f"denet-test.{os.getpid()}")
        try:
            os.mkdir(path)
        except OSError as error:
            self.skipTest(f"no cgroup can be made here: {error}")
        try:
            yield path
        finally:
            wait_for("the cgroup is empty", lambda: not open(f"{path}/cgroup.procs", encoding="ascii").read())
            os.rmdir(path)

    def inside(self, path, *before):
        script = f'echo 0 >{path}/cgroup.procs; {" ".join(before)} exec "$0" "$@"'
        result = run("-c", script, BIN, "run", "-q", "-o", self.path("r"), "--", ACT, "spin", "50", program=["sh"])
        self.assertEqual(result.status, 0, result)
        return json.loads(self.read("r").splitlines()[-1])

    def test_its_counter_is_told(self):
        with self.group() as path:
            summary = self.inside(path)
        self.assertGreaterEqual(summary["cgroup_cpu_ns"], summary["cpu_time_ns"])
        self.assertLessEqual(summary["cgroup_cpu_ns"], summary["cpu_time_ns"] + summary["monitor_cpu_ns"] + SLACK_NS)
        self.assertNotIn("cgroup_peak_kb", summary)

    def test_somebody_else_there_makes_it_untold(self):
        with self.group() as path:
            # A parent of denet-bpf's is somebody else, too.
            result = run("-c", f'echo 0 >{path}/cgroup.procs; "$0" "$@"; exit $?', BIN, "run", "-q", "-o", self.path("r"), "--",
                         ACT, "spin", "50", program=["sh"])
            self.assertEqual(result.status, 0, result)
        self.assertNotIn("cgroup_cpu_ns", json.loads(self.read("r").splitlines()[-1]))

    def test_machines_own_is_nobodys(self):
        with open("/proc/self/cgroup", encoding="utf-8") as file:
            its = membership(file.read())
        if any(group != "/" for controllers, group in its.items() if not controllers or "cpuacct" in controllers):
            self.skipTest("this is a container, or a session")
        self.assertNotIn("cgroup_cpu_ns", the(self.records(), "summary"))
