# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Records of `denet-bpf host` in a database, by the table that we ship."""

import json
import os
import pathlib
import subprocess

import pytest

HOST = os.environ.get("DENET_BPF", "") + "-host"
TABLES = pathlib.Path(__file__).resolve().parents[2] / "share/sql"
pytestmark = pytest.mark.skipif(not os.access(HOST, os.X_OK), reason="no denet-bpf-host beside DENET_BPF")


@pytest.fixture(name="records")
def run_host(tmp_path):
    config = tmp_path / "host.yml"
    config.write_text("heavy: {memory: 1B}\nprocesses: [{name: it, comm: .*}]\n")
    text = subprocess.run([HOST, "--once", "--json", "--config", config], check=True, capture_output=True).stdout
    (tmp_path / "host.jsonl").write_bytes(text)
    return [json.loads(line) for line in text.splitlines()]


def test_all_records_fit_into_the_table_of_duckdb(records, tmp_path):
    duckdb = pytest.importorskip("duckdb")
    base = duckdb.connect()
    text = (TABLES / "host-duckdb.sql").read_text()
    base.execute(text)
    load = next(line for line in text.splitlines() if "INSERT" in line).partition('"')[2].rpartition('"')[0]
    base.execute(load.replace("host.jsonl", str(tmp_path / "host.jsonl")))
    count, = base.execute("SELECT count(*) FROM host").fetchone()
    assert count == len(records) > 0
    machine = next(record for record in records if record["kind"] == "machine")
    row = base.execute("SELECT memory_total, load_avg, groups FROM host WHERE kind = 'machine'").fetchone()
    assert row == (machine["memory_total"], machine["load_avg"], machine["groups"])
    heavy = next(record for record in records if record["kind"] == "heavy")
    found = base.execute("SELECT rss, ended FROM host WHERE kind = 'heavy' AND pid = ?", [heavy["pid"]]).fetchone()
    assert found == (heavy["rss"], False)
    named, = base.execute("SELECT processes_living FROM host WHERE kind = 'processes' AND name = 'it'").fetchone()
    assert named >= 1


def test_all_records_fit_into_the_table_of_clickhouse(records, tmp_path):
    session = pytest.importorskip("chdb.session").Session(str(tmp_path / "base"))
    session.query("CREATE DATABASE base ENGINE = Atomic")
    session.query("USE base")
    session.query((TABLES / "host-clickhouse.sql").read_text().rstrip().rstrip(";"))
    session.query("INSERT INTO host FORMAT JSONEachRow " + (tmp_path / "host.jsonl").read_text())
    assert int(str(session.query("SELECT count() FROM host"))) == len(records) > 0
    machine = next(record for record in records if record["kind"] == "machine")
    found = session.query("SELECT memory_total, groups FROM host WHERE kind = 'machine'")
    assert str(found).strip() == f"{machine['memory_total']},{machine['groups']}"
    session.close()
