"""A report as a PDF to sign, file or send: what was asked and known on every page, and page x of y.

Pages are set by typst after ``page.typ``. All that is said reaches it as data, so that a name is never markup, and
the fonts are those that typst brings, so that the same report is the same bytes on every machine. They hold Latin,
Greek and Cyrillic; whoever has names in other scripts says where fonts for them are.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import datetime
from importlib.resources import files
from typing import Any, Final

import attrs

from ledger.errors import needed
from registrar.render.words import instant, printed, shown, standing
from registrar.report import Layout, Report, Role, Table
from registrar.text import safe, width_of

FONTS: Final = ("Libertinus Serif", "DejaVu Sans Mono")
"""The fonts of a page; the second has signs that the first has not."""
SCRIPTS: Final = ("LATIN", "GREEK", "CYRILLIC", "FEMININE ORDINAL", "MASCULINE ORDINAL", "MICRO SIGN")
"""Scripts of which they have the letters, as Unicode names letters."""
_BOXES: Final = (
    "A box stands for a character that the fonts of this page do not have. CAPTABLE_FONTS names a folder of fonts"
    " that have it."
)
_UPRIGHT, _WIDE = 4, 7
"""Figures beside one another on a page, and columns from which on a page lies."""
_PAGE, _BETWEEN, _ENOUGH = 125, 3, 12
"""About as many letters as fit across an upright page, between two columns, and into one that is not cramped."""


def document(report: Report, *, fonts: str | None = None) -> bytes:
    """Return a report as a PDF; the same report is the same bytes.

    Args:
        report: The answer.
        fonts: A folder of fonts for characters that those of typst do not have.

    Raises:
        LibraryMissing: typst is not installed.
    """
    typst = needed("typst", "pdf", "to write PDF")
    asked = report.asked
    found: Sequence[str] = ()
    if fonts is not None:
        listed = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[fonts])
        found = sorted(set(listed.families()))
    made = typst.compile(
        files("registrar.render").joinpath("page.typ").read_bytes(),
        format="pdf",
        font_paths=[] if fonts is None else [fonts],
        ignore_system_fonts=True,
        sys_inputs={"report": json.dumps({**_noted(data_of(report), fonts), "fonts": [*FONTS, *found]})},
        timestamp=0 if asked is None else int(asked.known_at.timestamp()),
    )
    assert isinstance(made, bytes), "a document is one file"
    return made


def _noted(data: dict[str, Any], fonts: str | None) -> dict[str, Any]:
    """Return what the page says, with a note where its own fonts cannot show a name."""
    if fonts is not None or _can_be_shown(json.dumps(data, ensure_ascii=False)):
        return data
    return {**data, "notes": [*data["notes"], _BOXES]}


def _can_be_shown(text: str) -> bool:
    """Whether every letter is of a script that the fonts of a page have."""
    return text.isascii() or all(
        unicodedata.name(letter, "").startswith(SCRIPTS)
        for letter in set(text)
        if unicodedata.category(letter).startswith("L") and not letter.isascii()
    )


def data_of(report: Report) -> dict[str, Any]:
    """Return what the page says, as text only."""
    asked = report.asked
    tables = [drawn for table in report.tables for drawn in _drawn(table)]
    return {
        "title": safe(report.title),
        "days": safe(asked.days) if asked is not None else "",
        "issuer": safe(asked.issuer_name) if asked is not None else "",
        "known": safe(asked.known_words()) if asked is not None else "",
        "digest": asked.digest() if asked is not None else "",
        "heads": [
            {
                "label": safe(head.label),
                "value": safe(instant(head.value) if isinstance(head.value, datetime) else str(head.value)),
            }
            for head in report.heads()
            if head.name != "record_digest"  # it stands at the foot of every page
        ],
        "says": safe(report.says),
        "tables": tables,
        "notes": [safe(note) for note in report.notes],
        "landscape": any(len(table["columns"]) > _WIDE or _is_crowded(table) for table in tables),
    }


def _drawn(table: Table) -> Iterator[dict[str, Any]]:
    """Yield what a table is on paper: one, or several where not all fits beside one another."""
    if not table.rows and not table.empty:
        return
    empty = {"title": "", "caption": "", "empty": "", "columns": [], "rows": [], "items": [], "notes": []}
    head = {**empty, "title": safe(table.title), "caption": safe(table.caption)}
    notes = [safe(note) for note in table.notes]
    if not table.rows:
        yield {**head, "empty": safe(table.empty), "notes": notes}
    elif table.layout is Layout.LIST:
        yield {**head, "items": list(_items(table)), "notes": notes}
    elif table.layout is Layout.ROWS:
        yield {**head, **_rows(table, table.layout), "notes": notes}
    else:
        for start in range(0, len(table.rows), _UPRIGHT):
            some = attrs.evolve(table, rows=table.rows[start : start + _UPRIGHT])
            is_last = start + _UPRIGHT >= len(table.rows)
            first = head if not start else {**empty, "title": safe(f"{table.title}, continued")}
            yield {**first, **_rows(standing(some), table.layout), "notes": notes if is_last else []}


def _rows(table: Table, layout: Layout) -> dict[str, Any]:
    columns, texts = shown(table), printed(table)
    right = [
        column.kind.is_number or (layout is Layout.DOWN and column.name.startswith("of_")) for column in columns
    ]
    longest = [0 if each else max(width_of(row[at]) for row in texts) for at, each in enumerate(right)]
    is_wide = layout is Layout.ROWS and len(columns) > _UPRIGHT and any(longest)
    wide = longest.index(max(longest)) if is_wide else None
    gaps = {group[0] for group in table.groups()} - {0}
    return {
        "columns": [
            {"heading": safe(column.heading), "right": each, "wide": place == wide}
            for place, (column, each) in enumerate(zip(columns, right, strict=True))
        ],
        "rows": [
            {
                "cells": [safe(text) for text in texts[place]],
                "role": row.role.value if row.role is not Role.MEMO else Role.REST.value,
                "gap": place in gaps,
            }
            for place, row in enumerate(table.rows)
        ],
    }


def _is_crowded(drawn: dict[str, Any]) -> bool:
    """Whether a table leaves too little of an upright page to the column that gets what the others leave."""
    left, need = _PAGE, 0
    for place, column in enumerate(drawn["columns"]):
        texts = (column["heading"], *(row["cells"][place] for row in drawn["rows"]))
        longest = max(map(width_of, texts))
        if column["wide"]:
            need = min(longest, _ENOUGH)
        else:
            left -= longest
        left -= _BETWEEN
    return need > 0 and left < need


def _items(table: Table) -> Iterator[dict[str, Any]]:
    columns, texts = shown(table), printed(table)
    for row in texts:
        blocks: dict[int, list[str]] = {}
        for column, text in zip(columns, row, strict=True):
            if text:
                blocks.setdefault(column.block, []).append(safe(f"{column.about} {text}".strip()))
        yield {
            "first": "   ".join(blocks.pop(0, [])),
            "lines": [", ".join(said) for _, said in sorted(blocks.items())],
        }
