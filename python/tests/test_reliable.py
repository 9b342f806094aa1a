# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""What a full disk, a kill, a fork or thousands of results must not do."""

import asyncio
import gzip
import json
import os
import signal
import subprocess
import sys
import threading
import time

import pytest
from support import (
    LIMIT_S,
    is_alive,
    kinds,
    python_environment,
    pythons,
    read_lines,
    release,
    run,
    run_python,
    started,
    wait_until,
)

import denet_bpf as denet
from denet_bpf import _told
from denet_bpf.monitoring import ResourceMonitor

pytestmark = pytest.mark.usefixtures("library")


def burn(seconds):
    end_s = time.thread_time() + seconds
    while time.thread_time() < end_s:
        pass


# --- recording ---


def test_a_full_disk_costs_a_function_nothing(caplog):
    for form in ("jsonl", "json", "csv"):
        work = denet.profile(output_file="/dev/full", output_format=form)(lambda: 7)
        assert work.last_monitor is None
        result, samples = work()
        assert result == 7 and samples and work.last_monitor.get_samples() == samples
        assert work.last_monitor.recording_error.filename == "/dev/full"
    assert len([text for text in caplog.messages if "/dev/full" in text]) == 3
    with denet.monitor(output_file="/dev/full") as watch:
        wait_until(lambda: watch.recording_error)
    assert watch.recording_error.filename == "/dev/full" and watch.get_samples()


def test_a_program_that_is_killed_inside_a_block_leaves_its_samples(tmp_path):
    path = tmp_path / "metrics.jsonl"
    code = (
        "import sys, time, denet_bpf\n"
        "with denet_bpf.monitor(5, 5, output_file=sys.argv[1]): time.sleep(100)"
    )
    with started(sys.executable, "-c", code, path, env=python_environment()) as process:
        wait_until(lambda: path.exists() and path.read_text().count("\n") > 5)
        before = path.read_text().count("\n")
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert len(denet.load_metrics(path)) >= before - 1  # the first line is of metadata


def test_records_are_all_or_denet_s(tmp_path):
    path = tmp_path / "metrics.jsonl"
    run(["sh", "-c", "true; true"], output_file=path)
    assert {"tree", "process", "exit", "summary"} <= set(kinds(read_lines(path)))
    assert [r["kind"] for r in denet.load_metrics(path, kind="summary")] == ["summary"]
    both = denet.load_metrics(path, kind=("process", "exit"))
    assert {record["kind"] for record in both} == {"process", "exit"}
    with pytest.raises(ValueError, match="proces"):
        denet.load_metrics(path, kind="proces")
    for record in (
        lambda: run(["true"], output_file=path, records="denet"),
        lambda: denet.execute_with_monitoring("true", output_file=path, records="denet"),
    ):
        record()
        assert set(kinds(read_lines(path))) <= {"tree", "child", "exit"}
    path.unlink()
    with denet.monitor(output_file=path, records="denet"):
        pass
    assert set(kinds(read_lines(path))) == {"metadata", "tree"}


def test_nothing_is_kept_without_a_store(tmp_path):
    path = tmp_path / "metrics.jsonl"
    monitor = run(["sh", "-c", "true"], store_in_memory=False, output_file=path)
    kept = (monitor.get_samples(), monitor.get_children(), monitor.get_processes())
    assert kept == ([], [], []) and "process" in kinds(read_lines(path))
    with denet.monitor(1, 1, store_in_memory=False, output_file=tmp_path / "own") as watch:
        wait_until(lambda: len(read_lines(tmp_path / "own")) > 20)
        assert watch._native.take_records() == [] and watch.get_samples() == []
    assert json.loads(watch.get_summary())["sample_count"] > 10


