# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""What a command, or this program, really used: denet's Python API with exact figures.

`import denet_bpf as denet` and go on. Processes are followed by libdenet: by eBPF where the rights
allow it, else from /proc; each summary says which (`accounting`).
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing's own: to import it would take longest
if TYPE_CHECKING:
    from typing import Any, List

    from ._budgets import check_budgets
    from ._execute import (
        execute_with_monitoring,
        generate_summary_from_file,
        generate_summary_from_metrics_json,
    )
    from ._insight import parallelism, roll_up, waited_for
    from ._notebook import load_ipython_extension
    from ._result import Result, Summary, load
    from ._run import run, run_async
    from .analysis import (
        aggregate_metrics,
        convert_format,
        find_peaks,
        load_metrics,
        load_records,
        process_tree_analysis,
        resource_utilization,
        save_metrics,
        to_dataframe,
    )
    from .process import ProcessMonitor
    from .profiling import Monitor, monitor, profile
    from .report import generate_report

__version__ = "0.1.0"

__all__ = [
    "Monitor",
    "ProcessMonitor",
    "Result",
    "Summary",
    "aggregate_metrics",
    "check_budgets",
    "convert_format",
    "execute_with_monitoring",
    "find_peaks",
    "generate_report",
    "generate_summary_from_file",
    "generate_summary_from_metrics_json",
    "load",
    "load_ipython_extension",
    "load_metrics",
    "load_records",
    "monitor",
    "parallelism",
    "process_tree_analysis",
    "profile",
    "resource_utilization",
    "roll_up",
    "run",
    "run_async",
    "save_metrics",
    "to_dataframe",
    "waited_for",
]

# Each is imported when it is asked for: a program that measures one block needs no tables.
_LATER = {
    "aggregate_metrics": "analysis",
    "convert_format": "analysis",
    "find_peaks": "analysis",
    "load_metrics": "analysis",
    "load_records": "analysis",
    "process_tree_analysis": "analysis",
    "resource_utilization": "analysis",
    "save_metrics": "analysis",
    "to_dataframe": "analysis",
    "ProcessMonitor": "process",
    "Result": "_result",
    "Summary": "_result",
    "load": "_result",
    "load_ipython_extension": "_notebook",
    "run": "_run",
    "run_async": "_run",
    "execute_with_monitoring": "_execute",
    "generate_summary_from_file": "_execute",
    "generate_summary_from_metrics_json": "_execute",
    "Monitor": "profiling",
    "monitor": "profiling",
    "profile": "profiling",
    "generate_report": "report",
    "check_budgets": "_budgets",
    "parallelism": "_insight",
    "roll_up": "_insight",
    "waited_for": "_insight",
}


_MODULES = (
    "agent", "analysis", "metlog", "monitoring", "process", "profiling", "report", "snakemake",
    "telemetry", "types",
)  # fmt: skip


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name in _MODULES:
        return import_module(f"{__name__}.{name}")
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> List[str]:
    return sorted({*globals(), *__all__})
