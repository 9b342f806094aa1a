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
import time
from dataclasses import dataclass
from typing import Any, Callable, Dict, List, Optional, Set, Tuple, Union

from . import _metrics, _proctree

SAMPLE_S = 0.05
KEPT_MS = 5000  # so long samples may pile up that nobody asks for


@dataclass
class Figures:
    """accounting: "bpf", or "proc": then CPU time and processes are lower bounds too."""

    cpu_time_s: float
    peak_rss_kb: int
    processes_started: int
    accounting: str


class _OwnPeak:
    """The peak of this process's memory since reset(), else a lower bound: 0 for not known."""

    def __init__(self) -> None:
        try:
            self._fd = os.open("/proc/self/clear_refs", os.O_WRONLY | os.O_CLOEXEC)
        except OSError:
            self._fd = -1
        self._before_kb: Optional[int] = None  # of where it cannot be reset
        self.reset()
        # Cheaper, but a peak of what ran here before an exec may hide what comes.
        self._is_in_usage = _usage_peak_kb() <= _read_peak_kb() + 1024

    def reset(self) -> None:
        """From here on it is the peak since now; where the kernel cannot, since the start."""
        try:
            os.write(self._fd, b"5")
        except OSError:
            self._before_kb = _read_peak_kb()

    def read_kb(self) -> int:
        """0 when the peak is older than the reset."""
        peak_kb = _usage_peak_kb() if self._is_in_usage else _read_peak_kb()
        return peak_kb if self._before_kb is None or peak_kb > self._before_kb else 0

    def close(self) -> None:
        """Gives the descriptor back."""
        if self._fd >= 0:
            os.close(self._fd)
        self._fd = -1


def _usage_peak_kb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


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
        self._peak = _OwnPeak()
        self._wake = threading.Event()
        self._repeat = _Repeat(self._wait_and_look)

    def begin(self) -> None:
        """Starts anew."""
        self._peak.reset()
        with self._lock:
            self._active, self._peak_kb, self._seen = True, 0, set()
            tree = self._look()
            self._known = set(self._seen)
            self._cpu_before_s = self._cpu_time_s(tree)

    def end(self) -> Figures:
        """What was used since begin()."""
        with self._lock:
            self._active = False
            tree = self._look()
            return Figures(
                cpu_time_s=max(0.0, self._cpu_time_s(tree) - self._cpu_before_s),
                peak_rss_kb=max(self._peak_kb, self._peak.read_kb()),
                processes_started=len(self._seen - self._known),
                accounting="proc",
            )

    def close(self) -> None:
        """Ends the thread."""
        self._wake.set()
        self._repeat.stop()
        self._peak.close()

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
    """By libdenet with BPF. ImportError without it, OSError when BPF cannot be used.

    A sample costs more than most tests. Where there was no other process all the time, which the
    library knows without one, the clock of this process has the same to tell.
    """

    def __init__(self) -> None:
        from ._monitor import NativeMonitor  # loads nothing, but is only needed here

        interval_ms = int(SAMPLE_S * 1000)
        self._monitor = NativeMonitor(
            interval_ms=interval_ms, max_interval_ms=interval_ms, children_max=0, accounting="bpf"
        )
        self._peak = _OwnPeak()
        self._monitor.attach(os.getpid())
        before = set(os.listdir("/proc/self/task"))
        self._monitor.start_thread()
        self._clock = _clock_of_one(set(os.listdir("/proc/self/task")) - before)
        self._alone: Optional[Tuple[int, int]] = None  # what was counted at the last sample
        self._take()

    def begin(self) -> None:
        """Starts anew."""
        self._peak.reset()
        self._begun_ms = time.time() * 1000
        if not self._is_alone_still() or self._begun_ms - self._last[_metrics.TS_MS] > KEPT_MS:
            self._take()
        self._own_before_ns = self._own_ns()
        self._before_ns: int = self._last[_metrics.CPU_TIME_NS]
        self._earlier = [self._last]
        if self._alone is not None:  # what was used since that sample was used by this process
            self._before_ns += self._own_before_ns - self._own_sampled_ns
            self._earlier = []

    def end(self) -> Figures:
        """What was used since begin()."""
        own_ns = self._own_ns()
        if self._is_alone_still():
            cpu_time_s = max(0, own_ns - self._own_before_ns) / 1e9
            return Figures(cpu_time_s, self._peak.read_kb(), 0, "bpf")
        before = self._last
        samples, ended = self._take()
        # of what started since: an older process may have had its peak before
        peaks = [
            record[_metrics.PEAK_RSS_KB]
            for record in ended
            if record.get(_metrics.START_MS, 0) >= before[_metrics.TS_MS]
            and _metrics.PEAK_RSS_KB in record
        ]
        now = self._last
        since = [sample for sample in samples if sample[_metrics.TS_MS] >= self._begun_ms]
        return Figures(
            cpu_time_s=max(0, now[_metrics.CPU_TIME_NS] - self._before_ns) / 1e9,
            peak_rss_kb=max(
                [sample[_metrics.MEM_RSS_KB] for sample in [*self._earlier, *since, now]]
                + peaks
                + [self._peak.read_kb()]
            ),
            processes_started=now[_metrics.PROCESSES_STARTED] - before[_metrics.PROCESSES_STARTED],
            accounting="bpf",
        )

    def close(self) -> None:
        """Leaves this process as it is."""
        self._monitor.finish()
        self._monitor.close()
        self._peak.close()

    def _own_ns(self) -> int:
        """CPU time of this process, but for the thread that samples."""
        own_ns = time.process_time_ns()
        return own_ns if self._clock is None else own_ns - time.clock_gettime_ns(self._clock)

    def _is_alone_still(self) -> bool:
        return self._alone is not None and self._monitor.count() == self._alone

    def _take(self) -> Tuple[List[Dict[str, Any]], List[Dict[str, Any]]]:
        """The samples up to one of now, which is noted, and the processes that have ended."""
        counted = self._monitor.count()
        self._monitor.sample_now()
        self._own_sampled_ns = self._own_ns()
        is_alone = counted is not None and counted[1] == 1 and self._clock is not None
        self._alone = counted if is_alone and self._monitor.count() == counted else None
        records = [json.loads(line) for line in self._monitor.take_records()]
        samples = [record["aggregated"] for record in records if record["kind"] == "tree"]
        if not samples:
            raise OSError(errno.ENODATA, "libdenet took no sample")
        self._last: Dict[str, Any] = samples[-1]
        return samples, [record for record in records if record["kind"] == "process"]


def _clock_of_one(tids: Set[str]) -> Optional[int]:
    """The CPU clock of a thread of this process, as pthread_getcpuclockid() has it."""
    return (~int(tids.pop()) << 3) | 6 if len(tids) == 1 else None


Meter = Union[LibraryMeter, ProcMeter]


def best_meter() -> Meter:
    """By libdenet with BPF when that works, else by /proc."""
    try:
        return LibraryMeter()
    except (ImportError, OSError):
        return ProcMeter()
