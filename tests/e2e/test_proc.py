# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""The /proc source: `--accounting proc`, and what is used where BPF is not to be had."""

import json
import os
import shutil
import signal
import subprocess
import sys

from harness import (
    ACT,
    BIN,
    FORBID,
    LIMIT_S,
    NOBODY,
    Case,
    children_of,
    comm_of,
    exact,
    finish,
    need_root,
    not_in_mode,
    not_sanitized,
    of_kind,
    parse_lines,
    run,
    start,
    the,
    wait_for,
    wait_for_file,
)

# Runs CMD, and writes what wait4() says of it and of all that it has waited for.
WAITER = r"""
import json, os, sys
pid = os.fork()
if pid == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
_, status, usage = os.wait4(pid, 0)
with open(sys.argv[1], "w") as out:
    json.dump({"cpu": usage.ru_utime + usage.ru_stime, "minflt": usage.ru_minflt}, out)
os._exit(os.waitstatus_to_exitcode(status))
"""
# Its parent, and the parent of that, are gone at once.
DAEMON = f"(setsid {ACT} spin 150 >/dev/null 2>&1 </dev/null &)"
SLACK_NS = 10_000_000  # what a shell uses until it is in its cgroup


def cgroup2_mount():
    with open("/proc/mounts", encoding="utf-8") as mounts:
        for line in mounts:
            words = line.split()
            if words[2] == "cgroup2":
                return words[1]
    return None


class FromProc(Case):

    def records(self, *args, **options):
        return super().records("--accounting", "proc", *args, **options)

    def records_until(self, seen, *args, **options):
        return super().records_until(seen, "--accounting", "proc", *args, **options)


