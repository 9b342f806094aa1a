# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""`diff`: runs of one program against others of it. A real run is recorded and its figures are varied."""

import json
import os

from harness import Case, parse, run

ONLY_READS = True


class Case(Case):  # pylint: disable=function-redefined

    def setUp(self):
        super().setUp()
        path = self.path("run.jsonl")
        self.assertEqual(run("run", "-q", "-o", path, "sh", "-c", "for i in 1 2 3; do :; done").status, 0)
        with open(path, encoding="utf-8") as file:
            self.recorded = [json.loads(line) for line in file]

    def vary(self, name, part, change=None):
        """The run with so many times the CPU."""
        text = ""
        for record in self.recorded:
            record = json.loads(json.dumps(record))
            if "cpu_time_ns" in record:
                record["cpu_time_ns"] = int(1e9 * part)
            if change:
                change(record)
            text += json.dumps(record) + "\n"
        return self.write(name, text)

    def side(self, name, part, count):
        return [self.vary(f"{name}{i}.jsonl", part * (1 + i / 10000)) for i in range(count)]

    def rows(self, *args):
        result = run("diff", "--json", *args)
        self.assertEqual((result.status, result.err_lines), (0, []), result)
        got = parse(result.out)
        return got, {row["name"]: row for row in got["figures"]}, {row["name"]: row for row in got["programs"]}


class Compared(Case):
    def test_ten_runs_a_side_are_judged(self):
        got, figures, programs = self.rows(*self.side("base", 1, 10), "--", *self.side("head", 1.05, 10))
        self.assertEqual((got["base_runs"], got["head_runs"]), (10, 10))
        self.assertEqual((figures["cpu_time_ns"]["verdict"], figures["wall_ns"]["verdict"]), ("more", "noise"))
        self.assertAlmostEqual(figures["cpu_time_ns"]["change"], 0.05, places=3)
        self.assertEqual(figures["processes_total"]["verdict"], None)
        self.assertEqual(programs["sh"]["verdict"], "more")

    def test_two_files_are_the_two_sides_and_not_judged(self):
        got, figures, programs = self.rows(self.vary("a", 2), self.vary("b", 1))
        self.assertEqual((got["base_runs"], got["head_runs"]), (1, 1))
        self.assertEqual((figures["cpu_time_ns"]["verdict"], figures["cpu_time_ns"]["change"]), (None, -0.5))
        self.assertEqual(programs["sh"]["verdict"], None)

    def test_text_and_markdown(self):
        base, head = self.side("base", 1, 5), self.side("head", 2, 5)
        text = run("diff", *base, "--", *head).out.decode()
        self.assertRegex(text, r"\ncpu_time_ns +1\.00 s .* \+100\.0 % +more\n")
        self.assertIn("Fewer than 10 runs a side: programs are not judged.", text)
        page = run("diff", "--md", *base, "--", *head).out.decode()
        self.assertRegex(page, r"\n\| cpu_time_ns \| 1\.00 s .* \| \+100\.0 % \| more \|\n")

    def test_a_rough_peak_is_said_to_be(self):
        def change(record):
            if record.get("type") == "summary" or "peak_mem_rss_kb" in record:
                record.update(peak_pss_kb=900, pss_is_rough=True)

        rough, plain = self.vary("rough", 1, change), self.vary("plain", 1)
        self.assertIn("Peak of PSS: rough", run("diff", rough, rough).out.decode())
        self.assertNotIn("rough", run("diff", plain, plain).out.decode())
        self.assertTrue(self.rows(rough, rough)[0]["pss_is_rough"])

    def test_hostile_names_stay_in_their_cell(self):
        def rename(record):
            if record["kind"] == "process":
                record["comm"] = "a|b`<i>\n"
        paths = [self.vary(name, 1, rename) for name in ("a", "b")]
        page = run("diff", "--md", *paths).out.decode()
        row = [line for line in page.splitlines() if "a&#124;b&#96;&#60;i&#62;" in line]
        self.assertEqual(len(row), 1, page)
        self.assertEqual(row[0].count("|"), 6)


