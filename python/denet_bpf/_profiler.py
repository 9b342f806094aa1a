# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""The profiler of denet_bpf.monitoring. It needs /proc/self/statm and no library."""

import asyncio
import contextvars
import dataclasses
import functools
import inspect
import json
import math
import os
import time
import traceback
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Awaitable, Callable, Deque, Dict, Generator, List, Mapping, Optional, Union

from . import _check

_TRACES_MAX = 2**31
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
# Wall clock that never jumps: set once, then driven by the monotonic clock.
_EPOCH_S = time.time() - time.perf_counter()


def _now() -> float:
    return _EPOCH_S + time.perf_counter()


def _rss_bytes() -> int:
    with open("/proc/self/statm", "rb") as statm:
        return int(statm.read().split()[1]) * _PAGE_BYTES


@dataclass
class ProfileTrace:
    """One traced operation. Times are seconds since 1970, memory is resident bytes.

    While it runs, end_time is NaN and running is true; in what get_profile() returns, the end of
    a running one is the moment of the call.
    """

    name: str
    start_time: float
    end_time: float
    metadata: Dict[str, Any] = field(default_factory=dict)
    stack_trace: Optional[str] = None
    memory_start: int = 0
    memory_end: int = 0
    running: bool = False
    parent: Optional[str] = None  # name of the trace around it

    @property
    def duration(self) -> float:
        """In seconds; NaN while it runs."""
        return self.end_time - self.start_time

    @property
    def memory_delta(self) -> int:
        """Bytes; negative when memory was given back."""
        return self.memory_end - self.memory_start


@dataclass
class Profile:
    """What a Profiler has seen up to now."""

    traces: List[ProfileTrace] = field(default_factory=list)  # by start
    dropped: int = 0  # traces that max_traces pushed out

    @property
    def total_time(self) -> float:
        """Seconds in which at least one trace ran: what overlaps or nests counts once."""
        total, covered_until = 0.0, -math.inf
        for trace in sorted(self.traces, key=lambda trace: trace.start_time):
            total += max(0.0, trace.end_time - max(trace.start_time, covered_until))
            covered_until = max(covered_until, trace.end_time)
        return total

    def get_metrics(self) -> Dict[str, Dict[str, float]]:
        """By name: count, total_time, mean_time, min_time and max_time (seconds), memory_delta
        (bytes), of the traces that have ended or run."""
        found: Dict[str, Dict[str, float]] = {}
        for name in dict.fromkeys(trace.name for trace in self.traces):
            traces = self.named(name)
            times = [trace.duration for trace in traces]
            found[name] = {
                "count": len(traces),
                "total_time": sum(times),
                "mean_time": sum(times) / len(times),
                "min_time": min(times),
                "max_time": max(times),
                "memory_delta": sum(trace.memory_delta for trace in traces),
            }
        return found

    def to_text(self, form: str = "json") -> str:
        """json: a list of the traces. chrome: what chrome://tracing and Perfetto show. ValueError
        for another form."""
        if form == "json":
            return json.dumps([_as_dict(trace) for trace in self.traces], default=str)
        if form != "chrome":
            raise ValueError(f"format {form!r}: json or chrome")
        return json.dumps({"traceEvents": _chrome_events(self.traces)}, default=str)

    def named(self, name: str) -> List[ProfileTrace]:
        """The traces of one name."""
        return [trace for trace in self.traces if trace.name == name]


def _as_dict(trace: ProfileTrace) -> Dict[str, Any]:
    more = {"duration": trace.duration, "memory_delta": trace.memory_delta}
    return {**dataclasses.asdict(trace), **more}


def _chrome_events(traces: List[ProfileTrace]) -> List[Dict[str, Any]]:
    """Complete events in microseconds. What overlaps without being nested has a row of its own."""
    rows: List[List[float]] = []  # the ends of what is open in each
    events: List[Dict[str, Any]] = []
    for trace in sorted(traces, key=lambda trace: (trace.start_time, -trace.end_time)):
        for row, ends in enumerate(rows):
            while ends and ends[-1] <= trace.start_time:
                ends.pop()
            if not ends or trace.end_time <= ends[-1]:
                break
        else:
            row, ends = len(rows), []
            rows.append(ends)
        ends.append(trace.end_time)
        events.append(
            {
                "name": trace.name, "ph": "X", "pid": os.getpid(), "tid": row,
                "ts": trace.start_time * 1e6, "dur": trace.duration * 1e6,
                "args": {**trace.metadata, "memory_delta": trace.memory_delta},
            }
        )  # fmt: skip
    return events


