# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""What a run waited for, how many ran at once, who used most; budgets."""

import json

import pytest
from support import summary_of

import denet_bpf as denet

pytestmark = pytest.mark.usefixtures("library")

MS = 1_000_000


def process(number, comm, start_ms, end_ms, cpu_ms, **more):
    return {
        "kind": "process", "pid": number, "ppid": 1 if number > 1 else 0, "comm": comm,
        "cmd": [comm, f"{number}.c"], "uid": 0, "start_ms": 1_700_000_000_000 + start_ms,
        "wall_ns": (end_ms - start_ms) * MS, "cpu_time_ns": cpu_ms * MS, "run_delay_ns": 0,
        "exit_code": 0, "core_dumped": False, "oom_killed": False, "threads_total": 1,
        "peak_rss_kb": 100 * number, "exact": True, "id": number,
        "parent_id": 1 if number > 1 else 0, "start_ns": start_ms * MS, "end_ns": end_ms * MS,
        **more,
    }  # fmt: skip


# make runs two compilers beside each other, then a linker that sleeps.
METADATA = {
    "kind": "metadata", "pid": 1, "cmd": ["make"], "executable": "", "t0_ms": 1_700_000_000_000,
    "accounting": "bpf",
}  # fmt: skip
PROCESSES = [
    process(2, "cc", 100, 300, 190),
    process(3, "cc", 100, 600, 490, exit_code=1),
    process(4, "ld", 600, 900, 10),
    process(1, "make", 0, 1000, 50),
]
SUMMARY = {
    "kind": "summary", "total_time_secs": 1.0, "sample_count": 2, "max_processes": 3,
    "max_threads": 3, "total_disk_read_bytes": 0, "total_disk_write_bytes": 0,
    "peak_mem_rss_kb": 4096, "avg_cpu_usage": 74.0, "accounting": "bpf", "wall_ns": 1000 * MS,
    "cpu_time_ns": 740 * MS, "processes_total": 4, "events_lost": 0, "records_lost": 0,
    "tasks_lost": 0, "exit_code": 0,
}  # fmt: skip
RUN = [METADATA, *PROCESSES, SUMMARY]


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "run.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in RUN))
    return path


def sources(file):
    return [file, str(file), RUN, iter(RUN), [json.dumps(record) for record in RUN]]


def test_the_wall_time_waited_for_one_after_the_other(file):
    for source in sources(file):
        waited = denet.waited_for(source)
        assert waited["wall_ns"] == 1000 * MS
        assert waited["waiting_ns"] == 300 * MS
        assert waited["run_delay_ns"] == 0
        assert waited["programs"] == [
            {"comm": "cc", "time_ns": 500 * MS, "segments": 1},
            {"comm": "ld", "time_ns": 300 * MS, "segments": 1},
            {"comm": "make", "time_ns": 200 * MS, "segments": 2},
        ]
        assert [segment["id"] for segment in waited["segments"]] == [1, 3, 4, 1]
        assert waited["segments"][2] == {
            "start_ns": 600 * MS, "end_ns": 900 * MS, "id": 4, "pid": 4, "comm": "ld",
            "cmd": ["ld", "4.c"], "waiting": True,
        }  # fmt: skip


def test_the_keys_are_the_library_s(file):
    waited, segment = denet.waited_for(file), denet.waited_for(file)["segments"][0]
    assert list(waited) == ["wall_ns", "waiting_ns", "run_delay_ns", "programs", "segments"]
    assert set(segment) == {"start_ns", "end_ns", "pid", "id", "comm", "cmd", "waiting"}
    assert set(denet.roll_up(file)["rows"][0]) == {
        "name", "runs", "failed", "cpu_time_ns", "wall_ns", "peak_rss_kb"
    }  # fmt: skip


def test_so_long_so_many_ran_at_once(file):
    # make alone, two compilers, and one; none of them without a process
    for source in sources(file):
        assert denet.parallelism(source) == [0, 800 * MS, 200 * MS]


