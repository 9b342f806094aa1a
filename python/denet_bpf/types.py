# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""What this package's functions take and return, by name, for who writes annotations of their own.

    from denet_bpf.types import Accounting, Sample, ProcessRecord

The records are made from the table of metrics: each key with its unit and meaning. What is not known
has no key.
"""

from __future__ import annotations

import os
from typing import IO, Any, Dict, List, Literal, Mapping, Optional, TypedDict, Union

from ._budgets import Budget
from ._insight import RollUp, Row, Segment, Waited, WaitedProgram
from ._record_types import (
    AggregatedSample,
    ChildRecord,
    EnvRecord,
    ExitRecord,
    MemberSample,
    MetadataRecord,
    ProcessRecord,
    ProgramShare,
    SampleRecord,
    SummaryRecord,
    TreeRecord,
)

__all__ = [
    "Accounting", "AggregatedSample", "Budget", "By", "ChildRecord", "EnvRecord", "ExitRecord", "File",
    "Format", "Kind", "Library", "MemberSample", "MetadataRecord", "Method", "PathName", "ProcessRecord",
    "ProgramShare", "Records", "RollUp", "Row", "RunOptions", "Sample", "SampleRecord", "SavedFormat",
    "Segment", "Sort", "SummaryRecord", "Table", "TreeRecord", "Waited", "WaitedProgram",
]  # fmt: skip

PathName = Union[str, "os.PathLike[str]"]
#: What a command's input and output may be: a file, a descriptor, subprocess.DEVNULL, None for ours.
File = Union[None, int, IO[Any]]
#: Where figures come from: by BPF exact, by /proc sampled, auto what is allowed.
Accounting = Literal["auto", "bpf", "proc"]
#: Which records a file has.
Records = Literal["all", "denet"]
#: Of a file that is written while a run goes on.
Format = Literal["jsonl", "jsonlines", "json", "csv"]
#: Of records that are there already.
SavedFormat = Literal["jsonl", "json", "csv"]
Method = Literal["mean", "max", "min"]
Table = Literal["samples", "processes"]
Library = Literal["pandas", "polars"]
By = Literal["process", "comm", "cmd", "exe", "subtree", "cgroup", "user"]
Sort = Literal["cpu", "wall", "peak", "runs"]
#: Of a record; those from machine on are of denet-bpf host.
Kind = Literal[
    "metadata", "env", "child", "tree", "sample", "process", "exit", "summary",
    "machine", "group", "command", "processes", "heavy", "history", "disk", "interface",
    "filesystem", "container", "class", "connections", "alert",
]  # fmt: skip


class Sample(AggregatedSample, total=False):
    """A sample as profile(), monitor() and a Result have it: the figures of the whole tree on top."""

    kind: str
    parent: MemberSample
    children: List[Dict[str, Any]]
    children_omitted: int
    aggregated: AggregatedSample


class RunOptions(TypedDict, total=False):
    """The keywords of run() and run_async()."""

    timeout: Optional[float]
    check: bool
    interval_ms: int
    max_interval_ms: int
    output_file: Optional[PathName]
    output_format: Format
    records: Records
    accounting: Accounting
    children: Optional[int]
    pss: bool
    no_pss: bool
    label: Optional[str]
    net: bool
    own_cgroup: bool
    stdin: File
    stdout: File
    stderr: File
    cwd: Optional[PathName]
    env: Optional[Mapping[str, str]]
