# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""denet 0.3.2's `profile` and `monitor`: what this Python program itself uses."""

from __future__ import annotations

import json
import os
import threading
from typing import TYPE_CHECKING, Any, Callable, Dict, List, Optional, Tuple, TypeVar, cast, overload

from . import _check, _monitor, _records
from ._output import (
    SAMPLES,
    PathName,
    check_pss,
    csv_lines,
    kind_of,
    parse_format,
    parse_interval,
    parse_label,
    parse_path,
    parse_records,
)
from ._told import Told, is_first, warn

if TYPE_CHECKING:
    from typing import Coroutine, Protocol

    from typing_extensions import ParamSpec

    from ._record_types import MetadataRecord
    from ._result import Result
    from .types import Accounting, Format, Records, Sample

    P = ParamSpec("P")

R = TypeVar("R")


class Monitor(Told):
    """The calling process with all its threads and children, for the time of a `with` block.

    Samples are dicts: the figures of the whole tree at the top level, the tree's parts below.
    A thread of the library takes them, so nothing of Python runs for them. Exact where BPF is
    allowed, else from /proc. Intervals are in milliseconds. records is "all", or "denet" for a file
    of denet's own kinds and keys alone.

    One block at a time: RuntimeError for a nested one of the same object. OSError when output_file
    cannot be opened; what cannot be written later stops the recording and is told by
    recording_error.
    """

    def __init__(
        self,
        base_interval_ms: int = 100,
        max_interval_ms: int = 1000,
        output_file: Optional[PathName] = None,
        output_format: Format = "jsonl",
        store_in_memory: bool = True,
        include_children: bool = True,
        *,
        accounting: Accounting = "auto",
        pss: bool = False,
        no_pss: bool = False,
        label: Optional[str] = None,
        net: bool = False,
        records: Records = "all",
    ) -> None:
        self.base_interval_ms = parse_interval(base_interval_ms)
        self.max_interval_ms = parse_interval(max_interval_ms)
        self.output_file = parse_path(output_file)
        self.output_format = parse_format(output_format)
        self.store_in_memory = _check.flag("store_in_memory", store_in_memory)
        self.include_children = _check.flag("include_children", include_children)
        self.pid = os.getpid()
        _monitor.parse_accounting(accounting)
        check_pss(pss, no_pss)
        self._accounting = accounting
        self._pss = bool(pss)
        self._no_pss = bool(no_pss)
        self._net = _check.flag("net", net)
        self._label = parse_label(label)
        self._records = parse_records(records)
        self._native: Optional[_monitor.NativeMonitor] = None
        self._file: Optional[_monitor.RecordFile] = None
        self._lock = threading.Lock()
        self._samples: List[Sample] = []
        self._processes: List[str] = []  # as JSON, which few ask for
        self._metadata: Dict[str, Any] = {}

    def __enter__(self) -> "Monitor":
        if self._native is not None and self.pid == os.getpid():
            raise RuntimeError("this monitor has a block already: another needs one of its own")
        # Before the work: or it would be told when that is done.
        file = self._open(self.output_file) if self.output_file is not None else None
        native = _monitor.NativeMonitor(
            interval_ms=self.base_interval_ms,
            max_interval_ms=self.max_interval_ms,
            accounting=self._accounting,
            include_children=bool(self.include_children),
            pss=self._pss,
            no_pss=self._no_pss,
            net=self._net,
            label=self._label,
            file=file,
            keep_records=bool(self.store_in_memory),
        )
        self.pid = os.getpid()
        try:
            native.attach(self.pid)
            native.start_thread()
        except _monitor.NativeError as error:
            native.close()
            raise RuntimeError(f"IO Error: {error.strerror}") from error
        self._metadata = json.loads(native.metadata_json())
        self._metadata.pop("kind", None)
        self._tell_accounting(self._accounting, self._metadata.get("accounting", ""))
        self._samples = []
        self._processes = []
        self._summary_text = None
        self._recording_error = None
        self._native = native
        self._file = file
        return self

    def __exit__(self, *_: object) -> None:
        native = self._native
        if native is None:
            return
        if self.pid != os.getpid():  # a child that was forked inside the block leaves it, too
            self._native = None
            return
        try:
            native.finish()
            self._take()
            self._tell_end(native.summary_json())
        except _monitor.NativeError as error:
            warn("the block's last figures could not be had: %s", error.strerror)
        finally:
            self._native = None
            self._end_file()
            native.close()

    def _tell_lost(self, lost: Dict[str, int]) -> None:
        """Of each kind once: a function that is called often would say it at each call."""
        super()._tell_lost({key: count for key, count in lost.items() if is_first(key)})

    def _open(self, path: PathName) -> _monitor.RecordFile:
        """The calls of a decorated function add to one file; only of lines that is possible."""
        is_lines = self.output_format == "jsonl"
        way = os.O_APPEND if is_lines else os.O_TRUNC
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | way, 0o666)
        # denet skips the metadata of lines alone: in an array it would be a sample.
        is_told = not os.fstat(fd).st_size if is_lines else self._records != "denet"
        return _monitor.RecordFile(
            fd,
            os.fspath(path),
            self.output_format,
            include_children=bool(self.include_children),
            write_metadata=is_told,
            records=self._records,
        )

    def _end_file(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            file.finish()
            self._tell_recording(file.error(), file.name)

    @property
    def recording_error(self) -> Optional[OSError]:
        """Why output_file has not all records; None while all could be written."""
        file = self._file
        if file is not None and self.pid == os.getpid():
            self._tell_recording(file.error(), file.name)
        return self._recording_error

    @property
    def accounting(self) -> Optional[str]:
        """Where the figures come from: "bpf" is exact, "proc" sampled; None before the block."""
        return self._metadata.get("accounting")

    @property
    def monitoring(self) -> bool:
        """True inside the block."""
        return self._native is not None

    @property
    def samples(self) -> List[Sample]:
        """Those of get_samples()."""
        return self.get_samples()

    def _take(self) -> None:
        native = self._native
        if native is None or self.pid != os.getpid() or not self.store_in_memory:
            return
        with self._lock:
            for line in native.take_records():
                kind = kind_of(line)
                if kind in SAMPLES:
                    self._samples.append(cast("Sample", _records.flatten_sample(json.loads(line))))
                elif kind == "process":
                    self._processes.append(line)

    def get_samples(self) -> List[Sample]:
        """All samples so far; also inside the block, from any thread."""
        self._take()
        return list(self._samples)

    _all_records = get_samples

    def clear_samples(self) -> None:
        """Forgets the samples so far, and the summary of a block that has ended."""
        self._take()
        self._samples = []
        self._summary_text = None

    def get_summary(self) -> str:
        """denet's summary as JSON, "{}" before any sample; after the block with true totals."""
        if self._summary_text is not None:
            return self._summary_text
        samples = self.get_samples()
        if not samples:
            return "{}"
        records = cast("List[_records.Record]", samples)
        lines = [json.dumps(_records.unflatten_sample(record)) for record in records]
        return _monitor.summary_of_lines(lines, _records.elapsed_s(records))

    def get_metadata(self) -> MetadataRecord:
        """pid, cmd, executable, t0_ms and how it is measured."""
        return cast("MetadataRecord", dict(self._metadata))

    def result(self) -> Result:
        """The last block as a Result; its command is this program. RuntimeError before its end."""
        from ._result import Result

        if self._summary_text is None:
            raise RuntimeError("no block has ended yet")
        summary = json.loads(self._summary_text)
        samples = cast("List[_records.Record]", self._samples)
        processes = map(json.loads, self._processes)
        records = [{"kind": "metadata", **self._metadata}, *samples, *processes]
        return Result([*records, {"kind": "summary", **summary}], summary)

    def save_samples(self, path: PathName, format: Format = "jsonl") -> None:  # noqa: A002
        """JSON Lines after one of metadata, a JSON array, or CSV. Without samples: nothing."""
        form = parse_format(format)
        name, samples = _check.path("path", path), self.get_samples()
        if samples:
            with _records.create(name) as file:
                if form == "jsonl":
                    file.write(json.dumps(self._metadata) + "\n")
                file.write(_text(cast("List[_records.Record]", samples), form))


def _text(samples: List[_records.Record], form: str) -> str:
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
    output_format: Format = "jsonl",
    store_in_memory: bool = True,
    include_children: bool = True,
    *,
    accounting: Accounting = "auto",
    pss: bool = False,
    no_pss: bool = False,
    label: Optional[str] = None,
    net: bool = False,
    records: Records = "all",
) -> Monitor:
    """A context manager that records what the calling process uses; intervals in milliseconds.

    ValueError for a word that is none of those allowed, OverflowError for a negative interval.
    """
    return Monitor(
        base_interval_ms, max_interval_ms, output_file, output_format, store_in_memory,
        include_children, accounting=accounting, pss=pss, no_pss=no_pss, label=label,
        net=net, records=records,
    )  # fmt: skip


