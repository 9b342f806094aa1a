#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Measures denet-bpf-host on a crowded machine, beside the exporters of Prometheus where they are installed.

Usage: tests/bench/host.py [--quick] [--only watch|lives|pairs] [--build DIR] > table.md      (as root; `make bench-host`)
Cgroups named like docker's containers are filled with sleepers; all tools look at them in the same seconds, each in
a cgroup of its own. Prints Markdown; progress goes to stderr."""

import argparse
import contextlib
import datetime
import hashlib
import json
import os
import pathlib
import platform
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from tables import heading, row  # noqa: E402

ROOT = "/sys/fs/cgroup"
HIERARCHIES = [path for path in (f"{ROOT}/cpuacct", f"{ROOT}/cpu", f"{ROOT}/memory", f"{ROOT}/pids", f"{ROOT}/unified", ROOT)
               if os.path.exists(f"{path}/cgroup.procs")]
SPAWNED, LOADED = 300, 10
STATS = "/proc/sys/kernel/bpf_stats_enabled"


class Place:
    """A cgroup in each hierarchy."""

    def __init__(self, name):
        self.folders = [f"{hierarchy}/{name}" for hierarchy in HIERARCHIES]
        for folder in self.folders:
            os.makedirs(folder, exist_ok=True)

    def cpu_ns(self):
        with contextlib.suppress(FileNotFoundError):
            with open(f"{self.folders[0]}/cpuacct.usage", encoding="ascii") as file:
                return int(file.read())
        with open(f"{self.folders[-1]}/cpu.stat", encoding="ascii") as file:
            return int(file.read().split()[1]) * 1000

    def is_empty(self):
        with open(f"{self.folders[0]}/cgroup.procs", encoding="ascii") as file:
            return not file.read()

    def start(self, words, **more):
        def enter():
            for folder in self.folders:
                with open(f"{folder}/cgroup.procs", "w", encoding="ascii") as file:
                    file.write("0")

        return subprocess.Popen(words, stdin=subprocess.DEVNULL, preexec_fn=enter, **more)  # noqa: PLW1509

    def remove(self):
        for folder in self.folders:
            for _ in range(500):
                with contextlib.suppress(OSError):
                    os.rmdir(folder)
                    break
                time.sleep(0.01)


def progress(text, who="bench-host"):
    print(f"{who}: {text}", file=sys.stderr, flush=True)


def wait_for(what, seconds=60):
    for _ in range(seconds * 100):
        if what():
            return
        time.sleep(0.01)
    raise RuntimeError("the machine is too slow, or something does not answer")


class Tool:
    """One that looks on, in a cgroup of its own."""

    def __init__(self, bench, name, words, port=0):
        self.name, self.port = name, port
        self.place = Place(f"denet-host-{os.getpid()}-{name}")
        self.out = f"{bench.folder}/{name}.out"
        with open(self.out, "wb") as out:
            self.process = self.place.start(words, stdout=out, stderr=subprocess.DEVNULL)

    def scrape(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=60) as answer:
            return answer.read().decode("utf-8", "replace")

    def is_ready(self):
        if not self.port:
            return os.path.getsize(self.out) > 0
        try:
            self.scrape()
        except OSError:
            return False
        return True

    def memory_mb(self, key="VmRSS"):
        with open(f"/proc/{self.process.pid}/status", encoding="utf-8") as file:
            return int(re.search(rf"{key}:\s+(\d+)", file.read())[1]) / 1024

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()
        wait_for(self.place.is_empty)
        self.place.remove()


class Bench:
    def __init__(self, build, quick, folder):
        self.build, self.quick, self.folder = os.path.abspath(build), quick, folder
        self.name = f"denet-host-{os.getpid()}"
        self.groups, self.each, self.seconds = (20, 10, 6) if quick else (200, 50, 20)
        self.crowds = []

    def workload(self, name):
        own = f"{self.build}/tests/bench/{name}"
        return own if os.path.exists(own) else f"{self.build}/tests/workloads/{name}"

    def container(self, number):
        return Place(f"{self.name}/docker/{hashlib.sha256(str(number).encode()).hexdigest()}")

    def agent(self):
        # Without a history, whose memory is said apart.
        config = f"{self.folder}/host.yml"
        with open(config, "w", encoding="ascii") as file:
            file.write("history: {entries: 0}\n")
        return Tool(self, "agent", [f"{self.build}/denet-bpf-host", "--json", "-i", "1", "--config", config])

    def exporters(self):
        config = f"{self.folder}/process-exporter.yml"
        with open(config, "w", encoding="ascii") as file:
            file.write("process_names:\n  - name: '{{.Cgroups}} {{.Comm}}'\n    cmdline: ['.+']\n")
        for name, words, port in (
            ("prometheus-process-exporter", ("-config.path", config, "-gather-smaps=false", "-threads=false",
                                             "-web.listen-address", "127.0.0.1:19256"), 19256),
            ("prometheus-node-exporter", ("--web.listen-address", "127.0.0.1:19100"), 19100),
        ):
            if shutil.which(name):
                yield Tool(self, name.removeprefix("prometheus-"), [name, *words], port)

    def fill(self):
        for number in range(self.groups):
            place = self.container(number)
            self.crowds.append((place, place.start([self.workload("crowd"), str(self.each - 1), "36000"])))
        wait_for(lambda: all(self.count(place) >= self.each for place, _ in self.crowds))

    @staticmethod
    def count(place):
        with open(f"{place.folders[0]}/cgroup.procs", encoding="ascii") as file:
            return file.read().count("\n")

    def clear(self):
        for place, crowd in self.crowds:
            crowd.kill()
            crowd.wait()
        for place, _ in self.crowds:
            wait_for(place.is_empty)
            place.remove()
        for hierarchy in HIERARCHIES:
            for folder in (f"{hierarchy}/{self.name}/docker", f"{hierarchy}/{self.name}"):
                with contextlib.suppress(OSError):
                    os.rmdir(folder)


class Load:
    """A container of short processes and a longer one, whose cgroup says what they used."""

    def __init__(self, bench, number):
        self.place = bench.container(1000 + number)
        self.id = self.place.folders[0].rsplit("/", 1)[1]
        script = f"'{bench.workload('spawn')}' {SPAWNED} /bin/true; exec '{bench.workload('spin')}' 100"
        self.process = self.place.start(["/bin/sh", "-c", script], stdout=subprocess.DEVNULL)

    def end(self):
        self.process.wait()
        wait_for(self.place.is_empty)
        # The last switch of the last one comes behind it.
        time.sleep(0.1)
        self.cpu_ns = self.place.cpu_ns()


def scrape_each_second(tools, seconds, at_second):
    """As often as they manage to answer."""
    begin = time.monotonic()
    texts, second = {}, 0
    while time.monotonic() - begin < seconds:
        at_second(second)
        for tool in tools:
            if tool.port:
                texts[tool.name] = tool.scrape()
        second += 1
        time.sleep(max(0, begin + second - time.monotonic()))
    return texts


def by_agent(tool):
    """CPU of containers, and the sum of their commands, by id, in ns: each line's last word counts."""
    containers, commands = {}, {}
    with open(tool.out, encoding="utf-8", errors="replace") as file:
        for line in file:
            record = json.loads(line)
            if record["kind"] == "command":
                commands.setdefault(record["cgroup"].rsplit("/", 1)[1], {})[record["comm"], record["uid"]] = record["cpu_time_ns"]
            elif record["kind"] in ("group", "container") and record.get("id"):
                containers[record["id"]] = record["cpu_time_ns"]
                # Its commands come behind it: what a process used goes into another row by an exec.
                commands[record["id"]] = {}
    return containers, {key: sum(value.values()) for key, value in commands.items()}


