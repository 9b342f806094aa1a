# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""denet's report: a page of plots of a recorded file. To come."""

from __future__ import annotations

import sys
from typing import NoReturn, Optional, Sequence

_NOT_YET = (
    "denet_bpf makes no reports yet;"
    " `denet-bpf stats FILE` and denet_bpf.to_dataframe() read the same files"
)


def generate_report(
    input_path: str,
    output_path: Optional[str] = None,
    fmt: Optional[str] = None,
    panels: Optional[Sequence[str]] = None,
) -> NoReturn:
    """Will write a report of a recorded file. NotImplementedError until then."""
    raise NotImplementedError(_NOT_YET)


def main() -> int:
    """The command denet-report."""
    print(f"denet-report: {_NOT_YET}", file=sys.stderr)
    return 1
