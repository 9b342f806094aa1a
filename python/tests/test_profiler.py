# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Profiler of denet_bpf.monitoring; it needs no library."""

import asyncio
import inspect
import json

import pytest

from denet_bpf import monitoring
from denet_bpf.monitoring import Profile, Profiler, ProfileTrace

LIMIT_S = 60


def run(coroutine):
    """Runs an async test; nothing waits longer than LIMIT_S."""
    return asyncio.run(asyncio.wait_for(coroutine, LIMIT_S))


def test_functions_are_traced_bare_and_named():
    profiler = Profiler()

    @profiler.trace
    async def bare(value):
        """Doc."""
        await asyncio.sleep(0)
        return value

    @profiler.trace(name="other")
    async def named():
        return "named"

    @profiler.trace
    def plain():
        return "plain"

    async def main():
        assert bare.__name__ == "bare" and bare.__doc__ == "Doc."
        assert inspect.iscoroutinefunction(bare)
        assert await bare(3) == 3
        assert await named() == "named"
        assert plain() == "plain"
        return await profiler.get_profile()

    profile = run(main())
    names = [trace.name.rsplit(".", 1)[-1] for trace in profile.traces]
    assert names == ["bare", "other", "plain"]
    assert all(trace.duration > 0 and not trace.running for trace in profile.traces)
    assert profile.total_time == pytest.approx(sum(trace.duration for trace in profile.traces))
    assert len(profile.named("other")) == 1


def test_what_cannot_be_traced_is_refused():
    profiler = Profiler()

    def pieces():
        yield

    for wrong in ("name", pieces):
        with pytest.raises(TypeError):
            profiler.trace(wrong)


def test_memory_is_that_of_this_process():
    async def main():
        profiler = Profiler()
        async with profiler.trace_context("grow") as trace:
            block = bytearray(64 << 20)
        assert trace.memory_start > 1 << 20
        assert trace.memory_delta > 60 << 20
        del block

    run(main())


def test_nested_and_overlapping_time_counts_once():
    trace = monitoring.ProfileTrace
    traces = [
        trace("outer", 0.0, 10.0),
        trace("inner", 2.0, 3.0),
        trace("overlap", 9.0, 12.0),
        trace("apart", 20.0, 21.0),
    ]
    assert monitoring.Profile(traces).total_time == 13.0
    assert monitoring.Profile().total_time == 0.0


def test_start_trace_inside_a_context_ends_with_it():
    async def main():
        profiler = Profiler()
        async with profiler.trace_context("operation") as outer:
            kind = {"type": "memory"}
            inner = await profiler.start_trace("memory_usage", metadata=kind)
            now = await profiler.get_profile()
            assert [trace.name for trace in now.traces] == ["operation", "memory_usage"]
            assert all(trace.running and trace.duration >= 0 for trace in now.traces)
            assert now.traces[1].metadata == kind and now.traces[1].parent == "operation"
            assert inner.running and outer.running
            ended = await profiler.start_trace("ended by hand")
            await profiler.end_trace(ended)
            await profiler.end_trace(ended)
            assert not ended.running and inner.running
        assert not inner.running and inner.end_time >= outer.end_time
        profile = await profiler.get_profile()
        assert len(profile.traces) == 3
        assert profile.named("memory_usage")[0].duration > 0

    run(main())


def test_overlapping_tasks_keep_their_own_parents():
    async def main():
        profiler = Profiler()
        both_inside = [asyncio.Event(), asyncio.Event()]

        async def work(number):
            async with profiler.trace_context(f"task {number}"):
                both_inside[number].set()
                await both_inside[1 - number].wait()
                async with profiler.trace_context(f"inner {number}"):
                    await asyncio.sleep(0)

        await asyncio.gather(work(0), work(1))
        profile = await profiler.get_profile()
        parents = {trace.name: trace.parent for trace in profile.traces}
        assert parents == {"task 0": None, "task 1": None, "inner 0": "task 0", "inner 1": "task 1"}
        assert profile.total_time < sum(trace.duration for trace in profile.traces)

    run(main())


def test_two_profilers_do_not_mix():
    async def main():
        first, second = Profiler(), Profiler()
        async with first.trace_context("a"):
            async with second.trace_context("b"):
                async with first.trace_context("c"):
                    pass
        assert [trace.parent for trace in (await first.get_profile()).traces] == [None, "a"]
        assert [trace.parent for trace in (await second.get_profile()).traces] == [None]

    run(main())


