# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Ctrl-C while a command starts."""

from __future__ import annotations

import signal
import threading
from typing import Any, Tuple


class HeldCtrlC:
    """Keeps Ctrl-C until release(): before anybody could kill the command that has just started."""

    def __init__(self) -> None:
        self._previous: Any = None
        self._came: Tuple[Any, ...] = ()

    def __enter__(self) -> "HeldCtrlC":
        previous = signal.getsignal(signal.SIGINT)
        if threading.current_thread() is threading.main_thread() and callable(previous):
            self._previous = previous
            signal.signal(signal.SIGINT, self._keep)
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def _keep(self, *came: Any) -> None:
        self._came = came

    def release(self) -> None:
        """From here on Ctrl-C does what it did, at once if it has come meanwhile."""
        previous, self._previous = self._previous, None
        if previous is not None:
            signal.signal(signal.SIGINT, previous)
            if self._came:
                previous(*self._came)