def test_programs_of_one_name_are_one_row(file):
    for source in sources(file):
        rolled = denet.roll_up(source)
        assert [row["name"] for row in rolled["rows"]] == ["cc", "make", "ld"]
        assert rolled["rows"][0] == {
            "name": "cc", "runs": 2, "failed": 1, "cpu_time_ns": 680 * MS, "wall_ns": 500 * MS,
            "peak_rss_kb": 300,
        }  # fmt: skip
        assert (rolled["rows_omitted"], rolled["processes"]) == (0, 4)
        assert rolled["cpu_time_ns"] == 740 * MS


def names(rolled):
    return [row["name"] for row in rolled["rows"]]


def test_rows_are_made_sorted_and_cut_as_is_asked(file):
    assert names(denet.roll_up(file, sort="peak")) == ["ld", "cc", "make"]
    assert names(denet.roll_up(file, sort="wall")) == ["make", "cc", "ld"]
    assert names(denet.roll_up(file, sort="runs"))[0] == "cc"
    assert names(denet.roll_up(file, by="cmd")) == ["cc", "cc", "make", "ld"]
    assert denet.roll_up(file, by="cmd")["rows"][0]["cmd"] == ["cc", "3.c"]
    assert [row["pid"] for row in denet.roll_up(file, by="process")["rows"]] == [3, 2, 1, 4]
    # the root is a row of its own, with what none of its children has used
    assert len(denet.roll_up(file, by="subtree")["rows"]) == 4
    cut = denet.roll_up(file, top=1)
    assert (names(cut), cut["rows_omitted"], cut["processes"]) == (["cc"], 2, 4)
    assert names(denet.roll_up(file, under="mak?")) == ["cc", "ld"]
    assert names(denet.roll_up(file, under="ld*")) == []


def test_a_word_that_is_none_is_refused(file):
    with pytest.raises(ValueError, match="^by 'name': one of process, comm, "):
        denet.roll_up(file, by="name")
    with pytest.raises(ValueError, match="^sort 'memory': one of cpu, wall, peak, runs$"):
        denet.roll_up(file, sort="memory")
    with pytest.raises(ValueError, match="^top"):
        denet.roll_up(file, top=0)
    with pytest.raises(ValueError, match="null byte"):
        denet.roll_up(file, under="a\0b")


def test_what_is_not_known_is_left_out_or_refused_with_the_reason():
    unknown = [dict(record) for record in RUN]
    for record in unknown:
        record.pop("peak_rss_kb", None)
    assert "peak_rss_kb" not in denet.roll_up(unknown)["rows"][0]
    with pytest.raises(ValueError, match="^not known: there are no records of processes$"):
        denet.waited_for([])
    sampled = [{**METADATA, "accounting": "proc"}, *PROCESSES, {**SUMMARY, "accounting": "proc"}]
    for function in (denet.waited_for, denet.parallelism):
        with pytest.raises(ValueError, match="^not known: /proc does not show all processes"):
            function(sampled)
    assert len(denet.roll_up(sampled)["rows"]) == 3


@pytest.mark.parametrize("function", [denet.waited_for, denet.parallelism, denet.roll_up])
def test_a_file_that_is_none_is_an_oserror(function, tmp_path):
    with pytest.raises(FileNotFoundError) as raised:
        function(tmp_path / "none")
    assert raised.value.filename == str(tmp_path / "none")
    other = tmp_path / "other"
    other.write_text("no records\n")
    with pytest.raises(OSError, match="No valid metrics found in file"):
        function(other)
    with pytest.raises(TypeError, match="record 0 is no dict but int"):
        function([1])


# --- budgets --------------------------------------------------------------------------------------


