# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Every block of README.md and docs/python.md runs: each alone, and all of a page as one program."""

import importlib.util
import re
import sys

import pytest
from pages import ROOT, blocks_of, run, skip_without

PAGES = {page.name: blocks_of(page) for page in (ROOT / "python/README.md", ROOT / "docs/python.md")
         if page.exists()}  # fmt: skip
BLOCKS = [block for blocks in PAGES.values() for block in blocks]
PYTHON = [block for block in BLOCKS if block.language == "python"]

pytestmark = pytest.mark.usefixtures("library")


def test_the_pages_have_blocks_and_each_is_of_a_kind_that_is_run():
    assert {block.language for block in BLOCKS} == {"python", "sh"}
    assert len(PYTHON) >= 20 and set(PAGES) == {"README.md", "python.md"}


@pytest.mark.parametrize("block", PYTHON, ids=lambda block: block.name)
def test_each_block_runs_alone(block, tmp_path):
    # What others warn of is theirs.
    more = {"PYTHONWARNINGS": "default"} if skip_without(block) else {}
    run([sys.executable, "-c", block.text], tmp_path, **more)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_runs_from_top_to_bottom(page, tmp_path):
    """Without those for which something is missing here."""
    blocks = [block for block in PAGES[page] if block.language == "python"]
    there = [block for block in blocks if all(map(importlib.util.find_spec, block.needs()))]
    run([sys.executable, "-c", "\n".join(block.text for block in there)], tmp_path,
        PYTHONWARNINGS="default")  # fmt: skip


def test_the_commands_for_a_shell_run(tmp_path):
    scripts = [block.text for block in PAGES["python.md"] if block.language == "sh"]
    (script,) = [text for text in scripts if not text.startswith("make ")]  # test_wheel.py does those
    (tmp_path / "test_something.py").write_text("def test_something():\n    pass\n")
    # Not installed here, so it is named; in a wheel it is found by itself.
    named = "-p denet_bpf.pytest_plugin -p no:cacheprovider"
    assert "1 passed" in run(["sh", "-ec", script], tmp_path, PYTEST_ADDOPTS=named)
    assert "denet_cpu_time_s" in (tmp_path / "report.xml").read_text()


def test_what_is_named_in_a_sentence_is_there():
    """Names with a call's brackets, and keywords, in the words of docs/python.md."""
    import denet_bpf as denet

    page = (ROOT / "docs/python.md").read_text()
    words = re.sub(r"^```.*?^```$", "", page, flags=re.DOTALL | re.MULTILINE)
    known = {*denet.__all__, *dir(denet.ProcessMonitor), *dir(denet.Monitor), *dir(denet.Result)}
    for module in ("agent", "analysis", "metlog", "monitoring", "snakemake", "telemetry"):
        known |= set(dir(getattr(denet, module)))
    missing = {name for name in re.findall(r"`(?:denet\.)?(\w+)\(", words) if name not in known}
    assert missing <= {"open", "shell"}, missing
