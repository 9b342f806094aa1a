# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Options: accepted forms, what they change, and how bad ones are refused."""

import os
import subprocess

from harness import (
    ACT,
    BIN,
    LIMIT_S,
    Case,
    exact,
    finish,
    is_alive,
    not_in_mode,
    of_kind,
    parse_lines,
    run,
    start,
    the,
    wait_for,
    wait_for_file,
)


class Refused(Case):
    """Each is one line that names the option, the value and what is allowed; nothing is started."""

    def refused(self, *args, words=()):
        with self.subTest(args=args):
            self.assert_refused(self.run_here(*args, "--", "touch", "started"), *words)
            self.assertEqual(os.listdir(self.folder), [])

    def test_unknown_options(self):
        self.refused("run", "--jsn", words=("--jsn", "--json"))
        self.refused("run", "--intervall", "5", words=("--intervall", "--interval"))
        self.refused("run", "-Z", words=("-Z",))
        self.refused("--frobnicate", "run", words=("--frobnicate",))
        self.refused("run", "-qZ", words=("-Z",))

    def test_unknown_subcommands(self):
        self.assert_refused(self.run_here("rnu", "touch", "started"), "rnu", "run")
        self.assert_refused(self.run_here("atach", "1"), "atach", "attach")
        self.assert_refused(self.run_here("zzzzzzzz"), "zzzzzzzz")
        self.assertEqual(os.listdir(self.folder), [])

    def test_values_that_are_no_numbers(self):
        for option in ("-i", "--interval", "-m", "--max-interval"):
            for value in ("x", "", " ", "-1", "1.5", "1x", "0x10", "+", "18446744073709551616", "1e3", "\u0663", "10 "):
                self.refused("run", option, value, words=(option.lstrip("-"), value.strip() or ""))

    def test_durations(self):
        for value in ("x", "", "-1", "1s", "nan", "inf", "1..2", ".", "1e400", "0x1", "-0.5", "99999999999999999999"):
            self.refused("run", "-d", value, words=("d",))
            self.refused("run", f"--duration={value}", words=("--duration", value))

    def test_choices(self):
        self.refused("run", "--accounting", "exact", words=("--accounting", "exact", "auto", "bpf", "proc"))
        self.refused("run", "--children", "some", words=("--children", "some", "all", "none", "top:"))
        for value in ("top", "top:", "top:x", "top:-1", "top:1x", ""):
            self.refused("run", "--children", value, words=("--children",))
        self.refused("run", "--compat", "psrecord", words=("--compat", "psrecord", "denet"))

    def test_missing_values(self):
        for option in ("-i", "-m", "-o", "-d", "--interval", "--max-interval", "--out", "--duration", "--format",
                       "--accounting", "--children", "--compat", "--color", "-u", "--user"):
            with self.subTest(option=option):
                self.assert_refused(self.run_here("run", option), option)

    def test_a_value_where_none_is_taken(self):
        self.refused("run", "--json=yes", words=("--json",))
        self.refused("run", "--quiet=1", words=("--quiet",))

    def test_an_empty_file_name(self):
        self.refused("run", "--out=", words=("--out",))
        self.refused("run", "-o", "", words=("-o",))

    def test_intervals(self):
        self.refused("run", "-i", "0", words=("0",))
        self.refused("run", "-i", "100", "-m", "50", words=("100", "50"))
        self.refused("run", "-m", "50", "-i", "100", words=("100", "50"))
        self.refused("-i", "100", "run", "-m", "50", words=("100", "50"))
        self.refused("run", "-m", "0", words=("0",))

    def test_no_command(self):
        for args in (["run"], ["run", "-q"], ["run", "--"], ["run", "-q", "--"]):
            with self.subTest(args=args):
                self.assert_refused(self.run_here(*args), "command" if args else "")

    def test_surplus_arguments(self):
        self.assert_refused(self.run_here("attach", "1", "2"), "2")
        self.assert_refused(self.run_here("doctor", "a"), "a")

    def test_hostile_values_are_shown_harmless(self):
        for value in ("\x1b[31mred", "a\nb", b"\xff\xfe"):
            result = self.run_here("run", "-i", value, "true")
            self.assertEqual(result.status, 125)
            self.assertNotIn(b"\x1b", result.err)
            self.assertEqual(len(result.err.splitlines()), 1)
            result.err.decode("utf-8")
            result = self.run_here(value)
            self.assertEqual(result.status, 125)
            self.assertNotIn(b"\x1b", result.err)
            result.err.decode("utf-8")


    def test_options_without_an_effect(self):
        self.refused("run", "-o", "f", "--format", "csv", "--write-env", words=("--write-env", "--format csv"))
        self.refused("run", "-o", "a", "-o", "b", words=("--out", "'a'", "'b'"))
        self.refused("run", "-q", "--live", words=("--live", "--quiet"))

    @not_in_mode("caps", "of a lent right only what changes the screen may be set so")
    def test_the_environment(self):
        env = dict(os.environ, DENET_BPF_MAX_INTERVAL="x")
        self.assert_refused(self.run_here("run", "touch", "started", env=env), "DENET_BPF_MAX_INTERVAL", "'x'")
        self.assertEqual(os.listdir(self.folder), [])


