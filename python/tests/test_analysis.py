# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Analysis of samples and files, ours and denet's."""

import csv
import importlib
import io
import json
import math
import statistics
import sys
from pathlib import Path

import pytest

from denet_bpf.analysis import (
    aggregate_metrics,
    convert_format,
    find_peaks,
    load_metrics,
    load_records,
    process_tree_analysis,
    resource_utilization,
    save_metrics,
    to_dataframe,
)

DATA = Path(__file__).parent / "data"
FILES = sorted(path.name for path in DATA.iterdir() if path.suffix in (".json", ".jsonl"))
TREES = [name for name in FILES if "flat" not in name and "sample" not in name]


def sample(place=0, cpu=0.0, **more):
    return {
        "ts_ms": 1000 + 100 * place,
        "cpu_usage": cpu,
        "mem_rss_kb": 1000 + 7 * place,
        "mem_vms_kb": 5000 + place,
        "disk_read_bytes": 1000 * place,
        "disk_write_bytes": 50 * place,
        "syscall_read_bytes": 3 * place,
        "sys_net_rx_bytes": 10 * place,
        "sys_net_tx_bytes": 20 * place,
        "thread_count": 1 + place % 3,
        "uptime_secs": place,
        **more,
    }


def samples_with(*cpu):
    return [sample(place, value) for place, value in enumerate(cpu)]


def cpu_of(samples):
    return [entry["cpu_usage"] for entry in samples]


def flat_copies(name):
    """The aggregates of a file's trees as plain samples, or its plain samples, as denet reads."""
    found = load_records(DATA / name, "tree", "sample")
    return [entry.get("aggregated", entry) for entry in found]


# Loading


@pytest.mark.parametrize("name", FILES)
def test_loading_gives_samples_alone(name):
    samples = load_metrics(DATA / name)
    assert len(samples) == len(load_records(DATA / name, "tree", "sample"))
    assert all(entry["cpu_usage"] >= 0 and entry["ts_ms"] > 0 for entry in samples)


def test_metadata_comes_first_wherever_it_is_in_the_file():
    for name in ("ours_sample.jsonl", "ours_array.json", "ours_tree.jsonl", "denet_0_6_exec.jsonl"):
        with_metadata = load_metrics(str(DATA / name), include_metadata=True)
        assert with_metadata[0]["executable"] == "/usr/bin/dash"
        assert with_metadata[1:] == load_metrics(DATA / name)


def test_a_file_that_starts_with_a_tree_keeps_its_first_sample(tmp_path):
    trees = load_records(DATA / "ours_tree.jsonl", "tree")
    path = tmp_path / "trees.jsonl"
    path.write_text("".join(json.dumps(entry) + "\n" for entry in trees))
    assert len(load_metrics(path)) == len(trees)


def test_records_are_loaded_by_kind_as_they_are():
    assert [entry["kind"] for entry in load_records(DATA / "ours_tree.jsonl")][-2:] == [
        "exit",
        "summary",
    ]
    assert len(load_records(DATA / "ours_tree.jsonl", "process", "exit")) == 4


def test_bad_files_are_refused(tmp_path):
    with pytest.raises(FileNotFoundError):
        load_metrics(tmp_path / "none")
    path = tmp_path / "bad.jsonl"
    path.write_text('{"ts_ms":1}\n{"ts_ms":\n{"ts_ms":3}\n')
    with pytest.raises(ValueError, match=r"bad\.jsonl, line 2: "):
        load_metrics(path)


@pytest.mark.parametrize("ends", [("", ""), ("[", "]")])
def test_records_of_another_schema_are_refused(tmp_path, ends):
    path = tmp_path / "newer.jsonl"
    path.write_text(ends[0] + '{"kind": "metadata", "schema": 2}' + ends[1])
    with pytest.raises(ValueError, match=r"newer\.jsonl, line 1: records of schema 2, and"):
        load_metrics(path)


def test_the_warning_of_a_cut_off_file_points_at_the_caller(tmp_path):
    path = tmp_path / "killed.jsonl"
    path.write_text((DATA / "ours_tree.jsonl").read_text()[:-10])
    with pytest.warns(UserWarning, match="cut off") as caught:
        assert load_metrics(path) == load_metrics(DATA / "ours_tree.jsonl")
    assert caught[0].filename == __file__


# Saving and converting