class Records(FromProc):
    def test_say_that_they_are_bounds(self):
        records = self.records(command=("sh", "-c", f"{ACT} spin 20; {ACT} spin 20"))
        self.assertEqual(the(records, "metadata")["accounting"], "proc")
        self.assertTrue(the(records, "metadata")["executable"].startswith("/"))
        processes = of_kind(records, "process")
        self.assertTrue(processes)
        for process in processes:
            self.assertIs(process["exact"], False)
            for key in ("run_delay_ns", "migrations"):
                self.assertNotIn(key, process)
        summary = records[-1]
        self.assertEqual((summary["accounting"], summary["processes_exact"]), ("proc", 0))
        for key in ("run_delay_ns", "migrations"):
            self.assertNotIn(key, summary)
        self.assertEqual((summary["events_lost"], summary["records_lost"], summary["tasks_lost"]), (0, 0, 0))
        self.assertGreaterEqual(summary["cpu_time_ns"], 40_000_000)

    def test_root_has_its_end_and_its_command(self):
        records = self.records(command=("sh", "-c", "sleep 0.05; exit 7"), status=7)
        root = [p for p in of_kind(records, "process") if p["pid"] == the(records, "metadata")["pid"]]
        self.assertEqual(len(root), 1)
        self.assertEqual((root[0]["exit_code"], root[0]["comm"]), (7, "sh"))
        self.assertEqual(root[0]["cmd"], ["sh", "-c", "sleep 0.05; exit 7"])
        self.assertEqual(the(records, "exit")["exit_code"], 7)

    def test_arguments_of_another_program_are_left_out(self):
        for _ in range(5):  # whether the last exec is seen is a matter of luck
            root = the(self.records(command=("sh", "-c", "exec env /bin/true")), "process")
            self.assertEqual(root["comm"], "true")
            self.assertIn(root.get("cmd"), (None, ["/bin/true"]))

    def test_an_end_that_nobody_saw_is_left_out(self):
        # By its arguments; its name may be read at the look after that, if its exec fell between the two.
        def is_head_seen(records):
            heads = [at for at, record in enumerate(records)
                     if record["kind"] == "child" and record.get("cmd", [])[:1] == ["head"]]
            return heads and len(of_kind(records[heads[0]:], "tree")) > 1

        records = self.records_until(is_head_seen, "-i", "10",
                                     command=("sh", "-c", f"head -n 1 {self.gate()} >/dev/null; exit 0"))
        slept = [p for p in of_kind(records, "process") if p["comm"] == "head"]
        self.assertEqual(len(slept), 1)
        if "exit_code" in slept[0]:  # a look fell between its end and its parent's wait
            self.assertEqual(slept[0]["exit_code"], 0)
        self.assertNotIn("running", slept[0])
        self.assertGreater(slept[0]["wall_ns"], 0)
        unknown = [p for p in of_kind(records, "process") if not {"exit_code", "signal"} & p.keys()]
        self.assertEqual(records[-1].get("ends_unknown", 0), len(unknown))
        self.assertEqual(records[-1].get("processes_failed"), None if unknown else 0)

    def test_who_was_killed_may_have_been_short_of_memory(self):
        records = self.records(command=(ACT, "die", "9"), status=137)
        root = the(records, "process")
        self.assertEqual(root["signal"], 9)
        self.assertNotIn("oom_killed", root)
        self.assertEqual(records[-1]["processes_failed"], 1)

    def test_totals_never_fall(self):
        spin = f"for i in 1 2 3; do {ACT} spin 15; done"
        records = self.records_until(lambda records: len(of_kind(records, "tree")) > 3, "-i", "5", "-m", "5",
                                     command=("sh", "-c", f"{spin}; read x < {self.gate()}; {spin}"))
        trees = [tree["aggregated"] for tree in of_kind(records, "tree")]
        self.assertGreater(len(trees), 3)
        for key in ("cpu_time_ns", "page_faults_cached", "syscall_read_bytes"):
            values = [tree[key] for tree in trees]
            self.assertEqual(values, sorted(values), key)

    def test_a_new_program_is_a_child_record(self):
        head = ["head", "-n", "1", self.gate()]
        was_let_go = []

        def is_seen(records):
            if of_kind(records, "tree") and not was_let_go:
                was_let_go.append(True)
                self.let_go()
            return head in [child.get("cmd") for child in of_kind(records, "child")]

        records = self.records_until(is_seen, "-i", "10",
                                     command=("sh", "-c", f"read x < {self.gate()}; exec {' '.join(head)}"))
        root = the(records, "metadata")["pid"]
        self.assertIn(head, [c["cmd"] for c in of_kind(records, "child") if c["pid"] == root])

    def test_bytes_of_children_count_once(self):
        script = "dd if=/dev/zero of=/dev/null bs=1M count=64 2>/dev/null; sleep 0.05"
        summary = self.records("-i", "10", command=("sh", "-c", script))[-1]
        self.assertGreaterEqual(summary["total_syscall_write_bytes"], 64 << 20)
        self.assertLess(summary["total_syscall_write_bytes"], 65 << 20)

    def test_peak_of_a_child_that_was_too_short_to_be_seen(self):
        summary = self.records("-i", "10000", "-m", "10000", command=("sh", "-c", f"{ACT} touch 100; true"))[-1]
        self.assertGreaterEqual(summary["peak_mem_rss_kb"], 100 << 10)

    def test_no_more_than_bpf_says(self):
        if run("run", "-q", "--accounting", "bpf", "true").status:
            self.skipTest("BPF does not work here")
        job = ("sh", "-c", "dd if=/dev/zero of=/dev/null bs=1M count=16 2>/dev/null; head -c 1000000 /dev/zero >/dev/null")
        proc = self.records(command=job)[-1]
        bpf = Case.records(self, "--accounting", "bpf", command=job)[-1]
        self.assertLessEqual(proc["total_syscall_write_bytes"], bpf["total_syscall_write_bytes"] + 256)
        self.assertGreaterEqual(proc["total_syscall_write_bytes"], bpf["total_syscall_write_bytes"] * 0.9)
        self.assertGreaterEqual(proc["page_faults_cached"], bpf["page_faults_cached"] * 0.8)


class Truth(FromProc):
    def test_at_least_what_wait4_says(self):
        script = f"for i in 1 2 3 4 5; do {ACT} spin 7; done; {ACT} threads 50"
        path = self.path("usage")
        summary = self.records(command=(sys.executable, "-c", WAITER, path, "sh", "-c", script))[-1]
        usage = json.loads(self.read("usage"))
        self.assertGreaterEqual(summary["cpu_time_ns"], int(usage["cpu"] * 1e9))
        self.assertGreaterEqual(summary["page_faults_cached"], usage["minflt"])

    def test_more_than_wait4_says_where_a_daemon_leaves(self):
        path = self.path("usage")
        summary = self.records("--wait-all",
                               command=(sys.executable, "-c", WAITER, path, "sh", "-c", DAEMON))[-1]
        cpu_ns = int(json.loads(self.read("usage"))["cpu"] * 1e9)
        self.assertGreaterEqual(summary["cpu_time_ns"], cpu_ns + 150_000_000)
        self.assertEqual(summary["processes_running"], 0)

    @need_root
    def test_a_cgroup_agrees(self):
        mount = cgroup2_mount()
        if not mount:
            self.skipTest("no cgroup v2 is mounted")
        group = os.path.join(mount, f"denet-test.{os.getpid()}")
        os.mkdir(group)
        try:
            script = (f"echo 0 > {group}/cgroup.procs; for i in 1 2 3; do {ACT} spin 20; done; {ACT} spin 30 & "
                      f"{DAEMON}; wait")
            records = self.records("-i", "20", "--wait-all", command=("sh", "-c", script))
            with open(f"{group}/cpu.stat", encoding="ascii") as stat:
                truth_ns = int(stat.readline().split()[1]) * 1000
        finally:
            wait_for("the cgroup is empty", lambda: not open(f"{group}/cgroup.procs", encoding="ascii").read())
            os.rmdir(group)
        self.assertGreaterEqual(truth_ns, 240_000_000)
        self.assertLessEqual(records[-1]["cpu_time_ns"], truth_ns + SLACK_NS)
        self.assertGreaterEqual(records[-1]["cpu_time_ns"], truth_ns - SLACK_NS)


