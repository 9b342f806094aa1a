# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""denet_bpf.telemetry: alone, and under the real microbench where it can be installed."""

import asyncio
import datetime
import importlib
import importlib.metadata
import json
import logging
import os
import pathlib
import signal
import subprocess
import sys
import sysconfig
import threading
import time
import warnings
from contextlib import suppress

import pytest
from support import LIMIT_S, need_extra

import denet_bpf
from denet_bpf import _proctree
from denet_bpf.telemetry import Telemetry, telemetry

PACKAGE_PARENT = str(pathlib.Path(denet_bpf.__file__).parents[1])


class Pid:
    """As much of a psutil.Process as telemetry() needs."""

    def __init__(self, pid):
        self.pid = pid


def wait_until(condition):
    """For what another thread or process does."""
    end = time.monotonic() + LIMIT_S
    while not condition():
        assert time.monotonic() < end, "took too long"
        time.sleep(0.001)


@pytest.fixture
def tree():
    """A process that burnt CPU and holds 64 MB, with a child of two threads; says when it is up."""
    code = (
        "import os, subprocess, sys, threading, time\n"
        "block = bytearray(b'x') * (64 << 20)\n"
        "while time.process_time() < 0.3: pass\n"
        "inner = subprocess.Popen([sys.executable, '-c', '''\n"
        "import sys, threading\n"
        "thread = threading.Thread(target=sys.stdin.read); thread.start()\n"
        "print('up', flush=True)\n"
        "'''], stdin=subprocess.PIPE)\n"
        "ended = subprocess.run([sys.executable, '-c', '''\n"
        "import time\n"
        "while time.process_time() < 0.3: pass\n"
        "'''])\n"
        "print('up', flush=True)\n"
        "sys.stdin.read()\n"
        "inner.stdin.close(); inner.wait()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout.readline() == process.stdout.readline() == b"up\n"
    yield process
    process.stdin.close()
    process.wait(LIMIT_S)
    process.stdout.close()


# --- the figures ----------------------------------------------------------------------------------


def test_a_tree_is_summed_up(tree):
    sample = telemetry(Pid(tree.pid))
    assert sample["process_count"] == 2
    assert sample["thread_count"] == 3
    assert sample["mem_rss_kb"] > 64 << 10
    assert sample["cpu_time_s"] > 0.57  # its own, in ticks, and what its ended child used
    assert "cpu_usage" not in sample  # nothing to take it against yet
    assert telemetry(Pid(tree.pid))["cpu_usage"] >= 0
    json.dumps(sample)


def test_the_walk_over_proc_finds_the_same_as_the_children_files(tree, monkeypatch):
    with_children = _proctree.read_tree(tree.pid)
    monkeypatch.setattr(_proctree, "_children", lambda pid: None)
    assert _proctree.read_tree(tree.pid).start_ticks == with_children.start_ticks


def test_io_that_is_refused_is_left_out(tree, monkeypatch):
    assert "disk_write_bytes" in telemetry(Pid(tree.pid))
    monkeypatch.setattr(_proctree, "_io_of", lambda root, pids: (None, None))
    sample = telemetry(Pid(tree.pid))
    assert "disk_read_bytes" not in sample and "disk_write_bytes" not in sample


def test_cpu_usage_is_since_the_last_call():
    me = Pid(os.getpid())
    telemetry(me)
    begun, used = time.monotonic(), time.process_time()
    while time.process_time() < used + 0.3:
        pass
    sample = telemetry(me)
    expected = 100 * (time.process_time() - used) / (time.monotonic() - begun)
    assert sample["cpu_usage"] == pytest.approx(expected, rel=0.25)


def test_a_process_that_has_ended_is_a_process_lookup_error():
    process = subprocess.Popen(["true"])
    process.wait()
    with pytest.raises(ProcessLookupError):
        telemetry(Pid(process.pid))


def test_a_name_may_hold_anything(tmp_path):
    program = tmp_path / ") Z 1 (\n"
    program.symlink_to("/bin/cat")
    process = subprocess.Popen([str(program)], stdin=subprocess.PIPE)
    wait_until(lambda: pathlib.Path(f"/proc/{process.pid}/comm").read_text() == ") Z 1 (\n\n")
    try:
        assert telemetry(Pid(process.pid))["process_count"] == 1
    finally:
        process.stdin.close()
        process.wait(LIMIT_S)


# --- Telemetry ------------------------------------------------------------------------------------


def test_the_first_sample_is_taken_at_once_and_more_every_interval():
    taken = threading.Semaphore(0)

    def callback(process):
        taken.release()
        return {"pid": process.pid}

    with Telemetry(callback, interval=0.01) as samples:
        for _ in range(3):
            assert taken.acquire(timeout=LIMIT_S)
    assert len(samples) >= 3
    assert all(sample["pid"] == os.getpid() for sample in samples)
    moments = [datetime.datetime.fromisoformat(sample["timestamp"]) for sample in samples]
    assert moments == sorted(moments) and moments[0].utcoffset() == datetime.timedelta(0)


def test_the_default_callback_samples_this_process():
    watch = Telemetry()  # an interval of a minute: only the first sample comes

    @watch
    def work(value):
        """Doc."""
        wait_until(lambda: watch.samples)
        return value + 1

    assert work(1) == 2 and work.__doc__ == "Doc."
    (sample,) = watch.samples
    assert sample["mem_rss_kb"] > 1000 and sample["process_count"] >= 1


def test_samples_survive_an_exception():
    watch = Telemetry(lambda process: {"x": 1})

    @watch
    def fail():
        wait_until(lambda: watch.samples)
        raise LookupError("lost")

    with pytest.raises(LookupError):
        fail()
    assert watch.samples[0]["x"] == 1
    assert not [thread for thread in threading.enumerate() if thread.name == "denet-telemetry"]


def test_async_functions_are_sampled():
    watch = Telemetry(lambda process: {"x": 1})

    @watch
    async def work():
        while not watch.samples:
            await asyncio.sleep(0.001)
        return "done"

    assert asyncio.run(asyncio.wait_for(work(), LIMIT_S)) == "done"
    assert watch.samples[0]["x"] == 1


def test_a_failing_callback_is_logged_once_and_tried_again(caplog):
    calls = []

    def callback(process):
        calls.append(1)
        if len(calls) < 4:
            raise OSError("no such thing")
        return {"call": len(calls)}

    with caplog.at_level(logging.ERROR, "denet_bpf.telemetry"):
        with Telemetry(callback, interval=0.001) as samples:
            wait_until(lambda: samples)
    assert samples[0]["call"] == 4
    assert [record.message for record in caplog.records] == ["the telemetry callback failed"]


def test_a_callback_that_hangs_is_left_after_the_timeout():
    release, entered = threading.Event(), threading.Event()

    def callback(process):
        entered.set()
        release.wait(LIMIT_S)
        return {}

    with pytest.warns(RuntimeWarning, match="has not returned within 0.01 s") as caught:
        with Telemetry(callback, timeout=0.01):
            assert entered.wait(LIMIT_S)
    assert caught[0].filename == __file__
    release.set()
    wait_until(lambda: all(thread.name != "denet-telemetry" for thread in threading.enumerate()))


def test_outside_the_main_thread_there_is_a_warning_and_no_handler():
    before = signal.getsignal(signal.SIGTERM)
    seen, samples = [], []

    def work():
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            with Telemetry(lambda process: {}) as mine:
                seen.append(signal.getsignal(signal.SIGTERM))
                wait_until(lambda: mine)
        samples.extend(mine)
        seen.extend(caught)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(LIMIT_S)
    handler, warning = seen
    assert handler == before
    assert warning.category is RuntimeWarning and "outside the main thread" in str(warning.message)
    assert warning.filename == __file__
    assert len(samples) == 1


def test_handlers_are_put_back():
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with Telemetry(lambda process: {}):
        with Telemetry(lambda process: {}):
            assert signal.getsignal(signal.SIGTERM) != before[1]
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


def test_handlers_of_overlapping_runs_end_at_the_first(monkeypatch):
    first, second = Telemetry(lambda process: {}), Telemetry(lambda process: {})
    before = signal.getsignal(signal.SIGINT)
    try:
        first.__enter__()
        second.__enter__()
        first.__exit__(None, None, None)
        second.__exit__(None, None, None)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)