@pytest.mark.parametrize("form", ["jsonl", "json"])
@pytest.mark.parametrize("name", FILES)
def test_samples_survive_saving_and_loading(tmp_path, name, form):
    samples = load_metrics(DATA / name, include_metadata=True)
    path = tmp_path / "saved"
    save_metrics(samples, path, format=form)
    assert load_metrics(path) == load_metrics(DATA / name)
    written = load_records(path)
    assert [entry for entry in written if "aggregated" in entry] == load_records(
        DATA / name, "tree"
    )


def test_saved_jsonl_begins_with_metadata(tmp_path):
    path = tmp_path / "saved.jsonl"
    save_metrics(samples_with(1, 2), path)
    first = load_metrics(path, include_metadata=True)[0]
    assert first["cmd"] == ["python"]
    assert first["executable"] == sys.executable
    assert isinstance(first["pid"], int) and isinstance(first["t0_ms"], int)
    save_metrics(load_metrics(DATA / "ours_tree.jsonl", True), path)
    assert load_metrics(path, True)[0]["cmd"] == ["sh", "load.sh"]
    save_metrics(load_metrics(path, True), path, include_metadata=False)
    assert [entry["kind"] for entry in load_records(path)] == ["tree"] * 6


def test_nothing_is_saved_as_nothing(tmp_path):
    path = tmp_path / "saved"
    for form in ("jsonl", "json", "csv"):
        save_metrics([], path, format=form)
        assert load_metrics(path) == []
        assert convert_format([], form) == ""
    assert process_tree_analysis([]) == resource_utilization([]) == {}
    assert find_peaks([]) == aggregate_metrics([]) == []


def test_another_format_is_refused_and_the_file_left_alone(tmp_path):
    path = tmp_path / "saved"
    path.write_text("precious")
    with pytest.raises(ValueError, match="Unknown format: xml"):
        save_metrics(samples_with(1), path, format="xml")
    with pytest.raises(ValueError, match="Unknown format: xml"):
        convert_format(samples_with(1), to_format="xml")
    assert path.read_text() == "precious"


@pytest.mark.parametrize("name", FILES)
def test_csv_has_one_row_a_sample_with_the_figures_of_the_tree(tmp_path, name):
    text = convert_format(DATA / name)
    assert text.startswith("ts_ms,cpu_usage,mem_rss_kb,mem_vms_kb,")
    samples = load_metrics(DATA / name)
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [float(row["cpu_usage"]) for row in rows] == cpu_of(samples)
    assert [int(row["mem_rss_kb"]) for row in rows] == [row["mem_rss_kb"] for row in samples]
    save_metrics(samples, tmp_path / "saved.csv", "csv")
    assert (tmp_path / "saved.csv").read_bytes().decode() == text == convert_format(samples)


@pytest.mark.parametrize("name", FILES)
def test_converting_a_file_loses_no_record(name):
    records = load_records(DATA / name)
    lines = convert_format(str(DATA / name), "jsonl").split("\n")
    assert [json.loads(line) for line in lines] == records
    assert json.loads(convert_format(DATA / name, "json", indent=1)) == records


# Figures


def test_the_readme_of_denet_is_right_on_a_real_file():
    metrics = load_metrics(str(DATA / "ours_tree.jsonl"))
    assert aggregate_metrics(metrics, window_size=5, method="mean")
    assert len(find_peaks(metrics, field="cpu_usage", threshold=50)) == 1
    stats = resource_utilization(metrics)
    assert 90 < stats["max_cpu"] < 250
    (end,) = load_records(DATA / "ours_tree.jsonl", "summary")
    total = end["total_disk_read_bytes"] + end["total_disk_write_bytes"]
    assert stats["total_io_bytes"] == total >= 1_000_000
    assert max(entry["cpu_usage"] for entry in metrics) == stats["max_cpu"]


def test_utilization_has_the_keys_of_all_denets():
    stats = resource_utilization(samples_with(5, 10, 15, 10, 5))
    assert (stats["avg_cpu"], stats["median_cpu"], stats["max_cpu"]) == (9, 10, 15)
    assert stats["stdev_cpu"] == statistics.stdev([5, 10, 15, 10, 5])
    assert stats["max_mem_mb"] == 1028 / 1024
    assert stats["total_net_rx_mb"] == stats["total_sys_net_rx_mb"] == 40 / 2**20
    assert stats["total_io_bytes"] == 4200
    assert stats["total_time_sec"] == 0.4
    assert "stdev_cpu" not in resource_utilization(samples_with(5))


