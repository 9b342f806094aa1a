# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Files that are read: never written over by whatever name, and of one run each."""

import os

from harness import Case, run

ONLY_READS = True

PROC = ("--accounting", "proc")


class Inputs(Case):
    def setUp(self):
        super().setUp()
        result = run("run", "-q", *PROC, "-o", self.path("made"), "--", "true")
        self.assertEqual(result.status, 0, result)
        self.records = self.read("made")
        self.write("budget", "wall > 1h\n")
        os.mkdir(self.path("folder"))
        for name in ("in.jsonl", "folder/a.jsonl"):
            with open(self.path(name), "wb") as file:
                file.write(self.records)
        os.symlink("in.jsonl", self.path("link"))
        for name in ("budget.md", "budget.csv"):
            os.link(self.path("budget"), self.path(name))

    def refuse(self, *args, status=1, **options):
        with self.subTest(args=args):
            result = run(*args, cwd=self.folder, **options)
            self.assert_refused(result, "it is read", status=status)
            self.assertEqual(self.read("in.jsonl"), self.records)
            self.assertEqual(self.read("folder/a.jsonl"), self.records)
            self.assertEqual(self.read("budget"), b"wall > 1h\n")

    def test_records(self):
        self.refuse("convert", "in.jsonl", "--to", "csv", "-o", "in.jsonl")
        self.refuse("convert", "in.jsonl", "--to", "csv", "-o", "link")
        self.refuse("stats", "in.jsonl", "-o", "./in.jsonl")
        self.refuse("stats", "in.jsonl", "made", "-o", "in.jsonl")
        self.refuse("stats", "-r", "folder", "-o", "folder/a.jsonl")
        self.refuse("stats", "in.jsonl", "--summary", "in.jsonl")
        self.refuse("diff", "made", "in.jsonl", "-o", "in.jsonl")

    def test_records_from_stdin(self):
        for args in (("stats", "-", "-o", "in.jsonl"), ("convert", "-", "--to", "md", "-o", "in.jsonl")):
            with open(self.path("in.jsonl"), "rb") as file:
                self.refuse(*args, stdin=file)

    def test_budgets(self):
        self.refuse("stats", "in.jsonl", "--budget", "budget", "-o", "budget")
        self.refuse("stats", "in.jsonl", "--budget", "budget", "--summary", "budget.md")
        self.refuse("run", *PROC, "--budget", "budget", "-o", "budget", "--", "true", status=125)
        self.refuse("bench", *PROC, "--budget", "budget", "--export", "budget.csv", "true", status=125)

    def test_records_of_two_runs_are_no_run(self):
        with open(self.path("two"), "wb") as file:
            file.write(self.records * 2)
        result = run("stats", "two", cwd=self.folder)
        self.assertEqual(result.status, 0, result)
        self.assertIn(b"more than one run", b" ".join(result.out.split()))
        self.assertEqual(run("stats", "two", "--strict", "--fail-if", "wall > 1h", cwd=self.folder).status, 123)
        self.assert_refused(run("diff", "two", "made", cwd=self.folder), "'two'", status=1)
        self.assert_refused(run("convert", "two", "--to", "prom", cwd=self.folder), "more than one run", status=1)
