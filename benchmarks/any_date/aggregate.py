"""The same history in an aggregate of the eventsourcing library, which keeps what everybody holds in a dictionary.

Quantities and days are text, its fastest form. It knows one time only: what is back-dated, voided or restated is
told in shares of today. An event says what an entry of ours says: the fact, who recorded it, by which command.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import numpy as np
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event

from benchmarks.any_date import written
from benchmarks.any_date.fold import holding
from benchmarks.any_date.issuer import CLASSES, History, Kind, Whole, day_of

PER_SAVE: Final = 1_000
PER_COMMAND: Final = 1_000


class Issuer(Aggregate):
    """What everybody holds, by the name of the holder and of the class."""

    def __init__(self) -> None:
        self.shares: dict[tuple[str, str], int] = {}
        self.told = 0

    def _add(self, holder: str, stock_class: str, shares: int) -> None:
        key = (holder, stock_class)
        self.shares[key] = self.shares.get(key, 0) + shares

    @event("Told")
    def tell(self, *, what: str, on: str, about: str, count: str, actor: str, command: str) -> None:
        self.told += 1

    @event("Split")
    def split(self, *, stock_class: str, factor: str, on: str, actor: str, command: str) -> None:
        for key, shares in self.shares.items():
            if key[1] == stock_class:
                self.shares[key] = shares * int(factor)

    @event("Issued")
    def issue(self, *, holder: str, stock_class: str, count: str, on: str, actor: str, command: str) -> None:
        self._add(holder, stock_class, int(count))

    @event("Exercised")
    def exercise(self, *, award: str, holder: str, count: str, on: str, actor: str, command: str) -> None:
        self._add(holder, CLASSES[0], int(count))

    @event("Cancelled")
    def cancel(self, *, holder: str, count: str, reason: str, on: str, actor: str, command: str) -> None:
        self._add(holder, CLASSES[0], -int(count))

    @event("Transferred")
    def transfer(
        self, *, holder: str, other: str, stock_class: str, count: str, on: str, actor: str, command: str
    ) -> None:
        self._add(holder, stock_class, -int(count))
        self._add(other, stock_class, int(count))

    @event("Converted")
    def convert(
        self, *, holder: str, from_class: str, count: str, received: str, on: str, actor: str, command: str
    ) -> None:
        self._add(holder, from_class, -int(count))
        self._add(holder, CLASSES[0], int(received))

    @event("Voided")
    def void(self, *, entry: str, holder: str, other: str, count: str, actor: str, command: str) -> None:
        self._add(holder, CLASSES[0], int(count))
        self._add(other, CLASSES[0], -int(count))

    @event("Restated")
    def restate(
        self,
        *,
        entry: str,
        holder: str,
        other: str,
        count: str,
        was_holder: str,
        was_other: str,
        was_count: str,
        on: str,
        actor: str,
        command: str,
    ) -> None:
        self._add(was_holder, CLASSES[0], int(was_count))
        self._add(was_other, CLASSES[0], -int(was_count))
        self._add(holder, CLASSES[0], -int(count))
        self._add(other, CLASSES[0], int(count))

    def held(self, holders: int) -> Whole:
        """Return how many shares each holding has."""
        made = np.zeros(holders * len(CLASSES), np.int64)
        for (holder, stock_class), shares in self.shares.items():
            number = np.int64(int(holder[2:]))
            made[holding(number, CLASSES.index(stock_class))] = shares  # type: ignore[arg-type]  # one, no column
        return made


Calls = list[tuple[str, dict[str, str]]]


def calls(history: History) -> Calls:
    """Return what is told to the aggregate, event by event: method and arguments."""
    return [*_calls(history)]


def _calls(history: History) -> Iterator[tuple[str, dict[str, str]]]:
    name_of = written.name_of
    counts = _of_today(history)
    columns = (history.kind, history.day, history.holder, history.other, history.stock_class, history.ref)
    received = history.received(np.arange(len(history))).tolist()
    rows = zip(*(column.tolist() for column in columns), counts.tolist(), received, strict=True)
    told: list[dict[str, str]] = []
    for number, (kind, day, holder, other, stock_class, ref, count, common) in enumerate(rows, 1):
        command = f"c-{-(-number // PER_COMMAND) * PER_COMMAND}"
        said = {"on": str(day_of(day)), "actor": written.ACTOR, "command": command}
        given = {"holder": name_of(holder), "count": str(count)}
        match Kind(kind):
            case Kind.PAPER if history.count[number - 1] > 1:
                method, arguments = "split", {"stock_class": CLASSES[0], "factor": str(count), **said}
            case Kind.ISSUED | Kind.PREFERRED:
                method, arguments = "issue", {**given, "stock_class": CLASSES[stock_class], **said}
            case Kind.EXERCISED | Kind.RELEASED:
                method, arguments = "exercise", {**given, "award": f"o-{ref}", **said}
            case Kind.CANCELLED:
                method, arguments = "cancel", {**given, "reason": "by agreement", **said}
            case Kind.TRANSFERRED:
                method = "transfer"
                arguments = {**given, "other": name_of(other), "stock_class": CLASSES[0], **said}
            case Kind.CONVERTED:
                method = "convert"
                arguments = {**given, "from_class": CLASSES[stock_class], "received": str(common), **said}
            case Kind.VOIDED | Kind.RESTATED:
                was = told[ref - 1]
                scale = _scale(history, int(history.day[ref - 1]), ref, number)
                was_count = str(int(was["count"]) * scale)
                if kind == Kind.VOIDED:
                    about = {"entry": str(ref), "holder": was["holder"], "other": was["other"], "count": was_count}
                    method, arguments = "void", {**about, "actor": said["actor"], "command": command}
                else:
                    before = {"was_holder": was["holder"], "was_other": was["other"], "was_count": was_count}
                    method = "restate"
                    arguments = {**given, "other": name_of(other), "entry": str(ref), **before, **said}
            case _:
                method, arguments = "tell", {"what": Kind(kind).name, "about": name_of(holder), "count": str(count)}
                arguments |= said
        told.append(arguments)
        yield method, arguments


def _scale(history: History, day: int, told: int, number: int) -> int:
    """Return how many shares a share of an entry has become between that entry and another one."""
    scale = 1
    for split_day, split, factor in history.splits:
        if day < split_day and told < split < number:
            scale *= factor
    return scale


def _of_today(history: History) -> Whole:
    """Return how many shares each event is about when it is recorded; a late one may be from before a split."""
    counts: Whole = history.count.copy()
    numbers = np.arange(1, len(history) + 1)
    for split_day, split, factor in history.splits:
        counts[(history.day < split_day) & (numbers > split) & (history.kind != Kind.PAPER)] *= factor
    return counts


def _application(path: Path) -> Application[UUID]:
    return Application(env={"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(path)})


def save(path: Path, told: Calls) -> Issuer:
    """Tell an aggregate all, save it after every thousand events, and return it."""
    with _application(path) as application:
        issuer = Issuer()
        for number, (method, arguments) in enumerate(told, 1):
            getattr(issuer, method)(**arguments)
            if number % PER_SAVE == 0:
                application.save(issuer)
        application.save(issuer)
    return issuer


def replay(path: Path, issuer: UUID) -> Issuer:
    """Return the aggregate, made of its events."""
    with _application(path) as application:
        found: Any = application.repository.get(issuer)
    assert isinstance(found, Issuer)
    return found
