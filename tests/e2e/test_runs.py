# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""`stats` of several files: a row a run. A real run is recorded once, and its records are varied."""

import fcntl
import json
import os
import subprocess

from harness import BIN, IS_SANITIZED, Case, finish, need_root, parse, rows_of, run, start

ONLY_READS = True

S = 1_000_000_000
F_SETPIPE_SZ = 1031


class Case(Case):  # pylint: disable=function-redefined

    def setUp(self):
        super().setUp()
        env = {key: value for key, value in os.environ.items() if key not in ("GITHUB_RUN_ID", "CI_JOB_ID")}
        self.recorded = self.records("--label", "first", command=("sh", "-c", "exit 0"), env=dict(env, PBS_JOBID="7.x"))

    def vary(self, name, metadata=None, **summary):
        """The run as another; None takes a key away."""
        text = ""
        for record in self.recorded:
            changes = {"metadata": metadata or {}, "summary": summary}.get(record["kind"], {})
            record = {key: value for key, value in {**record, **changes}.items() if value is not None}
            text += json.dumps(record) + "\n"
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        return self.write(name, text)

    def stats(self, *args, status=0, lines=0):
        result = self.run_here("stats", *args)
        self.assertEqual((result.status, len(result.err_lines)), (status, lines), result)
        return result

    def rows(self, *args, **wanted):
        return parse(self.stats("--json", *args, **wanted).out)

    def three(self):
        self.vary("a.jsonl", {"label": "x", "t0_ms": 3000}, wall_ns=2 * S, cpu_time_ns=S, peak_pss_kb=10)
        self.vary("b.jsonl", {"label": "y", "t0_ms": 1000}, wall_ns=S, cpu_time_ns=3 * S, peak_pss_kb=30, exit_code=4)
        self.vary("c.jsonl", {"label": "x", "t0_ms": 2000}, wall_ns=4 * S, cpu_time_ns=2 * S, peak_pss_kb=None,
                  exit_code=None, signal=9)
        return "a.jsonl", "b.jsonl", "c.jsonl"


class Rows(Case):
    def test_a_row_says_whose_it_is_and_what_it_used(self):
        other = self.vary("b.jsonl", {"label": "second", "job": None}, memory_limit_kb=77)
        first, second = self.rows("records.jsonl", other)
        recorded = {record["kind"]: record for record in self.recorded}
        for key in ("host", "user", "job", "label", "t0_ms"):
            self.assertEqual(first[key], recorded["metadata"][key], key)
        self.assertEqual((first["file"], first["command"], first["exit_code"]), ("records.jsonl", "sh -c 'exit 0'", 0))
        for key in ("wall_ns", "cpu_time_ns", "peak_mem_rss_kb", "processes_total", "accounting"):
            self.assertEqual(first[key], recorded["summary"][key], key)
        self.assertEqual((second["label"], "job" in second, second["memory_limit_kb"]), ("second", False, 77))

    def test_one_file_alone_is_summed_up(self):
        self.assertIn(b"FILE STATISTICS", self.stats("records.jsonl").out)
        self.assertEqual(self.rows("records.jsonl")["max_processes"], 1)
        self.assertEqual(len(self.rows("re*.jsonl")), 1)

    def test_text(self):
        out = self.stats(*self.three()).out.decode()
        self.assertRegex(out, r"(?m)^label +host +job +start +wall +cpu +peak +status +file$")
        self.assertRegex(out, r"(?m)^x .* 7\.x +1970-01-01 .* 2\.00 s +1\.00 s +10\.0 KiB +exit 0 +a\.jsonl$")
        self.assertRegex(out, r"(?m)^y .* 1\.00 s +3\.00 s +30\.0 KiB +exit 4 +b\.jsonl$")
        self.assertRegex(out, r"(?m)^x .* killed by SIGKILL +c\.jsonl$")

    def test_words_patterns_and_folders(self):
        self.vary("runs/b/2.jsonl")
        self.vary("runs/1.jsonl")
        self.vary("runs/note.txt")
        os.symlink("..", self.path("runs/b/up"))
        files = [row["file"] for row in self.rows("records.jsonl", "runs/*/[0-9].jsonl", "-r", "runs", lines=1)]
        self.assertEqual(files, ["records.jsonl", "runs/b/2.jsonl", "runs/1.jsonl"])

    def test_a_file_is_one_run_by_whatever_name(self):
        os.link(self.path("records.jsonl"), self.path("link.jsonl"))
        result = run("stats", "--json", "records.jsonl", "link.jsonl", cwd=self.folder)
        self.assertEqual((result.status, len(parse(result.out)), len(result.err_lines)), (0, 1, 1), result)
        self.assertIn("'link.jsonl' was given before", result.err_lines[0])

    def test_stdin_that_is_closed(self):
        for args in (("stats", "-"), ("convert", "--to", "csv", "-"), ("stats", "-", "records.jsonl")):
            result = run(*args, cwd=self.folder, preexec_fn=lambda: os.close(0))
            self.assertEqual((result.status, result.err_lines), (1, ["denet-bpf: cannot use '-': stdin is closed"]))

    def test_packed_and_from_stdin(self):
        subprocess.run(["gzip", self.vary("b.jsonl")], check=True)
        text = self.read("records.jsonl")
        result = run("stats", "--json", "-", "b.jsonl.gz", cwd=self.folder, input=text)
        self.assertEqual([row["file"] for row in parse(result.out)], ["-", "b.jsonl.gz"])

    def test_denets_own_files_tell_what_they_can(self):
        sample = {"ts_ms": 1000, "cpu_usage": 50.0, "mem_rss_kb": 1024, "mem_vms_kb": 2048, "disk_read_bytes": 10,
                  "disk_write_bytes": 20, "net_rx_bytes": 30, "net_tx_bytes": 40, "thread_count": 1, "uptime_secs": 1}
        path = self.write("denet", json.dumps(sample) + "\n" + json.dumps({**sample, "ts_ms": 3500}) + "\n")
        row = self.rows(path, "records.jsonl")[0]
        self.assertEqual((row["wall_ns"], row["peak_mem_rss_kb"]), (2.5 * S, 1024))
        for key in ("cpu_time_ns", "label", "exit_code", "accounting"):
            self.assertNotIn(key, row)


