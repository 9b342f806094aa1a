# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Every public name has a docstring, which says what quantities are in and what is raised."""

import ast
import importlib
import re

from support import ROOT

import denet_bpf as denet

PACKAGE = ROOT / "python/denet_bpf"
MODULES = denet._MODULES
# A parameter of that name is a quantity: one of these words has to stand in the docstring.
UNITS = {
    "timeout": "second", "elapsed_time": "second", "interval": "second", "elapsed": "second",
    "base_interval_ms": "millisecond", "max_interval_ms": "millisecond", "interval_ms": "millisecond",
    "cpu_threshold": "percent", "mem_threshold_mb": "MiB", "history_size": "sample",
    "window_size": "sample", "threshold": "fraction|percent|value",
}  # fmt: skip


class Named:
    """A function, method or class with its docstring and that of its class."""

    def __init__(self, module, node, owner=None):
        self.node, self.owner = node, owner
        self.name = ".".join(filter(None, (module, owner and owner.name, node.name)))
        self.own = ast.get_docstring(node) or ""
        self.all = self.own + (ast.get_docstring(owner) or "" if owner else "")

    def parameters(self):
        node = self.node
        if isinstance(node, ast.ClassDef):
            made = [each for each in node.body if getattr(each, "name", "") == "__init__"]
            return Named("", made[0]).parameters() if made else []
        return [each.arg for each in node.args.args + node.args.kwonlyargs]

    def raises(self):
        """Names of exceptions that its own lines raise."""
        found = set()
        for node in ast.walk(self.node):
            if isinstance(node, ast.Raise) and node.exc is not None:
                made = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
                name = ast.unparse(made).rpartition(".")[2]
                found |= {name} if re.search(r"(Error|Expired|Exit)$", name) else set()
        return found


def is_public(node):
    return not node.name.startswith("_")


def functions(body):
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    overloaded = ("overload",)
    return [
        node for node in body
        if isinstance(node, kinds) and is_public(node)
        and not any(ast.unparse(mark) in overloaded for mark in node.decorator_list)
    ]  # fmt: skip


def names_of(module, text):
    for node in ast.parse(text).body:
        if isinstance(node, ast.ClassDef) and is_public(node):
            yield Named(module, node)
            for method in functions(node.body):
                yield Named(module, method, node)
        elif node in functions([node]):
            yield Named(module, node)


def public_names():
    """What stands in the public modules, and what the package takes from its own ones."""
    files = set(MODULES) | {"pytest_plugin"} | set(denet._LATER.values()) | {"_resources", "_profiler", "_tables", "_machine"}
    for file in sorted(files):
        wanted = {name for name, place in denet._LATER.items() if place == file}
        if file == "_machine":
            wanted = set(dir(importlib.import_module("denet_bpf.agent")))
        wanted |= {"to_dataframe"} if file == "_tables" else set()  # analysis hands it on
        if file in ("_resources", "_profiler"):
            wanted = set(importlib.import_module("denet_bpf.monitoring").__all__)
        for named in names_of(file, (PACKAGE / f"{file}.py").read_text()):
            top = named.name.split(".")[1]
            if not file.startswith("_") or top in wanted:
                yield named


NAMES = {named.name: named for named in public_names()}


def test_there_are_names():
    tops = {name.split(".")[1] for name in NAMES}
    assert set(denet.__all__) <= tops, set(denet.__all__) - tops
    assert len(NAMES) > 120


def lacks(named):
    """What its docstring does not say."""
    if len(named.own) < 8:
        yield f"{named.name}: no docstring"
    for parameter in named.parameters():
        if parameter in UNITS and not re.search(UNITS[parameter], named.all):
            yield f"{named.name}: the unit of {parameter}"
    for error in () if isinstance(named.node, ast.ClassDef) else named.raises():
        if error not in named.all and "rrors" not in named.all:
            yield f"{named.name}: {error}"


def test_each_public_name_has_a_docstring_with_units_and_errors():
    assert [what for named in NAMES.values() for what in lacks(named)] == []


def test_what_has_none_is_found():
    text = """
def f(timeout):
    '''Does what it does.'''
    raise ValueError("x")
class C:
    def method(self): pass
"""
    found = {named.name: named for named in names_of("m", text)}
    assert set(found) == {"m.f", "m.C", "m.C.method"}
    assert list(lacks(found["m.f"])) == ["m.f: the unit of timeout", "m.f: ValueError"]
    assert list(lacks(found["m.C.method"])) == ["m.C.method: no docstring"]
