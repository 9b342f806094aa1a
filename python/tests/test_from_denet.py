# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""The table "From denet" of docs/python.md, held against denet itself, where that is installed."""

import inspect
import json
import re

import pytest
from support import ROOT

import denet_bpf as denet

pytestmark = pytest.mark.usefixtures("library")
PAGE = ROOT / "docs/python.md"


@pytest.fixture(scope="module", name="theirs")
def import_denet():
    return pytest.importorskip("denet", reason="denet, the referee, is not installed")


def positional(function):
    kinds = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.POSITIONAL_ONLY)
    parameters = inspect.signature(function).parameters.values()
    return [(each.name, each.default) for each in parameters if each.kind in kinds]


def public(module):
    return [name for name in module.__all__ if not name.startswith("_") and callable(getattr(module, name))]


def test_names_arguments_their_order_and_defaults_are_the_same(theirs):
    names = set(public(theirs)) if hasattr(theirs, "__all__") else set(dir(theirs)) & set(denet.__all__)
    assert len(names) >= 10 and names <= set(dir(denet))
    for name in names:
        wanted = positional(getattr(theirs, name))
        assert positional(getattr(denet, name))[: len(wanted)] == wanted, name
    for name in dir(theirs.ProcessMonitor):
        if name.startswith("_") or name == "execute_with_monitoring":  # that of the module is complete
            continue
        wanted = [each for each, _ in positional(getattr(theirs.ProcessMonitor, name))]
        ours = [each for each, _ in positional(getattr(denet.ProcessMonitor, name))]
        assert ours[: len(wanted)] == wanted, name


@pytest.mark.parametrize("call", [
    lambda module: module.ProcessMonitor([], 100, 1000),
    lambda module: module.ProcessMonitor(["/nonexistent/program"], 100, 1000),
    lambda module: module.ProcessMonitor(["true"], -1, 1000),
    lambda module: module.ProcessMonitor(["true"], 1.5, 1000),
    lambda module: module.ProcessMonitor(["true"], 100, 1000, quiet="no"),
    lambda module: module.ProcessMonitor(["true"], 100, 1000, False, None, "xml"),
    lambda module: module.ProcessMonitor.from_pid(2**22 + 1, 100, 1000),
    lambda module: module.ProcessMonitor.from_pid(-1, 100, 1000),
    lambda module: module.execute_with_monitoring(["/nonexistent/program"]),
    lambda module: module.generate_summary_from_file("/nonexistent/file"),
    lambda module: module.load_metrics("/nonexistent/file"),
    lambda module: module.convert_format([{"ts_ms": 1}], "xml"),
])  # fmt: skip
def test_exceptions_are_the_same(theirs, call):
    with pytest.raises(Exception) as wanted:
        call(theirs)
    with pytest.raises(wanted.type):
        call(denet)


def record_of(module):
    monitor = module.ProcessMonitor(["sleep", "0.3"], 50, 100, quiet=True)
    monitor.run()
    return json.loads(monitor.get_samples()[0]), json.loads(monitor.get_summary())


def test_records_have_denet_s_keys_in_its_order_and_ours_behind(theirs):
    wanted, ours = record_of(theirs), record_of(denet)
    for their_record, record in zip(wanted, ours):
        keys = [key for key in record if key in their_record]
        assert keys == [key for key in their_record if key in record]
        assert set(their_record) - set(record) <= {"kind"}, their_record
    of_tree = list(wanted[0]["aggregated"])
    assert [key for key in ours[0]["aggregated"] if key in of_tree] == of_tree


def test_what_is_different_is_as_the_page_says(theirs):
    with pytest.raises(ValueError, match="empty"):
        denet.execute_with_monitoring("")
    with pytest.raises(IndexError):
        theirs.execute_with_monitoring("")
    samples = [{"ts_ms": 1, "cpu_usage": 1.0}] * 3
    theirs.aggregate_metrics(samples, 2, "avg")
    with pytest.raises(ValueError, match="avg"):
        denet.aggregate_metrics(samples, 2, "avg")


def row_of(title):
    (row,) = re.findall(rf"^\| {re.escape(title)} \| (.*) \|$", PAGE.read_text(), re.MULTILINE)
    return row


def test_what_is_new_is_there_and_new(theirs):
    found = set(re.findall(r"`(\w+)(?:=|\(\))?`", row_of("new")))
    assert len(found) > 15
    here = {*denet.__all__, *dir(denet.ProcessMonitor), "with"}
    for function in (denet.ProcessMonitor, denet.execute_with_monitoring, denet.run):
        here |= set(inspect.signature(function).parameters)
    assert found <= here, found - here
    there = {*dir(theirs), *dir(theirs.ProcessMonitor)}
    there |= {name for name, _ in positional(theirs.ProcessMonitor)}
    assert found & there == {"run"} and not hasattr(theirs, "run")  # a monitor's is not meant
