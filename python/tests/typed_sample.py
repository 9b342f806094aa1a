# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""What type checkers must find right; test_types.py hands it to them, and nobody runs it."""

import asyncio
from typing import Any, Dict, Iterator, List, Optional, Tuple

import denet_bpf as denet


@denet.profile
def plain(count: int, *, step: int = 1) -> int:
    return sum(range(0, count, step))


@denet.profile(base_interval_ms=10, output_format="csv")
def with_options(name: str) -> str:
    return name


@denet.profile
async def later(seconds: float) -> str:
    await asyncio.sleep(seconds)
    return "done"


@denet.profile
def numbers(count: int) -> Iterator[int]:
    yield from range(count)


class Holder:
    @denet.profile
    def method(self, number: int) -> int:
        return number


async def use() -> str:
    text, samples = await later(0.1)
    first: Dict[str, Any] = samples[0]
    result = await denet.run_async(["true"], timeout=5)
    print(first, result.summary.wall_ns)
    return text


total: Tuple[int, List[Dict[str, Any]]] = plain(10, step=2)
name: str = with_options("x")[0]
generator, kept = numbers(3)
one: int = next(generator)
held: int = Holder().method(3)[0]
with denet.monitor(label="x") as watch:
    pass
code: Optional[int] = denet.run(["true"]).exit_code
