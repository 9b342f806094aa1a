# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""profile and monitor of denet 0.3.2: what this program itself uses."""

import asyncio
import inspect
import json
import os
import subprocess
import threading
import time

import pytest
from support import LIMIT_S, kinds, read_lines, release, run_python, wait_until

import denet_bpf as denet

pytestmark = pytest.mark.usefixtures("library")

OPTIONS = [
    ("base_interval_ms", 100),
    ("max_interval_ms", 1000),
    ("output_file", None),
    ("output_format", "jsonl"),
    ("store_in_memory", True),
    ("include_children", True),
]


def burn(seconds):
    end_s = time.thread_time() + seconds
    while time.thread_time() < end_s:
        pass


OURS = {"accounting", "pss", "no_pss", "label", "net", "records"}


def options_of(function, skipped):
    found = [(p.name, p.default) for p in inspect.signature(function).parameters.values()]
    return [pair for pair in found if pair[0] not in OURS | {skipped}]


def test_arguments_and_defaults_are_denet_s():
    assert options_of(denet.profile, "func") == OPTIONS
    assert options_of(denet.monitor, "") == OPTIONS
    assert options_of(denet.Monitor, "") == OPTIONS


def test_a_bare_decorator_returns_result_and_samples():
    @denet.profile
    def simple(start, *, step=1):
        """What it does."""
        return sum(range(start, 1000, step))

    result, samples = simple(10, step=2)
    assert result == sum(range(10, 1000, 2))
    assert samples and all(isinstance(sample, dict) for sample in samples)
    assert (simple.__name__, simple.__doc__) == ("simple", "What it does.")


def test_a_sample_has_the_tree_s_figures_on_top():
    _, samples = denet.profile(lambda: burn(0.1))()
    for sample in samples:
        for key in ("cpu_usage", "mem_rss_kb", "thread_count", "disk_read_bytes",
                    "disk_write_bytes", "sys_net_rx_bytes", "sys_net_tx_bytes"):  # fmt: skip
            assert sample[key] == sample["aggregated"][key]


def test_cpu_is_the_true_one_and_not_zero():
    begun_s, before_s = time.monotonic(), time.process_time()
    with denet.monitor(base_interval_ms=20, max_interval_ms=20) as watch:
        burn(0.3)
    truth_s = time.process_time() - before_s
    summary = json.loads(watch.get_summary())
    tick_s = 0 if summary["accounting"] == "bpf" else 0.04
    # The loading of the monitor is not in it, or only in part.
    assert 0.3 - tick_s - 0.01 <= summary["cpu_time_ns"] / 1e9 <= truth_s + tick_s
    # What a machine that others use left to us.
    share = 100 * 0.3 / (time.monotonic() - begun_s)
    assert max(sample["cpu_usage"] for sample in watch.get_samples()) > 0.8 * share
    assert summary["avg_cpu_usage"] > 0.8 * share


def test_children_and_threads_count():
    def work():
        threads = [threading.Thread(target=burn, args=(0.1,)) for _ in range(3)]
        for thread in threads:
            thread.start()
        subprocess.run(["sh", "-c", "i=0; while [ $i -lt 50000 ]; do i=$((i+1)); done"])
        for thread in threads:
            thread.join()

    _, samples = denet.profile(base_interval_ms=10, max_interval_ms=10)(work)()
    assert max(sample["thread_count"] for sample in samples) >= 4
    assert max(sample["process_count"] for sample in samples) == 2


def test_memory_of_the_block_is_seen():
    with denet.monitor(base_interval_ms=10) as watch:
        block = bytearray(b"x") * (100 << 20)
        wait_until(lambda: any(s["mem_rss_kb"] > 100 << 10 for s in watch.get_samples()))
        assert block
    assert json.loads(watch.get_summary())["peak_mem_rss_kb"] > 100 << 10


