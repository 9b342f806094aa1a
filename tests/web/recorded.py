# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Records of a run that never was, as the program writes them: a build with as many processes as wanted."""

import json
import random

START_MS = 1_700_000_000_000
NAMES = ("cc1", "as", "ld", "sh", "cc", "python3", "cmake", "ar", "sed", "grep")
WEIGHTS = (40, 30, 2, 20, 30, 3, 1, 3, 5, 5)
ROOT_ID = 1
JOBS = 8


def sample(ms, cpu_ns, alive, **more):
    figures = {
        "ts_ms": START_MS + ms, "cpu_usage": 100.0, "mem_rss_kb": 20_000 + ms % 7000, "mem_vms_kb": 100_000,
        "disk_read_bytes": 100 * ms, "disk_write_bytes": 1000 * ms, "sys_net_rx_bytes": 0, "sys_net_tx_bytes": 0,
        "thread_count": alive, "process_count": alive, "uptime_secs": ms // 1000,
        "psi_mem": {"some_avg10": 1.0 + ms % 3, "full_avg10": 0.5}, "cpu_time_ns": cpu_ns, "pss_kb": 15_000, **more}
    parent = {key: value for key, value in figures.items() if key != "process_count"}
    child = {"pid": 1002, "command": "cc1", "metrics": {**parent, "mem_rss_kb": 12_000}}
    return {"kind": "tree", "ts_ms": START_MS + ms, "parent": {**parent, "mem_rss_kb": 5000}, "children": [child],
            "aggregated": figures}


def process(number, parent, name, start_ns, end_ns, **more):
    wall_ns = end_ns - start_ns
    return {
        "kind": "process", "pid": 1000 + number, "ppid": 1000 + parent, "comm": name,
        "cmd": [name, "-O2", "-o", f"build/file{number}.o", f"src/file{number}.c"], "start_ms": START_MS + start_ns // 10**6,
        "wall_ns": wall_ns, "cpu_time_ns": wall_ns // 2, "run_delay_ns": 0, "exit_code": 0, "threads_total": 1,
        "peak_rss_kb": 2000 + number % 30000, "exact": True, "id": number, "parent_id": parent, "start_ns": start_ns,
        "end_ns": end_ns, **more}


def processes(count, seed):
    """Children of one root, on a few jobs at once."""
    source = random.Random(seed)
    free = [1_000_000] * JOBS
    for number in range(2, count + 1):
        job = free.index(min(free))
        start_ns = free[job] + source.randrange(1000, 200_000)
        free[job] = start_ns + int(source.lognormvariate(16, 1.6))
        more = {"exit_code": 1} if number % 50 == 0 else {}
        yield process(number, ROOT_ID, source.choices(NAMES, WEIGHTS)[0], start_ns, free[job], **more)


def run(count=400, seed=1, label=None, change=None):
    """All records; change(process) may alter each process before it counts."""
    made = list(processes(count, seed))
    for one in made:
        if change:
            change(one)
    wall_ns = max(one["end_ns"] for one in made) + 1_000_000
    root = process(ROOT_ID, 0, "make", 0, wall_ns, cmd=["make", "-j8"], cpu_time_ns=wall_ns // 100)
    cpu_ns = sum(one["cpu_time_ns"] for one in [*made, root])
    yield {"kind": "metadata", "pid": 1000 + ROOT_ID, "cmd": ["make", "-j8"], "executable": "/usr/bin/make",
           "t0_ms": START_MS, "accounting": "bpf", "version": "0.1.0", "interval_ms": 100, "max_interval_ms": 1000,
           "clk_tck": 100, "schema": 1, "host": "build7", **({"label": label} if label else {})}
    wall_ms = wall_ns // 10**6
    for ms in range(0, wall_ms, max(1, wall_ms // 500)):
        yield sample(ms, cpu_ns * ms // wall_ms, JOBS)
    yield from sorted([*made, root], key=lambda one: one["end_ns"])
    yield {"kind": "exit", "exit_code": 0, "ts_ms": START_MS + wall_ms}
    yield {"kind": "summary", "total_time_secs": wall_ns / 1e9, "sample_count": 500, "command": ["make", "-j8"],
           "exit_code": 0, "wall_ns": wall_ns, "cpu_time_ns": cpu_ns, "processes_total": count,
           "processes_failed": sum(one["exit_code"] != 0 for one in made), "processes_exact": count,
           "processes_running": 0, "threads_total": count, "peak_mem_rss_kb": 26_999, "peak_pss_kb": 15_000,
           "accounting": "bpf", "events_lost": 0, "records_lost": 0, "tasks_lost": 0, "cpus_usable": JOBS,
           "cpu_limit_cores": 6.0, "memory_limit_kb": 40_000, "monitor_cpu_ns": 1, "monitor_peak_rss_kb": 1}


def write(path, records):
    with open(path, "w", encoding="utf-8") as file:
        for record in records:
            file.write(json.dumps(record) + "\n")
    return path