class _Done:
    """What is done already, and may be awaited all the same."""

    def __await__(self) -> Generator[Any, None, None]:
        yield from ()


class _Open:
    """A trace that runs, in the context of whoever started it."""

    def __init__(self, profiler: "Profiler", trace: ProfileTrace) -> None:
        self.profiler = profiler
        self.trace = trace
        self.inner: List["_Open"] = []  # end with this one at the latest
        self.outer = _current.get()
        self.parent = self.outer
        while self.parent is not None and self.parent.profiler is not profiler:
            self.parent = self.parent.outer
        self.task = _current_task()


# One for all profilers: a context variable is never freed.
_current: "contextvars.ContextVar[Optional[_Open]]" = contextvars.ContextVar(
    "denet_bpf_trace", default=None
)


def _current_task() -> Optional["asyncio.Task[Any]"]:
    try:
        return asyncio.current_task()
    except RuntimeError:
        return None


class _TraceContext:
    """`async with` and `with` around a block; gives its ProfileTrace (None when disabled)."""

    def __init__(self, profiler: "Profiler", name: str, metadata: Optional[Mapping[str, Any]]):
        self._profiler, self._name, self._metadata = profiler, name, metadata
        self._open: Optional[_Open] = None

    def __enter__(self) -> Optional[ProfileTrace]:
        self._open = self._profiler._begin(self._name, self._metadata, is_block=True)
        if self._open is None:
            return None
        _current.set(self._open)
        return self._open.trace

    def __exit__(self, kind: Any, error: Any, tb: Any) -> None:
        opened, self._open = self._open, None
        if opened is None:
            return
        if kind is not None:
            opened.trace.metadata.setdefault("exception", kind.__name__)
        if _current.get() is opened:
            _current.set(opened.outer)
        self._profiler._end(opened)

    async def __aenter__(self) -> Optional[ProfileTrace]:
        return self.__enter__()

    async def __aexit__(self, kind: Any, error: Any, tb: Any) -> None:
        self.__exit__(kind, error, tb)


