"""Acts that hold shares back: restrictions, ownership limits, caps on issues; and groups and nominees."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from registrar.cli.acts import Act, acting, all_of, argument, option

if TYPE_CHECKING:
    from ledger.quantities import Ratio
    from registrar.cli.acts import Request
    from registrar.desk import Desk

_CAUSES = ("sale", "gift", "succession", "contribution", "court-order", "other")
_AUTHORITY = click.option("--authority", metavar="TEXT", help="Opinion, consent or resolution behind it.")
_REASON = click.option("--reason", metavar="TEXT", help="Why.")
_NOTIFIED = click.option("--notified", "notified_on", metavar="DAY", help="The day of the notice.")
_COVERS = (
    option(
        *("--of-class", "classes"),
        of="stock class",
        multiple=True,
        metavar="CLASS",
        help="Conversion of this class.",
    ),
    option(
        *("--of-paper", "instruments"),
        of="instrument",
        multiple=True,
        metavar="PAPER",
        help="Conversion or exercise of this note or warrant.",
    ),
)


def _part(desk: Desk, name: str) -> Ratio | None:
    """Return a part of a class, 4.99% or 0.0499."""
    from registrar.typed import part

    if not desk.has(name):
        return None
    with desk.at(name):
        return part(desk.stated(name, str))


@click.command(
    cls=Act,
    epilog="""\b
Example:
  captable restrict lock-up-2025 --kind lock-up --holder h-0001 --class common --until 2025-07-12 --on 2025-01-13
  captable restrict rule-144 --kind legend --security CS-3 --on 2025-01-13
  captable restrict pledge-1 --kind pledge --holder h-0001 --in-favour-of harborview --on 2025-01-13""",
)
@argument("restriction", "NAME")
@click.option(
    *("--kind", "restriction_kind"),
    required=True,
    type=click.Choice(("legend", "stop", "lock-up", "pledge")),
    help="What kind it is; a legend forbids nothing by itself.",
)
@option("--holder", of="holder", metavar="HOLDER", help="On the shares of this holder.")
@option("--class", "stock_class", of="stock class", metavar="CLASS", help="On the shares of this class.")
@option("--security", of="security", metavar="NAME", help="On this certificate or lot, whoever holds it.")
@click.option("--until", metavar="DAY", help="Its last day. Default: until it is lifted.")
@option("--in-favour-of", of="holder", metavar="HOLDER", help="To whom the shares may be transferred all the same.")
@click.option("--permit", "permitted", multiple=True, type=click.Choice(_CAUSES), help="Cause that it permits.")
@click.option("--text", metavar="TEXT", help="Its words.")
@acting()
def restrict(desk: Desk) -> Request:
    """Record that a legend, a stop, a lock-up or a pledge was placed on shares: NAME is its name here.

    While a stop, a lock-up or a pledge is in force, a transfer of the shares is refused.
    """
    from ledger.events import RestrictionPlaced

    return desk.made(RestrictionPlaced, new=("restriction",))


@click.command(
    cls=Act,
    epilog="""\b
Example:
  captable lift rule-144 --authority "Opinion of counsel" --on 2025-02-20""",
)
@argument("restriction", "NAME", of="restriction")
@all_of(_REASON, _AUTHORITY)
@acting()
def lift(desk: Desk) -> Request:
    """Record that the legend, stop, lock-up or pledge NAME ended otherwise than on its last day."""
    from ledger.events import RestrictionLifted

    return desk.made(RestrictionLifted)


@click.command(
    "limit-ownership",
    cls=Act,
    epilog="""\b
Example:
  captable limit-ownership blocker harborview common 4.99% --notice-days 61 --ceiling 9.99% --on 2025-01-13""",
)
@argument("restriction", "NAME")
@argument("holder", "HOLDER", of="holder")
@argument("stock_class", "CLASS", of="stock class")
@argument("at_most", "PERCENT")
@click.option("--notice-days", metavar="N", help="Days after notice on which a raise takes effect.")
@click.option("--ceiling", metavar="PERCENT", help="The highest part to which notice may raise it.")
@all_of(*_COVERS)
@acting()
def limit_ownership(desk: Desk) -> Request:
    """Record that papers of HOLDER let them own at most PERCENT of CLASS after converting: a blocker.

    It limits every paper that they may convert or exercise into CLASS, unless --of-class or --of-paper name some.
    """
    from ledger.events import OwnershipLimitAgreed
    from ledger.identity import Count
    from ledger.terms.limits import OwnershipLimit

    part, ceiling, notice = _part(desk, "at_most"), _part(desk, "ceiling"), desk.option("notice_days", Count)
    assert part is not None, "an argument is always given"
    with desk.at("at_most" if ceiling is None else "ceiling"):
        limit = OwnershipLimit(at_most=part, notice_days=notice, ceiling=ceiling)
    return desk.made(OwnershipLimitAgreed, new=("restriction",), limit=limit)


@click.command(
    "change-limit",
    cls=Act,
    epilog="""\b
