"""Formulas between cells: totals of a group, sums across a row, parts of a total, where every cell is known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import groupby
from typing import Any, Final

import attrs

from projections.bounds import Bounds
from registrar.render.cells import End, Part, currencies_of, exactly, parts_of, value_of
from registrar.report import Kind, Layout, Role, Table

LONGEST: Final = 8_000
"""Characters of a formula; Excel does not open a workbook with one above 8,192."""
_ADDED: Final = (Kind.SHARES, Kind.MONEY, Kind.FIGURE, Kind.NUMBER)
_TAKEN: Final = ("summary", "checks")
"""Names of sheets that every workbook has."""


@attrs.frozen
class Known:
    """A figure that is known exactly, and where it stands."""

    grid: Grid
    number: int
    place: int
    figure: Fraction


@attrs.frozen
class _Group:
    """Rows that stand together, by their place: those that are added, and the total."""

    items: tuple[int, ...]
    total: int | None

    @classmethod
    def of(cls, table: Table, places: Sequence[int]) -> _Group:
        items = tuple(each for each in places if table.rows[each].role in (Role.ITEM, Role.REST))
        totals = [each for each in places if table.rows[each].role is Role.TOTAL]
        return cls(items, totals[-1] if totals else None)


class Grid:
    """The sheet of a table: what stands where on it, and what is computed from what.

    Args:
        table: The table.

    Attributes:
        table: The table.
        parts: What its columns become.
        sheet: What the sheet is called.
    """

    def __init__(self, table: Table) -> None:
        self.table, self.parts = table, parts_of(table)
        name = f"{table.name[:25]} table" if table.name in _TAKEN else table.name
        self.sheet = name[:1].upper() + name[1:]
        self._at = {(part.column.name, part.end): place for place, part in enumerate(self.parts)}

    def where(self, number: int, place: int) -> tuple[int, int]:
        """Return where a part of a row stands: row and column of the sheet. Row -1 is the heading."""
        return (place, number + 1) if self.table.layout is Layout.DOWN else (number + 1, place)

    def cell(self, number: int, place: int) -> str:
        """Return the address of a cell within the sheet."""
        row, at = self.where(number, place)
        letters, at = "", at + 1
        while at:
            at, rest = divmod(at - 1, 26)
            letters = chr(ord("A") + rest) + letters
        return f"{letters}{row + 1}"

    def address(self, number: int, place: int) -> str:
        """Return the address of a cell from any sheet."""
        return f"'{self.sheet}'!{self.cell(number, place)}"

    def called(self, number: int) -> str:
        """Return what a row is called: its group, and where it is not alone in it, the first other text in it."""
        row = self.table.rows[number]
        if row.group and sum(other.group == row.group for other in self.table.rows) == 1:
            return f"{self.sheet}, {row.group}"
        seen = (value for column, value in zip(self.table.columns, row.values, strict=True) if column.shown)
        first = next((value for value in seen if isinstance(value, str) and value != row.group), "")
        return f"{self.sheet}, {f'{row.group} {first}'.strip()}"

    def known(self) -> Iterator[tuple[str, Known]]:
        """Yield every figure that is known exactly, with the name of its column."""
        for number, row in enumerate(self.table.rows):
            for place, part in enumerate(self.parts):
                figure = exactly(row.values[part.place])
                if figure is not None and part.end in (End.WHOLE, End.LOW):
                    yield part.column.name, Known(self, number, place, figure)

    def formulas(self) -> Iterator[tuple[int, int, str, Fraction]]:
        """Yield row, part and formula of each cell that is computed, and what the ledger says that it comes to."""
        for places in self.table.groups():
            group = _Group.of(self.table, places)
            for number in places:
                for place, part in enumerate(self.parts):
                    formula = self._formula(group, number, part)
                    value = value_of(self.table.rows[number].values[part.place], End.WHOLE)
                    if formula is not None and isinstance(value, Fraction):
                        yield number, place, formula, value

    def _formula(self, group: _Group, number: int, part: Part) -> str | None:
        """Return how a cell is computed from others, if it is and all of them are known."""
        value = self._value(number, part)
        if part.end is End.CURRENCY or value is None or (isinstance(value, Bounds) and not value.is_exact):
            return None
        is_total = self.table.rows[number].role is Role.TOTAL
        if part.column.kind is Kind.PERCENT:
            return self._all_parts(group.items, part) if is_total else self._part_of(group, number, part)
        if part.column.kind not in _ADDED or exactly(value) is None:
            return None
        return self._total(group.items, part) if is_total else self._across(number, part)

    def _value(self, number: int, part: Part) -> Any:
        return self.table.rows[number].values[part.place]

    def _total(self, items: Sequence[int], part: Part) -> str | None:
        filled = [each for each in items if self._value(each, part) is not None]
        values = [self._value(each, part) for each in filled]
        if not filled or len(currencies_of(values)) > 1 or any(exactly(value) is None for value in values):
            return None
        cells = [(self.table.rows[each].sign, each) for each in filled]
        formula = self.sum_of(cells, self._at[part.column.name, part.end])
        return formula if len(formula) <= LONGEST else None

    def _all_parts(self, items: Sequence[int], part: Part) -> str | None:
        if not items or not all(_is_part(self._value(each, part)) for each in items):
            return None
        return self.sum_of([(1, each) for each in items], self._at[part.column.name, part.end])

    def _across(self, number: int, part: Part) -> str | None:
        formula = ""
        for name in part.column.adds:
            place = self._stands(name.removeprefix("-"), part.end)
            if place is None or exactly(self._value(number, self.parts[place])) is None:
                return None
            formula += f"{'-' if name.startswith('-') else '+'}{self.cell(number, place)}"
        return formula.removeprefix("+") or None

    def _part_of(self, group: _Group, number: int, part: Part) -> str | None:
        place = None if part.column.part_of is None else self._stands(part.column.part_of, part.end)
        if place is None or group.total is None:
            return None
        mine, whole = (exactly(self._value(each, self.parts[place])) for each in (number, group.total))
        if mine is None or not whole or value_of(self._value(number, part), End.WHOLE) != mine / Fraction(whole):
            return None
        return f"{self.cell(number, place)}/{self.cell(group.total, place)}"

    def _stands(self, name: str, end: End) -> int | None:
        """Return where the same end of another column stands, or all of it where that is one column."""
        found = [self._at[name, each] for each in (end, End.WHOLE, End.LOW) if (name, each) in self._at]
        return found[0] if found else None

    def sum_of(self, cells: Sequence[tuple[int, int]], place: int, sheet: str = "") -> str:
        """Return the sum of rows, each with its sign, as a formula: ranges where rows are next to one another."""
        runs: list[tuple[int, int, int]] = []
        for sign, number in cells:
            if runs and (runs[-1][0], runs[-1][2] + 1) == (sign, number):
                runs[-1] = (sign, runs[-1][1], number)
            else:
                runs.append((sign, number, number))
        formula = ""
        for sign, first, last in runs:
            one = f"{sheet}{self.cell(first, place)}"
            formula += "-" if sign < 0 else "+"
            formula += one if first == last else f"SUM({one}:{self.cell(last, place)})"
        return formula.removeprefix("+")


def _is_part(value: Any) -> bool:
    """Whether a percentage is known."""
    return isinstance(value, Fraction) or (isinstance(value, Bounds) and value.is_exact)


def added(known: Iterable[Known]) -> str:
    """Return the sum of figures, wherever they stand, as a formula."""
    sums = []
    for (sheet, place), some in groupby(known, lambda each: (each.grid.sheet, each.place)):
        figures = list(some)
        cells = [(1, each.number) for each in figures]
        sums.append(figures[0].grid.sum_of(cells, place, f"'{sheet}'!"))
    return "+".join(sums) or "0"