def test_each_budget_is_judged(file):
    kept, broken, counted, unknown = denet.check_budgets(
        file,
        ["peak_mem_rss > 1GiB", "wall >= 900ms  # of a fast machine", "programs[cc].runs == 2",
         "peak_pss > 2GiB"],
    )  # fmt: skip
    assert kept == {
        "budget": "peak_mem_rss > 1GiB", "outcome": "kept", "value": 4096.0, "value_is": "exact",
        "bound": 1024.0 * 1024, "unit": "kb",
    }  # fmt: skip
    assert (broken["budget"], broken["outcome"]) == ("wall >= 900ms", "broken")
    assert (broken["value"], broken["bound"], broken["unit"]) == (1e9, 9e8, "ns")
    assert (counted["outcome"], counted["value"]) == ("broken", 2.0)
    assert unknown["outcome"] == "unknown" and "value" not in unknown
    assert unknown["reason"] == "it is not known"


def test_a_bound_decides_only_what_follows_from_it(tmp_path):
    path = tmp_path / "proc.jsonl"
    path.write_text(json.dumps({**SUMMARY, "accounting": "proc"}) + "\n")
    open_, broken = denet.check_budgets(path, ["cpu_time > 800ms", "cpu_time > 700ms"])
    assert (open_["outcome"], broken["outcome"]) == ("undecided", "broken")
    assert open_["value_is"] == "at least" and open_["reason"] == "sampled from /proc"


def test_no_budget_is_no_answer(file):
    assert denet.check_budgets(file, []) == []


def test_what_is_no_budget_is_marked(file):
    with pytest.raises(ValueError, match="did you mean 'peak_pss'"):
        denet.check_budgets(file, ["wall > 1s", "peak_ps > 3"])
    with pytest.raises(ValueError, match="a budget is NAME OP VALUE"):
        denet.check_budgets(file, [" # nothing"])
    with pytest.raises(ValueError, match="null byte"):
        denet.check_budgets(file, ["wall > 1s\0"])
    with pytest.raises(TypeError, match="a list of texts"):
        denet.check_budgets(file, "wall > 1s")
    with pytest.raises(TypeError, match="a file's name or a ProcessMonitor, not list"):
        denet.check_budgets(RUN, ["wall > 1s"])
    with pytest.raises(FileNotFoundError):
        denet.check_budgets(file.parent / "none", ["wall > 1s"])


# --- of a run that has just ended -----------------------------------------------------------------


def test_a_monitor_is_asked_once_its_run_has_ended():
    monitor = denet.ProcessMonitor(["sh", "-c", "true"], 100, 1000, quiet=True, accounting="proc")
    for ask in (denet.waited_for, denet.roll_up, lambda run: denet.check_budgets(run, [])):
        with pytest.raises(RuntimeError, match="the run has not ended"):
            ask(monitor)
    monitor.run()
    assert "sh" in names(denet.roll_up(monitor))
    (budget,) = denet.check_budgets(monitor, ["processes >= 1"])
    assert budget["outcome"] == "broken"
    assert budget["value"] == summary_of(monitor)["processes_total"]


@pytest.mark.usefixtures("exact")
def test_the_analysis_of_a_monitor_is_that_of_its_file(tmp_path):
    path = tmp_path / "run.jsonl"
    command = ["sh", "-c", "(exit 3); seq 2000 | sort -R"]
    code, monitor = denet.execute_with_monitoring(
        command, output_file=path, write_metadata=True, quiet=True
    )
    assert code == 0
    waited = denet.waited_for(monitor)
    assert waited == denet.waited_for(path)
    assert sum(program["time_ns"] for program in waited["programs"]) == waited["wall_ns"]
    assert sum(denet.parallelism(monitor)) == waited["wall_ns"]
    rolled = denet.roll_up(monitor)
    assert rolled == denet.roll_up(path)
    assert rolled["processes"] == summary_of(monitor)["processes_total"]
    assert rolled["cpu_time_ns"] == summary_of(monitor)["cpu_time_ns"]
    budgets = ["processes == 0", "programs[sort].runs > 0"]
    checked = denet.check_budgets(monitor, budgets)
    assert checked == denet.check_budgets(path, budgets)
    assert [budget["outcome"] for budget in checked] == ["kept", "broken"]
