# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""denet itself as the referee of our analysis, where it is installed."""

import json
import random

import pytest
from test_analysis import DATA, FILES, TREES, flat_copies, sample, samples_with

from denet_bpf.analysis import (
    aggregate_metrics,
    convert_format,
    find_peaks,
    load_metrics,
    process_tree_analysis,
    resource_utilization,
    save_metrics,
)


@pytest.fixture(scope="module")
def denet():
    return pytest.importorskip("denet", reason="denet, the referee, is not installed")


def random_samples(seed, count=40):
    luck = random.Random(seed)
    return samples_with(*(round(luck.uniform(0, 400), 3) for _ in range(count)))


def same(ours, theirs):
    """Every figure of theirs is ours, too; theirs may have fewer."""
    if isinstance(theirs, dict):
        return all(key in ours and same(ours[key], theirs[key]) for key in theirs)
    if isinstance(theirs, float):
        return ours == pytest.approx(theirs, rel=1e-12)
    return ours == theirs


def referee_inputs():
    yield from (random_samples(seed) for seed in range(8))
    yield samples_with(5, 10, 15, 10, 5)
    yield samples_with(5)
    yield [sample(0, 1, kind="sample", cpu_core=None)]
    yield from (flat_copies(name) for name in FILES if "_0_3" not in name)


@pytest.mark.parametrize("metrics", list(referee_inputs()))
def test_figures_are_denets_on_flat_samples(denet, metrics):
    assert same(resource_utilization(metrics), denet.resource_utilization(metrics))
    for size in (1, 2, 5, 100):
        for method in ("mean", "max", "min"):  # for another word it takes the mean, we refuse it
            theirs = denet.aggregate_metrics(metrics, size, method)
            ours = aggregate_metrics(metrics, size, method)
            assert len(ours) == len(theirs)
            assert all(map(same, ours, theirs))
        for threshold in (0.0, 0.1, 0.5, 0.8, 1.0):
            for field in ("cpu_usage", "mem_rss_kb", "thread_count"):
                theirs = denet.find_peaks(metrics, field, threshold, size)
                assert find_peaks(metrics, field, threshold, size) == theirs


def test_the_documented_tree_shape_gives_denets_figures(denet):
    def row(pid, cpu):
        return {"pid": pid, "cpu_usage": cpu, "mem_rss_kb": 1024 * pid, "thread_count": pid}

    rows = [
        {**row(1, 5.0), "children": [row(2, 3.0)]},
        {**row(1, 10.0), "children": [row(2, 4.0), row(3, 9.0)]},
    ]
    assert process_tree_analysis(rows) == denet.process_tree_analysis(rows)


def test_texts_are_denets_but_for_csv_line_ends(denet):
    metrics = random_samples(1, 5)
    for form in ("json", "jsonl"):
        assert convert_format(metrics, form) == denet.convert_format(metrics, form)
    assert convert_format(metrics, "json", 2) == denet.convert_format(metrics, "json", 2)
    assert convert_format(metrics).replace("\r\n", "\n") == denet.convert_format(metrics)


def test_denet_reads_what_we_save_and_we_what_it_saves(denet, tmp_path):
    metrics, path = random_samples(2, 5), str(tmp_path / "saved")
    for form in ("json", "jsonl"):
        save_metrics(metrics, path, form)
        assert denet.load_metrics(path) == metrics
        denet.save_metrics(metrics, path, form)
        assert load_metrics(path) == metrics


@pytest.mark.parametrize("name", [name for name in TREES if "ours" in name])
def test_denet_sums_our_saved_trees_up_as_trees(denet, tmp_path, name):
    path = str(tmp_path / "saved.jsonl")
    save_metrics(load_metrics(DATA / name, True), path)
    summary = json.loads(denet.generate_summary_from_file(path))
    assert summary["max_processes"] == 3
    stats = resource_utilization(load_metrics(DATA / name))
    assert summary["peak_mem_rss_kb"] / 1024 == stats["max_mem_mb"]
    assert summary["avg_cpu_usage"] == pytest.approx(stats["avg_cpu"], rel=1e-5)
    assert summary["total_time_secs"] == pytest.approx(stats["total_time_sec"])
