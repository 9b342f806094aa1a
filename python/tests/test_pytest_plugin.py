# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""pytest --denet, run as pytest runs it: in a process of its own on a folder of tests."""

import json
import os
import pathlib
import re
import subprocess
import sys
import xml.etree.ElementTree

import pytest

import denet_bpf
from denet_bpf import _proctree, pytest_plugin
from denet_bpf._meters import LibraryMeter, ProcMeter

LIMIT_S = 120
PACKAGE_PARENT = str(pathlib.Path(denet_bpf.__file__).parents[1])

TESTS = """
import os, subprocess, sys, time
import pytest

def burn(seconds):
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass

def test_idle():
    pass

def test_cpu():
    burn(0.3)

def test_memory():
    block = bytearray(b'x') * (200 << 20)
    assert block

def test_after_memory():
    pass

def test_children():
    code = 'import time\\nwhile time.process_time() < 0.3: pass'
    processes = [subprocess.Popen([sys.executable, '-c', code]) for _ in range(3)]
    for process in processes:
        process.wait()

def test_failing():
    assert False

@pytest.mark.xfail
def test_expected_to_fail():
    assert False

def test_skipped():
    pytest.skip('not today')

@pytest.fixture
def broken():
    raise OSError('no')

def test_broken_fixture(broken):
    pass
"""


def run_pytest(folder, *arguments, tests=TESTS, plugin=True, **environment):
    (folder / "test_them.py").write_text(tests)
    options = ["-p", "denet_bpf.pytest_plugin"] if plugin else []
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options, *arguments],
        cwd=str(folder),
        env={**os.environ, "PYTHONPATH": PACKAGE_PARENT, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        universal_newlines=True,
        timeout=LIMIT_S,
    )


@pytest.fixture(params=["library", "proc"])
def source(request, tmp_path):
    """Environment for either source of figures, and its name."""
    if request.param == "proc":
        return "proc", {"DENET_LIBRARY": str(tmp_path / "none.so")}
    request.getfixturevalue("exact")
    return "library", {}


def rows_of(output):
    """name of the test -> (seconds, MiB, processes) from the terminal's lines"""
    found = re.findall(
        r"^ *([\d.]+) s +([\d.]+) ([KMG])iB +(\d+)  test_them\.py::(\w+)$", output, re.MULTILINE
    )
    factors = {"K": 1 / 1024, "M": 1, "G": 1024}
    return {
        name: (float(seconds), float(size) * factors[unit], int(processes))
        for seconds, size, unit, processes, name in found
    }


def test_each_test_has_its_line_and_its_properties(source, tmp_path):
    name, environment = source
    result = run_pytest(tmp_path, "--denet", "--junitxml=report.xml", **environment)
    assert result.returncode == 1
    assert "1 failed, 5 passed, 1 skipped, 1 xfailed, 1 error" in result.stdout
    assert "denet: CPU time, peak memory and processes started" in result.stdout
    rows = rows_of(result.stdout)
    assert set(rows) == {
        "test_idle", "test_cpu", "test_memory", "test_after_memory", "test_children",
        "test_failing", "test_expected_to_fail", "test_skipped",
    }  # fmt: skip
    assert [row[0] for row in rows.values()] == sorted((r[0] for r in rows.values()), reverse=True)
    assert rows["test_idle"][0] < 0.25 and rows["test_cpu"][0] > 0.28
    assert rows["test_memory"][1] > 200 > rows["test_after_memory"][1]
    assert rows["test_children"][0] > 0.85
    assert rows["test_children"][2] == 3 and rows["test_idle"][2] == 0
    assert ("from /proc" in result.stdout) == (name == "proc")

    cases = xml.etree.ElementTree.parse(str(tmp_path / "report.xml")).iter("testcase")
    properties = {
        case.get("name"): {each.get("name"): each.get("value") for each in case.iter("property")}
        for case in cases
    }
    memory = properties["test_memory"]
    assert int(memory["denet_peak_rss_kb"]) > 200 << 10
    assert float(properties["test_cpu"]["denet_cpu_time_s"]) > 0.28
    assert properties["test_children"]["denet_processes_started"] == "3"
    assert memory["denet_accounting"] in (("proc",) if name == "proc" else ("bpf", "proc"))
    assert properties["test_broken_fixture"] == {}


