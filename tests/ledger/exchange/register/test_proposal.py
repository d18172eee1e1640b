"""What the rows of a register amount to: each fact with its place, and what does not fit at its cell."""

from datetime import date

import pytest

from ledger.errors import AuthorizedExceeded, HoldingExceeded
from ledger.events import (
    CommonIssued,
    Consideration,
    ConsiderationForm,
    Evidence,
    Fact,
    HolderRegistered,
    IssuerRegistered,
    OpeningBalanceAdopted,
    OpeningPosition,
    PreferredIssued,
    RegisterScopeDeclared,
    SecurityIdentifierChanged,
    SharesCancelled,
    SharesConverted,
    SharesRedeemed,
    SharesRepurchased,
    SharesReserved,
    SharesTransferred,
    StockClassDesignated,
    TransferCause,
)
from ledger.exchange.register import File, Instructions, identity, known_of
from ledger.identity import HolderId, IssuerId, SecurityId, StockClassId
from ledger.journal import Ledger
from ledger.movements import Scope, StockClassKind
from ledger.quantities import Money, Shares
from tests import builders as a
from tests.ledger.exchange.register.made import CLASSES, COMPANY, csv_files, read, told, whole

DAY = date(2025, 12, 31)
SAID = Instructions(as_of=DAY)
TWO_CLASSES = """Class ID,Title,Kind,Authorized,Par,Stated value,Converts into,Conversion price,Votes,CUSIP
common,Common Stock,common,10000000,0.0001 USD,,,,1,037833100
series-a,Series A,preferred,1000000,0.0001 USD,10 USD,common,8 USD,,
"""


def the(kind: type[Fact], *files: File, said: Instructions | None = None) -> list[Fact]:
    """Return the facts of a kind that files state."""
    return [event for event in read(files, said).events if isinstance(event, kind)]


# --- the company and its classes --------------------------------------------------------------------------


def test_a_company_without_an_id_gets_a_readable_one() -> None:
    [company] = the(IssuerRegistered, *csv_files(company=COMPANY), said=SAID)

    assert company == a.issuer_registered(
        issuer=IssuerId("acme-inc"),
        legal_name="Acme Inc.",
        jurisdiction="US-DE",
        time_zone="UTC",
        cik=None,
        lei=None,
        ticker=None,
        effective_on=str(DAY),
    )


def test_classes_come_with_their_terms() -> None:
    common, preferred = the(StockClassDesignated, *whole(classes=TWO_CLASSES), said=SAID)

    assert isinstance(common, StockClassDesignated)
    assert isinstance(preferred, StockClassDesignated)
    assert (str(common.par_value), str(common.votes_per_share)) == ("0.0001 USD", "1")
    assert preferred.class_kind is StockClassKind.PREFERRED
    assert preferred.conversion is not None
    assert (str(preferred.conversion.price), preferred.conversion.into) == ("8 USD", "common")
    [numbered] = the(SecurityIdentifierChanged, *whole(classes=TWO_CLASSES), said=SAID)
    assert numbered == a.security_identifier_changed(effective_on=str(DAY))


@pytest.mark.parametrize(
    ("row", "told_so"),
    [
        ("x,X,common,10,0.01,,,", "column 5 (Par value): Par value names no currency"),
        ("x,X,common,10,,,common,", "column 7 (Converts into): "),
        (
            "x,X,common,10,,,comon,1 USD",
            "class 'comon' is on no sheet Classes, and not recorded (did you mean common?)",
        ),
        ("x,X,common,10,,,,1 USD", "Converts into is empty"),
        ("x,X,common,10,,,x,1 USD", "x cannot convert into itself"),
        ("common,X,common,10,,,,", "class common stands already in classes.csv row 2"),
    ],
)
def test_what_does_not_fit_in_a_class_is_told_at_its_cell(row: str, told_so: str) -> None:
    head = "Class ID,Title,Kind,Authorized,Par,Stated value,Converts into,Conversion price\n"

    [line] = told(whole(classes=f"{head}common,Common Stock,common,10,,,,\n{row}\n"), SAID)

    assert told_so.replace("(Par value)", "(Par)") in line


