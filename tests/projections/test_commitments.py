"""What investors promised: undertaken, due, closed, lapsed and undrawn, and the shares bought."""

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given

from ledger import (
    AgreementId,
    Authorized,
    ConditionId,
    ConversionRight,
    Currency,
    FractionPolicy,
    HolderId,
    Ledger,
    Money,
    Price,
    Ratio,
    Remedy,
    RuleBroken,
    Scope,
    SecurityId,
    Shares,
    StockClassId,
    TrancheId,
)
from ledger.events import Event, LapsedPart, ResultingTerms, TrancheRescheduled
from ledger.terms.commitment import Condition, ConditionState
from projections import Bounds, CommitmentBalance, commitments
from projections.bounds import exactly
from projections.commitments import TrancheLine
from tests.builders import (
    agreement_amended,
    agreement_signed,
    agreement_terminated,
    authorized_shares_changed,
    commitment_lapsed,
    commitment_reduced,
    common_issued,
    company,
    condition_satisfied,
    condition_waived,
    fractions_settled,
    preferred_issued,
    register_scope_declared,
    remedy_exercised,
    shares_converted,
    shares_redeemed,
    shares_reserved,
    shares_transferred,
    stock_split_effected,
    tranche,
    tranche_closed,
)
from tests.projections.histories import SOME, as_of_days, histories, recorded

T1, T2 = TrancheId("t1"), TrancheId("t2")


def usd(amount: int) -> Money:
    return Money(amount, "USD")


def signed(*events: Event) -> Ledger:
    """Return a company with the agreement of the builders: 400,000 due 31 March and 30 June, 200,000 undated."""
    ledger = company()
    ledger.record(agreement_signed())
    for event in events:
        ledger.record(event)
    return ledger


def balance(ledger: Ledger, as_of: str = "2026-02-28") -> CommitmentBalance:
    return commitments(ledger, as_of=as_of)["spa"]


def money(found: CommitmentBalance) -> dict[str, int]:
    """Return the amounts of a balance that is exact, in whole units."""
    names = ("undertaken", "due", "overdue", "closed", "lapsed", "undrawn")
    return {name: int(getattr(found, name).exact.amount) for name in names}


def line(found: CommitmentBalance, name: TrancheId | None) -> TrancheLine:
    return next(each for each in found.tranches if each.tranche == name)


# --- undertaken, closed, lapsed, undrawn -------------------------------------------------------------------------


def test_signing_undertakes_the_commitment_tranche_by_tranche() -> None:
    found = balance(signed())

    assert money(found) == {
        "undertaken": 1_000_000,
        "due": 0,
        "overdue": 0,
        "closed": 0,
        "lapsed": 0,
        "undrawn": 1_000_000,
    }
    assert [(each.tranche, each.undrawn.exact) for each in found.tranches] == [
        (T1, usd(400_000)),
        (T2, usd(400_000)),
        (None, usd(200_000)),
    ]
    assert (found.investor, found.buys, found.price.only) == ("fund", "series-a", Price(10, "USD"))


@pytest.mark.parametrize(
    ("event", "undertaken", "closed", "lapsed", "undrawn"),
    [
        (tranche_closed(closed="400000 USD"), 1_000_000, 400_000, 0, 600_000),
        (tranche_closed(closed="150000 USD"), 1_000_000, 150_000, 0, 850_000),
        (tranche_closed(tranche=None, closed="150000 USD"), 1_000_000, 150_000, 0, 850_000),
        (commitment_lapsed(), 1_000_000, 0, 50_000, 950_000),
        (commitment_reduced(), 900_000, 0, 0, 900_000),
        (agreement_amended(added="50000 USD"), 1_050_000, 0, 0, 1_050_000),
        (
            agreement_amended(added_tranches=(tranche("t3", due_on="2026-09-30"),)),
            1_400_000,
            0,
            0,
            1_400_000,
        ),
        (agreement_terminated(), 1_000_000, 0, 200_000, 800_000),
    ],
)
def test_each_act_moves_money_from_one_stage_to_another(
    event: Event, undertaken: int, closed: int, lapsed: int, undrawn: int
) -> None:
    found = balance(signed(event))

    assert (found.undertaken.exact, found.closed.exact) == (usd(undertaken), usd(closed))
    assert (found.lapsed.exact, found.undrawn.exact) == (usd(lapsed), usd(undrawn))


