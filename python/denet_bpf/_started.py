# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""What a command is started with, and whether a process can be followed."""

from __future__ import annotations

import errno
import os
import subprocess
from contextlib import ExitStack
from typing import IO, Any, List, Sequence, Tuple, Union

from ._told import warn_once

File = Union[None, int, IO[Any]]


def words_of(cmd: Sequence[str]) -> List[str]:
    if isinstance(cmd, (str, bytes)):
        raise TypeError("the command is a list of words, not a text")
    words = list(cmd)
    if not words:
        raise RuntimeError("IO Error: Command cannot be empty")
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
    if enable_ebpf:
        warn_once("enable_ebpf does nothing here: figures come from eBPF wherever it is allowed")
    if enable_gpu:
        warn_once("enable_gpu does nothing here: figures of GPUs are not built")


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
        number = file if isinstance(file, int) else file.fileno()
        if number < 0:
            raise ValueError("a pipe would have no reader here: give a file or a descriptor")
        return number

    out = one(stdout)
    if stderr == subprocess.STDOUT:
        return one(stdin), out, out if out >= 0 else 1
    return one(stdin), out, one(stderr)
