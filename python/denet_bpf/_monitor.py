# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""One monitored tree of processes: the handle of libdenet, made safe for threads and signals."""

from __future__ import annotations

import ctypes
import errno
import os
import select
import signal
import threading
from contextlib import suppress
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

from . import _abi, _check, _forks, _metrics, _native

# Python ignores these for itself; a command must not inherit that.
_IGNORED_BY_PYTHON = tuple(
    getattr(signal, name) for name in ("SIGPIPE", "SIGXFSZ") if hasattr(signal, name)
)

_ACCOUNTING = {
    "auto": _abi.ACCOUNTING_AUTO,
    "bpf": _abi.ACCOUNTING_BPF,
    "proc": _abi.ACCOUNTING_PROC,
}
# Longer than any run, and far from what the library refuses.
_INTERVAL_MAX_MS = 2**40
# poll() counts milliseconds in an int; who waits longer is woken in between, which does no harm.
_WAIT_MAX_S = 86400


class NativeError(OSError):
    """A call of libdenet that failed; args as OSError's, exec_errno when exec itself failed."""

    exec_errno = 0


class CommandSetup:
    """What a command is started with. Descriptors of -1, and None, mean: as the caller has it."""

    def __init__(
        self,
        cwd: Optional[object] = None,
        env: Optional[Mapping[str, str]] = None,
        new_session: bool = False,
        own_cgroup: bool = False,
    ) -> None:
        self.fds = (-1, -1, -1)
        self.cwd = None if cwd is None else _encode(_check.path("cwd", cwd))
        self.env = None if env is None else _environment(env)
        self.new_session = _check.flag("new_session", new_session)
        self.own_cgroup = _check.flag("own_cgroup", own_cgroup)


def parse_accounting(name: str) -> int:
    """auto, bpf or proc."""
    return _ACCOUNTING[_check.word("accounting", name, _ACCOUNTING)]


def _vector(words: Sequence[bytes]) -> Any:
    return (ctypes.c_char_p * (len(words) + 1))(*words, None)


def _environment(env: Mapping[str, str]) -> List[bytes]:
    if not isinstance(env, Mapping):
        raise TypeError(f"env is a mapping of texts, not {type(env).__name__}")
    pairs = [(_encode(key), _encode(value)) for key, value in env.items()]
    if any(not key or b"=" in key[1:] for key, _ in pairs):
        raise ValueError("illegal environment variable name")
    return [key + b"=" + value for key, value in pairs]


def _encode(word: object) -> bytes:
    encoded = os.fsencode(word)  # type: ignore[arg-type]
    if b"\0" in encoded:
        raise ValueError("embedded null byte")
    return encoded


class RecordFile:
    """A file that libdenet writes while it is told of a run; of a JSON array whole at any time.

    Belongs to one NativeMonitor. What cannot be written is told by error().
    """

    def __init__(
        self,
        fd: int,
        name: str,
        form: str,
        *,
        include_children: bool = True,
        write_metadata: bool = True,
        write_env: bool = False,
        records: str = "all",
    ) -> None:
        """Takes over the descriptor."""
        self.name = name
        self._fd = fd
        self._owner = os.getpid()
        self._library = _native.library()
        self._handle = ctypes.c_void_p()
        options = _abi.WriterOptions(size=ctypes.sizeof(_abi.WriterOptions))
        options.format = _abi.FORMATS[form]
        options.left_out = 0 if write_metadata else 1 << _abi.RECORD_METADATA
        options.exclude_children = not include_children
        options.write_env = write_env
        options.compat_denet = records == "denet"
        options.closes_array = True
        result = self._library.denet_writer_new(ctypes.byref(options), ctypes.byref(self._handle))
        if result >= 0:
            result = self._library.denet_writer_add_fd(self._handle, fd, _encode(name))
        if result < 0:
            self.close()
            raise NativeError(-result, os.strerror(-result))

    def observer(self) -> Any:
        return self._library.denet_writer_observer(self._handle)

    def error(self) -> int:
        """The errno of what could not be written, 0 when all was."""
        return -self._library.denet_writer_error(self._handle) if self._handle else 0

    def finish(self) -> None:
        """Nothing is written from here on."""
        if self._fd < 0:
            return
        if self._owner == os.getpid():  # a forked process leaves the file to the other
            self._library.denet_writer_finish(self._handle)
        os.close(self._fd)
        self._fd = -1

    def close(self) -> None:
        """After the monitor that it belongs to."""
        handle, self._handle = self._handle, ctypes.c_void_p()
        if handle:
            self._library.denet_writer_free(handle)
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


