# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Finds, checks and loads libdenet. Importing this module does not load it; library() does.

It is looked for as DENET_LIBRARY says (unless this process runs with raised privileges), then in
this package's folder, where a wheel has it, then where the dynamic linker looks.
"""

import atexit
import ctypes
import json
import os
import pathlib
import re
import sys
import threading
from ctypes import POINTER, byref, c_bool, c_char_p, c_double, c_int, c_size_t, c_uint64, c_void_p
from typing import Any, Dict, List, Optional, Tuple

from . import _abi, _abi_runs

SONAME = "libdenet.so.0"
OLDEST_VERSION = (0, 1, 0)
NEXT_MAJOR = 1
ENVIRONMENT_VARIABLE = "DENET_LIBRARY"
AT_SECURE = 23

_pid_t = c_int
_text_out = POINTER(c_void_p)  # char **: what comes back belongs to us, see take_text()
_monitor_out = POINTER(c_void_p)
_options = POINTER(_abi.Options)
_observer = POINTER(_abi.Observer)
_difference = POINTER(_abi_runs.Difference)
_error = POINTER(_abi.Error)
_launch = POINTER(_abi.Launch)

# name: (result, arguments)
FUNCTIONS: Dict[str, Tuple[Any, List[Any]]] = {
    "denet_version": (c_char_p, []),
    "denet_free": (None, [c_void_p]),
    "denet_set_log": (None, [_abi.OnLog, c_void_p]),
    "denet_release": (None, []),
    "denet_options_init": (None, [_options]),
    "denet_launch_init": (None, [_launch]),
    "denet_run": (c_int, [_options, _observer, _launch, _monitor_out, _error]),
    "denet_attach": (c_int, [_options, _observer, _pid_t, _monitor_out, _error]),
    "denet_attach_cgroup": (c_int, [_options, _observer, c_char_p, _monitor_out, _error]),
    "denet_self": (c_int, [_options, _observer, _monitor_out, _error]),
    "denet_monitor_free": (None, [c_void_p]),
    "denet_monitor_fd": (c_int, [c_void_p]),
    "denet_monitor_step": (c_int, [c_void_p]),
    "denet_monitor_wait": (c_int, [c_void_p, c_int]),
    "denet_monitor_sample_now": (c_int, [c_void_p]),
    "denet_monitor_finish": (c_int, [c_void_p]),
    "denet_monitor_start_thread": (c_int, [c_void_p]),
    "denet_monitor_stop_thread": (c_int, [c_void_p]),
    "denet_monitor_join": (c_int, [c_void_p]),
    "denet_monitor_request_finish": (c_int, [c_void_p]),
    "denet_monitor_pid": (_pid_t, [c_void_p]),
    "denet_monitor_signal": (c_int, [c_void_p, c_int]),
    "denet_monitor_timed_out": (c_bool, [c_void_p]),
    "denet_monitor_wants_rights": (c_bool, [c_void_p]),
    "denet_monitor_is_running": (c_bool, [c_void_p]),
    "denet_monitor_count": (c_int, [c_void_p, c_void_p, c_void_p]),
    "denet_monitor_exit": (c_int, [c_void_p, POINTER(_abi.End)]),
    "denet_monitor_summary": (c_int, [c_void_p, POINTER(_abi.Summary)]),
    "denet_monitor_summary_json": (c_int, [c_void_p, _text_out]),
    "denet_monitor_metadata_json": (c_int, [c_void_p, _text_out]),
    "denet_monitor_records_dropped": (c_uint64, [c_void_p]),
    "denet_monitor_take_records": (c_int, [c_void_p, _text_out, POINTER(c_size_t)]),
    "denet_env_json": (c_int, [_pid_t, _text_out]),
    "denet_system_read": (c_int, [POINTER(_abi.System)]),
    "denet_system_free": (None, [POINTER(_abi.System)]),
    "denet_system_json": (c_int, [_text_out]),
    "denet_reader_open": (c_int, [c_char_p, POINTER(c_void_p), _error]),
    "denet_reader_next": (c_int, [c_void_p, POINTER(c_void_p), POINTER(c_size_t)]),
    "denet_reader_error": (c_char_p, [c_void_p]),
    "denet_reader_skipped": (c_uint64, [c_void_p]),
    "denet_reader_close": (None, [c_void_p]),
    "denet_summary_from_file": (c_int, [c_char_p, _text_out, _error]),
    "denet_summary_from_lines": (c_int, [c_char_p, c_size_t, c_double, _text_out, _error]),
    "denet_stats_read": (c_int, [c_char_p, POINTER(POINTER(_abi_runs.Stats)), _error]),
    "denet_stats_read_to": (
        c_int,
        [c_char_p, _observer, POINTER(POINTER(_abi_runs.Stats)), _error],
    ),
    "denet_stats_free": (None, [POINTER(_abi_runs.Stats)]),
    "denet_stats_json": (c_int, [POINTER(_abi_runs.Stats), c_bool, _text_out]),
    "denet_metric_count": (c_size_t, []),
    "denet_metric_get": (POINTER(_abi.Metric), [c_size_t]),
    "denet_record_metric": (POINTER(_abi.Metric), [c_int, c_size_t, POINTER(c_size_t)]),
    "denet_record_name": (c_char_p, [c_int]),
    "denet_record_help": (c_char_p, [c_int]),
    "denet_metric_name_len": (c_size_t, [POINTER(_abi.Metric)]),
    "denet_metrics_json": (c_int, [_text_out]),
    "denet_writer_new": (c_int, [POINTER(_abi.WriterOptions), POINTER(c_void_p)]),
    "denet_writer_free": (None, [c_void_p]),
    "denet_writer_add_file": (c_int, [c_void_p, c_char_p]),
    "denet_writer_add_fd": (c_int, [c_void_p, c_int, c_char_p]),
    "denet_writer_add_callback": (
        c_int,
        [c_void_p, c_char_p, _abi.WriteFunction, c_void_p],
    ),
    "denet_writer_add_memory": (c_int, [c_void_p, c_size_t]),
    "denet_writer_add_beside": (None, [c_void_p, c_void_p]),
    "denet_writer_observer": (_observer, [c_void_p]),
    "denet_writer_finish": (None, [c_void_p]),
    "denet_writer_fd": (c_int, [c_void_p]),
    "denet_writer_step": (c_int, [c_void_p]),
    "denet_writer_lost": (c_uint64, [c_void_p]),
    "denet_writer_take": (c_int, [c_void_p, _text_out, POINTER(c_size_t)]),
    "denet_writer_dropped": (c_uint64, [c_void_p]),
    "denet_writer_error": (c_int, [c_void_p]),
    "denet_examination_json": (c_int, [POINTER(_abi.Examination), _text_out]),
    "denet_examine": (
        c_int,
        [POINTER(_abi.ExamineOptions), POINTER(POINTER(_abi.Examination))],
    ),
    "denet_examination_free": (None, [POINTER(_abi.Examination)]),
    "denet_analysis_new": (c_int, [POINTER(_abi.AnalysisOptions), POINTER(c_void_p)]),
    "denet_analysis_open": (c_int, [c_char_p, POINTER(c_void_p), _error]),
    "denet_analysis_of_lines": (c_int, [c_char_p, c_size_t, POINTER(c_void_p), _error]),
    "denet_analysis_free": (None, [c_void_p]),
    "denet_analysis_observer": (_observer, [c_void_p]),
    "denet_analysis_processes": (c_uint64, [c_void_p]),
    "denet_analysis_dropped": (c_uint64, [c_void_p]),
    "denet_analysis_waited": (c_int, [c_void_p, POINTER(_abi.Waited)]),
    "denet_analysis_parallel": (c_int, [c_void_p, POINTER(_abi.Parallel)]),
    "denet_analysis_series": (c_int, [c_void_p, POINTER(_abi.Series)]),
    "denet_analysis_rollup": (
        c_int,
        [c_void_p, POINTER(_abi.RollupOptions), POINTER(_abi.Rollup)],
    ),
    "denet_analysis_json": (
        c_int,
        [c_void_p, POINTER(_abi.RollupOptions), c_size_t, c_bool, _text_out],
    ),
    "denet_runs_new": (c_int, [POINTER(c_void_p)]),
    "denet_runs_free": (None, [c_void_p]),
    "denet_runs_add": (c_int, [c_void_p, POINTER(_abi.Summary)]),
    "denet_runs_count": (c_size_t, [c_void_p]),
    "denet_runs_median": (c_int, [c_void_p, POINTER(_abi.Summary)]),
    "denet_spread_of": (None, [POINTER(c_double), c_size_t, POINTER(_abi_runs.Spread)]),
    "denet_compare": (c_int, [c_void_p, c_void_p, c_size_t, POINTER(c_void_p)]),
    "denet_comparison_free": (None, [c_void_p]),
    "denet_comparison_figure": (_difference, [c_void_p, c_size_t]),
    "denet_comparison_program": (_difference, [c_void_p, c_size_t]),
    "denet_comparison_omitted": (c_size_t, [c_void_p]),
    "denet_comparison_check": (
        c_int,
        [c_void_p, c_char_p, POINTER(c_int), POINTER(_difference), _error],
    ),
    "denet_budgets_new": (c_int, [POINTER(c_void_p)]),
    "denet_budgets_free": (None, [c_void_p]),
    "denet_budgets_add": (c_int, [c_void_p, c_char_p, _error]),
    "denet_budgets_add_file": (c_int, [c_void_p, c_char_p, _error]),
    "denet_budgets_count": (c_size_t, [c_void_p]),
    "denet_budgets_check": (
        c_int,
        [c_void_p, c_size_t, POINTER(_abi.Summary), POINTER(_abi.Budget)],
    ),
}

_lock = threading.Lock()
_loaded: Optional[ctypes.CDLL] = None


def library() -> ctypes.CDLL:
    """libdenet, loaded once. Raises ImportError that says what was found and what is wanted."""
    global _loaded
    with _lock:
        if _loaded is None:
            _loaded = _load(_find())
            _release_in_time(_loaded)
        return _loaded


def _release_in_time(loaded: ctypes.CDLL) -> None:
    """What monitors have left for the next one goes at the end, and before a fork: the other
    process would hold it in the kernel, and Python warns of a fork while a thread lives. In a
    process that was forked the library releases nothing of the other's."""
    atexit.register(loaded.denet_release)
    os.register_at_fork(before=loaded.denet_release)


