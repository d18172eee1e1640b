"""What concerns the company as a whole: what its events move, set and refuse."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from ledger import (
    AgreementId,
    ControlAccountId,
    HolderId,
    Ledger,
    Money,
    NotUnderstood,
    SecurityId,
    Shares,
    StockClassId,
    on,
)
from ledger.commands import CloseTranche
from ledger.errors import ProceedsExceeded, SpansSplit, TermsIncomplete, UnknownName
from ledger.events import Event, StockholdersVoted
from ledger.movements import Level, Posting, Restricted, Setting
from projections import commitments
from projections.findings import findings
from registrar.report import Asked
from tests import builders


@pytest.fixture
def ledger() -> Ledger:
    return builders.company()


def test_the_proceeds_of_2014_are_restricted_and_released_in_stages(ledger: Ledger) -> None:
    """30,500,000 of the 35,000,000 of November 2014 lay in a control account (release of 20 November 2014)."""
    ledger.record(
        builders.proceeds_restricted(restricted="30500000 USD"),
        builders.proceeds_released(released="20500000 USD", effective_on="2026-02-03"),
        builders.proceeds_released(released="10000000 USD", effective_on="2026-02-04"),
    )

    with pytest.raises(ProceedsExceeded) as refused:
        ledger.record(builders.proceeds_released(released="0.01 USD", effective_on="2026-02-05"))

    assert (refused.value.account, refused.value.restricted) == (
        ControlAccountId("use-of-proceeds"),
        Money(0, "USD"),
    )
    assert refused.value.asked == Money("0.01", "USD")


def test_money_is_not_released_before_it_was_restricted(ledger: Ledger) -> None:
    ledger.record(builders.proceeds_restricted(effective_on="2026-02-10"))

    with pytest.raises(ProceedsExceeded):
        ledger.record(builders.proceeds_released(released="1 USD", effective_on="2026-02-09"))


def test_one_control_account_does_not_cover_another(ledger: Ledger) -> None:
    ledger.record(builders.proceeds_restricted(account="escrow"))

    with pytest.raises(ProceedsExceeded):
        ledger.record(builders.proceeds_released(released="1 USD"))


def test_a_release_that_only_some_readings_cover_is_a_finding_and_not_refused(ledger: Ledger) -> None:
    ledger.record(builders.proceeds_restricted(effective_on="2026-02-02/2026-02-20"))
    ledger.record(builders.proceeds_released(released="100000 USD", effective_on="2026-02-10"))

    (finding,) = findings(ledger)

    assert (finding.code, finding.amount) == ("E_PROCEEDS", Money(100_000, "USD"))
    assert "control account use-of-proceeds" in finding.what


def test_what_is_restricted_leaves_what_the_company_may_use() -> None:
    free, kept = (each for each in builders.proceeds_restricted().movements() if isinstance(each, Posting))

    assert kept.account == Restricted(ControlAccountId("use-of-proceeds"))
    assert free.quantity == -kept.quantity


def levels(event: Event) -> dict[Level, object]:
    return {each.level: each.value for each in event.movements() if isinstance(each, Setting)}  # type: ignore[attr-defined]


def test_a_listing_that_changes_its_symbol_keeps_its_market() -> None:
    assert levels(builders.listing_changed(symbol="ASTID", market=None)) == {Level.SYMBOL: "ASTID"}


def test_a_listing_that_ends_leaves_neither_market_nor_symbol() -> None:
    assert levels(builders.listing_changed(ended=True, market=None, symbol=None)) == {
        Level.MARKET: None,
        Level.SYMBOL: None,
    }


def test_what_was_counted_at_a_meeting_was_outstanding_at_least() -> None:
    """Form 8-K on the meeting of 3 August 2017: 1,478,934,728 for, 176,208,395 withheld, 2,682,238,67x unvoted."""
    voted = builders.stockholders_voted(
        votes_for=1_478_934_728, withheld=176_208_395, broker_non_votes=2_682_238_670
    )

    assert isinstance(voted, StockholdersVoted)
    assert voted.present == Shares(4_337_381_793)


@pytest.mark.parametrize(
    ("what", "make"),
    [
        ("says nothing", lambda: builders.listing_changed(market=None, symbol=None)),
        ("trades and does not", lambda: builders.listing_changed(ended=True, market="OTCQB")),
        ("a number of no class", lambda: builders.charter_amendment_proposed(stock_class=None)),
        ("neither count nor outcome", lambda: builders.stockholders_voted(votes_for=None)),
        ("no holder", lambda: builders.shares_subscribed(holders=())),
        ("one holder twice", lambda: builders.shares_subscribed(holders=(HolderId("ada"), HolderId("ada")))),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_event_that_says_nothing_or_contradicts_itself_is_refused(what: str, make: Callable[[], Event]) -> None:
    with pytest.raises(NotUnderstood) as refused:
        make()

    assert refused.value.code in ("E_TERMS", "E_DUPLICATE"), what


def test_a_proposal_a_vote_and_a_subscription_move_nothing() -> None:
    for event in (
        builders.charter_amendment_proposed(),
        builders.stockholders_voted(),
        builders.shares_subscribed(),
    ):
        assert event.movements() == ()


def test_the_price_of_an_equity_line_is_not_stated_and_nothing_is_worked_out_from_it(ledger: Ledger) -> None:
    """The line of 10 November 2015: up to 32,200,000 USD over 36 months, each draw at a price of its day."""
    ledger.record(
        builders.agreement_signed(agreement="line", commitment="32200000 USD", price=None, tranches=(), remedy=None)
    )

    balance = commitments(ledger, as_of="2026-12-31")[AgreementId("line")]

    assert balance.undrawn.exact == Money(32_200_000, "USD")
    assert (balance.price.values, balance.headroom) == ((), None)
    with pytest.raises(TermsIncomplete, match="price"):
        CloseTranche(
            agreement=AgreementId("line"), on=on("2026-03-01"), security=SecurityId("E-1"), paid=Money(1, "USD")
        ).events(ledger)


def test_a_company_that_is_renamed_keeps_its_ledger(ledger: Ledger) -> None:
    before = ledger.issuer
    ledger.record(builders.issuer_renamed())

    assert ledger.issuer == before


@pytest.fixture
def in_june() -> Ledger:
    return builders.company(builders.ticking(datetime(2026, 6, 1, tzinfo=UTC)))


def test_answers_are_headed_by_the_last_name_that_the_company_took(in_june: Ledger) -> None:
    ledger = in_june
    ledger.record(builders.issuer_renamed(legal_name="Acme Power, Inc.", effective_on="2026-02-02"))
    ledger.record(builders.issuer_renamed(legal_name="Acme Fusion, Inc.", effective_on="2126-01-01"))
    ledger.record(builders.issuer_renamed(legal_name="Acme Light, Inc.", effective_on="2026-01-15"))

    assert [ledger.legal_name(known) for known in (6, 7, 8, 9)] == ["Acme Solar, Inc.", *["Acme Power, Inc."] * 3]
    assert Asked.of(ledger, "at the close of the day", 9).issuer_name == "Acme Power, Inc."


def test_a_name_that_was_restated_or_voided_is_not_that_of_the_company(in_june: Ledger) -> None:
    ledger = in_june
    ledger.record(builders.issuer_renamed(legal_name="Acme Powr, Inc."))
    ledger.record(builders.entry_restated(7, restated_as=builders.issuer_renamed(legal_name="Acme Power, Inc.")))
    assert ledger.legal_name() == "Acme Power, Inc."

    ledger.record(builders.entry_voided(8))
    ledger.record(builders.entry_voided(7))

    assert ledger.legal_name() == "Acme Solar, Inc."


def test_a_holding_as_reported_is_of_a_class_and_a_holder() -> None:
    (setting,) = builders.holding_reported(held=0).movements()

    assert isinstance(setting, Setting)
    assert setting.subject == (HolderId("ada"), StockClassId("common"))
    assert setting.value == Shares(0)


@pytest.mark.parametrize(("on", "fits"), [("2026-06-01/2026-06-30", True), ("2026-06-01/2026-07-02", False)])
def test_a_holding_is_reported_in_the_units_of_its_day(ledger: Ledger, on: str, fits: bool) -> None:
    ledger.record(builders.stock_split_effected())
    reported = builders.holding_reported(effective_on=on)

    if fits:
        ledger.record(reported)
    else:
        with pytest.raises(SpansSplit):
            ledger.record(reported)


def test_names_of_these_events_are_looked_up_like_any_other(ledger: Ledger) -> None:
    for event in (
        builders.listing_changed(stock_class="cmmon"),
        builders.holding_reported(holder="eve"),
        builders.shares_subscribed(holders=(HolderId("eve"),)),
    ):
        with pytest.raises(UnknownName):
            ledger.record(event)


def test_the_company_that_is_renamed_is_the_one_of_the_ledger(ledger: Ledger) -> None:
    with pytest.raises(UnknownName, match="acne"):
        ledger.record(builders.issuer_renamed(issuer="acne"))