class Orphans(FromProc):
    def test_are_survivors_when_the_root_ends_first(self):
        path = self.path("pid")
        script = f"(setsid sh -c 'echo $$ > {path}; exec sleep 1000' >/dev/null 2>&1 &) ; while [ ! -s {path} ]; do :; done"
        try:
            records = self.records("-i", "10", command=("sh", "-c", script))
            pid = int(self.read("pid"))
            running = [p for p in of_kind(records, "process") if p.get("running")]
            self.assertEqual([p["pid"] for p in running], [pid])
            self.assertEqual(records[-1]["processes_running"], 1)
        finally:
            os.kill(int(self.read("pid")), signal.SIGKILL)

    def test_have_an_exit_status(self):
        script = f"(setsid sh -c 'read x < {self.gate()}; exit 9' &)"
        records = self.records_until(lambda records: of_kind(records, "child"), "-i", "10", "--wait-all",
                                     command=("sh", "-c", script))
        self.assertIn(9, [p.get("exit_code") for p in of_kind(records, "process")])

    def test_leave_no_zombie_while_we_watch(self):
        script = f"for i in 1 2 3 4 5; do (setsid sh -c 'read x < {self.gate()}' &); done; exec sleep 1000"
        with start("run", "-q", "-i", "10", "-m", "10", "--accounting", "proc", "sh", "-c", script) as process:
            # The command is a shell too, until it is sleep.
            names = lambda: [comm_of(child) for child in children_of(process.pid)]
            wait_for("the orphans come", lambda: {"sh", "sleep"} <= set(names()))
            self.let_go(5)
            wait_for("the orphans go", lambda: not {"sh", "setsid"} & set(names()))
            process.terminate()
            self.assertEqual(finish(process).signal, signal.SIGTERM)


class Options(FromProc):
    def test_exclude_children(self):
        summary = self.records("--exclude-children", command=("sh", "-c", f"{ACT} spin 100; exit 0"))[-1]
        self.assertLess(summary["cpu_time_ns"], 100_000_000)
        self.assertEqual(summary["processes_total"], 1)

    def test_no_polling(self):
        records = self.records("--no-polling", command=("sh", "-c", f"{ACT} spin 50; exit 0"))
        self.assertEqual(len(of_kind(records, "tree")), 1)
        self.assertGreaterEqual(records[-1]["cpu_time_ns"], 50_000_000)

    def test_duration(self):
        with start("run", "--accounting", "proc", "-q", "-d", "0.1", "-o", self.path("f"), "--", "sh", "-c",
                   "echo $$; exec sleep 1000") as process:
            pid = int(process.stdout.readline())
            self.assertEqual(process.wait(LIMIT_S), 124)
        running = [p for p in of_kind(parse_lines(self.read("f")), "process") if p.get("running")]
        self.assertEqual([p["pid"] for p in running], [pid])

    def test_pss(self):
        trees = of_kind(self.records("--pss", command=("sleep", "0.2")), "tree")
        self.assertTrue(any(tree["aggregated"].get("pss_kb") for tree in trees))

    def test_no_warning_when_it_was_asked_for(self):
        result = run("run", "--accounting", "proc", "true")
        self.assertEqual(result.status, 0)
        text = result.err.decode()
        self.assertNotIn("denet-bpf: ", text)
        self.assertIn("at least", text)
        self.assertIn("lower bounds", text)


