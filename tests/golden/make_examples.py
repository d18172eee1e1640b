"""Make the files that the walk-throughs begin with: ``python -m tests.golden.make_examples``.

The register of Petrel Instruments is written as people keep such a workbook: their own names for sheets and
columns, a title above the headings, a total below the rows. The filings on Ascent Solar are the founding case as a
careful analyst records it, a file of facts for each day on which something became known.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Final

from ledger.events import Event
from ledger.exchange import json_lines
from registrar.founding_case import (
    agreement,
    company,
    first_conversion,
    later_news,
    second_conversion,
    third_conversion,
)

EXAMPLES: Final = Path(__file__).parent.parent.parent / "examples"

SHEETS: Final[dict[str, list[list[str | int | None]]]] = {
    "Company": [
        ["Company ID", "Company name", "State of incorporation", "Time zone"],
        ["petrel", "Petrel Instruments, Inc.", "US-DE", "America/New_York"],
    ],
    "Classes of stock": [
        ["Class", "Title", "Type", "Shares authorized", "Par value", "Votes per share"],
        ["common", "Common Stock", "common", 10_000_000, "0.0001 USD", 1],
    ],
    "Stockholders": [
        ["Stockholder No.", "Stockholder name", "Type"],
        ["s-01", "Ines Falk", "person"],
        ["s-02", "Omar Reyes", "person"],
        ["s-03", "Halden Ventures II, L.P.", "organisation"],
        ["s-04", "Quay Street Trust", "organisation"],
    ],
    "Stock register": [
        ["Petrel Instruments, Inc.: stock register at 31 December 2024"],
        ["Stockholder", "Class", "Certificate No.", "Number of shares"],
        ["Ines Falk", "common", "CS-1", 2_400_000],
        ["Omar Reyes", "common", "CS-2", 1_600_000],
        ["Halden Ventures II, L.P.", "common", "CS-3", 900_000],
        ["Quay Street Trust", "common", "CS-4", 100_000],
        ["Total", None, None, 5_000_000],
    ],
}


def register() -> bytes:
    """Return the workbook; each time the same bytes."""
    import xlsxwriter  # type: ignore[import-untyped]  # the library has no types

    written = BytesIO()
    book = xlsxwriter.Workbook(written, {"in_memory": True})
    book.set_properties({"created": datetime(2024, 12, 31, 12)})
    bold, number = book.add_format({"bold": True}), book.add_format({"num_format": "#,##0"})
    for name, rows in SHEETS.items():
        sheet = book.add_worksheet(name)
        headings = next(index for index, row in enumerate(rows) if len(row) > 1)
        for index, row in enumerate(rows):
            sheet.write_row(index, 0, row, bold if index <= headings else number)
        sheet.set_column(0, 0, 26)
        sheet.set_column(1, len(rows[-1]), 20)
        sheet.freeze_panes(headings + 1, 0)
    book.close()
    return written.getvalue()


def filings() -> dict[str, list[Event]]:
    """Return what each day brought, by day; the third conversion with the days that the release leaves open."""
    return {
        "2017-02-14": [*company(), *agreement()],
        "2017-05-09": first_conversion(),
        "2017-06-20": [*second_conversion(), *third_conversion()],
        "2017-08-04": later_news(),
    }


def files() -> Iterator[tuple[Path, bytes]]:
    """Yield each file with what it holds."""
    yield EXAMPLES / "petrel-register.xlsx", register()
    for day, events in filings().items():
        yield EXAMPLES / "ascent-solar" / f"{day}.jsonl", json_lines.write(events)


if __name__ == "__main__":
    for path, data in files():
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
