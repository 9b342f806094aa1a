# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""What the tests of denet_bpf share. DENET_LIBRARY names the library to test."""

import os
import pathlib
import shutil
import signal
import subprocess
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


POM = """
<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>none</groupId><artifactId>none</artifactId><version>1</version><dependencies><dependency>
<groupId>io.nextflow</groupId><artifactId>nextflow</artifactId><version>24.10.0</version>
</dependency></dependencies></project>
"""
NEXTFLOW = """#!/bin/sh
NXF_OFFLINE=true NXF_ANSI_LOG=false exec java -cp '{folder}/jars/*' nextflow.cli.Launcher "$@"
"""


@pytest.fixture(scope="session")
def nextflow(tmp_path_factory):
    """A command that is the real one, of Maven Central: its own launcher would fetch from elsewhere."""
    from support import need_extra

    need_extra("Nextflow")
    for program in ("java", "mvn"):
        if not shutil.which(program):
            pytest.skip(f"Nextflow needs {program}, which is not here")
    folder = tmp_path_factory.mktemp("nextflow")
    (folder / "pom.xml").write_text(POM)
    words = ["mvn", "-q", "-B", "dependency:copy-dependencies", "-DoutputDirectory=jars"]
    done = subprocess.run(
        [*words, "-DincludeScope=runtime"], cwd=folder, timeout=600,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True,
    )  # fmt: skip
    if done.returncode:
        pytest.skip(f"Nextflow cannot be fetched: {done.stdout.strip().splitlines()[0]}")
    script = folder / "nextflow"
    script.write_text(NEXTFLOW.format(folder=folder))
    script.chmod(0o755)
    return str(script)