class Sorted(Case):
    def test_by_figures_and_by_texts(self):
        files = self.three()
        for key, wanted in (("cpu", "bca"), ("wall", "cab"), ("start", "bca"), ("status", "bca"), ("label", "acb"),
                            ("file", "abc"), ("command", "abc")):
            got = self.rows("--sort", key, *files)
            self.assertEqual("".join(row["file"][0] for row in got), wanted, key)
        self.assertEqual([row["file"] for row in self.rows(*reversed(files))], list(reversed(files)))
        self.assertEqual(len(self.rows("--sort", "peak", "--top", "2", *files)), 2)
        self.assertIn(b"\n1 more.\n", self.stats("--sort", "cpu", "--top", "2", *files).out)


class Groups(Case):
    def test_median_and_spread(self):
        x, y = self.rows("--group-by", "label", *self.three())
        self.assertEqual((x["label"], x["runs"], x["failed"], x["whole"]), ("x", 2, 1, 2))
        self.assertEqual(x["wall_ns"], {"runs": 2, "median": 3 * S, "lower_quartile": 2.5 * S, "upper_quartile": 3.5 * S,
                                        "min": 2 * S, "max": 4 * S})
        self.assertEqual((x["peak_pss_kb"]["runs"], y["cpu_time_ns"]["median"]), (1, 3 * S))

    def test_by_each_and_in_an_order(self):
        files = self.three()
        for key in ("host", "job", "user", "command"):
            only, = self.rows("--group-by", key, *files)
            self.assertEqual((only["runs"], only["failed"]), (3, 2), key)
        self.assertEqual([g["label"] for g in self.rows("--group-by", "label", "--sort", "cpu", *files)], ["y", "x"])
        self.assertEqual([g["label"] for g in self.rows("--group-by", "label", "--sort", "runs", *files)], ["x", "y"])

    def test_what_broke_off_is_in_no_figure(self):
        files = self.three()
        cut = self.read("a.jsonl")
        self.write("cut.jsonl", cut[: cut.rindex(b"\n", 0, -1) - 20])
        group, = self.rows("--group-by", "host", *files, "cut.jsonl")
        self.assertEqual((group["runs"], group["whole"], group["wall_ns"]["runs"]), (4, 3, 3))
        row = self.rows("cut.jsonl", "a.jsonl")[0]
        self.assertEqual((row["truncated"], row["label"]), (True, "x"))
        self.assertRegex(self.stats("cut.jsonl", "a.jsonl").out.decode(), r"(?m)cut off +cut\.jsonl$")

    def test_text(self):
        out = self.stats("--group-by", "label", *self.three()).out.decode()
        self.assertRegex(out, r"(?m)^label +runs +failed +wall +cpu +peak$")
        self.assertRegex(out, r"(?m)^x +2 +1 +3\.00 s \+- 500 ms +1\.50 s \+- 250 ms ")


class Csv(Case):
    def test_as_json_has_it(self):
        files = self.three()
        self.vary("d.jsonl", {"label": 'a,"b"\n\x01=1', "cmd": ["x", "é"]})
        for args in ((), ("--group-by", "label")):
            header, *rows = rows_of(self.stats("--csv", *args, *files, "d.jsonl").out)
            objects = self.rows(*args, *files, "d.jsonl")
            self.assertEqual(len(rows), len(objects))
            for row, wanted in zip(rows, objects):
                got = dict(zip(header, row, strict=True))
                self.assertEqual(got["label"], wanted["label"])
                if not args:
                    for key in header:
                        value = wanted.get(key, False if key in ("incomplete", "truncated") else "")
                        self.assertEqual(got[key], str(value).lower() if isinstance(value, bool) else str(value), key)
                else:
                    self.assertEqual(float(got["wall_ns_median"]), wanted["wall_ns"]["median"])
        self.assertTrue(self.stats("--csv", *files).out.endswith(b"\r\n"))


