"""What stands in a cell of a sheet: which part of a value, and whether Excel keeps it to the last digit."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from enum import Enum
from fractions import Fraction
from typing import Any, Final

import attrs

from ledger.days import EffectiveDay
from ledger.quantities import Authorized, Money, Price, Ratio, Shares, plain
from projections.bounds import Bounds, Possible
from registrar.report import Column, Kind, Table
from registrar.tables import UNKNOWN

DIGITS: Final = 15
"""Significant digits of a number that Excel keeps."""
IN_MONEY: Final = (Kind.MONEY, Kind.FIGURE)
"""Kinds of columns whose values may have a currency."""


class End(Enum):
    """Which part of a value a column of a sheet has."""

    WHOLE = ""
    LOW = ", at least"
    HIGH = ", at most"
    EARLIEST = ", earliest"
    LATEST = ", latest"
    CURRENCY = ", currency"


@attrs.frozen
class Part:
    """A column of a sheet.

    Attributes:
        column: The column of the table.
        place: Where its value is in a row.
        end: Which part of the value.
        heading: What stands above it.
    """

    column: Column
    place: int
    end: End
    heading: str


def value_of(value: Any, end: End) -> Fraction | date | datetime | str | None:
    """Return the part of a value that a cell has, as an exact number, a day, an instant or text."""
    if isinstance(value, Bounds):
        value = value.high if end is End.HIGH else value.low
        if value is None:
            return UNKNOWN
    if isinstance(value, Possible):
        if len(value.values) > 1:
            return " or ".join(str(each) for each in value.values)
        value = value.only
    if isinstance(value, EffectiveDay):
        return value.latest if end is End.LATEST else value.earliest
    if isinstance(value, Shares):
        return value.as_fraction()
    if isinstance(value, Money | Price):
        return value.amount
    if isinstance(value, Ratio):
        return value.value
    if isinstance(value, Authorized):
        return str(value) if value.shares is None else value.shares.as_fraction()
    if isinstance(value, int | Fraction):
        return Fraction(value)
    if isinstance(value, tuple):
        return ", ".join(str(each) for each in value)
    if isinstance(value, Enum):
        return str(value.value)
    return value if value is None or isinstance(value, date) else str(value)


def exactly(value: Any) -> Fraction | None:
    """Return a figure that is known, and that Excel keeps to the last digit; otherwise nothing."""
    if isinstance(value, Bounds) and not value.is_exact:
        return None
    found = value_of(value, End.WHOLE)
    return found if isinstance(found, Fraction) and kept(found) else None


def kept(number: Fraction) -> bool:
    """Whether Excel keeps a number to the last digit."""
    text = plain(abs(number))
    return "/" not in text and len(text.replace(".", "").strip("0")) <= DIGITS


def decimals_of(numbers: Iterable[Fraction]) -> int:
    """Return how many decimals the longest of some numbers has."""
    return max((len(plain(number).partition(".")[2]) for number in numbers), default=0)


def currencies_of(values: Iterable[Any]) -> list[str]:
    """Return the currencies of some values."""
    found: dict[str, None] = {}
    for value in values:
        ends = (value.low, value.high) if isinstance(value, Bounds) else (value,)
        ends = value.values if isinstance(value, Possible) else ends
        found.update({str(each.currency): None for each in ends if isinstance(each, Money | Price)})
    return list(found)


def parts_of(table: Table) -> list[Part]:
    """Return the columns of the sheet of a table: two where a figure lies between two values."""
    found = []
    for place, column in enumerate(table.columns):
        values = [row.values[place] for row in table.rows]
        if not column.shown and all(value is None for value in values):
            continue
        ends = [End.WHOLE]
        if any(isinstance(value, Bounds) and not value.is_exact for value in values):
            ends = [End.LOW, End.HIGH]
        elif any(isinstance(value, EffectiveDay) and not value.is_exact for value in values):
            ends = [End.EARLIEST, End.LATEST]
        heading = column.heading[:1].upper() + column.heading[1:]
        heading += " (UTC)" if column.kind is Kind.INSTANT else ""
        if column.kind in IN_MONEY:
            currencies = currencies_of(values)
            in_shares = any(isinstance(_an_end(value), Shares | Authorized) for value in values)
            if len(currencies) == 1 and not in_shares:
                heading += f" ({currencies[0]})"
            elif currencies:
                ends.append(End.CURRENCY)
        found += [Part(column, place, end, heading + end.value) for end in ends]
    return found


def _an_end(value: Any) -> Any:
    if isinstance(value, Bounds):
        return value.high if value.low is None else value.low
    return value
