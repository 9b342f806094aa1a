# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""`report`: a page of recorded runs. What a browser makes of it: tests/web/test_report.py."""

import base64
import gzip
import json
import os
import re

from harness import HAS_BPF, Case, ROOT, run

ONLY_READS = True

FIXTURES = ROOT / "tests/fixtures/records"


def data_of(page):
    packed = re.search(rb'<script type="text/plain" id="data">([A-Za-z0-9+/=]*)</script>', page).group(1)
    return json.loads(gzip.decompress(base64.b64decode(packed, validate=True)))


class Case(Case):  # pylint: disable=function-redefined
    def page(self, *files, lines=0):
        done = run("report", *files, "-o", self.path("out.html"))
        self.assertEqual((done.status, done.out, len(done.err_lines)), (0, b"", lines), done)
        return self.read("out.html")

    def data(self, *files, **options):
        return data_of(self.page(*files, **options))["runs"]


class Written(Case):
    def test_a_run_is_told_whole(self):
        records = self.records(command=("sh", "-c", "true; exit 3"), status=3)
        told, = self.data(self.path("records.jsonl"))
        self.assertEqual(told["summary"]["exit_code"], 3)
        ended = [record for record in records if record["kind"] == "process"]
        self.assertEqual(sorted(told["processes"]["pid"]), sorted(record["pid"] for record in ended))
        self.assertEqual({told["names"][number] for number in told["processes"]["comm"]}, {record["comm"] for record in ended})
        self.assertEqual(told["samplesCount"], len([record for record in records if record["kind"] == "tree"]))
        self.assertFalse(told["isCut"])
        if HAS_BPF:
            self.assertGreater(len(told["waited"]["segments"]), 0)
        else:
            self.assertIn("/proc", told["waited"]["unknown"])

    def test_stdin_and_stdout_are_dashes(self):
        data = (FIXTURES / "own.jsonl").read_bytes()
        done = run("report", "-", "-o", "-", input=data)
        self.assertEqual((done.status, done.err), (0, b""), done)
        self.assertEqual(data_of(done.out)["runs"][0]["file"], "-")

    def test_a_packed_file_is_read(self):
        with gzip.open(self.path("run.jsonl.gz"), "wb") as file:
            file.write((FIXTURES / "own.jsonl").read_bytes())
        self.assertEqual(self.data(self.path("run.jsonl.gz"))[0]["summary"]["processes_total"], 12)

    def test_the_same_files_give_the_same_page(self):
        first = self.page(str(FIXTURES / "own.jsonl"))
        self.assertEqual(first, self.page(str(FIXTURES / "own.jsonl")))

    def test_several_files_stand_in_their_order(self):
        names = [str(FIXTURES / name) for name in ("own.jsonl", "denet-0.6.jsonl", "own-array.json")]
        self.assertEqual([told["file"] for told in self.data(*names)], names)

    def test_a_file_is_shown_once(self):
        own = str(FIXTURES / "own.jsonl")
        done = run("report", own, f"{FIXTURES}/../records/own.jsonl", "-o", self.path("out.html"))
        self.assertEqual((done.status, len(done.err_lines)), (0, 1), done)
        self.assertIn("was given before", done.err_lines[0])
        self.assertEqual(len(data_of(self.read("out.html"))["runs"]), 1)

    def test_an_older_page_is_replaced_whole(self):
        self.write("out.html", "x" * 1_000_000, mode=0o600)
        page = self.page(str(FIXTURES / "own.jsonl"))
        self.assertTrue(page.startswith(b"<!DOCTYPE html>"))
        self.assertTrue(page.endswith(b"</html>\n"))
        self.assertEqual(os.stat(self.path("out.html")).st_mode & 0o777, 0o600)
        self.assertEqual(os.listdir(self.folder), ["out.html"])

    def test_no_name_stands_in_the_page_itself(self):
        page = self.page(str(FIXTURES / "hostile.jsonl"), lines=1)
        self.assertEqual(page.count(b"</script>"), 3)
        self.assertEqual(page.count(b"<script"), 3)
        for name in re.findall(rb'"comm":"([^"\\]{4,})"', (FIXTURES / "hostile.jsonl").read_bytes()):
            self.assertNotIn(name, page)

    def test_the_policy_lets_nothing_in_and_nothing_out(self):
        page = self.page(str(FIXTURES / "own.jsonl")).decode()
        policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page).group(1)
        self.assertTrue(policy.startswith("default-src 'none'; script-src 'sha256-"), policy)
        self.assertNotIn("unsafe", policy)
        self.assertNotIn("http", policy)
        self.assertLess(page.index("Content-Security-Policy"), page.index("<style>"))
        self.assertNotIn("sourceMappingURL", page)