def test_an_empty_ledger_needs_a_company() -> None:
    assert told(csv_files(classes=CLASSES), SAID) == [
        "error: E_ISSUER: the ledger is empty, and the files name no company"
        " (add a sheet Company, or register the company first)"
    ]


def test_the_ledger_of_another_company_is_left_alone() -> None:
    company = "Company ID,Legal name,Jurisdiction,Time zone\nacme-2,Acme Two,US-DE,UTC\n"

    [line] = told(csv_files(company=company), SAID, known_of(a.company()))

    assert "this is the ledger of acme, and not of acme-2" in line


def test_a_class_that_is_recorded_may_be_repeated_and_not_changed() -> None:
    known = known_of(a.company())
    same = "Class ID,Title,Kind,Authorized\ncommon,Common Stock,common,10000000\n"

    assert read(csv_files(classes=same), SAID, known).events == ()
    [line] = told(csv_files(classes=same.replace("10000000", "20000000")), SAID, known)
    assert "it is recorded already, and its authorized is '10000000'" in line


# --- positions that are taken over ------------------------------------------------------------------------


def test_positions_become_an_opening_balance_of_each_class() -> None:
    positions = "Holder,Class,Shares,Certificate\nada,common,5,\nfund,common,6,CS-1\nfund,Series A,7,PA-1\n"

    common, preferred = the(OpeningBalanceAdopted, *whole(classes=TWO_CLASSES, positions=positions), said=SAID)

    assert common == a.opening_balance_adopted(
        effective_on=str(DAY),
        positions=(
            OpeningPosition(holder=HolderId("ada"), shares=Shares(5)),
            OpeningPosition(holder=HolderId("fund"), shares=Shares(6), security=SecurityId("CS-1")),
        ),
    )
    assert preferred.stock_class == "series-a"  # type: ignore[attr-defined]


def test_the_sheet_opening_says_day_scope_treasury_and_count() -> None:
    opening = "Class,As of,Register,Treasury,Outstanding\ncommon,2024-06-30,partial,100,1000\n"

    [adopted] = the(OpeningBalanceAdopted, *whole(opening=opening, positions="Holder,Shares\nada,5\n"))

    assert isinstance(adopted, OpeningBalanceAdopted)
    assert (adopted.effective_on.earliest, adopted.scope) == (date(2024, 6, 30), Scope.PARTIAL)
    assert (adopted.treasury, adopted.stated_outstanding) == (Shares(100), Shares(1_000))


def test_a_class_on_opening_without_positions_states_its_scope() -> None:
    [declared] = the(RegisterScopeDeclared, *whole(opening="Class,Day\ncommon,2024-06-30\n"))

    assert declared == a.register_scope_declared(effective_on="2024-06-30")


def test_without_a_day_positions_are_asked_about_once() -> None:
    positions = "Holder,Class,Shares\nada,common,5\nfund,series-a,6\n"

    assert told(whole(classes=TWO_CLASSES, positions=positions)) == [
        "error: E_FIELD: positions.csv row 2: on which day the positions of common stood is not said"
        " (say the day, or add a sheet Opening)"
    ]


def test_where_there_is_one_class_it_need_not_be_said() -> None:
    assert told(whole(positions="Holder,Shares\nada,5\n"), SAID) == []
    [line] = told(whole(classes=TWO_CLASSES, positions="Holder,Shares\nada,5\n"), SAID)
    assert "the class is not said (one of common, series-a)" in line


@pytest.mark.parametrize(
    ("stated", "scope", "told_so"),
    [
        (10, "complete", "the positions of common add to 11, and 10 are stated"),
        (11, "complete", ""),
        (12, "complete", "the positions of common add to 11, and 12 are stated"),
        (10, "partial", "the positions of common add to 11, and 10 are stated"),
        (11, "partial", ""),
        (12, "partial", ""),
    ],
)
def test_a_stated_count_is_compared_with_the_positions(stated: int, scope: str, told_so: str) -> None:
    opening = f"Class,Day,Register,Outstanding as stated\ncommon,2024-06-30,{scope},{stated}\n"

    lines = told(whole(opening=opening, positions="Holder,Shares\nada,5\nfund,6\n"))

    assert [told_so in line for line in lines] == ([True] if told_so else [])


