"""Which sheet is which, which column is which, and which rows are no rows: found out, or asked about."""

from datetime import date

import pytest

from ledger.errors import NotUnderstood
from ledger.exchange.refused import SHOWN, InputRefused
from ledger.exchange.register import File, Instructions
from ledger.exchange.register.things import THINGS, Thing, normal
from ledger.exchange.register.troubles import Troubles
from tests.ledger.exchange.register.made import (
    CLASSES,
    COMPANY,
    HEADINGS,
    HOLDERS,
    csv_files,
    raw_sheet,
    read,
    row,
    sheets,
    text_cell,
    told,
    whole,
)

SAID = Instructions(as_of=date(2025, 12, 31))


def of_positions(text: str, said: Instructions = SAID) -> list[str]:
    return told(whole(positions=text), said)


def beside(data: bytes, name: str = "register.xlsx") -> list[File]:
    """Return a workbook with the company, class and holders that it may speak of."""
    return [File(name, data), *csv_files(company=COMPANY, classes=CLASSES, holders=HOLDERS)]


# --- sheets -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["positions.csv", "Holdings.CSV", "acme-share-register-2025.csv", "folder/of/Register of Members.csv"]
)
def test_a_csv_file_is_what_its_name_says(name: str) -> None:
    files = [File(name, b"Holder,Shares\nada,5\n"), *csv_files(company=COMPANY, classes=CLASSES, holders=HOLDERS)]

    assert told(files, SAID) == []


def test_a_sheet_whose_name_says_nothing_is_what_its_headings_say() -> None:
    data = sheets(Sheet1=[["Shareholder", "No. of shares", "Share class"], ["ada", 5, "common"]])

    assert len(read(beside(data), SAID).events) == 5


def test_a_sheet_that_may_be_two_things_is_asked_about() -> None:
    data = sheets(Sheet1=[["Holder", "Shares", "Certificate"], ["ada", 5, "CS-1"]])

    assert told(beside(data), SAID) == [
        "error: E_SHEET: register.xlsx Sheet1: what sheet 'Sheet1' holds is told neither by its name nor by its"
        " headings (name it as one of Company, Classes, Holders, Opening, Positions, Certificates, Reserves,"
        " Issuances, Transfers, Conversions, Cancellations, Repurchases, Redemptions, or have it ignored)"
    ]


def test_a_mistyped_sheet_is_answered_with_the_nearest() -> None:
    data = sheets(Positons=[["Holder", "Shares", "Certificate"], ["ada", 5, "CS-1"]])

    [line] = told(beside(data), SAID)

    assert line.endswith("(did you mean Positions?)")


def test_empty_sheets_and_the_one_that_explains_are_passed_over() -> None:
    data = sheets(
        **{"Read me": [["Anything", "at all"]], "Sheet2": [], "Positions": [["Holder", "Shares"], ["ada", 5]]}
    )

    assert told(beside(data), SAID) == []


def test_a_sheet_may_be_ignored_by_its_name() -> None:
    positions = [["Holder", "Shares"], ["ada", 5]]
    data = sheets(**{"Cap table": [["Investor", "Stake"], ["Ada", 1]], "Positions": positions})

    assert len(told(beside(data), SAID)) == 1
    assert told(beside(data), Instructions(as_of=date(2025, 12, 31), ignored=("cap table",))) == []


def test_files_of_one_kind_are_read_one_after_the_other() -> None:
    files = [
        File("positions 2025 a.csv", b"Holder,Shares\nada,5\n"),
        File("positions 2025 b.csv", b"Holder,Shares\nfund,6\n"),
        *csv_files(company=COMPANY, classes=CLASSES, holders=HOLDERS),
    ]

    opening = read(files, SAID).events[-1]

    assert [str(position.shares) for position in opening.positions] == ["5", "6"]  # type: ignore[attr-defined]


def test_a_hidden_sheet_is_shown_or_deleted() -> None:
    def fill(book: object) -> None:
        book.add_worksheet("Holders").write(0, 0, "x")  # type: ignore[attr-defined]
        sheet = book.add_worksheet("Positions")  # type: ignore[attr-defined]
        sheet.write_row(0, 0, ["Holder", "Shares"])
        sheet.hide()

    from tests.ledger.exchange.register.made import workbook

    lines = told([File("register.xlsx", workbook(fill))], SAID)

    assert "error: E_SHEET: register.xlsx Positions: the sheet is hidden (show it, or delete it)" in lines


