"""The note ledger: it adds up for every note and every day, and says what the filings say."""

from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import Ledger
from ledger.days import EffectiveDay
from ledger.errors import NotUnderstood, UnknownName
from ledger.events import (
    Consideration,
    ConsiderationForm,
    Event,
    Fact,
    NoteGivenUp,
    NoteReceived,
    RightReceived,
    SharesReceived,
)
from ledger.identity import Count, HolderId, InstrumentId, StockClassId
from ledger.movements import InstrumentKind
from ledger.quantities import Money, Price, Ratio, Shares
from ledger.terms.interest import Compounding, DayCount, InterestTerms
from ledger.terms.market import MarketPrice, Measure, PriceRule
from ledger.terms.notes import NoteConversion, NoteTerms, equal_instalments
from projections import Bounds, NoteLedger, NoteLine, notes
from projections.bounds import exactly
from projections.debts import InterestChange, PrincipalChange
from tests import builders

LENT = "2026-02-02"


def usd(amount: str | int) -> Bounds[Money]:
    return exactly(Money(amount, "USD"))


def company(*events: Event) -> Ledger:
    ledger = builders.company()
    for event in events:
        ledger.record(event)
    return ledger


def terms(rate: str = "0.365", **fields: Any) -> NoteTerms:
    """Return terms whose interest is easy to count: of 1,000 a unit a day."""
    interest = {"rate": Ratio(rate), "day_count": DayCount.ACTUAL_365}
    interest |= {name: fields.pop(name) for name in ("compounding", "default_rate") if name in fields}
    return NoteTerms(interest=InterestTerms(**interest), **fields)  # type: ignore[arg-type]  # as named


def lent(principal: str = "1000 USD", **changes: Any) -> Event:
    return builders.note_issued(**{"principal": principal, "terms": terms(), "consideration": None, **changes})


def interest(found: NoteLedger, holder: str = "fund") -> Any:
    return found.of("n-1", holder).interest


# --- what happens to a note ---------------------------------------------------------------------------------


def test_a_note_from_its_issue_to_its_end() -> None:
    """1,000 bear 1 a day. 30 days: 30, of which 10 is paid with 200 of principal; 800 for 20 days bear 16; then 300
    and the 36 owed become 168 shares at 2; 500 for 10 days bear 5, which is added; 505 is repaid at once.
    """
    ledger = company(
        lent(),
        builders.note_repaid(principal="200 USD", interest="10 USD", effective_on="2026-03-04"),
        builders.convertible_converted(
            principal="300 USD", interest="36 USD", received=168, effective_on="2026-03-24"
        ),
        builders.interest_added_to_principal(added="5 USD", effective_on="2026-04-03"),
        builders.note_repaid(principal="505 USD", interest=None, effective_on="2026-04-03"),
    )

    def owed(day: str) -> Any:
        line = notes(ledger, as_of=day).of("n-1", "fund")
        return line.principal, line.interest.exact

    assert owed("2026-03-03") == (usd(1_000), 29)
    assert owed("2026-03-04") == (usd(800), 20)
    assert owed("2026-03-23") == (usd(800), Fraction("35.2"))
    assert owed("2026-03-24") == (usd(500), 0)
    assert owed("2026-04-02") == (usd(500), Fraction("4.5"))
    assert owed("2026-04-03") == (usd(0), 0)

    line: Any = notes(ledger, as_of="2026-04-03", after="2026-03-04").of("n-1", "fund")
    assert (line.opening, line.interest_opening.exact, line.accrued.exact) == (usd(800), 20, 21)
    assert [(step.kind, step.change, step.entries) for step in (*line.changes, *line.settled)] == [
        (PrincipalChange.INTEREST_ADDED, usd(5), (10,)),
        (PrincipalChange.CONVERTED, usd(-300), (9,)),
        (PrincipalChange.REPAID, usd(-505), (11,)),
        (InterestChange.CONVERTED, usd(-36), (9,)),
        (InterestChange.ADDED, usd(-5), (10,)),
    ]
    assert line.change(PrincipalChange.LENT) == usd(0)
    assert notes(ledger, as_of="2026-12-31", after="2026-04-03").lines == ()


