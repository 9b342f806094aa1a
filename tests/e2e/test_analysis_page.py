# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Every command of docs/analysis.md, over a folder of recorded runs. What is for DuckDB is among the tests of Python."""

import os
import shutil
import subprocess
import sys

from harness import BIN, LIMIT_S, ROOT, Case

sys.path.insert(0, str(ROOT / "tests/fixtures/analysis"))

from make_runs import commands, make_runs  # noqa: E402

ONLY_READS = True

# What the answers to a question have to say, block by block.
ANSWERS = {
    "What was there": [r"(?m)^label +host +job +start .*\n(.*\n)*\n?10.*|build-11\.jsonl"],
    "Which job needs more memory than it asked for": [
        r"\A(test\t47\d\d\t7946\t8192\n){12}\Z", r"\Adocs\t2048\t8192\n\Z", r"\A\Z"],
    "What got slower since Monday": [
        r"\Abuild\t1\.50\d*\ndocs\t0\.90\d*\ntest\t1\.00\d*\n\Z", r"(?m)^wall_ns .* \+50\.\d % +more$"],
    "Who fails": [r"exit 2 +runs/test-09\.jsonl(.*\n)*label +runs +failed(.*\n)*runs/test-09\.jsonl\tbuild1\t4709\t2\n\Z",
                  r"(?s) 1 cp\t2\tcp a a\.copy\n.* 1 make\t2\tmake -j2\n"],
    "How much CPU a workload of many processes takes": [
        r"(?s)27 processes.*\n +command +runs .*\n +job +runs ", r"(?m)\Asort \d\d\.\d+$"],
    "How parallel it was": [r'\A\[0,526507638,2740768895,336049767,21277445\]\n\{\n +"cores": 0\.53\d*,\n +"alone": 0\.145',
                            r"(?m)^docs\truns/docs-11\.jsonl\t0\.53\d*\t1\.3\d*$"],
    "What it waited for": [r'\Asort\t3\.4\d*\nsleep\t0\.05\d*\n(.*\n)*\{\n +"waiting": 0\.01\d*,\n +"for_a_cpu": 0\.6\d*',
                           r"\Aruns/docs-05\.jsonl\t0\t1\.8\n\Z"],
}


class Page(Case):
    def setUp(self):
        super().setUp()
        if not shutil.which("jq"):
            self.skipTest("jq is not installed")
        make_runs(self.folder)
        os.mkdir(self.path("bin"))
        os.symlink(BIN, self.path("bin/denet-bpf"))
        self.environment = {**os.environ, "PATH": self.path("bin") + os.pathsep + os.environ["PATH"], "TZ": "UTC",
                            "LC_ALL": "C.UTF-8"}

    def answer(self, text):
        result = subprocess.run(["sh", "-euc", text], cwd=self.folder, env=self.environment, capture_output=True,
                                timeout=LIMIT_S, check=False)
        self.assertEqual((result.returncode, result.stdout.decode() if result.returncode else ""), (0, ""), (text, result.stderr))
        # Budgets are told there.
        if "--fail-if" not in text:
            self.assertEqual(result.stderr, b"", text)
        return result.stdout.decode()

    def test_each_command_answers_its_question(self):
        asked = {}
        for heading, text in commands("sh"):
            asked.setdefault(heading, []).append(text)
        self.assertEqual({heading: len(texts) for heading, texts in asked.items()},
                         {heading: len(answers) for heading, answers in ANSWERS.items()})
        for heading, texts in asked.items():
            for text, wanted in zip(texts, ANSWERS[heading]):
                with self.subTest(heading=heading, text=text):
                    self.assertRegex(self.answer(text), wanted)
