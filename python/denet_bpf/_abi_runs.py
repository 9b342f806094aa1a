# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""The structs of denet/comparison.h, as `_abi` has those of the other headers."""

from ctypes import c_char_p, c_double, c_int, c_size_t

from ._abi import _struct

VERDICT_NONE, VERDICT_NOISE, VERDICT_LESS, VERDICT_MORE = range(4)

Spread = _struct(
    "spread", (c_size_t, "count"), (c_double, "median", "lower", "upper", "min", "max")
)

Difference = _struct(
    "difference",
    (c_char_p, "name", "unit"),
    (Spread, "base", "head"),
    (c_double, "change", "p"),
    (c_int, "verdict"),
)
