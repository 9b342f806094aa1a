#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Prints the table that the records of `denet-bpf host` fit into, for DuckDB or ClickHouse.

Usage: denet-bpf help records --json | tests/docs/sql.py duckdb|clickhouse"""

import json
import sys

KINDS = ("machine", "disk", "interface", "filesystem", "group", "command", "processes", "heavy", "history",
         "container", "class", "connections")
# What a key is made of when the record is written: of these all are numbers.
ARRAYS = ("cpu_per_core", "load_avg")
TYPES = {
    "duckdb": {"integer": "UBIGINT", "number": "DOUBLE", "boolean": "BOOLEAN", "string": "VARCHAR", "array": "DOUBLE[]"},
    "clickhouse": {"integer": "Nullable(UInt64)", "number": "Nullable(Float64)", "boolean": "Nullable(Bool)",
                   "string": "Nullable(String)", "array": "Array(Float64)"},
}
HEADS = {
    "duckdb": """\
-- Records of `denet-bpf host --json`, all kinds in one table. Printed by `make docs`.
--   duckdb host.db <host-duckdb.sql
--   duckdb host.db "INSERT INTO host BY NAME SELECT * FROM read_json_auto('host.jsonl', union_by_name = true)"
CREATE TABLE host (
    kind VARCHAR NOT NULL,
""",
    "clickhouse": """\
-- Records of `denet-bpf host --json`, all kinds in one table. Printed by `make docs`.
--   clickhouse-client --multiquery <host-clickhouse.sql
--   clickhouse-client -q 'INSERT INTO host FORMAT JSONEachRow' --input_format_skip_unknown_fields=1 <host.jsonl
CREATE TABLE host (
    kind LowCardinality(String),
""",
}
TAILS = {
    "duckdb": ");\n",
    "clickhouse": ") ENGINE = MergeTree ORDER BY (kind, coalesce(ts_ms, toUInt64(timestamp * 1000), 0));\n",
}


def columns(records):
    """Each key once, as several kinds have it; of one type, or no table could hold it."""
    found = {}
    for record in records:
        if record["record"] in KINDS:
            for key in record["keys"]:
                form = "array" if key["key"] in ARRAYS else key["form"]
                assert found.setdefault(key["key"], form) == form, key
    return found


def main():
    dialect = sys.argv[1]
    quote = '"' if dialect == "duckdb" else "`"
    text = HEADS[dialect]
    found = columns(json.load(sys.stdin)["records"])
    rows = [f"    {quote}{key}{quote} {TYPES[dialect][form]}" for key, form in found.items()]
    sys.stdout.write("-- SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later\n" + text + ",\n".join(rows) + "\n" + TAILS[dialect])


if __name__ == "__main__":
    main()