def _is_privileged() -> bool:
    """Whether this process may do more than whoever started it, as after a set-uid exec."""
    try:
        getauxval = ctypes.CDLL(None).getauxval
    except (AttributeError, OSError):
        return os.getuid() != os.geteuid() or os.getgid() != os.getegid()
    getauxval.restype, getauxval.argtypes = ctypes.c_ulong, [ctypes.c_ulong]
    return bool(getauxval(AT_SECURE))


def _find() -> str:
    chosen = os.environ.get(ENVIRONMENT_VARIABLE)
    if chosen and not sys.flags.ignore_environment and not _is_privileged():
        return os.path.abspath(chosen)  # with a slash, or the linker would search for it
    own = pathlib.Path(__file__).with_name(SONAME)
    return str(own) if own.exists() else SONAME


def _wanted() -> str:
    oldest = ".".join(map(str, OLDEST_VERSION))
    return f"denet_bpf needs {SONAME}, version {oldest} or later and before {NEXT_MAJOR}"


def _load(path: str) -> ctypes.CDLL:
    try:
        loaded = ctypes.CDLL(path)
    except OSError as error:
        raise ImportError(
            f"libdenet cannot be loaded: {error}. {_wanted()}; "
            f"{ENVIRONMENT_VARIABLE} may name its file",
            path=path,
        ) from None
    version = _version_of(loaded, path)
    for name, (result, arguments) in FUNCTIONS.items():
        try:
            function = getattr(loaded, name)
        except AttributeError:
            raise ImportError(
                f"{path}: found libdenet {version} without {name}(). {_wanted()}", path=path
            ) from None
        function.restype, function.argtypes = result, arguments
    return loaded


