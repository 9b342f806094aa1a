# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Reading, telling apart, flattening and writing records."""

import csv
import gzip
import io
import json
import math
import os
import re
import warnings
from pathlib import Path

import pytest

from denet_bpf import _records
from denet_bpf._records import (
    elapsed_s,
    flatten_sample,
    is_sample,
    kind_of,
    number,
    read_records,
    samples_of,
    to_csv,
    to_json,
    unflatten_sample,
)

DATA = Path(__file__).parent / "data"
FIXTURES = Path(__file__).parents[2] / "tests" / "fixtures" / "records"
FILES = sorted(path.name for path in DATA.iterdir() if path.suffix in (".json", ".jsonl"))
FIGURES = (
    "cpu_usage",
    "mem_rss_kb",
    "thread_count",
    "disk_read_bytes",
    "disk_write_bytes",
)


def tree(**extra):
    parent = {"ts_ms": 9, "cpu_usage": 1.0, "mem_rss_kb": 10, "thread_count": 2, "uptime_secs": 7}
    child = {"cpu_usage": 2.0, "mem_rss_kb": 20, "thread_count": 1, "uptime_secs": 1}
    children = [{"pid": 5, "command": "sh", "metrics": child}]
    return {"kind": "tree", "ts_ms": 9, "parent": parent, "children": children, **extra}


def write(tmp_path, text):
    path = tmp_path / "records.jsonl"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize("name", FILES)
def test_each_line_of_a_real_file_has_a_known_kind(name):
    kinds = {"env", "metadata", "sample", "tree", "child", "process", "exit", "summary"}
    assert {kind_of(record) for record in read_records(DATA / name)} <= kinds


@pytest.mark.parametrize("name", FILES)
def test_untagged_records_are_told_apart_as_tagged_ones(name):
    for record in read_records(DATA / name):
        if record.get("kind") in ("env", "metadata", "sample", "tree", "summary"):
            bare = {key: value for key, value in record.items() if key != "kind"}
            assert kind_of(bare) == record["kind"]


@pytest.mark.parametrize("name", FILES)
def test_a_flattened_sample_has_the_figures_of_the_tree_on_top(name):
    samples = samples_of(read_records(DATA / name))
    assert len(samples) >= 5
    for sample in samples:
        for key in FIGURES:
            expected = sample.get("aggregated", sample)[key]
            assert sample[key] == expected
        assert any(key in sample for key in ("sys_net_rx_bytes", "net_rx_bytes"))


@pytest.mark.parametrize("name", FILES)
def test_flattening_is_undone_without_a_trace(name):
    for record in read_records(DATA / name):
        before = json.dumps(record)
        flat = flatten_sample(record)
        assert flatten_sample(flat) is flat
        assert unflatten_sample(flat) == record
        assert list(unflatten_sample(flat)) == list(record)
        assert json.dumps(record) == before


def test_a_figure_changed_after_flattening_stays():
    flat = {**flatten_sample(tree(aggregated={"cpu_usage": 5.0, "mem_rss_kb": 6})), "cpu_usage": 7}
    assert unflatten_sample(flat)["cpu_usage"] == 7
    assert "mem_rss_kb" not in unflatten_sample(flat)


def test_a_plain_sample_is_returned_as_it_is():
    sample = {"ts_ms": 1, "cpu_usage": 2.0}
    assert flatten_sample(sample) is sample
    assert unflatten_sample(sample) is sample


def test_a_tree_without_aggregates_is_summed_over_its_members():
    flat = flatten_sample(tree(aggregated=None))
    assert (flat["cpu_usage"], flat["mem_rss_kb"], flat["thread_count"]) == (3.0, 30, 3)
    assert (flat["process_count"], flat["uptime_secs"]) == (2, 7)
    assert "disk_read_bytes" not in flat
    assert unflatten_sample(flat) == tree(aggregated=None)


def test_a_tree_whose_children_are_not_all_there_is_not_summed():
    assert "cpu_usage" not in flatten_sample(tree(aggregated=None, children_omitted=4))


def test_a_tree_whose_root_has_vanished_knows_nothing():
    record = {"kind": "tree", "ts_ms": 1, "parent": None, "children": [], "aggregated": None}
    assert flatten_sample(record) is record


@pytest.mark.parametrize("wrong", [5, "x", [1], True])
def test_parts_of_the_wrong_type_do_no_harm(wrong):
    record = tree(aggregated=wrong, children=wrong)
    assert flatten_sample(record)["cpu_usage"] == 1.0
    record = {"parent": wrong, "children": [wrong, {"pid": wrong, "metrics": wrong}]}
    assert flatten_sample(record) is record
    assert kind_of({"kind": wrong, "cpu_usage": 1.0}) in ("sample", "x")


