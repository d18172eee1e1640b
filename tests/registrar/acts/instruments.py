"""Acts on what is no share: what was recorded before, what is typed, and the events that it states.

Each family of instruments adds its own; ``test_instrument_acts`` asks the same of all of them.
"""

from __future__ import annotations

from datetime import date

from ledger.days import Phase
from ledger.events import (
    AdjustmentCause,
    AmendmentCause,
    ClassRight,
    Consideration,
    ConsiderationForm,
    Event,
    RestrictionKind,
    SharesAdded,
    TransferCause,
)
from ledger.identity import AgreementId, InstrumentId, StockClassId
from ledger.quantities import FractionPolicy, Money, Price, Ratio, Shares
from ledger.terms.dividends import PaidIn
from ledger.terms.limits import IssuanceCap, OwnershipLimit
from ledger.terms.protection import CarveOut, Counted, PriceProtection, ProtectionMethod
from ledger.terms.safes import CapTiming
from ledger.terms.warrants import ExerciseForm, WarrantTerms
from tests import builders as a
from tests.registrar.acts.awards import AWARDS
from tests.registrar.acts.claims import CLAIMS
from tests.registrar.acts.company import FUND, LATER
from tests.registrar.acts.debts import DEBTS
from tests.registrar.acts.rights import RIGHTS

