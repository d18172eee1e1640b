"""The verb that lays a priced round on top of a day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from registrar.cli.completion import completing, files
from registrar.cli.options import Asking, as_of_option, asking
from registrar.cli.output import chosen_picture, writable, write_whole
from registrar.cli.waiting import waiting

if TYPE_CHECKING:
    from ledger.identity import HolderId
    from ledger.journal import Ledger
    from ledger.terms.rounds import Round
    from projections.pro_forma import ProForma


@click.command(
    "pro-forma",
    epilog="""\b
Example:
  captable pro-forma series-a --pre-money "8000000 USD" --invest harborview "2000000 USD" --pool 10%
  captable pro-forma series-a --post-money "10000000 USD" --invest newco "2000000 USD" \\
      --price-places 4 --conversion-places 4 --picture dilution.svg
  captable pro-forma series-a --price "1.25 USD" --invest newco "500000 USD" --facts closing.jsonl""",
)
@click.argument("series")
@asking()
@as_of_option
@click.option("--pre-money", metavar="MONEY", help="What it counts for before the new money.")
@click.option("--post-money", metavar="MONEY", help="What it counts for with it.")
@click.option("--price", metavar="PRICE", help="Price of a share, where the round states it.")
@click.option(
    "--invest",
    nargs=2,
    multiple=True,
    required=True,
    metavar="HOLDER MONEY",
    help="New money of an investor, registered or not; may be given several times.",
)
@click.option(
    "--method",
    type=click.Choice(("percent-ownership", "pre-money", "dollars-invested")),
    default="percent-ownership",
    show_default=True,
    help="How what converts meets the valuation.",
)
@click.option("--pool", metavar="PERCENT", help="Part of all shares after it in the pool: 10%.")
@click.option("--add-to-pool", metavar="SHARES", help="Shares that are added to the pool instead.")
@click.option("--pool-outside", is_flag=True, help="The pool grows after the price is set.")
@click.option("--promised", metavar="SHARES", help="Options promised and not granted.")
@click.option(
    "--leave-out",
    multiple=True,
    metavar="PAPER",
    shell_complete=completing("instrument"),
    help="A SAFE or note that does not convert.",
)
@click.option("--price-places", type=int, metavar="N", help="Decimals of the price. Default: exact.")
@click.option("--conversion-places", type=int, metavar="N", help="Decimals of prices at which papers convert.")
@click.option(
    "--fractions",
    type=click.Choice(("down", "nearest", "up", "cash-in-lieu")),
    default="down",
    show_default=True,
    help="What happens to the fraction of a share.",
)
@click.option("--one-series", is_flag=True, help="No shadow series: all convert into SERIES.")
@click.option("--suppose", metavar="EVENTS", shell_complete=files, help="On top of these facts, as for what-if.")
@click.option("--facts", metavar="FILE", shell_complete=files, help="Write the closing as facts into this file.")
@click.option("--title", metavar="TEXT", help="Of the series, in the facts.")
@click.option(
    "--plan", metavar="PLAN", shell_complete=completing("plan"), help="The plan that grows, in these facts."
)
@click.option(
    "--common",
    metavar="CLASS",
    shell_complete=completing("stock class"),
    help="What the series converts into, in the facts.",
)
@click.option("--picture", metavar="FILE", shell_complete=files, help="Draw dilution into this file: .svg or .png.")
def pro_forma(
    asked: Asking,
    series: str,
    as_of: str | None,
    suppose: str | None,
    promised: str | None,
    leave_out: tuple[str, ...],
    facts: str | None,
    title: str | None,
    plan: str | None,
    common: str | None,
    picture: str | None,
    **agreed: Any,
) -> None:
    """Show a priced round on top of a day: its price, who converts at what, and everybody before and after.

    SERIES is the class that would be sold. Price, pool and everything that converts are solved together, exactly.
    Nothing is recorded; --facts writes the closing as JSON Lines, for what-if or record.
    """
    if facts is None and (title is not None or plan is not None or common is not None):
        raise click.UsageError("--title, --plan and --common are for the facts (add --facts FILE)")
    drawing = None if picture is None else chosen_picture(None, picture)
    for path in (facts, picture):
        if path is not None:
            writable(path)
    with asked.opened() as ledger:
        from projections.pro_forma import pro_forma as solved
        from registrar import typed, views

        day, known = asked.as_of(ledger, as_of), asked.known(ledger)
        there = ledger if suppose is None else supposing(ledger, suppose, known)
        counted = None if suppose is not None else known
        answer = solved(
            there,
            _round(there, series, agreed),
            as_of=day,
            known_at=counted,
            promised=None if promised is None else _at("--promised", typed.shares, promised),
            leave_out=leave_out,
        )
        if facts is not None:
            write_whole(facts, _closing(answer, title=title, plan=plan, common=common))
        if drawing is not None and drawing.path is not None:
            with waiting("drawing"):
                write_whole(drawing.path, _drawn(there, answer, drawing.form))
        asked.answer(lambda: views.pro_forma(there, answer))


def _at(option: str, read: Any, given: str) -> Any:
    """Return what an option states; a refusal says which option."""
    from ledger.errors import LedgerError

    try:
        return read(given)
    except LedgerError as error:
        raise error.at(option) from None


def _round(ledger: Ledger, series: str, given: dict[str, Any]) -> Round:
    """Return what the options say is agreed."""
    from ledger.identity import StockClassId
    from ledger.quantities import FractionPolicy
    from ledger.terms.rounds import ConversionMethod, Investment, Round
    from registrar import typed

    def option(name: str, read: Any) -> Any:
        return None if given[name] is None else _at(f"--{name.replace('_', '-')}", read, given[name])

    return Round(
        series=StockClassId(series),
        investments=tuple(
            Investment(holder=_investor(ledger, holder), amount=_at("--invest", typed.money, money))
            for holder, money in given["invest"]
        ),
        pre_money=option("pre_money", typed.money),
        post_money=option("post_money", typed.money),
        price=option("price", typed.price),
        method=ConversionMethod(given["method"]),
        pool_target=option("pool", typed.part),
        pool_increase=option("add_to_pool", typed.shares),
        pool_inside=not given["pool_outside"],
        price_places=given["price_places"],
        conversion_places=given["conversion_places"],
        rounding=FractionPolicy(given["fractions"]),
        shadow_series=not given["one_series"],
    )


def _investor(ledger: Ledger, name: str) -> HolderId:
    """Return a holder who is registered under an id or a name, and otherwise a new one of that id."""
    from ledger.errors import UnknownName
    from ledger.identity import HolderId
    from registrar.names import Names

    try:
        return Names(ledger).holder(name)
    except UnknownName:
        new: HolderId = _at("--invest", HolderId, name)
        return new


def supposing(ledger: Ledger, name: str, known: int) -> Ledger:
    """Return the ledger with the facts of a file on top."""
    from ledger.exchange import json_lines
    from registrar.cli.records import at_place, bytes_of

    lines = json_lines.read(bytes_of(name, json_lines.MAX_FILE_BYTES, name), name)
    try:
        return ledger.supposing(*(event for _, event in lines), known_at=known)
    except Exception as error:
        at_place(error, name, [f"line {number}" for number, _ in lines], known)


def _closing(answer: ProForma, *, title: str | None, plan: str | None, common: str | None) -> bytes:
    from ledger.exchange import json_lines
    from projections.closing import closing

    return json_lines.write(closing(answer, title=title, plan=plan, common=common))


def _drawn(ledger: Ledger, answer: ProForma, form: str) -> bytes:
    from registrar.charts import dilution_chart

    drawn = dilution_chart(ledger, answer)
    if form == "png":
        return drawn.to_png()
    return (drawn.to_svg() if form == "svg" else drawn.to_json()).encode()
