"""What the walk-throughs leave behind: their pages are followed line by line elsewhere, here files are opened."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from xml.etree import ElementTree

import pypdfium2  # type: ignore[import-untyped]  # the library has no types
import pytest
import python_calamine
from click.testing import CliRunner

from ledger import IssuerId, Ledger
from ledger.codec import record_digest
from projections import cap_table, holders
from registrar.cli import main
from tests.pages import run

HOW_TO = Path(__file__).parent.parent.parent / "docs" / "how-to"


def left_by(page: str, look: Callable[[], None]) -> None:
    """Follow a page, and look at the folder that it leaves."""
    run(HOW_TO / f"{page}.md", look)


def text_of_pdf(name: str) -> str:
    document = pypdfium2.PdfDocument(name)
    try:
        return "\n".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


def sheet(name: str, title: str) -> Sequence[Sequence[object]]:
    return python_calamine.CalamineWorkbook.from_path(name).get_sheet_by_name(title).to_python()


def test_the_paralegal_has_a_list_of_holders_to_print() -> None:
    def look() -> None:
        text = text_of_pdf("holders-2025-11-14.pdf")
        with Ledger.open("petrel.db") as ledger:
            listed = list(holders(ledger, as_of="2025-11-14"))
            digest = record_digest(IssuerId("petrel"), ledger.entries())

        assert "2025-11-14" in text
        assert re.search(r"1\s+of\s+1", text)
        assert digest in re.sub(r"[\s\u200b]", "", text)
        assert [line.party.name for line in listed] == [
            *("Halden Ventures II, L.P.", "Ines Falk", "Mira Lund", "Omar Reyes", "Quay Street Trust", "Teo Brandt")
        ]
        for line in listed:
            assert line.party.name in text
            assert line.votes is not None
            assert f"{int(line.votes.exact):,}" in text

    left_by("keep-a-register", look)


def test_the_register_that_the_paralegal_files_can_be_taken_over_into_an_empty_ledger() -> None:
    def look() -> None:
        for line in ("init again.db", "import register-2025.xlsx -f again.db --yes"):
            assert CliRunner().invoke(main, line.split()).exit_code == 0
        with Ledger.open("petrel.db") as kept, Ledger.open("again.db") as again:
            was, is_now = (cap_table(each, as_of="2025-12-31") for each in (kept, again))

        assert [(line.holder, line.shares, line.percent) for line in is_now] == [
            (line.holder, line.shares, line.percent) for line in was
        ]
        assert len(list(was)) == 6

    left_by("keep-a-register", look)


def test_every_check_of_the_cap_table_that_the_paralegal_files_reads_zero() -> None:
    def look() -> None:
        heads, *rows = sheet("cap-table-2025.xlsx", "Checks")

        assert heads[-1] == "Difference"
        assert len(rows) > 5
        assert {row[-1] for row in rows} == {0}

    left_by("keep-a-register", look)


def test_the_auditor_has_the_late_entries_and_a_statement() -> None:
    def look() -> None:
        with Path("late.csv").open(encoding="utf-8", newline="") as file:
            late = list(csv.DictReader(file))

        assert [line["entry"] for line in late] == ["13", "14", "17"]
        assert "Tideway Fund LP" in text_of_pdf("tideway.pdf")
        assert python_calamine.CalamineWorkbook.from_path("control-book.xlsx").sheet_names

    left_by("audit-a-year", look)


def test_the_auditor_has_changed_neither_file() -> None:
    def look() -> None:
        before = [Path(name).read_bytes() for name in ("heron-2024.db", "heron-2025.db")]
        for name in ("heron-2024.db", "heron-2025.db"):
            assert CliRunner().invoke(main, ["check", "-f", name]).exit_code == 0

        assert [Path(name).read_bytes() for name in ("heron-2024.db", "heron-2025.db")] == before

    left_by("audit-a-year", look)


def test_the_analyst_has_pictures_and_a_workbook_with_both_bounds() -> None:
    def look() -> None:
        for name in ("ownership.svg", "commitment.svg"):
            assert ElementTree.parse(name).getroot().tag.endswith("svg")
        table = sheet("ascent-2017-06-20.xlsx", "Holdings")
        headings = next(row for row in table if "Holder" in row)

        assert [heading for heading in headings if str(heading).startswith("Shares")] == [
            "Shares, at least",
            "Shares, at most",
        ]

    left_by("record-from-filings", look)


@pytest.mark.parametrize("page", ["keep-a-register", "audit-a-year", "record-from-filings"])
def test_a_walk_through_begins_in_an_empty_folder(page: str) -> None:
    text = (HOW_TO / f"{page}.md").read_text(encoding="utf-8")

    assert "begins in an empty folder" in re.sub(r"\s+", " ", text)
