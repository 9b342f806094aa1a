# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""ProcessMonitor: denet's interface, what hangs or fails in denet, and the figures."""

import inspect
import json
import os
import resource
import signal
import subprocess
import sys
import threading
import time

import pytest
from support import (
    BUSY,
    BUSY_TREE,
    ROOT,
    is_alive,
    read_lines,
    run,
    run_python,
    started,
    summary_of,
    wait_until,
)

import denet_bpf as denet
from denet_bpf import _told
from denet_bpf import _output

# Far more than a pipe holds.
MEGABYTE = ["sh", "-c", "head -c 1000000 /dev/zero; head -c 1000000 /dev/zero >&2"]

# Aggregates that denet's reader insists on.
DEMANDED = {
    "ts_ms", "cpu_usage", "mem_rss_kb", "mem_vms_kb", "disk_read_bytes", "disk_write_bytes",
    "sys_net_rx_bytes", "sys_net_tx_bytes", "thread_count", "process_count", "uptime_secs",
}  # fmt: skip

pytestmark = pytest.mark.usefixtures("library")


# --- denet's interface ---


def parameters_of(function):
    """Names and defaults of what may be given by position."""
    return [
        (name, parameter.default)
        for name, parameter in inspect.signature(function).parameters.items()
        if parameter.kind is parameter.POSITIONAL_OR_KEYWORD
    ]


COMMON = [
    ("base_interval_ms", inspect.Parameter.empty),
    ("max_interval_ms", inspect.Parameter.empty),
    ("since_process_start", False),
    ("output_file", None),
    ("output_format", "jsonl"),
    ("store_in_memory", True),
    ("quiet", False),
    ("include_children", True),
    ("write_metadata", False),
    ("write_env", False),
    ("enable_ebpf", False),
    ("enable_gpu", False),
]


def test_arguments_their_order_and_defaults_are_denet_s():
    command = [("cmd", inspect.Parameter.empty)]
    assert parameters_of(denet.ProcessMonitor) == command + COMMON
    assert parameters_of(denet.ProcessMonitor.from_pid)[1:] == COMMON


@pytest.mark.parametrize(
    "arguments, error, text",
    [
        (([], 100, 1000), RuntimeError, "cannot be empty"),
        ((["/nonexistent/program"], 100, 1000), RuntimeError, "No such file"),
        ((["/etc/passwd"], 100, 1000), RuntimeError, "Permission denied"),
        (("true", 100, 1000), TypeError, "list"),
        ((["true"],), TypeError, "base_interval_ms"),
        ((["true"], -1, 1000), OverflowError, "negative"),
        ((["true"], 1.5, 1000), TypeError, "float"),
        ((["true\0"], 100, 1000), ValueError, "null"),
        ((["true"], 100, 1000, False, None, "xml"), ValueError, "Unknown output format: xml"),
    ],
)
def test_bad_arguments_raise_what_denet_raises(arguments, error, text):
    with pytest.raises(error, match=text):
        denet.ProcessMonitor(*arguments)


@pytest.mark.parametrize("pid, error", [(2**22 + 1, RuntimeError), (0, RuntimeError),
                                        (2**40, RuntimeError), (-1, OverflowError),
                                        ("1", TypeError)])  # fmt: skip
def test_a_pid_that_nobody_has_raises_what_denet_raises(pid, error):
    with pytest.raises(error):
        denet.ProcessMonitor.from_pid(pid, 100, 1000)


def test_what_does_nothing_is_told_once(caplog):
    for name in ("enable_ebpf", "enable_gpu"):
        _told._told.clear()
        for _ in range(2):
            denet.ProcessMonitor(["true"], 100, 1000, quiet=True, **{name: True}).run()
        assert len([text for text in caplog.messages if name in text]) == 1


def test_bad_words_are_named():
    with pytest.raises(ValueError, match="accounting 'magic'"):
        denet.ProcessMonitor(["true"], 100, 1000, accounting="magic")


@pytest.mark.parametrize("base, largest", [(1000, 10), (0, 0), (10**15, 10**15)])
def test_any_pair_of_intervals_is_accepted(base, largest):
    assert len(run(["true"], base, largest).get_samples()) >= 1


def test_the_interval_grows_as_denet_s():
    for elapsed_s, expected_s in ((0, 0.1), (0.99, 0.1), (1, 0.1), (2, 0.2), (5.5, 0.55), (10, 1)):
        assert _output.interval_s(elapsed_s, 100, 1000) == pytest.approx(expected_s)


