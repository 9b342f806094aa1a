# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Where what is written: records, summary, live line, CMD's own output, and every option for it."""

import json
import os
import re
import shutil
import signal
import subprocess

from harness import (
    ACT,
    BIN,
    PROBE,
    Case,
    Terminal,
    exact,
    finish,
    parse,
    parse_lines,
    rows_of,
    run,
    start,
    wait_for,
    wait_for_file,
)

ECHO = ("sh", "-c", "echo out; echo err >&2; exit 3")
CSV_MUST = ("ts_ms", "cpu_usage", "mem_rss_kb", "mem_vms_kb", "disk_read_bytes", "thread_count", "process_count")


class Streams(Case):
    @exact
    def test_default_is_cmds_output_and_a_summary_on_stderr(self):
        result = self.run_here("run", "--", *ECHO)
        self.assertEqual((result.status, result.out), (3, b"out\n"), result)
        self.assertEqual(result.err_lines[0], "err")
        text = "\n".join(result.err_lines[1:])
        for word in ("exit 3", "wall", "cpu", "memory", "process", "exact"):
            self.assertIn(word, text)
        self.assertEqual(os.listdir(self.folder), [])

    def test_quiet_is_silent(self):
        result = self.run_here("run", "-q", "--", *ECHO)
        self.assertEqual((result.status, result.out, result.err), (3, b"out\n", b"err\n"), result)
        self.assertEqual(os.listdir(self.folder), [])

    def test_json_owns_stdout_and_cmds_stdout_goes_to_stderr(self):
        result = self.run_here("run", "-j", "--", *ECHO)
        self.assertEqual((result.status, result.err), (3, b"out\nerr\n"), result)
        records = parse_lines(result.out)
        self.assertEqual((records[0]["kind"], records[-1]["kind"]), ("metadata", "summary"))
        self.assertEqual(os.listdir(self.folder), [])

    def test_quiet_json_still_prints_records(self):
        result = self.run_here("run", "-q", "-j", "--", *ECHO)
        self.assertEqual((result.status, result.err), (3, b"out\nerr\n"), result)
        self.assertEqual(parse_lines(result.out)[-1]["kind"], "summary")

    def test_with_json_cmds_descriptor_1_is_its_2(self):
        with open(self.path("err"), "wb") as err:
            run("run", "-j", "--", PROBE, self.path("facts"), stderr=err)
        facts = self.read("facts").decode()
        self.assertIn(f"fd 1 {self.path('err')}\n", facts)
        self.assertNotIn("pipe:", facts)

    def test_out_takes_the_records_and_leaves_both_streams(self):
        result = self.run_here("run", "-o", "f", "--", *ECHO)
        self.assertEqual((result.status, result.out), (3, b"out\n"), result)
        self.assertIn("exit 3", result.err.decode())
        self.assertEqual(parse_lines(self.read("f"))[-1]["kind"], "summary")
        self.assertEqual(os.listdir(self.folder), ["f"])

    def test_json_and_out_write_the_same(self):
        result = self.run_here("run", "-j", "-o", "f", "--", *ECHO)
        self.assertEqual((result.status, result.err), (3, b"out\nerr\n"), result)
        self.assertEqual(result.out, self.read("f"))
        self.assertEqual(parse_lines(result.out)[-1]["kind"], "summary")

    def test_quiet_json_and_out_write_to_the_file_alone(self):
        result = self.run_here("run", "-q", "-j", "-o", "f", "--", *ECHO)
        self.assertEqual(result.status, 3, result)
        self.assertNotIn(b"kind", result.out + result.err)
        self.assertEqual(sorted((result.out + result.err).split()), [b"err", b"out"])
        self.assertEqual(parse_lines(self.read("f"))[-1]["kind"], "summary")

    def test_out_replaces_an_old_file(self):
        self.write("f", "old\n" * 100000)
        self.run_here("run", "-q", "-o", "f", "--", "true")
        parse_lines(self.read("f"))

    def test_out_that_is_our_stdout_takes_nothing_from_it(self):
        for name in ("/dev/stdout", "/proc/self/fd/1", "log"):
            self.write("log", "OLD\n")
            with self.subTest(name=name), open(self.path("log"), "ab") as log:
                self.run_here("run", "-q", "-o", name, "--", "sh", "-c", "echo A; echo B", stdout=log)
            lines = self.read("log").splitlines()
            self.assertEqual(lines[0], b"OLD")
            self.assertEqual([line for line in lines[1:] if not line.startswith(b"{")], [b"A", b"B"])
            self.assertEqual(json.loads(lines[-1])["kind"], "summary")

    def test_out_to_a_dash_is_json(self):
        result = self.run_here("run", "-o", "-", "--", *ECHO)
        self.assertEqual((result.status, result.err), (3, b"out\nerr\n"), result)
        self.assertEqual(parse_lines(result.out)[-1]["kind"], "summary")
        self.assertEqual(os.listdir(self.folder), [])

    @exact
    def test_nothing_is_said_while_cmd_runs(self):
        with start("run", "-i", "5", "-m", "5", "-o", self.path("f"), "--", "cat", stdin=subprocess.PIPE,
                   cwd=self.folder) as process:
            wait_for("some samples", lambda: os.path.exists(self.path("f")) and self.read("f").count(b"\n") > 10)
            os.set_blocking(process.stderr.fileno(), False)
            self.assertIsNone(process.stderr.read())
            process.stdin.close()
            process.stdin = None
            os.set_blocking(process.stderr.fileno(), True)
            self.assertIn(b"wall", process.stderr.read())

    def test_records_are_readable_while_cmd_runs(self):
        with start("run", "-q", "-i", "5", "-m", "5", "-o", self.path("f"), "--", "sleep", "1000") as process:
            wait_for("samples in the file", lambda: os.path.exists(self.path("f"))
                     and self.read("f").count(b'"kind":"tree"') >= 3)
            data = self.read("f")
            parse_lines(data[: data.rindex(b"\n") + 1])
            process.terminate()
            self.assertEqual(finish(process).signal, signal.SIGTERM)
        self.assertEqual(parse_lines(self.read("f"))[-1]["kind"], "summary")


