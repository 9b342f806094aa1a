# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""What a ProcessMonitor is asked for: checked as a whole before a file is opened or anything started."""

from __future__ import annotations

from typing import Any, Optional

from . import _check, _monitor
from ._output import (
    PathName,
    check_pss,
    open_file,
    parse_children,
    parse_format,
    parse_interval,
    parse_label,
    parse_path,
    parse_records,
)
from ._started import tell_what_does_nothing


class Wanted:
    """The arguments that ProcessMonitor and from_pid() share."""

    def __init__(
        self, base_interval_ms: int, max_interval_ms: int, since_process_start: bool,
        output_file: Optional[PathName], output_format: str, store_in_memory: bool, quiet: bool,
        include_children: bool, write_metadata: bool, write_env: bool, enable_ebpf: bool,
        enable_gpu: bool, accounting: str, children: Optional[int], pss: bool, no_pss: bool,
        label: Optional[str], net: bool, records: str,
    ) -> None:  # fmt: skip
        self.base_ms = parse_interval(base_interval_ms)
        self.max_ms = parse_interval(max_interval_ms)
        self.since_process_start = _check.flag("since_process_start", since_process_start)
        self.output_file = parse_path(output_file)
        self.form = parse_format(output_format)
        self.store_in_memory = _check.flag("store_in_memory", store_in_memory)
        self.quiet = _check.flag("quiet", quiet)
        self.include_children = _check.flag("include_children", include_children)
        self.write_metadata = _check.flag("write_metadata", write_metadata)
        self.write_env = _check.flag("write_env", write_env)
        _monitor.parse_accounting(accounting)
        self.accounting = accounting
        self.children = parse_children(children)
        check_pss(pss, no_pss)
        self.pss, self.no_pss = pss, no_pss
        self.label = parse_label(label)
        self.net = _check.flag("net", net)
        self.records = parse_records(records)
        tell_what_does_nothing(enable_ebpf, enable_gpu)

    def open_file(self) -> Optional[_monitor.RecordFile]:
        """RuntimeError when it cannot be written: before anything starts that could not be recorded."""
        if self.output_file is None:
            return None
        return open_file(
            self.output_file,
            self.form,
            include_children=self.include_children,
            write_metadata=self.write_metadata,
            write_env=self.write_env,
            records=self.records,
        )

    def new_native(self, file: Optional[_monitor.RecordFile], **more: Any) -> _monitor.NativeMonitor:
        return _monitor.NativeMonitor(
            interval_ms=self.base_ms,
            max_interval_ms=self.max_ms,
            accounting=self.accounting,
            include_children=self.include_children,
            since_process_start=self.since_process_start,
            pss=bool(self.pss),
            no_pss=bool(self.no_pss),
            net=self.net,
            label=self.label,
            children_max=self.children,
            file=file,
            **more,
        )
