# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""denet 0.3.2's `profile` and `monitor`: what this Python program itself uses."""

from __future__ import annotations

import functools
import inspect
import json
import os
import threading
from contextlib import suppress
from typing import Any, Callable, Dict, List, Optional, Tuple, Union, overload

from . import _monitor, _records
from ._output import SAMPLES, PathName, csv_lines, kind_of, parse_format, parse_interval


class Monitor:
    """The calling process with all its threads and children, for the time of a `with` block.

    Samples are dicts: the figures of the whole tree at the top level, the tree's parts below.
    A thread of the library takes them, so nothing of Python runs for them. Exact where BPF is
    allowed, else from /proc. Intervals are in milliseconds.
    """

    def __init__(
        self,
        base_interval_ms: int = 100,
        max_interval_ms: int = 1000,
        output_file: Optional[PathName] = None,
        output_format: str = "jsonl",
        store_in_memory: bool = True,
        include_children: bool = True,
        *,
        accounting: str = "auto",
        pss: bool = False,
        no_pss: bool = False,
        label: Optional[str] = None,
    ) -> None:
        self.base_interval_ms = parse_interval(base_interval_ms)
        self.max_interval_ms = parse_interval(max_interval_ms)
        self.output_file = output_file
        self.output_format = parse_format(output_format)
        self.store_in_memory = store_in_memory
        self.include_children = include_children
        self.pid = os.getpid()
        self._accounting = accounting
        self._pss = bool(pss)
        self._no_pss = bool(no_pss)
        self._label = label
        if self._pss and self._no_pss:
            raise ValueError("pss and no_pss: one or the other")
        self._native: Optional[_monitor.NativeMonitor] = None
        self._file: Optional[_monitor.RecordFile] = None
        self._lock = threading.Lock()
        self._samples: List[Dict[str, Any]] = []
        self._metadata: Dict[str, Any] = {}
        self._summary: Optional[str] = None

    def __enter__(self) -> "Monitor":
        # Before the work: or it would be told when that is done.
        file = self._open(self.output_file) if self.output_file is not None else None
        native = _monitor.NativeMonitor(
            interval_ms=self.base_interval_ms,
            max_interval_ms=self.max_interval_ms,
            accounting=self._accounting,
            include_children=bool(self.include_children),
            pss=self._pss,
            no_pss=self._no_pss,
            label=self._label,
            file=file,
        )
        self.pid = os.getpid()
        try:
            native.attach(self.pid)
            native.start_thread()
        except _monitor.NativeError as error:
            raise RuntimeError(f"IO Error: {error.strerror}") from error
        self._metadata = json.loads(native.metadata_json())
        self._metadata.pop("kind", None)
        self._samples = []
        self._summary = None
        self._native = native
        self._file = file
        return self

    def __exit__(self, kind: object = None, *_: object) -> None:
        native = self._native
        if native is None:
            return
        try:
            native.finish()
            self._take()
            if self._samples:
                self._summary = native.summary_json()
        except _monitor.NativeError:
            pass  # a child that was forked inside the block leaves it, too
        self._native = None
        error = self._end_file()
        native.close()
        if not self.store_in_memory:
            self._samples = []
        if error and kind is None:  # the block's own exception matters more
            raise OSError(error, os.strerror(error), os.fspath(self.output_file or ""))

    def _open(self, path: PathName) -> _monitor.RecordFile:
        """The calls of a decorated function add to one file; only of lines that is possible."""
        is_lines = self.output_format == "jsonl"
        way = os.O_APPEND if is_lines else os.O_TRUNC
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | way, 0o666)
        return _monitor.RecordFile(
            fd,
            os.fspath(path),
            self.output_format,
            include_children=bool(self.include_children),
            write_metadata=not is_lines or not os.fstat(fd).st_size,
        )

    def _end_file(self) -> int:
        file, self._file = self._file, None
        if file is None or self.pid != os.getpid():
            return 0
        file.finish()
        return file.error()

    @property
    def monitoring(self) -> bool:
        """True inside the block."""
        return self._native is not None

    @property
    def samples(self) -> List[Dict[str, Any]]:
        return self.get_samples()

    def _take(self) -> None:
        native = self._native
        if native is None or self.pid != os.getpid():
            return
        with self._lock:
            for line in native.take_records():
                if kind_of(line) in SAMPLES:
                    self._samples.append(_records.flatten_sample(json.loads(line)))

    def get_samples(self) -> List[Dict[str, Any]]:
        """All samples so far; also inside the block, from any thread."""
        self._take()
        return list(self._samples)

    def clear_samples(self) -> None:
        self._take()
        self._samples = []
        self._summary = None

    def get_summary(self) -> str:
        """denet's summary as JSON, "{}" before any sample; after the block with true totals."""
        if self._summary is not None:
            return self._summary
        samples = self.get_samples()
        if not samples:
            return "{}"
        lines = [json.dumps(_records.unflatten_sample(sample)) for sample in samples]
        return _monitor.summary_of_lines(lines, _records.elapsed_s(samples))

    def get_metadata(self) -> Dict[str, Any]:
        """pid, cmd, executable, t0_ms and how it is measured."""
        return dict(self._metadata)

    def save_samples(self, path: PathName, format: str = "jsonl") -> None:  # noqa: A002
        """JSON Lines after one of metadata, a JSON array, or CSV. Without samples: nothing."""
        form = parse_format(format)
        samples = self.get_samples()
        if samples:
            with open(path, "w", encoding="utf-8", newline="") as file:
                if form == "jsonl":
                    file.write(json.dumps(self._metadata) + "\n")
                file.write(_text(samples, form))