class BadInput(Case):
    def refuse(self, *args, status=1, words=(), **options):
        self.assert_refused(run("report", *args, **options), *words, status=status)

    def test_what_is_missing_is_said(self):
        self.refuse(str(FIXTURES / "own.jsonl"), status=125, words=("--out FILE",))
        self.refuse("-o", self.path("out.html"), status=125, words=("report needs a FILE",))
        self.refuse("", "-o", self.path("out.html"), status=125, words=("names of files",))
        self.assertEqual(os.listdir(self.folder), [])

    def test_a_file_that_cannot_be_used_leaves_nothing_behind(self):
        self.write("older.html", "older")
        for name in ("empty.jsonl", "garbage.txt", "nothing.jsonl"):
            path = str(FIXTURES / name)
            self.refuse(str(FIXTURES / "own.jsonl"), path, "-o", self.path("older.html"), words=(path,))
        self.assertEqual(self.read("older.html"), b"older")
        self.assertEqual(os.listdir(self.folder), ["older.html"])

    def test_a_page_that_cannot_be_written_is_said(self):
        own = str(FIXTURES / "own.jsonl")
        self.refuse(own, "-o", self.path("no/such/folder.html"), words=("folder.html", "No such file"))
        self.refuse(own, "-o", self.folder, words=(self.folder, "Is a directory"))
        with open("/dev/full", "wb") as full:
            self.refuse(own, "-o", "-", stdout=full, words=("No space left",))

    def test_records_are_not_written_over(self):
        path = self.write("run.jsonl", (FIXTURES / "own.jsonl").read_bytes())
        os.link(path, self.path("same.jsonl"))
        self.refuse(path, "-o", path, words=("it is read",))
        self.refuse(path, "-o", self.path("same.jsonl"), words=("it is read",))
        self.assertEqual(self.read("run.jsonl"), (FIXTURES / "own.jsonl").read_bytes())

    def test_what_a_file_lacks_is_told_in_its_page(self):
        for name, key, value in (("truncated.jsonl", "isCut", True), ("own-killed.jsonl", "hasSummary", False),
                                 ("denet-0.6.jsonl", "processesCount", 0), ("denet-0.3.2.jsonl", "isOurs", False),
                                 ("clock-set-back.jsonl", "samplesSetBack", 1)):
            with self.subTest(name):
                done = run("report", str(FIXTURES / name), "-o", self.path("out.html"))
                self.assertEqual(done.status, 0, done)
                self.assertEqual(data_of(self.read("out.html"))["runs"][0][key], value)
                self.assertEqual(len(done.err_lines), 0 if name.startswith("denet-") else 1, done)

    def test_lines_that_are_no_records_are_counted(self):
        done = run("report", str(FIXTURES / "mixed.jsonl"), "-o", self.path("out.html"))
        self.assertEqual(done.status, 0, done)
        told, = data_of(self.read("out.html"))["runs"]
        self.assertGreater(told["skipped"], 0)

    def test_two_runs_in_one_file_are_said(self):
        data = (FIXTURES / "own.jsonl").read_bytes()
        self.assertEqual(self.data(self.write("two.jsonl", data + data))[0]["runsCount"], 2)

    def test_times_that_cannot_be_do_no_harm(self):
        records = [json.loads(line) for line in (FIXTURES / "own.jsonl").read_text().splitlines()]
        process = {"kind": "process", "pid": 1, "ppid": 0, "comm": "x", "cmd": ["x"], "start_ms": 0, "wall_ns": 2**64 - 2,
                   "cpu_time_ns": 2**64 - 2, "exit_code": 0, "exact": True, "id": 5, "parent_id": 5}
        for number, times in enumerate(({"start_ns": -2**63, "end_ns": 2**64 - 2}, {"start_ns": 2**63 - 1, "end_ns": 0}, {})):
            records.insert(-1, {**process, "id": 5 + number, **times})
        path = self.write("odd.jsonl", "".join(json.dumps(record) + "\n" for record in records))
        done = run("report", path, "-o", self.path("out.html"))
        self.assertEqual(done.status, 0, done)
        told, = data_of(self.read("out.html"))["runs"]
        self.assertTrue(all(wall >= 0 for wall in told["processes"]["wallUs"]))
