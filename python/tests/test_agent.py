# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""denet_bpf.agent: the machine, rates, heavy processes and alerts, as agents on psutil have them."""

import dataclasses
import os
import subprocess
import sys
import time
import types

import pytest

from denet_bpf import agent
from denet_bpf.agent import (
    Alert,
    AlertDeduplicator,
    AlertEvaluator,
    ProcessTracker,
    RateCalculator,
    Severity,
    SystemSnapshot,
    collect_snapshot,
    find_heavy_processes,
    safe_rate,
)

pytestmark = pytest.mark.usefixtures("library")


@pytest.fixture
def busy():
    with subprocess.Popen([sys.executable, "-c", "print(1, flush=True)\nwhile True: pass"],
                          stdout=subprocess.PIPE) as process:  # fmt: skip
        process.stdout.readline()
        yield process.pid
        process.kill()


def snapshot(**values):
    base = {field.name: 0 for field in dataclasses.fields(SystemSnapshot)}
    return SystemSnapshot(**{**base, **values})


def test_a_snapshot_is_the_machine():
    found = collect_snapshot()
    assert len(dataclasses.fields(found)) == 14
    assert 0 <= found.cpu_percent <= 100 and len(found.cpu_per_core) == os.cpu_count()
    assert 0 < found.memory_available <= found.memory_total
    truth = os.statvfs("/")
    used = truth.f_blocks - truth.f_bfree
    assert found.disk_usage_percent == pytest.approx(100 * used / (used + truth.f_bavail), abs=1)
    assert len(found.load_avg) == 3 and abs(found.timestamp - time.time()) < 60
    later = collect_snapshot()
    assert later.net_bytes_recv >= found.net_bytes_recv
    assert later.disk_write_bytes >= found.disk_write_bytes


def test_psutil_s_functions_have_their_names():
    assert isinstance(agent.cpu_percent(interval=None), float)
    assert len(agent.cpu_percent(interval=0.05, percpu=True)) == os.cpu_count()
    assert 0 <= agent.virtual_memory().percent <= 100 and agent.swap_memory().percent >= 0
    assert agent.disk_usage("/").total > 0 and agent.disk_io_counters().read_bytes >= 0
    assert agent.net_io_counters().bytes_sent >= 0 and len(agent.getloadavg()) == 3


def test_rates_need_two_snapshots_and_a_clock_that_goes_on():
    rates = RateCalculator()
    assert rates.compute_rates(snapshot(timestamp=10, disk_read_bytes=100)) == {}
    assert rates.compute_rates(snapshot(timestamp=10, disk_read_bytes=500)) == {}
    assert rates.compute_rates(
        snapshot(timestamp=12, disk_read_bytes=300, net_bytes_sent=8)
    ) == {
        "disk_read_bytes_per_sec": 100.0, "disk_write_bytes_per_sec": 0.0,
        "net_sent_bytes_per_sec": 4.0, "net_recv_bytes_per_sec": 0.0,
    }  # fmt: skip
    assert safe_rate(10, 4, 2) == 3.0 and safe_rate(4, 10, 2) == safe_rate(4, 1, 0) == 0.0


def test_a_busy_process_is_found_and_so_is_a_large_one(busy):
    find_heavy_processes()
    end_s = time.monotonic() + 60
    found = []
    while not found:
        assert time.monotonic() < end_s
        heavy = find_heavy_processes(cpu_threshold=1, mem_threshold_mb=1e6)
        found = [info for why, info in heavy if info["pid"] == busy and why == "cpu"]
    assert found[0]["cpu_percent"] > 1 and found[0]["username"] and found[0]["name"]
    assert abs(found[0]["create_time"] - time.time()) < 3600
    large = dict((info["pid"], why) for why, info in find_heavy_processes(1e9, 0.1))
    assert large[os.getpid()] == "memory"


def test_a_tracker_has_the_mean_of_its_window(busy):
    tracker = ProcessTracker(busy, window_size=3)
    assert tracker.avg_cpu == 0.0
    before_s, used_s = time.monotonic(), agent._readings.cpu_time_s(busy)
    for _ in range(5):
        while agent._readings.cpu_time_s(busy) < used_s + 0.02:
            pass
        used_s = agent._readings.cpu_time_s(busy)
        assert tracker.sample() > 0
    assert time.monotonic() > before_s and len(tracker.cpu_samples) == 3
    assert tracker.avg_cpu == pytest.approx(sum(tracker.cpu_samples) / 3)
    assert tracker.memory_info()["rss"] > 0
    os.kill(busy, 9)
    os.waitid(os.P_PID, busy, os.WEXITED | os.WNOWAIT)
    assert tracker.sample() is None and tracker.memory_info() == {}
    with pytest.raises(ProcessLookupError):
        ProcessTracker(2**22 + 1)


def test_cpu_and_its_moment_belong_together(monkeypatch):
    clock, used = iter([0, 1, 1, 1]), iter([5.0, 6.0])  # others ran while it was read at first
    monkeypatch.setattr(
        agent._readings, "time", types.SimpleNamespace(monotonic=lambda: next(clock))
    )
    monkeypatch.setattr(agent._readings, "cpu_time_s", lambda pid: next(used))
    reading = agent._readings.read_process(os.getpid())
    assert (reading.cpu_time_s, reading.moment_s) == (6.0, 1)


def test_alerts_come_once_until_they_are_resolved():
    evaluator, once = AlertEvaluator(), AlertDeduplicator()
    assert len(evaluator.rules) == 7
    alerts = evaluator.evaluate(snapshot(cpu_percent=97.04, memory_percent=85))
    assert [(alert.metric, alert.severity) for alert in alerts] == [
        ("cpu_percent", Severity.WARNING), ("cpu_percent", Severity.CRITICAL),
    ]  # fmt: skip
    assert alerts[0] == Alert(
        "cpu_percent", 97.04, 80, Severity.WARNING, "CPU usage above 80% (current: 97.0%)"
    )
    assert once.filter_new(alerts) == alerts and once.filter_new(alerts) == []
    assert once.filter_new(alerts[:1]) == [] and once.filter_new(alerts) == alerts[1:]
    own = AlertEvaluator([("swap_percent", 1, Severity.CRITICAL, "swap")])
    assert [alert.message for alert in own.evaluate(snapshot(swap_percent=2))] == [
        "swap (current: 2.0%)"
    ]