def test_an_assignment_takes_its_part_of_the_interest_with_it() -> None:
    ledger = company(
        lent(),
        builders.convertible_assigned(principal="400 USD", interest="12 USD", effective_on="2026-03-04"),
    )
    found = notes(ledger, as_of="2026-03-14")

    assert (found.of("n-1", "fund").principal, interest(found).exact) == (usd(600), 24)
    assert (found.of("n-1", "ada").principal, interest(found, "ada").exact) == (usd(400), 16)
    assert found.of("n-1", "ada").change(InterestChange.ASSIGNED_IN) == usd(12)
    assert found.of("n-1", "fund").change(InterestChange.ASSIGNED_OUT) == usd(-12)
    assert [note.instrument for note in found.notes] == ["n-1"]


def test_what_holders_that_were_merged_assign_to_each_other_is_no_movement() -> None:
    ledger = company(
        lent(holder="ada"),
        builders.convertible_assigned(from_holder="ada", to_holder="bob", principal="400 USD", interest=None),
        builders.holder_merged(holder="bob", into="ada", effective_on="2026-06-01"),
    )
    assert [(str(line.holder), line.principal) for line in notes(ledger, as_of="2026-05-31")] == [
        ("ada", usd(600)),
        ("bob", usd(400)),
    ]
    merged = notes(ledger, as_of="2026-06-01")
    assert [(str(line.holder), line.principal, len(line.changes)) for line in merged] == [("ada", usd(1_000), 1)]


def test_eleven_notes_become_one_that_bears_interest_from_its_day() -> None:
    """Ascent Solar, 13 September 2017, with invented parts: eleven notes of 318,563.40 and interest of 0.05 in all
    become one of 3,504,197.45; 11 × 318,563.40 = 3,504,197.40.
    """
    eleven = [lent("318563.40 USD", instrument=f"old-{n}", terms=NoteTerms()) for n in range(11)]
    given_up = [
        NoteGivenUp(
            holder=HolderId("fund"),
            instrument=InstrumentId(f"old-{n}"),
            principal=Money("318563.40", "USD"),
            interest=Money("0.05", "USD") if n == 0 else None,
        )
        for n in range(11)
    ]
    merged = NoteReceived(
        holder=HolderId("fund"), instrument=InstrumentId("one"), principal=Money("3504197.45", "USD"), terms=terms()
    )
    exchange = builders.securities_exchanged(
        notes_given_up=tuple(given_up), notes_received=(merged,), shares_received=(), effective_on="2026-05-04"
    )
    found = notes(company(*eleven, exchange), as_of="2026-05-14", after="2026-05-03")

    assert len(found) == 12
    one = found.of("one", "fund")
    assert (one.opening, one.principal) == (usd(0), usd("3504197.45"))
    assert one.change(PrincipalChange.RECEIVED) == usd("3504197.45")
    assert one.interest.exact == Fraction("3504197.45") * Fraction("0.365") * 10 / 365
    assert {line.change(PrincipalChange.EXCHANGED) for line in found if line is not one} == {usd("-318563.40")}


def test_a_note_settled_with_shares_and_a_right_to_shares_is_owed_no_more() -> None:
    """Ascent Solar, April 2016: notes of 2,000,000 cancelled for rights to receive a fixed number of shares."""
    exchange = builders.securities_exchanged(
        notes_given_up=(
            NoteGivenUp(holder=HolderId("fund"), instrument=InstrumentId("n-1"), principal=Money(2_000_000, "USD")),
        ),
        notes_received=(),
        shares_received=(
            SharesReceived(holder=HolderId("fund"), stock_class=StockClassId("common"), shares=Shares(5)),
        ),
        rights_received=(
            RightReceived(
                holder=HolderId("fund"),
                warrant=InstrumentId("right"),
                stock_class=StockClassId("common"),
                purchasable=Shares(250),
                price=Price(0, "USD"),
            ),
        ),
    )
    ledger = company(lent("2000000 USD", terms=NoteTerms()), exchange)
    assert notes(ledger, as_of="2026-05-04").of("n-1", "fund").principal == usd(0)
    assert notes(ledger, as_of="2026-05-05", after="2026-05-04").lines == ()