@SOME
@given(histories(), as_of_days)
def test_what_is_undrawn_is_what_was_undertaken_less_closed_and_lapsed(events: list[Event], as_of: date) -> None:
    found = commitments(recorded(events), as_of=as_of)["spa"]

    assert found.undrawn.exact == found.undertaken.exact - found.closed.exact - found.lapsed.exact
    for name in ("undertaken", "closed", "lapsed", "undrawn"):
        parts = [getattr(each, name).exact.units for each in found.tranches]
        assert sum(parts) == getattr(found, name).exact.units


def test_conversions_do_not_touch_what_is_undrawn() -> None:
    ledger = signed(
        tranche_closed(closed="10000 USD"),
        preferred_issued(agreement=AgreementId("spa"), security=SecurityId("PA-1")),
    )
    before = balance(ledger)
    ledger.record(shares_converted(security="PA-1"))

    assert money(balance(ledger)) == money(before)


# --- due and overdue ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("as_of", "due"),
    [
        ("2026-03-30", 0),
        ("2026-03-31", 400_000),
        ("2026-04-01", 400_000),
        ("2026-06-29", 400_000),
        ("2026-06-30", 800_000),
        ("2026-07-01", 800_000),
    ],
)
def test_a_tranche_is_due_from_its_day_on_and_a_default_moves_no_money(as_of: str, due: int) -> None:
    found = balance(signed(), as_of)

    assert (found.due.exact, found.overdue.exact) == (usd(due), usd(due))
    assert found.undrawn.exact == usd(1_000_000)
    assert found.undrawn_if_on_schedule.exact == usd(1_000_000 - due)


def test_a_missed_tranche_stays_overdue_until_it_is_closed_late() -> None:
    ledger = signed(
        tranche_closed(closed="100000 USD", effective_on="2026-03-31"),
        tranche_closed(closed="300000 USD", effective_on="2026-04-20"),
    )

    overdue = {
        as_of: balance(ledger, as_of).overdue.exact
        for as_of in ("2026-03-30", "2026-03-31", "2026-04-19", "2026-04-20")
    }
    assert list(overdue.values()) == [usd(0), usd(300_000), usd(300_000), usd(0)]


def test_a_tranche_closed_early_does_not_pay_for_one_that_is_due() -> None:
    """t2 of 400,000 is paid in April, three months early; t1 of 400,000, due on 31 March, is not."""
    found = balance(signed(tranche_closed(tranche=T2, closed="400000 USD")), "2026-04-01")

    assert found.overdue.exact == usd(400_000)
    assert found.undrawn.exact == usd(600_000)


def test_what_lapses_of_a_later_tranche_does_not_lower_what_is_overdue() -> None:
    found = balance(signed(commitment_lapsed()), "2026-04-01")

    assert found.overdue.exact == usd(400_000)


@pytest.mark.parametrize(
    ("paid", "overdue"), [(199_999, 400_000), (200_000, 400_000), (200_001, 399_999), (600_001, 0)]
)
def test_money_not_allocated_first_covers_what_has_no_date_and_then_what_is_due(paid: int, overdue: int) -> None:
    """200,000 of the commitment have no date; what was paid in beyond it lowers what is overdue."""
    found = balance(signed(tranche_closed(tranche=None, closed=usd(paid))), "2026-04-01")

    assert found.overdue.exact == usd(overdue)


@pytest.mark.parametrize(("as_of", "due"), [("2026-03-31", 0), ("2026-05-14", 0), ("2026-05-15", 400_000)])
def test_a_rescheduled_tranche_is_due_on_its_new_day(as_of: str, due: int) -> None:
    later = TrancheRescheduled(tranche=T1, due_on=date(2026, 5, 15))
    found = balance(signed(agreement_amended(rescheduled=(later,))), as_of)

    assert found.due.exact == usd(due)


