"""Acts that state the rights of a class, and the conversion of all its shares."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

import click

from registrar.cli.acts import Act, acting, all_of, argument, option

if TYPE_CHECKING:
    from ledger.events import ClassRight
    from ledger.terms.base import Terms
    from ledger.terms.preferred import RedemptionRight
    from registrar.cli.acts import Request
    from registrar.desk import Desk

_CLASS: Final = argument("stock_class", "CLASS", of="stock class")
_AUTHORITY: Final = click.option("--authority", metavar="TEXT", help="Charter section, certificate or filing.")
_ENDED: Final = click.option("--ended", is_flag=True, help="The right came to an end.")


def _rights(desk: Desk, right: ClassRight, stated: Terms | None, told: str) -> Request:
    """Return the statement of a right, or of its end.

    Args:
        desk: What was typed.
        right: Which right.
        stated: What was stated of it; none where nothing was.
        told: The option that states it.
    """
    from ledger.errors import NotUnderstood
    from ledger.events import ClassRightsStated

    ended = bool(desk.option("ended", bool))
    if ended == (stated is not None):
        where = "--ended" if ended else told
        raise NotUnderstood("E_USAGE", "a right is stated or ended", f"give {told} or --ended", where)
    field = right.value.replace("-", "_")
    more: dict[str, Any] = {field: stated, "ended": (right,) if ended else ()}
    return desk.made(ClassRightsStated, **more)


def _only_with(desk: Desk, needed: str, told: str, *names: str, flags: tuple[str, ...] = ()) -> None:
    """Refuse options that say nothing without another one."""
    from ledger.errors import NotUnderstood

    given = [*(name for name in names if desk.has(name)), *(flag for flag in flags if desk.option(flag, bool))]
    if given and not desk.has(needed):
        with desk.at(given[0]):
            raise NotUnderstood("E_USAGE", "it says nothing alone", f"add {told}")


@click.command(
    cls=Act,
    epilog="""\b
Example:
  captable prefer series-a --multiple 1 --on 2024-03-01
  captable prefer series-b --multiple 1.5 --participation capped --cap 3 --on 2024-03-01""",
)
@_CLASS
@click.option("--multiple", metavar="N", help="How many times the base is paid first.")
@click.option("--base", metavar="PRICE", help="What it is a multiple of. Default: the stated value.")
@click.option(
    "--participation",
    type=click.Choice(("none", "full", "capped")),
    help="Whether it shares in the rest. Default: none.",
)
@click.option("--cap", metavar="N", help="Multiple of the base up to which it shares,")
@click.option("--cap-on-top", is_flag=True, help="on top of the preference; otherwise all in.")
@click.option("--with-accrued", is_flag=True, help="Accrued dividends are added to the preference.")
@_ENDED
@_AUTHORITY
@acting()
def prefer(desk: Desk) -> Request:
    """Record what CLASS is paid first when the company is sold or wound up. Its rank is its seniority."""
    from ledger.events import ClassRight
    from ledger.quantities import Price, Ratio
    from ledger.terms.liquidation import LiquidationPreference, Participation

    _only_with(
        *(desk, "multiple", "--multiple", "base", "participation", "cap"), flags=("cap_on_top", "with_accrued")
    )
    stated = None
    if desk.has("multiple"):
        with desk.at("cap" if desk.has("cap") else "multiple"):
            stated = LiquidationPreference(
                multiple=desk.stated("multiple", Ratio),
                base=desk.option("base", Price),
                participation=desk.option("participation", Participation) or Participation.NONE,
                cap=desk.option("cap", Ratio),
                cap_includes_preference=not desk.option("cap_on_top", bool),
                with_accrued_dividends=bool(desk.option("with_accrued", bool)),
            )
    return _rights(desk, ClassRight.LIQUIDATION, stated, "--multiple")


@click.command(
    cls=Act,
    epilog="""\b