def test_a_test_over_budget_fails_and_says_by_how_much(source, tmp_path):
    _, environment = source
    result = run_pytest(tmp_path, "--denet-max-rss=150M", "-k", "idle or memory", **environment)
    assert result.returncode == 1
    assert "1 failed, 2 passed" in result.stdout
    message = re.search(
        r"test_them\.py::test_memory: peak memory (\d+) MiB \((\d+) KiB\) is above the budget of "
        r"150 MiB \(153600 KiB, --denet-max-rss\)",
        result.stdout,
    )
    assert message and 200 <= int(message.group(1)) < 400
    assert abs(int(message.group(2)) / 1024 - int(message.group(1))) < 1


def test_a_budget_counts_children(source, tmp_path):
    _, environment = source
    tests = (
        "import subprocess, sys\n"
        "def test_child(pytestconfig):\n"
        "    meter = pytestconfig.pluginmanager.get_plugin('denet-meter')._meter\n"
        "    code = 'import sys; block = bytearray(b\"x\") * (200 << 20); print(1); "
        "sys.stdout.flush(); sys.stdin.read()'\n"
        "    child = subprocess.Popen([sys.executable, '-c', code], stdin=-1, stdout=-1)\n"
        "    child.stdout.readline()\n"
        # of a child that has ended /proc tells no peak
        "    while getattr(meter, '_peak_kb', 1 << 30) < 200 << 10: pass\n"
        "    child.communicate()\n"
    )
    result = run_pytest(tmp_path, "--denet-max-rss=150M", tests=tests, **environment)
    assert "1 failed" in result.stdout, result.stdout
    assert "is above the budget of 150 MiB" in result.stdout


def test_those_with_most_cpu_time_are_shown(tmp_path):
    proc = {"DENET_LIBRARY": str(tmp_path / "none.so")}
    result = run_pytest(tmp_path, "--denet=2", **proc)
    assert list(rows_of(result.stdout)) == ["test_children", "test_cpu"], result.stdout
    assert "2 of 8 tests, by CPU time" in result.stdout
    # what follows with a blank is a file, as it was before there was a number
    result = run_pytest(tmp_path, "--denet", "test_them.py", "-k", "idle", **proc)
    assert list(rows_of(result.stdout)) == ["test_idle"], result.stdout
    assert run_pytest(tmp_path, "--denet=many", **proc).returncode == 4
    many = "import pytest\n@pytest.mark.parametrize('n', range(12))\ndef test_n(n): pass\n"
    for option, count in (("--denet", 10), ("--denet=all", 12), ("--denet=0", 0)):
        result = run_pytest(tmp_path, option, tests=many, **proc)
        assert result.stdout.count("test_them.py::test_n[") == count, result.stdout


def test_figures_are_written_and_what_got_worse_fails(source, tmp_path):
    name, environment = source
    arguments = ("-k", "idle or cpu or memory", "--denet-json=now.json")
    assert run_pytest(tmp_path, *arguments, **environment).returncode == 0
    found = json.loads((tmp_path / "now.json").read_text())
    tests = found["tests"]
    assert found["kind"] == "denet-tests" and len(tests) == 4
    assert tests["test_them.py::test_cpu"]["cpu_time_s"] > 0.28
    same = run_pytest(tmp_path, *arguments, "--denet-compare=now.json", "--denet-bound=900",
                      **environment)  # fmt: skip
    assert same.returncode == 0, same.stdout
    tests["test_them.py::test_cpu"]["cpu_time_s"] = 0.1
    tests["test_them.py::test_memory"]["peak_rss_kb"] //= 2
    tests["test_them.py::test_idle"].update(cpu_time_s=0, accounting="another")
    (tmp_path / "before.json").write_text(json.dumps(found))
    worse = run_pytest(tmp_path, *arguments, "--denet-compare=before.json", **environment)
    assert "2 failed, 2 passed" in worse.stdout, worse.stdout
    assert re.search(r"test_cpu: CPU time 0\.\d+ s, it was 0\.100 s", worse.stdout)
    assert re.search(r"test_memory: peak memory \d+ MiB, it was [\d.]+ MiB", worse.stdout)
    bad = run_pytest(tmp_path, "--denet-compare=test_them.py", **environment)
    assert bad.returncode == 4 and "--denet-compare test_them.py" in bad.stdout


MARKED = """
import pytest, time
pytestmark = pytest.mark.denet(max_cpu=60)

@pytest.mark.denet(max_rss="150M", max_cpu=0.1)
def test_too_much():
    block = bytearray(b'x') * (200 << 20)
    end = time.thread_time() + 0.3
    while time.thread_time() < end:
        pass

def test_good():
    pass
"""


