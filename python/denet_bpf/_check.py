# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Arguments, before anything is started or opened: TypeError for another type, ValueError for what
cannot be meant. Each takes the argument's name for that, and returns the value."""

from __future__ import annotations

import math
import operator
import os
from typing import Any, Iterable, Optional, Union

# numpy's, which is no bool of Python's.
_BOOLS = ("bool", "bool_")
_LONGEST_S = 10**9


def flag(name: str, value: Any) -> bool:
    """A text or a number would mean True by having something in it."""
    if type(value).__name__ not in _BOOLS:
        raise TypeError(f"{name} is True or False, not {value!r}")
    return bool(value)


def whole(name: str, value: Any, least: Optional[int] = None) -> int:
    """A whole number, Python's or numpy's; True is none."""
    if type(value).__name__ in _BOOLS:
        raise TypeError(f"{name} is a whole number, not {value!r}")
    number = operator.index(value)
    if least is not None and number < least:
        raise ValueError(f"{name}: at least {least}")
    return number


def number(name: str, value: Any) -> float:
    """Any number that is one: neither NaN nor a text that looks like one."""
    if isinstance(value, (str, bytes)) or type(value).__name__ in _BOOLS:
        raise TypeError(f"{name} is a number, not {type(value).__name__}")
    found = float(value)
    if math.isnan(found):
        raise ValueError(f"{name} is no number")
    return found


def seconds(name: str, value: Any) -> float:
    """Between two samples: above 0, and such a time as a thread can wait for."""
    found = number(name, value)
    if not 0 < found <= _LONGEST_S:
        raise ValueError(f"{name} must be above 0 seconds, and no more than {_LONGEST_S}")
    return found


def wait_s(name: str, value: Any) -> float:
    """How long to wait at most: what is over already is 0, for ever is very long."""
    return min(max(0.0, number(name, value)), _LONGEST_S)


def text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{name} is a text, not {type(value).__name__}")
    _check_nul(value)
    return value


def word(name: str, value: Any, allowed: Iterable[str]) -> str:
    """One of those allowed."""
    words = list(allowed)
    if not isinstance(value, str):
        raise TypeError(f"{name} is one of {', '.join(words)}, not {type(value).__name__}")
    if value not in words:
        raise ValueError(f"{name} {value!r}: one of {', '.join(words)}")
    return value


def path(name: str, value: Any) -> Union[str, bytes]:
    """A file's name. A number would be a descriptor, which open() would close."""
    if not isinstance(value, (str, bytes, os.PathLike)):
        raise TypeError(f"{name} is the name of a file, not {type(value).__name__}")
    found: Union[str, bytes] = os.fspath(value)
    _check_nul(os.fsencode(found).decode("latin-1"))
    return found


def items(name: str, value: Any) -> Any:
    """What there are several of: a text, which would be taken apart, is one thing."""
    if isinstance(value, (str, bytes, dict)):
        raise TypeError(f"{name}: a list is expected, not one {type(value).__name__}")
    iter(value)
    return value


def _check_nul(value: str) -> None:
    if "\0" in value:
        raise ValueError("embedded null byte")
