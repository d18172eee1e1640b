"""The register of a ledger as it stood on a day, as rows of the template.

Taken over into an empty ledger, it gives the same answers from its day on. What the form has no room for is refused
where it would change who holds what, and listed where it would not.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from ledger.book import Book, by_moment, steps
from ledger.days import EffectiveDay, close_of, day
from ledger.errors import NotUnderstood
from ledger.events import HolderRegistered, IssuerRegistered
from ledger.exchange.register.template import Content
from ledger.exchange.register.values import Amount
from ledger.identity import StockClassId
from ledger.movements import (
    Awarded,
    Declared,
    Held,
    Level,
    Owed,
    Pooled,
    Posting,
    Purchasable,
    Reserved,
    Restricted,
    Scope,
    Source,
)
from ledger.personal import Personal
from ledger.quantities import Price, Shares

if TYPE_CHECKING:
    from ledger.journal import AsOf, KnownAt, Ledger
    from ledger.timeline import InEffect

_SETTLED: Final = "choose a day on which it is settled"


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
    for (stock_class, account), shares in _shares_of(book, at, Pooled).items():
        title = _level(book, Level.PLAN, account.plan, at)
        pool = {"effective_on": adopted, "stock_class": stock_class, "reserve": f"pool-{account.plan}"[:64]}
        rows["reserves"].append(pool | {"reserved": shares, "purpose": f"{title}, not granted"})
    for stock_class, shares in _awarded(book, at).items():
        awards = {"effective_on": adopted, "stock_class": stock_class, "reserve": "awards"}
        rows["reserves"].append(awards | {"reserved": shares, "purpose": "Awards outstanding"})
    said = (("As of", f"the close of {at}"), *heads(ledger, known))
    return Content(rows=dict(rows), heads=said, lost=tuple(_lost(book, facts, at)))


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


def _awarded(book: Book, on: date) -> dict[StockClassId, Shares]:
    """Return what is under awards of each class, all of them together."""
    found: dict[StockClassId, Shares] = {}
    for (stock_class, _), shares in _shares_of(book, on, Awarded).items():
        found[stock_class] = found.get(stock_class, Shares(0)) + shares
    return found


def _named(account: Any) -> str:
    if isinstance(account, Held):
        return str(account.holder)
    if isinstance(account, Awarded):
        return f"award {account.instrument}"
    if isinstance(account, Pooled):
        return f"plan {account.plan}"
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
    return fields(fact, "issuer", "legal_name", "jurisdiction", "time_zone", "cik", "lei", "ticker", "note") | {
        "effective_on": adopted
    }


def fields(fact: Any, *names: str) -> dict[str, Any]:
    """Return fields of a fact by their names."""
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
        **terms(prices, conversion),
        "stock_class": stock_class,
        "decimals": _level(book, Level.DECIMALS, stock_class, on) or None,
        "reissuable": _level(book, Level.REISSUABLE, stock_class, on) or None,
        **{scheme.lower(): identifier for scheme, identifier in identifiers.items()},
        "effective_on": adopted,
    }


def terms(prices: Mapping[str, Price | None], conversion: Any) -> dict[str, Any]:
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
            **particulars(fact),
            "merged_into": _level(book, Level.MERGED_INTO, fact.holder, on),
            "effective_on": adopted,
            "note": fact.note,
        }


def particulars(fact: HolderRegistered) -> dict[str, str]:
    """Return the particulars that were not erased."""
    both = {"address": fact.address, "tax_id": fact.tax_id}
    return {
        field: value.value
        for field, value in both.items()
        if isinstance(value, Personal) and value.value is not None
    }


def heads(ledger: Ledger, known: int) -> tuple[tuple[str, str], ...]:
    """Return as known from which entries a register is written."""
    from ledger.codec import record_digest

    issuer, entries = ledger.issuer, ledger.entries()
    assert issuer is not None, "a ledger with entries has an issuer"
    return (
        ("Known from", f"{known:,} entries"),
        ("Digest of the record", record_digest(issuer, entries[:known])),
    )


_RIGHTS: Final = (
    Level.LIQUIDATION,
    Level.DIVIDEND_TERMS,
    Level.REDEMPTION,
    Level.MANDATORY_CONVERSION,
    Level.MARKET_CONVERSION,
    Level.PROTECTION,
)
"""Rights of a class for which the form has no column."""


def _values(book: Book, level: Level, subject: Any) -> set[Any]:
    """Return every value that a level may have."""
    return {value for _, value in book.levels(level, subject)}


def _with_something(book: Book) -> Iterator[object]:
    """Yield the accounts on which there may be something."""
    return (account for (_, account), quantity in book.high.items() if quantity > 0)


def _lost(book: Book, facts: list[InEffect], on: date) -> Iterator[str]:
    """Yield what the form has no room for, and does not change who holds what."""
    agreements = [subject for level, subject in book.settings if level is Level.INVESTOR]
    if agreements:
        yield f"what investors promised: {', '.join(map(str, agreements))}"
    plans = [subject for level, subject in book.settings if level is Level.PLAN]
    awards = [subject for level, subject in book.settings if level is Level.AWARD_TERMS]
    if plans or awards:
        yield f"plans and awards, whose shares are written as reserves: {', '.join(map(str, (*plans, *awards)))}"
    papers = {
        account.instrument: None for account in _with_something(book) if isinstance(account, Owed | Purchasable)
    }
    if papers:
        yield f"notes, SAFEs and warrants: {', '.join(map(str, papers))}"
    rights = dict.fromkeys(subject for level, subject in book.settings if level in _RIGHTS)
    if rights:
        yield f"what classes are entitled to beside votes and conversion: {', '.join(map(str, rights))}"
    unpaid = [account.dividend for account in _with_something(book) if isinstance(account, Declared)]
    if unpaid:
        yield f"dividends declared and unpaid: {', '.join(map(str, unpaid))}"
    restricted = [account.account for account in _with_something(book) if isinstance(account, Restricted)]
    if restricted:
        yield f"money in control accounts: {', '.join(map(str, restricted))}"
    restrictions = [
        subject
        for level, subject in book.settings
        if level is Level.RESTRICTION
        and True not in _values(book, Level.LIFTED, subject)
        and None not in _values(book, Level.OWNERSHIP_LIMIT, subject)
    ]
    if restrictions:
        yield f"restrictions, limits and liens: {', '.join(map(str, restrictions))}"
    groups = [
        subject
        for level, subject in book.settings
        if level is Level.GROUP and True not in _values(book, Level.DISSOLVED, subject)
    ]
    nominees = [subject[0] for level, subject in book.settings if level is Level.HOLDS_FOR]
    if groups or nominees:
        yield f"groups and nominees: {', '.join(map(str, (*groups, *nominees)))}"
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
