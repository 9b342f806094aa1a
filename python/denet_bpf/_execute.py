# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""denet's functions beside ProcessMonitor: run a command to its end, sum up records."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Mapping, Optional, Sequence, Tuple, Union

from . import _check, _monitor
from ._ctrl_c import HeldCtrlC
from ._output import PathName, parse_timeout
from ._started import File, FileToMake, words_of
from .process import ProcessMonitor

if TYPE_CHECKING:
    from .types import Accounting, Format, Records

_TERM_PAUSE_S = 0.5
# What cannot be killed, as one that waits for a dead disk, is left behind.
_KILL_PAUSE_S = 5


def execute_with_monitoring(
    cmd: Union[str, Sequence[str]],
    stdout_file: Optional[PathName] = None,
    stderr_file: Optional[PathName] = None,
    timeout: Optional[float] = None,
    base_interval_ms: int = 100,
    max_interval_ms: int = 1000,
    store_in_memory: bool = True,
    output_file: Optional[PathName] = None,
    output_format: Format = "jsonl",
    since_process_start: bool = False,
    pause_for_attachment: bool = True,
    quiet: bool = False,
    include_children: bool = True,
    write_metadata: bool = False,
    enable_ebpf: bool = False,
    enable_gpu: bool = False,
    *,
    write_env: bool = False,
    accounting: Accounting = "auto",
    children: Optional[int] = None,
    pss: bool = False,
    no_pss: bool = False,
    label: Optional[str] = None,
    net: bool = False,
    records: Records = "all",
    stdin: File = None,
    stdout: File = subprocess.DEVNULL,
    stderr: File = subprocess.DEVNULL,
    cwd: Optional[PathName] = None,
    env: Optional[Mapping[str, str]] = None,
    own_cgroup: bool = False,
) -> Tuple[int, ProcessMonitor]:
    """Runs a command in a session of its own and returns (exit code, monitor).

    Intervals are in milliseconds; the arguments and their errors are those of ProcessMonitor. The
    exit code is subprocess's: negative for a signal. After timeout seconds the whole group
    gets TERM, then KILL, and subprocess.TimeoutExpired is raised; an exception in between, as
    Ctrl-C, kills it too. A text is split at white space, without a shell. The command is held
    before its first instruction until it is monitored, so pause_for_attachment changes nothing.
    FileNotFoundError when there is no such command.
    """
    words = words_of(cmd.split() if isinstance(cmd, str) else cmd, ValueError("the command is empty"))
    limit_s = parse_timeout(timeout)
    _check.flag("pause_for_attachment", pause_for_attachment)
    out: Any = FileToMake("stdout_file", stdout_file) if stdout_file is not None else stdout
    err: Any = FileToMake("stderr_file", stderr_file) if stderr_file is not None else stderr
    with HeldCtrlC() as ctrl_c:
        try:
            monitor = ProcessMonitor(
                words, base_interval_ms, max_interval_ms, since_process_start, output_file,
                output_format, store_in_memory, quiet, include_children, write_metadata, write_env,
                enable_ebpf, enable_gpu, accounting=accounting, children=children, pss=pss,
                no_pss=no_pss, label=label, net=net, records=records, stdin=stdin, stdout=out,
                stderr=err, cwd=cwd, env=env, new_session=True, own_cgroup=own_cgroup,
            )  # fmt: skip
        except RuntimeError as error:
            raise _as_subprocess_would(error, words[0], cwd) from error.__cause__
        _run(monitor, words, limit_s, ctrl_c)
    code = monitor.exit_code
    return (code if code is not None else -1), monitor


def _run(
    monitor: ProcessMonitor, words: Sequence[str], timeout: Optional[float], ctrl_c: HeldCtrlC
) -> None:
    deadline_s = None if timeout is None else time.monotonic() + timeout
    try:
        ctrl_c.release()
        if not monitor._run_until(deadline_s):
            raise subprocess.TimeoutExpired(words, timeout or 0)
    except BaseException:
        _kill_group(monitor)
        raise


def _kill_group(monitor: ProcessMonitor) -> None:
    for number, pause_s in ((signal.SIGTERM, _TERM_PAUSE_S), (signal.SIGKILL, _KILL_PAUSE_S)):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(monitor.get_pid(), number)
        if monitor._run_until(time.monotonic() + pause_s) and not monitor._has_survivors:
            return
    monitor.close()


def _as_subprocess_would(
    error: RuntimeError, program: str, cwd: Optional[PathName]
) -> Union[RuntimeError, OSError]:
    cause = error.__cause__
    if not isinstance(cause, _monitor.NativeError):
        return error
    if cause.exec_errno:
        return OSError(cause.exec_errno, os.strerror(cause.exec_errno), program)
    if cwd is not None and not os.path.isdir(cwd):
        return OSError(cause.errno, os.strerror(cause.errno or 0), os.fspath(cwd))
    return error


def generate_summary_from_file(path: PathName) -> str:
    """The summary of a recorded file, ours or denet's, as JSON. OSError when it has none."""
    try:
        return _monitor.summary_of_file(path)
    except _monitor.NativeError as error:  # OSError makes it FileNotFoundError and the like
        raise OSError(error.errno, error.strerror) from None


def generate_summary_from_metrics_json(metrics_json: Sequence[str], elapsed_time: float) -> str:
    """The summary of samples that are JSON texts, as JSON; elapsed_time in seconds."""
    elapsed_s = _check.number("elapsed_time, in seconds,", elapsed_time)
    lines = [_check.text("a sample", line) for line in _check.items("metrics_json", metrics_json)]
    return _monitor.summary_of_lines(lines, elapsed_s)