def test_a_mark_is_a_budget_of_one_test(source, tmp_path):
    _, environment = source
    result = run_pytest(tmp_path, "--denet", "--strict-markers", tests=MARKED, **environment)
    assert "1 failed, 1 passed" in result.stdout, result.stdout
    assert "is above the budget of 150 MiB (153600 KiB, max_rss)" in result.stdout
    assert "is above the budget of 0.1 s (max_cpu)" in result.stdout
    assert run_pytest(tmp_path, "--strict-markers", tests=MARKED, **environment).returncode == 0
    wrong = MARKED.replace("max_cpu=0.1", "max_cup=0.1")
    result = run_pytest(tmp_path, "--denet", tests=wrong, **environment)
    assert result.returncode == 4 and "max_cup" in result.stdout, result.stdout


def test_the_processes_of_xdist_measure_and_one_of_them_tells(source, tmp_path):
    pytest.importorskip("xdist", reason="pytest-xdist is not installed")
    _, environment = source
    result = run_pytest(
        tmp_path, "-n2", "--denet=all", "--denet-json=now.json", tests=MARKED, **environment
    )
    assert "1 failed, 1 passed" in result.stdout, result.stdout
    assert set(rows_of(result.stdout)) == {"test_too_much", "test_good"}
    assert len(json.loads((tmp_path / "now.json").read_text())["tests"]) == 2


def test_budget_does_not_hide_why_a_test_failed(tmp_path):
    tests = "def test_it():\n    assert 'this' == 'that'\n"
    result = run_pytest(
        tmp_path, "--denet-max-rss=1M", tests=tests, DENET_LIBRARY=str(tmp_path / "none")
    )
    assert "assert 'this' == 'that'" in result.stdout
    assert "is above the budget" not in result.stdout


def test_without_the_options_nothing_is_measured(tmp_path):
    result = run_pytest(tmp_path, "-k", "idle", "--junitxml=report.xml")
    assert result.returncode == 0
    assert "denet" not in result.stdout
    assert "denet_" not in (tmp_path / "report.xml").read_text()


def test_nothing_is_left_of_the_measuring(tmp_path):
    tests = (
        "import threading\n"
        "def test_it():\n"
        "    names = [thread.name for thread in threading.enumerate()]\n"
        "    assert names == ['MainThread', 'denet-meter']\n"
    )
    result = run_pytest(tmp_path, "--denet", tests=tests, DENET_LIBRARY=str(tmp_path / "none"))
    assert "1 passed" in result.stdout, result.stdout


@pytest.mark.parametrize(
    "text, kb",
    [
        ("1048576", 1024),
        ("512K", 512),
        ("1.5 GiB", 1536 << 10),
        ("200mb", 200 << 10),
        ("1T", 1 << 30),
    ],
)
def test_sizes_are_read(text, kb):
    assert pytest_plugin.size_kb(text) == kb


@pytest.mark.parametrize("text", ["", "much", "-5M", "5X", "1e9", "5MM"])
def test_a_bad_size_is_a_usage_error(text, tmp_path):
    with pytest.raises(pytest.UsageError, match="a size is expected"):
        pytest_plugin.size_kb(text)
    if text == "much":
        result = run_pytest(tmp_path, "--denet-max-rss=much")
        assert result.returncode == 4
        assert "--denet-max-rss 'much': a size is expected, as 500M" in result.stdout


# --- the meters -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [LibraryMeter, ProcMeter])
def test_a_meter_starts_anew_each_time(kind, request):
    if kind is LibraryMeter:
        request.getfixturevalue("exact")
    meter = kind()
    try:
        meter.begin()
        block = bytearray(b"x") * (100 << 20)
        subprocess.run([sys.executable, "-c", "print(0)"], stdout=subprocess.DEVNULL, check=True)
        del block
        first = meter.end()
        meter.begin()
        second = meter.end()
    finally:
        meter.close()
    assert first.peak_rss_kb > second.peak_rss_kb + (90 << 10)
    assert first.cpu_time_s > second.cpu_time_s >= 0
    assert second.processes_started == 0
    if kind is LibraryMeter:
        assert first.processes_started == 1


def test_a_child_that_goes_right_after_a_sample_is_one_process(monkeypatch):
    meter = ProcMeter()
    read_tree = _proctree.read_tree
    try:
        meter.begin()
        child = subprocess.Popen(["sleep", "60"])

        def read_and_end_it(pid):
            tree = read_tree(pid)
            child.kill()
            child.wait()
            return tree

        monkeypatch.setattr(meter, "_active", False)  # its thread looks no more
        meter._look()
        monkeypatch.setattr(_proctree, "read_tree", read_and_end_it)
        assert meter.end().processes_started == 1
    finally:
        child.kill()
        child.wait()
        meter.close()
