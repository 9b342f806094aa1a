#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""What no compiler checks: who includes whom, banned functions, licence lines, guards, lengths.

Usage: tests/lint/sources.py [CHECKOUT]. Silent and 0 when all is well."""

import pathlib
import re
import sys

# Module -> the modules it may include; its own folder is always open to it.
MAY_INCLUDE = {
    "include/denet": set(),
    "include/kernel": set(),
    "bpf/task": {"kernel/task.h"},
    "bpf/tree": {"bpf/task", "kernel/tree.h"},
    "bpf/edges": {"bpf/task", "kernel/tree.h"},
    "user/util": {"denet/denet.h"},
    "user/probe": {"util", "source", "kernel/tree.h"},
    "user/procfs": {"util", "denet/system.h"},
    "user/poller": {"util", "source", "procfs", "tree", "kernel/tree.h"},
    "user/tree": {"util", "denet/denet.h", "kernel/task.h", "kernel/tree.h"},
    "user/metrics": {"util", "tree", "denet/denet.h", "kernel/task.h"},
    "user/record": {"util", "tree", "metrics", "denet/denet.h", "denet/system.h"},
    "user/launch": {"util", "denet/denet.h"},
    "user/doctor": {"util", "procfs", "probe", "denet/denet.h"},
    "user/source": {"util", "kernel/tree.h"},
    "user/engine": {"util", "source", "procfs", "tree", "metrics", "denet/denet.h", "kernel/tree.h"},
    "user/follow": {"util", "engine", "source", "procfs", "tree", "metrics", "record", "launch", "denet/denet.h", "kernel/tree.h"},
    "user/api": {"util", "doctor", "record", "procfs", "denet/denet.h"},
    "user/output": {"util", "record", "denet/denet.h"},
    "user/rights": {"util", "denet/denet.h"},
    "user/cli": {"util", "rights", "record", "output", "denet/denet.h"},
    "user": {"util", "rights", "cli", "denet/denet.h"},  # main.c
}
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
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+"([^"]+)"', re.M)
NOISE = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


class Sources:
    def __init__(self, root):
        self.root = root
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
        for name in self.texts:
            folder = module_of(name)
            if folder not in MAY_INCLUDE:
                if not name.startswith("tests/"):
                    self.fault(name, "stands in no known module (tests/lint/sources.py)")
                continue
            for line, target, path in self.includes(name):
                if path and not may_include(folder, target, path):
                    self.fault(name, f"may not include \"{target}\"", line)

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


def may_include(folder, target, path):
    if module_of(path) == folder:
        return True
    if path.endswith("_internal.h"):
        return False
    allowed = MAY_INCLUDE[folder]
    return target in allowed or module_of(path).removeprefix("user/") in allowed


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


def main():
    here = pathlib.Path(__file__).resolve().parents[2]
    sources = Sources(pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else here)
    sources.check_direction()
    sources.check_cycles()
    sources.check_text()
    sources.check_guards()
    for fault in sources.faults:
        print(fault, file=sys.stderr)
    return 1 if sources.faults else 0


if __name__ == "__main__":
    sys.exit(main())