def test_a_reduced_tranche_is_due_as_far_as_it_is_left() -> None:
    found = balance(signed(commitment_reduced(tranche=T1)), "2026-03-31")

    assert (found.due.exact, found.overdue.exact) == (usd(300_000), usd(300_000))


def test_an_agreement_that_ended_has_nothing_to_come() -> None:
    parts = (LapsedPart(tranche=T1, lapsed=usd(400_000)), LapsedPart(tranche=T2, lapsed=usd(400_000)))
    ledger = signed(agreement_terminated(lapsed=(*parts, LapsedPart(lapsed=usd(200_000)))))
    found = balance(ledger, "2026-07-01")

    assert found.is_terminated
    assert money(found) == {
        "undertaken": 1_000_000,
        "due": 800_000,
        "overdue": 0,
        "closed": 0,
        "lapsed": 1_000_000,
        "undrawn": 0,
    }
    assert balance(ledger, "2026-02-28").undrawn_if_on_schedule.exact == usd(0)


def test_money_beyond_the_commitment_is_refused() -> None:
    ledger = signed(tranche_closed(closed="400000 USD"))

    with pytest.raises(RuleBroken):
        ledger.record(tranche_closed(closed="1 USD"))


# --- conditions --------------------------------------------------------------------------------------------------


def test_conditions_stand_with_their_tranche_open_then_satisfied_or_waived() -> None:
    permit = Condition(condition=ConditionId("permit"), text="The permit has been granted.")
    audit = Condition(condition=ConditionId("audit"), text="The audit is unqualified.")
    ledger = company()
    ledger.record(
        agreement_signed(
            tranches=(tranche("t1", conditions=(permit,)), tranche("t2", due_on="2026-06-30", conditions=(audit,)))
        )
    )
    ledger.record(condition_satisfied(effective_on="2026-03-01"))
    ledger.record(condition_waived(condition="audit", effective_on="2026-03-02/2026-03-04"))

    def states(as_of: str) -> list[tuple[str, tuple[ConditionState, ...]]]:
        return [(name, each.values) for row in balance(ledger, as_of).tranches for name, each in row.conditions]

    assert states("2026-02-28") == [("permit", (ConditionState.OPEN,)), ("audit", (ConditionState.OPEN,))]
    assert states("2026-03-03") == [
        ("permit", (ConditionState.SATISFIED,)),
        ("audit", (ConditionState.OPEN, ConditionState.WAIVED)),
    ]
    assert states("2026-03-04")[1] == ("audit", (ConditionState.WAIVED,))


# --- the shares bought -------------------------------------------------------------------------------------------


def bought(*events: Event) -> Ledger:
    """Return the agreement with 1,000 Series A issued under it as PA-1, and 500 others as PA-X."""
    under: dict[str, Any] = {"agreement": AgreementId("spa"), "security": SecurityId("PA-1")}
    return signed(
        tranche_closed(closed="10000 USD"),
        preferred_issued(**under),
        preferred_issued(issued=500, security=SecurityId("PA-X")),
        *events,
    )


def test_shares_bought_are_followed_through_transfers_and_new_certificates() -> None:
    """300 of PA-1 go to ada as PA-2, and 100 of those to bob as PA-3; PA-X was not bought under the agreement.

    Converted: 200 of PA-1 and 40 of bob's PA-3. Left: 1,000 − 240 = 760, whoever holds them.
    """
    ledger = bought(
        shares_transferred(
            from_holder="fund",
            to_holder="ada",
            stock_class="series-a",
            transferred=300,
            security="PA-1",
            received_as="PA-2",
        ),
        shares_transferred(
            stock_class="series-a", transferred=100, security="PA-2", received_as="PA-3", effective_on="2026-02-03"
        ),
        shares_converted(surrendered=200, received=250, security="PA-1", received_as="CS-1"),
        shares_converted(holder="bob", surrendered=40, received=50, security="PA-3", effective_on="2026-02-04"),
        shares_converted(surrendered=100, received=125, security="PA-X"),
    )
    shares = balance(ledger).shares

    assert shares.stock_class == "series-a"
    assert shares.issued == exactly(Shares(1_000))
    assert shares.converted == exactly(Shares(240))
    assert shares.outstanding == exactly(Shares(760))


