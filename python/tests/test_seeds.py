# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Programs written for psutil, metlog and what they send to, with our module in the import's place."""

import collections
import configparser
import http.server
import importlib
import importlib.metadata
import importlib.util
import io
import json
import os
import pathlib
import re
import socket
import sys
import threading
import time
import types
import urllib.request

import pytest
from support import LIMIT_S, started

from denet_bpf import agent as psutil
from denet_bpf.agent import SystemSnapshot, collect_snapshot

pytestmark = pytest.mark.usefixtures("library")
SPIN = "print(1, flush=True)\nwhile True: pass"


@pytest.fixture
def busy():
    with started(sys.executable, "-c", SPIN, stdout=-1) as process:
        process.stdout.readline()
        yield process.pid


def spend(pid, seconds):
    """Waits until a process has used so much more CPU."""
    end_s, enough_s = time.monotonic() + LIMIT_S, psutil._readings.cpu_time_s(pid) + seconds
    while psutil._readings.cpu_time_s(pid) < enough_s:
        assert time.monotonic() < end_s


# --- an agent on psutil ---------------------------------------------------------------------------


def own_snapshot():
    cpu = psutil.cpu_percent(interval=None, percpu=False)
    cpu_cores = psutil.cpu_percent(interval=None, percpu=True)
    mem, swap, disk = psutil.virtual_memory(), psutil.swap_memory(), psutil.disk_usage("/")
    disk_io, net_io = psutil.disk_io_counters(), psutil.net_io_counters()
    return SystemSnapshot(
        timestamp=time.time(), cpu_percent=cpu, cpu_per_core=cpu_cores,
        memory_total=mem.total, memory_available=mem.available, memory_percent=mem.percent,
        swap_used=swap.used, swap_percent=swap.percent, disk_usage_percent=disk.percent,
        disk_read_bytes=disk_io.read_bytes, disk_write_bytes=disk_io.write_bytes,
        net_bytes_sent=net_io.bytes_sent, net_bytes_recv=net_io.bytes_recv,
        load_avg=psutil.getloadavg() if hasattr(psutil, "getloadavg") else None,
    )  # fmt: skip


def test_all_cpus_and_each_are_of_the_same_time(busy):
    own_snapshot()
    spend(busy, 0.3)
    found = own_snapshot()
    assert found.cpu_percent > 0 and max(found.cpu_per_core) > 0
    collect_snapshot()
    spend(busy, 0.3)
    own_snapshot()
    assert collect_snapshot().cpu_percent > 0


def heavy_ones(cpu_threshold, mem_threshold_mb):
    heavy = []
    for proc in psutil.process_iter(["pid", "name", "cpu_percent",
                                     "memory_info", "username", "create_time"]):  # fmt: skip
        info = proc.info
        mem_mb = info["memory_info"].rss / (1024 * 1024) if info["memory_info"] else 0
        if info["cpu_percent"] and info["cpu_percent"] > cpu_threshold:
            heavy.append(("cpu", info))
        elif mem_mb > mem_threshold_mb:
            heavy.append(("memory", info))
    return heavy


def test_an_iteration_over_processes_finds_the_heavy_ones(busy):
    heavy_ones(1, 1e6)
    spend(busy, 0.1)
    found = [info for why, info in heavy_ones(0.01, 1e6) if info["pid"] == busy and why == "cpu"]
    assert found[0]["cpu_percent"] > 0 and found[0]["username"] and found[0]["name"]
    assert abs(found[0]["create_time"] - time.time()) < 3600
    assert os.getpid() in [info["pid"] for why, info in heavy_ones(1e9, 0.1)]
    with pytest.raises(ValueError, match="nice"):
        psutil.process_iter(["pid", "nice"])


class Tracker:
    def __init__(self, pid, window_size=10):
        self.process = psutil.Process(pid)
        self.window_size = window_size
        self.cpu_samples = []

    def sample(self):
        try:
            self.cpu_samples.append(self.process.cpu_percent())
            if len(self.cpu_samples) > self.window_size:
                self.cpu_samples.pop(0)
        except psutil.NoSuchProcess:
            return None

    def memory_info(self):
        try:
            mem = self.process.memory_info()
            return {"rss": mem.rss, "vms": mem.vms}
        except psutil.NoSuchProcess:
            return {}


def test_a_process_is_tracked_to_its_end(busy):
    tracker = Tracker(busy, 2)
    for _ in range(3):
        spend(busy, 0.05)
        tracker.sample()
    assert len(tracker.cpu_samples) == 2 and all(one > 0 for one in tracker.cpu_samples)
    assert tracker.memory_info()["rss"] > 0 and tracker.process.is_running()
    assert tracker.process.username() and tracker.process.cpu_percent(interval=0.02) >= 0
    os.kill(busy, 9)
    os.waitid(os.P_PID, busy, os.WEXITED | os.WNOWAIT)
    tracker.sample()
    assert len(tracker.cpu_samples) == 2 and tracker.memory_info() == {}
    assert not tracker.process.is_running()
    with pytest.raises(psutil.NoSuchProcess):
        psutil.Process(2**22 + 1)
    with pytest.raises(TypeError, match="integer"):
        psutil.Process(str(os.getpid()))