def run_until(is_so, gate, command, *arguments, **options):
    """A monitor that has run a command which waits for a line of gate: until is_so(monitor)."""
    os.mkfifo(gate)
    both_ends = os.open(gate, os.O_RDWR)  # so that nobody waits for the other side
    monitor = denet.ProcessMonitor(command, *(arguments or (20, 100)), quiet=True, **options)

    def let_go():
        try:
            wait_until(lambda: is_so(monitor))
        finally:
            os.write(both_ends, b"go\n")

    thread = threading.Thread(target=let_go)
    thread.start()
    monitor.run()
    thread.join()
    os.close(both_ends)
    return monitor


def test_a_run_gives_samples_a_summary_and_the_exit_code(tmp_path):
    gate = tmp_path / "gate"
    monitor = run_until(lambda monitor: len(monitor.get_samples()) > 2, gate,
                        ["sh", "-c", f"head -n 1 {gate} >/dev/null; exit 3"])
    samples = [json.loads(line) for line in monitor.get_samples()]
    assert len(samples) > 2
    for sample in samples:
        assert sample["kind"] == "tree" and DEMANDED <= set(sample["aggregated"])
    times = [sample["ts_ms"] for sample in samples]
    assert times == sorted(times)
    summary = summary_of(monitor)
    assert summary["sample_count"] == len(samples)
    assert summary["max_processes"] == 2 and summary["processes_total"] == 2
    assert summary["total_time_secs"] > 0
    assert monitor.exit_code == monitor.get_exit_code() == 3
    assert not monitor.is_running() and monitor.sample_once() is None


def test_a_signal_is_a_negative_exit_code():
    assert run(["sh", "-c", "kill -9 $$"]).exit_code == -9


def test_there_is_no_exit_code_while_it_runs():
    monitor = denet.ProcessMonitor(["sleep", "100"], 20, 100, quiet=True)
    assert monitor.exit_code is None and monitor.is_running()
    os.kill(monitor.get_pid(), signal.SIGTERM)
    monitor.run()
    assert monitor.exit_code == -signal.SIGTERM


def test_without_children_samples_are_of_the_root_alone():
    monitor = run(BUSY_TREE, include_children=False)
    samples = [json.loads(line) for line in monitor.get_samples()]
    assert {sample["kind"] for sample in samples} == {"sample"}
    assert monitor.get_children() == []
    assert summary_of(monitor)["max_processes"] == 1


def test_metadata_and_env_are_denet_s():
    monitor = denet.ProcessMonitor(["sleep", "100"], 20, 100, quiet=True)
    metadata = json.loads(monitor.get_metadata())
    assert metadata["pid"] == monitor.get_pid() and metadata["cmd"] == ["sleep", "100"]
    assert os.path.basename(metadata["executable"]) in ("sleep", "coreutils", "busybox")
    assert abs(metadata["t0_ms"] - time.time() * 1000) < 60_000 and "kind" not in metadata
    assert json.loads(monitor.get_env())["kind"] == "env"
    os.kill(monitor.get_pid(), signal.SIGKILL)
    monitor.run()
    assert json.loads(monitor.get_metadata())["pid"] == metadata["pid"]
    assert json.loads(monitor.get_env())["kind"] == "env"


def test_children_and_processes_are_told(tmp_path):
    head = ["head", "-n", "1", str(tmp_path / "gate")]

    def is_told(monitor):
        return head in [json.loads(line).get("cmd") for line in monitor.get_children()]

    monitor = run_until(is_told, tmp_path / "gate", ["sh", "-c", f"{' '.join(head)}; sh -c 'exit 4'; true"])
    children = [json.loads(line) for line in monitor.get_children()]
    # who was met between fork and its end may have had no command left
    assert head in [child.get("cmd") for child in children]
    assert {child["kind"] for child in children} == {"child"}
    assert all(child["pid"] != monitor.get_pid() for child in children)


def test_the_root_is_no_child_whatever_it_runs():
    monitor = run(["sh", "-c", "sleep 0.1; exec sleep 0.1"])
    pids = [json.loads(line)["pid"] for line in monitor.get_children()]
    assert pids and monitor.get_pid() not in pids


def test_every_process_is_told_however_short(exact):
    monitor = run(["sh", "-c", "for i in 1 2 3 4 5 6 7 8; do /bin/true; done; sh -c 'exit 4'"])
    processes = monitor.get_processes()
    assert [process["comm"] for process in processes].count("true") == 8
    assert sorted(process["exit_code"] for process in processes)[-2:] == [4, 4]
    assert all(process["exact"] for process in processes)


def test_gpu_functions_say_that_there_is_none():
    monitor = run(["true"])
    assert monitor.is_gpu_enabled() is False and monitor.gpu_device_count() == 0
    assert json.loads(monitor.get_gpu_summary())["enabled"] is False


# --- what the command gets ---


