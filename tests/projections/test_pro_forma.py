"""A priced round on top of a day: what stands before it, who holds what after it, and the same as facts."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ledger.errors import NotUnderstood, UnknownName
from ledger.events import ConvertibleCancelled, ConvertibleConverted, NoteIssued, StockClassDesignated
from ledger.identity import HolderId, StockClassId
from ledger.journal import Ledger
from ledger.movements import HolderKind, Scope, StockClassKind
from ledger.quantities import Money, Price, Ratio, Shares
from ledger.terms.awards import AwardKind
from ledger.terms.interest import DayCount, InterestTerms
from ledger.terms.notes import NoteTerms, RoundConversion
from ledger.terms.rounds import ConversionMethod, Investment, Round, Taken
from ledger.terms.safes import CapTiming
from ledger.terms.warrants import WarrantTerms
from projections import ProForma, cap_table, closing, pro_forma
from projections.bounds import exactly
from projections.fully_diluted import fully_diluted
from tests import builders
from tests.builders import made, safe_issued, safe_terms
from tests.strategies import SOME

DAY = "2026-06-30"


def agreed(money: str = "2000000 USD", **given: Any) -> Round:
    """Return a Series B of one new investor, at $8M pre-money unless something else is said."""
    if not {"pre_money", "post_money", "price"} & set(given):
        given["pre_money"] = Money(8_000_000, "USD")
    investments = (Investment(holder=HolderId("newco"), amount=Money.parse(money)),)
    return Round(**{"series": StockClassId("series-b"), "investments": investments, **given})


def founded(*events: Any) -> Ledger:
    """Return a company of which ada has 600,000 common and bob 400,000."""
    ledger = builders.company()
    ledger.record(
        builders.common_issued(holder="ada", issued=600_000),
        builders.common_issued(holder="bob", issued=400_000),
        builders.holder_registered(holder="newco", holder_kind=HolderKind.ORGANISATION, legal_name="New Co."),
        *events,
    )
    return ledger


def note(name: str, **changes: Any) -> NoteIssued:
    return builders.note_issued(instrument=name, **{"terms": NoteTerms(), **changes})


def parts(answer: ProForma) -> dict[str, tuple[str, str]]:
    """Return what everybody has before and after, as percentages of one decimal."""
    return {
        str(line.holder): (f"{float(line.part_before * 100):.1f}", f"{float(line.part_after * 100):.1f}")
        for line in answer
    }


# --- before and after ----------------------------------------------------------------------------------------


def test_a_round_dilutes_everybody_who_was_there_by_the_same_part() -> None:
    answer = pro_forma(founded(), agreed(), as_of=DAY)

    assert parts(answer) == {"ada": ("60.0", "48.0"), "bob": ("40.0", "32.0"), "newco": ("0.0", "20.0")}
    assert answer["ada"].dilution == answer["bob"].dilution == Fraction(1, 5)
    assert answer["newco"].dilution is None
    assert answer.solution.price == Price(8, "USD")
    assert (answer.before, answer.after) == (Shares(1_000_000), Shares(1_250_000))


def test_preferred_counts_as_converted() -> None:
    """A thousand Series A are 1,250 common, at 10 / 8."""
    answer = pro_forma(founded(builders.preferred_issued(issued=1_000)), agreed(), as_of=DAY)

    assert answer["fund"].held == Shares(1_250)
    assert answer.before == Shares(1_001_250)


def test_options_warrants_and_the_pool_count_before_the_round() -> None:
    ledger = founded(
        builders.plan_adopted(pooled=200_000),
        builders.award_granted(holder="bob", granted=50_000),
        builders.warrant_issued(holder="fund", purchasable=50_000),
    )

    answer = pro_forma(ledger, agreed(), as_of=DAY)

    assert (answer["bob"].held, answer["bob"].options) == (Shares(400_000), Shares(50_000))
    assert answer["fund"].options == Shares(50_000)
    assert answer.pool_before == answer.pool_after == Shares(150_000)
    assert answer.before == Shares(1_250_000)
    assert answer.solution.exact_price == Fraction(8_000_000, 1_250_000)


def test_a_pool_target_counts_what_is_already_in_the_pool() -> None:
    """By hand: 10 % of 1,250,000 after the round is 125,000; 100,000 are there, so 25,000 are added, at $7.11."""
    ledger = founded(builders.plan_adopted(pooled=100_000))

    answer = pro_forma(ledger, agreed(price=Price("80/9", "USD"), pool_target=Ratio("0.1")), as_of=DAY)

    assert answer.pool_after.as_fraction() * 10 >= answer.after.as_fraction()
    assert (answer.pool_after.as_fraction() - 1) * 10 < answer.after.as_fraction() - 1


def test_promised_options_come_out_of_the_pool() -> None:
    ledger = founded(builders.plan_adopted(pooled=100_000))

    answer = pro_forma(ledger, agreed(), as_of=DAY, promised=Shares(130_000))

    assert answer.solution.pool_increase == Shares(30_000)


def test_a_safe_converts_into_its_part_of_the_company_before_the_money() -> None:
    """$500,000 at a post-money cap of $4M is an eighth of 1,142,857 shares: 142,857 for 1,000,000 others."""
    ledger = founded(safe_issued(terms=safe_terms(cap="4000000 USD", discount=None)))

    answer = pro_forma(ledger, agreed(), as_of=DAY)

    (conversion,) = answer.solution.conversions
    assert conversion.exact / Fraction(conversion.capitalization or 1) == Fraction(1, 8)
    assert answer["fund"].received == Shares(142_857)
    assert conversion.series == "series-b-1"


def test_the_terms_of_a_safe_are_those_in_force_on_the_day() -> None:
    ledger = founded(
        safe_issued(terms=safe_terms(cap="8000000 USD", discount=None)),
        builders.safe_terms_amended(terms=safe_terms(cap="4000000 USD", discount=None), effective_on="2026-05-01"),
    )

    before, after = (
        pro_forma(ledger, agreed(), as_of=day).solution.conversions[0] for day in ("2026-04-30", "2026-05-01")
    )

    assert before.taken is Taken.ROUND_PRICE
    assert after.taken is Taken.CAP


def test_a_most_favored_nation_safe_counts_with_the_best_of_the_later_terms_only() -> None:
    favored = safe_terms(cap=None, cap_timing=None, discount=None, most_favored_nation=True)
    earlier = safe_issued(instrument="early", terms=safe_terms(cap="3000000 USD"), effective_on="2026-02-01")
    later = safe_issued(instrument="late", terms=safe_terms(cap="5000000 USD"), effective_on="2026-03-01")
    ledger = founded(earlier, safe_issued(terms=favored), later)

    answer = pro_forma(ledger, agreed(), as_of=DAY)

    by_name = {each.name: each for each in answer.solution.conversions}
    assert by_name["safe-1"].terms == later.terms
    assert by_name["safe-1"].price == by_name["late"].price != by_name["early"].price


def test_a_note_converts_if_it_promises_to_in_a_round_of_this_size() -> None:
    def in_a_round(least: str) -> NoteTerms:
        return NoteTerms(in_a_round=RoundConversion(round_of_at_least=Money.parse(least)))

    ledger = founded(
        note("small", terms=in_a_round("2000000 USD")),
        note("large", terms=in_a_round("2000000.01 USD")),
        note("loan"),
    )

    answer = pro_forma(ledger, agreed(), as_of=DAY)

    assert [each.name for each in answer.solution.conversions] == ["small"]
    assert {each.instrument: each.why for each in answer.not_converting} == {
        "large": "it converts in a round of at least 2,000,000.01 USD",
        "loan": "it promises no conversion in a round",
    }


def test_what_was_converted_before_does_not_convert_again() -> None:
    ledger = founded(
        safe_issued(),
        made(
            ConvertibleConverted,
            {},
            holder="fund",
            instrument="safe-1",
            principal="200000 USD",
            stock_class="common",
            received=1_000,
            effective_on="2026-03-01",
        ),
    )

    answer = pro_forma(ledger, agreed(), as_of=DAY)

    assert [each.principal for each in answer.solution.conversions] == [Money(300_000, "USD")]


def test_a_safe_that_ended_does_not_convert() -> None:
    cancelled = made(
        ConvertibleCancelled,
        {},
        holder="fund",
        instrument="safe-1",
        principal="500000 USD",
        reason="Bought out.",
        effective_on="2026-03-01",
    )

    assert pro_forma(founded(safe_issued(), cancelled), agreed(), as_of=DAY).solution.conversions == ()


def test_what_is_left_out_stays_as_it_is() -> None:
    answer = pro_forma(founded(safe_issued()), agreed(), as_of=DAY, leave_out=("safe-1",))

    assert answer.solution.conversions == ()
    assert [(each.instrument, each.amount, each.why) for each in answer.not_converting] == [
        ("safe-1", Money(500_000, "USD"), "left out")
    ]


def test_a_name_that_is_left_out_stands_for_a_safe_or_note() -> None:
    with pytest.raises(UnknownName) as caught:
        pro_forma(founded(safe_issued()), agreed(), as_of=DAY, leave_out=("safe-l",))

    assert caught.value.nearest == "safe-1"


def test_merged_holders_are_one_in_everything() -> None:
    ledger = founded(
        builders.warrant_issued(holder="bob", purchasable=1_000),
        safe_issued(holder="bob"),
        builders.holder_merged(holder="bob", into="ada", effective_on="2026-05-01"),
    )

    answer = pro_forma(ledger, agreed(), as_of=DAY)

    assert {line.holder for line in answer} == {"ada", "newco"}
    assert (answer["ada"].held, answer["ada"].options) == (Shares(1_000_000), Shares(1_000))
    assert answer["ada"].received


@pytest.mark.parametrize(("count", "interest"), [("actual/365", "2958.90"), ("actual/360", "3000.00")])
def test_interest_to_the_day_converts_with_a_note(count: str, interest: str) -> None:
    """6 % on $100,000 for the 180 days from 2 February to 1 August 2026: 180/365 or half a year."""
    bears = InterestTerms(rate=Ratio("0.06"), day_count=DayCount(count))
    ledger = founded(note("n", terms=NoteTerms(interest=bears, in_a_round=RoundConversion(discount=Ratio("0.2")))))

    (conversion,) = pro_forma(ledger, agreed(price=Price(8, "USD")), as_of="2026-08-01").solution.conversions

    assert conversion.interest == Fraction(interest)
    assert conversion.shares == Shares(int((100_000 + Fraction(interest)) / Fraction("6.4")))


def test_the_interest_of_holders_that_were_merged_is_counted_once() -> None:
    bears = InterestTerms(rate=Ratio("0.0365"), day_count=DayCount.ACTUAL_365)
    terms = NoteTerms(interest=bears, in_a_round=RoundConversion())
    ledger = founded(
        note("n", terms=terms),
        builders.convertible_assigned(
            instrument="n", from_holder="fund", to_holder="bob", principal="25000 USD", effective_on=builders.DEALT
        ),
        builders.holder_merged(holder="bob", into="fund", effective_on="2026-03-01"),
    )

    answer = pro_forma(ledger, agreed(price=Price(8, "USD")), as_of="2026-05-13")

    assert sorted((int(each.principal.amount), int(each.interest)) for each in answer.solution.conversions) == [
        (25_000, 250),
        (75_000, 750),
    ]
    after = ledger.supposing(*closing(answer))
    assert pro_forma(after, agreed(series=StockClassId("series-c")), as_of="2026-05-13").solution.conversions == ()


def test_a_round_leaves_as_tables() -> None:
    answer = pro_forma(
        founded(safe_issued(terms=safe_terms(cap="4000000 USD", discount=None))), agreed(), as_of=DAY
    )

    assert [frame.name for frame in answer.frames()] == ["holders", "conversions", "purchases"]
    holders, conversions, purchases = (frame.to_dicts() for frame in answer.frames())
    assert [(each["holder"], each["after"], each["part_before"]) for each in holders[:2]] == [
        ("ada", 600_000, Fraction(3, 5)),
        ("bob", 400_000, Fraction(2, 5)),
    ]
    assert (conversions[0]["instrument"], conversions[0]["by"], conversions[0]["shares"]) == (
        "safe-1",
        "cap",
        142_857,
    )
    assert purchases[0]["paid"] == 2_000_000


def test_what_has_expired_or_is_paid_in_cash_does_not_count() -> None:
    cash = builders.award_terms(award_kind=AwardKind.CASH_APPRECIATION_RIGHT, expires_on=None)
    ledger = founded(
        builders.plan_adopted(pooled=100_000),
        builders.warrant_issued(purchasable=5_000, terms=WarrantTerms(expires_on=date(2026, 6, 30))),
        builders.award_granted(award="option", granted=1_000, terms=builders.award_terms(expires_on="2026-06-30")),
        builders.award_granted(award="cash", granted=300, terms=cash),
    )

    last, next_day = (pro_forma(ledger, agreed(), as_of=day) for day in ("2026-06-30", "2026-07-01"))

    assert last.standing.options == 6_000
    assert next_day.standing.options == 0


def test_what_stands_before_a_round_is_what_is_fully_diluted_without_papers() -> None:
    ledger = founded(
        builders.preferred_issued(issued=1_000),
        builders.plan_adopted(pooled=100_000),
        builders.award_granted(granted=48_000),
        builders.warrant_issued(purchasable=5_000),
    )

    answer = pro_forma(ledger, agreed(), as_of=DAY)

    count = fully_diluted(ledger, as_of=DAY)["fully-diluted"]
    assert count.total == exactly(answer.before)


# --- what is not known -------------------------------------------------------------------------------------------


def test_a_partial_register_counts_with_what_the_company_states() -> None:
    scope = builders.register_scope_declared(
        scope=Scope.PARTIAL, stated_outstanding=1_500_000, effective_on=builders.DEALT
    )

    answer = pro_forma(founded(scope), agreed(), as_of=DAY)

    assert answer.not_recorded == Shares(500_000)
    assert answer.before == Shares(1_500_000)


def test_a_partial_register_without_a_count_has_no_round() -> None:
    scope = builders.register_scope_declared(scope=Scope.PARTIAL)

    with pytest.raises(NotUnderstood, match="not recorded") as caught:
        pro_forma(founded(scope), agreed(), as_of=DAY)

    assert caught.value.code == "E_OPEN"


@pytest.mark.parametrize(
    "event",
    [
        builders.common_issued(effective_on="2026-06-01/2026-07-31"),
        builders.warrant_issued(effective_on="2026-06-01/2026-07-31"),
        safe_issued(effective_on="2026-06-01/2026-07-31"),
        builders.holder_merged(holder="bob", into="ada", effective_on="2026-06-01/2026-07-31"),
    ],
    ids=lambda event: event.KIND,
)
def test_a_day_on_which_something_is_open_has_no_round(event: Any) -> None:
    ledger = founded(event)

    with pytest.raises(NotUnderstood) as caught:
        pro_forma(ledger, agreed(), as_of=DAY)

    assert caught.value.code == "E_OPEN"
    assert pro_forma(ledger, agreed(), as_of="2026-07-31")


def test_a_class_that_neither_converts_nor_is_common_does_not_count() -> None:
    ledger = founded(
        builders.stock_class_designated(
            stock_class="debt-like", class_kind=StockClassKind.PREFERRED, title="Series D"
        ),
        builders.preferred_issued(stock_class="debt-like", issued=10),
    )

    answer = pro_forma(ledger, agreed(), as_of=DAY)

    assert answer.left_aside == ("debt-like",)
    assert answer.before == Shares(1_000_000)


# --- nothing is recorded, and the same as facts ------------------------------------------------------------------


def test_a_pro_forma_leaves_the_record_as_it_is() -> None:
    ledger = founded(safe_issued())
    before = ledger.entries()[-1]

    pro_forma(ledger, agreed(), as_of=DAY)

    assert ledger.entries()[-1] is before


def as_converted(ledger: Ledger) -> dict[str, Fraction]:
    """Return what everybody holds as converted at the close of the day, by the cap table."""
    found: dict[str, Fraction] = {}
    for line in cap_table(ledger, as_of=DAY):
        if line.as_converted is not None:
            found[line.holder] = found.get(line.holder, Fraction(0)) + line.as_converted.exact.as_fraction()
    return found


def closed(ledger: Ledger, answer: ProForma) -> Ledger:
    return ledger.supposing(*closing(answer, common="common", plan="plan-2026"))


def test_the_closing_as_facts_gives_the_cap_table_that_the_round_shows() -> None:
    ledger = founded(
        builders.plan_adopted(pooled=50_000),
        safe_issued(terms=safe_terms(cap="4000000 USD", discount=None)),
        safe_issued(instrument="safe-2", holder="bob", terms=safe_terms(cap="30000000 USD", discount="0.2")),
    )
    answer = pro_forma(ledger, agreed(pool_target=Ratio("0.1"), price_places=4, conversion_places=4), as_of=DAY)

    after = closed(ledger, answer)

    assert as_converted(after) == {
        line.holder: (line.after.as_fraction() - line.options.as_fraction()) for line in answer
    }
    again = pro_forma(after, agreed(series=StockClassId("series-c")), as_of=DAY)
    assert again.before == answer.after
    assert again.pool_before == answer.pool_after
    assert again.solution.conversions == ()


def test_each_series_is_designated_for_what_is_issued_of_it_at_its_own_price() -> None:
    ledger = founded(safe_issued(terms=safe_terms(cap="4000000 USD", discount=None)))
    answer = pro_forma(ledger, agreed(), as_of=DAY)

    series = [event for event in closing(answer, title="Series B") if isinstance(event, StockClassDesignated)]

    assert [(each.stock_class, each.title) for each in series] == [
        ("series-b", "Series B"),
        ("series-b-1", "Series B-1"),
    ]
    assert [each.stated_value for each in series] == [answer.solution.price, answer.solution.conversions[0].price]
    assert str(series[0].authorized) == str(answer.solution.purchases[0].shares)


def test_a_closing_needs_to_know_which_plan_grows_and_into_what_series_convert() -> None:
    ledger = founded(
        builders.stock_class_designated(stock_class="class-b", title="Class B Common"),
        builders.plan_adopted(plan="one", pooled=10),
        builders.plan_adopted(plan="two", pooled=10),
    )
    answer = pro_forma(ledger, agreed(pool_target=Ratio("0.1")), as_of=DAY)

    with pytest.raises(NotUnderstood, match="one common class, and there are common, class-b"):
        closing(answer, plan="one")
    with pytest.raises(NotUnderstood, match="one plan, and there are one, two"):
        closing(answer, common="common")
    with pytest.raises(UnknownName, match="tow"):
        closing(answer, common="common", plan="tow")


capped = st.builds(
    lambda cap, timing, discount: safe_terms(
        cap=cap and Money(cap, "USD"), cap_timing=timing if cap else None, discount=discount
    ),
    st.none() | st.integers(2_000_000, 20_000_000),
    st.sampled_from(CapTiming),
    st.none() | st.sampled_from([Ratio("0.1"), Ratio("0.25")]),
)
safes = st.lists(st.tuples(st.sampled_from(builders.HOLDERS), st.integers(10_000, 400_000), capped), max_size=3)


@SOME
@given(
    safes,
    st.integers(1, 300_000),
    st.sampled_from(ConversionMethod),
    st.sampled_from([None, Ratio("0.1")]),
    st.booleans(),
)
def test_a_closing_leaves_everybody_with_what_the_round_shows(
    issued: list[tuple[str, int, Any]], pooled: int, method: ConversionMethod, target: Ratio | None, inside: bool
) -> None:
    ledger = founded(
        builders.plan_adopted(pooled=pooled),
        *(
            safe_issued(instrument=f"safe-{place}", holder=holder, purchase_amount=f"{amount} USD", terms=terms)
            for place, (holder, amount, terms) in enumerate(issued)
        ),
    )
    try:
        answer = pro_forma(ledger, agreed(method=method, pool_target=target, pool_inside=inside), as_of=DAY)
    except NotUnderstood:
        assume(False)
        raise

    after = closed(ledger, answer)

    assert as_converted(after) == {line.holder: line.after.as_fraction() for line in answer}
    assert (
        sum(line.part_after for line in answer) + answer.pool_after.as_fraction() / answer.after.as_fraction() == 1
    )
