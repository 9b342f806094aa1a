# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""A Result, %denet and %%denet in a real notebook; needs nbclient and ipykernel."""

import os

import pytest
from support import python_environment

pytestmark = pytest.mark.usefixtures("library")

CELLS = [
    "%load_ext denet_bpf",
    "result = %denet sh -c 'sleep 0.1; exit 3'\nresult",
    "%%denet mine\nx = sum(range(300_000))",
    "print(x, mine.summary.wall_ns > 0, result.exit_code)",
]


def test_cells_run_and_show_what_they_used(monkeypatch, tmp_path):
    nbformat = pytest.importorskip("nbformat", reason="nbclient is not installed")
    nbclient = pytest.importorskip("nbclient", reason="nbclient is not installed")
    pytest.importorskip("ipykernel", reason="ipykernel is not installed")
    for key, value in python_environment(IPYTHONDIR=str(tmp_path)).items():
        monkeypatch.setitem(os.environ, key, value)
    cells = [nbformat.v4.new_code_cell(text) for text in CELLS]
    notebook = nbformat.v4.new_notebook(cells=cells)
    nbclient.NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
    for cell, word in ((cells[1], "exit 3"), (cells[2], "processes")):
        shown = [output for output in cell.outputs if output.output_type == "execute_result"]
        assert word in shown[0].data["text/html"]
    assert cells[3].outputs[0].text == "44999850000 True 3\n"
