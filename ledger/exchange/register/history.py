"""The register of a ledger act by act, as rows of the template.

Taken over into an empty ledger, it gives the same answers on every day. What the form has no room for is refused
where an answer would change, and listed where none would.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import attrs

from ledger.days import Phase
from ledger.errors import NotUnderstood
from ledger.events import (
    Certainty,
    Consideration,
    Fact,
    HolderMerged,
    HolderRegistered,
    IssuerRegistered,
    OpeningBalanceAdopted,
    PreferredIssued,
    RegisterScopeDeclared,
    SecurityIdentifierChanged,
    StockClassDesignated,
)
from ledger.exchange.register import things
from ledger.exchange.register.excerpt import fields, heads, particulars, terms
from ledger.exchange.register.template import Content
from ledger.exchange.register.values import Amount
from ledger.quantities import Money, Shares

if TYPE_CHECKING:
    from ledger.journal import KnownAt, Ledger

_SHEET_OF: Final[dict[type[Fact], things.Thing]] = {
    PreferredIssued: things.ISSUANCES,
    **{thing.event: thing for thing in things.THINGS if thing.event is not None},
}


def act_by_act(ledger: Ledger, known_at: KnownAt = None) -> Content:
    """Return every act of the register, in order of effect.

    Raises:
        NothingRecorded: Nothing had been recorded by ``known_at``.
        NotUnderstood: ``E_KIND``: the record holds an act that the form has no room for.
    """
    known = ledger.position(known_at)
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    lost: Counter[str] = Counter()
    for each in sorted(ledger.standing(known), key=lambda fact: (fact.begins, fact.position)):
        fact = each.fact
        where = f"entry {each.entry.number}"
        if fact.phase is not Phase.ORDINARY or fact.place is not None:
            what = f"{where} names a part of its day, {fact.phase.value}, or its place in it"
            raise _no_room(what)
        _take(fact, rows, where)
        for what in _details(fact):
            lost[what] += 1
    said = (("Holds", "every act, in order of effect"), *heads(ledger, known))
    return Content(
        rows=dict(rows),
        heads=said,
        lost=tuple(f"{what} of {count:,} {'entry' if count == 1 else 'entries'}" for what, count in lost.items()),
    )


def _no_room(what: str) -> NotUnderstood:
    return NotUnderstood(
        "E_KIND", f"{what}, and a register file has no room for it", "write the register as of a day"
    )


def _take(fact: Fact, rows: dict[str, list[dict[str, Any]]], where: str) -> None:
    """Add the row of a fact, or refuse it."""
    match fact:
        case IssuerRegistered():
            names = ("issuer", "legal_name", "jurisdiction", "time_zone", "cik", "lei", "ticker")
            rows["company"].append(fields(fact, *names, "effective_on", "note"))
        case StockClassDesignated():
            rows["classes"].append(_designated(fact))
        case SecurityIdentifierChanged():
            row = next((row for row in rows["classes"] if row["stock_class"] == fact.stock_class), None)
            field = fact.scheme.value.lower()
            if row is None or field in row or row["effective_on"] != fact.effective_on:
                raise _no_room(f"{where} changes a number of {fact.stock_class}")
            row[field] = fact.identifier
        case HolderRegistered():
            named = {
                "holder": fact.holder,
                "name": str(fact.name or fact.legal_name),
                "holder_kind": fact.holder_kind,
            }
            rows["holders"].append(named | particulars(fact) | fields(fact, "effective_on", "note"))
        case HolderMerged():
            row = next((row for row in rows["holders"] if row["holder"] == fact.holder), None)
            if row is None or "merged_into" in row or row["effective_on"] != fact.effective_on:
                raise _no_room(f"{where} merges {fact.holder}")
            row["merged_into"] = fact.into
        case OpeningBalanceAdopted() | RegisterScopeDeclared():
            _adopted(fact, rows, where)
        case _:
            thing = _SHEET_OF.get(type(fact))
            if thing is None:
                raise _no_room(f"{where} is {fact.KIND}")
            rows[thing.name].append(_row(fact, where))


def _designated(fact: StockClassDesignated) -> dict[str, Any]:
    plain = ("stock_class", "class_kind", "title", "authorized", "votes_per_share", "seniority", "authority")
    prices = {"par_value": fact.par_value, "stated_value": fact.stated_value}
    return {
        **fields(fact, *plain, "effective_on", "note"),
        **terms(prices, fact.conversion),
        "decimals": fact.decimals or None,
        "reissuable": fact.converted_shares_reissuable or None,
    }


def _adopted(
    fact: OpeningBalanceAdopted | RegisterScopeDeclared, rows: dict[str, list[dict[str, Any]]], where: str
) -> None:
    if any(row["stock_class"] == fact.stock_class for row in rows["opening"]):
        raise _no_room(f"{where} speaks of the whole register of {fact.stock_class} once more")
    if not fact.effective_on.is_exact:
        raise _no_room(
            f"{where} leaves open from which day the register of {fact.stock_class} is {fact.scope.value}"
        )
    row = fields(fact, "stock_class", "scope", "stated_outstanding", "note")
    row |= {"effective_on": fact.effective_on.earliest, "document": _document(fact)}
    if isinstance(fact, OpeningBalanceAdopted):
        row["treasury"] = fact.treasury or Shares(0)
        for position in fact.positions:
            rows["positions"].append(
                {"stock_class": fact.stock_class, **fields(position, "holder", "shares", "security")}
            )
    rows["opening"].append(row)


def _row(fact: Fact, where: str) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for field in attrs.fields(type(fact)):
        value = getattr(fact, field.name)
        if value is None or value == () or field.name in _ELSEWHERE:
            continue
        if field.name in ("agreement", "tranche"):
            raise _no_room(f"{where} issues shares under an agreement")
        if isinstance(value, Consideration):
            row |= {"form": value.form, **_money(value.amount)}
        elif isinstance(value, Money):
            row |= _money(value)
        else:
            row[field.name] = value
    return row | {"document": _document(fact)}


def _money(money: Money | None) -> dict[str, Any]:
    return {} if money is None else {"amount": Amount(money.amount), "currency": money.currency}


def _document(fact: Fact) -> str | None:
    return fact.evidence[0].document if fact.evidence else None


_ELSEWHERE: Final = frozenset({"evidence", "certainty", "disclosed_on", "phase", "place"})


def _details(fact: Fact) -> Iterator[str]:
    """Yield what a fact says that changes no answer about shares, and the form has no room for."""
    if fact.certainty is not Certainty.STATED:
        yield "the remark that it was deduced"
    if fact.disclosed_on is not None:
        yield "the day of disclosure"
    takes_a_document = not isinstance(
        fact, (IssuerRegistered, StockClassDesignated, HolderRegistered, HolderMerged)
    )
    first = fact.evidence[:1] if takes_a_document else ()
    if fact.evidence[len(first) :] or any(each.sha256 or each.page or each.printed for each in first):
        yield "details of documents"
    consideration = getattr(fact, "consideration", None)
    if consideration is not None and consideration.description is not None:
        yield "the description of the consideration"
