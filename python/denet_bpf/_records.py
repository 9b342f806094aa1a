# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Records in files and in memory: reading, writing, telling kinds apart, flattening trees.

A record is a JSON object: one line of a file of ours or of denet. Units are in the names of
the keys; cpu_usage is percent of one core.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import math
import numbers
import os
import re
import warnings
import zlib
from typing import Any, Dict, Iterable, List, Mapping, NoReturn, Optional, Sequence, TextIO, Union

from . import _check, _metrics

Record = Dict[str, Any]
Number = Union[int, float]
PathName = Union[str, "os.PathLike[str]"]

SAMPLE_KINDS = frozenset({"sample", "tree", "aggregated"})
# Keys that hold other records; everything else of a sample is its own.
TREE_PARTS = ("parent", "children", "aggregated")
# What the command line writes as CSV, for rows that go out one by one.
CSV_COLUMNS = _metrics.CSV_COLUMNS
FIRST_COLUMNS = (_metrics.TS_MS, _metrics.CPU_USAGE, _metrics.MEM_RSS_KB, _metrics.MEM_VMS_KB)

# denet renamed these in 0.6.0; a file has one name or the other.
OTHER_NAME = {**_metrics.OLD_KEYS, **{old: new for new, old in _metrics.OLD_KEYS.items()}}

_METADATA_KEYS = ("pid", "cmd", "executable", _metrics.T0_MS)
# Another number when a key changes its meaning.
_SCHEMA = 1
# No counter of a machine comes near; mean and deviation of such numbers still fit a float.
_LARGEST = 1e30
_DEEPEST_COLUMN = 8

# What may be left behind the last good character when a writer was killed inside a number or word.
_CUT_WORD = re.compile(r"-?(t(ru?)?|f(a(ls?)?)?|n(ul?)?|Na?|I[a-z]*|\.|[eE][+-]?|-)?")
# denet with --json prints these among its records.
_DENET_MESSAGE = re.compile("Timeout reached after [0-9]|[\u2190-\u2bff\U0001f000-\U0001faff]")


def kind_of(record: Mapping[str, Any]) -> str:
    """The kind of a record by its tag, else by its shape; "" when it has neither."""
    kind = record.get("kind")
    if isinstance(kind, str):
        return kind
    if "aggregated" in record or "parent" in record:
        return "tree"
    if _metrics.CPU_USAGE in record or _metrics.MEM_RSS_KB in record:
        return "sample"
    if "children" in record:
        return "tree"
    if "lscpu" in record:
        return "env"
    if _metrics.TOTAL_TIME_SECS in record and _metrics.SAMPLE_COUNT in record:
        return "summary"
    known = sum(key in record for key in _METADATA_KEYS)
    return "metadata" if known > 1 and ("executable" in record or _metrics.T0_MS in record) else ""


def is_sample(record: Mapping[str, Any]) -> bool:
    """Whether a record is a sample (plain, tree or aggregated). An untagged stranger is one too:
    people keep samples of their own in such files."""
    kind = kind_of(record)
    return kind in SAMPLE_KINDS or kind == ""


def flatten_sample(record: Record) -> Record:
    """A tree record with the figures of the whole tree (cpu_usage, mem_rss_kb, thread_count,
    disk_*, sys_net_* ...) at its top level, beside parent, children and aggregated.

    Returns the same object when there is nothing to add.
    """
    totals = _tree_totals(record)
    if all(key in record for key in totals):
        return record
    flat = {key: record[key] for key in record if key not in TREE_PARTS}
    for key, value in totals.items():
        flat.setdefault(key, value)
    flat.update((key, record[key]) for key in TREE_PARTS if key in record)
    return flat