@pytest.mark.parametrize(
    ("paid", "later"), [("30.01 USD", False), ("30 USD", False), ("29.996 USD", False), ("29.99 USD", True)]
)
def test_interest_that_is_left_of_a_note_is_told_until_it_is_paid_and_what_was_paid_beyond_it_is_not(
    paid: str, later: bool
) -> None:
    ledger = company(lent(), builders.note_repaid(principal="1000 USD", interest=paid, effective_on="2026-03-04"))
    assert interest(notes(ledger, as_of="2026-03-04")).exact == 30 - Money.parse(paid).amount
    assert bool(notes(ledger, after="2026-03-04", as_of="2026-12-31").lines) is later


def test_a_safe_stands_beside_the_notes_without_interest() -> None:
    line: Any = notes(company(builders.safe_issued()), as_of="2026-12-31").of("safe-1", "fund")
    assert (line.instrument_kind, line.principal, line.interest.exact) == (InstrumentKind.SAFE, usd(500_000), 0)


def test_amended_terms_and_a_default_change_the_rate_from_their_day() -> None:
    ledger = company(
        lent(terms=terms("0.365", default_rate=Ratio("0.73"))),
        builders.default_declared(effective_on="2026-02-12"),
        builders.default_cured(effective_on="2026-02-17"),
        builders.note_terms_amended(terms=terms("1.095"), effective_on="2026-02-22"),
        builders.note_terms_amended(terms=NoteTerms(), effective_on="2026-02-27"),
    )
    days = ["2026-02-12", "2026-02-17", "2026-02-22", "2026-02-27", "2026-03-09"]
    assert [interest(notes(ledger, as_of=day)).exact for day in days] == [10, 20, 25, 40, 40]


# --- what it would become, and what is due ------------------------------------------------------------------


def converting(**rule: Any) -> NoteTerms:
    return terms(conversion=NoteConversion(into=StockClassId("common"), price=PriceRule(**rule)))


def test_what_a_note_would_become_on_a_day() -> None:
    """1,000 and 30 of interest at 4 are 257.5 shares; without the interest 250."""
    fixed = converting(fixed=Price(4, "USD"))
    assert fixed.conversion is not None
    alone = attrs.evolve(fixed, conversion=attrs.evolve(fixed.conversion, interest_converts=False))

    for agreed, shares in ((fixed, 257), (alone, 250)):
        found = notes(company(lent(terms=agreed)), as_of="2026-03-04")
        assert found.of("n-1", "fund").becomes == exactly(Shares(shares))
        assert found["n-1"].price is not None
        assert found["n-1"].price.price == Price(4, "USD")


def test_a_price_that_is_not_known_leaves_the_shares_open() -> None:
    market = MarketPrice(measure=Measure.VWAP, trading_days=Count(5))
    for rule, low, high in (
        ({"fixed": Price(4, "USD"), "floor": Price(2, "USD")}, 257, 515),
        ({"fixed": Price(4, "USD")}, 257, None),
        ({"floor": Price(2, "USD")}, 0, 515),
    ):
        found = notes(company(lent(terms=converting(market=(market,), **rule))), as_of="2026-03-04")
        shares = found.of("n-1", "fund").becomes
        assert shares == Bounds(Shares(low), None if high is None else Shares(high))


def test_a_note_becomes_nothing_before_its_right_opens_and_after_it_closes() -> None:
    right = NoteConversion(
        into=StockClassId("common"),
        price=PriceRule(fixed=Price(4, "USD")),
        opens_on=date(2026, 3, 4),
        closes_on=date(2026, 3, 5),
    )
    ledger = company(lent(terms=terms(conversion=right)))
    days = ["2026-03-03", "2026-03-04", "2026-03-05", "2026-03-06"]
    assert [notes(ledger, as_of=day)["n-1"].price is None for day in days] == [True, False, False, True]
    assert [notes(ledger, as_of=day).of("n-1", "fund").becomes is None for day in days] == [
        True,
        False,
        False,
        True,
    ]


