# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""pytest --denet: CPU time, peak memory and processes of each test.

Measured while the test's function runs (without its fixtures' set-up): the process that runs the
test with all its threads and descendants. The terminal has the ten tests with most CPU time,
--denet=N that many, --denet=all all of them. JUnit XML has the properties denet_cpu_time_s,
denet_peak_rss_kb, denet_processes_started and denet_accounting of each, --denet-json FILE the same.

--denet-compare FILE fails a test that uses more than --denet-bound percent (25) above what such a
file has for it; less than 50 ms of CPU time or 8 MiB more are never too much. --denet-max-rss SIZE
fails a test whose peak is above SIZE, say 500M. Of one test, where any of these is given:

    @pytest.mark.denet(max_rss="500M", max_cpu=2)  # seconds

The peak is that of all processes together, what the test process held before included; it is a
lower bound: the largest sum at a sample (every 50 ms) or the largest peak of a single process.

Without libdenet, or without the rights for BPF, the figures come from /proc (denet_accounting
"proc"): CPU time of children that were not waited for, and processes shorter than a sample, are
then missing.
"""

import json
import os
import re
from dataclasses import dataclass
from typing import Any, Dict, Generator, List, Optional, Tuple, Union

import pytest

from . import _metrics
from ._meters import Figures, Meter, ProcMeter, best_meter

_PREFIX = "denet_"
_UNITS = ["KiB", "MiB", "GiB", "TiB"]
_CPU = "cpu_time_s"
_PEAK = _metrics.PEAK_RSS_KB
_STARTED = _metrics.PROCESSES_STARTED
_SHOWN = 10
_NOISE_CPU_S = 0.05
_NOISE_KB = 8 << 10


def pytest_addoption(parser: Any) -> None:
    """--denet and what goes with it."""
    group = parser.getgroup("denet", "resources of tests")
    group.addoption(
        "--denet",
        metavar="N",
        nargs="?",
        const=str(_SHOWN),
        default=None,
        help="report CPU time, peak memory and processes of the N tests with most CPU time, or of "
        f"all; {_SHOWN} without =N",
    )
    group.addoption(
        "--denet-max-rss",
        metavar="SIZE",
        default=None,
        help="fail a test whose peak of memory is above SIZE (bytes, or with K, M, G, T); "
        "implies --denet",
    )
    group.addoption(
        "--denet-json",
        metavar="FILE",
        default=None,
        help="write the figures of each test as JSON; implies --denet",
    )
    group.addoption(
        "--denet-compare",
        metavar="FILE",
        default=None,
        help="fail a test that uses more than in a file of --denet-json; implies --denet",
    )
    group.addoption(
        "--denet-bound",
        metavar="PERCENT",
        type=float,
        default=25.0,
        help="so much more is still good for --denet-compare; 25 unless told",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: Any, args: List[str]) -> None:
    """What follows --denet with a blank between is no N, but a file as it ever was."""
    named = early_config.known_args_namespace
    for place, word in enumerate(args):
        if word == "--":
            return
        if word == "--denet":
            args[place] = f"--denet={_SHOWN}"
            if args[place + 1 : place + 2] == [named.denet]:
                named.file_or_dir.append(named.denet)
                named.denet = str(_SHOWN)


def pytest_configure(config: Any) -> None:
    """Does nothing unless asked."""
    config.addinivalue_line(
        "markers",
        "denet(max_rss, max_cpu): with --denet, fail above so much memory (500M), so many seconds "
        "of CPU time",
    )
    names = ("denet", "denet_max_rss", "denet_json", "denet_compare")
    if all(config.getoption(name) is None for name in names):
        return
    config.pluginmanager.register(_Plugin(config), "denet-meter")


def size_kb(text: str, what: str = "--denet-max-rss") -> int:
    """ "500M", "1.5 GiB" and the like in KiB, a factor of 1024 between units.
    pytest.UsageError for what is none."""
    match = re.match(r"^\s*(\d+(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?\s*$", text, re.IGNORECASE)
    if not match:
        raise pytest.UsageError(f"{what} {text!r}: a size is expected, as 500M")
    return int(float(match.group(1)) * 1024 ** " KMGT".index(match.group(2).upper() or " ")) // 1024


def _human_kb(kb: float) -> str:
    unit = 0
    while kb >= 1024 and unit + 1 < len(_UNITS):
        kb, unit = kb / 1024, unit + 1
    return f"{kb:.0f} {_UNITS[unit]}" if unit == 0 or kb >= 100 else f"{kb:.1f} {_UNITS[unit]}"


def _shown(text: Optional[str]) -> Optional[int]:
    """How many; None for all."""
    if text == "all":
        return None
    if text is not None and not text.isdecimal():
        raise pytest.UsageError(f"--denet={text}: a number is expected, or all")
    return _SHOWN if text is None else int(text)


def _read_earlier(path: Optional[str]) -> Dict[str, Dict[str, Any]]:
    if path is None:
        return {}
    try:
        with open(path, encoding="utf-8") as file:
            tests: Dict[str, Dict[str, Any]] = json.load(file)["tests"]
        return {test: dict(row) for test, row in tests.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise pytest.UsageError(f"--denet-compare {path}: {error or 'not of --denet-json'}") from None


@dataclass
class Limits:
    """What one test may use; None for any amount."""

    max_rss_kb: Optional[int] = None
    max_cpu_s: Optional[float] = None


def _limits_of_mark(
    max_rss: Union[None, str, int] = None, max_cpu: Optional[float] = None
) -> Limits:
    kb = None if max_rss is None else size_kb(str(max_rss), "max_rss of the mark denet")
    return Limits(kb, None if max_cpu is None else float(max_cpu))


def _limits_of(item: Any) -> Limits:
    """By the mark that is nearest to the test."""
    mark = item.get_closest_marker("denet")
    if mark is None:
        return Limits()
    try:
        return _limits_of_mark(*mark.args, **mark.kwargs)
    except (TypeError, ValueError) as error:
        raise pytest.UsageError(f"{item.nodeid}: the mark denet: {error}") from None


def _properties(figures: Figures) -> List[Tuple[str, Any]]:
    return [
        (_PREFIX + _CPU, round(figures.cpu_time_s, 6)),
        (_PREFIX + _PEAK, figures.peak_rss_kb),
        (_PREFIX + _STARTED, figures.processes_started),
        (_PREFIX + "accounting", figures.accounting),
    ]


class _Plugin:
    def __init__(self, config: Any) -> None:
        budget = config.getoption("denet_max_rss")
        self._config = config
        self._budget_kb = None if budget is None else size_kb(budget)
        self._shown = _shown(config.getoption("denet"))
        self._json = config.getoption("denet_json")
        self._earlier = _read_earlier(config.getoption("denet_compare"))
        self._factor = 1 + config.getoption("denet_bound") / 100
        self._limits: Dict[str, Limits] = {}
        self._meter: Optional[Meter] = None
        self._owner = 0
        self._measured: Dict[str, Figures] = {}  # of the test that has run and is not reported yet
        self._rows: List[Tuple[str, Dict[str, Any]]] = []

    def pytest_collection_modifyitems(self, items: List[Any]) -> None:
        """Before the first test runs, marks that say nothing are told."""
        for item in items:
            limits = _limits_of(item)
            if limits != Limits():
                self._limits[item.nodeid] = limits
        if self._limits or self._earlier or self._budget_kb is not None:
            self._config.pluginmanager.register(_Judge(self), "denet-judge")

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
        self._measured = {item.nodeid: figures}

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

    def why_too_much(self, item: Any) -> List[str]:
        """What the test has used beyond its bounds, a line each; asked once."""
        figures = self._measured.pop(item.nodeid, None)
        return [] if figures is None else self._too_much(item.nodeid, figures)

    def _too_much(self, test: str, figures: Figures) -> List[str]:
        reasons: List[str] = []
        limits = self._limits.get(test)
        if self._budget_kb is not None:
            self._check_peak(reasons, figures, self._budget_kb, "--denet-max-rss")
        if limits is not None and limits.max_rss_kb is not None:
            self._check_peak(reasons, figures, limits.max_rss_kb, "max_rss")
        if limits is not None and limits.max_cpu_s is not None:
            if figures.cpu_time_s > limits.max_cpu_s:
                reasons.append(
                    f"CPU time {figures.cpu_time_s:.3f} s is above the budget of "
                    f"{limits.max_cpu_s:g} s (max_cpu)"
                )
        if test in self._earlier:
            self._compare(reasons, figures, self._earlier[test])
        return reasons

    @staticmethod
    def _check_peak(reasons: List[str], figures: Figures, max_kb: int, whose: str) -> None:
        peak_kb = figures.peak_rss_kb
        if peak_kb > max_kb:
            reasons.append(
                f"peak memory {_human_kb(peak_kb)} ({peak_kb} KiB) is above the "
                f"budget of {_human_kb(max_kb)} ({max_kb} KiB, {whose})"
            )

    def _compare(self, reasons: List[str], figures: Figures, earlier: Dict[str, Any]) -> None:
        """Only of figures that come from the same place."""
        if earlier.get("accounting") != figures.accounting:
            return
        cpu_s, peak_kb = earlier.get(_CPU, 0), earlier.get(_PEAK, 0)
        if figures.cpu_time_s > max(cpu_s * self._factor, cpu_s + _NOISE_CPU_S):
            reasons.append(
                f"CPU time {figures.cpu_time_s:.3f} s, it was {cpu_s:.3f} s (--denet-compare)"
            )
        if figures.peak_rss_kb > max(peak_kb * self._factor, peak_kb + _NOISE_KB):
            reasons.append(
                f"peak memory {_human_kb(figures.peak_rss_kb)}, it was {_human_kb(peak_kb)} "
                "(--denet-compare)"
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
        """A line for each of those with most CPU time."""
        if not self._rows:
            return
        rows = sorted(self._rows, key=lambda row: row[1][_CPU], reverse=True)[: self._shown]
        terminalreporter.section("denet: CPU time, peak memory and processes started")
        for nodeid, row in rows:
            terminalreporter.write_line(
                f"{row[_CPU]:9.3f} s {_human_kb(row[_PEAK]):>10} {row[_STARTED]:5d}  {nodeid}"
            )
        if len(rows) < len(self._rows):
            terminalreporter.write_line(f"{len(rows)} of {len(self._rows)} tests, by CPU time")
        if any(row["accounting"] == "proc" for _, row in self._rows):
            terminalreporter.write_line(
                "from /proc: CPU time and processes are lower bounds, as peaks always are"
            )

    def pytest_sessionfinish(self, session: Any) -> None:
        """One file, by whoever has the reports of all."""
        if self._json is None or hasattr(session.config, "workerinput"):
            return
        text = json.dumps({"kind": "denet-tests", "tests": dict(self._rows)}, indent=1)
        with open(self._json, "w", encoding="utf-8") as file:
            file.write(text + "\n")

    def pytest_unconfigure(self) -> None:
        """Ends the measuring."""
        meter, self._meter = self._meter, None
        if meter is not None and self._owner == os.getpid():
            meter.close()


class _Judge:
    """Where there are bounds."""

    def __init__(self, plugin: _Plugin) -> None:
        self._plugin = plugin

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self, item: Any, call: Any) -> Generator[None, Any, None]:
        outcome = yield
        reasons = self._plugin.why_too_much(item) if call.when == "call" else []
        report = outcome.get_result()
        if reasons and report.passed:
            report.outcome = "failed"
            report.longrepr = "\n".join(f"{item.nodeid}: {reason}" for reason in reasons)