def run_python(code, number):
    """Sends a signal to code that has printed that it is up; its exit code and output."""
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": PACKAGE_PARENT},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout.readline() == b"up\n"
    process.send_signal(number)
    out, err = process.communicate(timeout=LIMIT_S)
    return process.returncode, out, err


SLEEPING = (
    "import threading\n"
    "from denet_bpf.telemetry import Telemetry\n"
    "try:\n"
    "    with Telemetry(lambda process: {}) as samples:\n"
    "        while not samples: pass\n"
    "        print('up', flush=True)\n"
    f"        threading.Event().wait({LIMIT_S})\n"
    "except KeyboardInterrupt:\n"
    "    print(len(samples), threading.active_count())\n"
)


def test_ctrl_c_stops_the_thread_and_is_a_keyboard_interrupt():
    code, out, err = run_python(SLEEPING, signal.SIGINT)
    assert (code, out, err) == (0, b"1 1\n", b"")


def test_sigterm_still_ends_the_program():
    code, out, _ = run_python(SLEEPING, signal.SIGTERM)
    assert (code, out) == (-signal.SIGTERM, b"")


def test_a_handler_of_the_program_is_still_called():
    code = "import signal, sys\nsignal.signal(signal.SIGTERM, lambda *_: sys.exit(7))\n" + SLEEPING
    assert run_python(code, signal.SIGTERM)[0] == 7


