# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Each block of docs/workflows.md runs: a section in one folder, from its top to its bottom."""

import importlib.util
import os
import pathlib
import subprocess
import sys

import pytest
from pages import ROOT, blocks_of, run
from support import LIMIT_S

import denet_bpf as denet

PAGE = ROOT / "docs/workflows.md"
BLOCKS = blocks_of(PAGE) if PAGE.exists() else []
SECTIONS = list(dict.fromkeys(block.title for block in BLOCKS))
PROGRAM = pathlib.Path(os.environ.get("DENET_BPF", ROOT / "build/denet-bpf"))
RULES = "all: a b\na b:\n\tseq 3000 | sort -R >$@\n"
TESTS = "def test_something():\n    assert sum(range(300_000))\n"
ENGINE_LIMIT_S = 5 * LIMIT_S  # one that is itself started takes half a minute
FILES = {"snakemake": "Snakefile", "nextflow": "main.nf"}
NUMBERS = "".join(f"{number}\n" for number in range(3000))

pytestmark = pytest.mark.usefixtures("library")


def commands(folder, nextflow=None):
    """A folder in which a shell finds the programs that the page calls: ours, and this Python's."""
    made = folder / "bin"
    made.mkdir()
    (made / "denet-bpf").symlink_to(PROGRAM.resolve())
    if nextflow:
        (made / "nextflow").symlink_to(nextflow)
    for name in ("pytest", "snakemake"):
        script = made / name
        script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m {name} "$@"\n')
        script.chmod(0o755)
    return f"{made}{os.pathsep}{os.environ['PATH']}"


def play(blocks, folder, **environment):
    """What the blocks have printed."""
    said = ""
    for block in blocks:
        if block.language in FILES:
            (folder / FILES[block.language]).write_text(block.text)
            continue
        way = [sys.executable, "-c"] if block.language == "python" else ["sh", "-exc"]
        said += run([*way, block.text], folder, ENGINE_LIMIT_S, **environment)
    return said


def test_each_block_is_of_a_kind_that_is_run():
    assert {block.language for block in BLOCKS} == {"python", "sh", *FILES}
    assert len(SECTIONS) >= 7 and len(BLOCKS) >= 14


@pytest.mark.parametrize("title", SECTIONS)
def test_a_section_runs_as_written(title, tmp_path, accounting, request):
    blocks = [block for block in BLOCKS if block.title == title]
    has_commands = any(block.language == "sh" for block in blocks)
    if has_commands and not PROGRAM.exists():
        pytest.skip("there is no denet-bpf here")
    if any(block.language == "snakemake" for block in blocks):
        if importlib.util.find_spec("snakemake") is None:
            pytest.skip("Snakemake is not installed")
    nextflow = None
    if any(block.language == "nextflow" for block in blocks):
        nextflow = request.getfixturevalue("nextflow")
    if any(block.language in FILES for block in blocks) and accounting != "bpf":
        pytest.skip("/proc does not tell which jobs there were")
    files = {"numbers.txt": NUMBERS, "Makefile": RULES, "test_something.py": TESTS}
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    if title == "CI runners":
        main = denet.run(["make"], cwd=tmp_path, timeout=LIMIT_S, stdout=subprocess.DEVNULL)
        main.save(tmp_path / "main.jsonl.gz")
        for name in "ab":
            (tmp_path / name).unlink()
    said = play(
        blocks, tmp_path, PATH=commands(tmp_path, nextflow), NXF_HOME=str(tmp_path / "home"), PYTHONWARNINGS="default", GITHUB_ACTIONS="true",
        GITHUB_STEP_SUMMARY=str(tmp_path / "step.md"),
        PYTEST_ADDOPTS="-p denet_bpf.pytest_plugin -p no:cacheprovider",
    )  # fmt: skip
    assert all(words in said for words in SAID.get(title, ())), said
    for name in MADE.get(title, ()):
        assert (tmp_path / name).stat().st_size, name


# What has been said, and what is there, when a section is over.
SAID = {
    "Snakemake: a rule": ("cpu_time", "h:m:s"),
    "Snakemake: the whole workflow": ("\nmake 2 ", "\nsort 2 ", "seq 3000 | sort -R >a.txt"),
    "Nextflow: the whole workflow": ("3000 a.txt", "3000 b.txt", "\tmake (1)\t0\t", "\tcount (2)\t0\t"),
    "omnibenchmark": ("a tool", "\n0 "),
    "An engine of your own": ("sort 0 ", "fails 1 "),
    "CI runners": ("1 passed", "| figure |"),
}
MADE = {
    "Snakemake: a rule": ("shuffled.txt", "shuffle.tsv", "benchmark.tsv"),
    "Snakemake: the whole workflow": ("a.sorted", "b.sorted", "run.jsonl", "run.html"),
    "Nextflow: the whole workflow": ("run.jsonl", "polled.txt", "exact.txt"),
    "Nextflow: in a process": ("shuffled.txt", "denet.jsonl", "denet.trace"),
    "omnibenchmark": ("out/method/tool.denet.jsonl", "out/method/tool.denet.summary.json"),
    "make, and whatever starts its jobs itself": ("build.jsonl.gz", "build.trace.json.gz"),
    "An engine of your own": ("job.jsonl",),
    "CI runners": ("summary.md", "budgets.xml", "step.md", "denet-bpf.html", "report.xml"),
}
