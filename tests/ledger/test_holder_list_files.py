"""A list of holders from a CSV file: what it says, and every problem with its row."""

import pytest

from ledger import Shares
from ledger.exchange import holder_list
from ledger.exchange.holder_list import Listed
from ledger.exchange.refused import InputRefused
from ledger.exchange.register.cells import File
from ledger.exchange.register.values import Numbers
from tests.builders import listed_holder

KNOWN = ("ada", "bob")


def read(text: str, numbers: Numbers = Numbers.PLAIN) -> Listed:
    return holder_list.read(File("list.csv", text.encode()), KNOWN, numbers)


def test_a_list_has_its_lines_in_order_and_its_total() -> None:
    found = read('Name,Shares,Holder ID,Account\nAda Quill,400,ada,CS-1\n"Maple Fund, LP",600,,\nTotal,1000,,\n')

    assert found.holders == (
        listed_holder(account="CS-1"),
        listed_holder(name="Maple Fund, LP", shares=600, holder=None),
    )
    assert (found.total, found.passed_over) == (Shares(1000), ())


def test_certificate_detail_is_read_as_far_as_a_list_carries_it() -> None:
    """What 17 CFR 240.17Ad-9(a) names: certificate, shares, registration, address and day of issue."""
    headings = "Certificate No,Shares,Registration,Address of record,Issue date"
    (line,) = read(f'{headings}\nCS-7,400,Ada Quill,"1 Main St\nSpringfield",2016-02-29\n').holders

    assert line == listed_holder(
        holder=None, certificate="CS-7", issued_on="2016-02-29", address="1 Main St, Springfield"
    )


def test_a_total_that_does_not_fit_is_kept_as_it_is_printed() -> None:
    assert read("Name,Shares\nAda Quill,400\nTotal,401\n").total == Shares(401)


def test_titles_above_the_headings_are_passed_over_and_other_columns_are_told() -> None:
    found = read("List of holders\n\nRegistration;Tax ID;Balance\nAda Quill;1;400\n")

    assert [(str(each.name), str(each.shares)) for each in found.holders] == [("Ada Quill", "400")]
    assert found.passed_over == ("Tax ID",)


def test_numbers_may_have_separators_if_it_is_said() -> None:
    assert read('Name,Shares\nAda Quill,"1,400"\n', Numbers.COMMAS).holders[0].shares == Shares(1400)


def test_every_problem_is_told_with_its_row_and_column() -> None:
    rows = ("Ada Quill,x,ada", ",5,", "Bob Quill,,bob", "Cy,7,boob", "Total,9,", "Di,0,", "Quill, Ed,5,", "Fay,3,")
    text = "\n".join(("Name,Shares,Holder ID", *rows))
    with pytest.raises(InputRefused) as refused:
        read(text)

    assert [(each.code, each.where) for each in refused.value.problems] == [
        ("E_NUMBER", "list.csv row 2 column 2 (shares)"),
        ("E_FIELD", "list.csv row 3 column 1 (name)"),
        ("E_FIELD", "list.csv row 4 column 2 (shares)"),
        ("E_UNKNOWN", "list.csv row 5 column 3 (holder)"),
        ("E_ROW", "list.csv row 6"),
        ("E_QUANTITY", "list.csv row 7 column 2 (shares)"),
        ("E_ROW", "list.csv row 8"),
    ]
    assert "bob" in str(refused.value.problems[3])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "E_COLUMN"),
        ("Name\nAda\n", "E_COLUMN"),
        ("Name,Shares,Holding\nAda,1,2\n", "E_COLUMN"),
        ("Name,Shares\n", "E_EMPTY"),
        ('Name,Shares\n"Ada,1\n', "E_CSV"),
        ("Name,Shares\nAda\0,1\n", "E_ENCODING"),
    ],
)
def test_a_file_that_is_no_list_is_refused(text: str, code: str) -> None:
    with pytest.raises(InputRefused) as refused:
        read(text)

    assert refused.value.code == code
