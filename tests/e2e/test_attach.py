# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""`attach`: an existing tree with its threads and children, and what it starts later."""

import contextlib
import os
import signal
import subprocess
import sys
import threading

from harness import (
    ACT,
    BIN,
    LIMIT_S,
    NOBODY,
    Case,
    children_of,
    exact,
    finish,
    need_root,
    of_kind,
    parse_lines,
    run,
    start,
    state_of,
    the,
    wait_for,
    wait_for_file,
)


class Attach(Case):
    @contextlib.contextmanager
    def target(self, script):
        """A shell that waits for a line before it does anything."""
        with start("-c", script, program=["bash"], stdin=subprocess.PIPE) as process:
            yield process

    def go(self, target):
        target.stdin.write(b"go\n")
        target.stdin.flush()

    def attach(self, target, *options):
        process = start("attach", "-o", self.path("f"), *options, str(target.pid))
        return process

    def attached(self):
        wait_for_file(self.path("f"))
        return wait_for("the first sample", lambda: b'"tree"' in self.read("f") or b'"sample"' in self.read("f"))

    def result(self):
        return parse_lines(self.read("f"))

    def test_started_from_the_tree_it_neither_counts_nor_awaits_itself(self):
        script = '"$0" attach --wait-all -q -o "$1" $$ & echo $!; read line; exit 3'
        with start("-c", script, BIN, self.path("f"), program=["bash"], stdin=subprocess.PIPE) as root:
            monitor = int(root.stdout.readline())
            self.attached()
            self.go(root)
            self.assertEqual(root.wait(LIMIT_S), 3)
            try:
                wait_for("the summary", lambda: b'"summary"' in self.read("f"))
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(monitor, signal.SIGTERM)
        self.assertEqual([p["pid"] for p in of_kind(self.result(), "process")], [root.pid])

    def test_average_is_of_the_time_that_was_counted(self):
        with self.target("for ((i = 0; i < 200000; i++)); do :; done; echo burnt; read x") as target:
            target.stdout.readline()
            # What it does until it waits for a line counts, too.
            wait_for("the target to wait", lambda: state_of(target.pid) == "S")
            with self.attach(target, "--since-process-start", "-d", "0.3") as process:
                result = finish(process)
        self.assertEqual(result.status, 0, result)
        summary = the(self.result(), "summary")
        self.assertGreater(summary["cpu_time_ns"], 0)
        self.assertEqual(summary["cpu_time_ns"], summary["cpu_time_before_ns"])
        self.assertGreater(summary["counted_ns"], summary["wall_ns"])
        self.assertAlmostEqual(summary["avg_cpu_usage"], 100 * summary["cpu_time_ns"] / summary["counted_ns"], 3)

    @exact
    def test_children_without_exec_have_the_command_of_the_target(self):
        with self.target("read x; for i in 1 2 3; do (:); done; exit 0") as target, self.attach(target) as process:
            self.attached()
            self.go(target)
            target.wait(LIMIT_S)
            finish(process)
        ended = of_kind(self.result(), "process")
        self.assertEqual(len(ended), 4)
        self.assertEqual({tuple(each["cmd"]) for each in ended}, {tuple(ended[-1]["cmd"])})

    def test_ends_with_the_target_and_0(self):
        with self.target("read x; exit 9") as target, self.attach(target) as process:
            self.attached()
            self.go(target)
            # Before it is waited for: without BPF nobody could tell its status after that.
            result = finish(process)
            target.wait(LIMIT_S)
        self.assertEqual((result.status, result.out), (0, b""), result)
        records = self.result()
        self.assertEqual((records[0]["kind"], records[-1]["kind"]), ("metadata", "summary"))
        self.assertEqual(records[0]["pid"], target.pid)
        self.assertEqual(the(records, "exit")["exit_code"], 9)
        process = the(records, "process")
        self.assertEqual((process["exit_code"], process["partial"], process["comm"]), (9, True, "bash"))
        self.assertIn(b"exit 9", result.err)

    def test_a_target_that_nobody_has_reaped_ends_it_too(self):
        target = subprocess.Popen(["bash", "-c", "read x"], stdin=subprocess.PIPE)
        with self.attach(target, "-q") as process:
            self.attached()
            target.stdin.close()
            self.assertEqual(process.wait(LIMIT_S), 0)  # a zombie, until here
        target.wait()

    @exact
    def test_what_the_target_starts_later_is_followed(self):
        with self.target(f'read x; /bin/true; "{ACT}" spin 50; ("{ACT}" spin 50); exit 0') as target:
            with self.attach(target, "-q") as process:
                self.attached()
                self.go(target)
                self.assertEqual(process.wait(LIMIT_S), 0)
        records = self.result()
        self.assertEqual(records[-1]["processes_total"], 4)
        self.assertGreater(records[-1]["cpu_time_ns"], 99_000_000)
        self.assertEqual([r.get("partial", False) for r in of_kind(records, "process")].count(True), 1)

    def test_an_existing_tree_is_taken_whole(self):
        script = f'for i in 1 2 3; do (read x < {self.path("gate")}; "{ACT}" spin 20) & done; read x; wait; exit 0'
        os.mkfifo(self.path("gate"))
        with self.target(script) as target:
            wait_for("three children", lambda: len(children_of(target.pid)) == 3)
            with self.attach(target, "-q") as process:
                self.attached()
                with open(self.path("gate"), "w", encoding="ascii") as gate:
                    gate.write("1\n2\n3\n")
                    gate.flush()
                    self.go(target)
                    self.assertEqual(process.wait(LIMIT_S), 0)
        records = self.result()
        tree = of_kind(records, "tree")[0]
        self.assertEqual(tree["aggregated"]["process_count"], 4)
        partial = [record for record in of_kind(records, "process") if record.get("partial")]
        self.assertEqual(len(partial), 4)

    def test_threads_of_the_target_count(self):
        code = ("import sys,threading,time\n"
                "def burn():\n  sys.stdin.readline()\n"
                "ts=[threading.Thread(target=burn) for _ in range(4)]\n"
                "[t.start() for t in ts]\nprint('up',flush=True)\n[t.join() for t in ts]")
        target = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        target.stdout.readline()
        with self.attach(target, "-q") as process:
            self.attached()
            target.stdin.close()
            target.wait(LIMIT_S)
            self.assertEqual(process.wait(LIMIT_S), 0)
        target.stdout.close()
        records = self.result()
        self.assertEqual(of_kind(records, "tree")[0]["aggregated"]["thread_count"], 5)
        self.assertEqual(of_kind(records, "tree")[0]["aggregated"]["process_count"], 1)
        self.assertEqual(records[-1]["processes_total"], 1)

    def test_totals_count_from_the_attach_or_from_birth(self):
        # the shell itself burns before, so that its own account shows the difference
        burn = "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done"
        for options, low, high in (((), 0, 40_000_000), (("--since-process-start",), 40_000_000, 60_000_000_000)):
            with self.subTest(options=options):
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(self.path("f"))
                with self.target(f"{burn}; echo burnt; read x; exit 0") as target:
                    target.stdout.readline()
                    with self.attach(target, "-q", *options) as process:
                        self.attached()
                        self.go(target)
                        self.assertEqual(process.wait(LIMIT_S), 0)
                used = self.result()[-1]["cpu_time_ns"]
                self.assertGreaterEqual(used, low)
                self.assertLess(used, high)

    @exact
    def test_two_at_once_and_one_over_a_run(self):
        with start("run", "-q", "-o", self.path("run"), "--", "sh", "-c", "echo $$; read x; /bin/true; exit 3",
                   stdin=subprocess.PIPE) as first:
            pid = first.stdout.readline().decode().strip()
            with start("attach", "-q", "-o", self.path("one"), pid) as second, \
                 start("attach", "-q", "-o", self.path("two"), pid) as third:
                wait_for_file(self.path("one"))
                wait_for_file(self.path("two"))
                first.stdin.write(b"go\n")
                first.stdin.flush()
                self.assertEqual([process.wait(LIMIT_S) for process in (first, second, third)], [3, 0, 0])
        for name in ("run", "one", "two"):
            self.assertEqual(parse_lines(self.read(name))[-1]["processes_total"], 2, name)

    @exact
    def test_the_monitor_itself_is_never_counted(self):
        # attach to our own parent: we are a child of the target
        script = f'"{BIN}" attach -q -d 0.1 -o {self.path("f")} $$; exit 0'
        result = run("-c", script, program=["bash"])
        self.assertEqual(result.status, 0, result)
        records = self.result()
        self.assertEqual([record["comm"] for record in of_kind(records, "process")], ["bash"])
        self.assertEqual(records[-1]["processes_total"], 1)


    @need_root
    @exact
    def test_the_first_process_is_exact_or_said_to_be_no_fault_of_the_machine(self):
        result = run("attach", "-d", "0.05", "--no-polling", "1")
        self.assertEqual(result.status, 0, result)
        self.assertNotIn(b"doctor", result.err)
        if b"lower bounds" in result.err:
            self.assertIn(b"can be attached to, each by itself", result.err)


