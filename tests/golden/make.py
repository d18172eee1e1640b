"""The golden bytes: every kind of event in full, and a leaf, exactly as the first release wrote them.

``python -m tests.golden.make`` writes the files that are not there yet, for a new kind or a new version. It never
overwrites one: what was published stays readable for ever, so bytes that differ are a mistake in the program.
"""

import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import attrs

from ledger import codec
from ledger.days import Phase
from ledger.events import (
    EVENTS,
    AmendmentCause,
    Certainty,
    ClassRight,
    Consideration,
    ConsiderationForm,
    EndCause,
    Event,
    Evidence,
    HolderRegistered,
    IdentifierScheme,
    LapsedPart,
    NoteGivenUp,
    NoteReceived,
    OpeningPosition,
    RestrictionKind,
    ResultingTerms,
    RightReceived,
    SharesAdded,
    SharesGivenUp,
    SharesReceived,
    TrancheRescheduled,
    TransferCause,
)
from ledger.identity import (
    AgreementId,
    CommandId,
    ConditionId,
    Count,
    EntryNumber,
    HolderId,
    InstrumentId,
    IssuerId,
    PlanId,
    ReserveId,
    SecurityId,
    StockClassId,
    TrancheId,
    VestingConditionId,
)
from ledger.movements import Scope, StockClassKind
from ledger.personal import Personal
from ledger.quantities import Authorized, FractionPolicy, Money, Price, Ratio, Shares
from ledger.terms.allocation import Allocation
from ledger.terms.awards import AwardKind, AwardTerms
from ledger.terms.commitment import Condition, Remedy, Tranche
from ledger.terms.conversion import ConversionRight
from ledger.terms.disclosed import Disclosed
from ledger.terms.dividends import DividendTerms, PaidIn
from ledger.terms.interest import (
    Compounding,
    DayCount,
    InterestTerms,
)
from ledger.terms.limits import IssuanceCap
from ledger.terms.liquidation import LiquidationPreference, Participation
from ledger.terms.market import (
    MarketPrice,
    Measure,
    PriceRule,
    Statistic,
)
from ledger.terms.notes import Instalment, NoteConversion, NoteTerms, Payable, RoundConversion
from ledger.terms.preferred import MandatoryConversion, MarketConversion, RedemptionRight, RedemptionTerms
from ledger.terms.protection import CarveOut, Counted, PriceProtection, ProtectionMethod
from ledger.terms.safes import (
    POST_MONEY_CAPITALIZATION,
    CapTiming,
)
from ledger.terms.schedule import TakenFrom
from ledger.terms.vesting import Acceleration, ConditionRole, PeriodUnit, VestingTerms, VestingTranche
from ledger.terms.warrants import ExerciseForm, WarrantTerms
from ledger.timeline import Entry
from tests import builders

HERE: Final = Path(__file__).parent
PAYLOADS: Final = HERE / "payloads"
LEAF: Final = HERE / "leaf.json"

