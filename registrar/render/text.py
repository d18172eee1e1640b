"""A report as lines of text: a heading, tables that fit the width, and footnotes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from registrar import tables
from registrar.render.words import printed, shown, standing
from registrar.report import Asked, Column, Layout, Report, Role, Table
from registrar.text import safe, width_of, wrapped

_GAP: Final = "  "


def lines(report: Report, width: int) -> list[str]:
    """Return a report as lines of at most ``width`` columns, as far as that is possible.

    Args:
        report: The answer.
        width: Columns of the terminal.
    """
    if report.asked is None:
        return [safe(report.says)]  # a sentence of the command line, and no page
    parts = [_heading(report.title, report.asked, width), wrapped(report.says, width)]
    for table in report.tables:
        parts += _parts(table, width)
    return _apart([*parts, _notes(report.notes, width)])


def of_table(table: Table, width: int) -> list[str]:
    """Return a table alone, with what stands above and below it."""
    return _apart(_parts(table, width))


def _apart(parts: Iterable[Sequence[str]]) -> list[str]:
    """Return paragraphs with an empty line between them."""
    found: list[str] = []
    for part in parts:
        if part:
            found += ["", *part] if found else part
    return found


def _heading(title: str, asked: Asked, width: int) -> list[str]:
    return [
        *wrapped(f"{asked.issuer_name} ({asked.issuer})", width),
        *wrapped(f"{title} {asked.days}", width),
        *wrapped(f"as known from {asked.known_words()}", width),
    ]


def _notes(texts: Iterable[str], width: int) -> list[str]:
    """Return footnotes, each a paragraph."""
    return [line for text in texts if text for line in wrapped(f"* {text}", width, "  ")]


def _parts(table: Table, width: int) -> list[list[str]]:
    if not table.rows and not table.empty:
        return []
    caption, below = wrapped(table.caption, width), _notes(table.notes, width)
    if not table.rows:
        return [caption, wrapped(table.empty, width), below]
    match table.layout:
        case Layout.ROWS:
            drawn = _rows(table, width)
        case Layout.DOWN:
            drawn = _down(table, width)
        case Layout.LIST:
            drawn = _list(table, width)
    return [caption, drawn, below]


# --- rows ---------------------------------------------------------------------------------------------------


def _rows(table: Table, width: int) -> list[str]:
    cells = printed(table)
    drawn: list[Sequence[str]] = []
    for group in table.groups():
        drawn += [tables.GAP] if drawn else []
        for place in group:
            if table.rows[place].role is Role.TOTAL and place != group[0]:
                drawn.append(tables.RULE)
            drawn.append(cells[place])
    return tables.table([_column(column) for column in shown(table)], drawn, width)


def _column(column: Column) -> tables.Column:
    return tables.Column(column.heading, column.kind.is_number, column.optional)


# --- figures below one another ------------------------------------------------------------------------------


def _down(table: Table, width: int) -> list[str]:
    """Return the figures of every row, one column for each, and a new table where they do not fit."""
    found: list[str] = []
    start = 0
    while start < len(table.rows):
        end = start + 1
        while end < len(table.rows) and max(map(width_of, _figures(table, start, end + 1, 10_000))) <= width:
            end += 1
        found += [""] if found else []
        found += _figures(table, start, end, width)
        start = end
    return found


def _figures(table: Table, start: int, end: int, width: int) -> list[str]:
    upright = standing(
        Table(
            name=table.name,
            title=table.title,
            columns=table.columns,
            rows=table.rows[start:end],
            layout=Layout.DOWN,
        )
    )
    drawn: list[Sequence[str]] = []
    told = [place for place, column in enumerate(upright.columns) if column.name.startswith("of_")]
    for group in upright.groups():
        lines = [upright.rows[place].values for place in group]
        lines = [line for line in lines if any(line[place] for place in told)]  # these have none of the others
        drawn += [tables.GAP] if drawn and lines else []
        drawn += lines
    columns = [
        tables.Column(column.heading, right=column.name.startswith("of_"), optional=column.optional)
        for column in upright.columns
    ]
    return tables.table(columns, drawn, width)


# --- items --------------------------------------------------------------------------------------------------


def _list(table: Table, width: int) -> list[str]:
    """Return each row as an item: its first line, and below it what is said of it."""
    columns, texts = shown(table), printed(table)
    digits = max(width_of(row[0]) for row in texts) if columns[0].kind.is_number else 0
    indent = " " * (digits + 2 if digits else 2)
    found: list[str] = []
    for row in texts:
        blocks: dict[int, list[str]] = {}
        for place, (column, text) in enumerate(zip(columns, row, strict=True)):
            if text:
                padded = text.rjust(digits) if not place else f"{column.about} {text}".strip()
                blocks.setdefault(column.block, []).append(padded)
        for block, said in sorted(blocks.items()):
            if block:
                found += [indent + line for line in wrapped(", ".join(said), width - len(indent), "  ")]
            else:
                found.append(safe(_GAP.join(said)))
    return found