def test_a_split_of_the_class_bought_rescales_what_was_issued_and_converted() -> None:
    """1,000 issued and 400 converted; one for seven: 1000/7 and 400/7 exactly, and 600/7 rounded down to 85."""
    terms = (
        ResultingTerms(
            stock_class=StockClassId("series-a"),
            authorized=Authorized(1_000_000),
            stated_value=Price(70, "USD"),
            conversion=ConversionRight(into=StockClassId("common"), price=Price(8, "USD")),
        ),
    )
    split = stock_split_effected(
        stock_classes=(StockClassId("series-a"),), ratio="1/7", fractions=FractionPolicy.DOWN, resulting=terms
    )
    shares = balance(bought(shares_converted(security="PA-1"), split), "2026-07-01").shares

    assert shares.issued.exact.as_fraction() == Fraction(1000, 7)
    assert shares.converted.exact.as_fraction() == Fraction(400, 7)
    assert shares.outstanding.exact == Shares(85)


def test_what_rounding_takes_at_a_split_and_a_fraction_settled_stand_in_a_line_of_their_own() -> None:
    """600 / 7 = 85 + 5/7, of which 5/7 are rounded away; one share is given for it later: 85 + 1 = 86."""
    split = stock_split_effected(
        stock_classes=(StockClassId("series-a"),),
        ratio="1/7",
        fractions=FractionPolicy.DOWN,
        resulting=(
            ResultingTerms(
                stock_class=StockClassId("series-a"),
                authorized=Authorized(1_000_000),
                conversion=ConversionRight(into=StockClassId("common"), price=Price(8, "USD")),
            ),
        ),
    )
    given_one = fractions_settled(
        holder="fund",
        stock_class="series-a",
        security="PA-1",
        given=Shares(1),
        taken=None,
        effective_on="2026-07-02",
    )
    shares = balance(bought(shares_converted(security="PA-1"), split, given_one), "2026-07-02").shares

    assert shares.issued.exact.as_fraction() == Fraction(1000, 7)
    assert shares.rounding.exact.as_fraction() == 1 - Fraction(5, 7)
    assert shares.outstanding.exact == Shares(86)


@SOME
@given(histories(), as_of_days)
def test_what_was_issued_under_an_agreement_adds_up_to_what_is_left(events: list[Event], as_of: date) -> None:
    shares = commitments(recorded(events), as_of=as_of)["spa"].shares

    issued, converted, ended, rounding, outstanding = (
        figure.exact.as_fraction()
        for figure in (
            shares.issued,
            shares.converted,
            shares.ended_otherwise,
            shares.rounding,
            shares.outstanding,
        )
    )
    assert issued - converted - ended + rounding == outstanding


def test_the_remedy_yields_a_part_of_what_is_outstanding_exactly() -> None:
    """Half of 1,000 − 401 = 599 is 299.5: a fraction stays a fraction until somebody exercises the right."""
    found = balance(bought(shares_converted(surrendered=401, received=501, security="PA-1")))

    assert found.remedy == Remedy(redeemable=Ratio("1/2"), price=Price("0.01", "USD"))
    assert found.remedy_yields == exactly(Shares("299.5"))


def test_exercising_the_remedy_redeems_shares_and_moves_no_money_of_the_commitment() -> None:
    ledger = bought(remedy_exercised(redeemed=500, security="PA-1", effective_on="2026-04-02"))
    before, after = balance(ledger, "2026-04-01"), balance(ledger, "2026-04-02")

    assert after.shares.outstanding == exactly(Shares(500))
    assert after.shares.converted == exactly(Shares(0))
    assert money(after) == money(before)


def test_without_a_remedy_there_is_nothing_that_it_yields() -> None:
    ledger = company()
    ledger.record(agreement_signed(remedy=None))

    assert (balance(ledger).remedy, balance(ledger).remedy_yields) == (None, None)


