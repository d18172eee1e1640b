"""What a disclosed figure claims to be: a sum, a product, a part of a whole, or how far one is above another.

A measure names its operands: numbers as they stand in a paper, figures as somebody printed them, what the record
itself has on a day, and other claims. Each kind of measure has the definition that its words mean, the other
definitions that people use for the same words, and the slips that are made in their place. A definition is a
formula in which each operand stands once, so that intervals go through it exactly, and one operand that is not
known follows from the others and the figure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from enum import Enum
from fractions import Fraction
from functools import reduce
from typing import Final

import attrs

from ledger.errors import NotUnderstood
from ledger.identity import AgreementId, ClaimId, HolderId, InstrumentId, StockClassId
from ledger.quantities import Ratio
from ledger.terms import market
from ledger.terms.base import Terms
from ledger.terms.disclosed import Disclosed
from ledger.terms.interval import EVERYTHING, Interval, point
from ledger.text import text_field


class Role(Enum):
    """What an operand does in a measure."""

    ADDED = "plus"
    """Of a sum."""
    TAKEN = "minus"
    """Of a sum: what is taken away."""
    FACTOR = "times"
    """Of a product."""
    DIVISOR = "over"
    """Of a product: what it is divided by."""
    PART = "part"
    """Of a part of a whole: the part."""
    WHOLE = "whole"
    OF = "price"
    """Of how far something is above another: what is compared."""
    BASE = "market"
    """What it is compared with: the price in the market, the count before."""


class Source(Enum):
    """Where an operand comes from."""

    NUMBER = "number"
    """A number of a paper, exact."""
    PRINTED = "printed"
    """A figure as printed, which stands for all that rounds to it."""
    UNKNOWN = "unknown"
    """Something that nobody states; its name says what."""
    CLAIM = "claim"
    """The figure of another claim."""
    IMPLIED = "implied"
    """What another claim implies for the operand that it does not know."""
    HELD = "held"
    """Shares of a class of a holder of record."""
    OUTSTANDING = "outstanding"
    """Shares of a class outstanding, as far as the register knows."""
    REPORTED = "reported"
    """Shares of a class outstanding, as the company last reported them."""
    ISSUED = "issued"
    """Shares of a class issued: outstanding, or in the treasury of the company."""
    AUTHORIZED = "authorized"
    STATED_VALUE = "stated-value"
    """Of a share of a class."""
    CONVERSION_PRICE = "conversion-price"
    """At which a class converts."""
    QUOTED = "quoted"
    """What a class was quoted at on the day."""
    SPLIT_RATIO = "split-ratio"
    """New shares for an old one, at the splits of a class in the period."""
    SPLIT_DAY = "split-day"
    """The day of the split of a class in the period."""
    SURRENDERED = "surrendered"
    """Shares of a class given up in conversions in the period."""
    RECEIVED = "received"
    """Shares of a class received in conversions in the period."""
    PRINCIPAL_CONVERTED = "principal-converted"
    """Principal of notes converted in the period."""
    INTEREST_CONVERTED = "interest-converted"
    """Interest of notes converted in the period."""
    OWED = "owed"
    """Principal of notes on the day."""
    DIVIDENDS_ACCRUED = "dividends-accrued"
    """Dividends accrued on shares of a class up to and without the day, paid or not."""
    UNDERTAKEN = "undertaken"
    """Money undertaken under an agreement, by the day."""
    CLOSED = "closed"
    """Money closed under an agreement, by the day."""


PERIODS: Final = frozenset(
    (
        Source.SPLIT_RATIO,
        Source.SPLIT_DAY,
        Source.SURRENDERED,
        Source.RECEIVED,
        Source.PRINCIPAL_CONVERTED,
        Source.INTEREST_CONVERTED,
    )
)
"""What happens between two days."""
_NEEDS: Final = {
    Source.NUMBER: "number",
    Source.PRINTED: "printed",
    Source.UNKNOWN: "name",
    Source.CLAIM: "claim",
    Source.IMPLIED: "claim",
    Source.HELD: "holder",
    Source.OUTSTANDING: "stock_class",
    Source.REPORTED: "stock_class",
    Source.ISSUED: "stock_class",
    Source.AUTHORIZED: "stock_class",
    Source.STATED_VALUE: "stock_class",
    Source.CONVERSION_PRICE: "stock_class",
    Source.QUOTED: "quote",
    Source.SPLIT_RATIO: "stock_class",
    Source.SPLIT_DAY: "stock_class",
    Source.SURRENDERED: "stock_class",
    Source.RECEIVED: "stock_class",
    Source.DIVIDENDS_ACCRUED: "stock_class",
    Source.UNDERTAKEN: "agreement",
    Source.CLOSED: "agreement",
}
"""The field without which a source says nothing."""


@attrs.frozen(kw_only=True)
class Operand(Terms):
    """One figure that a claim is held against.

    Attributes:
        role: What it does in the measure.
        source: Where it comes from.
        name: What it is, in words; the words of the source where none are given.
        number: Of a paper.
        printed: As somebody printed it.
        claim: Which other claim.
        holder: Whose; everybody's where nobody is named.
        stock_class: Of which class.
        instruments: Of which notes; all of the holder where none is named.
        agreement: Under which agreement.
        quote: What of the trading day a quoted price is.
        on: The day, and the last day of a period; the day that the claim is about where none is given.
        since: The first day of a period; the same day as the last where none is given.
        multiple: Taken so many times: instalments, a ratio.
    """

    role: Role
    source: Source
    name: str | None = attrs.field(default=None, validator=text_field())
    number: Ratio | None = None
    printed: Disclosed | None = None
    claim: ClaimId | None = None
    holder: HolderId | None = None
    stock_class: StockClassId | None = None
    instruments: tuple[InstrumentId, ...] = ()
    agreement: AgreementId | None = None
    quote: market.Measure | None = None
    on: date | None = None
    since: date | None = None
    multiple: Ratio | None = None

    def __attrs_post_init__(self) -> None:
        needed = _NEEDS.get(self.source)
        if needed is not None and getattr(self, needed) is None:
            raise NotUnderstood(
                "E_MEASURE", f"{self.source.value} has no {needed.replace('_', ' ')}", "state it", f"/{needed}"
            )
        if self.source is Source.HELD and self.stock_class is None:
            raise NotUnderstood("E_MEASURE", "a holding has no stock class", "state it", "/stock_class")
        if self.source is Source.QUOTED and self.stock_class is None:
            raise NotUnderstood("E_MEASURE", "a quoted price has no stock class", "state it", "/stock_class")
        if self.since is not None and (
            self.source not in PERIODS or (self.on is not None and self.on < self.since)
        ):
            raise NotUnderstood(
                "E_MEASURE", f"{self.source.value} has no such period", "state on and since", "/since"
            )
        if self.multiple is not None and not self.multiple:
            raise NotUnderstood("E_MEASURE", "an operand is taken no times", "leave it out", "/multiple")

    def __str__(self) -> str:
        """Return what it is, for people."""
        words = self.name or " ".join(filter(None, self._words()))
        return f"{words} × {self.multiple}" if self.multiple is not None else words  # the sign of a product

    def _words(self) -> Iterator[str | None]:
        if self.source is Source.NUMBER:
            yield str(self.number)
            return
        if self.source is Source.PRINTED:
            yield str(self.printed)
            return
        yield self.source.value.replace("-", " ")
        yield self.claim
        yield self.stock_class
        yield None if self.quote is None else self.quote.value
        yield None if self.holder is None else f"of {self.holder}"
        yield ", ".join(self.instruments) or None
        yield self.agreement
        if self.since is not None:
            yield f"from {self.since}"
        if self.on is not None:
            yield f"to {self.on}" if self.since is not None else f"on {self.on}"


class MeasureKind(Enum):
    """How the operands of a measure make a figure."""

    SUM = "sum"
    """What is added, less what is taken. One operand alone is the figure itself: a count, an amount, a day."""
    PRODUCT = "product"
    """Factors over divisors: count times price, money over price, a count times the ratio of a split."""
    PERCENT = "percent"
    """A part of a whole."""
    INCREASE = "increase"
    """By which part of it one figure is above another: a premium over the market, a growth."""


_ROLES: Final = {
    MeasureKind.SUM: (Role.ADDED, Role.TAKEN),
    MeasureKind.PRODUCT: (Role.FACTOR, Role.DIVISOR),
    MeasureKind.PERCENT: (Role.PART, Role.WHOLE),
    MeasureKind.INCREASE: (Role.OF, Role.BASE),
}
_PAIRS: Final = (MeasureKind.PERCENT, MeasureKind.INCREASE)


@attrs.frozen(kw_only=True)
class Measure(Terms):
    """What a figure claims to be.

    Attributes:
        kind: How its operands make a figure.
        operands: What it is made of; a percentage has one part and one whole, an increase what is compared and with
            what.
        name: What this definition is called, in words; needed of one that is not the claim's own.
    """

    kind: MeasureKind
    operands: tuple[Operand, ...]
    name: str | None = attrs.field(default=None, validator=text_field())

    def __attrs_post_init__(self) -> None:
        roles = [operand.role for operand in self.operands]
        allowed = _ROLES[self.kind]
        fits = sorted(roles, key=allowed.index) == [*allowed] if {*roles} <= {*allowed} else False
        if not (fits if self.kind in _PAIRS else allowed[0] in roles and {*roles} <= {*allowed}):
            wanted = " and ".join(role.value for role in allowed)
            raise NotUnderstood(
                "E_MEASURE", f"a {self.kind.value} is made of {wanted}", "give each operand its role", "/operands"
            )

    def definitions(self) -> tuple[Definition, ...]:
        """Return what its words mean first, then what else they are used for, then the slips."""
        return _definitions(self)

    @property
    def formula(self) -> str:
        """The definition that its words mean, in words and signs."""
        return self.definitions()[0].formula


# --- formulas -------------------------------------------------------------------------------------------------


class Sign(Enum):
    """What a formula does with its two sides."""

    PLUS = "+"
    MINUS = "−"  # the sign
    TIMES = "×"  # the sign
    OVER = "/"


@attrs.frozen
class Leaf:
    """An operand in a formula, by its place."""

    place: int


@attrs.frozen
class Formula:
    """Two sides and a sign; no operand stands twice."""

    left: Formula | Leaf | Fraction
    sign: Sign
    right: Formula | Leaf | Fraction


Side = Formula | Leaf | Fraction
_CARRY_OUT: Final[dict[Sign, Callable[[Interval, Interval], Interval]]] = {
    Sign.PLUS: Interval.__add__,
    Sign.MINUS: Interval.__sub__,
    Sign.TIMES: Interval.__mul__,
    Sign.OVER: Interval.over,
}


def value(side: Side, operands: Sequence[Interval]) -> Interval:
    """Return all that a formula may come to when each operand lies in its interval."""
    if isinstance(side, Fraction):
        return point(side)
    if isinstance(side, Leaf):
        return operands[side.place]
    return _CARRY_OUT[side.sign](value(side.left, operands), value(side.right, operands))


def solved(side: Side, result: Interval, place: int, operands: Sequence[Interval]) -> Interval:
    """Return all that one operand may be, when the formula comes to a result and the others lie in theirs."""
    if isinstance(side, Leaf):
        return result
    assert isinstance(side, Formula), "the operand stands in the formula"
    if _holds(side.left, place):
        other, inner = value(side.right, operands), side.left
        match side.sign:
            case Sign.PLUS:
                result = result - other
            case Sign.MINUS:
                result = result + other
            case Sign.TIMES:
                result = _factor(result, other)
            case Sign.OVER:
                result = result * other
    else:
        other, inner = value(side.left, operands), side.right
        match side.sign:
            case Sign.PLUS:
                result = result - other
            case Sign.MINUS:
                result = other - result
            case Sign.TIMES:
                result = _factor(result, other)
            case Sign.OVER:
                result = _factor(other, result)
    return solved(inner, result, place, operands)


def _factor(product: Interval, other: Interval) -> Interval:
    """Return all that one factor may be: any number, where the other and the product may be zero."""
    return EVERYTHING if 0 in product and 0 in other else product.over(other)


def _holds(side: Side, place: int) -> bool:
    if isinstance(side, Formula):
        return _holds(side.left, place) or _holds(side.right, place)
    return isinstance(side, Leaf) and side.place == place


@attrs.frozen
class Definition:
    """One way in which a figure follows from its operands.

    Attributes:
        name: What it is called; empty for what the words of the claim mean.
        formula: For people.
        side: The same, to be carried out.
        is_right: Whether the words of the claim may mean it; otherwise it is a slip that is often made.
    """

    name: str
    formula: str
    side: Side
    is_right: bool = True

    def value(self, operands: Sequence[Interval]) -> Interval:
        """Return all that the figure may be."""
        return value(self.side, operands)

    def solved(self, result: Interval, place: int, operands: Sequence[Interval]) -> Interval:
        """Return all that an operand may be, from the figure and the others."""
        return solved(self.side, result, place, operands)


def _definitions(measure: Measure) -> tuple[Definition, ...]:
    operands = measure.operands
    if measure.kind in _PAIRS:
        first_role, _ = _ROLES[measure.kind]
        first = next(index for index, operand in enumerate(operands) if operand.role is first_role)
        part, whole = Leaf(first), Leaf(1 - first)
        said, base = str(operands[first]), str(operands[1 - first])
        share = Formula(part, Sign.OVER, whole)
        if measure.kind is MeasureKind.PERCENT:
            # The part over what was there before it: one over (whole over part, less one).
            before = Formula(
                Fraction(1), Sign.OVER, Formula(Formula(whole, Sign.OVER, part), Sign.MINUS, Fraction(1))
            )
            return (
                Definition(measure.name or "", f"{said} / {base}", share),
                Definition("of the whole before the part was added", f"{said} / ({base} − {said})", before),
            )
        return (
            Definition(measure.name or "", f"{said} / {base} − 1", Formula(share, Sign.MINUS, Fraction(1))),
            Definition("the ratio, which is one more than the increase", f"{said} / {base}", share, is_right=False),
            Definition(
                "the difference as a part of the larger figure",
                f"1 − {base} / {said}",
                Formula(Fraction(1), Sign.MINUS, Formula(whole, Sign.OVER, part)),
                is_right=False,
            ),
        )
    adds, takes = _ROLES[measure.kind]
    plus, minus = (Sign.PLUS, Sign.MINUS) if measure.kind is MeasureKind.SUM else (Sign.TIMES, Sign.OVER)
    ordered = sorted(range(len(operands)), key=lambda index: operands[index].role is takes)
    side: Side = Leaf(ordered[0])
    for index in ordered[1:]:
        side = Formula(side, plus if operands[index].role is adds else minus, Leaf(index))
    text = reduce(
        lambda told, index: f"{told} {(plus if operands[index].role is adds else minus).value} {operands[index]}",
        ordered[1:],
        str(operands[ordered[0]]),
    )
    return (Definition(measure.name or "", text, side),)
