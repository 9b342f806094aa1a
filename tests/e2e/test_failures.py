# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""What goes wrong around us: full disks, readers that leave, no rights, no BPF. CMD never notices."""

import contextlib
import errno
import json
import os
import resource
import shutil
import signal
import subprocess

from harness import (
    ACT,
    BIN,
    FORBID,
    LIMIT_S,
    NOBODY,
    PROBE,
    Case,
    bpf_missing,
    exact,
    finish,
    is_alive,
    need_root,
    not_in_mode,
    of_kind,
    parse_lines,
    run,
    start,
    the,
    wait_for,
    wait_for_file,
)

JOB = ("sh", "-c", "echo out; echo err >&2; exit 5")
FIGURES = ("cpu_time_ns", "peak_rss_kb", "cpu_user_ns", "run_delay_ns", "peak_process_rss_kb", "processes_total",
           "threads_total", "migrations")


class OutFile(Case):
    def test_that_cannot_be_made_starts_nothing(self):
        os.mkdir(self.path("folder"))
        for name, reason in (("no/such/f", "No such file or directory"), ("folder", "Is a directory"),
                             ("/proc/nope", ""), ("x" * 300, "name too long")):
            for command in (["run", "-o", name, "--", "touch", "started"], ["attach", "-o", name, str(os.getpid())]):
                with self.subTest(name=name, command=command):
                    self.assert_refused(self.run_here(*command), name[:20], reason)
        self.assertEqual(os.listdir(self.folder), ["folder"])

    def test_a_full_disk_costs_a_warning_and_never_cmd(self):
        for options in (("-o", "/dev/full"), ("-q", "-o", "/dev/full"), ("-o", "/dev/full", "--format", "csv")):
            with self.subTest(options=options):
                result = run("run", "-i", "5", *options, "--", *JOB)
                self.assertEqual((result.status, result.out), (5, b"out\n"), result)
                warnings = [line for line in result.err_lines if "No space left" in line]
                self.assertEqual(len(warnings), 1, result)
                self.assertIn("/dev/full", warnings[0])
                if "-q" not in options:
                    records = [line for line in result.err_lines if line.startswith("  records")]
                    self.assertEqual([line.split() for line in records], [["records", "/dev/full", "incomplete"]])

    def test_a_full_disk_under_stdout(self):
        with open("/dev/full", "wb") as full:
            result = run("run", "-j", "-i", "5", "--", *JOB, stdout=full)
        self.assertEqual(result.status, 5, result)
        self.assertEqual(len([line for line in result.err_lines if "No space left" in line]), 1, result)
        self.assertLessEqual({"out", "err"}, set(result.err_lines))

    def test_attach_that_lost_records_ends_with_1(self):
        target = subprocess.Popen(["cat"], stdin=subprocess.PIPE)
        result = run("attach", "-d", "0.05", "-o", "/dev/full", str(target.pid))
        target.stdin.close()
        target.wait()
        self.assertEqual(result.status, 1, result)
        self.assertIn("No space left", result.err.decode())

    def test_the_other_output_goes_on(self):
        result = run("run", "-q", "-j", "-i", "5", "-o", self.path("f"), "--", *JOB)
        self.assertEqual(result.status, 5, result)
        result = run("run", "-j", "-i", "5", "-o", "/dev/full", "--", *JOB)
        self.assertEqual(result.status, 5, result)
        self.assertEqual(parse_lines(result.out)[-1]["kind"], "summary")

    def test_a_size_limit(self):
        def prepare():
            resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))

        result = run("run", "-i", "1", "-m", "1", "-o", "f", "--", "sh", "-c", f'"{ACT}" spin 200; exit 5',
                     cwd=self.folder, preexec_fn=prepare)
        self.assertEqual(result.status, 5, result)
        self.assertIn("File too large", result.err.decode())
        data = self.read("f")
        self.assertLessEqual(len(data), 8192)
        parse_lines(data[: data.rindex(b"\n") + 1])

    def test_a_file_taken_away_does_not_matter(self):
        with start("run", "-q", "-i", "5", "-o", self.path("f"), "--", "sh", "-c", "read x; exit 5",
                   stdin=subprocess.PIPE) as process:
            wait_for_file(self.path("f"))
            os.unlink(self.path("f"))
            process.stdin.write(b"go\n")
            process.stdin.flush()
            self.assertEqual(process.wait(LIMIT_S), 5)


