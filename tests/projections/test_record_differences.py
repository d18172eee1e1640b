"""Lists of holders against the register: each difference once, with its age, and no name taken for another."""

from datetime import date, timedelta
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import HolderKind, Ledger, Scope, Shares
from ledger.errors import NothingRecorded
from ledger.events import Event, HolderListReceived, ListedHolder
from ledger.personal import Personal
from projections import CapTable, DifferenceKind, RecordDifferences, cap_table, record_differences
from projections.bounds import exactly
from tests import builders
from tests.builders import (
    common_issued,
    company,
    holder_list_received,
    holder_merged,
    holder_registered,
    listed_holder,
    shares_transferred,
    stock_split_effected,
)
from tests.projections.histories import CLASSES, SOME, as_of_days, histories, recorded

DAY = "2026-06-30"
END = "2026-12-31"


def row(name: str, shares: int | str, holder: str | None = None) -> ListedHolder:
    return listed_holder(name=name, shares=shares, holder=holder)


def received(*rows: ListedHolder, on: str = DAY, **more: Any) -> HolderListReceived:
    return holder_list_received(holders=rows, effective_on=on, **more)


def organisation(holder: str, name: str) -> Event:
    return holder_registered(holder=holder, holder_kind=HolderKind.ORGANISATION, legal_name=name)


def asked(ledger: Ledger, as_of: str = END) -> RecordDifferences:
    return record_differences(ledger, as_of=as_of)


def told(answer: RecordDifferences) -> list[tuple[DifferenceKind, str]]:
    """Return each difference by its kind and whom it concerns."""
    return [(each.kind, str(each.holder or each.name)) for each in answer]


def printed(table: CapTable, stock_class: str, *, with_ids: bool) -> tuple[ListedHolder, ...]:
    """Return the list of a class as the ledger itself prints it, with the least that each surely has."""
    return tuple(
        ListedHolder(name=Personal(line.name), shares=line.shares.low, holder=line.holder if with_ids else None)
        for line in table
        if line.stock_class == stock_class and line.shares.low is not None and line.shares.low > Shares(0)
    )


def scope_of(table: CapTable, stock_class: str) -> Scope:
    """Return what a list says of itself: it has everybody, where everything on it is known."""
    exact = all(line.shares.is_exact for line in table if line.stock_class == stock_class)
    whole = exact and table.stock_class(stock_class).is_complete and not table.may_be_merged
    return Scope.COMPLETE if whole else Scope.PARTIAL


@SOME
@given(histories(longest=3, most=14), as_of_days, st.sampled_from(CLASSES), st.booleans(), st.booleans())
def test_a_list_that_the_ledger_prints_never_differs(
    events: list[Event], as_of: date, stock_class: str, with_ids: bool, merged: bool
) -> None:
    ledger = recorded(events)
    if merged:
        ledger.record(holder_merged(effective_on="2026-02-12/2026-02-15"))
    table = cap_table(ledger, as_of=as_of)
    rows = printed(table, stock_class, with_ids=with_ids)
    ledger.record(received(*rows, on=str(as_of), stock_class=stock_class, scope=scope_of(table, stock_class)))

    assert told(asked(ledger)) == []
    assert with_ids is False or asked(ledger).unclear == ()


NAMES: Final = ("Maple Fund LP", "Birch Street Partners", "Orion Shipping Ltd", "Quill Family Trust", "Zephyr Corp")


def register_of(counts: list[int]) -> Ledger:
    ledger = company()
    ledger.record(*(organisation(f"o-{place}", NAMES[place]) for place in range(len(counts))))
    ledger.record(*(common_issued(holder=f"o-{place}", issued=count) for place, count in enumerate(counts)))
    return ledger


@SOME
@given(
    st.lists(st.integers(1, 50), min_size=2, max_size=5),
    st.lists(st.sampled_from(["left out", "more", "same"]), min_size=5, max_size=5),
    st.booleans(),
)
def test_each_planted_difference_is_found_once_and_nothing_else(
    counts: list[int], planted: list[str], stranger: bool
) -> None:
    ledger, rows, wanted = register_of(counts), [], []
    for place, (count, what) in enumerate(zip(counts, planted, strict=False)):
        if what == "left out":
            wanted.append((DifferenceKind.NOT_IN_LIST, f"o-{place}"))
        else:
            rows.append(row(NAMES[place], count + (what == "more")))
            wanted += [(DifferenceKind.SHARES, f"o-{place}")] * (what == "more")
    if stranger:
        rows.append(row("Unheard-of Holdings BV", 7))
        wanted.append((DifferenceKind.NOT_IN_REGISTER, "Unheard-of Holdings BV"))
    listed = sum((each.shares for each in rows), Shares(0))
    if listed != Shares(sum(counts)):
        wanted.append((DifferenceKind.CONTROL_BOOK, ""))
    ledger.record(received(*rows))

    assert sorted(told(asked(ledger)), key=str) == sorted(wanted, key=str)
    assert asked(ledger).unclear == ()


