# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""run() and run_async(): a command from its first instruction to a Result."""

from __future__ import annotations

import json
import subprocess
import threading
import time
from typing import TYPE_CHECKING, Any, Dict, Mapping, Optional, Sequence

from . import _check, _metrics
from ._ctrl_c import HeldCtrlC
from ._ending import Tree
from ._execute import _as_subprocess_would
from ._output import parse_timeout
from ._result import Result
from ._started import words_of
from .process import ProcessMonitor

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ._output import PathName
    from ._started import File
    from .types import Accounting, Format, Records, RunOptions

_LOOK_S = 0.1  # so late a cancellation may be seen


def run(
    cmd: Sequence[str],
    *,
    timeout: Optional[float] = None,
    check: bool = False,
    interval_ms: int = 100,
    max_interval_ms: int = 1000,
    output_file: Optional[PathName] = None,
    output_format: Format = "jsonl",
    records: Records = "all",
    accounting: Accounting = "auto",
    children: Optional[int] = None,
    pss: bool = False,
    no_pss: bool = False,
    label: Optional[str] = None,
    net: bool = False,
    own_cgroup: bool = False,
    stdin: File = None,
    stdout: File = None,
    stderr: File = None,
    cwd: Optional[PathName] = None,
    env: Optional[Mapping[str, str]] = None,
) -> Result:
    """Runs a command to its end; its input and output are ours unless others are given.

    timeout is in seconds: then subprocess.TimeoutExpired, with what was measured in its attribute
    denet_result, after the command and all that it has started got TERM, and after five seconds
    KILL; so does any exception meanwhile, as Ctrl-C. check raises subprocess.CalledProcessError for
    an exit code other than 0, with the same attribute. FileNotFoundError when there is no such
    command. Intervals are in milliseconds; the rest is as ProcessMonitor has it.
    """
    return _Run(cmd, timeout, check, **_options(locals())).to_end(threading.Event())


async def run_async(cmd: Sequence[str], **options: Unpack[RunOptions]) -> Result:
    """run(), with its arguments and errors, while the loop goes on. Cancelling it ends the command with all that it has started:
    TERM, after five seconds KILL, and only then the cancellation goes on."""
    import asyncio

    words = {**_DEFAULTS, **options}
    unknown = set(words) - set(_DEFAULTS)
    if unknown:
        raise TypeError(f"run_async() has no {', '.join(sorted(unknown))}")
    timeout, check = words.pop("timeout"), words.pop("check")
    prepared = _Run(cmd, timeout, check, **_options(words))
    stop = threading.Event()
    loop = asyncio.get_running_loop()
    running = loop.run_in_executor(None, prepared.to_end, stop)
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        stop.set()
        while not running.done():
            try:
                await asyncio.wait([running])
            except asyncio.CancelledError:
                continue  # once is enough
        running.exception()
        raise


_DEFAULTS: Dict[str, Any] = dict(run.__kwdefaults__ or {})


def _options(given: Mapping[str, Any]) -> Mapping[str, Any]:
    kept = {key: value for key, value in given.items() if key not in ("cmd", "timeout", "check")}
    kept["base_interval_ms"] = kept.pop(_metrics.INTERVAL_MS)
    return kept


class _Stopped(Exception):
    """Who waits for it has gone."""


class _Run:
    """A command with what it is run with; checked when it is made, started by to_end()."""

    def __init__(
        self, cmd: Sequence[str], timeout: Optional[float], check: bool, **options: Any
    ) -> None:
        self._words = words_of(cmd, ValueError("the command is empty"))
        self._timeout_s = parse_timeout(timeout)
        self._check = _check.flag("check", check)
        self._options = options

    def to_end(self, stop: threading.Event) -> Result:
        with HeldCtrlC() as ctrl_c:
            monitor = self._start()
            return self._follow(monitor, stop, ctrl_c)

    def _follow(
        self, monitor: ProcessMonitor, stop: threading.Event, ctrl_c: HeldCtrlC
    ) -> Result:
        try:
            ctrl_c.release()
            self._wait(monitor, stop)
        except BaseException as error:
            Tree(monitor).end()
            if isinstance(error, subprocess.TimeoutExpired):
                error.denet_result = _result_of(monitor)  # type: ignore[attr-defined]
            raise
        result = _result_of(monitor)
        if self._check and result.exit_code:
            failed = subprocess.CalledProcessError(result.exit_code, self._words)
            failed.denet_result = result  # type: ignore[attr-defined]
            raise failed
        return result

    def _start(self) -> ProcessMonitor:
        try:
            return ProcessMonitor(self._words, quiet=True, write_metadata=True, **self._options)
        except RuntimeError as error:
            cwd = self._options.get("cwd")
            raise _as_subprocess_would(error, self._words[0], cwd) from error.__cause__

    def _wait(self, monitor: ProcessMonitor, stop: threading.Event) -> None:
        end_s = None if self._timeout_s is None else time.monotonic() + self._timeout_s
        while True:
            until_s = time.monotonic() + _LOOK_S
            if monitor._run_until(until_s if end_s is None else min(until_s, end_s)):
                return
            if stop.is_set():
                raise _Stopped
            if end_s is not None and time.monotonic() >= end_s:
                raise subprocess.TimeoutExpired(self._words, self._timeout_s or 0)


def _result_of(monitor: ProcessMonitor) -> Result:
    metadata = json.loads(monitor.get_metadata() or "{}")
    summary = json.loads(monitor.get_summary())
    records = [
        {"kind": "metadata", **metadata},
        *map(json.loads, monitor.get_children()),
        *map(json.loads, monitor.get_samples()),
        *monitor.get_processes(),
        {"kind": "summary", **summary},
    ]
    result = Result(records, summary)
    result._recording_error = monitor.recording_error
    return result