def test_prometheus_gets_what_gauges_are_set_to():
    prometheus = pytest.importorskip("prometheus_client", reason="prometheus_client is not installed")
    registry = prometheus.CollectorRegistry()
    cpu = prometheus.Gauge("system_cpu_percent", "CPU usage percentage", registry=registry)
    memory = prometheus.Gauge("system_memory_percent", "Memory usage percentage", registry=registry)
    disk = prometheus.Gauge("system_disk_percent", "Disk usage percentage", registry=registry)
    cpu.set(psutil.cpu_percent(interval=None))
    memory.set(psutil.virtual_memory().percent)
    disk.set(psutil.disk_usage("/").percent)
    server, thread = prometheus.start_http_server(0, addr="127.0.0.1", registry=registry)
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}/metrics") as page:
            text = page.read().decode()
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    found = dict(re.findall(r"^system_(\w+)_percent ([0-9.e+-]+)$", text, re.MULTILINE))
    assert set(found) == {"cpu", "memory", "disk"}
    assert 0 < float(found["memory"]) < 100 and 0 <= float(found["cpu"]) <= 100


class Influx(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.server.lines.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


def write_snapshot(client, bucket, snapshot, point):
    point = (
        point("system_metrics")
        .field("cpu_percent", snapshot.cpu_percent)
        .field("memory_percent", snapshot.memory_percent)
        .field("disk_percent", snapshot.disk_usage_percent)
        .field("swap_percent", snapshot.swap_percent)
        .time(int(snapshot.timestamp * 1e9))
    )
    write_api = client.write_api()
    write_api.write(bucket=bucket, record=point)
    write_api.close()


def test_influxdb_gets_a_snapshot():
    influx = pytest.importorskip("influxdb_client", reason="influxdb_client is not installed")
    server = http.server.HTTPServer(("127.0.0.1", 0), Influx)
    server.lines = []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    history = collections.deque([collect_snapshot()], maxlen=3600)
    try:
        with influx.InfluxDBClient(f"http://127.0.0.1:{server.server_port}", "t", org="o") as client:
            write_snapshot(client, "b", history[0], influx.Point)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    number = r"-?[0-9.e+-]+i?"
    fields = ",".join(f"{key}_percent={number}" for key in ("cpu", "disk", "memory", "swap"))
    moment_ns = int(history[0].timestamp * 1e9)
    assert re.fullmatch(f"system_metrics {fields} {moment_ns}", server.lines[0].strip()), server.lines


# --- metlog ---------------------------------------------------------------------------------------

class Provider:
    """As much of an entry point as metlog asks of setuptools."""

    def __init__(self, text):
        self.value = text.partition("=")[2]

    def load(self, *_):
        return importlib.metadata.EntryPoint("x", self.value, "x").load()


# It is of Python 2: what has another form today, and modules by their names of then.
OF_PYTHON_2 = (
    (r"except (\w+), (\w+):", r"except \1 as \2:"),
    (r"\bStandardError\b", "Exception"),
    (r"\bbasestring\b|\btypes\.StringTypes\b", "str"),
    (r"from types import StringTypes", "StringTypes = str"),
    (r"config\.readfp\(", "config.read_file("),
    (r"types\.MethodType\(method, self, self\.__class__\)", "types.MethodType(method, self)"),
    (r"re\.compile\('", "re.compile(r'"),
)
OLD_MODULES = {
    "ConfigParser": {"SafeConfigParser": configparser.RawConfigParser, "Error": configparser.Error},
    "StringIO": {"StringIO": io.StringIO},
    "imp": {"C_EXTENSION": 3, "C_BUILTIN": 6, "get_suffixes": lambda: [(".py", "r", 1)]},
    "pkg_resources": {"EntryPoint": types.SimpleNamespace(parse=lambda text: Provider(text))},
}


@pytest.fixture
def metlog(tmp_path, monkeypatch):
    """The real one, in a copy for Python 3; no module of it stays."""
    found = importlib.util.find_spec("metlog")
    if found is None:
        pytest.skip("metlog is not installed")
    folder = pathlib.Path(found.submodule_search_locations[0])
    for path in folder.rglob("*.py"):
        if "tests" in path.parts:
            continue
        text = path.read_text()
        for old, new in OF_PYTHON_2:
            text = re.sub(old, new, text)
        copy = tmp_path / "metlog" / path.relative_to(folder)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    for name, values in OLD_MODULES.items():
        monkeypatch.setitem(sys.modules, name, types.SimpleNamespace(**values))
    yield types.SimpleNamespace(
        holder=importlib.import_module("metlog.holder"),
        config=importlib.import_module("metlog.config"),
    )
    for name in [name for name in sys.modules if name.partition(".")[0] == "metlog"]:
        del sys.modules[name]


INI = """
[metlog]
sender_class=metlog.senders.DebugCaptureSender
[metlog_plugin_procinfo]
provider=denet_bpf.metlog:config_plugin
net={net}
"""


def test_metlog_sends_what_its_ini_has_on(metlog):
    host = socket.gethostname().replace(".", "_")
    client = metlog.holder.get_client("metlog_psutil")
    metlog.config.client_from_text_config(INI.format(net=True), "metlog", client)
    with socket.create_server(("127.0.0.1", 0)) as server:
        client.procinfo(net=True, cpu=True)
        key = f"127_0_0_1:{server.getsockname()[1]}.LISTEN"
    sent = [json.loads(text) for text in client.sender.msgs]
    (mine,) = [message for message in sent if message["fields"]["name"] == key]
    assert mine["type"] == "procinfo" and mine["payload"] == "1"
    assert mine["fields"] == {"logger": f"psutil.net.{host}.{os.getpid()}", "name": key, "rate": 1}
    assert {message["fields"]["logger"] for message in sent} == {mine["fields"]["logger"]}


def test_metlog_sends_nothing_that_its_ini_has_off(metlog):
    client = metlog.config.client_from_stream_config(io.StringIO(INI.format(net=False)), "metlog")
    client.procinfo(net=True)
    client.procinfo()
    assert not client.sender.msgs