class Formats(Case):
    def test_json_is_one_array_of_the_same_records(self):
        result = self.run_here("run", "-q", "-j", "--format", "json", "--", "true")
        records = json.loads(result.out)
        self.assertEqual([records[0]["kind"], records[-1]["kind"]], ["metadata", "summary"])
        self.run_here("run", "-q", "-o", "f", "--format", "json", "--", "true")
        self.assertEqual({r["kind"] for r in json.loads(self.read("f"))}, {r["kind"] for r in records})

    def test_jsonl_may_be_named(self):
        self.assertEqual(parse_lines(run("run", "-j", "--format", "jsonl", "true").out)[0]["kind"], "metadata")

    def test_csv_has_a_fixed_header_and_a_row_a_sample(self):
        headers = set()
        for options in ((), ("--exclude-children",), ("--pss",), ("-n",), ("--no-polling",)):
            result = run("run", "-q", "-j", "--format", "csv", *options, "--", "true")
            rows = rows_of(result.out)
            headers.add(tuple(rows[0]))
            self.assertGreaterEqual(len(rows), 2, result)
            for row in rows:
                self.assertEqual(len(row), len(rows[0]))
            for name in CSV_MUST:
                self.assertIn(name, rows[0])
            cell = dict(zip(rows[0], rows[-1]))
            self.assertGreater(int(cell["ts_ms"]), 1_600_000_000_000)
            float(cell["cpu_usage"])
        self.assertEqual(len(headers), 1, headers)

    def test_csv_rows_equal_the_aggregates(self):
        # Two runs can't be compared; within a run the file holds one format. What must hold:
        result = run("run", "-q", "-j", "--format", "csv", "-i", "10", "-m", "10", "--", ACT, "spin", "100")
        rows = rows_of(result.out)
        column = rows[0].index("cpu_time_ns")
        values = [int(row[column]) for row in rows[1:]]
        self.assertEqual(values, sorted(values))
        self.assertGreater(values[-1], 99_000_000)

    def test_csv_lines_end_as_rfc_4180_says_or_in_newline(self):
        data = run("run", "-q", "-j", "--format", "csv", "--", "true").out
        self.assertTrue(data.endswith(b"\n"))
        self.assertIn(data.count(b"\r\n"), (0, data.count(b"\n")))

    def test_format_alone_is_an_error(self):
        for name in ("json", "csv", "jsonl"):
            self.assert_refused(self.run_here("run", "--format", name, "--", "touch", "f"), "--format")
        self.assertEqual(os.listdir(self.folder), [])

    def test_an_unknown_format_is_an_error(self):
        self.assert_refused(self.run_here("run", "-j", "--format", "xml", "--", "touch", "f"), "--format", "xml", "csv")
        self.assertEqual(os.listdir(self.folder), [])


