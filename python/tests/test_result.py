# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""run(), run_async(), load() and what a Result has; the program beside the library."""

import asyncio
import gzip
import json
import os
import pathlib
import signal
import subprocess
import sys

import pytest
from support import ROOT, is_alive, python_environment, read_lines, wait_until

import denet_bpf as denet
from denet_bpf import _ending, _notebook, _program, _run, report

pytestmark = pytest.mark.usefixtures("library")

DATA = pathlib.Path(__file__).with_name("data")
WORK = ["sh", "-c", "seq 20000 | sort -R | tail -n 1 >/dev/null; exit 3"]


@pytest.fixture
def quick(monkeypatch):
    """What does not mind TERM is killed at once."""
    monkeypatch.setattr(_ending, "TERM_PAUSE_S", 0.3)


def test_a_run_is_one_object(exact):
    result = denet.run(WORK)
    assert result.exit_code == 3 and result.accounting == "bpf"
    assert sorted(process["comm"] for process in result.processes) == ["seq", "sh", "sort", "tail"]
    assert result.summary.processes_total == 4 == result.summary["processes_total"]
    cpu_ns = sum(process["cpu_time_ns"] for process in result.processes)
    assert result.summary.cpu_time_ns == cpu_ns > 0
    assert result.by("comm")[0]["name"] == "sort"
    assert {"seq", "sort", "tail"} <= {row["name"] for row in result.by("subtree")}
    assert len(result.by("cmd", top=1)) == 1
    assert result.critical_path["wall_ns"] > 0
    assert result.samples[-1]["cpu_usage"] >= 0 and "exit 3" in repr(result)
    assert (result.lost, result.incomplete, result.recording_error) == ({}, None, None)


def test_a_summary_has_the_keys_of_its_record():
    summary = denet.Summary({"kind": "summary", "wall_ns": 7})
    assert summary.wall_ns == 7 and summary.peak_pss_kb is None and "kind" not in summary
    assert "peak_pss_kb" in dir(summary) and dict(summary) == {"wall_ns": 7}
    with pytest.raises(AttributeError, match="wall_s"):
        summary.wall_s  # noqa: B018
    from denet_bpf import _record_types

    assert set(denet.Summary.__annotations__) <= set(_record_types.SummaryRecord.__annotations__)


def test_what_is_saved_is_what_is_loaded(tmp_path):
    result = denet.run(WORK, label="mine")
    for name in ("run.jsonl", "run.jsonl.gz"):
        path = tmp_path / name
        result.save(path)
        again = denet.load(path)
        assert again.summary == result.summary and again.samples == result.samples
        assert again.processes == result.processes and again.exit_code == 3
        assert again.metadata["label"] == "mine" and again.by("comm") == result.by("comm")
    assert gzip.open(path, "rt").readline().startswith('{"kind": "metadata"')
    assert json.loads(denet.generate_summary_from_file(path))["cpu_time_ns"] == (
        result.summary.cpu_time_ns
    )


@pytest.mark.parametrize("name", sorted(path.name for path in DATA.glob("*.json*")))
def test_files_of_any_version_are_loaded(name):
    result = denet.load(DATA / name)
    assert result.samples and result.summary["sample_count"] == len(result.samples)
    assert "<table>" in result._repr_html_()


def test_what_is_recorded_is_a_result_too(tmp_path):
    path = tmp_path / "run.jsonl"
    result = denet.run(WORK, output_file=path)
    assert denet.load(path).summary == result.summary
    with denet.monitor() as watch:
        with pytest.raises(RuntimeError, match="ended"):
            watch.result()
        subprocess.run(["true"], check=True)
    assert watch.result().summary.wall_ns > 0 and watch.result().samples == watch.get_samples()


def test_input_and_output_are_ours_or_those_given(tmp_path):
    told = tmp_path / "told"
    with open(told, "wb") as file:
        denet.run(["sh", "-c", "echo $A; pwd; cat"], stdout=file, stdin=subprocess.DEVNULL,
                  env={"A": "b"}, cwd=tmp_path)  # fmt: skip
    assert read_lines(told) == ["b", str(tmp_path)]
    code = "import denet_bpf; denet_bpf.run(['sh', '-c', 'read word; echo got $word'])"
    done = subprocess.run([sys.executable, "-c", code], input=b"it\n", stdout=subprocess.PIPE,
                          env=python_environment(), check=True)  # fmt: skip
    assert done.stdout == b"got it\n"


def test_bad_arguments_start_nothing(tmp_path):
    mark = tmp_path / "mark"
    for bad, error in (({"timeout": "5"}, TypeError), ({"records": "x"}, ValueError),
                       ({"children": -1}, ValueError)):  # fmt: skip
        with pytest.raises(error):
            denet.run(["touch", mark], **bad)
    with pytest.raises(TypeError):
        asyncio.run(denet.run_async(["touch", mark], intervall_ms=5))
    for command, error in (("true", TypeError), ([], ValueError), (["/no/such"], OSError)):
        with pytest.raises(error):
            denet.run(command)
    assert not mark.exists()
    with pytest.raises(subprocess.CalledProcessError) as caught:
        denet.run(["sh", "-c", "exit 5"], check=True)
    assert caught.value.returncode == 5 == caught.value.denet_result.exit_code


# One that minds TERM, one that does not, in a group of its own.
STUBBORN = (
    "trap 'echo bye >bye; exit' TERM; echo $$ >root;"
    " setsid sh -c 'trap \"\" TERM; echo $$ >pid.new; mv pid.new pid; while :; do sleep 0.05; done' &"
    " while :; do sleep 0.05; done"
)


