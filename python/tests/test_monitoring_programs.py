# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Programs of the shapes that mtaio's documentation shows, on denet_bpf.monitoring."""

import asyncio
import dataclasses
import time

import pytest

from denet_bpf.monitoring import Profiler, ResourceMonitor

LIMIT_S = 60
TICK_S = 0.02


def run(coroutine):
    """Runs an async test; nothing waits longer than LIMIT_S."""
    return asyncio.run(asyncio.wait_for(coroutine, LIMIT_S))


async def until(condition):
    """Gives the loop to others until the condition holds."""
    while not condition():
        await asyncio.sleep(0.001)


def test_a_subclass_with_metrics_of_its_own_raises_an_alert(library):
    """It chooses attributes freely, overrides __init__ and loops over get_current_stats()."""

    @dataclasses.dataclass
    class Counts:
        errors: int = 0

    class Application(ResourceMonitor):
        def __init__(self):
            super().__init__()
            self.metrics = Counts()
            self.history_of_mine = []
            self._thresholds = self._history = self._task = self._handlers = None
            self.heard = []

        async def alert(self, message):
            await super().alert(message)
            self.heard.append(message)

        async def collect_metrics(self):
            while True:
                self.history_of_mine.append(await self.get_current_stats())
                if self.metrics.errors > 100:
                    await self.alert("High error rate detected")
                await asyncio.sleep(TICK_S)

    async def main():
        application = Application()
        application.metrics.errors = 101
        async with application:
            loop = asyncio.ensure_future(application.collect_metrics())
            await until(lambda: application.heard)
            loop.cancel()
        assert application.heard[0] == "High error rate detected"
        assert application.alerts[0][1] == "High error rate detected"

    run(main())


def test_a_subclass_may_cache_in_get_metric(library):
    class Caching(ResourceMonitor):
        def __init__(self):
            super().__init__(interval=5.0)
            self._metrics_cache = {}
            self.collected = 0

        async def get_metric(self, name):
            if name in self._metrics_cache:
                return self._metrics_cache[name]
            self.collected += 1
            value = self._metrics_cache[name] = await self._collect_metric(name)
            return value

    async def main():
        monitor = Caching()
        assert await monitor.get_metric("memory_usage") == await monitor.get_metric("memory_usage")
        assert monitor.collected == 1

    run(main())


def test_a_web_application_records_durations_and_errors():
    class Web:
        def __init__(self):
            self.monitor = ResourceMonitor()
            self.profiler = Profiler()

        async def serve(self, respond):
            async with self.profiler.trace_context("http_request"):
                begun = time.time()
                try:
                    response = await respond()
                    await self.monitor.record_metric("request_duration", time.time() - begun)
                    return response
                except Exception:
                    await self.monitor.record_metric("request_error", 1.0)
                    raise

    async def answer():
        return "page"

    async def fail():
        raise ConnectionError("gone")

    async def main():
        web = Web()
        assert await web.serve(answer) == "page"
        with pytest.raises(ConnectionError):
            await web.serve(fail)
        assert len(web.monitor.metric_history("request_duration")) == 1
        assert [value for _, value in web.monitor.metric_history("request_error")] == [1.0]
        profile = await web.profiler.get_profile()
        assert len(profile.named("http_request")) == 2
        assert f"{profile.total_time:.2f}s"

    run(main())


def test_a_handler_may_be_registered_within_a_method():
    class Tasks:
        def __init__(self):
            self.monitor = ResourceMonitor()
            self.notes = []

        async def watch(self, name):
            @self.monitor.on_threshold_exceeded
            async def note(metric, value, threshold):
                self.notes.append(f"Task {name} {metric} exceeded threshold")

            await self.monitor.record_metrics({"task_memory": 10, "task_cpu": 99})

    async def main():
        tasks = Tasks()
        tasks.monitor.set_threshold("task_cpu", 50)
        await tasks.watch("7")
        assert tasks.notes == ["Task 7 task_cpu exceeded threshold"]

    run(main())


def test_an_async_generator_may_hold_the_monitor(library):
    async def held():
        monitor = ResourceMonitor()
        try:
            await monitor.start()
            yield monitor
        finally:
            await monitor.stop()

    async def main():
        generator = held()
        monitor = await generator.__anext__()
        assert monitor.is_running
        await generator.aclose()
        assert not monitor.is_running

    run(main())
