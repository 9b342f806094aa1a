# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Each argument of each public function is refused where it cannot be meant, before anything starts."""

import asyncio
import inspect
import io
import os
import pathlib
import subprocess
from typing import Any, NamedTuple

import pytest
from support import run

import denet_bpf as denet
from denet_bpf.monitoring import Profiler, ResourceMonitor
from denet_bpf.telemetry import Telemetry

pytestmark = pytest.mark.usefixtures("library")

NAN = float("nan")
FLAG = ("no", 1, 0.0, None, [])
INTERVAL = ("100", 1.5, NAN, True, None, -1, [])
COUNT = ("2", 1.5, NAN, True, -1, [])
NUMBER = ("5", NAN, True, b"5", [])
TEXT = (7, b"x", True, [], "a\0b")
WORD = (*TEXT, "magic", "", {})
PATH = (7, 1.5, True, [], "a\0b", b"a\0b")
STREAM = ("out.txt", 1.5, True, [], subprocess.PIPE, 10**6, 2**70, object())
COMMAND = ("", "true", b"true", [], [7], [None], ["a\0b"], 7, None)
RECORDS = ("a text", b"x", {}, [7], ["{"], 7, None)
RUN = (7, None, 1.5, [7], ["{"], "a\0b")

# By the name of the argument: what stands for the same has the same name.
BAD = {
    **dict.fromkeys(
        ("since_process_start", "store_in_memory", "quiet", "include_children", "write_metadata",
         "write_env", "enable_ebpf", "enable_gpu", "pss", "no_pss", "net", "own_cgroup",
         "new_session", "pause_for_attachment", "check", "include_metadata"), FLAG),
    **dict.fromkeys(("base_interval_ms", "max_interval_ms", "interval_ms"), INTERVAL),
    **dict.fromkeys(("children", "indent", "window_size"), COUNT),
    **dict.fromkeys(("timeout", "elapsed_time", "threshold"), NUMBER),
    **dict.fromkeys(("label", "under", "field"), TEXT),
    **dict.fromkeys(
        ("accounting", "records", "output_format", "format", "to_format", "method", "of", "library",
         "by", "sort", "what", "kind", "fmt", "kinds"), WORD),
    **dict.fromkeys(
        ("output_file", "stdout_file", "stderr_file", "cwd", "path", "input_path", "output_path"), PATH),
    **dict.fromkeys(("stdin", "stdout", "stderr"), STREAM),
    **dict.fromkeys(("metrics", "metrics_json"), RECORDS),
    "cmd": COMMAND,
    "pid": ("1", 1.5, True, None, -1, 0, 2**40, 2**70),
    "top": (*COUNT, 0),
    "env": ("A=b", [("A", "b")], {"A=B": "c"}, {"": "c"}, {"A": 7}, {7: "a"}, {"A": "b\0"}, 7),
    "run": RUN,
    "budgets": ("wall > 1", 7, [7], ["nothing"], ["wall > 1\0"], None),
    "func": (7, "name"),
    "panels": (7, [7]),
}  # fmt: skip
# Of one function alone.
OTHERWISE = {
    ("execute_with_monitoring", "cmd"): tuple(bad for bad in COMMAND if bad != "true"),
    ("generate_summary_from_metrics_json", "metrics_json"): tuple(
        bad for bad in RECORDS if bad != ["{"]),  # denet's lines of others are skipped
    ("to_dataframe", "metrics"): tuple(bad for bad in RECORDS if bad != "a text"),
    ("convert_format", "metrics"): tuple(bad for bad in RECORDS if bad != "a text"),
    ("generate_report", "fmt"): (7, b"html", True, "svg", "png"),
    ("roll_up", "run"): RUN, ("generate_report", "output_path"): (*PATH, "page.svg"),
}  # fmt: skip
# What means something, however odd.
EXTREMES = {
    "base_interval_ms": (0, 2**70), "max_interval_ms": (0, 2**70), "interval_ms": (0, 2**70),
    "children": (0, 2**70), "timeout": (1e300, float("inf")), "top": (1, 2**70),
    "window_size": (0, 1, 2**70), "threshold": (0, -1, 1e300, float("inf")),
    "indent": (0, 1), "output_format": ("JSONL", "jsonlines"), "elapsed_time": (0, 1e300), "label": ("", "ü\n"),
}  # fmt: skip
REFUSED = (TypeError, ValueError, OverflowError)  # for a command and a pid denet has RuntimeError, too


