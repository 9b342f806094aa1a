#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Plants each fault that objects.py knows in a few small objects and sees it named. Silent when well."""

import pathlib
import shlex
import subprocess
import sys
import tempfile

import objects

COMPILER = shlex.split(sys.argv[1]) if len(sys.argv) > 1 else ["cc"]


def ring(folder, count):
    """count files that call one another in a circle"""
    return {
        f"{folder}/r{i}.c": f"void r{(i + 1) % count}_go(void); void r{i}_go(void) {{ r{(i + 1) % count}_go(); }}"
        for i in range(count)
    }


GOOD = {
    "user/util/buf.c": "int buf_size; static int own; int buf_add(void); int buf_add(void) { return own; }",
    "user/tree/members.c": "int buf_add(void); int member_add(void) { return buf_add(); }",
    "user/tree/tree_internal.h": "int tree_count(void);\nextern const int tree_table[];",
    "user/tree/nodes.c": "int tree_count(void) { return 1; } extern const int tree_table[]; const int tree_table[] = { 1 };",
    "user/api/api.c": "int denet_version(void) { return 1; }",
    "user/main.c": "int main(void) { return 0; }",
    **ring("user/ring", 3),
}
KNOT = {"user/ring/r0", "user/ring/r1", "user/ring/r2", "user/ring/r3"}
# What is planted, known knots, known names -> what must be said.
FAULTS = {
    "two folders": (
        {"user/util/up.c": "int member_add(void); int up_go(void) { return member_add(); }"},
        (), {}, "a call knot of folders: user/tree user/util",
    ),
    "four files": (ring("user/ring", 4), (), {}, "a call knot of 4 files, at most 3: user/ring/r0 user/ring/r1"),
    "a knot that is gone": ({}, (KNOT,), {}, "a known knot is gone, take it from the list: user/ring/r0"),
    "a function without its module": (
        {"user/util/idmap.c": "void put(void) { }"}, (), {}, "user/util/idmap.c: put does not begin with",
    ),
    "a variable without its module": (
        {"user/util/idmap.c": "int idmapped;"}, (), {}, "user/util/idmap.c: idmapped does not begin with",
    ),
    "a name that is listed and well": (
        {}, (), {"user/util/buf": {"buf_add"}}, "user/util/buf: buf_add is listed as misnamed and is not",
    ),
}  # fmt: skip
# What is known is no fault.
ALLOWED = {
    "a known knot": (ring("user/ring", 4), (KNOT,), {}),
    "a known name": ({"user/util/idmap.c": "void put(void) { }"}, (), {"user/util/idmap": {"put"}}),
}


def complaints(files, known_knots=(), known_names=None):
    with tempfile.TemporaryDirectory() as folder:
        root, compiled = pathlib.Path(folder), []
        for name, text in {**GOOD, **files}.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text + "\n")
            if path.suffix == ".c":
                compiled.append(path.with_suffix(".o"))
                subprocess.run([*COMPILER, "-w", "-c", path, "-o", compiled[-1]], check=True)
        return "\n".join(objects.faults_of(root, root, compiled, known_knots, known_names or {}))


def main():
    wrong = []
    text = complaints({})
    if text:
        wrong.append(f"good objects are blamed: {text}")
    for name, (*planted, said) in FAULTS.items():
        text = complaints(*planted)
        if said not in text:
            wrong.append(f"{name}: not seen ({text})")
    for name, planted in ALLOWED.items():
        text = complaints(*planted)
        if text:
            wrong.append(f"{name}: blamed ({text})")
    for line in wrong:
        print(f"tests/lint/test_objects.py: {line}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
