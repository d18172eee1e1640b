"""What the papers call for after an issue, asked of a record: what counts, what is proposed, what is recorded."""

from datetime import date
from fractions import Fraction
from typing import Any

import attrs
import pytest

from ledger import FractionPolicy, Ledger, NotUnderstood, Phase, Price, Ratio, Scope, Shares, StockClassKind
from ledger.commands import SplitStock
from ledger.errors import TermsIncomplete, UnknownName
from ledger.events import Consideration, ConsiderationForm, ConversionPriceAdjusted, Event, InstrumentAdjusted
from ledger.identity import EntryNumber, StockClassId
from ledger.quantities import Authorized, Money
from ledger.terms.conversion import ConversionRight
from ledger.terms.protection import CarveOut, Counted, NewIssue, Outcome, PriceProtection, ProtectionMethod
from ledger.terms.warrants import WarrantTerms
from projections import Adjustments, ProposeAdjustments, adjustments, adjustments_after, cap_table, warrants
from projections.bounds import Bounds, exactly
from tests import builders

COMMON = StockClassId("common")
ON = date(2026, 3, 6)
BROAD = PriceProtection(method=ProtectionMethod.BROAD_BASED)
RATCHET = PriceProtection(method=ProtectionMethod.FULL_RATCHET)


def usd(amount: str) -> Price:
    return Price(amount, "USD")


def cash(amount: int | str) -> Consideration:
    return Consideration(form=ConsiderationForm.CASH, amount=Money(amount, "USD"))


def new_series(name: str, price: str, shares: int, protection: PriceProtection | None = BROAD) -> list[Event]:
    """Return a series that converts into common one for one at first, issued to the fund and protected."""
    facts: list[Event] = [
        builders.series_a(
            stock_class=name,
            authorized=10_000_000,
            stated_value=usd(price),
            conversion=ConversionRight(into=COMMON, price=usd(price)),
            effective_on="2026-01-15",
        ),
        builders.preferred_issued(
            stock_class=name,
            holder="fund",
            issued=shares,
            consideration=cash(Fraction(price) * shares),  # type: ignore[arg-type]  # whole dollars
            effective_on="2026-01-15",
        ),
    ]
    if protection is not None:
        stated = builders.class_rights_stated(stock_class=name, protection=protection, effective_on="2026-01-15")
        facts.append(stated)
    return facts


def gust() -> Ledger:
    """Return the company of Gust's guide: 1.5 million common, 2.5 A at $1, 2 B at $2, 1 million options."""
    ledger = builders.company()
    ledger.record(builders.common_issued(holder="ada", issued=1_500_000, effective_on="2026-01-02"))
    ledger.record(*new_series("series-1", "1", 2_500_000), *new_series("series-2", "2", 2_000_000))
    ledger.record(builders.plan_adopted(pooled=1_200_000), builders.award_granted(granted=1_000_000))
    return ledger


def series_c() -> tuple[Event, ...]:
    """Return 2,000,000 Series C at $0.50, designated and issued on the day asked about."""
    on = ON.isoformat()
    designated = builders.series_a(stock_class="series-3", authorized=2_000_000, effective_on=on)
    one_for_one = ConversionRight(into=COMMON, ratio=Ratio(1))
    issued = builders.preferred_issued(
        stock_class="series-3", holder="fund", issued=2_000_000, consideration=cash(1_000_000), effective_on=on
    )
    return attrs.evolve(designated, conversion=one_for_one), issued


def down_round(shares: int = 2_000_000, price: str = "0.50", **more: Any) -> NewIssue:
    return NewIssue(issued=Shares(shares), price=usd(price), **more)


def proposed(answer: Adjustments, subject: str) -> Price:
    proposal = answer[subject].proposal
    assert proposal is not None
    return proposal.after


# --- what is proposed ------------------------------------------------------------------------------------------