def by_exporter(text, ids):
    found = dict.fromkeys(ids, 0.0)
    for line in text.splitlines():
        if line.startswith("namedprocess_namegroup_cpu_seconds_total{"):
            for key in ids:
                if key in line:
                    found[key] += float(line.rsplit(" ", 1)[1]) * 1e9
    return found


def worst(found, loads):
    errors = [(found.get(load.id, 0) / load.cpu_ns - 1) * 100 for load in loads]
    return f"{max(errors, key=abs):+.2f} %"


def share(found, loads):
    return f"{sum(found.get(load.id, 0) for load in loads) / sum(load.cpu_ns for load in loads) * 100:.1f} %"


def print_watch(bench):
    tools = [bench.agent(), *bench.exporters()]
    loads = []
    try:
        for tool in tools:
            wait_for(tool.is_ready)
        scrape_each_second(tools, 3, lambda second: None)
        before = {tool.name: tool.place.cpu_ns() for tool in tools}
        begin = time.monotonic()

        def load(_):
            while len(loads) < min(LOADED, time.monotonic() - begin + 1):
                loads.append(Load(bench, len(loads)))

        progress(f"{bench.seconds} s beside {bench.groups} containers of {bench.each} processes")
        texts = scrape_each_second(tools, bench.seconds, load)
        seconds = time.monotonic() - begin
        used = {tool.name: tool.place.cpu_ns() - before[tool.name] for tool in tools}
        memory = {tool.name: (tool.memory_mb(), tool.memory_mb("VmHWM")) for tool in tools}
        for each in loads:
            each.end()
        ids = {each.id for each in loads}
        scrape_each_second(tools, 2, lambda second: None)
        tell_watch(bench, tools, seconds, used, memory, loads, texts, ids)
    finally:
        for each in loads:
            each.process.wait()
            each.place.remove()
        for tool in tools:
            tool.stop()