class ReadersThatLeave(Case):
    @exact
    def test_the_reader_of_stdout(self):
        script = f'echo began; "{ACT}" spin 100; echo still > {self.path("still")}; exit 5'
        with start("run", "-j", "-i", "5", "-m", "5", "--", "sh", "-c", script) as process:
            process.stdout.readline()
            process.stdout.close()
            process.stdout = None
            err = process.stderr.read()
            self.assertEqual(process.wait(LIMIT_S), 5)
        self.assertEqual(self.read("still"), b"still\n")
        self.assertLessEqual(len(err.splitlines()), 2, err)

    def test_as_in_a_pipe_to_head(self):
        script = f'"{BIN}" run -j -i 1 -m 1 -- sh -c \'"{ACT}" spin 50; exit 5\' | head -n 1; echo ${{PIPESTATUS[0]}}'
        result = run("-c", script, program=["bash"])
        lines = result.out.decode().splitlines()
        self.assertEqual(lines[-1], "5", result)
        self.assertEqual(json.loads(lines[0])["kind"], "metadata")

    def test_the_reader_of_a_fifo(self):
        os.mkfifo(self.path("fifo"))
        with start("run", "-q", "-i", "5", "-m", "5", "-o", self.path("fifo"), "--", "sh", "-c", "read x; exit 5",
                   stdin=subprocess.PIPE) as process:
            with open(self.path("fifo"), "rb") as reader:
                self.assertIn(b"metadata", reader.readline())
            wait_for("it notices", lambda: fifo_is_closed(process.pid, self.path("fifo")) or True)
            process.stdin.write(b"go\n")
            process.stdin.flush()
            self.assertEqual(process.wait(LIMIT_S), 5)

    def test_a_slow_reader_delays_nothing_for_ever(self):
        with start("run", "-j", "-i", "1", "-m", "1", "--", "sh", "-c", f'"{ACT}" spin 100; exit 5') as process:
            # the pipe is far from full with 100 ms of samples: what counts is that it ends
            result = finish(process)
        self.assertEqual(result.status, 5, result)

    def test_the_reader_of_stderr(self):
        with start("run", "-n", "-i", "5", "-m", "5", "--", "sh", "-c", f'"{ACT}" spin 100; exit 5') as process:
            process.stderr.close()
            process.stderr = None
            self.assertEqual(process.wait(LIMIT_S), 5)

    def test_no_stderr_at_all(self):
        result = run("-c", f'exec "{BIN}" run -o {self.path("f")} -- sh -c "exit 5" 2>&-', program=["bash"])
        self.assertEqual(result.status, 5)
        parse_lines(self.read("f"))

    def test_no_descriptor_at_all(self):
        # The records must not end up where CMD's descriptors would have been.
        script = f'exec "{BIN}" run -o {self.path("f")} -- sh -c "echo lost; exit 5" <&- >&- 2>&-'
        result = run("-c", script, program=["bash"])
        self.assertIn(result.status, (2, 5))  # the shell's echo may complain, but not into our file
        self.assertEqual(parse_lines(self.read("f"))[-1]["kind"], "summary")

    def test_json_with_stdout_closed(self):
        result = run("-c", f'exec "{BIN}" run -j -- sh -c "exit 5" >&-', program=["bash"])
        self.assertIn(result.status, (5, 125), result)