class Lines(Case):
    def test_no_update_prints_a_line_a_sample_to_stderr_in_a_pipe(self):
        result = run("run", "-n", "-i", "10", "-m", "10", "--", ACT, "spin", "200")
        lines = [line for line in result.err_lines if "CPU" in line or "cpu" in line]
        self.assertGreater(len(lines), 3, result)
        self.assertEqual(result.out, b"")
        self.assertNotIn(b"\x1b", result.err)
        self.assertNotIn(b"\r", result.err)

    def test_no_update_with_json_is_silent(self):
        result = run("run", "-n", "-j", "-i", "10", "--", ACT, "spin", "50")
        self.assertEqual(result.err, b"", result)

    def test_live_needs_a_terminal(self):
        result = run("run", "--live", "-i", "10", "--", ACT, "spin", "50")
        self.assertNotIn(b"\r", result.err)
        self.assertNotIn(b"\x1b", result.err)

    def test_where_cmd_writes_to_files_live_is_a_line_that_goes_at_the_end(self):
        script = 'exec "$0" run --live -i 10 -m 10 -- cat >"$1" 2>&1'
        with Terminal(["sh", "-c", script, BIN, self.path("f")], columns=60) as terminal:
            terminal.expect("memory ")
            terminal.send("\x04")
            self.assertEqual(terminal.finish(), 0)
        self.assertIn(b"wall", self.read("f"))
        self.assertNotIn(b" cores   memory ", self.read("f"))
        self.assertNotIn(b"\n", terminal.output)
        self.assertTrue(terminal.output.endswith(b"\r\x1b[K"), terminal.output[-40:])
        for part in terminal.output.split(b"\r"):
            visible = re.sub(rb"\x1b\[[0-9;?]*[A-Za-z]", b"", part).decode("utf-8")
            self.assertLess(len(visible), 60, visible)

    def begin_a_line(self, term):
        """CMD leaves a line unfinished while samples are taken; returns what the terminal got."""
        script = 'printf "the first half"; cat >/dev/null; echo ", the second"'
        argv = [BIN, "run", "--live", "-i", "5", "-m", "5", "-o", self.path("f"), "--", "sh", "-c", script]
        with Terminal(argv, dict(os.environ, TERM=term)) as terminal:
            terminal.expect("the first half")
            wait_for("some samples", lambda: self.read("f").count(b'"tree"') > 10)
            terminal.send("\x04")
            self.assertEqual(terminal.finish(), 0)
        return terminal.output

    def test_where_cmd_writes_to_the_terminal_live_is_its_title(self):
        output = self.begin_a_line("xterm-256color")
        titles = re.findall(rb"\x1b\]2;([^\x1b]*)\x1b\\", output)
        self.assertGreater(len(titles), 3, output)
        self.assertIn(b"memory ", titles[0])
        # What was there before is put aside once and put back.
        self.assertEqual((output.count(b"\x1b[22;2t"), output.count(b"\x1b[23;2t"), titles[-1]), (1, 1, b""))
        screen = re.sub(rb"\x1b\]2;[^\x1b]*\x1b\\|\x1b\[[0-9;]*[a-z]", b"", output)
        self.assertRegex(screen, rb"(\A|\n)the first half, the second\r\n")
        self.assertNotIn(b" cores   memory ", screen)

    def test_a_terminal_without_a_title_has_nothing_live(self):
        for term in ("linux", "dumb"):
            output = self.begin_a_line(term)
            self.assertRegex(output, rb"(\A|\n)the first half, the second\r\n")
            os.unlink(self.path("f"))

    @exact
    def test_default_run_on_a_terminal_writes_nothing_before_the_end(self):
        with Terminal([BIN, "run", "-i", "5", "-m", "5", "-o", self.path("f"), "--", "cat"]) as terminal:
            wait_for("some samples", lambda: os.path.exists(self.path("f")) and self.read("f").count(b"\n") > 10)
            terminal.read_some(0)
            self.assertEqual(terminal.output, b"")
            terminal.send("\x04")
            self.assertEqual(terminal.finish(), 0)

    def test_in_the_background_the_live_line_is_silent_until_it_is_back(self):
        def samples():
            return self.read("f").count(b'"tree"')

        os.mkfifo(self.path("gate"))
        env = dict(os.environ, TERM="xterm", PS1="ready> ")
        with Terminal(["bash", "--norc", "--noprofile", "-i"], env) as terminal:
            at = terminal.expect("ready> ")
            terminal.send(f"{BIN} run --live -i 5 -m 5 -o {self.path('f')} cat {self.path('gate')} &\n")
            at = terminal.expect("ready> ", at)
            wait_for_file(self.path("f"))
            wait_for("some samples", lambda: samples() > 5)
            terminal.send("echo so far\n")
            at = terminal.expect("so far\r\n", at)
            at = terminal.expect("ready> ", at)
            self.assertNotIn(b"   memory ", terminal.output)
            terminal.send("fg\n")
            at = terminal.expect("   memory ", at)
            terminal.send("\x1a")
            at = terminal.expect("Stopped", at)
            terminal.send("bg\n")
            at = terminal.expect("&\r\n", at)
            at = terminal.expect("ready> ", at)
            seen = samples()
            wait_for("more samples", lambda: samples() > seen + 5)
            terminal.send("echo so far\n")
            terminal.expect("so far\r\n", at)
            self.assertNotIn(b"   memory ", terminal.output[at:])
            with open(self.path("gate"), "w", encoding="ascii"):
                pass
            terminal.send("wait\n")
            at = terminal.expect("exit 0", at)

    def test_attach_shows_a_live_line_on_a_terminal(self):
        target = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        with Terminal([BIN, "attach", "-i", "10", str(target.pid)]) as terminal:
            terminal.expect("\r")
            target.stdin.close()
            target.wait()
            self.assertEqual(terminal.finish(), 0)
        self.assertIn(b"wall", terminal.output)

    def test_attach_in_a_pipe_shows_only_the_summary(self):
        target = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        with start("attach", "-i", "10", "-m", "10", "-o", self.path("f"), str(target.pid)) as process:
            wait_for_file(self.path("f"))
            wait_for("some samples", lambda: self.read("f").count(b"\n") > 5)
            target.stdin.close()
            target.wait()
            result = finish(process)
        self.assertEqual((result.status, result.out), (0, b""), result)
        self.assertNotIn(b"\r", result.err)
        self.assertIn(b"wall", result.err)


