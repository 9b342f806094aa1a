# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""The monitors that are compared: how each is called, and where it tells its figures."""

import csv
import json
import os
import re
import shlex
import shutil
import subprocess


def first_line(argv):
    try:
        done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    except OSError:
        return ""
    return done.stdout.strip().split("\n")[0]


class Figures:
    """What a tool says of a run; None is "it does not say"."""

    def __init__(self, cpu_s=None, processes=None, peak_kb=None, own_peak_kb=None):
        self.cpu_s = cpu_s
        self.processes = processes
        self.peak_kb = peak_kb
        self.own_peak_kb = own_peak_kb


class Denet:
    """denet-bpf itself, with every record written."""

    def __init__(self, binary, accounting="bpf"):
        self.binary = binary
        self.accounting = accounting
        self.name = "denet-bpf" if accounting == "bpf" else f"denet-bpf ({accounting})"
        self.version = first_line([binary, "--version"])

    def is_there(self):
        return os.access(self.binary, os.X_OK)

    def argv(self, log, command):
        return [self.binary, "run", "-q", "-i", "100", "-m", "100", "--accounting", self.accounting,
                "-o", log, "--", *command]

    def figures(self, log):
        with open(log, "rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - 65536))
            summary = json.loads(file.read().splitlines()[-1])
        return Figures(
            summary["cpu_time_ns"] / 1e9,
            summary["processes_total"],
            summary.get("peak_process_rss_kb"),
            summary.get("monitor_peak_rss_kb"),
        )


class GnuTime:
    name = "GNU time"
    program = "/usr/bin/time"

    def __init__(self):
        self.version = first_line([self.program, "--version"])
        if "UNKNOWN" in self.version:  # Debian's build does not know its own
            self.version = f"GNU time {first_line(['dpkg-query', '-W', '-f', '${Version}', 'time'])}"

    def is_there(self):
        return "GNU" in self.version

    def argv(self, log, command):
        return [self.program, "-f", "%U %S %M", "-o", log, *command]

    def figures(self, log):
        with open(log, encoding="ascii") as file:
            user, system, peak_kb = file.read().split("\n")[-2].split()
        return Figures(float(user) + float(system), peak_kb=int(peak_kb))


class Runlim:
    name = "runlim"

    def __init__(self):
        self.program = shutil.which("runlim")
        self.version = f"runlim {first_line([self.program, '--version'])}" if self.program else ""

    def is_there(self):
        return bool(self.program)

    def argv(self, log, command):
        return [self.program, "-o", log, *command]

    def figures(self, log):
        with open(log, encoding="utf-8", errors="replace") as file:
            text = file.read()
        cpu = re.search(r"^\[runlim\] time:\s+([\d.]+)", text, re.M)
        # its "children" counts a child again at every sample: not the number of processes
        space = re.search(r"^\[runlim\] space:\s+([\d.]+)", text, re.M)
        return Figures(
            float(cpu.group(1)) if cpu else None,
            None,
            float(space.group(1)) * 1024 if space else None,
        )


class Psrecord:
    name = "psrecord"

    def __init__(self):
        self.program = shutil.which("psrecord")
        found = first_line(["python3", "-c", "import importlib.metadata as m; print(m.version('psrecord'))"])
        self.version = f"psrecord {found}" if self.program else ""

    def is_there(self):
        return bool(self.program)

    def argv(self, log, command):
        return [self.program, shlex.join(command), "--include-children", "--interval", "0.1", "--log-format", "csv",
                "--log", log]

    def figures(self, log):
        cpu, processes, peak_mb, before = 0.0, 1, 0.0, 0.0
        with open(log, encoding="ascii", newline="") as file:
            for row in csv.DictReader(file):
                cpu += float(row["cpu"]) / 100 * (float(row["elapsed_time"]) - before)
                before = float(row["elapsed_time"])
                processes = max(processes, int(row["nproc"]))
                peak_mb = max(peak_mb, float(row["mem_real"]))
        return Figures(cpu, processes, peak_mb * 1024)


class Original:
    """denet by btraven00."""

    name = "denet"

    def __init__(self):
        self.program = shutil.which("denet")
        self.version = first_line([self.program, "--version"]) if self.program else ""

    def is_there(self):
        return bool(self.program)

    def argv(self, log, command):
        return [self.program, "-q", "-i", "100", "-m", "100", "--json", "--out", log, "run", "--", *command]

    def figures(self, log):
        cpu, pids, peak_kb, before = 0.0, set(), 0, None
        with open(log, encoding="utf-8") as file:
            for line in file:
                record = json.loads(line)
                total = record.get("aggregated")
                if not total:
                    continue
                pids.update(child["pid"] for child in record["children"])
                if before is not None:
                    cpu += total["cpu_usage"] / 100 * (total["ts_ms"] - before) / 1000
                before = total["ts_ms"]
                peak_kb = max(peak_kb, total["mem_rss_kb"])
        return Figures(cpu, 1 + len(pids), peak_kb)


def installed(binary):
    """denet-bpf with either source first, then every peer that is there."""
    found = [Denet(binary), Denet(binary, "proc"), GnuTime(), Runlim(), Psrecord(), Original()]
    return [tool for tool in found if tool.is_there()]
