# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Typed at a terminal, or the end of denet-bpf itself."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess

from harness import (
    ACT,
    BIN,
    COMM,
    LIMIT_S,
    Case,
    Terminal,
    child_called,
    children_of,
    comm_of,
    exact,
    finish,
    is_alive,
    need_root,
    parse_lines,
    ppid_of,
    run,
    start,
    wait_for,
    wait_for_file,
)


class AtTheTerminal(Case):
    def shell(self):
        # An interactive shell: job control, a prompt to wait for.
        terminal = Terminal(["bash", "--norc", "--noprofile", "-i"], dict(os.environ, TERM="dumb", PS1="ready> "))
        terminal.expect("ready> ")
        terminal.send("stty -echo\n")
        terminal.expect("ready> ", len(terminal.output))
        return terminal

    def test_ctrl_c_reaches_cmd_once_and_denet_bpf_outlives_it(self):
        path = self.path("got")
        with Terminal([BIN, "run", "--", ACT, "signals", path]) as terminal:
            wait_for_file(path)
            pid = int(self.read("got").split()[1])
            terminal.send("\x03")
            wait_for("INT arrives", lambda: self.read("got").count(b"\n") == 2)
            terminal.send("\x1c")
            wait_for("QUIT arrives", lambda: self.read("got").count(b"\n") == 3)
            os.kill(pid, signal.SIGRTMIN)
            self.assertEqual(terminal.finish(), 0)
            self.assertIn(b"exit 0", terminal.output)
        lines = self.read("got").decode().splitlines()[1:]
        self.assertEqual(lines, ["INT from the kernel", "QUIT from the kernel"])

    def hang_up(self, argv):
        path = self.path("got")
        with Terminal([*argv, ACT, "signals", path]) as terminal:
            wait_for_file(path)
            pid = int(self.read("got").split()[1])
            terminal.hang_up()
            wait_for("HUP arrives", lambda: b"HUP" in self.read("got"))
            wait_for("CONT arrives", lambda: b"CONT" in self.read("got"))
            monitor = [each for each in (terminal.pid, *children_of(terminal.pid)) if comm_of(each) == COMM]
            # through us, after whatever we pass on
            monitor = monitor or [ppid_of(pid)]
            os.kill(monitor[0], signal.SIGUSR1)
            wait_for("USR1 arrives", lambda: b"USR1" in self.read("got"))
            os.kill(pid, signal.SIGRTMIN)
            wait_for("CMD ends", lambda: not is_alive(pid))
        lines = self.read("got").decode().splitlines()[1:]
        return sorted(line.removesuffix(" from the kernel") for line in lines)

    def test_a_hang_up_reaches_cmd_once_when_we_lead_the_session(self):
        self.assertEqual(self.hang_up([BIN, "run", "-q", "--"]), ["CONT", "HUP", "USR1"])

    def test_a_hang_up_reaches_cmd_once_when_a_shell_ends_by_it(self):
        # its end is what the group hears of
        script = 'trap "exit 1" HUP; "$@" & wait'
        self.assertEqual(self.hang_up(["sh", "-c", script, "sh", BIN, "run", "-q", "--"]), ["CONT", "HUP", "USR1"])

    def test_a_hang_up_reaches_cmd_once_when_a_shell_passes_it_on(self):
        script = """set -m; trap 'kill -HUP -$!; kill -CONT -$!; wait; exit 1' HUP; "$@" & wait"""
        self.assertEqual(self.hang_up(["sh", "-c", script, "sh", BIN, "run", "-q", "--"]), ["CONT", "HUP", "USR1"])

    def test_ctrl_c_ends_cmd_and_the_summary_follows(self):
        with Terminal([BIN, "run", "--", "sh", "-c", "echo ready; exec sleep 1000"]) as terminal:
            terminal.expect("ready")
            terminal.send("\x03")
            self.assertEqual(terminal.finish(), -signal.SIGINT)
            self.assertIn(b"wall", terminal.output)

    def test_ctrl_z_and_fg(self):
        with self.shell() as terminal:
            at = len(terminal.output)
            terminal.send(f"{BIN} run -- sh -c 'echo began; read line; echo got $line; exit 4'\n")
            at = terminal.expect("began", at)
            terminal.send("\x1a")
            at = terminal.expect("Stopped", at)
            at = terminal.expect("ready> ", at)
            terminal.send("fg\n")
            at = terminal.expect("sh -c", at)
            terminal.send("word\n")
            at = terminal.expect("got word", at)
            at = terminal.expect("exit 4", at)
            at = terminal.expect("ready> ", at)
            terminal.send("echo status $?\n")
            terminal.expect("status 4", at)

    def test_ctrl_z_and_bg(self):
        with self.shell() as terminal:
            at = len(terminal.output)
            gate = self.path("gate")
            os.mkfifo(gate)
            terminal.send(f"{BIN} run -q -- sh -c 'echo began; read line < {gate}; exit 4'\n")
            at = terminal.expect("began", at)
            terminal.send("\x1a")
            at = terminal.expect("Stopped", at)
            at = terminal.expect("ready> ", at)
            terminal.send("bg\n")
            at = terminal.expect("ready> ", at)
            with open(gate, "w", encoding="ascii") as file:
                file.write("go\n")
            terminal.send("wait %1; echo status $?\n")
            terminal.expect("status 4", at)

    def test_a_job_in_the_background_is_not_stopped_by_its_own_output(self):
        with self.shell() as terminal:
            at = len(terminal.output)
            terminal.send("stty tostop\n")
            at = terminal.expect("ready> ", at)
            terminal.send(f"{BIN} run -q -- sh -c 'exit 5' & wait $!; echo status $?\n")
            terminal.expect("status 5", at)

    def test_cmd_may_read_the_terminal(self):
        with Terminal([BIN, "run", "-q", "--", "sh", "-c", "read line; echo got $line"]) as terminal:
            terminal.send("word\n")
            terminal.expect("got word")
            self.assertEqual(terminal.finish(), 0)

    def test_an_interactive_shell_as_cmd_has_job_control(self):
        with Terminal([BIN, "run", "-q", "--", "bash", "--norc", "--noprofile", "-i"]) as terminal:
            terminal.expect("ready> ")
            terminal.send("sleep 1000\n")
            shell = child_called(terminal.pid, "bash")
            sleeping = wait_for("sleep runs", lambda: [p for p in children_of(shell) if self.name(p) == "sleep"])[0]
            at = len(terminal.output)
            terminal.send("\x1a")
            at = terminal.expect("Stopped", at)
            at = terminal.expect("ready> ", at)
            terminal.send("kill -KILL %1\n")
            wait_for("sleep is gone", lambda: not is_alive(sleeping))
            # bash may still take it for stopped, and then asks for a second time
            terminal.send("exit 7\nexit 7\n")
            self.assertEqual(terminal.finish(), 7, terminal.output)

    @staticmethod
    def name(pid):
        with contextlib.suppress(OSError):
            with open(f"/proc/{pid}/comm", encoding="utf-8") as file:
                return file.read().strip()
        return None


