# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""ResourceMonitor of denet_bpf.monitoring."""

import asyncio
import contextvars
import inspect
import logging
import time
from collections import deque
from dataclasses import dataclass
from typing import Any, Callable, Deque, Dict, List, Mapping, Optional, Set, Tuple, TypeVar, Union

from . import _check, _metrics
from ._sources import Reading, SystemSource, TreeSource

log = logging.getLogger("denet_bpf.monitoring")

# The kernel counts CPU time in ticks of 10 ms: over less than this, usage would be a guess.
SHORTEST_WINDOW_S = 0.05
FIRST_WINDOW_S = 0.1
_HISTORY_MAX = 2**31

Handler = TypeVar("Handler", bound=Callable[..., Any])


@dataclass
class CPUStats:
    """usage_percent: over the last interval. Of all CPUs for the machine; for a tree 100 is one
    CPU. load_average: the machine's, of 1, 5 and 15 minutes. thread_count: living threads."""

    usage_percent: float
    load_average: List[float]
    thread_count: Optional[int]


@dataclass
class MemoryStats:
    """Bytes. used: what is not available; for a tree the sum of its resident memory, where shared
    pages count in each process. percent: used of total."""

    total: int
    available: int
    used: int
    percent: float


@dataclass
class IOStats:
    """Totals that only grow: of the machine's disks since boot; for a tree since the monitor was
    attached, bytes only. None where one is not known."""

    read_bytes: Optional[int]
    write_bytes: Optional[int]
    read_count: Optional[int]
    write_count: Optional[int]


@dataclass
class SystemStats:
    """Figures of one moment; timestamp in seconds since 1970."""

    timestamp: float
    cpu: CPUStats
    memory: MemoryStats
    io: IOStats


def _metrics_of(stats: SystemStats) -> Dict[str, float]:
    """By the names that thresholds use; what is not known is left out."""
    load = stats.cpu.load_average
    metrics = {
        _metrics.CPU_USAGE: stats.cpu.usage_percent,
        "load_average": load[0] if load else None,
        _metrics.THREAD_COUNT: stats.cpu.thread_count,
        "memory_usage": stats.memory.percent,
        "memory_used": stats.memory.used,
        _metrics.MEMORY_AVAILABLE: stats.memory.available,
        "io_read_bytes": stats.io.read_bytes,
        "io_write_bytes": stats.io.write_bytes,
        "io_read_count": stats.io.read_count,
        "io_write_count": stats.io.write_count,
    }
    return {name: value for name, value in metrics.items() if value is not None}


class _CpuWindow:
    """Readings of the last interval, to take CPU usage against one that is old enough."""

    def __init__(self, interval: float) -> None:
        self._full = max(interval * 0.95, SHORTEST_WINDOW_S)
        self._shortest = max(min(interval, FIRST_WINDOW_S), SHORTEST_WINDOW_S)
        self._kept: Deque[Reading] = deque()

    def wait_s(self, now: Reading) -> float:
        """How long to wait until usage can be told; 0 when it can."""
        if not self._kept:
            return self._shortest
        return max(0.0, self._shortest - (now.mono_s - self._kept[0].mono_s))

    def usage(self, now: Reading) -> Optional[float]:
        """Percent since a reading about one interval ago, or else since the oldest."""
        while len(self._kept) > 1 and now.mono_s - self._kept[1].mono_s >= self._full:
            self._kept.popleft()
        before = self._kept[0]
        capacity = now.capacity_ns - before.capacity_ns
        return 100 * max(0, now.busy_ns - before.busy_ns) / capacity if capacity > 0 else None

    def keep(self, now: Reading) -> None:
        """Not every one when they come often: a dozen are enough."""
        if not self._kept or now.mono_s - self._kept[-1].mono_s >= self._full / 10:
            self._kept.append(now)

    def clear(self) -> None:
        self._kept.clear()


class _Thresholds:
    """Limits by metric; a crossing is told once, until the value has been back within."""

    def __init__(self) -> None:
        self._limits: Dict[str, float] = {}
        self._above: Set[str] = set()

    def set(self, metric: str, value: float) -> None:
        self._limits[metric] = float(value)
        self._above.discard(metric)

    def remove(self, metric: str) -> None:
        self._limits.pop(metric, None)
        self._above.discard(metric)

    def crossed(self, metrics: Mapping[str, float]) -> List[Tuple[str, float, float]]:
        found = []
        for metric, value in metrics.items():
            limit = self._limits.get(metric)
            if limit is None:
                continue
            if not value > limit:
                self._above.discard(metric)
            elif metric not in self._above:
                self._above.add(metric)
                found.append((metric, value, limit))
        return found