# --- headroom ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("authorized", "is_enough"),
    [
        (Authorized(124_999), False),
        (Authorized(125_000), True),
        (Authorized(125_001), True),
        (Authorized.UNLIMITED, True),
        (Authorized.UNKNOWN, None),
    ],
)
def test_headroom_says_whether_all_that_is_promised_could_be_converted(
    authorized: Authorized, is_enough: bool | None
) -> None:
    """1,000,000 USD at 10 buy 100,000 Series A, which convert at 10 / 8 into 125,000 common."""
    headroom = balance(signed(authorized_shares_changed(authorized=authorized))).headroom

    assert headroom is not None
    assert headroom.if_all_converted == Shares(125_000)
    assert headroom.is_enough is is_enough


@pytest.mark.parametrize(("later", "is_enough"), [(130_000, True), (100_000, None)])
def test_headroom_is_open_where_an_open_day_decides_it(later: int, is_enough: bool | None) -> None:
    ledger = signed(
        authorized_shares_changed(authorized=126_000),
        authorized_shares_changed(authorized=later, effective_on="2026-02-20/2026-03-20"),
    )
    headroom = balance(ledger).headroom

    assert headroom is not None
    assert headroom.is_enough is is_enough


@pytest.mark.parametrize(
    ("issued", "reserved", "is_enough", "too_few"),
    [(875_000, 0, True, 0), (875_001, 0, False, 1), (870_000, 5_001, False, 1), (0, 0, True, 0)],
)
def test_headroom_counts_what_is_issued_and_reserved_already(
    issued: int, reserved: int, is_enough: bool, too_few: int
) -> None:
    """125,000 of the 1,000,000 authorized are needed."""
    ledger = signed(authorized_shares_changed(authorized=1_000_000))
    if issued:
        ledger.record(common_issued(issued=issued))
    if reserved:
        ledger.record(shares_reserved(reserved=reserved))
    headroom = balance(ledger).headroom

    assert headroom is not None
    assert (headroom.is_enough, headroom.too_few) == (is_enough, Shares(too_few))


def test_what_was_converted_or_redeemed_needs_no_room_any_more() -> None:
    """400 of the 100,000 became 500 common, and 100 were redeemed: 99,500 × 10 / 8 = 124,375 are to come."""
    ledger = bought(
        shares_converted(security="PA-1"),
        shares_redeemed(redeemed=100, security="PA-1", effective_on="2026-02-04"),
        authorized_shares_changed(authorized=124_875, effective_on="2026-02-05"),
    )
    headroom = balance(ledger).headroom

    assert headroom is not None
    assert headroom.if_all_converted == Shares(125_000)
    assert headroom.still_to_convert == exactly(Shares(124_375))
    assert headroom.available == exactly(Shares(124_375))
    assert headroom.is_enough


def test_what_lapsed_needs_no_room_any_more() -> None:
    """50,000 USD of 1,000,000 lapse: 5,000 shares at 10 USD fewer, and 5,000 × 10 / 8 = 6,250 common fewer."""
    ledger = signed(commitment_lapsed(), authorized_shares_changed(authorized=118_750, effective_on="2026-02-05"))
    headroom = balance(ledger).headroom

    assert headroom is not None
    assert headroom.if_all_converted == Shares(125_000)
    assert headroom.still_to_convert == exactly(Shares(118_750))
    assert (headroom.is_enough, headroom.too_few) == (True, Shares(0))


def test_in_a_partial_register_it_is_not_known_whether_what_is_available_is_enough() -> None:
    ledger = signed(authorized_shares_changed(authorized=125_000), register_scope_declared(scope=Scope.PARTIAL))
    fewer = signed(authorized_shares_changed(authorized=124_999), register_scope_declared(scope=Scope.PARTIAL))

    assert [each.is_enough for each in (balance(ledger).headroom, balance(fewer).headroom) if each] == [None, False]