def test_stdout_that_nobody_reads_ends_the_printing_alone():
    code = (
        "import os, sys, denet_bpf\n"
        "monitor = denet_bpf.ProcessMonitor(['sh', '-c', 'exit 3'], 5, 5)\n"
        "monitor.run()\n"
        "os.write(2, b'%d %d' % (monitor.exit_code, len(monitor.get_samples()) > 0))\n"
        "os._exit(0)"
    )
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-c", code], stdout=writing, stderr=subprocess.PIPE,
        env=python_environment(), timeout=LIMIT_S,
    )  # fmt: skip
    os.close(writing)
    assert b"3 1" in done.stderr and b"Traceback" not in done.stderr


# --- ends ---


def test_thousands_of_results_are_kept(tmp_path):
    code = """
import os, resource, denet_bpf
resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100))
before = len(os.listdir("/proc/self/fd"))
kept = []
for number in range(120):
    kept.append(denet_bpf.execute_with_monitoring(["sh", "-c", f"exit {number}"], accounting="proc"))
assert len(os.listdir("/proc/self/fd")) == before
assert [code for code, _ in kept] == list(range(120))
assert all(monitor.exit_code == code and monitor.get_samples() for code, monitor in kept)
assert all(monitor.get_metadata() and '"wall_ns"' in monitor.get_summary() for _, monitor in kept)
assert all(denet_bpf.check_budgets(monitor, ["wall > 1h"])[0]["outcome"] == "kept"
           for _, monitor in kept[:2])
"""
    done = run_python(code)
    assert (done.returncode, done.stderr) == (0, "")


def test_close_and_with_end_the_monitoring_and_keep_what_is_known():
    release()
    fds = len(os.listdir("/proc/self/fd"))
    with denet.ProcessMonitor(["sleep", "100"], 5, 5, quiet=True) as monitor:
        pid = monitor.get_pid()
        assert monitor.sample_once()
    release()
    assert len(os.listdir("/proc/self/fd")) == fds
    assert not monitor.is_running() and monitor.sample_once() is None
    assert monitor.get_pid() == pid and len(monitor.get_samples()) >= 2
    assert json.loads(monitor.get_summary())["command"] == ["sleep", "100"]
    monitor.close()
    monitor.run()
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def test_a_block_inside_its_own_is_refused():
    with denet.monitor() as watch:
        with pytest.raises(RuntimeError, match="block already"), watch:
            pass
        assert watch.monitoring
    with watch:
        pass
    assert watch.get_samples()


# --- what is told ---


def test_falling_back_to_proc_is_told_once(caplog, accounting):
    _told._told.clear()
    for _ in range(2):
        run(["true"])
        with denet.monitor() as watch:
            pass
        assert watch.accounting == accounting
    told = [text for text in caplog.messages if "/proc" in text]
    assert len(told) == (0 if accounting == "bpf" else 1)
    _told._told.clear()
    caplog.clear()
    run(["true"], accounting="proc")  # as it was asked for
    assert not [text for text in caplog.messages if "/proc" in text]


def test_who_watches_a_process_of_a_service_is_told_too(caplog, accounting):
    async def watch(pid):
        async with ResourceMonitor(pid=pid) as monitor:
            assert monitor.accounting == accounting
        assert ResourceMonitor(pid=pid).accounting is None

    _told._told.clear()
    with started("sleep", "1000") as process:
        for _ in range(2):
            asyncio.run(watch(process.pid))
    told = [text for text in caplog.messages if "/proc" in text]
    assert len(told) == (0 if accounting == "bpf" else 1)
    assert ResourceMonitor().accounting is None


def test_what_was_lost_is_told_and_stands_as_attributes(caplog):
    monitor = run(["true"])
    assert (monitor.lost, monitor.incomplete, monitor.recording_error) == ({}, None, None)
    told = _told.Told()
    told._tell_end('{"events_lost":3,"tasks_lost":0,"incomplete":"out of memory"}')
    assert (told.lost, told.incomplete) == ({"events_lost": 3}, "out of memory")
    assert any("out of memory" in text for text in caplog.messages)
    assert any("events_lost 3" in text for text in caplog.messages)


