# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""A fork while monitors have threads: these end before it and go on behind it.

A process with threads should not fork, as Python 3.12 and later warn; that a block is measured must
not be what it warns of.
"""

from __future__ import annotations

import os
import time
import weakref
from typing import Any, List, Tuple

_TRIES = 200
_PAUSE_S = 0.0005

_monitors: "weakref.WeakSet[Any]" = weakref.WeakSet()
_paused: List[Tuple[Any, bool]] = []
_is_registered = False


def add(monitor: Any) -> None:
    """A monitor that has a thread from now on; has pause() and resume(had_thread)."""
    global _is_registered
    _monitors.add(monitor)
    if not _is_registered:
        _is_registered = True
        os.register_at_fork(before=_before, after_in_parent=_after, after_in_child=_after)


def _count_threads() -> int:
    try:
        return len(os.listdir("/proc/self/task"))
    except OSError:
        return 0


def _before() -> None:
    before = _count_threads()
    for monitor in list(_monitors):
        _paused.append((monitor, monitor.pause()))
    # One that was joined is still counted for a moment.
    left = before - sum(had_thread for _, had_thread in _paused)
    for _ in range(_TRIES):
        if _count_threads() <= left:
            return
        time.sleep(_PAUSE_S)


def _after() -> None:
    while _paused:
        monitor, had_thread = _paused.pop()
        monitor.resume(had_thread)
