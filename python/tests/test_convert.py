# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""What `denet-bpf convert` writes, beside what it is written for: Snakemake, DuckDB, Nextflow."""

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

import denet_bpf as denet

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


WORKFLOW = """
process make {
  input: val name
  output: path "${name}.txt"
  script: "seq 20000 | sort -R >${name}.txt; i=0; while [ \\$i -lt 100000 ]; do i=\\$((i+1)); done"
}
process count {
  errorStrategy 'ignore'
  input: path x
  output: stdout
  script: "wc -l ${x}; exit 3"
}
workflow { Channel.of('x', 'y') | make | count | view }
"""


def test_each_task_of_a_real_workflow_has_its_row(exact, convert, nextflow, tmp_path, monkeypatch):
    monkeypatch.setenv("NXF_HOME", str(tmp_path / "home"))
    (tmp_path / "main.nf").write_text(WORKFLOW)
    (tmp_path / "nextflow.config").write_text("trace { enabled = true; file = 'own.txt'; raw = true }\n")
    code, _ = denet.execute_with_monitoring(
        [nextflow, "run", "main.nf"], output_file=tmp_path / "run.jsonl", cwd=tmp_path, write_metadata=True,
        timeout=300, quiet=True,
    )  # fmt: skip
    assert code == 0

    def rows_of(text):
        header, *lines = [line.split("\t") for line in text.splitlines()]
        rows = [dict(zip(header, line)) for line in lines]
        return header, {row["hash"]: row for row in rows}

    header, own = rows_of((tmp_path / "own.txt").read_text())
    our_header, ours = rows_of(convert(tmp_path / "run.jsonl", "--to", "nextflow"))
    assert our_header[: len(header)] == header and set(ours) == set(own) and len(own) == 4
    for key, row in own.items():
        for column in ("native_id", "name", "exit"):
            assert ours[key][column] == row[column], column
        assert ours[key]["status"] == row["status"]
        assert 0 < int(ours[key]["realtime"]) <= int(ours[key]["duration"])
        assert int(ours[key]["peak_rss"]) > 0 and int(ours[key]["rchar"]) > 0
    for row in ours.values():
        if row["name"].startswith("make"):
            assert float(row["%cpu"]) > 0 and int(row["wchar"]) > 108894  # what seq writes
