# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""What users write passes strict type checkers; needs mypy and pyright: make check-py-extra."""

import ast
import json
import os
import pathlib
import subprocess
import sys

import pytest
from pages import blocks_of
from support import LIMIT_S, ROOT

import denet_bpf as denet
from denet_bpf import types

SAMPLE = pathlib.Path(__file__).with_name("typed_sample.py")
PAGES = [ROOT / "docs" / name for name in ("python.md", "workflows.md") if (ROOT / "docs" / name).exists()]
BLOCKS = [block for page in PAGES for block in blocks_of(page) if block.language == "python"]
# Each line of these has one fault.
WRONG = """
text: str = plain(10)[0]
plain('a')
usage: str = plain(10)[1][0]["cpu_usage"]
plain(10)[1][0]["cpu"]
denet.run(["true"], accounting="ebpf")
denet.run(["true"]).summary.wall_s
denet.roll_up("f", by="memory")
denet.load_metrics("f", kind="proces")
denet.profile(output_format="xml")
async def bad() -> int: return (await later(1))[0]
async def worse() -> None: await denet.run_async(["true"], timeout="5")
"""
FAULTS = list(range(2, 13))
# What examples do not say of their own functions is not asked of them.
OF_EXAMPLES = (
    "--strict", "--allow-untyped-defs", "--allow-incomplete-defs", "--allow-untyped-calls",
    "--allow-untyped-decorators", "--allow-subclassing-any", "--ignore-missing-imports",
)  # fmt: skip


@pytest.fixture(scope="module", name="cache")
def make_cache(tmp_path_factory):
    """What mypy has found of the package and of the standard library."""
    return tmp_path_factory.mktemp("mypy")


def check(cache, tmp_path, files, *options):
    """What mypy says of files, and its exit status."""
    pytest.importorskip("mypy", reason="mypy is not installed")
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--cache-dir", cache, *options, *sorted(files)],
        cwd=tmp_path, env={**os.environ, "MYPYPATH": str(ROOT / "python")}, timeout=5 * LIMIT_S,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True,
    )  # fmt: skip
    return done.returncode, done.stdout


def test_the_package_passes(cache, tmp_path):
    assert check(cache, tmp_path, {}, "--strict", "-p", "denet_bpf") == (0, AnyOf("Success"))


class AnyOf:
    """A text that begins so."""

    def __init__(self, beginning):
        self.beginning = beginning

    def __eq__(self, other):
        return other.startswith(self.beginning)

    def __repr__(self):
        return f"{self.beginning}..."


def test_the_sample_passes(cache, tmp_path):
    assert check(cache, tmp_path, {"sample.py": SAMPLE.read_text()}, "--strict") == (0, AnyOf("Success"))


def test_what_is_wrong_is_found(cache, tmp_path):
    lines = len(SAMPLE.read_text().splitlines())
    _, said = check(cache, tmp_path, {"sample.py": SAMPLE.read_text() + WRONG}, "--strict")
    found = {int(line.split(":")[1]) - lines for line in said.splitlines() if ": error" in line}
    assert sorted(found) == FAULTS, said


def examples():
    return {f"line_{block.line}_of_{block.page[:-3]}.py": block.text for block in BLOCKS}


def test_each_example_of_the_pages_passes(cache, tmp_path):
    assert len(examples()) > 20
    assert check(cache, tmp_path, examples(), *OF_EXAMPLES) == (0, AnyOf("Success"))


def check_by_pyright(tmp_path, files):
    """(file, line) of each error but for what is not installed."""
    pytest.importorskip("pyright", reason="pyright is not installed")
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    config = {"include": sorted(files), "extraPaths": [str(ROOT / "python")], "pythonVersion": "3.9"}
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(config))
    done = subprocess.run(
        [sys.executable, "-m", "pyright", "--outputjson"], cwd=tmp_path, timeout=5 * LIMIT_S,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True,
    )  # fmt: skip
    if "generalDiagnostics" not in done.stdout:  # it fetches what it runs by
        pytest.skip(f"pyright does not run here: {done.stdout[-200:]}")
    found = json.loads(done.stdout[done.stdout.index("{") :])["generalDiagnostics"]
    return sorted(
        (os.path.basename(each["file"]), each["range"]["start"]["line"] + 1)
        for each in found
        if each["severity"] == "error" and each.get("rule") != "reportMissingImports"
    )


def test_pyright_finds_what_is_wrong_and_nothing_else(tmp_path):
    text = SAMPLE.read_text()
    assert check_by_pyright(tmp_path, {**examples(), "sample.py": text}) == []
    lines = len(text.splitlines())
    found = {line - lines for _, line in check_by_pyright(tmp_path, {"sample.py": text + WRONG})}
    assert sorted(found) == FAULTS


# --- without a type checker ---


def used_names(text):
    """What a program takes from this package: imported names, attributes and keywords of calls."""
    tree = ast.parse(text)
    ours = {"denet"}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("denet_bpf"):
            ours |= {alias.name for alias in node.names}
    named = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    public = {*denet.__all__, *dir(denet.ProcessMonitor), *dir(denet.Monitor), *dir(denet.Result)}
    return (ours | named & public) - {"denet"}


def test_the_sample_has_all_that_the_examples_use():
    of_sample = used_names(SAMPLE.read_text())
    missing = {name for block in BLOCKS for name in used_names(block.text)} - of_sample
    assert missing <= {"agent"}, missing


def test_the_names_of_types_are_there():
    assert all(hasattr(types, name) for name in types.__all__)
    assert set(types.RunOptions.__annotations__) == set(denet.run.__kwdefaults__)
    assert list(types.Kind.__args__) == list(denet.analysis._KINDS)
    assert types.Accounting.__args__ == ("auto", "bpf", "proc")