def test_aggregates_cannot_replace_the_parts_of_their_tree():
    inner = {"kind": "env", "children": 1, "parent": 2, "aggregated": 3, "cpu_usage": 4.0}
    flat = flatten_sample(tree(aggregated=inner))
    assert flat["kind"] == "tree"
    assert flat["cpu_usage"] == 4.0
    assert isinstance(flat["children"], list)


def test_strangers_are_samples_only_without_a_tag():
    assert is_sample({"ts": 1, "mine": 2})
    assert not is_sample({"kind": "something", "ts_ms": 1})
    assert not is_sample({"pid": 1, "cmd": ["x"], "executable": "x", "t0_ms": 0})
    assert is_sample({"pid": 1, "cmd": ["x"], "cpu_usage": 0.0})


@pytest.mark.parametrize(
    "value", [None, True, "1", [1], math.nan, math.inf, -math.inf, 10**400, 1e300]
)
def test_what_is_no_finite_number_is_not_known(value):
    assert number({"cpu_usage": value}, "cpu_usage") is None


def test_old_and_new_names_of_the_network_are_one():
    assert number({"net_rx_bytes": 4}, "sys_net_rx_bytes") == 4
    assert number({"sys_net_tx_bytes": 5}, "net_tx_bytes") == 5


def test_a_zero_that_the_record_calls_unknown_is_not_known():
    record = flatten_sample(tree(aggregated={"disk_read_bytes": 0, "unknown": ["disk_read_bytes"]}))
    assert number(record, "disk_read_bytes") is None
    assert "disk_read_bytes" not in _records.columns_of(record)


def test_elapsed_time_is_between_the_samples():
    records = [{"kind": "child", "ts_ms": 1}, {"cpu_usage": 1, "ts_ms": 500}, tree()]
    assert elapsed_s([*records[:2], {"cpu_usage": 1, "ts_ms": 2000}]) == 1.5
    assert elapsed_s(records) == 0.0
    assert elapsed_s([]) == 0.0


def test_json_text_is_taken_for_its_record():
    assert samples_of(['{"ts_ms":1,"cpu_usage":2.0}'])[0]["cpu_usage"] == 2.0
    with pytest.raises(ValueError, match="record 1"):
        samples_of(["{}", "{bad"])
    with pytest.raises(TypeError, match="record 0"):
        samples_of([5])
    with pytest.raises(ValueError, match="too deep"):
        samples_of(["[" * 100_000])


@pytest.mark.parametrize("bad", ["{bad", "not json", "[1]", "5", "[" * 100_000, '{"a":1}}', "\0"])
@pytest.mark.parametrize("end", ["", "\n", '\n{"ts_ms":2}\n'])
def test_bad_json_names_file_and_line(tmp_path, bad, end):
    path = write(tmp_path, '{"ts_ms":1}\n\n' + bad + end)
    with pytest.raises(ValueError, match=re.escape(f"{path}, line 3: ")):
        read_records(path)


@pytest.mark.parametrize("bad", ["{bad}", "5", "[1]", "[" * 100_000, '{"a":1} {"b":2}', ""])
def test_bad_json_in_an_array_names_file_and_line(tmp_path, bad):
    path = write(tmp_path, '[\n{"ts_ms":1},\n' + bad + ',\n{"ts_ms":2}\n]\n')
    with pytest.raises(ValueError, match=re.escape(f"{path}, line 3: ")):
        read_records(path)


def test_text_after_an_array_is_bad(tmp_path):
    with pytest.raises(ValueError, match="line 2"):
        read_records(write(tmp_path, '[{"ts_ms":1}]\n{"ts_ms":2}\n'))


def test_huge_numbers_are_read_or_refused_with_their_line(tmp_path):
    path = write(tmp_path, '{"a":' + "9" * 1000 + ',"b":1e999,"c":-NaN}\n')
    with pytest.raises(ValueError, match="line 1"):
        read_records(path)
    (record,) = read_records(write(tmp_path, '{"a":' + "9" * 1000 + ',"b":1e999,"c":NaN}\n'))
    assert all(number(record, key) is None for key in "abc")


LINE = '{"kind":"sample","a":[true,null],"b":"x\\u12ab\\ny","c":-1.5e-3,"d":{"e":false}}'


@pytest.mark.parametrize("length", range(1, len(LINE)))
def test_a_record_cut_off_anywhere_is_skipped_with_a_warning(tmp_path, length):
    path = write(tmp_path, '{"ts_ms":1}\n' + LINE[:length])
    with pytest.warns(UserWarning, match="line 2: cut off"):
        assert read_records(path) == [{"ts_ms": 1}]


