# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""docs/gallery.md: its blocks make the pictures that it shows, and these are there and small."""

import re
import sys

import pytest
from pages import ROOT, blocks_of, run, skip_without

PAGE = ROOT / "docs/gallery.md"
BLOCKS = blocks_of(PAGE) if PAGE.exists() else []
TOGETHER_BYTES = 300_000

pytestmark = pytest.mark.usefixtures("library")


def pictures():
    return re.findall(r"!\[[^]]+\]\(gallery/(\w+)\.png\)", PAGE.read_text())


def made_by(block):
    """What a block writes last: the picture, or the page that a browser makes it of."""
    return re.findall(r'"(\w+\.(?:png|html))"', block.text)[-1]


def test_each_picture_is_made_by_the_block_above_it():
    assert [made_by(block).partition(".")[0] for block in BLOCKS] == pictures()
    files = [ROOT / "docs/gallery" / f"{name}.png" for name in pictures()]
    assert sum(file.stat().st_size for file in files) < TOGETHER_BYTES
    assert {file.name for file in (ROOT / "docs/gallery").iterdir()} == {file.name for file in files}


@pytest.mark.parametrize("block", BLOCKS, ids=made_by)
def test_a_block_makes_it(block, tmp_path):
    skip_without(block)
    if made_by(block) == "plot.png":
        pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    if "pandas" in block.text:
        pytest.importorskip("pandas", reason="pandas is not installed")
    run([sys.executable, "-c", block.text], tmp_path, PYTHONWARNINGS="default")
    assert (tmp_path / made_by(block)).stat().st_size > 400
