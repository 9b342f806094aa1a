# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Where ResourceMonitor's figures come from: the machine, or a process with its descendants."""

import errno
import json
import threading
from dataclasses import dataclass
from typing import Any, Dict, List, Optional

from . import _metrics, _native
from ._monitor import NativeError, NativeMonitor
from ._told import tell_accounting


@dataclass
class Reading:
    """Figures of one moment; None where one is not known."""

    timestamp: float  # seconds since 1970
    mono_s: float
    busy_ns: int  # CPU time used since some fixed moment
    capacity_ns: int  # what 100 % would have been since then
    load_average: List[float]
    thread_count: Optional[int]
    memory_total: int
    memory_available: int
    memory_used: int
    io: Dict[str, Optional[int]]


def _memory(system: Dict[str, Any]) -> Dict[str, int]:
    memory = system["memory"]
    total = memory["total_kb"] * 1024
    available = memory.get("available_kb", memory["free_kb"]) * 1024
    return {"total": total, "available": available, "used": total - available}


class SystemSource:
    """The whole machine, or what of it this container is shown."""

    def read(self) -> Reading:
        """Takes no lock and keeps no state: any thread."""
        system = _native.system()
        cpu = system["cpu"]
        capacity = sum(cpu.values())
        memory = _memory(system)
        disk = system.get("disk", {})
        return Reading(
            timestamp=system[_metrics.TS_MS] / 1000,
            mono_s=system["mono_ns"] / 1e9,
            busy_ns=capacity - cpu.get("idle_ns", 0) - cpu.get("iowait_ns", 0),
            capacity_ns=capacity,
            load_average=system.get("load", []),
            thread_count=system.get("threads"),
            memory_total=memory["total"],
            memory_available=memory["available"],
            memory_used=memory["used"],
            io={key: disk.get(key) for key in _IO_KEYS},
        )

    def close(self) -> None:
        """Nothing is held."""


_IO_KEYS = ("read_bytes", "write_bytes", "read_count", "write_count")


class TreeSource:
    """A process with its threads and descendants, by libdenet; ended children stay counted.

    100 % is one CPU. Operations are not counted, only bytes.
    """

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._lock = threading.Lock()
        self._monitor: Optional[NativeMonitor] = None
        #: Where the figures come from, once there are any: "bpf" is exact, "proc" sampled.
        self.accounting: Optional[str] = None

    def read(self) -> Reading:
        """Attaches at the first call. ProcessLookupError when the process has ended."""
        with self._lock:
            try:
                tree = self._sample()
            except NativeError as error:  # OSError makes it PermissionError and the like
                raise OSError(error.errno, error.strerror) from None
        system = _native.system()
        memory = _memory(system)
        return Reading(
            timestamp=tree[_metrics.TS_MS] / 1000,
            mono_s=system["mono_ns"] / 1e9,
            busy_ns=tree[_metrics.CPU_TIME_NS],
            capacity_ns=system["mono_ns"],
            load_average=system.get("load", []),
            thread_count=tree.get(_metrics.THREAD_COUNT),
            memory_total=memory["total"],
            memory_available=memory["available"],
            memory_used=tree[_metrics.MEM_RSS_KB] * 1024,
            io={
                "read_bytes": tree.get(_metrics.DISK_READ_BYTES),
                "write_bytes": tree.get(_metrics.DISK_WRITE_BYTES),
                "read_count": None,
                "write_count": None,
            },
        )

    def close(self) -> None:
        """Leaves the process alone; the next read attaches anew."""
        with self._lock:
            monitor, self._monitor = self._monitor, None
            if monitor is not None:
                monitor.close()

    def _sample(self) -> Dict[str, Any]:
        if self._monitor is None:
            monitor = NativeMonitor(children_max=0, no_polling=True)
            monitor.attach(self._pid)
            self._monitor = monitor
            self.accounting = str(json.loads(monitor.metadata_json())["accounting"])
            tell_accounting("auto", self.accounting)
        self._monitor.step()
        self._monitor.sample_now()
        records = [json.loads(line) for line in self._monitor.take_records()]
        samples = [record["aggregated"] for record in records if record["kind"] == "tree"]
        if not samples or not self._monitor.is_root_alive():
            raise ProcessLookupError(errno.ESRCH, f"process {self._pid} has ended")
        newest: Dict[str, Any] = samples[-1]
        return newest
