# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""`bench`: many runs of a command, or of several in turn."""

import csv
import io
import os
import pwd
import signal

from harness import BIN, Case, Terminal, child_called, children_of, exact, finish, need_root, parse, parse_lines, rows_of, run, start, the, wait_for

# What stands in notes, whatever the machine does.
NAMES = ("wall_ns", "cpu_time_ns")


class Case(Case):  # pylint: disable=function-redefined

    def bench(self, *args, status=0, **options):
        """What it tells as JSON."""
        result = self.run_here("bench", "--json", *args, **options)
        self.assertEqual((result.status, result.err_lines), (status, []), result)
        return parse(result.out.decode())

    def lines_of(self, name):
        return self.read(name).decode().split()


def figure(command, name):
    return next(row for row in command["figures"] if row["name"] == name)


class Rounds(Case):
    def test_commands_take_turns_behind_their_warm_ups(self):
        got = self.bench("-n", "2", "--warmup", "1", "echo a >>log", "--vs", "echo b >>log")
        self.assertEqual(self.lines_of("log"), ["a", "b"] * 3)
        self.assertEqual([len(command["runs"]) for command in got["commands"]], [2, 2])
        self.assertEqual((got["rounds"], got["warmups"], got["complete"], got["by_shell"]), (2, 1, True, True))

    def test_what_prepares_comes_before_each_run_and_is_in_no_figure(self):
        got = self.bench("-n", "2", "--warmup", "1", "--prepare", "/bin/echo p{n} >>log; /bin/true", "--sweep", "n=1,2",
                         "echo c{n} >>log")
        self.assertEqual(self.lines_of("log"), ["p1", "c1", "p2", "c2"] * 3)
        self.assertEqual([command["parameters"] for command in got["commands"]], [{"n": "1"}, {"n": "2"}])
        for command in got["commands"]:
            self.assertEqual([run["processes_total"] for run in command["runs"]], [1, 1])

    def test_what_it_stands_on_is_empty_and_what_it_writes_goes_nowhere(self):
        got = self.bench("-n", "1", "--warmup", "0", "cat; echo out; echo err >&2; readlink /proc/self/fd/0 >stdin")
        self.assertEqual(len(got["commands"][0]["runs"]), 1)
        self.assertEqual(self.lines_of("stdin"), ["/dev/null"])

    def test_what_it_writes_goes_to_stderr_when_asked_for(self):
        result = self.run_here("bench", "--json", "-n", "1", "--warmup", "0", "--show-output", "echo out; echo err >&2")
        self.assertEqual((result.status, result.err_lines), (0, ["out", "err"]))
        parse(result.out.decode())

    def test_without_a_shell(self):
        for args in (("-N", "/bin/echo 'a  b' \\;"), ("--", "/bin/echo", "a  b", ";")):
            result = self.run_here("bench", "-j", "-n", "1", "--warmup", "0", "--show-output", *args)
            self.assertEqual((result.status, result.err_lines), (0, ["a  b ;"]), result)
            got = parse(result.out.decode())
            self.assertFalse(got["by_shell"])

    @need_root
    def test_capabilities_sleep_while_a_command_runs_and_each_command_has_them(self):
        self.bench("-n", "2", "--warmup", "0", r"until grep -q '^CapEff:.*0$' /proc/$PPID/status; do :; done; "
                   "grep CapEff /proc/self/status >>caps")
        with open("/proc/self/status", encoding="utf-8") as status:
            mine = [line.split()[1] for line in status if line.startswith("CapEff")]
        self.assertEqual(self.lines_of("caps"), ["CapEff:", *mine] * 2)

    @need_root
    def test_commands_run_as_a_user_and_what_prepares_as_root(self):
        for name in ("before", "log"):
            os.chmod(self.write(name, ""), 0o666)
        os.chmod(self.folder, 0o755)
        self.bench("-n", "1", "--warmup", "0", "-u", "nobody", "--prepare", "id -u >>before", "id -u >>log; echo $USER >>log")
        self.assertEqual(self.lines_of("before"), ["0"])
        self.assertEqual(self.lines_of("log"), [str(pwd.getpwnam("nobody").pw_uid), "nobody"])
        result = self.run_here("bench", "-u", "nosuchuser", "true")
        self.assert_refused(result, "no account 'nosuchuser'", status=125)

    def test_a_command_finds_what_denet_bpf_was_given(self):
        with open(self.path("out"), "w", encoding="utf-8") as out:
            result = self.run_here("bench", "-q", "-n", "1", "--warmup", "0", "--show-output", "ulimit -n; echo $A",
                                   env={**os.environ, "A": "given"}, stderr=out)
        self.assertEqual(result.status, 0)
        told = [line for line in self.read("out").decode().splitlines() if "denet-bpf" not in line]
        import resource
        self.assertEqual(told, [str(resource.getrlimit(resource.RLIMIT_NOFILE)[0]), "given"])