class Attached(FromProc):
    def attach(self, *args, script):
        path = self.path("ready")
        target = subprocess.Popen(["sh", "-c", script.replace("READY", f"echo > {path}; read x")],
                                  stdin=subprocess.PIPE)
        out = self.path("attached")
        try:
            wait_for_file(path)
            with start("attach", "--accounting", "proc", "-q", "-i", "10", "-o", out, *args, str(target.pid)) as process:
                wait_for_file(out)
                target.stdin.write(b"\n")
                target.stdin.close()
                # A zombie until it is waited for: its end can be seen.
                os.waitid(os.P_PID, target.pid, os.WEXITED | os.WNOWAIT)
                result = finish(process)
        finally:
            target.kill()
            target.wait()
        self.assertEqual(result.status, 0, result)
        return parse_lines(self.read("attached"))

    def test_counts_from_the_attach(self):
        records = self.attach(script=f"{ACT} spin 200; READY; {ACT} spin 60; exit 4")
        summary = records[-1]
        # The parent's sum of its children is in hundredths of a second.
        self.assertGreaterEqual(summary["cpu_time_ns"], 25_000_000)
        self.assertLess(summary["cpu_time_ns"], 160_000_000)
        self.assertEqual(the(records, "exit").get("exit_code"), 4)

    def test_counts_living_processes_from_birth_when_asked(self):
        script = "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done; READY; exit 0"
        summary = self.attach("--since-process-start", script=script)[-1]
        self.assertGreater(summary["cpu_time_before_ns"], 5_000_000)
        self.assertGreaterEqual(summary["cpu_time_ns"], summary["cpu_time_before_ns"])

    def test_counts_a_process_once_whose_main_thread_has_ended(self):
        program = f"""
import ctypes, sys, threading, time
def body():
    while time.process_time() < 0.3: pass
    open("{self.path("ready")}", "w").write("x")
    sys.stdin.read()
threading.Thread(target=body).start()
ctypes.CDLL(None).pthread_exit(None)
"""
        target = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE)
        try:
            wait_for_file(self.path("ready"))
            result = run("attach", "--accounting", "proc", "--since-process-start", "-j", "-d", "0.1", str(target.pid))
        finally:
            target.kill()
            target.wait()
        used_ns = parse_lines(result.out.decode())[-1]["cpu_time_ns"]
        self.assertGreater(used_ns, 290_000_000)
        self.assertLess(used_ns, 450_000_000)

    def test_of_a_root_that_somebody_waits_for_the_end_is_not_known(self):
        with start("-c", f"head -n 1 {self.gate()} & wait", program=["sh"]) as parent:
            pid = wait_for("the child", lambda: open(f"/proc/{parent.pid}/task/{parent.pid}/children",
                                                     encoding="ascii").read().split())[0]
            with start("attach", "--accounting", "proc", "-i", "10", "-o", self.path("f"), pid) as process:
                wait_for_file(self.path("f"))
                self.let_go()
                result = finish(process)
        self.assertEqual(result.status, 0, result)
        self.assertNotIn("still running", result.err.decode())


@not_in_mode("caps", "whom its caller could not trace a privileged program tells nothing of")
class NotWaitedFor(FromProc):
    """A zombie: its end and what it used are still to be had."""

    def setUp(self):
        super().setUp()
        self.zombie = subprocess.Popen(["sh", "-c", "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done; exit 3"])
        os.waitid(os.P_PID, self.zombie.pid, os.WEXITED | os.WNOWAIT)

    def tearDown(self):
        self.zombie.wait()
        super().tearDown()

    def attach(self, *options):
        result = run("attach", "-j", *options, str(self.zombie.pid))
        self.assertEqual(result.status, 0, result)
        return parse_lines(result.out.decode()), result.err.decode()

    def check(self, records):
        _, _, usage = os.wait4(self.zombie.pid, 0)
        self.zombie.returncode = 3
        used_ns = (usage.ru_utime + usage.ru_stime) * 1e9
        self.assertAlmostEqual(records[-1]["cpu_time_ns"], used_ns, delta=used_ns * 0.1 + 20_000_000)
        self.assertEqual(the(records, "process")["exit_code"], 3)
        self.assertEqual(the(records, "exit")["exit_code"], 3)
        self.assertFalse(the(records, "process")["exact"])
        for tree in of_kind(records, "tree"):
            self.assertEqual(tree["parent"]["cpu_usage"], 0)

    def test_is_told_to_the_end(self):
        self.check(self.attach("--accounting", "proc", "--since-process-start")[0])

    @exact
    def test_is_told_by_proc_when_bpf_has_nobody_to_follow(self):
        records, text = self.attach("--since-process-start")
        self.assertIn(f"process {self.zombie.pid} has ended", text)
        self.check(records)

    def test_has_used_nothing_since_the_attach(self):
        records, _ = self.attach("--accounting", "proc")
        self.assertLess(records[-1]["cpu_time_ns"], 10_000_000)

    @exact
    def test_is_refused_to_who_wants_exact_figures(self):
        result = run("attach", "--accounting", "bpf", str(self.zombie.pid))
        self.assertEqual(result.status, 125, result)
        self.assertIn(f"process {self.zombie.pid} has ended", result.err.decode())


