"""The company itself on a day."""

import pytest

from ledger import Authorized, Ledger, Money, Shares
from projections import Bounds, CompanySheet, company_sheet
from tests import builders


@pytest.fixture
def ledger() -> Ledger:
    return builders.company()


def sheet(ledger: Ledger, as_of: str = "2026-12-31") -> CompanySheet:
    return company_sheet(ledger, as_of=as_of)


@pytest.mark.parametrize(
    ("as_of", "name"),
    [
        ("2026-02-01", "Acme Solar, Inc."),
        ("2026-02-02", "Acme Solar, Inc. or Acme Power, Inc."),
        ("2026-02-05", "Acme Power, Inc."),
    ],
)
def test_the_company_has_the_name_of_the_day(ledger: Ledger, as_of: str, name: str) -> None:
    ledger.record(builders.issuer_renamed(effective_on="2026-02-02/2026-02-05"))

    assert str(sheet(ledger, as_of).legal_name) == name


def test_a_class_has_the_market_and_symbol_of_the_day_and_its_last_reported_count(ledger: Ledger) -> None:
    ledger.record(
        builders.listing_changed(market="NASDAQ", symbol="ACME"),
        builders.listing_changed(market=None, symbol="ACMED", effective_on="2026-07-02"),
        builders.listing_changed(market="OTCQB", symbol=None, effective_on="2026-08-03"),
        builders.security_identifier_changed(),
        builders.outstanding_reported(outstanding=900, effective_on="2026-03-31"),
        builders.outstanding_reported(outstanding=1_100, effective_on="2026-06-30"),
    )

    common, preferred = sheet(ledger).listings

    assert (str(common.market), str(common.symbol)) == ("OTCQB", "ACMED")
    assert [(scheme, str(number)) for scheme, number in common.identifiers] == [("CUSIP", "037833100")]
    assert (common.outstanding_reported.only, str(common.reported_on)) == (Shares(1_100), "2026-06-30")
    assert (preferred.market.values, preferred.identifiers, preferred.outstanding_reported.values) == ((), (), ())


def test_a_class_that_trades_no_more_has_no_market(ledger: Ledger) -> None:
    ledger.record(builders.listing_changed())
    ledger.record(builders.listing_changed(ended=True, market=None, symbol=None, effective_on="2026-05-01"))

    assert sheet(ledger).listings[0].market.values == (None,)


def test_what_was_paid_into_a_control_account_less_what_left_it_is_left(ledger: Ledger) -> None:
    ledger.record(
        builders.proceeds_restricted(restricted="100 USD"),
        builders.proceeds_restricted(restricted="50 USD", effective_on="2026-03-01/2026-04-30"),
        builders.proceeds_released(released="30 USD", effective_on="2026-04-01"),
        builders.proceeds_restricted(account="escrow", restricted="7 EUR"),
    )

    def usd(low: int, high: int) -> Bounds[Money]:
        return Bounds(Money(low, "USD"), Money(high, "USD"))

    first, second = sheet(ledger, "2026-04-01").restricted
    assert (first.paid_in, first.released, first.left) == (usd(100, 150), usd(30, 30), usd(70, 120))
    assert (second.account, second.left.exact) == ("escrow", Money(7, "EUR"))
    assert sheet(ledger).restricted[0].left == usd(120, 120)


def test_proposals_and_votes_stand_in_order_with_what_was_counted(ledger: Ledger) -> None:
    ledger.record(
        builders.stockholders_voted(
            proposal="The increase",
            votes_for=600,
            votes_against=100,
            broker_non_votes=50,
            effective_on="2026-05-20",
        ),
        builders.charter_amendment_proposed(effective_on="2026-03-03"),
        builders.stockholders_voted(votes_for=None, carried=True, effective_on="2026-06-20"),
    )

    proposed, voted, carried = sheet(ledger).meetings

    assert (proposed.voted, proposed.authorized, proposed.stock_class) == (False, Authorized(20_000_000), "common")
    assert (voted.voted, voted.present, voted.carried) == (True, Shares(750), None)
    assert (carried.present, carried.carried) == (None, True)
    assert len(sheet(ledger, "2026-05-19").meetings) == 1


def test_the_sheet_is_of_what_was_known(ledger: Ledger) -> None:
    ledger.record(builders.issuer_renamed())

    assert str(company_sheet(ledger, as_of="2026-12-31", known_at=6).legal_name) == "Acme Solar, Inc."


def test_every_table_of_the_sheet_can_be_handed_on(ledger: Ledger) -> None:
    ledger.record(
        builders.proceeds_restricted(),
        builders.stockholders_voted(),
        builders.listing_changed(),
        builders.outstanding_reported(),
    )

    tables = {frame.name: frame.to_dicts() for frame in sheet(ledger).frames()}

    assert [line["market"] for line in tables["listings"]] == ["OTCQB", None]
    assert tables["restricted"][0]["currency"] == "USD"
    assert tables["meetings"][0]["voted"] is True
