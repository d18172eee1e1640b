"""Figures that people ask for, each as a sum of accounts: the one place that says what a figure means."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import attrs

from ledger.errors import NotUnderstood, nearest
from ledger.identity import (
    AgreementId,
    ControlAccountId,
    DividendId,
    HolderId,
    InstrumentId,
    PlanId,
    StockClassId,
)
from ledger.movements import (
    Account,
    Awarded,
    Commitment,
    Declared,
    Held,
    Level,
    Owed,
    Pooled,
    Posting,
    Purchasable,
    Reserved,
    Restricted,
    Source,
    Stage,
)
from projections.replay import Balances, is_complete


def all_is_recorded(balances: Balances, figure: Figure) -> bool:
    """Return whether all that a figure counts is recorded: every holder of its class, or of the class bought.

    What a holder has, and what an instrument comes to, is recorded as a whole, whoever else is not.
    """
    stock_class = figure.stock_class
    if figure.name == "held" or (figure.of is not None and figure.name in INSTRUMENT_FIGURES):
        return True
    if figure.agreement is not None:
        bought = balances.values(Level.BUYS, figure.agreement)
        stock_class = bought[-1] if bought else None
    if figure.name == "declared" and figure.of is not None:
        declared = balances.values(Level.DIVIDEND, figure.of)
        stock_class = declared[-1].stock_class if declared else None
    return stock_class is None or is_complete(balances, stock_class)


@attrs.frozen
class Figure:
    """A sum of accounts.

    Attributes:
        label: What it is called, with what it is of.
        name: Which of the figures it is: outstanding, undrawn, held …
        counts: By how much a posting changes it, for one unit of the posting's quantity: 1, -1 or 0.
        stock_class: The class that it counts; ``None`` for money, and where the record says what is counted.
        agreement: The agreement whose money it counts; ``None`` for shares.
        level: The level that it is, where it is one (the authorized number), instead of a sum.
        of: The instrument, plan, dividend or control account that it is of; ``None`` for any other figure.
        unit: Which class or currency it counts, where what it is of may have several; the only one when not given.
    """

    label: str
    name: str
    counts: Callable[[Posting], int]
    stock_class: StockClassId | None = None
    agreement: AgreementId | None = None
    level: Level | None = None
    of: str | None = None
    unit: str | None = None

    def change(self, postings: tuple[Posting, ...] | list[Posting]) -> int:
        """Return by how much the postings of one fact change the figure."""
        return sum(self.counts(posting) * posting.quantity for posting in postings)


def _of_class(stock_class: StockClassId, includes: Callable[[Account], bool]) -> Callable[[Posting], int]:
    return lambda posting: int(posting.unit == stock_class and includes(posting.account))


def _of_agreement(agreement: AgreementId, stages: Mapping[Stage, int]) -> Callable[[Posting], int]:
    def counts(posting: Posting) -> int:
        account = posting.account
        if type(account) is Commitment and account.agreement == agreement:
            return stages.get(account.stage, 0)
        return 0

    return counts


def part_of_class(account: Account) -> str | None:
    """Return which part of a class an account belongs to; ``None`` for where its shares come from and end."""
    match account:
        case Held():
            return "outstanding"
        case Source.TREASURY:
            return "treasury"
        case Reserved() | Pooled() | Awarded():
            return "reserved"
        case Source.CONVERTED | Source.REDEEMED:
            return "spent"
        case _:
            return None


def stands_for(account: Account) -> tuple[str, str] | None:
    """Return which figure an account is by itself, and of which instrument, plan, dividend or control account."""
    match account:
        case Owed(instrument=of):
            return "owed", of
        case Purchasable(instrument=of):
            return "purchasable", of
        case Awarded(instrument=of):
            return "awarded", of
        case Pooled(plan=of):
            return "pooled", of
        case Declared(dividend=of):
            return "declared", of
        case Restricted(account=of):
            return "restricted", of
        case _:
            return None


_CLASS_FIGURES: Final[dict[str, Callable[[Account], bool]]] = {
    "outstanding": lambda account: type(account) is Held,
    "issued": lambda account: type(account) is Held or account is Source.TREASURY,
    "treasury": lambda account: account is Source.TREASURY,
    "reserved": lambda account: part_of_class(account) == "reserved",
    "pooled": lambda account: type(account) is Pooled,
    "awarded": lambda account: type(account) is Awarded,
}
_AGREEMENT_FIGURES: Final[dict[str, dict[Stage, int]]] = {
    "undertaken": {Stage.PROMISED: -1},
    "closed": {Stage.CLOSED: 1},
    "lapsed": {Stage.LAPSED: 1},
    "undrawn": {Stage.UNDRAWN: 1},
}
CLASS_FIGURES: Final = (*_CLASS_FIGURES, "authorized")
"""Figures of a class that can be asked for by name."""
AGREEMENT_FIGURES: Final = tuple(_AGREEMENT_FIGURES)
"""Figures of an agreement that can be asked for by name."""
INSTRUMENT_FIGURES: Final = ("owed", "purchasable", "awarded")
"""Figures of an instrument that can be asked for by name: of a note or a SAFE, of a warrant, of an award."""
WHAT_HAS: Final = {
    "owed": "note or SAFE",
    "purchasable": "warrant",
    "awarded": "option or unit",
    "pooled": "plan",
    "declared": "dividend",
    "restricted": "control account",
}
"""What has each of the figures that are accounts by themselves."""


def known_figure(name: str, names: Sequence[str]) -> str:
    """Return the name of a figure, if it is one of some.

    Raises:
        NotUnderstood: ``E_FIGURE``: it is none of them.
    """
    if name not in names:
        near = nearest(name, names)
        raise NotUnderstood(
            "E_FIGURE",
            f"{name!r} is not a figure",
            f"did you mean {near}?" if near else f"one of {', '.join(names)}",
        )
    return name


def of_class(stock_class: str, name: str) -> Figure:
    """Return a figure of a class: outstanding, issued, treasury, reserved, pooled, awarded or authorized."""
    which = StockClassId(stock_class)
    if known_figure(name, CLASS_FIGURES) == "authorized":
        return Figure(f"{which} authorized", name, lambda posting: 0, which, level=Level.AUTHORIZED)
    return Figure(f"{which} {name}", name, _of_class(which, _CLASS_FIGURES[name]), which)


def of_agreement(agreement: str, name: str) -> Figure:
    """Return a figure of an agreement: undertaken, closed, lapsed or undrawn."""
    which = AgreementId(agreement)
    known_figure(name, AGREEMENT_FIGURES)
    return Figure(f"{which} {name}", name, _of_agreement(which, _AGREEMENT_FIGURES[name]), agreement=which)


def of_holder(holder: str, stock_class: str, also: frozenset[HolderId] = frozenset()) -> Figure:
    """Return what a holder has of a class; ``also`` are holders merged into it."""
    which, holders = StockClassId(stock_class), {HolderId(holder), *also}
    return Figure(
        f"{holder} {which}",
        "held",
        _of_class(which, lambda account: type(account) is Held and account.holder in holders),
        which,
    )


def of_instrument(
    instrument: str,
    name: str,
    holder: str | None = None,
    also: frozenset[HolderId] = frozenset(),
    *,
    unit: str | None = None,
) -> Figure:
    """Return a figure of an instrument: owed (a note or a SAFE), purchasable (a warrant) or awarded (an award).

    Args:
        instrument: Which.
        name: Which figure.
        holder: Whose part of it; all of it when not given.
        also: Holders merged into that one.
        unit: Which class or currency, where it has several.
    """
    which = InstrumentId(instrument)
    known_figure(name, INSTRUMENT_FIGURES)
    if holder is None:
        return _standing_for(name, which, unit)
    holders = {HolderId(holder), *also}
    return _standing_for(name, which, unit, whose=holder, among=lambda account: account.holder in holders)


def of_plan(plan: str, stock_class: str | None = None) -> Figure:
    """Return what a plan has left to grant; of a class, where it keeps back shares of several."""
    return _standing_for("pooled", PlanId(plan), stock_class)


def of_dividend(dividend: str) -> Figure:
    """Return what was declared of a dividend and is not paid yet."""
    return _standing_for("declared", DividendId(dividend), None)


def of_control_account(account: str, currency: str | None = None) -> Figure:
    """Return the money in a control account; in a currency, where it holds several."""
    return _standing_for("restricted", ControlAccountId(account), currency)


def _standing_for(
    name: str,
    of: str,
    unit: str | None,
    *,
    whose: str | None = None,
    among: Callable[[Any], bool] = lambda account: True,
) -> Figure:
    def counts(posting: Posting) -> int:
        account = posting.account
        return int(stands_for(account) == (name, of) and unit in (None, posting.unit) and among(account))

    label = " ".join(part for part in (whose, of, name, unit) if part is not None)
    return Figure(label, name, counts, of=of, unit=unit)
