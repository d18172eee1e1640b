"""Who is meant by a name: two holders of one name stay two, and nobody is merged without being asked."""

from datetime import date

import pytest

from ledger.events import HolderMerged, HolderRegistered, OpeningBalanceAdopted
from ledger.exchange.register import File, Instructions, Known, Proposal, known_of
from ledger.exchange.register.holders import Ids, slug
from ledger.identity import HolderId
from ledger.journal import Ledger
from ledger.movements import HolderKind
from ledger.personal import Personal
from tests import builders as a
from tests.ledger.exchange.register.made import CLASSES, COMPANY, csv_files, read, told, whole

PERSON, ORGANISATION = HolderKind.NATURAL_PERSON, HolderKind.ORGANISATION
DAY = date(2025, 12, 31)


def said(**more: object) -> Instructions:
    return Instructions(as_of=DAY, **more)  # type: ignore[arg-type]  # as the test gives them


def registered(proposal: Proposal) -> dict[str, str]:
    """Return the name of each holder that would be registered, by its id."""
    return {
        str(event.holder): str(event.name or event.legal_name)
        for event in proposal.events
        if isinstance(event, HolderRegistered)
    }


def held(proposal: Proposal) -> list[tuple[str, str]]:
    [opening] = [event for event in proposal.events if isinstance(event, OpeningBalanceAdopted)]
    return [(str(position.holder), str(position.shares)) for position in opening.positions]


def alone(text: str) -> list[File]:
    """Return positions without a sheet of holders."""
    return csv_files(company=COMPANY, classes=CLASSES, positions=text)


# --- ids --------------------------------------------------------------------------------------------------


def test_an_id_column_wins() -> None:
    proposal = read(whole(holders="Folio No.,Name,Kind\n17,Ada Quill,person\nF-9,Fund LP,organisation\n"), said())

    assert registered(proposal) == {"17": "Ada Quill", "F-9": "Fund LP"}


def test_organisations_get_a_readable_id_and_persons_one_that_says_nothing() -> None:
    names = """Name,Kind
Ångström & Søn A/S,company
Ada Quill,person
Bob Quill,person
"Fund (II), L.P.",entity
株式会社,company
"""

    proposal = read(whole(holders=names), said())

    assert registered(proposal) == {
        "angstrom-s-n-a-s": "Ångström & Søn A/S",
        "h-0001": "Ada Quill",
        "h-0002": "Bob Quill",
        "fund-ii-l-p": "Fund (II), L.P.",
        "holder": "株式会社",
    }


def test_the_name_of_a_person_is_kept_apart() -> None:
    [event] = [
        event
        for event in read(whole(holders="Name,Kind,Address,Tax ID\nAda,person,1 High St,12-3\n"), said()).events
        if isinstance(event, HolderRegistered)
    ]

    assert event.legal_name is None
    assert (event.name, event.address, event.tax_id) == (Personal("Ada"), Personal("1 High St"), Personal("12-3"))


def test_ids_go_on_after_those_that_are_taken() -> None:
    ids = Ids(["h-0007", "fund-lp", "fund-lp-2"])

    assert ids.of("Ada", PERSON) == "h-0008"
    assert ids.of("Fund, LP", ORGANISATION) == "fund-lp-3"


@pytest.mark.parametrize(("name", "made"), [("Common Stock", "common-stock"), ("—", "class"), ("x" * 99, "x" * 40)])
def test_a_readable_id_is_a_name_in_the_record(name: str, made: str) -> None:
    assert HolderId(slug(name, "class")) == made


# --- with a sheet of holders ------------------------------------------------------------------------------


@pytest.mark.parametrize("named", ["ada", "Ada Quill", " Ada Quill "])
def test_a_row_names_its_holder_by_id_or_by_name(named: str) -> None:
    assert held(read(whole(positions=f"Holder,Shares\n{named},5\n"), said())) == [("ada", "5")]


def test_two_rows_of_one_name_without_ids_are_asked_about() -> None:
    lines = told(whole(holders="Name,Kind\nMaria Lopez,person\nBob,person\nMaria Lopez,person\n"), said())

    assert lines == [
        f"error: E_DUPLICATE: holders.csv row {row} column 1 (Name): 'Maria Lopez' is also the name in holders.csv"
        f" row {other}: one holder, or two? (one: delete a row; two: give each an id of its own)"
        for row, other in ((2, 4), (4, 2))
    ]


HOMONYMS = "Holder ID,Name,Kind\nm-1,Maria Lopez,person\nm-2,Maria Lopez,person\n"


def test_two_holders_of_one_name_with_ids_stay_two_and_that_is_said() -> None:
    proposal = read(whole(holders=HOMONYMS, positions="Holder,Shares\nm-1,5\nm-2,6\n"), said())

    assert held(proposal) == [("m-1", "5"), ("m-2", "6")]
    assert "'Maria Lopez' is the name of m-1, m-2, which stay 2 holders" in proposal.notes


def test_a_name_that_two_holders_have_means_neither() -> None:
    [line] = told(whole(holders=HOMONYMS, positions="Holder,Shares\nMaria Lopez,5\n"), said())

    assert "'Maria Lopez' may be m-1, m-2 (write the id of the one that is meant)" in line


def test_a_name_that_is_the_id_of_another_means_neither() -> None:
    holders = "Holder ID,Name,Kind\nada,Bob,organisation\nbob,ada,organisation\n"

    [line] = told(whole(holders=holders, positions="Holder,Shares\nada,5\n"), said())

    assert "'ada' may be ada, bob" in line