Example:
  captable change-limit blocker 9.99% --notified 2025-01-31 --on 2025-04-02""",
)
@argument("restriction", "NAME", of="restriction")
@argument("at_most", "PERCENT")
@_NOTIFIED
@acting()
def change_limit(desk: Desk) -> Request:
    """Record that the ownership limit NAME is PERCENT from now on.

    A raise takes effect as many days after its notice as was agreed, and reaches its ceiling at most.
    """
    from ledger.events import OwnershipLimitChanged

    return desk.made(OwnershipLimitChanged, at_most=_part(desk, "at_most"))


@click.command(
    "waive-limit",
    cls=Act,
    epilog="""\b
Example:
  captable waive-limit blocker --notified 2025-05-01 --on 2025-07-01""",
)
@argument("restriction", "NAME", of="restriction")
@_NOTIFIED
@acting()
def waive_limit(desk: Desk) -> Request:
    """Record that the ownership limit NAME limits its holder no more."""
    from ledger.events import OwnershipLimitWaived

    return desk.made(OwnershipLimitWaived)


@click.command(
    "cap-issues",
    cls=Act,
    epilog="""\b
Example:
  captable cap-issues exchange-cap common --part 19.99% --of-class series-a --on 2025-01-13
  captable cap-issues exchange-cap common --shares 1,999,000 --under equity-line --on 2025-01-13""",
)
@argument("restriction", "NAME")
@argument("stock_class", "CLASS", of="stock class")
@click.option("--shares", metavar="SHARES", help="Shares that may be issued in all.")
@click.option("--part", metavar="PERCENT", help="The same as a part of those outstanding before.")
@all_of(*_COVERS)
@option(
    *("--under", "agreements"),
    of="agreement",
    multiple=True,
    metavar="AGREEMENT",
    help="Issues under this agreement.",
)
@acting()
def cap_issues(desk: Desk) -> Request:
    """Record that a transaction may bring so many shares of CLASS, and more only if stockholders approve.

    What counts against the cap is named: classes and papers that are converted, agreements under which is issued.
    """
    from ledger.events import IssuanceCapAgreed
    from ledger.quantities import Shares
    from ledger.terms.limits import IssuanceCap

    with desk.at("shares" if desk.has("shares") else "part"):
        cap = IssuanceCap(shares=desk.option("shares", Shares), part=_part(desk, "part"))
    return desk.made(IssuanceCapAgreed, new=("restriction",), cap=cap)


@click.command(
    "lift-cap",
    cls=Act,
    epilog="""\b
Example:
  captable lift-cap exchange-cap --authority "Special meeting of 3 March 2025" --on 2025-03-03""",
)
@argument("restriction", "NAME", of="restriction")
@_AUTHORITY
@acting()
def lift_cap(desk: Desk) -> Request:
    """Record that stockholders approved of issues beyond the cap NAME, or that it ended otherwise."""
    from ledger.events import IssuanceCapLifted

    return desk.made(IssuanceCapLifted)


@click.command(
    cls=Act,
    epilog="""\b
Example:
  captable group founders h-0001 northlight --purpose "Voting agreement" --on 2025-01-13""",
)
@argument("group", "NAME")
@argument("members", "HOLDER...", of="holder", nargs=-1, required=True)
@click.option("--purpose", metavar="TEXT", help="What they agreed.")
@acting()
def group(desk: Desk) -> Request:
    """Record that holders agreed to act together. No share moves."""
    from ledger.events import GroupFormed

    return desk.made(GroupFormed, new=("group",))


@click.command(
    "dissolve",
    cls=Act,
    epilog="""\b
Example:
  captable dissolve founders --reason "The voting agreement expired." --on 2025-03-31""",
)
@argument("group", "NAME", of="group")
@_REASON
@acting()
def dissolve(desk: Desk) -> Request:
    """Record that the members of the group NAME no longer act together."""
    from ledger.events import GroupDissolved

    return desk.made(GroupDissolved)


@click.command(
    cls=Act,
    epilog="""\b
Example:
  captable nominee northlight --for h-0001 --class series-a --on 2025-01-13
  captable nominee northlight --on 2025-06-30""",
)
@argument("holder", "HOLDER", of="holder")
@option("--for", "holds_for", of="holder", metavar="OWNER", help="Whose the shares are. Default: HOLDER's again.")
@option("--class", "stock_class", of="stock class", metavar="CLASS", help="Of this class only.")
@acting()
def nominee(desk: Desk) -> Request:
    """Record that shares in the name of HOLDER belong to somebody else. No share moves."""
    from ledger.events import NomineeDeclared

    return desk.made(NomineeDeclared)
