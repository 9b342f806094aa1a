#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Holds BPF objects to what Linux 5.10 accepts: no atomic operation whose result is used.

Usage: tests/bpf/check_object.py OBJECT...
It refuses them in dead code too, with "BPF_STX uses reserved fields", so a test on a newer kernel
cannot tell. clang makes them of __sync_fetch_and_add() as soon as its value is used."""

import pathlib
import struct
import sys

EXECUTABLE = 0x4  # SHF_EXECINSTR
INSTRUCTION = 8
LOAD_64 = 0x18  # the only instruction of two slots
STX_ATOMIC = 0xC3  # class and mode; the size is between them
STX_ATOMIC_MASK = 0xE7
ADD = 0
NAMES = {0x01: "fetch", 0xE1: "exchange", 0xF1: "compare and exchange"}


def code_sections(elf):
    """(name, bytes) of each section that holds instructions; ELF of 64 bits, little-endian."""
    if elf[:6] != b"\x7fELF\x02\x01":
        raise ValueError("not a little-endian ELF of 64 bits")
    (table,) = struct.unpack_from("<Q", elf, 0x28)
    entry_size, count, names_index = struct.unpack_from("<HHH", elf, 0x3A)
    headers = [struct.unpack_from("<IIQQQQ", elf, table + i * entry_size) for i in range(count)]
    names = headers[names_index][4]
    for name, _, flags, _, offset, size in headers:
        if flags & EXECUTABLE and size:
            start = names + name
            yield elf[start : elf.index(b"\0", start)].decode(), elf[offset : offset + size]


def refused(code):
    """(index, what) of each atomic operation that is more than an addition."""
    at = 0
    while at < len(code):
        opcode, _, _, immediate = struct.unpack_from("<BBhi", code, at)
        if opcode & STX_ATOMIC_MASK == STX_ATOMIC and immediate != ADD:
            yield at // INSTRUCTION, NAMES.get(immediate & 0xFF, f"operation {immediate:#x}")
        at += INSTRUCTION * (2 if opcode == LOAD_64 else 1)


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    found = 0
    instructions = 0
    for path in sys.argv[1:]:
        for name, code in code_sections(pathlib.Path(path).read_bytes()):
            instructions += len(code) // INSTRUCTION
            for index, what in refused(code):
                print(f"{path}: {name}: instruction {index}: atomic {what}, which 5.10 refuses")
                found += 1
    if not instructions:
        sys.exit("check_object: no instructions: looked at the wrong files")
    print(f"check_object: {instructions} instructions, {found} that 5.10 refuses")
    print(f"test {'failed' if found else 'passed'}: check_object")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
