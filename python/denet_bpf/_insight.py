# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""What the records of a run say as a whole: what it waited for, how many ran, who used most."""

from __future__ import annotations

import ctypes
import os
from ctypes import byref, c_void_p
from typing import TYPE_CHECKING, Any, Dict, Iterable, Iterator, List, Mapping, Optional, TypedDict, Union

from . import _abi, _check, _metrics, _monitor, _native
from ._output import PathName
from ._records import records_of, to_json
from .process import ProcessMonitor

if TYPE_CHECKING:
    from .types import By, Sort

Run = Union[PathName, ProcessMonitor, Iterable[Union[Mapping[str, Any], str]]]

_BY = ("process", "comm", "cmd", "exe", "subtree", "cgroup", "user")
_SORT = ("cpu", "wall", "peak", "runs")
_ROWS_MAX = 2**63 - 1


class SegmentFigures(TypedDict):
    """What each segment has."""

    start_ns: int  # since the start of the run; each begins where the one before ends
    end_ns: int
    id: int
    pid: int
    comm: str
    waiting: bool  # nearly all of its time on the path went by without CPU: sleep, disk, network


class Segment(SegmentFigures, total=False):
    """A stretch of the wall time in which the run went on only as this program did."""

    cmd: List[str]  # its arguments, where they are known


class WaitedProgram(TypedDict):
    """All segments of one name."""

    comm: str
    time_ns: int
    segments: int


class Waited(TypedDict):
    """What the wall time waited for."""

    wall_ns: int  # to which the segments add up: the root's life, as far as it was watched
    waiting_ns: int  # in segments that are waiting
    run_delay_ns: int  # about so much of it the path's processes waited for a CPU
    programs: List[WaitedProgram]  # most time first
    segments: List[Segment]  # in the order of time


class RowFigures(TypedDict):
    """What each row has."""

    name: str
    runs: int
    failed: int
    cpu_time_ns: int


class Row(RowFigures, total=False):
    """What a program, or whatever rows are made by, has used."""

    cmd: List[str]  # of a process, a subtree, a command line
    pid: int  # of a process or a subtree
    wall_ns: int  # while at least one of them lived; absent when not known
    peak_rss_kb: int  # the largest of one process; absent when not known


class RollUp(TypedDict):
    """Rows, and the sums over all of them."""

    rows: List[Row]
    rows_omitted: int  # for top
    processes: int  # in all rows, the omitted ones included
    cpu_time_ns: int


def waited_for(run: Run) -> Waited:
    """The chain of processes that each had to wait for the next, back from the end of the first.

    run is a recorded file, a ProcessMonitor that has ended, or records as dicts or JSON texts.
    Times are in nanoseconds. ValueError says why nothing of it is known: /proc, say, does not tell
    enough. OSError when the file cannot be read or has no records, RuntimeError
    while the monitor's run goes on.
    """
    with _Analysis(run) as analysis:
        found = analysis.ask("denet_analysis_waited", _abi.Waited)
        programs = found.programs[: found.programs_count]
        return {
            _metrics.WALL_NS: found.wall_ns,  # type: ignore[misc]
            "waiting_ns": found.waiting_ns,
            _metrics.RUN_DELAY_NS: found.run_delay_ns,
            "programs": [_program_of(program) for program in programs],
            "segments": [_segment_of(each) for each in found.segments[: found.segments_count]],
        }


def parallelism(run: Run) -> List[int]:
    """Nanoseconds of the run in which 0, 1, 2, ... processes ran at once.

    One with a living child does not count: it is the child that works. run and errors are as
    waited_for() has them.
    """
    with _Analysis(run) as analysis:
        found = analysis.ask("denet_analysis_parallel", _abi.Parallel)
        return list(found.time_ns[: found.count])