def test_instalments_fall_due_and_what_was_paid_counts_against_the_earliest() -> None:
    agreed = terms(instalments=equal_instalments(Money(1_000, "USD"), 4, first_on=date(2026, 3, 31)))
    paid = builders.note_repaid(principal="300 USD", interest=None, effective_on="2026-04-15")
    ledger = company(lent(terms=agreed), paid)

    def due(day: str) -> tuple[Any, Any, Any]:
        note = notes(ledger, as_of=day)["n-1"]
        return note.due, note.overdue, note.next_due_on

    assert due("2026-03-30") == (None, None, date(2026, 3, 31))
    assert due("2026-03-31") == (usd(250), usd(250), date(2026, 4, 30))
    assert due("2026-04-15") == (usd(250), usd(0), date(2026, 4, 30))
    assert due("2026-04-30") == (usd(500), usd(200), date(2026, 5, 31))
    assert due("2026-06-30") == (usd(1_000), usd(700), None)


def test_at_maturity_all_of_it_is_due() -> None:
    ledger = company(lent(terms=terms(matures_on=date(2026, 6, 30))))
    found = [notes(ledger, as_of=f"2026-0{day}")["n-1"] for day in ("6-29", "6-30", "7-01")]
    assert [note.due for note in found] == [None, usd(1_000), usd(1_000)]
    assert [note.next_due_on for note in found] == [date(2026, 6, 30), None, None]


def test_an_assignment_pays_no_instalment() -> None:
    agreed = terms(instalments=equal_instalments(Money(1_000, "USD"), 4, first_on=date(2026, 3, 31)))
    assigned = builders.convertible_assigned(principal="300 USD", interest=None, effective_on="2026-03-04")
    assert notes(company(lent(terms=agreed), assigned), as_of="2026-03-31")["n-1"].overdue == usd(250)


@pytest.mark.parametrize(("given", "discount"), [("90000 USD", 10_000), ("100000 USD", 0), (None, None)])
def test_what_is_owed_beyond_what_was_paid_is_an_original_issue_discount(
    given: str | None, discount: int | None
) -> None:
    """Ascent Solar, September 2017: 1,725,000 for 1,500,000; here a tenth of 100,000, nothing, and not stated."""
    amount = None if given is None else Money.parse(given)
    paid = Consideration(form=ConsiderationForm.CASH, amount=amount)
    note = notes(company(builders.note_issued(consideration=paid)), as_of="2026-03-01")["n-1"]
    assert note.discount == (None if discount is None else Money(discount, "USD"))


def test_a_lien_stands_until_it_is_released() -> None:
    ledger = company(lent(), builders.lien_granted(), builders.lien_released(effective_on="2026-05-04"))
    assert [notes(ledger, as_of=day)["n-1"].liens for day in ("2026-05-03", "2026-05-04")] == [("all-assets",), ()]


def test_a_name_that_is_not_on_the_ledger_is_refused_with_the_nearest() -> None:
    found = notes(company(lent()), as_of="2026-12-31")
    with pytest.raises(UnknownName, match="Did you mean n-1"):
        found["n-11"]
    with pytest.raises(UnknownName, match="Did you mean fund"):
        found.of("n-1", "fundd")
    with pytest.raises(NotUnderstood, match="2026-01-01 is before 2026-12-31"):
        notes(company(lent()), after="2026-12-31", as_of="2026-01-01")


# --- the filings --------------------------------------------------------------------------------------------


def received(principal: str, holder: str, instrument: str) -> list[Event]:
    """Return a note of somebody else that was exchanged for one of the holder, of the same principal."""
    money = Money(principal, "USD")
    old = NoteGivenUp(holder=HolderId("ada"), instrument=InstrumentId(f"old-{instrument}"), principal=money)
    new = NoteReceived(holder=HolderId(holder), instrument=InstrumentId(instrument), principal=money)
    return [
        lent(f"{principal} USD", holder="ada", instrument=old.instrument, terms=NoteTerms()),
        builders.securities_exchanged(
            notes_given_up=(old,), notes_received=(new,), shares_received=(), effective_on="2027-06-01"
        ),
    ]


