# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""A run as one object: of run() and run_async(), or of a recorded file by load()."""

from __future__ import annotations

import gzip
import json
import os
import tempfile
from typing import TYPE_CHECKING, Any, Dict, Iterable, Iterator, List, Mapping, Optional, Sequence, cast

from . import _check, _metrics
from ._records import Record, flatten_sample, is_sample, kind_of, read_records, to_json
from ._told import Told

if TYPE_CHECKING:
    from ._insight import Row, Waited
    from ._output import PathName
    from .types import By, Library, Sample, Sort, Table


if TYPE_CHECKING:
    from ._record_types import MetadataRecord, ProcessRecord, SummaryFigures
else:

    class SummaryFigures:
        """The attributes, for type checkers."""


def _summary_keys() -> Iterable[str]:
    """Those that a summary may have."""
    from ._record_types import SummaryRecord

    return SummaryRecord.__annotations__


class Summary(SummaryFigures, Mapping[str, Any]):
    """The summary of a run: each key of the summary record as an attribute, units in its name.

    What is not known is None; what there is no such key for an AttributeError. As a mapping it has
    what is known, as the record has it. docs/records.md says what each means.
    """

    def __init__(self, record: Mapping[str, Any]) -> None:
        self._record = {key: record[key] for key in record if key != "kind"}

    if not TYPE_CHECKING:  # a slip in a name is found

        def __getattr__(self, name: str) -> Any:
            if name.startswith("_"):
                raise AttributeError(name)
            if name in self._record:
                return self._record[name]
            if name in _summary_keys():
                return None
            raise AttributeError(f"a summary has no {name!r}")

    def __dir__(self) -> List[str]:
        return sorted({*super().__dir__(), *_summary_keys(), *self._record})

    def __getitem__(self, key: str) -> Any:
        return self._record[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._record)

    def __len__(self) -> int:
        return len(self._record)

    def __repr__(self) -> str:
        return f"Summary({self._record!r})"


class Result(Told):
    """What a run used, to its last process."""

    def __init__(self, records: Sequence[Record], summary: Mapping[str, Any]) -> None:
        self._all = list(records)
        self._summary_text = json.dumps(dict(summary))
        #: Totals and peaks.
        self.summary = Summary(summary)
        #: Of the run: pid, cmd, accounting, host, label, ...
        self.metadata = cast(
            "MetadataRecord",
            next(({**record} for record in records if kind_of(record) == "metadata"), {}),
        )
        #: One dict each, with the figures of the whole tree on top.
        self.samples = cast(
            "List[Sample]", [flatten_sample(record) for record in records if is_sample(record)]
        )
        #: One dict for each that has ended; still running at the end: running is true.
        self.processes = cast(
            "List[ProcessRecord]",
            [record for record in records if kind_of(record) == "process"],
        )

    @property
    def exit_code(self) -> Optional[int]:
        """As subprocess has it: negative for a signal; None when it is not known."""
        number = self.summary.get("signal")
        return -number if number else self.summary.get(_metrics.EXIT_CODE)

    @property
    def accounting(self) -> Optional[str]:
        """Where the figures come from: "bpf" is exact, "proc" sampled; None for denet's files."""
        return self.summary.accounting or self.metadata.get("accounting")

    @property
    def critical_path(self) -> Waited:
        """What the wall time waited for, as waited_for() has it. ValueError when it is not known."""
        from ._insight import waited_for

        return waited_for(self._all)

    def by(
        self, what: By = "comm", *, under: Optional[str] = None, sort: Sort = "cpu",
        top: Optional[int] = None,
    ) -> List[Row]:  # fmt: skip
        """Who used how much, the heaviest first: what is "comm", "cmd", "subtree", "process",
        "exe", "cgroup" or "user"; under=, sort= and top= are those of roll_up()."""
        from ._insight import roll_up

        return roll_up(self._all, what, under, sort, top)["rows"]

    def to_dataframe(self, of: Optional[Table] = None, library: Optional[Library] = None) -> Any:
        """The samples, or of="processes", as a table: see the function of this name."""
        from ._tables import to_dataframe

        return to_dataframe(self._all, of, library)

    def save(self, path: PathName) -> None:
        """All records as JSON Lines, packed by gzip if the name ends in .gz. OSError."""
        name = os.fsdecode(_check.path("path", path))
        text = "".join(to_json(record) + "\n" for record in self._all).encode("utf-8", "replace")
        with open(name, "wb") as file:
            file.write(gzip.compress(text) if name.endswith(".gz") else text)

    def report(self, path: PathName) -> str:
        """Writes an HTML page of it, which a browser shows without a network; returns the path.

        The errors are generate_report()'s."""
        from .report import generate_report

        with tempfile.NamedTemporaryFile(suffix=".jsonl") as file:
            self.save(file.name)
            return generate_report(file.name, path)

    def plot(self) -> Any:
        """CPU and memory over time, as a figure of matplotlib. ImportError without it."""
        from ._notebook import plot

        return plot(self)

    def _all_records(self) -> List[Record]:
        return self._all

    def _repr_html_(self) -> str:
        from ._notebook import html_of

        return html_of(self)

    def __repr__(self) -> str:
        command = self.summary.get("command") or self.metadata.get("cmd") or []
        cpu_ns = self.summary.cpu_time_ns
        used = "" if cpu_ns is None else f", CPU {cpu_ns / 1e9:.3f} s"
        return f"<denet_bpf.Result {' '.join(command)!r}, exit {self.exit_code}{used}>"


def load(path: PathName) -> Result:
    """The run of a recorded file: ours, denet's of any version, packed by gzip or not.

    OSError when it cannot be read or has no records, ValueError for bad JSON.
    """
    from ._execute import generate_summary_from_file

    records = read_records(path)
    last = [record for record in records if kind_of(record) == "summary"]
    return Result(records, last[-1] if last else json.loads(generate_summary_from_file(path)))