class Accepted(Case):
    @not_in_mode("caps", "of a lent right only what changes the screen may be set so")
    def test_the_environment_sets_what_is_not_given(self):
        env = dict(os.environ, DENET_BPF_INTERVAL="20", DENET_BPF_MAX_INTERVAL="30")
        metadata = the(self.records("-m", "40", env=env), "metadata")
        self.assertEqual((metadata["interval_ms"], metadata["max_interval_ms"]), (20, 40))
        # and stays CMD's
        self.assertIn(b"DENET_BPF_INTERVAL=20\0", run("run", "-q", "--", "env", "-0", env=env).out)

    def test_options_before_and_after_the_subcommand(self):
        for args in (["-q", "-j", "run", "true"], ["run", "-q", "-j", "true"], ["-j", "run", "-q", "true"],
                     ["-qj", "run", "--", "true"], ["--json", "--quiet", "run", "true"], ["run", "-qj", "true"]):
            with self.subTest(args=args):
                result = run(*args)
                self.assertEqual((result.status, result.err), (0, b""), result)
                self.assertEqual(parse_lines(result.out)[-1]["kind"], "summary")

    def test_forms_of_a_value(self):
        for args in (["-i20"], ["-i", "20"], ["--interval", "20"], ["--interval=20"], ["-qi20"], ["-i", "020"]):
            with self.subTest(args=args):
                self.assertEqual(the(self.records(*args), "metadata")["interval_ms"], 20)

    def test_names_of_denet_that_change_nothing(self):
        records = self.records("--gpu", "--debug", "--enable-ebpf", "--nodump", "--since-process-start")
        self.assertEqual(records[-1]["kind"], "summary")

    def test_the_last_of_two_wins(self):
        self.assertEqual(the(self.records("-i", "20", "-i", "30"), "metadata")["interval_ms"], 30)


class Intervals(Case):
    def test_one_given_moves_the_other(self):
        for args, expected in (
            ([], (100, 1000)),
            (["-i", "50"], (50, 1000)),
            (["-i", "1000"], (1000, 1000)),
            (["-i", "2000"], (2000, 2000)),
            (["-m", "50"], (50, 50)),
            (["-m", "100"], (100, 100)),
            (["-m", "5000"], (100, 5000)),
            (["-i", "7", "-m", "7"], (7, 7)),
            (["-i", "86400000"], (86400000, 86400000)),
        ):
            with self.subTest(args=args):
                metadata = the(self.records(*args), "metadata")
                self.assertEqual((metadata["interval_ms"], metadata["max_interval_ms"]), expected)

    def test_a_long_interval_delays_nothing(self):
        with start("run", "-q", "-i", "86400000", "-o", self.path("f"), "true") as process:
            self.assertEqual(process.wait(LIMIT_S), 0)
        self.assertEqual(len(of_kind(parse_lines(self.read("f")), "tree")), 2)

    def test_a_shorter_interval_takes_more_samples(self):
        few = len(of_kind(self.records("-i", "100", command=(ACT, "spin", "300")), "tree"))
        many = len(of_kind(self.records("-i", "5", "-m", "5", command=(ACT, "spin", "300")), "tree"))
        self.assertGreater(many, 3 * few)

    def test_even_true_has_two_samples(self):
        self.assertEqual(len(of_kind(self.records(), "tree")), 2)

    def test_no_polling_takes_the_last_alone(self):
        records = self.records("--no-polling", "-i", "5", command=(ACT, "spin", "100"))
        self.assertEqual(len(of_kind(records, "tree")), 1)
        self.assertGreater(of_kind(records, "tree")[0]["aggregated"]["cpu_time_ns"], 99_000_000)
        self.assertGreater(the(records, "summary")["cpu_time_ns"], 99_000_000)