def converted(principal: str, holder: str, instrument: str) -> Event:
    return builders.convertible_converted(
        holder=holder,
        instrument=instrument,
        principal=f"{principal} USD",
        interest=None,
        price=None,
        received=1,
        effective_on="2027-09-30",
    )


def test_a_year_of_notes_closes_to_the_dollar() -> None:
    """Ascent Solar, 10-K for 2018, in dollars: BayBridge (here ``fund``) had 565,000, 270,000 were redocumented or
    assigned to it, and 772,500 converted; Bellridge (``bob``) began with nothing, lent 150,000, received 550,000,
    and converted 245,000. They close with 62,500 and 455,000. Which note each conversion was of is invented.
    """
    ledger = company(
        lent("565000 USD", holder="fund", instrument="f-1", terms=NoteTerms()),
        lent("150000 USD", holder="bob", instrument="b-1", terms=NoteTerms(), effective_on="2027-02-02"),
        *received("270000", "fund", "f-2"),
        *received("550000", "bob", "b-2"),
        *(converted("502500", "fund", "f-1"), converted("270000", "fund", "f-2")),
        *(converted("95000", "bob", "b-1"), converted("150000", "bob", "b-2")),
    )
    found = notes(ledger, after="2026-12-31", as_of="2027-12-31")
    columns: tuple[Callable[[NoteLine], Bounds[Money]], ...] = (
        lambda line: line.opening,
        lambda line: line.change(PrincipalChange.LENT),
        lambda line: line.change(PrincipalChange.RECEIVED),
        lambda line: line.change(PrincipalChange.CONVERTED),
        lambda line: line.principal,
    )

    def row(holder: str) -> list[int]:
        lines = [line for line in found if line.holder == holder]
        return [int(sum(column(line).exact.amount for line in lines)) for column in columns]

    assert row("fund") == [565_000, 0, 270_000, -772_500, 62_500]
    assert row("bob") == [0, 150_000, 550_000, -245_000, 455_000]


# --- laws ---------------------------------------------------------------------------------------------------

HOLDERS = ("fund", "ada", "bob")
FIRST = date(2026, 3, 2)


