"""Plain tables and figures for a terminal: aligned, in any width, with nothing on them that a terminal obeys.

Numbers have thousands separators, negatives stand in parentheses, zero is a dash, days are ISO days. A figure that
is not known exactly is shown as its bounds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import ceil, floor
from typing import TYPE_CHECKING, Any, Final

import attrs

from ledger.quantities import Money, Shares, plain
from registrar.text import safe, width_of, wrapped

if TYPE_CHECKING:
    from projections.bounds import Bounds

NOTHING: Final = "-"
"""How a zero is shown."""
UNKNOWN: Final = "unknown"
_GAP: Final = "  "
_NARROWEST: Final = 12
"""Columns of text are not made narrower than this."""


# --- figures ------------------------------------------------------------------------------------------------


def amount(figure: Shares | Money | Fraction | int) -> str:
    """Return a figure as it is printed: 1,000, (1,000) below zero, a dash for zero; money with its currency."""
    digits, currency = _digits(figure)
    return digits if digits == NOTHING or not currency else f"{digits} {currency}"


def _digits(figure: Shares | Money | Fraction | int) -> tuple[str, str]:
    if isinstance(figure, Money):
        value, currency = figure.amount, str(figure.currency)
    else:
        value, currency = figure.as_fraction() if isinstance(figure, Shares) else Fraction(figure), ""
    if not value:
        return NOTHING, currency
    whole, point, part = plain(abs(value)).partition(".")
    numerator, slash, denominator = whole.partition("/")
    text = f"{int(numerator):,}{slash}{denominator}{point}{part}"
    return f"({text})" if value < 0 else text, currency


def bounds(figure: Bounds[Any] | None) -> str:
    """Return a figure that may not be known exactly: ``200 – 800``, ``at least 200``, ``unknown``."""
    if figure is None:
        return ""
    return _between(figure.low, figure.high, _digits)


def percent(fraction: Bounds[Fraction]) -> str:
    """Return a part of a whole in percent with two decimals; bounds are rounded outwards, so that they hold."""
    low = None if fraction.low is None else floor(fraction.low * 10_000)
    high = None if fraction.high is None else ceil(fraction.high * 10_000)
    if fraction.is_exact and fraction.low is not None:
        low = high = floor(fraction.low * 10_000 + Fraction(1, 2))
    return _between(low, high, lambda hundredths: (f"{hundredths // 100}.{hundredths % 100:02}", ""))


def _between(low: Any, high: Any, digits: Callable[[Any], tuple[str, str]]) -> str:
    def one(value: Any) -> str:
        text, unit = digits(value)
        return text if text == NOTHING or not unit else f"{text} {unit}"

    if low is None and high is None:
        return UNKNOWN
    if high is None:
        zero = digits(low)[0] == NOTHING
        return UNKNOWN if zero else f"at least {one(low)}"
    if low is None:
        return f"at most {one(high)}"
    if low == high:
        return one(low)
    (first, unit), (last, _) = digits(low), digits(high)
    first, last = ("0" if text == NOTHING else text for text in (first, last))
    return f"{first} – {last} {unit}".rstrip()


# --- tables -------------------------------------------------------------------------------------------------


@attrs.frozen
class Column:
    """A column of a table.

    Attributes:
        heading: What stands above it.
        right: Whether it is aligned to the right, as numbers are.
        optional: Whether it may be left out where the table is too wide.
    """

    heading: str
    right: bool = False
    optional: bool = False


RULE: Final = ("---",)
"""A row that is drawn as a line, as above a total."""
GAP: Final = ("",)
"""A row that is drawn as an empty line, as between groups."""


def _is_drawn(row: Sequence[str]) -> bool:
    return row is RULE or row is GAP


def table(columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int) -> list[str]:
    """Return a table as lines.

    Columns marked optional go first where it would be too wide, from the last one on; then columns of text are
    made narrower, and then those of numbers, which break between words only. A last line names what was left out.

    Args:
        columns: What stands above each column.
        rows: Text of each cell; ``RULE`` draws a line, ``GAP`` leaves one free.
        width: Columns of the terminal.
    """
    columns, left_out = list(columns), list[str]()
    cells = [row if _is_drawn(row) else [safe(cell) for cell in row] for row in rows]
    while True:
        natural = _natural(columns, cells)
        drop = [index for index, column in enumerate(columns) if column.optional]
        least = [
            wide if column.right else min(wide, 2 * _NARROWEST)
            for column, wide in zip(columns, natural, strict=True)
        ]
        if not drop or sum(least) + len(_GAP) * (len(columns) - 1) <= width:
            break
        left_out.insert(0, columns[drop[-1]].heading)
        columns = [column for index, column in enumerate(columns) if index != drop[-1]]
        cells = [
            row if _is_drawn(row) else [cell for index, cell in enumerate(row) if index != drop[-1]]
            for row in cells
        ]
    widths = _fitted(columns, natural, cells, width - len(_GAP) * (len(columns) - 1))
    lines = _row([column.heading for column in columns], columns, widths)
    rule = _GAP.join("-" * wide for wide in widths)
    lines.append(rule)
    for row in cells:
        lines += [rule] if row is RULE else [""] if row is GAP else _row(row, columns, widths)
    return lines + (wrapped(f"(not shown for want of width: {', '.join(left_out)})", width) if left_out else [])


def _natural(columns: Sequence[Column], cells: Sequence[Sequence[str]]) -> list[int]:
    return [
        max(width_of(text) for text in (column.heading, *(row[index] for row in cells if not _is_drawn(row))))
        for index, column in enumerate(columns)
    ]


def _fitted(
    columns: Sequence[Column], natural: Sequence[int], cells: Sequence[Sequence[str]], room: int
) -> list[int]:
    """Return widths that fit: text broken between words, then numbers, then words; long numbers stay too wide."""
    widths = list(natural)
    words = [
        max(
            width_of(word)
            for text in (column.heading, *(row[index] for row in cells if not _is_drawn(row)))
            for word in (text.split(" ") or [""])
        )
        for index, column in enumerate(columns)
    ]
    whole = [min(each, 2 * _NARROWEST) for each in words]
    for right, least in ((False, whole), (True, words), (False, [_NARROWEST] * len(words))):
        while sum(widths) > room:
            spare, index = max(
                ((widths[i] - least[i], i) for i, column in enumerate(columns) if column.right is right),
                default=(0, 0),
            )
            if spare <= 0:
                break
            widths[index] -= 1
    return widths


def _row(cells: Sequence[str], columns: Sequence[Column], widths: Sequence[int]) -> list[str]:
    """Return a row; a cell that is too long goes on below."""
    parts = [_folded(cell, wide) for cell, wide in zip(cells, widths, strict=True)]
    lines = []
    for index in range(max(len(part) for part in parts)):
        line = []
        for part, column, wide in zip(parts, columns, widths, strict=True):
            text = part[index] if index < len(part) else ""
            padding = " " * (wide - width_of(text))
            line.append(padding + text if column.right else text + padding)
        lines.append(_GAP.join(line).rstrip())
    return lines


def _folded(text: str, wide: int) -> list[str]:
    """Return a text in pieces of at most ``wide`` columns, broken between words where that is possible."""
    if width_of(text) <= wide:
        return [text]
    pieces: list[str] = []
    line = ""
    for word in text.split(" "):
        if line and width_of(f"{line} {word}") <= wide:
            line = f"{line} {word}"
            continue
        if line:
            pieces.append(line)
        line = word
        while width_of(line) > wide:
            cut = len(line)
            while width_of(line[:cut]) > wide and cut > 1:
                cut -= 1
            pieces.append(line[:cut])
            line = line[cut:]
    return [*pieces, line]