def tell_watch(bench, tools, seconds, used, memory, loads, texts, ids):
    containers, commands = by_agent(tools[0])
    heading(f"{bench.groups * bench.each} processes in {bench.groups} containers, looked at each second",
            "tool", "own CPU, % of one", "RSS in MB", "its peak", "worst error of a container's CPU",
            "CPU of containers of short processes found in processes")
    for tool in tools:
        cells = ["-", "-"]
        if tool.name == "agent":
            cells = [worst(containers, loads), share(commands, loads)]
        elif "process" in tool.name:
            cells = [worst(by_exporter(texts[tool.name], ids), loads), share(by_exporter(texts[tool.name], ids), loads)]
        row("denet-bpf-host" if tool.name == "agent" else tool.name, f"{used[tool.name] / seconds / 1e7:.2f}",
            *(f"{value:.1f}" for value in memory[tool.name]), *cells)


def program_times(pid):
    """Nanoseconds that the programs which a process holds have run."""
    runs = {}
    for entry in os.scandir(f"/proc/{pid}/fdinfo"):
        with contextlib.suppress(OSError), open(entry.path, encoding="ascii") as file:
            text = file.read()
            found = re.search(r"prog_id:\s+(\d+)[\s\S]*run_time_ns:\s+(\d+)\s+run_cnt:\s+(\d+)", text)
            if found:
                runs[found[1]] = int(found[2])
    return sum(runs.values())


@contextlib.contextmanager
def statistics_on():
    with open(STATS, encoding="ascii") as file:
        before = file.read()
    with open(STATS, "w", encoding="ascii") as file:
        file.write("1")
    try:
        yield
    finally:
        with open(STATS, "w", encoding="ascii") as file:
            file.write(before)


def spawn(bench, count):
    """CPU that short processes use, with what is done behind them."""
    place = Place(f"{bench.name}-short")
    try:
        place.start([bench.workload("spawn"), str(count), "/bin/true"], stdout=subprocess.DEVNULL).wait()
        wait_for(place.is_empty)
        return place.cpu_ns()
    finally:
        place.remove()


def print_lives(bench):
    count, rounds = (500, 3) if bench.quick else (2000, 7)
    tool = bench.agent()
    costs = []
    try:
        wait_for(tool.is_ready)
        with statistics_on():
            for _ in range(rounds):
                begin, before = time.monotonic(), program_times(tool.process.pid)
                spawn(bench, count)
                passed, after = time.monotonic() - begin, program_times(tool.process.pid)
                # What the rest of the machine costs meanwhile is not theirs.
                time.sleep(passed)
                costs.append((after - before - (program_times(tool.process.pid) - after)) / count / 1e3)
    finally:
        tool.stop()
    heading("What the kernel's side costs a process from birth to end, by bpf_stats", "rounds", "us: median", "least", "largest")
    row(rounds, f"{statistics.median(costs):.2f}", f"{min(costs):.2f}", f"{max(costs):.2f}")


def print_pairs(bench, pairs):
    ratios = []
    for number in range(pairs):
        progress(f"2000 x /bin/true, without and with: {number + 1} of {pairs}")
        used = {}
        for is_on in (False, True) if number % 2 else (True, False):
            tool = bench.agent() if is_on else None
            try:
                if tool:
                    wait_for(tool.is_ready)
                used[is_on] = spawn(bench, 2000)
            finally:
                if tool:
                    tool.stop()
        ratios.append(used[True] / used[False])
    low, _, high = statistics.quantiles(ratios, n=4)
    heading("CPU of 2000 short processes, with denet-bpf-host over without", "pairs", "median", "quartiles")
    row(pairs, f"{statistics.median(ratios):.3f}", f"{low:.3f} to {high:.3f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default="build")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", choices=("watch", "lives", "pairs"))
    parser.add_argument("--pairs", type=int, default=40)
    args = parser.parse_args()
    print(f"{datetime.date.today()}, kernel {platform.release()}, {os.cpu_count()} CPUs. `make bench-host`"
          f"{' --quick' if args.quick else ''}.")
    with tempfile.TemporaryDirectory(prefix="denet-host.") as folder:
        bench = Bench(args.build, args.quick, folder)
        if args.only in (None, "watch"):
            try:
                bench.fill()
                print_watch(bench)
            finally:
                bench.clear()
        if args.only in (None, "lives"):
            print_lives(bench)
        if args.only in (None, "pairs"):
            print_pairs(bench, 3 if args.quick else args.pairs)


if __name__ == "__main__":
    if os.geteuid():
        sys.exit("host.py: root is needed: cgroups are the referee")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    main()
