# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""What is told beside figures, once, by logging.getLogger("denet_bpf"); and by attributes."""

from __future__ import annotations

import json
import os
from typing import Any, Dict, Optional, Set

from . import _metrics

_LOST = (
    _metrics.EVENTS_LOST,
    _metrics.RECORDS_LOST,
    _metrics.TASKS_LOST,
    _metrics.SAMPLES_FAILED,
)
_LOWER_BOUNDS = (
    "figures come from /proc by samples and are lower bounds: BPF cannot be used here"
    " (`denet-bpf doctor` says why)"
)
_told: Set[str] = set()


def warn(text: str, *arguments: object) -> None:
    """A line for whoever listens; without a handler it goes to stderr, as logging has it."""
    import logging  # takes longer to import than all of this package

    logging.getLogger("denet_bpf").warning(text, *arguments)


def warn_once(text: str) -> None:
    """Once in the life of this process."""
    if is_first(text):
        warn(text)


def is_first(text: str) -> bool:
    """Whether nobody has asked for that text before in the life of this process."""
    if text in _told:
        return False
    _told.add(text)
    return True


def tell_accounting(wanted: str, used: str) -> None:
    """Once, where exact figures were hoped for and cannot be had."""
    if wanted == "auto" and used != "bpf":
        warn_once(_LOWER_BOUNDS)


def _lost_of(summary: Dict[str, Any]) -> Dict[str, int]:
    return {key: summary[key] for key in _LOST if summary.get(key)}


class Told:
    """accounting, incomplete, lost and recording_error of whatever monitors."""

    _summary_text: Optional[str] = None
    _recording_error: Optional[OSError] = None

    @property
    def recording_error(self) -> Optional[OSError]:
        """Why the record file has not all records; None while all could be written."""
        return self._recording_error

    @property
    def incomplete(self) -> Optional[str]:
        """Why figures are not of the whole run; None when they are, or while it runs."""
        return self._told_of_end().get("incomplete")

    @property
    def lost(self) -> Dict[str, int]:
        """What the kernel or the monitor had to drop, by the summary's key; {} when nothing."""
        return _lost_of(self._told_of_end())

    def _told_of_end(self) -> Dict[str, Any]:
        return json.loads(self._summary_text) if self._summary_text else {}

    def _tell_accounting(self, wanted: str, used: str) -> None:
        tell_accounting(wanted, used)

    def _tell_end(self, summary: str) -> None:
        self._summary_text = summary
        found = self._told_of_end()
        if found.get("incomplete"):
            warn("the figures are not of the whole run: %s", found["incomplete"])
        self._tell_lost(_lost_of(found))

    def _tell_lost(self, lost: Dict[str, int]) -> None:
        if lost:
            counts = ", ".join(f"{key} {count}" for key, count in lost.items())
            warn("not all was seen: %s", counts)

    def _tell_recording(self, error: int, name: object) -> None:
        """Recording has stopped by itself; the work goes on."""
        if error and self._recording_error is None:
            path = os.fsdecode(name)  # type: ignore[arg-type]
            self._recording_error = OSError(error, os.strerror(error), path)
            warn("recording to %s has stopped: %s", path, os.strerror(error))