def test_no_shares_are_no_position_and_that_is_said() -> None:
    proposal = read(whole(positions="Holder,Shares\nada,0\nfund,6\n"), SAID)

    assert proposal.notes == ("positions.csv row 2: no shares, no position",)
    assert len(proposal.events[-1].positions) == 1  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("rows", "told_so"),
    [
        ("ada,-5,\n", "-5 shares (a position is zero or more)"),
        ("ada,1.5,\n", "common has whole shares only, and 1.5 was given (Round as the papers say, and say how)"),
        ("ada,5,\nada,6,\n", "ada has a position in common already, in positions.csv row 2"),
        ("ada,5,CS-1\nfund,6,CS-1\n", "certificate CS-1 stands already in positions.csv row 2"),
    ],
)
def test_a_position_that_cannot_be_is_told_at_its_cell(rows: str, told_so: str) -> None:
    [line] = told(whole(positions=f"Holder,Shares,Certificate\n{rows}"), SAID)

    assert told_so in line


def test_where_certificates_stand_beside_positions_hold_totals() -> None:
    certificates = (
        "Certificate,Holder,Shares,Status\nCS-1,ada,600,\nCS-2,ada,300,outstanding\nCS-3,fund,50,cancelled\n"
    )

    proposal = read(whole(positions="Holder,Shares\nada,1000\nfund,50\n", certificates=certificates), SAID)

    positions = proposal.events[-1].positions  # type: ignore[attr-defined]
    assert {(str(each.holder), each.security, str(each.shares)) for each in positions} == {
        ("ada", None, "100"),
        ("ada", "CS-1", "600"),
        ("ada", "CS-2", "300"),
        ("fund", None, "50"),
    }
    assert proposal.notes == (
        "certificates.csv row 4: certificate CS-3 is cancelled, and counts for nothing",
        "positions.csv row 2: 100 of 1,000 are in no certificate",
    )


@pytest.mark.parametrize(("total", "fits"), [(899, False), (900, True), (901, True)])
def test_certificates_for_more_than_a_position_are_told(total: int, fits: bool) -> None:
    certificates = "Certificate,Holder,Shares\nCS-1,ada,600\nCS-2,ada,300\n"

    lines = told(whole(positions=f"Holder,Shares\nada,{total}\n", certificates=certificates), SAID)

    assert (lines == []) == fits
    assert fits or "ada has 899 common, and certificates for 900" in lines[0]


def test_certificates_alone_are_the_positions() -> None:
    [adopted] = the(
        OpeningBalanceAdopted, *whole(certificates="Certificate,Holder,Shares\nCS-1,ada,600\n"), said=SAID
    )

    assert adopted.positions == (  # type: ignore[attr-defined]
        OpeningPosition(holder=HolderId("ada"), shares=Shares(600), security=SecurityId("CS-1")),
    )


def test_more_positions_than_one_entry_holds_are_told() -> None:
    count = 20_000
    holders = "".join(f"holder-number-{n:09},Holder {n},organisation\n" for n in range(count))
    positions = "".join(f"holder-number-{n:09},1\n" for n in range(count))

    [line] = told(whole(holders=f"Holder ID,Name,Kind\n{holders}", positions=f"Holder,Shares\n{positions}"), SAID)

    assert line.startswith("error: E_LIMIT: positions.csv row 2: common has 20,000 positions")


# --- facts ------------------------------------------------------------------------------------------------


def test_an_issue_is_of_the_kind_of_its_class_and_says_what_it_says() -> None:
    issuances = (
        "Issue date,Holder,Class,Shares,Cert No.,Consideration,Currency,Form,Resolution,Legend,Note,Document\n"
        '2024-01-02,ada,common,1000,CS-1,10.50,USD,cash,Board 2024-01-01,"Rule 144\nLock-up",Founder,Minutes\n'
        "2024-01-02/2024-01-31,fund,series-a,500,PA-1,5000 EUR,,cash,,,,\n"
    )

    files = whole(classes=TWO_CLASSES, issuances=issuances)
    [common] = the(CommonIssued, *files)
    [preferred] = the(PreferredIssued, *files)

    assert common == a.common_issued(
        effective_on="2024-01-02",
        security="CS-1",
        consideration=Consideration(form=ConsiderationForm.CASH, amount=Money("10.5", "USD")),
        authority="Board 2024-01-01",
        legends=("Rule 144", "Lock-up"),
        note="Founder",
        evidence=(Evidence(document="Minutes"),),
    )
    assert str(preferred.effective_on) == "2024-01-02/2024-01-31"
    assert str(preferred.consideration.amount) == "5000 EUR"  # type: ignore[attr-defined]