class Figures(Case):
    @exact
    def test_processes_and_programs_are_exact(self):
        got = self.bench("-n", "3", "for i in 1 2 3; do /bin/true; done; :", "--vs", "/bin/true; :")
        first, second = got["commands"]
        self.assertFalse(got["lower_bounds"])
        self.assertEqual([run["processes_total"] for run in first["runs"]], [4, 4, 4])
        row = figure(first, "processes_total")
        self.assertEqual((row["median"], row["min"], row["max"], row["runs"]), (4, 4, 4, 3))
        self.assertNotIn("ratio", row)
        self.assertEqual(figure(second, "processes_total")["ratio"], 0.5)
        self.assertIsNone(figure(second, "cpu_time_ns")["verdict"])
        programs = {row["name"]: row for row in first["programs"]}
        self.assertEqual(set(programs), {"sh", "true"})
        self.assertGreater(programs["true"]["min"], 0)

    def test_figures_are_those_of_the_runs(self):
        command = self.bench("-n", "5", "for i in 1 2 3; do :; done")["commands"][0]
        for name in NAMES:
            values = sorted(run[name] for run in command["runs"])
            row = figure(command, name)
            self.assertEqual((row["min"], row["median"], row["max"]), (values[0], values[2], values[4]))

    @exact
    def test_five_runs_of_what_uses_far_more_are_judged(self):
        loop = "i=0; while [ $i -lt %d ]; do i=$((i+1)); done"
        second = self.bench("-n", "5", loop % 1, "--vs", loop % 100000)["commands"][1]
        self.assertEqual(figure(second, "cpu_time_ns")["verdict"], "more")
        self.assertGreater(figure(second, "cpu_time_ns")["ratio"], 2)

    def test_without_bpf_figures_are_lower_bounds(self):
        result = self.run_here("bench", "--accounting", "proc", "-n", "2", "true")
        self.assertEqual(result.status, 0, result)
        self.assertIn("Sampled from /proc: lower bounds.", result.out.decode())

    def test_text_and_markdown(self):
        text = self.run_here("bench", "-n", "2", "true", "--vs", "echo 'a|b'").out.decode()
        self.assertRegex(text, r"\n1: true  2 runs\n.*median.*\n  wall +[\d,.]+ m?s ")
        self.assertRegex(text, r"\n2: echo 'a\|b'  2 runs\n.*to 1\n  wall .* x\d")
        self.assertIn("Fewer than 5 runs: nothing is judged.", text)
        page = self.run_here("bench", "--md", "-n", "2", "true", "--vs", "echo 'a|b'").out.decode()
        rows = [line for line in page.splitlines() if line.startswith("| ")]
        self.assertEqual([row.count("|") for row in rows], [9, 9, 9], page)

    @exact
    def test_processes_that_go_on_are_told(self):
        command = f"head -n1 {self.gate()} >/dev/null & echo $! >>pids"
        self.addCleanup(self.let_go, 10)
        text = self.run_here("bench", "-n", "2", "--warmup", "0", command).out.decode()
        self.assertIn("Processes of 2 runs went on after it", text)