Example:
  captable entitle series-a --rate 8% --on 2024-03-01
  captable entitle series-b --rate 7% --compounding quarterly --paid-in cash-or-kind --on 2024-03-01""",
)
@_CLASS
@click.option("--rate", metavar="PERCENT", help="Part of the base for a year: 8%,")
@click.option("--amount", metavar="PRICE", help="or money for a share and year.")
@click.option("--base", metavar="PRICE", help="What the rate is of. Default: the stated value.")
@click.option("--not-cumulative", is_flag=True, help="It does not accrue without being declared.")
@click.option(
    "--day-count",
    type=click.Choice(("actual/365", "actual/360", "actual/actual", "30/360", "30/360-us")),
    metavar="COUNT",
    help="Default: actual/365.",
)
@click.option(
    "--compounding",
    type=click.Choice(("none", "annual", "semi-annual", "quarterly", "monthly", "daily")),
    metavar="WHEN",
    help="annual, semi-annual, quarterly, monthly, daily. Default: none.",
)
@click.option("--from", "accrues_from", metavar="DAY", help="First day that counts. Default: that of the issue.")
@click.option("--paid-in", type=click.Choice(("cash", "kind", "cash-or-kind")), help="Default: cash.")
@_ENDED
@_AUTHORITY
@acting()
def entitle(desk: Desk) -> Request:
    """Record what a share of CLASS is entitled to as dividends each year, and how it accrues."""
    from ledger.events import ClassRight
    from ledger.quantities import Price
    from ledger.terms.dividends import DividendTerms, PaidIn
    from ledger.terms.interest import Compounding, DayCount
    from registrar import typed

    _only_with(
        *(desk, "amount" if desk.has("amount") else "rate", "--rate"),
        *("base", "day_count", "compounding", "accrues_from", "paid_in"),
        flags=("not_cumulative",),
    )
    stated = None
    if desk.has("rate") or desk.has("amount"):
        with desk.at("amount" if desk.has("amount") else "rate"):
            rate = desk.option("rate", str)
            stated = DividendTerms(
                rate=None if rate is None else typed.part(rate),
                amount=desk.option("amount", Price),
                base=desk.option("base", Price),
                is_cumulative=not desk.option("not_cumulative", bool),
                day_count=desk.option("day_count", DayCount) or DayCount.ACTUAL_365,
                compounding=desk.option("compounding", Compounding) or Compounding.NONE,
                accrues_from=desk.option("accrues_from", date),
                paid_in=desk.option("paid_in", PaidIn) or PaidIn.CASH,
            )
    return _rights(desk, ClassRight.DIVIDENDS, stated, "--rate")


def _side(side: str, words: str) -> tuple[Any, ...]:
    return (
        click.option(f"--{side}", metavar="PRICE|N", help=f"{words}: a price, or a multiple of the stated value."),
        click.option(f"--{side}-part", metavar="PART", help="Part of the shares at a time. Default: all."),
        click.option(f"--{side}-from", metavar="DAY", help="First day."),
        click.option(f"--{side}-until", metavar="DAY", help="Last day."),
        click.option(f"--{side}-notice", metavar="DAYS", help="Days of notice."),
        click.option(f"--{side}-with-accrued", is_flag=True, help="Accrued dividends are paid on top."),
    )


@click.command(
    cls=Act,
    epilog="""\b
Example:
  captable redeemable series-a --call "0.01 USD" --call-part 1/2 --on 2024-03-01
  captable redeemable series-b --put 1 --put-from 2029-03-01 --put-with-accrued --on 2024-03-01""",
)
@_CLASS
@all_of(*_side("call", "What the company pays if it redeems"), *_side("put", "What a holder is paid who asks"))
@_ENDED
@_AUTHORITY
@acting()
def redeemable(desk: Desk) -> Request:
    """Record at whose option shares of CLASS are redeemed, and for how much.

    What is said of both sides takes the place of what was recorded before.
    """
    from ledger.events import ClassRight
    from ledger.terms.preferred import RedemptionTerms

    sides = {side: _redemption(desk, side) for side in ("call", "put")}
    stated = None
    if any(sides.values()):
        stated = RedemptionTerms(by_company=sides["call"], by_holder=sides["put"])
    return _rights(desk, ClassRight.REDEMPTION, stated, "--call")


def _redemption(desk: Desk, side: str) -> RedemptionRight | None:
    """Return the right of one side, if it was stated."""
    from ledger.identity import Count
    from ledger.quantities import Price, Ratio
    from ledger.terms.preferred import RedemptionRight

    *more, with_accrued = [f"{side}_{name}" for name in ("part", "from", "until", "notice", "with_accrued")]
    _only_with(desk, side, f"--{side}", *more, flags=(with_accrued,))
    given = desk.option(side, str)
    if given is None:
        return None
    is_price = " " in given
    with desk.at(side):
        return RedemptionRight(
            price=desk.stated(side, Price) if is_price else None,
            multiple=None if is_price else desk.stated(side, Ratio),
            part=desk.option(more[0], Ratio) or Ratio(1),
            since=desk.option(more[1], date),
            until=desk.option(more[2], date),
            notice_days=desk.option(more[3], Count),
            with_accrued_dividends=bool(desk.option(with_accrued, bool)),
        )


@click.command(
    cls=Act,
    epilog="""\b
