# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""The pieces of a monitoring agent: snapshots of the machine, rates, heavy processes, alerts.

    from denet_bpf.agent import collect_snapshot, RateCalculator, AlertEvaluator

`from denet_bpf import agent as psutil` serves what such agents call of psutil itself: cpu_percent(),
virtual_memory(), swap_memory(), disk_usage(), disk_io_counters(), net_io_counters(), getloadavg(),
Process, process_iter(), NoSuchProcess, AccessDenied.
Sizes are bytes, percent of all CPUs for the machine and of one CPU for a process.
"""

from __future__ import annotations

import os
import threading
import time
from dataclasses import asdict, dataclass
from enum import Enum
from typing import Any, Dict, Iterable, List, NamedTuple, Optional, Tuple, Union

from . import _metrics, _native, _readings
from ._machine import (
    AccessDenied as AccessDenied,
    NoSuchProcess as NoSuchProcess,
    Process as Process,
    ProcessMemory,
    process_iter as process_iter,
    user_name,
)

__all__ = [
    "Alert",
    "AlertDeduplicator",
    "AlertEvaluator",
    "ProcessTracker",
    "RateCalculator",
    "Severity",
    "SystemSnapshot",
    "collect_snapshot",
    "find_heavy_processes",
    "safe_rate",
]

_FIRST_WAIT_S = 0.1  # ticks are of 10 ms: less would be a guess
_CPU_KEYS = ("user_ns", "nice_ns", "system_ns", "idle_ns", "iowait_ns", "irq_ns", "softirq_ns",
             "steal_ns")  # fmt: skip


class Memory(NamedTuple):
    """available is what programs could get without swapping."""

    total: int
    available: int
    percent: float
    used: int
    free: int


class Swap(NamedTuple):
    """Bytes; percent of total."""

    total: int
    used: int
    free: int
    percent: float


class DiskUsage(NamedTuple):
    """percent: of what ordinary users can have."""

    total: int
    used: int
    free: int
    percent: float


class DiskIo(NamedTuple):
    """Since the machine's start, of its whole disks."""

    read_count: int
    write_count: int
    read_bytes: int
    write_bytes: int


class NetIo(NamedTuple):
    """Since the machine's start, of all interfaces of this network namespace."""

    bytes_sent: int
    bytes_recv: int
    packets_sent: int
    packets_recv: int


class _Usage:
    """Busy and all time of each CPU at the last call."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._before: Optional[List[Tuple[int, int]]] = None

    @staticmethod
    def _times(system: Dict[str, Any]) -> List[Tuple[int, int]]:
        """The machine's, then each CPU's."""
        found = []
        for cpu in [system["cpu"], *system.get("per_cpu", ())]:
            idle = cpu.get("idle_ns", 0) + cpu.get("iowait_ns", 0)
            total = sum(cpu.get(key, 0) for key in _CPU_KEYS)
            found.append((total - idle, total))
        return found

    def read(self) -> List[float]:
        with self._lock:
            if self._before is None:
                self._before = self._times(_native.system())
                time.sleep(_FIRST_WAIT_S)
            now = self._times(_native.system())
            before = self._before if len(self._before) == len(now) else [(0, 0)] * len(now)
            self._before = now
        return [
            100 * max(0, busy - busy_before) / (total - total_before)
            if total > total_before
            else 0.0
            for (busy, total), (busy_before, total_before) in zip(now, before)
        ]


# Each of its own: what one has just read would leave the next without any time to tell of.
_of_machine, _of_cpus, _of_snapshots = _Usage(), _Usage(), _Usage()


def cpu_percent(
    interval: Optional[float] = None, percpu: bool = False
) -> Union[float, List[float]]:
    """Since the last call of this kind, or over interval seconds; the first waits for 0.1 s."""
    usage = _of_cpus if percpu else _of_machine
    if interval:
        usage.read()
        time.sleep(interval)
    found = usage.read()
    return found[1:] if percpu else found[0]


def virtual_memory() -> Memory:
    """The machine's memory, or what of it this container is shown."""
    memory = _native.system()["memory"]
    total, free = memory["total_kb"] * 1024, memory["free_kb"] * 1024
    available = memory.get("available_kb", memory["free_kb"]) * 1024
    return Memory(total, available, 100 * (total - available) / total, total - available, free)


def swap_memory() -> Swap:
    """Percent is 0 without swap."""
    memory = _native.system()["memory"]
    total = memory.get("swap_total_kb", 0) * 1024
    free = memory.get("swap_free_kb", 0) * 1024
    return Swap(total, total - free, free, 100 * (total - free) / total if total else 0.0)