def test_the_last_value_of_a_counter_is_the_total():
    falling = [sample(0, disk_read_bytes=2**21), sample(1, disk_read_bytes=2**20)]
    assert resource_utilization(falling)["total_read_mb"] == 1


def test_old_names_of_the_network_count():
    old = [{"ts_ms": 1, "net_rx_bytes": 2**20, "net_tx_bytes": 2**21}]
    stats = resource_utilization(old)
    assert (stats["total_sys_net_rx_mb"], stats["total_net_tx_mb"]) == (1, 2)
    assert aggregate_metrics([*old, {"net_rx_bytes": 0}], 2)[0]["net_rx_bytes"] == 2**19


@pytest.mark.parametrize("name", TREES)
def test_figures_of_a_tree_are_those_of_its_aggregates(name):
    trees, flat = load_records(DATA / name, "tree"), flat_copies(name)
    assert resource_utilization(trees) == resource_utilization(load_metrics(DATA / name))
    assert resource_utilization(trees) == resource_utilization(flat)
    assert cpu_of(find_peaks(trees, threshold=0.1)) == cpu_of(find_peaks(flat, threshold=0.1))
    for method in ("mean", "max", "min"):
        assert cpu_of(aggregate_metrics(trees, 2, method)) == cpu_of(
            aggregate_metrics(flat, 2, method)
        )


def test_cpu_time_is_told_where_the_file_knows_it():
    stats = resource_utilization(load_metrics(DATA / "ours_tree.jsonl"))
    (end,) = load_records(DATA / "ours_tree.jsonl", "summary")
    assert stats["cpu_time_sec"] == end["cpu_time_ns"] / 1e9
    assert stats["cpu_by_time_pct"] == pytest.approx(end["avg_cpu_usage"], rel=0.05)
    assert "cpu_time_sec" not in resource_utilization(load_metrics(DATA / "denet_0_6_flat.jsonl"))


def test_windows_hold_what_they_say():
    merged = aggregate_metrics(samples_with(5, 10, 15, 10, 5), 2)
    assert cpu_of(merged) == [7.5, 12.5, 5]
    assert [entry["ts_ms"] for entry in merged] == [1100, 1300, 1400]
    assert [entry["_window_size"] for entry in merged] == [2, 2, 1]
    assert cpu_of(aggregate_metrics(samples_with(5, 15, 10), 3, "max")) == [15]
    with pytest.raises(ValueError, match="odd"):
        aggregate_metrics(samples_with(5, 15, 10), 3, "odd")
    with pytest.raises(TypeError):
        aggregate_metrics(samples_with(5, 15, 10), "3")
    with pytest.raises(TypeError):
        find_peaks(samples_with(5, 15, 10), threshold="50")
    mean = aggregate_metrics(samples_with(5, 15, 10), 3)[0]
    assert (mean["cpu_usage"], mean["_aggregation_method"], mean["_aggregated"]) == (10, "mean", True)


def test_small_windows_change_nothing():
    flat = samples_with(1, 2)
    assert aggregate_metrics(flat, 1) is flat
    assert aggregate_metrics(flat, 0) is flat
    trees = load_records(DATA / "ours_tree.jsonl", "tree")
    assert aggregate_metrics(trees, 1) == load_metrics(DATA / "ours_tree.jsonl")


def test_a_window_of_trees_stands_for_the_whole_window():
    trees = load_metrics(DATA / "ours_tree.jsonl")
    (merged,) = aggregate_metrics(trees, len(trees), "max")
    assert merged["kind"] == "aggregated"
    assert not {"parent", "children", "aggregated"} & set(merged)
    assert merged["cpu_time_ns"] == max(entry["cpu_time_ns"] for entry in trees)
    assert resource_utilization([merged])["max_cpu"] == max(cpu_of(trees))
    assert trees == load_metrics(DATA / "ours_tree.jsonl")


def test_a_window_knows_what_one_of_its_samples_knows():
    unsure = sample(0, 1, disk_read_bytes=0, unknown=["disk_read_bytes", "disk_write_bytes"])
    sure = sample(1, 2, unknown=["disk_write_bytes"])
    (merged,) = aggregate_metrics([unsure, sure], 2)
    assert (merged["disk_read_bytes"], merged["unknown"]) == (1000, ["disk_write_bytes"])
    assert "total_write_mb" not in resource_utilization([merged])
    assert "unknown" not in aggregate_metrics([unsure, sample(1, 2)], 2)[0]


