# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""ProcessMonitor: files, stdout, and those that denet and we read of each other."""

import errno
import json
import os
import signal

import pytest
from support import (
    BUSY_TREE,
    kinds,
    python_environment,
    read_lines,
    run,
    run_python,
    summary_of,
    wait_until,
)

import denet_bpf as denet

pytestmark = pytest.mark.usefixtures("library")


@pytest.mark.parametrize("form", ["jsonl", "JSONLINES", "json", "csv"])
@pytest.mark.parametrize("has_head", [False, True])
def test_an_output_file_has_what_get_samples_has(tmp_path, form, has_head):
    path = tmp_path / "metrics"
    monitor = run(["sh", "-c", "sleep 0.1; true"], output_file=path, output_format=form,
                  write_metadata=has_head, write_env=has_head)  # fmt: skip
    samples = [json.loads(line) for line in monitor.get_samples()]
    if form == "csv":
        rows = read_lines(path)
        assert rows[0].startswith("ts_ms,cpu_usage,mem_rss_kb") and len(rows) == len(samples) + 1
        figures = samples[-1]["aggregated"]
        unknown = figures.get("unknown", [])  # JSON has the last known of what has ended
        assert rows[-1].split(",")[:3] == [
            "" if key in unknown else str(figures[key])
            for key in ("ts_ms", "cpu_usage", "mem_rss_kb")
        ]
        return
    text = path.read_text()
    whole = text if form == "json" else "[" + ",".join(text.splitlines()) + "]"
    records = json.loads(whole)
    found = [record["kind"] for record in records]
    assert [record for record in records if record["kind"] == "tree"] == samples
    assert found[:2] == (["env", "metadata"] if has_head else found[:2])
    assert ("metadata" in found) == has_head and found[-2:] == ["exit", "summary"]
    processes = [record for record in records if record["kind"] == "process"]
    assert processes == monitor.get_processes() and len(processes) >= 1
    assert records[-1] == json.loads(monitor.get_summary()) | {"kind": "summary"}
    assert len(denet.load_metrics(path)) == len(samples)


def test_an_array_is_whole_after_each_sample(tmp_path):
    path = tmp_path / "metrics.json"
    monitor = denet.ProcessMonitor(["sleep", "100"], 20, 100, False, path, "json")
    assert json.loads(path.read_text()) == []
    for _ in range(3):
        sample = json.loads(monitor.sample_once())
        assert json.loads(path.read_text())[-1] == sample
    os.kill(monitor.get_pid(), signal.SIGKILL)
    wait_until(lambda: not monitor.is_running())
    assert [record["kind"] for record in json.loads(path.read_text())].count("tree") == 4


def test_old_content_of_an_output_file_is_gone(tmp_path):
    path = tmp_path / "metrics.jsonl"
    path.write_text("old\n")
    run(["true"], output_file=path)
    assert "old" not in path.read_text()


def test_nothing_is_started_whose_records_cannot_be_kept(tmp_path):
    mark = tmp_path / "mark"
    with pytest.raises(RuntimeError, match="IO Error: .*nonexistent.*No such file"):
        denet.ProcessMonitor(["touch", mark], 20, 100, output_file="/nonexistent/metrics")
    assert not mark.exists()


def test_a_full_disk_ends_the_recording_and_nothing_else(caplog):
    monitor = run(["sh", "-c", "exit 4"], output_file="/dev/full")
    assert monitor.exit_code == 4 and monitor.get_samples() and monitor.get_processes()
    assert monitor.recording_error.errno == errno.ENOSPC
    assert monitor.recording_error.filename == "/dev/full"
    told = [record for record in caplog.records if record.name == "denet_bpf"]
    assert [record.levelname for record in told if "/dev/full" in record.getMessage()] == ["WARNING"]


@pytest.mark.parametrize("more, is_silent", [("", False), (", quiet=True", True),
                                             (", output_file='metrics.jsonl'", True)])  # fmt: skip