@pytest.mark.parametrize("traces_tasks, names", [(True, ["outer", "inner"]), (False, ["outer"])])
def test_tasks_started_inside_a_trace_are_traced_when_asked(traces_tasks, names):
    async def main():
        profiler = Profiler(trace_async_tasks=traces_tasks)

        @profiler.trace(name="inner")
        async def inner():
            await asyncio.sleep(0)

        async with profiler.trace_context("outer"):
            await asyncio.ensure_future(inner())
        assert [trace.name for trace in (await profiler.get_profile()).traces] == names

    run(main())


def test_an_exception_ends_the_trace_and_goes_on():
    async def main():
        profiler = Profiler()

        @profiler.trace(name="failing")
        async def fail():
            raise LookupError("lost")

        with pytest.raises(LookupError):
            await fail()
        (trace,) = (await profiler.get_profile()).traces
        assert trace.metadata == {"exception": "LookupError"} and not trace.running

    run(main())


def test_stack_traces_show_who_started_the_trace():
    async def main():
        profiler = Profiler(collect_stack_trace=True)
        async with profiler.trace_context("here"):
            pass
        (trace,) = (await profiler.get_profile()).traces
        assert 'trace_context("here")' in trace.stack_trace
        assert "/_profiler.py" not in trace.stack_trace

    run(main())


def test_a_disabled_profiler_keeps_nothing():
    async def main():
        profiler = Profiler(enabled=False)

        @profiler.trace
        async def work():
            return 1

        async with profiler.trace_context("block") as trace:
            assert trace is None
            assert await work() == 1
            assert await profiler.start_trace("x") is None
            await profiler.end_trace(None)
        assert (await profiler.get_profile()).traces == []

    run(main())


def test_traces_are_bounded():
    async def main():
        profiler = Profiler(max_traces=2)
        for number in range(5):
            with profiler.trace_context(str(number)):
                pass
        profile = await profiler.get_profile()
        assert [trace.name for trace in profile.traces] == ["3", "4"]
        assert profile.dropped == 3
        profiler.reset()
        assert (await profiler.get_profile()).traces == []

    run(main())


def test_metrics_are_sums_by_name():
    profile = Profile(
        [
            ProfileTrace("a", 1.0, 2.0, memory_start=10, memory_end=30),
            ProfileTrace("a", 4.0, 7.0, memory_start=30, memory_end=25),
            ProfileTrace("b", 5.0, 5.5),
        ]
    )
    found = profile.get_metrics()
    assert list(found) == ["a", "b"] and found["b"]["count"] == 1
    assert found["a"] == {
        "count": 2, "total_time": 4.0, "mean_time": 2.0, "min_time": 1.0, "max_time": 3.0,
        "memory_delta": 15,
    }  # fmt: skip


def test_a_profile_is_exported_as_json_and_for_chrome(tmp_path):
    async def use():
        profiler = Profiler()
        with profiler.trace_context("outer", metadata={"path": "/"}):
            trace = await profiler.start_trace("inner")
            await profiler.end_trace(trace)
            profiler.end_trace(await profiler.start_trace("other"))
        return profiler

    profiler = asyncio.run(use())
    path = tmp_path / "profile.json"
    assert profiler.export_profile(path) == path.read_text()
    listed = json.loads(path.read_text())
    assert [trace["name"] for trace in listed] == ["outer", "inner", "other"]
    assert all(trace["duration"] >= 0 and not trace["running"] for trace in listed)
    events = json.loads(profiler.export_profile(form="chrome"))["traceEvents"]
    assert {(event["ph"], event["tid"]) for event in events} == {("X", 0)}
    assert events[0]["args"]["path"] == "/"
    with pytest.raises(ValueError, match="xml"):
        profiler.export_profile(form="xml")


def test_what_overlaps_has_a_row_of_its_own_in_chrome():
    traces = [ProfileTrace("a", 1, 3), ProfileTrace("b", 2, 4), ProfileTrace("c", 3.5, 3.8)]
    events = json.loads(Profile(traces).to_text("chrome"))["traceEvents"]
    assert [event["tid"] for event in events] == [0, 1, 0]
