"""A company with a long history, made up from a seed: the same deals for us and for whoever is compared with us."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from enum import Enum
from typing import Final

import attrs

from ledger.days import on
from ledger.events import (
    AgreementSigned,
    CommonIssued,
    Event,
    HolderRegistered,
    IssuerRegistered,
    PreferredIssued,
    SharesConverted,
    SharesTransferred,
    StockClassDesignated,
    TrancheClosed,
)
from ledger.identity import AgreementId, HolderId, IssuerId, StockClassId
from ledger.movements import HolderKind, StockClassKind
from ledger.quantities import Authorized, Money, Price, Ratio, Shares
from ledger.terms.conversion import ConversionRight

FOUNDED: Final = date(2015, 1, 1)
DAYS: Final = 3_652
COMMON: Final = StockClassId("common")
PREFERRED: Final = StockClassId("series-a")
STAKE: Final = 1_000_000
"""Common shares that every holder begins with."""
UNDERTAKEN: Final = 10**12
"""Money that an agreement promises."""


class Kind(Enum):
    """What a deal was."""

    REGISTERED = "registered"
    ISSUED = "issued"
    TRANSFERRED = "transferred"
    SIGNED = "signed"
    CLOSED = "closed"
    PREFERRED_ISSUED = "preferred issued"
    CONVERTED = "converted"


@attrs.frozen
class Deal:
    """Something that happened to the company, in nobody's format.

    Attributes:
        kind: What it was.
        on: The day.
        holder: Who gave, received, promised or was registered.
        count: Shares, or money.
        other: The receiver of a transfer, or the name of an agreement.
    """

    kind: Kind
    on: date
    holder: str
    count: int = 0
    other: str = ""


def deals(size: int, holders: int) -> Iterator[Deal]:
    """Yield ``size`` deals, in order: mostly transfers, some issues, closings of agreements, conversions."""
    chance = random.Random(7)
    names = [f"holder-{number}" for number in range(holders)]
    preferred: dict[str, int] = {}
    agreements: list[tuple[str, str]] = []
    common = dict.fromkeys(names, STAKE)
    for name in names:
        yield Deal(Kind.REGISTERED, FOUNDED, name)
    for name in names:
        yield Deal(Kind.ISSUED, FOUNDED, name, STAKE)
    made, late = 2 * holders, size - 2 * holders
    while made < size:
        day = FOUNDED + timedelta(days=1 + (made - 2 * holders) * DAYS // late)
        holder, other = chance.sample(names, 2)
        draw = chance.random()
        made += 1
        if draw < 0.01 or not agreements:
            agreements.append((f"agreement-{len(agreements)}", holder))
            yield Deal(Kind.SIGNED, day, holder, UNDERTAKEN, agreements[-1][0])
        elif draw < 0.06 and made < size:
            agreement, investor = chance.choice(agreements)
            paid = chance.randint(1, 10_000)
            made += 1
            preferred[investor] = preferred.get(investor, 0) + paid
            yield Deal(Kind.CLOSED, day, investor, paid * 1_000, agreement)
            yield Deal(Kind.PREFERRED_ISSUED, day, investor, paid)
        elif draw < 0.09 and any(preferred.values()):
            investor = chance.choice([name for name, held in preferred.items() if held])
            given = chance.randint(1, preferred[investor])
            preferred[investor] -= given
            common[investor] += 5 * given
            yield Deal(Kind.CONVERTED, day, investor, given)
        elif draw < 0.12 or not common[holder]:
            issued = chance.randint(1, 10_000)
            common[holder] += issued
            yield Deal(Kind.ISSUED, day, holder, issued)
        else:
            given = chance.randint(1, min(5_000, common[holder]))
            common[holder] -= given
            common[other] += given
            yield Deal(Kind.TRANSFERRED, day, holder, given, other)


def founding() -> list[Event]:
    """Return the events that found the company."""
    return [
        IssuerRegistered(
            effective_on=on(FOUNDED),
            issuer=IssuerId("benchmark"),
            legal_name="Benchmark, Inc.",
            jurisdiction="US-DE",
            time_zone="America/Denver",
        ),
        StockClassDesignated(
            effective_on=on(FOUNDED),
            stock_class=COMMON,
            class_kind=StockClassKind.COMMON,
            title="Common Stock",
            authorized=Authorized.UNLIMITED,
        ),
        StockClassDesignated(
            effective_on=on(FOUNDED),
            stock_class=PREFERRED,
            class_kind=StockClassKind.PREFERRED,
            title="Series A Preferred Stock",
            authorized=Authorized(10**12),
            conversion=ConversionRight(into=COMMON, ratio=Ratio(5)),
        ),
    ]


def event(deal: Deal) -> Event:
    """Return a deal as an event of the ledger."""
    day, holder = on(deal.on), HolderId(deal.holder)
    match deal.kind:
        case Kind.REGISTERED:
            return HolderRegistered(
                effective_on=day,
                holder=holder,
                holder_kind=HolderKind.ORGANISATION,
                legal_name=f"{deal.holder.title()} Holdings LP",
            )
        case Kind.ISSUED:
            return CommonIssued(effective_on=day, holder=holder, stock_class=COMMON, issued=Shares(deal.count))
        case Kind.PREFERRED_ISSUED:
            return PreferredIssued(
                effective_on=day, holder=holder, stock_class=PREFERRED, issued=Shares(deal.count)
            )
        case Kind.TRANSFERRED:
            return SharesTransferred(
                effective_on=day,
                from_holder=holder,
                to_holder=HolderId(deal.other),
                stock_class=COMMON,
                transferred=Shares(deal.count),
            )
        case Kind.SIGNED:
            return AgreementSigned(
                effective_on=day,
                agreement=AgreementId(deal.other),
                investor=holder,
                title="Securities Purchase Agreement",
                commitment=Money(deal.count, "USD"),
                buys=PREFERRED,
                price=Price(1_000, "USD"),
            )
        case Kind.CLOSED:
            return TrancheClosed(
                effective_on=day, agreement=AgreementId(deal.other), closed=Money(deal.count, "USD")
            )
        case Kind.CONVERTED:
            return SharesConverted(
                effective_on=day,
                holder=holder,
                from_class=PREFERRED,
                surrendered=Shares(deal.count),
                to_class=COMMON,
                received=Shares(5 * deal.count),
            )
