# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""What a command is started with, and whether a process can be followed."""

from __future__ import annotations

import errno
import os
import subprocess
from contextlib import ExitStack
from typing import IO, Any, List, Sequence, Tuple, Union

from . import _check
from ._output import PathName
from ._told import warn_once

File = Union[None, int, IO[Any]]


class FileToMake:
    """Takes the place of stdout or stderr: opened once all arguments are known to be good."""

    def __init__(self, name: str, path: PathName) -> None:
        self.path = _check.path(name, path)


def words_of(cmd: Sequence[str], empty: Exception) -> List[str]:
    """The words of a command; empty is raised when there are none."""
    if isinstance(cmd, (str, bytes)):
        raise TypeError("the command is a list of words, not a text")
    words = list(cmd)
    if not words:
        raise empty
    for word in words:
        _check.path("a word of the command", word)
    return words


def has_ended(pid: int) -> bool:
    """Also when nobody has waited for it: a zombie."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return file.read().rpartition(b")")[2].split()[0] in (b"Z", b"X")
    except FileNotFoundError:
        return True
    except OSError as error:
        return error.errno == errno.ESRCH


def tell_what_does_nothing(enable_ebpf: bool, enable_gpu: bool) -> None:
    """As the command line does with --enable-ebpf and --gpu."""
    _check.flag("enable_gpu", enable_gpu)
    if _check.flag("enable_ebpf", enable_ebpf):
        warn_once("enable_ebpf does nothing here: figures come from eBPF wherever it is allowed")
    if enable_gpu:
        warn_once("enable_gpu does nothing here: figures of GPUs are not built")


def number_of(file: Any) -> int:
    """The descriptor of a file, or a descriptor itself, that is open."""
    if not isinstance(file, int) and not hasattr(file, "fileno"):
        raise TypeError(f"a file or a descriptor is expected, not {type(file).__name__}")
    number = _check.whole("a descriptor", file.fileno() if hasattr(file, "fileno") else file)
    if number < 0:
        raise ValueError("a pipe would have no reader here: give a file or a descriptor")
    try:
        os.fstat(number)
    except (OSError, OverflowError):
        raise ValueError(f"descriptor {number} is not open") from None
    return number


def io_error(error: OSError) -> RuntimeError:
    return RuntimeError(f"IO Error: {error.strerror}")


def descriptors(stack: ExitStack, stdin: File, stdout: File, stderr: File) -> Tuple[int, int, int]:
    """Three descriptors as the library wants them; those opened here are closed by the stack."""
    null = -1

    def one(file: File) -> int:
        nonlocal null
        if file is None:
            return -1
        if file == subprocess.DEVNULL:
            if null < 0:
                null = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
                stack.callback(os.close, null)
            return null
        if isinstance(file, FileToMake):
            return stack.enter_context(open(file.path, "wb")).fileno()
        return number_of(file)

    out = one(stdout)
    if stderr == subprocess.STDOUT:
        return one(stdin), out, out if out >= 0 else 1
    return one(stdin), out, one(stderr)