def roll_up(
    run: Run,
    by: By = "comm",
    under: Optional[str] = None,
    sort: Sort = "cpu",
    top: Optional[int] = None,
) -> RollUp:
    """Who used how much, summed up by what they have in common, the heaviest first.

    by is "process", "comm" (a program's name), "cmd" (its command line), "exe" (its file),
    "subtree" (each child of the root, or of those under matches, with all that it has started),
    "cgroup" or "user". under takes only what processes of such a name or command line have
    started: a shell's pattern. sort is "cpu", "wall", "peak" or "runs"; top how many rows are
    told, None all. Figures are in nanoseconds and KiB. run and errors are as waited_for() has them;
    ValueError for another word, too.
    """
    options = _abi.RollupOptions(size=ctypes.sizeof(_abi.RollupOptions))
    options.by = _place_of("by", by, _BY)
    options.sort = _place_of("sort", sort, _SORT)
    options.under = _monitor._encode(_check.text("under", under)) if under is not None else None
    if top is not None:
        options.rows_max = min(_check.whole("top", top, least=1), _ROWS_MAX)
    with _Analysis(run) as analysis:
        found = analysis.ask("denet_analysis_rollup", _abi.Rollup, byref(options))
        return {
            "rows": [_row_of(row) for row in found.rows[: found.rows_count]],
            "rows_omitted": found.rows_omitted,
            "processes": found.processes,
            _metrics.CPU_TIME_NS: found.cpu_time_ns,  # type: ignore[misc]
        }


class _Analysis:
    """A struct denet_analysis; what is asked of it is gone with it."""

    def __init__(self, run: Run) -> None:
        self._library = _native.library()
        self._handle = c_void_p()
        error = _native.new_error()
        name = name_of(run)
        if name is not None:
            result = self._library.denet_analysis_open(name, byref(self._handle), byref(error))
        else:
            text = "\n".join(_lines_of(run)).encode("utf-8", "replace")
            result = self._library.denet_analysis_of_lines(
                text, len(text), byref(self._handle), byref(error)
            )
        if result < 0:
            raise to_error(result, error, name)

    def __enter__(self) -> "_Analysis":
        return self

    def __exit__(self, *_: object) -> None:
        handle, self._handle = self._handle, c_void_p()
        self._library.denet_analysis_free(handle)

    def ask(self, function: str, kind: Any, *arguments: Any) -> Any:
        """A struct of that kind, as the function fills it."""
        found = kind(size=ctypes.sizeof(kind))
        result = getattr(self._library, function)(self._handle, *arguments, byref(found))
        if result < 0:
            raise _native.to_oserror(result)
        if found.unknown is not None:
            raise ValueError(f"not known: {text_of(found.unknown)}")
        return found


def name_of(run: Run) -> Optional[bytes]:
    """The file's, if it is one."""
    is_path = isinstance(run, (str, bytes, os.PathLike))
    return _monitor._encode(run) if is_path else None


def to_error(result: int, error: Any, name: Optional[bytes]) -> OSError:
    """The exception of a call that has read a file, or records."""
    text = _native.error_text(result, error)
    return OSError(-result, text, os.fsdecode(name)) if name else OSError(-result, text)


def text_of(raw: Optional[bytes]) -> str:
    """A name that the library tells, in whatever bytes the kernel had it."""
    return (raw or b"").decode("utf-8", "replace")


def _lines_of(run: Any) -> Iterator[str]:
    if isinstance(run, ProcessMonitor):
        return iter(run._records_of_run())
    return map(to_json, records_of(run))


def _place_of(what: str, name: str, names: Any) -> int:
    return int(names.index(_check.word(what, name, names)))


def _command_of(command: Any) -> Dict[str, Any]:
    if not command.args_len:
        return {}
    words = ctypes.string_at(command.args, command.args_len).split(b"\0")
    return {"cmd": [text_of(word) for word in (words if words[-1] else words[:-1])]}


def _program_of(program: Any) -> WaitedProgram:
    return {
        "comm": text_of(program.comm),
        "time_ns": program.time_ns,
        "segments": program.segments_count,
    }


def _segment_of(segment: Any) -> Segment:
    return {
        _metrics.START_NS: segment.start_ns,  # type: ignore[misc]
        _metrics.END_NS: segment.end_ns,
        "id": segment.id,
        "pid": segment.pid,
        "comm": text_of(segment.comm),
        **_command_of(segment.command),
        "waiting": segment.is_waiting,
    }


def _row_of(row: Any) -> Row:
    made = {"name": text_of(row.name), **_command_of(row.command)}
    if row.pid:
        made["pid"] = row.pid
    made.update({"runs": row.runs, "failed": row.failed, _metrics.CPU_TIME_NS: row.cpu_time_ns})
    for key, value in ((_metrics.WALL_NS, row.wall_ns), (_metrics.PEAK_RSS_KB, row.peak_rss_kb)):
        if value != _abi.UNKNOWN:
            made[key] = value
    return made  # type: ignore[return-value]
