# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""A process with its descendants as /proc shows them now: no library, no rights, no state.

Of children that ended, only what their parents have waited for is counted, and what left the tree
because its parent ended is not seen: figures are lower bounds. libdenet has the exact ones.
"""

import os
from dataclasses import dataclass
from typing import Dict, Iterator, List, NamedTuple, Optional, Tuple

_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
_PAGE_KB = os.sysconf("SC_PAGE_SIZE") // 1024
_GONE = (FileNotFoundError, ProcessLookupError)


@dataclass
class TreeFigures:
    """Sums over the processes found; None where a figure is not known."""

    cpu_time_s: float  # with waited-for children
    cpu_time_below_s: float  # the same without the root and what it has waited for
    mem_rss_kb: int  # pages that are shared count in each process
    process_count: int  # living
    thread_count: int
    disk_read_bytes: Optional[int]  # with waited-for children
    disk_write_bytes: Optional[int]
    start_ticks: Dict[int, int]  # of the living by pid: tells one from a later one of its pid


class _Stat(NamedTuple):
    state: str
    parent: int
    cpu_ticks: int
    threads: int
    rss_pages: int
    start_ticks: int


def read_tree(pid: int) -> TreeFigures:
    """ProcessLookupError when there is no process of that id."""
    found = dict(_walk(pid))
    if pid not in found:
        raise ProcessLookupError(f"no process {pid}")
    living = {each: stat for each, stat in found.items() if stat.state not in "ZX"}
    read_bytes, write_bytes = _io_of(pid, list(living))
    ticks = sum(stat.cpu_ticks for stat in found.values())
    return TreeFigures(
        cpu_time_s=ticks * _TICK_S,
        cpu_time_below_s=(ticks - found[pid].cpu_ticks) * _TICK_S,
        mem_rss_kb=sum(stat.rss_pages for stat in living.values()) * _PAGE_KB,
        process_count=len(living),
        thread_count=sum(stat.threads for stat in living.values()),
        disk_read_bytes=read_bytes,
        disk_write_bytes=write_bytes,
        start_ticks={each: stat.start_ticks for each, stat in living.items()},
    )


def start_ticks(pid: int) -> Optional[int]:
    """When a process started, to tell it from a later one of the same id; None when it is gone."""
    stat = _stat(pid)
    return stat.start_ticks if stat else None


def _stat(pid: int) -> Optional[_Stat]:
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            text = file.read().decode("ascii", "replace")
    except _GONE:
        return None
    # after the name, which may hold anything; the first of these is field 3 of proc(5)
    fields = text[text.rindex(")") + 2 :].split()
    return _Stat(
        state=fields[0],
        parent=int(fields[1]),
        cpu_ticks=sum(map(int, fields[11:15])),
        threads=int(fields[17]),
        rss_pages=int(fields[21]),
        start_ticks=int(fields[19]),
    )


def _walk(root: int) -> Iterator[Tuple[int, _Stat]]:
    by_parent: Optional[Dict[int, List[int]]] = None
    seen, waiting = set(), [root]
    while waiting:
        pid = waiting.pop()
        stat = _stat(pid)
        if stat is None or pid in seen:
            continue
        seen.add(pid)
        yield pid, stat
        children = _children(pid) if by_parent is None else None
        if children is None:  # a kernel without the children file
            by_parent = _all_by_parent() if by_parent is None else by_parent
            children = by_parent.get(pid, [])
        waiting.extend(children)


def _children(pid: int) -> Optional[List[int]]:
    """Of all threads; None when the kernel does not tell."""
    found: List[int] = []
    try:
        threads = os.listdir(f"/proc/{pid}/task")
    except _GONE:
        return found
    for thread in threads:
        try:
            with open(f"/proc/{pid}/task/{thread}/children", "rb") as file:
                found.extend(map(int, file.read().split()))
        except ProcessLookupError:
            continue
        except FileNotFoundError:
            if os.path.exists(f"/proc/{pid}/task/{thread}"):
                return None
    return found


def _all_by_parent() -> Dict[int, List[int]]:
    found: Dict[int, List[int]] = {}
    for name in os.listdir("/proc"):
        stat = _stat(int(name)) if name.isdigit() else None
        if stat is not None:
            found.setdefault(stat.parent, []).append(int(name))
    return found


def _io_of(root: int, pids: List[int]) -> Tuple[Optional[int], Optional[int]]:
    """Bytes from and to disks. Not known when the kernel refuses it for one that lives."""
    read_bytes = write_bytes = 0
    for pid in pids:
        try:
            with open(f"/proc/{pid}/io", "rb") as file:
                lines = dict(line.split(b": ") for line in file.read().splitlines())
        except ProcessLookupError:
            continue
        except FileNotFoundError:
            if pid == root:
                return None, None  # a kernel without it
            continue
        except PermissionError:
            return None, None
        read_bytes += int(lines[b"read_bytes"])
        write_bytes += int(lines[b"write_bytes"])
    return read_bytes, write_bytes
