#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""What the documents tell to make or to run is there: targets, files of the tree. The README keeps short.

Usage: tests/lint/docs.py [CHECKOUT]. Silent and 0 when all is well."""

import pathlib
import re
import sys

CODE = re.compile(r"^```.*?^```|`[^`\n]+`", re.S | re.M)
MAKE = re.compile(r"(?:^|[ `;&(])make((?: +[A-Z_]+=(?:\"[^\"]*\"|\S+))*(?: +[a-z][a-z0-9-]*)+)", re.M)
OURS = re.compile(r"(?:^|[ `(])((?:tests|packaging|docs|user|bpf|include|vmlinux|python)/[\w./-]*\w)", re.M)
README_LINES_MAX = 199
TARGETS = re.compile(r"^([a-z][a-z0-9 -]*):(?!=)", re.M)


def main():
    root = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parents[2]
    rules = "".join(path.read_text() for path in [root / "Makefile", *sorted((root / "tests").glob("*.mk"))])
    targets = {name for names in TARGETS.findall(rules) for name in names.split()}
    wrong = []
    for path in [root / "README.md", *sorted((root / "docs").glob("*.md"))]:
        for code in CODE.findall(path.read_text(encoding="utf-8")):
            code = re.sub(r"#.*", "", code)
            for words in MAKE.findall(code):
                named = [word for word in re.sub(r"[A-Z_]+=(\"[^\"]*\"|\S+)", "", words).split()]
                wrong += [f"{path.name}: make {word}: no such target" for word in named if word not in targets]
            for name in OURS.findall(code):
                if not (root / name).exists():
                    wrong.append(f"{path.name}: {name}: not there")
    lines = len((root / "README.md").read_text(encoding="utf-8").splitlines())
    if lines > README_LINES_MAX:
        wrong.append(f"README.md: has {lines} lines, at most {README_LINES_MAX}: docs/ is for the rest")
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
