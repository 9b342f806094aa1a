# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Budgets: who breaks one, what is told, and which exit status goes first."""

import os

from harness import ACT, Case, exact, finish, not_in_mode, parse_lines, run, start, the, wait_for_file

OPEN = "programs[nobody-runs-it].cpu_time > 1s"  # of no program that any of these runs


class Statuses(Case):
    def test_a_broken_budget_is_123_with_value_and_bound(self):
        result = self.run_here("run", "-q", "--fail-if", "wall > 0ns", "--fail-if", "wall > 1h", "true")
        self.assertEqual((result.status, result.out, len(result.err_lines)), (123, b"", 1), result)
        self.assertIn("budget broken: wall > 0ns: it is ", result.err_lines[0])

    def test_all_that_are_broken_are_told(self):
        result = self.run_here("run", "-q", "--fail-if", "wall > 1ns", "--fail-if=processes < 1000000",
                               "--fail-if", "monitor_cpu > 0ns", "true")
        self.assertEqual(result.status, 123, result)
        told = [line.split(": ")[2] for line in result.err_lines]
        self.assertEqual([text for text in told if "processes" not in text], ["wall > 1ns", "monitor_cpu > 0ns"])

    def test_kept_budgets_are_silent(self):
        result = self.run_here("run", "-q", "--fail-if", "wall > 1h", "--fail-if", "wall < 1ns", "true")
        self.assertEqual((result.status, result.err), (0, b""), result)

    def test_the_commands_own_status_goes_first(self):
        result = self.run_here("run", "-q", "--fail-if", "wall > 1ns", "sh", "-c", "exit 7")
        self.assertEqual(result.status, 7, result)
        self.assertIn("budget broken", result.err.decode())
        result = self.run_here("run", "-q", "--fail-if", "wall > 1ns", "sh", "-c", "kill -9 $$")
        self.assertEqual((result.status, result.signal), (137, 9), result)
        self.assertIn("budget broken", result.err.decode())
        result = self.run_here("run", "-q", "--fail-if", "wall > 1ns", "/nowhere/at/all")
        self.assertEqual((result.status, len(result.err_lines)), (127, 1), result)

    def test_the_end_of_the_time_goes_first(self):
        with start("run", "-q", "-d", "0.01", "--fail-if", "wall > 1ns", "sh", "-c",
                   "exec sleep 1000 >/dev/null 2>&1") as process:
            result = finish(process)
        self.assertEqual(result.status, 124, result)
        self.assertIn("budget broken", result.err.decode())

    def test_what_leaves_it_open_breaks_it_only_if_strict(self):
        result = self.run_here("run", "--fail-if", OPEN, "true")
        self.assertEqual(result.status, 0, result)
        self.assertIn(f"budget not decided: {OPEN}: ", result.err.decode())
        result = self.run_here("run", "-q", "--fail-if", OPEN, "true")
        self.assertEqual((result.status, result.err), (0, b""), result)
        result = self.run_here("run", "-q", "--strict", "--fail-if", OPEN, "true")
        self.assertEqual((result.status, len(result.err_lines)), (123, 1), result)
        self.assertIn(f"budget broken by what is not known: {OPEN}: ", result.err_lines[0])

    @not_in_mode("caps", "a guest trusts no option in the environment")
    def test_the_environment_may_be_strict(self):
        result = self.run_here("run", "-q", "--fail-if", OPEN, "true", env={**os.environ, "DENET_BPF_STRICT": "1"})
        self.assertEqual(result.status, 123, result)

    def test_a_lower_bound_decides_what_follows_from_it(self):
        result = self.run_here("run", "--accounting", "proc", "--fail-if", "cpu_time > 1h", "--fail-if",
                               "cpu_time > 1us", ACT, "spin", "100")
        self.assertEqual(result.status, 123, result)
        said = [line for line in result.err_lines if line.startswith("denet-bpf: budget")]
        self.assertEqual(len(said), 2, result)
        self.assertIn("not decided: cpu_time > 1h: it is at least", said[0])
        self.assertIn("broken: cpu_time > 1us: it is at least", said[1])
        self.assertIn("sampled from /proc", said[1])

    @exact
    def test_exact_figures_of_programs(self):
        script = f'"{ACT}" spin 50; "{ACT}" spin 50; exit 0'
        args = ("--fail-if", "programs[act].runs != 2", "--fail-if", "programs[act].cpu_time < 100ms",
                "--fail-if", "programs[act].cpu_time > 1h", "--fail-if", "programs[sh].runs > 1",
                "--fail-if", "processes != 3")
        result = self.run_here("run", "-q", *args, "sh", "-c", script)
        self.assertEqual((result.status, result.err), (0, b""), result)
        result = self.run_here("run", "-q", "--fail-if", "programs[act].cpu_time > 99ms", "sh", "-c", script)
        self.assertEqual(result.status, 123, result)

    def test_attach(self):
        self.gate()
        script = "echo $$ > pid.new; mv pid.new pid; read line < gate"
        with start("-c", script, program=["sh"], cwd=self.folder) as target:
            wait_for_file(self.path("pid"))
            result = self.run_here("attach", "-q", "-d", "0.01", "--fail-if", "wall > 1ns", str(target.pid))
            self.assertEqual(result.status, 123, result)
            self.assertIn("budget broken: wall > 1ns", result.err.decode())
            self.let_go()