class Unusable(Case):
    def test_the_others_go_on(self):
        self.write("junk.jsonl", "junk\n")
        result = self.stats("--json", "a*.jsonl", "none.jsonl", "junk.jsonl", "-r", "empty", "records.jsonl", status=1,
                            lines=4)
        self.assertEqual([row["file"] for row in parse(result.out)], ["records.jsonl"])
        for word, line in zip(("'a*.jsonl'", "'empty'", "'none.jsonl'", "'junk.jsonl'"), result.err_lines):
            self.assertIn(word, line)

    def test_none_is_left(self):
        self.assertEqual(self.stats("none", "none", status=1, lines=2).out, b"")
        self.assertEqual(parse(self.stats("--json", "none", "none", status=1, lines=2).out), [])

    @need_root
    def test_a_folder_that_cannot_be_read(self):
        self.vary("shut/a.jsonl")
        os.chmod(self.path("shut"), 0)
        os.chmod(self.path("records.jsonl"), 0o644)
        command = ("setpriv", "--reuid=65534", "--clear-groups", BIN, "stats", "--json", "-r", self.folder)
        result = run(program=command)
        self.assertEqual((result.status, len(result.err_lines)), (1, 1), result)
        self.assertIn("shut", result.err_lines[0])
        self.assertEqual(len(parse(result.out)), 1)

    def test_output_that_cannot_be_written(self):
        files = self.three()
        for args in ((), ("--json",), ("--csv", "--group-by", "host")):
            self.assert_refused(self.run_here("stats", "-o", "/dev/full", *args, *files), "/dev/full", status=1)
            self.assert_refused(self.run_here("stats", "-o", "none/x", *args, *files), "none/x", status=1)
        self.stats("-o", "out", "--json", *files)
        self.assertEqual(len(parse(self.read("out"))), 3)

    def test_hostile_names_stay_in_their_line(self):
        self.vary("a.jsonl", {"label": "\x1b[31m\n\u202ex", "host": "\ud800".encode("utf-8", "replace").decode(), "job": "j\r"})
        out = self.stats("a.jsonl", "records.jsonl").out
        for byte in (b"\x1b", b"\r", "\u202e".encode()):
            self.assertNotIn(byte, out)
        self.assertEqual(out.count(b"a.jsonl"), 1)


class Budgets(Case):
    def test_each_file_that_breaks_one_is_named(self):
        files = self.three()
        result = self.stats("--fail-if", "wall > 1500ms", *files, status=123, lines=2)
        for name, line in zip(("a.jsonl", "c.jsonl"), result.err_lines):
            self.assertIn(f"'{name}': budget broken: wall > 1500ms", line)
        self.stats("--fail-if", "wall > 1h", *files)
        self.stats("--fail-if", "peak_pss > 1GiB", *files, lines=1)
        self.stats("--strict", "--fail-if", "peak_pss > 1GiB", *files, status=123, lines=1)


class Many(Case):
    """Each file is read and forgotten: what ten thousand take beyond a hundred is their rows."""

    def test_memory_of_ten_thousand_files(self):
        if IS_SANITIZED:
            self.skipTest("sanitizers keep what is freed")
        os.mkdir(self.path("many"))
        os.mkdir(self.path("some"))
        text = self.read("records.jsonl").decode()
        peaks = {}
        for name, count in (("some", 100), ("many", 10000)):
            for i in range(count):
                self.write(f"{name}/{i:05}.jsonl", text.replace('"first"', f'"label {i}"'))
            peaks[name] = self.peak_kb(name, count)
        size = len(text) * 10000 / 1024
        self.assertLess(peaks["many"] - peaks["some"], 1024 * 10000 / 1024, peaks)
        self.assertLess(peaks["many"] - peaks["some"], size / 4, peaks)

    def peak_kb(self, name, count):
        """VmHWM begins anew with exec, which ru_maxrss does not. When rows come, all have been read."""
        reading, writing = os.pipe()
        # too small for the rows of a hundred
        fcntl.fcntl(writing, F_SETPIPE_SZ, 4096)
        with open(reading, "rb") as file, start("stats", "--json", "-r", self.path(name), stdout=writing) as process:
            os.close(writing)
            out = file.read(1)
            with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
                peak_kb = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
            out += file.read()
            self.assertEqual(finish(process).status, 0)
        self.assertEqual(len(parse(out)), count)
        return peak_kb
