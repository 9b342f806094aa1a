# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""denet_bpf.snakemake: a rule's shell command, and the table that Snakemake's own would be."""

import subprocess
import sys
import types

import pytest
from support import ROOT, read_lines

from denet_bpf.snakemake import COLUMNS, benchmark, expand

pytestmark = pytest.mark.usefixtures("library")


def test_names_are_filled_in_as_snakemake_does():
    names = {"input": ["a b", "c"], "wildcards": types.SimpleNamespace(n=3), "threads": 2}
    assert expand("x {input} {input[1]} {wildcards.n} {threads}", names) == "x a b c c 3 2"
    assert expand("x {input:q} {{}}", names) == "x 'a b' c {}"
    with pytest.raises(NameError, match="output"):
        expand("{output}", names)


def test_a_row_is_written_with_the_columns(tmp_path):
    input, output = tmp_path / "in", [tmp_path / "out"]  # noqa: A001
    input.write_text("b\na\n")
    result = benchmark("sort {input:q} | tee {output:q} >/dev/null", tmp_path / "row.tsv")
    assert output[0].read_text() == "a\nb\n"
    header, row = (line.split("\t") for line in read_lines(tmp_path / "row.tsv"))
    assert tuple(header) == COLUMNS
    found = dict(zip(header, row))
    assert float(found["s"]) == pytest.approx(result.summary.wall_ns / 1e9, abs=1e-4)
    assert float(found["max_rss"]) > 0 and found["h:m:s"] == "0:00:00"
    assert float(found["cpu_time"]) == pytest.approx(result.summary.cpu_time_ns / 1e9, abs=0.01)
    benchmark("true", tmp_path / "rows.tsv", repeat=3)
    assert len(read_lines(tmp_path / "rows.tsv")) == 4


def test_a_failure_is_raised_behind_its_row(tmp_path):
    with pytest.raises(subprocess.CalledProcessError) as caught:
        benchmark("false | cat; echo never >never", tmp_path / "row.tsv", cwd=tmp_path)
    assert caught.value.returncode == 1 and caught.value.denet_result.exit_code == 1
    assert len(read_lines(tmp_path / "row.tsv")) == 2 and not (tmp_path / "never").exists()
    with pytest.raises(ValueError, match="repeat"):
        benchmark("true", tmp_path / "row.tsv", repeat=0)


SNAKEFILE = """
import sys
sys.path.insert(0, {package!r})
rule all:
    input: "b.txt"
rule sort:
    input: "a.txt"
    output: "b.txt"
    run:
        from denet_bpf.snakemake import benchmark
        benchmark("sort {{input}} >{{output}}", "sort.tsv")
"""


def test_a_rule_of_snakemake_runs_it(tmp_path):
    pytest.importorskip("snakemake.cli", reason="Snakemake is not installed")
    (tmp_path / "a.txt").write_text("b\na\n")
    (tmp_path / "Snakefile").write_text(SNAKEFILE.format(package=str(ROOT / "python")))
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", "--cores", "1", "-q"], cwd=tmp_path, timeout=120,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert (tmp_path / "b.txt").read_text() == "a\nb\n" and len(read_lines(tmp_path / "sort.tsv")) == 2