def test_a_command_that_prints_a_megabyte_does_not_hang():
    assert run(MEGABYTE).exit_code == 0


def test_output_goes_where_it_is_sent(tmp_path):
    both = tmp_path / "both"
    with open(both, "w") as file:
        run(["sh", "-c", "echo out; echo err >&2"], stdout=file, stderr=subprocess.STDOUT)
    assert read_lines(both) == ["out", "err"]
    with open(both, "w") as file:
        run(["sh", "-c", "echo out; echo err >&2"], stdout=file.fileno())
    assert read_lines(both) == ["out"]
    with open(both) as source, open(tmp_path / "copy", "w") as file:
        run(["cat"], stdin=source, stdout=file)
    assert read_lines(tmp_path / "copy") == ["out"]
    with pytest.raises(ValueError, match="pipe"):
        run(["true"], stdout=subprocess.PIPE)


def test_none_is_the_caller_s_own_output():
    code = """
import subprocess, denet_bpf
command = ["sh", "-c", "cat; echo err >&2"]
monitor = denet_bpf.ProcessMonitor(command, 20, 100, quiet=True, stdout=None, stderr=None)
monitor.run()
"""
    done = run_python(code, input="in")
    assert (done.stdout, done.stderr) == ("in", "err\n")


def test_folder_and_environment_are_those_that_are_asked_for(tmp_path):
    told = tmp_path / "told"
    with open(told, "w") as file:
        command = ["sh", "-c", "pwd; echo $COLOUR; echo ${HOME-none}"]
        run(command, stdout=file, cwd=tmp_path, env={"COLOUR": "red", "PATH": os.environ["PATH"]})
    assert read_lines(told) == [str(tmp_path), "red", "none"]
    with pytest.raises(RuntimeError, match="nonexistent"):
        run(["true"], cwd="/nonexistent")
    with pytest.raises(ValueError):
        run(["true"], env={"A=B": "c"})


def test_a_command_does_not_inherit_what_python_ignores(tmp_path):
    assert signal.getsignal(signal.SIGPIPE) == signal.SIG_IGN
    told = tmp_path / "told"
    with open(told, "w") as file:
        run(["cat", "/proc/self/status"], stdout=file)
    (ignored,) = [line.split()[1] for line in read_lines(told) if line.startswith("SigIgn")]
    assert int(ignored, 16) & (1 << (signal.SIGPIPE - 1) | 1 << (signal.SIGXFSZ - 1)) == 0


def test_a_command_of_a_millisecond_has_a_sample():
    for _ in range(5):
        monitor = run(["true"])
        assert len(monitor.get_samples()) >= 1
        assert summary_of(monitor)["sample_count"] >= 1
        assert json.loads(monitor.get_metadata())["cmd"] == ["true"]


# --- one sample at a time ---


def test_each_sample_once_is_one_sample():
    monitor = denet.ProcessMonitor(["sleep", "100"], 1, 1, quiet=True)
    taken = []
    while len(taken) < 20 and monitor.is_running():
        taken.append(monitor.sample_once())
        time.sleep(0.003)  # so that others would be due
        monitor.is_running()
    assert monitor.get_samples() == taken
    assert json.loads(monitor.sample_once())["aggregated"]["process_count"] == 1
    os.kill(monitor.get_pid(), signal.SIGKILL)
    wait_until(lambda: not monitor.is_running())
    assert monitor.sample_once() is None
    # Its end is one sample more: the one that has the totals.
    assert len(monitor.get_samples()) == 22