class Call(NamedTuple):
    """A function, and good arguments that it cannot do without."""

    name: str
    function: Any
    good: Any

    def parameters(self):
        names = list(inspect.signature(self.function).parameters)
        return [name for name in names if name not in ("self", "options", "wanted", "args", "kwargs")]


def asynchronously(*args, **kwargs):
    return asyncio.run(denet.run_async(*args, **kwargs))


asynchronously.__signature__ = inspect.signature(denet.run)


def kinds_of(path, kinds="summary"):
    return denet.load_records(path, kinds)


def a_result(folder):
    return denet.load(folder / "run.jsonl")


def a_monitor(folder):
    return run(["true"])


def a_block(folder):
    with denet.monitor() as watch:
        pass
    return watch


def of(make, name):
    """A method of what make() makes, as a function of its other arguments."""

    def call(folder, **arguments):
        return getattr(make(folder), name)(**arguments)

    return call


def command(folder):
    return {"cmd": ["touch", str(folder / "mark")]}


def intervals(folder):
    return {**command(folder), "base_interval_ms": 10, "max_interval_ms": 10}


def recorded(folder):
    return {"run": folder / "run.jsonl"}


def samples(folder):
    return {"metrics": [{"ts_ms": 1, "cpu_usage": 1.0, "mem_rss_kb": 1}] * 3}


def nothing(folder):
    return {}


def a_path(folder):
    return {"path": folder / "run.jsonl"}


def target(folder):
    return {"path": folder / "new.jsonl"}


FUNCTIONS = [
    Call("ProcessMonitor", denet.ProcessMonitor, intervals),
    Call("from_pid", denet.ProcessMonitor.from_pid,
         lambda _: {"pid": os.getpid(), "base_interval_ms": 10, "max_interval_ms": 10}),
    Call("execute_with_monitoring", denet.execute_with_monitoring, command),
    Call("run", denet.run, command),
    Call("run_async", asynchronously, command),
    Call("monitor", denet.monitor, nothing),
    Call("Monitor", denet.Monitor, nothing),
    Call("profile", denet.profile, nothing),
    Call("load", denet.load, a_path),
    Call("load_metrics", denet.load_metrics, a_path),
    Call("load_records", kinds_of, a_path),
    Call("save_metrics", denet.save_metrics, lambda folder: {**samples(folder), **target(folder)}),
    Call("convert_format", denet.convert_format, samples),
    Call("aggregate_metrics", denet.aggregate_metrics, samples),
    Call("find_peaks", denet.find_peaks, samples),
    Call("resource_utilization", denet.resource_utilization, samples),
    Call("process_tree_analysis", denet.process_tree_analysis, samples),
    Call("to_dataframe", denet.to_dataframe, samples),
    Call("generate_summary_from_file", denet.generate_summary_from_file, a_path),
    Call("generate_summary_from_metrics_json", denet.generate_summary_from_metrics_json,
         lambda _: {"metrics_json": ['{"ts_ms":1}'], "elapsed_time": 1.0}),
    Call("generate_report", denet.generate_report,
         lambda folder: {"input_path": folder / "run.jsonl", "output_path": folder / "new.html"}),
    Call("waited_for", denet.waited_for, recorded),
    Call("parallelism", denet.parallelism, recorded),
    Call("roll_up", denet.roll_up, recorded),
    Call("check_budgets", denet.check_budgets,
         lambda folder: {**recorded(folder), "budgets": ["wall > 1h"]}),
]  # fmt: skip
METHODS = [
    Call("ProcessMonitor.save_samples", (a_monitor, denet.ProcessMonitor.save_samples), target),
    Call("Monitor.save_samples", (a_block, denet.Monitor.save_samples), target),
    Call("Result.by", (a_result, denet.Result.by), nothing),
    Call("Result.to_dataframe", (a_result, denet.Result.to_dataframe), nothing),
    Call("Result.save", (a_result, denet.Result.save), target),
    Call("Result.report", (a_result, denet.Result.report), target),
]


def cases():
    for call in FUNCTIONS + METHODS:
        method = None
        if isinstance(call.function, tuple):
            make, method = call.function
            call = Call(call.name, method, call.good)
        for name in call.parameters():
            function = of(make, method.__name__) if method else call.function
            yield pytest.param(
                Call(call.name, function, call.good), method is not None, name,
                id=f"{call.name}-{name}",
            )  # fmt: skip


@pytest.fixture(scope="module", name="record")
def make_record(tmp_path_factory):
    path = tmp_path_factory.mktemp("recorded") / "run.jsonl"
    run(["true"], output_file=path, write_metadata=True)
    return path.read_text()


