#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Plants each fault that docs.py knows in a small checkout and sees it named. Silent when well."""

import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
GOOD = {
    "Makefile": "all: x\nnot := x\ncheck-e2e check: all\n",
    "tests/more.mk": "more:\n",
    "README.md": "`make all`\n```\nmake CC='gcc -m32' check more && make check-e2e # make coffee\n```\nmake do\n"
    + "\n" * 194,
}
FAULTS = {
    "no target": ({"README.md": "`make A=b check not`\n"}, "make not: no such target"),
    "no file": ({"docs/a.md": "```\ntests/gone 1\n```\n"}, "tests/gone: not there"),
    "a long README": ({"README.md": "\n" * 200}, "README.md: has 200 lines, at most 199"),
}


def complaints(files):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in {**GOOD, **files}.items():
            path = pathlib.Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        done = subprocess.run([sys.executable, HERE / "docs.py", folder], capture_output=True, text=True, check=False)
        return done.returncode, done.stderr


def main():
    wrong = []
    if complaints({}) != (0, ""):
        wrong.append(f"a good checkout is blamed: {complaints({})}")
    for name, (files, said) in FAULTS.items():
        status, text = complaints(files)
        if status != 1 or said not in text:
            wrong.append(f"{name}: not seen (status {status}: {text.strip()})")
    for line in wrong:
        print(f"tests/lint/test_docs.py: {line}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