class InsteadOfBpf(FromProc):
    FORBIDDEN = (FORBID, "bpf", "EPERM")

    def test_one_line_says_why_and_what_would_help(self):
        result = run("run", "-q", "true", program=[*self.FORBIDDEN, BIN])
        self.assertEqual((result.status, result.out, result.err), (0, b"", b""), result)
        result = run("run", "true", program=[*self.FORBIDDEN, BIN], stderr=subprocess.STDOUT)
        lines = [line for line in result.out.decode().splitlines() if line.startswith("denet-bpf:")]
        self.assertEqual(len(lines), 1, result)
        for word in ("lower bounds", "/proc", "doctor"):
            self.assertIn(word, lines[0])

    def test_attach_too(self):
        with start("1000", program=["sleep"]) as target:
            out = self.path("f")
            result = run("attach", "-d", "0.1", "-o", out, str(target.pid), program=[*self.FORBIDDEN, BIN])
            self.assertEqual(result.status, 0, result)
            self.assertEqual(the(parse_lines(self.read("f")), "metadata")["accounting"], "proc")

    def in_namespaces(self, *options, script="true"):
        around = ["unshare", *options, "sh", "-c", f'{script}; exec "$@"', "sh"]
        if run("true", program=around).status:
            self.skipTest("needs to make namespaces, and a root that is a mount point")
        return around

    @need_root
    @not_sanitized
    def test_without_proc_nothing_is_measured(self):
        around = self.in_namespaces("--mount", script="mount -t tmpfs none /proc")
        result = run("run", "--", "sh", "-c", "exit 3", program=[*around, *self.FORBIDDEN, BIN])
        self.assertEqual(result.status, 3, result)
        self.assertIn("unmonitored", result.err.decode())
        self.assert_refused(run("run", "--accounting", "proc", "true", program=[*around, BIN]), "/proc")

    @need_root
    def test_a_proc_of_another_pid_namespace_is_not_believed(self):
        around = self.in_namespaces("--pid", "--fork")
        result = run("run", "--accounting", "proc", "true", program=[*around, BIN])
        self.assert_refused(result, "pid namespace")

    @need_root
    def test_pids_are_those_of_the_namespace(self):
        around = self.in_namespaces("--pid", "--fork", "--mount-proc")
        records = self.records(command=("sh", "-c", "sleep 0.05; exit 0"), program=[*around, BIN])
        self.assertLess(the(records, "metadata")["pid"], 100)

    @need_root
    def test_a_process_that_proc_hides_keeps_its_cpu_time(self):
        around = self.in_namespaces("--mount", script="mount -t proc -o hidepid=2 proc /proc")
        as_nobody = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
        hidden = shutil.copy(ACT, self.path("act"))
        copy = shutil.copy(BIN, self.path("denet-bpf"))
        os.chmod(hidden, 0o4755)
        os.chmod(self.folder, 0o777)
        out = self.path("f")
        result = run("run", "--accounting", "proc", "-q", "-i", "20", "-o", out, "sh", "-c", f"{hidden} spin 400; exit 0",
                     program=[*around, *as_nobody, copy])
        self.assertEqual(result.status, 0, result)
        records = parse_lines(self.read("f"))
        root = the(records, "metadata")["pid"]
        seen = [p for p in of_kind(records, "process") if p["pid"] != root]
        if os.statvfs(self.folder).f_flag & os.ST_NOSUID:
            self.skipTest("the folder for temporary files allows no set-user-id")
        self.assertEqual(len(seen), 1)
        self.assertGreater(seen[0]["cpu_time_ns"], 100_000_000)
        self.assertGreaterEqual(records[-1]["cpu_time_ns"], 400_000_000)
        self.assertEqual(records[-1]["tasks_lost"], 0)

    @need_root
    def test_as_an_ordinary_user(self):
        copy = shutil.copy(BIN, self.path("denet-bpf"))
        shutil.copy(ACT, self.path("act"))
        os.chmod(self.folder, 0o777)
        result = run("run", "-o", self.path("f"), "sh", "-c", f"{self.path('act')} spin 60; exit 5", program=[
            "setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--bounding-set=-all", copy])
        self.assertEqual(result.status, 5, result)
        summary = parse_lines(self.read("f"))[-1]
        self.assertEqual(summary["accounting"], "proc")
        self.assertGreaterEqual(summary["cpu_time_ns"], 60_000_000)
        self.assertGreater(summary["total_syscall_read_bytes"], 0)
