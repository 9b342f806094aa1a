# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""What recorded samples say: averages, peaks, totals, per-process figures, tables.

Takes the files and samples of denet-bpf and of any denet: plain samples or process trees, tagged
or not, JSON Lines or JSON array. The figures of a tree are those of the whole tree.
"""

from __future__ import annotations

import itertools
import math
import os
import sys
import time
from typing import (
    TYPE_CHECKING,
    Any,
    Callable,
    Dict,
    Iterable,
    List,
    Mapping,
    Optional,
    Sequence,
    Union,
    overload,
)

from denet_bpf import _check, _metrics
from denet_bpf._records import (
    TREE_PARTS,
    Number,
    PathName,
    Record,
    children_of,
    create,
    flatten_sample,
    is_sample,
    kind_of,
    number,
    read_records,
    records_of,
    samples_of,
    to_csv,
    to_json,
    unflatten_sample,
)
from denet_bpf._tables import records_from, to_dataframe

if TYPE_CHECKING:
    from typing import Literal

    from denet_bpf._record_types import ProcessRecord, SummaryRecord
    from denet_bpf.types import Kind, Method, SavedFormat

__all__ = [
    "aggregate_metrics",
    "convert_format",
    "find_peaks",
    "load_metrics",
    "load_records",
    "process_tree_analysis",
    "resource_utilization",
    "save_metrics",
    "to_dataframe",
]

Metrics = Iterable[Union[Mapping[str, Any], str]]

_WINDOWED = (
    _metrics.CPU_USAGE,
    _metrics.MEM_RSS_KB,
    _metrics.MEM_VMS_KB,
    _metrics.DISK_READ_BYTES,
    _metrics.DISK_WRITE_BYTES,
    _metrics.SYS_NET_RX_BYTES,
    _metrics.SYS_NET_TX_BYTES,
    _metrics.NET_RX_BYTES,
    _metrics.NET_TX_BYTES,
    _metrics.THREAD_COUNT,
    _metrics.UPTIME_SECS,
)


def _mean(values: Sequence[Number]) -> float:
    return math.fsum(values) / len(values)


_METHODS: Dict[str, Callable[[Sequence[Number]], Number]] = {"mean": _mean, "max": max, "min": min}
_MIB = 1024 * 1024
_KINDS = (
    "metadata", "env", "child", "tree", "sample", "process", "exit", "summary",
    "machine", "group", "command", "processes", "heavy", "history", "disk", "interface",
    "filesystem", "container", "class", "connections", "alert",
)  # fmt: skip


@overload
def load_metrics(  # type: ignore[overload-overlap]
    path: PathName, include_metadata: bool = False, *, kind: Literal["process"]
) -> List[ProcessRecord]: ...
@overload
def load_metrics(  # type: ignore[overload-overlap]
    path: PathName, include_metadata: bool = False, *, kind: Literal["summary"]
) -> List[SummaryRecord]: ...
@overload
def load_metrics(
    path: PathName, include_metadata: bool = False, *, kind: Union[Kind, Sequence[Kind], None] = None
) -> List[Record]: ...
def load_metrics(path: PathName, include_metadata: bool = False, *, kind: Any = None) -> Any:
    """The samples of a file; trees carry the figures of the whole tree at their top level.

    With include_metadata the file's metadata records come first. kind asks for records of other
    kinds instead, as they are in the file: "process", "summary", ("exit", "child"), see
    load_records(). FileNotFoundError without the file; ValueError naming file and line for bad
    JSON; a record cut off by a kill is skipped with a warning.
    """
    is_with_metadata = _check.flag("include_metadata", include_metadata)
    if kind is not None:
        kinds = (kind,) if isinstance(kind, str) else tuple(kind)
        if not kinds:
            raise ValueError("kind: at least one")
        return load_records(path, *kinds)
    records = read_records(path)
    metadata = [record for record in records if is_with_metadata and kind_of(record) == "metadata"]
    return metadata + [flatten_sample(record) for record in records if is_sample(record)]


def load_records(path: PathName, *kinds: Kind) -> List[Record]:
    """All records of a file as they are in it, or those of the kinds named: metadata, env, child,
    tree, sample, process, exit, summary; or denet-bpf host's. ValueError for another kind, else
    the errors of load_metrics()."""
    for kind in kinds:
        _check.word("kind", kind, _KINDS)
    return [record for record in read_records(path) if not kinds or kind_of(record) in kinds]


def save_metrics(
    metrics: Metrics,
    path: PathName,
    format: SavedFormat = "jsonl",
    include_metadata: bool = True,
) -> None:
    """Writes records as jsonl, json (one array) or csv.

    With include_metadata a jsonl file begins with a metadata record: the one among the records,
    else one about the calling Python. ValueError for another format; the file is then not touched.
    """
    name = _check.path("path", path)
    is_with_metadata = _check.flag("include_metadata", include_metadata)
    _check_format(format)
    records = records_of(metrics)
    if format == "jsonl":
        text = _to_jsonl(_with_metadata(records) if is_with_metadata else _without(records))
        text += "\n" if text else ""
    else:
        text = convert_format(records, format, indent=2)
        text = text or ("[]" if format == "json" else "")
    with create(name) as stream:
        stream.write(text)


def _check_format(form: str) -> None:
    if _check.text("a format", form) not in ("csv", "json", "jsonl"):
        raise ValueError(f"Unknown format: {form}")


def convert_format(
    metrics: Union[Metrics, PathName], to_format: SavedFormat = "csv", indent: Optional[int] = None
) -> str:
    """Text of records, or of the file named, as csv, json or jsonl; "" when there are none.

    csv has the samples alone, RFC 4180; json and jsonl have every record. indent is for json.
    """
    _check_format(to_format)
    if indent is not None:
        indent = _check.whole("indent", indent, least=0)
    records = records_from(metrics)
    if to_format == "csv":
        samples = samples_of(records)
        return to_csv(samples) if samples else ""
    if not records:
        return ""
    if to_format == "jsonl":
        return _to_jsonl(records)
    return to_json([unflatten_sample(record) for record in records], indent)


def aggregate_metrics(
    metrics: Metrics, window_size: int = 10, method: Method = "mean"
) -> List[Record]:
    """One sample for each window_size samples: mean, max or min of what was measured, time stamp
    of the window's last.

    Of plain samples, CPU, memory, disk, network, threads and uptime are treated and the rest is
    the window's first, as denet does it; of trees every number is treated. ValueError for another
    method, which denet takes for mean.
    """
    _check.word("method", method, _METHODS)
    window_size = _check.whole("window_size", window_size, least=0)
    samples = samples_of(metrics)
    if window_size <= 1:
        return samples
    starts = range(0, len(samples), window_size)
    return [_merge(samples[start : start + window_size], method) for start in starts]


def find_peaks(
    metrics: Metrics,
    field: str = _metrics.CPU_USAGE,
    threshold: float = 0.8,
    window_size: int = 5,
) -> List[Record]:
    """The samples in which a field peaks.

    A threshold up to 1 is a fraction of the largest value: peaks are then the local maxima,
    without the first and the last sample, of the moving mean over window_size samples.
    A larger one is a value of the field: each stretch at or above it gives one peak, its highest
    sample; with window_size=1 each local maximum in it does. Samples without the field do not
    count.
    """
    window_size = _check.whole("window_size", window_size, least=0)
    threshold = _check.number("threshold", threshold)
    _check.text("field", field)
    known = [(number(sample, field), sample) for sample in samples_of(metrics)]
    values = [value for value, _ in known if value is not None]
    samples = [sample for value, sample in known if value is not None]
    if not values:
        return []
    if threshold > 1:
        found = _tops_above(values, threshold, window_size <= 1)
    else:
        found = _smooth_maxima(values, max(values) * threshold, window_size)
    return [samples[place] for place in found]


def resource_utilization(metrics: Metrics) -> Dict[str, Number]:
    """Totals and averages: *_cpu in percent of one core, *_mem_mb and total_*_mb in MiB,
    total_io_bytes (disk read and written) in bytes, total_time_sec in seconds.

    avg_cpu is the plain mean over the samples, as denet has it. Files of denet-bpf know the CPU
    time too: cpu_time_sec, and cpu_by_time_pct, that time over the elapsed time. What no sample
    knows has no key.
    """
    samples = samples_of(metrics)
    result: Dict[str, Number] = {}
    _describe(result, "cpu", _known(samples, _metrics.CPU_USAGE))
    _describe(result, "mem_mb", [value / 1024 for value in _known(samples, _metrics.MEM_RSS_KB)])
    _add_totals(result, samples)
    threads = _known(samples, _metrics.THREAD_COUNT)
    if threads:
        result["avg_threads"] = _mean(threads)
        result[_metrics.MAX_THREADS] = max(threads)
        result["min_threads"] = min(threads)
    _add_times(result, samples)
    return result


def process_tree_analysis(metrics: Metrics) -> Dict[str, Dict[Any, Any]]:
    """Average and largest CPU, memory (MiB) and threads of main_process, of child_processes by
    pid (over the samples that saw the child) and of the total; {} when no sample has children.
    """
    samples = [sample for sample in samples_of(metrics) if _has_children(sample)]
    if not samples:
        return {}
    main: List[Record] = []
    totals: List[Record] = []
    children: Dict[Union[int, str], List[Record]] = {}
    commands: Dict[Union[int, str], str] = {}
    for sample in samples:
        own = sample.get("parent") if _is_tree(sample) else sample
        main.extend([own] if isinstance(own, dict) else [])
        totals.append(sample)
        for child in _children(sample):
            children.setdefault(child["pid"], []).append(child["metrics"])
            totals.extend([] if _is_tree(sample) else [child["metrics"]])
            if isinstance(child.get("command"), str):
                commands[child["pid"]] = child["command"]
    described: Dict[Any, Any] = {pid: _averages(rows) for pid, rows in children.items()}
    for pid, command in commands.items():
        described[pid]["command"] = command
    return {
        "main_process": _averages(main),
        "child_processes": described,
        "total": _averages(totals),
    }


def _to_jsonl(records: Iterable[Record]) -> str:
    return "\n".join(to_json(unflatten_sample(record)) for record in records)


def _without(records: List[Record]) -> List[Record]:
    return [record for record in records if kind_of(record) != "metadata"]


def _with_metadata(records: List[Record]) -> List[Record]:
    found = [record for record in records if kind_of(record) == "metadata"]
    return (found or [_own_metadata()]) + _without(records)


def _own_metadata() -> Record:
    return {
        "pid": os.getpid(),
        "cmd": ["python"],
        "executable": sys.executable,
        _metrics.T0_MS: time.time_ns() // 1_000_000,
    }


def _merge(window: Sequence[Record], method: str) -> Record:
    merged = {key: value for key, value in window[0].items() if key not in TREE_PARTS}
    is_tree = any(_is_tree(sample) for sample in window)
    if is_tree and "kind" in merged:
        merged["kind"] = "aggregated"
    reduce = _METHODS[method]
    for key in merged:
        if key in _WINDOWED or (is_tree and key != _metrics.TS_MS):
            values = _known(window, key)
            if values:
                merged[key] = reduce(values)
    unknown = merged.pop("unknown", None)
    names = [key for key in unknown if isinstance(key, str)] if isinstance(unknown, list) else []
    still_unknown = [key for key in names if not _known(window, key)]
    if still_unknown:
        merged["unknown"] = still_unknown
    times = _known(window, _metrics.TS_MS)
    if times:
        merged[_metrics.TS_MS] = times[-1]
    merged.update(_aggregated=True, _window_size=len(window), _aggregation_method=method)
    return merged


def _smooth_maxima(values: Sequence[Number], threshold: float, window_size: int) -> List[int]:
    half = window_size // 2 if window_size > 1 else 0
    smooth = [
        _mean(values[max(0, place - half) : place + half + 1]) if half else values[place]
        for place in range(len(values))
    ]
    return [
        place
        for place in range(1, len(smooth) - 1)
        if smooth[place - 1] < smooth[place] > smooth[place + 1] and smooth[place] >= threshold
    ]


def _tops_above(values: Sequence[Number], threshold: float, each_maximum: bool) -> List[int]:
    tops: List[int] = []
    stretches = itertools.groupby(range(len(values)), lambda place: values[place] >= threshold)
    for is_above, places in stretches:
        if is_above:
            maxima = _maxima(values, list(places))
            tops += maxima if each_maximum else [max(maxima, key=values.__getitem__)]
    return tops


def _maxima(values: Sequence[Number], places: Sequence[int]) -> List[int]:
    """The local maxima of a stretch; its ends count, a flat top counts once."""
    maxima: List[int] = []
    top: Optional[int] = places[0]
    for before, place in zip(places, places[1:]):
        if values[place] > values[before]:
            top = place
        elif values[place] < values[before] and top is not None:
            maxima.append(top)
            top = None
    return maxima if top is None else [*maxima, top]


def _known(samples: Iterable[Record], key: str) -> List[Number]:
    values = (number(sample, key) for sample in samples)
    return [value for value in values if value is not None]


def _describe(result: Dict[str, Number], name: str, values: Sequence[Number]) -> None:
    if not values:
        return
    import statistics  # slow to import

    result[f"avg_{name}"] = _mean(values)
    result[f"max_{name}"] = max(values)
    result[f"min_{name}"] = min(values)
    result[f"median_{name}"] = statistics.median(values)
    if len(values) > 1:
        result[f"stdev_{name}"] = statistics.stdev(values)


def _add_totals(result: Dict[str, Number], samples: Sequence[Record]) -> None:
    # Counters of a run: the last value known is the total.
    last = {key: values[-1] for key in _COUNTERS for values in [_known(samples, key)] if values}
    for key, names in _COUNTERS.items():
        for name in names if key in last else ():
            result[name] = last[key] / _MIB
    if _metrics.DISK_READ_BYTES in last and _metrics.DISK_WRITE_BYTES in last:
        result["total_io_bytes"] = last[_metrics.DISK_READ_BYTES] + last[_metrics.DISK_WRITE_BYTES]


_COUNTERS = {
    _metrics.DISK_READ_BYTES: ("total_read_mb",),
    _metrics.DISK_WRITE_BYTES: ("total_write_mb",),
    _metrics.SYS_NET_RX_BYTES: ("total_sys_net_rx_mb", "total_net_rx_mb"),
    _metrics.SYS_NET_TX_BYTES: ("total_sys_net_tx_mb", "total_net_tx_mb"),
}


def _add_times(result: Dict[str, Number], samples: Sequence[Record]) -> None:
    times = _known(samples, _metrics.TS_MS)
    if not times:
        return
    # The clock may have been set back meanwhile: then the time is not known.
    if times[-1] >= times[0]:
        result["total_time_sec"] = (times[-1] - times[0]) / 1000
    used = _known(samples, _metrics.CPU_TIME_NS)
    if used:
        result["cpu_time_sec"] = used[-1] / 1e9
    if len(used) == len(times) and times[-1] > times[0]:
        result["cpu_by_time_pct"] = (used[-1] - used[0]) / (times[-1] - times[0]) / 1e4


def _is_tree(sample: Record) -> bool:
    return isinstance(sample.get("aggregated"), dict) or isinstance(sample.get("parent"), dict)


def _has_children(sample: Record) -> bool:
    return any(isinstance(sample.get(key), list) for key in ("children", "child_processes"))


def _children(sample: Record) -> List[Record]:
    if _is_tree(sample):
        found = children_of(sample)
    else:
        entries = sample.get("children") or sample.get("child_processes") or []
        found = [{**entry, "metrics": entry} for entry in entries if isinstance(entry, dict)]
    return [child for child in found if isinstance(child.get("pid"), (int, str))]


def _averages(rows: Sequence[Record]) -> Dict[str, Number]:
    result: Dict[str, Number] = {}
    for name, key, unit in (
        ("cpu", _metrics.CPU_USAGE, 1),
        ("memory_mb", _metrics.MEM_RSS_KB, 1024),
        ("threads", _metrics.THREAD_COUNT, 1),
    ):
        values = [value / unit for value in _known(rows, key)]
        if values:
            result[f"avg_{name}"] = _mean(values)
            result[f"max_{name}"] = max(values)
    return result
