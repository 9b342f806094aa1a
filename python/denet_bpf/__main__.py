# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""python -m denet_bpf: the program denet-bpf."""

from ._program import main

main()
