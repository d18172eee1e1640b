"""Options that state what a note promises: interest, maturity, instalments, and what it may become."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from registrar.cli.acts import option

if TYPE_CHECKING:
    from ledger.quantities import Ratio
    from ledger.terms.interest import InterestTerms
    from ledger.terms.market import MarketPrice
    from ledger.terms.notes import Instalment, NoteConversion, NoteTerms, RoundConversion
    from registrar.desk import Desk

MEASURES: Final = ("open", "high", "low", "close", "closing-bid", "vwap")
_DAY_COUNTS: Final = ("actual/365", "actual/360", "actual/actual", "30/360", "30/360-us")
_COMPOUNDING: Final = ("none", "annual", "semi-annual", "quarterly", "monthly", "daily")
_POLICIES: Final = ("up", "down", "nearest", "cash-in-lieu")
_PAYABLE: Final = ("cash", "shares", "cash-or-shares")
_MARKET_FORM: Final = "85% lowest-2 vwap 10"

TERMS: Final = (
    click.option("--rate", metavar="PERCENT", help="Interest of a year: 6%. Default: none."),
    click.option("--day-count", type=click.Choice(_DAY_COUNTS), help="Default: actual/365."),
    click.option("--compounding", type=click.Choice(_COMPOUNDING), help="Of unsettled interest. Default: none."),
    click.option("--default-rate", metavar="PERCENT", help="Interest of a year in default."),
    click.option("--accrues-from", metavar="DAY", help="First day of interest. Default: that of the issue."),
    click.option("--matures", "matures_on", metavar="DAY", help="The day on which it is to be repaid."),
    click.option("--secured-by", metavar="TEXT", help="What secures it."),
    click.option(
        *("--instalment", "instalments"),
        multiple=True,
        metavar='"DAY MONEY [cash|shares|cash-or-shares]"',
        help="Principal due before the rest; may be given several times.",
    ),
    option("--into", of="stock class", metavar="CLASS", help="Class that it may become."),
    click.option("--fixed", "fixed_price", metavar="PRICE", help="Fixed price of a share."),
    click.option(
        *("--market", "market"),
        multiple=True,
        metavar='"[PERCENT] lowest|mean|lowest-N MEASURE DAYS"',
        help="Price that follows the market; the lowest of all counts. Several may be given.",
    ),
    click.option("--market-in-default", multiple=True, metavar='"…"', help="In their place while in default."),
    click.option("--instalment-market", multiple=True, metavar='"…"', help="In their place for instalments."),
    click.option("--floor", "floor_price", metavar="PRICE", help="The lowest price there may be."),
    click.option("--par-floor", is_flag=True, help="The price is never below par."),
    click.option("--only-down", is_flag=True, help="The price may only go down."),
    click.option("--principal-only", is_flag=True, help="Interest does not convert."),
    click.option("--fractions", type=click.Choice(_POLICIES), metavar="POLICY", help="Default: down."),
    click.option("--opens", "opens_on", metavar="DAY", help="First day of conversion. Default: at once."),
    click.option("--closes", "closes_on", metavar="DAY", help="Last day of conversion. Default: none."),
    click.option("--cap", metavar="MONEY", help="Valuation cap in a round."),
    click.option(
        *("--timing", "cap_timing"), type=click.Choice(("post-money", "pre-money")), help="What the cap is of."
    ),
    click.option("--discount", metavar="PERCENT", help="Part taken off the price of a round: 20%."),
    click.option("--round-of", "round_of_at_least", metavar="MONEY", help="Smallest round it converts in."),
)
"""What a note promises."""


def note_terms(desk: Desk) -> NoteTerms:
    """Return what a note promises; what is not said it does not promise."""
    from datetime import date

    from ledger.terms.notes import NoteTerms

    interest, conversion, instalments = _interest(desk), _conversion(desk), _instalments(desk)
    with desk.at("instalments"):
        return NoteTerms(
            interest=interest,
            matures_on=desk.option("matures_on", date),
            secured_by=desk.option("secured_by", str),
            instalments=instalments,
            conversion=conversion,
            in_a_round=_in_a_round(desk),
        )


def _part(desk: Desk, name: str) -> Ratio | None:
    from registrar import typed

    if not desk.has(name):
        return None
    with desk.at(name):
        return typed.part(desk.option(name, str) or "")


def _alone(desk: Desk, names: tuple[str, ...], needed: str) -> None:
    """Refuse options that say nothing without another."""
    from ledger.errors import NotUnderstood

    for name in names:
        if desk.has(name):
            with desk.at(name):
                raise NotUnderstood("E_USAGE", "it says nothing alone", f"add {needed}")


def _interest(desk: Desk) -> InterestTerms | None:
    from datetime import date

    from ledger.terms.interest import Compounding, DayCount, InterestTerms

    rate = _part(desk, "rate")
    if rate is None:
        _alone(desk, ("day_count", "compounding", "default_rate", "accrues_from"), "--rate")
        return None
    with desk.at("compounding"):
        return InterestTerms(
            rate=rate,
            day_count=desk.option("day_count", DayCount) or DayCount.ACTUAL_365,
            compounding=desk.option("compounding", Compounding) or Compounding.NONE,
            default_rate=_part(desk, "default_rate"),
            accrues_from=desk.option("accrues_from", date),
        )


def _conversion(desk: Desk) -> NoteConversion | None:
    from datetime import date

    from ledger.identity import StockClassId
    from ledger.quantities import FractionPolicy, Price
    from ledger.terms.market import PriceRule
    from ledger.terms.notes import NoteConversion

    into = desk.option("into", StockClassId)
    if into is None:
        named = ("fixed_price", "market", "market_in_default", "instalment_market", "floor_price")
        _alone(desk, (*named, "fractions", "opens_on", "closes_on"), "--into")
        return None
    with desk.at("into"):
        rule = PriceRule(
            fixed=desk.option("fixed_price", Price),
            market=_market(desk, "market"),
            market_in_default=_market(desk, "market_in_default"),
            floor=desk.option("floor_price", Price),
            par_is_floor=bool(desk.option("par_floor", bool)),
            only_down=bool(desk.option("only_down", bool)),
        )
    with desk.at("closes_on"):
        return NoteConversion(
            into=into,
            price=rule,
            instalments_at=_market(desk, "instalment_market"),
            interest_converts=not desk.option("principal_only", bool),
            fractions=desk.option("fractions", FractionPolicy) or FractionPolicy.DOWN,
            opens_on=desk.option("opens_on", date),
            closes_on=desk.option("closes_on", date),
        )


def _market(desk: Desk, name: str) -> tuple[MarketPrice, ...]:
    found = []
    for given in desk.several(name):
        with desk.at(name):
            found.append(market_price(given))
    return tuple(found)


def market_price(given: str) -> MarketPrice:
    """Return a price that follows the market, ``85% lowest-2 vwap 10``.

    The part that is paid, what is taken of the quotes, which quote, and how many trading days before.
    ``10-through`` counts the day itself as the last of the ten.

    Raises:
        NotUnderstood: It does not have this form.
    """
    from ledger.errors import NotUnderstood, shown
    from ledger.identity import Count
    from ledger.terms.market import MarketPrice, Measure, Statistic
    from registrar import typed

    *part, statistic, measure, days = given.split(" ") if given.count(" ") in (2, 3) else ("", "", "")
    taken, _, number = statistic.partition("-")
    if measure not in MEASURES or taken not in ("lowest", "mean") or (number and taken == "mean"):
        raise NotUnderstood("E_TERMS", f"{shown(given)} is not a market price", f'write "{_MARKET_FORM}"')
    kind: dict[str, Any] = {"statistic": Statistic(taken)}
    if number:
        kind = {"statistic": Statistic.MEAN_OF_LOWEST, "lowest": Count(number)}
    if part:
        kind["part"] = typed.part(part[0])
    trading_days, through = days.removesuffix("-through"), days.endswith("-through")
    return MarketPrice(measure=Measure(measure), trading_days=Count(trading_days), day_counts=through, **kind)


def _instalments(desk: Desk) -> tuple[Instalment, ...]:
    from ledger.days import day
    from ledger.errors import NotUnderstood, shown
    from ledger.terms.notes import Instalment, Payable
    from registrar import typed

    found = []
    for given in desk.several("instalments"):
        with desk.at("instalments"):
            due_on, *rest = given.split(" ")
            if len(rest) not in (2, 3) or (len(rest) == 3 and rest[2] not in _PAYABLE):
                form = "2018-10-13 96000 USD cash-or-shares"
                raise NotUnderstood("E_TERMS", f"{shown(given)} says too little or too much", f'write "{form}"')
            payable_in = Payable(rest[2]) if len(rest) == 3 else Payable.CASH
            amount = typed.money(" ".join(rest[:2]))
            found.append(Instalment(due_on=day(due_on), amount=amount, payable_in=payable_in))
    return tuple(found)


def _in_a_round(desk: Desk) -> RoundConversion | None:
    from ledger.quantities import Money
    from ledger.terms.notes import RoundConversion
    from ledger.terms.safes import CapTiming

    discount, cap = _part(desk, "discount"), desk.option("cap", Money)
    smallest = desk.option("round_of_at_least", Money)
    if discount is None and cap is None and smallest is None:
        _alone(desk, ("cap_timing",), "--cap")
        return None
    with desk.at("discount" if cap is None else "cap"):
        return RoundConversion(
            cap=cap,
            cap_timing=desk.option("cap_timing", CapTiming),
            discount=discount,
            round_of_at_least=smallest,
        )
