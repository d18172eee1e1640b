"""How engines are timed: each in a loop of its own, or in turns, and every answer compared with the right one."""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from statistics import median
from time import perf_counter, process_time
from typing import Any, Final, Generic, TypeVar

import attrs
import numpy as np

Question = TypeVar("Question")
LOOP: Final = "loop"
TURNS: Final = "turns"


@attrs.frozen(eq=False)
class Engine(Generic[Question]):
    """Somebody who answers.

    Attributes:
        name: Who, and how.
        ask: From the question to an answer in the engine's own form: this is timed.
        found: From the answer to what is compared; not timed.
        right: What it should be, of the same question.
        repeats: How often it answers each question in its loop.
    """

    name: str
    ask: Callable[[Question], Any]
    found: Callable[[Any], Any]
    right: Callable[[Question], Any]
    repeats: int = 1


@attrs.frozen
class Times:
    """How long an engine took for each question.

    Attributes:
        engine: Who.
        mode: ``loop`` or ``turns``.
        seconds: By the clock on the wall, question by question; of several answers the median.
        cpu_seconds: How long the processor was at work.
    """

    engine: str
    mode: str
    seconds: list[float]
    cpu_seconds: list[float]

    def medians(self) -> tuple[float, float]:
        """Return the median by the clock on the wall, and that of the processor."""
        return median(self.seconds), median(self.cpu_seconds)


class Differs(Exception):
    """An engine answered something else than the independent computation."""


def timed(
    engines: Sequence[Engine[Question]], questions: Sequence[Question], modes: Sequence[str] = (LOOP, TURNS)
) -> list[Times]:
    """Ask each engine each question, in a loop of its own and then in turns.

    Args:
        engines: Who is asked; each is asked the first question once before, which is not timed.
        questions: Five or more.
        modes: In which ways.

    Raises:
        Differs: An answer is not the right one.
    """
    for engine in engines:
        engine.ask(questions[0])
    taken: list[Times] = []
    if LOOP in modes:
        taken += (_times(each, LOOP, _looped(each, questions)) for each in engines)
    if TURNS in modes:
        turns = [[_asked(each, question) for each in engines] for question in questions]
        taken += (
            _times(each, TURNS, of_each) for each, of_each in zip(engines, zip(*turns, strict=True), strict=True)
        )
    return taken


def _times(engine: Engine[Question], mode: str, taken: Sequence[tuple[float, float]]) -> Times:
    return Times(engine.name, mode, [seconds for seconds, _ in taken], [worked for _, worked in taken])


def equal(one: Any, other: Any) -> bool:
    """Whether two answers are equal, in every cell, and none of them counts in floats."""
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(equal, one, other))
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype == np.int64 and np.array_equal(one, other)
    return bool(one == other)


def _looped(engine: Engine[Question], questions: Sequence[Question]) -> list[tuple[float, float]]:
    """Return how long the answer to each question takes, as the median of some; none is asked twice in a row.

    Whoever keeps its last answer gains nothing by that. The last answers are compared. What there was before the
    loop is not looked through for garbage meanwhile: an engine that asks again and again has its caches to itself.
    """
    rounds = []
    gc.collect()
    gc.freeze()
    try:
        for _ in range(engine.repeats - 1):
            gc.collect()
            gc.disable()
            try:
                rounds.append([_taken(engine, question)[1:] for question in questions])
            finally:
                gc.enable()
        rounds.append([_asked(engine, question) for question in questions])
    finally:
        gc.unfreeze()
    return [
        (median(seconds for seconds, _ in taken), median(worked for _, worked in taken))
        for taken in zip(*rounds, strict=True)
    ]


def _asked(engine: Engine[Question], question: Question) -> tuple[float, float]:
    """Return how long an answer takes, which is compared."""
    gc.collect()
    gc.disable()
    try:
        answer, seconds, worked = _taken(engine, question)
    finally:
        gc.enable()
    if not equal(engine.found(answer), engine.right(question)):
        raise Differs(f"{engine.name} at {question}")
    return seconds, worked


def _taken(engine: Engine[Question], question: Question) -> tuple[Any, float, float]:
    """Return an answer, and how long it takes."""
    started, began = perf_counter(), process_time()
    answer = engine.ask(question)
    worked, seconds = process_time() - began, perf_counter() - started
    return answer, seconds, worked
