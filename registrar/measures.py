"""From what somebody types to what a figure claims to be: operands in words, with the names of the record.

0.0040                           a number of a paper
market quoted common close       what a class was quoted at, in the role of the market
part held boone common           shares of a holder, in the role of the part
plus 500000 x12                  twelve times a number
surrendered series-k boone 2017-02-08/2017-06-20     conversions of a period
"""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Any, Final

from ledger.days import day
from ledger.errors import NotUnderstood, nearest, shown
from ledger.identity import AgreementId, ClaimId, HolderId, InstrumentId, StockClassId
from ledger.quantities import Ratio
from ledger.terms import market
from ledger.terms.disclosed import Disclosed
from ledger.terms.measures import PERIODS, Measure, MeasureKind, Operand, Role, Source

if TYPE_CHECKING:
    from collections.abc import Iterable

    from registrar.names import Names

_TAKES: Final[dict[Source, tuple[str, ...]]] = {
    Source.PRINTED: ("printed",),
    Source.UNKNOWN: ("name",),
    Source.CLAIM: ("claim",),
    Source.IMPLIED: ("claim",),
    Source.HELD: ("holder", "stock_class"),
    Source.QUOTED: ("stock_class", "quote"),
    Source.SURRENDERED: ("stock_class", "holder"),
    Source.RECEIVED: ("stock_class", "holder"),
    Source.PRINCIPAL_CONVERTED: ("holder", "instruments"),
    Source.INTEREST_CONVERTED: ("holder", "instruments"),
    Source.OWED: ("holder", "instruments"),
    Source.DIVIDENDS_ACCRUED: ("stock_class", "holder"),
    Source.UNDERTAKEN: ("agreement",),
    Source.CLOSED: ("agreement",),
}
"""What stands after each source, in its order; after any other, a class."""
_DAYS: Final = re.compile(r"(\d{4}-\d\d-\d\d)(?:/(\d{4}-\d\d-\d\d))?", re.ASCII)
_TIMES: Final = re.compile(r"x(\d[\d/.]*)", re.ASCII)
_NUMBER: Final = re.compile(r"\d[\d,]*(\.\d+)?(/\d+)?", re.ASCII)
_FIRST: Final = {MeasureKind.SUM: Role.ADDED, MeasureKind.PRODUCT: Role.FACTOR}


def measure(kind: str, operands: Iterable[str], names: Names, name: str | None = None) -> Measure:
    """Return what a figure claims to be.

    Args:
        kind: ``sum``, ``product``, ``percent`` or ``increase``.
        operands: Each in words.
        names: The names in the record.
        name: What the definition is called, where it is another one.

    Raises:
        NotUnderstood: ``E_MEASURE``, or what an operand is refused with.
        UnknownName: The record has no such holder, class, note, agreement or claim.
    """
    of = MeasureKind(kind)
    return Measure(kind=of, operands=tuple(operand(text, names, of) for text in operands), name=name)


def other_measure(kind: str, text: str, names: Names) -> Measure:
    """Return what else a figure may be: its name, a colon, and operands with semicolons between them."""
    name, colon, operands = text.partition(":")
    if not colon:
        raise NotUnderstood(
            "E_MEASURE", f"{shown(text)} has no name", 'write "the principal alone: 600000; over 0.0018"'
        )
    return measure(kind, operands.split(";"), names, name.strip())


def operand(text: str, names: Names, kind: MeasureKind = MeasureKind.SUM) -> Operand:
    """Return an operand: its role, unless it is the first of such a measure, its source, and what it takes."""
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise NotUnderstood("E_MEASURE", f"{shown(text)} has a quote without an end", "close it") from error
    roles = {role.value: role for role in Role}
    role = roles[words.pop(0)] if words and words[0] in roles else _FIRST.get(kind)
    if role is None or not words:
        raise NotUnderstood(
            "E_MEASURE",
            f"{shown(text)} names no role and source",
            'write "part held boone common", "market 0.0005"',
        )
    fields: dict[str, Any] = {"role": role}
    rest = []
    for word in words[1:]:
        if found := _DAYS.fullmatch(word):
            fields["on"] = day(found[2] or found[1])
            if found[2]:
                fields["since"] = day(found[1])
        elif times := _TIMES.fullmatch(word):
            fields["multiple"] = Ratio(times[1])
        else:
            rest.append(word)
    if _NUMBER.fullmatch(words[0]):
        name = " ".join(rest) or None
        return Operand(source=Source.NUMBER, number=Ratio(words[0].replace(",", "")), name=name, **fields)
    sources = {source.value: source for source in Source if source is not Source.NUMBER}
    if words[0] not in sources:
        near = nearest(words[0], sources)
        hint = f"did you mean {near}?" if near else f"a number, or one of {', '.join(sources)}"
        raise NotUnderstood("E_MEASURE", f"{shown(words[0])} is no operand", hint)
    source = sources[words[0]]
    takes = _TAKES.get(source, ("stock_class",))
    if len(rest) > len(takes) and takes[-1] != "instruments":
        raise NotUnderstood(
            "E_MEASURE", f"{source.value} takes no {shown(rest[len(takes)])}", "put a name in quotes"
        )
    for index, word in enumerate(rest):
        _take(fields, takes[min(index, len(takes) - 1)], word, names)
    if "since" in fields and source not in PERIODS:
        raise NotUnderstood("E_MEASURE", f"{source.value} has no period", "state one day")
    return Operand(source=source, **fields)


def _take(fields: dict[str, Any], name: str, word: str, names: Names) -> None:
    """Read a word as a field, by the names in the record."""
    match name:
        case "printed":
            fields[name] = Disclosed.read(word)
        case "name":
            fields[name] = word
        case "holder":
            fields[name] = HolderId(names.holder(word))
        case "stock_class":
            fields[name] = StockClassId(names.stock_class(word))
        case "agreement":
            fields[name] = AgreementId(names.agreement(word))
        case "claim":
            fields[name] = ClaimId(names.claim(word))
        case "instruments":
            fields[name] = (*fields.get(name, ()), InstrumentId(names.instrument(word)))
        case _:
            measures = [each.value for each in market.Measure]
            if word not in measures:
                raise NotUnderstood("E_MEASURE", f"{shown(word)} is no measure", f"one of {', '.join(measures)}")
            fields[name] = market.Measure(word)
