"""A report as Markdown, for a memorandum, an issue or a page under version control."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from registrar.render.words import instant, printed, shown, standing
from registrar.report import Head, Layout, Report, Role, Table
from registrar.text import safe

_MARKUP: Final = re.compile(r"([\\`*_\[\]<>|~&$^#])")
"""What is markup within a line."""
_AT_START: Final = re.compile(r"^(\d{1,9})([.)])|^([-+=:])")
"""What is markup at the start of a line: a list, a rule under a heading."""


def page(report: Report) -> str:
    """Return a report as a page of Markdown with the tables that git hosts show."""
    return "\n\n".join("\n".join(part) for part in _parts(report)) + "\n"


def _parts(report: Report) -> Iterator[Sequence[str]]:
    if report.asked is None:
        yield [paragraph(report.says)]
        return
    yield [f"# {escaped(f'{report.title} {report.asked.days}')}"]
    yield [f"- {escaped(head.label)}: {said(head)}" for head in report.heads()]
    if report.says:
        yield [paragraph(report.says)]
    tables = [table for table in report.tables if table.rows or table.empty]
    for table in tables:
        if len(tables) > 1:
            yield [f"## {escaped(table.title)}"]
        if table.caption:
            yield [paragraph(table.caption)]
        if not table.rows:
            yield [paragraph(table.empty)]
        elif table.layout is Layout.LIST:
            yield list(_items(table))
        else:
            yield list(_rows(standing(table) if table.layout is Layout.DOWN else table, table.layout))
        if table.notes:
            yield [f"- {paragraph(note)}" for note in table.notes]
    if report.notes:
        yield ["## Notes"]
        yield [f"- {paragraph(note)}" for note in report.notes]


def said(head: Head) -> str:
    """Return what is said above an answer; a digest stands as code, so that nothing in it is marked up."""
    if head.name == "record_digest":
        return f"`{head.value}`"
    return escaped(instant(head.value) if isinstance(head.value, datetime) else str(head.value))


def escaped(text: str) -> str:
    """Return text in which nothing is markup, and nothing is obeyed by a terminal."""
    return _MARKUP.sub(r"\\\1", safe(text))


def paragraph(text: str) -> str:
    """Return text that stands at the start of a line, where a dash or a number would begin a list."""
    return _AT_START.sub(
        lambda found: f"{found[1]}\\{found[2]}" if found[1] else f"\\{found[3]}", escaped(text.strip())
    )


def _rows(table: Table, layout: Layout) -> Iterator[str]:
    columns, texts = shown(table), printed(table)
    right = [
        column.kind.is_number or (layout is Layout.DOWN and column.name.startswith("of_")) for column in columns
    ]
    yield _line([escaped(column.heading) for column in columns])
    yield _line(["--:" if each else ":--" for each in right])
    for row, text in zip(table.rows, texts, strict=True):
        cells = [escaped(cell) for cell in text]
        yield _line([f"**{cell}**" if cell and row.role is Role.TOTAL else cell for cell in cells])


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _items(table: Table) -> Iterator[str]:
    columns, texts = shown(table), printed(table)
    for row in texts:
        blocks: dict[int, list[str]] = {}
        for column, text in zip(columns, row, strict=True):
            if text:
                blocks.setdefault(column.block, []).append(f"{column.about} {text}".strip())
        yield f"- **{escaped('  '.join(blocks.pop(0, [])))}**"
        yield from (f"    - {paragraph(', '.join(said))}" for _, said in sorted(blocks.items()))