def test_sample_once_from_several_threads_is_one_sample_each():
    monitor = denet.ProcessMonitor(["sleep", "100"], 20, 100, quiet=True)
    threads = [
        threading.Thread(target=lambda: [monitor.sample_once() for _ in range(10)])
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(monitor.get_samples()) == 40
    os.kill(monitor.get_pid(), signal.SIGKILL)
    monitor.run()


@pytest.mark.parametrize("ask", ["is_running", "sample_once"])
def test_a_zombie_does_not_run(ask):
    with started("sleep", "100") as process:
        monitor = denet.ProcessMonitor.from_pid(process.pid, 20, 100, quiet=True)
        assert monitor.is_running()
        process.kill()
        wait_until(lambda: not is_alive(process.pid))
        assert not getattr(monitor, ask)()
    assert len(monitor.get_samples()) == 1


def test_what_has_ended_cannot_be_followed():
    with started("true") as process:
        process.wait()
        with pytest.raises(RuntimeError, match=f"Process with PID {process.pid} not found"):
            denet.ProcessMonitor.from_pid(process.pid, 20, 100, quiet=True)


def test_what_nobody_has_waited_for_yet_is_told_as_far_as_it_is_known(tmp_path):
    path = tmp_path / "metrics.jsonl"
    with started(sys.executable, "-c", "sum(range(3_000_000)); raise SystemExit(3)") as process:
        wait_until(lambda: not is_alive(process.pid))
        monitor = denet.ProcessMonitor.from_pid(
            process.pid, 50, 500, since_process_start=True, output_file=str(path), quiet=True
        )
        monitor.run()
        summary = json.loads(monitor.get_summary())
        _, _, usage = os.wait4(process.pid, 0)
    used_s = usage.ru_utime + usage.ru_stime
    assert 0.9 * used_s - 0.02 < summary["cpu_time_ns"] / 1e9 < 1.1 * used_s + 0.02
    assert monitor.get_samples()


def test_a_list_of_samples_belongs_to_who_has_asked():
    monitor = run(["true"])
    monitor.get_samples().clear()
    assert monitor.get_samples()


def test_a_command_stays_in_the_caller_s_process_group():
    monitor = denet.ProcessMonitor(["sleep", "100"], 20, 100, quiet=True)
    assert os.getpgid(monitor.get_pid()) == os.getpgid(0)  # Ctrl-C at a terminal reaches it
    os.kill(monitor.get_pid(), signal.SIGKILL)
    monitor.run()


def test_a_loop_over_is_running_alone_gets_samples():
    monitor = denet.ProcessMonitor(["sleep", "1000"], 10, 10, quiet=True)
    wait_until(lambda: monitor.is_running() and len(monitor.get_samples()) >= 4)
    os.kill(monitor.get_pid(), signal.SIGTERM)
    wait_until(lambda: not monitor.is_running())
    assert monitor.exit_code == -signal.SIGTERM


# --- the figures ---


def cpu_of_children_s():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_cpu_is_what_the_kernel_charges_for_the_tree(exact):
    before_s = cpu_of_children_s()
    monitor = run(BUSY_TREE)
    truth_s = cpu_of_children_s() - before_s
    used_s = summary_of(monitor)["cpu_time_ns"] / 1e9
    # The referee counts the moment before exec, too, and rounds each process.
    assert truth_s * 0.98 - 0.005 <= used_s <= truth_s * 1.01 + 0.001
    told_s = sum(process["cpu_time_ns"] for process in monitor.get_processes()) / 1e9
    assert told_s == pytest.approx(used_s, abs=1e-6)


def test_cpu_of_two_hundred_short_processes_is_that_of_their_cgroup(exact):
    sys.path.insert(0, str(ROOT / "tests/bench"))
    try:
        import referee

        group = referee.Group()
    except (ImportError, OSError, RuntimeError) as error:
        pytest.skip(f"no cgroup of our own: {error}")
    finally:
        sys.path.pop(0)
    try:
        script = "i=0; while [ $i -lt 200 ]; do /bin/true; i=$((i+1)); done"
        join = f"echo $$ >{group.path}/cgroup.procs; exec sh -c '{script}'"
        monitor = run(["sh", "-c", join])
        group.wait_empty()
        truth_ns = group.cpu_ns()
    finally:
        group.remove()
    used_ns = summary_of(monitor)["cpu_time_ns"]
    assert summary_of(monitor)["processes_total"] == 201
    # We count one shell before it joins, too.
    assert truth_ns * 0.98 <= used_ns <= truth_ns * 1.02 + 5e6


def test_sampled_cpu_is_never_more_than_the_kernel_charges():
    before_s = cpu_of_children_s()
    monitor = run(BUSY_TREE, accounting="proc")
    truth_s = cpu_of_children_s() - before_s
    used_s = summary_of(monitor)["cpu_time_ns"] / 1e9
    assert monitor.accounting == "proc"
    # Ticks are rounded.
    assert truth_s / 2 - 0.02 <= used_s <= truth_s + 0.04


def test_last_sample_has_the_totals():
    monitor = run(["sh", "-c", f"{BUSY}; head -c 100000 /dev/zero | cat >/dev/null"])
    last = json.loads(monitor.get_samples()[-1])["aggregated"]
    summary = summary_of(monitor)
    assert last["cpu_time_ns"] == summary["cpu_time_ns"]
    assert last["syscall_read_bytes"] == summary["total_syscall_read_bytes"]


def test_summary_while_it_runs_is_that_of_the_samples():
    monitor = denet.ProcessMonitor(["sleep", "100"], 20, 100, quiet=True)
    assert summary_of(monitor)["sample_count"] == 0
    monitor.sample_once()
    monitor.sample_once()
    assert summary_of(monitor)["sample_count"] == 2
    os.kill(monitor.get_pid(), signal.SIGKILL)
    monitor.run()
