# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""execute_with_monitoring and the functions that sum up records."""

import inspect
import json
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
    started,
    summary_of,
    wait_until,
)

import denet_bpf as denet

pytestmark = pytest.mark.usefixtures("library")

# Leaves its pid, and that of a child that does not mind TERM, in the file that is its argument.
STUBBORN = [
    "sh", "-c", "trap '' TERM; sleep 100 & echo $$ $! >$0.new; mv $0.new $0; wait; sleep 100"
]  # fmt: skip
EMPTY = {
    "total_time_secs": 0.0, "sample_count": 0, "max_processes": 0, "max_threads": 0,
    "total_disk_read_bytes": 0, "total_disk_write_bytes": 0, "total_sys_net_rx_bytes": 0,
    "total_sys_net_tx_bytes": 0, "peak_mem_rss_kb": 0, "avg_cpu_usage": 0.0,
}  # fmt: skip


def test_arguments_their_order_and_defaults_are_denet_s():
    parameters = inspect.signature(denet.execute_with_monitoring).parameters.values()
    by_position = [(p.name, p.default) for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
    assert by_position == [
        ("cmd", inspect.Parameter.empty),
        ("stdout_file", None),
        ("stderr_file", None),
        ("timeout", None),
        ("base_interval_ms", 100),
        ("max_interval_ms", 1000),
        ("store_in_memory", True),
        ("output_file", None),
        ("output_format", "jsonl"),
        ("since_process_start", False),
        ("pause_for_attachment", True),
        ("quiet", False),
        ("include_children", True),
        ("write_metadata", False),
        ("enable_ebpf", False),
        ("enable_gpu", False),
    ]


@pytest.mark.parametrize(
    "command, expected", [("true", 0), ("false  ", 1), (["sh", "-c", "exit 42"], 42),
                          (("sh", "-c", "kill -9 $$"), -9)]
)  # fmt: skip
def test_it_returns_the_exit_code_and_a_monitor(command, expected):
    code, monitor = denet.execute_with_monitoring(command)
    assert code == expected == monitor.exit_code
    assert len(monitor.get_samples()) >= 1 and not monitor.is_running()
    assert monitor.get_pid() == json.loads(monitor.get_metadata())["pid"]
    assert denet.ProcessMonitor.execute_with_monitoring(command)[0] == expected


@pytest.mark.parametrize(
    "command, error, name",
    [
        (["/nonexistent/program"], FileNotFoundError, "/nonexistent/program"),
        ("no-such-program-anywhere x", FileNotFoundError, "no-such-program-anywhere"),
        (["/etc/passwd"], PermissionError, "/etc/passwd"),
        (["/etc/passwd/x"], NotADirectoryError, "/etc/passwd/x"),
    ],
)
def test_a_missing_command_raises_what_subprocess_raises(command, error, name):
    with pytest.raises(error) as caught:
        denet.execute_with_monitoring(command)
    assert caught.value.filename == name


def test_a_missing_folder_is_named():
    with pytest.raises(FileNotFoundError) as caught:
        denet.execute_with_monitoring(["true"], cwd="/nonexistent")
    assert caught.value.filename == "/nonexistent"


@pytest.mark.parametrize("command", ["", "  ", []])
def test_an_empty_command_is_refused(command):
    with pytest.raises(ValueError, match="empty"):
        denet.execute_with_monitoring(command)


def test_bad_arguments_are_refused_before_anything_starts(tmp_path):
    mark = tmp_path / "mark"
    command = ["touch", str(mark)]
    with pytest.raises(ValueError, match="xml"):
        denet.execute_with_monitoring(command, output_format="xml")
    with pytest.raises(RuntimeError, match="nonexistent"):
        denet.execute_with_monitoring(command, output_file="/nonexistent/metrics")
    for bad in (
        {"timeout": "5"}, {"timeout": float("nan")}, {"children": -1}, {"children": "2"},
        {"records": "some"}, {"accounting": "magic"}, {"label": 7}, {"pss": True, "no_pss": True},
        {"env": {"A=B": "c"}}, {"stdout": subprocess.PIPE},
    ):  # fmt: skip
        with pytest.raises((TypeError, ValueError)):
            denet.execute_with_monitoring(command, **bad)
    with pytest.raises(FileNotFoundError):
        denet.execute_with_monitoring(command, stdout_file="/nonexistent/out")
    assert not mark.exists()


@pytest.mark.parametrize("form", ["jsonl", "json", "csv"])
def test_a_megabyte_of_output_does_not_hang_in_any_form(tmp_path, form):
    path = tmp_path / "metrics"
    command = ["sh", "-c", "head -c 1000000 /dev/zero; head -c 1000000 /dev/zero >&2"]
    code, _ = denet.execute_with_monitoring(command, output_file=path, output_format=form)
    assert code == 0 and path.stat().st_size > 0
    out, err = tmp_path / "out", tmp_path / "err"
    denet.execute_with_monitoring(command, out, str(err), LIMIT_S)
    assert (out.stat().st_size, err.stat().st_size) == (10**6, 10**6)


def test_streams_folder_and_environment_are_as_for_subprocess(tmp_path):
    told = tmp_path / "told"
    with open(told, "w") as file:
        denet.execute_with_monitoring(
            ["sh", "-c", "pwd; echo $COLOUR >&2"], stdout=file, stderr=subprocess.STDOUT,
            cwd=str(tmp_path), env={"COLOUR": "red"},
        )  # fmt: skip
    assert read_lines(told) == [str(tmp_path), "red"]


def test_metadata_comes_first_if_it_is_wanted(tmp_path):
    path = tmp_path / "metrics.jsonl"
    denet.execute_with_monitoring("true", output_file=path)
    assert "metadata" not in kinds(read_lines(path))
    denet.execute_with_monitoring("true", output_file=path, write_metadata=True, write_env=True)
    assert kinds(read_lines(path))[:2] == ["env", "metadata"]
    assert denet.load_metrics(path, include_metadata=True)[0]["cmd"] == ["true"]


def test_nothing_is_kept_in_memory_if_not_wanted(tmp_path):
    path = tmp_path / "metrics.jsonl"
    _, monitor = denet.execute_with_monitoring("true", store_in_memory=False, output_file=path)
    assert monitor.get_samples() == [] and "tree" in kinds(read_lines(path))


def test_the_command_leads_a_session_of_its_own(tmp_path):
    told = tmp_path / "told"
    _, monitor = denet.execute_with_monitoring(["cat", "/proc/self/stat"], stdout_file=told)
    fields = told.read_text().rpartition(")")[2].split()
    assert fields[2:4] == [str(monitor.get_pid())] * 2  # process group and session


def test_a_timeout_kills_the_whole_group(tmp_path):
    told = tmp_path / "pids"
    begun_s = time.monotonic()
    with pytest.raises(subprocess.TimeoutExpired) as caught:
        denet.execute_with_monitoring([*STUBBORN, str(told)], timeout=0.5)
    assert caught.value.timeout == 0.5 and caught.value.cmd[0] == "sh"
    assert time.monotonic() - begun_s < LIMIT_S / 2
    for pid in told.read_text().split():
        wait_until(lambda pid=pid: not is_alive(pid))


def test_a_child_that_outlives_its_leader_is_killed_too(tmp_path):
    told = tmp_path / "pids"
    script = "trap 'exit 0' TERM; (trap '' TERM; exec sleep 100) & echo $! >$0; wait; sleep 100"
    with pytest.raises(subprocess.TimeoutExpired):
        denet.execute_with_monitoring(["sh", "-c", script, str(told)], timeout=0.3)
    (pid,) = told.read_text().split()
    wait_until(lambda: not is_alive(pid))


def test_what_minds_a_term_is_not_killed(tmp_path):
    told = tmp_path / "told"
    script = f"trap 'echo bye >{told}; exit' TERM; while :; do sleep 0.01; done"
    with pytest.raises(subprocess.TimeoutExpired):
        denet.execute_with_monitoring(["sh", "-c", script], timeout=0.5)
    assert read_lines(told) == ["bye"]


def test_a_timeout_that_is_not_reached_changes_nothing():
    code, monitor = denet.execute_with_monitoring(["sleep", "0.05"], timeout=LIMIT_S)
    assert code == 0 and summary_of(monitor)["total_time_secs"] < LIMIT_S


def test_ctrl_c_kills_the_group(tmp_path):
    told = tmp_path / "pids"
    code = "import sys, denet_bpf; denet_bpf.execute_with_monitoring(sys.argv[1:])"
    command = [sys.executable, "-c", code, *STUBBORN, str(told)]
    with started(*command, stderr=subprocess.PIPE, env=python_environment()) as process:
        wait_until(told.exists)
        interrupt(process)
        error = process.communicate(timeout=LIMIT_S)[1].decode()
    assert "KeyboardInterrupt" in error
    for pid in told.read_text().split():
        wait_until(lambda pid=pid: not is_alive(pid))


def test_ctrl_c_at_the_very_start_kills_the_command_too(tmp_path):
    told = tmp_path / "pid"
    script = "echo $$ >$0; kill -INT $PPID; exec sleep 100"
    for _ in range(10):
        before = signal.getsignal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            denet.execute_with_monitoring(["sh", "-c", script, str(told)])
        assert signal.getsignal(signal.SIGINT) is before
        pid = told.read_text().strip()
        wait_until(lambda pid=pid: not is_alive(pid), 5)


def test_a_thread_other_than_the_main_one_leaves_ctrl_c_alone():
    before, codes = signal.getsignal(signal.SIGINT), []
    thread = threading.Thread(
        target=lambda: codes.append(denet.execute_with_monitoring("true")[0])
    )
    thread.start()
    thread.join(LIMIT_S)
    assert codes == [0] and signal.getsignal(signal.SIGINT) is before


def test_samples_come_by_the_adaptive_interval():
    _, monitor = denet.execute_with_monitoring(["sleep", "0.3"], None, None, None, 20, 20)
    at_most = summary_of(monitor)["total_time_secs"] / 0.02 + 2  # with the first and the last
    assert 2 <= len(monitor.get_samples()) <= at_most


def test_figures_are_those_of_the_tree(accounting):
    code, monitor = denet.execute_with_monitoring(["sh", "-c", f"({BUSY}); ({BUSY}); true"])
    summary = summary_of(monitor)
    # /proc is polled, and a machine that is busy may let a short process slip.
    assert code == 0 and summary["processes_total"] in ([3] if accounting == "bpf" else [1, 2, 3])
    assert summary["cpu_time_ns"] > 0 and summary["exit_code"] == 0


# --- summaries ---


def test_summary_of_lines_is_denet_s():
    samples = [
        {"ts_ms": 1000, "cpu_usage": 50.0, "mem_rss_kb": 1024, "mem_vms_kb": 1,
         "disk_read_bytes": 1, "disk_write_bytes": 2,
         "net_rx_bytes": 3, "net_tx_bytes": 4, "thread_count": 2,
         "uptime_secs": 0},
        {"ts_ms": 2000, "cpu_usage": 75.0, "mem_rss_kb": 1536, "mem_vms_kb": 1,
         "disk_read_bytes": 5, "disk_write_bytes": 6,
         "net_rx_bytes": 7, "net_tx_bytes": 8, "thread_count": 3,
         "uptime_secs": 1},
    ]  # fmt: skip
    lines = [json.dumps(samples[0]), json.dumps(samples[1], indent=2)]
    summary = json.loads(denet.generate_summary_from_metrics_json(lines, 1.5))
    assert summary["total_time_secs"] == 1.5 and summary["sample_count"] == 2
    assert summary["avg_cpu_usage"] == 62.5 and summary["peak_mem_rss_kb"] == 1536
    assert summary["max_threads"] == 3 and summary["total_sys_net_rx_bytes"] == 7


@pytest.mark.parametrize("lines", [[], ["garbage"], ['{"unknown": 1}']])
def test_summary_of_nothing_is_all_zeros(lines):
    assert json.loads(denet.generate_summary_from_metrics_json(lines, 5.0)) == EMPTY


def test_summary_of_no_text_is_refused():
    for lines in ([{}], [None], 5):
        with pytest.raises((TypeError, AttributeError)):
            denet.generate_summary_from_metrics_json(lines, 1.0)


def test_summary_of_a_file_names_the_file_that_is_bad(tmp_path):
    with pytest.raises(FileNotFoundError, match="nonexistent"):
        denet.generate_summary_from_file("/nonexistent/metrics.jsonl")
    for name, text in (("empty.jsonl", ""), ("garbage.jsonl", "garbage\n")):
        path = tmp_path / name
        path.write_text(text)
        with pytest.raises(OSError, match=name):
            denet.generate_summary_from_file(path)


def test_summary_of_our_file_is_that_of_the_monitor(tmp_path):
    path = tmp_path / "metrics.jsonl"
    _, monitor = denet.execute_with_monitoring(["sh", "-c", BUSY], output_file=path)
    ours = json.loads(denet.generate_summary_from_file(path))
    for key in ("sample_count", "max_processes", "total_syscall_read_bytes"):
        assert ours[key] == summary_of(monitor)[key], key


def test_corrupt_json_is_named_by_file_and_line(tmp_path):
    path = tmp_path / "corrupt.jsonl"
    denet.execute_with_monitoring("true", output_file=path)
    count = len(read_lines(path))
    with open(path, "a") as file:
        file.write('{"ts_ms": }\n{"ts_ms": 1, "cpu_usage": 1.0}\n')
    with pytest.raises(ValueError, match=f"corrupt.jsonl, line {count + 1}"):
        denet.load_metrics(path)


def test_no_command_is_left_behind():
    """What any of these tests has started is gone."""
    me = str(os.getpid())
    left = []
    for status in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            text = status.read_text()
        except OSError:
            continue
        if text.rpartition(")")[2].split()[1] == me and is_alive(text.split()[0]):
            left.append(text)
    assert left == []
