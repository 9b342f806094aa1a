# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Commands and programs that several tests run."""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

import pytest

import denet_bpf as denet

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIMIT_S = 60

# Some 0.3 s of CPU in three processes, the last two of them children that are waited for.
BUSY = "i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done"
BUSY_TREE = ["sh", "-c", f"({BUSY}); ({BUSY}); {BUSY}"]


def kinds(lines):
    return [json.loads(line)["kind"] for line in lines]


def read_lines(path):
    return pathlib.Path(path).read_text().splitlines()


def summary_of(monitor):
    return json.loads(monitor.get_summary())


def run(command, *arguments, **options):
    """A monitor that has run a command silently."""
    options.setdefault("quiet", True)
    monitor = denet.ProcessMonitor(command, *(arguments or (20, 100)), **options)
    monitor.run()
    return monitor


def wait_until(is_so, limit_s=LIMIT_S):
    """Waits for something that no descriptor tells of."""
    end_s = time.monotonic() + limit_s
    while not is_so():
        assert time.monotonic() < end_s, "it did not come to be"
        time.sleep(0.005)


def is_alive(pid):
    """A zombie is not."""
    try:
        text = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return text.rpartition(")")[2].split()[0] != "Z"


def python_environment(**more):
    """For a Python of its own that imports the package under test."""
    package = os.path.dirname(os.path.dirname(sys.modules["denet_bpf"].__file__))
    paths = [package, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), **more}


def release():
    """Frees what monitors have left for the next one, before descriptors are counted."""
    from denet_bpf import _native

    _native.library().denet_release()


def run_python(code, *arguments, python=sys.executable, **options):
    """Runs code in a Python of its own; CompletedProcess with its output as text, without the line
    that tells of /proc where that is all there is."""
    options.setdefault("env", python_environment())
    done = subprocess.run(
        [python, "-c", code, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        universal_newlines=True,
        timeout=LIMIT_S,
        **options,
    )
    lines = done.stderr.splitlines(keepends=True)
    done.stderr = "".join(line for line in lines if not line.startswith("figures come from /proc"))
    return done


@contextlib.contextmanager
def started(*command, **options):
    """A Popen that is killed and waited for at the end."""
    process = subprocess.Popen(command, **options)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream is not None:
                stream.close()


def interrupt(process):
    process.send_signal(signal.SIGINT)


def need_extra(what):
    """For what takes large packages or other interpreters; `make check-py-extra` runs it."""
    if os.environ.get("DENET_PY_EXTRA") != "1":
        pytest.skip(f"{what}: make check-py-extra")


def pythons():
    """(version, command) of each Python from 3.9 to 3.13; command is None for what is not here."""
    return [(f"3.{minor}", _find_python(f"3.{minor}")) for minor in range(9, 14)]


def _find_python(version):
    candidates = [shutil.which(f"python{version}")]
    if shutil.which("pyenv"):
        listed = _output("pyenv", "versions", "--bare").split()
        for name in sorted(name for name in listed if name.startswith(version + ".")):
            candidates.append(os.path.join(_output("pyenv", "prefix", name), "bin", "python"))
    wanted = f"import sys, venv, ensurepip; assert sys.version.startswith('{version}.')"
    for candidate in filter(None, candidates):
        if subprocess.run([candidate, "-c", wanted], stderr=subprocess.DEVNULL).returncode == 0:
            return candidate
    return None


def _output(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return done.stdout.decode().strip()