class Duration(Case):
    @exact
    def test_ends_monitoring_with_124_and_leaves_cmd(self):
        for value in ("0.05", "0.1"):
            with self.subTest(value=value):
                with start("run", "-d", value, "-o", self.path("f"), "--", "sh", "-c", "echo $$; exec sleep 1000",
                           cwd=self.folder) as process:
                    pid = int(process.stdout.readline())
                    self.assertEqual(process.wait(LIMIT_S), 124)
                    self.assertTrue(is_alive(pid))
                    self.assertIn(b"wall", process.stderr.readline() + process.stderr.readline())
                records = parse_lines(self.read("f"))
                self.assertTrue(of_kind(records, "process")[0]["running"])
                summary = records[-1]
                self.assertEqual((summary["kind"], summary["processes_running"]), ("summary", 1))
                self.assertNotIn("exit_code", summary)
                self.assertNotIn("signal", summary)
                self.assertEqual(of_kind(records, "exit"), [])

    def test_that_is_not_reached_changes_nothing(self):
        for value in ("1000", "0", "0.0", "3600.5"):
            with self.subTest(value=value):
                self.assertEqual(run("run", "-q", "-d", value, "--", "sh", "-c", "exit 9").status, 9)

    def test_of_attach_ends_with_0(self):
        target = subprocess.Popen(["sleep", "1000"])
        try:
            result = run("attach", "-d", "0.05", "-o", self.path("f"), str(target.pid))
            self.assertEqual(result.status, 0, result)
            self.assertTrue(is_alive(target.pid))
            self.assertEqual(parse_lines(self.read("f"))[-1]["kind"], "summary")
        finally:
            target.kill()
            target.wait()


class Children(Case):
    def tree_of(self, count, *options):
        """The samples of a tree whose root holds count children of different CPU use."""
        script = f'for i in $(seq {count}); do sleep 1000 & done; "{ACT}" spin 20; echo >ready; read line; kill $(jobs -p); wait'
        with start("run", "-q", "-i", "10", "-m", "10", *options, "-o", self.path("f"), "--", "bash", "-c", script,
                   stdin=subprocess.PIPE, cwd=self.folder) as process:
            # From here on nobody comes or goes.
            wait_for_file(self.path("ready"))
            with open(self.path("f"), "rb") as file:
                self.new_trees(file)
                wait_for("all children", lambda: any(record["aggregated"]["process_count"] == count + 1
                                                     for record in self.new_trees(file)))
                tree = wait_for("one more sample", lambda: self.new_trees(file))[0]
            process.stdin.close()
            process.stdin = None
            self.assertEqual(finish(process).signal, None)
        return tree

    def new_trees(self, file):
        """Each line is read once: the file grows faster than a busy machine could read it anew."""
        whole = []
        for line in file:
            if not line.endswith(b"\n"):
                file.seek(-len(line), os.SEEK_CUR)
                break
            whole.append(line)
        return of_kind(parse_lines(b"".join(whole)), "tree")

    def test_more_than_256_are_omitted(self):
        tree = self.tree_of(300)
        self.assertEqual((len(tree["children"]), tree["children_omitted"]), (256, 44))
        self.assertEqual(tree["aggregated"]["process_count"], 301)

    def test_all(self):
        tree = self.tree_of(300, "--children", "all")
        self.assertEqual(len(tree["children"]), 300)
        self.assertNotIn("children_omitted", tree)

    def test_none(self):
        tree = self.tree_of(5, "--children", "none")
        self.assertEqual((tree["children"], tree["children_omitted"]), ([], 5))

    def test_top(self):
        tree = self.tree_of(5, "--children", "top:2")
        self.assertEqual((len(tree["children"]), tree["children_omitted"]), (2, 3))

    def test_exclude_children_counts_the_root_alone(self):
        for name in ("--exclude-children", "--no-include-children"):
            with self.subTest(name=name):
                script = f'"{ACT}" spin 200; exit 0'
                records = self.records(name, command=("sh", "-c", script))
                self.assertEqual(of_kind(records, "tree"), [])
                samples = of_kind(records, "sample")
                self.assertGreaterEqual(len(samples), 2)
                self.assertLess(samples[-1]["cpu_time_ns"], 99_000_000)
                self.assertLess(records[-1]["cpu_time_ns"], 99_000_000)

    def test_wait_all_stays_until_the_last_descendant(self):
        script = f'("{ACT}" spin 100; exit 3) >/dev/null 2>&1 & exit 5'
        records = self.records("--wait-all", command=("sh", "-c", script), status=5)
        self.assertEqual(records[-1]["processes_running"], 0)
        self.assertEqual(records[-1]["exit_code"], 5)
        self.assertGreater(records[-1]["cpu_time_ns"], 99_000_000)
        processes = of_kind(records, "process")
        self.assertEqual([record for record in processes if record.get("running")], [])
        self.assertIn(3, [record.get("exit_code") for record in processes])

    def test_without_it_what_still_runs_is_reported(self):
        script = "sleep 1000 & until grep -q sleep /proc/$!/comm; do :; done; exit 5"
        with start("run", "-q", "-o", self.path("f"), "--", "sh", "-c", script) as process:
            self.assertEqual(process.wait(LIMIT_S), 5)
            records = parse_lines(self.read("f"))
            running = [record for record in of_kind(records, "process") if record.get("running")]
            self.assertEqual([record["comm"] for record in running], ["sleep"])
            self.assertTrue(is_alive(running[0]["pid"]))
            self.assertNotIn("exit_code", running[0])
            self.assertEqual(records[-1]["processes_running"], 1)