def unflatten_sample(record: Record) -> Record:
    """Undoes flatten_sample(): denet takes a tree with cpu_usage on top for a single process.

    A value that was changed since stays.
    """
    totals = _tree_totals(record)
    if not any(key in record for key in totals if key != _metrics.TS_MS):
        return record
    return {
        key: value
        for key, value in record.items()
        if key == _metrics.TS_MS or key not in totals or not _same(value, totals[key])
    }


def samples_of(metrics: Iterable[Union[Mapping[str, Any], str]]) -> List[Record]:
    """The samples among records, flattened. A record may be JSON text, as get_samples() of denet
    returns it. The list itself comes back when it holds nothing but flat samples."""
    records = records_of(metrics)
    samples = [flatten_sample(record) for record in records if is_sample(record)]
    if isinstance(metrics, list) and _same_items(samples, metrics):
        return metrics
    return samples


def records_of(metrics: Iterable[Union[Mapping[str, Any], str]]) -> List[Record]:
    """All records as dicts; TypeError for what is none, ValueError for bad JSON text."""
    _check.items("records", metrics)
    return [_as_record(entry, place) for place, entry in enumerate(metrics)]


def number(record: Mapping[str, Any], key: str) -> Optional[Number]:
    """The value of a key, None when it is not known: absent, no finite number, absurdly large,
    or named by the record's own `unknown` list. Old and new names of the network keys are one."""
    value = record.get(key)
    if value is None and key in OTHER_NAME:
        key = OTHER_NAME[key]
        value = record.get(key)
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        return None
    exact: Number = value if isinstance(value, (int, float)) else float(value)
    unknown = record.get("unknown")
    if isinstance(unknown, list) and key in unknown:
        return None
    return exact if abs(exact) <= _LARGEST else None


def elapsed_s(records: Iterable[Record]) -> float:
    """Seconds from the first sample to the last; 0.0 without two, or when the clock went back."""
    times = [number(record, _metrics.TS_MS) for record in records if is_sample(record)]
    known = [value for value in times if value is not None]
    return max(0.0, (known[-1] - known[0]) / 1000) if known else 0.0


def read_records(path: PathName) -> List[Record]:
    """All records of a JSON Lines file or a JSON array, as they are in the file.

    ValueError names the file and the line of bad JSON, and of records of another schema. A record
    that a killed writer left cut off at the end of the file, and plain text that denet mixes in,
    are skipped with a warning.
    """
    name = os.fsdecode(_check.path("path", path))
    with _open(name) as stream:
        is_array = _first_character(stream) == "["
        stream.seek(0)
        return _read_array(stream.read(), name) if is_array else _read_lines(stream, name)


def _open(name: str) -> TextIO:
    """Also what is packed by gzip, whatever its name."""
    with open(name, "rb") as raw:
        is_packed = raw.read(2) == b"\x1f\x8b"
    raw_stream: Any = _Packed(name) if is_packed else open(name, "rb")
    return io.TextIOWrapper(raw_stream, encoding="utf-8-sig", errors="replace", newline="\n")


class _Packed(gzip.GzipFile):
    """Of one that a killed writer has left cut off, what there is; OSError for a damaged one."""

    def read1(self, size: int = -1) -> bytes:
        try:
            return super().read1(size)
        except EOFError:
            _warn(self.name, None, "the packed file is cut off, its last part is skipped")
        except zlib.error as error:
            raise gzip.BadGzipFile(str(error)) from None
        return b""


def create(name: Union[str, bytes]) -> TextIO:
    """A file for text as it is, packed by gzip if the name ends in .gz. OSError."""
    opening: Any = gzip.open if os.fsencode(name).endswith(b".gz") else open
    stream: TextIO = opening(name, "wt", encoding="utf-8", errors="replace", newline="")
    return stream


def to_json(record: Any, indent: Optional[int] = None) -> str:
    """JSON text. NaN and infinity, which JSON lacks, become null."""
    try:
        try:
            return json.dumps(record, indent=indent, allow_nan=False)
        except ValueError:
            return json.dumps(_without_nan(record), indent=indent, allow_nan=False)
    except RecursionError:
        raise ValueError("a record is nested too deep or contains itself") from None