DECLARED = a.dividend_declared(record_on="2026-02-28", effective_on=a.DEALT)
PROTECTED = WarrantTerms(
    exercise=(ExerciseForm.CASH, ExerciseForm.CASHLESS),
    prefunded=True,
    exercisable_from=date(2026, 6, 1),
    expires_on=date(2031, 6, 1),
    fractions=FractionPolicy.CASH_IN_LIEU,
    protection=PriceProtection(
        method=ProtectionMethod.NARROW_BASED,
        base=(Counted.COMMON, Counted.NOTES),
        carve_outs=(CarveOut.AWARDS, CarveOut.LENDER),
        floor=Price("0.05", "USD"),
        raises_number=FractionPolicy.NEAREST,
    ),
)
AS_PROTECTED = (
    *("--exercise", "both", "--prefunded", "--from", "2026-06-01", "--expires", "2031-06-01"),
    *("--fractions", "cash-in-lieu", "--protection", "narrow-based", "--counts", "common", "--counts", "notes"),
    *("--carve-out", "awards", "--carve-out", "lender-or-lessor", "--floor", "0.05 USD"),
    *("--raises-number", "nearest"),
)
RATCHET = WarrantTerms(
    exercise=(ExerciseForm.CASHLESS,),
    protection=PriceProtection(method=ProtectionMethod.FULL_RATCHET, raises_number=FractionPolicy.UP),
)
PAID = Consideration(form=ConsiderationForm.CASH, amount=Money(5_000, "USD"))
WARRANTS: list[tuple[list[Event], list[str], list[Event]]] = [
    (
        [],
        ["warrant", "Fund LP", "w-1", "1,000", "common", "--price", "2 USD"],
        [a.warrant_issued(effective_on=LATER)],
    ),
    (
        [],
        [
            *("warrant", "fund", "w-1", "1,000", "common", "--price", "0.0001 USD", *AS_PROTECTED),
            *("--paid", "5,000 USD", "--agreement", "spa", "--authority", "R 12"),
        ],
        [
            a.warrant_issued(
                price="0.0001 USD",
                terms=PROTECTED,
                consideration=PAID,
                agreement="spa",
                authority="R 12",
                effective_on=LATER,
            )
        ],
    ),
    (
        [a.warrant_issued()],
        [
            *("exercise-warrant", "fund", "w-1", "400", "--certificate", "CS-7", "--reserve", "plan"),
            *("--legend", "Rule 144", "--authority", "R 13"),
        ],
        [
            a.warrant_exercised(
                paid="800 USD", security="CS-7", reserve="plan", legends=("Rule 144",), authority="R 13"
            )
        ],
    ),
    (
        [a.warrant_issued(price="11.50 USD", terms=RATCHET)],
        ["exercise-warrant", "Fund LP", "w-1", "1,000", "--market-price", "18 USD"],
        [a.warrant_exercised(received=361, given_up=639, market_price="18 USD")],
    ),
    (
        [a.warrant_issued()],
        ["transfer-warrant", "fund", "bob", "w-1", "300", "common", "--cause", "gift", "--for", "none"],
        [
            a.warrant_transferred(
                cause=TransferCause.GIFT,
                consideration=Consideration(form=ConsiderationForm.NONE),
                effective_on=LATER,
            )
        ],
    ),
    (
        [a.warrant_issued()],
        ["amend-warrant", "w-1", *AS_PROTECTED, "--authority", "Amendment 1"],
        [a.warrant_terms_amended(terms=PROTECTED, authority="Amendment 1", effective_on=LATER)],
    ),
    (
        [
            a.warrant_issued(terms=WarrantTerms(expires_on=date(2026, 3, 2))),
            a.warrant_transferred(transferred=300, effective_on="2026-03-01"),
        ],
        ["expire-warrant", "w-1"],
        [
            a.warrant_expired(expired=700, effective_on=LATER),
            a.warrant_expired(holder="bob", expired=300, effective_on=LATER),
        ],
    ),
    (
        [a.warrant_issued()],
        ["cancel-warrant", "fund", "w-1", "100", "common", "--reason", "Bought back.", "--paid", "50 USD"],
        [a.warrant_cancelled(paid="50 USD", effective_on=LATER)],
    ),
    (
        [a.warrant_issued()],
        ["adjust", "w-1", "--price", "1.50 USD", "--cause", "anti-dilution"],
        [a.instrument_adjusted(effective_on=LATER)],
    ),
    (
        [a.warrant_issued()],
        [
            *("adjust", "w-1", "--floor", "1 USD", "--added", "Fund LP 1,000", "--cause", "reset"),
            *("--computation", "Half of it", "--authority", "Warrant, 2(b)"),
        ],
        [
            a.instrument_adjusted(
                floor="1 USD",
                added=(SharesAdded(holder=FUND, added=Shares(1_000)),),
                cause=AdjustmentCause.RESET,
                computation="Half of it",
                authority="Warrant, 2(b)",
                effective_on=LATER,
            )
        ],
    ),
    (
        [],
        [
            *("adjust-conversion", "series-a", "--converts-into", "common", "--conversion-price", "6 USD"),
            *("--cause", "anti-dilution", "--computation", "As stated", "--authority", "Charter"),
        ],
        [a.conversion_price_adjusted(computation="As stated", authority="Charter", effective_on=LATER)],
    ),
    (
        [],
        [
            *("protect", "series-a", "--protection", "broad-based", "--carve-out", "awards", "--floor", "1 USD"),
            *("--counts", "common", "--authority", "Charter, B.4.4"),
        ],
        [
            a.class_rights_stated(
                protection=PriceProtection(
                    method=ProtectionMethod.BROAD_BASED,
                    base=(Counted.COMMON,),
                    carve_outs=(CarveOut.AWARDS,),
                    floor=Price("1", "USD"),
                ),
                authority="Charter, B.4.4",
                effective_on=LATER,
            )
        ],
    ),
    (
        [],
        ["protect", "series-a", "--ended"],
        [a.class_rights_stated(ended=(ClassRight.PROTECTION,), effective_on=LATER)],
    ),
    (
        [a.warrant_issued(terms=RATCHET), a.common_issued(consideration=PAID, issued=5_000, effective_on=LATER)],
        ["adjust-after", "14", "--only", "w-1", "--reason", "public-offering", "--authority", "Warrant, 2(b)"],
        [
            a.instrument_adjusted(
                price="1 USD",
                added=(SharesAdded(holder=FUND, added=Shares(1_000)),),
                computation="full ratchet: 5,000 shares at 1 USD, against 2 USD; 1,000 shares become 2,000",
                authority="Warrant, 2(b)",
                effective_on=LATER,
            )
        ],
    ),
]
ACTS_ON_INSTRUMENTS: list[tuple[list[Event], list[str], list[Event]]] = [
    *RIGHTS,
    *CLAIMS,
    *AWARDS,
    *DEBTS,
    (
        [],
        ["safe", "safe-1", "fund", "500,000 USD", "--cap", "8,000,000 USD", "--timing", "post-money"],
        [a.safe_issued(terms=a.safe_terms(discount=None), effective_on=LATER)],
    ),
    (
        [],
        ["safe", "safe-1", "Fund LP", "500,000 USD", "--discount", "20%", "--mfn", "--authority", "R 7"],
        [
            a.safe_issued(
                terms=a.safe_terms(cap=None, cap_timing=None, most_favored_nation=True),
                authority="R 7",
                effective_on=LATER,
            )
        ],
    ),
    (
        [a.safe_issued()],
        ["amend-safe", "safe-1", "--cap", "6000000 USD", "--timing", "pre-money", "--authority", "Amendment 1"],
        [
            a.safe_terms_amended(
                terms=a.safe_terms(cap="6000000 USD", cap_timing=CapTiming.PRE_MONEY, discount=None),
                authority="Amendment 1",
                effective_on=LATER,
            )
        ],
    ),
    (
        [
            a.safe_issued(terms=a.safe_terms(most_favored_nation=True)),
            a.safe_issued(instrument="safe-2", terms=a.safe_terms(cap="5000000 USD"), effective_on="2026-03-01"),
        ],
        ["amend-safe", "safe-1", "--elects", "safe-2"],
        [
            a.safe_terms_amended(
                terms=a.safe_terms(cap="5000000 USD"),
                cause=AmendmentCause.MOST_FAVORED_NATION,
                following="safe-2",
                effective_on=LATER,
            )
        ],
    ),
    (
        [],
        ["declare", "q1", "series-a", "--per-share", "0.25 USD", "--record-day", "2026-03-02"],
        [a.dividend_declared(dividend="q1", amount="250 USD", record_on="2026-03-02", effective_on=LATER)],
    ),
    (
        [],
        [
            *("declare", "q1", "series-a", "--per-share", "1/4 USD", "--amount", "300 USD", "--authority", "R 9"),
            *("--record-day", "2026-03-31", "--payment-day", "2026-04-15", "--paid-in", "cash-or-kind"),
        ],
        [
            a.dividend_declared(
                dividend="q1",
                amount="300 USD",
                payment_on="2026-04-15",
                paid_in=PaidIn.CASH_OR_KIND,
                authority="R 9",
                effective_on=LATER,
            )
        ],
    ),
    (
        [DECLARED],
        ["pay-dividend", "2026-q1", "--authority", "R 10"],
        [a.dividend_paid(dividend="2026-q1", amount="250 USD", authority="R 10", effective_on=LATER)],
    ),
    (
        [DECLARED],
        [
            *("pay-dividend", "2026-q1", "--holder", "Fund LP", "--into", "common", "--value", "3 USD"),
            *("--fractions", "up", "--reserve", "plan"),
        ],
        [
            a.dividend_paid(
                dividend="2026-q1",
                amount="250 USD",
                received=84,
                received_class="common",
                reserve="plan",
                effective_on=LATER,
            )
        ],
    ),
    (
        [],
        ["distribute", "fund", "series-a", "--amount", "250 USD"],
        [a.dividend_paid(amount="250 USD", effective_on=LATER)],
    ),
    (
        [DECLARED],
        [
            *("distribute", "fund", "series-a", "--of", "2026-q1", "--amount", "40 USD", "--received", "20"),
            *("--into", "common", "--certificate", "CS-7", "--reserve", "plan", "--authority", "Section 3"),
        ],
        [
            a.dividend_paid(
                dividend="2026-q1",
                amount="40 USD",
                received=20,
                received_class="common",
                security="CS-7",
                reserve="plan",
                authority="Section 3",
                effective_on=LATER,
            )
        ],
    ),
    (
        [],
        ["stock-dividend", "common", "1/10", "--phase", "close", "--fractions", "up", "--authority", "R 11"],
        [
            a.stock_dividend_paid(
                phase=Phase.CLOSE, fractions=FractionPolicy.UP, authority="R 11", effective_on=LATER
            )
        ],
    ),
    *WARRANTS,
    (
        [],
        [
            *("restrict", "lock-up", "--kind", "lock-up", "--holder", "ada", "--class", "common"),
            *("--until", "2026-12-31", "--in-favour-of", "fund", "--permit", "gift", "--permit", "succession"),
            *("--text", "180 days"),
        ],
        [
            a.restriction_placed(
                holder="ada",
                stock_class="common",
                until="2026-12-31",
                in_favour_of="fund",
                permitted=(TransferCause.GIFT, TransferCause.SUCCESSION),
                text="180 days",
                effective_on=LATER,
            )
        ],
    ),
    (
        [a.common_issued(issued=5, security="CS-77")],
        ["restrict", "rule-144", "--kind", "legend", "--security", "CS-77"],
        [
            a.restriction_placed(
                restriction="rule-144",
                restriction_kind=RestrictionKind.LEGEND,
                security="CS-77",
                effective_on=LATER,
            )
        ],
    ),
    (
        [a.restriction_placed()],
        ["lift", "lock-up", "--reason", "Waived.", "--authority", "R 12"],
        [a.restriction_lifted(reason="Waived.", authority="R 12", effective_on=LATER)],
    ),
    (
        [],
        ["limit-ownership", "blocker", "fund", "common", "4.99%", "--notice-days", "61", "--ceiling", "9.99%"],
        [a.ownership_limit_agreed(effective_on=LATER)],
    ),
    (
        [a.warrant_issued(warrant="W-9")],
        [
            *("limit-ownership", "blocker", "fund", "common", "0.0499"),
            *("--of-class", "series-a", "--of-paper", "W-9"),
        ],
        [
            a.ownership_limit_agreed(
                limit=OwnershipLimit(at_most=Ratio("0.0499")),
                classes=(StockClassId("series-a"),),
                instruments=(InstrumentId("W-9"),),
                effective_on=LATER,
            )
        ],
    ),
    (
        [a.ownership_limit_agreed(effective_on="2026-01-01")],
        ["change-limit", "blocker", "9.99%", "--notified", "2026-01-01"],
        [a.ownership_limit_changed(notified_on="2026-01-01", effective_on=LATER)],
    ),
    (
        [a.ownership_limit_agreed(effective_on="2026-01-01")],
        ["waive-limit", "blocker", "--notified", "2026-01-01"],
        [a.ownership_limit_waived(notified_on="2026-01-01", effective_on=LATER)],
    ),
    (
        [],
        [
            *("cap-issues", "cap", "common", "--shares", "1,999", "--part", "19.99%"),
            *("--of-class", "series-a", "--under", "spa"),
        ],
        [
            a.issuance_cap_agreed(
                cap=IssuanceCap(shares=Shares(1_999), part=Ratio("0.1999")),
                agreements=(AgreementId("spa"),),
                effective_on=LATER,
            )
        ],
    ),
    (
        [a.issuance_cap_agreed()],
        ["lift-cap", "cap", "--authority", "Special meeting"],
        [a.issuance_cap_lifted(authority="Special meeting", effective_on=LATER)],
    ),
    (
        [],
        ["group", "family", "ada", "bob", "--purpose", "Voting agreement"],
        [a.group_formed(purpose="Voting agreement", effective_on=LATER)],
    ),
    (
        [a.group_formed()],
        ["dissolve", "family", "--reason", "Expired."],
        [a.group_dissolved(reason="Expired.", effective_on=LATER)],
    ),
    (
        [],
        ["nominee", "bob", "--for", "ada", "--class", "common"],
        [a.nominee_declared(stock_class="common", effective_on=LATER)],
    ),
    ([], ["nominee", "bob"], [a.nominee_declared(holds_for=None, effective_on=LATER)]),
    # the company as a whole
    (
        [],
        ["rename-company", "Acme Power, Inc.", "--authority", "Article I"],
        [a.issuer_renamed(authority="Article I", effective_on=LATER)],
    ),
    (
        [],
        ["list", "common", "--market", "OTCQB", "--symbol", "ACME", "--reason", "Delisted"],
        [a.listing_changed(reason="Delisted", effective_on=LATER)],
    ),
    (
        [],
        ["list", "common", "--ended"],
        [a.listing_changed(ended=True, market=None, symbol=None, effective_on=LATER)],
    ),
    (
        [],
        [
            *("propose", "Increase of the authorized common stock", "--class", "common"),
            *("--authorized", "20,000,000", "--meeting", "2026-05-20"),
        ],
        [a.charter_amendment_proposed(meeting_on="2026-05-20", effective_on=LATER)],
    ),
    (
        [],
        [
            *("vote", "Election of a director", "--for", "1,000", "--against", "0", "--withheld", "20"),
            *("--abstained", "3", "--broker-non-votes", "500", "--record-day", "2026-02-01", "--not-carried"),
        ],
        [
            a.stockholders_voted(
                votes_for=1_000,
                votes_against=0,
                withheld=20,
                abstained=3,
                broker_non_votes=500,
                record_on="2026-02-01",
                carried=False,
                effective_on=LATER,
            )
        ],
    ),
    (
        [],
        ["vote", "Election of a director", "--carried"],
        [a.stockholders_voted(votes_for=None, carried=True, effective_on=LATER)],
    ),
    (
        [],
        ["hold-proceeds", "use-of-proceeds", "100000 USD", "--terms", "By the month"],
        [a.proceeds_restricted(terms="By the month", effective_on=LATER)],
    ),
    (
        [a.proceeds_restricted()],
        ["release-proceeds", "use-of-proceeds", "40,000 USD", "--reason", "March"],
        [a.proceeds_released(reason="March", effective_on=LATER)],
    ),
    ([], ["report-holding", "ada", "1,000", "common"], [a.holding_reported(effective_on=LATER)]),
    (
        [],
        ["subscribe", "500", "common", "ada", "bob", "--terms", "At par"],
        [a.shares_subscribed(terms="At par", effective_on=LATER)],
    ),
]
"""What was recorded before, an act on 3 March 2026, and what it states."""