def test_the_down_round_of_gusts_guide_asked_of_a_record() -> None:
    """Gust, article 71: Series A falls to 8/9 and Series B to 5/3, over 7,000,000 shares outstanding."""
    answer = adjustments(gust(), down_round(), as_of=ON)

    assert proposed(answer, "series-1") == usd("8/9")
    assert proposed(answer, "series-2") == usd("5/3")
    assert answer["series-1"].outstanding == exactly(Shares(7_000_000))
    assert {str(each.counted.value): str(each.shares) for each in answer["series-1"].counted} == {
        "common": "1,500,000",
        "preferred": "4,500,000",
        "awards": "1,000,000",
        "warrants": "0",
    }


def test_after_the_entry_that_recorded_it_the_same_is_called_for() -> None:
    ledger = gust()
    ledger.record(*series_c())
    entry = len(ledger.entries())

    answer = adjustments_after(ledger, entry)

    assert (proposed(answer, "series-1"), proposed(answer, "series-2")) == (usd("8/9"), usd("5/3"))
    assert answer.issue.price == usd("0.50")
    assert answer.as_of == ON


def test_what_comes_after_the_issue_does_not_count() -> None:
    ledger = gust()
    ledger.record(*series_c())
    entry = len(ledger.entries())
    ledger.record(builders.common_issued(holder="bob", issued=1_000_000, effective_on="2026-03-06"))

    assert adjustments_after(ledger, entry)["series-1"].outstanding == exactly(Shares(7_000_000))


def test_one_adjustment_does_not_count_for_the_next() -> None:
    """Recorded or not, what Series A converts into afterwards is not outstanding before the issue."""
    ledger = gust()
    ledger.record(*series_c())
    entry = EntryNumber(len(ledger.entries()))
    ledger.record(*ProposeAdjustments(entry=entry, only=("series-1",)).events(ledger))

    assert proposed(adjustments_after(ledger, entry), "series-2") == usd("5/3")


@pytest.mark.parametrize(
    ("base", "outstanding"),
    [
        ((Counted.COMMON,), 1_500_000),
        ((Counted.PROTECTED,), 2_500_000),
        ((Counted.PREFERRED,), 4_500_000),
        ((Counted.COMMON, Counted.AWARDS), 2_500_000),
        ((Counted.COMMON, Counted.POOL), 1_700_000),
        ((Counted.COMMON, Counted.WARRANTS), 1_800_000),
        ((Counted.COMMON, Counted.NOTES), 1_550_000),
    ],
    ids=lambda value: "+".join(each.value for each in value) if isinstance(value, tuple) else "",
)
def test_each_part_that_may_count_is_counted(base: tuple[Counted, ...], outstanding: int) -> None:
    ledger = gust()
    listed = PriceProtection(method=ProtectionMethod.NARROW_BASED, base=base)
    ledger.record(
        builders.class_rights_stated(stock_class="series-1", protection=listed, effective_on="2026-02-20"),
        builders.warrant_issued(purchasable=300_000),
        builders.note_issued(),
    )

    assert adjustments(ledger, down_round(), as_of=ON)["series-1"].outstanding == exactly(Shares(outstanding))


def test_a_note_whose_price_follows_the_market_leaves_open_what_is_outstanding() -> None:
    ledger = gust()
    listed = PriceProtection(method=ProtectionMethod.BROAD_BASED, base=(Counted.COMMON, Counted.NOTES))
    ledger.record(
        builders.class_rights_stated(stock_class="series-1", protection=listed, effective_on="2026-02-20"),
        builders.safe_issued(),
    )

    line = adjustments(ledger, down_round(), as_of=ON)["series-1"]

    assert line.proposals == ()
    assert "not known" in line.unknown


def test_a_partial_register_leaves_it_open_unless_the_company_stated_a_count() -> None:
    ledger = gust()
    scope = builders.register_scope_declared(stock_class="common", scope=Scope.PARTIAL, stated_outstanding=None)
    ledger.record(attrs.evolve(scope, effective_on=builders.common_issued(effective_on="2026-02-01").effective_on))
    assert adjustments(ledger, down_round(), as_of=ON)["series-1"].proposal is None

    counted = attrs.evolve(
        scope,
        stated_outstanding=Shares(1_500_000),
        effective_on=builders.common_issued(effective_on="2026-02-03").effective_on,
    )
    ledger.record(counted)

    assert proposed(adjustments(ledger, down_round(), as_of=ON), "series-1") == usd("8/9")