class Colour(Case):
    def test_color_never_always_auto(self):
        self.assertNotIn(b"\x1b", run("run", "--color", "never", "true").err)
        self.assertNotIn(b"\x1b", run("run", "--color", "auto", "true").err)
        self.assertIn(b"\x1b", run("run", "--color", "always", "true").err)

    def on_terminal(self, *options, **environment):
        with Terminal([BIN, "run", *options, "true"], {**os.environ, "TERM": "xterm-256color", **environment}) as terminal:
            terminal.finish()
        return terminal.output

    def test_no_color_in_the_environment(self):
        self.assertNotIn(b"\x1b", self.on_terminal(NO_COLOR="1"))
        self.assertNotIn(b"\x1b", self.on_terminal("--color", "never"))

    def test_no_color_on_a_dumb_terminal(self):
        self.assertNotIn(b"\x1b", self.on_terminal(TERM="dumb"))

    def test_an_unknown_color_is_an_error(self):
        self.assert_refused(run("run", "--color", "green", "true"), "--color", "green", "never")


class Summary(Case):
    def lines(self, *command, columns=None):
        if columns is None:
            return run("run", "--", *command).err.decode("utf-8").splitlines()
        environment = dict(os.environ, TERM="xterm", NO_COLOR="1", LC_ALL="C.UTF-8")
        with Terminal([BIN, "run", "--", *command], environment, columns) as terminal:
            terminal.finish()
        return terminal.output.decode("utf-8").replace("\r", "").splitlines()

    @exact
    def test_fits_the_terminal(self):
        script = "for i in 1 2 3; do /bin/true; done; ls / > /dev/null; false; grep x /dev/null; exit 0"
        for columns in (20, 40, 80, 200):
            for line in self.lines("sh", "-c", script, columns=columns):
                self.assertLessEqual(len(line), max(columns, 40), line)

    @exact
    def test_names_commands_failures_and_how_exact(self):
        script = "/bin/true; /bin/false; /bin/false; " f'"{ACT}" spin 30; "{ACT}" die 9; exit 0'
        text = "\n".join(self.lines("sh", "-c", script))
        for word in ("sh -c", "exit 0", "act", "true", "false", "3 with an exit status other than 0", "6 processes", "6 of 6"):
            self.assertIn(word, text)

    def test_names_a_signal_by_name(self):
        text = "\n".join(self.lines(ACT, "die", "11"))
        self.assertRegex(text, r"SIGSEGV|SEGV")

    def test_names_who_still_runs(self):
        script = "sleep 1000 >/dev/null 2>&1 & until grep -q sleep /proc/$!/comm; do :; done; exit 0"
        with start("run", "--", "sh", "-c", script) as process:
            result = finish(process)
        self.assertRegex(result.err.decode(), r"running.*sleep\[\d+\]")

    @exact
    def test_says_what_others_do_for_a_client(self):
        client = self.path("docker")
        shutil.copy("/bin/true", client)
        result = run("run", "-o", self.path("f"), "--", "sh", "-c", '"$0"; exit 0', client)
        told = b"elsewhere  not counted: what daemons and other machines do for docker\n"
        self.assertIn(told, result.err)
        self.assertIn(told, run("stats", self.path("f")).out)
        self.assertNotIn(b"elsewhere", run("run", "--", "true").err)
        self.assertEqual(run("run", "-q", "--", client).err, b"")

    def test_no_ascii_only_surprise_in_a_plain_locale(self):
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C"}
        result = run("run", "true", env=environment)
        result.err.decode("utf-8")


