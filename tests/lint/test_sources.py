#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Plants each fault that sources.py knows in a small checkout and sees it named. Silent when well."""

import pathlib
import sys
import tempfile

import sources

LICENCE = "/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */\n"


def header(guard, body=""):
    return f"{LICENCE}#ifndef {guard}\n#define {guard}\n\n{body}\n#endif\n"


GOOD = {
    "user/util/buf.h": header("DENET_UTIL_BUF_H"),
    "user/util/buf.c": LICENCE + '#include "util/buf.h"\n/* strcpy() */ char *s = "system(";\n',
    "user/tree/tree.h": header("DENET_TREE_TREE_H", '#include <sys/types.h>\n#include <bpf/bpf.h>\n#include "util/buf.h"'),
    "include/kernel/tree.h": header("DENET_KERNEL_TREE_H"),
    "bpf/tree/maps.bpf.h": header("DENET_TREE_MAPS_H", '#include "kernel/tree.h"'),
}
# Who may include what in the small checkout.
TABLE = {
    "include/kernel": set(),
    "include/denet": set(),
    "bpf/task": set(),
    "bpf/tree": {"kernel/tree.h"},
    "user/util": set(),
    "user/tree": {"util", "bpf"},
}
HOUSE = """
| folder | what it is | may include |
|---|---|---|
| `include/kernel/` | shared | |
| `include/denet/` | public | |
| `bpf/task/` | tasks | |
| `bpf/tree/` | trees | `kernel/tree.h` |
| `user/util/` | leaves | |
| `user/tree/` | processes | `util` `bpf` |
"""
# What is planted -> what must be said.
FAULTS = {
    "upward include": ({"user/util/up.c": LICENCE + '#include "tree/tree.h"\n'}, 'may not include "tree/tree.h"'),
    "reader of tasks with a map": (
        {"bpf/task/a.bpf.h": header("DENET_TASK_A_H", '#include "tree/maps.bpf.h"')},
        'may not include "tree/maps.bpf.h"',
    ),
    "upward include in angles": (
        {"user/util/up.c": LICENCE + "#include <tree/tree.h>\n"},
        'may not include "tree/tree.h"',
    ),
    "public header in angles": (
        {
            "include/denet/denet.h": header("DENET_DENET_H"),
            "user/tree/a.c": LICENCE + "# include <denet/denet.h>\n",
        },
        'may not include "denet/denet.h"',
    ),
    "a library's header": (
        {"user/util/a.c": LICENCE + "#include <bpf/bpf.h>\n"},
        'user/util/a.c:2: may not include "bpf/bpf.h"',
    ),
    "a library unknown to the table": (
        {"user/tree/a.c": LICENCE + "#include <cjson/cJSON.h>\n"},
        'may not include "cjson/cJSON.h"',
    ),
    "a skeleton": (
        {"user/util/a.c": LICENCE + '#include "denet.lskel.h"\n'},
        'may not include "denet.lskel.h"',
    ),
    "a permission that nobody uses": (
        {"user/tree/tree.h": header("DENET_TREE_TREE_H", "#include <bpf/bpf.h>")},
        "user/tree may include util, and nobody does",
    ),
    "a house that is drawn otherwise": (
        {"docs/architecture.md": HOUSE.replace("`util` `bpf`", "`util`")},
        "docs/architecture.md: the row of user/tree is not that of",
    ),
    "a folder that is not drawn": (
        {"docs/architecture.md": HOUSE.replace("| `user/util/` | leaves | |\n", "")},
        "docs/architecture.md: the row of user/util is not that of",
    ),
    "private header": (
        {
            "user/util/a_internal.h": header("DENET_UTIL_A_INTERNAL_H"),
            "user/tree/x.c": LICENCE + '#include "util/a_internal.h"\n',
        },
        'may not include "util/a_internal.h"',
    ),
    "cycle": (
        {
            "user/util/a.h": header("DENET_UTIL_A_H", '#include "util/b.h"'),
            "user/util/b.h": header("DENET_UTIL_B_H"),
            "user/util/b.c": LICENCE + '#include "util/a.h"\n',
        },
        "user/util/a -> user/util/b -> user/util/a",
    ),
    "banned function": ({"user/util/a.c": LICENCE + "int a = atoi (x);\n"}, "atoi() is banned"),
    "number outside parse.c": ({"user/util/a.c": LICENCE + "long a = strtol(x, 0, 0);\n"}, "strtol() is banned"),
    "function that musl lacks": (
        {"user/util/a.c": LICENCE + "void *a = reallocarray(x, 0, 0);\n"},
        "reallocarray() is banned",
    ),
    "no licence": ({"user/util/a.c": "int a;\n"}, "does not begin with"),
    "long file": ({"user/util/a.c": LICENCE + "\n" * 500}, "has 501 lines"),
    "long Python file": (
        {"python/denet_bpf/_record_types.py": "\n" * 501, "tests/e2e/test_a.py": "\n" * 501},
        "tests/e2e/test_a.py: has 501 lines",
    ),
    "wrong guard": ({"user/util/a.h": header("A_H")}, "lacks the include guard DENET_UTIL_A_H"),
    "unknown module": ({"user/misc/a.c": LICENCE}, "stands in no known module"),
    "key of a figure in C": (
        {
            "user/metrics/table.c": LICENCE + 'ROW(COUNTER, U64, "cpu_time_ns", "ns", 0)\n',
            "user/util/a.c": LICENCE + 'char *key = "cpu_time_ns";\n',
        },
        "user/util/a.c:2: spells the key cpu_time_ns",
    ),
    "key of a figure in Python": (
        {
            "user/metrics/table.c": LICENCE + 'ROW(GAUGE,\n    U64, "pss_kb", "kb", 0, OLD_KEY("pss"))\n',
            "python/denet_bpf/_metrics.py": 'PSS_KB = "pss_kb"\n',
            "python/denet_bpf/a.py": "x = record['pss']\n",
        },
        "python/denet_bpf/a.py:1: spells the key pss",
    ),
    "key of a fact": (
        {
            "user/metrics/facts.c": LICENCE + 'FACT(TEXT, "pid_of", 0)\nROW(INFO, U64, "ts_ms", "ms")\n',
            "user/util/a.c": LICENCE + 'char *pid = "pid_of";\n',
        },
        "user/util/a.c:2: spells the key pid_of, which user/metrics/facts.c has",
    ),
    "key of a fact without a struct": (
        {
            "user/metrics/facts.c": LICENCE + 'OTHER("clk_tck", 0)\nOF_ENV("numa",\n    "node_sizes_mb", 0)\n',
            "python/denet_bpf/a.py": 'x = "clk"\ny = "node_sizes_mb"\n',
        },
        "python/denet_bpf/a.py:2: spells the key node_sizes_mb",
    ),
    "key with a name": (
        {
            "user/metrics/keys.h": header("DENET_METRICS_KEYS_H", '#define KEY_EXIT_CODE "exit_code"\n'),
            "user/util/a.c": LICENCE + 'char *key = "exit_code";\n',
        },
        "user/util/a.c:2: spells the key exit_code, which user/metrics/keys.h has",
    ),
}


def complaints(files):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in {"docs/architecture.md": HOUSE, **GOOD, **files}.items():
            path = pathlib.Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return "\n".join(sources.faults_of(pathlib.Path(folder), TABLE))


def main():
    wrong = []
    text = complaints({})
    if text:
        wrong.append(f"a good checkout is blamed: {text}")
    for name, (files, said) in FAULTS.items():
        text = complaints(files)
        if said not in text:
            wrong.append(f"{name}: not seen ({text})")
    for line in wrong:
        print(f"tests/lint/test_sources.py: {line}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