def test_what_blocks_lose_is_told_once_of_each_kind(caplog):
    _told._told.clear()
    for _ in range(2):
        denet.Monitor()._tell_end('{"records_lost":3}')
    last = denet.Monitor()
    last._tell_end('{"records_lost":5,"tasks_lost":1}')
    assert last.lost == {"records_lost": 5, "tasks_lost": 1}
    assert [text for text in caplog.messages if "_lost" in text] == [
        "not all was seen: records_lost 3",
        "not all was seen: tasks_lost 1",
    ]


def test_a_monitor_that_nobody_drives_says_what_it_has_lost(exact, caplog):
    """More programs than the ring has room for, while nobody takes them out; no total is affected."""
    many = "i=0; while [ $i -lt 600 ]; do /bin/true $1; i=$((i+1)); done"
    monitor = denet.ProcessMonitor(["sh", "-c", many, "sh", "x" * 900], 1000, 1000, quiet=True)
    wait_until(lambda: not is_alive(monitor.get_pid()))
    monitor.run()
    assert list(monitor.lost) == ["events_lost"] and monitor.incomplete is None
    assert json.loads(monitor.get_summary())["processes_total"] == 601
    told = [text for text in caplog.messages if "events_lost" in text]
    assert told == [f"not all was seen: events_lost {monitor.lost['events_lost']}"]


# --- generators ---


def test_a_generator_is_measured_to_its_end():
    @denet.profile(base_interval_ms=5, max_interval_ms=5)
    def numbers(count):
        got = 0
        for number in range(count):
            burn(0.02)
            got += (yield number) or 0
        return got

    generator, samples = numbers(3)
    assert samples == [] and next(generator) == 0
    assert generator.send(5) == 1 and generator.send(6) == 2
    with pytest.raises(StopIteration) as end:
        generator.send(7)
    assert end.value.value == 18
    assert samples == numbers.last_samples and samples[-1]["cpu_time_ns"] > 0.03e9

    @denet.profile
    def fails():
        try:
            yield 1
        except KeyError:
            yield 2
        raise ValueError("mine")

    generator, samples = fails()
    assert next(generator) == 1 and generator.throw(KeyError("x")) == 2
    with pytest.raises(ValueError, match="mine") as caught:
        next(generator)
    assert caught.value.denet_samples is samples and samples
    generator, samples = fails()
    next(generator)
    generator.close()
    assert samples


def test_an_async_generator_is_measured_to_its_end():
    closed = []

    @denet.profile(base_interval_ms=5, max_interval_ms=5)
    async def numbers(count):
        try:
            for number in range(count):
                await asyncio.sleep(0)
                burn(0.02)
                yield number
        finally:
            closed.append(count)

    async def use():
        generator, samples = numbers(3)
        assert [number async for number in generator] == [0, 1, 2]
        assert samples[-1]["cpu_time_ns"] > 0.03e9 and numbers.last_samples is samples
        generator, samples = numbers(4)
        assert await generator.__anext__() == 0
        await generator.aclose()
        assert samples and closed == [3, 4]

    asyncio.run(use())


def test_an_async_generator_takes_what_is_sent_and_thrown():
    @denet.profile
    async def echo():
        got = None
        while True:
            try:
                got = yield got
            except KeyError as error:
                got = error

    async def use():
        generator, samples = echo()
        assert await generator.asend(None) is None and await generator.asend(5) == 5
        error = KeyError("x")
        assert await generator.athrow(error) is error
        with pytest.raises(ValueError, match="mine"):
            await generator.athrow(ValueError("mine"))
        assert samples and echo.last_samples is samples

    asyncio.run(use())