def test_a_file_without_rows_says_so() -> None:
    assert told(csv_files(holders="Holder ID,Name,Kind\n")) == [
        "error: E_EMPTY: holders.csv: no sheet has a row (fill in the rows below the headings)"
    ]
    assert told(csv_files(holders="")) == [
        "error: E_FILE: holders.csv: the file is empty (save it again, or leave it out)"
    ]


# --- columns ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("thing", THINGS, ids=lambda thing: thing.name)
def test_every_heading_of_a_sheet_means_one_column(thing: Thing) -> None:
    known = thing.headings()

    assert {column.field for column in thing.columns} == {column.field for column in known.values()}
    assert all(normal(heading) == heading and heading for heading in known)


@pytest.mark.parametrize(
    "headings",
    ["Holder,Shares", "SHAREHOLDER,No. of Shares *", " Registered holder , Number-of-shares", "Name,Qty."],
)
def test_headings_are_known_by_many_names_and_without_their_signs(headings: str) -> None:
    lines = of_positions(f"{headings}\nada,5\n")

    assert lines == ([] if "Qty" not in headings else lines)
    assert ("Qty" in headings) == any("column 'Qty.' is not known on Positions" in line for line in lines)


def test_columns_may_stand_in_any_order() -> None:
    assert of_positions("Certificate,Shares,Class,Holder\nCS-1,5,common,ada\n") == []


def test_an_unknown_column_is_answered_with_the_nearest_name() -> None:
    assert of_positions("Holder,Shares,Certificat\nada,5,CS-1\n") == [
        "error: E_COLUMN: positions.csv row 1 column 3: column 'Certificat' is not known on Positions"
        " (did you mean Certificate?)"
    ]


@pytest.mark.parametrize(
    "heading", ["%", "Percent", "% of class", "Ownership", "% holding", "Shares (%)", "Units pct."]
)
def test_percentages_are_never_read(heading: str) -> None:
    [line] = of_positions(f"Holder,Shares,{heading}\nada,5,33.33\n")

    assert "percentages are computed and never read" in line


@pytest.mark.parametrize("heading", ["% holding", "Shares (%)", "% of shares", "Percentage of shares held"])
def test_percentages_do_not_stand_in_for_a_number_of_shares(heading: str) -> None:
    missing, computed = of_positions(f"Holder,{heading}\nada,33.33\n")

    assert "there is no column Shares" in missing
    assert "percentages are computed and never read" in computed


def test_percentages_are_told_where_only_the_headings_say_what_a_sheet_is() -> None:
    [line] = told([*whole(), *csv_files(ours="Shareholder,Number of shares,% holding\nada,5,33.33\n")], SAID)

    assert "column '% holding' is not known on Positions" in line


def test_shares_are_read_beside_percentages_that_are_ignored() -> None:
    said = Instructions(as_of=date(2025, 12, 31), ignored=("% holding",))

    assert of_positions("Name of shareholder,Holding,% Holding\nada,5,33.33\n", said) == []


def test_a_column_may_be_ignored_by_its_heading() -> None:
    said = Instructions(as_of=date(2025, 12, 31), ignored=("e-mail", "%"))

    assert of_positions("Holder,Shares,E-Mail,%\nada,5,ada@example.org,100\n", said) == []


def test_a_column_that_is_there_twice_is_one_too_many() -> None:
    [line] = of_positions("Holder,Shares,Quantity\nada,5,6\n")

    assert "'Quantity' is Shares, and column B is it already (keep one of the two)" in line


def test_a_missing_column_is_told_once_and_not_for_each_row() -> None:
    assert of_positions("Holder,Class\nada,common\nfund,common\n") == [
        "error: E_COLUMN: positions.csv row 1: there is no column Shares (add it: how many)"
    ]


def test_a_filled_column_needs_a_heading() -> None:
    [line] = of_positions("Holder,Shares,\nada,5,\nfund,6,what?\n")

    assert line.startswith(
        "error: E_COLUMN: positions.csv row 3 column 3: the cell is filled, and its column has no"
    )


def test_a_file_with_another_separator_has_no_headings() -> None:
    assert of_positions("Holder|Shares\nada|5\n") == [
        "error: E_COLUMN: positions.csv: no headings were found in the first 30 rows (it needs Holder, Shares)"
    ]


