# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""denet_bpf.snakemake: a rule's shell command, and the table that Snakemake's own would be."""

import json
import subprocess
import sys
import types

import pytest
from support import ROOT, read_lines

import denet_bpf as denet
from denet_bpf.snakemake import COLUMNS, benchmark, expand, jobs, rules

pytestmark = pytest.mark.usefixtures("library")


def test_names_are_filled_in_as_snakemake_does():
    names = {"input": ["a b", "c"], "wildcards": types.SimpleNamespace(n=3), "threads": 2}
    assert expand("x {input} {input[1]} {wildcards.n} {threads}", names) == "x a b c c 3 2"
    assert expand("x {input:q} {{}}", names) == "x 'a b' c {}"
    with pytest.raises(NameError, match="output"):
        expand("{output}", names)
    for words in ("find -exec echo {} +", "xargs -I{0} echo {0}"):
        with pytest.raises(NameError, match="stand twice"):
            expand(words, names)


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


WORKFLOW = """
bash -c 'set -euo pipefail;  seq 3000 | sort -R >x.txt'
bash -c 'set -euo pipefail;  seq 3000 | sort -R >y.txt'
bash -c 'set -euo pipefail;  false' || :
sh -c "bash -c 'set -euo pipefail;  wc -l x.txt'; : python -m snakemake --target-jobs 'count:n=1' --cores 2"
seq 10
"""


def note(folder, name, **what):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(json.dumps(what))


@pytest.mark.parametrize("is_root", [True, False])
def test_jobs_of_a_recorded_workflow_have_their_rules(exact, tmp_path, is_root):
    noted = tmp_path / ".snakemake" / "metadata"
    note(noted, "eA", rule="make", shellcmd="seq 3000 | sort -R >x.txt")
    note(noted / "deep", "eB", rule="make", shellcmd="seq 3000 |  sort -R >y.txt")
    note(noted, "bad", rule="none")
    (tmp_path / "snakemake").write_text(WORKFLOW)
    (tmp_path / "outer").write_text("sh snakemake\ntrue\n")
    denet.execute_with_monitoring(
        ["sh", "snakemake" if is_root else "outer"],
        output_file=tmp_path / "run.jsonl", cwd=tmp_path, write_metadata=True,
    )  # fmt: skip
    found = jobs(tmp_path / "run.jsonl")
    assert sorted((str(job["rule"]), job["runs"]) for job in found) == [
        ("None", 1), ("count", 2), ("make", 3), ("make", 3),
    ]  # fmt: skip
    assert all(job["cpu_time_ns"] > 0 for job in found)
    by_rule = {rule["rule"]: rule for rule in rules(tmp_path / "run.jsonl")}
    assert by_rule["make"]["jobs"] == 2 and by_rule["count"]["failed"] == 0
    assert by_rule[None]["failed"] == 1
    assert by_rule["make"]["cpu_time_ns"] == sum(
        job["cpu_time_ns"] for job in found if job["rule"] == "make"
    )
    assert {job["rule"] for job in jobs(tmp_path / "run.jsonl", "/nowhere")} == {None, "count"}


REAL = """
rule all:
    input: "x.sorted", "y.sorted", "n.txt"
rule make:
    output: "{name}.txt"
    wildcard_constraints: name="x|y"
    shell: "seq 300 | sort -R >{output}"
rule sort:
    input: "{name}.txt"
    output: "{name}.sorted"
    shell: "sort {input} >{output}"
rule count:
    input: "x.sorted"
    output: "n.txt"
    run:
        shell("wc -l {input} >{output}")
"""


def test_jobs_of_a_real_workflow(exact, tmp_path):
    pytest.importorskip("snakemake.cli", reason="Snakemake is not installed")
    (tmp_path / "Snakefile").write_text(REAL)
    code, _ = denet.execute_with_monitoring(
        [sys.executable, "-m", "snakemake", "--cores", "2", "-q"], timeout=120,
        output_file=tmp_path / "run.jsonl", cwd=tmp_path, write_metadata=True,
    )  # fmt: skip
    assert code == 0
    assert {rule["rule"]: rule["jobs"] for rule in rules(tmp_path / "run.jsonl")} == {
        "make": 2, "sort": 2, "count": 1,
    }  # fmt: skip


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