def test_an_id_that_stands_twice_is_told() -> None:
    [line] = told(whole(holders="Holder ID,Name,Kind\nx,Ada,person\nx,Bob,person\n"), said())

    assert "holder x stands already in holders.csv row 2" in line


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    [line] = told(whole(positions="Holder,Shares\nAda Quil,5\n"), said())

    assert "holder 'Ada Quil' is on no sheet Holders, and not recorded (did you mean Ada Quill?)" in line


def test_a_holder_whose_own_row_is_wrong_is_not_said_to_be_nobody() -> None:
    lines = told(
        whole(holders="Holder ID,Name,Kind\nada,Ada,perso\n", positions="Holder,Shares\nada,5\nAda,6\n"), said()
    )

    assert len(lines) == 1
    assert "kind 'perso' is not known" in lines[0]


def test_an_id_beside_a_name_has_to_fit_it() -> None:
    assert told(whole(positions="Holder ID,Holder,Shares\nada,Ada Quill,5\n"), said()) == []
    [line] = told(whole(positions="Holder ID,Holder,Shares\nada,Bob,5\n"), said())
    assert "'Bob' is not the name of ada" in line


def test_a_holder_found_to_be_another_is_merged_as_the_sheet_says() -> None:
    holders = "Holder ID,Name,Kind,Merged into\nada,Ada Quill,person,\na-2,A. Quill,person,ada\n"

    [event] = [event for event in read(whole(holders=holders), said()).events if isinstance(event, HolderMerged)]

    assert (event.holder, event.into) == ("a-2", "ada")


# --- without one ------------------------------------------------------------------------------------------


def test_without_a_sheet_of_holders_the_rows_bring_them() -> None:
    files = alone("Holder,Kind of holder,Shares\nAda Quill,person,5\nFund LP,organisation,6\n")

    proposal = read(files, said())

    assert registered(proposal) == {"h-0001": "Ada Quill", "fund-lp": "Fund LP"}
    assert held(proposal) == [("h-0001", "5"), ("fund-lp", "6")]


def test_what_a_holder_is_must_be_said_and_is_never_guessed() -> None:
    files = alone("Holder,Shares\nJohn Smith & Sons,5\n")

    [line] = told(files, said())
    assert "whether 'John Smith & Sons' is a person or an organisation is not said" in line
    assert registered(read(files, said(holder_kind=ORGANISATION))) == {"john-smith-sons": "John Smith & Sons"}


REPEATED = "Holder,Shares,Certificate\nMaria Lopez,5,CS-1\nBob,6,CS-2\nMaria Lopez,7,CS-3\n"


def test_a_name_in_several_rows_is_asked_about() -> None:
    [line] = told(alone(REPEATED), said(holder_kind=PERSON))

    assert line == (
        "error: E_DUPLICATE: positions.csv row 4 column 1 (Holder): 'Maria Lopez' stands also in positions.csv"
        " row 2: one holder, or two? (add a column Holder ID, or say that one name is one holder)"
    )


def test_a_name_in_several_rows_is_one_holder_when_that_is_said() -> None:
    proposal = read(alone(REPEATED), said(holder_kind=PERSON, one_name_one_holder=True))

    assert held(proposal) == [("h-0001", "5"), ("h-0002", "6"), ("h-0001", "7")]


def test_ids_beside_names_tell_holders_of_one_name_apart() -> None:
    text = "Holder ID,Holder,Shares\nm-1,Maria Lopez,5\nm-2,Maria Lopez,6\n"

    assert held(read(alone(text), said(holder_kind=PERSON))) == [("m-1", "5"), ("m-2", "6")]


def test_one_id_with_two_names_is_told() -> None:
    text = "Holder ID,Holder,Shares,Certificate\nm,Maria,5,CS-1\nm,Mario,6,CS-2\n"

    [line] = told(alone(text), said(holder_kind=PERSON))

    assert "positions.csv row 3 column 2 (Holder): 'Mario' is not the name of m" in line


def test_one_name_of_two_kinds_is_told() -> None:
    text = "Holder,Kind of holder,Shares,Certificate\nQuill,person,5,CS-1\nQuill,company,6,CS-2\n"

    [line] = told(alone(text), said(one_name_one_holder=True))

    assert "'Quill' is a person in one row and an organisation in another" in line


# --- in a ledger that knows some --------------------------------------------------------------------------


@pytest.fixture
def ledger() -> Ledger:
    return a.company()


def test_a_recorded_holder_is_meant_by_its_id_or_by_its_name(ledger: Ledger) -> None:
    issued = "Day,Holder,Class,Shares\n2026-03-01,ada,common,5\n2026-03-01,Fund LP,common,6\n"

    proposal = read(csv_files(issuances=issued), known=known_of(ledger))

    assert [str(event.holder) for event in proposal.events] == ["ada", "fund"]  # type: ignore[attr-defined]


def test_a_new_row_of_a_recorded_name_is_asked_about(ledger: Ledger) -> None:
    [line] = told(csv_files(holders="Name,Kind\nAda Quill,person\n"), said(), known_of(ledger))

    assert line.endswith(
        "'Ada Quill' is the name of ada, which is recorded: the same holder, or another?"
        " (write its id to mean it, or another id for another holder)"
    )


def test_a_row_that_repeats_what_is_recorded_adds_nothing(ledger: Ledger) -> None:
    assert (
        read(csv_files(holders="Holder ID,Name,Kind\nada,Ada Quill,person\n"), known=known_of(ledger)).events == ()
    )


def test_a_row_that_says_otherwise_than_the_record_is_told(ledger: Ledger) -> None:
    [line] = told(csv_files(holders="Holder ID,Name,Kind\nada,Ada Smith,person\n"), None, known_of(ledger))

    assert "it is recorded already, and its name is 'Ada Quill'" in line


def test_nothing_is_known_of_an_empty_ledger() -> None:
    assert known_of(Ledger.in_memory()) == Known()
