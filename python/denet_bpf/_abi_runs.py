# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""The structs of denet/reader.h and denet/comparison.h, as `_abi` has those of others."""

from ctypes import POINTER, c_bool, c_char_p, c_double, c_int, c_size_t, c_uint32, c_uint64

from ._abi import Summary, _struct

Stats = _struct(
    "stats",
    (c_size_t, "size"),
    (POINTER(Summary), "summary"),
    (c_bool, "has_summary", "is_truncated"),
    (c_uint64, "lines_skipped"),
    (c_char_p, "skipped_text"),
    (c_bool, "is_ours"),
    (c_uint32, "attached_pid"),
)

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
