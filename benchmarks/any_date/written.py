"""The issuer's history as others write it: entries of a ledger, JSON Lines, journals of plain text.

What we keep and read is written by ``ledger.codec`` and ``ledger.exchange``, once for each kind of event, and
filled in: so millions of lines are made as fast as Python formats text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks.any_date.issuer import CLASSES, DAYS, FOUNDED, RATIO, History, Kind, day_of
from ledger import codec
from ledger.days import Phase, on
from ledger.events import (
    AgreementSigned,
    AwardGranted,
    CommonIssued,
    EntryRestated,
    EntryVoided,
    Event,
    HolderRegistered,
    IssuerRegistered,
    OptionExercised,
    PlanAdopted,
    PreferredIssued,
    SharesCancelled,
    SharesConverted,
    SharesTransferred,
    StockClassDesignated,
    StockSplitEffected,
    TrancheClosed,
    UnitsReleased,
)
from ledger.events.corporate_actions import ResultingTerms
from ledger.exchange import json_lines
from ledger.identity import (
    AgreementId,
    CommandId,
    EntryNumber,
    HolderId,
    InstrumentId,
    IssuerId,
    PlanId,
    StockClassId,
)
from ledger.movements import HolderKind, StockClassKind
from ledger.quantities import Authorized, FractionPolicy, Money, Price, Ratio, Shares
from ledger.store import Row, store_at
from ledger.terms.awards import AwardKind, AwardTerms
from ledger.terms.conversion import ConversionRight
from ledger.timeline import Entry

ISSUER: Final = IssuerId("any-date")
ACTOR: Final = "counsel"
COMMON: Final = StockClassId(CLASSES[0])
PLAN: Final = PlanId("plan-2015")
UNDERTAKEN: Final = 10**12
_POOLED: Final = 10**13
_AUTHORIZED: Final = 10**18

Form = Callable[[Event], bytes]
"""How an event is written: as a payload, or as a line."""


def name_of(holder: int) -> str:
    """Return what the record calls a holder: the order of names is that of numbers."""
    return f"h-{holder:06d}"


def papers(history: History) -> list[Event]:
    """Return the papers of the company: those that found it, then its splits."""
    day = on(FOUNDED)
    price = Price(1, "USD")
    made: list[Event] = [
        IssuerRegistered(
            effective_on=day, issuer=ISSUER, legal_name="Any Date, Inc.", jurisdiction="US-DE", time_zone="UTC"
        )
    ]
    for name in CLASSES:
        preferred = name != COMMON
        made.append(
            StockClassDesignated(
                effective_on=day,
                stock_class=StockClassId(name),
                class_kind=StockClassKind.PREFERRED if preferred else StockClassKind.COMMON,
                title=name.title(),
                authorized=Authorized(_AUTHORIZED),
                conversion=ConversionRight(into=COMMON, ratio=Ratio(RATIO)) if preferred else None,
            )
        )
    pooled = Shares(_POOLED)
    made.append(PlanAdopted(effective_on=day, plan=PLAN, title="2015 Plan", stock_class=COMMON, pooled=pooled))
    investors = max(4, history.holders // 20)
    made += (
        AgreementSigned(
            effective_on=day,
            agreement=AgreementId(f"a-{number}"),
            investor=HolderId(name_of(number % investors)),
            title="Securities Purchase Agreement",
            commitment=Money(UNDERTAKEN, "USD"),
            buys=StockClassId(CLASSES[1 + number % (len(CLASSES) - 1)]),
            price=price,
        )
        for number in range(history.agreements)
    )
    ratio = RATIO
    for split_day, _, factor in history.splits:
        ratio *= factor
        right = ConversionRight(into=COMMON, ratio=Ratio(ratio))
        series = (ResultingTerms(stock_class=StockClassId(name), conversion=right) for name in CLASSES[1:])
        made.append(
            StockSplitEffected(
                effective_on=on(day_of(split_day)),
                phase=Phase.OPENING,
                stock_classes=(COMMON,),
                ratio=Ratio(factor),
                fractions=FractionPolicy.DOWN,
                resulting=(ResultingTerms(stock_class=COMMON, authorized=Authorized(_AUTHORIZED)), *series),
            )
        )
    return made


# --- one event of each kind, and where its values stand in what is written -------------------------------------

_HOLDER, _OTHER, _AGREEMENT, _AWARD = "zz-holder", "zz-other", "zz-agreement", "zz-award"
_CLASS: Final = "zz-class"
_DAY: Final = "2998-12-31"
_COUNT, _RECEIVED, _NUMBER = 70_707_070_701, 70_707_070_702, 70_707_070_703
_MARKS: Final = {
    _HOLDER: "holder",
    _OTHER: "other",
    _AGREEMENT: "agreement",
    _AWARD: "award",
    _CLASS: "stock_class",
    _DAY: "day",
    str(_COUNT): "count",
    str(_RECEIVED): "received",
    str(_NUMBER): "number",
}
_MARK: Final = re.compile("|".join(_MARKS))


def _example(kind: Kind) -> Event:
    """Return an event of a kind, with marks for all that differs."""
    day, holder, shares = on(_DAY), HolderId(_HOLDER), Shares(_COUNT)
    given = SharesTransferred(
        effective_on=day,
        from_holder=holder,
        to_holder=HolderId(_OTHER),
        stock_class=COMMON,
        transferred=shares,
    )
    award = InstrumentId(_AWARD)
    number = EntryNumber(_NUMBER)
    match kind:
        case Kind.REGISTERED:
            return HolderRegistered(
                effective_on=on(FOUNDED),
                holder=holder,
                holder_kind=HolderKind.ORGANISATION,
                legal_name=f"{_HOLDER} Holdings LP",
            )
        case Kind.ISSUED:
            return CommonIssued(effective_on=day, holder=holder, stock_class=COMMON, issued=shares)
        case Kind.TRANSFERRED:
            return given
        case Kind.CLOSED:
            money = Money(_COUNT, "USD")
            return TrancheClosed(effective_on=day, agreement=AgreementId(_AGREEMENT), closed=money)
        case Kind.PREFERRED:
            stock_class = StockClassId(_CLASS)
            return PreferredIssued(effective_on=day, holder=holder, stock_class=stock_class, issued=shares)
        case Kind.CONVERTED:
            return SharesConverted(
                effective_on=day,
                holder=holder,
                from_class=StockClassId(_CLASS),
                surrendered=shares,
                to_class=COMMON,
                received=Shares(_RECEIVED),
            )
        case Kind.GRANTED | Kind.UNITS_GRANTED:
            is_option = kind is Kind.GRANTED
            award_kind = AwardKind.NONQUALIFIED_STOCK_OPTION if is_option else AwardKind.RESTRICTED_STOCK_UNIT
            return AwardGranted(
                effective_on=day,
                award=award,
                holder=holder,
                stock_class=COMMON,
                granted=shares,
                price=Price(1, "USD") if is_option else None,
                terms=AwardTerms(award_kind=award_kind),
                plan=PLAN,
            )
        case Kind.RELEASED:
            return UnitsReleased(effective_on=day, award=award, holder=holder, stock_class=COMMON, released=shares)
        case Kind.EXERCISED:
            return OptionExercised(
                effective_on=day, award=award, holder=holder, stock_class=COMMON, exercised=shares
            )
        case Kind.CANCELLED:
            return SharesCancelled(
                effective_on=day, holder=holder, stock_class=COMMON, cancelled=shares, reason="by agreement"
            )
        case Kind.VOIDED:
            return EntryVoided(entries=(number,), reason="there was no such deal")
        case Kind.RESTATED:
            return EntryRestated(entry=number, restated_as=given, reason="the deed says otherwise")
        case Kind.PAPER:
            raise AssertionError("papers are written one by one")


@cache
def _template(kind: Kind, form: Form) -> tuple[str, tuple[str, ...]]:
    """Return the text of a kind with a gap for each value, and what goes into the gaps."""
    text = form(_example(kind)).decode().replace("%", "%%")
    return _MARK.sub("%s", text), tuple(_MARKS[mark] for mark in _MARK.findall(text))


class Writer:
    """Writes the events of a history.

    Args:
        history: What happened.
        form: How: ``codec.encode`` for payloads, ``line`` for lines.
    """

    def __init__(self, history: History, form: Form) -> None:
        self._history, self._form = history, form
        self._names = [*map(name_of, range(history.holders))]
        self._days = [str(day_of(number)) for number in range(DAYS + 1)]
        self._papers = [*map(form, papers(history))]

    def texts(self, start: int, stop: int) -> list[bytes]:
        """Return what is written of the events from one index to another."""
        kinds = self._history.kind[start:stop]
        found = np.empty(stop - start, object)
        for number in np.unique(kinds).tolist():
            at = np.flatnonzero(kinds == number)
            if number == Kind.PAPER:
                found[at] = [self._papers[each] for each in self._history.stock_class[start + at].tolist()]
                continue
            template, gaps = _template(Kind(number), self._form)
            columns = [self._column(gap, start + at) for gap in gaps]
            rows = map(template.__mod__, zip(*columns, strict=True))
            found[at] = [*map(str.encode, rows)]
        made: list[bytes] = found.tolist()
        return made

    def _column(self, gap: str, at: Any) -> Iterable[object]:
        history = self._history
        match gap:
            case "holder" | "other":
                return map(self._names.__getitem__, getattr(history, gap)[at].tolist())
            case "stock_class":
                return map(CLASSES.__getitem__, history.stock_class[at].tolist())
            case "agreement" | "award":
                letter = "a" if gap == "agreement" else "o"
                return map(f"{letter}-{{}}".format, history.ref[at].tolist())
            case "number":
                return map(str, history.ref[at].tolist())
            case "received":
                return map(str, history.received(at).tolist())
            case "day":
                days = map(self._days.__getitem__, history.day[at].tolist())
                if (history.day[at] == history.latest[at]).all():
                    return days
                latest = map(self._days.__getitem__, history.latest[at].tolist())
                return (one if one == other else f"{one}/{other}" for one, other in zip(days, latest, strict=True))
            case _:
                return map(str, history.count[at].tolist())


def line(event: Event) -> bytes:
    """Return an event as a line of JSON Lines, without its end."""
    return json_lines.write([event])[:-1]


def write_lines(history: History, path: Path) -> None:
    """Write a history as JSON Lines."""
    writer = Writer(history, line)
    with path.open("wb") as file:
        for start, stop in parts(len(history), 100_000):
            file.write(b"\n".join(writer.texts(start, stop)) + b"\n")


def parts(size: int, each: int) -> Iterator[tuple[int, int]]:
    """Yield the bounds of parts of a length."""
    yield from pairwise([*range(0, size, each), size])


# --- entries, straight into a store ---------------------------------------------------------------------------


def commands(history: History) -> list[tuple[int, int]]:
    """Return the bounds of each command: ten thousand entries, fewer in a short history."""
    return [*parts(len(history), min(10_000, -(-len(history) // 50)))]


def recorded_at(number: int, size: int) -> datetime:
    """Return when the command was recorded that ends with an entry."""
    begun = datetime(FOUNDED.year, FOUNDED.month, FOUNDED.day, 17, tzinfo=UTC)
    return begun + timedelta(days=DAYS) * (number / size)


def write_ledger(history: History, path: Path) -> None:
    """Write a history as a ledger, without asking its rules.

    The file is what recording would have made of it, but for the time that it takes.
    """
    writer = Writer(history, codec.encode)
    topics = [*map(codec.topic, papers(history))]
    topic_of = {int(kind): codec.topic(_example(kind)) for kind in Kind if kind is not Kind.PAPER}
    store = store_at(path, create=True)
    try:
        for start, stop in commands(history):
            payloads = writer.texts(start, stop)
            command = CommandId(f"c-{stop}")
            kept = sealed(payloads, start, recorded_at(stop, len(history)), command)
            kinds = zip(history.kind[start:stop].tolist(), history.stock_class[start:stop].tolist(), strict=True)
            named = (topics[paper] if kind == Kind.PAPER else topic_of[kind] for kind, paper in kinds)
            rows = [*map(Row, range(start + 1, stop + 1), named, kept)]
            store.append(ISSUER, rows, command, {})
    finally:
        store.close()


def sealed(payloads: list[bytes], start: int, at: datetime, command: str) -> list[bytes]:
    """Return what a store keeps of the entries of a command."""
    example = Entry(EntryNumber(_NUMBER), at, ACTOR, CommandId(command), _example(Kind.VOIDED), "zz-digest")
    text = codec.leaf(ISSUER, example).decode().replace("%", "%%")
    template = text.replace(str(_NUMBER), "%d").replace("zz-digest", "%s")
    digests = [sha256(payload).hexdigest() for payload in payloads]
    leaves = map(template.__mod__, zip(range(start + 1, start + 1 + len(payloads)), digests, strict=True))
    return [*map(codec.kept, map(str.encode, leaves), payloads)]