class NativeMonitor:
    """A struct denet_monitor. Any method may be called from any thread."""

    def __init__(
        self,
        *,
        interval_ms: int = 100,
        max_interval_ms: int = 1000,
        accounting: str = "auto",
        include_children: bool = True,
        since_process_start: bool = False,
        no_polling: bool = False,
        pss: bool = False,
        no_pss: bool = False,
        net: bool = False,
        label: Optional[str] = None,
        children_max: Optional[int] = None,
        file: Optional["RecordFile"] = None,
        keep_records: bool = True,
    ) -> None:
        self._lock = threading.RLock()
        self._handle: Optional[ctypes.c_void_p] = None
        self._ended = False
        self._has_thread = False
        self._counted = (ctypes.c_uint64 * 2)()
        self._second_counted = ctypes.byref(self._counted, ctypes.sizeof(ctypes.c_uint64))
        self._facts: Dict[str, Any] = {}  # what is left once the rest is freed
        self._owner = 0
        self._file = file
        self._observer: Any = None
        self.warnings: List[str] = []
        self._library = _native.library()
        options = _native.new_options()
        options.interval_ms = min(interval_ms, _INTERVAL_MAX_MS)
        options.max_interval_ms = min(max(interval_ms, max_interval_ms), _INTERVAL_MAX_MS)
        options.accounting = parse_accounting(accounting)
        options.exclude_children = not include_children
        options.since_process_start = since_process_start
        options.no_polling = no_polling
        if pss and no_pss:
            raise ValueError("pss and no_pss: one or the other")
        options.pss = pss
        options.no_pss = no_pss
        options.net = net
        options.label = _encode(label) if label is not None else None
        options.keep_records = keep_records
        options.keep_loaded = True  # who monitors once often does so again: a decorated function
        if children_max is not None:
            options.children_max = children_max
        self._options = options

    # --- beginning ---

    def run(self, argv: Sequence[str], setup: CommandSetup) -> None:
        """Starts a command that is held before exec until it is monitored."""
        launch = _native.new_launch()
        launch.argv = _vector([_encode(word) for word in argv])
        launch.stdin_fd, launch.stdout_fd, launch.stderr_fd = setup.fds
        launch.new_session = setup.new_session
        launch.own_cgroup = setup.own_cgroup
        launch.cwd = setup.cwd
        if setup.env is not None:
            launch.environment = _vector(setup.env)
        defaults = _abi.SignalSet()
        for number in _IGNORED_BY_PYTHON:
            defaults.add(number)
        launch.defaulted = ctypes.pointer(defaults)
        self._begin(self._library.denet_run, self._hearing_observer(), ctypes.byref(launch))

    def attach(self, pid: int) -> None:
        """Follows a running process; also the calling one."""
        if pid == os.getpid():
            # A thread of the library may step: nothing of Python runs there.
            observer = self._file.observer() if self._file is not None else None
            self._begin(self._library.denet_self, observer)
        else:
            self._begin(self._library.denet_attach, self._hearing_observer(), pid)

    def _hearing_observer(self) -> Any:
        """The file's, if there is one, which also keeps what the library warns of."""
        observer = _abi.Observer()
        if self._file is not None:
            ctypes.pointer(observer)[0] = self._file.observer().contents
        observer.size = ctypes.sizeof(observer)
        told = self.warnings
        # The field itself would be what is put there next.
        address = ctypes.cast(observer.on_warning, ctypes.c_void_p).value
        before = _abi.OnWarning(address) if address else None

        def keep(context: int, text: bytes) -> None:
            told.append(text.decode("utf-8", "replace"))
            if before is not None:
                before(context, text)

        observer.on_warning = _abi.OnWarning(keep)
        self._observer = observer  # for as long as the monitor calls it
        return ctypes.byref(observer)

    def _begin(self, function: Any, observer: Any, *arguments: Any) -> None:
        error = _native.new_error()
        handle = ctypes.c_void_p()
        result = function(
            ctypes.byref(self._options),
            observer,
            *arguments,
            ctypes.byref(handle),
            ctypes.byref(error),
        )
        if result < 0:
            text = error.text.decode("utf-8", "replace") or os.strerror(-result)
            failure = NativeError(-result, text)
            failure.exec_errno = error.exec_errno
            raise failure
        self._handle = handle
        self._owner = os.getpid()

    # --- going on ---

    @staticmethod
    def _check(result: int) -> int:
        if result < 0:
            raise NativeError(-result, os.strerror(-result))
        return result

    def _is_over(self) -> bool:
        # After a fork the other process has the monitor, and perhaps its lock; here it has ended.
        if self._owner != os.getpid():
            self._ended = True
        return self._ended or self._handle is None

    def step(self) -> bool:
        """Does what is due, without waiting. True once monitoring has ended."""
        if self._is_over():
            return True
        with self._lock:
            if self._is_over():
                return True
            self._ended = self._check(self._library.denet_monitor_step(self._handle)) == 1
            return self._ended

    def wait(self, timeout_s: Optional[float]) -> bool:
        """Waits for something to do and does it; other threads run, signals are handled.

        True once monitoring has ended."""
        if self._is_over():
            return True
        news = select.poll()
        with self._lock:  # another thread may end it, and free what it has
            if self._is_over():
                return True
            news.register(self._library.denet_monitor_fd(self._handle), select.POLLIN)
        news.poll(None if timeout_s is None else min(max(0.0, timeout_s), _WAIT_MAX_S) * 1000)
        return self.step()

    def sample_now(self) -> bool:
        """Takes a sample; False when there is nothing to take any more, or by no means."""
        if self._is_over():  # in a forked process, where nobody may ever give the lock back
            return False
        with self._lock:
            if self._is_over():
                return False
            result = self._library.denet_monitor_sample_now(self._handle)
        return result != -errno.ENODATA and self._check(result) == 0

    def count(self) -> Optional[Tuple[int, int]]:
        """Processes born since the start, and those that live; None where that is not known."""
        with self._lock:
            if self._ended or self._owner != os.getpid():
                return None
            found = self._counted
            if self._library.denet_monitor_count(self._handle, found, self._second_counted) < 0:
                return None
            return found[0], found[1]

    def start_thread(self) -> None:
        """From here on a thread of the library steps: nothing of Python runs for a sample."""
        self._check(self._library.denet_monitor_start_thread(self._handle))
        self._has_thread = True
        _forks.add(self)

    def pause(self) -> bool:
        """Before a fork: ends the thread, and keeps everybody else out until resume()."""
        self._lock.acquire()
        if not self._has_thread or self._is_over():
            return False
        return int(self._library.denet_monitor_stop_thread(self._handle)) == 0

    def resume(self, had_thread: bool) -> None:
        """In the process that has the thread, it goes on; in one that was forked it is over."""
        try:
            if had_thread and not self._is_over():
                self._library.denet_monitor_start_thread(self._handle)
        finally:
            self._lock.release()

    def settle(self) -> None:
        """Once monitoring has ended: keeps what is known of it, and frees all the rest."""
        if self._handle is None or self._owner != os.getpid():
            return
        facts = {"pid": self.pid, _metrics.EXIT_CODE: self.exit_code()}
        for name in ("summary_json", "metadata_json"):
            with suppress(NativeError):
                facts[name] = getattr(self, name)()
        self._facts = facts
        self.close()

    def finish(self) -> None:
        """Takes the last sample and ends monitoring; the command is left alone."""
        if self._is_over():
            return
        with self._lock:
            if self._is_over():
                return
            self._ended = True
            self._check(self._library.denet_monitor_finish(self._handle))

    def take_records(self) -> List[str]:
        """The records that have come since the last call: JSON texts, `kind` first in each."""
        text = ctypes.c_void_p()
        size = ctypes.c_size_t()
        if self._handle is None or self._owner != os.getpid():
            return []
        with self._lock:
            self._check(
                self._library.denet_monitor_take_records(
                    self._handle, ctypes.byref(text), ctypes.byref(size)
                )
            )
            whole = _native.take_text(text, size.value)
        # not splitlines(): other characters that it takes for a line's end may stand in a name
        return [line for line in whole.split("\n") if line]

    # --- facts ---

    @property
    def ended(self) -> bool:
        return self._ended

    @property
    def has_handle(self) -> bool:
        """False once it is closed, and before it has begun."""
        return self._handle is not None

    @property
    def pid(self) -> int:
        if self._handle is None:
            return int(self._facts.get("pid", 0))
        return int(self._library.denet_monitor_pid(self._handle))

    def signal(self, number: int) -> None:
        """To the root process, never to another that got its pid."""
        with self._lock:
            self._check(self._library.denet_monitor_signal(self._handle, number))

    def is_root_alive(self) -> bool:
        """Whether the root process lives; not so when it has ended but nobody has waited for it."""
        if self._is_over():  # in a forked process, where nobody may ever give the lock back
            return False
        with self._lock:
            if self._is_over():
                return False
            return bool(self._library.denet_monitor_is_running(self._handle))

    def exit_code(self) -> Optional[int]:
        """As subprocess has it: negative for a signal; None while it runs or when not known."""
        end = _abi.End()
        if _metrics.EXIT_CODE in self._facts:
            code: Optional[int] = self._facts[_metrics.EXIT_CODE]
            return code
        if self._handle is None or self._owner != os.getpid():
            return None
        with self._lock:
            result = self._library.denet_monitor_exit(self._handle, ctypes.byref(end))
        if result < 0 or not end.known:
            return None
        return -int(end.signal) if end.signal else int(end.exit_code)

    def summary_json(self) -> str:
        return self._text("summary_json")

    def metadata_json(self) -> str:
        return self._text("metadata_json")

    def _text(self, name: str) -> str:
        text = ctypes.c_void_p()
        if name in self._facts:
            return str(self._facts[name])
        if self._handle is None or self._owner != os.getpid():
            raise NativeError(errno.ESRCH, "nothing is known of it, or another process has it")
        function = getattr(self._library, "denet_monitor_" + name)
        with self._lock:
            self._check(function(self._handle, ctypes.byref(text)))
            return _native.take_text(text)

    def close(self) -> None:
        """Frees the monitor. The command is left alone."""
        # A forked process leaves it: there is no thread to join there, and perhaps a lock to wait for.
        if self._owner not in (0, os.getpid()):
            self._handle, self._file, self._ended = None, None, True
            return
        with self._lock:
            handle, self._handle, self._ended = self._handle, None, True
            file, self._file = self._file, None
            self._observer = None
        if handle is not None:
            self._library.denet_monitor_free(handle)
        if file is not None:
            file.close()

    def __del__(self) -> None:
        if getattr(self, "_handle", None) is not None or getattr(self, "_file", None) is not None:
            self.close()


def env_json(pid: int) -> str:
    text = ctypes.c_void_p()
    result = _native.library().denet_env_json(pid, ctypes.byref(text))
    if result < 0:
        raise NativeError(-result, os.strerror(-result))
    return _native.take_text(text)


def summary_of_lines(lines: Sequence[str], elapsed_s: float) -> str:
    """A summary with denet's keys, over samples as JSON texts."""
    # JSON has line ends between tokens only.
    flat = [line.replace("\n", " ").replace("\r", " ") for line in lines]
    whole = "\n".join(flat).encode("utf-8", "replace")
    return _summary(_native.library().denet_summary_from_lines, whole, len(whole), float(elapsed_s))


def summary_of_file(path: object) -> str:
    return _summary(_native.library().denet_summary_from_file, _encode(path))


def _summary(function: Any, *arguments: Any) -> str:
    text = ctypes.c_void_p()
    error = _native.new_error()
    result = function(*arguments, ctypes.byref(text), ctypes.byref(error))
    if result < 0:
        raise NativeError(-result, error.text.decode("utf-8", "replace") or os.strerror(-result))
    return _native.take_text(text)
