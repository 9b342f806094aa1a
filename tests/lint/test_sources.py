#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Plants each fault that sources.py knows in a small checkout and sees it named. Silent when well."""

import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
LICENCE = "/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */\n"


def header(guard, body=""):
    return f"{LICENCE}#ifndef {guard}\n#define {guard}\n\n{body}\n#endif\n"


GOOD = {
    "user/util/buf.h": header("DENET_UTIL_BUF_H"),
    "user/util/buf.c": LICENCE + '#include "util/buf.h"\n/* strcpy() */ char *s = "system(";\n',
    "user/tree/tree.h": header("DENET_TREE_TREE_H", '#include "util/buf.h"'),
    "include/kernel/tree.h": header("DENET_KERNEL_TREE_H"),
    "bpf/tree/maps.bpf.h": header("DENET_TREE_MAPS_H", '#include "kernel/tree.h"'),
}
# What is planted -> what must be said.
FAULTS = {
    "upward include": ({"user/util/up.c": LICENCE + '#include "tree/tree.h"\n'}, 'may not include "tree/tree.h"'),
    "reader of tasks with a map": (
        {"bpf/task/a.bpf.h": header("DENET_TASK_A_H", '#include "tree/maps.bpf.h"')},
        'may not include "tree/maps.bpf.h"',
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
    "wrong guard": ({"user/util/a.h": header("A_H")}, "lacks the include guard DENET_UTIL_A_H"),
    "unknown module": ({"user/misc/a.c": LICENCE}, "stands in no known module"),
}


def complaints(files):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in {**GOOD, **files}.items():
            path = pathlib.Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        done = subprocess.run(
            [sys.executable, HERE / "sources.py", folder], capture_output=True, text=True, check=False
        )
        return done.returncode, done.stderr


def main():
    wrong = []
    status, text = complaints({})
    if status or text:
        wrong.append(f"a good checkout is blamed: {text}")
    for name, (files, said) in FAULTS.items():
        status, text = complaints(files)
        if status != 1 or said not in text:
            wrong.append(f"{name}: not seen (status {status}: {text.strip()})")
    for line in wrong:
        print(f"tests/lint/test_sources.py: {line}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
