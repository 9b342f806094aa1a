# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""denet's report: a page of a recorded file, which the program denet-bpf makes."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from typing import Optional, Sequence, Union

from . import _check, _program
from ._told import warn_once

PathName = Union[str, "os.PathLike[str]"]


def generate_report(
    input_path: PathName,
    output_path: Optional[PathName] = None,
    fmt: Optional[str] = None,
    panels: Optional[Sequence[str]] = None,
) -> str:
    """Writes an HTML page of a recorded file, which a browser shows without a network; its path.

    Without output_path it stands beside the file. ValueError for another fmt than html, or another
    ending; FileNotFoundError without the file or the program; RuntimeError with what the program
    says. The page has all there is to show: panels, which are denet's, choose nothing.
    """
    source = os.fsdecode(_check.path("input_path", input_path))
    beside = os.path.splitext(source)[0] + ".html"
    chosen = beside if output_path in (None, "") else output_path
    target = os.fsdecode(_check.path("output_path", chosen))
    for panel in panels or ():
        _check.text("a panel", panel)
    wanted = (None if fmt is None else _check.text("fmt", fmt)) or os.path.splitext(target)[1].lstrip(".") or "html"
    if wanted.lower() not in ("html", "htm"):
        raise ValueError(f"a report is an HTML page: {wanted!r} cannot be made, html can")
    if panels:
        warn_once("panels choose nothing: the page has all there is to show")
    if not os.path.exists(source):
        raise FileNotFoundError(2, os.strerror(2), source)
    done = subprocess.run(
        [_program.find(), "report", "-o", target, "--", source],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stderr.decode("utf-8", "replace").strip())
    return target


def main(arguments: Optional[Sequence[str]] = None) -> int:
    """The command denet-report."""
    parser = argparse.ArgumentParser(
        prog="denet-report", description="makes an HTML page of a file of records"
    )
    parser.add_argument("input", help="a file that denet-bpf or denet has written")
    parser.add_argument("-o", "--output", help="the page; without it it stands beside the file")
    parser.add_argument("-f", "--format", help="html")
    parser.add_argument("--panels", nargs="*", help="denet's; the page has all")
    chosen = parser.parse_args(arguments)
    try:
        print(generate_report(chosen.input, chosen.output, chosen.format, chosen.panels))
    except (OSError, RuntimeError, ValueError) as error:
        print(f"denet-report: {error}", file=sys.stderr)
        return 1
    return 0