def test_who_leaves_a_generator_or_is_cancelled_has_the_samples():
    @denet.profile
    def numbers():
        yield from range(100)

    generator, samples = numbers()
    for number in generator:
        if number == 3:
            break
    del generator
    assert samples and numbers.last_samples is samples

    @denet.profile
    async def waits():
        await asyncio.sleep(1000)

    async def cancel():
        task = asyncio.ensure_future(waits())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError) as caught:
            await task
        assert waits.last_samples
        return caught

    asyncio.run(cancel())


# --- forks ---

FORKING = """
import os, sys, warnings, denet_bpf
warnings.simplefilter("error")
with denet_bpf.monitor(1, 1) as watch:
    for _ in range(20):
        pid = os.fork()
        if not pid:
            os._exit(len(os.listdir("/proc/self/task")) - 1)
        assert os.waitpid(pid, 0)[1] == 0
    before = len(watch.get_samples())
    while len(watch.get_samples()) <= before:
        pass
print(denet_bpf.profile(lambda: 1)()[0])
"""


@pytest.mark.parametrize("version, python", pythons()[-2:], ids=lambda value: str(value)[:4])
def test_a_fork_inside_a_block_is_one_without_threads(version, python):
    """3.12 and later warn of others."""
    if python is None:
        pytest.skip(f"there is no Python {version} here")
    done = run_python(FORKING, python=python)
    assert (done.returncode, done.stdout, done.stderr) == (0, "1\n", "")


def test_forks_of_several_threads_meet():
    def fork():
        for _ in range(10):
            pid = os.fork()
            if not pid:
                os._exit(0)
            os.waitpid(pid, 0)

    with denet.monitor(1, 1) as watch, denet.monitor(1, 1) as other:
        threads = [threading.Thread(target=fork) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(LIMIT_S)
        assert not any(thread.is_alive() for thread in threads)
        counts = len(watch.get_samples()), len(other.get_samples())
        wait_until(lambda: len(watch.get_samples()) > counts[0])
        wait_until(lambda: len(other.get_samples()) > counts[1])


# --- cost ---


def test_to_import_the_package_imports_hardly_anything():
    done = run_python(
        "import sys; before = set(sys.modules); import denet_bpf\n"
        "print(sorted(set(sys.modules) - before - {'__future__'}))"
    )
    assert done.stdout == "['denet_bpf']\n", done.stderr


def test_a_call_costs_a_fifth_of_one_that_loads(exact):
    from denet_bpf import _native

    call = denet.profile(lambda: None)

    def cost(is_kept):
        if not is_kept:
            _native.library().denet_release()
        before_s = time.process_time()
        call()
        return time.process_time() - before_s

    call()
    loading_s = min(cost(False) for _ in range(8))
    assert min(cost(True) for _ in range(16)) * 5 <= loading_s


def test_a_name_that_ends_in_gz_is_packed_whoever_writes_it(tmp_path):
    def unpacked(name):
        return gzip.decompress((tmp_path / name).read_bytes()).decode()

    block, saved, own, array = (tmp_path / f"{name}.json.gz" for name in ("block", "saved", "own", "array"))

    @denet.profile(output_file=block)
    def work():
        return 3

    assert work()[0] == work()[0] == 3  # one member behind the other
    kinds_told = kinds(unpacked("block.json.gz").splitlines())
    assert kinds_told.count("summary") == 2 and kinds_told.count("metadata") == 1
    assert len(denet.load_metrics(block)) == kinds_told.count("tree")
    monitor = run(["true"], output_file=os.fsencode(array), output_format="json")
    samples = [json.loads(line) for line in monitor.get_samples()]
    assert [r for r in json.loads(unpacked("array.json.gz")) if r["kind"] == "tree"] == samples
    monitor.save_samples(saved, "json")
    assert json.loads(unpacked("saved.json.gz")) == samples
    denet.save_metrics(denet.load_metrics(saved), os.fsencode(own), "jsonl")
    assert denet.load_metrics(own) == denet.load_metrics(saved)
    denet.run(["true"]).save(os.fsencode(own))
    assert denet.load(own).exit_code == 0
