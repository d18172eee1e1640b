"""The list of holders: everybody on the cap table, in order, with the votes that are known and no others."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import (
    FractionPolicy,
    HolderKind,
    Ledger,
    NotUnderstood,
    Ratio,
    Scope,
    Shares,
    StockClassKind,
)
from ledger.errors import NothingRecorded, UnknownName
from ledger.events import Event
from projections import Bounds, HolderList, cap_table, holders
from projections.bounds import exactly
from tests import builders
from tests.builders import common_issued, company, holder_merged, holder_registered
from tests.projections.histories import CLASSES, SOME, as_of_days, histories, recorded

MEETING = "2026-05-15"
UNKNOWN: Bounds[Fraction] = Bounds(None, None)


def voting(**per_share: str) -> Ledger:
    """Return a company whose classes have votes, by the name of the class with a dash."""
    ledger = company()
    ledger.record(
        *(
            builders.class_terms_amended(
                stock_class=name.replace("_", "-"), votes_per_share=Ratio(votes), effective_on="2026-01-02"
            )
            for name, votes in per_share.items()
        )
    )
    return ledger


def names(found: HolderList) -> list[str]:
    return [line.party.name for line in found]


@SOME
@given(histories(longest=3, most=14), as_of_days, st.booleans())
def test_it_shows_everybody_on_the_cap_table_once_with_the_same_shares_and_votes(
    events: list[Event], as_of: date, merged: bool
) -> None:
    ledger = recorded(events)
    if merged:
        ledger.record(holder_merged(effective_on="2026-02-12/2026-02-15"))
    table, found = cap_table(ledger, as_of=as_of), holders(ledger, as_of=as_of)

    listed = [line.party.holder for line in found]
    assert sorted(listed) == sorted({line.holder for line in table})
    for line in found:
        for stock_class in CLASSES:
            assert line.of(stock_class) == table.shares(line.party.holder, stock_class)
        known = [each.votes for each in table if each.holder == line.party.holder]
        assert line.votes.low == sum(each.low for each in known if each is not None and each.low is not None)


@SOME
@given(histories(most=14, with_splits=True), as_of_days, st.sampled_from(["1", "3", "1/10"]))
def test_where_all_is_known_the_votes_of_the_holders_are_all_votes(
    events: list[Event], as_of: date, per_share: str
) -> None:
    ledger = recorded(events)
    for stock_class in CLASSES:
        ledger.record(
            builders.class_terms_amended(
                stock_class=stock_class, votes_per_share=Ratio(per_share), effective_on=f"{as_of}"
            )
        )
    found = holders(ledger, as_of=as_of)

    assert sum((line.votes.exact for line in found), Fraction(0)) == found.votes.exact
    assert sum((line.percent.exact for line in found), Fraction(0)) == (1 if len(found) else 0)


def test_votes_add_over_the_classes_and_a_percentage_is_of_all_of_them() -> None:
    """Common 1 vote, Series A 10: ada 300, bob 100, fund 60 × 10 = 600, of 1,000 together."""
    ledger = voting(common="1", series_a="10")
    ledger.record(
        common_issued(issued=300),
        common_issued(holder="bob", issued=100),
        builders.preferred_issued(issued=60),
    )
    found = holders(ledger, as_of=MEETING)

    assert found.votes == exactly(Fraction(1_000))
    assert [(str(line.party.holder), line.votes.exact, line.percent.exact) for line in found] == [
        ("ada", Fraction(300), Fraction(3, 10)),
        ("bob", Fraction(100), Fraction(1, 10)),
        ("fund", Fraction(600), Fraction(6, 10)),
    ]
    assert [(each.line.stock_class, each.votes) for each in found.classes] == [
        ("common", exactly(Fraction(400))),
        ("series-a", exactly(Fraction(600))),
    ]
    assert found["fund"].of("series-a") == exactly(Shares(60))
    assert found["fund"].of("common") == exactly(Shares(0))


def test_treasury_shares_are_on_no_list_and_have_no_votes() -> None:
    ledger = voting(common="1")
    ledger.record(common_issued(issued=300), builders.shares_repurchased(repurchased=200))

    found = holders(ledger, as_of=MEETING)

    assert (names(found), found.votes) == (["Ada Quill"], exactly(Fraction(100)))


def test_shares_without_a_vote_are_listed_and_do_not_count() -> None:
    ledger = voting(common="1", series_a="0")
    ledger.record(common_issued(issued=300), builders.preferred_issued(issued=60))

    found = holders(ledger, as_of=MEETING)

    assert found["fund"].percent == exactly(Fraction(0))
    assert found["ada"].percent == exactly(Fraction(1))


def test_votes_are_those_of_the_record_date_in_whatever_units_the_shares_are_shown() -> None:
    ledger = voting(common="1")
    ledger.record(common_issued(issued=300), builders.stock_split_effected())

    found = holders(ledger, as_of=MEETING, basis="2026-07-01")

    assert found["ada"].of("common") == exactly(Shares(600))
    assert (found["ada"].votes, found.votes) == (exactly(Fraction(300)), exactly(Fraction(300)))


# --- what is not known -------------------------------------------------------------------------------------------


def test_where_nobody_states_the_votes_of_a_class_no_percentage_is_known() -> None:
    ledger = voting(common="1")
    ledger.record(common_issued(issued=300), builders.preferred_issued(issued=60))

    found = holders(ledger, as_of=MEETING)

    assert found.votes == Bounds(Fraction(300), None)
    assert found["ada"].votes == exactly(Fraction(300))
    assert found["fund"].votes == Bounds(Fraction(0), None)
    assert [line.percent for line in found] == [UNKNOWN, UNKNOWN]
    assert [(each.line.stock_class, each.votes is None) for each in found.classes] == [
        ("common", False),
        ("series-a", True),
    ]


def test_a_class_that_nobody_holds_is_not_on_the_list_and_takes_nothing_from_what_is_known() -> None:
    ledger = voting(common="1")
    ledger.record(common_issued(issued=300))

    found = holders(ledger, as_of=MEETING)

    assert [each.line.stock_class for each in found.classes] == ["common"]
    assert found["ada"].percent == exactly(Fraction(1))


def test_in_a_partial_register_the_votes_are_at_least_those_recorded_and_no_percentage_is_known() -> None:
    ledger = voting(common="2")
    ledger.record(builders.register_scope_declared(scope=Scope.PARTIAL), common_issued(issued=300))

    found = holders(ledger, as_of=MEETING)

    assert found.votes == Bounds(Fraction(600), None)
    assert (found["ada"].votes, found["ada"].percent) == (exactly(Fraction(600)), UNKNOWN)
    assert found.classes[0].line.not_recorded == Bounds(Shares(0), None)


def test_the_count_that_the_company_states_says_what_votes_there_are() -> None:
    """1,200 shares stated, 2 votes each: ada has 600 of 2,400."""
    ledger = voting(common="2")
    ledger.record(
        builders.register_scope_declared(scope=Scope.PARTIAL, stated_outstanding=1_200), common_issued(issued=300)
    )

    found = holders(ledger, as_of=MEETING)

    assert found.votes == exactly(Fraction(2_400))
    assert found["ada"].percent == exactly(Fraction(1, 4))
    assert found.classes[0].line.not_recorded == exactly(Shares(900))


def test_while_a_transfer_is_open_votes_lie_between_bounds_and_all_of_them_are_known() -> None:
    ledger = voting(common="1")
    ledger.record(common_issued(issued=400))
    ledger.record(builders.shares_transferred(effective_on="2026-05-10/2026-05-20"))

    found = holders(ledger, as_of=MEETING)

    assert found.votes == exactly(Fraction(400))
    assert found["ada"].votes == Bounds(Fraction(300), Fraction(400))
    assert found["bob"].percent == Bounds(Fraction(0), Fraction(1, 4))


def test_what_comes_after_the_record_date_or_was_not_known_yet_is_not_on_it() -> None:
    ledger = voting(common="1")
    ledger.record(common_issued(issued=400))
    known = len(ledger.entries())
    ledger.record(common_issued(holder="bob", issued=5, effective_on="2026-05-16"))
    ledger.record(common_issued(holder="fund", issued=5, effective_on=MEETING))

    assert names(holders(ledger, as_of=MEETING)) == ["Ada Quill", "Fund LP"]
    assert names(holders(ledger, as_of=MEETING, known_at=known)) == ["Ada Quill"]


def test_a_split_that_leaves_a_holder_without_shares_takes_it_from_the_list() -> None:
    ledger = voting(common="1")
    ledger.record(
        common_issued(issued=400),
        common_issued(holder="bob", issued=9),
        builders.stock_split_effected(ratio="1/10", fractions=FractionPolicy.DOWN),
    )

    assert names(holders(ledger, as_of="2026-07-01")) == ["Ada Quill"]


# --- who is who --------------------------------------------------------------------------------------------------


def people(*named: str) -> Ledger:
    """Return a company in which holders h-1, h-2 … of these names have 10 shares each."""
    ledger = company()
    for number, name in enumerate(named, 1):
        ledger.record(
            holder_registered(holder=f"h-{number}", name=name, address=f"{number} Quay Street"),
            common_issued(holder=f"h-{number}", issued=10),
        )
    return ledger


def test_it_is_in_alphabetical_order_whatever_the_case_and_the_accents() -> None:
    found = holders(people("Zoe", "élan", "Eve", "'t Hooft", "Ödön", "anna"), as_of=MEETING)

    assert names(found) == ["anna", "élan", "Eve", "Ödön", "'t Hooft", "Zoe"]


def test_two_holders_of_one_name_stay_two() -> None:
    found = holders(people("Ann Lee", "Ann Lee"), as_of=MEETING)

    assert [(line.party.holder, line.party.name) for line in found] == [("h-1", "Ann Lee"), ("h-2", "Ann Lee")]
    assert [str(line.party.addresses[0]) for line in found] == ["1 Quay Street", "2 Quay Street"]


def test_two_names_that_were_found_to_be_one_party_are_one_with_both_addresses() -> None:
    ledger = people("Ann Lee", "A. Lee")
    ledger.record(holder_merged(holder="h-2", into="h-1"))

    found = holders(ledger, as_of=MEETING)

    assert [(line.party.name, line.of("common")) for line in found] == [("Ann Lee", exactly(Shares(20)))]
    assert found["h-2"] is found["h-1"]
    assert [str(each) for each in found["h-1"].party.addresses] == ["1 Quay Street", "2 Quay Street"]


def test_while_the_day_of_a_merger_is_open_both_are_listed_and_it_is_said() -> None:
    ledger = people("Ann Lee", "A. Lee")
    ledger.record(holder_merged(holder="h-2", into="h-1", effective_on="2026-05-01/2026-05-31"))

    found = holders(ledger, as_of=MEETING)

    assert [(line.party.holder, str(line.of("common"))) for line in found] == [
        ("h-2", "0 to 10"),
        ("h-1", "10 to 20"),
    ]
    assert found.may_be_merged == (("h-2", "h-1"),)


def test_a_new_name_counts_from_its_day() -> None:
    ledger = people("Ann Lee")
    ledger.record(builders.holder_renamed(holder="h-1", name="Ann Stone", effective_on=MEETING))

    assert names(holders(ledger, as_of="2026-05-14")) == ["Ann Lee"]
    assert names(holders(ledger, as_of=MEETING)) == ["Ann Stone"]


def test_a_name_that_was_erased_comes_last_and_says_so() -> None:
    ledger = company()
    ledger.record(holder_registered(holder="h-1", name="Ann Lee", address="1 Quay Street"))
    ledger.record(common_issued(holder="h-1"), common_issued(holder="fund", issued=1))
    assert names(holders(ledger, as_of=MEETING)) == ["Ann Lee", "Fund LP"]

    ledger.record(builders.personal_data_erased("h-1"))
    found = holders(ledger, as_of=MEETING)

    assert names(found) == ["Fund LP", "(erased)"]
    assert [line.party.is_named for line in found] == [True, False]
    assert [str(each) for each in found["h-1"].party.addresses] == ["(erased)"]


def test_what_kind_of_party_each_is_can_be_told() -> None:
    ledger = company()
    ledger.record(common_issued(), common_issued(holder="fund"))

    assert {line.party.holder: line.party.holder_kind for line in holders(ledger, as_of=MEETING)} == {
        "ada": HolderKind.NATURAL_PERSON,
        "fund": HolderKind.ORGANISATION,
    }


# --- what may be asked -------------------------------------------------------------------------------------------


def test_before_anybody_holds_anything_the_list_is_empty_and_there_are_no_votes() -> None:
    found = holders(company(), as_of=MEETING)

    assert (len(found), found.classes, found.votes) == (0, (), exactly(Fraction(0)))


def test_somebody_who_is_not_on_the_list_is_refused_with_the_nearest_who_is() -> None:
    ledger = company()
    ledger.record(common_issued(holder="fund"))

    with pytest.raises(UnknownName, match="Did you mean fund"):
        holders(ledger, as_of=MEETING)["funds"]


def test_units_go_forward_only() -> None:
    with pytest.raises(NotUnderstood, match="units go forward only"):
        holders(company(), as_of=MEETING, basis="2026-05-14")


def test_nothing_recorded_yet_is_no_empty_list() -> None:
    with pytest.raises(NothingRecorded):
        holders(company(), as_of=MEETING, known_at="2025-12-31")


def test_a_class_is_on_the_list_with_what_the_cap_table_says_of_it() -> None:
    ledger = company()
    ledger.record(builders.preferred_issued())

    (only,) = holders(ledger, as_of=MEETING).classes

    assert only.line == cap_table(ledger, as_of=MEETING).stock_class("series-a")
    assert only.line.class_kind is StockClassKind.PREFERRED


# --- for programs ------------------------------------------------------------------------------------------------


def test_it_is_a_table_of_holders_of_their_shares_and_of_the_classes() -> None:
    ledger = voting(common="1", series_a="10")
    ledger.record(common_issued(issued=300), builders.preferred_issued(holder="bob", issued=70))
    ledger.record(
        holder_registered(holder="h-1", name="Ann Lee", address="1 Quay Street"), common_issued(holder="h-1")
    )
    found = holders(ledger, as_of=MEETING)

    assert {frame.name: " ".join(series.name for series in frame.series()) for frame in found.frames()} == {
        "holders": "issuer as_of known holder name holder_kind addresses also votes_low votes_high"
        " part_of_votes_low part_of_votes_high",
        "shares": "issuer as_of known holder stock_class shares_low shares_high",
        "classes": "issuer as_of known stock_class title is_complete outstanding_low outstanding_high"
        " not_recorded_low not_recorded_high votes_per_share votes_low votes_high",
    }
    assert [(line["name"], line["addresses"], line["votes_low"]) for line in found.to_dicts()] == [
        ("Ada Quill", None, 300),
        ("Ann Lee", "1 Quay Street", 1_000),
        ("Bob Quill", None, 700),
    ]
    assert [(line["holder"], line["stock_class"], line["shares_high"]) for line in found.frame("shares")] == [
        ("ada", "common", 300),
        ("ada", "series-a", 0),
        ("h-1", "common", 1_000),
        ("h-1", "series-a", 0),
        ("bob", "common", 0),
        ("bob", "series-a", 70),
    ]
    assert repr(found) == "<Holders of acme at the close of 2026-05-15 (holders: 3, shares: 6, classes: 2)>"
    assert [len(frame.to_polars()) for frame in found.frames()] == [3, 6, 2]
