# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Ends a command with all that it has started: TERM, after five seconds KILL, never a group."""

from __future__ import annotations

import json
import os
import select
import signal
import time
from contextlib import suppress
from typing import Dict, Set

from .process import ProcessMonitor

TERM_PAUSE_S = 5
# What cannot be killed, as one that waits for a dead disk, is left behind.
KILL_PAUSE_S = 5
_LOOK_S = 0.05


class Tree:
    """The living members of a monitor's tree, held so that no other gets what is meant for them."""

    def __init__(self, monitor: ProcessMonitor) -> None:
        self._monitor = monitor
        self._held: Dict[int, int] = {}  # pid: its descriptor
        self._told: Set[int] = set()  # in this round
        self._ended: Set[int] = set()

    def end(self) -> None:
        """Until none of them lives, or nothing more can be done."""
        try:
            for number, pause_s in (
                (signal.SIGTERM, TERM_PAUSE_S),
                (signal.SIGKILL, KILL_PAUSE_S),
            ):
                self._told.clear()
                if self._signal_until_gone(number, time.monotonic() + pause_s):
                    break
        finally:
            self._monitor.close()
            for fd in self._held.values():
                os.close(fd)
            self._held.clear()

    def _signal_until_gone(self, number: int, end_s: float) -> bool:
        while True:
            self._hold_members()
            for pid, fd in self._held.items():
                if pid not in self._told:
                    self._told.add(pid)
                    with suppress(ProcessLookupError, PermissionError):
                        signal.pidfd_send_signal(fd, number)
            if not self._held and self._monitor._native.ended:
                return True
            now = time.monotonic()
            if now >= end_s:
                return False
            self._monitor._run_until(min(end_s, now + _LOOK_S))
            if self._monitor._native.ended and self._held:
                self._wait_for_one(min(end_s, time.monotonic() + _LOOK_S))
            self._drop_ended()

    def _hold_members(self) -> None:
        """A pid that is a member's behind the opening was so when it was opened."""
        for pid in self._members():
            if pid not in self._held:
                with suppress(ProcessLookupError, OSError):
                    self._held[pid] = os.pidfd_open(pid)
        still = self._members() | self._told
        # ruled out: it had ended before, and the number may be a stranger's
        for pid in [pid for pid in self._held if pid not in still]:
            os.close(self._held.pop(pid))

    def _members(self) -> Set[int]:
        monitor = self._monitor
        if monitor._native.ended:
            survivors = [process for process in monitor.get_processes() if process.get("running")]
            return {process["pid"] for process in survivors} - self._ended
        if not monitor._native.is_root_alive():
            return set(self._held)
        line = monitor.sample_once()
        record = json.loads(line) if line else {}
        found = {child["pid"] for child in record.get("children", ())}
        return found | ({monitor.get_pid()} if line else set())

    def _wait_for_one(self, end_s: float) -> None:
        waiting = select.poll()
        for fd in self._held.values():
            waiting.register(fd, select.POLLIN)
        waiting.poll(max(0.0, end_s - time.monotonic()) * 1000)

    def _drop_ended(self) -> None:
        for pid, fd in list(self._held.items()):
            if select.select([fd], [], [], 0)[0]:
                os.close(self._held.pop(pid))
                self._ended.add(pid)
