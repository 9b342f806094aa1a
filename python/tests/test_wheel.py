# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""The wheel of `make wheel`, installed as users do under each Python that this machine has.

DENET_WHEELS names the folder that has it."""

import os
import pathlib
import re
import subprocess
import sys
import zipfile

import pytest
from pages import blocks_of
from support import LIMIT_S, ROOT, need_extra, pythons

WHEELS = sorted(pathlib.Path(os.environ.get("DENET_WHEELS", "/nonexistent")).glob("*.whl"))

pytestmark = pytest.mark.skipif(not WHEELS, reason="no wheel: `make check-python` builds one")


@pytest.fixture(scope="module")
def wheel():
    assert len(WHEELS) == 1
    return WHEELS[0]


def clean_environment():
    """Nothing of the tree of sources."""
    kept = {key: os.environ[key] for key in ("PATH", "HOME", "TMPDIR") if key in os.environ}
    return {**kept, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def run(*command, cwd=None):
    done = subprocess.run(
        command, cwd=cwd, env=clean_environment(), timeout=5 * LIMIT_S, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_the_tag_promises_a_c_library_and_no_python_version(wheel):
    assert re.match(r"denet_bpf-[\d.]+-py3-none-manylinux_2_\d+_\w+\.whl$", wheel.name)


def test_the_version_is_that_of_the_makefile(wheel):
    makefile = (ROOT / "Makefile").read_text()
    version = re.search(r"^VERSION := (\S+)$", makefile, re.MULTILINE).group(1)
    assert wheel.name.startswith(f"denet_bpf-{version}-")
    from denet_bpf import __version__

    assert __version__ == version


def test_the_wheel_has_what_it_needs_and_no_path_of_this_machine(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        for wanted in ("denet_bpf/libdenet.so.0", "denet_bpf/denet-bpf", "denet_bpf/py.typed"):
            assert wanted in names
        assert any("/LICENSE" in name for name in names)
        bundled = [name for name in names if name.startswith("denet_bpf.libs/")]
        assert any("libbpf" in name for name in bundled), bundled
        assert all(re.match(r"denet_bpf(\.libs|-[\d.]+\.dist-info)?/", name) for name in names)
        assert not [name for name in names if "/test" in name or "pycache" in name]
        for name in names:
            data = archive.read(name)
            for path in (str(ROOT), os.path.expanduser("~") + "/", os.environ["DENET_WHEELS"]):
                assert len(path) < 3 or path.encode() not in data, (name, path)


def install(python, inside, wheel):
    """With the pip of that Python if it has one: a venv with its own takes far longer."""
    arguments = ["install", "-q", "--no-index", wheel]
    done = subprocess.run(
        [python, "-m", "pip", "--python", inside, *arguments], env=clean_environment(),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    if done.returncode:
        run(inside, "-m", "ensurepip")
        run(inside, "-m", "pip", *arguments)


@pytest.mark.parametrize("version, python", pythons(), ids=lambda value: str(value)[:4])
def test_a_user_installs_it_and_runs_the_readme(wheel, version, python, tmp_path):
    if not sys.version.startswith(f"{version}."):
        need_extra(f"Python {version}")
    if python is None:
        pytest.skip(f"there is no Python {version} here")
    run(python, "-m", "venv", "--without-pip", tmp_path / "venv")
    inside = tmp_path / "venv/bin/python"
    install(python, inside, wheel)
    for block in blocks_of(ROOT / "python/README.md"):
        assert run(inside, "-c", block.text, cwd=tmp_path)
    where = run(inside, "-c", "import denet_bpf._native as n; print(n._find(), n.version())")
    assert str(tmp_path) in where and "libdenet.so.0" in where
    folder = tmp_path / "venv/bin"
    path, page = tmp_path / "run.jsonl", tmp_path / "run.html"
    for program in ([inside, "-m", "denet_bpf"], [folder / "denet-bpf"]):
        assert "denet-bpf" in run(*program, "--version")
        run(*program, "-q", "-o", path, "run", "true")
        assert "STATISTICS" in run(*program, "stats", path)
    host = subprocess.run([folder / "denet-bpf", "host"], env=clean_environment(),
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)  # fmt: skip
    assert host.returncode == 125 and b"denet-bpf-host" in host.stdout
    assert b"is not in this package" in host.stdout
    assert run(folder / "denet-report", path).strip() == str(page)
    assert page.read_text().startswith("<!")
    listed = run(inside, "-c", "import importlib.metadata as m; print(m.entry_points())")
    assert "denet_bpf.pytest_plugin" in listed