class Refused(Case):
    def test_pids_that_are_none(self):
        for value in ("x", "", "-1", "0", "1x", "99999999999999999999", "4294967296", "1.0", "+1", " 1"):
            with self.subTest(value=value):
                self.assert_refused(run("attach", "--", value), value.strip())

    def test_no_pid(self):
        self.assert_refused(run("attach"), "PID")

    def test_a_process_that_does_not_exist(self):
        done = subprocess.Popen(["true"])
        done.wait()
        self.assert_refused(run("attach", str(done.pid)), str(done.pid))
        self.assert_refused(run("attach", "4194303"), "4194303")

    def test_a_thread_id(self):
        started, stop = threading.Event(), threading.Event()

        def body():
            started.set()
            stop.wait()

        thread = threading.Thread(target=body)
        thread.start()
        started.wait()
        try:
            self.assert_refused(run("attach", str(thread.native_id)), str(thread.native_id), "thread")
        finally:
            stop.set()
            thread.join()

    def test_itself(self):
        result = run(program=["sh", "-c", f'exec "{BIN}" attach $$'])
        self.assertEqual(result.status, 125, result)

    @need_root
    def test_not_ours_to_see(self):
        target = subprocess.Popen(["sleep", "1000"])
        try:
            copy = self.write("denet-bpf", open(BIN, "rb").read(), 0o755)
            as_nobody = ["setpriv", f"--reuid={NOBODY}", "--clear-groups", "--bounding-set=-all", copy]
            result = run("attach", "--accounting", "bpf", str(target.pid), program=as_nobody)
            self.assert_refused(result, "root")
            # What /proc shows to everybody, and no more.
            result = run("attach", "-j", "-d", "0.1", str(target.pid), program=as_nobody)
            self.assertEqual(result.status, 0, result)
            summary = parse_lines(result.out)[-1]
            self.assertEqual(summary["accounting"], "proc")
            self.assertIn("cpu_time_ns", summary)
            self.assertNotIn("total_syscall_read_bytes", summary)
        finally:
            target.kill()
            target.wait()
