# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""What rules use: in the columns of Snakemake's benchmarks, or of one recorded run of a workflow.

    rule sort:
        input: "a.txt"
        output: "b.txt"
        benchmark: "sort.tsv"
        run:
            from denet_bpf.snakemake import benchmark
            benchmark("sort {input} >{output}", "sort.denet.tsv")

jobs() and rules() tell the jobs of a whole workflow, of a file of
`denet-bpf run -o FILE -- snakemake ...`, without a change to it.
"""

from __future__ import annotations

import datetime
import json
import os
import pathlib
import re
import shlex
import string
import subprocess
import sys
from typing import TYPE_CHECKING, Any, Dict, Iterator, List, Mapping, Optional, Sequence, Set, Tuple, cast

from . import _metrics
from ._records import number
from ._result import Result, load
from ._run import run

if TYPE_CHECKING:
    from typing import TypedDict

    from ._insight import Row
    from ._output import PathName

    class Job(Row):
        """What a job has used, with all that it started."""

        rule: Optional[str]
        command: str

    class Rule(TypedDict):
        """All jobs of a rule together."""

        rule: Optional[str]
        jobs: int
        failed: int  # jobs with a process that failed
        cpu_time_ns: int
        wall_ns: int  # of all jobs, one after another
        peak_rss_kb: Optional[int]  # the largest of one process; None when not known


COLUMNS = (
    "s", "h:m:s", "max_rss", "max_vms", "max_uss", "max_pss", "io_in", "io_out", "mean_load",
    "cpu_time",
)  # fmt: skip
_NOT_KNOWN = "NA"
_SHELL = ("bash", "-euo", "pipefail", "-c")


class _Words(string.Formatter):
    """{input} is the names with blanks between, {input[0]}, {wildcards.x} as Python has them; :q
    quotes for the shell."""

    def get_value(self, key: Any, args: Any, kwargs: Any) -> Any:
        if isinstance(key, int):  # {} or {0}, which no rule has
            raise NameError("the shell command has {} or {0}: braces of the shell stand twice")
        return super().get_value(key, args, kwargs)

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
    is raised for a failure; ValueError for a repeat below 1, else the errors of run().
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


# Of a rule with a shell command; of others, which Snakemake starts itself for anew.
_STRICT = "set -euo pipefail;"
_TARGET = re.compile(r"--target-jobs[ =]'?([^:'\s]+):")
_SHELLS = {"sh", "bash", "dash", "zsh", "ksh"}


def _script_of(row: Mapping[str, Any]) -> str:
    """What a shell was given to run, else ""."""
    words = row.get("cmd") or []
    if len(words) >= 3 and os.path.basename(words[0]) in _SHELLS and words[1] == "-c":
        return str(words[2])
    return ""


def _known_commands(folder: pathlib.Path) -> Iterator[Tuple[str, str]]:
    """(command, rule) of what Snakemake has noted of the outputs that it made there."""
    for path in sorted((folder / ".snakemake" / "metadata").rglob("*")):
        try:
            noted = json.loads(path.read_text(encoding="utf-8"))
            if noted["shellcmd"]:
                yield " ".join(noted["shellcmd"].split()), str(noted["rule"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            continue  # a folder, or not of this kind


def _rule_of(script: str, known: Mapping[str, str]) -> Optional[str]:
    target = _TARGET.search(script)
    if target:
        return target.group(1)
    command = " ".join(script.replace(_STRICT, "", 1).split())
    if command in known:
        return known[command]
    # Long command lines are recorded in part.
    found = {rule for whole, rule in known.items() if whole.startswith(command)}
    return found.pop() if len(found) == 1 and len(command) > 200 else None


def jobs(file: PathName, folder: Optional[PathName] = None) -> List[Job]:
    """A row for each job of a recorded run of Snakemake on this machine, the heaviest first.

    A row is that of Result.by("subtree") with the job's `rule` and `command`. Which rule a shell
    command is of, Snakemake notes beside its outputs, below .snakemake in the working directory of
    the run, or in folder; None where it is not known there. The errors are load()'s.
    """
    result = load(file)
    where = pathlib.Path(os.fsdecode(folder or result.metadata.get("cwd") or "."))
    known = dict(_known_commands(where))
    found = _jobs_among(result.by("subtree"), known)
    if not found:  # what was recorded has started Snakemake
        for line in sorted(_workflows(result)):
            found += _jobs_among(result.by("subtree", under=line), known)
    return sorted(found, key=_cpu_time_ns, reverse=True)


def _workflows(result: Result) -> Set[str]:
    """Patterns of the command lines of Snakemake, but for those that it starts for a job."""
    lines = {" ".join(process.get("cmd") or []) for process in result.processes}
    return {
        re.sub(r"[][*?\\]", "?", line)
        for line in lines
        if re.search(r"(^|[/ ])snakemake( |$)", line) and not _TARGET.search(line)
    }


def _jobs_among(rows: Sequence[Row], known: Mapping[str, str]) -> List[Job]:
    found: List[Job] = []
    for row in rows:
        script = _script_of(row)
        if script.startswith(_STRICT) or _TARGET.search(script):
            found.append({**row, "rule": _rule_of(script, known), "command": script})
    return found


def rules(file: PathName, folder: Optional[PathName] = None) -> List[Rule]:
    """A row for each rule of which jobs() has jobs, with their sums; most CPU time first."""
    found: Dict[Optional[str], List[Job]] = {}
    for job in jobs(file, folder):
        found.setdefault(job["rule"], []).append(job)
    rows = [_sum_of(rule, of_rule) for rule, of_rule in found.items()]
    return sorted(rows, key=_cpu_time_ns, reverse=True)


def _cpu_time_ns(row: Mapping[str, Any]) -> int:
    return int(row.get(_metrics.CPU_TIME_NS, 0))


def _sum_of(rule: Optional[str], of_rule: Sequence[Mapping[str, Any]]) -> Rule:
    peaks = [job[_metrics.PEAK_RSS_KB] for job in of_rule if _metrics.PEAK_RSS_KB in job]
    row = {
        "rule": rule,
        "jobs": len(of_rule),
        "failed": sum(bool(job.get("failed")) for job in of_rule),
        _metrics.CPU_TIME_NS: sum(map(_cpu_time_ns, of_rule)),
        _metrics.WALL_NS: sum(job.get(_metrics.WALL_NS, 0) for job in of_rule),
        _metrics.PEAK_RSS_KB: max(peaks, default=None),
    }
    return cast("Rule", row)
