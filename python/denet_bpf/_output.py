# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Arguments that several functions share, and the files that records go to."""

from __future__ import annotations

import os
from typing import Any, Dict, Iterable, Iterator, Optional, Union

from . import _check, _monitor, _records

PathName = Union[str, "os.PathLike[str]"]

SAMPLES = ("tree", "sample")
_FORMATS = {"jsonl": "jsonl", "jsonlines": "jsonl", "json": "json", "csv": "csv"}
_COUNT_MAX = 2**63 - 1


def parse_format(name: str) -> str:
    """jsonl, json or csv; ValueError for anything else."""
    known = _FORMATS.get(_check.text("a format", name).lower())
    if known is None:
        raise ValueError(f"Invalid configuration: Unknown output format: {name}")
    return known


def parse_interval(milliseconds: int) -> int:
    """Whole milliseconds; 0 counts as 1, for without a pause nothing else would get to run."""
    number = _check.whole("an interval in milliseconds", milliseconds)
    if number < 0:
        raise OverflowError("an interval cannot be negative")
    return max(1, number)


def parse_records(name: str) -> str:
    """all or denet: which records a file has."""
    return _check.word("records", name, ("all", "denet"))


def parse_children(count: Optional[int]) -> Optional[int]:
    """How many children a sample lists; None for the library's own number."""
    if count is None:
        return None
    return min(_check.whole("children", count, least=0), _COUNT_MAX)


def parse_label(label: Optional[str]) -> Optional[str]:
    return None if label is None else _check.text("label", label)


def parse_path(path: Optional[PathName]) -> Optional[PathName]:
    """A file's, if there is one to be written."""
    if path is not None:
        _check.path("output_file", path)
    return path


def parse_timeout(seconds: Optional[float]) -> Optional[float]:
    """Seconds, or None for ever; what is over already is 0, as for subprocess."""
    return None if seconds is None else max(0.0, _check.number("timeout, in seconds,", seconds))


def check_pss(pss: bool, no_pss: bool) -> None:
    """One or the other."""
    if all((_check.flag("pss", pss), _check.flag("no_pss", no_pss))):
        raise ValueError("pss and no_pss: one or the other")


def interval_s(elapsed_s: float, base_ms: int, max_ms: int) -> float:
    """denet's adaptive interval: base for a second, max after ten, a straight line between."""
    if elapsed_s < 1:
        return base_ms / 1000
    if elapsed_s >= 10:
        return max_ms / 1000
    return (base_ms + (max_ms - base_ms) * (elapsed_s - 1) / 9) / 1000


def kind_of(line: str) -> str:
    """kind is the first key of each record that the library makes."""
    head = '{"kind":"'
    return line[len(head) : line.index('"', len(head))] if line.startswith(head) else ""


def csv_lines(records: Iterable[Dict[str, Any]]) -> Iterator[str]:
    """A header, and a row for each sample, in the columns of the command line."""
    yield _records.csv_line(_records.CSV_COLUMNS)
    for record in records:
        row = _records.columns_of(_records.flatten_sample(record))
        yield _records.csv_line(row.get(column) for column in _records.CSV_COLUMNS)


def open_file(path: PathName, form: str, **wanted: Any) -> _monitor.RecordFile:
    """A file for the records of a run. RuntimeError when it cannot be written."""
    name = os.fspath(path)
    try:
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o666)
        return _monitor.RecordFile(fd, name, form, **wanted)
    except OSError as error:
        raise RuntimeError(f"IO Error: {name}: {error.strerror}") from error
