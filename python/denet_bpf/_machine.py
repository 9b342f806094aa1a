# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""What agents call of psutil for a process: Process, process_iter() and their exceptions."""

from __future__ import annotations

import operator
import os
import time
from typing import Any, Callable, Dict, Iterable, Iterator, NamedTuple, Optional

from . import _metrics, _readings

_SHORTEST_S = 0.01


class NoSuchProcess(ProcessLookupError):
    """It has ended, or its pid is another's now."""


class AccessDenied(PermissionError):
    """For `except` clauses: nothing that is read here needs rights."""


class ProcessMemory(NamedTuple):
    """Resident memory and address space, in bytes."""

    rss: int
    vms: int


def user_name(pid: int) -> str:
    """Whose it is; the number where there is no name. FileNotFoundError once it has ended."""
    import pwd

    uid = os.stat(f"/proc/{pid}").st_uid
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _boot_s() -> float:
    return time.time() - _readings.uptime_s()


class Process:
    """One process, this one if no pid is named. NoSuchProcess once it has ended.

    CPU is by the kernel's own clock of the process, in nanoseconds' steps.
    """

    def __init__(self, pid: Optional[int] = None) -> None:
        self.pid = os.getpid() if pid is None else operator.index(pid)
        self._start_s: Optional[float] = None
        self._usage = _readings.CpuPercent()
        reading = self._read()
        self._start_s = reading.start_s
        self._usage.of(self.pid, reading)
        #: What process_iter() was asked for.
        self.info: Dict[str, Any] = {}

    def _read(self) -> _readings.ProcessReading:
        try:
            reading = _readings.read_process(self.pid)
        except ProcessLookupError as error:
            raise NoSuchProcess(*error.args) from None
        if self._start_s not in (None, reading.start_s):
            raise NoSuchProcess(f"process {self.pid} has ended")
        return reading

    def cpu_percent(self, interval: Optional[float] = None) -> float:
        """Of one CPU since the call before, at first since this object was made; or over interval."""
        if interval:
            self._usage.of(self.pid, self._read())
        time.sleep(interval or 0)
        usage = self._usage.of(self.pid, self._read())
        return self.cpu_percent(_SHORTEST_S) if usage is None else usage

    def memory_info(self) -> ProcessMemory:
        """rss and vms in bytes."""
        reading = self._read()
        return ProcessMemory(reading.rss_bytes, reading.vms_bytes)

    def name(self) -> str:
        """As the kernel has it, 15 bytes. NoSuchProcess."""
        return self._read().name

    def username(self) -> str:
        """Whose it is, or his number. NoSuchProcess once it has ended."""
        self._read()
        try:
            return user_name(self.pid)
        except FileNotFoundError:
            raise NoSuchProcess(f"process {self.pid} has ended") from None

    def create_time(self) -> float:
        """Seconds since 1970."""
        return _boot_s() + self._read().start_s

    def is_running(self) -> bool:
        """Whether the process of this object lives: not another that has got its pid."""
        try:
            self._read()
        except NoSuchProcess:
            return False
        return True


_iterated = _readings.CpuPercent()

_ATTRIBUTES: Dict[str, Callable[[Process], Any]] = {
    "pid": lambda process: process.pid,
    "name": Process.name,
    "memory_info": Process.memory_info,
    "username": Process.username,
    _metrics.CREATE_TIME: Process.create_time,
    _metrics.CPU_PERCENT: lambda process: _iterated.of(process.pid, process._read()),
}


def process_iter(attrs: Optional[Iterable[str]] = None) -> Iterator[Process]:
    """Each process that lives, with what attrs names in its info: pid, name, cpu_percent,
    memory_info, username, create_time. ValueError for another.

    cpu_percent is of one CPU since the iteration before; None for one that is seen first.
    """
    wanted = list(attrs or ())
    unknown = sorted(set(wanted) - set(_ATTRIBUTES))
    if unknown:
        raise ValueError(f"attrs: {', '.join(unknown)}: one of {', '.join(sorted(_ATTRIBUTES))}")
    return _iterate(wanted)


def _iterate(wanted: Iterable[str]) -> Iterator[Process]:
    living = _readings.pids()
    for pid in living:
        try:
            process = Process(pid)
            process.info = {name: _ATTRIBUTES[name](process) for name in wanted}
        except NoSuchProcess:
            continue
        yield process
    _iterated.forget_others(living)