def test_a_full_ratchet_needs_no_count() -> None:
    ledger = gust()
    ledger.record(
        builders.class_rights_stated(stock_class="series-1", protection=RATCHET, effective_on="2026-02-20"),
        builders.register_scope_declared(scope=Scope.PARTIAL, stated_outstanding=None, effective_on="2026-02-21"),
    )

    line = adjustments(ledger, down_round(1), as_of=ON)["series-1"]

    assert line.outstanding is None
    assert line.proposal is not None
    assert line.proposal.after == usd("0.50")


def test_an_open_day_gives_a_proposal_at_each_end() -> None:
    """500,000 shares may or may not be outstanding: 7,000,000 or 7,500,000."""
    ledger = gust()
    ledger.record(builders.common_issued(holder="bob", issued=500_000, effective_on="2026-03-05/2026-03-09"))

    line = adjustments(ledger, down_round(), as_of=ON)["series-1"]

    assert line.outstanding == Bounds(Shares(7_000_000), Shares(7_500_000))
    assert [each.after for each in line.proposals] == [usd("8/9"), usd("17/19")]
    assert line.proposal is None


def test_an_issue_for_more_and_one_that_is_carved_out_leave_the_price() -> None:
    ledger = gust()
    exempt = attrs.evolve(BROAD, carve_outs=(CarveOut.LENDER,))
    stated = builders.class_rights_stated(stock_class="series-1", protection=exempt, effective_on="2026-02-20")
    ledger.record(stated)

    dearer = adjustments(ledger, down_round(price="1.50"), as_of=ON)
    to_a_lender = adjustments(ledger, down_round(reason=CarveOut.LENDER), as_of=ON)

    assert proposed(dearer, "series-1") == usd("1")
    assert proposed(dearer, "series-2") == usd("17/9")  # (7,000,000 × 2 + 3,000,000) ÷ 9,000,000
    assert to_a_lender["series-1"].proposal is not None
    assert to_a_lender["series-1"].proposal.outcome is Outcome.CARVED_OUT
    assert proposed(to_a_lender, "series-2") == usd("5/3")


def test_a_ratio_is_adjusted_as_the_price_that_it_stands_for() -> None:
    """JOCF, samples/cases/dilution-protection: a ratio of 1.5 becomes 1.8, which is five sixths of the price."""
    ledger = builders.company()
    ledger.record(
        *new_series("series-1", "90", 100, None),
        builders.class_terms_amended(
            stock_class="series-1",
            conversion=ConversionRight(into=COMMON, ratio=Ratio("1.5")),
            effective_on="2026-01-20",
        ),
        builders.class_rights_stated(stock_class="series-1", protection=RATCHET, effective_on="2026-01-20"),
    )

    line = adjustments(ledger, down_round(10, "50"), as_of=ON)["series-1"]

    assert line.price.only == usd("60")
    assert line.converts == ConversionRight(into=COMMON, ratio=Ratio("1.8"))


# --- warrants --------------------------------------------------------------------------------------------------


def ratcheted(**changes: Any) -> WarrantTerms:
    return WarrantTerms(
        protection=PriceProtection(
            method=ProtectionMethod.FULL_RATCHET, raises_number=FractionPolicy.NEAREST, **changes
        )
    )


def test_the_full_ratchet_warrants_of_the_founding_company_asked_of_a_record() -> None:
    """5,596,232 warrants at 1.76, of two holders; 22,056,030 shares at 0.14: each holder's number is rounded."""
    ledger = builders.company()
    ledger.record(
        builders.warrant_issued(purchasable=5_596_232, price="1.76 USD", terms=ratcheted()),
        builders.warrant_transferred(transferred=1, effective_on="2026-02-03"),
    )

    line = adjustments(ledger, down_round(22_056_030, "0.14"), as_of=ON)["w-1"]

    assert line.proposal is not None
    assert line.proposal.after == usd("0.14")
    assert [(str(each.holder), str(each.after)) for each in line.holders] == [("fund", "70352618"), ("bob", "13")]
    assert line.proposal.number_after == Shares(70_352_631)


