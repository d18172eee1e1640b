"""Acts on debt and the market: what was recorded before, what is typed, and the events that it states."""

from __future__ import annotations

from datetime import date
from typing import Final

from ledger.events import (
    Consideration,
    ConsiderationForm,
    Event,
    NoteGivenUp,
    NoteReceived,
    RightReceived,
    SharesGivenUp,
    SharesReceived,
)
from ledger.identity import Count, HolderId, InstrumentId, SecurityId, StockClassId
from ledger.quantities import Money, Price, Ratio, Shares
from ledger.terms.interest import Compounding, DayCount, InterestTerms
from ledger.terms.market import MarketPrice, Measure, PriceRule, Statistic
from ledger.terms.notes import Instalment, NoteConversion, NoteTerms, Payable, RoundConversion
from ledger.terms.safes import CapTiming
from tests import builders as a
from tests.registrar.acts.company import LATER

COMMON, NOTE = StockClassId("common"), InstrumentId("n-1")
PROMISED: Final = NoteTerms(
    interest=InterestTerms(
        rate=Ratio("0.06"),
        day_count=DayCount.THIRTY_360,
        compounding=Compounding.QUARTERLY,
        default_rate=Ratio("0.18"),
        accrues_from=date(2026, 2, 1),
    ),
    matures_on=date(2028, 2, 2),
    secured_by="All assets",
    instalments=(
        Instalment(due_on=date(2026, 8, 3), amount=Money(96_000, "USD")),
        Instalment(due_on=date(2026, 9, 3), amount=Money(96_000, "USD"), payable_in=Payable.CASH_OR_SHARES),
    ),
    conversion=NoteConversion(
        into=COMMON,
        price=PriceRule(
            fixed=Price(2, "USD"),
            market=(
                MarketPrice(
                    measure=Measure.VWAP,
                    statistic=Statistic.MEAN_OF_LOWEST,
                    lowest=Count(2),
                    trading_days=Count(10),
                    part=Ratio("0.85"),
                ),
                MarketPrice(measure=Measure.CLOSING_BID, trading_days=Count(1), day_counts=True),
            ),
            market_in_default=(MarketPrice(measure=Measure.LOW, trading_days=Count(20), part=Ratio("0.5")),),
            floor=Price("0.01", "USD"),
            par_is_floor=True,
        ),
        instalments_at=(MarketPrice(measure=Measure.CLOSE, statistic=Statistic.MEAN, trading_days=Count(5)),),
    ),
    in_a_round=RoundConversion(
        cap=Money(8_000_000, "USD"),
        cap_timing=CapTiming.POST_MONEY,
        discount=Ratio("0.2"),
        round_of_at_least=Money(1_000_000, "USD"),
    ),
)
AS_PROMISED = (
    *("--bears", "6% 30/360 quarterly default 18% from 2026-02-01", "--matures", "2028-02-02"),
    *("--secured-by", "All assets", "--instalment", "2026-08-03 96,000 USD"),
    *("--instalment", "2026-09-03 96,000 USD cash-or-shares", "--into", "common", "--fixed", "2 USD"),
    *("--market", "85% lowest-2 vwap 10", "--market", "lowest closing-bid 1-through"),
    *("--market", "in-default 50% lowest low 20", "--market", "instalments mean close 5"),
    *("--floor", "0.01 USD", "--floor", "par"),
    *("--in-a-round", "cap 8,000,000 USD post-money discount 20% from 1000000 USD"),
)
OWED = a.note_issued(principal="100000 USD", consideration=None)
"""The note at 6 %, actual/365: 29 days up to 3 March bear 476.712…, of which 40,000 bear 190.68 to the cent."""
PREFERRED: Final = a.preferred_issued(issued=675, security="PA-9")


def lent(**changes: object) -> list[Event]:
    return [a.note_issued(effective_on=LATER, **{"consideration": None, **changes})]