class Further(Case):
    def test_pss_only_when_asked(self):
        with_pss = of_kind(self.records("--pss", command=(ACT, "spin", "50")), "tree")
        self.assertGreater(with_pss[0]["aggregated"]["pss_kb"], 0)
        self.assertLessEqual(with_pss[0]["aggregated"]["pss_kb"], with_pss[0]["aggregated"]["mem_rss_kb"] + 64)
        without = self.records("--no-pss", command=("sh", "-c", f'"{ACT}" touch 80; true'))
        self.assertFalse([tree for tree in of_kind(without, "tree") if "pss_kb" in tree["aggregated"]])
        self.assertNotIn("peak_pss_kb", the(without, "summary"))

    def test_write_env_comes_first(self):
        records = self.records("--write-env")
        self.assertEqual([record["kind"] for record in records[:2]], ["env", "metadata"])
        env = records[0]
        self.assertEqual(list(env)[:6], ["kind", "ts_ms", "host", "kernel", "lscpu", "numa"])
        self.assertEqual(env["host"], os.uname().nodename)
        self.assertEqual(env["kernel"], os.uname().release)
        self.assertEqual(list(env["lscpu"]), ["sockets", "cores_per_socket", "threads_per_core", "model"])
        self.assertEqual(list(env["numa"]), ["nodes", "distances", "node_sizes_mb"])
        self.assertEqual(of_kind(self.records(), "env"), [])

    def test_compat_denet_writes_denets_kinds_and_keys_only(self):
        script = "/bin/true; /bin/false; exit 3"
        records = self.records("--compat", "denet", "--write-env", command=("sh", "-c", script), status=3)
        self.assertEqual({record["kind"] for record in records} - {"env", "metadata", "tree", "child", "exit"}, set())
        self.assertEqual(records[-1]["kind"], "exit")
        self.assertLessEqual(set(records[-1]), {"kind", "ts_ms", "last_sample_to_exit_ms"})
        metadata = the(records, "metadata")
        self.assertLessEqual(set(metadata), {"kind", "pid", "cmd", "executable", "t0_ms", "capabilities"})
        denet = {"ts_ms", "cpu_usage", "mem_rss_kb", "mem_vms_kb", "disk_read_bytes", "disk_write_bytes",
                 "syscall_read_bytes", "syscall_write_bytes", "page_faults_cached", "page_faults_disk",
                 "sys_net_rx_bytes", "sys_net_tx_bytes", "thread_count", "process_count", "uptime_secs", "psi_mem"}
        for tree in of_kind(records, "tree"):
            self.assertEqual(list(tree), ["kind", "ts_ms", "parent", "children", "aggregated"])
            self.assertLessEqual(set(tree["aggregated"]), denet)

    def test_verbose_says_what_was_chosen(self):
        result = run("run", "-v", "-q", "--", "true")
        self.assertEqual(result.status, 0, result)

    @exact
    def test_accounting_bpf(self):
        self.assertEqual(the(self.records("--accounting", "bpf"), "metadata")["accounting"], "bpf")
        self.assertEqual(the(self.records("--accounting", "auto"), "metadata")["accounting"], "bpf")

    def test_the_binary_needs_no_terminal_no_home_no_environment(self):
        result = run("run", "-j", "/bin/true", env={}, cwd="/", start_new_session=True)
        self.assertEqual((result.status, result.err), (0, b""), result)
        self.assertEqual(BIN[0], "/")
