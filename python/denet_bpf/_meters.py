# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""What this process and its descendants used between two moments, again and again.

LibraryMeter has exact CPU time and count of processes by libdenet and BPF; ProcMeter does without.
The peak of memory is a lower bound in both: the largest sum at a sample (every 50 ms), or the
largest peak of a single process.
"""

import errno
import json
import os
import resource
import threading
from dataclasses import dataclass
from typing import Any, Callable, Dict, List, Optional, Set, Tuple, Union

from . import _metrics, _proctree

SAMPLE_S = 0.05


@dataclass
class Figures:
    """accounting: "bpf", or "proc": then CPU time and processes are lower bounds too."""

    cpu_time_s: float
    peak_rss_kb: int
    processes_started: int
    accounting: str


def _reset_own_peak() -> None:
    """From here on VmHWM is the peak since now; where the kernel cannot, since the start."""
    try:
        with open("/proc/self/clear_refs", "wb") as file:
            file.write(b"5")
    except OSError:
        return


def _own_peak_kb(before_kb: Optional[int]) -> int:
    """0 when the peak is older than the reset: before_kb is what was read after it."""
    peak_kb = _read_peak_kb()
    return peak_kb if before_kb is not None and peak_kb > before_kb else 0


def _read_peak_kb() -> int:
    with open("/proc/self/status", "rb") as file:
        for line in file:
            if line.startswith(b"VmHWM:"):
                return int(line.split()[1])
    return 0


class _Repeat:
    """A thread that calls back until it is stopped; the callback waits for its own turn."""

    def __init__(self, work: Callable[[], bool]) -> None:
        self._work = work
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="denet-meter", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._stopping and self._work():
            pass

    def stop(self) -> None:
        self._stopping = True
        self._thread.join()


class ProcMeter:
    """By /proc: children that ended between two samples are seen in CPU time only."""

    def __init__(self) -> None:
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._peak_kb = 0
        self._seen: Set[Tuple[int, int]] = set()
        self._known: Set[Tuple[int, int]] = set()
        self._active = False
        self._wake = threading.Event()
        self._repeat = _Repeat(self._wait_and_look)

    def begin(self) -> None:
        """Starts anew."""
        _reset_own_peak()
        with self._lock:
            self._active, self._peak_kb, self._seen = True, 0, set()
            tree = self._look()
            self._known = set(self._seen)
            self._own_peak_before_kb = _read_peak_kb()
            self._cpu_before_s = self._cpu_time_s(tree)

    def end(self) -> Figures:
        """What was used since begin()."""
        with self._lock:
            self._active = False
            tree = self._look()
            return Figures(
                cpu_time_s=max(0.0, self._cpu_time_s(tree) - self._cpu_before_s),
                peak_rss_kb=max(self._peak_kb, _own_peak_kb(self._own_peak_before_kb)),
                processes_started=len(self._seen - self._known),
                accounting="proc",
            )

    def close(self) -> None:
        """Ends the thread."""
        self._wake.set()
        self._repeat.stop()

    def _wait_and_look(self) -> bool:
        if self._wake.wait(SAMPLE_S):
            return False
        with self._lock:
            if self._active:
                self._look()
        return True

    def _look(self) -> _proctree.TreeFigures:
        tree = _proctree.read_tree(self._pid)
        self._peak_kb = max(self._peak_kb, tree.mem_rss_kb)
        self._seen.update(tree.start_ticks.items())
        return tree

    @staticmethod
    def _cpu_time_s(tree: _proctree.TreeFigures) -> float:
        own = resource.getrusage(resource.RUSAGE_SELF)
        waited_for = resource.getrusage(resource.RUSAGE_CHILDREN)
        times = (own.ru_utime, own.ru_stime, waited_for.ru_utime, waited_for.ru_stime)
        return sum(times) + tree.cpu_time_below_s


class LibraryMeter:
    """By libdenet with BPF. ImportError without it, OSError when BPF cannot be used."""

    def __init__(self) -> None:
        from ._monitor import NativeMonitor  # loads nothing, but is only needed here

        interval_ms = int(SAMPLE_S * 1000)
        self._monitor = NativeMonitor(
            interval_ms=interval_ms, max_interval_ms=interval_ms, children_max=0, accounting="bpf"
        )
        self._monitor.attach(os.getpid())
        self._monitor.start_thread()

    def begin(self) -> None:
        """Starts anew."""
        _reset_own_peak()
        self._before = self._samples(self._take())[-1]
        self._own_peak_before_kb = _read_peak_kb()

    def end(self) -> Figures:
        """What was used since begin()."""
        records = self._take()
        samples = self._samples(records)
        ended = [record for record in records if record["kind"] == "process"]
        # of what started since: an older process may have had its peak before
        peaks = [
            record[_metrics.PEAK_RSS_KB]
            for record in ended
            if record.get(_metrics.START_MS, 0) >= self._before[_metrics.TS_MS]
            and _metrics.PEAK_RSS_KB in record
        ]
        now = samples[-1]
        return Figures(
            cpu_time_s=(now[_metrics.CPU_TIME_NS] - self._before[_metrics.CPU_TIME_NS]) / 1e9,
            peak_rss_kb=max(
                [sample[_metrics.MEM_RSS_KB] for sample in [self._before, *samples]]
                + peaks
                + [_own_peak_kb(self._own_peak_before_kb)]
            ),
            processes_started=now[_metrics.PROCESSES_STARTED]
            - self._before[_metrics.PROCESSES_STARTED],
            accounting="bpf",
        )

    def close(self) -> None:
        """Leaves this process as it is."""
        self._monitor.finish()
        self._monitor.close()

    def _take(self) -> List[Dict[str, Any]]:
        self._monitor.sample_now()
        return [json.loads(line) for line in self._monitor.take_records()]

    @staticmethod
    def _samples(records: List[Dict[str, Any]]) -> List[Dict[str, Any]]:
        samples = [record["aggregated"] for record in records if record["kind"] == "tree"]
        if not samples:
            raise OSError(errno.ENODATA, "libdenet took no sample")
        return samples


Meter = Union[LibraryMeter, ProcMeter]


def best_meter() -> Meter:
    """By libdenet with BPF when that works, else by /proc."""
    try:
        return LibraryMeter()
    except (ImportError, OSError):
        return ProcMeter()
