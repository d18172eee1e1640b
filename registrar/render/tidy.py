"""A table as tidy CSV: one observation a row, a variable in each column, nothing that a program has to undo.

A figure that may lie between two values has two columns, ``_low`` and ``_high``, whether it is known or not, and a
range of days ``_earliest`` and ``_latest``, so that a file has the same columns every day. An end that is not known
is empty. Money has its currency in a column of its own. Totals are left out: whoever adds a column must not count
twice. The first columns say what the row is an answer to, so that files of several days can be put together.
"""

from __future__ import annotations

import csv as standard
import re
from collections.abc import Iterator
from datetime import date, datetime
from enum import Enum
from fractions import Fraction
from io import StringIO
from math import ceil, floor
from typing import Any, Final

from ledger.days import EffectiveDay
from ledger.quantities import Authorized, Money, Price, Ratio, Shares, plain
from projections.bounds import Bounds, Possible
from registrar.report import Column, Kind, Report, Role, Table

PLACES: Final = 18
"""Decimals of a figure that has no finite decimal form; its two ends are rounded apart, so that they hold it."""
RUN_BY_SPREADSHEETS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a spreadsheet takes for the beginning of a formula."""
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_IN_MONEY: Final = (Kind.MONEY, Kind.FIGURE)


def csv(report: Report) -> bytes:
    """Return the first table of a report as CSV in UTF-8, lines ended by a line feed."""
    file = StringIO()
    writer = standard.writer(file, lineterminator="\n")
    writer.writerows(rows(report, report.tables[0]) if report.tables else ())
    return file.getvalue().encode()


def rows(report: Report, table: Table) -> Iterator[list[str]]:
    """Yield the names of the columns, then each observation."""
    heads = _heads(report, table)
    yield [*heads, *(name for column in table.columns for name in names(column))]
    for row in table.rows:
        if row.role is not Role.TOTAL:
            cells = zip(table.columns, row.values, strict=True)
            yield [*heads.values(), *(text for column, value in cells for text in texts(column, value))]


def _heads(report: Report, table: Table) -> dict[str, str]:
    """Return what every row is an answer to."""
    asked = report.asked
    if asked is None:
        return {}
    heads = {"issuer": asked.issuer, **{head.name: str(head.value) for head in asked.heads}}
    heads["known_entries"] = str(asked.known)
    return {name: guarded(text) for name, text in heads.items() if name not in {c.name for c in table.columns}}


def names(column: Column) -> list[str]:
    """Return the names of the columns that one column of a report becomes."""
    if not column.bounded:
        found = [column.name]
    elif column.kind is Kind.DAY:
        found = [f"{column.name}_earliest", f"{column.name}_latest"]
    else:
        found = [f"{column.name}_low", f"{column.name}_high"]
    return [*found, f"{column.name}_currency"] if column.kind in _IN_MONEY else found


def texts(column: Column, value: Any) -> list[str]:
    """Return the cells that one value becomes."""
    if not column.bounded:
        found = [one(column, value)]
    elif isinstance(value, EffectiveDay):
        found = [str(value.earliest), str(value.latest)]
    else:
        low, high = (value.low, value.high) if isinstance(value, Bounds) else (value, value)
        found = [one(column, low, floor), one(column, high, ceil)]
    return [*found, _currency(value)] if column.kind in _IN_MONEY else found


def one(column: Column, value: Any, rounding: Any = None) -> str:
    """Return one value: plain digits, an ISO day, the word of the record."""
    if value is None:
        return ""
    if isinstance(value, Possible):
        return " or ".join(one(column, each) for each in value.values)
    if isinstance(value, tuple):
        return guarded("; ".join(one(column, each) for each in value))
    if isinstance(value, Shares):
        return _decimal(value.as_fraction(), rounding)
    if isinstance(value, Money | Price):
        return _decimal(value.amount, rounding)
    if isinstance(value, Ratio):
        return _decimal(value.value, rounding)
    if isinstance(value, Fraction | int):
        return _decimal(Fraction(value), rounding)
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds").replace("+00:00", "Z")
    if isinstance(value, Enum):
        return str(value.value)
    return str(value) if isinstance(value, date | EffectiveDay | Authorized) else guarded(str(value))


def guarded(text: str) -> str:
    """Return a text that no spreadsheet runs: what it would take for a formula gets an apostrophe before it."""
    plain_text = _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)
    return f"'{plain_text}" if text.startswith(RUN_BY_SPREADSHEETS) else plain_text


def _decimal(value: Fraction, rounding: Any) -> str:
    text = plain(value)
    if "/" not in text or rounding is None:
        return text
    return plain(Fraction(rounding(value * 10**PLACES), 10**PLACES))


def _currency(value: Any) -> str:
    """Return the currency of a value; nothing where it has none, or no end of it is known."""
    values = (value.low, value.high) if isinstance(value, Bounds) else (value,)
    values = value.values if isinstance(value, Possible) else values
    return " or ".join(dict.fromkeys(str(each.currency) for each in values if isinstance(each, Money | Price)))
