# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""The ctypes declarations against the header and the compiler; finding and checking libdenet."""

import ctypes
import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

from denet_bpf import _abi, _native

ROOT = pathlib.Path(__file__).resolve().parents[2]
HEADERS = sorted((ROOT / "include/denet").glob("*.h"))
COMPILER = os.environ.get("CC", "cc")
LIMIT_S = 60

needs_headers = pytest.mark.skipif(not HEADERS, reason="no C headers beside this package")
needs_compiler = pytest.mark.skipif(
    not shutil.which(COMPILER), reason=f"no C compiler ({COMPILER})"
)


def public_text():
    """denet.h and what it includes of ours, without comments; not kernel.h, which is private."""
    text, waiting, seen = "", ["denet.h"], set()
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            text += (ROOT / "include/denet" / name).read_text()
            waiting += re.findall(r'#include "denet/(\w+\.h)"', text)
    return re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)


def declared_functions():
    """name -> its parameters as written"""
    found = {}
    for name, parameters in re.findall(
        r"^[\w \*]*?\b(denet_\w+)\(((?:[^()]|\([^()]*\))*)\);", public_text(), re.MULTILINE
    ):
        # those of a parameter that is a pointer to a function do not count
        flat = re.sub(r"\([^()]*\)(?=\s*(,|$))", "()", parameters)
        names = [part.strip() for part in flat.split(",")]
        found[name] = [] if names in ([""], ["void"]) else names
    return found


def declared_structs():
    """name -> names of its fields, in order; those without a body are handles"""
    found = {}
    for name, body in re.findall(r"struct (denet_\w+) \{(.*?)\n\};", public_text(), re.DOTALL):
        fields = []
        for statement in body.split(";"):
            pointer = re.search(r"\(\*(\w+)\)", statement)
            plain = re.search(r"(\w+)(\[\w+\])?$", statement.strip())
            if pointer or plain:
                fields.append((pointer or plain).group(1))
        found[name] = fields
    return found


@needs_headers
def test_every_struct_of_the_header_is_declared_with_its_fields():
    declared = declared_structs()
    assert "denet_options" in declared and "denet_system" in declared
    ours = {name: [field for field, *_ in made._fields_] for name, made in _abi.STRUCTS.items()}
    assert ours == declared


@needs_headers
@needs_compiler
def test_sizes_and_offsets_are_the_compiler_s(tmp_path):
    lines = ["#include <stdio.h>", '#include "denet/denet.h"', "int main(void) {"]
    expected = []
    for name, made in _abi.STRUCTS.items():
        lines.append(f'printf("{name} %zu\\n", sizeof(struct {name}));')
        expected.append(f"{name} {ctypes.sizeof(made)}")
        for field, *_ in made._fields_:
            where = getattr(made, field)
            lines.append(
                f'printf("{name}.{field} %zu %zu\\n", offsetof(struct {name}, {field}),'
                f" sizeof(((struct {name} *)0)->{field}));"
            )
            expected.append(f"{name}.{field} {where.offset} {where.size}")
    lines += ["return 0; }", ""]
    source, program = tmp_path / "layout.c", tmp_path / "layout"
    source.write_text("\n".join(lines))
    subprocess.run(
        [COMPILER, "-std=gnu17", f"-I{ROOT / 'include'}", "-o", str(program), str(source)],
        check=True,
        timeout=LIMIT_S,
    )
    printed = subprocess.run([str(program)], stdout=subprocess.PIPE, check=True, timeout=LIMIT_S)
    assert printed.stdout.decode().splitlines() == expected


@needs_headers
def test_every_function_of_the_header_is_declared():
    assert sorted(_native.FUNCTIONS) == sorted(declared_functions())


@needs_headers
@pytest.mark.parametrize("name", sorted(_native.FUNCTIONS))
def test_arguments_are_pointers_where_the_header_has_pointers(name):
    parameters = declared_functions()[name]
    _, arguments = _native.FUNCTIONS[name]
    assert len(arguments) == len(parameters)
    for kind, written in zip(arguments, parameters):
        is_pointer = ctypes.sizeof(kind) == ctypes.sizeof(ctypes.c_void_p) and kind not in (
            ctypes.c_size_t,
            ctypes.c_uint64,
            ctypes.c_double,
        )
        assert is_pointer == bool(re.search(r"[*\[(]|_fn\b", written)), written
        if not is_pointer:
            assert kind is _KINDS[written.rsplit(" ", 1)[0]], written


_KINDS = {
    "int": ctypes.c_int,
    "pid_t": ctypes.c_int,
    "enum denet_record": ctypes.c_int,
    "bool": ctypes.c_bool,
    "double": ctypes.c_double,
    "size_t": ctypes.c_size_t,
    "uint64_t": ctypes.c_uint64,
}


def test_the_signal_set_has_the_bits_where_libc_looks():
    libc = ctypes.CDLL(None)
    signals = _abi.SignalSet()
    signals.add(13)
    signals.add(64)
    members = [number for number in range(1, 65) if libc.sigismember(ctypes.byref(signals), number)]
    assert members == [13, 64]


def test_the_library_says_its_version_and_fills_options(library):
    assert _native.version().split(".")[0] == "0"
    options = _native.new_options(pss=True)
    assert options.size == ctypes.sizeof(_abi.Options)
    assert options.interval_ms > 0 and options.max_interval_ms >= options.interval_ms
    assert options.pss
    with pytest.raises(AttributeError, match="speed"):
        _native.new_options(speed=1)


