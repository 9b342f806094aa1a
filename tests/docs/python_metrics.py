#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Prints python/denet_bpf/_metrics.py from what `denet-bpf help records --json` tells, or _record_types.py.

Usage: denet-bpf help records --json | tests/docs/python_metrics.py [--types]"""

import json
import sys
import textwrap

HEAD = '''\
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""The table of metrics, as `denet-bpf help records --json` prints it; made by `make docs`.

A constant for each key that is no plain word, and the columns of CSV.
"""

from typing import Dict, Tuple
'''
TYPES_HEAD = '''\
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""The records as typed dicts, by the table of metrics; made by `make docs`.

Each key has its unit and meaning. What is not known is left out of a record. Takes longer to import
than what measures: for type checkers, and for who asks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, List, Optional, TypedDict
'''
TYPES = {"integer": "int", "number": "float", "boolean": "bool", "string": "str", "array": "List[str]", "any": "Any"}
NAMES = {
    "env": "EnvRecord", "metadata": "MetadataRecord", "child": "ChildRecord", "tree": "TreeRecord",
    "tree.parent": "MemberSample", "tree.aggregated": "AggregatedSample", "sample": "SampleRecord",
    "process": "ProcessRecord", "process.programs": "ProgramShare", "exit": "ExitRecord", "summary": "SummaryRecord",
    "machine": "MachineRecord", "group": "GroupRecord", "command": "CommandRecord",
    "processes": "ProcessesRecord", "heavy": "HeavyRecord", "history": "HistoryRecord",
    "disk": "DiskRecord", "interface": "InterfaceRecord", "filesystem": "FilesystemRecord",
    "container": "ContainerRecord", "class": "ClassRecord", "connections": "ConnectionsRecord",
}
# Parts of a record that are no metrics themselves.
PARTS = {"parent": "MemberSample", "aggregated": "AggregatedSample", "children": "List[Dict[str, Any]]", "programs": "List[ProgramShare]"}


def column(metric):
    return f"{metric['group']}_{metric['key']}" if "group" in metric else metric["key"]


def is_figure(metric):
    return metric["type"] != "info"


def is_summed(metric):
    """Over the members of a tree; a gauge of one process, such as its CPU, is not."""
    return is_figure(metric) and metric["denet"] and "group" not in metric and metric["key"] not in (
        "cpu_core", "uptime_secs")


def print_tuple(name, keys, comment):
    print(f"\n# {comment}\n{name}: Tuple[str, ...] = (")
    for key in keys:
        print(f'    "{key}",')
    print(")")


def has_constant(metric):
    """A key such as `pid` or `user` is a word that stands for other things, too."""
    return is_figure(metric) or "_" in metric["key"]


def print_constants(records):
    figures = {metric["key"]: metric for record in records for metric in record["keys"] if has_constant(metric)}
    print()
    for key in sorted(figures):
        print(f'{key.upper()} = "{key}"')
    print("\n# denet before 0.6 has these.")
    for metric in figures.values():
        if "old_key" in metric:
            print(f'{metric["old_key"].upper()} = "{metric["old_key"]}"')
    print("OLD_KEYS: Dict[str, str] = {")
    for key, metric in figures.items():
        if "old_key" in metric:
            print(f'    "{key}": "{metric["old_key"]}",')
    print("}")


def is_always_there(record, metric):
    """Keys that each such record has."""
    return record["record"] == "tree.aggregated" and metric["demanded"] or (
        record["record"] == "process" and metric["key"] in ("pid", "comm"))


def print_class(record):
    """Of two, where some keys are in each such record."""
    name, base = NAMES[record["record"]], "TypedDict"
    always = [metric for metric in record["keys"] if is_always_there(record, metric)]
    if always:
        base = f"{name}Core"
        print(f'\n\nclass {base}(TypedDict):\n    """What each {name} has."""\n')
        print_keys(record, always)
    print(f"\n\nclass {name}({base}, total=False):")
    print("\n".join(textwrap.wrap(f'"""{record["help"]}', 99, initial_indent="    ", subsequent_indent="    ")))
    print('    """\n')
    print_keys(record, [metric for metric in record["keys"] if metric not in always])


def print_keys(record, keys):
    groups = {}
    is_first = keys[0] is record["keys"][0]
    if "." not in record["record"] and is_first:
        print("    kind: str")
    for metric in keys:
        if "group" in metric:
            groups.setdefault(metric["group"], []).append(metric)
            if len(groups[metric["group"]]) > 1:
                continue
            print(f"    {metric['group']}: Dict[str, Any]")
            continue
        unit = f" ({metric['unit']})" if metric.get("unit") else ""
        text = f"{metric['help'][:-1]}{unit}; {metric['bound']}." if "bound" in metric else metric["help"][:-1] + unit + "."
        for line in textwrap.wrap(text, 94):
            print(f"    #: {line}")
        print(f"    {metric['key']}: {PARTS.get(metric['key'], TYPES[metric['form']])}")


def print_attributes(record):
    """For type checkers alone: what has no value is None there."""
    print("\n\nif TYPE_CHECKING:\n\n    class SummaryFigures:")
    print('        """The keys of a summary record as attributes; None for what is not known."""\n')
    seen = set()
    for metric in record["keys"]:
        key = metric.get("group") or metric["key"]
        if key in seen:
            continue
        seen.add(key)
        form = "Dict[str, Any]" if "group" in metric else PARTS.get(key, TYPES[metric["form"]])
        unit = f" ({metric['unit']})" if metric.get("unit") and "group" not in metric else ""
        if unit:
            print(f"        #: {unit.strip()}")
        print(f"        {key}: Optional[{form}]" if form != "Any" else f"        {key}: Any")


def print_table(table):
    records = {record["record"]: record for record in table["records"]}
    aggregated, member = records["tree.aggregated"]["keys"], records["tree.parent"]["keys"]
    print(HEAD, end="")
    print_constants(table["records"])
    print_tuple("CSV_COLUMNS", [column(m) for m in aggregated if m["key"] != "unknown"],
                "What the command line writes as CSV.")
    print_tuple("DEMANDED", [m["key"] for m in aggregated if m["demanded"]], "denet's reader drops a sample without them.")
    print_tuple("SUMMED", [m["key"] for m in member if is_summed(m)], "Those of a tree are the sums of its members'.")
    print_tuple("COUNTERS", table["counters"], "The fields of struct denet_counters.")


def print_types(table):
    print(TYPES_HEAD, end="")
    for record in table["records"]:
        print_class(record)
    print_attributes(next(record for record in table["records"] if record["record"] == "summary"))


def main():
    table = json.load(sys.stdin)
    if sys.argv[1:] == ["--types"]:
        print_types(table)
    else:
        print_table(table)


if __name__ == "__main__":
    main()