def test_titles_above_the_headings_are_not_read_and_that_is_said() -> None:
    proposal = read(
        whole(positions="Register of Acme Inc.,\nas of 31 December 2025,\n,\nHolder,Shares\nada,5\n"), SAID
    )

    assert proposal.notes == ("positions.csv: what stands above the headings in row 4 is not read",)


def test_certificates_with_the_day_of_their_issue_are_sent_to_issuances() -> None:
    [line] = told(whole(certificates="Certificate,Holder,Shares,Issue date\nCS-1,ada,5,2020-01-01\n"), SAID)

    assert "certificates with the day of their issue belong on Issuances" in line


# --- rows -------------------------------------------------------------------------------------------------


def test_what_nobody_sees_is_not_read() -> None:
    def line(number: int) -> str:
        cells = (
            text_cell(f"A{number}", "ada"),
            f'<c r="B{number}"><v>5</v></c>',
            text_cell(f"C{number}", f"CS-{number}"),
        )
        return row(number, *cells, more=' hidden="1"' if number > 2 else "")

    headings = HEADINGS.replace("</row>", text_cell("C1", "Certificate") + "</row>")
    columns = '<cols><col min="2" max="2" hidden="1"/></cols>'
    data = raw_sheet(headings + "".join(line(number) for number in (2, 3, 4, 6)), before=columns)

    lines = told(beside(data), SAID)

    assert lines == [
        "error: E_COLUMN: register.xlsx Positions B1: the column is hidden (show it, or delete it)",
        "error: E_ROW: register.xlsx Positions row 3: rows 3 to 4 are hidden"
        " (show them, also in the filter, or delete them)",
        "error: E_ROW: register.xlsx Positions row 6: the row is hidden"
        " (show it, also in the filter, or delete it)",
    ]


def test_merged_cells_are_one_problem_among_the_rows_and_none_in_a_title() -> None:
    title = row(1, text_cell("A1", "Register of Acme"))
    headings = row(2, text_cell("A2", "Holder"), text_cell("B2", "Shares"))
    rows = row(3, text_cell("A3", "ada"), '<c r="B3"><v>5</v></c>') + row(4, '<c r="B4"><v>6</v></c>')
    merged = '<mergeCells count="2"><mergeCell ref="A1:B1"/><mergeCell ref="A3:A4"/></mergeCells>'

    lines = told(beside(raw_sheet(title + headings + rows, after=merged)), SAID)

    assert lines == [
        "error: E_CELL: register.xlsx Positions A3: cells A3:A4 are merged (unmerge them, and fill each)",
        "error: E_FIELD: register.xlsx Positions A4 (Holder): Holder is empty (write text)",
    ]


def test_blank_rows_between_and_after_are_no_rows() -> None:
    assert of_positions("Holder,Shares\n,\nada,5\n\n , \n,\n") == []


@pytest.mark.parametrize(
    ("row_of_csv", "told_so"),
    [
        ("ada", "row 2: the row has 1 cells, and there are 2 headings (one cell for each, empty ones included)"),
        ("ada,5,6", "row 2 column 3: the row has more cells than there are headings"),
        ("ada,1,000", "row 2 column 3: the row has more cells than there are headings"),
    ],
)
def test_a_csv_row_has_as_many_cells_as_there_are_headings(row_of_csv: str, told_so: str) -> None:
    [line] = of_positions(f"Holder,Shares\n{row_of_csv}\n")

    assert line.startswith(f"error: E_ROW: positions.csv {told_so}")


@pytest.mark.parametrize("label", ["Total", "TOTAL:", "Grand total", "Sum"])
def test_a_total_that_fits_is_passed_over_and_that_is_said(label: str) -> None:
    proposal = read(whole(positions=f"Holder,Shares\nada,5\nfund,6\n{label},11\n"), SAID)

    assert proposal.notes == ("positions.csv row 4: the total is not read; it fits",)


@pytest.mark.parametrize(("total", "fits"), [(10, False), (11, True), (12, False)])
def test_a_total_that_does_not_fit_is_told(total: int, fits: bool) -> None:
    lines = of_positions(f"Holder,Shares\nada,5\nfund,6\nTotal,{total}\n")

    told_so = f"error: E_ROW: positions.csv row 4: the total is {total}, and the rows above add to 11"
    assert lines == ([] if fits else [f"{told_so} (correct what is wrong, or delete the total)"])