class OneLoadedSet(Case):
    @need_root
    @exact
    def test_serves_all_runs(self):
        # Of the descriptors of denet-bpf, its parent, each program has one or a link to it.
        look = "cat /proc/$PPID/fdinfo/* | grep prog_id | tr -d ' \\t' | sort -u | tr '\\n' , >>ids; echo >>ids"
        self.bench("-n", "3", "--warmup", "1", "--prepare", look, look, "--vs", look)
        ids = [set(line.strip(",").split(",")) for line in self.lines_of("ids")]
        self.assertEqual(len(ids), 16, ids)
        self.assertGreater(len(ids[0]), 4)
        # Beside these there may be the one that makes samples cheaper, which is loaded when it pays.
        self.assertEqual(set.intersection(*ids), ids[0])


class Exports(Case):
    def test_files_say_the_same(self):
        got = self.bench("-n", "2", "--sweep", "n=1,2", "--export", "a.json", "--export", "b.csv", "--export", "c.md",
                         "echo {n}, \"$n\"")
        self.assertEqual(parse(self.read("a.json").decode()), got)
        rows = list(csv.DictReader(io.StringIO(self.read("b.csv").decode(), newline=""), strict=True))
        self.assertEqual(len({len(row) for row in rows_of(self.read("b.csv"))}), 1)
        for command in got["commands"]:
            mine = [row for row in rows if row["command"] == command["command"]]
            self.assertEqual({row["parameter_n"] for row in mine}, {command["parameters"]["n"]})
            told = {row["figure"]: row for row in mine if not row["program"]}
            for row in command["figures"]:
                if row["median"] is not None:
                    self.assertEqual(float(told[row["name"]]["median"]), row["median"])
            self.assertEqual({row["program"] for row in mine} - {""}, {row["name"] for row in command["programs"]})
        self.assertTrue(self.read("c.md").startswith(b"| command | runs |"))

    def test_quiet_writes_files_alone(self):
        result = self.run_here("bench", "-q", "-n", "1", "--warmup", "0", "--export", "a.json", "true")
        self.assertEqual((result.status, result.out, result.err), (0, b"", b""))
        parse(self.read("a.json").decode())

    def test_what_fails_leaves_an_older_file_alone(self):
        self.write("a.json", "older")
        result = self.run_here("bench", "-n", "1", "--export", "a.json", "exit 3")
        self.assert_refused(result, "'exit 3'", "exit 3", "--ignore-failure")
        self.assertEqual(self.read("a.json"), b"older")
        self.assertEqual(os.listdir(self.folder), ["a.json"])

    def test_what_cannot_be_written_is_told(self):
        result = self.run_here("bench", "-n", "1", "--export", "none/a.json", "echo >ran")
        self.assert_refused(result, "none/a.json")
        self.assertFalse(os.path.exists(self.path("ran")))
        os.symlink("/dev/full", self.path("full.json"))
        result = self.run_here("bench", "-n", "1", "--export", "full.json", "true")
        self.assertEqual((result.status, len(result.err_lines)), (1, 1), result)
        result = self.run_here("bench", "-n", "1", "true", stdout=open("/dev/full", "wb"))  # pylint: disable=consider-using-with
        self.assertEqual((result.status, len(result.err_lines)), (1, 1), result)


