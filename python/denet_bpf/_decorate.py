# SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
"""Functions of every kind around whose work a monitor's block stands."""

from __future__ import annotations

import functools
import inspect
from contextlib import contextmanager, suppress
from typing import Any, Callable, Dict, Iterator, List, Tuple

Samples = List[Dict[str, Any]]


def measured(function: Callable[..., Any], new_monitor: Callable[[], Any]) -> Any:
    """The function, returning its result and samples, with attributes last_samples and
    last_monitor, the Monitor of the call that has ended last."""
    if inspect.iscoroutinefunction(function):
        make: Any = _of_coroutine
    elif inspect.isasyncgenfunction(function):
        make = _of_async_generator
    elif inspect.isgeneratorfunction(function):
        make = _of_generator
    else:
        make = _of_function

    @contextmanager
    def watching(samples: Samples) -> Iterator[None]:
        watch = new_monitor()
        try:
            with watch:
                yield
        except BaseException as error:
            samples.extend(watch.get_samples())
            with suppress(AttributeError):  # of an exception with slots
                error.denet_samples = samples  # type: ignore[attr-defined]
            raise
        else:
            samples.extend(watch.get_samples())
        finally:
            wrapper.last_samples = samples
            wrapper.last_monitor = watch

    wrapper = make(function, watching)
    wrapper.last_samples = []
    wrapper.last_monitor = None
    return wrapper


def _of_function(function: Any, watching: Any) -> Any:
    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Tuple[Any, Samples]:
        samples: Samples = []
        with watching(samples):
            result = function(*args, **kwargs)
        return result, samples

    return call


def _of_coroutine(function: Any, watching: Any) -> Any:
    @functools.wraps(function)
    async def call(*args: Any, **kwargs: Any) -> Tuple[Any, Samples]:
        samples: Samples = []
        with watching(samples):
            result = await function(*args, **kwargs)
        return result, samples

    return call


def _of_generator(function: Any, watching: Any) -> Any:
    def run(generator: Any, samples: Samples) -> Any:
        with watching(samples):
            return (yield from generator)

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Tuple[Any, Samples]:
        samples: Samples = []
        return run(function(*args, **kwargs), samples), samples

    return call


def _of_async_generator(function: Any, watching: Any) -> Any:
    async def run(generator: Any, samples: Samples) -> Any:
        with watching(samples):
            try:
                step = generator.__anext__()
                while True:
                    try:
                        value = await step
                    except StopAsyncIteration:
                        return
                    try:
                        sent = yield value
                    except GeneratorExit:
                        raise
                    except BaseException as error:
                        step = generator.athrow(error)
                    else:
                        step = generator.asend(sent)
            finally:
                await generator.aclose()

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Tuple[Any, Samples]:
        samples: Samples = []
        return run(function(*args, **kwargs), samples), samples

    return call
