"""When a fact takes effect: a day or a range of days, and a phase of the day.

Real records say "between 10 May and 20 June". Such a fact carries both days, and nothing is invented: for a
given day it is certain, impossible or open.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, NoReturn, Self

from ledger.errors import NotUnderstood, shown

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    import attrs

EARLIEST_YEAR: Final = 1600
"""The first joint-stock companies are younger than this; an earlier year is a slip."""
LATEST_YEAR: Final = 2999

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def day(text: str | date, *, what: str = "day") -> date:
    """Return the day that ISO text stands for.

    Raises:
        NotUnderstood: ``E_DATE`` for another form or a day that does not exist, ``E_DATE_RANGE`` for a year
            that cannot be meant.
    """
    if isinstance(text, date) and type(text) is date:
        found = text
    else:
        if not isinstance(text, str):
            raise NotUnderstood("E_DATE", f"{what} {shown(text)} is a {type(text).__name__}", "write YYYY-MM-DD")
        if not _DAY.fullmatch(text):
            if re.fullmatch(r"\d{5}(\.\d+)?", text, re.ASCII):
                hint = "write YYYY-MM-DD"
                raise NotUnderstood("E_DATE", f"{what} {shown(text)} looks like a serial number", hint)
            ambiguous = (
                " is ambiguous"
                if re.fullmatch(r"\d\d?/\d\d?/(\d\d|\d{4})", text, re.ASCII)
                else " is not an ISO day"
            )
            raise NotUnderstood("E_DATE", f"{what} {shown(text)}{ambiguous}", "write YYYY-MM-DD")
        try:
            found = date.fromisoformat(text)
        except ValueError as error:
            raise NotUnderstood("E_DATE", f"{what} {shown(text)} does not exist", "look at the calendar") from error
    if not EARLIEST_YEAR <= found.year <= LATEST_YEAR:
        raise NotUnderstood(
            "E_DATE_RANGE",
            f"{what} {found} lies outside {EARLIEST_YEAR} to {LATEST_YEAR}",
            "correct the year",
        )
    return found


def a_day(instance: object, attribute: attrs.Attribute[Any], value: date | None) -> None:
    """Check that a day, if stated, is one that can be recorded: a validator of a field."""
    if value is not None:
        day(value, what=attribute.name.replace("_", " "))


def months_after(first: date, months: int, *, day_of_month: int | None = None) -> date:
    """Return the day so many months of the calendar later; a month that lacks the day has its last day instead.

    The month after 31 January ends on 28 or 29 February, and the two months after it on 31 March.

    Args:
        first: From which day.
        months: How many months.
        day_of_month: Day of the month to end on; without one that of ``first``.
    """
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return date(year, month + 1, min(day_of_month or first.day, monthrange(year, month + 1)[1]))


class Phase(Enum):
    """Part of a day. Quantities are in the units of their own phase, so a split has the day's units before it."""

    OPENING = "opening"
    """Before business: where a split that opens a day belongs."""
    ORDINARY = "ordinary"
    """The business of the day."""
    CLOSE = "close"
    """After business: where a split at five in the afternoon belongs."""

    rank: int
    """The order of the phase within its day."""


for _rank, _phase in enumerate(Phase):
    _phase.rank = _rank
CLOSE_OF_DAY: Final = 2

Moment = int
"""A phase of a day as one number: it grows from phase to phase and from day to day."""


def moment(on: date, phase: Phase) -> Moment:
    """Return the moment of a phase of a day."""
    return on.toordinal() * 3 + phase.rank


def close_of(on: date) -> Moment:
    """Return the last moment of a day: what ``as_of`` asks about."""
    return on.toordinal() * 3 + CLOSE_OF_DAY


def same_phase_by(of: Moment, at: Moment) -> Moment:
    """Return the last moment, no later than ``at``, that is of the same phase of a day as ``of``."""
    return at - (at - of) % 3


def day_of(at: Moment) -> date:
    """Return the day that a moment lies in."""
    return date.fromordinal(at // 3)


class EffectiveDay:
    """A day, or the earliest and the latest day that the evidence leaves open. Written as ISO 8601 does.

    Args:
        earliest: The first day possible; text or a ``date``.
        latest: The last day possible; the same day when it is known.

    Attributes:
        earliest: The first day possible.
        latest: The last day possible.
        is_exact: Whether the day is known.
        opens: The moment at which the first day possible opens.
        opens_latest: The moment at which the last day possible opens.

    Raises:
        NotUnderstood: ``E_DATE``, ``E_DATE_RANGE``, or the latest day is before the earliest.
    """

    __slots__ = ("_text", "earliest", "is_exact", "latest", "opens", "opens_latest")
    earliest: date
    latest: date
    is_exact: bool
    opens: Moment
    opens_latest: Moment
    _text: str

    def __init__(self, earliest: str | date, latest: str | date | None = None) -> None:
        first = day(earliest)
        last = first if latest is None else day(latest)
        if last < first:
            raise NotUnderstood("E_DATE", f"{last} is before {first}", "give the earliest day first")
        object.__setattr__(self, "earliest", first)
        object.__setattr__(self, "latest", last)
        object.__setattr__(self, "is_exact", first == last)
        object.__setattr__(self, "opens", moment(first, Phase.OPENING))
        object.__setattr__(self, "opens_latest", moment(last, Phase.OPENING))
        object.__setattr__(self, "_text", str(first) if first == last else f"{first}/{last}")

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("an effective day does not change; make a new one")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError("an effective day does not change")

    def __reduce__(self) -> tuple[type[Self], tuple[date, date]]:
        return type(self), (self.earliest, self.latest)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the day ``"2017-05-05"`` or the range ``"2017-05-10/2017-06-20"``."""
        if text.count("/") > 1:
            day(text)  # refuses it, and says that 03/04/2026 is ambiguous
        earliest, slash, latest = text.partition("/")
        made = cls(earliest, latest if slash else None)
        if slash and made.is_exact:
            raise NotUnderstood("E_DATE", f"{shown(text)} is one day", f'write "{earliest}"')
        return made

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return f"EffectiveDay('{self}')"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, EffectiveDay) and (self.earliest, self.latest) == (
            other.earliest,
            other.latest,
        )

    def __hash__(self) -> int:
        return hash((self.earliest, self.latest))


def on(text: str | date) -> EffectiveDay:
    """Return a day that is known."""
    return EffectiveDay(text)


def between(earliest: str | date, latest: str | date) -> EffectiveDay:
    """Return a range of days, both included, within which the fact took effect."""
    return EffectiveDay(earliest, latest)


def zone(name: str) -> ZoneInfo:
    """Return a time zone by its IANA name.

    Raises:
        NotUnderstood: ``E_TIMEZONE`` when there is none of that name.
    """
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # a question about a day needs no zone

    try:
        return ZoneInfo(name)
    except (OSError, ValueError, ZoneInfoNotFoundError) as error:
        raise NotUnderstood(
            "E_TIMEZONE", f"{name!r} is not a time zone", 'use an IANA name, "America/Denver"'
        ) from error