def test_the_machine_is_described(library):
    system = _native.system()
    assert system["cpus_online"] == os.sysconf("SC_NPROCESSORS_ONLN")
    with open("/proc/meminfo") as meminfo:
        assert system["memory"]["total_kb"] == int(meminfo.readline().split()[1])
    assert system["cpu"]["user_ns"] > 0
    assert _native.system()["mono_ns"] > system["mono_ns"]


def test_a_failed_call_becomes_the_exception_of_its_errno(library):
    error = _native.new_error()
    monitor = ctypes.c_void_p()
    # no process has a negative id
    status = library.denet_attach(
        ctypes.byref(_native.new_options()), None, -5, ctypes.byref(monitor), ctypes.byref(error)
    )
    assert status < 0
    raised = _native.to_oserror(status, error)
    assert raised.errno == -status and _native.error_text(status, error) in str(raised)


# --- finding and checking it, each in a Python of its own -----------------------------------------


def python(code, folder=None, **environment):
    """Runs code with this package, or with a copy of it in folder."""
    parent = folder or pathlib.Path(_native.__file__).parents[1]
    env = {key: value for key, value in os.environ.items() if not key.startswith("DENET_")}
    env.update(environment, PYTHONPATH=str(parent))
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd="/",  # or a package beside the tests would come first
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        universal_newlines=True,
        timeout=LIMIT_S,
    )


LOAD = "from denet_bpf import _native; print(_native.library()._name)"


def build_library(folder, version, text=""):
    """A library that has only a version."""
    source = folder / "false.c"
    answer = f'const char *denet_version(void) {{ return "{version}"; }}' if version else ""
    source.write_text(answer + text + "\nint unused;\n")
    path = folder / _native.SONAME
    subprocess.run(
        [COMPILER, "-shared", "-fPIC", "-o", str(path), str(source)], check=True, timeout=LIMIT_S
    )
    return path


def test_a_missing_library_is_a_clear_import_error(tmp_path):
    result = python(LOAD, DENET_LIBRARY=str(tmp_path / "none.so"))
    last = result.stderr.splitlines()[-1]
    assert result.returncode == 1
    assert last.startswith("ImportError: libdenet cannot be loaded: ")
    assert "none.so" in last
    assert "denet_bpf needs libdenet.so.0, version 0.1.0 or later and before 1" in last
    assert "DENET_LIBRARY" in last


@needs_compiler
@pytest.mark.parametrize(
    "version, found",
    [
        ("9.3.0", "found libdenet 9.3.0."),
        ("0.0.9", "found libdenet 0.0.9."),
        ("soon", "found libdenet soon."),
        ("", "found a library without denet_version()."),
        ("0.1.0", "found libdenet 0.1.0 without denet_"),
    ],
)
def test_another_version_is_a_clear_import_error(tmp_path, version, found):
    path = build_library(tmp_path, version)
    result = python(LOAD, DENET_LIBRARY=str(path))
    last = result.stderr.splitlines()[-1]
    assert result.returncode == 1
    assert last.startswith(f"ImportError: {path}: {found}"), last
    assert "denet_bpf needs libdenet.so.0, version 0.1.0 or later" in last


@needs_compiler
def test_the_package_s_own_folder_comes_before_the_system_s(tmp_path):
    package = tmp_path / "denet_bpf"
    # Not what root's run left in it.
    shutil.copytree(str(pathlib.Path(_native.__file__).parent), str(package),
                    ignore=shutil.ignore_patterns("__pycache__"))
    for file in package.glob("*.so*"):
        file.unlink()
    build_library(package, "7.7.7")
    result = python(LOAD, folder=tmp_path)
    assert f"{package / _native.SONAME}: found libdenet 7.7.7." in result.stderr


@needs_compiler
def test_an_isolated_python_does_not_look_at_the_variable(tmp_path):
    path = build_library(tmp_path, "9.9.9")
    code = "import sys; sys.path.insert(0, sys.argv[1]); " + LOAD
    parent = str(pathlib.Path(_native.__file__).parents[1])
    result = subprocess.run(
        [sys.executable, "-I", "-c", code, parent],
        env={**os.environ, "DENET_LIBRARY": str(path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        universal_newlines=True,
        timeout=LIMIT_S,
    )
    assert "9.9.9" not in result.stderr


def test_a_privileged_process_does_not_look_at_the_variable(monkeypatch, tmp_path):
    monkeypatch.setenv("DENET_LIBRARY", str(tmp_path / "libevil.so"))
    assert _native._find() == str(tmp_path / "libevil.so")
    monkeypatch.setattr(_native, "_is_privileged", lambda: True)
    assert "libevil" not in _native._find()


@needs_compiler
def test_privilege_is_what_the_kernel_told_the_loader(tmp_path):
    assert not _native._is_privileged()
    source = tmp_path / "secure.c"
    source.write_text(
        f'#include <sys/auxv.h>\n_Static_assert(AT_SECURE == {_native.AT_SECURE}, "");\n'
    )
    subprocess.run([COMPILER, "-fsyntax-only", str(source)], check=True, timeout=LIMIT_S)


@pytest.mark.parametrize("module", ["analysis", "monitoring", "telemetry", "pytest_plugin"])
def test_importing_does_not_need_the_library(module, tmp_path):
    result = python(f"import denet_bpf.{module}", DENET_LIBRARY=str(tmp_path / "none.so"))
    assert result.returncode == 0, result.stderr