# Peaks


def test_a_fraction_is_of_the_largest_value():
    metrics = samples_with(5, 10, 15, 10, 5)
    assert cpu_of(find_peaks(metrics, threshold=0.7, window_size=1)) == [15]
    assert find_peaks(metrics, threshold=0.7, window_size=1)[0] is metrics[2]
    assert find_peaks(metrics, threshold=1, window_size=1) == [metrics[2]]
    assert find_peaks(samples_with(1, 15, 1, 12, 1), threshold=0.9, window_size=1)[1:] == []


@pytest.mark.parametrize(
    "cpu, peaks, maxima",
    [
        ([5, 10, 15, 10, 5], [], []),
        ([10, 20, 80, 20, 10], [80], [80]),
        ([10, 90, 10, 70, 10], [90, 70], [90, 70]),
        ([100, 100, 100, 100], [100], [100]),
        ([99, 10, 10, 10, 98], [99, 98], [99, 98]),
        ([10, 60, 80, 70, 95, 60, 10, 50, 10], [95, 50], [80, 95, 50]),
        ([60, 60, 55, 60, 60], [60], [60, 60]),
        ([51], [51], [51]),
    ],
)
def test_a_value_as_threshold_finds_the_stretches_above_it(cpu, peaks, maxima):
    assert cpu_of(find_peaks(samples_with(*cpu), threshold=50)) == peaks
    assert cpu_of(find_peaks(samples_with(*cpu), threshold=50, window_size=1)) == maxima


def test_peaks_of_other_fields_and_of_none():
    assert find_peaks(samples_with(1, 2, 1), "nothing") == []
    found = find_peaks([{"mine": 1}, {"mine": 5}, {}, {"mine": 2}], "mine", 0.5, 1)
    assert found == [{"mine": 5}]
    assert find_peaks(samples_with(1, 2, 3), "mem_rss_kb", threshold=1014)[0]["ts_ms"] == 1200


# Process trees


@pytest.mark.parametrize("name", TREES)
def test_processes_of_real_trees_have_their_figures(name):
    trees = load_metrics(DATA / name)
    result = process_tree_analysis(trees)
    assert set(result) == {"main_process", "child_processes", "total"}
    assert result["total"]["avg_cpu"] == pytest.approx(statistics.mean(cpu_of(trees)))
    parents = [entry["parent"]["mem_rss_kb"] / 1024 for entry in trees]
    assert result["main_process"]["max_memory_mb"] == pytest.approx(max(parents))
    assert result["main_process"]["max_cpu"] < 10
    children = result["child_processes"]
    assert sorted(entry["command"] for entry in children.values())[0] in ("python3", "sh")
    assert max(entry["max_cpu"] for entry in children.values()) > 50
    for pid in children:
        seen = [
            child["metrics"]["cpu_usage"]
            for entry in trees
            for child in entry["children"]
            if child["pid"] == pid
        ]
        assert children[pid]["avg_cpu"] == pytest.approx(statistics.mean(seen))
    assert process_tree_analysis(load_records(DATA / name)) == result


def test_flat_samples_have_no_tree():
    assert process_tree_analysis(samples_with(1, 2)) == {}


def test_the_shape_in_denets_documentation_is_read_too():
    def row(pid, cpu):
        return {"pid": pid, "cpu_usage": cpu, "mem_rss_kb": 1024}

    rows = [{**row(1, 5.0), "children": [row(2, 3.0)]}, {**row(1, 10.0), "children": [row(2, 4.0)]}]
    result = process_tree_analysis(rows)
    assert result["main_process"]["avg_cpu"] == 7.5
    assert result["child_processes"][2]["avg_cpu"] == 3.5
    assert "avg_threads" not in result["total"]


def test_a_root_that_vanished_leaves_the_rest():
    gone = {"kind": "tree", "ts_ms": 1, "parent": None, "children": [], "aggregated": None}
    trees = load_records(DATA / "ours_tree.jsonl", "tree")
    assert process_tree_analysis([gone, *trees]) == process_tree_analysis(trees)
    assert resource_utilization([gone])["total_time_sec"] == 0


# Hostile input


