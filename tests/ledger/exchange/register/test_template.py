"""The form of a register: what is written is read back without a change, and gives the same answers."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.days import EffectiveDay
from ledger.errors import LibraryMissing, NotUnderstood
from ledger.events import (
    Certainty,
    Event,
    Evidence,
    HolderRegistered,
    OpeningBalanceAdopted,
    OpeningPosition,
    SharesCancelled,
    SharesConverted,
    SharesRedeemed,
    SharesRepurchased,
    SharesTransferred,
    TransferCause,
)
from ledger.exchange.register import File, excerpt, history, proposed, template
from ledger.exchange.register.template import Content
from ledger.exchange.register.things import THINGS, Thing
from ledger.identity import HolderId, SecurityId, StockClassId
from ledger.journal import Ledger
from ledger.movements import HolderKind, Scope, StockClassKind
from ledger.quantities import Authorized, Shares
from projections import cap_table, findings
from tests import builders as a
from tests import strategies
from tests.golden import make_register
from tests.ledger.exchange.register.made import sheets, told

SOME: Final = settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])


def both(content: Content | None) -> list[list[File]]:
    """Return the form as a workbook, and as CSV files."""
    return [
        [File("register.xlsx", template.as_xlsx(content))],
        [File(name, data) for name, data in template.as_csv(content).items()],
    ]


def taken_over(files: Sequence[File]) -> Ledger:
    """Return an empty ledger that took files over, as they are."""
    ledger = Ledger.in_memory()
    ledger.record(*proposed(files).events, as_stated=True)
    return ledger


# --- kept as it is ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(make_register.files()))
def test_the_form_is_the_one_that_is_kept(name: str) -> None:
    assert make_register.files()[name].decode() == (make_register.FOLDER / name).read_bytes().decode()


def test_no_form_is_kept_that_is_not_written() -> None:
    assert {file.name for file in make_register.FOLDER.iterdir()} == set(make_register.files())


@pytest.mark.parametrize("content", [None, history.act_by_act(make_register.ledger())], ids=["empty", "filled"])
def test_the_same_content_gives_the_same_bytes(content: Content | None) -> None:
    assert template.as_xlsx(content) == template.as_xlsx(content)


def test_a_missing_library_is_named_with_the_extra_that_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "xlsxwriter", None)

    with pytest.raises(LibraryMissing, match="xlsxwriter is needed to write Excel files"):
        template.as_xlsx()


# --- empty ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("files", both(None), ids=["xlsx", "csv"])
def test_the_form_as_it_is_written_holds_nothing(files: list[File]) -> None:
    [line] = told(files)

    assert line.startswith("error: E_EMPTY: ")


def test_the_examples_are_rows_of_one_register_once_they_are_no_examples() -> None:
    more: dict[str, list[list[Any]]] = {
        "Classes": [["series-a", "Series A", "preferred", 10_000]],
        "Holders": [["h-0002", "Bob Quill", "person"]],
    }
    rows = {
        thing.sheet: [
            [template.heading(column) for column in thing.columns],
            [column.example for column in thing.columns],
            *more.get(thing.sheet, ()),
        ]
        for thing in THINGS
    }

    ledger = Ledger.in_memory()
    ledger.record(*proposed([File("register.xlsx", sheets(**rows))]).events, as_stated=True)

    assert {entry.event.KIND for entry in ledger.entries()} == {
        *("issuer-registered", "stock-class-designated", "holder-registered", "opening-balance-adopted"),
        *(thing.event.KIND for thing in THINGS if thing.event is not None),
    }


def test_an_example_that_somebody_changed_is_asked_about() -> None:
    csv = template.as_csv()["holders.csv"].replace(b"Ada Quill", b"Bob Quill")

    assert told([File("holders.csv", csv)])[-1].startswith("error: E_ROW: holders.csv row 3: the row begins with #")


# --- filled with positions --------------------------------------------------------------------------------

no_remarks: Final = strategies.texts().filter(lambda text: not text.startswith("#"))
"""What stands first in its row; a row that begins with # is asked about instead of read."""
certificates: Final = st.one_of(st.none(), st.integers(0, 99).map(lambda number: f"CS-{number}"))


