# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""pytest --denet: CPU time, peak memory and processes of each test.

Measured while the test's function runs (without its fixtures' set-up): the process that runs the
test with all its threads and descendants. The terminal has a line for each test, and JUnit XML the
properties denet_cpu_time_s, denet_peak_rss_kb, denet_processes_started and denet_accounting.

--denet-max-rss SIZE fails a test whose peak is above SIZE, say 500M. The peak is that of all
processes together, what the test process held before included; it is a lower bound: the largest
sum at a sample (every 50 ms) or the largest peak of a single process.

Without libdenet, or without the rights for BPF, the figures come from /proc (denet_accounting
"proc"): CPU time of children that were not waited for, and processes shorter than a sample, are
then missing.
"""

import os
import re
from typing import Any, Dict, Generator, List, Optional, Tuple

import pytest

from . import _metrics
from ._meters import Figures, Meter, ProcMeter, best_meter

_PREFIX = "denet_"
_UNITS = ["KiB", "MiB", "GiB", "TiB"]


def pytest_addoption(parser: Any) -> None:
    """--denet and --denet-max-rss."""
    group = parser.getgroup("denet", "resources of tests")
    group.addoption(
        "--denet",
        action="store_true",
        default=False,
        help="report CPU time, peak memory and processes of each test",
    )
    group.addoption(
        "--denet-max-rss",
        metavar="SIZE",
        default=None,
        help="fail a test whose peak of memory is above SIZE (bytes, or with K, M, G, T); "
        "implies --denet",
    )


def pytest_configure(config: Any) -> None:
    """Does nothing unless asked."""
    budget = config.getoption("denet_max_rss")
    if budget is None and not config.getoption("denet"):
        return
    budget_kb = None if budget is None else size_kb(budget)
    config.pluginmanager.register(_Plugin(budget_kb), "denet-meter")


def size_kb(text: str) -> int:
    """ "500M", "1.5 GiB" and the like in KiB, a factor of 1024 between units."""
    match = re.match(r"^\s*(\d+(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?\s*$", text, re.IGNORECASE)
    if not match:
        raise pytest.UsageError(f"--denet-max-rss {text!r}: a size is expected, as 500M")
    return int(float(match.group(1)) * 1024 ** " KMGT".index(match.group(2).upper() or " ")) // 1024


def _human_kb(kb: float) -> str:
    unit = 0
    while kb >= 1024 and unit + 1 < len(_UNITS):
        kb, unit = kb / 1024, unit + 1
    return f"{kb:.0f} {_UNITS[unit]}" if unit == 0 or kb >= 100 else f"{kb:.1f} {_UNITS[unit]}"


def _properties(figures: Figures) -> List[Tuple[str, Any]]:
    return [
        (_PREFIX + "cpu_time_s", round(figures.cpu_time_s, 6)),
        (_PREFIX + _metrics.PEAK_RSS_KB, figures.peak_rss_kb),
        (_PREFIX + _metrics.PROCESSES_STARTED, figures.processes_started),
        (_PREFIX + "accounting", figures.accounting),
    ]


class _Plugin:
    def __init__(self, budget_kb: Optional[int]) -> None:
        self._budget_kb = budget_kb
        self._meter: Optional[Meter] = None
        self._owner = 0
        self._peak_kb: Dict[str, int] = {}  # of tests that have run and are not reported yet
        self._rows: List[Tuple[str, Dict[str, Any]]] = []

    # Innermost: what other plugins do around the test is not measured.
    @pytest.hookimpl(hookwrapper=True, trylast=True)
    def pytest_runtest_call(self, item: Any) -> Generator[None, Any, None]:
        meter = self._begin()
        yield
        try:
            figures = meter.end()
        except OSError:  # not known: the test's own result stands
            return
        item.user_properties.extend(_properties(figures))
        self._peak_kb[item.nodeid] = figures.peak_rss_kb

    def _begin(self) -> Meter:
        # Here and not earlier: the controller of pytest-xdist runs no test, and one that runs in a
        # forked process needs a meter of its own.
        if self._meter is None or self._owner != os.getpid():
            self._meter, self._owner = best_meter(), os.getpid()
        try:
            self._meter.begin()
        except OSError:
            self._meter.close()
            self._meter = ProcMeter()
            self._meter.begin()
        return self._meter

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self, item: Any, call: Any) -> Generator[None, Any, None]:
        outcome = yield
        if call.when != "call":
            return
        peak_kb = self._peak_kb.pop(item.nodeid, None)
        if peak_kb is None or self._budget_kb is None or peak_kb <= self._budget_kb:
            return
        report = outcome.get_result()
        if report.passed:
            report.outcome = "failed"
            report.longrepr = (
                f"{item.nodeid}: peak memory {_human_kb(peak_kb)} ({peak_kb} KiB) is above the "
                f"budget of {_human_kb(self._budget_kb)} ({self._budget_kb} KiB, --denet-max-rss)"
            )

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Also where the tests run in other processes."""
        if report.when != "call":
            return
        found = {
            name[len(_PREFIX) :]: value
            for name, value in report.user_properties
            if name.startswith(_PREFIX)
        }
        if "accounting" in found:
            self._rows.append((report.nodeid, found))

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """A line for each test, in the order in which they ran."""
        if not self._rows:
            return
        terminalreporter.section("denet: CPU time, peak memory and processes started")
        for nodeid, row in self._rows:
            terminalreporter.write_line(
                f"{row['cpu_time_s']:9.3f} s {_human_kb(row[_metrics.PEAK_RSS_KB]):>10} "
                f"{row[_metrics.PROCESSES_STARTED]:5d}  {nodeid}"
            )
        if any(row["accounting"] == "proc" for _, row in self._rows):
            terminalreporter.write_line(
                "from /proc: CPU time and processes are lower bounds, as peaks always are"
            )

    def pytest_unconfigure(self) -> None:
        """Ends the measuring."""
        meter, self._meter = self._meter, None
        if meter is not None and self._owner == os.getpid():
            meter.close()