def _version_of(loaded: ctypes.CDLL, path: str) -> str:
    try:
        ask = loaded.denet_version
    except AttributeError:
        raise ImportError(
            f"{path}: found a library without denet_version(). {_wanted()}", path=path
        ) from None
    ask.restype, ask.argtypes = c_char_p, []
    version = (ask() or b"").decode("utf-8", "replace")
    numbers = re.match(r"(\d+)\.(\d+)\.(\d+)", version)
    found = tuple(map(int, numbers.groups())) if numbers else (NEXT_MAJOR,)
    if not OLDEST_VERSION <= found < (NEXT_MAJOR,):
        raise ImportError(f"{path}: found libdenet {version or '?'}. {_wanted()}", path=path)
    return version


def version() -> str:
    """The version of the library, as "0.1.0"."""
    told: str = library().denet_version().decode()
    return told


def new_options(**values: Any) -> ctypes.Structure:
    """The library's defaults, with some fields set by name. Keeps what pointers point to alive."""
    options: ctypes.Structure = _abi.Options(size=ctypes.sizeof(_abi.Options))
    library().denet_options_init(byref(options))
    for name, value in values.items():
        setattr(options, name, value)
    return options


def new_launch() -> ctypes.Structure:
    """A command started as this process is. Keeps what pointers point to alive."""
    launch: ctypes.Structure = _abi.Launch(size=ctypes.sizeof(_abi.Launch))
    library().denet_launch_init(byref(launch))
    return launch