# --- what a difference says ----------------------------------------------------------------------------------


def test_a_difference_says_by_how_much_and_which_entries_are_behind_it() -> None:
    ledger = company()
    issue = ledger.record(common_issued(issued=1_000)).entries[0].number
    entry = ledger.record(received(row("Ada Quill", 900))).entries[0].number
    found, total = asked(ledger)

    assert (found.kind, found.holder) == (DifferenceKind.SHARES, "ada")
    assert found.arithmetic() == "list 900 − record 1,000 = -100"
    assert (found.lists, found.entries) == ((entry,), (issue,))
    assert (total.kind, total.off_by) == (DifferenceKind.CONTROL_BOOK, exactly(Shares(-100)))
    assert asked(ledger).differs


def test_a_list_that_does_not_add_to_its_own_total_differs_from_itself() -> None:
    ledger = company()
    ledger.record(common_issued(issued=1_000), received(row("Ada Quill", 1_000), listed=1_010))
    (found,) = asked(ledger)

    assert (found.kind, found.off_by) == (DifferenceKind.OWN_TOTAL, exactly(Shares(-10)))
    assert found.arithmetic() == "list 1,000 − its own total 1,010 = -10"


def test_lines_of_one_holder_count_together() -> None:
    ledger = company()
    ledger.record(common_issued(issued=1_000), received(row("Ada Quill", 400), row("ADA QUILL", 600)))

    assert told(asked(ledger)) == []


def test_treasury_shares_are_not_held_by_anybody_and_not_missing_on_a_list() -> None:
    ledger = company()
    ledger.record(common_issued(issued=1_000), builders.shares_repurchased(repurchased=100))
    ledger.record(received(row("Ada Quill", 900)))

    assert told(asked(ledger)) == []


# --- age -----------------------------------------------------------------------------------------------------


def test_a_difference_is_as_old_as_the_first_list_in_which_it_shows_until_one_in_which_it_is_gone() -> None:
    ledger = company()
    ledger.record(common_issued(issued=1_000), common_issued(holder="bob", issued=500))
    for on, shares in (("2026-06-30", 1_000), ("2026-07-31", 990), ("2026-08-31", 980), ("2026-09-30", 1_000)):
        ledger.record(received(row("Ada Quill", shares), row("Bob Quill", 500), on=on))

    shows = asked(ledger, "2026-09-01")
    assert [(each.since, each.last, each.gone, each.days) for each in shows] == [
        (date(2026, 7, 31), date(2026, 8, 31), None, 32)
    ] * 2
    assert [str(each.off_by) for each in shows] == ["-20", "-20"]

    gone = asked(ledger)
    assert [(each.since, each.gone, each.days) for each in gone] == [(date(2026, 7, 31), date(2026, 9, 30), 61)] * 2
    assert [each.severity.value for each in (*shows, *gone)] == ["broken", "broken", "notice", "notice"]
    assert not gone.differs


def test_a_difference_that_comes_back_is_another_one() -> None:
    ledger = company()
    ledger.record(common_issued(issued=1_000))
    for on, shares in (("2026-06-30", 990), ("2026-07-31", 1_000), ("2026-08-31", 990)):
        ledger.record(received(row("Ada Quill", shares), on=on))

    of_ada = [each for each in asked(ledger) if each.holder == "ada"]
    assert [(str(each.since), each.gone is None) for each in of_ada] == [
        ("2026-08-31", True),
        ("2026-06-30", False),
    ]


def test_a_list_from_elsewhere_does_not_end_a_difference() -> None:
    ledger = company()
    ledger.record(common_issued(issued=1_000), received(row("Ada Quill", 990)))
    ledger.record(received(row("Ada Quill", 1_000), on="2026-07-31", source="Depositary"))

    assert {(each.source, each.is_open) for each in asked(ledger)} == {("Transfer agent", True)}


def test_a_list_of_some_holders_ends_the_differences_of_those_alone() -> None:
    ledger = company()
    ledger.record(common_issued(issued=1_000), common_issued(holder="bob", issued=500))
    ledger.record(received(row("Ada Quill", 990), row("Bob Quill", 510)))
    ledger.record(received(row("Ada Quill", 1_000), on="2026-07-31", scope=Scope.PARTIAL))

    assert {(str(each.holder), each.is_open) for each in asked(ledger)} == {("ada", False), ("bob", True)}


