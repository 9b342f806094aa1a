# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""What the tests of denet_bpf share. DENET_LIBRARY names the library to test."""

import os
import pathlib
import signal
import sys

import pytest

PACKAGE_PARENT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PACKAGE_PARENT))

# A shell's background and nohup start what they start with some ignored, and so would be all that we start.
for number in (signal.SIGHUP, signal.SIGQUIT, signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2):
    signal.signal(number, signal.SIG_DFL)
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def library():
    """libdenet. Without it the test is skipped, unless DENET_LIBRARY says that it is there."""
    from denet_bpf import _native

    try:
        return _native.library()
    except ImportError as error:
        if os.environ.get("DENET_LIBRARY"):
            raise
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def accounting(library):
    """Where figures come from on this machine: "bpf" or "proc"."""
    from denet_bpf import ProcessMonitor

    monitor = ProcessMonitor(["true"], 100, 1000, quiet=True)
    monitor.run()
    if os.environ.get("DENET_REQUIRE_BPF"):
        assert monitor.accounting == "bpf"
    assert monitor.accounting in ("bpf", "proc")
    return monitor.accounting


@pytest.fixture
def exact(accounting):
    """For tests of figures that only the kernel's own accounts give."""
    if accounting != "bpf":
        pytest.skip("BPF cannot be used here: figures are samples of /proc")
