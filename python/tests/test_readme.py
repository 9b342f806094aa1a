# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Every example of README.md and docs/python.md runs: blocks of a section as one program."""

import importlib.util
import os
import pathlib
import re
import subprocess
import sys
from typing import NamedTuple

import pytest
from support import LIMIT_S, ROOT, python_environment

PAGES = (ROOT / "python/README.md", ROOT / "docs/python.md")
# What an example may need beside denet_bpf; a section that does is skipped where it is missing.
THIRD_PARTY = ("matplotlib", "microbench", "pandas")

pytestmark = pytest.mark.usefixtures("library")


class Section(NamedTuple):
    page: pathlib.Path
    title: str
    programs: list  # of (language, text)


def sections_of(page):
    # A line of # inside a block is no title.
    parts = re.split(r"^```(\w*)\n(.*?)^```$", page.read_text(), flags=re.DOTALL | re.MULTILINE)
    title, found = page.stem, {}
    for text, language, code in zip(parts[::3], parts[1::3] + [""], parts[2::3] + [""]):
        titles = re.findall(r"^##? (.*)$", text, re.MULTILINE)
        title = titles[-1] if titles else title
        if code:
            found.setdefault(title, []).append((language, code))
    return [Section(page, name, programs) for name, programs in found.items()]


SECTIONS = [section for page in PAGES if page.exists() for section in sections_of(page)]


def test_the_pages_have_examples():
    assert {section.page.name for section in SECTIONS} == {"README.md", "python.md"}
    languages = {language for section in SECTIONS for language, _ in section.programs}
    assert len(SECTIONS) >= 10 and languages == {"python", "sh", "text"}


def needs(code, name):
    return re.search(rf"^(import|from) {name}\b", code, re.MULTILINE) is not None


def environment():
    folder = os.path.dirname(sys.executable)
    return python_environment(
        MPLBACKEND="Agg", PATH=folder + os.pathsep + os.environ["PATH"], PYTHONWARNINGS="error"
    )


def run(command, folder, **more):
    done = subprocess.run(
        command, cwd=folder, env={**environment(), **more}, timeout=LIMIT_S,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.title)
def test_examples_run_as_written(section, tmp_path):
    code = "\n".join(text for language, text in section.programs if language == "python")
    others = [name for name in THIRD_PARTY if needs(code, name)]
    for name in others:
        if importlib.util.find_spec(name) is None:
            pytest.skip(f"{name} is not installed")
    if code:
        # What others warn of is theirs.
        more = {"PYTHONWARNINGS": "default"} if others else {}
        run([sys.executable, "-c", code], tmp_path, **more)
    for language, text in section.programs:
        if language != "sh" or text.startswith("make wheel"):  # test_wheel.py does that
            continue
        (tmp_path / "test_something.py").write_text("def test_something():\n    pass\n")
        # Not installed here, so it is named; in a wheel it is found by itself.
        named = "-p denet_bpf.pytest_plugin -p no:cacheprovider"
        assert "1 passed" in run(["sh", "-ec", text], tmp_path, PYTEST_ADDOPTS=named)
        assert "denet_cpu_time_s" in (tmp_path / "report.xml").read_text()
