# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Conditions that a run must not meet, such as "peak_pss > 2GiB"."""

from __future__ import annotations

import ctypes
import math
import os
from ctypes import POINTER, byref, c_void_p
from typing import Any, Iterable, List, Literal, Tuple, TypedDict, Union

from . import _abi, _abi_runs, _check, _native
from ._insight import name_of, text_of, to_error
from ._output import PathName
from .process import ProcessMonitor

Outcome = Literal["kept", "broken", "undecided", "unknown"]
Bound = Literal["exact", "at least", "at most", "about"]

_OUTCOMES: Tuple[Outcome, ...] = ("kept", "broken", "undecided", "unknown")
_VALUES: Tuple[Bound, ...] = ("exact", "at least", "at most", "about")


class BudgetOutcome(TypedDict):
    """What each budget has."""

    budget: str  # as it was given
    #: undecided when the figure is a bound from which neither follows; unknown
    outcome: Outcome
    bound: float  # in the unit
    unit: str


class Budget(BudgetOutcome, total=False):
    """How a budget fared."""

    value: float  # in the unit; absent when it is not known
    value_is: Bound  # what it says of the true figure
    reason: str  # why the figure is not known or not exact; absent when it is


def check_budgets(run: Union[PathName, ProcessMonitor], budgets: Iterable[str]) -> List[Budget]:
    """How each budget fared in a run: a recorded file, or a ProcessMonitor that has ended.

    A budget is the condition under which it is broken, NAME OP VALUE: a key of the summary, or the
    key without its unit; one of > >= < <= == !=; a number with a unit. "programs[cc1].runs > 100"
    is of the programs of one name. TypeError for what is no list of texts; ValueError marks what is wrong with one; OSError when the file
    cannot be read or has no summary, RuntimeError while the monitor's run goes on.
    """
    if isinstance(budgets, (str, bytes)):
        raise TypeError("the budgets are a list of texts, not a text")
    wanted = [_check.text("a budget", budget) for budget in budgets]
    library = _native.library()
    handle = c_void_p()
    result = library.denet_budgets_new(byref(handle))
    if result < 0:
        raise _native.to_oserror(result)
    try:
        for budget in wanted:
            _add(library, handle, budget)
        if isinstance(run, ProcessMonitor):
            return _check_lines(library, handle, run._records_of_run())
        return _check_file(library, handle, run)
    finally:
        library.denet_budgets_free(handle)


def _add(library: ctypes.CDLL, handle: c_void_p, budget: str) -> None:
    error = _native.new_error()
    raw = budget.encode("utf-8", "surrogateescape")
    result = library.denet_budgets_add(handle, raw, byref(error))
    if result < 0:
        raise ValueError(_native.error_text(result, error))


def _check_lines(library: ctypes.CDLL, handle: c_void_p, lines: List[str]) -> List[Budget]:
    """The library reads files: one without a name serves."""
    fd = os.memfd_create("records", os.MFD_CLOEXEC)
    with open(fd, "wb") as file:
        file.writelines(line.encode("utf-8", "replace") + b"\n" for line in lines)
        file.flush()
        return _check_file(library, handle, f"/proc/self/fd/{fd}")


def _check_file(library: ctypes.CDLL, handle: c_void_p, path: PathName) -> List[Budget]:
    name = name_of(path)
    if name is None:
        raise TypeError(f"a file's name or a ProcessMonitor, not {type(path).__name__}")
    error = _native.new_error()
    stats = POINTER(_abi_runs.Stats)()
    result = library.denet_stats_read(name, byref(stats), byref(error))
    if result < 0:
        raise to_error(result, error, name)
    try:
        return _check_each(library, handle, stats.contents.summary)
    finally:
        library.denet_stats_free(stats)


def _check_each(library: ctypes.CDLL, handle: c_void_p, summary: Any) -> List[Budget]:
    checked = []
    for place in range(library.denet_budgets_count(handle)):
        budget = _abi.Budget(size=ctypes.sizeof(_abi.Budget))
        result = library.denet_budgets_check(handle, place, summary, byref(budget))
        if result < 0:
            raise _native.to_oserror(result)
        checked.append(_as_dict(budget))
    return checked


def _as_dict(budget: Any) -> Budget:
    made: Budget = {
        "budget": text_of(budget.expression),
        "outcome": _OUTCOMES[budget.outcome],
        "bound": budget.bound,
        "unit": text_of(budget.unit),
    }
    if not math.isnan(budget.value):
        made["value"] = budget.value
        made["value_is"] = _VALUES[budget.value_is]
    if budget.reason is not None:
        made["reason"] = text_of(budget.reason)
    return made