_COMMON: Final = StockClassId("common")
_SERIES: Final = StockClassId("series-k")
_RECORD: Final[dict[str, Any]] = {
    "evidence": (
        Evidence(
            document="Form 8-K of 20 June 2017, Exhibit 99.1 – “Boone Group”",
            sha256="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            page="§ 2, p. 3",
            printed="approximately 12.1% (at $0.0040)",
        ),
        Evidence(document="Stock ledger, sheet 4"),
    ),
    "certainty": Certainty.DEDUCED,
    "disclosed_on": date(2017, 6, 20),
    "note": '800,000,000 − 200,000,000 − 350,000,000; Zoé \\ "quoted" / 株式',
}
_FACT: Final[dict[str, Any]] = {
    **_RECORD,
    "effective_on": "2017-05-10/2017-06-20",
    "phase": Phase.CLOSE,
    "place": Count(2),
}
_EXACT: Final[dict[str, Any]] = {**_FACT, "effective_on": "2017-06-20"}
_PAID: Final = Consideration(
    form=ConsiderationForm.NOTE_CANCELLED, amount=Money("250000.5", "USD"), description="Note of 3 March 2016"
)
_TRANCHES: Final = (
    Tranche(
        tranche=TrancheId("t1"),
        due_on=date(2017, 5, 31),
        amount=Money(2_000_000, "USD"),
        shares=Shares(2_000),
        conditions=(Condition(condition=ConditionId("listing"), text="The shares stay quoted."),),
    ),
    Tranche(tranche=TrancheId("t2"), due_on=date(2017, 7, 31), amount=Money(1_000_000, "USD")),
)
_REMEDY: Final = Remedy(redeemable=Ratio("1/2"), price=Price("0.01", "USD"))
_NAME: Final = Personal("Ada Quill", bytes(range(32)))
_PROTECTION: Final = PriceProtection(
    method=ProtectionMethod.NARROW_BASED,
    base=(Counted.COMMON, Counted.PROTECTED),
    carve_outs=(CarveOut.AWARDS, CarveOut.WAIVED),
    floor=Price("0.05", "USD"),
    until=date(2018, 12, 31),
    places=Count(4),
    raises_number=FractionPolicy.NEAREST,
)
_WARRANT: Final = WarrantTerms(
    exercise=(ExerciseForm.CASH, ExerciseForm.CASHLESS),
    prefunded=True,
    exercisable_from=date(2017, 6, 21),
    expires_on=date(2022, 6, 20),
    fractions=FractionPolicy.CASH_IN_LIEU,
    protection=_PROTECTION,
)
_AWARD: Final = AwardTerms(
    award_kind=AwardKind.NONQUALIFIED_STOCK_OPTION,
    vesting=VestingTerms(
        starts_on=date(2017, 1, 31),
        tranches=(
            VestingTranche(
                portion=Ratio("2/3"),
                instalments=Count(36),
                every=Count(1),
                unit=PeriodUnit.MONTHS,
                after=Count(2),
                cliff=Count(11),
                day_of_month=Count(31),
            ),
            VestingTranche(
                portion=Ratio("1/6"),
                after=Count(3),
                unit=PeriodUnit.YEARS,
                condition=VestingConditionId("listing"),
                role=ConditionRole.HASTENS,
                lapses_on=date(2019, 12, 31),
            ),
            VestingTranche(portion=Ratio("1/6"), on=date(2020, 2, 29)),
        ),
        allocation=Allocation.BACK_LOADED_TO_SINGLE_TRANCHE,
        accelerations=(
            Acceleration(
                when=VestingConditionId("sale"),
                and_then=VestingConditionId("dismissal"),
                within_months=Count(12),
                portion=Ratio("1/2"),
                taken_from=TakenFrom.RATABLY,
            ),
            Acceleration(when=VestingConditionId("dismissal"), months=Count(6)),
        ),
    ),
    expires_on=date(2027, 1, 30),
    early_exercise=TakenFrom.LAST,
)
_WITHHELD: Final[dict[str, Any]] = {
    **_FACT,
    "for_tax": Shares(15),
    "paid_in_cash": Shares("0.5"),
    "returned": Shares(15),
    "plan": PlanId("plan-2017"),
    "paid_out": Money("0.17", "USD"),
    "value": Price("20", "USD"),
    "security": "CS-12",
    "legends": ("Rule 144",),
    "authority": "Plan, § 6",
}
_RULE: Final = PriceRule(
    fixed=Price("0.004", "USD"),
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
    market_in_default=(MarketPrice(measure=Measure.LOW, trading_days=Count(20), part=Ratio("1/2")),),
    floor=Price("0.0001", "USD"),
    par_is_floor=True,
    only_down=True,
)
_NOTE: Final = NoteTerms(
    interest=InterestTerms(
        rate=Ratio("0.06"),
        day_count=DayCount.ACTUAL_365,
        compounding=Compounding.QUARTERLY,
        default_rate=Ratio("0.18"),
        accrues_from=date(2017, 9, 1),
    ),
    matures_on=date(2020, 9, 13),
    secured_by="All assets, as the security agreement lists them.",
    instalments=(
        Instalment(due_on=date(2017, 10, 13), amount=Money("97338.81", "USD")),
        Instalment(due_on=date(2017, 11, 13), amount=Money("97338.81", "USD"), payable_in=Payable.CASH_OR_SHARES),
    ),
    conversion=NoteConversion(
        into=_COMMON,
        price=_RULE,
        instalments_at=(MarketPrice(measure=Measure.CLOSE, statistic=Statistic.MEAN, trading_days=Count(5)),),
        interest_converts=False,
        fractions=FractionPolicy.NEAREST,
        opens_on=date(2018, 3, 13),
        closes_on=date(2020, 9, 12),
    ),
    in_a_round=RoundConversion(
        cap=Money(5_000_000, "USD"),
        cap_timing=CapTiming.PRE_MONEY,
        discount=Ratio("0.2"),
        round_of_at_least=Money(1_000_000, "USD"),
    ),
)
_ISSUED: Final[dict[str, Any]] = {
    **_FACT,
    "issued": Shares("12500.5"),
    "consideration": _PAID,
    "authority": "Board resolution 2017-04",
    "reserve": "conversion",
    "security": "K-12",
    "legends": ("Rule 144", "Lock-up until 2018"),
    "agreement": "spa",
    "tranche": "t1",
}

