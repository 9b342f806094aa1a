# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""What users write passes strict type checkers; needs mypy: make check-py-extra."""

import os
import pathlib
import subprocess
import sys

import pytest
from support import LIMIT_S, ROOT

SAMPLE = pathlib.Path(__file__).with_name("typed_sample.py")


def check(tmp_path, text):
    pytest.importorskip("mypy", reason="mypy is not installed")
    path = tmp_path / "sample.py"
    path.write_text(text)
    return subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", tmp_path / "cache", path],
        env={**os.environ, "MYPYPATH": str(ROOT / "python")}, timeout=5 * LIMIT_S,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True,
    )  # fmt: skip


def test_the_sample_and_the_package_pass(tmp_path):
    done = check(tmp_path, SAMPLE.read_text())
    assert done.returncode == 0, done.stdout


def test_what_is_wrong_is_found(tmp_path):
    wrong = "\ntext: str = plain(10)[0]\nplain('a')\nasync def bad() -> int:\n    return (await later(1))[0]\n"
    done = check(tmp_path, SAMPLE.read_text() + wrong)
    lines = len(SAMPLE.read_text().splitlines())
    assert all(f"sample.py:{lines + place}: error" in done.stdout for place in (2, 3, 5)), done.stdout
