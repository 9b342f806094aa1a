# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""`convert`: a file of records as other programs read it."""

import gzip
import json
import os
import unittest

from harness import ROOT, Case, exact, of_kind, parse, rows_of, run, the

ONLY_READS = True

OWN = str(ROOT / "tests/fixtures/records/own.jsonl")
JOB = str(ROOT / "tests/fixtures/waited/make-2.jsonl")
FORMATS = ("csv", "trace", "folded", "snakemake", "nextflow", "time-v", "prom", "influx", "md")
WHOLE = ("folded", "snakemake", "nextflow", "time-v")  # that have no words for a file that is cut off
HOSTILE = "a\tb,c=d \"e\"\\\n\u202e|`<i>;"


class Case(Case):  # pylint: disable=function-redefined

    def convert(self, *args, **options):
        result = run("convert", *args, **options)
        self.assertEqual((result.status, result.err_lines), (0, []), result)
        return result.out.decode()

    def record(self, *command):
        found = self.records(command=command)
        return self.path("records.jsonl"), found

    def renamed(self, name=HOSTILE):
        """A real run in which every process has this name."""
        path, found = self.record("sh", "-c", "true; true")
        for record in of_kind(found, "process"):
            record["comm"] = name
            record["cmd"] = [name, ""]
        return self.write("hostile.jsonl", "".join(json.dumps(record) + "\n" for record in found))


class Csv(Case):
    def test_samples_are_those_of_the_records(self):
        path, found = self.record("sh", "-c", "true; true")
        header, *rows = rows_of(self.convert(path, "--to", "csv").encode())
        trees = of_kind(found, "tree")
        self.assertEqual(len(rows), len(trees))
        for row, tree in zip(rows, trees):
            row = dict(zip(header, row))
            unknown = tree["aggregated"].get("unknown", [])
            for key in ("ts_ms", "cpu_time_ns", "mem_rss_kb", "process_count"):
                self.assertEqual(row[key], "" if key in unknown else str(tree["aggregated"].get(key, "")))

    def test_a_run_and_its_file_make_the_same_rows(self):
        result = self.run_here("run", "-q", "-o", "r.jsonl", "--", "true")
        self.assertEqual(result.status, 0)
        self.run_here("run", "-q", "--format", "csv", "-o", "r.csv", "--", "true")
        (header, *_), (header_of_run, *_) = (rows_of(self.convert(self.path("r.jsonl"), "--to", "csv").encode()),
                                             rows_of(self.read("r.csv")))
        self.assertEqual(header, header_of_run)

    def test_processes_have_all_keys_of_their_records(self):
        path, found = self.record("sh", "-c", "sh -c 'exit 3'; true")
        header, *rows = rows_of(self.convert(path, "--to", "csv", "--processes").encode())
        processes = of_kind(found, "process")
        self.assertEqual(len(rows), len(processes))
        self.assertEqual(set().union(*processes) - {"kind", "programs"} - set(header), set())
        for row, process in zip(rows, processes):
            row = dict(zip(header, row))
            for key in ("pid", "comm", "cpu_time_ns", "exit_code", "start_ns", "peak_rss_kb", "id"):
                self.assertEqual(row[key], str(process.get(key, "")), key)

    def test_names_keep_all_their_characters(self):
        header, *rows = rows_of(self.convert(self.renamed(), "--to", "csv", "--processes").encode())
        self.assertTrue(rows)
        for row in rows:
            self.assertEqual(len(row), len(header))
            self.assertEqual(row[header.index("comm")], HOSTILE)
            self.assertEqual(row[header.index("cmd")], f"'{HOSTILE}' ''")


class Servers(Case):
    @exact
    def test_figures_are_those_of_the_summary(self):
        path, found = self.record("sh", "-c", "true; true")
        summary = the(found, "summary")
        text = self.convert(path, "--to", "prom")
        values = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
        self.assertAlmostEqual(float(values["denet_run_cpu_time_seconds_total"]), summary["cpu_time_ns"] / 1e9, places=9)
        self.assertEqual(int(values["denet_run_processes_total"]), summary["processes_total"])
        self.assertEqual(values["denet_run_complete"], "1")
        lines = self.convert(path, "--to", "influx").splitlines()
        self.assertEqual(len([line for line in lines if line.startswith("denet_sample,")]), len(of_kind(found, "tree")))
        (line,) = [line for line in lines if line.startswith("denet_run,")]
        self.assertIn(f",cpu_time_ns={summary['cpu_time_ns']}i,", line)
        self.assertIn("accounting=bpf", line)

    def test_hostile_names_stay_in_their_place(self):
        path = self.renamed()
        for form, start in (("prom", "denet_run_program_runs_total{"), ("influx", "denet_program,")):
            text = self.convert(path, "--to", form)
            self.assertEqual(len([line for line in text.split("\n") if line.startswith(start)]), 1, text)
            self.assertNotIn("\u202e", text)
            self.assertNotIn("\t", text)

    def test_a_label_tells_files_apart(self):
        found = self.records("--label", 'a "b"', command=("true",))
        self.assertTrue(found)
        text = self.convert(self.path("records.jsonl"), "--to", "prom")
        for line in text.splitlines():
            if not line.startswith("#"):
                self.assertIn('{run="a \\"b\\""', line)