# Set in handlers and what they start: stop() does not wait for handlers from within one.
_in_handler: "contextvars.ContextVar[bool]" = contextvars.ContextVar(
    "denet_bpf_in_handler", default=False
)


class _Handlers:
    """Calls plain and async handlers, each in a task of its own; what they raise is logged."""

    def __init__(self) -> None:
        self._tasks: Set["asyncio.Task[None]"] = set()

    def call(self, handlers: List[Callable[..., Any]], *args: Any) -> Set["asyncio.Task[None]"]:
        tasks = {asyncio.ensure_future(self._run(handler, args)) for handler in handlers}
        self._tasks |= tasks
        for task in tasks:
            task.add_done_callback(self._tasks.discard)
        return tasks

    async def settle(self) -> None:
        """Waits for the handlers that run."""
        loop = asyncio.get_running_loop()
        mine = {task for task in self._tasks if task.get_loop() is loop}
        if mine and not _in_handler.get():
            await asyncio.wait(mine)

    @staticmethod
    async def _run(handler: Callable[..., Any], args: Tuple[Any, ...]) -> None:
        _in_handler.set(True)
        try:
            result = handler(*args)
            if inspect.isawaitable(result):
                await result
        except Exception:
            log.exception("handler %r failed", handler)


class ResourceMonitor:
    """Samples CPU, memory and I/O in the background and calls handlers when thresholds are crossed.

    Args:
        interval: seconds between samples.
        history_size: samples to keep, and values of each recorded metric.
        pid: a process to watch with all its descendants; the whole machine when None.

    Thresholds may be set on cpu_usage and memory_usage (percent), load_average, thread_count,
    memory_used, memory_available, io_read_bytes, io_write_bytes (bytes), io_read_count,
    io_write_count, and on any name that is recorded by record_metric().
    """

    # Two underscores: subclasses are free in the names they choose.
    def __init__(
        self, interval: float = 1.0, history_size: int = 3600, *, pid: Optional[int] = None
    ) -> None:
        self.interval = _check.seconds("interval", interval)
        self.history_size = min(_check.whole("history_size", history_size, least=0), _HISTORY_MAX)
        self.pid = None if pid is None else _check.whole("pid", pid, least=1)
        self.__source: Union[SystemSource, TreeSource] = (
            SystemSource() if self.pid is None else TreeSource(self.pid)
        )
        self.__window = _CpuWindow(self.interval)
        self.__history: Deque[SystemStats] = deque(maxlen=self.history_size)
        self.__recorded: Dict[str, Deque[Tuple[float, float]]] = {}
        self.__alerts: Deque[Tuple[float, str]] = deque(maxlen=self.history_size)
        self.__thresholds = _Thresholds()
        self.__threshold_handlers: List[Callable[..., Any]] = []
        self.__alert_handlers: List[Callable[..., Any]] = []
        self.__handlers = _Handlers()
        self.__task: Optional["asyncio.Task[None]"] = None

    async def start(self) -> None:
        """Starts sampling; does nothing when it runs. ImportError without libdenet,
        ProcessLookupError or PermissionError when pid cannot be followed."""
        if self.is_running:
            return
        self.__window.clear()
        self.__window.keep(await self.__read())
        if not self.is_running:
            self.__task = asyncio.ensure_future(self.__sample_forever())

    async def stop(self) -> None:
        """Stops sampling and waits for handlers that run; may be called at any time, also by a
        handler."""
        task, self.__task = self.__task, None
        if task is not None and not task.done():
            task.cancel()
            if task is not asyncio.current_task():
                await asyncio.wait({task})
        await self.__handlers.settle()
        await asyncio.get_running_loop().run_in_executor(None, self.__source.close)
        self.__window.clear()

    async def __aenter__(self) -> "ResourceMonitor":
        await self.start()
        return self

    async def __aexit__(self, *_: Any) -> None:
        await self.stop()

    @property
    def is_running(self) -> bool:
        """False before start(), after stop(), and once the process of pid has ended."""
        return self.__task is not None and not self.__task.done()

    @property
    def accounting(self) -> Optional[str]:
        """Of a process: "bpf" is exact, "proc" sampled; None before the first figures, and for the
        whole machine, whose own counters are read."""
        return getattr(self.__source, "accounting", None)

    @property
    def history(self) -> List[SystemStats]:
        """The samples of the background task, oldest first, at most history_size."""
        return list(self.__history)

    def get_history(self, limit: Optional[int] = None) -> List[SystemStats]:
        """history, or the newest of it if there are more than limit samples. ValueError for a limit
        below 0."""
        if limit is not None:
            limit = _check.whole("limit", limit, least=0)
        kept = self.history
        return kept if limit is None else kept[max(0, len(kept) - limit) :]

    @property
    def alerts(self) -> List[Tuple[float, str]]:
        """(seconds since 1970, message) of each alert(), at most history_size."""
        return list(self.__alerts)

    def metric_history(self, name: str) -> List[Tuple[float, float]]:
        """(seconds since 1970, value) of a metric recorded by record_metric()."""
        return list(self.__recorded.get(name, ()))

    def set_threshold(self, metric: str, value: float) -> None:
        """Handlers are called when the metric gets above value, and again only after it has been
        back within. TypeError or ValueError for what is no number."""
        self.__thresholds.set(_check.text("metric", metric), _check.number("value", value))

    def remove_threshold(self, metric: str) -> None:
        """Accepts a metric that has none."""
        self.__thresholds.remove(metric)

    def on_threshold_exceeded(self, handler: Handler) -> Handler:
        """Decorator: handler(metric, value, threshold), plain or async."""
        self.__threshold_handlers.append(handler)
        return handler

    def on_alert(self, handler: Handler) -> Handler:
        """Decorator: handler(message), plain or async."""
        self.__alert_handlers.append(handler)
        return handler

    async def get_current_stats(self) -> SystemStats:
        """Figures of now. CPU usage is over the last interval; the first call on a monitor that
        does not run takes 0.1 s to find it."""
        reading = await self.__read()
        usage = None
        while usage is None:
            wait_s = self.__window.wait_s(reading)
            if not wait_s:
                usage = self.__window.usage(reading)
                wait_s = SHORTEST_WINDOW_S
            if usage is None:
                self.__window.keep(reading)
                await asyncio.sleep(wait_s)
                reading = await self.__read()
        self.__window.keep(reading)
        return SystemStats(
            timestamp=reading.timestamp,
            cpu=CPUStats(
                usage_percent=min(usage, 100.0) if self.pid is None else usage,
                load_average=reading.load_average,
                thread_count=reading.thread_count,
            ),
            memory=MemoryStats(
                total=reading.memory_total,
                available=reading.memory_available,
                used=reading.memory_used,
                percent=100 * reading.memory_used / reading.memory_total,
            ),
            io=IOStats(**reading.io),
        )

    async def record_metric(self, name: str, value: float) -> None:
        """Keeps a value of the program's own and checks it against the threshold of that name;
        returns when the handlers have run."""
        await self.record_metrics({name: value})

    async def record_metrics(self, metrics: Mapping[str, float]) -> None:
        """record_metric() for several."""
        now = time.time()
        values = {_check.text("name", name): _check.number("value", value) for name, value in metrics.items()}
        for name, value in values.items():
            kept = self.__recorded.setdefault(name, deque(maxlen=max(1, self.history_size)))
            kept.append((now, value))
        tasks = self.__check(values)
        if tasks:
            await asyncio.wait(tasks)

    async def get_metric(self, name: str) -> float:
        """The newest value of a recorded metric, or a current one of the monitor's own;
        KeyError for any other name."""
        return await self._collect_metric(name)

    async def _collect_metric(self, name: str) -> float:
        if name in self.__recorded:
            return self.__recorded[name][-1][1]
        return _metrics_of(await self.get_current_stats())[name]

    async def alert(self, message: str) -> None:
        """Logs a warning, keeps it in alerts, and calls the handlers of on_alert()."""
        log.warning("%s", message)
        self.__alerts.append((time.time(), message))
        tasks = self.__handlers.call(self.__alert_handlers, message)
        if tasks:
            await asyncio.wait(tasks)

    def __check(self, values: Mapping[str, float]) -> Set["asyncio.Task[None]"]:
        tasks: Set["asyncio.Task[None]"] = set()
        for crossing in self.__thresholds.crossed(values):
            tasks |= self.__handlers.call(self.__threshold_handlers, *crossing)
        return tasks

    async def __read(self) -> Reading:
        # Not on the loop's thread: a first attach loads programs into the kernel.
        return await asyncio.get_running_loop().run_in_executor(None, self.__source.read)

    async def __sample_forever(self) -> None:
        loop = asyncio.get_running_loop()
        due, is_failing = loop.time(), False
        while True:
            due = max(due + self.interval, loop.time())
            await asyncio.sleep(due - loop.time())
            try:
                stats = await self.get_current_stats()
            except ProcessLookupError as error:
                log.info("monitoring ends: %s", error)
                return
            except Exception:
                if not is_failing:  # once, not at every sample
                    log.exception("no sample could be taken")
                is_failing = True
                continue
            is_failing = False
            self.__history.append(stats)
            self.__check(_metrics_of(stats))