def test_an_interval_of_nothing_is_refused():
    with pytest.raises(ValueError, match="interval"):
        Telemetry(interval=0)


# --- microbench -----------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=["1", "2"])
def microbench(request, tmp_path_factory):
    """A folder with microbench of one major version and psutil, from the package index; what is
    installed anyway is not fetched again."""
    major = int(request.param)
    with suppress(importlib.metadata.PackageNotFoundError, ImportError):
        if importlib.metadata.version("microbench").startswith(f"{major}."):
            importlib.import_module("psutil")
            return major, sysconfig.get_path("purelib")
    need_extra(f"microbench {major}")
    folder = tmp_path_factory.mktemp("microbench")
    wanted = [f"microbench>={major},<{major + 1}", "psutil"]
    result = subprocess.run(
        [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check",
         "--target", str(folder), *wanted],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        universal_newlines=True,
        timeout=5 * LIMIT_S,
    )  # fmt: skip
    if result.returncode:
        reason = (result.stdout.strip().splitlines() or ["pip failed"])[-1]
        pytest.skip(f"microbench {major} cannot be installed: {reason}")
    return major, folder


BENCH = """
import io, sys, time
from microbench import MicroBench
from denet_bpf.telemetry import telemetry

class Bench(MicroBench):
    {name}_interval = 0.05
    {name} = staticmethod(telemetry)

bench = Bench(outfile=sys.argv[1])

@bench
def work():
    block = bytearray(b'x') * (32 << 20)
    end = time.process_time() + 0.4
    while time.process_time() < end:
        pass

work()
"""


def test_microbench_keeps_our_samples(microbench, tmp_path):
    major, folder = microbench
    name = "telemetry" if major == 1 else "monitor"
    outfile = tmp_path / "results.jsonl"
    subprocess.run(
        [sys.executable, "-c", BENCH.format(name=name), str(outfile)],
        env={**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{PACKAGE_PARENT}"},
        check=True,
        timeout=LIMIT_S,
    )
    record = json.loads(outfile.read_text().splitlines()[0])
    samples = record["telemetry"] if major == 1 else record["call"]["monitor"]
    if samples and isinstance(samples[0], list):  # a list for each run
        samples = samples[0]
    assert len(samples) >= 3
    assert "timestamp" in samples[0] and "cpu_usage" not in samples[0]
    assert max(sample["mem_rss_kb"] for sample in samples) > 32 << 10
    assert samples[-1]["cpu_time_s"] - samples[0]["cpu_time_s"] > 0.1
    assert samples[-1]["cpu_usage"] > 0
    assert {sample["process_count"] for sample in samples} == {1}