@st.composite
def lives(draw: st.DrawFn) -> list[Fact]:
    """Return a note with whatever may happen to it; some days are open, and no more ends than there is."""
    compounding = draw(st.sampled_from([each for each in Compounding if each is not Compounding.DAILY]))
    agreed = terms("0.12", compounding=compounding, default_rate=Ratio("0.24"))
    found: list[Fact] = [lent("1000 USD", terms=agreed)]  # type: ignore[list-item]  # a note is a fact
    left = dict.fromkeys(HOLDERS, 0) | {"fund": 1_000}
    on = FIRST
    for _ in range(draw(st.integers(0, 6))):
        on += timedelta(days=draw(st.integers(1, 60)))
        holder = draw(st.sampled_from([each for each in HOLDERS if left[each]] or ["fund"]))
        part = draw(st.integers(1, max(left[holder] // 2, 1)))
        owed = draw(st.sampled_from([None, "1 USD", "7.5 USD"]))
        common = {"holder": holder, "principal": f"{part} USD", "interest": owed, "effective_on": on.isoformat()}
        what = draw(st.integers(0, 5))
        if what < 3 and left[holder]:
            make = (builders.note_repaid, builders.convertible_converted, builders.convertible_cancelled)[what]
            found.append(make(**common))
            left[holder] -= part
        elif what == 3 and left[holder]:
            other = draw(st.sampled_from([each for each in HOLDERS if each != holder]))
            del common["holder"]
            found.append(builders.convertible_assigned(from_holder=holder, to_holder=other, **common))
            left[holder] -= part
            left[other] += part
        elif what == 4:
            found.append(
                builders.interest_added_to_principal(
                    holder=holder, added="3 USD", effective_on=common["effective_on"]
                )
            )
            left[holder] += 3
        else:
            make_default = draw(st.sampled_from([builders.default_declared, builders.default_cured]))
            found.append(make_default(effective_on=on.isoformat()))
    return found


SOME = settings(max_examples=40)
days_after = st.integers(-10, 400).map(lambda days: FIRST + timedelta(days=days))


@SOME
@given(life=lives(), first=days_after, second=days_after)
def test_opening_and_changes_are_the_closing_for_principal_and_interest(
    life: list[Fact], first: date, second: date
) -> None:
    after, through = sorted((first, second))
    ledger = company(*life)
    for line in notes(ledger, as_of=through, after=after):
        moved = sum(step.change.exact.amount for step in line.changes)
        settled = sum(step.change.exact.amount for step in line.settled)
        assert line.opening.exact.amount + moved == line.principal.exact.amount
        assert line.interest_opening.exact + line.accrued.exact + settled == line.interest.exact


@SOME
@given(life=lives(), days=st.tuples(days_after, days_after, days_after).map(sorted))
def test_what_one_period_closes_with_the_next_one_opens_with(life: list[Fact], days: list[date]) -> None:
    ledger = company(*life)
    one = {(each.instrument, each.holder): each for each in notes(ledger, after=days[0], as_of=days[1])}
    two = {(each.instrument, each.holder): each for each in notes(ledger, after=days[1], as_of=days[2])}
    whole = {(each.instrument, each.holder): each for each in notes(ledger, after=days[0], as_of=days[2])}
    for key in one.keys() & two.keys():
        assert one[key].principal == two[key].opening
        assert one[key].interest == two[key].interest_opening
        assert one[key].accrued.exact + two[key].accrued.exact == whole[key].accrued.exact


@SOME
@given(life=lives(), as_of=days_after)
def test_what_is_owed_to_all_is_what_was_lent_and_added_less_what_ended(life: list[Fact], as_of: date) -> None:
    found = notes(company(*life), as_of=as_of)
    owed = sum(line.principal.exact.amount for line in found)
    ends = (
        PrincipalChange.LENT,
        PrincipalChange.INTEREST_ADDED,
        PrincipalChange.CONVERTED,
        PrincipalChange.REPAID,
        PrincipalChange.CANCELLED,
    )
    assert owed == sum(line.change(kind).exact.amount for line in found for kind in ends)


@SOME
@given(life=lives(), at=st.integers(0, 6), before=st.integers(0, 20), later=st.integers(0, 20), as_of=days_after)
def test_a_note_whose_day_is_open_lies_between_its_bounds_on_every_day(
    life: list[Fact], at: int, before: int, later: int, as_of: date
) -> None:
    """The day of one fact is opened, in both directions as far as its neighbours let it."""
    at %= len(life)
    on = life[at].effective_on.latest
    lowest = life[at - 1].effective_on.latest if at else on
    highest = life[at + 1].effective_on.latest if at + 1 < len(life) else on + timedelta(days=20)
    first = max(on - timedelta(days=before), lowest + timedelta(days=1 if at else 0))
    last = min(on + timedelta(days=later), highest - timedelta(days=1))
    if not first <= on <= last:
        return

    def found(effective: EffectiveDay) -> dict[Any, NoteLine]:
        changed = [attrs.evolve(each, effective_on=effective) if n == at else each for n, each in enumerate(life)]
        return {(each.instrument, each.holder): each for each in notes(company(*changed), as_of=as_of)}

    bounds = found(EffectiveDay(first, last))
    for reading in {first, on, last, first + (last - first) // 2}:
        for key, line in found(EffectiveDay(reading)).items():
            between = bounds[key]
            assert between.principal.low is not None
            assert between.principal.low <= line.principal.exact <= between.principal.high  # type: ignore[operator]  # both ends are known
            assert between.interest.low is not None
            assert between.interest.high is not None
            assert between.interest.low <= line.interest.exact <= between.interest.high