@st.composite
def registers(draw: st.DrawFn) -> Content:
    """Return a small register: some holders, and what they hold, in certificates or without."""
    names = draw(st.lists(strategies.texts(), min_size=1, max_size=5, unique=True))
    kinds = [draw(st.sampled_from(HolderKind)) for _ in names]
    holders = [
        {"holder": HolderId(f"x{number}"), "name": name, "holder_kind": kind}
        for number, (name, kind) in enumerate(zip(names, kinds, strict=True))
    ]
    keys = st.tuples(st.sampled_from([row["holder"] for row in holders]), certificates)
    positions: dict[tuple[Any, Any], Shares] = {}
    used: set[str] = set()
    for holder, security in draw(st.lists(keys, max_size=8, unique=True)):
        if security is None or security not in used:
            positions[holder, security] = draw(strategies.shares())
            used |= {security} if security is not None else set()
    return Content(
        rows={
            "company": [{"legal_name": draw(no_remarks), "jurisdiction": "US-DE", "time_zone": "UTC"}],
            "classes": [
                {
                    "stock_class": StockClassId("common"),
                    "title": draw(strategies.texts()),
                    "class_kind": StockClassKind.COMMON,
                    "authorized": Authorized.UNLIMITED,
                    "decimals": 10,
                }
            ],
            "holders": holders,
            "opening": [
                {
                    "stock_class": StockClassId("common"),
                    "effective_on": draw(strategies.days()),
                    "scope": draw(st.sampled_from(Scope)),
                    "treasury": draw(strategies.shares()),
                }
            ],
            "positions": [
                {"holder": holder, "stock_class": StockClassId("common"), "shares": shares, "security": security}
                for (holder, security), shares in positions.items()
            ],
        }
    )


@given(content=registers())
@SOME
def test_any_register_that_is_written_is_read_back_without_a_change(content: Content) -> None:
    for files in both(content):
        events = proposed(files).events

        [opening] = [event for event in events if isinstance(event, OpeningBalanceAdopted)]
        [row] = content.rows["opening"]
        assert (opening.effective_on, opening.scope) == (EffectiveDay(row["effective_on"]), row["scope"])
        assert opening.treasury == row["treasury"]
        assert list(opening.positions) == [
            OpeningPosition(
                holder=position["holder"],
                shares=position["shares"],
                security=position["security"] and SecurityId(position["security"]),
            )
            for position in content.rows["positions"]
        ]
        names = {
            event.holder: event.name or event.legal_name for event in events if isinstance(event, HolderRegistered)
        }
        assert {holder: str(name) for holder, name in names.items()} == {
            holder["holder"]: holder["name"] for holder in content.rows["holders"]
        }


# --- a ledger, and the ledger made of its register --------------------------------------------------------

DAYS: Final = [date(2026, 2, day) for day in range(1, 15)]
effective: Final = st.sampled_from(DAYS) | st.tuples(st.sampled_from(DAYS), st.sampled_from(DAYS)).map(sorted)
holders: Final = st.sampled_from(["ada", "bob", "fund"])
classes: Final = st.sampled_from(["common", "series-a"])
securities: Final = st.none() | st.sampled_from(["CS-1", "CS-2"])
some_shares: Final = st.integers(1, 900)


@st.composite
def acts(draw: st.DrawFn, number: int) -> Event:
    """Return an act of a register; whether it fits is another question."""
    days = draw(effective)
    on = {"effective_on": EffectiveDay(*days) if isinstance(days, list) else EffectiveDay(days)}
    one = {**on, "stock_class": draw(classes), "holder": draw(holders)}
    security, shares = draw(securities), draw(some_shares)
    kind = draw(st.sampled_from([None, *(thing.event for thing in THINGS if thing.event is not None)]))
    if kind is SharesTransferred:
        giver, taker = draw(st.lists(holders, min_size=2, max_size=2, unique=True))
        new = draw(st.sampled_from([None, f"new-{number}"]))
        more = {"from_holder": giver, "to_holder": taker, "cause": draw(st.sampled_from(TransferCause))}
        return a.shares_transferred(
            **on, **more, stock_class=one["stock_class"], transferred=shares, security=security, received_as=new
        )
    if kind is SharesConverted:
        return a.shares_converted(**on, holder=one["holder"], surrendered=shares, received=draw(some_shares))
    if kind is SharesCancelled:
        return a.shares_cancelled(**one, cancelled=shares, security=security)
    if kind is SharesRepurchased:
        return a.shares_repurchased(**one, repurchased=shares, paid=draw(st.none() | strategies.money()))
    if kind is SharesRedeemed:
        return a.shares_redeemed(**one, redeemed=shares, security=security)
    if kind is not None and kind.__name__ == "SharesReserved":
        return a.shares_reserved(**on, stock_class=one["stock_class"], reserved=shares)
    issued = a.common_issued if one["stock_class"] == "common" else a.preferred_issued
    return issued(**one, issued=shares, security=draw(st.sampled_from([None, f"lot-{number}"])))


