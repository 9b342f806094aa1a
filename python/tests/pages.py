# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""The blocks of code of a page of documentation, and how they are run."""

import importlib.util
import os
import pathlib
import re
import subprocess
import sys
from typing import List, NamedTuple

import pytest
from support import LIMIT_S, ROOT, python_environment

__all__ = ["ROOT", "Block", "blocks_of", "run", "skip_without"]

# What an example may need beside denet_bpf; one that does is skipped where it is missing.
THIRD_PARTY = ("matplotlib", "microbench", "pandas")


class Block(NamedTuple):
    page: str
    line: int
    title: str
    language: str
    text: str

    @property
    def name(self) -> str:
        return f"{self.page}:{self.line}"

    def needs(self) -> List[str]:
        return [name for name in THIRD_PARTY
                if re.search(rf"^(import|from) {name}\b", self.text, re.MULTILINE)]  # fmt: skip


def blocks_of(page: pathlib.Path) -> List[Block]:
    text = page.read_text()
    found, title, end = [], page.stem, 0
    for match in re.finditer(r"^```(\w*)\n(.*?)^```$", text, flags=re.DOTALL | re.MULTILINE):
        # A line of # inside a block is no title.
        titles = re.findall(r"^##? (.*)$", text[end : match.start()], re.MULTILINE)
        title, end = titles[-1] if titles else title, match.end()
        line = text.count("\n", 0, match.start()) + 2
        found.append(Block(page.name, line, title, match.group(1), match.group(2)))
    return found


def skip_without(block: Block) -> List[str]:
    """What the block needs beside denet_bpf, when it is there."""
    for name in block.needs():
        if importlib.util.find_spec(name) is None:
            pytest.skip(f"{name} is not installed")
    return block.needs()


def environment() -> dict:
    folder = os.path.dirname(sys.executable)
    return python_environment(
        MPLBACKEND="Agg", PATH=folder + os.pathsep + os.environ["PATH"], PYTHONWARNINGS="error"
    )


def run(command, folder, limit_s=LIMIT_S, **more) -> str:
    """Its output; it has to succeed."""
    done = subprocess.run(
        command, cwd=folder, env={**environment(), **more}, timeout=limit_s,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    return done.stdout