def test_stdout_has_records_unless_quiet_or_written_to_a_file(tmp_path, more, is_silent):
    code = f"import denet_bpf; denet_bpf.ProcessMonitor(['sleep', '0.05'], 20, 100{more}).run()"
    done = run_python(code, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    if is_silent:
        assert done.stdout == ""
    else:
        assert {"tree", "exit"} <= set(kinds(done.stdout.splitlines())) <= {"tree", "child", "exit"}


def test_samples_are_saved_in_each_form(tmp_path):
    monitor = run(["sleep", "0.05"])
    samples = [json.loads(line) for line in monitor.get_samples()]
    path = tmp_path / "saved"
    for form in ((), ("jsonl",), (None,)):
        monitor.save_samples(path, *form)
        lines = [json.loads(line) for line in read_lines(path)]
        assert lines[0] == json.loads(monitor.get_metadata()) and lines[1:] == samples
        assert len(denet.load_metrics(path)) == len(samples)
    monitor.save_samples(path, "JSON")
    assert json.loads(path.read_text()) == samples
    monitor.save_samples(path, "csv")
    assert len(read_lines(path)) == len(samples) + 1
    with pytest.raises(ValueError, match="xml"):
        monitor.save_samples(path, "xml")
    with pytest.raises(OSError):
        monitor.save_samples("/nonexistent/saved")


def test_nothing_is_kept_in_memory_if_not_wanted(tmp_path):
    path = tmp_path / "metrics.jsonl"
    monitor = run(["sleep", "0.05"], store_in_memory=False, output_file=path)
    assert monitor.get_samples() == [] and "tree" in kinds(read_lines(path))
    assert summary_of(monitor)["sample_count"] >= 1
    monitor = run(["sleep", "0.05"])
    monitor.clear_samples()
    assert monitor.get_samples() == []


@pytest.mark.parametrize("records", ["all", "denet"])
def test_denet_reads_our_files(tmp_path, records):
    theirs = pytest.importorskip("denet", reason="denet, the referee, is not installed")
    path = tmp_path / "metrics.jsonl"
    monitor = run(BUSY_TREE, output_file=path, write_metadata=True, records=records)
    samples = [json.loads(line) for line in monitor.get_samples()]
    summary = json.loads(theirs.generate_summary_from_file(str(path)))
    assert summary["sample_count"] == len(samples)
    assert summary["max_processes"] == max(s["aggregated"]["process_count"] for s in samples)
    ours = json.loads(denet.generate_summary_from_file(str(path)))
    # We count those between the samples, too.
    assert ours["max_processes"] >= summary["max_processes"]
    assert ours["max_threads"] >= summary["max_threads"]
    counted = {"max_processes", "max_threads"}
    if records == "all":  # ours are of all CPU and all time then, theirs of what samples tell
        counted |= {"avg_cpu_usage", "total_time_secs"}
    for key in sorted(set(theirs_keys(summary)) - counted):
        assert ours[key] == pytest.approx(summary[key], rel=1e-6), key


def test_denet_reads_our_arrays(tmp_path):
    theirs = pytest.importorskip("denet", reason="denet, the referee, is not installed")
    recorded, saved, own = (str(tmp_path / name) for name in ("recorded", "saved", "own"))
    monitor = run(["sleep", "0.05"], output_file=recorded, output_format="json")
    monitor.save_samples(saved, "json")
    with denet.monitor(output_file=own, output_format="json", records="denet") as watch:
        pass
    assert theirs.load_metrics(saved) == [json.loads(line) for line in monitor.get_samples()]
    assert [r for r in theirs.load_metrics(recorded) if r["kind"] == "tree"] == (
        theirs.load_metrics(saved)
    )
    assert len(theirs.load_metrics(own)) == len(watch.get_samples())


def theirs_keys(summary):
    return [key for key, value in summary.items() if isinstance(value, (int, float))]


def test_we_read_denet_s_files(tmp_path):
    theirs = pytest.importorskip("denet", reason="denet, the referee, is not installed")
    path = tmp_path / "metrics.jsonl"
    theirs.execute_with_monitoring(
        ["sleep", "0.5"], base_interval_ms=50, output_file=str(path), write_metadata=True
    )
    summary = json.loads(theirs.generate_summary_from_file(str(path)))
    ours = json.loads(denet.generate_summary_from_file(str(path)))
    for key in theirs_keys(summary):
        assert ours[key] == pytest.approx(summary[key], rel=1e-6), key
    assert len(denet.load_metrics(path)) == summary["sample_count"]


def test_analysis_needs_no_library(tmp_path):
    code = """
import sys, denet_bpf
assert denet_bpf.find_peaks([{"ts_ms": 1, "cpu_usage": 1.0}]) == []
assert set(denet_bpf.__all__) <= set(dir(denet_bpf))  # what notebooks complete
assert "denet_bpf._native" not in sys.modules
try:
    denet_bpf.ProcessMonitor(["true"], 100, 1000)
except ImportError as error:
    print(error)
"""
    done = run_python(code, env=python_environment(DENET_LIBRARY=str(tmp_path / "missing.so")))
    assert (done.returncode, done.stderr) == (0, "")
    assert "missing.so" in done.stdout and "libdenet.so.0" in done.stdout
