# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Single figures of processes from /proc and the kernel's clocks: no library, no rights."""

from __future__ import annotations

import os
import time
from typing import Dict, Iterator, List, NamedTuple, Optional, Tuple

_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
_TRIES, _APART_S = 5, 1e-4
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


class ProcessReading(NamedTuple):
    """Of one moment. Ticks are of 10 ms; cpu_time_s is the kernel's own clock of the process."""

    name: str
    start_s: float  # since the machine's start
    user_s: float
    system_s: float
    cpu_time_s: float
    rss_bytes: int
    vms_bytes: int
    moment_s: float  # at which cpu_time_s was so much, on the monotonic clock


def cpu_time_s(pid: int) -> Optional[float]:
    """What all its threads have used, the ended ones too, in nanoseconds' steps; None when gone."""
    try:
        return time.clock_gettime((~pid << 3) | 2)  # as clock_getcpuclockid() makes it
    except OSError:
        return None


def _cpu_time_and_moment(pid: int) -> Tuple[Optional[float], float]:
    """Read anew when others ran in between: CPU of another moment would be a wrong rate."""
    used_s, moment_s = None, 0.0
    for _ in range(_TRIES):
        begun_s = time.monotonic()
        used_s = cpu_time_s(pid)
        moment_s = time.monotonic()
        if moment_s - begun_s < _APART_S:
            break
    return used_s, moment_s


def read_process(pid: int) -> ProcessReading:
    """ProcessLookupError when there is no such process, or one that nobody has waited for."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            text = file.read().decode("utf-8", "replace")
    except (FileNotFoundError, ProcessLookupError):
        raise ProcessLookupError(f"no process {pid}") from None
    head, _, rest = text.rpartition(")")
    fields = rest.split()
    used_s, moment_s = _cpu_time_and_moment(pid)
    if fields[0] in "ZX":
        raise ProcessLookupError(f"process {pid} has ended")
    user_s, system_s = int(fields[11]) * _TICK_S, int(fields[12]) * _TICK_S
    return ProcessReading(
        name=head.partition("(")[2],
        start_s=int(fields[19]) * _TICK_S,
        user_s=user_s,
        system_s=system_s,
        cpu_time_s=user_s + system_s if used_s is None else used_s,
        rss_bytes=int(fields[21]) * _PAGE_BYTES,
        vms_bytes=int(fields[20]),
        moment_s=moment_s,
    )


def uptime_s() -> float:
    """Since the machine's start, by the clock that processes' starts have."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def pids() -> List[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def threads(pid: int) -> Iterator[Tuple[int, float, float]]:
    """(tid, user seconds, system seconds) of each thread that lives."""
    for name in os.listdir(f"/proc/{pid}/task"):
        try:
            with open(f"/proc/{pid}/task/{name}/stat", "rb") as file:
                fields = file.read().rpartition(b")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        yield int(name), int(fields[11]) * _TICK_S, int(fields[12]) * _TICK_S


def io_counters(pid: int) -> Dict[str, int]:
    """/proc/PID/io by its own names. PermissionError where the kernel refuses it."""
    with open(f"/proc/{pid}/io", "rb") as file:
        lines = [line.split(b":") for line in file.read().splitlines()]
    return {name.decode(): int(value) for name, value in lines}


class CpuPercent:
    """Percent of one CPU since the last time that a process was asked for; the first time None."""

    def __init__(self) -> None:
        self._before: Dict[Tuple[int, float], Tuple[float, float]] = {}

    def of(self, pid: int, reading: ProcessReading) -> Optional[float]:
        """Told apart by its start from another that gets its pid."""
        key, now_s = (pid, reading.start_s), reading.moment_s
        before = self._before.get(key)
        self._before[key] = (now_s, reading.cpu_time_s)
        if before is None or now_s <= before[0]:
            return None
        return 100 * (reading.cpu_time_s - before[1]) / (now_s - before[0])

    def forget_others(self, living: List[int]) -> None:
        kept = set(living)
        self._before = {key: value for key, value in self._before.items() if key[0] in kept}