def descriptors():
    return sorted(os.listdir("/proc/self/fd"))


@pytest.mark.parametrize("call, is_method, name", list(cases()))
def test_what_cannot_be_meant_is_refused_before_anything_starts(
    record, tmp_path, monkeypatch, call, is_method, name
):
    monkeypatch.chdir(tmp_path)
    before = {}
    for file in ("run.jsonl", "new.jsonl", "new.html", "kept"):
        before[file] = record if file == "run.jsonl" else "kept"
        pathlib.Path(file).write_text(before[file])
    good = {**call.good(tmp_path), **({"folder": tmp_path} if is_method else {})}
    if "output_file" in inspect.signature(call.function).parameters:
        good["output_file"] = tmp_path / "kept"
    for bad in OTHERWISE.get((call.name, name), BAD[name]):
        if bad is None and name in ("output_file", "stdout", "stderr", "stdin"):
            continue
        with pytest.raises((*REFUSED, RuntimeError) if name in ("cmd", "pid") else REFUSED):
            pytest.fail(f"{bad!r} gave {call.function(**{**good, name: bad})!r}")
        assert {file: pathlib.Path(file).read_text() for file in before} == before, bad
        assert sorted(os.listdir()) == sorted(before), bad


@pytest.mark.parametrize("name", list(EXTREMES))
def test_what_means_something_however_odd_is_taken(record, tmp_path, name):
    (tmp_path / "run.jsonl").write_text(record)
    taken = 0
    for call in FUNCTIONS:
        for odd in EXTREMES[name] if name in call.parameters() else ():
            call.function(**{**call.good(tmp_path), name: odd})
            taken += 1
    assert taken


def test_each_public_function_is_asked():
    asked = {call.name for call in FUNCTIONS}
    asked |= {"Result", "Summary", "load_ipython_extension"}  # made by us, or called by IPython
    assert set(denet.__all__) <= asked


SECONDS = (*NUMBER, 0, -1, float("inf"), 1e300)
KEPT = ("2", 1.5, NAN, True, -1, [])


def monitored(name):
    return lambda **given: getattr(ResourceMonitor(), name)(**given)


def profiled(name):
    return lambda **given: getattr(Profiler(), name)(**given)


@pytest.mark.parametrize("function, good, bad", [
    (ResourceMonitor, {}, {"interval": SECONDS, "history_size": KEPT, "pid": ("1", 1.5, True, 0, -1)}),
    (monitored("get_history"), {}, {"limit": KEPT}),
    (monitored("set_threshold"), {"metric": "cpu_usage", "value": 1},
     {"metric": (7, None), "value": (*NUMBER, None)}),
    (lambda **given: asyncio.run(ResourceMonitor().record_metric(**given)),
     {"name": "x", "value": 1}, {"name": (7, None), "value": (*NUMBER, None)}),
    (Profiler, {}, {"enabled": FLAG, "trace_async_tasks": FLAG, "collect_stack_trace": FLAG,
                    "max_traces": KEPT}),
    (profiled("trace"), {}, {"func": (7, "name"), "name": (7, b"x", True)}),
    (profiled("trace_context"), {"name": "x"}, {"name": (7, None), "metadata": (7, [("a", 1)])}),
    (profiled("export_profile"), {}, {"path": (7, True, "a\0b"), "form": ("xml", 7, None)}),
    (Telemetry, {}, {"callback": (7, None, "f"), "interval": SECONDS, "timeout": NUMBER}),
])  # fmt: skip
def test_the_other_modules_check_theirs(tmp_path, monkeypatch, function, good, bad):
    monkeypatch.chdir(tmp_path)
    function(**good)
    for name, values in bad.items():
        for value in values:
            with pytest.raises(REFUSED):
                pytest.fail(f"{name}={value!r} gave {function(**{**good, name: value})!r}")
    assert not os.listdir()


def test_a_file_that_is_closed_is_refused(tmp_path):
    file = open(tmp_path / "out", "w")
    file.close()
    for stream in (file, io.StringIO()):
        with pytest.raises((ValueError, OSError)):
            denet.run(["touch", str(tmp_path / "mark")], stdout=stream)
    assert not (tmp_path / "mark").exists()


def test_words_beside_those_of_numpy_are_taken():
    class Bool:
        def __bool__(self):
            return True

    Bool.__name__ = "bool_"
    assert denet.run(["false"], pss=Bool(), interval_ms=1).exit_code == 1
