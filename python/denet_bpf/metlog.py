# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Details of a process as metlog's messages, in the place of metlog-psutils.

    [metlog_plugin_procinfo]
    provider=denet_bpf.metlog:config_plugin
    net=True

A message is a dict of ns, key, rate and value; statsd_lines() makes gauges of them. CPU percent is
exact and needs no pause: the kernel's clock of the process, since the call before. Nothing of metlog
is needed to use LazyPSUtil.
"""

from __future__ import annotations

import os
import socket
import time
from typing import Any, Callable, Dict, Iterable, List, Mapping, Optional, Union

from . import _readings, _sockets

Message = Dict[str, Any]
Addresses = Union[None, str, Iterable[str]]

_DETAILS = ("net", "io", "cpu", "mem", "threads", "busy")
_SHORTEST_S = 0.01
_READERS_MAX = 1000
_WORDS = {
    **dict.fromkeys(("1", "true", "t", "yes", "y", "on"), True),
    **dict.fromkeys(("", "0", "false", "f", "no", "n", "off", "none"), False),
}


def check_osx_perm() -> bool:
    """Whether this is a Mac on which more rights are needed: never on Linux."""
    return False


class LazyPSUtil:
    """Details of one process, read when they are asked for.

    server_addr is a "host:port", or several: connections to these count as a server's although
    nobody listens there now. A host's name stands for its addresses; ValueError for one that has
    none. ProcessLookupError once the process has ended.
    """

    def __init__(self, pid: int, server_addr: Addresses = None) -> None:
        self.pid = int(pid)
        self.server_addr = [each for one in _listed(server_addr) for each in _resolved(one)]
        self.host = socket.gethostname().replace(".", "_")
        self._usage = _readings.CpuPercent()

    def _message(self, group: str, key: str, value: Any, rate: Any = "") -> Message:
        ns = f"psutil.{group}.{self.host}.{self.pid}"
        return {"ns": ns, "key": key, "rate": rate, "value": value}

    def _messages(self, group: str, values: Mapping[str, Any]) -> List[Message]:
        return [self._message(group, key, value) for key, value in values.items()]

    def get_busy_stats(self) -> List[Message]:
        """total_cpu and uptime in seconds, and pcnt: the share of its life that it was busy."""
        reading = _readings.read_process(self.pid)
        uptime_s = max(0.0, _readings.uptime_s() - reading.start_s)
        share = 100 * reading.cpu_time_s / uptime_s if uptime_s else 0.0
        values = {"total_cpu": reading.cpu_time_s, "uptime": uptime_s, "pcnt": share}
        return self._messages("busy", values)

    def get_cpu_info(self) -> List[Message]:
        """user and sys in seconds, pcnt of one CPU since the call before; the first waits 0.01 s."""
        reading = _readings.read_process(self.pid)
        usage = self._usage.of(self.pid, reading)
        if usage is None:
            time.sleep(_SHORTEST_S)
            reading = _readings.read_process(self.pid)
            usage = self._usage.of(self.pid, reading) or 0.0
        values = {"user": reading.user_s, "sys": reading.system_s, "pcnt": usage}
        return self._messages("cpu", values)

    def get_io_counters(self) -> List[Message]:
        """Bytes from and to storage, and how many calls read and wrote. PermissionError where the
        kernel refuses it."""
        try:
            found = _readings.io_counters(self.pid)
        except FileNotFoundError:
            raise ProcessLookupError(f"no process {self.pid}") from None
        keys = {
            "read_bytes": "read_bytes", "write_bytes": "write_bytes",
            "read_count": "syscr", "write_count": "syscw",
        }  # fmt: skip
        return self._messages("io", {key: found[name] for key, name in keys.items()})

    def get_memory_info(self) -> List[Message]:
        """pcnt of the machine's memory, rss and vms in bytes."""
        reading = _readings.read_process(self.pid)
        total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        share = 100 * reading.rss_bytes / total
        values = {"pcnt": share, "rss": reading.rss_bytes, "vms": reading.vms_bytes}
        return self._messages("meminfo", values)

    def get_thread_cpuinfo(self) -> List[Message]:
        """sys and user in seconds of each thread that lives."""
        _readings.read_process(self.pid)
        found: List[Message] = []
        for tid, user_s, system_s in _readings.threads(self.pid):
            found += self._messages("thread", {f"{tid}.sys": system_s, f"{tid}.user": user_s})
        return found

    def get_connections(self) -> List[Dict[str, str]]:
        """local and remote as host:port, and status, of each TCP connection."""
        return _sockets.connections(self.pid)

    def summarize_network(self, network_data: Iterable[Mapping[str, str]]) -> List[Message]:
        """How many connections of each status a server's host:port has; others are left out."""
        data = list(network_data)
        servers = {row["local"] for row in data if row["status"] == "LISTEN"}
        servers.update(self.server_addr)
        counts: Dict[str, int] = {}
        for row in data:
            server = _server_of(row["local"], servers)
            if server is not None:
                key = f"{server.replace('.', '_')}.{row['status']}"
                counts[key] = counts.get(key, 0) + 1
        return [self._message("net", key, count, 1) for key, count in counts.items()]

    def get(self, *details: str) -> List[Message]:
        """Messages of net, io, cpu, mem, threads and busy, whichever are named."""
        ways: Dict[str, Callable[[], List[Message]]] = {
            "net": lambda: self.summarize_network(self.get_connections()),
            "io": self.get_io_counters,
            "cpu": self.get_cpu_info,
            "mem": self.get_memory_info,
            "threads": self.get_thread_cpuinfo,
            "busy": self.get_busy_stats,
        }
        return [message for detail in details for message in ways[detail]()]


