# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""A command in a cgroup of its own, and what the library warns of."""

import pytest
from support import kinds, read_lines, run, summary_of

import denet_bpf as denet

pytestmark = pytest.mark.usefixtures("library")

WHERE = ["cat", "/proc/self/cgroup"]


def of_monitor(path, **more):
    with open(path, "wb") as out:
        return run(WHERE, accounting="proc", stdout=out, **more)


def of_execution(path, **more):
    code, monitor = denet.execute_with_monitoring(
        WHERE, stdout_file=path, accounting="proc", quiet=True, **more
    )
    assert code == 0
    return monitor


EITHER = pytest.mark.parametrize("start", [of_monitor, of_execution])


@EITHER
def test_the_command_is_in_it_or_it_is_said_why_not(start, tmp_path):
    path = tmp_path / "where"
    monitor = start(path, own_cgroup=True, output_file=tmp_path / "run.jsonl")
    is_made = "/denet-bpf-" in path.read_text()
    if not is_made:
        assert sum("no cgroup of its own" in text for text in monitor.warnings) == 1
    assert is_made == bool({"cgroup_cpu_ns", "cgroup_peak_kb"} & set(summary_of(monitor)))
    # what the file is written by goes on beside the warnings
    assert kinds(read_lines(tmp_path / "run.jsonl"))[-2:] == ["exit", "summary"]


@EITHER
def test_never_unasked(start, tmp_path):
    path = tmp_path / "where"
    monitor = start(path)
    with open("/proc/self/cgroup") as ours:
        assert path.read_text() == ours.read()
    assert not any("cgroup of its own" in text for text in monitor.warnings)


@pytest.mark.parametrize("has_file", [False, True])
def test_what_made_the_figures_lower_bounds_is_told(accounting, has_file, tmp_path):
    monitor = run(["true"], output_file=tmp_path / "run.jsonl" if has_file else None)
    assert monitor.accounting == accounting
    assert bool(monitor.warnings) == (accounting != "bpf")
