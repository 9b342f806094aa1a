# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""denet_bpf.metlog, in the place of metlog-psutils: no library is needed."""

import configparser
import os
import re
import socket
import subprocess
import sys
import threading
import time

import pytest

from denet_bpf import metlog
from denet_bpf.metlog import LazyPSUtil, check_osx_perm, config_plugin, statsd_lines

HOST = socket.gethostname().replace(".", "_")


@pytest.fixture
def busy():
    with subprocess.Popen([sys.executable, "-c", "print(1, flush=True)\nwhile True: pass"],
                          stdout=subprocess.PIPE) as process:  # fmt: skip
        process.stdout.readline()
        yield process.pid
        process.kill()


def values_of(messages, group):
    assert all(set(message) == {"ns", "key", "rate", "value"} for message in messages)
    assert {message["ns"] for message in messages} == {f"psutil.{group}.{HOST}.{os.getpid()}"}
    return {message["key"]: message["value"] for message in messages}


def test_messages_have_the_seven_groups_keys():
    own = LazyPSUtil(os.getpid())
    assert set(values_of(own.get_busy_stats(), "busy")) == {"total_cpu", "uptime", "pcnt"}
    io = values_of(own.get_io_counters(), "io")
    assert set(io) == {"read_bytes", "write_bytes", "read_count", "write_count"}
    memory = values_of(own.get_memory_info(), "meminfo")
    assert 0 < memory["pcnt"] < 100 and 0 < memory["rss"] < memory["vms"]
    assert not check_osx_perm()


def test_cpu_is_exact_and_of_the_time_since(busy):
    reader = LazyPSUtil(busy)
    first = {message["key"]: message["value"] for message in reader.get_cpu_info()}
    assert set(first) == {"user", "sys", "pcnt"}
    before_s = metlog._readings.cpu_time_s(busy)
    while metlog._readings.cpu_time_s(busy) < before_s + 0.05:
        pass
    begun_s = time.monotonic()
    found = {message["key"]: message["value"] for message in reader.get_cpu_info()}
    assert time.monotonic() - begun_s < 60 and 0 < found["pcnt"] <= 101
    with pytest.raises(ProcessLookupError):
        LazyPSUtil(2**22 + 1).get_cpu_info()


def test_each_thread_has_its_own():
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    try:
        found = values_of(LazyPSUtil(os.getpid()).get_thread_cpuinfo(), "thread")
        assert {f"{thread.native_id}.sys", f"{thread.native_id}.user"} <= set(found)
    finally:
        stop.set()
        thread.join()


@pytest.mark.parametrize("family, host", [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
def test_connections_of_a_server_are_counted_by_status(family, host):
    try:
        server = socket.create_server((host, 0), family=family)
    except OSError as error:
        pytest.skip(f"{host}: {error}")
    address = f"{host}:{server.getsockname()[1]}"
    with server, socket.create_connection(server.getsockname()[:2]), server.accept()[0]:
        reader = LazyPSUtil(os.getpid())
        found = reader.get_connections()
        mine = sorted(row["status"] for row in found if row["local"] == address)
        assert mine == ["ESTABLISHED", "LISTEN"]
        assert any(row["remote"] == address for row in found)  # the client's end
        messages = [m for m in reader.summarize_network(found)
                    if m["key"].startswith(address.replace(".", "_"))]  # fmt: skip
        assert {m["key"].rpartition(".")[2]: (m["value"], m["rate"]) for m in messages} == {
            "LISTEN": (1, 1), "ESTABLISHED": (1, 1),
        }  # fmt: skip


def test_addresses_that_are_named_are_servers_too():
    rows = [{"local": "10.0.0.1:80", "remote": "10.0.0.2:5", "status": "TIME_WAIT"}]
    assert LazyPSUtil(1).summarize_network(rows) == []
    (message,) = LazyPSUtil(1, server_addr="10.0.0.1:80").summarize_network(rows)
    assert message["key"] == "10_0_0_1:80.TIME_WAIT"
    rows.append({"local": "0.0.0.0:80", "remote": "0.0.0.0:0", "status": "LISTEN"})
    keys = [message["key"] for message in LazyPSUtil(1).summarize_network(rows)]
    assert keys == ["0_0_0_0:80.TIME_WAIT", "0_0_0_0:80.LISTEN"]


def test_statsd_takes_each_line():
    own = LazyPSUtil(os.getpid())
    messages = own.get("net", "io", "cpu", "mem", "threads", "busy")
    messages.append(own._message("net", "127_0_0_1:50007.LISTEN", 1, 1))
    for line in statsd_lines(messages):
        assert re.fullmatch(r"[^:|@ ]+:-?[0-9.e+-]+\|g", line), line
    assert statsd_lines(messages)[-1].endswith(".127_0_0_1_50007.LISTEN:1|g")


class Client:
    def __init__(self):
        self.sent = []

    def metlog(self, **message):
        self.sent.append(message)


def test_what_the_ini_has_off_sends_nothing():
    ini = configparser.ConfigParser()
    ini.read_string(
        "[metlog_plugin_procinfo]\nprovider=denet_bpf.metlog:config_plugin\nmem=True\nio=False\n"
    )
    procinfo = config_plugin(dict(ini["metlog_plugin_procinfo"]))
    client = Client()
    procinfo(client)
    procinfo(client, io=True, cpu=True)
    assert client.sent == []
    procinfo(client, mem=True, io=True)
    assert [message["fields"]["name"] for message in client.sent] == ["pcnt", "rss", "vms"]
    assert client.sent[0]["fields"]["logger"] == f"psutil.meminfo.{HOST}.{os.getpid()}"
    with pytest.raises(TypeError, match="memory"):
        procinfo(client, memory=True)
    with pytest.raises(TypeError, match="nett"):
        config_plugin({"nett": "True"})
    with pytest.raises(ValueError, match="maybe"):
        config_plugin({"net": "maybe"})


def test_a_name_of_a_server_s_host_stands_for_its_addresses():
    rows = [{"local": "127.0.0.1:80", "remote": "10.0.0.2:5", "status": "TIME_WAIT"}]
    (message,) = LazyPSUtil(1, server_addr=["localhost:80"]).summarize_network(rows)
    assert message["key"] == "127_0_0_1:80.TIME_WAIT"
    assert LazyPSUtil(1, server_addr="[::1]:80").server_addr == ["::1:80"]
    for wrong in ("localhost", "127.0.0.1:http", "127.0.0.1:70000", "no host:80"):
        with pytest.raises(ValueError, match="server_addr"):
            LazyPSUtil(1, server_addr=wrong)


def test_each_call_has_the_servers_that_it_names(monkeypatch):
    monkeypatch.setattr(metlog, "_READERS_MAX", 2)
    procinfo, client = config_plugin({"net": True}), Client()
    assert procinfo.metlog_name == "procinfo"
    with socket.create_server(("127.0.0.1", 0)) as server:
        with socket.create_connection(server.getsockname()) as end:
            own = "%s:%d" % end.getsockname()
            for names in (None, own, ["10.0.0.9:1"], own):
                client.sent.clear()
                procinfo(client, net=True, server_addr=names)
                found = {message["fields"]["name"] for message in client.sent}
                assert (f"{own.replace('.', '_')}.ESTABLISHED" in found) == (names == own)