def test_an_exception_goes_on_and_the_samples_survive(tmp_path):
    path = tmp_path / "metrics.jsonl"

    @denet.profile(output_file=path)
    def fail():
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine") as caught:
        fail()
    assert caught.value.denet_samples == fail.last_samples != []
    assert kinds(read_lines(path))[-1] == "summary"

    class Slotted(BaseException):
        __slots__ = ()

    @denet.profile
    def interrupt():
        raise Slotted

    with pytest.raises(Slotted):
        interrupt()
    assert interrupt.last_samples

    with pytest.raises(ZeroDivisionError), denet.monitor() as watch:
        raise ZeroDivisionError
    assert watch.get_samples() and json.loads(watch.get_summary())["sample_count"] >= 1


def test_async_functions_are_measured_until_they_return():
    @denet.profile(base_interval_ms=10, max_interval_ms=10)
    async def work():
        await asyncio.sleep(0.1)
        burn(0.05)
        return 7

    @denet.profile
    async def fail():
        await asyncio.sleep(0)
        raise KeyError("mine")

    assert inspect.iscoroutinefunction(work)
    result, samples = asyncio.run(work())
    assert result == 7 and len(samples) > 5 and max(s["cpu_usage"] for s in samples) > 0
    with pytest.raises(KeyError):
        asyncio.run(fail())
    assert fail.last_samples


def test_blocks_in_several_threads_and_in_each_other_are_independent():
    found = {}

    def work(number):
        with denet.monitor(base_interval_ms=10) as outer:
            with denet.monitor(base_interval_ms=10) as inner:
                burn(0.02)
            found[number] = (len(outer.get_samples()), len(inner.get_samples()))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LIMIT_S)
    assert len(found) == 4
    assert all(counts[0] and counts[1] for counts in found.values())


def test_samples_can_be_read_inside_the_block_and_cleared():
    with denet.monitor(5, 5) as watch:
        assert watch.monitoring and watch.pid == os.getpid()
        wait_until(lambda: len(watch.get_samples()) > 3)
        assert json.loads(watch.get_summary())["sample_count"] > 3
        watch.clear_samples()
        assert len(watch.samples) < 3
    assert not watch.monitoring and watch.get_samples()
    watch.clear_samples()
    assert watch.get_samples() == [] and watch.get_summary() == "{}"


def test_before_the_block_there_is_nothing():
    watch = denet.monitor()
    assert watch.get_samples() == [] and watch.get_summary() == "{}"
    assert watch.get_metadata() == {}


def test_metadata_is_that_of_this_process():
    with denet.monitor() as watch:
        metadata = watch.get_metadata()
    assert metadata["pid"] == os.getpid() and metadata["cmd"] and metadata["t0_ms"]
    assert "kind" not in metadata


def test_a_file_that_cannot_be_written_is_told_before_the_work(tmp_path):
    calls = []
    work = denet.profile(output_file=tmp_path / "missing/metrics.jsonl")(lambda: calls.append(1))
    with pytest.raises(FileNotFoundError):
        work()
    assert calls == []