Example:
  captable mandate series-a --vote 1/2 --exceeded --offering "50,000,000 USD" --on 2024-03-01
  captable mandate series-b --day 2029-03-01 --on 2024-03-01""",
)
@_CLASS
@click.option("--day", "converts_on", metavar="DAY", help="A day on which all shares convert.")
@click.option("--vote", metavar="PART", help="Part of the shares whose holders may decide it for all,")
@click.option("--exceeded", is_flag=True, help="if more than that part decides: a majority is more than 1/2.")
@click.option("--offering", metavar="MONEY", help="A public offering that brings so much or more,")
@click.option("--offering-price", metavar="PRICE", help="at so much for a share or above.")
@_ENDED
@_AUTHORITY
@acting()
def mandate(desk: Desk) -> Request:
    """Record when every share of CLASS converts, whether its holders want it or not. Each occasion is enough."""
    from ledger.events import ClassRight
    from ledger.quantities import Money, Price, Ratio
    from ledger.terms.preferred import MandatoryConversion

    _only_with(desk, "vote", "--vote", flags=("exceeded",))
    stated = None
    occasions = ("converts_on", "vote", "offering", "offering_price")
    if any(desk.has(name) for name in occasions):
        with desk.at(next(name for name in occasions if desk.has(name))):
            stated = MandatoryConversion(
                on=desk.option("converts_on", date),
                vote=desk.option("vote", Ratio),
                vote_is_exceeded=bool(desk.option("exceeded", bool)),
                offering_proceeds=desk.option("offering", Money),
                offering_price=desk.option("offering_price", Price),
            )
    return _rights(desk, ClassRight.MANDATORY_CONVERSION, stated, "--vote")


@click.command(
    "convert-all",
    cls=Act,
    epilog="""\b
Example:
  captable convert-all series-a --voted 620,000 --fractions down --on 2027-05-03
  captable convert-all series-a --offering "80,000,000 USD" --offering-price "12 USD" --on 2027-05-03""",
)
@argument("from_class", "CLASS", of="stock class")
@click.option("--voted", metavar="SHARES", help="Shares whose holders decided for it.")
@click.option("--offering", "proceeds", metavar="MONEY", help="What the public offering brings,")
@click.option("--offering-price", "price", metavar="PRICE", help="and what the public pays for a share.")
@click.option(
    *("--fractions", "rounding"),
    type=click.Choice(("up", "down", "nearest", "cash-in-lieu")),
    metavar="POLICY",
    help="What happens to fractions: up, down, nearest, cash-in-lieu.",
)
@option("--reserve", of="reserve", metavar="NAME", help="Reserve that the shares draw on.")
@_AUTHORITY
@acting()
def convert_all(desk: Desk) -> Request:
    """Record that every share of CLASS converted, each holder's by the terms of the day.

    Its mandatory conversion must be recorded, and one of its occasions must have come.
    """
    from ledger.commands import ConvertClass
    from ledger.errors import NotUnderstood
    from ledger.quantities import Money, Price
    from ledger.terms.preferred import Offering

    offering = None
    if desk.has("proceeds") or desk.has("price"):
        proceeds, price = desk.option("proceeds", Money), desk.option("price", Price)
        with desk.at("proceeds" if price is None else "price"):
            if proceeds is None or price is None:
                raise NotUnderstood(
                    "E_USAGE", "an offering has proceeds and a price", "give --offering and --offering-price"
                )
        offering = Offering(price=price, proceeds=proceeds)
    return desk.made(ConvertClass, offering=offering)
