# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""What type checkers must find right; test_types.py hands it to them, and nobody runs it.

It uses, with annotations, all that the examples of docs/python.md use of this package."""

import asyncio
import json
import os
import subprocess
from typing import Any, AsyncIterator, Dict, Iterator, List, Optional, Tuple

import denet_bpf as denet
from denet_bpf.agent import (
    AlertDeduplicator,
    AlertEvaluator,
    ProcessTracker,
    RateCalculator,
    collect_snapshot,
    find_heavy_processes,
)
from denet_bpf.metlog import LazyPSUtil, statsd_lines
from denet_bpf.monitoring import Profiler, ResourceMonitor
from denet_bpf.snakemake import benchmark, jobs, rules
from denet_bpf.telemetry import Telemetry, telemetry
from denet_bpf.types import Accounting, MetadataRecord, ProcessRecord, Records, RunOptions, Sample

# --- decorators and blocks ---


@denet.profile
def plain(count: int, *, step: int = 1) -> int:
    return sum(range(0, count, step))


@denet.profile(base_interval_ms=10, max_interval_ms=1000, output_format="csv", store_in_memory=True)
def with_options(name: str) -> str:
    return name


@denet.profile
async def later(seconds: float) -> str:
    await asyncio.sleep(seconds)
    return "done"


@denet.profile(accounting="proc")
async def later_with_options(seconds: float) -> int:
    return round(seconds)


@denet.profile
def numbers(count: int) -> Iterator[int]:
    yield from range(count)


@denet.profile
async def numbers_later(count: int) -> AsyncIterator[int]:
    for number in range(count):
        yield number


class Holder:
    @denet.profile
    def method(self, number: int) -> int:
        return number


async def use() -> str:
    text, samples = await later(0.1)
    first: Sample = samples[0]
    usage: float = first["cpu_usage"]
    rounded: int = (await later_with_options(0.5))[0]
    generator, kept = numbers_later(3)
    async for number in generator:
        print(number + 1, kept)
    result = await denet.run_async(["true"], timeout=5, accounting="auto", label="x")
    wall_ns: Optional[int] = result.summary.wall_ns
    print(usage, rounded, wall_ns)
    return text


total: Tuple[int, List[Sample]] = plain(10, step=2)
name: str = with_options("x")[0]
generator, kept = numbers(3)
one: int = next(generator)
held: int = Holder().method(3)[0]
with denet.monitor(label="x", no_pss=True) as watch:
    pass
metadata: MetadataRecord = watch.get_metadata()
label: Optional[str] = metadata.get("label")
summary: Dict[str, Any] = json.loads(watch.get_summary())
block: denet.Result = watch.result()
peak: float = max(sample["cpu_usage"] for sample in watch.get_samples())
watch.save_samples("metrics.jsonl", "jsonl")

# --- commands ---


def run_it(accounting: Accounting, records: Records) -> Optional[int]:
    more: RunOptions = {"timeout": 5, "check": False, "interval_ms": 10}
    result = denet.run(["true"], **more)
    result = denet.run(["true"], accounting=accounting, records=records, net=True, pss=False)
    result.save("run.jsonl.gz")
    page: str = result.report("run.html")
    figure: Any = result.plot()
    table: Any = result.to_dataframe(of="processes", library="pandas")
    cpu_ns: int = result.by("comm", sort="cpu", top=3)[0]["cpu_time_ns"]
    waited: int = result.critical_path["programs"][0]["time_ns"]
    samples: List[Sample] = result.samples
    processes: List[ProcessRecord] = result.processes
    print(page, figure, table, cpu_ns, waited, samples[0]["mem_rss_kb"], processes[0]["comm"])
    print(result.accounting, result.metadata.get("host"), result.lost, result.incomplete)
    assert denet.load("run.jsonl.gz").summary == result.summary
    return result.exit_code


try:
    denet.run(["false"], check=True)
except subprocess.CalledProcessError as error:
    failed: int = error.returncode
code, monitor = denet.execute_with_monitoring("true", output_file="f", own_cgroup=True, quiet=True)
process: ProcessRecord = monitor.get_processes()[0]
used_ns: Optional[int] = process.get("cpu_time_ns")
warnings: List[str] = monitor.warnings
text: str = monitor.get_summary()
ended: Optional[int] = monitor.exit_code
with denet.ProcessMonitor(["true"], 50, 500, stdout=subprocess.DEVNULL) as started:
    running: bool = started.is_running()
    started.run()
    lines: List[str] = started.get_samples()
    started.save_samples("metrics.csv", "csv")
    started.close()
other = denet.ProcessMonitor.from_pid(os.getpid(), 50, 500, since_process_start=True)
stopped: Optional[OSError] = other.recording_error

# --- what was recorded ---

metrics = denet.load_metrics("metrics.jsonl", include_metadata=True)
ends: List[ProcessRecord] = denet.load_metrics("metrics.jsonl", kind="process")
both = denet.load_records("metrics.jsonl", "process", "exit")
mean = denet.aggregate_metrics(metrics, window_size=5, method="mean")
tops = denet.find_peaks(watch.get_samples(), field="cpu_usage", threshold=50)
io_bytes: float = denet.resource_utilization(metrics)["total_io_bytes"]
tree = denet.process_tree_analysis(metrics)["main_process"]
csv: str = denet.convert_format(metrics, to_format="csv")
denet.save_metrics(metrics, "data.jsonl", format="jsonl", include_metadata=True)
frame = denet.to_dataframe(watch.get_samples(), of="samples")
path_ns: int = denet.waited_for(monitor)["wall_ns"]
at_once: List[int] = denet.parallelism("run.jsonl")
heaviest: str = denet.roll_up("run.jsonl", by="cmd", sort="peak", top=3)["rows"][0]["name"]
for budget in denet.check_budgets("run.jsonl", ["peak_pss > 2GiB"]):
    print(budget["budget"], budget["outcome"] == "kept", budget.get("value"), budget["unit"])
page: str = denet.generate_report("run.jsonl", "run.html")
whole: str = denet.generate_summary_from_file("run.jsonl")

# --- the other modules ---

resources = ResourceMonitor(interval=0.1, history_size=100)
profiler = Profiler()


@resources.on_threshold_exceeded
async def on_threshold(metric: str, value: float, threshold: float) -> None:
    print(metric, value, threshold)


@profiler.trace
async def operation() -> None:
    await asyncio.sleep(0.05)


async def main() -> None:
    resources.set_threshold("memory_usage", 0.1)
    await resources.start()
    async with profiler.trace_context("request", metadata={"path": "/"}):
        await operation()
    stats = await resources.get_current_stats()
    print(stats.cpu.usage_percent, stats.memory.percent, stats.io.read_bytes)
    await resources.record_metric("queue_length", 7)
    await resources.stop()
    for trace in (await profiler.get_profile()).traces:
        print(trace.name, trace.duration, trace.memory_delta)


snapshot = collect_snapshot()
rates: Dict[str, float] = RateCalculator().compute_rates(snapshot)
for alert in AlertDeduplicator().filter_new(AlertEvaluator().evaluate(snapshot)):
    print(alert.severity.value, alert.message, snapshot.cpu_percent, snapshot.memory_percent)
heavy = find_heavy_processes(cpu_threshold=80, mem_threshold_mb=500)
average: float = ProcessTracker(1).avg_cpu
details = LazyPSUtil(os.getpid())
gauges: List[str] = statsd_lines(details.get_memory_info() + details.get_busy_stats())
sampler = Telemetry(callback=telemetry, interval=10)


@sampler
def sampled() -> int:
    return 7


print(sampled(), sampler.samples[-1])
row = benchmark("sort {name}", "row.tsv", repeat=3)
of_rule: Optional[str] = rules("run.jsonl")[0]["rule"]
of_job: int = jobs("run.jsonl")[0]["cpu_time_ns"]
