"""Figures that people ask for, each as a sum of accounts: the one place that says what a figure means."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import attrs

from ledger.errors import NotUnderstood, nearest
from ledger.identity import AgreementId, HolderId, StockClassId
from ledger.movements import Account, Awarded, Commitment, Held, Level, Pooled, Posting, Reserved, Source, Stage
from projections.replay import Balances, is_complete


def all_is_recorded(balances: Balances, figure: Figure) -> bool:
    """Return whether all that a figure counts is recorded: every holder of its class, or of the class bought."""
    stock_class = figure.stock_class
    if figure.name == "held":
        return True  # others who are not recorded hold nothing of it
    if figure.agreement is not None:
        bought = balances.values(Level.BUYS, figure.agreement)
        stock_class = bought[-1] if bought else None
    return stock_class is None or is_complete(balances, stock_class)


@attrs.frozen
class Figure:
    """A sum of accounts.

    Attributes:
        label: What it is called, with what it is of.
        name: Which of the figures it is: outstanding, undrawn, held …
        counts: By how much a posting changes it, for one unit of the posting's quantity: 1, -1 or 0.
        stock_class: The class that it counts; ``None`` for money.
        agreement: The agreement whose money it counts; ``None`` for shares.
        level: The level that it is, where it is one (the authorized number), instead of a sum.
    """

    label: str
    name: str
    counts: Callable[[Posting], int]
    stock_class: StockClassId | None = None
    agreement: AgreementId | None = None
    level: Level | None = None

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


def _known(name: str, names: tuple[str, ...]) -> str:
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
    if _known(name, CLASS_FIGURES) == "authorized":
        return Figure(f"{which} authorized", name, lambda posting: 0, which, level=Level.AUTHORIZED)
    return Figure(f"{which} {name}", name, _of_class(which, _CLASS_FIGURES[name]), which)


def of_agreement(agreement: str, name: str) -> Figure:
    """Return a figure of an agreement: undertaken, closed, lapsed or undrawn."""
    which = AgreementId(agreement)
    _known(name, AGREEMENT_FIGURES)
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
