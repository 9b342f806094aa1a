# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Signals sent to denet-bpf."""

import contextlib
import json
import os
import resource
import signal
import subprocess
import sys

from harness import (
    ACT,
    BIN,
    LIMIT_S,
    WITNESS,
    Case,
    Terminal,
    child_called,
    comm_of,
    finish,
    is_alive,
    parse_lines,
    start,
    state_of,
    wait_for,
    wait_for_file,
)

FORWARDED = ("SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGINT", "SIGQUIT")


def witness_of(pid):
    def find():
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as children:
            return [int(child) for child in children.read().split() if comm_of(child) == WITNESS]

    return wait_for("the witness", find)[0]


class Forwarding(Case):
    @contextlib.contextmanager
    def signals(self, *options):
        """denet-bpf with a command that notes its signals; gives (process, pid of the command)."""
        path = self.path("got")
        with start("run", *options, "--", ACT, "signals", path, cwd=self.folder) as process:
            wait_for_file(path)
            yield process, int(self.got()[0].split()[1])

    def got(self):
        return self.read("got").decode().splitlines()

    def test_a_signal_sent_to_us_reaches_cmd_once(self):
        with self.signals("-q") as (process, pid):
            expected = []
            for name in FORWARDED:
                process.send_signal(getattr(signal, name))
                expected.append(name.removeprefix("SIG"))
                wait_for(f"{name} arrives", lambda: len(self.got()) > len(expected))
            self.assertEqual(self.got()[1:], expected)
            os.kill(pid, signal.SIGRTMIN)
            result = finish(process)
            self.assertEqual((result.status, result.err), (0, b""), result)

    def expect_each_once(self, process, pid, send, names=FORWARDED):
        for count, name in enumerate(names, 1):
            send(process, getattr(signal, name))
            # from us alone: it comes after whatever we may have passed on before
            process.send_signal(signal.SIGRTMIN + 1)
            wait_for(f"all of {name} arrives", lambda count=count: self.got().count("RT") == count)
        os.kill(pid, signal.SIGRTMIN)
        result = finish(process)
        self.assertEqual((result.status, result.err), (0, b""), result)
        expected = [word for name in names for word in (name.removeprefix("SIG"), "RT")]
        self.assertEqual(self.got()[1:], expected)

    def test_a_signal_sent_to_the_group_reaches_cmd_once(self):
        with self.signals("-q") as (process, pid):
            self.expect_each_once(process, pid, lambda process, number: os.killpg(process.pid, number),
                                  (*FORWARDED, "SIGALRM", "SIGTERM", "SIGCONT"))

    def test_group_and_monitor_by_turns(self):
        turns = [0]

        def send(process, number):
            turns[0] += 1
            (os.killpg if turns[0] % 2 else os.kill)(process.pid, number)

        with self.signals("-q") as (process, pid):
            self.expect_each_once(process, pid, send, ("SIGTERM", "SIGTERM", "SIGUSR1", "SIGTERM", "SIGUSR1", "SIGUSR1"))

    def test_a_group_of_its_own_is_not_reached_by_a_signal_to_ours(self):
        path = self.path("got")
        with start("run", "-q", "--", "setsid", ACT, "signals", path, cwd=self.folder) as process:
            wait_for_file(path)
            self.expect_each_once(process, int(self.got()[0].split()[1]),
                                  lambda process, number: os.killpg(process.pid, number), ("SIGTERM", "SIGHUP"))

    def test_a_witness_that_is_stopped_or_gone_costs_no_signal(self):
        for number in (signal.SIGSTOP, signal.SIGKILL):
            with self.subTest(number=number), self.signals("-q") as (process, pid):
                witness = witness_of(process.pid)
                os.kill(witness, number)
                wait_for("it is so", lambda: state_of(witness) in "TZ")
                process.terminate()
                wait_for("TERM arrives", lambda: self.got()[1:] == ["TERM"])
                os.kill(pid, signal.SIGRTMIN)
                self.assertEqual(finish(process).status, 0)
                os.remove(self.path("got"))

    def test_the_witness_is_not_found_by_our_name_and_goes_with_us(self):
        with start("run", "-q", "--", "sleep", "1000") as process:
            witness = witness_of(process.pid)
            with open(f"/proc/{witness}/cmdline", "rb") as file:
                self.assertEqual(file.read().rstrip(b"\0"), b"signal-witness")
            if os.geteuid() == 0:
                self.assertEqual(os.listdir(f"/proc/{witness}/fd"), ["0"])
            with open(f"/proc/{witness}/status", encoding="utf-8") as file:
                self.assertIn("CapPrm:\t" + 16 * "0", file.read())
            process.kill()
            wait_for("it ends", lambda: not is_alive(witness))

    def test_what_the_kernel_sends_to_us_is_not_passed_on(self):
        def spend():
            # as if denet-bpf itself had used its time: the signals wait for it
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGXCPU, signal.SIGPROF, signal.SIGVTALRM})
            resource.setrlimit(resource.RLIMIT_CPU, (1, resource.getrlimit(resource.RLIMIT_CPU)[1]))
            resource.setrlimit(resource.RLIMIT_FSIZE, (512, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
            signal.setitimer(signal.ITIMER_PROF, 0.01)
            signal.setitimer(signal.ITIMER_VIRTUAL, 0.01)
            while not {signal.SIGXCPU, signal.SIGPROF, signal.SIGVTALRM} <= signal.sigpending():
                pass

        path = self.path("got")
        with start("run", "-q", "-o", self.path("f"), "-i", "1", "--", ACT, "signals", path, preexec_fn=spend) as process:
            wait_for_file(path)
            wait_for("the records meet their limit", lambda: os.path.getsize(self.path("f")) == 512)
            process.send_signal(signal.SIGUSR1)
            wait_for("USR1 arrives", lambda: "USR1" in self.got())
            os.kill(int(self.got()[0].split()[1]), signal.SIGRTMIN)
            self.assertEqual(finish(process).status, 0)
        self.assertEqual(self.got()[1:], ["USR1"])

    def test_an_alarm_that_was_set_for_cmd_reaches_it(self):
        path = self.path("got")
        with start("run", "-q", "--", ACT, "signals", path, preexec_fn=lambda: signal.setitimer(signal.ITIMER_REAL, 0.2)) \
                as process:
            wait_for_file(path)
            wait_for("ALRM arrives", lambda: len(self.got()) > 1)
            os.kill(int(self.got()[0].split()[1]), signal.SIGRTMIN)
            self.assertEqual(finish(process).status, 0)
        self.assertEqual(self.got()[1:], ["ALRM"])

    def test_a_signal_sent_to_both_ends_both_in_order(self):
        with start("run", "-q", "-o", self.path("f"), "--", "sleep", "1000") as process:
            child_called(process.pid, "sleep")
            os.killpg(process.pid, signal.SIGTERM)
            result = finish(process)
            self.assertEqual(result.signal, signal.SIGTERM, result)
        self.assertEqual(parse_lines(self.read("f"))[-1]["signal"], 15)

    def test_cmd_decides_what_a_signal_does(self):
        script = 'trap "echo term; exit 3" TERM; echo ready; while :; do sleep 0.01; done'
        with start("run", "-q", "--", "sh", "-c", script) as process:
            self.assertEqual(process.stdout.readline(), b"ready\n")
            process.terminate()
            result = finish(process)
        self.assertEqual((result.status, result.out), (3, b"term\n"), result)

    def test_a_signal_at_any_moment_of_the_start_leaves_nobody_behind(self):
        # Either denet-bpf dies of it before CMD starts, or CMD gets it.
        for delay_us in range(0, 24000, 600):
            mark = f"{1000000 + delay_us}.{os.getpid()}"
            with start("run", "-q", "--", "sleep", mark) as process:
                # a wait on the process is the only clock here: the moment itself does not matter
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(delay_us / 1e6)
                process.terminate()
                result = finish(process)
                self.assertEqual(result.signal, signal.SIGTERM, result)
                wait_for("the command is gone", lambda mark=mark: not self.running(mark))

    @staticmethod
    def running(mark):
        for entry in os.listdir("/proc"):
            with contextlib.suppress(OSError):
                if entry.isdigit() and is_alive(int(entry)):
                    with open(f"/proc/{entry}/cmdline", "rb") as file:
                        arguments = file.read().split(b"\0")
                    if arguments[:1] == [b"sleep"] and mark.encode() in arguments:
                        return True
        return False

    def test_stop_and_continue_sent_by_kill(self):
        with start("run", "-q", "--", "sh", "-c", "echo ready; read line; exit 6", stdin=subprocess.PIPE) as process:
            self.assertEqual(process.stdout.readline(), b"ready\n")
            process.send_signal(signal.SIGTSTP)
            wait_for("denet-bpf stops", lambda: state_of(process.pid) == "T")
            process.send_signal(signal.SIGCONT)
            wait_for("denet-bpf goes on", lambda: state_of(process.pid) != "T")
            process.stdin.write(b"go\n")
            process.stdin.flush()
            self.assertEqual(process.wait(LIMIT_S), 6)

    def test_a_command_that_does_not_stop_is_not_said_to_have_stopped(self):
        script = "trap '' TSTP; echo ready; read line; exit 6"
        with start("run", "-q", "--", "sh", "-c", script, stdin=subprocess.PIPE) as process:
            self.assertEqual(process.stdout.readline(), b"ready\n")
            process.send_signal(signal.SIGTSTP)
            process.stdin.write(b"go\n")
            process.stdin.flush()
            # nobody lets us go on
            self.assertEqual(process.wait(LIMIT_S), 6)

    def test_we_stop_after_a_command_that_takes_its_time(self):
        gate = self.path("gate")
        os.mkfifo(gate)
        # A shell that is about to read sees its trap after the line alone: who waits for the signal misses none.
        script = ("import os, signal\n"
                  "signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTSTP])\n"
                  "print(os.getpid(), flush=True)\n"
                  "signal.sigwait([signal.SIGTSTP])\n"
                  f"open({gate!r}).read()\n"
                  "os.kill(os.getpid(), signal.SIGSTOP)\n"
                  "os._exit(int(input()))")
        with start("run", "-q", "--", sys.executable, "-c", script, stdin=subprocess.PIPE) as process:
            pid = int(process.stdout.readline())
            process.send_signal(signal.SIGTSTP)
            with open(gate, "w", encoding="ascii") as file:  # it has come
                self.assertNotEqual(state_of(process.pid), "T")
                file.write("go\n")
            wait_for("CMD stops", lambda: state_of(pid) == "T")
            wait_for("denet-bpf stops", lambda: state_of(process.pid) == "T")
            process.send_signal(signal.SIGCONT)
            wait_for("CMD goes on", lambda: state_of(pid) != "T")
            process.stdin.write(b"7\n")
            process.stdin.flush()
            self.assertEqual(process.wait(LIMIT_S), 7)

    def test_cmd_stopped_and_continued_by_others(self):
        with start("run", "-q", "-o", self.path("f"), "--", "sh", "-c", "echo $$; read line; exit 6",
                   stdin=subprocess.PIPE) as process:
            pid = int(process.stdout.readline())
            os.kill(pid, signal.SIGSTOP)
            wait_for("CMD stops", lambda: state_of(pid) == "T")
            os.kill(pid, signal.SIGCONT)
            process.stdin.write(b"go\n")
            process.stdin.flush()
            self.assertEqual(process.wait(LIMIT_S), 6)
        self.assertEqual(parse_lines(self.read("f"))[-1]["exit_code"], 6)

    def test_the_array_of_format_json_is_closed_on_each_signal(self):
        for name in ("SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT", "SIGUSR1"):
            with self.subTest(signal=name):
                path = self.path(name)
                with start("run", "-q", "--format", "json", "-o", path, "--", "sleep", "1000") as process:
                    wait_for_file(path)
                    child_called(process.pid, "sleep")
                    process.send_signal(getattr(signal, name))
                    self.assertEqual(finish(process).signal, getattr(signal, name))
                with open(path, "rb") as file:
                    records = json.load(file)
                self.assertEqual(records[-1]["kind"], "summary")
                self.assertEqual(records[-1]["signal"], getattr(signal, name))


class UnreadRecords(Case):
    """A FIFO that is open for reading, and full."""

    SCRIPT = 'trap "echo got >\'$0\'; exit 7" TERM; echo >"$0.up"; while :; do /bin/true; done'

    def setUp(self):
        super().setUp()
        os.mkfifo(self.path("fifo"))
        self.reader = os.open(self.path("fifo"), os.O_RDONLY | os.O_NONBLOCK)
        self.addCleanup(os.close, self.reader)
        fill = os.open(self.path("fifo"), os.O_WRONLY | os.O_NONBLOCK)
        with self.assertRaises(BlockingIOError):
            while True:
                os.write(fill, b"\n" * 4096)
        os.close(fill)

    def read_on(self, process):
        text = bytearray()
        while process.poll() is None:
            with contextlib.suppress(BlockingIOError):
                text += os.read(self.reader, 1 << 16)
        while part := os.read(self.reader, 1 << 16):
            text += part
        return parse_lines(bytes(text).lstrip(b"\n"))

    def test_signals_are_passed_on_and_all_is_there_when_it_is_read(self):
        with start("run", "-q", "-i", "5", "-o", self.path("fifo"), "--", "sh", "-c", self.SCRIPT, self.path("f")) as process:
            wait_for_file(self.path("f.up"))
            process.terminate()
            wait_for_file(self.path("f"))
            records = self.read_on(process)
            self.assertEqual(process.returncode, 7)
        self.assertEqual([records[0]["kind"], records[-1]["kind"]], ["metadata", "summary"])

    def test_a_signal_after_cmd_has_ended_ends_the_waiting(self):
        script = 'trap "" TERM; echo up >"$0"; exit 7'
        with start("run", "-o", self.path("fifo"), "--", "sh", "-c", script, self.path("f")) as process:
            wait_for_file(self.path("f"))
            wait_for("its end", lambda: process.poll() is not None or process.terminate())
            result = finish(process)
        self.assertEqual(result.status, 7, result)
        self.assertIn(b"nobody reads them", result.err)

    def test_duration_ends_it(self):
        with start("run", "-q", "-d", "0.05", "-o", self.path("fifo"), "--", "sh", "-c", "echo $$; exec sleep 1000") as process:
            pid = int(process.stdout.readline())
            self.assertEqual(process.wait(LIMIT_S), 124)
            self.assertTrue(is_alive(pid))
            os.kill(pid, signal.SIGKILL)


class AttachSignals(Case):
    def attached(self, path, *options):
        return start("attach", *options, "-o", path, str(self.target.pid))

    def setUp(self):
        super().setUp()
        self.target = subprocess.Popen(["sleep", "1000"], stdout=subprocess.DEVNULL)
        self.addCleanup(self.target.wait)
        self.addCleanup(self.target.kill)

    def test_interrupt_ends_it_with_summary_and_0_and_leaves_the_target(self):
        path = self.path("f")
        with self.attached(path) as process:
            wait_for_file(path)
            process.send_signal(signal.SIGINT)
            result = finish(process)
        self.assertEqual(result.status, 0, result)
        self.assertIn(b"sleep", result.err)
        self.assertTrue(is_alive(self.target.pid))
        records = parse_lines(self.read("f"))
        self.assertEqual(records[-1]["kind"], "summary")

    def test_the_array_is_closed_on_each_signal_and_the_target_left_alone(self):
        for name in ("SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT"):
            with self.subTest(signal=name):
                path = self.path(name)
                with self.attached(path, "-q", "--format", "json") as process:
                    wait_for_file(path)
                    process.send_signal(getattr(signal, name))
                    finish(process)
                with open(path, "rb") as file:
                    records = json.load(file)
                self.assertEqual(records[0]["kind"], "metadata")
                self.assertEqual(records[-1]["kind"], "summary")
                self.assertTrue(is_alive(self.target.pid))

    def test_interrupt_from_the_terminal(self):
        with Terminal([BIN, "attach", str(self.target.pid)]) as terminal:
            terminal.expect("1 process")
            terminal.send("\x03")
            self.assertEqual(terminal.finish(), 0)
        self.assertTrue(is_alive(self.target.pid))
