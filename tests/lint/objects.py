#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""What only objects show: who calls whom, and what the globals are called.

Two files knot when each needs the other, directly or by others: neither can be read or tested alone.
Usage: tests/lint/objects.py CHECKOUT BUILD OBJECT... (BUILD/user/util/buf.o). Silent and 0 when well."""

import collections
import pathlib
import re
import subprocess
import sys

# In a folder so many may be one thing told in several files; between folders none.
KNOT_MAX = 3
# Larger ones that are known. An entry whose knot is gone is a fault too, so that the list shrinks.
KNOWN_KNOTS = ()
# Globals that do not carry the name of their module.
KNOWN_NAMES = {}
DEFINED = set("TDBRVWC")


class Objects:
    def __init__(self, root, build, objects):
        self.root = root
        self.faults = []
        self.home = {}  # symbol -> the unit that defines it
        self.uses = {}  # unit -> the symbols that it lacks
        for path in objects:
            unit = path.relative_to(build).with_suffix("").as_posix()
            self.uses[unit] = set()
            for line in subprocess.run(["nm", path], capture_output=True, text=True, check=True).stdout.splitlines():
                *_, kind, symbol = line.split()
                if kind == "U":
                    self.uses[unit].add(symbol)
                elif kind in DEFINED:
                    self.home[symbol] = unit
        self.calls = {
            unit: {self.home[symbol] for symbol in symbols if symbol in self.home} - {unit}
            for unit, symbols in self.uses.items()
        }

    def check_folders(self):
        graph = collections.defaultdict(set)
        for unit, others in self.calls.items():
            graph[folder_of(unit)] |= {folder_of(other) for other in others} - {folder_of(unit)}
        for knot in knots(graph):
            self.faults.append(f"a call knot of folders: {' '.join(sorted(knot))}")

    def check_units(self, known):
        found = knots(self.calls)
        for knot in found:
            if len(knot) > KNOT_MAX and not any(knot <= one for one in known):
                self.faults.append(f"a call knot of {len(knot)} files, at most {KNOT_MAX}: {' '.join(sorted(knot))}")
        for one in known:
            if not any(len(knot) > KNOT_MAX and knot <= one for knot in found):
                self.faults.append(f"a known knot is gone, take it from the list: {' '.join(sorted(one))}")

    def check_names(self, known):
        left = {(unit, symbol) for unit, symbols in known.items() for symbol in symbols}
        for symbol, unit in sorted(self.home.items()):
            if symbol.startswith(("denet_", "_", ".")) or symbol == "main":
                continue
            if any(carries(symbol, module) for module in self.modules_of(symbol, unit)):
                continue
            if (unit, symbol) in left:
                left.remove((unit, symbol))
            else:
                self.faults.append(f"{unit}.c: {symbol} does not begin with the name of its module")
        for unit, symbol in sorted(left):
            self.faults.append(f"{unit}: {symbol} is listed as misnamed and is not (tests/lint/objects.py)")

    def modules_of(self, symbol, unit):
        """The file, its folder, and the headers of the folder that declare it."""
        yield unit.rpartition("/")[2]
        yield folder_of(unit).rpartition("/")[2]
        for header in sorted((self.root / folder_of(unit)).glob("*.h")):
            if re.search(rf"\b{re.escape(symbol)}\b *[(\[;]", header.read_text(encoding="utf-8")):
                yield header.stem.removesuffix("_internal")


def folder_of(unit):
    return unit.rpartition("/")[0]


def carries(symbol, module):
    """A module "members" has member_add() as well as members_count()."""
    return any(symbol == name or symbol.startswith(name + "_") for name in (module, module.removesuffix("s"), module + "s"))


def knots(graph):
    """The strongly connected components of more than one node, by Tarjan's algorithm."""
    order, low, trail, found = {}, {}, [], []

    def visit(node):
        order[node] = low[node] = len(order)
        trail.append(node)
        for other in sorted(graph.get(node, ())):
            if other not in order:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in trail:
                low[node] = min(low[node], order[other])
        if low[node] == order[node]:
            start = trail.index(node)
            knot = set(trail[start:])
            del trail[start:]
            if len(knot) > 1:
                found.append(knot)

    for node in sorted(graph):
        if node not in order:
            visit(node)
    return found


def faults_of(root, build, objects, known_knots, known_names):
    found = Objects(root, build, objects)
    found.check_folders()
    found.check_units(known_knots)
    found.check_names(known_names)
    return found.faults


def main():
    root, build, *objects = map(pathlib.Path, sys.argv[1:])
    faults = faults_of(root, build, objects, KNOWN_KNOTS, KNOWN_NAMES)
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
