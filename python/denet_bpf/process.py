# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""denet's ProcessMonitor with exact figures: one command, or one process, and all it starts."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import threading
import time
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Any, Dict, List, Mapping, Optional, Sequence, Tuple

from . import _check, _monitor, _records
from ._output import SAMPLES, PathName, csv_lines, interval_s, kind_of, parse_format
from ._started import File, descriptors, has_ended, io_error, words_of
from ._told import Told, warn
from ._wanted import Wanted

if TYPE_CHECKING:
    from ._record_types import ProcessRecord
    from .types import Accounting, Format, Records

# What denet prints.
_PRINTED = (*SAMPLES, "child", "exit")
_PID_END = 2**31
_ATTACH_TRIES = 3
_ATTACH_PAUSE_S = 0.01


def _living(pid: int) -> int:
    """The pid of a process that is there; a zombie is."""
    number = _check.whole("pid", pid)
    if number < 0:
        raise OverflowError("a pid cannot be negative")
    if not 0 < number < _PID_END or not os.path.exists(f"/proc/{number}"):
        raise _not_found(number)
    return number


def _not_found(pid: int) -> RuntimeError:
    return RuntimeError(f"IO Error: Process with PID {pid} not found")


class ProcessMonitor(Told):
    """Starts a command, or follows a process, and records its whole tree.

    Intervals are in milliseconds. Samples are JSON texts, one record each, as denet writes them;
    what denet-bpf knows besides stands behind denet's keys. The command's output is discarded, as
    denet does; stdin, stdout, stderr, cwd and env change that as they do for subprocess.Popen,
    but for PIPE. accounting is "auto", "bpf" or "proc"; children how many children a sample
    lists; pss reads proportional memory at every sample, which is slow, no_pss never, and without
    either it is read near the peak; label stands in the metadata; net counts what sockets carry, by
    process, by BPF and Linux 6.3. own_cgroup starts the command in a cgroup made for it, by which
    its CPU is exact from /proc, too. Where one of these cannot be had `warnings` says why. records is "all", or "denet" for a file of denet's own kinds and keys.
    enable_ebpf and enable_gpu are denet's; they do nothing, and a line of the log says so.

    RuntimeError when the command cannot be started or output_file not be opened, ValueError,
    TypeError or OverflowError for a bad argument: before anything starts. What cannot be written
    later stops the recording, and recording_error tells.
    """

    def __init__(
        self,
        cmd: Sequence[str],
        base_interval_ms: int,
        max_interval_ms: int,
        since_process_start: bool = False,
        output_file: Optional[PathName] = None,
        output_format: Format = "jsonl",
        store_in_memory: bool = True,
        quiet: bool = False,
        include_children: bool = True,
        write_metadata: bool = False,
        write_env: bool = False,
        enable_ebpf: bool = False,
        enable_gpu: bool = False,
        *,
        accounting: Accounting = "auto",
        children: Optional[int] = None,
        pss: bool = False,
        no_pss: bool = False,
        label: Optional[str] = None,
        net: bool = False,
        records: Records = "all",
        stdin: File = None,
        stdout: File = subprocess.DEVNULL,
        stderr: File = subprocess.DEVNULL,
        cwd: Optional[PathName] = None,
        env: Optional[Mapping[str, str]] = None,
        new_session: bool = False,
        own_cgroup: bool = False,
    ) -> None:
        words = words_of(cmd, RuntimeError("IO Error: Command cannot be empty"))
        wanted = Wanted(
            base_interval_ms, max_interval_ms, since_process_start, output_file, output_format,
            store_in_memory, quiet, include_children, write_metadata, write_env, enable_ebpf,
            enable_gpu, accounting, children, pss, no_pss, label, net, records,
        )  # fmt: skip
        setup = _monitor.CommandSetup(cwd, env, new_session, own_cgroup)
        with ExitStack() as stack:
            setup.fds = descriptors(stack, stdin, stdout, stderr)
            self._prepare(wanted)
            try:
                self._native.run(words, setup)
            except _monitor.NativeError as error:
                self._native.close()
                raise io_error(error) from error

    @classmethod
    def from_pid(
        cls,
        pid: int,
        base_interval_ms: int,
        max_interval_ms: int,
        since_process_start: bool = False,
        output_file: Optional[PathName] = None,
        output_format: Format = "jsonl",
        store_in_memory: bool = True,
        quiet: bool = False,
        include_children: bool = True,
        write_metadata: bool = False,
        write_env: bool = False,
        enable_ebpf: bool = False,
        enable_gpu: bool = False,
        *,
        accounting: Accounting = "auto",
        children: Optional[int] = None,
        pss: bool = False,
        no_pss: bool = False,
        label: Optional[str] = None,
        net: bool = False,
        records: Records = "all",
    ) -> "ProcessMonitor":
        """Follows a running process with all that it has started and will start.

        Of the calling process itself, run() goes on until it is interrupted.
        """
        self = cls.__new__(cls)
        number = _living(pid)
        wanted = Wanted(
            base_interval_ms, max_interval_ms, since_process_start, output_file, output_format,
            store_in_memory, quiet, include_children, write_metadata, write_env, enable_ebpf,
            enable_gpu, accounting, children, pss, no_pss, label, net, records,
        )  # fmt: skip
        self._prepare(wanted)
        try:
            self._attach(number)
        except BaseException:
            self._native.close()
            raise
        return self

    def _prepare(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self._has_looked = False
        self._has_survivors = False
        self._lock = threading.RLock()
        self._samples: List[str] = []
        self._children: List[str] = []
        self._processes: List[str] = []
        self._last: Optional[str] = None
        self._is_manual = False
        self._is_watched = False
        self._is_echoing = False
        self._begun_s = time.monotonic()
        self._due_s = self._begun_s
        self._file = wanted.open_file()
        # When to sample is decided here, so that sample_once() and run() do not disturb each other.
        self._native = wanted.new_native(self._file, no_polling=True)

    def _attach(self, number: int) -> None:
        for attempt in range(_ATTACH_TRIES):
            try:
                self._native.attach(number)
                return
            except _monitor.NativeError as error:
                if error.errno not in (errno.ESRCH, errno.ENOENT) and not has_ended(number):
                    raise io_error(error) from error
                if attempt + 1 == _ATTACH_TRIES:
                    raise _not_found(number) from error
            time.sleep(_ATTACH_PAUSE_S)

    # --- records on their way ---

    def _take(self) -> None:
        """Sorts what the library has recorded since the last time."""
        with self._lock:
            has_ended = self._native.ended
            for line in self._native.take_records():
                self._on_record(kind_of(line), line)
            if not self._has_looked:
                self._has_looked = True
                self._tell_accounting(self._wanted.accounting, self.accounting)
            if has_ended:
                self._settle()
            elif self._file is not None:
                self._check_file(self._file)

    def _on_record(self, kind: str, line: str) -> None:
        if kind in SAMPLES:
            self._last = line
            if self._wanted.store_in_memory:
                self._samples.append(line)
        elif kind == "child" and self._wanted.store_in_memory:
            if json.loads(line)["pid"] == self._native.pid:
                return  # the root has run another program; denet tells that of descendants only
            self._children.append(line)
        elif kind == "process":
            self._has_survivors |= '"running":true' in line
            if self._wanted.store_in_memory:
                self._processes.append(line)
        is_printed = self._is_echoing and not self._wanted.quiet and self._file is None
        if is_printed and kind in _PRINTED:
            self._print(line)

    def _print(self, line: str) -> None:
        try:
            print(line, flush=True)
        except (OSError, ValueError) as error:  # nobody reads it any more, or it is closed
            self._is_echoing = False
            warn("records cannot be printed: %s", error)

    def _settle(self) -> None:
        """A run that has ended holds no descriptor, and nothing of the library's."""
        if not self._native.has_handle:
            return
        file = self._file
        if file is not None:
            file.finish()
            self._check_file(file)
        self._native.settle()
        with suppress(_monitor.NativeError):
            self._tell_end(self._native.summary_json())

    def _check_file(self, file: _monitor.RecordFile) -> None:
        self._tell_recording(file.error(), file.name)

    def close(self) -> None:
        """Ends the monitoring, if it goes on; the command is left alone, and what is known stays.

        A monitor that has ended by itself holds nothing; this is for one that has not. `with` calls
        it."""
        with self._lock:
            with suppress(_monitor.NativeError):
                self._native.finish()
            self._take()
            self._native.close()

    def __enter__(self) -> "ProcessMonitor":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _sample_if_due(self) -> None:
        now = time.monotonic()
        with self._lock:
            if self._native.ended or now < self._due_s:
                return
            self._native.sample_now()
            self._due_s = now + interval_s(now - self._begun_s, self._wanted.base_ms, self._wanted.max_ms)

    def _run_until(self, deadline_s: Optional[float]) -> bool:
        """Records until the process ends; False when the deadline came first."""
        while not self._native.ended:
            now = time.monotonic()
            if deadline_s is not None and now >= deadline_s:
                return False
            self._sample_if_due()
            self._take()
            until = self._due_s if deadline_s is None else min(self._due_s, deadline_s)
            self._native.wait(until - time.monotonic())
        self._take()
        return True

    def _has_ended(self) -> bool:
        # Once the root is dead, the moment is waited for that its last accounts take.
        if self._native.step() or not self._native.is_root_alive():
            while not self._native.ended:
                self._native.wait(None)
            self._take()
        return self._native.ended

    # --- denet's methods ---

    def run(self) -> None:
        """Records until the process ends. Other threads run meanwhile, Ctrl-C interrupts."""
        self._is_echoing = True
        try:
            self._run_until(None)
        finally:
            self._is_echoing = False

    def sample_once(self) -> Optional[str]:
        """One sample, now, as JSON; None when the process has ended."""
        with self._lock:
            self._is_manual = True
            if self._has_ended():
                return None
            is_taken = self._native.sample_now()
            self._take()
            return self._last if is_taken else None

    def is_running(self) -> bool:
        """True while the process lives. A loop that asks nothing else gets its samples by this."""
        with self._lock:
            if self._has_ended():
                return False
            # From the second time on: whoever calls sample_once() in between wants no others.
            if self._is_watched and not self._is_manual:
                self._sample_if_due()
            self._is_watched = True
            self._take()
            return True

    def get_pid(self) -> int:
        """Of the command, or of the process that is followed; also after its end."""
        return self._native.pid

    def get_metadata(self) -> Optional[str]:
        """pid, cmd, executable, t0_ms and how it is measured, as JSON without `kind`."""
        try:
            record = json.loads(self._native.metadata_json())
        except _monitor.NativeError:
            return None
        record.pop("kind", None)
        return json.dumps(record, separators=(",", ":"), ensure_ascii=False)

    def get_env(self) -> str:
        """The machine, as JSON with kind "env"."""
        try:
            return _monitor.env_json(self._native.pid)
        except _monitor.NativeError:  # it has ended, and what its own limits were is gone
            return _monitor.env_json(os.getpid())

    def get_samples(self) -> List[str]:
        """All samples so far, as JSON texts; also while run() goes on in another thread."""
        with self._lock:
            return list(self._samples)

    def clear_samples(self) -> None:
        """Forgets the samples so far; totals and files keep what they have."""
        with self._lock:
            self._samples.clear()

    def get_children(self) -> List[str]:
        """A record of kind "child", as JSON, for each program that a descendant was seen to run."""
        with self._lock:
            return list(self._children)

    def get_processes(self) -> List[ProcessRecord]:
        """One dict for each process that has ended: exact CPU, peak memory, exit status, ..."""
        with self._lock:
            return [json.loads(line) for line in self._processes]

    @property
    def exit_code(self) -> Optional[int]:
        """As subprocess has it, negative for a signal; None while it runs.

        After from_pid() BPF knows it; /proc may not, and then it is None, too."""
        return self._native.exit_code()

    def get_exit_code(self) -> Optional[int]:
        """exit_code, for who prefers calls."""
        return self.exit_code

    @property
    def warnings(self) -> List[str]:
        """Sentences about what went wrong without ending the monitoring."""
        return list(self._native.warnings)

    @property
    def accounting(self) -> str:
        """Where the figures come from: "bpf" is exact, "proc" sampled, "none" nowhere."""
        return str(json.loads(self._native.metadata_json())["accounting"])

    def save_samples(self, path: PathName, format: Optional[Format] = None) -> None:  # noqa: A002
        """Writes all samples: JSON Lines after one of metadata, one JSON array, or CSV."""
        form = parse_format("jsonl" if format is None else format)
        name, lines = _check.path("path", path), self.get_samples()
        with _records.create(name) as file:
            if form == "json":
                file.write("[" + ",\n".join(lines) + "]")
            elif form == "csv":
                file.writelines(csv_lines(json.loads(line) for line in lines))
            else:
                file.writelines(line + "\n" for line in [*self._head_of_saved(), *lines])

    def _head_of_saved(self) -> List[str]:
        """denet's documentation promises it, and its load_metrics() looks for it."""
        metadata = self.get_metadata()
        return [metadata] if metadata is not None else []

    def get_summary(self) -> str:
        """denet's summary as JSON. Once the process has ended: true totals, and more keys."""
        if self._native.ended:
            try:
                return self._native.summary_json()
            except _monitor.NativeError:
                pass
        lines = self.get_samples()
        elapsed_s = _records.elapsed_s([json.loads(line) for line in lines])
        return _monitor.summary_of_lines(lines, elapsed_s)

    def _records_of_run(self) -> List[str]:
        """What the analysis of a run reads: its samples are not part of it."""
        with self._lock:
            self._check_ended()
            native = self._native
            return [native.metadata_json(), *self._processes, native.summary_json()]

    def _all_records(self) -> List[str]:
        with self._lock:
            return [*self._samples, *self._processes]

    def _check_ended(self) -> None:
        if not self._native.ended:
            raise RuntimeError("the run has not ended: run() comes first")

    def is_gpu_enabled(self) -> bool:
        """denet's: never here."""
        return False

    def gpu_device_count(self) -> int:
        """denet's: 0 here."""
        return 0

    def get_gpu_summary(self) -> str:
        """What denet says without a GPU, as JSON."""
        counts = dict.fromkeys(("device_count", "max_gpu_utilization", "max_memory_utilization"), 0)
        memory = dict.fromkeys(("total_memory_gb", "total_memory_used_gb"), 0.0)
        return json.dumps({"enabled": False, **counts, **memory})

    @staticmethod
    def execute_with_monitoring(*args: Any, **kwargs: Any) -> Tuple[int, "ProcessMonitor"]:
        """The package's execute_with_monitoring()."""
        from ._execute import execute_with_monitoring

        return execute_with_monitoring(*args, **kwargs)
