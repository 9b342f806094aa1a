#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""What no compiler checks: who includes whom, banned functions, licence lines, guards, lengths, keys.

Usage: tests/lint/sources.py [CHECKOUT]. Silent and 0 when all is well."""

import pathlib
import re
import sys

# Folder -> what it may include of others: their folders, single headers of include/, and libraries by
# the folder of their headers. docs/architecture.md has the same table. Its own folder is always open to
# it, and what nobody uses is taken back.
MAY_INCLUDE = {
    "include/denet": set(),
    "include/kernel": set(),
    "bpf/task": {"kernel/task.h", "bpf", "vmlinux"},
    "bpf/tree": {"bpf/task", "kernel/tree.h", "bpf", "vmlinux"},
    "bpf/edges": {"bpf/task", "kernel/tree.h", "bpf", "vmlinux"},
    "bpf/members": {"bpf/task", "kernel/tree.h", "bpf", "vmlinux"},
    "bpf/net": {"kernel/tree.h", "bpf", "vmlinux"},
    "bpf/host": {"bpf/task", "kernel/host.h", "bpf", "vmlinux"},
    "user/util": {"denet/denet.h"},  # struct denet_error
    "user/metrics": {"util", "denet/denet.h", "kernel/task.h"},
    "user/procfs": {"util", "denet/system.h"},
    "user/tree": {"util", "kernel/task.h", "kernel/tree.h"},
    "user/source": {"kernel/tree.h"},
    "user/probe": {"util", "source", "bpf"},
    "user/poller": {"util", "source", "procfs", "tree"},
    "user/launch": {"util", "denet/denet.h"},
    "user/doctor": {"util", "procfs", "probe", "denet/denet.h"},
    "user/engine": {"util", "source", "procfs", "tree", "metrics", "denet/denet.h", "kernel/tree.h"},
    "user/record": {"util", "metrics", "denet/denet.h", "denet/system.h"},
    "user/follow": {"util", "engine", "source", "procfs", "tree", "metrics", "record", "launch", "denet/denet.h", "kernel/tree.h"},
    "user/api": {"util", "doctor", "metrics", "record", "procfs", "denet/denet.h"},
    "user/analysis": {"util", "metrics", "record", "denet/denet.h"},
    "user/format": {"util", "metrics", "denet/denet.h"},
    "user/report": {"util", "metrics", "denet/denet.h"},
    "user/output": {"util", "format", "denet/denet.h", "metrics/keys.h"},
    "user/rights": {"util", "denet/denet.h"},
    "user/cli": {"util", "rights", "format", "report", "output", "denet/denet.h"},
    "user": {"util", "rights", "cli"},  # main.c
    "user/hostprobe": {"util", "bpf", "kernel/host.h"},
    "user/host": {"util", "procfs", "metrics", "denet/denet.h", "denet/system.h"},
    "user/config": {"util"},
    "user/names": {"util", "procfs", "host", "cjson"},
    "user/http": {"util", "curl"},
    "user/expose": {"util", "host", "metrics", "format", "denet/denet.h"},
    "user/serve": {"util", "host", "config", "http", "expose", "metrics", "record", "denet/denet.h", "gnutls"},
    "user/push": {"util", "host", "config", "http", "expose", "format", "metrics", "denet/denet.h"},
    "user/alert": {"util", "host", "config", "http", "metrics", "denet/denet.h"},
    "user/agent": {"serve", "push", "alert", "expose", "rights", "util", "host", "config", "hostprobe", "names", "output", "procfs", "record", "metrics", "denet/system.h"},
}
HOUSE = "docs/architecture.md"
# Headers in these folders are the C library's and the kernel's; in any other, a library's.
SYSTEM = {"sys", "linux", "asm", "arpa", "net", "netinet"}
# Generated headers, by the end of their name.
GENERATED = {".skel.h": "bpf", ".lskel.h": "bpf", "vmlinux.h": "vmlinux"}
# The one place that may spell a key, and what is made from it or mirrors a header. Of facts, keys without
# an underscore are words that stand for other things, too.
METRICS_HOMES = ("user/metrics/table.c", "user/metrics/facts.c", "user/metrics/host_table.c", "user/metrics/keys.h")
METRICS_COPIES = {"python/denet_bpf/_metrics.py", "python/denet_bpf/_abi.py"}
METRIC_ROW = re.compile(
    r'\bROW\((?:COUNTER|GAUGE),\s*\w+,\s*"([a-z0-9_]+)"|\bOLD_KEY\("([a-z0-9_]+)"\)|'
    r'(?:\bROW\(INFO,\s*\w+,|\bFACT\(\w+,|\bOTHER\(|\bOF_ENV\("\w+",|#define KEY_\w+)\s*"([a-z0-9]+_[a-z0-9_]+)"'
)
LITERAL = re.compile(r'''(["'])([a-z0-9_]+)\1''')
BANNED = re.compile(
    r"\b(v?sprintf|strcpy|strcat|strncpy|strncat|stpcpy|atoi|atol|atoll|atof|gets|system|popen|"
    r"alloca|tmpnam|mktemp|strtok)\s*\("
)
# Not in every C library that we run on: musl, glibc before 2.32, 2.27, 2.26.
UNPORTABLE = re.compile(r"\b(sigabbrev_np|sigdescr_np|memfd_create|reallocarray|execvpe?|execlp)\s*\(")
NUMBERS = re.compile(r"\b(strtol|strtoll|strtoul|strtoull|strtoumax|strtoimax)\s*\(")
NUMBERS_HOME = "user/util/parse.c"
LICENCE = "/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */"
MAX_LINES = 500
PRINTED_PYTHON = "python/denet_bpf/_record_types.py"
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+["<]([^">]+)[">]', re.M)
NOISE = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


class Sources:
    def __init__(self, root, table):
        self.root = root
        self.table = table
        self.faults = []
        self.texts = {}
        for folder in ("include", "bpf", "user", "tests"):
            for path in sorted((root / folder).rglob("*.[ch]")):
                name = path.relative_to(root).as_posix()
                self.texts[name] = path.read_text(encoding="utf-8")

    def fault(self, name, text, line=None):
        self.faults.append(f"{name}:{line}: {text}" if line else f"{name}: {text}")

    def resolve(self, name, target):
        """The file that `#include "target"` in name stands for, None for a generated or foreign one."""
        here = pathlib.PurePosixPath(name).parent
        for folder in ("user", "include", "bpf", here.as_posix()):
            candidate = f"{folder}/{target}"
            if candidate in self.texts:
                return candidate
        return None

    def includes(self, name):
        for match in INCLUDE.finditer(self.texts[name]):
            line = self.texts[name].count("\n", 0, match.start()) + 1
            yield line, match.group(1), self.resolve(name, match.group(1))

    def check_direction(self):
        used = {folder: set() for folder in self.table}
        for name in self.texts:
            folder = module_of(name)
            if folder not in self.table:
                if not name.startswith("tests/"):
                    self.fault(name, "stands in no known module (tests/lint/sources.py)")
                continue
            for line, target, path in self.includes(name):
                needed = permissions_for(folder, target, path)
                used[folder] |= needed
                if needed and not needed & self.table[folder]:
                    self.fault(name, f"may not include \"{target}\"", line)
        for folder, allowed in self.table.items():
            for permission in sorted(allowed - used[folder]):
                self.faults.append(f"{folder} may include {permission}, and nobody does (tests/lint/sources.py)")

    def check_house(self):
        """The table in the documentation is the one above."""
        path = self.root / HOUSE
        rows = re.findall(r"^\| `([\w/]+)/` \|[^|\n]*\|([^|\n]*)\|$", path.read_text() if path.exists() else "", re.M)
        drawn = {folder: set(re.findall(r"`([^`]+)`", allowed)) for folder, allowed in rows}
        for folder in sorted(drawn.keys() | self.table.keys()):
            if drawn.get(folder) != self.table.get(folder):
                self.faults.append(f"{HOUSE}: the row of {folder} is not that of tests/lint/sources.py")

    def check_cycles(self):
        """A module is x.c with x.h and x_internal.h: the edges of all are its edges."""
        graph = {}
        for name in self.texts:
            edges = graph.setdefault(unit_of(name), set())
            edges.update(unit_of(path) for _, _, path in self.includes(name) if path)
            edges.discard(unit_of(name))
        folders = {}
        for unit, edges in graph.items():
            near = folders.setdefault(module_of(unit), set())
            near.update(module_of(edge) for edge in edges)
            near.discard(module_of(unit))
        for what, edges in (("modules", graph), ("folders", folders)):
            cycle = find_cycle(edges)
            if cycle:
                self.faults.append(f"include cycle of {what}: {' -> '.join(cycle)}")

    def check_text(self):
        for name, text in self.texts.items():
            if text.split("\n", 1)[0] != LICENCE:
                self.fault(name, f"does not begin with {LICENCE}", 1)
            lines = text.count("\n")
            if lines > MAX_LINES:
                self.fault(name, f"has {lines} lines, at most {MAX_LINES}")
            code = NOISE.sub(blank, text)
            for pattern, home in ((BANNED, None), (NUMBERS, NUMBERS_HOME), (UNPORTABLE, "nowhere")):
                if name == home or (home and name.startswith("tests/")):
                    continue
                for match in pattern.finditer(code):
                    line = code.count("\n", 0, match.start()) + 1
                    self.fault(name, f"{match.group(1)}() is banned", line)

    def check_python(self):
        """As long as others, but for what is printed."""
        for folder in ("python", "tests", "packaging"):
            for path in sorted((self.root / folder).rglob("*.py")):
                name = path.relative_to(self.root).as_posix()
                lines = path.read_text(encoding="utf-8").count("\n")
                if lines > MAX_LINES and name != PRINTED_PYTHON:
                    self.fault(name, f"has {lines} lines, at most {MAX_LINES}")

    def check_keys(self):
        """A figure has one name, in one place: who writes it again has missed the table."""
        homes = {}
        for home in METRICS_HOMES:
            for row in METRIC_ROW.findall(self.texts.get(home, "")):
                homes.update((key, home) for key in row if key)
        python = sorted((self.root / "python" / "denet_bpf").rglob("*.py"))
        texts = {path.relative_to(self.root).as_posix(): path.read_text(encoding="utf-8") for path in python}
        texts.update((name, text) for name, text in self.texts.items() if name.startswith("user/"))
        for name, text in texts.items():
            if name in METRICS_COPIES:
                continue
            for match in LITERAL.finditer(text):
                home = homes.get(match.group(2))
                if home and name not in METRICS_HOMES:
                    line = text.count("\n", 0, match.start()) + 1
                    self.fault(name, f"spells the key {match.group(2)}, which {home} has", line)

    def check_guards(self):
        for name, text in self.texts.items():
            if not name.endswith(".h") or name.startswith("tests/"):
                continue
            folder, stem = pathlib.PurePosixPath(re.sub(r"(\.bpf)?\.h$", "", name)).parts[-2:]
            stem = stem if stem == folder else stem.removeprefix(f"{folder}_")
            guard = re.sub(r"\W", "_", f"{folder}_{stem}").upper() + "_H"
            guard = guard if guard.startswith("DENET_") else f"DENET_{guard}"
            if f"#ifndef {guard}\n#define {guard}\n" not in text:
                self.fault(name, f"lacks the include guard {guard}")


def blank(match):
    """Comments and strings count as nothing, but lines stay where they are."""
    return "\n" * match.group(0).count("\n") or " "


def module_of(name):
    return pathlib.PurePosixPath(name).parent.as_posix()


def unit_of(name):
    return re.sub(r"(_internal)?\.[ch]$", "", name)


def permissions_for(folder, target, path):
    """What allows the include, one of them being enough; empty for what is open to all."""
    if path:
        if module_of(path) == folder:
            return set()
        if path.endswith("_internal.h"):
            return {"what is private"}
        return {target, module_of(path).removeprefix("user/")}
    for end, library in GENERATED.items():
        if target.endswith(end):
            return {library}
    first, slash, _ = target.partition("/")
    return {first} if slash and first not in SYSTEM else set()


def find_cycle(graph):
    done, trail = set(), []

    def visit(node):
        if node in trail:
            return trail[trail.index(node):] + [node]
        if node in done:
            return None
        trail.append(node)
        for edge in sorted(graph.get(node, ())):
            cycle = visit(edge)
            if cycle:
                return cycle
        done.add(trail.pop())
        return None

    for start in sorted(graph):
        cycle = visit(start)
        if cycle:
            return cycle
    return None


def faults_of(root, table):
    sources = Sources(root, table)
    sources.check_direction()
    sources.check_house()
    sources.check_cycles()
    sources.check_text()
    sources.check_guards()
    sources.check_python()
    sources.check_keys()
    return sources.faults


def main():
    here = pathlib.Path(__file__).resolve().parents[2]
    faults = faults_of(pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else here, MAY_INCLUDE)
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
