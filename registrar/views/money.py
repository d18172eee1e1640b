"""Funding commitments as a report: the figures of each agreement, its tranches and their conditions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from registrar.report import Cell, Check, Column, Kind, Layout, Report, Role, Row, Table
from registrar.tables import amount
from registrar.views.common import at_the_close, is_zero, left_to_issue

if TYPE_CHECKING:
    from ledger.journal import Ledger
    from projections.commitments import CommitmentBalance, Commitments, Headroom, TrancheLine


def commitments(ledger: Ledger, answer: Commitments) -> Report:
    """Return what investors promised: the figures of each agreement, its tranches and their conditions."""
    asked = at_the_close(ledger, answer.known, answer.as_of)
    if not answer.agreements:
        says = f"No agreement had been signed by the close of {answer.as_of}."
        return Report(name="commitments", title="Funding commitments", asked=asked, says=says)
    agreements, tranches = _agreements(answer), _tranches(answer.agreements)
    return Report(
        name="commitments",
        title="Funding commitments",
        asked=asked,
        tables=(agreements, tranches, _conditions(answer.agreements)),
        notes=[note for balance in answer.agreements for note in _agreement_notes(balance)],
        checks=[
            Check(
                what=f"{balance.agreement}: {figure} = sum of its tranches",
                plus=(Cell("agreements", place, figure),),
                minus=tuple(
                    Cell("tranches", at, figure)
                    for at, row in enumerate(tranches.rows)
                    if row.group == str(balance.agreement) and row.role is not Role.TOTAL
                ),
            )
            for place, balance in enumerate(answer.agreements)
            for figure in ("undertaken", "closed", "lapsed", "undrawn")
        ],
    )


def _agreements(answer: Commitments) -> Table:
    balances = answer.agreements
    rooms = any(balance.headroom is not None for balance in balances)
    remedies = any(balance.remedy is not None for balance in balances)
    rounded = any(not is_zero(balance.shares.rounding) for balance in balances)

    def money(name: str, heading: str, about: str, block: int = 2, adds: tuple[str, ...] = ()) -> Column:
        return Column(
            name=name, heading=heading, kind=Kind.MONEY, bounded=True, about=about, block=block, adds=adds
        )

    def shares(name: str, heading: str, about: str, block: int = 4, **more: Any) -> Column:
        return Column(name=name, heading=heading, kind=Kind.SHARES, bounded=True, about=about, block=block, **more)

    return Table(
        name="agreements",
        title="Agreements",
        layout=Layout.DOWN,
        columns=(
            Column(name="agreement", heading="Agreement"),
            Column(name="investor", heading="investor", about="who promised"),
            Column(name="buys", heading="buys", about="the class bought"),
            Column(name="price", heading="price", kind=Kind.MONEY, about="of one share"),
            Column(
                name="state",
                heading="state",
                about="of the agreement",
                shown=any(b.is_terminated for b in balances),
            ),
            money("undertaken", "undertaken", "promised, added and not given up"),
            money("closed", "closed", "paid in at closings"),
            money("lapsed", "lapsed", "no longer due"),
            money(
                "undrawn",
                "undrawn",
                "undertaken, less closed, less lapsed",
                2,
                ("undertaken", "-closed", "-lapsed"),
            ),
            money("due", "due by schedule", f"in tranches whose day has come by {answer.as_of}", 3),
            money("overdue", "overdue", "due, and neither closed nor lapsed", 3),
            money(
                "undrawn_if_on_schedule",
                "if on schedule",
                "undrawn, had every tranche closed on its day (assumed)",
                3,
            ),
            shares("issued", "shares issued", "under this agreement"),
            shares("converted", "converted", "of these"),
            shares("ended_otherwise", "ended otherwise", "redeemed, cancelled or repurchased"),
            shares("rounding", "rounding", "at splits, and fractions settled", shown=rounded),
            shares(
                "outstanding",
                "outstanding",
                "of these, whoever holds them",
                adds=("issued", "-converted", "-ended_otherwise", "rounding"),
            ),
            Column(name="converts_into", heading="converts into", about="the class received", block=5, shown=rooms),
            shares("if_all_converted", "if all converted", "what the whole commitment buys", 5, shown=rooms),
            shares("still_to_convert", "still to convert", "of that", 5, shown=rooms),
            Column(
                name="authorized",
                heading="authorized",
                kind=Kind.SHARES,
                about="of that class",
                block=5,
                shown=rooms,
            ),
            shares("available", "available", "beyond what is issued and reserved", 5, shown=rooms),
            Column(name="room", heading="room", about="for converting all of it", block=5, shown=rooms),
            Column(
                name="redeemable",
                heading="remedy: redeem",
                about="of the shares outstanding, when a tranche is missed",
                block=6,
                shown=remedies,
            ),
            Column(
                name="redemption_price",
                heading="at",
                kind=Kind.MONEY,
                about="a share",
                block=6,
                shown=remedies,
            ),
            shares(
                "remedy_yields", "shares now", "a right: nothing moves until it is exercised", 6, shown=remedies
            ),
        ),
        rows=[_agreement(balance) for balance in balances],
    )


def _agreement(balance: CommitmentBalance) -> Row:
    shares, room, remedy = balance.shares, balance.headroom, balance.remedy
    return Row(
        (
            str(balance.agreement),
            str(balance.investor),
            str(balance.buys),
            balance.price,
            "ended" if balance.is_terminated else "in force",
            balance.undertaken,
            balance.closed,
            balance.lapsed,
            balance.undrawn,
            balance.due,
            balance.overdue,
            balance.undrawn_if_on_schedule,
            shares.issued,
            shares.converted,
            shares.ended_otherwise,
            shares.rounding,
            shares.outstanding,
            *_room(room),
            None if remedy is None else str(remedy.redeemable),
            None if remedy is None else remedy.price,
            balance.remedy_yields,
        )
    )


def _room(room: Headroom | None) -> tuple[Any, ...]:
    if room is None:
        return (None,) * 6
    enough = {True: "enough", False: f"{amount(room.too_few)} too few", None: "not known whether enough"}
    return (
        str(room.into),
        room.if_all_converted,
        room.still_to_convert,
        room.authorized,
        left_to_issue(room.authorized, room.available),
        enough[room.is_enough],
    )


def _tranches(balances: Sequence[CommitmentBalance]) -> Table:
    lines = [line for balance in balances for line in balance.tranches]

    def money(name: str, heading: str, **more: Any) -> Column:
        return Column(name=name, heading=heading, kind=Kind.MONEY, bounded=True, **more)

    return Table(
        name="tranches",
        title="Tranches",
        columns=(
            Column(name="agreement", heading="Agreement", shown=len(balances) > 1),
            Column(name="tranche", heading="Tranche"),
            Column(name="due_on", heading="Due", kind=Kind.DAY),
            money("undertaken", "Undertaken"),
            money("closed", "Closed"),
            money("lapsed", "Lapsed", shown=any(not is_zero(line.lapsed) for line in lines)),
            money("undrawn", "Undrawn", adds=("undertaken", "-closed", "-lapsed")),
            Column(name="day", heading="Day", optional=True),
        ),
        rows=[row for balance in balances for row in _tranche_rows(balance)],
    )


def _tranche_rows(balance: CommitmentBalance) -> Iterator[Row]:
    of = str(balance.agreement)
    for line in balance.tranches:
        yield Row((of, *_tranche(line)), group=of)
    if len(balance.tranches) > 1:
        total = (balance.undertaken, balance.closed, balance.lapsed, balance.undrawn)
        yield Row((of, "all", None, *total, None), Role.TOTAL, of)


def _tranche(line: TrancheLine) -> tuple[Any, ...]:
    money = (line.undertaken, line.closed, line.lapsed, line.undrawn)
    if line.tranche is None:
        return ("(no tranche)", None, *money, None)
    return (str(line.tranche), line.due_on, *money, "has come" if line.is_due else "to come")


def _conditions(balances: Sequence[CommitmentBalance]) -> Table:
    return Table(
        name="conditions",
        title="Conditions",
        columns=(
            Column(name="agreement", heading="Agreement", shown=len(balances) > 1),
            Column(name="tranche", heading="Tranche"),
            Column(name="condition", heading="Condition"),
            Column(name="state", heading="State"),
        ),
        rows=[
            Row((str(balance.agreement), str(line.tranche), name, state))
            for balance in balances
            for line in balance.tranches
            for name, state in line.conditions
        ],
    )


def _agreement_notes(balance: CommitmentBalance) -> Iterator[str]:
    if balance.closed.high is None:
        yield (
            f"The register of {balance.buys} is not stated to be complete: closings may be missing from it, so what"
            " is closed is at least, and what is undrawn at most, what is shown."
        )
    for line in balance.tranches:
        if line.tranche is None and line.undrawn.low is not None and line.undrawn.low.units < 0:
            yield "(no tranche): money that was paid in and not allocated to a tranche stands below zero."