def test_every_act_has_its_sheet() -> None:
    files = whole(
        classes=TWO_CLASSES,
        reserves="Day,Class,Reserve,Shares,Purpose\n2024-01-02,common,plan,1000,Plan\n",
        issuances="Day,Holder,Class,Shares\n2024-01-02,ada,common,1000\n2024-01-02,fund,series-a,800\n",
        transfers="Day,From,To,Class,Shares,Cause\n2024-02-01,ada,fund,common,100,gift\n",
        conversions="Day,Holder,From class,Shares surrendered,To class,Shares received\n"
        "2024-02-02,fund,series-a,400,common,500\n",
        cancellations="Day,Holder,Class,Shares,Reason\n2024-02-03,ada,common,10,Issued in error\n",
        repurchases="Day,Holder,Class,Shares,Paid,Currency\n2024-02-04,ada,common,20,40,USD\n",
        redemptions="Day,Holder,Class,Shares,Paid\n2024-02-05,fund,series-a,30,300 USD\n",
    )
    proposal = read(files)

    ledger = Ledger.in_memory()
    ledger.record(*proposal.events)

    kinds = [type(event) for event in proposal.events if not isinstance(event, HolderRegistered)][4:]
    assert kinds == [
        SharesReserved,
        CommonIssued,
        PreferredIssued,
        SharesTransferred,
        SharesConverted,
        SharesCancelled,
        SharesRepurchased,
        SharesRedeemed,
    ]
    assert proposal.events[-5].cause is TransferCause.GIFT  # type: ignore[attr-defined]
    assert [str(proposal.events[-n].paid) for n in (2, 1)] == ["40 USD", "300 USD"]  # type: ignore[attr-defined]
    assert [each.place for each in proposal.proposed[-3:]] == [
        "cancellations.csv row 2",
        "repurchases.csv row 2",
        "redemptions.csv row 2",
    ]


@pytest.mark.parametrize(
    ("row", "place", "code", "words"),
    [
        ("2024-01-02,ada,common,0,,,,", "(Shares)", "E_QUANTITY", "issued is '0'"),
        ("2024-01-02,ada,common,1.5,,,,", "(Shares)", "E_FRACTIONAL", "common has whole shares only"),
        ("2024-01-02,ada,comon,5,,,,", "(Class)", "E_UNKNOWN", "class 'comon'"),
        ("2024-01-02,ada,common,5,,50,,cash", "(Consideration)", "E_CURRENCY", "names no currency"),
        ("2024-01-02,ada,common,5,,50,USD,", "(Form)", "E_FIELD", "in which form the consideration was given"),
        ("2024-01-02,ada,common,5,,-50,USD,cash", "(Consideration)", "E_QUANTITY", "amount is '-50 USD'"),
        ("2024-01-02,ada,common,5,,0.00000000001,USD,cash", "(Consideration)", "E_NUMBER", "more than 10 decimals"),
        (",ada,common,5,,,,", "(Day)", "E_FIELD", "Day is empty"),
    ],
)
def test_what_does_not_fit_in_an_issue_is_told_at_its_cell(row: str, place: str, code: str, words: str) -> None:
    head = "Day,Holder,Class,Shares,Certificate,Consideration,Currency,Form\n"

    [line] = told(whole(issuances=f"{head}2024-01-01,ada,common,1,,,,\n{row}\n"))

    assert line.startswith(f"error: {code}: issuances.csv row 3 column")
    assert place in line
    assert words in line


