# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""What docs/analysis.md asks DuckDB; the commands for a shell are run by tests/e2e/test_analysis_page.py."""

import importlib.util
import os
import subprocess

import pytest
from support import LIMIT_S, ROOT

BINARY = os.environ.get("DENET_BPF", ROOT / "build/denet-bpf")
FIXTURES = ROOT / "tests/fixtures/analysis"

duckdb = pytest.importorskip("duckdb")
pytestmark = pytest.mark.skipif(not os.path.exists(BINARY), reason="no denet-bpf to make the table")


@pytest.fixture(name="page")
def load_page():
    spec = importlib.util.spec_from_file_location("make_runs", FIXTURES / "make_runs.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_each_query_answers_its_question(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    page.make_runs(tmp_path)
    table = [BINARY, "stats", "-r", "runs", "--csv", "-o", "runs.csv"]
    subprocess.run(table, check=True, timeout=LIMIT_S)
    answers = [duckdb.execute(text).fetchall() for _, text in page.commands("sql")]
    peaks, slower, programs, _ = answers
    assert [(row[0], round(row[1], 2), row[2]) for row in peaks] == [
        ("test", 7.76, 8.0),
        ("build", 7.04, 8.0),
        ("docs", 2.0, 8.0),
    ]
    assert [(name, round(times, 1)) for name, times in slower] == [
        ("build", 1.5),
        ("test", 1.0),
        ("docs", 0.9),
    ]
    assert programs[0][:2] == ("sort", 6 * 36) and len(programs) == 8
    rows = duckdb.execute("SELECT count(*) FROM 'processes.parquet'").fetchall()
    assert rows == [(27 * 36,)]