class Help(Case):

    def test_help(self):
        for args in (["-h"], ["--help"], ["help"], ["run", "--help"], ["run", "-h"], ["help", "run"], ["attach", "-h"],
                     ["help", "attach"], ["help", "stats"], ["stats", "--help"]):
            result = run(*args)
            self.assertEqual((result.status, result.err), (0, b""), (args, result))
            self.assertIn("usage", result.out.decode().lower(), args)
        text = run("--help").out.decode()
        for word in ("run", "attach", "stats", "Options", "Commands"):
            self.assertIn(word.lower(), text.lower())

    def test_every_option_is_in_the_help(self):
        text = run("--help").out.decode() + run("help", "run").out.decode() + run("help", "attach").out.decode()
        for name in ("--json", "--out", "--interval", "--max-interval", "--no-update", "--duration",
                     "--since-process-start", "--exclude-children", "--quiet", "--no-polling", "--write-env",
                     "--format", "--accounting", "--pss", "--wait-all", "--children", "--live", "--compat",
                     "--color", "--version", "--help"):
            self.assertIn(name, text)
        for line in text.splitlines():
            self.assertLessEqual(len(line), 100, line)

    def test_choices_are_told_in_full(self):
        told = parse(run("help", "--json").out.decode())
        for option in told["options"]:
            if option.get("value"):
                page = run("help", option["commands"][0]).out.decode()
                self.assertIn(f"--{option['name']} {option['value']}", page)

    def test_pages_for_programs(self):
        result = run("help", "--json")
        self.assertEqual((result.status, result.err), (0, b""), result)
        help = parse(result.out.decode())
        self.assertEqual(help["kind"], "help")
        self.assertLessEqual({"run", "attach", "stats", "help"}, {each["name"] for each in help["commands"]})
        interval = next(option for option in help["options"] if option["name"] == "interval")
        self.assertEqual((interval["letter"], interval["default"], interval["environment"]),
                         ("i", "100", "DENET_BPF_INTERVAL"))
        self.assertEqual((interval["commands"], interval["ignored_by"]), (["run", "attach", "bench"], ["stats"]))
        for topic, word in (("man", b".Dt DENET-BPF 1"), ("options", b"# Options"), ("bash", b"complete -F"),
                            ("zsh", b"#compdef denet-bpf"), ("fish", b"complete -c denet-bpf")):
            result = run("help", topic)
            self.assertEqual((result.status, result.err), (0, b""), result)
            self.assertIn(word, result.out)

    def test_the_alias_is_told(self):
        self.assertIn("summary", run("--help").out.decode())

    def test_help_of_the_unknown(self):
        result = run("help", "rnu")
        self.assertEqual(result.status, 125, result)
        self.assertIn("rnu", result.err.decode())

    def test_version(self):
        for option in ("-V", "--version"):
            result = run(option)
            self.assertEqual((result.status, result.err), (0, b""), result)
            self.assertRegex(result.out.decode(), r"^denet-bpf \d+\.\d+\.\d+\n$")

    def test_no_arguments_shows_usage_on_stderr(self):
        result = run()
        self.assertEqual((result.status, result.out), (125, b""), result)
        self.assertIn("usage", result.err.decode().lower())

    def test_help_to_a_full_disk(self):
        with open("/dev/full", "wb") as full:
            result = run("--help", stdout=full)
        self.assertNotEqual(result.status, 0)