def _text(samples: List[Dict[str, Any]], form: str) -> str:
    if form == "csv":
        return "".join(csv_lines(samples))
    lines = [_records.to_json(_records.unflatten_sample(sample)) for sample in samples]
    if form == "json":
        return "[" + ",\n".join(lines) + "]"
    return "".join(line + "\n" for line in lines)


def monitor(
    base_interval_ms: int = 100,
    max_interval_ms: int = 1000,
    output_file: Optional[PathName] = None,
    output_format: str = "jsonl",
    store_in_memory: bool = True,
    include_children: bool = True,
    *,
    accounting: str = "auto",
    pss: bool = False,
    no_pss: bool = False,
    label: Optional[str] = None,
) -> Monitor:
    """A context manager that records what the calling process uses; intervals in milliseconds."""
    return Monitor(
        base_interval_ms, max_interval_ms, output_file, output_format, store_in_memory,
        include_children, accounting=accounting, pss=pss, no_pss=no_pss, label=label,
    )  # fmt: skip


Profiled = Callable[..., Tuple[Any, List[Dict[str, Any]]]]


@overload
def profile(func: Callable[..., Any]) -> Profiled: ...
@overload
def profile(
    func: None = None, *, base_interval_ms: int = 100, max_interval_ms: int = 1000,
    output_file: Optional[PathName] = None, output_format: str = "jsonl",
    store_in_memory: bool = True, include_children: bool = True, accounting: str = "auto",
    pss: bool = False, no_pss: bool = False, label: Optional[str] = None,
) -> Callable[[Callable[..., Any]], Profiled]: ...  # fmt: skip
def profile(
    func: Optional[Callable[..., Any]] = None,
    *,
    base_interval_ms: int = 100,
    max_interval_ms: int = 1000,
    output_file: Optional[PathName] = None,
    output_format: str = "jsonl",
    store_in_memory: bool = True,
    include_children: bool = True,
    accounting: str = "auto",
    pss: bool = False,
    no_pss: bool = False,
    label: Optional[str] = None,
) -> Union[Profiled, Callable[[Callable[..., Any]], Profiled]]:
    """Decorates a function, also an async one: a call returns (result, samples).

    When the function raises, its exception goes on to the caller; the samples are then in the
    exception's attribute `denet_samples`, in the decorated function's `last_samples`, and in
    output_file. The figures are of the whole process: what other threads use meanwhile is in them.
    """

    parse_format(output_format)

    def decorate(function: Callable[..., Any]) -> Profiled:
        def new_monitor() -> Monitor:
            return Monitor(
                base_interval_ms, max_interval_ms, output_file, output_format, store_in_memory,
                include_children, accounting=accounting, pss=pss, no_pss=no_pss, label=label,
            )  # fmt: skip

        def keep(watch: Monitor) -> List[Dict[str, Any]]:
            samples = wrapper.last_samples = watch.get_samples()
            return samples

        def keep_with(watch: Monitor, error: BaseException) -> None:
            samples = keep(watch)
            with suppress(AttributeError):  # of an exception with slots
                error.denet_samples = samples  # type: ignore[attr-defined]

        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Tuple[Any, List[Dict[str, Any]]]:
            watch = new_monitor()
            try:
                with watch:
                    result = function(*args, **kwargs)
            except BaseException as error:
                keep_with(watch, error)
                raise
            return result, keep(watch)

        @functools.wraps(function)
        async def call_async(*args: Any, **kwargs: Any) -> Tuple[Any, List[Dict[str, Any]]]:
            watch = new_monitor()
            try:
                with watch:
                    result = await function(*args, **kwargs)
            except BaseException as error:
                keep_with(watch, error)
                raise
            return result, keep(watch)

        wrapper: Any = call_async if inspect.iscoroutinefunction(function) else call
        wrapper.last_samples = []
        return wrapper

    return decorate(func) if func is not None else decorate