@given(data=st.data())
@SOME
def test_a_register_taken_over_act_by_act_gives_the_same_answers_on_every_day(data: st.DataObject) -> None:
    ledger = Ledger.in_memory()
    ledger.record(*a.founding())
    for number in range(data.draw(st.integers(1, 8))):
        ledger.record(data.draw(acts(number)), as_stated=True)

    for files in both(history.act_by_act(ledger)):
        again = taken_over(files)
        for day in [*DAYS, date(2026, 12, 31)]:
            one, other = cap_table(ledger, as_of=day), cap_table(again, as_of=day)
            assert (one.holdings, one.classes) == (other.holdings, other.classes)
        assert sorted((each.code, each.on, str(each.amount)) for each in findings(ledger)) == sorted(
            (each.code, each.on, str(each.amount)) for each in findings(again)
        )


def issued_ledger() -> Ledger:
    ledger = a.company()
    ledger.record(
        a.common_issued(security="CS-1"),
        a.common_issued(holder="bob", issued=500),
        a.preferred_issued(),
        a.shares_transferred(security="CS-1", received_as="CS-2", effective_on="2026-02-06"),
        a.shares_repurchased(security="CS-1", repurchased=50, effective_on="2026-02-12"),
        a.shares_reserved(),
        a.authorized_shares_changed(authorized=20_000_000, effective_on="2026-02-20"),
        a.holder_merged(effective_on="2026-02-25"),
    )
    return ledger


@pytest.mark.parametrize("on", ["2026-02-02", "2026-02-11", "2026-02-28", "2027-01-01"])
def test_a_register_taken_over_as_of_a_day_gives_the_same_answers_from_then_on(on: str) -> None:
    ledger = issued_ledger()

    for files in both(excerpt.as_of(ledger, on)):
        one, other = cap_table(ledger, as_of=on), cap_table(taken_over(files), as_of=on)
        assert one.holdings == other.holdings
        assert one.shown_as == other.shown_as
        # A class about which nothing was said counts as complete; the opening balance says so.
        assert [line.is_complete for line in other.classes] == [True, True]
        for before, after in zip(one.classes, other.classes, strict=True):
            assert attrs.evolve(after, scope=before.scope) == before


def test_a_split_and_its_terms_are_behind_a_register_of_a_later_day() -> None:
    ledger = issued_ledger()
    ledger.record(a.stock_split_effected())

    [files, _] = both(excerpt.as_of(ledger, "2026-07-01"))

    again = taken_over(files)
    one, other = (cap_table(each, as_of="2026-07-01") for each in (ledger, again))
    assert one.holdings == other.holdings
    assert one.stock_class("series-a").as_converted == other.stock_class("series-a").as_converted


def test_a_partial_register_stays_one_with_its_count() -> None:
    ledger = issued_ledger()
    ledger.record(
        a.register_scope_declared(scope=Scope.PARTIAL, stated_outstanding=9_000, effective_on="2026-02-28")
    )

    [files, _] = both(excerpt.as_of(ledger, "2026-02-28"))

    one, other = (cap_table(each, as_of="2026-02-28") for each in (ledger, taken_over(files)))
    assert one.stock_class("common") == other.stock_class("common")
    assert not other.stock_class("common").is_complete