class Kept(Case):
    def test_records_of_each_run_that_counts(self):
        self.bench("-n", "10", "--keep", "kept", "true", "--vs", "echo {x}")
        names = sorted(os.listdir(self.path("kept")))
        self.assertEqual(names, sorted(f"bench-{c}-{i:02d}.jsonl" for c in (1, 2) for i in range(1, 11)))
        records = parse_lines(self.read("kept/bench-2-03.jsonl"))
        self.assertEqual(the(records, "metadata")["label"], "echo {x}")
        the(records, "summary")
        sides = [[self.path(f"kept/{name}") for name in names if name.startswith(f"bench-{c}-")] for c in (1, 2)]
        result = run("diff", "--json", *sides[0], "--", *sides[1])
        self.assertEqual(result.status, 0, result)
        self.assertEqual(parse(result.out.decode())["base_runs"], 10)

    def test_the_records_of_another_bench_are_not_mixed_with_these(self):
        self.bench("-n", "1", "--keep", "kept", "true")
        result = self.run_here("bench", "-n", "1", "--keep", "kept", "echo >ran")
        self.assert_refused(result, "'kept'", "bench-1-1.jsonl")
        self.assertFalse(os.path.exists(self.path("ran")))
        self.write("file", "")
        self.assert_refused(self.run_here("bench", "--keep", "file", "true"), "'file'")
        self.assert_refused(self.run_here("bench", "--keep", "none/kept", "true"), "'none/kept'")


class Failures(Case):
    def test_the_first_that_fails_ends_it(self):
        result = self.run_here("bench", "--warmup", "0", "echo >>log; exit 4")
        self.assert_refused(result, "exit 4", "--ignore-failure")
        self.assertEqual(len(self.read("log")), 1)
        self.assert_refused(self.run_here("bench", "true", "--vs", "kill -KILL $$"), "SIGKILL")
        self.assert_refused(self.run_here("bench", "/nonexistent/x"), "exit 127")

    def test_or_is_told_among_the_others(self):
        got = self.bench("-n", "3", "--ignore-failure", "exit 4", "--vs", "kill -KILL $$")
        self.assertEqual([command["failed"] for command in got["commands"]], [3, 3])
        self.assertEqual(got["commands"][0]["runs"][0]["exit_code"], 4)
        self.assertEqual(got["commands"][1]["runs"][0]["signal"], signal.SIGKILL)
        text = self.run_here("bench", "-n", "2", "--ignore-failure", "exit 4").out.decode()
        self.assertIn("Command 1 failed in 2 of 2 runs.", text)

    def test_what_prepares_has_to_succeed(self):
        result = self.run_here("bench", "--ignore-failure", "--prepare", "exit 5", "echo >ran")
        self.assert_refused(result, "prepares", "'exit 5'", "exit 5")
        self.assertFalse(os.path.exists(self.path("ran")))

    def test_what_cannot_be_executed(self):
        self.assert_refused(self.run_here("bench", "--", "/nonexistent/x"), "/nonexistent/x", "No such file")
        self.assert_refused(self.run_here("bench", "-N", "/nonexistent/x a"), "/nonexistent/x", "No such file")

    def test_wrong_usage(self):
        for words, args in (
            (("needs a command",), ()),
            (("'all'", "quotes"), ("make", "all")),
            (("--vs", "--"), ("--vs", "a", "--", "b")),
            (("NAME=A,B,C", "'j'"), ("--sweep", "j", "a {j}")),
            (("{j}",), ("--sweep", "j=1", "a")),
            ((".json", "'a.txt'"), ("--export", "a.txt", "a")),
            (("--fail-if", "cpu_tim"), ("--fail-if", "cpu_tim > 1s", "a")),
            (("--fail-if",), ("--fail-if", "cpu_time > +5", "a")),
            (("--budget", "none"), ("--budget", "none", "a")),
            (("--live",), ("--live", "a")),
        ):
            with self.subTest(args=args):
                words = tuple(word for word in words if word != "--budget")
                self.assert_refused(self.run_here("bench", *args), *words)


