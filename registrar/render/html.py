"""A report as HTML: a page that stands alone, or a part of one, as a notebook shows it. Nothing is fetched."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from html import escape
from typing import Final

from registrar.render.words import instant, printed, shown, standing
from registrar.report import Head, Layout, Report, Role, Table
from registrar.text import safe

_STYLE: Final = """
.captable { font: 14px/1.45 system-ui, sans-serif; max-width: 75em; }
.captable h1 { font-size: 1.4em; margin: 0 0 .4em; }
.captable h2 { font-size: 1.1em; margin: 1.6em 0 .4em; }
.captable dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1.2em; margin: 0 0 1.2em; }
.captable dt { opacity: .7; }
.captable dd { margin: 0; overflow-wrap: anywhere; }
.captable table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
.captable th, .captable td { padding: .2em .8em; text-align: left; vertical-align: top; background: none; }
.captable th { border-bottom: 1px solid; font-weight: 600; }
.captable .number { text-align: right; white-space: nowrap; }
.captable .total td { border-top: 1px solid; border-bottom: 3px double; font-weight: 600; }
.captable .gap td { padding-top: 1em; }
.captable .rest td { font-style: italic; }
.captable ul { padding-left: 1.2em; }
"""


def page(report: Report) -> str:
    """Return a report as a page that stands alone."""
    title = _text(_title(report))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n</head>\n<body>\n{part(report)}\n</body>\n</html>\n"
    )


def part(report: Report) -> str:
    """Return a report as a part of a page."""
    return "\n".join(['<div class="captable">', f"<style>{_STYLE}</style>", *_parts(report), "</div>"])


def _title(report: Report) -> str:
    return report.title if report.asked is None else f"{report.title} {report.asked.days}"


def _text(text: str) -> str:
    return escape(safe(text))


def _parts(report: Report) -> Iterator[str]:
    yield f"<h1>{_text(_title(report))}</h1>"
    if report.asked is not None:
        heads = "".join(f"<dt>{_text(head.label)}</dt><dd>{_said(head)}</dd>" for head in report.heads())
        yield f"<dl>{heads}</dl>"
    if report.says:
        yield f"<p>{_text(report.says)}</p>"
    tables = [table for table in report.tables if table.rows or table.empty]
    for table in tables:
        if len(tables) > 1:
            yield f"<h2>{_text(table.title)}</h2>"
        if table.caption:
            yield f"<p>{_text(table.caption)}</p>"
        if table.rows:
            yield from _table(standing(table) if table.layout is Layout.DOWN else table, table.layout)
        else:
            yield f"<p>{_text(table.empty)}</p>"
        yield from _notes(table.notes)
    yield from _notes(report.notes)


def _said(head: Head) -> str:
    return _text(instant(head.value) if isinstance(head.value, datetime) else str(head.value))


def _notes(notes: tuple[str, ...]) -> Iterator[str]:
    if notes:
        yield f"<ul>{''.join(f'<li>{_text(note)}</li>' for note in notes)}</ul>"


def _table(table: Table, layout: Layout) -> Iterator[str]:
    right = [
        ' class="number"'
        if column.kind.is_number or (layout is Layout.DOWN and column.name.startswith("of_"))
        else ""
        for column in shown(table)
    ]
    heads = "".join(
        f"<th{kind}>{_text(column.heading)}</th>" for kind, column in zip(right, shown(table), strict=True)
    )
    yield f"<table>\n<thead><tr>{heads}</tr></thead>\n<tbody>"
    texts = printed(table)
    for number, group in enumerate(table.groups()):
        for place in group:
            role = table.rows[place].role
            words = ["gap"] if number and place == group[0] else []
            words += [role.value] if role is not Role.ITEM else []
            kind = f' class="{" ".join(words)}"' if words else ""
            cells = "".join(
                f"<td{aligned}>{_text(text)}</td>" for aligned, text in zip(right, texts[place], strict=True)
            )
            yield f"<tr{kind}>{cells}</tr>"
    yield "</tbody>\n</table>"