@pytest.mark.parametrize("rows", ["Total,5\nada,5\n", "ada,5\nSubtotal,5\nfund,6\n"])
def test_a_total_among_the_rows_is_deleted_by_hand(rows: str) -> None:
    [line] = of_positions(f"Holder,Shares\n{rows}")

    assert "stands among the others (delete the row)" in line


def test_a_company_called_total_is_a_holder() -> None:
    holders = "Holder ID,Name,Kind\ntotal,Total SE,organisation\nada,Ada Quill,person\n"

    assert told(whole(holders=holders, positions="Holder,Shares\nTotal SE,5\nada,6\n"), SAID) == []


def test_a_remark_stands_alone_in_its_row() -> None:
    assert of_positions("# the register of Acme\nHolder,Shares\n# founders\nada,5\n") == []
    assert of_positions("Holder,Shares\n# ada,5\n") == [
        "error: E_ROW: positions.csv row 2: the row begins with #, as the example of the template does, and says"
        " something else (remove the # to have it read, or the row)"
    ]


def test_where_semicolons_separate_a_point_may_separate_thousands() -> None:
    [line] = of_positions("Holder;Shares\nada;1.000\n")

    assert "shares '1.000' has two readings in a file with semicolons" in line
    assert of_positions("Holder;Shares\nada;1000\n") == []
    assert of_positions("Holder,Shares\nada,1000.0\n") == []


# --- problems ---------------------------------------------------------------------------------------------


def test_every_problem_is_told_in_one_pass_in_the_order_of_the_files() -> None:
    data = sheets(
        Company=[["Legal name", "Jurisdiction", "Time zone"], ["Acme Inc.", "US-DE", "America/Nowhere"]],
        Classes=[["Title", "Kind", "Authorized", "Par value"], ["Common", "comon", "1,000", 0.01]],
        Holders=[["Holder ID", "Name", "Kind"], ["a b", "Ada", "person"], ["bob", None, "person"]],
        Positions=[["Holder", "Shares", "Cetificate"], ["Ada", 1.5, None], ["bob", "x", "CS-1"]],
        Transfers=[["Day", "From", "To", "Shares"], ["03/04/2026", "bob", "bob", 5]],
    )

    lines = told([File("register.xlsx", data)])

    assert [line.removeprefix("error: ").partition(" (")[0].rpartition(" ")[0] for line in lines] == [
        "E_TIMEZONE: register.xlsx Company",
        "E_TYPE: register.xlsx Classes",
        "E_NUMBER: register.xlsx Classes",
        "E_ID: register.xlsx Holders",
        "E_FIELD: register.xlsx Holders",
        "E_COLUMN: register.xlsx Positions C1: column 'Cetificate' is not known on",
        "E_NUMBER: register.xlsx Positions",
        "E_DATE: register.xlsx Transfers",
    ]


@pytest.mark.parametrize("count", [SHOWN - 1, SHOWN, SHOWN + 1, 3_000])
def test_the_first_problems_are_told_and_the_rest_is_counted(count: int) -> None:
    lines = of_positions("Holder,Shares\n" + "ada,x\n" * count)

    assert len(lines) == min(count, SHOWN) + (count > SHOWN)
    assert lines[0].startswith("error: E_NUMBER: positions.csv row 2 ")
    if count > SHOWN:
        assert f"{count - SHOWN:,} more problems" in lines[-1]


def test_problems_are_told_in_order_however_they_were_found() -> None:
    troubles = Troubles("x")
    for order in ((1, 0, 0), (0, 5, 2), (0, 5, 1), (0, 0, 9)):
        troubles.add(order, NotUnderstood("E_ROW", str(order), "mend it"))

    with pytest.raises(InputRefused) as refusal:
        troubles.refuse()

    assert [problem.what for problem in refusal.value.problems] == [
        "(0, 0, 9)",
        "(0, 5, 1)",
        "(0, 5, 2)",
        "(1, 0, 0)",
    ]


def test_the_name_of_a_sheet_cannot_break_the_line() -> None:
    data = sheets(**{"a\u202e\u200bb": [["Holder", "Shares", "Other"], ["ada", 5, "x"]]})

    [line] = told(beside(data), SAID)

    assert line.isascii()
    assert "\\u202e" in line
