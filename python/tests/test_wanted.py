# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""What is asked for by keyword wherever a monitor is made: pss, no_pss, label, net."""

import json
import socket

import pytest
from support import read_lines, started

import denet_bpf as denet

pytestmark = pytest.mark.usefixtures("library")

# Two processes, so that there is something to share, for some samples.
TWO = ["sh", "-c", "sleep 0.2; true"]


def of_command(tmp_path, **wanted):
    path = tmp_path / "command.jsonl"
    denet.ProcessMonitor(
        TWO, 10, 10, output_file=path, quiet=True, write_metadata=True, accounting="proc", **wanted
    ).run()
    return read_lines(path)


def of_execution(tmp_path, **wanted):
    path = tmp_path / "execution.jsonl"
    denet.execute_with_monitoring(
        TWO, base_interval_ms=10, max_interval_ms=10, output_file=path, quiet=True,
        write_metadata=True, accounting="proc", **wanted,
    )  # fmt: skip
    return read_lines(path)


def of_block(tmp_path, **wanted):
    path = tmp_path / "block.jsonl"
    with denet.monitor(10, 10, path, accounting="proc", **wanted):
        pass
    return read_lines(path)


def of_function(tmp_path, **wanted):
    path = tmp_path / "function.jsonl"

    @denet.profile(
        base_interval_ms=10, max_interval_ms=10, output_file=path, accounting="proc", **wanted
    )
    def work():
        return 7

    assert work()[0] == 7
    return read_lines(path)


EVERYWHERE = pytest.mark.parametrize("records_of", [of_command, of_execution, of_block, of_function])


def samples_with_pss(lines):
    records = [json.loads(line) for line in lines]
    trees = [record for record in records if record["kind"] == "tree"]
    assert trees
    return [tree for tree in trees if "pss_kb" in tree["aggregated"]]


@EVERYWHERE
def test_the_label_stands_in_the_metadata(tmp_path, records_of):
    lines = records_of(tmp_path, label="night rün")
    assert json.loads(lines[0])["label"] == "night rün"


@EVERYWHERE
def test_without_a_label_there_is_none(tmp_path, records_of):
    assert "label" not in json.loads(records_of(tmp_path)[0])


@EVERYWHERE
def test_pss_is_read_at_every_sample_or_never(tmp_path, records_of):
    assert samples_with_pss(records_of(tmp_path, pss=True))
    (tmp_path / "never").mkdir()
    assert not samples_with_pss(records_of(tmp_path / "never", no_pss=True))


@EVERYWHERE
def test_both_at_once_are_refused(tmp_path, records_of):
    with pytest.raises(ValueError, match="pss"):
        records_of(tmp_path, pss=True, no_pss=True)


@EVERYWHERE
def test_proc_shows_nothing_of_sockets(tmp_path, records_of):
    assert not any('"socket_rx_bytes"' in line for line in records_of(tmp_path, net=True))


def test_why_it_shows_nothing_is_told():
    monitor = denet.ProcessMonitor(["true"], 10, 10, quiet=True, accounting="proc", net=True)
    monitor.run()
    assert monitor.warnings == ["bytes of sockets are not told: /proc does not show them"]


def over_loopback(text):
    """Both ends are ours: what one sends the other receives."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        with socket.create_connection(server.getsockname()) as sender:
            receiver, _ = server.accept()
            sender.sendall(text)
            with receiver:
                assert receiver.recv(len(text), socket.MSG_WAITALL) == text


def test_bytes_of_sockets_are_counted(tmp_path, exact):
    over_loopback(b"not this")
    with denet.monitor(net=True, output_file=tmp_path / "f") as watch:
        over_loopback(b"x" * 12345)
    last = watch.get_samples()[-1]
    if "socket_rx_bytes" not in last:
        pytest.skip("this kernel does not tell of the bytes of sockets")
    assert (last["socket_rx_bytes"], last["socket_tx_bytes"]) == (12345, 12345)
    with denet.monitor(output_file=tmp_path / "f") as watch:
        over_loopback(b"nor this")
    assert "socket_rx_bytes" not in watch.get_samples()[-1]


def test_a_process_that_runs_is_labelled_too(tmp_path):
    path = tmp_path / "f"
    with started("sleep", "1000") as process:
        monitor = denet.ProcessMonitor.from_pid(
            process.pid, 10, 10, output_file=path, write_metadata=True, accounting="proc",
            label="of old", no_pss=True,
        )  # fmt: skip
        monitor.sample_once()
    assert json.loads(read_lines(path)[0])["label"] == "of old"