if TYPE_CHECKING:

    class _Decorator(Protocol):
        """What profile() with arguments returns."""

        @overload
        def __call__(  # type: ignore[overload-overlap]
            self, func: Callable[P, Coroutine[Any, Any, R]]
        ) -> Callable[P, Coroutine[Any, Any, Tuple[R, List[Sample]]]]: ...
        @overload
        def __call__(self, func: Callable[P, R]) -> Callable[P, Tuple[R, List[Sample]]]: ...


@overload
def profile(  # type: ignore[overload-overlap]
    func: Callable[P, Coroutine[Any, Any, R]],
) -> Callable[P, Coroutine[Any, Any, Tuple[R, List[Sample]]]]: ...
@overload
def profile(func: Callable[P, R]) -> Callable[P, Tuple[R, List[Sample]]]: ...
@overload
def profile(
    func: None = None, *, base_interval_ms: int = 100, max_interval_ms: int = 1000,
    output_file: Optional[PathName] = None, output_format: Format = "jsonl",
    store_in_memory: bool = True, include_children: bool = True, accounting: Accounting = "auto",
    pss: bool = False, no_pss: bool = False, label: Optional[str] = None,
    net: bool = False, records: Records = "all",
) -> _Decorator: ...  # fmt: skip
def profile(
    func: Optional[Callable[..., Any]] = None,
    *,
    base_interval_ms: int = 100,
    max_interval_ms: int = 1000,
    output_file: Optional[PathName] = None,
    output_format: Format = "jsonl",
    store_in_memory: bool = True,
    include_children: bool = True,
    accounting: Accounting = "auto",
    pss: bool = False,
    no_pss: bool = False,
    label: Optional[str] = None,
    net: bool = False,
    records: Records = "all",
) -> Any:
    """Decorates a function, also an async one: a call returns (result, samples).

    Of a generator, async or not, the result is the generator, measured from its first step until
    it is exhausted or closed; samples is a list that is filled then.

    When the function raises, its exception goes on to the caller; the samples are then in the
    exception's attribute `denet_samples`, in the decorated function's `last_samples`, and in
    output_file. Its `last_monitor` is the Monitor of the last call: accounting, lost, incomplete,
    recording_error, result(). The figures are of the whole process: what other threads use meanwhile is in them.
    Intervals are in milliseconds; arguments and their errors are those of monitor(). TypeError for
    a func that cannot be called.
    """

    def new_monitor() -> Monitor:
        return Monitor(
            base_interval_ms, max_interval_ms, output_file, output_format, store_in_memory,
            include_children, accounting=accounting, pss=pss, no_pss=no_pss, label=label,
            net=net, records=records,
        )  # fmt: skip

    new_monitor()  # what is wrong with an argument is told where it stands
    if func is not None and not callable(func):
        raise TypeError("profile() decorates a function; its options are keywords")

    def decorate(function: Callable[..., Any]) -> Any:
        from ._decorate import measured

        return measured(function, new_monitor)

    return decorate(func) if func is not None else decorate