def test_the_block_s_exception_wins_over_that_of_the_file(tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    with pytest.raises(ZeroDivisionError):
        with denet.monitor(output_file=folder / "metrics.jsonl") as watch:
            (folder / "metrics.jsonl").unlink()
            folder.rmdir()
            raise ZeroDivisionError
    assert watch.get_samples()


def test_calls_add_to_one_file_of_lines(tmp_path):
    path = tmp_path / "metrics.jsonl"
    work = denet.profile(output_file=str(path))(lambda: 1)
    counts = [len(work()[1]) for _ in range(2)]
    lines = [json.loads(line) for line in read_lines(path)]
    assert [line["kind"] for line in lines].count("tree") == sum(counts)
    assert [line["kind"] for line in lines].count("metadata") == 1
    assert lines[0]["kind"] == "metadata" and lines[0]["pid"] == os.getpid()
    assert [line["kind"] for line in lines].count("summary") == len(counts)
    assert len(denet.load_metrics(path)) == sum(counts)
    # A tree with cpu_usage on top would be taken for one process by denet.
    assert all("cpu_usage" not in line for line in lines)


@pytest.mark.parametrize("form", ["json", "csv"])
def test_other_forms_have_the_last_call(tmp_path, form):
    path = tmp_path / "metrics"
    work = denet.profile(output_file=path, output_format=form, store_in_memory=False)(lambda: 1)
    assert work()[1] == [] and work()[1] == []
    text = path.read_text()
    if form == "json":
        found = [record["kind"] for record in json.loads(text)]
        assert (found[0], found[-1], "tree" in found) == ("metadata", "summary", True)
    else:
        assert text.startswith("ts_ms,cpu_usage") and len(text.splitlines()) > 1


def test_samples_are_saved_in_each_form(tmp_path):
    path = tmp_path / "saved"
    denet.monitor().save_samples(path)
    assert not path.exists()
    with denet.monitor() as watch:
        pass
    count = len(watch.get_samples())
    watch.save_samples(path)
    assert json.loads(read_lines(path)[0])["pid"] == os.getpid()
    assert len(denet.load_metrics(path)) == count
    watch.save_samples(path, "json")
    assert len(json.loads(path.read_text())) == count
    watch.save_samples(path, format="csv")
    assert len(read_lines(path)) == count + 1
    with pytest.raises(ValueError, match="xml"):
        watch.save_samples(path, "xml")


def test_bad_arguments_are_refused():
    for make in (denet.profile, denet.monitor):
        with pytest.raises(ValueError, match="xml"):
            make(output_format="xml")
    with pytest.raises(OverflowError):
        denet.monitor(-1)
    with pytest.raises(ValueError, match="accounting"):
        denet.monitor(accounting="magic")


def test_without_children_samples_are_of_this_process_alone():
    with denet.monitor(include_children=False, base_interval_ms=10) as watch:
        subprocess.run(["sleep", "0.05"])
    assert {sample["kind"] for sample in watch.get_samples()} == {"sample"}
    assert watch.get_samples()[0]["cpu_usage"] >= 0


def test_a_fork_inside_the_block_leaves_it_in_peace():
    with denet.monitor(base_interval_ms=5, max_interval_ms=5) as watch:
        pid = os.fork()
        if not pid:
            code = 1
            try:
                watch.get_samples()
                watch.__exit__(None, None, None)
                code = 0
            finally:
                os._exit(code)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
        before = len(watch.get_samples())
        wait_until(lambda: len(watch.get_samples()) > before)


def test_a_program_may_end_inside_the_block():
    done = run_python("import denet_bpf\nwatch = denet_bpf.monitor(5)\nwatch.__enter__()")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_blocks_leave_nothing_behind():
    with denet.monitor():
        pass
    release()
    fds, threads = len(os.listdir("/proc/self/fd")), len(os.listdir("/proc/self/task"))
    for _ in range(5):
        with denet.monitor():
            pass
    release()
    assert len(os.listdir("/proc/self/fd")) == fds
    assert len(os.listdir("/proc/self/task")) == threads


# In a Python of its own: no other test has loaded or kept anything there.
KEEPING = """
import atexit, contextlib, os, re, sys
atexit.register(lambda: print("at the end", loaded()))  # runs after what is registered later
import denet_bpf
from denet_bpf import _native

def loaded():
    found = set()
    for fd in os.listdir("/proc/self/fdinfo"):
        with contextlib.suppress(OSError), open("/proc/self/fdinfo/" + fd) as file:
            found.update(re.findall(r"^(?:prog|map)_id:.*", file.read(), re.M))
    return found

def block():
    with denet_bpf.monitor():
        return loaded()

def call():
    return denet_bpf.profile(loaded)()[0]

def command():
    seen = []
    take = denet_bpf.ProcessMonitor._take
    def look(monitor):
        seen.append(loaded())
        take(monitor)
    denet_bpf.ProcessMonitor._take = look
    try:
        assert denet_bpf.execute_with_monitoring(["true"])[0] == 0
    finally:
        denet_bpf.ProcessMonitor._take = take
    return seen[0]

use = globals()[sys.argv[1]]
"""


@pytest.mark.parametrize("use", ["block", "call", "command"])
def test_the_second_use_has_what_the_first_has_loaded(exact, use):
    done = run_python(
        KEEPING + "use()\nkept = loaded()\nagain = use()\nprint(len(kept) > 0, kept <= again)", use
    )
    assert (done.stdout, done.stderr) == ("True True\nat the end set()\n", "")


def test_what_is_kept_goes_before_a_fork(exact):
    done = run_python(
        KEEPING
        + """
use()
assert loaded()
pid = os.fork()
if not pid:
    os._exit(len(loaded()))
assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
print(loaded(), len(os.listdir("/proc/self/task")), flush=True)
use()
pid = os.fork()
if not pid:
    use()
    sys.exit()
os.waitpid(pid, 0)
""",
        "block",
    )
    assert done.stdout == "set() 1\nat the end set()\nat the end set()\n"
    assert done.stderr == ""


# In a cgroup of its own, which counts what is charged in another way than we do, samples included:
# one may fall into the block. The clock of the thread is read first: that has the kernel charge it
# with what it has used by then.
REFEREED = """
import json, os, pathlib, sys, time
import denet_bpf
folder = pathlib.Path(sys.argv[1])
(folder / "cgroup.procs").write_text(str(os.getpid()))

def used_ns():
    time.thread_time_ns()
    if (folder / "cpuacct.usage").exists():
        return int((folder / "cpuacct.usage").read_text())
    return int((folder / "cpu.stat").read_text().split()[1]) * 1000

def burn():
    end_s = time.thread_time() + 0.1
    while time.thread_time() < end_s:
        pass

def measure():
    watch = denet_bpf.monitor(1000, 1000)
    around_ns = used_ns()
    with watch:
        block_ns = time.thread_time_ns()
        burn()
        block_ns = time.thread_time_ns() - block_ns
    around_ns = used_ns() - around_ns
    told_ns = json.loads(watch.get_summary())["cpu_time_ns"]
    return told_ns - block_ns, around_ns - block_ns, block_ns

def measure_idle():  # until sampling itself has used 20 ms, by the referee
    watch = denet_bpf.monitor(1, 1)
    with watch:
        before_ns, thread_ns = used_ns(), time.thread_time_ns()
        of_samples_ns = 0
        while of_samples_ns < 20_000_000:
            time.sleep(0.005)
            of_samples_ns = used_ns() - before_ns - (time.thread_time_ns() - thread_ns)
        thread_ns = time.thread_time_ns() - thread_ns
    told_ns = json.loads(watch.get_summary())["cpu_time_ns"]
    return told_ns - thread_ns, of_samples_ns

denet_bpf.profile(lambda: None)()
print(json.dumps([measure() for _ in range(7)]))
print(json.dumps(measure_idle()))
"""


@pytest.fixture
def referee():
    """A new cgroup that counts CPU time."""
    for mount in ("/sys/fs/cgroup/cpuacct", "/sys/fs/cgroup/cpu,cpuacct", "/sys/fs/cgroup"):
        folder = os.path.join(mount, f"denet-test-py-{os.getpid()}")
        try:
            os.mkdir(folder)
        except OSError:
            continue
        try:
            if any(os.path.exists(os.path.join(folder, f)) for f in ("cpuacct.usage", "cpu.stat")):
                yield folder
                return
        finally:
            wait_until(lambda: open(os.path.join(folder, "cgroup.procs")).read() == "")
            os.rmdir(folder)
    pytest.skip("no cgroup can be made here")


def test_a_block_tells_what_its_cgroup_was_charged_with(exact, referee):
    """All of what it used, and hardly anything of what it costs to stand in a block."""
    done = run_python(REFEREED, referee)
    assert done.returncode == 0, done.stderr
    busy, idle = map(json.loads, done.stdout.splitlines())
    # In the cgroup are the samples, too, and in what is told they are not.
    assert 0 <= idle[0] < idle[1] / 4, idle
    assert all(0 <= told_ns < around_ns for told_ns, around_ns, _ in busy), busy
    assert min(told_ns / block_ns for told_ns, _, block_ns in busy) < 0.01, busy
