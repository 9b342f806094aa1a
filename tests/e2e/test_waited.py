# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""What the wall time waited for: at the end of a run, and from its file."""

from harness import ACT, Case, exact, parse, run

# One after another, and the last is waited for by nobody.
JOB = f'"{ACT}" spin 60; sleep .2; sleep 1000 >/dev/null 2>&1 & kill $!; wait; exit 0'


@exact
class Waited(Case):
    def record(self, *options):
        result = run("run", "-o", self.path("f"), *options, "--", "sh", "-c", JOB)
        self.assertEqual(result.status, 0, result)
        return result

    def analysis(self, *options):
        return parse(run("--json", "stats", *options, self.path("f")).out)["analysis"]

    def test_the_row_of_the_wall_time_names_who(self):
        result = self.record()
        self.assertRegex(result.err, rb"(?m)^ *wall .*waited for [^\n]*sleep \d+%")
        self.assertNotIn(b"longest", result.err)
        self.assertRegex(run("stats", self.path("f")).out, rb"(?m)^ *wall .*waited for [^\n]*sleep \d+%")

    def test_segments_adjoin_and_add_up(self):
        self.record("-q")
        waited = self.analysis()["waited_for"]
        at = waited["segments"][0]["start_ns"]
        for segment in waited["segments"]:
            self.assertEqual(segment["start_ns"], at)
            at = segment["end_ns"]
        self.assertEqual(at - waited["segments"][0]["start_ns"], waited["wall_ns"])
        self.assertEqual(sum(one["time_ns"] for one in waited["programs"]), waited["wall_ns"])
        self.assertEqual(sum(self.analysis()["running_ns"]), waited["wall_ns"])
        sleeping = [one for one in waited["segments"] if one.get("cmd") == ["sleep", ".2"]]
        self.assertTrue(sleeping and all(one["waiting"] for one in sleeping), waited)

    def test_the_long_form_has_all_of_it(self):
        self.record("-q")
        text = run("stats", "-v", self.path("f")).out
        for word in (b"\n  longest", b"\n  waited ", b"of it waiting", b"sleep"):
            self.assertIn(word, text)
        self.assertIn(b"\n  longest", self.record("-v").err)

    def test_rows_by_what_is_asked_for(self):
        self.record("-q")
        rows = self.analysis("--by", "cmd", "--sort", "wall", "--top", "2")
        self.assertEqual(len(rows["rows"]), 2)
        self.assertGreater(rows["rows_omitted"], 0)
        jobs = self.analysis("--under", "sh")["rows"]
        # The one that is killed may not have got to its exec.
        self.assertLessEqual({"act", "sleep"}, {one["name"] for one in jobs})
        self.assertEqual(self.analysis("--under", "nobody")["rows"], [])
        result = run("run", "--under", "sh", "--", "sh", "-c", JOB)
        self.assertRegex(result.err, rb"(?m)^  job ")

    def test_without_records_of_processes_it_says_why(self):
        run("run", "-q", "-o", self.path("f"), "--accounting", "proc", "--", "sh", "-c", JOB)
        self.assertIn("unknown", self.analysis()["waited_for"])
        self.assertIn(b"for what is not known: /proc", run("stats", "-v", self.path("f")).out)
        self.assertNotIn(b"waited for", run("run", "--accounting", "proc", "--", "sh", "-c", JOB).err)