def disk_usage(path: str) -> DiskUsage:
    """Of the filesystem that path is on. OSError."""
    found = os.statvfs(path)
    total, free = found.f_blocks * found.f_frsize, found.f_bavail * found.f_frsize
    used = total - found.f_bfree * found.f_frsize
    return DiskUsage(total, used, free, 100 * used / (used + free) if used + free else 0.0)


def disk_io_counters() -> DiskIo:
    """Of all whole disks since the machine's start; 0 where it has none."""
    disk = _native.system().get("disk", {})
    return DiskIo(*(disk.get(key, 0) for key in DiskIo._fields))


def net_io_counters() -> NetIo:
    """Of all interfaces but loopback since the machine's start."""
    net = _native.system().get("net", [])
    keys = ("tx_bytes", "rx_bytes", "tx_packets", "rx_packets")
    return NetIo(*(sum(card.get(key, 0) for card in net) for key in keys))


def getloadavg() -> Tuple[float, ...]:
    """Of 1, 5 and 15 minutes."""
    return tuple(_native.system().get("load", ()))


@dataclass
class SystemSnapshot:
    """The machine at one moment. timestamp is seconds since 1970; counters only grow."""

    timestamp: float
    cpu_percent: float
    cpu_per_core: List[float]
    memory_total: int
    memory_available: int
    memory_percent: float
    swap_used: int
    swap_percent: float
    disk_usage_percent: float
    disk_read_bytes: int
    disk_write_bytes: int
    net_bytes_sent: int
    net_bytes_recv: int
    load_avg: Optional[Tuple[float, ...]] = None


def collect_snapshot() -> SystemSnapshot:
    """CPU since the call before; the first call waits for 0.1 s."""
    usage = _of_snapshots.read()
    memory, swap, net, disk = virtual_memory(), swap_memory(), net_io_counters(), disk_io_counters()
    return SystemSnapshot(
        timestamp=time.time(),
        cpu_percent=usage[0],
        cpu_per_core=usage[1:],
        memory_total=memory.total,
        memory_available=memory.available,
        memory_percent=memory.percent,
        swap_used=swap.used,
        swap_percent=swap.percent,
        disk_usage_percent=disk_usage("/").percent,
        disk_read_bytes=disk.read_bytes,
        disk_write_bytes=disk.write_bytes,
        net_bytes_sent=net.bytes_sent,
        net_bytes_recv=net.bytes_recv,
        load_avg=getloadavg() or None,
    )


def safe_rate(current: int, previous: int, elapsed: float) -> float:
    """A second; 0 where the counter began anew, or no time went by."""
    grown = current - previous
    return grown / elapsed if grown > 0 and elapsed > 0 else 0.0


class RateCalculator:
    """Rates of the counters of one snapshot and the one before."""

    _RATES = (
        (_metrics.DISK_READ_BYTES_PER_SEC, _metrics.DISK_READ_BYTES),
        (_metrics.DISK_WRITE_BYTES_PER_SEC, _metrics.DISK_WRITE_BYTES),
        (_metrics.NET_SENT_BYTES_PER_SEC, _metrics.NET_BYTES_SENT),
        (_metrics.NET_RECV_BYTES_PER_SEC, _metrics.NET_BYTES_RECV),
    )

    def __init__(self) -> None:
        self._previous: Optional[SystemSnapshot] = None

    def compute_rates(self, current: SystemSnapshot) -> Dict[str, float]:
        """{} for the first, and when the clock went back."""
        previous = self._previous
        elapsed = 0.0 if previous is None else current.timestamp - previous.timestamp
        if previous is None or elapsed > 0:
            self._previous = current
        if previous is None or elapsed <= 0:
            return {}
        return {
            name: safe_rate(getattr(current, key), getattr(previous, key), elapsed)
            for name, key in self._RATES
        }


_heavy = _readings.CpuPercent()


