# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""denet_bpf.monitoring: of the real machine and of real processes."""

import asyncio
import dataclasses
import logging
import os
import pathlib
import subprocess
import sys
import time

import pytest

from denet_bpf._resources import _Thresholds
from denet_bpf.monitoring import (
    CPUStats,
    IOStats,
    MemoryStats,
    ProfileTrace,
    ResourceMonitor,
    SystemStats,
)

LIMIT_S = 60
TICK_S = 0.02


def run(coroutine):
    """Runs an async test; nothing waits longer than LIMIT_S."""
    return asyncio.run(asyncio.wait_for(coroutine, LIMIT_S))


async def until(condition):
    """Gives the loop to others until the condition holds."""
    while not condition():
        await asyncio.sleep(0.001)


def burn(seconds):
    """Uses that much CPU time."""
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


@pytest.fixture
def child():
    """A process that uses all of one CPU and has a child that waits."""
    code = (
        "import subprocess, sys\n"
        "inner = subprocess.Popen(['sleep', '1000'])\n"
        "print(inner.pid, flush=True)\n"
        "try:\n"
        "    while True: pass\n"
        "finally: inner.kill(); inner.wait()\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    inner_pid = int(process.stdout.readline())
    yield process
    process.kill()
    process.wait()
    process.stdout.close()
    try:
        os.kill(inner_pid, 9)
    except ProcessLookupError:
        pass


# --- shapes ---------------------------------------------------------------------------------------


def test_the_dataclasses_have_the_documented_fields_in_order():
    def names(made):
        return [field.name for field in dataclasses.fields(made)]

    assert names(SystemStats) == ["timestamp", "cpu", "memory", "io"]
    assert names(CPUStats) == ["usage_percent", "load_average", "thread_count"]
    assert names(MemoryStats) == ["total", "available", "used", "percent"]
    assert names(IOStats) == ["read_bytes", "write_bytes", "read_count", "write_count"]
    documented = [
        "name", "start_time", "end_time", "metadata", "stack_trace", "memory_start", "memory_end",
    ]  # fmt: skip
    assert names(ProfileTrace)[:7] == documented
    trace = ProfileTrace("a", 1.0, 3.5, memory_start=10, memory_end=4)
    assert (trace.duration, trace.memory_delta, trace.metadata) == (2.5, -6, {})


def test_senseless_arguments_are_refused():
    for interval in (0, -1, float("nan")):
        with pytest.raises(ValueError, match="interval"):
            ResourceMonitor(interval=interval)
    with pytest.raises(ValueError, match="history_size"):
        ResourceMonitor(history_size=-1)


# --- the machine ----------------------------------------------------------------------------------


def test_current_stats_are_those_of_the_machine(library):
    stats = run(ResourceMonitor().get_current_stats())
    assert abs(stats.timestamp - time.time()) < LIMIT_S
    assert 0 <= stats.cpu.usage_percent <= 100
    assert len(stats.cpu.load_average) == 3
    assert stats.cpu.thread_count > 1
    assert stats.memory.total == os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    assert stats.memory.used + stats.memory.available == stats.memory.total
    assert stats.memory.percent == pytest.approx(100 * stats.memory.used / stats.memory.total)


def test_cpu_usage_of_the_first_call_is_a_measured_one(library):
    """Somebody who burns one CPU meanwhile is seen."""

    async def main():
        monitor = ResourceMonitor()
        loop = asyncio.get_running_loop()
        burner = loop.run_in_executor(None, burn, 1.0)
        stats = await monitor.get_current_stats()
        await burner
        return stats.cpu.usage_percent

    # this thread's share of a busy machine is not ours to say, but it is not nothing
    assert run(main()) > 0


def test_history_is_bounded_and_oldest_first(library):
    async def main():
        async with ResourceMonitor(interval=TICK_S, history_size=3) as monitor:
            await until(lambda: len(monitor.history) == 3)
            first = monitor.history
            await until(lambda: monitor.history[0] not in first)
            return monitor.history

    history = run(main())
    assert len(history) == 3
    assert [stats.timestamp for stats in history] == sorted(stats.timestamp for stats in history)


def test_start_and_stop_may_be_called_at_any_time(library):
    async def main():
        tasks = asyncio.all_tasks()
        monitor = ResourceMonitor(interval=TICK_S)
        await monitor.stop()
        assert not monitor.is_running
        await monitor.start()
        await monitor.start()
        assert monitor.is_running
        await monitor.stop()
        await monitor.stop()
        assert not monitor.is_running
        count = len(monitor.history)
        await monitor.start()
        await until(lambda: len(monitor.history) > count)
        await monitor.stop()
        assert asyncio.all_tasks() == tasks

    run(main())


def test_a_monitor_outlives_the_loop_it_ran_in(library):
    monitor = ResourceMonitor(interval=TICK_S)

    async def main():
        await monitor.start()
        before = len(monitor.history)
        await until(lambda: len(monitor.history) > before)
        # not stopped: asyncio.run() cancels what is left

    run(main())
    assert not monitor.is_running
    run(main())
    run(monitor.stop())


def test_a_failing_sample_is_logged_once_and_sampling_goes_on(library, caplog):
    class Failing(ResourceMonitor):
        failures = 0

        async def get_current_stats(self):
            if self.failures < 3:
                self.failures += 1
                raise OSError("no such thing")
            return await super().get_current_stats()

    async def main():
        async with Failing(interval=TICK_S) as monitor:
            await until(lambda: monitor.history)
            assert monitor.failures == 3

    with caplog.at_level(logging.ERROR, "denet_bpf.monitoring"):
        run(main())
    assert [record.message for record in caplog.records] == ["no sample could be taken"]


def test_without_the_library_start_says_so(monkeypatch):
    from denet_bpf import _native

    monkeypatch.setattr(_native, "_loaded", None)
    monkeypatch.setenv("DENET_LIBRARY", "/nonexistent/libdenet.so.0")
    monitor = ResourceMonitor()
    with pytest.raises(ImportError, match="libdenet cannot be loaded"):
        run(monitor.start())
    assert not monitor.is_running
    run(monitor.stop())


# --- thresholds and the program's own metrics -----------------------------------------------------


def test_a_threshold_of_the_machine_calls_plain_and_async_handlers(library):
    async def main():
        monitor = ResourceMonitor(interval=TICK_S)
        called = []

        @monitor.on_threshold_exceeded
        async def handle_later(metric, value, threshold):
            await asyncio.sleep(0)
            called.append(("async", metric, value, threshold))

        @monitor.on_threshold_exceeded
        def handle_now(metric, value, threshold):
            called.append(("plain", metric, value, threshold))

        monitor.set_threshold("memory_usage", 0.0)  # of any machine
        monitor.set_threshold("memory_used", float("inf"))
        async with monitor:
            await until(lambda: len(called) == 2)
            more = len(monitor.history) + 3
            await until(lambda: len(monitor.history) >= more)  # above it all the time
        assert sorted(call[:2] for call in called) == [
            ("async", "memory_usage"),
            ("plain", "memory_usage"),
        ]
        assert all(value > 0 and threshold == 0 for _, _, value, threshold in called)

    run(main())


def test_a_threshold_fires_on_the_crossing_only():
    thresholds = _Thresholds()
    thresholds.set("load", 5)
    fired = [bool(thresholds.crossed({"load": value})) for value in (4, 5, 6, 7, 6, 5, 9, 9, 1)]
    assert fired == [False, False, True, False, False, False, True, False, False]
    assert not thresholds.crossed({"load": float("nan")})
    assert thresholds.crossed({"load": 6, "other": 100}) == [("load", 6, 5.0)]
    thresholds.set("load", 5)  # set anew: told anew
    assert thresholds.crossed({"load": 6})
    thresholds.remove("load")
    assert not thresholds.crossed({"load": 100})


def test_recorded_metrics_have_thresholds_and_a_history():
    async def main():
        monitor = ResourceMonitor(history_size=3)
        called = []
        monitor.on_threshold_exceeded(lambda *args: called.append(args))
        monitor.set_threshold("error_rate", 5.0)
        monitor.set_threshold("response_time", 1.0)
        for rate in (1, 6, 7, 2, 8):
            await monitor.record_metric("error_rate", rate)
        await monitor.record_metrics({"response_time": 1.5, "queue": 3})
        # the handlers have run when the call returns
        assert called == [
            ("error_rate", 6.0, 5.0),
            ("error_rate", 8.0, 5.0),
            ("response_time", 1.5, 1.0),
        ]
        assert [value for _, value in monitor.metric_history("error_rate")] == [7.0, 2.0, 8.0]
        assert abs(monitor.metric_history("queue")[0][0] - time.time()) < LIMIT_S
        assert monitor.metric_history("nothing") == []
        assert await monitor.get_metric("queue") == 3.0
        with pytest.raises(TypeError, match="value"):
            await monitor.record_metric("queue", "many")

    run(main())


def test_own_metrics_can_be_asked_for_by_name(library):
    async def main():
        monitor = ResourceMonitor()
        assert await monitor.get_metric("memory_usage") > 0
        with pytest.raises(KeyError):
            await monitor.get_metric("no such metric")

    run(main())


def test_an_exception_in_a_handler_is_logged_and_the_others_run(caplog):
    async def main():
        monitor = ResourceMonitor()
        called = []

        @monitor.on_threshold_exceeded
        async def fail(metric, value, threshold):
            raise RuntimeError("out of paper")

        @monitor.on_threshold_exceeded
        def wrong_arguments():
            pass

        monitor.on_threshold_exceeded(lambda *args: called.append(args))
        monitor.set_threshold("x", 1)
        await monitor.record_metric("x", 2)
        assert called == [("x", 2.0, 1.0)]

    with caplog.at_level(logging.ERROR, "denet_bpf.monitoring"):
        run(main())
    ours = [record for record in caplog.records if record.name == "denet_bpf.monitoring"]
    failures = [record.exc_info[0] for record in ours]
    assert sorted(kind.__name__ for kind in failures) == ["RuntimeError", "TypeError"]


def test_handlers_may_stop_the_monitor(library):
    async def main():
        monitor = ResourceMonitor(interval=TICK_S)
        stopped = []

        async def stop(metric, value, threshold):
            await monitor.stop()
            stopped.append(metric)

        monitor.on_threshold_exceeded(stop)
        monitor.on_threshold_exceeded(stop)
        monitor.set_threshold("memory_usage", 0.0)
        await monitor.start()
        await until(lambda: len(stopped) == 2)
        assert not monitor.is_running

    run(main())


def test_stop_waits_for_handlers_that_run(library):
    async def main():
        monitor = ResourceMonitor(interval=TICK_S)
        entered, release, left = asyncio.Event(), asyncio.Event(), []

        @monitor.on_threshold_exceeded
        async def slow(metric, value, threshold):
            entered.set()
            await release.wait()
            left.append(metric)

        monitor.set_threshold("memory_usage", 0.0)
        await monitor.start()
        await entered.wait()
        before = len(monitor.history)
        await until(lambda: len(monitor.history) > before)  # it holds up no sample
        stopping = asyncio.ensure_future(monitor.stop())
        await until(lambda: not monitor.is_running)
        assert not stopping.done() and not left
        release.set()
        await stopping
        assert left == ["memory_usage"]

    run(main())


def test_an_alert_is_logged_kept_and_told(caplog):
    async def main():
        monitor = ResourceMonitor(history_size=2)
        told = []

        @monitor.on_alert
        async def tell(message):
            told.append(message)

        for number in range(3):
            await monitor.alert(f"fire {number}")
        assert told == ["fire 0", "fire 1", "fire 2"]
        assert [message for _, message in monitor.alerts] == ["fire 1", "fire 2"]

    with caplog.at_level(logging.WARNING, "denet_bpf.monitoring"):
        run(main())
    assert caplog.records[0].message == "fire 0"


# --- a tree of processes --------------------------------------------------------------------------


def test_a_pid_is_watched_with_its_descendants(library, child):
    async def main():
        async with ResourceMonitor(interval=0.1, pid=child.pid) as monitor:
            await until(lambda: len(monitor.history) >= 3)
            return monitor.history[-1]

    stats = run(main())
    assert stats.cpu.usage_percent > 0
    assert stats.cpu.thread_count == 2  # its own and its child's
    statm = pathlib.Path(f"/proc/{child.pid}/statm").read_text()
    resident = int(statm.split()[1]) * os.sysconf("SC_PAGE_SIZE")
    assert stats.memory.used > resident / 2
    assert stats.memory.percent == pytest.approx(100 * stats.memory.used / stats.memory.total)
    assert stats.io.read_count is None and stats.io.read_bytes is not None


def test_a_threshold_of_a_pid_counts_one_cpu_as_100(library, child):
    async def main():
        monitor = ResourceMonitor(interval=0.1, pid=child.pid)
        crossed = asyncio.Event()
        monitor.on_threshold_exceeded(lambda *args: crossed.set())
        monitor.set_threshold("cpu_usage", 1.0)
        async with monitor:
            await crossed.wait()

    run(main())


def test_monitoring_ends_with_the_process(library, child):
    async def main():
        monitor = ResourceMonitor(interval=TICK_S, pid=child.pid)
        await monitor.start()
        await until(lambda: monitor.history)
        child.kill()
        child.wait()
        await until(lambda: not monitor.is_running)
        with pytest.raises(ProcessLookupError):
            await monitor.get_current_stats()
        await monitor.stop()

    run(main())


def test_a_pid_that_does_not_exist_is_a_process_lookup_error(library):
    process = subprocess.Popen(["true"])
    process.wait()
    with pytest.raises(ProcessLookupError):
        run(ResourceMonitor(pid=process.pid).start())


def test_the_newest_of_the_history_are_had():
    async def use():
        async with ResourceMonitor(interval=TICK_S) as monitor:
            await until(lambda: len(monitor.history) >= 4)
        return monitor

    monitor = run(use())
    assert monitor.get_history() == monitor.history
    assert monitor.get_history(2) == monitor.history[-2:] and monitor.get_history(0) == []
    assert monitor.get_history(1000) == monitor.history
    with pytest.raises(ValueError, match="limit"):
        monitor.get_history(-1)
