# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Resource use sampled in the background while a function runs.

With microbench:

    class Bench(MicroBench):
        telemetry_interval = 10
        telemetry = staticmethod(denet_bpf.telemetry.telemetry)   # 2.x: monitor = staticmethod(...)

Without it:

    watch = Telemetry(interval=10)

    @watch
    def work(): ...

    work(); print(watch.samples)

Nothing but /proc is needed, and psutil only where microbench asks for it.
"""

import datetime
import functools
import inspect
import logging
import os
import signal
import threading
import time
import warnings
from collections import OrderedDict
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple

from . import _check, _metrics, _proctree

__all__ = ["Telemetry", "telemetry"]

log = logging.getLogger("denet_bpf.telemetry")

Callback = Callable[[Any], Dict[str, Any]]

_REMEMBERED = 64  # processes whose last reading is kept for cpu_usage


class _Before(NamedTuple):
    mono_s: float
    cpu_time_s: float


_before: "OrderedDict[Tuple[int, int, Optional[int]], _Before]" = OrderedDict()
_before_lock = threading.Lock()


def telemetry(process: Any) -> Dict[str, Any]:
    """What a process (a psutil.Process, or anything with a pid) and its descendants use now.

    cpu_time_s (with waited-for children), cpu_usage (percent of one CPU since this thread's last
    call for the process, not there in the first one), mem_rss_kb (pages that are shared count in
    each process), process_count, thread_count, disk_read_bytes and disk_write_bytes (not there
    when the kernel does not tell them). ProcessLookupError when the process has ended.
    """
    figures = _proctree.read_tree(process.pid)
    sample: Dict[str, Any] = {"cpu_time_s": round(figures.cpu_time_s, 6)}
    usage = _usage_since_last(process.pid, figures.cpu_time_s)
    if usage is not None:
        sample[_metrics.CPU_USAGE] = round(usage, 2)
    sample[_metrics.MEM_RSS_KB] = figures.mem_rss_kb
    sample[_metrics.PROCESS_COUNT] = figures.process_count
    sample[_metrics.THREAD_COUNT] = figures.thread_count
    if figures.disk_read_bytes is not None:
        sample[_metrics.DISK_READ_BYTES] = figures.disk_read_bytes
        sample[_metrics.DISK_WRITE_BYTES] = figures.disk_write_bytes
    return sample


def _usage_since_last(pid: int, cpu_time_s: float) -> Optional[float]:
    # Each sampling thread has its own last call; the start tells apart two processes of one id.
    key = (threading.get_ident(), pid, _proctree.start_ticks(pid))
    now = _Before(time.monotonic(), cpu_time_s)
    with _before_lock:
        before = _before.pop(key, None)
        _before[key] = now
        while len(_before) > _REMEMBERED:
            _before.popitem(last=False)
    if before is None or now.mono_s <= before.mono_s:
        return None
    return 100 * max(0.0, now.cpu_time_s - before.cpu_time_s) / (now.mono_s - before.mono_s)


class _OwnProcess:
    """Stands in for psutil.Process where psutil is not installed."""

    def __init__(self) -> None:
        self.pid = os.getpid()


def _own_process() -> Any:
    try:
        import psutil  # type: ignore[import-untyped, import-not-found, unused-ignore]
    except ImportError:
        return _OwnProcess()
    return psutil.Process()


class _Signals:
    """While a run lasts, SIGINT and SIGTERM first stop its thread, then do what they would."""

    _NUMBERS = (signal.SIGINT, signal.SIGTERM)

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop
        self._previous: Dict[int, Any] = {}

    def set(self) -> None:
        if threading.current_thread() is not threading.main_thread():
            warnings.warn(
                "telemetry was started outside the main thread: SIGINT and SIGTERM are not handled",
                RuntimeWarning,
                stacklevel=5,
            )
            return
        for number in self._NUMBERS:
            previous = signal.getsignal(number)
            # None: set by C code, which we could not call; an ignored one ends nothing.
            if previous is not None and previous is not signal.SIG_IGN:
                self._previous[number] = previous
                signal.signal(number, self._handle)

    def restore(self) -> None:
        """Leaves alone what somebody else has set meanwhile."""
        if threading.current_thread() is not threading.main_thread():
            return
        for number, previous in self._previous.items():
            if signal.getsignal(number) == self._handle:
                signal.signal(number, previous)
        # _previous stays: a handler set later may still call ours.

    def _handle(self, number: int, frame: Any) -> None:
        self._stop.set()
        previous = self._previous.get(number, signal.SIG_DFL)
        if callable(previous):
            previous(number, frame)
        else:
            signal.signal(number, previous)
            os.kill(os.getpid(), number)


class _Run:
    """One sampling thread."""

    def __init__(self, callback: Callback, interval: float, samples: List[Dict[str, Any]]) -> None:
        self._callback = callback
        self._interval = interval
        self.samples = samples
        self._stop = threading.Event()
        self._signals = _Signals(self._stop)
        self._thread = threading.Thread(target=self._sample, name="denet-telemetry", daemon=True)

    def start(self) -> None:
        self._signals.set()
        self._thread.start()

    def stop(self, timeout: Optional[float]) -> None:
        self._stop.set()
        self._signals.restore()
        self._thread.join(timeout)
        if self._thread.is_alive():
            warnings.warn(
                f"the telemetry callback has not returned within {timeout} s; its thread goes on",
                RuntimeWarning,
                stacklevel=3,
            )

    def _sample(self) -> None:
        process = _own_process()
        due, is_failing = time.monotonic(), False
        while True:
            timestamp = datetime.datetime.now(datetime.timezone.utc).isoformat()
            try:
                self.samples.append({"timestamp": timestamp, **self._callback(process)})
                is_failing = False
            except Exception:
                if not is_failing:  # once, not at every sample
                    log.exception("the telemetry callback failed")
                is_failing = True
            due = max(due + self._interval, time.monotonic())
            if self._stop.wait(due - time.monotonic()):
                return


class Telemetry:
    """Samples this process while a block or a function runs: at once, then every interval.

    `with Telemetry() as samples:` around a block, or an instance as decorator of a function, plain
    or async. samples has those of the run that began last, also when it raised.

    Args:
        callback: gets this process (psutil.Process; without psutil only its pid) and returns a
            dict, to which a timestamp (ISO 8601, UTC) is added. One that raises is logged, and the
            next sample is tried.
        interval: seconds between samples.
        timeout: seconds to wait for the thread at the end; then a RuntimeWarning. None: no limit.
    """

    def __init__(
        self,
        callback: Callback = telemetry,
        interval: float = 60,
        timeout: Optional[float] = 30,
    ) -> None:
        if not callable(callback):
            raise TypeError(f"callback is a function, not {type(callback).__name__}")
        self.callback = callback
        self.interval = _check.seconds("interval", interval)
        self.timeout = None if timeout is None else _check.wait_s("timeout", timeout)
        self.samples: List[Dict[str, Any]] = []
        self._runs: List[_Run] = []

    def _begin(self) -> _Run:
        self.samples = []
        run = _Run(self.callback, self.interval, self.samples)
        run.start()
        return run

    def __enter__(self) -> List[Dict[str, Any]]:
        self._runs.append(self._begin())
        return self._runs[-1].samples

    def __exit__(self, *_: Any) -> None:
        self._runs.pop().stop(self.timeout)

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def sampled_async(*args: Any, **kwargs: Any) -> Any:
                run = self._begin()
                try:
                    return await function(*args, **kwargs)
                finally:
                    run.stop(self.timeout)

            return sampled_async

        @functools.wraps(function)
        def sampled(*args: Any, **kwargs: Any) -> Any:
            run = self._begin()
            try:
                return function(*args, **kwargs)
            finally:
                run.stop(self.timeout)

        return sampled
