"""What was disclosed about the founding company, 2016 to 2024: every statement of ``facts.json``, as claims.

A statement that prints several figures is several claims: the first bears its name, the others that name and a word
of their own. An operand that the record has is read from the record; what only the statement itself tells is a
number, and what nobody tells is named as not known. None of them is judged here.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

import attrs

from ledger import (
    AgreementId,
    EffectiveDay,
    HolderId,
    InstrumentId,
    Ledger,
    Ratio,
    Recorded,
    StockClassId,
    between,
    on,
)
from ledger.events import Certainty, ClaimDisclosed, Evidence
from ledger.identity import ClaimId
from ledger.terms.disclosed import Disclosed, Qualifier
from ledger.terms.measures import Measure, MeasureKind, Operand, Role, Source
from registrar.founding_case import ACTOR, BOONE, COMMON, SERIES_K, SIGNED
from registrar.founding_case.facts import FACTS
from registrar.founding_case.history import parties as p

STATEMENTS: Final[dict[str, dict[str, Any]]] = {each["id"]: each for each in FACTS["disclosed_statements"]}
"""Every statement by its name."""
COMPANY: Final = "Ascent Solar"
TERTIUS: Final = "Tertius Financial Group"
FORM_4: Final = "Boone Group, on Form 4"
BD1_FORM_4: Final = "BD1, on Form 4"
AGGREGATOR: Final = "an aggregator of XBRL facts"
PRESS: Final = "the press"

_SERIES_E: Final = StockClassId("series-e")
_SERIES_F: Final = StockClassId("series-f")
_SERIES_J: Final = StockClassId("series-j")


# --- operands, in the words of the statements -----------------------------------------------------------------


def _number(role: Role, number: str, name: str | None = None, times: str | None = None) -> Operand:
    multiple = None if times is None else Ratio(times)
    return Operand(role=role, source=Source.NUMBER, number=Ratio(number), name=name, multiple=multiple)


def _printed(role: Role, text: str, name: str | None = None, times: str | None = None) -> Operand:
    multiple = None if times is None else Ratio(times)
    return Operand(role=role, source=Source.PRINTED, printed=Disclosed.read(text), name=name, multiple=multiple)


def _unknown(role: Role, name: str) -> Operand:
    return Operand(role=role, source=Source.UNKNOWN, name=name)


def _of_claim(role: Role, claim: str, source: Source = Source.CLAIM) -> Operand:
    return Operand(role=role, source=source, claim=ClaimId(claim))


def _of_class(
    role: Role, source: Source, stock_class: StockClassId, name: str | None = None, **more: Any
) -> Operand:
    return Operand(role=role, source=source, stock_class=stock_class, name=name, **more)


def _in(since: str, to: str) -> dict[str, Any]:
    return {"since": date.fromisoformat(since), "on": date.fromisoformat(to)}


def _on(day: str) -> dict[str, Any]:
    return {"on": date.fromisoformat(day)}


def _converted(source: Source, holder: HolderId, since: str, to: str, *notes: InstrumentId) -> Operand:
    more: dict[str, Any] = {} if source is not Source.RECEIVED else {"stock_class": COMMON}
    return Operand(role=Role.ADDED, source=source, holder=holder, instruments=notes, **more, **_in(since, to))


def _sum(*operands: Operand, name: str | None = None) -> Measure:
    return Measure(kind=MeasureKind.SUM, operands=operands, name=name)


def _product(*operands: Operand, name: str | None = None) -> Measure:
    return Measure(kind=MeasureKind.PRODUCT, operands=operands, name=name)


def _of_outstanding(holder: HolderId, whole: Operand | None = None, **days: Any) -> Measure:
    part = _of_class(Role.PART, Source.HELD, COMMON, holder=holder, **days)
    return Measure(
        kind=MeasureKind.PERCENT, operands=(part, whole or _of_class(Role.WHOLE, Source.OUTSTANDING, COMMON))
    )


def _premium(over: Operand, price: Operand | None = None) -> Measure:
    fixed = _of_class(Role.OF, Source.CONVERSION_PRICE, SERIES_K, "conversion price of Series K")
    return Measure(kind=MeasureKind.INCREASE, operands=(price or fixed, over))


_BID: Final = _unknown(Role.BASE, "closing bid")
_STATED: Final = _of_class(Role.FACTOR, Source.STATED_VALUE, SERIES_K, "stated value")
_PRICE: Final = _of_class(Role.DIVISOR, Source.CONVERSION_PRICE, SERIES_K, "conversion price")


def _split(role: Role, day: str) -> Operand:
    return _of_class(role, Source.SPLIT_RATIO, COMMON, "new shares for one old", **_on(day))


# --- claims ---------------------------------------------------------------------------------------------------


def _claim(
    name: str,
    printed: str | Disclosed,
    measure: Measure,
    *other_measures: Measure,
    said_by: str = COMPANY,
    days: EffectiveDay | None = None,
    about: str | None = None,
    **more: Any,
) -> ClaimDisclosed:
    statement = STATEMENTS[name.partition(".")[0]]
    figure = Disclosed.read(printed) if isinstance(printed, str) else printed
    pages = [FACTS["sources"][each]["url"] for each in statement["sources"]]
    return ClaimDisclosed(
        effective_on=days or on(statement["date"]),
        claim=ClaimId(name),
        said_by=said_by,
        about=date.fromisoformat(about) if about else date.fromisoformat(statement["date"]),
        figure=figure,
        measure=measure,
        other_measures=other_measures,
        evidence=tuple(
            Evidence(document=page, printed=figure.printed if index == 0 else None)
            for index, page in enumerate(pages)
        ),
        **more,
    )


def series_k() -> list[ClaimDisclosed]:
    """Return what was said of Series K through the release of 20 June 2017."""
    filed = between("2017-05-05", "2017-05-09")
    first = _on("2017-05-05")
    by_boone: dict[str, Any] = {"holder": BOONE}
    since_signed: dict[str, Any] = {"since": SIGNED}
    owner = attrs.evolve(Disclosed.read("10%", qualifier=Qualifier.MORE_THAN), printed="10% owner")
    return [
        ClaimDisclosed(
            effective_on=on("2017-02-14"),
            claim=ClaimId("authorized-at-signing"),
            said_by=COMPANY,
            about=SIGNED,
            figure=Disclosed.read("2,000,000,000"),
            measure=_sum(_of_class(Role.ADDED, Source.AUTHORIZED, COMMON)),
            evidence=(Evidence(document=FACTS["sources"]["corresp201702"]["url"], printed="2,000,000,000"),),
            note="In force when the agreement was signed, as the company wrote to the SEC in February 2017.",
        ),
        _claim("prem-feb", "74% (approx.)", _premium(_BID)),
        _claim(
            "first-may",
            "200,000,000",
            _product(
                _of_class(Role.FACTOR, Source.SURRENDERED, SERIES_K, "Series K converted", **by_boone, **first),
                _STATED,
                _PRICE,
            ),
            days=on("2017-05-09"),
            about="2017-05-05",
        ),
        _claim("prem-may", "566% (approx.)", _premium(_number(Role.BASE, "0.0006", "closing bid"))),
        _claim("pct-may", "4.6%", _of_outstanding(BOONE)),
        _claim(
            "form4-price",
            "$0.0004",
            _product(
                _of_class(Role.FACTOR, Source.SURRENDERED, SERIES_K, "Series K converted", **by_boone, **first),
                _STATED,
                _of_class(Role.DIVISOR, Source.RECEIVED, COMMON, "common received", **by_boone, **first),
            ),
            said_by=FORM_4,
            days=filed,
        ),
        _claim(
            "form4-owner",
            owner,
            _of_outstanding(BOONE, _of_claim(Role.WHOLE, "pct-may", Source.IMPLIED), **first),
            said_by=FORM_4,
            days=filed,
        ),
        _claim("prem-jun", "800%", _premium(_number(Role.BASE, "0.0005", "closing price"))),
        _claim("pct-jun", "approximately 12.1%", _of_outstanding(BOONE)),
        _claim("cum-jun", "800,000,000", _product(_number(Role.FACTOR, "3200000", "invested capital"), _PRICE)),
        _claim("cum-jun.held", "800,000,000", _sum(_of_class(Role.ADDED, Source.HELD, COMMON, **by_boone))),
        _claim(
            "cum-jun.capital",
            "$3.2 million",
            _product(
                _of_class(
                    Role.FACTOR, Source.SURRENDERED, SERIES_K, "Series K converted", **by_boone, **since_signed
                ),
                _STATED,
            ),
        ),
        _claim(
            "third-jun",
            "350,000,000",
            _product(_number(Role.FACTOR, "1400", "Series K converted"), _STATED, _PRICE),
        ),
    ]


def before_series_k() -> list[ClaimDisclosed]:
    """Return what was said of 2016, and of the shares of Tertius."""
    return [
        _claim(
            "f-instal",
            "$6,500,000",
            _sum(
                _number(Role.ADDED, "500000", times="12"),
                _number(Role.ADDED, "250000", times="2"),
            ),
        ),
        _claim(
            "f-price",
            "about $0.05",
            _sum(_of_class(Role.ADDED, Source.CONVERSION_PRICE, _SERIES_F)),
            said_by=PRESS,
            note="43,000,000 shares at it are worth 2,150,000, and at the fixed price 10,750,000.",
        ),
        _claim(
            "e-value",
            "1,220",
            _product(
                _number(Role.FACTOR, "1220193", "value converted"),
                _of_class(Role.DIVISOR, Source.STATED_VALUE, _SERIES_E, "stated value"),
            ),
        ),
        _claim(
            "e-9m",
            "2,108",
            _product(
                _number(Role.FACTOR, "2108193", "value converted"),
                _of_class(Role.DIVISOR, Source.STATED_VALUE, _SERIES_E, "stated value"),
            ),
        ),
        _claim(
            "e-9m.since-march",
            "888",
            _sum(
                _number(Role.ADDED, "2108.193", "converted in nine months"),
                _of_class(Role.TAKEN, Source.SURRENDERED, _SERIES_E, **_in("2016-01-01", "2016-03-31")),
            ),
            certainty=Certainty.DEDUCED,
            note="The difference of the two tables, which no page states.",
        ),
        _claim(
            "q1-2016-count",
            "11.8M",
            _sum(
                _printed(Role.ADDED, "294 million", times="1/20"),
                _unknown(Role.TAKEN, "what was issued between 31 March and 11 May 2016, in new shares"),
            ),
            said_by=PRESS,
            days=on("2016-08-03"),
        ),
        _claim(
            "q0-2016",
            "about 17 million",
            _product(_printed(Role.FACTOR, "about 340 million"), _split(Role.FACTOR, "2016-06-02")),
            said_by=PRESS,
        ),
        _claim(
            "aug16-count",
            "316%",
            Measure(
                kind=MeasureKind.INCREASE,
                operands=(_printed(Role.OF, "70.8 million"), _printed(Role.BASE, "about 17 million")),
            ),
            said_by=PRESS,
        ),
        _claim("j-sched", "1,350", _sum(_number(Role.ADDED, "225"), _number(Role.ADDED, "225", times="5"))),
        _claim(
            "offer-oct16-1",
            "$1.12 million",
            _sum(Operand(role=Role.ADDED, source=Source.CLOSED, agreement=AgreementId("series-j-purchase"))),
            _sum(_number(Role.ADDED, "1125000"), name="the later closings, which were still to come"),
            said_by=PRESS,
        ),
        _claim(
            "tertius-price",
            "333,333,333",
            _product(
                _number(Role.FACTOR, "604340", "principal and interest of the note"),
                _number(Role.DIVISOR, "0.0018"),
            ),
            _product(_number(Role.FACTOR, "600000"), _number(Role.DIVISOR, "0.0018"), name="the principal alone"),
        ),
        _claim("tertius-24", "24% (approx.)", _of_outstanding(p.TERTIUS)),
        _claim("tertius-1927", "19.27%", _of_outstanding(p.TERTIUS), said_by=TERTIUS),
    ]


def after_series_k() -> list[ClaimDisclosed]:
    """Return what was said from August 2017 to 2019: of premiums, notes and their conversions."""
    at_the_price = _number(Role.OF, "0.004", "conversion price")
    in_10_k_2018 = between("2019-01-01", "2019-12-31")
    in_10_k_2019 = between("2021-01-01", "2021-12-31")
    bay: dict[str, Any] = {"holder": p.BAYBRIDGE, "instruments": (p.BAYBRIDGE_2017, p.EARLIER_NOTES)}
    opening = Operand(role=Role.ADDED, source=Source.OWED, **bay, **_on("2017-12-31"))
    in_2018 = _converted(Source.PRINCIPAL_CONVERTED, p.BAYBRIDGE, "2018-01-01", "2018-12-31")

    def sums(
        name: str, holder: HolderId, since: str, principal: str, interest: str | None, shares: str
    ) -> Iterable[ClaimDisclosed]:
        parts = (
            ("", principal, Source.PRINCIPAL_CONVERTED),
            (".interest", interest, Source.INTEREST_CONVERTED),
            (".shares", shares, Source.RECEIVED),
        )
        for part, printed, source in parts:
            if printed is not None:
                measure = _sum(_converted(source, holder, since, "2019-12-31"))
                yield _claim(f"{name}{part}", printed, measure, days=in_10_k_2019)

    return [
        _claim(
            "sched-aug",
            "6,200",
            _sum(
                _number(Role.ADDED, "5000", "Series K scheduled before the last tranche"),
                _unknown(Role.ADDED, "what had closed of the last tranche, of 15,000 Series K"),
            ),
            said_by=PRESS,
            days=on("2017-08-04"),
            note="800 + 1,000 + 1,400 + 3,000.",
        ),
        _claim(
            "sched-aug.converted",
            "6,200",
            _sum(_of_class(Role.ADDED, Source.SURRENDERED, SERIES_K, holder=BOONE, since=SIGNED)),
            said_by=PRESS,
            days=on("2017-08-04"),
        ),
        _claim("prem-sep-note", "250%", _premium(_BID, at_the_price)),
        _claim("prem-sep-exchange", "180% (approx.)", _premium(_BID, at_the_price)),
        _claim(
            "nov2017-count",
            "8.932 billion",
            _sum(_of_class(Role.ADDED, Source.OUTSTANDING, COMMON)),
            said_by=AGGREGATOR,
        ),
        _claim(
            "nov2017-count.loss",
            "$0.29",
            _product(
                _number(Role.FACTOR, "2355000", "net loss"),
                _printed(Role.DIVISOR, "8.062 million", "8.062 million shares"),
            ),
            said_by=AGGREGATOR,
            note="So the 8.062 million are the weighted average, restated for the split of a thousand to one.",
        ),
        _claim(
            "j-exch",
            "$755,416.67",
            _sum(
                _number(Role.ADDED, "1000", "stated value of Series J", times="675"),
                _of_class(Role.ADDED, Source.DIVIDENDS_ACCRUED, _SERIES_J, holder=p.BAYBRIDGE),
            ),
            note="At 10 % a year of 675,000 they would have accrued for 1.19 years, from about October 2016.",
        ),
        _claim("bb-open-1", "565,000", _sum(opening), days=in_10_k_2018),
        _claim("bb-open-1.converted", "772,500", _sum(in_2018), days=in_10_k_2018),
        _claim(
            "bb-open-1.closing",
            "62,500",
            _sum(
                _of_claim(Role.ADDED, "bb-open-1"),
                _number(Role.ADDED, "270000", "assigned"),
                _of_claim(Role.TAKEN, "bb-open-1.converted"),
            ),
            days=in_10_k_2018,
        ),
        _claim("bb-open-2", "nil", _sum(opening), days=in_10_k_2018),
        _claim("bb-open-2.converted", "207,500", _sum(in_2018), days=in_10_k_2018),
        _claim(
            "bb-open-2.closing",
            "62,500",
            _sum(
                _of_claim(Role.ADDED, "bb-open-2"),
                _number(Role.ADDED, "270000", "assigned"),
                _of_claim(Role.TAKEN, "bb-open-2.converted"),
            ),
            days=in_10_k_2018,
        ),
        _claim(
            "deriv-2018.first",
            "3,533,861",
            _sum(_unknown(Role.ADDED, "the derivative liability of the notes")),
            days=in_10_k_2018,
        ),
        _claim("deriv-2018", "3,292,692", _sum(_of_claim(Role.ADDED, "deriv-2018.first")), days=in_10_k_2018),
        _claim(
            "stg-2018",
            "606,600",
            _sum(_converted(Source.PRINCIPAL_CONVERTED, p.ST_GEORGE, "2018-01-01", "2018-12-31")),
            days=in_10_k_2018,
        ),
        *sums("stg-sum", p.ST_GEORGE, "2018-01-01", "915,670", None, "1,158,211,487"),
        *sums("bb-sum", p.BAYBRIDGE, "2017-10-01", "1,329,400", "43,945", "1,003,245,967"),
        *sums("be-sum", p.BELLRIDGE, "2018-07-01", "488,000", "29,668", "1,111,208,092"),
    ]


def later() -> list[ClaimDisclosed]:
    """Return what was said from 2021 to 2024."""
    per_share = _number(Role.FACTOR, "1000", "stated value")
    before_split = "the price as it was before the split of five thousand to one"
    price = _number(Role.DIVISOR, "0.0001", "conversion price")

    def at_the_old_price(*factors: Operand) -> Measure:
        return _product(*factors, price, _split(Role.FACTOR, "2022-01-28"), name=before_split)

    series_1a = (_number(Role.FACTOR, "100", "Series 1A"), per_share)
    note = _number(Role.FACTOR, "600000", "principal of the note")
    warrants = _number(Role.FACTOR, "5596232", "warrants before"), _number(Role.DIVISOR, "0.14", "price after")
    return [
        _claim(
            "bd1-2021",
            "$10 million",
            _product(_number(Role.FACTOR, "666666672", "shares"), _number(Role.FACTOR, "0.015", "price")),
        ),
        _claim(
            "split22",
            "4.81 million",
            _product(_printed(Role.FACTOR, "23.74 billion"), _split(Role.FACTOR, "2022-01-28")),
            _sum(
                _printed(Role.ADDED, "23.74 billion", times="1/5000"),
                _unknown(Role.ADDED, "shares that rounding up added"),
                name="fractions rounded up",
            ),
        ),
        _claim(
            "bd1-2022",
            "15,800,000",
            _product(
                Operand(
                    role=Role.FACTOR, source=Source.PRINCIPAL_CONVERTED, holder=p.BD1, name="principal converted"
                ),
                _number(Role.DIVISOR, "0.50", "price"),
            ),
            said_by=BD1_FORM_4,
        ),
        _claim(
            "bd1-2022.price",
            "$0.50",
            _product(_number(Role.FACTOR, "0.0001", "price before the split"), _split(Role.DIVISOR, "2022-01-28")),
            said_by=BD1_FORM_4,
        ),
        _claim("424-2022", "200,000", _product(*series_1a, price), at_the_old_price(*series_1a)),
        _claim("424-2022.note", "400,000", _product(note, price), at_the_old_price(note)),
        _claim(
            "apr24-gross",
            "$3,087,844.20",
            _sum(
                _number(Role.ADDED, "12629460", "common", times="0.14"),
                _number(Role.ADDED, "9426570", "prefunded warrants", times="0.14"),
            ),
        ),
        _claim(
            "ratchet",
            "70,554,495",
            _product(*warrants, _number(Role.FACTOR, "1.76", "price before")),
            _product(*warrants, _printed(Role.FACTOR, "1.76"), name="a price that is only printed as $1.76"),
        ),
        _claim(
            "split24",
            "1.023 million",
            _product(_printed(Role.FACTOR, "102.3 million"), _split(Role.FACTOR, "2024-08-14")),
        ),
        _claim(
            "split24-date",
            "Sunday, August 13, 2024",
            _sum(_of_class(Role.ADDED, Source.SPLIT_DAY, COMMON, **_in("2024-01-01", "2024-12-31"))),
            said_by=PRESS,
        ),
        _claim(
            "split24-date.company",
            "August 14, 2024",
            _sum(_of_class(Role.ADDED, Source.SPLIT_DAY, COMMON, **_in("2024-01-01", "2024-12-31"))),
        ),
    ]


def every_claim() -> list[ClaimDisclosed]:
    """Return all of them."""
    return [*before_series_k(), *series_k(), *after_series_k(), *later()]


def record_claims(ledger: Ledger, claims: Iterable[ClaimDisclosed]) -> Recorded:
    """Record claims, in one command.

    Args:
        ledger: The record that has the parties and classes that they speak of.
        claims: Which.
    """
    return ledger.record(*claims, actor=ACTOR, command="claims")