HOSTILE = [
    {"ts_ms": "x", "cpu_usage": [1], "mem_rss_kb": None, "thread_count": {}},
    {"ts_ms": math.nan, "cpu_usage": math.inf, "disk_read_bytes": 10**400},
    {"kind": 5, "aggregated": [], "parent": 7, "children": {"pid": 1}, "unknown": "cpu_usage"},
    {"kind": "tree", "parent": {}, "children": [{"pid": [1], "metrics": {}}, {"pid": 1}, None]},
    {"aggregated": {"cpu_usage": "1", "thread_count": True}, "unknown": [["x"], {}]},
    {"cpu_usage": 1, "children": [3, {"pid": {}}], "child_processes": "x"},
    {},
]


def test_hostile_values_count_for_nothing():
    good = samples_with(5, 10, 15)
    stats = resource_utilization(good)
    mixed = resource_utilization([*good, *HOSTILE])
    for key in ("max_cpu", "avg_mem_mb", "total_read_mb", "total_time_sec", "max_threads"):
        assert mixed[key] == stats[key]
    assert mixed["avg_cpu"] == 7.75
    assert cpu_of(find_peaks([*HOSTILE, *good], threshold=12)) == [15]
    assert cpu_of(aggregate_metrics([good[2], *HOSTILE], 20, "max")) == [15]


def test_hostile_samples_break_nothing(tmp_path):
    path = tmp_path / "hostile"
    for form in ("csv", "json", "jsonl"):
        save_metrics(HOSTILE, path, form)
    assert len(load_metrics(path)) == len(HOSTILE)
    assert set(process_tree_analysis(HOSTILE)) == {"main_process", "child_processes", "total"}
    for size in (1, 2, 3):
        assert len(aggregate_metrics(HOSTILE, size)) == -(-len(HOSTILE) // size)


def test_absurd_numbers_do_not_overflow():
    stats = resource_utilization(samples_with(1e300, 1e29, 10**400, 1.5, 2**64))
    assert stats["max_cpu"] == 1e29
    assert all(math.isfinite(value) for value in stats.values())


def test_a_clock_set_back_gives_no_time():
    assert "total_time_sec" not in resource_utilization(samples_with(1, 2)[::-1])


# Tables


@pytest.mark.parametrize("library", ["pandas", "polars"])
@pytest.mark.parametrize("name", FILES)
def test_tables_have_the_samples_and_the_processes(library, name):
    pytest.importorskip(library)
    table = to_dataframe(DATA / name, library=library)
    samples = load_metrics(DATA / name)
    assert list(table["cpu_usage"]) == cpu_of(samples)
    assert list(table["mem_rss_kb"]) == [entry["mem_rss_kb"] for entry in samples]
    assert table["time_s"][0] == 0
    assert to_dataframe(samples, library=library).shape == table.shape
    ended = load_records(DATA / name, "process")
    if not ended:
        with pytest.raises(ValueError, match="no record of a process"):
            to_dataframe(str(DATA / name), of="processes", library=library)
        return
    processes = to_dataframe(str(DATA / name), of="processes", library=library)
    assert len(processes) == len(ended)
    assert list(processes["peak_rss_kb"]) == [entry["peak_rss_kb"] for entry in ended]
    assert list(processes["cmd"])[-1] == "sh load.sh"


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_tables_of_hostile_or_no_samples(library):
    pytest.importorskip(library)
    assert len(to_dataframe(HOSTILE, library=library)) == len(HOSTILE)
    assert to_dataframe([], library=library).shape == (0, 0)
    table = to_dataframe(
        [{"a": 2**63, "b": 1}, {"a": 10**400}, {"a": 1, "b": 2.5}], "samples", library
    )
    assert float(table["a"][0]) == 2.0**63


def test_tables_need_a_library(monkeypatch):
    real = importlib.import_module

    def without(name, package=None):
        if name in ("pandas", "polars"):
            raise ImportError(name)
        return real(name, package)

    monkeypatch.setattr(importlib, "import_module", without)
    with pytest.raises(ImportError, match="pandas or polars"):
        to_dataframe([])
    with pytest.raises(ImportError, match="polars"):
        to_dataframe([], library="polars")
    with pytest.raises(ValueError, match="numpy"):
        to_dataframe([], library="numpy")
    with pytest.raises(ValueError, match="threads"):
        to_dataframe([], of="threads")