def fifo_is_closed(pid, path):
    with contextlib.suppress(OSError):
        return path not in [os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")]
    return True


def need_namespaces(test):
    if run("--mount", "--pid", "--fork", "--mount-proc", "true", program=["unshare"]).status:
        test.skipTest("needs to make namespaces, and a root that is a mount point")


@not_in_mode("user", "there is none to take away")
@not_in_mode("nobpf", "there is none to take away")
class WithoutBpf(Case):
    """`run` warns in one line, runs CMD, returns its status, records lower bounds from /proc."""

    def check(self, around, *words, **options):
        result = run("run", "--", *JOB, program=[*around, BIN], **options)
        self.assertEqual((result.status, result.out), (5, b"out\n"), result)
        ours = [line for line in result.err_lines if line != "err"]
        warnings = [line for line in ours if line.startswith("denet-bpf:")]
        self.assertEqual(len(warnings), 1, result)
        for word in words:
            self.assertIn(word, warnings[0])

        out = self.path("f")
        with contextlib.suppress(FileNotFoundError):
            os.unlink(out)
        result = run("run", "-q", "-o", out, "--", "sh", "-c", "/bin/true; exit 5", program=[*around, BIN], **options)
        self.assertEqual(result.status, 5, result)
        self.assertLessEqual(len(result.err_lines), 1, result)
        with open(out, "rb") as file:
            self.check_records(parse_lines(file.read()))

        result = run("run", "-q", "--", ACT, "die", "15", program=[*around, BIN], **options)
        self.assertEqual(result.signal, 15, result)
        result = run("run", "--", "/no/such/command", program=[*around, BIN], **options)
        self.assertEqual(result.status, 127, result)

        mark = self.path("started")
        for args in (["run", "--accounting", "bpf", "touch", mark], ["attach", "--accounting", "bpf", str(os.getppid())]):
            self.assert_refused(run(*args, program=[*around, BIN], **options))
        self.assertFalse(os.path.exists(mark))

    def check_records(self, records):
        self.assertEqual(the(records, "metadata")["accounting"], "proc")
        summary = records[-1]
        self.assertEqual((summary["kind"], summary["accounting"], summary["exit_code"]), ("summary", "proc", 5))
        self.assertGreater(summary["cpu_time_ns"], 0)
        self.assertNotIn("run_delay_ns", summary)
        self.assertEqual(summary["processes_exact"], 0)
        self.assertEqual(the(records, "exit")["exit_code"], 5)

    def test_forbidden_by_seccomp(self):
        for error in ("EPERM", "ENOSYS"):
            with self.subTest(error=error):
                self.check((FORBID, "bpf", error))

    @need_root
    def test_refused_attach_names_its_reason(self):
        """Not that of the first error number, which is what a system call that failed returns."""
        if missing := bpf_missing():
            self.skipTest(missing)
        for error in (errno.ENOMEM, errno.EBUSY, errno.EMFILE):
            name = errno.errorcode[error]
            with self.subTest(error=name):
                result = run("run", "--", "true", program=[FORBID, "bpf_attach", name, BIN])
                self.assertEqual(result.status, 0, result)
                self.assertIn(os.strerror(error).encode(), result.err)
                self.assertNotIn(b"forbid", result.err)

    @need_root
    def test_too_few_descriptors_are_the_reason(self):
        if missing := bpf_missing():
            self.skipTest(missing)
        for limit in (20, 26, 30, 34):
            with self.subTest(limit=limit):
                result = run("run", "--", "true", program=["prlimit", f"--nofile={limit}", BIN])
                self.assertEqual(result.status, 0, result)
                if b"/proc" in result.err:
                    self.assertIn(os.strerror(errno.EMFILE).encode(), result.err)

    @need_root
    def test_without_root(self):
        copy = self.write("denet-bpf", open(BIN, "rb").read(), 0o755)
        shutil.copy(ACT, self.path("act"))
        os.chmod(self.folder, 0o777)
        around = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--bounding-set=-all",
                  "sh", "-c", f'shift; exec "{copy}" "$@"', "sh")
        self.check(around, "root")

    @need_root
    def test_without_any_capability_as_root(self):
        self.check(("setpriv", "--bounding-set=-all", "--inh-caps=-all", "--securebits=+noroot"))

    def in_mount_namespace(self, script):
        return ("unshare", "--mount", "--propagation", "private", "sh", "-c", f'{script}; exec "$@"', "sh")

    def test_btf_hidden(self):
        need_namespaces(self)
        os.mkdir(self.path("empty"))
        around = self.in_mount_namespace(f"mount --bind {self.path('empty')} /sys/kernel/btf")
        result = run("run", "-q", "--accounting", "bpf", "true", program=[*around, BIN])
        if result.status == 0:  # the kernel itself has it, and that was enough
            return
        self.check(around, "BTF")

    def test_with_sigchld_ignored_by_the_parent(self):
        def prepare():
            signal.signal(signal.SIGCHLD, signal.SIG_IGN)

        for code in (0, 7):
            result = run("run", "-q", "--", "sh", "-c", f"exit {code}", program=[FORBID, "bpf", "EPERM", BIN],
                         preexec_fn=prepare)
            self.assertEqual(result.status, code, result)

    def test_signals_still_reach_cmd(self):
        path = self.path("got")
        with start("run", "-q", "--", ACT, "signals", path, program=[FORBID, "bpf", "EPERM", BIN]) as process:
            wait_for_file(path)
            process.terminate()
            wait_for("TERM arrives", lambda: self.read("got").count(b"\n") == 2)
            os.kill(int(self.read("got").split()[1]), signal.SIGRTMIN)
            self.assertEqual(finish(process).status, 0)

    def test_duration_still_ends_it(self):
        script = "echo $$; exec sleep 1000"
        with start("run", "-q", "-d", "0.05", "--", "sh", "-c", script, program=[FORBID, "bpf", "EPERM", BIN]) as process:
            pid = int(process.stdout.readline())
            self.assertEqual(process.wait(LIMIT_S), 124)
            self.assertTrue(is_alive(pid))

    def test_cmd_may_not_be_forbidden_anything_by_us(self):
        result = run("run", "-q", "--", PROBE, self.path("facts"))
        self.assertEqual(result.status, 0)
        self.assertIn("NoNewPrivs:\\x090", self.read("facts").decode())

    def test_json_says_proc_on_stdout(self):
        result = run("run", "-j", "--", *JOB, program=[FORBID, "bpf", "EPERM", BIN])
        self.assertEqual(result.status, 5, result)
        self.assertEqual(the(parse_lines(result.out), "metadata")["accounting"], "proc")

    def test_stats_reads_such_a_file(self):
        run("run", "-q", "-o", self.path("f"), "--", "true", program=[FORBID, "bpf", "EPERM", BIN])
        result = run("stats", self.path("f"))
        self.assertIn(result.status, (0, 1), result)
        self.assertEqual(len(result.err_lines) + (1 if result.out else 0), 1, result)