def _listed(server_addr: Addresses) -> List[str]:
    return [server_addr] if isinstance(server_addr, str) else [str(each) for each in server_addr or ()]


def _resolved(address: str) -> List[str]:
    """host:port of each address of the host, as connections have them."""
    host, colon, port = address.rpartition(":")
    try:
        if not colon or not 0 <= int(port) < 65536:
            raise ValueError
        found = socket.getaddrinfo(host.strip("[]"), None, type=socket.SOCK_STREAM)
    except (OSError, ValueError):
        raise ValueError(f"server_addr: {address!r} is no host:port that is known here") from None
    return [f"{place[0]}:{port}" for *_, place in found]


def _server_of(local: str, servers: Iterable[str]) -> Optional[str]:
    """Who listens at all addresses is meant by each of them."""
    if local in servers:
        return local
    port = local.rpartition(":")[2]
    every = [f"{host}:{port}" for host in ("0.0.0.0", "::")]
    return next((server for server in every if server in servers), None)


def statsd_lines(messages: Iterable[Mapping[str, Any]]) -> List[str]:
    """Gauges: `ns.key:value|g`, with _ for what StatsD would take for the end of a name."""
    lines = []
    for message in messages:
        name = f"{message['ns']}.{message['key']}"
        for character in ":|@ ":
            name = name.replace(character, "_")
        lines.append(f"{name}:{message['value']}|g")
    return lines


def config_plugin(config: Mapping[str, Any]) -> Callable[..., None]:
    """The method that metlog binds to its client: procinfo(net=True, cpu=True, ...).

    config is the section of the INI: what it has off sends nothing, whoever asks. Each message goes
    out by client.metlog(type="procinfo", ...). TypeError for another name in either,
    ValueError for a word that is neither on nor off.
    """
    allowed = {detail: _is_on(config.get(detail, False)) for detail in _DETAILS}
    unknown = [key for key in config if key not in (*_DETAILS, "provider", "override")]
    if unknown:
        raise TypeError(f"procinfo has no {', '.join(sorted(unknown))}")
    readers: Dict[Any, LazyPSUtil] = {}

    def procinfo(
        client: Any, pid: Optional[int] = None, server_addr: Addresses = None, **details: bool
    ) -> None:
        wrong = [detail for detail in details if detail not in _DETAILS]
        if wrong:
            raise TypeError(f"procinfo has no {', '.join(sorted(wrong))}")
        wanted = [name for name in _DETAILS if details.get(name) and allowed[name]]
        if not wanted:
            return
        number = os.getpid() if pid is None else int(pid)
        reader = _reader_of(readers, number, server_addr)
        for message in reader.get(*wanted):
            fields = {"logger": message["ns"], "name": message["key"], "rate": message["rate"]}
            client.metlog(type="procinfo", fields=fields, payload=str(message["value"]))

    procinfo.metlog_name = "procinfo"  # type: ignore[attr-defined]  # Client.add_method() asks for it
    return procinfo


def _reader_of(readers: Dict[Any, LazyPSUtil], pid: int, server_addr: Addresses) -> LazyPSUtil:
    """Kept for what CPU is taken against; an old one goes where many processes are asked for."""
    key = (pid, *_listed(server_addr))
    if key not in readers:
        while len(readers) >= _READERS_MAX:
            del readers[next(iter(readers))]
        readers[key] = LazyPSUtil(pid, server_addr)
    return readers[key]


def _is_on(value: Any) -> bool:
    if not isinstance(value, str):
        return bool(value)
    word = value.strip().lower()
    if word not in _WORDS:
        raise ValueError(f"{value!r} is neither on nor off")
    return _WORDS[word]
