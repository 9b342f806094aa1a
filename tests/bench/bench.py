#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Measures denet-bpf and the installed peers on the same work, beside a cgroup as the referee.

Usage: tests/bench/bench.py [--quick] [--only WORD] > table.md      (as root; `make bench`)
Each workload runs bare and under each tool, in turns. Prints Markdown; progress goes to stderr."""

import argparse
import datetime
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from referee import Run  # noqa: E402
import tools  # noqa: E402
from tables import heading, row  # noqa: E402
from truths import print_truths  # noqa: E402

# Name, generator and arguments, processes in truth, what else it is for.
WORKLOADS = (
    ("2000 x /bin/true", ("spawn", "2000", "/bin/true"), 2001),
    ("1000 children of 2 ms", ("forks", "1000", "2000"), 1001),
    ("200 children of 20 ms, 2 at a time", ("forks", "200", "20000", "2"), 201),
    ("2000 threads of 0.5 ms", ("threads", "2000", "500", "1"), 1),
    ("daemon of 600 ms, which the root outlives", ("daemon", "600", "wait"), 3),
    ("300 children of 3 ms", ("forks", "300", "3000"), 301),
    ("1 s of CPU, one process", ("spin", "1000"), 1),
    ("pipe ping-pong, 200k round trips", ("pingpong", "200000"), 2),
    ("2000 idle children, 5 s", ("crowd", "2000", "5"), 2001),
)
TRIPS = 200_000


class Bench:
    def __init__(self, build, quick):
        self.build = os.path.abspath(build)
        self.meter = f"{self.build}/tests/bench/meter"
        self.binary = f"{self.build}/denet-bpf"
        self.tools = tools.installed(self.binary)
        self.repeats = 1 if quick else 5
        self.quick = quick
        self.faults = []

    def workload(self, name):
        own = f"{self.build}/tests/bench/{name}"
        return own if os.path.exists(own) else f"{self.build}/tests/workloads/{name}"

    def command(self, words):
        return words if words[0].startswith("/") else [self.workload(words[0]), *words[1:]]

    def run(self, words, tool=None):
        result = Run(self, self.command(words), tool)
        if result.failed:
            self.faults.append(f"{tool.name if tool else 'bare'}, {' '.join(words)}: {result.failed}")
        return result

    def turns(self, words, selected, repeats):
        """[(bare, {tool: run})]: each round runs all, so that what drifts hits all alike."""
        rounds = []
        for number in range(repeats):
            progress(f"{' '.join(words)}: {number + 1} of {repeats}")
            rounds.append((self.run(words), {tool.name: self.run(words, tool) for tool in selected}))
        return rounds


def progress(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def median(values):
    return statistics.median(values) if values else None


def spread(values, form):
    if not values:
        return "-"
    values = sorted(values)
    low, high = values[len(values) // 4], values[(3 * len(values)) // 4]
    return f"{form(median(values))} ({form(low)} to {form(high)})"


def percent(value):
    return f"{value:+.1f} %"


def cpu_error(runs):
    """The worst error of all rounds, in percent of the truth; in ms too when it is small."""
    errors = []
    for run in runs:
        if not run.failed and run.figures.cpu_s is not None:
            delta_ns = run.cpu_error_ns()
            errors.append((delta_ns / run.cpu_ns * 100, delta_ns / 1e6))
    if not errors:
        return "X" if any(run.failed for run in runs) else "-"
    worst = max(errors, key=lambda error: abs(error[1]))
    return f"{worst[0]:+.3f} ({worst[1]:+.2f} ms)" if abs(worst[0]) < 1 else f"{worst[0]:+.1f}"


def found(runs, truth):
    counts = {run.figures.processes for run in runs if not run.failed}
    counts.discard(None)
    if not counts:
        return "X" if any(run.failed for run in runs) else "-"
    text = " to ".join(str(count) for count in sorted({min(counts), max(counts)}))
    return f"**{text}**" if truth and counts == {truth} else text


def slowdown(rounds, name):
    return [
        (runs[name].wall_ns / bare.wall_ns - 1) * 100
        for bare, runs in rounds
        if not runs[name].failed and not bare.failed
    ]


def print_machine(bench):
    with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
        model = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    print(f"{datetime.date.today()}, kernel {platform.release()}, {os.cpu_count()} CPUs"
          f"{f' ({model[0]})' if model else ''}. `make bench`"
          f"{' --quick' if bench.quick else ''}: {bench.repeats} rounds each, bare and every tool in turns.\n")
    for tool in bench.tools:
        print(f"- {tool.name}: {tool.version}")


def print_accuracy(bench, only):
    names = [tool.name for tool in bench.tools]
    results = []
    for title, words, truth in WORKLOADS:
        if not only or only in title:
            results.append((title, words, truth, bench.turns(words, bench.tools, bench.repeats)))

    heading("CPU reported: error in % of the truth, worst of all rounds", "workload", "truth", *names)
    for title, _, _, rounds in results:
        truth_ms = median([bare.cpu_ns / 1e6 for bare, _ in rounds if not bare.failed])
        row(title, f"{truth_ms:.0f} ms" if truth_ms else "X",
            *(cpu_error([runs[name] for _, runs in rounds]) for name in names))

    slack = [run.slack_ns / 1e6 for *_, rounds in results for _, runs in rounds for run in runs.values() if not run.failed]
    print(f"\nThe truth is known to within {median(slack):.1f} ms, what fork and exec take before the command is in its"
          " cgroup: a figure within is no error.")

    heading("Processes found", "workload", "truth", *names)
    for title, _, truth, rounds in results:
        row(title, truth or "?", *(found([runs[name] for _, runs in rounds], truth) for name in names))

    heading("Slow-down: median of paired ratios (quartiles), start and end of the tool included", "workload", "bare",
            *names)
    for title, _, _, rounds in results:
        bare_ms = median([bare.wall_ns / 1e6 for bare, _ in rounds])
        row(title, f"{bare_ms:.0f} ms", *(spread(slowdown(rounds, name), percent) for name in names))

    heading("Own CPU in ms, median (quartiles)", "workload", *names)
    for title, _, _, rounds in results:
        row(title, *own_cpu_of(rounds, names))

    heading("Own peak RSS in MB, largest", "workload", *names)
    for title, _, _, rounds in results:
        row(title, *(own_peak([runs[name] for _, runs in rounds]) for name in names))


def own_peak(runs):
    peaks = [run.figures.own_peak_kb or run.peak_kb for run in runs if not run.failed]
    return f"{max(peaks) / 1024:.1f}" if peaks else "-"


def print_peak(bench):
    """A child that holds 300 MiB for 50 ms: what a sampler may miss."""
    heading("Peak of a child that holds 300 MiB for 50 ms, in MiB", *(tool.name for tool in bench.tools))
    rounds = bench.turns(("touch", "300", "50", "child"), bench.tools, bench.repeats)
    row(*(peaks_seen([runs[tool.name] for _, runs in rounds]) for tool in bench.tools))


def peaks_seen(runs):
    peaks = [run.figures.peak_kb / 1024 for run in runs if not run.failed and run.figures.peak_kb]
    return f"{min(peaks):.0f} to {max(peaks):.0f}" if peaks else "-"


def print_slowdown(bench):
    """More rounds of the two that are aimed at, denet-bpf alone."""
    ours = bench.tools[:1]
    name = ours[0].name
    repeats = 3 if bench.quick else 21
    heading("Slow-down, more rounds", "workload", "rounds", "bare", "slow-down", "what it is each")
    for title, words, unit, count in (
        ("2000 x /bin/true", ("spawn", "2000", "/bin/true"), "us a process", 2000),
        ("ping-pong, 200k round trips, one CPU", ("pingpong", str(TRIPS), "pin"), "ns a switch", 2 * TRIPS),
    ):
        rounds = bench.turns(words, ours, repeats)
        good = [(bare.wall_ns, runs[name].wall_ns) for bare, runs in rounds if not runs[name].failed]
        scale = 1e3 if unit.startswith("us") else 1
        each = [(with_ns - bare_ns) / count / scale for bare_ns, with_ns in good]
        row(title, repeats, f"{median([bare / 1e6 for bare, _ in good]):.0f} ms",
            spread(slowdown(rounds, name), percent), f"{spread(each, '{:+.1f}'.format)} {unit}")


def print_start(bench):
    heading("Start to end of /bin/true, in ms: median (quartiles)", "tool", "0.5 s apart", "back to back")
    count = 5 if bench.quick else 20
    for tool in [None, *bench.tools]:
        name = tool.name if tool else "bare"
        apart, close = [], []
        for _ in range(count):
            time.sleep(0.5)
            apart.append(wall_ms(bench, tool))
        for _ in range(count):
            close.append(wall_ms(bench, tool))
        progress(f"/bin/true under {name}")
        row(name, spread(apart, "{:.1f}".format), spread(close, "{:.1f}".format))


def wall_ms(bench, tool):
    out = f"/tmp/denet-bench-wall.{os.getpid()}"
    log = f"/tmp/denet-bench-log.{os.getpid()}"
    command = tool.argv(log, ["/bin/true"]) if tool else ["/bin/true"]
    try:
        subprocess.run([bench.meter, out, "--", *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                       stdin=subprocess.DEVNULL, check=True)
        with open(out, encoding="ascii") as file:
            return int(file.read().split()[0]) / 1e6
    finally:
        for name in (out, log):
            if os.path.exists(name):
                os.unlink(name)


def print_idle(bench):
    """What a monitor costs that has next to nothing to do, on a quiet and on a crowded machine."""
    crowd = 200 if bench.quick else 2000
    names = [tool.name for tool in bench.tools]
    heading("Own CPU in ms over `sleep 3`, median (quartiles)", "machine", *names)
    words = ("/bin/sleep", "3")
    row("quiet", *own_cpu_of(bench.turns(words, bench.tools, bench.repeats), names))
    with subprocess.Popen(bench.command(("crowd", str(crowd), "3600")), stdin=subprocess.DEVNULL) as others:
        try:
            row(f"{crowd} unrelated processes", *own_cpu_of(bench.turns(words, bench.tools, bench.repeats), names))
        finally:
            others.terminate()


def print_samples(bench):
    """Of what lives and does nothing, by both ways that a sample may go."""
    heading("CPU of a sample in us, by members and by all tasks of the machine: medians", "members", "threads of each",
            "other tasks", "by members", "by all tasks")
    for threads in (1, 8):
        for members in (1, 20) if bench.quick else (1, 20, 500, 2000):
            for others in (0, 500) if bench.quick else (0, 2000, 8000):
                if members * threads > 8192:
                    continue
                progress(f"samples of {members} x {threads} beside {others}")
                command = (f"{bench.build}/tests/bench/samples", str(members), str(threads), str(others))
                done = subprocess.run(command, capture_output=True, text=True, check=False)
                if done.returncode:
                    bench.faults.append(f"{' '.join(command)}: {done.stderr.strip()}")
                    continue
                walk, own = ("-" if word == "-" else f"{int(word) / 1000:.0f}" for word in done.stdout.split())
                row(members, threads, others, own, walk)


def print_programs(bench):
    """What the kernel does before a program runs: verifying goes with the instructions it looks at."""
    heading("Verified instructions of each program, and ms until its object is loaded and attached: median of 5",
            "object", "program", "verified instructions", "loaded in ms")
    done = subprocess.run([f"{bench.build}/tests/bench/programs"], capture_output=True, text=True, check=False)
    if done.returncode:
        bench.faults.append(done.stderr.strip())
    loaded = None
    for kind, name, figure in (line.split() for line in done.stdout.splitlines()):
        if kind == "object":
            of, loaded = name, f"{int(figure) / 1e6:.1f}"
            continue
        row(of, name, figure, loaded)
        loaded = ""


def own_cpu_of(rounds, names):
    return (spread([runs[name].own_cpu_ns / 1e6 for _, runs in rounds if not runs[name].failed], "{:.0f}".format)
            for name in names)


def print_memory(bench):
    """Resident memory of the monitor while a command starts process after process."""
    count = 20_000 if bench.quick else 200_000
    progress(f"memory over {count} x /bin/true")
    command = [bench.binary, "run", "-q", "-o", "/dev/null", "--", *bench.command(("spawn", str(count), "/bin/true"))]
    samples = []
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            size = resident_kb(process.pid)
            if size:
                samples.append(size)
            time.sleep(0.2)
    heading(f"Memory of denet-bpf over {count} x /bin/true, in MB", "at 10 %", "at 50 %", "at 90 %", "at the end",
            "largest")
    places = (len(samples) // 10, len(samples) // 2, len(samples) * 9 // 10, len(samples) - 1)
    row(*(f"{samples[place] / 1024:.2f}" for place in places), f"{max(samples) / 1024:.2f}")


def resident_kb(pid):
    try:
        with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:
            for line in file:
                if line.startswith("VmRSS:"):
                    return int(line.split()[1])
    except OSError:
        pass
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--build", default=os.environ.get("BUILD", "build"))
    parser.add_argument("--quick", action="store_true", help="one round, for a look")
    parser.add_argument("--only", help="only workloads with this word")
    options = parser.parse_args()
    if os.geteuid():
        sys.exit("bench: the referee and denet-bpf need root")
    bench = Bench(options.build, options.quick)

    print_machine(bench)
    print_accuracy(bench, options.only)
    if not options.only:
        print_peak(bench)
        print_idle(bench)
        print_samples(bench)
        print_slowdown(bench)
        print_start(bench)
        print_programs(bench)
        print_memory(bench)
        print_truths(bench, heading, row, progress)
    if bench.faults:
        print("\n## What failed\n")
        for fault in bench.faults:
            print(f"- {fault}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
