"""Options that state what a note promises: interest, maturity, instalments, and what it may become.

What is rarer (a right that opens or closes, a price that may only go down, interest that does not convert, a
fraction that is not dropped) goes through ``captable record``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from registrar.cli.acts import option

if TYPE_CHECKING:
    from collections.abc import Callable

    from ledger.terms.interest import InterestTerms
    from ledger.terms.market import MarketPrice
    from ledger.terms.notes import Instalment, NoteConversion, NoteTerms, RoundConversion
    from registrar.desk import Desk

MEASURES: Final = ("open", "high", "low", "close", "closing-bid", "vwap")
_PAYABLE: Final = ("cash", "shares", "cash-or-shares")
_BEARS_FORM: Final = "6% actual/365 quarterly default 18% from 2026-01-01"
_MARKET_FORM: Final = "85% lowest-2 vwap 10"
_INSTALMENT_FORM: Final = "2018-10-13 96000 USD cash-or-shares"
_ROUND_FORM: Final = "cap 8000000 USD post-money discount 20% from 1000000 USD"

INTEREST: Final = (
    click.option("--bears", metavar="TERMS", help='"6% actual/365 quarterly default 18%".'),
    click.option("--matures", "matures_on", metavar="DAY", help="The day on which it is to be repaid."),
)
"""What a note bears, and until when."""
CONVERSION: Final = (
    option("--into", of="stock class", metavar="CLASS", help="Class that it may become."),
    click.option("--fixed", "fixed_price", metavar="PRICE", help="Fixed price of a share."),
    click.option("--market", multiple=True, metavar="TERMS", help='"85% lowest-2 vwap 10"; the lowest counts.'),
    click.option("--floor", "floors", multiple=True, metavar="PRICE|par", help="It is never below; both may be."),
)
"""What a note may become, and at which price."""
TERMS: Final = (
    *INTEREST,
    click.option("--secured-by", metavar="TEXT", help="What secures it."),
    click.option(
        *("--instalment", "instalments"),
        multiple=True,
        metavar='"DAY MONEY"',
        help="Due before the rest; several may be given.",
    ),
    *CONVERSION,
    click.option("--in-a-round", metavar="TERMS", help='"cap 8000000 USD post-money discount 20%".'),
)
"""All that a note promises."""


def note_terms(desk: Desk) -> NoteTerms:
    """Return what a note promises; what is not said it does not promise."""
    from datetime import date

    from ledger.terms.notes import NoteTerms

    interest = _read(desk, "bears", interest_terms)
    conversion, instalments = _conversion(desk), _instalments(desk)
    in_a_round = _read(desk, "in_a_round", round_conversion)
    with desk.at("instalments"):
        return NoteTerms(
            interest=interest,
            matures_on=desk.option("matures_on", date),
            secured_by=desk.option("secured_by", str),
            instalments=instalments,
            conversion=conversion,
            in_a_round=in_a_round,
        )


def _read(desk: Desk, name: str, read: Callable[[str], Any]) -> Any:
    if not desk.has(name):
        return None
    with desk.at(name):
        return read(desk.stated(name, str))


def _not_so(given: str, what: str, form: str) -> Exception:
    from ledger.errors import NotUnderstood, shown

    return NotUnderstood("E_TERMS", f"{shown(given)} {what}", f'write "{form}"')


def interest_terms(given: str) -> InterestTerms:
    """Return what a principal bears, ``6% actual/365 quarterly default 18% from 2026-01-01``.

    Raises:
        NotUnderstood: It does not have this form.
    """
    from ledger.days import day
    from ledger.terms.interest import Compounding, DayCount, InterestTerms
    from registrar import typed

    rate, *words = given.split(" ")
    found: dict[str, Any] = {"rate": typed.part(rate), "day_count": DayCount.ACTUAL_365}
    read: dict[str, tuple[str, Callable[[str], Any]]] = {
        **{each.value: ("day_count", DayCount) for each in DayCount},
        **{each.value: ("compounding", Compounding) for each in Compounding},
    }
    named: dict[str, tuple[str, Callable[[str], Any]]] = {
        "default": ("default_rate", typed.part),
        "from": ("accrues_from", day),
    }
    while words:
        word = words.pop(0)
        if word in named and words:
            name, reads = named[word]
            found[name] = reads(words.pop(0))
        elif word in read:
            name, reads = read[word]
            found[name] = reads(word)
        else:
            raise _not_so(given, "is no interest", _BEARS_FORM)
    return InterestTerms(**found)


def market_price(given: str) -> MarketPrice:
    """Return a price that follows the market, ``85% lowest-2 vwap 10``.

    The part that is paid, what is taken of the quotes, which quote, and how many trading days before.
    ``10-through`` counts the day itself as the last of the ten.

    Raises:
        NotUnderstood: It does not have this form.
    """
    from ledger.identity import Count
    from ledger.terms.market import MarketPrice, Measure, Statistic
    from registrar import typed

    *part, statistic, measure, days = given.split(" ") if given.count(" ") in (2, 3) else ("", "", "")
    taken, _, number = statistic.partition("-")
    if measure not in MEASURES or taken not in ("lowest", "mean") or (number and taken == "mean"):
        raise _not_so(given, "is not a market price", _MARKET_FORM)
    kind: dict[str, Any] = {"statistic": Statistic(taken)}
    if number:
        kind = {"statistic": Statistic.MEAN_OF_LOWEST, "lowest": Count(number)}
    if part:
        kind["part"] = typed.part(part[0])
    trading_days, through = days.removesuffix("-through"), days.endswith("-through")
    return MarketPrice(measure=Measure(measure), trading_days=Count(trading_days), day_counts=through, **kind)


def _conversion(desk: Desk) -> NoteConversion | None:
    from ledger.errors import NotUnderstood
    from ledger.identity import StockClassId
    from ledger.quantities import Price
    from ledger.terms.market import PriceRule
    from ledger.terms.notes import NoteConversion
    from registrar import typed

    into = desk.option("into", StockClassId)
    if into is None:
        for name in ("fixed_price", "market", "floors"):
            if desk.has(name):
                with desk.at(name):
                    raise NotUnderstood("E_USAGE", "it says nothing alone", "add --into")
        return None
    market: dict[str, list[MarketPrice]] = {"": [], "in-default ": [], "instalments ": []}
    for given in desk.several("market"):
        when = next((each for each in market if each and given.startswith(each)), "")
        with desk.at("market"):
            market[when].append(market_price(given.removeprefix(when)))
    with desk.at("floors"):
        floors = [typed.price(each) for each in desk.several("floors") if each != "par"]
        if len(floors) > 1:
            raise NotUnderstood("E_TERMS", "two floors beside par", "name the higher one")
    with desk.at("into"):
        rule = PriceRule(
            fixed=desk.option("fixed_price", Price),
            market=tuple(market[""]),
            market_in_default=tuple(market["in-default "]),
            floor=floors[0] if floors else None,
            par_is_floor="par" in desk.several("floors"),
        )
    return NoteConversion(into=into, price=rule, instalments_at=tuple(market["instalments "]))


def _instalments(desk: Desk) -> tuple[Instalment, ...]:
    from ledger.days import day
    from ledger.terms.notes import Instalment, Payable
    from registrar import typed

    found = []
    for given in desk.several("instalments"):
        with desk.at("instalments"):
            due_on, *rest = given.split(" ")
            if len(rest) not in (2, 3) or (len(rest) == 3 and rest[2] not in _PAYABLE):
                raise _not_so(given, "says too little or too much", _INSTALMENT_FORM)
            payable_in = Payable(rest[2]) if len(rest) == 3 else Payable.CASH
            amount = typed.money(" ".join(rest[:2]))
            found.append(Instalment(due_on=day(due_on), amount=amount, payable_in=payable_in))
    return tuple(found)


def round_conversion(given: str) -> RoundConversion:
    """Return what a note becomes in a round, ``cap 8000000 USD post-money discount 20% from 1000000 USD``.

    Raises:
        NotUnderstood: It does not have this form.
    """
    from ledger.terms.notes import RoundConversion
    from ledger.terms.safes import CapTiming
    from registrar import typed

    words, found = given.split(" "), dict[str, Any]()
    while words:
        word = words.pop(0)
        if word == "cap" and len(words) >= 3 and words[2] in {each.value for each in CapTiming}:
            found |= {"cap": typed.money(" ".join(words[:2])), "cap_timing": CapTiming(words[2])}
            del words[:3]
        elif word == "discount" and words:
            found["discount"] = typed.part(words.pop(0))
        elif word == "from" and len(words) >= 2:
            found["round_of_at_least"] = typed.money(" ".join(words[:2]))
            del words[:2]
        else:
            raise _not_so(given, "is no right in a round", _ROUND_FORM)
    return RoundConversion(**found)