def test_a_warrant_without_protection_and_one_that_has_ended_are_not_listed() -> None:
    ledger = builders.company()
    ledger.record(
        builders.warrant_issued(warrant="w-0"),
        builders.warrant_issued(warrant="w-1", terms=ratcheted()),
        builders.warrant_cancelled(cancelled=1_000, effective_on="2026-03-05"),
    )

    assert len(adjustments(ledger, down_round(), as_of=ON)) == 0


def test_the_floor_in_force_counts_after_a_split() -> None:
    """Floors of 0.05 become 1 in a split of one for twenty: of a warrant as restated, of a class as it follows."""
    ledger = gust()
    low = attrs.evolve(RATCHET, floor=usd("0.05"))
    ledger.record(
        builders.class_rights_stated(stock_class="series-1", protection=low, effective_on="2026-02-20"),
        builders.warrant_issued(terms=ratcheted(floor=usd("0.05"))),
    )
    split = SplitStock(
        stock_class=COMMON,
        ratio=Ratio("1/20"),
        on=date(2026, 3, 2),
        phase=Phase.OPENING,
        fractions=FractionPolicy.UP,
        authorized=Authorized(10_000_000),
    )
    ledger.record(*split.events(ledger))

    answer = adjustments(ledger, down_round(price="0.50"), as_of=ON)

    assert {line.subject: line.floor for line in answer} == {
        "series-1": usd("1"),
        "series-2": None,
        "w-1": usd("1"),
    }
    assert (proposed(answer, "series-1"), proposed(answer, "w-1")) == (usd("1"), usd("1"))


def test_the_tables_for_programs_hold_what_the_answer_says() -> None:
    ledger = gust()
    ledger.record(builders.warrant_issued(purchasable=100, price="2 USD", terms=ratcheted()))

    proposals, counted, holders = adjustments(ledger, down_round(), as_of=ON).frames()
    (outstanding,) = warrants(ledger, as_of=ON).frames()

    assert [(row["subject"], row["proposed"], row["number_proposed"]) for row in proposals] == [
        ("series-1", "80001/90001 USD", None),
        ("series-2", "150002/90001 USD", None),
        ("w-1", "0.5 USD", 400),
    ]
    assert sum(row["shares_low"] for row in counted if row["subject"] == "series-1") == 7_000_100
    assert [(row["holder"], row["after"]) for row in holders] == [("fund", 400)]
    assert [(row["warrant"], row["purchasable_low"], row["is_open"]) for row in outstanding] == [("w-1", 100, True)]


# --- what an entry issued --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "price", "shares"),
    [
        (builders.common_issued(holder="ada", issued=300, consideration=cash(1_000)), "10/3", "300"),
        (builders.warrant_issued(purchasable=1_000, price="2 USD", consideration=cash(500)), "2.5", "1000"),
        (builders.note_issued(), "2", "50000"),
        (builders.award_granted(), "1", "48000"),
        (
            builders.preferred_issued(
                stock_class="series-a", holder="fund", issued=100, consideration=cash(1_000), security=None
            ),
            "8",
            "125",
        ),
    ],
    ids=lambda value: value.KIND if isinstance(value, Event) else "",
)
def test_what_each_kind_of_issue_brings_in_for_a_share(event: Event, price: str, shares: str) -> None:
    ledger = builders.company()
    ledger.record(builders.plan_adopted())
    ledger.record(event)

    answer = adjustments_after(ledger, len(ledger.entries()))

    assert answer.into == COMMON
    assert answer.issue.price == usd(price)
    assert str(answer.issue.issued) == shares


def test_an_award_under_a_plan_is_carved_out_where_the_papers_exempt_awards() -> None:
    ledger = gust()
    exempt = attrs.evolve(RATCHET, carve_outs=(CarveOut.AWARDS,))
    ledger.record(
        builders.class_rights_stated(stock_class="series-2", protection=exempt, effective_on="2026-02-20")
    )
    ledger.record(builders.award_granted(award="option-2", granted=100, effective_on="2026-03-06"))

    answer = adjustments_after(ledger, len(ledger.entries()))

    assert answer["series-2"].proposal is not None
    assert answer["series-2"].proposal.outcome is Outcome.CARVED_OUT