_IN_FULL: Final[dict[str, dict[str, Any]]] = {
    "issuer-registered": {**_FACT, "cik": "0001350102", "lei": "5493001KJTIIGC8Y1R12", "ticker": "ASTI"},
    "stock-class-designated": {
        **_FACT,
        "stock_class": "series-k",
        "class_kind": StockClassKind.PREFERRED,
        "title": "Series K Convertible Preferred Stock",
        "authorized": "20000",
        "decimals": Count(4),
        "par_value": "0.0001 USD",
        "stated_value": "1000 USD",
        "votes_per_share": "1/3",
        "seniority": Count(7),
        "conversion": ConversionRight(into=_COMMON, price=Price("0.004", "USD")),
        "converted_shares_reissuable": True,
        "authority": "Certificate of Designations, § 2",
    },
    "class-terms-amended": {
        **_FACT,
        "title": "Class A Common Stock",
        "par_value": "0 USD",
        "stated_value": "999.99 EUR",
        "votes_per_share": "10",
        "seniority": Count(0),
        "conversion": ConversionRight(into=_SERIES, ratio=Ratio("2/7")),
        "authority": "Article IV",
    },
    "class-rights-stated": {
        **_FACT,
        "liquidation": LiquidationPreference(
            multiple=Ratio("3/2"),
            base=Price("0.25", "USD"),
            participation=Participation.CAPPED,
            cap=Ratio(3),
            cap_includes_preference=False,
            with_accrued_dividends=True,
        ),
        "dividends": DividendTerms(
            rate=Ratio("0.08"),
            base=Price("0.25", "USD"),
            day_count=DayCount.ACTUAL_360,
            compounding=Compounding.QUARTERLY,
            accrues_from=date(2017, 7, 1),
            paid_in=PaidIn.CASH_OR_KIND,
        ),
        "redemption": RedemptionTerms(
            by_company=RedemptionRight(price=Price("0.01", "USD"), part=Ratio("1/2"), notice_days=Count(20)),
            by_holder=RedemptionRight(
                multiple=Ratio("1.2"),
                with_accrued_dividends=True,
                since=date(2020, 6, 20),
                until=date(2021, 6, 20),
            ),
        ),
        "mandatory_conversion": MandatoryConversion(
            on=date(2022, 6, 20),
            vote=Ratio("1/2"),
            vote_is_exceeded=True,
            offering_price=Price(5, "USD"),
            offering_proceeds=Money(50_000_000, "USD"),
        ),
        "market_conversion": MarketConversion(
            into=_COMMON,
            price=PriceRule(
                fixed=Price("0.25", "USD"),
                market=(
                    MarketPrice(
                        measure=Measure.VWAP,
                        trading_days=Count(10),
                        statistic=Statistic.MEAN_OF_LOWEST,
                        lowest=Count(2),
                        part=Ratio("0.8"),
                        day_counts=True,
                    ),
                ),
                market_in_default=(MarketPrice(measure=Measure.VWAP, trading_days=Count(20), part=Ratio("0.7")),),
                floor=Price("0.0001", "USD"),
                par_is_floor=True,
                only_down=True,
            ),
        ),
        "ended": (ClassRight.PROTECTION,),
        "authority": "Certificate of Designations, § 4 to § 9",
    },
    "authorized-shares-changed": {**_FACT, "authorized": Authorized.UNLIMITED},
    "shares-reserved": {**_FACT, "authority": "Board resolution 2017-05"},
    "reserve-released": {**_FACT, "authority": "Board resolution 2017-06"},
    "security-identifier-changed": {**_FACT, "scheme": IdentifierScheme.ISIN, "identifier": "US0378331005"},
    "register-scope-declared": {**_FACT, "scope": Scope.PARTIAL, "stated_outstanding": Shares(6_600_000_000)},
    "holder-registered": {
        **_FACT,
        "name": _NAME,
        "address": Personal("1 Analytical Row", bytes(range(1, 33))),
        "tax_id": Personal("000-00-0000", bytes(range(2, 34))),
    },
    "holder-renamed": {**_FACT, "holder": "ada", "name": _NAME},
    "holder-merged": _FACT,
    "nominee-declared": {**_FACT, "stock_class": _COMMON},
    "group-formed": {**_FACT, "purpose": "Joint Filing Agreement, § 2"},
    "group-dissolved": {**_FACT, "reason": "Terminated by notice."},
    "restriction-placed": {
        **_FACT,
        "restriction_kind": RestrictionKind.PLEDGE,
        "holder": "ada",
        "stock_class": "common",
        "until": date(2019, 12, 31),
        "in_favour_of": "fund",
        "permitted": (TransferCause.SUCCESSION, TransferCause.COURT_ORDER),
        "text": "Pledge Agreement, § 4",
    },
    "restriction-lifted": {**_FACT, "reason": "The debt was paid.", "authority": "Release of 20 June 2017"},
    "ownership-limit-agreed": {**_FACT, "classes": (_SERIES,), "instruments": (InstrumentId("warrant-1"),)},
    "ownership-limit-changed": {**_FACT, "notified_on": date(2017, 3, 10)},
    "ownership-limit-waived": {**_FACT, "notified_on": date(2017, 3, 10)},
    "issuance-cap-agreed": {
        **_FACT,
        "cap": IssuanceCap(shares=Shares(1_999), part=Ratio("0.1999")),
        "classes": (_SERIES,),
        "instruments": (InstrumentId("note-1"),),
        "agreements": (AgreementId("spa"),),
    },
    "issuance-cap-lifted": {**_FACT, "authority": "Annual meeting of 15 September 2016"},
    "agreement-signed": {**_FACT, "commitment": "20000000 USD", "tranches": _TRANCHES, "remedy": _REMEDY},
    "agreement-amended": {
        **_FACT,
        "added": "1000000 USD",
        "added_tranches": _TRANCHES,
        "rescheduled": (TrancheRescheduled(tranche=TrancheId("t0"), due_on=date(2017, 8, 1)),),
        "price": "1/3 USD",
        "remedy": _REMEDY,
        "text": "Amendment No. 1, recital B.",
    },
    "condition-satisfied": _FACT,
    "condition-waived": _FACT,
    "tranche-closed": _FACT,
    "commitment-reduced": _FACT,
    "commitment-lapsed": _FACT,
    "agreement-terminated": {
        **_FACT,
        "lapsed": (
            LapsedPart(tranche=TrancheId("t1"), lapsed=Money("0.0000000001", "USD")),
            LapsedPart(lapsed=Money(2, "JPY")),
        ),
    },
    "remedy-exercised": {**_FACT, "security": "K-12"},
    "preferred-issued": _ISSUED,
    "common-issued": _ISSUED,
    "shares-transferred": {
        **_FACT,
        "cause": TransferCause.COURT_ORDER,
        "security": "CS-1",
        "received_as": "CS-2",
        "consideration": Consideration(form=ConsiderationForm.NONE),
    },
    "shares-converted": {
        **_FACT,
        "surrendered": Shares(1_400),
        "received": Shares(350_000_000),
        "security": "K-12",
        "received_as": "CS-3",
        "reserve": "conversion",
        "authority": "Certificate of Designations, § 6",
    },
    "shares-cancelled": {**_FACT, "security": "CS-1"},
    "shares-repurchased": {**_FACT, "paid": "1500.25 USD", "security": "CS-1"},
    "treasury-shares-reissued": {**_FACT, "consideration": _PAID, "authority": "Minutes", "security": "CS-9"},
    "shares-retired": {**_FACT, "authority": "Minutes"},
    "shares-redeemed": {**_FACT, "paid": "0 USD", "security": "K-12"},
    "stock-split-effected": {
        **_EXACT,
        "stock_classes": (_COMMON, StockClassId("class-b")),
        "ratio": "1/20",
        "fractions": FractionPolicy.CASH_IN_LIEU,
        "decimals": Count(2),
        "resulting": (
            ResultingTerms(
                stock_class=_COMMON,
                authorized=Authorized(1_000_000_000),
                par_value=Price("0.0001", "USD"),
                stated_value=Price(1, "USD"),
            ),
            ResultingTerms(stock_class=StockClassId("class-b"), authorized=Authorized.UNKNOWN),
            ResultingTerms(
                stock_class=_SERIES, conversion=ConversionRight(into=_COMMON, price=Price("0.08", "USD"))
            ),
        ),
        "authority": "Certificate of Amendment",
    },
    "fractions-settled": {**_FACT, "given": "0.25", "taken": "0", "cash": "0.17 USD", "security": "CS-1"},
    "dividend-declared": {
        **_FACT,
        "payment_on": date(2017, 6, 30),
        "record_on": date(2017, 6, 15),
        "paid_in": PaidIn.CASH_OR_KIND,
        "authority": "Board resolution 2017-07",
    },
    "dividend-paid": {
        **_FACT,
        "dividend": "2017-q2",
        "amount": "19243.01 USD",
        "received": Shares(353_091),
        "received_class": "common",
        "security": "CS-7",
        "reserve": "conversion",
        "authority": "Certificate of Designations, § 3",
    },
    "stock-dividend-paid": {**_EXACT, "decimals": Count(1), "authority": "Board resolution 2017-08"},
    "opening-balance-adopted": {
        **_EXACT,
        "positions": (
            OpeningPosition(holder=HolderId("ada"), shares=Shares(600), security=SecurityId("CS-1")),
            OpeningPosition(holder=HolderId("ada"), shares=Shares("0.5")),
        ),
        "treasury": Shares(10),
        "scope": Scope.PARTIAL,
        "stated_outstanding": Shares(1_000),
    },
    "issuer-renamed": {**_FACT, "authority": "Certificate of Amendment, Article I"},
    "listing-changed": {**_FACT, "market": "OTCQB", "symbol": "ASTID", "reason": "Twenty days after the split"},
    "charter-amendment-proposed": {**_FACT, "meeting_on": date(2017, 8, 3)},
    "stockholders-voted": {
        **_FACT,
        "votes_for": Shares(1_478_934_728),
        "votes_against": Shares(0),
        "withheld": Shares(176_208_395),
        "abstained": Shares("0.5"),
        "broker_non_votes": Shares(2_682_238_670),
        "record_on": date(2017, 6, 12),
        "carried": True,
    },
    "proceeds-restricted": {**_FACT, "terms": "Released as the holders of the notes convert."},
    "proceeds-released": {**_FACT, "reason": "First conversion"},
    "holding-reported": _FACT,
    "shares-subscribed": {**_FACT, "terms": "At $0.0040 a share"},
    "warrant-issued": {
        **_FACT,
        "price": "1.76505 USD",
        "terms": _WARRANT,
        "consideration": _PAID,
        "agreement": "spa",
        "authority": "Board resolution 2017-06",
    },
    "warrant-terms-amended": {**_FACT, "terms": _WARRANT, "authority": "Amendment No. 1"},
    "warrant-exercised": {
        **_FACT,
        "received": "361",
        "given_up": "639",
        "paid": "0.01 USD",
        "market_price": "18 USD",
        "cash_in_lieu": "2 USD",
        "reserve": "warrants",
        "security": "CS-12",
        "legends": ("Rule 144",),
        "authority": "Warrant, § 3",
    },
    "warrant-transferred": {**_FACT, "cause": TransferCause.SUCCESSION, "consideration": _PAID},
    "warrant-expired": _FACT,
    "warrant-cancelled": {**_FACT, "paid": "0.17 USD"},
    "instrument-adjusted": {
        **_FACT,
        "price": "0.14 USD",
        "floor": "0.05 USD",
        "added": (
            SharesAdded(holder=HolderId("ada"), added=Shares(64_756_399)),
            SharesAdded(holder=HolderId("bob"), added=Shares("0.5")),
        ),
        "computation": "5,596,232 × 1.76 ÷ 0.14 = 70,352,631",
        "authority": "Warrant, § 2(b)",
    },
    "conversion-price-adjusted": {
        **_FACT,
        "computation": "full ratchet: 50,000 shares at 6 USD, against 8 USD",
        "authority": "Charter, Article Four, B.4.4",
    },
    "safe-issued": {
        **_FACT,
        "terms": builders.safe_terms(
            cap="7500000.5 USD",
            discount="1/3",
            capitalization=attrs.evolve(POST_MONEY_CAPITALIZATION, pool_increase=True),
            most_favored_nation=True,
        ),
        "authority": "Board resolution 2017-02",
    },
    "safe-terms-amended": {
        **_FACT,
        "terms": builders.safe_terms(cap_timing=CapTiming.PRE_MONEY),
        "cause": AmendmentCause.MOST_FAVORED_NATION,
        "following": "safe-2",
        "authority": "Notice of election, § 3",
    },
    "plan-adopted": {**_FACT, "authority": "Resolution of the stockholders of 3 March 2017"},
    "plan-pool-changed": {**_FACT, "removed": Shares("0.5"), "reason": "Plan closed", "authority": "Plan, § 3(b)"},
    "award-granted": {
        **_FACT,
        "price": "0.17 USD",
        "terms": _AWARD,
        "consideration": _PAID,
        "authority": "Board resolution 2017-05",
    },
    "award-terms-amended": {**_FACT, "terms": _AWARD, "authority": "Board resolution 2017-06"},
    "vesting-condition-met": {**_FACT, "condition": "dismissal", "award": "option-1"},
    "vesting-accelerated": {
        **_FACT,
        "taken_from": TakenFrom.RATABLY,
        "reason": "Separation agreement",
        "authority": "Board resolution 2017-07",
    },
    "option-exercised": {
        **_WITHHELD,
        "for_price": Shares(50),
        "unvested": Shares(100),
        "paid": Money("0.5", "USD"),
    },
    "units-released": _WITHHELD,
    "award-forfeited": {
        **_FACT,
        "unvested": Shares(36_000),
        "vested": Shares("0.5"),
        "cause": EndCause.CONDITION_FAILED,
        "returned": Shares(36_000),
        "plan": PlanId("plan-2017"),
        "reason": "The goal of 2017 was missed.",
    },
    "award-transferred": {**_FACT, "cause": TransferCause.COURT_ORDER},
    "unvested-shares-repurchased": {
        **_FACT,
        "paid": Money("0.5", "USD"),
        "security": "CS-12",
        "returned": Shares(1_000),
        "plan": PlanId("plan-2017"),
        "reason": "Service ended.",
    },
    "election-filed": {**_FACT, "value": Price("0.2", "USD"), "paid": Money(170, "USD")},
    "note-issued": {
        **_FACT,
        "terms": _NOTE,
        "consideration": _PAID,
        "principal": "300000.5 USD",
        "agreement": "spa",
        "authority": "Board resolution 2017-09",
    },
    "note-terms-amended": {**_FACT, "terms": _NOTE, "authority": "Amendment No. 2"},
    "convertible-converted": {
        **_FACT,
        "cash_in_lieu": "0.17 USD",
        "reserve": "notes",
        "security": "CS-12",
        "authority": "Note, § 4(a)",
    },
    "note-repaid": {**_FACT, "premium": "1500 USD"},
    "interest-added-to-principal": _FACT,
    "securities-exchanged": {
        **_FACT,
        "notes_given_up": (
            NoteGivenUp(
                holder=HolderId("fund"),
                instrument=InstrumentId("n-1"),
                principal=Money("3500000.01", "USD"),
                interest=Money("4197.44", "USD"),
            ),
            NoteGivenUp(holder=HolderId("ada"), instrument=InstrumentId("n-2"), principal=Money(1, "USD")),
        ),
        "shares_given_up": (
            SharesGivenUp(
                holder=HolderId("fund"),
                stock_class=_SERIES,
                shares=Shares(675),
                security=SecurityId("J-1"),
                dividends=Money("80416.67", "USD"),
            ),
        ),
        "notes_received": (
            NoteReceived(
                holder=HolderId("fund"),
                instrument=InstrumentId("n-3"),
                principal=Money("3504197.45", "USD"),
                terms=_NOTE,
            ),
        ),
        "shares_received": (
            SharesReceived(
                holder=HolderId("ada"),
                stock_class=_COMMON,
                shares=Shares("2138421.5"),
                security=SecurityId("CS-13"),
                reserve=ReserveId("notes"),
            ),
        ),
        "rights_received": (
            RightReceived(
                holder=HolderId("fund"),
                warrant=InstrumentId("w-7"),
                stock_class=_COMMON,
                purchasable=Shares(1_000),
                price=Price(0, "USD"),
                terms=_WARRANT,
            ),
        ),
        "agreement": "spa",
        "authority": "Exchange Agreement, § 1",
    },
    "convertible-assigned": {**_FACT, "consideration": _PAID},
    "convertible-cancelled": _FACT,
    "default-declared": {**_FACT, "stock_classes": (_SERIES,), "what": "An instalment was missed."},
    "default-cured": {**_FACT, "stock_classes": (_SERIES,), "reason": "Waived by the holder."},
    "lien-granted": {**_FACT, "authority": "Security Agreement"},
    "lien-released": {**_FACT, "reason": "The notes were settled.", "authority": "Release"},
    "price-quoted": {**_EXACT, "source": "OTC Markets"},
    "outstanding-reported": {**_FACT, "report": "Form 10-Q, cover page"},
    "claim-disclosed": {
        **_FACT,
        "figure": Disclosed.read("Approximately $3.2 million"),
        "about": date(2017, 6, 20),
        "measure": builders.claimed(
            "product",
            builders.operand("times", "held", holder="boone", stock_class="common", on="2017-06-20"),
            builders.operand("times", "quoted", stock_class="common", quote=Measure.CLOSING_BID, multiple="1/2"),
            builders.operand("over", "printed", printed=Disclosed.read("Sunday, August 13, 2024"), name="the day"),
            name="as sold",
        ),
        "other_measures": (
            builders.claimed(
                "sum",
                builders.operand("plus", "claim", claim="claim-2"),
                builders.operand("minus", "owed", instruments=("note-1",)),
                builders.operand(
                    "plus", "principal-converted", agreement="spa", since="2017-01-01", on="2017-06-20"
                ),
                name="another definition",
            ),
        ),
    },
    "claim-withdrawn": {**_FACT, "replaced_by": "claim-2"},
    "holder-list-received": {
        **_EXACT,
        "holders": (
            builders.listed_holder(
                name=Personal("Zoé Åberg", b"\x07" * 32),
                account="7 / 12",
                certificate="CS-12",
                issued_on=date(2016, 2, 29),
                address=Personal("Hauptstraße 1, Zürich", b"\x09" * 32),
            ),
            builders.listed_holder(name=Personal("Fund LP", b"\x08" * 32), holder=None, shares="0.5"),
        ),
        "scope": Scope.PARTIAL,
        "listed": Shares(900),
    },
    "entry-voided": {**_RECORD, "entries": (EntryNumber(41), EntryNumber(7))},
    "entry-restated": {**_RECORD, "restated_as": builders.common_issued(**_ISSUED)},
    "personal-data-erased": {
        **_RECORD,
        "holders": (HolderId("h-0001"), HolderId("h-0007")),
        "lines": (builders.erased_line(41, 7), builders.erased_line(41, 9)),
    },
}