def expect_all_gone(folder):
    assert (folder / "bye").read_text() == "bye\n"
    for name in ("root", "pid"):
        pid = int((folder / name).read_text())
        wait_until(lambda pid=pid: not is_alive(pid))


def test_a_timeout_ends_all_of_the_tree_and_no_group(tmp_path, quick, exact):
    with pytest.raises(subprocess.TimeoutExpired) as caught:
        denet.run(["sh", "-c", STUBBORN], cwd=tmp_path, timeout=0.5)
    expect_all_gone(tmp_path)
    assert caught.value.denet_result.summary.wall_ns > 0


def test_a_cancelled_run_ends_all_of_the_tree(tmp_path, quick, exact):
    async def use():
        running = asyncio.ensure_future(denet.run_async(["sh", "-c", STUBBORN], cwd=tmp_path))
        while not (tmp_path / "pid").exists():
            await asyncio.sleep(0.01)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        expect_all_gone(tmp_path)
        return await denet.run_async(["sh", "-c", "exit 6"])

    assert asyncio.run(use()).exit_code == 6


def test_ctrl_c_ends_the_command(tmp_path, quick):
    script = "echo $$ >root; kill -INT $PPID; exec sleep 100"
    with pytest.raises(KeyboardInterrupt):
        denet.run(["sh", "-c", script], cwd=tmp_path)
    pid = int((tmp_path / "root").read_text())
    wait_until(lambda: not is_alive(pid))


def test_ctrl_c_before_anybody_has_the_command_ends_it(quick, monkeypatch):
    start = _run._Run._start
    roots = []

    def interrupted(self):
        monitor = start(self)
        roots.append(monitor.get_pid())
        os.kill(os.getpid(), signal.SIGINT)
        return monitor

    monkeypatch.setattr(_run._Run, "_start", interrupted)
    with pytest.raises(KeyboardInterrupt):
        denet.run(["sleep", "100"])
    wait_until(lambda: not is_alive(roots[0]))


# --- to look at ---


def test_html_has_pictures_no_script_and_no_markup_of_a_name():
    result = denet.run(["sh", "-c", ": '<script>alert(1)</script>'; sleep 0.1"], interval_ms=10,
                       max_interval_ms=10)  # fmt: skip
    page = result._repr_html_()
    assert "<svg" in page and "<script" not in page and "&lt;script&gt;" in page


def test_a_sparkline_keeps_its_peak():
    values = [1.0] * 500 + [9.0] + [1.0] * 500
    picture = _notebook.sparkline(values)
    assert ",1.0" in picture and picture.count(",") <= 61
    assert _notebook.sparkline([1.0]) == _notebook.sparkline([]) == ""


def test_a_plot_is_a_figure():
    pytest.importorskip("matplotlib")
    figure = denet.run(["sleep", "0.1"], interval_ms=10).plot()
    assert [axes.get_ylabel() for axes in figure.axes] == ["CPU, % of a core", "memory, MiB"]


@pytest.fixture
def program(monkeypatch):
    path = os.environ.get("DENET_BPF", str(ROOT / "build/denet-bpf"))
    if not os.path.exists(path):
        pytest.skip("there is no program denet-bpf here")
    monkeypatch.setenv("DENET_BPF", path)
    return path


def test_a_page_is_made_by_the_program(program, tmp_path, caplog):
    result = denet.run(WORK)
    assert result.report(tmp_path / "run.html") == str(tmp_path / "run.html")
    assert "sort" in (tmp_path / "run.html").read_text()
    path = tmp_path / "other.jsonl"
    result.save(path)
    assert report.main([str(path), "--panels", "cpu"]) == 0
    assert (tmp_path / "other.html").stat().st_size > 10_000
    for wanted in ({"fmt": "png"}, {"output_path": "x.svg"}):
        with pytest.raises(ValueError, match="html can"):
            denet.generate_report(path, **wanted)
    with pytest.raises(FileNotFoundError):
        denet.generate_report(tmp_path / "missing.jsonl")
    path.write_text("garbage\n")
    with pytest.raises(RuntimeError, match="other.jsonl"):
        denet.generate_report(path)
    assert report.main([str(path)]) == 1


def test_the_module_is_the_program(program):
    done = subprocess.run([sys.executable, "-m", "denet_bpf", "run", "-q", "sh", "-c", "exit 9"],
                          env=python_environment(), timeout=60)  # fmt: skip
    assert done.returncode == 9


def test_without_the_program_it_is_named(monkeypatch):
    monkeypatch.delenv("DENET_BPF", raising=False)
    monkeypatch.setenv("PATH", "/nonexistent")
    monkeypatch.setattr(_program, "__file__", "/nonexistent/_program.py")
    with pytest.raises(FileNotFoundError, match="denet-bpf"):
        _program.find()


@pytest.mark.parametrize("accounting", ["auto", "proc"])
def test_what_its_caller_has_in_memory_is_not_the_command_s(accounting):
    held = bytearray(b"x") * (128 << 20)  # of which the kernel tells as the child's, before its exec
    for command in (["true"], ["sh", "-c", "true; exit 0"]):
        summary = denet.run(command, accounting=accounting).summary
        for peak_kb in (summary.peak_process_rss_kb, summary.peak_mem_rss_kb):
            assert peak_kb is None or peak_kb < 64 << 10
    assert held