def test_a_correction_of_the_record_ends_a_difference_and_what_was_known_shows_it_still() -> None:
    ledger = company()
    ledger.record(common_issued(issued=1_000), received(row("Ada Quill", 1_200)))
    before = len(ledger.entries())
    ledger.record(common_issued(issued=200))

    assert told(asked(ledger)) == []
    assert record_differences(ledger, as_of=END, known_at=before).differs


def test_a_list_of_a_later_day_is_not_looked_at() -> None:
    ledger = company()
    ledger.record(common_issued(issued=1_000), received(row("Ada Quill", 990)))

    assert asked(ledger, "2026-06-29").lists == ()


# --- names ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["maple fund, l.p.", "MAPLE  FUND LP", "Maple Fund LP."],
)
def test_case_and_signs_of_a_name_do_not_count(name: str) -> None:
    ledger = register_of([10])
    ledger.record(received(row(name, 10)))

    assert (told(asked(ledger)), asked(ledger).unclear) == ([], ())


def test_a_person_may_be_listed_by_the_last_name_first() -> None:
    ledger = company()
    ledger.record(common_issued(issued=1_000), received(row("Quill, Ada", 1_000)))

    assert (told(asked(ledger)), asked(ledger).unclear) == ([], ())


def tertius() -> Ledger:
    """Return a company of the founding case: two holders whom a short name fits."""
    ledger = company()
    ledger.record(organisation("tertius", "Tertius Financial Group"), organisation("radiant", "TFG Radiant"))
    ledger.record(common_issued(holder="tertius", issued=200), common_issued(holder="radiant", issued=50))
    return ledger


@pytest.mark.parametrize("shares", [200, 50])
def test_a_short_name_that_fits_two_is_listed_with_both_and_taken_for_neither(shares: int) -> None:
    ledger = tertius()
    other = row("TFG Radiant", 50) if shares == 200 else row("Tertius Financial Group", 200)
    ledger.record(received(row("TFG", shares), other))
    answer = asked(ledger)
    (unclear,) = answer.unclear

    assert [(each.holder, each.why) for each in unclear.candidates] == [
        ("radiant", "a part of the name"),
        ("tertius", "initials"),
    ]
    assert (unclear.CODE, unclear.severity.value) == ("E_LISTED_NAME", "open")
    assert told(answer) == []


def test_a_short_name_with_a_number_that_fits_neither_leaves_both_different() -> None:
    ledger = tertius()
    ledger.record(received(row("TFG", 70)))

    assert told(asked(ledger))[:2] == [(DifferenceKind.SHARES, "radiant"), (DifferenceKind.SHARES, "tertius")]
    assert [str(each.listed) for each in asked(ledger)][:2] == ["0 to 70", "0 to 70"]


def test_a_short_name_that_one_bears_and_that_fits_another_is_not_clear() -> None:
    ledger = tertius()
    ledger.record(organisation("tfg", "TFG"), common_issued(holder="tfg", issued=5))
    ledger.record(received(row("TFG", 5), row("TFG Radiant", 50), row("Tertius Financial Group", 200)))

    assert [len(each.candidates) for each in asked(ledger).unclear] == [3]
    assert told(asked(ledger)) == []


def test_a_name_that_two_holders_bear_is_taken_for_neither() -> None:
    ledger = company()
    ledger.record(holder_registered(holder="ada-2", name="Ada Quill"))
    ledger.record(common_issued(issued=30), common_issued(holder="ada-2", issued=40))
    ledger.record(received(row("Ada Quill", 40), row("Ada Quill", 30)))

    assert [[each.holder for each in line.candidates] for line in asked(ledger).unclear] == [["ada", "ada-2"]] * 2
    assert told(asked(ledger)) == []


def test_a_holder_that_is_identified_is_meant_whatever_the_name_is() -> None:
    ledger = tertius()
    ledger.record(received(row("TFG", 200, "tertius"), row("TFG", 50, "radiant")))

    assert (told(asked(ledger)), asked(ledger).unclear) == ([], ())


def test_a_name_that_is_only_alike_is_a_suggestion() -> None:
    ledger = register_of([10, 20])
    ledger.record(received(row("Mapel Fund LP", 10), row("Birch Street", 20)))

    assert [[each.why for each in line.candidates] for line in asked(ledger).unclear] == [
        ["a part of the name", "spelt alike"],
        ["a part of the name"],
    ]
    assert told(asked(ledger)) == []


@pytest.mark.parametrize("name", ["Fund LP", "Fund II LP"])
def test_a_holder_that_was_renamed_is_known_by_both_names(name: str) -> None:
    ledger = company()
    ledger.record(common_issued(holder="fund", issued=10), builders.holder_renamed(), received(row(name, 10)))

    assert (told(asked(ledger)), asked(ledger).unclear) == ([], ())