def to_csv(samples: Iterable[Record]) -> str:
    """RFC 4180 text with a header over all flat keys; empty cells where a value is not known."""
    rows = [columns_of(sample) for sample in samples]
    names = {name for row in rows for name in row}
    header = [name for name in FIRST_COLUMNS if name in names]
    header += sorted(names.difference(header))
    lines = [csv_line(header)]
    lines += [csv_line([row.get(name) for name in header]) for row in rows]
    return "".join(lines)


def csv_line(cells: Iterable[Any]) -> str:
    """One line of RFC 4180 text, with its line end."""
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\r\n").writerow([_cell(cell) for cell in cells])
    return stream.getvalue()


def columns_of(record: Record) -> Record:
    """A record as one table row: nested objects as psi_mem_some_avg10, other lists as JSON text,
    without parent, children, aggregated and without what the record itself calls unknown."""
    unknown = record.get("unknown")
    left_out = {str(key) for key in unknown} if isinstance(unknown, list) else set()
    left_out.update(TREE_PARTS, ("unknown",))
    row: Record = {}
    _add_columns(row, "", {key: record[key] for key in record if key not in left_out}, 0)
    return row


def _add_columns(row: Record, prefix: str, values: Mapping[Any, Any], depth: int) -> None:
    for key, value in values.items():
        if isinstance(value, dict) and depth < _DEEPEST_COLUMN:
            _add_columns(row, f"{prefix}{key}_", value, depth + 1)
        elif isinstance(value, (dict, list, tuple)):
            row[f"{prefix}{key}"] = to_json(value)
        else:
            row[f"{prefix}{key}"] = value


def _cell(value: Any) -> str:
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    # A lone surrogate from a JSON escape cannot be written to a UTF-8 file.
    return str(value).encode("utf-8", "replace").decode("utf-8")


def _tree_totals(record: Mapping[str, Any]) -> Record:
    aggregated = record.get("aggregated")
    if isinstance(aggregated, dict):
        kept = (key for key in aggregated if key not in TREE_PARTS and key != "kind")
        return {key: aggregated[key] for key in kept if aggregated[key] is not None}
    return _sum_of_members(record)


def _sum_of_members(record: Mapping[str, Any]) -> Record:
    parent = record.get("parent")
    if not isinstance(parent, dict) or record.get(_metrics.CHILDREN_OMITTED):
        return {}
    members = [parent, *(child["metrics"] for child in children_of(record))]
    totals: Record = {}
    for key in _metrics.SUMMED:
        values = [number(member, key) for member in members]
        known = [value for value in values if value is not None]
        if known and len(known) == len(values):
            totals[key] = sum(known)
    totals[_metrics.PROCESS_COUNT] = len(members)
    if _metrics.UPTIME_SECS in parent:
        totals[_metrics.UPTIME_SECS] = parent[_metrics.UPTIME_SECS]
    return totals


def children_of(record: Mapping[str, Any]) -> List[Record]:
    """The children {pid, command, metrics} of a tree record."""
    children = record.get("children")
    entries = children if isinstance(children, list) else []
    return [
        child
        for child in entries
        if isinstance(child, dict) and isinstance(child.get("metrics"), dict)
    ]


def _same(left: Any, right: Any) -> bool:
    return left is right or bool(left == right)


def _same_items(left: Sequence[Any], right: Sequence[Any]) -> bool:
    return len(left) == len(right) and all(a is b for a, b in zip(left, right))


def _as_record(entry: Union[Mapping[str, Any], str], place: int) -> Record:
    if isinstance(entry, str):
        try:
            entry = json.loads(entry)
        except (ValueError, RecursionError) as error:
            raise ValueError(f"record {place}: {_reason(error)}") from None
    if not isinstance(entry, dict):
        raise TypeError(f"record {place} is no dict but {type(entry).__name__}")
    return entry


