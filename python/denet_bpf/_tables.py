# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Records as a table of pandas or polars."""

from __future__ import annotations

import importlib
import os
import shlex
from typing import TYPE_CHECKING, Any, List, Optional

from . import _check, _metrics
from ._records import (
    Number,
    Record,
    columns_of,
    kind_of,
    number,
    read_records,
    records_of,
    samples_of,
)

if TYPE_CHECKING:
    from .types import Library, Table


def to_dataframe(
    metrics: Any, of: Optional[Table] = None, library: Optional[Library] = None
) -> Any:
    """A pandas or polars table (library: "pandas", "polars"; None takes what is there).

    metrics is a file's name, records as dicts or JSON texts, a ProcessMonitor or a Monitor. of is
    "samples", one row each, with time_s, the seconds since the first; or "processes", one row each
    that ended; without it, what there is: samples, or else processes. ValueError when there are
    records, but none of these, ImportError when the library is missing.
    """
    if of is not None:
        _check.word("of", of, ("samples", "processes"))
    records = records_from(metrics)
    module = _table_library(library)
    rows = _process_rows(records) if of == "processes" else _sample_rows(records)
    if not rows and of is None:
        rows = _process_rows(records)
    if records and not rows:
        raise ValueError(_nothing_of(of, records))
    names = list(dict.fromkeys(name for row in rows for name in row))
    columns = {name: _column([row.get(name) for row in rows]) for name in names}
    if module.__name__ == "polars":
        return module.DataFrame(columns, strict=False)
    return module.DataFrame(columns)


def _nothing_of(of: Optional[str], records: List[Record]) -> str:
    kinds = ", ".join(dict.fromkeys(kind_of(record) or "unknown" for record in records))
    if of == "processes":
        return f"no record of a process among {kinds}: hand over a whole file, not its samples"
    return f"no sample among records of the kinds {kinds}"


def records_from(metrics: Any) -> List[Record]:
    of_run = getattr(metrics, "_all_records", None)
    if of_run is not None:
        return records_of(of_run())
    if isinstance(metrics, (str, os.PathLike)):
        return read_records(metrics)
    return records_of(metrics)


def _table_library(library: Optional[str]) -> Any:
    if library is not None:
        _check.word("library", library, ("pandas", "polars"))
    for name in [library] if library else ["pandas", "polars"]:
        try:
            return importlib.import_module(name)
        except ImportError:
            continue
    wanted = library or "pandas or polars"
    raise ImportError(f"to_dataframe() needs {wanted}, which cannot be imported")


def _sample_rows(records: List[Record]) -> List[Record]:
    samples = samples_of(records)
    times = [
        value for value in (number(sample, _metrics.TS_MS) for sample in samples) if value is not None
    ]
    rows = []
    for sample in samples:
        row = columns_of(sample)
        row.pop("kind", None)
        now = number(sample, _metrics.TS_MS)
        elapsed = (now - times[0]) / 1000 if now is not None else None
        rows.append({_metrics.TS_MS: row.pop(_metrics.TS_MS, None), "time_s": elapsed, **row})
    return rows


def _process_rows(records: List[Record]) -> List[Record]:
    rows = []
    for record in records:
        if kind_of(record) != "process":
            continue
        row = columns_of(record)
        del row["kind"]
        cmd = record.get("cmd")
        if isinstance(cmd, list):
            row["cmd"] = shlex.join(map(str, cmd))
        rows.append(row)
    return rows


def _column(values: List[Any]) -> List[Any]:
    """A column of one type, which is what polars and fast pandas columns want."""
    known = [value for value in values if value is not None]
    if all(isinstance(value, bool) for value in known):
        return values
    if not all(isinstance(value, (int, float)) for value in known):
        return [None if value is None else str(value) for value in values]
    if any(isinstance(value, float) or abs(value) >= 2**63 for value in known):
        return [None if value is None else _to_float(value) for value in values]
    return values


def _to_float(value: Number) -> Optional[float]:
    try:
        return float(value)
    except OverflowError:
        return None