def tracks_of(trace):
    """Stretches by track, in the order of their starts, the outer one first."""
    tracks = {}
    for event in trace["traceEvents"]:
        if event["ph"] == "X":
            tracks.setdefault((event["pid"], event["tid"]), []).append(event)
    for events in tracks.values():
        events.sort(key=lambda event: (event["ts"], -event["dur"]))
    return tracks


class Viewers(Case):
    def trace(self, *args):
        return parse(self.convert(*args, "--to", "trace"))

    def check_tracks(self, trace):
        """What lies within a stretch ends within it, and nothing lies over another's end."""
        for track, events in tracks_of(trace).items():
            ends = []
            for event in events:
                self.assertIsInstance(event["ts"], int)
                self.assertGreaterEqual(min(event["ts"], event["dur"]), 0)
                while ends and ends[-1] <= event["ts"]:
                    ends.pop()
                end = event["ts"] + event["dur"]
                self.assertTrue(not ends or end <= ends[-1], (track, event))
                ends.append(end)

    def test_every_process_is_in_the_trace(self):
        path, found = self.record("sh", "-c", "sh -c 'exit 3'; true")
        processes = of_kind(found, "process")
        for tracks in ("lanes", "process"):
            trace = self.trace(path, "--tracks", tracks)
            self.check_tracks(trace)
            told = [event for event in trace["traceEvents"] if event.get("cat") == "process"]
            left_out = trace["otherData"].get("processes without times, left out", 0)
            self.assertEqual(len(told) + left_out, len(processes))
            by_pid = {process["pid"]: process for process in processes}
            for event in told:
                process = by_pid[event["args"]["pid"]]
                self.assertEqual((event["name"], event["args"].get("exit")), (process["comm"], process.get("exit_code")))
            self.assertEqual(len({event["pid"] for event in told}), len(told) if tracks == "process" else 1)

    @exact
    def test_what_the_wall_time_waited_for_is_the_first_track_and_all_of_it(self):
        path, _ = self.record("sh", "-c", "seq 1000 | sort -R | wc; exec true")
        trace = self.trace(path)
        waited = parse(run("--json", "stats", path).out)["analysis"]["waited_for"]
        first = [event for event in trace["traceEvents"] if event["ph"] == "X"][0]
        self.assertEqual((first["pid"], first["tid"], first["cat"]), (0, 0, "waited for"))
        path_of = tracks_of(trace)[(0, 0)]
        self.assertEqual(sum(event["dur"] for event in path_of), waited["wall_ns"] // 1000)
        for event, following in zip(path_of, path_of[1:]):
            self.assertEqual(event["ts"] + event["dur"], following["ts"])

    def test_recorded_jobs_lie_in_their_tracks(self):
        for path in sorted((ROOT / "tests/fixtures/waited").glob("*.jsonl")):
            with self.subTest(path.name):
                for tracks in ("lanes", "process"):
                    trace = self.trace(str(path), "--tracks", tracks)
                    self.check_tracks(trace)
                    self.assertIn((0, 0), tracks_of(trace))

    @exact
    def test_a_flame_graph_has_all_cpu(self):
        path, found = self.record("sh", "-c", "sh -c 'true; exec seq 20000'; true")
        lines = self.convert(path, "--to", "folded").splitlines()
        self.assertEqual(lines, sorted(lines))
        cpu_us = sum(int(line.rpartition(" ")[2]) for line in lines)
        self.assertAlmostEqual(cpu_us, the(found, "summary")["cpu_time_ns"] / 1e3, delta=len(lines) + 1)
        self.assertTrue([line for line in lines if line.startswith("sh;seq ")], lines)

    def test_hostile_names_are_text(self):
        path = self.renamed()
        name = HOSTILE.replace("\t", "?").replace("\n", "?").replace("\u202e", "?")
        for line in self.convert(path, "--to", "folded").splitlines():
            self.assertEqual(set(line.rpartition(" ")[0].split(";")), {name.replace(";", ":")})
        trace = self.trace(path)
        self.assertTrue(trace["traceEvents"])
        for event in trace["traceEvents"]:
            if event.get("cat") == "process":
                self.assertEqual((event["name"], event["args"]["cmd"]), (name, f"'{name}' ''"))


class DropIn(Case):
    def row(self, path, form):
        header, row = self.convert(path, "--to", form).splitlines()
        return dict(zip(header.split("\t"), row.split("\t"), strict=True))

    def test_figures_are_those_of_the_summary(self):
        path, found = self.record("sh", "-c", "seq 1000; true")
        summary = the(found, "summary")
        row = self.row(path, "snakemake")
        self.assertAlmostEqual(float(row["s"]), summary["wall_ns"] / 1e9, delta=0.006)
        self.assertAlmostEqual(float(row["cpu_time"]), summary["cpu_time_ns"] / 1e9, delta=0.006)
        self.assertAlmostEqual(float(row["max_rss"]), summary["peak_mem_rss_kb"] / 1024, delta=0.006)
        self.assertEqual(row["max_uss"], "NA")
        row = self.row(path, "nextflow")
        self.assertEqual((row["name"], row["status"], row["exit"]), ("sh", "COMPLETED", "0"))
        self.assertEqual(int(row["realtime"]), summary["wall_ns"] // 10**6)
        self.assertEqual(int(row["submit"]), the(found, "metadata")["t0_ms"])
        for key, ours in (("rchar", "total_syscall_read_bytes"), ("vol_ctxt", "ctx_switches_voluntary")):
            self.assertEqual(row[key], str(summary.get(ours, "-")))

    def test_a_failure_and_a_signal_are_told(self):
        for command, row, line in (("exit 3", ("FAILED", "3"), "Command exited with non-zero status 3"),
                                   ("kill -9 $$", ("FAILED", "137"), "Command terminated by signal 9")):
            run("run", "-q", "-o", self.path("r"), "--", "sh", "-c", command)
            got = self.row(self.path("r"), "nextflow")
            self.assertEqual((got["status"], got["exit"]), row)
            self.assertEqual(self.convert(self.path("r"), "--to", "time-v").splitlines()[0], line)

    @unittest.skipUnless(os.path.exists("/usr/bin/time"), "GNU time is not installed")
    def test_lines_are_those_of_gnu_time(self):
        text = self.convert(self.record("true")[0], "--to", "time-v")
        real = run("-v", "true", program=["/usr/bin/time"]).err.decode()

        def names(lines):
            return [line.partition(": ")[0] for line in lines.splitlines()]

        self.assertEqual([name for name in names(real) if name in names(text)], names(text))
        self.assertGreaterEqual(len(names(text)), 5)

    def test_hostile_names_stay_in_their_cell(self):
        path, found = self.record("true")
        for record in found:
            for key in ("cmd", "command"):
                if key in record:
                    record[key] = ["/bin/" + HOSTILE, HOSTILE]
        path = self.write("hostile", "".join(json.dumps(record) + "\n" for record in found))
        self.assertEqual(self.row(path, "nextflow")["name"], HOSTILE.replace("\t", "?").replace("\n", "?")
                         .replace("\u202e", "?"))
        self.assertTrue(self.row(path, "snakemake"))
        for line in self.convert(path, "--to", "time-v").splitlines():
            self.assertRegex(line, r"^\t[^\t]+: [^\t]+$")


class Page(Case):
    def test_a_page_is_that_of_the_summary(self):
        path, _ = self.record("true")
        self.assertEqual(run("stats", "-q", "--summary", self.path("s.md"), path).status, 0)
        self.assertEqual(self.convert(path, "--to", "md").encode(), self.read("s.md"))


class Files(Case):
    def test_stdin_gzip_and_a_plain_file_give_the_same(self):
        with open(JOB, "rb") as file:
            data = file.read()
        packed = self.write("job.jsonl.gz", gzip.compress(data))
        for form in FORMATS:
            plain = self.convert(JOB, "--to", form)
            self.assertTrue(plain)
            self.assertEqual(self.convert(packed, "--to", form), plain)
            self.assertEqual(self.convert("-", "--to", form, stdin=None, input=data), plain)

    def test_out_is_replaced_when_it_is_whole(self):
        old = self.write("out", "old")
        inode = os.stat(old).st_ino
        self.assertEqual(self.convert(OWN, "--to", "prom", "-o", old), "")
        self.assertEqual(self.read("out").decode(), self.convert(OWN, "--to", "prom"))
        self.assertNotEqual(os.stat(old).st_ino, inode)
        self.assertEqual(os.listdir(self.folder), ["out"])
        self.convert(OWN, "--to", "prom", "-o", self.path("out.gz"))
        self.assertEqual(gzip.decompress(self.read("out.gz")), self.read("out"))

    def test_files_of_denet_have_what_they_tell(self):
        path = str(ROOT / "tests/fixtures/records/denet-0.10.jsonl")
        self.assertEqual(len(rows_of(self.convert(path, "--to", "csv").encode())), 4)
        self.assertNotIn("complete", self.convert(path, "--to", "prom"))
        self.assertNotIn("accounting", self.convert(path, "--to", "influx"))


class Refused(Case):
    def refuse(self, status, word, *args):
        old = self.write("out", "old")
        there = sorted(os.listdir(self.folder))
        for out in ((), ("-o", old), ("-o", self.path("new"))):
            result = run("convert", *args, *out)
            self.assert_refused(result, word, status=status)
            self.assertEqual(self.read("out"), b"old")
            self.assertEqual(sorted(os.listdir(self.folder)), there)

    def test_wrong_usage(self):
        self.refuse(125, "--to FORMAT", OWN)
        self.refuse(125, "did you mean 'influx'?", OWN, "--to", "influxdb")
        self.refuse(125, "'--to'", OWN, "--to", "")
        self.refuse(125, "convert needs a FILE", "--to", "csv")
        self.refuse(125, "too many", OWN, OWN, "--to", "csv")
        self.refuse(125, "--to csv", OWN, "--to", "prom", "--processes")
        self.refuse(125, "--to trace", OWN, "--to", "csv", "--tracks", "lanes")
        self.refuse(125, "lanes|process", OWN, "--to", "trace", "--tracks", "rows")
        self.refuse(125, "--json", OWN, "--to", "csv", "-j")

    def test_files_that_cannot_be_used(self):
        with open(OWN, encoding="utf-8") as file:
            own = file.read()
        for form in FORMATS:
            self.refuse(1, "no.jsonl", self.path("no.jsonl"), "--to", form)
            self.refuse(1, "No valid metrics", self.write("empty", ""), "--to", form)
            self.refuse(1, "more than one run", self.write("two", own + own), "--to", form)
        bare = "".join(line + "\n" for line in own.splitlines() if '"process"' not in line)
        for args in (("csv", "--processes"), ("trace",), ("folded",)):
            self.refuse(1, "no records of processes", self.write("bare", bare), "--to", *args)

    def test_a_file_that_is_cut_says_so(self):
        killed = str(ROOT / "tests/fixtures/records/own-killed.jsonl")
        for form, word in (("csv", "1100,"), ("prom", "denet_run_complete 0\n"), ("influx", ",complete=false "),
                           ("md", ": end not recorded\n")):
            result = run("convert", killed, "--to", form)
            self.assertEqual((result.status, len(result.err_lines)), (0, 1), result)
            self.assertIn("end before the run", result.err_lines[0])
            self.assertIn(word, result.out.decode())
            self.assertEqual(run("convert", "-q", killed, "--to", form).err_lines, [])

    def test_a_file_that_is_cut_becomes_no_sum(self):
        with open(OWN, encoding="utf-8") as file:
            cut = "".join(line + "\n" for line in file.read().splitlines() if '"summary"' not in line)
        for form in WHOLE:
            self.refuse(1, "cut off", self.write("cut", cut), "--to", form)
        result = run("convert", self.path("cut"), "--to", "trace")
        self.assertEqual((result.status, len(result.err_lines)), (0, 1), result)
        self.assertIn("incomplete", parse(result.out)["otherData"])

    def test_a_clock_that_runs_back_is_no_time(self):
        path, found = self.record("sh", "-c", "true; true")
        for record in of_kind(found, "process"):
            record["start_ns"], record["end_ns"], record["start_ms"] = 5000, 1000, 1
        for number, record in enumerate(of_kind(found, "tree")):
            record["ts_ms"] = record["aggregated"]["ts_ms"] = 10**12 - number
        path = self.write("back", "".join(json.dumps(record) + "\n" for record in found))
        for form in FORMATS:
            self.assertTrue(self.convert(path, "--to", form))
        for event in parse(self.convert(path, "--to", "trace"))["traceEvents"]:
            self.assertGreaterEqual(event.get("dur", 0), 0)

    def test_output_that_cannot_be_written(self):
        for out in ("/dev/full", self.path("no/out"), self.folder):
            result = run("convert", OWN, "--to", "csv", "-o", out)
            self.assert_refused(result, out, status=1)
        self.assertEqual(os.listdir(self.folder), [])
        with open("/dev/full", "wb") as full:
            result = run("convert", OWN, "--to", "csv", stdout=full)
        self.assertEqual((result.status, len(result.err_lines)), (1, 1), result)
