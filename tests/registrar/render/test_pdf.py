"""A PDF: the same bytes, what was asked and known on every page, and names that are not markup."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs
import pypdfium2  # type: ignore[import-untyped]
import pytest

from ledger import Shares
from ledger.errors import LibraryMissing
from projections import Bounds
from registrar.render import pdf
from registrar.report import Column, Kind, Layout, Report, Row, Table
from tests.registrar.render import reports


@contextmanager
def opened(data: bytes) -> Iterator[Any]:
    with closing(pypdfium2.PdfDocument(data)) as document:
        yield document


def pages_of(report: Report) -> list[str]:
    """Return the text of every page, in one line, without places where a word may be broken."""
    with opened(pdf.document(report)) as document:
        texts = [page.get_textpage().get_text_bounded() for page in document]
    return [" ".join(text.replace("\u200b", "").replace("\ufffe", "").split()) for text in texts]


def many(count: int) -> Report:
    columns = (Column(name="name", heading="Holder"), Column(name="shares", heading="Shares", kind=Kind.SHARES))
    rows = [Row((f"holder number {number}", Shares(number))) for number in range(1, count + 1)]
    return reports.report(Table(name="holdings", title="Holdings", columns=columns, rows=rows))


def test_the_same_report_is_the_same_bytes_in_another_process_and_in_another_zone() -> None:
    script = (
        "import sys; from registrar.render import pdf; from tests.registrar.render import reports;"
        "sys.stdout.buffer.write(pdf.document(reports.whole(is_known=False)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        check=True,
        cwd=Path(__file__).parents[3],
        env={"TZ": "Asia/Tokyo", "SOURCE_DATE_EPOCH": "1"},
    )

    assert done.stdout == pdf.document(reports.whole(is_known=False))


def test_the_document_is_dated_when_the_last_entry_was_recorded_and_named_after_the_question() -> None:
    with opened(pdf.document(reports.whole())) as document:
        about = document.get_metadata_dict()

    assert about["CreationDate"] == "D:20260701123015Z"
    assert about["Title"] == "Cap table at the close of 2026-06-30"
    assert about["Author"] == "Acme Solar, Inc."


def test_the_digest_at_the_foot_of_a_page_can_be_copied() -> None:
    with opened(pdf.document(reports.whole())) as document:
        assert reports.DIGEST in document[0].get_textpage().get_text_bounded()


def test_every_page_says_what_was_known_which_page_it_is_and_the_digest() -> None:
    pages = pages_of(many(120))

    assert len(pages) > 2
    for number, page in enumerate(pages, 1):
        assert f"Page {number} of {len(pages)}" in page
        assert "As known from entries 1 to 7, the last recorded 2026-07-01 12:30:15 UTC" in page
        assert f"Digest of the record {reports.DIGEST}" in page
        assert "Cap table at the close of 2026-06-30" in page
        assert "Holder Shares" in page, "the head of the table stands on every page"
        assert page.startswith("Acme Solar, Inc.")


def test_no_row_is_lost_between_two_pages() -> None:
    found = re.findall(r"holder number (\d+) ([\d,]+)", " ".join(pages_of(many(120))))

    assert found == [(str(number), f"{number:,}") for number in range(1, 121)]


def test_figures_are_printed_as_on_the_terminal() -> None:
    [page] = pages_of(reports.whole(is_known=False))

    assert "Ada Quill ada 2,000 66.67 100.5 USD 2026-01-02" in page
    assert "Bob Quill bob 1,000 33.33 (0.25) USD 2026-01-02" in page
    assert "outstanding 3,000 100.00 100.25 USD" in page
    assert "Fund LP fund 0 – 5 unknown 2026-01-02 to 2026-02-01" in page
    assert "authorized 10,000 10 or 20 by the charter" in page
    assert "available 7,000 at most 20" in page
    assert "9 common-issued recorded 2026-01-02 03:04:05 UTC, by counsel" in page
    assert "Percentages are of what is outstanding." in page


@pytest.mark.parametrize("name", [*reports.MARKUP, *reports.INJECTIONS])
def test_a_name_is_data_and_never_markup(name: str) -> None:
    report = reports.report(
        *reports.named(name).tables,
        title=f"{name} x",
        asked=reports.asked(issuer_name=name),
        notes=[f"{name} noted"],
        says=f"{name} said",
    )
    [page] = pages_of(report)

    plain = name.replace("\t", "\\t").replace("\r", "\\r")
    assert f"{plain} 1 Notes" in page
    assert f"{plain} noted" in page
    assert f"{plain} said" in page


@pytest.mark.parametrize("name", ["a" * 300, "Very " * 80 + "Long", "https://example.org/" + "a-b/" * 60])
def test_a_long_name_is_wrapped_within_the_page(name: str) -> None:
    row = Row((name, name[:40], reports.exactly(Shares(1)), None, None, None))
    report = reports.report(attrs.evolve(reports.holdings(), rows=[row]))
    with opened(pdf.document(report)) as document:
        [page] = document
        width, text = page.get_width(), page.get_textpage()
        right = max(text.get_charbox(place)[2] for place in range(text.count_chars()))

    assert right < width - 40
    assert "".join(name.split()) in "".join(pages_of(report)[0].split())


def test_a_page_lies_where_a_table_has_many_columns() -> None:
    columns = tuple(Column(name=f"c{place}", heading=f"C{place}") for place in range(9))
    table = Table(name="x", title="X", columns=columns, rows=(Row(("x",) * 9),))

    for report, lies in ((reports.report(table), True), (many(1), False)):
        with opened(pdf.document(report)) as document:
            assert (document[0].get_width() > document[0].get_height()) is lies


def test_classes_that_do_not_fit_beside_one_another_go_on_below() -> None:
    columns = (
        Column(name="stock_class", heading="Class"),
        Column(name="shares", heading="outstanding", kind=Kind.SHARES, bounded=True),
    )
    rows = [Row((f"series-{letter}", Bounds(Shares(number), None))) for number, letter in enumerate("abcdef", 1)]
    table = Table(name="classes", title="Classes", columns=columns, rows=rows, layout=Layout.DOWN, notes=["Noted."])
    [page] = pages_of(reports.report(table))

    assert "outstanding at least 1 at least 2 at least 3 at least 4 Classes, continued" in page
    assert "Class series-e series-f outstanding at least 5 at least 6" in page
    assert page.count("Noted.") == 1


def test_a_name_that_the_fonts_do_not_have_is_told() -> None:
    boxes = "A box stands for a character that the fonts of this page do not have."

    assert boxes in pages_of(reports.named("日光投資事業有限責任組合"))[0]
    assert boxes not in pages_of(reports.named("Žižkov Αθήνα Москва Straße №1 “x” – 1ª"))[0]


def test_other_fonts_are_those_of_a_folder(tmp_path: Path) -> None:
    made = pdf.document(reports.named("日光"), fonts=str(tmp_path))

    assert made != pdf.document(reports.named("日光"))  # whoever brings fonts is not told of boxes
    assert made == pdf.document(reports.named("日光"), fonts=str(tmp_path))


def test_a_page_has_ink_and_margins() -> None:
    with opened(pdf.document(reports.whole(is_known=False))) as document:
        [page] = document
        image = page.render(scale=1, grayscale=True)
        rows, stride = image.height, image.stride
        pixels = bytes(image.buffer)

    lines = [pixels[at * stride : at * stride + image.width] for at in range(rows)]
    inked = [min(line) < 128 for line in lines]
    assert sum(inked) > 150
    assert not any(inked[:25])
    assert not any(inked[-25:])
    assert all(min(line[:45]) > 200 and min(line[-45:]) > 200 for line in lines)


def test_without_the_library_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)

    with pytest.raises(LibraryMissing) as refused:
        pdf.document(reports.whole())
    assert "pip install 'captable-ledger[pdf]'" in str(refused.value)


def test_a_report_of_nothing_recorded_can_be_made() -> None:
    [page] = pages_of(reports.report(asked=None, says="Nothing was recorded."))

    assert "Nothing was recorded." in page


def test_the_clock_of_a_document_is_that_of_the_record() -> None:
    later = reports.asked(known_at=datetime(2030, 1, 1, tzinfo=UTC))

    assert pdf.document(reports.report(asked=later, says="x")) != pdf.document(reports.report(says="x"))