def test_holders_that_were_merged_are_one_under_both_names() -> None:
    ledger = company()
    ledger.record(common_issued(issued=30), common_issued(holder="bob", issued=40), holder_merged())
    ledger.record(received(row("Bob Quill", 20), row("Ada Quill", 50)))

    assert (told(asked(ledger)), asked(ledger).unclear) == ([], ())


def test_an_erased_name_may_be_anybodys() -> None:
    ledger = Ledger.in_memory(clock=builders.ticking())
    ledger.record(*builders.founding(), common_issued(issued=30), received(row("Ada Quill", 30)))
    ledger.record(builders.personal_data_erased("ada", lines=(builders.erased_line(8, 1),)))
    (unclear,) = asked(ledger).unclear

    assert [(each.holder, each.why) for each in unclear.candidates] == [("ada", "a name that is not at hand")]
    assert told(asked(ledger)) == []


# --- what is not known ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("of_ada", "differ"), [(1_000, False), (900, False), (950, False), (899, True)])
def test_a_difference_is_told_only_where_no_reading_of_an_open_day_agrees(of_ada: int, differ: bool) -> None:
    ledger = company()
    ledger.record(common_issued(issued=1_000), shares_transferred(effective_on="2026-06-01/2026-07-31"))
    ledger.record(received(row("Ada Quill", of_ada), scope=Scope.PARTIAL))

    assert asked(ledger).differs is differ


def test_somebody_who_is_not_in_a_partial_register_is_no_difference() -> None:
    ledger = company()
    ledger.record(builders.register_scope_declared(scope=Scope.PARTIAL), common_issued(issued=1_000))
    ledger.record(received(row("Ada Quill", 1_000), row("Zephyr Corp", 5), row("Bob Quill", 7)))

    assert told(asked(ledger)) == []


def test_somebody_who_is_not_in_a_partial_list_is_no_difference() -> None:
    ledger = register_of([10, 20])
    ledger.record(received(row("Maple Fund LP", 10), scope=Scope.PARTIAL))

    assert told(asked(ledger)) == []


def test_more_than_is_outstanding_is_a_difference_in_a_partial_list_too() -> None:
    ledger = register_of([10])
    ledger.record(received(row("Maple Fund LP", 10), row("Zephyr Corp", 3), scope=Scope.PARTIAL))

    assert told(asked(ledger)) == [
        (DifferenceKind.NOT_IN_REGISTER, "Zephyr Corp"),
        (DifferenceKind.CONTROL_BOOK, ""),
    ]


def test_nothing_was_known_before_the_first_entry() -> None:
    with pytest.raises(NothingRecorded):
        record_differences(company(), as_of=END, known_at="2020-01-01T00:00:00Z")


def test_a_list_is_in_the_units_of_its_own_day() -> None:
    """1,000 before the split of two for one are 2,000 at the close of its day, and 1,000 the day before."""
    split_on = str(stock_split_effected().effective_on)
    before = str(date.fromisoformat(split_on) - timedelta(days=1))
    ledger = company()
    ledger.record(common_issued(issued=1_000))
    ledger.record(stock_split_effected(), received(row("Ada Quill", 1_000), on=before))
    ledger.record(received(row("Ada Quill", 2_000), on=split_on))
    assert told(asked(ledger)) == []

    ledger.record(received(row("Ada Quill", 1_000), on=split_on, source="Another agent"))
    assert [each.arithmetic() for each in asked(ledger) if each.holder] == ["list 1,000 − record 2,000 = -1,000"]


def test_a_line_with_the_number_of_a_certificate_may_mean_who_has_shares_under_it() -> None:
    ledger = company()
    ledger.record(
        common_issued(issued=1_000, security="CS-7"), common_issued(holder="bob", issued=5, security="CS-8")
    )
    ledger.record(
        received(
            listed_holder(name="Unheard-of", shares=1_000, holder=None, certificate="CS-7"),
            listed_holder(name="Another", shares=5, holder=None, certificate="CS-77"),
        )
    )
    answer = asked(ledger)

    assert [
        (line.name, line.certificate, [each.holder for each in line.candidates]) for line in answer.unclear
    ] == [("Unheard-of", "CS-7", ["ada"])]
    assert [each.why for each in answer.unclear[0].candidates] == ["the certificate"]
    assert told(answer) == [(DifferenceKind.NOT_IN_REGISTER, "Another"), (DifferenceKind.NOT_IN_LIST, "bob")]


def test_all_that_speaks_for_a_candidate_is_told() -> None:
    ledger = company()
    ledger.record(
        organisation("radiant", "TFG Radiant Investments"), common_issued(holder="radiant", security="CS-3")
    )
    ledger.record(received(listed_holder(name="TFG", shares=1_000, holder=None, certificate="CS-3")))

    assert [each.why for each in asked(ledger).unclear[0].candidates] == ["a part of the name, the certificate"]
