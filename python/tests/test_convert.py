# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""What `denet-bpf convert` writes, read by those that it is written for: Snakemake, DuckDB."""

import importlib.util
import json
import logging
import os
import pathlib
import re
import subprocess
import sys
import types

import pytest
from support import LIMIT_S, ROOT

JOB = ROOT / "tests/fixtures/waited/make-2.jsonl"


@pytest.fixture(scope="module")
def convert():
    """Runs `convert`; the program is the one built with the library."""
    library = os.environ.get("DENET_LIBRARY")
    program = library and pathlib.Path(library).with_name("denet-bpf")
    if not program or not program.exists():
        pytest.skip("denet-bpf is not built beside the library")

    def call(*args):
        done = subprocess.run([program, "convert", *map(str, args)], check=True, timeout=LIMIT_S, capture_output=True)
        return done.stdout.decode()

    return call


@pytest.fixture
def record_of_snakemake(monkeypatch):
    """Its own class. The rest of it needs packages that are not for every Python: its log alone is another."""
    found = importlib.util.find_spec("snakemake")
    if not found:
        pytest.skip("snakemake is not installed")
    log = types.ModuleType("snakemake.logging")
    log.logger = logging.getLogger("snakemake")
    monkeypatch.setitem(sys.modules, "snakemake", types.ModuleType("snakemake"))
    monkeypatch.setitem(sys.modules, "snakemake.logging", log)
    path = pathlib.Path(found.submodule_search_locations[0], "benchmark.py")
    spec = importlib.util.spec_from_file_location("snakemake_benchmark", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.BenchmarkRecord


def test_columns_are_those_of_snakemake(convert, record_of_snakemake):
    header, row = convert(JOB, "--to", "snakemake").splitlines()
    assert header.split("\t") == record_of_snakemake.get_header()
    (summary,) = [record for record in map(json.loads, JOB.read_text().splitlines()) if record["kind"] == "summary"]
    record = record_of_snakemake(running_time=summary["wall_ns"] / 1e9)
    cells = row.split("\t")
    assert cells[:2] == record.to_tsv(False).split("\t")[:2]
    assert cells[4] in record.to_tsv(False).split("\t")  # its word for what is not known


@pytest.mark.parametrize("days", (0, 1, 2))
def test_long_times_are_as_snakemake_s(convert, record_of_snakemake, tmp_path, days):
    seconds = days * 86400 + 3723.25
    changed = re.sub(r'("kind":"summary".*"wall_ns":)\d+', rf"\g<1>{int(seconds * 1e9)}", JOB.read_text())
    path = tmp_path / "long.jsonl"
    path.write_text(changed)
    _, row = convert(path, "--to", "snakemake").splitlines()
    assert row.split("\t")[:2] == record_of_snakemake(running_time=seconds).to_tsv(False).split("\t")[:2]


def test_duckdb_makes_parquet_of_it(convert, tmp_path, monkeypatch):
    duckdb = pytest.importorskip("duckdb")
    convert(JOB, "--to", "csv", "--processes", "-o", tmp_path / "processes.csv")
    page = (ROOT / "docs/convert.md").read_text()
    monkeypatch.chdir(tmp_path)
    (line,) = re.findall(r"`(COPY .*? TO 'processes.parquet')`", page, re.DOTALL)
    duckdb.sql(line)
    rows = duckdb.sql("SELECT pid, comm, cpu_time_ns, id FROM 'processes.parquet' ORDER BY id").fetchall()
    processes = [record for record in map(json.loads, JOB.read_text().splitlines()) if record["kind"] == "process"]
    assert rows == sorted(((record["pid"], record["comm"], record["cpu_time_ns"], record["id"])
                           for record in processes), key=lambda row: row[3])