class Budgets(Case):
    def told(self, status, *args):
        result = self.run_here("bench", "-q", *args)
        self.assertEqual(result.status, status, result)
        return result.err_lines

    def test_medians_are_judged_for_each_command(self):
        lines = self.told(123, "-n", "2", "--fail-if", "wall > 1ns", "--fail-if", "wall > 1h", ":", "--vs", "true")
        self.assertEqual(len(lines), 2, lines)
        self.assertIn("broken by command 1: wall > 1ns: it is", lines[0])
        self.assertIn("broken by command 2: wall > 1ns: it is", lines[1])
        self.assertEqual(self.told(0, "-n", "2", "--fail-if", "wall > 1h", ":"), [])

    @exact
    def test_so_are_programs_and_files(self):
        self.write("budgets", "programs[true].runs != 2 # both\n")
        self.assertEqual(self.told(0, "-n", "3", "--budget", "budgets", "/bin/true; /bin/true; :"), [])
        self.assertEqual(len(self.told(123, "-n", "3", "--budget", "budgets", "/bin/true; :")), 1)

    @exact
    def test_changes_are_judged_against_the_first(self):
        loop = "i=0; while [ $i -lt %d ]; do i=$((i+1)); done"
        args = (loop % 1, "--vs", loop % 100000, "--fail-if", "cpu_time > +50%")
        lines = self.told(123, "-n", "5", *args)
        self.assertEqual(len(lines), 1, lines)
        self.assertIn("broken by command 2: cpu_time > +50%", lines[0])
        # Too few to be judged.
        self.told(0, "-n", "2", *args)
        self.told(123, "-n", "2", "--strict", *args)


class Signals(Case):
    def until_waiting(self, count):
        """The command waits at the gate, as it has so often before."""
        def is_there():
            try:
                return len(self.lines_of("log")) == count
            except FileNotFoundError:
                return False
        wait_for("the run that waits", is_there)

    def test_what_was_measured_is_told_when_a_signal_ends_it(self):
        command = f"echo run >>log; exec head -n1 {self.gate()}"
        for number in (signal.SIGINT, signal.SIGTERM):
            kept = f"kept{number}"
            with start("bench", "--json", "-n", "5", "--warmup", "0", "--keep", kept, command,
                       cwd=self.folder) as process:
                self.until_waiting(1)
                self.let_go()
                self.until_waiting(2)
                self.let_go()
                self.until_waiting(3)
                process.send_signal(number)
                result = finish(process)
            self.assertEqual(result.signal, number, result)
            got = parse(result.out.decode())
            self.assertFalse(got["complete"])
            self.assertEqual([len(command["runs"]) for command in got["commands"]], [2])
            # Of the one that was ended nobody is to make a figure.
            self.assertEqual(sorted(os.listdir(self.path(kept))), ["bench-1-1.jsonl", "bench-1-2.jsonl"])
            os.unlink(self.path("log"))

    def test_the_second_signal_ends_what_ignores_the_first(self):
        command = f"trap '' TERM; echo run >>log; while :; do head -n1 {self.gate()}; done"
        with start("bench", "--json", "-n", "5", "--warmup", "0", command, cwd=self.folder) as process:
            self.until_waiting(1)
            shell = child_called(process.pid, "sh")
            wait_for("the shell ignores it", lambda: children_of(shell))
            process.send_signal(signal.SIGTERM)
            process.send_signal(signal.SIGINT)
            result = finish(process)
        self.assertIn(result.signal, (signal.SIGTERM, signal.SIGINT))
        self.let_go()

    def test_ctrl_c_at_a_terminal(self):
        command = f"echo run >>{self.path('log')}; exec head -n1 {self.gate()}"
        with Terminal([BIN, "bench", "-n", "3", "--warmup", "1", command]) as terminal:
            for count, text in ((1, "warm-up 1 of 1: "), (2, "run 1 of 3: ")):
                terminal.expect(text)
                self.until_waiting(count)
                self.let_go()
            self.until_waiting(3)
            terminal.send("\x03")
            terminal.expect("A signal has ended it")
            self.assertEqual(terminal.finish(), -signal.SIGINT)

    def test_no_progress_without_a_terminal(self):
        result = self.run_here("bench", "-n", "2", "true")
        self.assertEqual(result.err, b"")