def new_error() -> ctypes.Structure:
    """An empty struct denet_error for a call to fill."""
    error: ctypes.Structure = _abi.Error(size=ctypes.sizeof(_abi.Error))
    return error


def error_text(status: int, error: Optional[ctypes.Structure] = None) -> str:
    """What a call that returned `status` (a negative errno) has to say."""
    text = error.text.decode("utf-8", "replace") if error is not None else ""
    return text or os.strerror(-status)


def to_oserror(status: int, error: Optional[ctypes.Structure] = None) -> OSError:
    """The exception for a negative errno: PermissionError, ProcessLookupError, ..."""
    return OSError(-status, error_text(status, error))


def take_text(pointer: c_void_p, length: Optional[int] = None) -> str:
    """The text behind a char * that the library handed over; frees it."""
    if not pointer:
        return ""
    try:
        raw = ctypes.string_at(pointer, -1 if length is None else length)
    finally:
        library().denet_free(pointer)
    return raw.decode("utf-8", "replace")


def call_for_text(name: str, *arguments: Any) -> str:
    """Calls a function whose last argument is `char **ret_text`; OSError when it fails."""
    out = c_void_p()
    status = getattr(library(), name)(*arguments, byref(out))
    if status < 0:
        raise to_oserror(status)
    return take_text(out)


def take_records(monitor: c_void_p) -> str:
    """The records kept since the last call, a line of JSON each; options.keep_records."""
    out, length = c_void_p(), c_size_t()
    status = library().denet_monitor_take_records(monitor, byref(out), byref(length))
    if status < 0:
        raise to_oserror(status)
    return take_text(out, length.value)


def system() -> Dict[str, Any]:
    """The machine as a whole at this moment; a key whose value is not known is absent."""
    told: Dict[str, Any] = json.loads(call_for_text("denet_system_json"))
    return told