@pytest.mark.parametrize(
    ("event", "code", "words"),
    [
        (a.common_issued(effective_on="2026-02-27/2026-03-05"), "E_DATE", "ada has from 0 to 1,000 common"),
        (
            a.authorized_shares_changed(authorized=1, effective_on="2026-02-27/2026-03-05"),
            "E_DATE",
            "the authorized of common is open",
        ),
        (
            a.shares_transferred(from_holder="bob", to_holder="ada", transferred=900, effective_on="2026-02-27"),
            "E_QUANTITY",
            "bob is 400 short of common",
        ),
    ],
)
def test_what_is_open_or_short_on_the_day_is_no_register(event: Event, code: str, words: str) -> None:
    ledger = issued_ledger()
    ledger.record(event, as_stated=True)

    with pytest.raises(NotUnderstood) as refusal:
        excerpt.as_of(ledger, "2026-02-28")

    assert refusal.value.code == code
    assert words in refusal.value.what


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (a.stock_split_effected(), "names a part of its day, opening"),
        (a.common_issued(place=3), "names a part of its day"),
        (a.agreement_signed(), "is agreement-signed"),
        (a.class_terms_amended(), "is class-terms-amended"),
        (a.holder_renamed(), "is holder-renamed"),
        (a.security_identifier_changed(effective_on="2026-02-02"), "changes a number of common"),
        (a.holder_merged(), "merges bob"),
    ],
)
def test_an_act_that_the_form_has_no_room_for_is_refused_by_its_entry(event: Event, words: str) -> None:
    ledger = a.company()
    ledger.record(event)

    with pytest.raises(NotUnderstood) as refusal:
        history.act_by_act(ledger)

    assert refusal.value.code == "E_KIND"
    assert words in refusal.value.what
    assert refusal.value.what.startswith(f"entry {len(ledger.entries())} ")


def test_what_changes_no_answer_is_listed_as_left_out() -> None:
    ledger = a.company()
    shown = a.common_issued(evidence=(Evidence(document="Minutes", page="2"),), certainty=Certainty.DEDUCED)
    ledger.record(shown)

    assert history.act_by_act(ledger).lost == (
        "the remark that it was deduced of 1 entry",
        "details of documents of 1 entry",
    )


def test_what_a_register_of_a_day_leaves_out_is_listed() -> None:
    ledger = issued_ledger()
    ledger.record(a.agreement_signed(), a.shares_converted(effective_on="2026-02-10"))

    assert excerpt.as_of(ledger, "2026-02-15").lost == (
        "what investors promised: spa",
        "2 facts that take effect after 2026-02-15",
        "converted and redeemed shares of series-a, which count against the authorized number",
    )


def test_papers_that_are_outstanding_are_named_as_left_out_and_those_that_ended_are_not() -> None:
    ledger = issued_ledger()
    ledger.record(
        a.note_issued(), a.safe_issued(), a.warrant_issued(), a.warrant_issued(warrant="w-2", purchasable=400)
    )
    ledger.record(a.warrant_exercised(warrant="w-2", received=400))

    before, after = (excerpt.as_of(ledger, on).lost for on in ("2026-03-02", "2026-03-03"))

    assert "notes, SAFEs and warrants: n-1, safe-1, w-1, w-2" in before
    assert "notes, SAFEs and warrants: n-1, safe-1, w-1" in after


def test_an_erased_particular_is_left_out_and_an_erased_name_reads_as_people_read_it() -> None:
    ledger = Ledger.in_memory()
    ledger.record(*a.founding()[:3], a.holder_registered(name="Ada", address="1 Row", effective_on=a.FOUNDED))
    ledger.record(a.personal_data_erased("ada"))

    [row] = excerpt.as_of(ledger, "2026-02-01").rows["holders"]

    assert row["name"] == "(erased)"
    assert "address" not in row


@pytest.mark.parametrize("thing", THINGS, ids=lambda thing: thing.name)
def test_the_page_of_formats_has_every_sheet_with_its_columns(thing: Thing) -> None:
    page = Path(__file__).parents[4] / "docs" / "reference" / "formats.md"
    columns = ", ".join(template.heading(column).replace("*", r"\*") for column in thing.columns)

    assert f"| {thing.sheet} | {columns} |" in page.read_text(encoding="utf-8").splitlines()
