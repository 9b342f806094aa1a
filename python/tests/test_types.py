# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""What users write passes strict type checkers; needs mypy and pyright: make check-py-extra."""

import json
import os
import pathlib
import subprocess
import sys

import pytest
from support import LIMIT_S, ROOT

WRONG = """
text: str = plain(10)[0]
plain('a')
async def bad() -> int:
    return (await later(1))[0]
"""
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


def check_by_pyright(tmp_path, text):
    pytest.importorskip("pyright", reason="pyright is not installed")
    (tmp_path / "sample.py").write_text(text)
    config = {"include": ["sample.py"], "extraPaths": [str(ROOT / "python")], "pythonVersion": "3.9"}
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(config))
    done = subprocess.run(
        [sys.executable, "-m", "pyright", "--outputjson"], cwd=tmp_path, timeout=5 * LIMIT_S,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True,
    )  # fmt: skip
    if "generalDiagnostics" not in done.stdout:  # it fetches what it runs by
        pytest.skip(f"pyright does not run here: {done.stdout[-200:]}")
    found = json.loads(done.stdout[done.stdout.index("{") :])["generalDiagnostics"]
    return [
        each["range"]["start"]["line"] + 1
        for each in found
        if each["severity"] == "error" and each["file"].endswith("sample.py")
    ]


def test_pyright_finds_what_is_wrong_and_nothing_else(tmp_path):
    text = SAMPLE.read_text()
    assert check_by_pyright(tmp_path, text) == []
    lines = len(text.splitlines())
    assert check_by_pyright(tmp_path, text + WRONG) == [lines + place for place in (2, 3, 5)]


def test_what_is_wrong_is_found(tmp_path):
    done = check(tmp_path, SAMPLE.read_text() + WRONG)
    lines = len(SAMPLE.read_text().splitlines())
    assert all(f"sample.py:{lines + place}: error" in done.stdout for place in (2, 3, 5)), done.stdout
