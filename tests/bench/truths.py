# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Figures beside the truth, which something else has measured: memory, at once, wall, limits; what PSS costs."""

import contextlib
import json
import os
import statistics
import subprocess
import tempfile
import threading
import time

MEMORY = "/sys/fs/cgroup/memory"
CPU = "/sys/fs/cgroup/cpu"
QUOTA_US, PERIOD_US = 25_000, 100_000
LIMIT_BYTES = 700 << 20
HOLDERS = (
    ("one process, 300 MiB", ("touch", "300", "1500")),
    ("8 processes, 100 MiB each its own", ("holders", "own", "8", "100", "2500")),
    ("8 processes, one shared object of 200 MiB", ("holders", "shared", "8", "200", "2500")),
    ("8 forked processes, 200 MiB written before", ("holders", "forked", "8", "200", "2500")),
)


class Cgroup:
    """One of version 1, whose controllers have a folder each."""

    count = 0

    def __init__(self, root, **settings):
        Cgroup.count += 1
        self.path = f"{root}/denet-truth-{os.getpid()}-{Cgroup.count}"
        os.mkdir(self.path)
        for name, value in settings.items():
            self.write(name.replace("__", "."), value)

    def write(self, name, value):
        with open(f"{self.path}/{name}", "w", encoding="ascii") as file:
            file.write(str(value))

    def read(self, name):
        with open(f"{self.path}/{name}", encoding="ascii") as file:
            return file.read()

    def stat(self, name):
        return {key: int(value) for key, value in (line.split() for line in self.read(name).splitlines())}

    def __enter__(self):
        return self

    def __exit__(self, *error):
        for _ in range(500):
            with contextlib.suppress(OSError):
                os.rmdir(self.path)
                return
            time.sleep(0.01)


class Watch(threading.Thread):
    """The largest that the kernel tells of a cgroup's mapped pages, and the sum of PSS then."""

    def __init__(self, cgroup):
        super().__init__()
        self.cgroup = cgroup
        self.peak_kb = self.pss_kb = 0
        self.is_over = threading.Event()

    def run(self):
        while not self.is_over.wait(0.05):
            stat = self.cgroup.stat("memory.stat")
            now_kb = (stat["rss"] + stat["mapped_file"]) // 1024
            is_over = now_kb < self.peak_kb * 0.99
            self.peak_kb = max(self.peak_kb, now_kb)
            if is_over:
                continue
            # Near the peak, where it no longer grows while one after the other is read.
            pss = sum(pss_kb(pid) for pid in self.cgroup.read("cgroup.procs").split())
            if abs(pss - now_kb) < abs(self.pss_kb - now_kb):
                self.pss_kb = pss


def pss_kb(pid):
    with contextlib.suppress(OSError):
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
            for line in file:
                if line.startswith("Pss:"):
                    return int(line.split()[1])
    return 0


def inside(cgroup, words):
    return ["/bin/sh", "-c", f'echo $$ > {cgroup.path}/cgroup.procs; exec "$@"', "sh", *words] if cgroup else words


def summary_of(bench, command, command_in=None, all_in=None):
    with tempfile.TemporaryDirectory(prefix="denet-bench.") as folder:
        words = inside(all_in, [bench.binary, "run", "-q", "-i", "100", "-m", "100", "-o", f"{folder}/log", "--",
                                *inside(command_in, bench.command(command))])
        subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
        with open(f"{folder}/log", "rb") as file:
            return json.loads(file.read().splitlines()[-1])


def mib(kb):
    return "-" if kb is None else f"{kb / 1024:.1f}"


def print_peaks(bench, heading, row, progress):
    """Of a tree of one process the high-water mark is the peak, of others PSS near it."""
    heading("Memory, in MiB: what is said, and the kernel's own account at its peak", "workload", "peak", "by",
            "the largest sum of RSS", "cgroup: rss + mapped_file", "sum of PSS in smaps_rollup")
    if not os.path.isdir(MEMORY):
        return
    for title, command in HOLDERS:
        progress(title)
        with Cgroup(MEMORY) as cgroup:
            watch = Watch(cgroup)
            watch.start()
            try:
                said = summary_of(bench, command, command_in=cgroup)
            finally:
                watch.is_over.set()
                watch.join()
        if said["processes_total"] > 1:
            peak_kb, by = said.get("peak_pss_kb"), "at most" if said.get("pss_is_bound") else "PSS"
        else:
            peak_kb, by = said["peak_process_rss_kb"], "its high-water mark"
        row(title, mib(peak_kb), by, mib(said["peak_mem_rss_kb"]), mib(watch.peak_kb), mib(watch.pss_kb))


def wall_of_sleep(bench):
    """strace and date would disturb it: sleep's own wall is what its parent has measured without us."""
    begin_ns = time.monotonic_ns()
    subprocess.run(["/bin/sleep", "0.5"], check=True)
    bare_ns = time.monotonic_ns() - begin_ns
    said = summary_of(bench, ("/bin/sleep", "0.5"))
    return f"{said['wall_ns'] / 1e6:.1f} ms", f"{bare_ns / 1e6:.1f} ms", "the clock around the same command without us"


