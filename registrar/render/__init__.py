"""A report in every format: each module is one, and imports its library only when it writes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from registrar.report import Report

SUFFIXES: Final = {
    ".txt": "table",
    ".csv": "csv",
    ".json": "json",
    ".xlsx": "xlsx",
    ".pdf": "pdf",
    ".md": "md",
    ".markdown": "md",
    ".html": "html",
    ".htm": "html",
}
"""The format of a file by the end of its name."""
FORMATS: Final = tuple(dict.fromkeys(SUFFIXES.values()))
"""Every format, by the name that ``-o`` takes."""
BINARY: Final = frozenset({"xlsx", "pdf"})
"""Formats that are no text, and nothing for a terminal."""


def rendered(
    report: Report,
    form: str,
    *,
    width: int = 100,
    fonts: str | None = None,
    as_json: Callable[[], dict[str, Any]] | None = None,
) -> bytes:
    """Return a report in a format; the same report is the same bytes.

    Args:
        report: The answer.
        form: One of ``FORMATS``.
        width: Columns that text may take.
        fonts: A folder of fonts for PDF, beside those that typst brings.
        as_json: Makes the answer for programs where it says more than the tables do.
    """
    match form:
        case "table":
            from registrar.render import text

            return "".join(f"{line}\n" for line in text.lines(report, width)).encode(errors="backslashreplace")
        case "csv":
            from registrar.render import tidy

            return tidy.csv(report)
        case "json":
            from registrar import as_json as shapes

            return shapes.text(shapes.report(report) if as_json is None else as_json())
        case "md":
            from registrar.render import markdown

            return markdown.page(report).encode()
        case "html":
            from registrar.render import html

            return html.page(report).encode()
        case "xlsx":
            from registrar.render import xlsx

            return xlsx.workbook(report)
        case "pdf":
            from registrar.render import pdf

            return pdf.document(report, fonts=fonts)
        case _:
            raise ValueError(f"{form!r} is not a format")