class Files(Case):
    def test_a_recorded_file_is_judged_as_the_run_was(self):
        records = self.records("--no-pss", command=("sh", "-c", "true; exit 3"), status=3)
        wall = the(records, "summary")["wall_ns"]
        file = self.path("records.jsonl")
        result = run("stats", "--fail-if", f"wall != {wall}ns", "--fail-if", "wall > 1h", file)
        self.assertEqual((result.status, result.err), (0, b""), result)
        result = run("stats", "--fail-if", f"wall == {wall}ns", file)
        self.assertEqual((result.status, len(result.err_lines)), (123, 1), result)
        self.assertIn(b"STATISTICS", result.out)
        result = run("stats", "--strict", "--fail-if", "peak_pss > 1TiB", file)
        self.assertEqual(result.status, 123, result)

    def test_denets_files_are_lower_bounds(self):
        file = os.path.join(os.path.dirname(__file__), "../fixtures/records/denet-0.10.jsonl")
        result = run("stats", "--fail-if", "total_time > 0s", "--fail-if", "total_disk_read > 1TiB", file)
        self.assertEqual(result.status, 123, result)
        self.assertIn("not decided: total_disk_read > 1TiB: it is at least", result.err.decode())

    def test_budgets_from_a_file(self):
        self.write("budgets", "# for the build\n\nwall > 1h   # far off\n  wall > 1ns\n")
        result = self.run_here("run", "-q", "--budget", "budgets", "true")
        self.assertEqual((result.status, len(result.err_lines)), (123, 1), result)
        self.assertIn(": wall > 1ns: it is", result.err_lines[0])

    def test_an_unusable_file(self):
        records = self.write("in", '{"ts_ms":1,"cpu_usage":1.0,"mem_rss_kb":1,"mem_vms_kb":1,"disk_read_bytes":1,'
                             '"disk_write_bytes":1,"net_rx_bytes":1,"net_tx_bytes":1,"thread_count":1,"uptime_secs":1}\n')
        self.write("bad", "wall > 1h\nwall > 5\n")
        for name, status, word in (("none", 1, "No such file"), ("bad", 125, "line 2: at ^ in 'wall > 5^'")):
            with self.subTest(name=name):
                self.assert_refused(self.run_here("run", "--budget", name, "touch", "started"), name, word)
                self.assert_refused(self.run_here("stats", "--budget", name, records), name, word, status=status)
        self.assertEqual(sorted(os.listdir(self.folder)), ["bad", "in"])


class Refused(Case):
    def refused(self, *args, words):
        with self.subTest(args=args):
            self.assert_refused(self.run_here("run", *args, "--", "touch", "started"), *words)
            self.assertEqual(os.listdir(self.folder), [])

    def test_malformed_ones_show_the_place_and_the_nearest_name(self):
        self.refused("--fail-if", "cpu_tme > 1s", words=("--fail-if", "'^cpu_tme > 1s'", "'cpu_time'"))
        self.refused("--fail-if", "cpu_time > 1", words=("'cpu_time > 1^'", "unit", "ns, us, ms, s, m or h"))
        self.refused("--fail-if", "", words=("--fail-if", "NAME OP VALUE"))
        self.refused("--fail-if", "wall > 1h", "--fail-if", "\x1b[31m > 1", words=("^?[31m",))
        self.refused("--strict", words=("--strict", "--fail-if", "--budget"))
        self.refused("--budget", "", words=("--budget",))

    def test_other_commands_have_none(self):
        self.assert_refused(run("doctor", "--fail-if", "wall > 1s"), "--fail-if", "doctor")


class Records(Case):
    def test_records_are_not_touched(self):
        result = self.run_here("-j", "run", "--fail-if", "wall > 1ns", "true")
        self.assertEqual(result.status, 123, result)
        self.assertEqual(parse_lines(result.out)[-1]["kind"], "summary")