def find_heavy_processes(
    cpu_threshold: float = 80, mem_threshold_mb: float = 500
) -> List[Tuple[str, Dict[str, Any]]]:
    """("cpu" or "memory", info) of each process above a threshold, in percent and MiB; info has pid, name,
    cpu_percent, memory_info (rss, vms), username and create_time (seconds since 1970).

    CPU is of the time since the call before: a process that is seen first has None.
    """
    heavy: List[Tuple[str, Dict[str, Any]]] = []
    begun_s = time.time() - _readings.uptime_s()
    living = _readings.pids()
    for pid in living:
        try:
            reading = _readings.read_process(pid)
            usage = _heavy.of(pid, reading)
            is_busy = usage is not None and usage > cpu_threshold
            if not is_busy and reading.rss_bytes <= mem_threshold_mb * 2**20:
                continue
            owner = user_name(pid)
        except (ProcessLookupError, FileNotFoundError):
            continue
        info = {
            "pid": pid,
            "name": reading.name,
            _metrics.CPU_PERCENT: usage,
            "memory_info": ProcessMemory(reading.rss_bytes, reading.vms_bytes),
            "username": owner,
            _metrics.CREATE_TIME: begun_s + reading.start_s,
        }
        heavy.append(("cpu" if is_busy else "memory", info))
    _heavy.forget_others(living)
    return heavy


class ProcessTracker:
    """CPU of one process over a window of samples. ProcessLookupError when it is not there."""

    def __init__(self, pid: int, window_size: int = 10) -> None:
        if window_size < 1:
            raise ValueError("window_size: at least 1")
        self.pid = pid
        self.window_size = window_size
        self.cpu_samples: List[float] = []
        self._usage = _readings.CpuPercent()
        self._start_s = _readings.read_process(pid).start_s
        self._usage.of(pid, _readings.read_process(pid))

    def _read(self) -> Optional[_readings.ProcessReading]:
        try:
            reading = _readings.read_process(self.pid)
        except ProcessLookupError:
            return None
        return reading if reading.start_s == self._start_s else None

    def sample(self) -> Optional[float]:
        """Percent of one CPU since the sample before; None once the process has ended."""
        reading = self._read()
        usage = None if reading is None else self._usage.of(self.pid, reading)
        if usage is not None:
            self.cpu_samples.append(usage)
            del self.cpu_samples[: -self.window_size]
        return usage

    @property
    def avg_cpu(self) -> float:
        """Of the window; 0 before the first sample."""
        return sum(self.cpu_samples) / len(self.cpu_samples) if self.cpu_samples else 0.0

    def memory_info(self) -> Dict[str, int]:
        """rss and vms in bytes; {} once the process has ended."""
        reading = self._read()
        return {} if reading is None else {"rss": reading.rss_bytes, "vms": reading.vms_bytes}


class Severity(Enum):
    """How bad it is."""

    WARNING = "warning"
    CRITICAL = "critical"


@dataclass
class Alert:
    """A value that is above its threshold."""

    metric: str
    value: float
    threshold: float
    severity: Severity
    message: str


Rule = Tuple[str, float, Severity, str]

DEFAULT_RULES: Tuple[Rule, ...] = tuple(
    (metric, threshold, severity, f"{title} above {threshold}%")
    for metric, title, limits in (
        (_metrics.CPU_PERCENT, "CPU usage", (80, 95)),
        (_metrics.MEMORY_PERCENT, "Memory usage", (85, 95)),
        (_metrics.DISK_USAGE_PERCENT, "Disk usage", (85, 95)),
        (_metrics.SWAP_PERCENT, "Swap usage", (50,)),
    )
    for threshold, severity in zip(limits, (Severity.WARNING, Severity.CRITICAL))
)


class AlertEvaluator:
    """rules: (field of SystemSnapshot, threshold, severity, message); the seven of DEFAULT_RULES."""

    def __init__(self, rules: Optional[Iterable[Rule]] = None) -> None:
        self.rules: List[Rule] = list(DEFAULT_RULES if rules is None else rules)

    def evaluate(self, snapshot: SystemSnapshot) -> List[Alert]:
        """One for each rule whose threshold is exceeded."""
        values = asdict(snapshot)
        return [
            Alert(metric, values[metric], threshold, severity,
                  f"{message} (current: {values[metric]:.1f}%)")
            for metric, threshold, severity, message in self.rules
            if values.get(metric) and values[metric] > threshold
        ]  # fmt: skip


class AlertDeduplicator:
    """Lets an alert through once, until it has been resolved."""

    def __init__(self) -> None:
        self.active_alerts: Dict[str, Severity] = {}

    def filter_new(self, alerts: List[Alert]) -> List[Alert]:
        """Those that were not there the last time."""
        now = {f"{alert.metric}:{alert.severity.value}": alert for alert in alerts}
        new = [alert for key, alert in now.items() if key not in self.active_alerts]
        self.active_alerts = {key: alert.severity for key, alert in now.items()}
        return new
