# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""TCP connections of a process, from /proc."""

from __future__ import annotations

import ipaddress
import os
import sys
from typing import Dict, Iterator, List, Set

# By the number of include/net/tcp_states.h.
_STATES = {
    1: "ESTABLISHED", 2: "SYN_SENT", 3: "SYN_RECV", 4: "FIN_WAIT1", 5: "FIN_WAIT2", 6: "TIME_WAIT",
    7: "CLOSE", 8: "CLOSE_WAIT", 9: "LAST_ACK", 10: "LISTEN", 11: "CLOSING", 12: "SYN_RECV",
}  # fmt: skip


def connections(pid: int) -> List[Dict[str, str]]:
    """local and remote as host:port, and status. ProcessLookupError, PermissionError."""
    owned = _inodes_of(pid)
    found: List[Dict[str, str]] = []
    for name in ("tcp", "tcp6"):
        try:
            with open(f"/proc/{pid}/net/{name}") as file:
                lines = file.read().splitlines()[1:]
        except FileNotFoundError:
            continue
        for line in lines:
            fields = line.split()
            if fields[9] in owned:
                found.append(
                    {
                        "local": _address(fields[1]),
                        "remote": _address(fields[2]),
                        "status": _STATES.get(int(fields[3], 16), "CLOSE"),
                    }
                )
    return found


def _inodes_of(pid: int) -> Set[str]:
    try:
        names = os.listdir(f"/proc/{pid}/fd")
    except FileNotFoundError:
        raise ProcessLookupError(f"no process {pid}") from None
    return set(_sockets(pid, names))


def _sockets(pid: int, names: List[str]) -> Iterator[str]:
    for name in names:
        try:
            target = os.readlink(f"/proc/{pid}/fd/{name}")
        except OSError:
            continue
        if target.startswith("socket:["):
            yield target[8:-1]


def _address(text: str) -> str:
    """Words of 32 bits in the machine's order, then the port."""
    host, port = text.split(":")
    words = [bytes.fromhex(host[at : at + 8]) for at in range(0, len(host), 8)]
    raw = b"".join(word[::-1] if sys.byteorder == "little" else word for word in words)
    address = ipaddress.ip_address(raw)
    mapped = getattr(address, "ipv4_mapped", None)
    return f"{mapped or address}:{int(port, 16)}"
