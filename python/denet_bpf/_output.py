# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Arguments that several functions share, and the files that records go to."""

from __future__ import annotations

import json
import operator
import os
from contextlib import suppress
from typing import Any, BinaryIO, Dict, Iterable, Iterator, Optional, Union

from . import _records

PathName = Union[str, "os.PathLike[str]"]

SAMPLES = ("tree", "sample")
_FORMATS = {"jsonl": "jsonl", "jsonlines": "jsonl", "json": "json", "csv": "csv"}


def parse_format(name: str) -> str:
    """jsonl, json or csv; ValueError for anything else."""
    known = _FORMATS.get(str(name).lower())
    if known is None:
        raise ValueError(f"Invalid configuration: Unknown output format: {name}")
    return known


def parse_interval(milliseconds: int) -> int:
    """Whole milliseconds; 0 counts as 1, for without a pause nothing else would get to run."""
    number = operator.index(milliseconds)
    if number < 0:
        raise OverflowError("an interval cannot be negative")
    return max(1, number)


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


class OutputFile:
    """A file that is complete after each record. RuntimeError when it cannot be written."""

    def __init__(self, path: PathName, form: str) -> None:
        self._path = path
        self._form = form
        self._end = 0  # of a JSON array's last element; 0 when it has none
        self._file: Optional[BinaryIO] = None
        try:
            self._file = open(path, "wb")
        except OSError as error:
            raise self._failure(error) from error
        if form == "csv":
            self._put(*csv_lines([]))
        elif form == "json":
            self._put("[]")  # denet knows an array by its last character: no line end

    def write(self, line: str) -> None:
        """Adds a record. After close() nothing happens."""
        if self._file is None:
            return
        if self._form == "json":
            self._add_element(line)
        elif self._form == "jsonl":
            self._put(line, "\n")
        elif kind_of(line) in SAMPLES:
            _, row = csv_lines([json.loads(line)])
            self._put(row)

    def _add_element(self, line: str) -> None:
        # The closing bracket is written over, so that a reader finds a whole array at any time.
        assert self._file is not None
        self._file.seek(self._end or 1)
        size = self._put(",\n" if self._end else "", line, "]")
        self._end = (self._end or 1) + size - len("]")

    def _put(self, *texts: str) -> int:
        assert self._file is not None
        data = "".join(texts).encode("utf-8", "replace")
        try:
            self._file.write(data)
            self._file.flush()
        except OSError as error:
            self.close()
            raise self._failure(error) from error
        return len(data)

    def _failure(self, error: OSError) -> RuntimeError:
        return RuntimeError(f"IO Error: {os.fspath(self._path)}: {error.strerror}")

    def close(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            with suppress(OSError):  # whatever it is, write() has told it
                file.close()

    def __del__(self) -> None:
        if getattr(self, "_file", None) is not None:
            self.close()