class Conditions(Case):
    def fail_if(self, status, text, base, head):
        result = run("diff", "--fail-if", text, *base, "--", *head)
        self.assertEqual(result.status, status, result)
        return result.err_lines

    def test_only_what_is_outside_the_noise_and_over_the_bound_fails(self):
        base, head = self.side("base", 1, 10), self.side("head", 1.1, 10)
        lines = self.fail_if(123, "cpu_time > +5%", base, head)
        self.assertEqual(len(lines), 1)
        self.assertIn("'cpu_time > +5%' holds: it is +10.0 %", lines[0])
        self.fail_if(123, "programs[sh].cpu_time > +5%", base, head)
        self.fail_if(123, "cpu_time < -5%", head, base)
        for text in ("cpu_time > +15%", "cpu_time < -5%", "programs[sh].cpu_time > +15%", "wall >= +0%"):
            self.assertEqual(self.fail_if(0, text, base, head), [])

    def test_a_program_that_the_base_has_not_is_over_any_bound(self):
        def rename(record):
            if record["kind"] == "process":
                record["comm"] = "other"
        base = self.side("base", 1, 10)
        head = [self.vary(f"head{i}", 1 + i / 10000, rename) for i in range(10)]
        lines = self.fail_if(123, "programs[other].cpu_time > +500%", base, head)
        self.assertIn("the base has none", lines[0])

    def test_what_is_not_judged_is_told_and_fails_nothing(self):
        base, head = self.side("base", 1, 4), self.side("head", 2, 4)
        for text in ("cpu_time > +5%", "processes > +5%", "programs[none].cpu_time > +5%"):
            lines = self.fail_if(0, text, base, head)
            self.assertEqual(len(lines), 1)
            self.assertIn("left open", lines[0])


class Refused(Case):
    def refuse(self, status, word, *args):
        result = run("diff", *args)
        self.assertEqual((result.status, len(result.err_lines), result.out), (status, 1, b""), result)
        self.assertIn(word, result.err_lines[0])

    def test_files_that_cannot_be_compared(self):
        good = self.vary("good", 1)

        def rename(record):
            if "cmd" in record:
                record["cmd"] = ["/bin/other"]
            if "command" in record:
                record["command"] = ["/bin/other"]

        def resample(record):
            if "accounting" in record:
                record["accounting"] = "proc" if record["accounting"] == "bpf" else "bpf"
        self.refuse(1, "'other'", good, self.vary("other", 1, rename))
        self.refuse(1, "another way", good, self.vary("sampled", 1, resample))
        self.refuse(1, "none.jsonl", good, self.path("none.jsonl"))
        self.refuse(1, "cut off", good, self.write("cut", "".join(json.dumps(r) + "\n" for r in self.recorded[:-1])))
        self.refuse(1, "records of processes", good, self.write("bare", "".join(
            json.dumps(r) + "\n" for r in self.recorded if r["kind"] != "process")))

    def test_files_that_lost_records(self):
        def lose(record):
            if record["kind"] == "summary":
                record["records_lost"] = 3

        self.refuse(1, "records were lost", self.vary("good", 1), self.vary("lost", 1, lose))

    def test_a_file_counts_once_on_a_side(self):
        base, other, head = (self.vary(name, 1) for name in ("base", "other", "head"))
        os.link(base, self.path("link"))
        result = run("diff", "--json", base, other, self.path("link"), base, "--", head, base)
        self.assertEqual((result.status, len(result.err_lines)), (0, 1), result)
        self.assertIn(f"2 files were given before, such as '{self.path('link')}'", result.err_lines[0])
        self.assertEqual([parse(result.out)[key] for key in ("base_runs", "head_runs")], [2, 2])

    def test_wrong_usage(self):
        good = self.vary("good", 1)
        self.refuse(125, "both sides", good)
        self.refuse(125, "both sides", good, good, good)
        self.refuse(125, "both sides", "--", good)
        self.refuse(125, "both sides", good, "--")
        for text in ("cpu_time > 5%", "cpu_time > +5", "cpu_tim > +5%", "cpu_time == +5%", ""):
            self.refuse(125, "--fail-if", "--fail-if", text, good, good)
        self.refuse(125, "--md", "--json", "--md", good, good)

    def test_output_that_cannot_be_written(self):
        good = self.vary("good", 1)
        self.refuse(1, "/dev/full", "-o", "/dev/full", good, good)
