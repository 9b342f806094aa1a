# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""The tables that benches print, as docs/benchmarks.md has them."""


def row(*cells):
    print("| " + " | ".join(str(cell) for cell in cells) + " |")


def heading(title, *columns):
    print(f"\n## {title}\n")
    row(*columns)
    row(*["---"] * len(columns))