def most_at_once(bench):
    said = summary_of(bench, ("waves", "100", "300", "50"))
    return (f"{said['processes_peak']} processes, {said['threads_peak']} threads", "301 processes, 601 threads",
            "waves of children of two threads, which end when all of them are there")


def memory_limit(bench):
    with Cgroup(MEMORY, memory__limit_in_bytes=LIMIT_BYTES) as cgroup:
        said = summary_of(bench, ("touch", "50", "300"), all_in=cgroup)
    return mib(said.get("memory_limit_kb")) + " MiB", mib(LIMIT_BYTES // 1024) + " MiB", "memory.limit_in_bytes"


def cpu_limit(bench):
    with Cgroup(CPU, cpu__cfs_period_us=PERIOD_US, cpu__cfs_quota_us=QUOTA_US) as cgroup:
        said = summary_of(bench, ("spin", "400"), all_in=cgroup)
        throttled_ns = cgroup.stat("cpu.stat")["throttled_time"]
    limit = said.get("cpu_limit_cores")
    throttled = said.get("throttled_ns")
    return (f"{limit} cores, throttled {'-' if throttled is None else f'{throttled / 1e6:.1f} ms'}",
            f"{QUOTA_US / PERIOD_US} cores, throttled {throttled_ns / 1e6:.1f} ms", "cpu.cfs_quota_us, cpu.stat")


def print_others(bench, heading, row, progress):
    heading("Other figures", "figure", "said", "truth", "how it was measured")
    for title, measure in (("wall of sleep 0.5", wall_of_sleep), ("most at once", most_at_once),
                           ("limit of memory", memory_limit), ("limit of CPU", cpu_limit)):
        progress(title)
        try:
            row(title, *measure(bench))
        except OSError as error:
            row(title, "-", "-", f"not here: {error}")


class Quiet:
    """denet-bpf with or without reading PSS, as a tool to be measured."""

    def __init__(self, bench, name, *options):
        self.bench, self.name, self.options = bench, name, options

    def argv(self, log, command):
        return [self.bench.binary, "run", "-q", *self.options, "-o", log, "--", *command]

    def figures(self, _):
        return None


def print_cost(bench, heading, row, progress):
    """Automatic PSS beside none at all, in turns."""
    tools = [Quiet(bench, "with"), Quiet(bench, "without", "--no-pss")]
    heading("What automatic PSS costs: medians over pairs", "workload", "rounds", "wall, with over without",
            "own CPU without", "own CPU with", "ratio")
    with tempfile.TemporaryDirectory(prefix="denet-bench.") as folder:
        write_build(folder)
        for title, command in (("make -j2, 60 C files", ("/usr/bin/make", "-s", "-B", "-j2", "-C", folder)),
                               ("tree of 2,001 that sleeps for 5 s", ("crowd", "2000", "5"))):
            repeats = 1 if bench.quick else 7
            rounds = []
            for number in range(repeats):
                progress(f"{title}: {number + 1} of {repeats}")
                pair = {tool.name: bench.run(command, tool) for tool in (tools if number % 2 else tools[::-1])}
                if not any(run.failed for run in pair.values()):
                    rounds.append(pair)
            if not rounds:
                continue
            wall = statistics.median(pair["with"].wall_ns / pair["without"].wall_ns for pair in rounds)
            own = {name: statistics.median(pair[name].own_cpu_ns for pair in rounds) for name in ("with", "without")}
            ratio = statistics.median(pair["with"].own_cpu_ns / pair["without"].own_cpu_ns for pair in rounds)
            row(title, len(rounds), f"{wall:.3f}", f"{own['without'] / 1e6:.0f} ms", f"{own['with'] / 1e6:.0f} ms",
                f"{ratio:.2f}")


def write_build(folder):
    """Something real to compile: each file takes the compiler some 100 ms."""
    names = [f"unit{number}" for number in range(60)]
    for name in names:
        with open(f"{folder}/{name}.c", "w", encoding="ascii") as file:
            file.write("#define _GNU_SOURCE\n#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n"
                       "#include <pthread.h>\n#include <sys/socket.h>\n#include <netinet/in.h>\n")
            file.writelines(f"int {name}_{i}(int a, int b) {{ char s[64]; snprintf(s, sizeof(s), \"%d\", a * b + {i}); "
                            f"return atoi(s) % (b | 1) + (int)strlen(s); }}\n" for i in range(60))
    with open(f"{folder}/Makefile", "w", encoding="ascii") as file:
        file.write(f"all: {' '.join(name + '.o' for name in names)}\n%.o: %.c\n\tcc -O2 -c -o $@ $<\n")


def print_truths(bench, heading, row, progress):
    print_peaks(bench, heading, row, progress)
    print_others(bench, heading, row, progress)
    print_cost(bench, heading, row, progress)
