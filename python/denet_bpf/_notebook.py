# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""A Result in a notebook: a table with sparklines, a figure, %denet and %%denet."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any, List, Optional, Sequence, Tuple

from . import _metrics
from ._records import number

if TYPE_CHECKING:
    from ._result import Result

_POINTS = 60
_WIDTH, _HEIGHT = 240, 32


def _time(nanoseconds: Optional[float]) -> str:
    if nanoseconds is None:
        return "not known"
    return f"{nanoseconds / 1e9:.3g} s" if nanoseconds >= 1e9 else f"{nanoseconds / 1e6:.3g} ms"


def _size(kib: Optional[float]) -> str:
    if kib is None:
        return "not known"
    for unit in ("KiB", "MiB", "GiB"):
        if kib < 1024 or unit == "GiB":
            break
        kib /= 1024
    return f"{kib:.4g} {unit}"


def _series(result: Result, key: str) -> Tuple[List[float], List[float]]:
    """Seconds since the first sample, and the values that are known."""
    times: List[float] = []
    values: List[float] = []
    for sample in result.samples:
        time_ms, value = number(sample, _metrics.TS_MS), number(sample, key)
        if time_ms is not None and value is not None:
            times.append(time_ms / 1000)
            values.append(value)
    begun_s = times[0] if times else 0
    return [time_s - begun_s for time_s in times], values


def _thinned(values: Sequence[float]) -> List[float]:
    """Peaks stay."""
    step = max(1, -(-len(values) // _POINTS))
    return [max(values[start : start + step]) for start in range(0, len(values), step)]


def sparkline(values: Sequence[float]) -> str:
    """A small picture without a script, "" for fewer than two values."""
    points = _thinned(values)
    top = max(points, default=0)
    if len(points) < 2 or top <= 0:
        return ""
    step = _WIDTH / (len(points) - 1)
    line = " ".join(
        f"{place * step:.1f},{_HEIGHT - 1 - (_HEIGHT - 2) * value / top:.1f}"
        for place, value in enumerate(points)
    )
    return (
        f'<svg width="{_WIDTH}" height="{_HEIGHT}" role="img">'
        f'<polyline points="{line}" fill="none" stroke="currentColor"/></svg>'
    )


def html_of(result: Result) -> str:
    """The summary, with nothing in it that a name of a command could change."""
    summary = result.summary
    command = summary.get("command") or result.metadata.get("cmd") or []
    kind = {"bpf": "exact", "proc": "samples of /proc: lower bounds"}
    rows = [
        ("wall", _time(summary.wall_ns), ""),
        ("CPU", _time(summary.cpu_time_ns), sparkline(_series(result, _metrics.CPU_USAGE)[1])),
        (
            "memory",
            _size(summary.peak_pss_kb or summary.peak_mem_rss_kb),
            sparkline(_series(result, _metrics.MEM_RSS_KB)[1]),
        ),
        ("processes", str(summary.processes_total or "not known"), ""),
        ("figures", kind.get(result.accounting or "", "of another tool"), ""),
    ]
    body = "".join(
        f"<tr><th>{name}</th><td>{html.escape(text)}</td><td>{picture}</td></tr>"
        for name, text, picture in rows
    )
    title = html.escape(" ".join(map(str, command)))
    return (
        f"<table><caption><code>{title}</code> exit {result.exit_code}</caption>{body}</table>"
    )


def plot(result: Result) -> Any:
    """CPU above memory. ImportError without matplotlib."""
    from matplotlib.figure import Figure  # type: ignore[import-not-found, unused-ignore]

    figure = Figure(figsize=(8, 4), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True)
    times, usage = _series(result, _metrics.CPU_USAGE)
    above.step(times, usage, where="pre")
    above.set_ylabel("CPU, % of a core")
    times, memory = _series(result, _metrics.MEM_RSS_KB)
    below.plot(times, [value / 1024 for value in memory])
    below.set_ylabel("memory, MiB")
    below.set_xlabel("seconds")
    return figure


def load_ipython_extension(shell: Any) -> None:
    """%load_ext denet_bpf: %denet COMMAND runs a command, %%denet [NAME] measures a cell."""
    shell.register_magic_function(lambda line: _run_line(shell, line), "line", "denet")
    shell.register_magic_function(
        lambda line, cell: _measure_cell(shell, line, cell), "cell", "denet"
    )


def _run_line(shell: Any, line: str) -> Result:
    import subprocess

    from ._run import run

    done = run(["sh", "-c", shell.var_expand(line)], stdin=subprocess.DEVNULL)
    return done


def _measure_cell(shell: Any, name: str, cell: str) -> Result:
    from .profiling import Monitor

    with Monitor() as watch:
        outcome = shell.run_cell(cell)
    outcome.raise_error()
    result = watch.result()
    if name.strip():
        shell.user_ns[name.strip()] = result
    return result
