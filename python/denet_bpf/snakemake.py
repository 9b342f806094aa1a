# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""A rule's shell command with exact figures in the columns of Snakemake's benchmarks.

    rule sort:
        input: "a.txt"
        output: "b.txt"
        benchmark: "sort.tsv"
        run:
            from denet_bpf.snakemake import benchmark
            benchmark("sort {input} >{output}", "sort.denet.tsv")
"""

from __future__ import annotations

import datetime
import shlex
import string
import subprocess
import sys
from typing import TYPE_CHECKING, Any, Dict, Mapping, Sequence

from . import _metrics
from ._records import number
from ._result import Result
from ._run import run

if TYPE_CHECKING:
    from ._output import PathName

COLUMNS = (
    "s", "h:m:s", "max_rss", "max_vms", "max_uss", "max_pss", "io_in", "io_out", "mean_load",
    "cpu_time",
)  # fmt: skip
_NOT_KNOWN = "NA"
_SHELL = ("bash", "-euo", "pipefail", "-c")


class _Words(string.Formatter):
    """{input} is the names with blanks between, {input[0]}, {wildcards.x} as Python has them; :q
    quotes for the shell."""

    def format_field(self, value: Any, format_spec: str) -> str:
        is_quoted = format_spec.endswith("q")
        spec = format_spec[:-1] if is_quoted else format_spec
        is_list = isinstance(value, (list, tuple, set, frozenset))
        words = [format(each, spec) for each in (value if is_list else [value])]
        return " ".join(map(shlex.quote, words) if is_quoted else words)


def expand(script: str, names: Mapping[str, Any]) -> str:
    """The command with {names} filled in; NameError for one that is not there."""
    try:
        return _Words().vformat(script, (), names)
    except KeyError as error:
        raise NameError(f"the shell command has {{{error.args[0]}}}, which is not there") from None


def row_of(result: Result) -> Dict[str, str]:
    """A row of Snakemake's benchmarks: seconds, MiB, percent of one CPU; NA for what is not known.

    max_rss is the largest sum over the job's processes, or the largest peak of one if that is more.
    """
    summary = result.summary
    wall_s = (summary.wall_ns or 0) / 1e9
    vms = [number(sample, _metrics.MEM_VMS_KB) or 0 for sample in result.samples]
    cpu_s = None if summary.cpu_time_ns is None else summary.cpu_time_ns / 1e9
    values = (
        f"{wall_s:.4f}",
        str(datetime.timedelta(seconds=int(wall_s))),
        _scaled(summary.peak_mem_rss_kb, 1024),
        _scaled(max(vms, default=None), 1024),
        _NOT_KNOWN,
        _scaled(summary.peak_pss_kb, 1024),
        _scaled(summary.total_disk_read_bytes, 2**20),
        _scaled(summary.total_disk_write_bytes, 2**20),
        _NOT_KNOWN if cpu_s is None or not wall_s else f"{100 * cpu_s / wall_s:.2f}",
        _NOT_KNOWN if cpu_s is None else f"{cpu_s:.2f}",
    )
    return dict(zip(COLUMNS, values))


def _scaled(value: Any, unit: int) -> str:
    return _NOT_KNOWN if value is None else f"{value / unit:.2f}"


def write(rows: Sequence[Mapping[str, str]], path: PathName) -> None:
    """A table as Snakemake writes it: a header, then a line for each row."""
    lines = ["\t".join(COLUMNS), *("\t".join(row[name] for name in COLUMNS) for row in rows)]
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(line + "\n" for line in lines)


def benchmark(script: str, path: PathName, *, repeat: int = 1, **options: Any) -> Result:
    """Runs a shell command, as a rule's `shell:` would, and writes what it used to path.

    {names} in it are those of whoever calls: in a `run:` block input, output, wildcards, threads,
    ... It runs by bash with `set -euo pipefail`; options are those of denet_bpf.run(). With repeat
    the table has a row for each run. The table is written before subprocess.CalledProcessError
    is raised for a failure.
    """
    if repeat < 1:
        raise ValueError("repeat: at least 1")
    caller = sys._getframe(1)
    command = expand(script, {**caller.f_globals, **caller.f_locals})
    rows = []
    for _ in range(repeat):
        result = run([*_SHELL, command], **options)
        rows.append(row_of(result))
        write(rows, path)
        if result.exit_code:
            failed = subprocess.CalledProcessError(result.exit_code, command)
            failed.denet_result = result  # type: ignore[attr-defined]
            raise failed
    return result