def _first_character(stream: TextIO) -> str:
    for line in stream:
        if line.strip():
            return line.lstrip()[0]
    return ""


def _read_lines(stream: TextIO, name: str) -> List[Record]:
    records: List[Record] = []
    for place, line in enumerate(stream, 1):
        text = line.strip()
        if not text:
            continue
        try:
            record = json.loads(text)
        except (ValueError, RecursionError) as error:
            if line.endswith("\n") or not _is_cut_off(text, error):
                if not _DENET_MESSAGE.match(text):
                    _fail(name, place, _reason(error))
                _warn(name, place, "plain text, skipped")
                continue
            _warn(name, place, "cut off, skipped")
            break
        if not isinstance(record, dict):
            _fail(name, place, "a record is a JSON object")
        _check_schema(record, name, place)
        records.append(record)
    return records


def _read_array(text: str, name: str) -> List[Record]:
    records: List[Record] = []
    decoder = json.JSONDecoder()
    text = text.rstrip()
    place = _skip_blanks(text, text.index("[") + 1)
    while not text.startswith("]", place):
        try:
            record, end = decoder.raw_decode(text, place)
            if not isinstance(record, dict):
                _fail(name, _line_of(text, place), "a record is a JSON object")
            _check_schema(record, name, _line_of(text, place))
            records.append(record)
            place = _skip_blanks(text, end)
            if text.startswith(",", place):
                place = _skip_blanks(text, place + 1)
            elif not text.startswith("]", place):
                raise json.JSONDecodeError("Expecting ',' delimiter", text, place)
        except json.JSONDecodeError as error:
            if not _is_cut_off(text, error):
                _fail(name, error.lineno, _reason(error))
            _warn(name, error.lineno, "the array is cut off, its last part is skipped")
            return records
        except RecursionError as error:
            _fail(name, _line_of(text, place), _reason(error))
    rest = _skip_blanks(text, place + 1)
    if rest != len(text):
        _fail(name, _line_of(text, rest), "text after the end of the array")
    return records


_BLANKS = re.compile(r"[ \t\r\n]*")


def _check_schema(record: Record, name: str, line: int) -> None:
    # What the keys of another schema mean is not known here.
    if record.get("kind", "metadata") != "metadata":
        return
    schema = record.get("schema", _SCHEMA)
    if schema != _SCHEMA:
        _fail(name, line, f"records of schema {schema!r}, and this version reads schema {_SCHEMA} alone")


def _skip_blanks(text: str, place: int) -> int:
    found = _BLANKS.match(text, place)
    return found.end() if found else place


def _line_of(text: str, place: int) -> int:
    return text.count("\n", 0, place) + 1


def _is_cut_off(text: str, error: Exception) -> bool:
    # A prefix of good JSON fails where it ends, inside its last string or inside its last word.
    if not isinstance(error, json.JSONDecodeError) or text[:1] not in ("{", "["):
        return False
    if error.msg.startswith("Unterminated string"):
        return True
    rest = text[error.pos :]
    if error.msg.startswith("Invalid \\u"):
        return re.fullmatch(r"\\?u?[0-9a-fA-F]{0,4}", rest) is not None
    return _CUT_WORD.fullmatch(rest) is not None


def _reason(error: BaseException) -> str:
    if isinstance(error, RecursionError):
        return "nested too deep"
    return error.msg if isinstance(error, json.JSONDecodeError) else str(error)


def _fail(name: str, line: int, reason: str) -> NoReturn:
    raise ValueError(f"{name}, line {line}: {reason}") from None


def _warn(name: str, line: Optional[int], what: str) -> None:
    place = name if line is None else f"{name}, line {line}"
    warnings.warn(f"{place}: {what}", stacklevel=5)


def _without_nan(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _without_nan(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_nan(item) for item in value]
    return value