@pytest.mark.parametrize(
    "event", [builders.common_issued(holder="ada", issued=1, consideration=None), builders.safe_issued()]
)
def test_an_issue_whose_price_nobody_states_is_asked_for_otherwise(event: Event) -> None:
    ledger = builders.company()
    ledger.record(event)
    with pytest.raises(NotUnderstood, match="ask what an issue of so many shares at a price calls for"):
        adjustments_after(ledger, len(ledger.entries()))


@pytest.mark.parametrize("entry", [0, 99])
def test_an_entry_that_is_not_there_is_not_understood(entry: int) -> None:
    with pytest.raises(NotUnderstood):
        adjustments_after(gust(), entry)


def test_a_class_is_named_where_there_are_several() -> None:
    ledger = gust()
    ledger.record(builders.common(stock_class="class-b", class_kind=StockClassKind.COMMON))
    with pytest.raises(NotUnderstood, match="common, class-b"):
        adjustments(ledger, down_round(), as_of=ON)
    with pytest.raises(UnknownName):
        adjustments(ledger, down_round(), as_of=ON, into="comon")

    assert len(adjustments(ledger, down_round(), as_of=ON, into="class-b")) == 0
    assert len(adjustments(ledger, down_round(), as_of=ON, into="common")) == 2


def test_a_protected_price_that_is_not_there_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownName) as refused:
        adjustments(gust(), down_round(), as_of=ON)["series-11"]

    assert refused.value.nearest == "series-1"


# --- recording what is proposed --------------------------------------------------------------------------------


def test_what_is_recorded_is_what_was_proposed() -> None:
    ledger = gust()
    ledger.record(builders.warrant_issued(price="2 USD", terms=ratcheted()))
    ledger.record(*series_c())
    entry = EntryNumber(len(ledger.entries()))

    facts = ProposeAdjustments(entry=entry, authority="Charter, B.4.4").events(ledger)
    ledger.record(*facts)

    first, second, warrant = facts
    assert isinstance(first, ConversionPriceAdjusted)
    assert isinstance(warrant, InstrumentAdjusted)
    assert first.authority == "Charter, B.4.4"
    assert first.computation == (
        "broad-based weighted average: (7,001,000 × 1 + 1,000,000) ÷ (7,001,000 + 2,000,000)"
        " = 8001/9001, about 0.888901"
    )
    assert warrant.computation == (
        "full ratchet: 2,000,000 shares at 0.5 USD, against 2 USD; 1,000 shares become 4,000"
    )
    assert first.effective_on == second.effective_on == warrant.effective_on  # type: ignore[attr-defined]
    (line,) = warrants(ledger, as_of=ON)
    assert (line.price.only, line.purchasable) == (usd("0.50"), exactly(Shares(4_000)))
    table = cap_table(ledger, as_of=ON)
    assert table.stock_class("series-1").as_converted == exactly(Fraction(2_500_000 * 9_001, 8_001)).map(
        lambda shares: Shares.of_units(shares * 10**10)
    )


def test_what_was_recorded_leaves_the_journal_as_it_was_until_then() -> None:
    ledger = gust()
    ledger.record(*series_c())
    before = ledger.entries()

    ProposeAdjustments(entry=EntryNumber(len(before))).events(ledger)

    assert ledger.entries() == before


def test_an_issue_that_calls_for_nothing_records_nothing() -> None:
    ledger = gust()
    ledger.record(builders.common_issued(holder="bob", issued=10, consideration=cash(1_000)))
    with pytest.raises(TermsIncomplete, match="call for no adjustment"):
        ProposeAdjustments(entry=EntryNumber(len(ledger.entries()))).events(ledger)


def test_what_is_not_known_exactly_is_not_recorded() -> None:
    ledger = gust()
    ledger.record(builders.common_issued(holder="bob", issued=500_000, effective_on="2026-03-05/2026-03-09"))
    ledger.record(*series_c())
    with pytest.raises(TermsIncomplete, match="between two values"):
        ProposeAdjustments(entry=EntryNumber(len(ledger.entries()))).events(ledger)