DEBTS: list[tuple[list[Event], list[str], list[Event]]] = [
    ([], ["lend", "Fund LP", "n-1", "100,000 USD"], lent(terms=NoteTerms())),
    (
        [],
        [
            *("lend", "fund", "n-1", "100000 USD", *AS_PROMISED, "--paid", "90,000 USD"),
            *("--agreement", "spa", "--authority", "R 12"),
        ],
        lent(
            terms=PROMISED,
            consideration=Consideration(form=ConsiderationForm.CASH, amount=Money(90_000, "USD")),
            agreement="spa",
            authority="R 12",
        ),
    ),
    (
        [],
        ["lend", "ada", "n-1", "765,784 USD", "--for", "settlement", "--described", "Invoices", "--bears", "6%"],
        lent(
            holder="ada",
            principal="765784 USD",
            terms=NoteTerms(interest=InterestTerms(rate=Ratio("0.06"), day_count=DayCount.ACTUAL_365)),
            consideration=Consideration(form=ConsiderationForm.SETTLEMENT, description="Invoices"),
        ),
    ),
    (
        [OWED],
        ["amend-note", "n-1", *AS_PROMISED, "--authority", "Amendment 1"],
        [a.note_terms_amended(terms=PROMISED, authority="Amendment 1", effective_on=LATER)],
    ),
    (
        [OWED],
        ["convert-note", "fund", "n-1", "--principal", "40000 USD", "--certificate", "CS-40", "--reserve", "plan"],
        [
            a.convertible_converted(
                principal="40000 USD",
                interest="190.68 USD",
                received=20_095,
                security="CS-40",
                reserve="plan",
                effective_on=LATER,
            )
        ],
    ),
    (
        [OWED],
        [
            *(
                "convert-note",
                "Fund LP",
                "n-1",
                "--principal",
                "40000 USD",
                "--interest",
                "500 USD",
                "--instalment",
            ),
            *("--price", "2.50 USD", "--received", "16,200", "--authority", "R 13"),
        ],
        [a.convertible_converted(received=16_200, price="2.5 USD", authority="R 13", effective_on=LATER)],
    ),
    (
        [OWED],
        ["repay", "fund", "n-1"],
        [a.note_repaid(principal="100000 USD", interest="476.71 USD", effective_on=LATER)],
    ),
    (
        [OWED],
        ["repay", "fund", "n-1", "--principal", "10000 USD", "--interest", "150 USD", "--premium", "5 USD"],
        [a.note_repaid(premium="5 USD", effective_on=LATER)],
    ),
    (
        [OWED],
        ["add-interest", "fund", "n-1"],
        [a.interest_added_to_principal(added="476.71 USD", effective_on=LATER)],
    ),
    (
        [OWED],
        ["add-interest", "fund", "n-1", "--amount", "1,000 USD"],
        [a.interest_added_to_principal(effective_on=LATER)],
    ),
    (
        [OWED],
        ["assign", "fund", "ada", "n-1", "25000 USD", "--interest", "100 USD", "--for", "none"],
        [a.convertible_assigned(consideration=Consideration(form=ConsiderationForm.NONE), effective_on=LATER)],
    ),
    (
        [a.safe_issued()],
        ["assign", "fund", "ada", "safe-1", "25000 USD"],
        [a.convertible_assigned(instrument="safe-1", interest=None, effective_on=LATER)],
    ),
    (
        [OWED, a.note_issued(instrument="n-2"), PREFERRED],
        [
            *("exchange", "--give-note", "fund n-1 100,000 USD 500 USD", "--give-note", "fund n-2 1 USD"),
            *("--give-shares", "fund series-a 675 PA-9", "--get-note", "fund n-3 420000 USD", "--bears", "5%"),
            *(
                "--matures",
                "2028-09-13",
                "--into",
                "common",
                "--fixed",
                "3 USD",
                "--get-shares",
                "ada common 10 CS-9",
            ),
            *("--get-right", "bob r-1 common 1,000 0 USD"),
            *("--agreement", "spa", "--authority", "R 14"),
        ],
        [
            a.securities_exchanged(
                notes_given_up=(
                    NoteGivenUp(
                        holder=HolderId("fund"),
                        instrument=NOTE,
                        principal=Money(100_000, "USD"),
                        interest=Money(500, "USD"),
                    ),
                    NoteGivenUp(holder=HolderId("fund"), instrument=InstrumentId("n-2"), principal=Money(1, "USD")),
                ),
                shares_given_up=(
                    SharesGivenUp(
                        holder=HolderId("fund"),
                        stock_class=StockClassId("series-a"),
                        shares=Shares(675),
                        security=SecurityId("PA-9"),
                    ),
                ),
                notes_received=(
                    NoteReceived(
                        holder=HolderId("fund"),
                        instrument=InstrumentId("n-3"),
                        principal=Money(420_000, "USD"),
                        terms=NoteTerms(
                            interest=InterestTerms(rate=Ratio("0.05"), day_count=DayCount.ACTUAL_365),
                            matures_on=date(2028, 9, 13),
                            conversion=NoteConversion(into=COMMON, price=PriceRule(fixed=Price(3, "USD"))),
                        ),
                    ),
                ),
                shares_received=(
                    SharesReceived(
                        holder=HolderId("ada"), stock_class=COMMON, shares=Shares(10), security=SecurityId("CS-9")
                    ),
                ),
                rights_received=(
                    RightReceived(
                        holder=HolderId("bob"),
                        warrant=InstrumentId("r-1"),
                        stock_class=COMMON,
                        purchasable=Shares(1_000),
                        price=Price(0, "USD"),
                    ),
                ),
                agreement="spa",
                authority="R 14",
                effective_on=LATER,
            )
        ],
    ),
    (
        [OWED],
        ["forgive", "fund", "n-1", "--principal", "5000 USD", "--interest", "50 USD", "--reason", "Forgiven."],
        [a.convertible_cancelled(effective_on=LATER)],
    ),
    (
        [OWED, a.note_issued(instrument="n-2")],
        ["default", "n-1", "n-2", "--what", "Missed."],
        [a.default_declared(instruments=(NOTE, InstrumentId("n-2")), what="Missed.", effective_on=LATER)],
    ),
    (
        [OWED],
        ["cure", "n-1", "--reason", "Waived."],
        [a.default_cured(reason="Waived.", effective_on=LATER)],
    ),
    (
        [OWED],
        ["lien", "all-assets", "fund", "All assets of the company.", "--secures", "n-1", "--authority", "R 15"],
        [a.lien_granted(authority="R 15", effective_on=LATER)],
    ),
    (
        [OWED, a.lien_granted()],
        ["release-lien", "all-assets", "--reason", "Settled.", "--authority", "Release"],
        [a.lien_released(reason="Settled.", authority="Release", effective_on=LATER)],
    ),
    (
        [],
        ["quote", "common", "2.50 USD", "--measure", "close", "--source", "OTC Markets"],
        [a.price_quoted(source="OTC Markets", effective_on=LATER)],
    ),
    (
        [],
        ["report-outstanding", "common", "1,250,000", "--report", "10-Q"],
        [a.outstanding_reported(report="10-Q", effective_on=LATER)],
    ),
]