def test_a_transfer_to_oneself_is_told_at_its_row() -> None:
    [line] = told(whole(transfers="Day,From,To,Class,Shares\n2024-01-02,ada,Ada Quill,common,5\n"))

    assert line.startswith("error: E_SELF: transfers.csv row 2: ada cannot transfer to itself")


def test_a_certificate_is_brought_into_being_once() -> None:
    issuances = "Day,Holder,Class,Shares,Certificate\n2024-01-02,ada,common,5,CS-1\n"
    transfers = "Day,From,To,Class,Shares,Certificate,New certificate\n2024-01-03,ada,fund,common,5,CS-1,{}\n"

    assert told(whole(issuances=issuances, transfers=transfers.format("CS-2"))) == []
    assert told(whole(issuances=issuances, transfers=transfers.format("CS-1"))) == []  # the shares keep theirs
    [line] = told(whole(issuances=issuances.replace("CS-1", "CS-2"), transfers=transfers.format("CS-2")))
    assert "certificate CS-2 stands already in issuances.csv row 2" in line


def test_days_that_are_left_open_are_the_first_on_which_somebody_is_spoken_of() -> None:
    issuances = "Day,Holder,Class,Shares\n2020-05-05,ada,common,5\n2021-06-06,fund,common,5\n"

    events = read(whole(issuances=issuances)).events

    assert {getattr(event, "holder", event.KIND): str(event.effective_on) for event in events[:4]} == {  # type: ignore[attr-defined]
        "issuer-registered": "2020-05-05",
        "stock-class-designated": "2020-05-05",
        "ada": "2020-05-05",
        "fund": "2021-06-06",
    }


def test_without_any_day_that_is_asked_about_once() -> None:
    assert told(whole()) == [
        "error: E_FIELD: company.csv row 2: no row of the files has a day"
        " (say on which day the register is taken over)"
    ]


# --- recorded ---------------------------------------------------------------------------------------------


def test_a_register_that_does_not_fit_is_recorded_as_stated_and_refused_otherwise() -> None:
    files = whole(transfers="Day,From,To,Class,Shares\n2024-01-02,ada,fund,common,5\n")
    events = read(files).events
    ledger = Ledger.in_memory()

    with pytest.raises(HoldingExceeded):
        ledger.record(*events)
    assert len(ledger.entries()) == 0

    ledger.record(*events, as_stated=True)
    assert len(ledger.entries()) == 5


def test_more_than_the_charter_allows_is_refused_as_ever() -> None:
    with pytest.raises(AuthorizedExceeded):
        Ledger.in_memory().record(*read(whole(positions="Holder,Shares\nada,1000001\n"), SAID).events)


def test_the_same_files_are_one_command_in_whatever_order_and_folder() -> None:
    files = whole(positions="Holder,Shares\nada,5\n")
    elsewhere = [File(f"elsewhere/{file.name}", file.data) for file in reversed(files)]

    assert identity(files) == identity(elsewhere)
    assert identity(files) != identity(files[:-1])
    assert identity([files[0]]) != identity([File(files[0].name, files[0].data + b"\n")])


def test_the_same_file_again_is_read_as_it_was_the_first_time_and_counts_once() -> None:
    files = whole(holders="Name,Kind\nAda,person\n", positions="Holder,Shares\nAda,5\n")
    ledger, command = Ledger.in_memory(), identity(files)
    first = ledger.record(*read(files, SAID, known_of(ledger, command)).events, command=command)
    ledger.record(a.holder_registered(holder="late", name="Late", effective_on="2026-01-01"))

    again = ledger.record(*read(files, SAID, known_of(ledger, command)).events, command=command)

    assert (first.repeated, again.repeated) == (False, True)
    assert again.entries == first.entries


def test_a_second_file_builds_on_the_first() -> None:
    ledger = Ledger.in_memory()
    ledger.record(*read(whole(positions="Holder,Shares\nada,5\n"), SAID).events)
    later = csv_files(issuances="Day,Holder,Shares\n2026-01-05,Ada Quill,10\n")

    [issued] = read(later, None, known_of(ledger)).events

    assert issued == a.common_issued(effective_on="2026-01-05", stock_class=StockClassId("common"), issued=10)
