# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""ProcessMonitor beside threads, signals and forks, and of a process that runs already."""

import os
import pathlib
import signal
import subprocess
import sys
import threading
import time

import pytest
from support import (
    BUSY,
    LIMIT_S,
    interrupt,
    is_alive,
    kinds,
    python_environment,
    read_lines,
    release,
    run,
    run_python,
    started,
    summary_of,
    wait_until,
)

import denet_bpf as denet

pytestmark = pytest.mark.usefixtures("library")


def test_samples_can_be_read_while_run_goes_on_in_a_thread():
    monitor = denet.ProcessMonitor(["sleep", "100"], 10, 10, quiet=True)
    thread = threading.Thread(target=monitor.run)
    thread.start()
    wait_until(lambda: len(monitor.get_samples()) > 3)
    assert monitor.is_running() and summary_of(monitor)["sample_count"] > 3
    os.kill(monitor.get_pid(), signal.SIGTERM)
    thread.join(LIMIT_S)
    assert not thread.is_alive() and monitor.exit_code == -signal.SIGTERM


def test_other_threads_run_while_run_waits():
    monitor = denet.ProcessMonitor(["sleep", "100"], 10**6, 10**6, quiet=True)
    thread = threading.Thread(target=monitor.run)
    thread.start()
    wait_until(lambda: len(monitor.get_samples()) == 1)  # and now it waits for a long time
    total = sum(range(100_000))
    os.kill(monitor.get_pid(), signal.SIGTERM)
    thread.join(LIMIT_S)
    assert not thread.is_alive() and total


def test_several_monitors_run_in_threads_at_once(accounting):
    monitors = {}

    def follow(number):
        monitors[number] = run(["sh", "-c", f"sleep 0.1; exit {number}"])

    threads = [threading.Thread(target=follow, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LIMIT_S)
    expected = [2] if accounting == "bpf" else [1, 2]  # which is not looked at in time on a busy machine
    for number, monitor in monitors.items():
        assert monitor.exit_code == number
        assert summary_of(monitor)["processes_total"] in expected, monitor.get_samples()
    assert len(monitors) == 8


def test_ctrl_c_interrupts_run():
    code = """
import denet_bpf, os
monitor = denet_bpf.ProcessMonitor(["sleep", "100"], 1000000, 1000000, quiet=True)
print(monitor.get_pid(), flush=True)
try:
    monitor.run()
except KeyboardInterrupt:
    print(len(monitor.get_samples()), monitor.is_running(), flush=True)
    os.kill(monitor.get_pid(), 9)
    monitor.run()
    print(monitor.exit_code)
"""
    command = [sys.executable, "-c", code]
    with started(*command, stdout=subprocess.PIPE, env=python_environment()) as process:
        pid = int(process.stdout.readline())
        wait_until(lambda: pathlib.Path(f"/proc/{process.pid}/wchan").exists())
        time.sleep(0.2)  # into poll(), which nothing tells of
        interrupt(process)
        rest = process.communicate(timeout=LIMIT_S)[0].decode().split()
    assert rest == ["1", "True", "-9"] and process.returncode == 0
    assert not is_alive(pid)


def test_a_fork_leaves_the_monitor_to_its_owner():
    monitor = denet.ProcessMonitor(["sleep", "100"], 10, 10, quiet=True)
    thread = threading.Thread(target=monitor.run)
    thread.start()
    wait_until(lambda: monitor.get_samples())
    for _ in range(5):
        pid = os.fork()
        if not pid:
            # Nothing here may wait for a thread that is not there, or touch what is shared.
            code = 0 if monitor._native.step() and monitor.exit_code is None else 1
            monitor._native.close()
            os._exit(code)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert monitor._native.is_root_alive()
    before = len(monitor.get_samples())
    wait_until(lambda: len(monitor.get_samples()) > before)
    os.kill(monitor.get_pid(), signal.SIGTERM)
    thread.join(LIMIT_S)
    assert monitor.exit_code == -signal.SIGTERM


def test_monitors_leave_no_descriptors_behind():
    run(["true"])
    release()
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        run(["true"])
        with pytest.raises(RuntimeError):
            run(["/nonexistent"], output_file="/dev/null")
    release()
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_workflow_engine_s_thread_ends_with_the_process(tmp_path, accounting):
    path = tmp_path / "bench.jsonl"
    with started("sh", "-c", f"{BUSY}; cat", stdin=subprocess.PIPE) as process:
        monitor = denet.ProcessMonitor.from_pid(
            process.pid, 50, 500, since_process_start=True, output_file=str(path), quiet=True
        )
        thread = threading.Thread(target=monitor.run)
        thread.start()
        wait_until(lambda: monitor.get_samples())
        process.stdin.close()  # it ends, and nobody waits for it: a zombie
        thread.join(LIMIT_S)
        assert not thread.is_alive()
        assert process.poll() == 0  # its status was left to its parent
    assert kinds(read_lines(path))[-2:] == ["exit", "summary"]
    assert denet.load_metrics(path)[-1]["cpu_time_ns"] > 0
    assert monitor.exit_code in ((0,) if accounting == "bpf" else (0, None))


def test_a_process_of_somebody_else_is_followed_to_its_end():
    with started("sh", "-c", "sleep 100 & echo $!; wait", stdout=subprocess.PIPE) as process:
        pid = int(process.stdout.readline())
        monitor = denet.ProcessMonitor.from_pid(pid, 20, 100, quiet=True)
        assert monitor.is_running() and monitor.get_pid() == pid
        os.kill(pid, signal.SIGTERM)
        monitor.run()
        assert not monitor.is_running()


def test_a_process_can_follow_itself():
    code = """
import denet_bpf, os, json
monitor = denet_bpf.ProcessMonitor.from_pid(os.getpid(), 20, 100, quiet=True)
block = bytearray(b"x") * (50 << 20)
sample = json.loads(monitor.sample_once())["aggregated"]
assert sample["mem_rss_kb"] > 50 << 10, sample
assert monitor.is_running() and monitor.get_pid() == os.getpid()
"""
    done = run_python(code)
    assert (done.returncode, done.stderr) == (0, "")