def in_full(kind: type[Event]) -> Event:
    """Return an event of a kind with every field stated, as far as they can be stated together."""
    assert kind.KIND in _IN_FULL, f"tests/golden/make.py has no {kind.KIND} in full"
    return builders.builder_of(kind)(**_IN_FULL[kind.KIND])


def golden(kind: type[Event]) -> Path:
    """Return where the payload of a kind is kept."""
    return PAYLOADS / f"{kind.KIND}.{kind.VERSION}.json"


def golden_entry() -> tuple[IssuerId, Entry]:
    """Return the entry whose leaf is kept, and its issuer."""
    event = in_full(HolderRegistered)
    entry = Entry(
        EntryNumber(1041),
        datetime(2026, 11, 22, 10, 31, 31, 123456, tzinfo=UTC),
        "Zoé of counsel",
        CommandId("cmd:2026-11-22.7"),
        event,
        codec.digest(codec.encode(event)),
    )
    return IssuerId("ascent-solar"), entry


def main() -> int:
    """Write what is missing; say what was written and what differs."""
    wanted = {golden(kind): codec.encode(in_full(kind)) for kind in EVENTS}
    wanted[LEAF] = codec.leaf(*golden_entry())
    PAYLOADS.mkdir(exist_ok=True)
    differ = 0
    for path, content in wanted.items():
        try:
            with path.open("xb") as file:
                file.write(content)
            print(f"made {path.relative_to(HERE)}")
        except FileExistsError:
            if path.read_bytes() != content:
                differ += 1
                print(f"DIFFERS {path.relative_to(HERE)}: it stays as it was published", file=sys.stderr)
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