class Profiler:
    """Notes the duration and the change of memory of functions and blocks.

    Args:
        enabled: false: nothing is traced; may be changed at any time.
        trace_async_tasks: false: what runs in tasks that were started inside a trace is left out,
            as it is part of the trace around it.
        collect_stack_trace: keep where each trace was started from, as text.
        max_traces: ended traces to keep; older ones are dropped and counted.
    """

    def __init__(
        self,
        enabled: bool = True,
        trace_async_tasks: bool = True,
        collect_stack_trace: bool = False,
        *,
        max_traces: int = 100_000,
    ) -> None:
        self.enabled = _check.flag("enabled", enabled)
        self.trace_async_tasks = _check.flag("trace_async_tasks", trace_async_tasks)
        self.collect_stack_trace = _check.flag("collect_stack_trace", collect_stack_trace)
        kept = min(_check.whole("max_traces", max_traces, least=0), _TRACES_MAX)
        self._ended: Deque[ProfileTrace] = deque(maxlen=kept)
        self._open: Dict[int, _Open] = {}  # by id of the trace
        self._dropped = 0

    def trace(
        self, func: Optional[Callable[..., Any]] = None, *, name: Optional[str] = None
    ) -> Callable[..., Any]:
        """Decorator, bare or with name=, for async and plain functions. TypeError for what is none,
        and for a generator."""
        if name is not None:
            _check.text("name", name)
        if func is None:
            return lambda function: self.trace(function, name=name)
        if not callable(func):
            raise TypeError("trace() decorates functions; for a block there is trace_context()")
        if inspect.isgeneratorfunction(func) or inspect.isasyncgenfunction(func):
            raise TypeError("trace() cannot follow a generator, which runs in pieces")
        label: str = name or getattr(func, "__qualname__", None) or repr(func)
        if inspect.iscoroutinefunction(func):

            @functools.wraps(func)
            async def traced_async(*args: Any, **kwargs: Any) -> Any:
                with self.trace_context(label):
                    return await func(*args, **kwargs)

            return traced_async

        @functools.wraps(func)
        def traced(*args: Any, **kwargs: Any) -> Any:
            with self.trace_context(label):
                return func(*args, **kwargs)

        return traced

    def trace_context(
        self, name: str, metadata: Optional[Mapping[str, Any]] = None
    ) -> _TraceContext:
        """`async with` (or `with`) around the block to trace. An exception that leaves the block
        ends the trace, and its type's name is kept as metadata["exception"]. TypeError for a name
        that is no text, or metadata that are no mapping."""
        if metadata is not None and not isinstance(metadata, Mapping):
            raise TypeError(f"metadata is a mapping, not {type(metadata).__name__}")
        return _TraceContext(self, _check.text("name", name), metadata)

    async def start_trace(
        self, name: str, metadata: Optional[Mapping[str, Any]] = None
    ) -> Optional[ProfileTrace]:
        """Starts a trace that ends with end_trace(), or else with the trace around it."""
        opened = self._begin(name, metadata, is_block=False)
        return opened.trace if opened else None

    def end_trace(self, trace: Optional[ProfileTrace]) -> Awaitable[None]:
        """Ends what start_trace() returned, at once, and may be awaited; does nothing when it has
        ended already."""
        opened = self._open.get(id(trace))
        if opened is not None and opened.trace is trace:
            self._end(opened)
        return _Done()

    def export_profile(
        self, path: Union[None, str, "os.PathLike[str]"] = None, form: str = "json"
    ) -> str:
        """All traces up to now as text, written to path if there is one: "json", or "chrome" for
        chrome://tracing and Perfetto. ValueError for another form, OSError."""
        name = None if path is None else _check.path("path", path)
        text = self._profile().to_text(form)
        if name is not None:
            with open(name, "w", encoding="utf-8") as file:
                file.write(text)
        return text

    async def get_profile(self) -> Profile:
        """All traces up to now, those that still run included."""
        return self._profile()

    def _profile(self) -> Profile:
        now, rss_bytes = _now(), _rss_bytes()
        running = [opened.trace for opened in list(self._open.values())]
        traces = [
            dataclasses.replace(trace, metadata=dict(trace.metadata))
            for trace in [*self._ended, *running]
        ]
        for trace in traces:
            if trace.running:
                trace.end_time, trace.memory_end = now, rss_bytes
        return Profile(sorted(traces, key=lambda trace: trace.start_time), self._dropped)

    def reset(self) -> None:
        """Forgets the traces that have ended."""
        self._ended.clear()
        self._dropped = 0

    def _begin(
        self, name: str, metadata: Optional[Mapping[str, Any]], is_block: bool
    ) -> Optional[_Open]:
        if not self.enabled:
            return None
        opened = _Open(self, ProfileTrace(name, 0.0, math.nan, dict(metadata or {})))
        parent = opened.parent
        if parent is not None and parent.task is not opened.task and not self.trace_async_tasks:
            return None
        trace = opened.trace
        trace.running = True
        if parent is not None:
            trace.parent = parent.trace.name
            if not is_block:
                parent.inner.append(opened)
        if self.collect_stack_trace:
            trace.stack_trace = _caller_stack()
        trace.memory_start = trace.memory_end = _rss_bytes()
        self._open[id(trace)] = opened
        trace.start_time = _now()
        return opened

    def _end(self, opened: _Open) -> None:
        trace = opened.trace
        end_time = _now()
        if self._open.pop(id(trace), None) is None:
            return
        trace.end_time, trace.memory_end, trace.running = end_time, _rss_bytes(), False
        if len(self._ended) == self._ended.maxlen:
            self._dropped += 1
        self._ended.append(trace)
        for inner in opened.inner:
            self._end(inner)


def _caller_stack() -> str:
    """Where the program is now, without this file's own part of it."""
    frames = traceback.extract_stack()
    return "".join(
        traceback.format_list([frame for frame in frames if frame.filename != __file__])
    )