@pytest.mark.parametrize("length", range(1, len('[\n{"ts_ms":1},\n' + LINE + "\n")))
def test_an_array_cut_off_anywhere_gives_its_whole_records(tmp_path, length):
    text = '[\n{"ts_ms":1},\n' + LINE + "\n"
    with pytest.warns(UserWarning, match="cut off"):
        found = read_records(write(tmp_path, text[:length]))
    whole = [{"ts_ms": 1}, json.loads(LINE)]
    assert found == whole[: (length > 12) + (length >= len(text) - 1)]


def test_a_last_line_without_line_end_is_a_record(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(read_records(write(tmp_path, LINE + "\r\n" + LINE))) == 2


def test_a_cut_off_line_with_a_line_end_is_bad(tmp_path):
    with pytest.raises(ValueError, match="line 1"):
        read_records(write(tmp_path, LINE[:20] + "\n"))


def test_plain_text_of_denet_is_skipped_with_a_warning(tmp_path):
    path = write(tmp_path, '{"ts_ms":1}\n\nTimeout reached after 2 seconds\n\u2705 done\n')
    with pytest.warns(UserWarning, match="plain text"):
        assert read_records(path) == [{"ts_ms": 1}]


def test_encodings_are_no_obstacle(tmp_path):
    (record,) = read_records(write(tmp_path, b'\xef\xbb\xbf{"cmd":"\xff\xfe"}\n'))
    assert record["cmd"] == "\ufffd\ufffd"
    assert read_records(write(tmp_path, b"")) == []
    assert read_records(write(tmp_path, b" \n\n")) == []
    assert read_records(write(tmp_path, b" \n [ ] \n")) == []


def test_a_missing_file_is_a_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_records(tmp_path / "none")


@pytest.mark.skipif(not FIXTURES.is_dir(), reason="the C tests' fixtures are not here")
def test_fixtures_of_the_c_reader_are_read_or_refused_by_line():
    for path in FIXTURES.iterdir():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                samples_of(read_records(path))
            except ValueError as error:
                assert re.search(r", line \d+: ", str(error)), path
                assert path.name in (
                    "binary.bin",
                    "garbage.txt",
                    "hostile.jsonl",
                    "mixed.jsonl",
                    "newer.jsonl",
                    "truncated.jsonl",
                )


def test_json_has_no_nan():
    record = {"a": math.nan, "b": [math.inf, {"c": 1.5}]}
    assert json.loads(to_json(record)) == {"a": None, "b": [None, {"c": 1.5}]}


def test_json_of_endless_records_is_refused():
    endless = {}
    endless["self"] = endless
    with pytest.raises(ValueError):
        to_json(endless)
    deep = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(ValueError):
        to_json({"deep": deep})


def test_csv_survives_every_character():
    nasty = 'a,"b"\r\nc\td'
    rows = [{"ts_ms": 1, "x": nasty, "psi": {"avg": 0.5}, "l": [1, "z"]}, {"ts_ms": 2, "y": None}]
    back = list(csv.DictReader(io.StringIO(to_csv(rows), newline="")))
    assert back[0] == {"ts_ms": "1", "l": '[1, "z"]', "psi_avg": "0.5", "x": nasty, "y": ""}
    assert back[1] == {"ts_ms": "2", "l": "", "psi_avg": "", "x": "", "y": ""}
    assert to_csv([{"x": "\ud800", "y": math.nan}]) == "x,y\r\n?,\r\n"


def test_csv_of_a_tree_has_the_aggregates_alone():
    text = to_csv(samples_of([tree(aggregated={"cpu_usage": 1.5, "psi_mem": {"some_avg10": 2}})]))
    assert text == "ts_ms,cpu_usage,kind,psi_mem_some_avg10\r\n9,1.5,tree,2\r\n"


def test_deeply_nested_values_become_one_cell():
    deep = {"a": 1}
    for _ in range(50):
        deep = {"n": deep}
    (name,) = _records.columns_of(deep)
    assert name.startswith("n_n_")


def test_a_packed_file_that_a_kill_has_cut_off_is_read_to_there(tmp_path):
    path = tmp_path / "run.jsonl.gz"
    # What cannot be made smaller reaches the file in several blocks.
    rows = [{"kind": "note", "text": os.urandom(600).hex()} for _ in range(300)]
    whole = gzip.compress("".join(json.dumps(row) + "\n" for row in rows).encode())
    path.write_bytes(whole)
    assert read_records(path) == rows
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.warns(UserWarning, match="run.jsonl.gz: the packed file is cut off"):
        found = read_records(path)
    assert 0 < len(found) < 300 and found == rows[: len(found)]
    path.write_bytes(whole[:10] + b"\xff" + whole[11:])  # no kind of block that there is
    with pytest.raises(OSError, match="block type"):
        read_records(path)
