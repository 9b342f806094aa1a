# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""share/ci: its script under every shell that is here, with the services' variables faked."""

import hashlib
import os
import pathlib
import re
import shutil
import unittest
import xml.dom.minidom

from harness import BIN, ROOT, Case, run

ONLY_READS = True

SCRIPT = str(ROOT / "share/ci/run.sh")
SHELLS = [shell for shell in ("dash", "bash", "busybox") if shutil.which(shell)]
NAMES = ("GITHUB_", "GITLAB_", "TEAMCITY_", "CI_", "DENET_")


class Templates(Case):
    def script(self, shell, **variables):
        env = {name: value for name, value in os.environ.items() if not name.startswith(NAMES)}
        return run(SCRIPT, program=[shell] + (["sh"] if shell == "busybox" else []), cwd=self.folder,
                   env={**env, **variables})

    def each(self):
        self.assertIn("dash", SHELLS)
        for shell in SHELLS:
            with self.subTest(shell=shell):
                yield shell

    def test_github(self):
        for shell in self.each():
            page = self.write("page.md", "")
            result = self.script(shell, DENET_CI_BINARY=BIN, DENET_CI_RUN="echo out; echo '$HOME \"x\"' >file",
                                 DENET_CI_BUDGETS="# none is kept\nwall > 1ns\n\n", DENET_CI_RECORDS="r.jsonl",
                                 GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=page)
            self.assertEqual((result.status, result.out), (123, b"out\n"), result)
            self.assertEqual(self.read("file"), b'$HOME "x"\n')
            self.assertIn(b"::error title=denet-bpf%3A budget broken::wall > 1ns: it is ", result.err)
            self.assertIn(b"<code>wall &#62; 1ns</code>", self.read("page.md"))
            self.assertIn(b'"kind":"summary"', self.read("r.jsonl"))

    def test_gitlab(self):
        for shell in self.each():
            result = self.script(shell, DENET_CI_BINARY=BIN, DENET_CI_RUN="exit 7", DENET_CI_BUDGETS="wall > 1h",
                                 DENET_CI_JUNIT="j.xml", DENET_CI_METRICS="m.prom", GITLAB_CI="true")
            self.assertEqual(result.status, 7, result)
            self.assertIn(b"section_start:", result.err)
            self.assertEqual(len(xml.dom.minidom.parseString(self.read("j.xml")).getElementsByTagName("testcase")), 1)
            self.assertIn(b"denet_run_wall_seconds ", self.read("m.prom"))

    @unittest.skipUnless(shutil.which("curl"), "no curl here")
    def test_a_fetched_binary_must_be_the_one_that_is_meant(self):
        for shell in self.each():
            digest = hashlib.sha256(pathlib.Path(BIN).read_bytes()).hexdigest()
            url = pathlib.Path(BIN).as_uri()
            good = self.script(shell, DENET_CI_URL=url, DENET_CI_SHA256=digest, DENET_CI_RUN="echo out")
            self.assertEqual((good.status, good.out), (0, b"out\n"), good)
            for wrong, words in (({"DENET_CI_SHA256": "0" * 64}, "another SHA-256"), ({}, "needs DENET_CI_SHA256")):
                result = self.script(shell, DENET_CI_URL=url, DENET_CI_RUN="touch started", **wrong)
                self.assert_refused(result, words)
                self.assertFalse(os.path.exists(self.path("started")))

    def test_what_is_missing_is_said(self):
        for shell in self.each():
            self.assert_refused(self.script(shell, DENET_CI_BINARY=BIN), "DENET_CI_RUN")
            self.assert_refused(self.script(shell, DENET_CI_BINARY="/nowhere", DENET_CI_RUN="true"), "/nowhere")

    def test_templates_name_variables_that_the_script_has(self):
        known = set(re.findall(r"DENET_CI_\w+", pathlib.Path(SCRIPT).read_text(encoding="utf-8")))
        known |= {"DENET_CI_SCRIPT", "DENET_CI_ACTION"}  # where the script is
        found = 0
        for path in (ROOT / "share/ci").rglob("*"):
            if path.is_file():
                names = set(re.findall(r"DENET_CI_\w+", path.read_text(encoding="utf-8")))
                self.assertLessEqual(names, known, path)
                found += bool(names)
        self.assertGreaterEqual(found, 5)