@pytest.mark.parametrize(
    ("as_of", "basis", "in_all"),
    [
        ("2026-06-30", None, 125_000),
        ("2026-07-01", None, 12_500),
        ("2026-08-01", None, 50_000),
        ("2026-06-30", "2026-07-01", 125_000),
    ],
)
def test_a_split_of_the_class_bought_changes_how_many_shares_the_price_buys(
    as_of: str, basis: str | None, in_all: int
) -> None:
    """1,000,000 USD at 10 buy 100,000, and 10,000 after one for ten; each converts into 10 / 8 common.

    From August the price is 25, in the units of that day, and 40,000 are bought.
    """
    split = stock_split_effected(
        stock_classes=(StockClassId("series-a"),),
        ratio="1/10",
        resulting=(
            ResultingTerms(
                stock_class=StockClassId("series-a"),
                authorized=Authorized(1_000_000),
                stated_value=Price(10, "USD"),
                conversion=ConversionRight(into=StockClassId("common"), price=Price(8, "USD")),
            ),
        ),
    )
    repriced = agreement_amended(added=None, rescheduled=(), price=Price(25, "USD"), effective_on="2026-08-01")
    ledger = signed(split, repriced)
    headroom = commitments(ledger, as_of=as_of, basis=basis)["spa"].headroom

    assert headroom is not None
    assert headroom.if_all_converted == Shares(in_all)


def test_a_class_that_does_not_convert_has_no_headroom() -> None:
    ledger = company()
    ledger.record(agreement_signed(buys=StockClassId("common")))

    assert balance(ledger).headroom is None


# --- what is not known -------------------------------------------------------------------------------------------


def test_in_a_partial_register_closings_may_be_missing() -> None:
    """What is closed is at least, what is undrawn at most, and nothing is said to be overdue for certain."""
    ledger = signed(
        register_scope_declared(stock_class="series-a", scope=Scope.PARTIAL),
        tranche_closed(closed="100000 USD"),
        preferred_issued(agreement=AgreementId("spa"), security=SecurityId("PA-1")),
    )
    found = balance(ledger, "2026-04-01")

    assert found.closed == Bounds(usd(100_000), None)
    assert found.undrawn == Bounds(None, usd(900_000))
    assert found.due == exactly(usd(400_000))
    assert found.overdue == Bounds(usd(0), usd(300_000))
    assert found.shares.issued == Bounds(Shares(1_000), None)
    assert found.undrawn_if_on_schedule == exactly(usd(600_000))


def test_an_agreement_is_not_there_before_it_was_signed() -> None:
    ledger = signed()

    assert commitments(ledger, as_of="2026-02-01").agreements == ()
    with pytest.raises(RuleBroken, match="spa"):
        commitments(ledger, as_of="2026-02-02")["sap"]


def test_two_agreements_at_once_are_kept_apart_each_in_its_own_currency() -> None:
    """The second promises 3,000,000 JPY, of which 1,000,000 are closed."""
    yen = Money(3_000_000, "JPY")
    ledger = signed(
        agreement_signed(
            agreement="kabu",
            investor=HolderId("ada"),
            commitment=yen,
            price=Price(1_500, "JPY"),
            tranches=(),
            remedy=None,
        ),
        tranche_closed(agreement="kabu", tranche=None, closed=Money(1_000_000, "JPY")),
        tranche_closed(closed="400000 USD"),
    )
    found = commitments(ledger, as_of="2026-04-01")

    assert [each.agreement for each in found.agreements] == ["spa", "kabu"]
    assert found["kabu"].undrawn.exact == Money(2_000_000, "JPY")
    assert found["kabu"].due.exact.currency == Currency("JPY")
    assert found["spa"].undrawn.exact == usd(600_000)
    assert found["kabu"].headroom is not None
    assert found["kabu"].headroom.if_all_converted == Shares(2_500)


def test_the_line_without_a_tranche_below_zero_is_money_paid_in_and_not_allocated() -> None:
    found = balance(signed(tranche_closed(tranche=None, closed="350000 USD")))

    assert line(found, None).undrawn.exact == usd(-150_000)
    assert found.undrawn.exact == usd(650_000)