def bpf_objects_of(pid):
    """What it holds: (kind, id) of each."""
    found = set()
    for name in os.listdir(f"/proc/{pid}/fdinfo"):
        with contextlib.suppress(OSError), open(f"/proc/{pid}/fdinfo/{name}", encoding="ascii") as file:
            found |= {(line[: line.index("_id:")], int(line.split()[1])) for line in file if re.match("(prog|map|link)_id:", line)}
    return found


class Killed(Case):
    @need_root
    @exact
    def test_cmd_goes_on_and_no_bpf_object_stays(self):
        bpftool = shutil.which("bpftool", path=os.environ["PATH"] + ":/usr/sbin:/usr/local/sbin")
        if not bpftool:
            self.skipTest("no bpftool")

        def objects():
            found = set()
            for kind in ("prog", "map", "link"):
                shown = subprocess.run([bpftool, kind, "show", "-j"], stdout=subprocess.PIPE, check=False).stdout
                # what went while it was listed has no id
                found |= {(kind, item["id"]) for item in json.loads(shown or b"[]") or [] if "id" in item}
            return found

        path = self.path("f")
        script = "echo $$; read line; echo on; exit 0"
        with start("run", "-i", "10", "-o", path, "--", "sh", "-c", script, stdin=subprocess.PIPE) as process:
            pid = int(process.stdout.readline())
            wait_for("some records", lambda: self.read("f").count(b"\n") > 5)
            held = bpf_objects_of(process.pid)
            self.assertEqual({kind for kind, _ in held}, {"prog", "map", "link"})
            self.assertLessEqual(held, objects())
            process.kill()
            process.wait(LIMIT_S)
            wait_for("its BPF objects go", lambda: not held & objects())
            self.assertTrue(is_alive(pid))
            process.stdin.write(b"go\n")
            process.stdin.flush()
            self.assertEqual(process.stdout.readline(), b"on\n")
            wait_for("CMD ends", lambda: not is_alive(pid))
        data = self.read("f")
        records = parse_lines(data[: data.rindex(b"\n") + 1])
        self.assertEqual(records[0]["kind"], "metadata")
        self.assertIn("tree", [record["kind"] for record in records])
        self.assertIn(run("stats", path).status, (0,))

    @exact
    def test_a_monitored_monitor_killed_leaves_the_outer_one_exact(self):
        out = self.path("outer")
        inner = f'"{BIN}" run -q -- sh -c "echo \\$\\$ > {self.path("pid")}; exec sleep 1000"'
        with start("run", "-q", "-o", out, "--wait-all", "--", "sh", "-c", f"{inner} & echo $!; wait $!; exit 2") as process:
            monitor = int(process.stdout.readline())
            wait_for_file(self.path("pid"))
            pid = int(self.read("pid"))
            wait_for("sleep runs", lambda: comm_of(pid) == "sleep")  # not the shell that told its number
            os.kill(monitor, signal.SIGKILL)
            os.kill(pid, signal.SIGTERM)
            self.assertEqual(finish(process).status, 2)
        records = parse_lines(self.read("outer"))
        ends = {record["comm"]: record.get("signal") for record in records if record["kind"] == "process"}
        self.assertEqual(ends[COMM], 9)
        self.assertEqual(ends["sleep"], 15)
