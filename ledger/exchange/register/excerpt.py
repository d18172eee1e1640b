"""The register of a ledger as rows of the template: as it stood on a day, or act by act from the beginning.

Taken over into an empty ledger, the first gives the same answers from its day on, the second on every day. What the
form has no room for is refused where an answer would change, and listed where it would not.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import attrs

from ledger.book import Book, by_moment, steps
from ledger.days import EffectiveDay, Phase, close_of, day
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
from ledger.exchange.register.template import Content
from ledger.exchange.register.values import Amount
from ledger.identity import StockClassId
from ledger.movements import Held, Level, Posting, Reserved, Scope, Source
from ledger.personal import Personal
from ledger.quantities import Money, Price, Shares

if TYPE_CHECKING:
    from ledger.journal import AsOf, KnownAt, Ledger
    from ledger.timeline import InEffect

_SHEET_OF: Final[dict[type[Fact], things.Thing]] = {
    PreferredIssued: things.ISSUANCES,
    **{thing.event: thing for thing in things.THINGS if thing.event is not None},
}
_SETTLED: Final = "choose a day on which it is settled"


# --- as it stood on a day -----------------------------------------------------------------------------------


def as_of(ledger: Ledger, on: AsOf, known_at: KnownAt = None) -> Content:
    """Return the register as it stood at the close of a day.

    Raises:
        NothingRecorded: Nothing had been recorded by ``known_at``.
        NotUnderstood: ``E_DATE`` where open days leave a figure open, ``E_QUANTITY`` for one below zero.
    """
    known, at = ledger.position(known_at), day(on, what="as_of")
    facts = ledger.standing(known)
    book = Book()
    for moment, group in by_moment(steps(facts)):
        if moment > close_of(at):
            break
        book.advance(moment, group)
    book.at = close_of(at)
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    adopted = EffectiveDay(at)
    rows["company"] = [_company(facts, adopted)]
    classes = [subject for level, subject in book.settings if level is Level.CLASS_KIND]
    treasury = _shares_of(book, at, Source.TREASURY)
    for stock_class in classes:
        assert isinstance(stock_class, StockClassId)
        rows["classes"].append(_class(book, stock_class, at, adopted))
        rows["opening"].append(_opening(book, stock_class, at, treasury.get((stock_class, Source.TREASURY))))
    rows["holders"] = list(_holders(book, facts, at, adopted))
    for (stock_class, account), shares in _shares_of(book, at, Held).items():
        position = {"holder": account.holder, "stock_class": stock_class, "shares": shares}
        rows["positions"].append(position | {"security": account.security})
    for (stock_class, account), shares in _shares_of(book, at, Reserved).items():
        purpose = _level(book, Level.RESERVE, (stock_class, account.reserve), at)
        reserved = {"effective_on": adopted, "stock_class": stock_class, "reserve": account.reserve}
        rows["reserves"].append(reserved | {"reserved": shares, "purpose": purpose})
    heads = (("As of", f"the close of {at}"), *_heads(ledger, known))
    return Content(rows=dict(rows), heads=heads, lost=tuple(_lost(book, facts, at)))


def _shares_of(book: Book, on: date, kind: Any) -> dict[tuple[StockClassId, Any], Shares]:
    """Return what is on accounts of a kind, where it is certain and above zero."""
    found = {}
    for (unit, account), high in book.high.items():
        if not isinstance(unit, StockClassId) or not (
            account is kind if isinstance(kind, Source) else isinstance(account, kind)
        ):
            continue
        low = book.low.get((unit, account), 0)
        name = _named(account)
        if low != high:
            least, most = Shares.of_units(low), Shares.of_units(high)
            what = f"{name} has from {least:,} to {most:,} {unit} on {on}, as days are open"
            raise NotUnderstood("E_DATE", what, _SETTLED)
        if high < 0:
            what = f"{name} is {Shares.of_units(-high):,} short of {unit} on {on}"
            raise NotUnderstood("E_QUANTITY", what, "record what is missing first; captable check shows it")
        if high:
            found[unit, account] = Shares.of_units(high)
    for (unit, account), low in book.low.items():
        if low and (unit, account) not in book.high:
            what = f"what {_named(account)} has of {unit} on {on} is open"
            raise NotUnderstood("E_DATE", what, _SETTLED)
    return found


def _named(account: Any) -> str:
    if isinstance(account, Held):
        return str(account.holder)
    return f"reserve {account.reserve}" if isinstance(account, Reserved) else "the treasury"


def _level(book: Book, level: Level, subject: Any, on: date) -> Any:
    """Return the one value that a level has, or nothing where it was never set."""
    values = list(dict.fromkeys(value for _, value in book.levels(level, subject)))
    if len(values) > 1:
        what = f"the {level.value} of {subject} is open on {on}"
        raise NotUnderstood("E_DATE", what, _SETTLED)
    return values[0] if values else None


def _company(facts: list[InEffect], adopted: EffectiveDay) -> dict[str, Any]:
    fact = next(each.fact for each in facts if isinstance(each.fact, IssuerRegistered))
    return _fields(fact, "issuer", "legal_name", "jurisdiction", "time_zone", "cik", "lei", "ticker", "note") | {
        "effective_on": adopted
    }


def _fields(fact: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(fact, name) for name in names}


_CLASS_LEVELS: Final = {
    "title": Level.CLASS_TITLE,
    "class_kind": Level.CLASS_KIND,
    "authorized": Level.AUTHORIZED,
    "votes_per_share": Level.VOTES_PER_SHARE,
    "seniority": Level.SENIORITY,
}


def _class(book: Book, stock_class: StockClassId, on: date, adopted: EffectiveDay) -> dict[str, Any]:
    row = {field: _level(book, level, stock_class, on) for field, level in _CLASS_LEVELS.items()}
    prices = {
        "par_value": _level(book, Level.PAR_VALUE, stock_class, on),
        "stated_value": _level(book, Level.STATED_VALUE, stock_class, on),
    }
    conversion = _level(book, Level.CONVERSION, stock_class, on)
    identifiers = {
        scheme: _level(book, Level.IDENTIFIER, (stock_class, scheme), on) for scheme in ("CUSIP", "ISIN")
    }
    return {
        **row,
        **_terms(prices, conversion),
        "stock_class": stock_class,
        "decimals": _level(book, Level.DECIMALS, stock_class, on) or None,
        "reissuable": _level(book, Level.REISSUABLE, stock_class, on) or None,
        **{scheme.lower(): identifier for scheme, identifier in identifiers.items()},
        "effective_on": adopted,
    }


def _terms(prices: Mapping[str, Price | None], conversion: Any) -> dict[str, Any]:
    """Return prices and the conversion right of a class; a currency that all share stands in its column."""
    if conversion is not None:
        prices = {**prices, "conversion_price": conversion.price}
    currencies = [price.currency for price in prices.values() if price is not None]
    currency = currencies[0] if len(set(currencies)) == 1 else None
    row: dict[str, Any] = {
        field: Amount(price.amount, None if currency else price.currency)
        for field, price in prices.items()
        if price is not None
    }
    row["currency"] = currency
    if conversion is not None:
        row |= {"converts_into": conversion.into, "conversion_ratio": conversion.ratio}
    return row


def _opening(book: Book, stock_class: StockClassId, on: date, treasury: Shares | None) -> dict[str, Any]:
    scope = _level(book, Level.SCOPE, stock_class, on) or Scope.COMPLETE
    stated = _level(book, Level.STATED_OUTSTANDING, stock_class, on)
    return {
        "stock_class": stock_class,
        "effective_on": on,
        "scope": scope,
        # Even without treasury shares the positions are taken over, so the form says how many there are.
        "treasury": treasury or Shares(0),
        # Of a complete register the count of an earlier day says nothing any more.
        "stated_outstanding": stated if scope is Scope.PARTIAL else None,
    }


def _holders(book: Book, facts: list[InEffect], on: date, adopted: EffectiveDay) -> Iterator[dict[str, Any]]:
    for each in facts:
        fact = each.fact
        if not isinstance(fact, HolderRegistered) or (Level.HOLDER_KIND, fact.holder) not in book.settings:
            continue
        name = _level(book, Level.HOLDER_NAME, fact.holder, on)
        yield {
            "holder": fact.holder,
            "name": str(name),
            "holder_kind": fact.holder_kind,
            **_particulars(fact),
            "merged_into": _level(book, Level.MERGED_INTO, fact.holder, on),
            "effective_on": adopted,
            "note": fact.note,
        }


def _particulars(fact: HolderRegistered) -> dict[str, str]:
    """Return the particulars that were not erased."""
    both = {"address": fact.address, "tax_id": fact.tax_id}
    return {
        field: value.value
        for field, value in both.items()
        if isinstance(value, Personal) and value.value is not None
    }


def _heads(ledger: Ledger, known: int) -> tuple[tuple[str, str], ...]:
    from ledger.codec import record_digest

    issuer, entries = ledger.issuer, ledger.entries()
    assert issuer is not None, "a ledger with entries has an issuer"
    return (
        ("Known from", f"{known:,} entries"),
        ("Digest of the record", record_digest(issuer, entries[:known])),
    )


def _lost(book: Book, facts: list[InEffect], on: date) -> Iterator[str]:
    """Yield what the form has no room for, and does not change who holds what."""
    agreements = [subject for level, subject in book.settings if level is Level.INVESTOR]
    if agreements:
        yield f"what investors promised: {', '.join(map(str, agreements))}"
    later = sum(each.begins > close_of(on) for each in facts)
    if later:
        yield f"{later:,} facts that take effect after {on}"
    spent: Counter[str] = Counter()
    for moment, group in by_moment(steps(facts)):
        for step in group if moment <= close_of(on) else ():
            for movement in step.each.fact.movements() if step.settles else ():
                if isinstance(movement, Posting) and movement.account in (Source.CONVERTED, Source.REDEEMED):
                    spent[str(movement.unit)] += 1
    for stock_class in sorted(spent):
        if not _level(book, Level.REISSUABLE, stock_class, on):
            yield f"converted and redeemed shares of {stock_class}, which count against the authorized number"


# --- act by act ---------------------------------------------------------------------------------------------


def history(ledger: Ledger, known_at: KnownAt = None) -> Content:
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
    heads = (("Holds", "every act, in order of effect"), *_heads(ledger, known))
    return Content(
        rows=dict(rows),
        heads=heads,
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
            rows["company"].append(_fields(fact, *names, "effective_on", "note"))
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
            rows["holders"].append(named | _particulars(fact) | _fields(fact, "effective_on", "note"))
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
        **_fields(fact, *plain, "effective_on", "note"),
        **_terms(prices, fact.conversion),
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
    row = _fields(fact, "stock_class", "scope", "stated_outstanding", "note")
    row |= {"effective_on": fact.effective_on.earliest, "document": _document(fact)}
    if isinstance(fact, OpeningBalanceAdopted):
        row["treasury"] = fact.treasury or Shares(0)
        for position in fact.positions:
            rows["positions"].append(
                {"stock_class": fact.stock_class, **_fields(position, "holder", "shares", "security")}
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