@exact
class StillWithBpf(Case):
    """What is missing but not needed."""

    def test_tracefs_absent(self):
        need_namespaces(self)
        os.mkdir(self.path("empty"))
        hide = "".join(f"mount --bind {self.path('empty')} {place} 2>/dev/null;"
                       for place in ("/sys/kernel/debug", "/sys/kernel/tracing"))
        around = ["unshare", "--mount", "--propagation", "private", "sh", "-c", f'{hide} exec "$@"', "sh"]
        result = run("run", "-j", "--", "sh", "-c", "/bin/true; exit 5", program=[*around, BIN])
        self.assertEqual((result.status, result.err), (5, b""), result)
        summary = parse_lines(result.out)[-1]
        self.assertEqual((summary["accounting"], summary["processes_exact"]), ("bpf", 2))

    def test_fifos_in_place_of_the_kernels_files_keep_nobody_waiting(self):
        need_namespaces(self)
        os.mkfifo(self.path("fifo"))
        places = ("/proc/stat", "/proc/meminfo", "/proc/cpuinfo", "/proc/net/dev", "/proc/diskstats", "/proc/loadavg",
                  "/proc/pressure/memory", "/proc/sys/kernel/osrelease", "/sys/devices/system/cpu/online",
                  "/sys/devices/system/cpu/nohz_full", "/sys/kernel/security/lockdown")
        hide = "".join(f"mount --bind {self.path('fifo')} {place} 2>/dev/null;" for place in places)
        around = ["unshare", "--mount", "--propagation", "private", "sh", "-c", f'{hide} exec "$@"', "sh"]
        for accounting in ("bpf", "proc"):
            result = run("run", "--accounting", accounting, "-j", "--write-env", "--", "sh", "-c", "/bin/true; exit 5",
                         program=[*around, BIN])
            self.assertEqual((result.status, result.err), (5, b""), result)
            self.assertEqual(parse_lines(result.out)[-1]["accounting"], accounting)

    def test_in_a_pid_namespace(self):
        need_namespaces(self)
        around = ["unshare", "--pid", "--fork", "--mount-proc"]
        result = run("run", "-j", "--", "sh", "-c", "/bin/true; exit 5", program=[*around, BIN])
        self.assertEqual(result.status, 5, result)
        summary = parse_lines(result.out)[-1]
        if summary["accounting"] == "none":  # honest at least
            self.assertEqual(len(result.err_lines), 1, result)
            return
        self.assertEqual((summary["accounting"], summary["processes_total"]), ("bpf", 2), result)

    @need_root
    def test_cmd_in_a_pid_namespace_of_its_own(self):
        result = run("run", "-j", "--", "unshare", "--pid", "--fork", "sh", "-c", "/bin/true; exit 5")
        self.assertEqual(result.status, 5, result)
        summary = parse_lines(result.out)[-1]
        self.assertEqual(summary["processes_exact"], 3)

    def test_without_proc_of_others(self):
        need_namespaces(self)
        around = ["unshare", "--mount", "--propagation", "private", "sh", "-c",
                  'mount -t proc -o hidepid=2 proc /proc; exec "$@"', "sh"]
        result = run("run", "-q", "-j", "--", "sh", "-c", "/bin/true; exit 5", program=[*around, BIN])
        self.assertEqual((result.status, result.err), (5, b""), result)
        self.assertEqual(parse_lines(result.out)[-1]["processes_exact"], 2)

    @not_in_mode("caps", "a filter of an ordinary user takes no-new-privs, and that takes file capabilities")
    def test_without_clone3_and_pidfd_open(self):
        for call in ("clone3", "perf_event_open"):
            result = run("run", "-q", "--", *JOB, program=[FORBID, call, "ENOSYS", BIN])
            self.assertEqual((result.status, result.out), (5, b"out\n"), result)
        result = run("run", "--", *JOB, program=[FORBID, "pidfd_open", "ENOSYS", BIN])
        if result.status != 5:
            self.assert_refused(result)
