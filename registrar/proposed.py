"""What a register amounts to, as tables to look at before anything is recorded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from ledger.events import (
    ClaimDisclosed,
    Event,
    Fact,
    HolderRegistered,
    IssuerRegistered,
    OpeningBalanceAdopted,
    StockClassDesignated,
)
from ledger.quantities import Shares
from ledger.terms.interval import NOT_BELOW_ZERO
from registrar.report import Column, Kind, Role, Row, Table
from registrar.views import summary

if TYPE_CHECKING:
    from ledger.exchange.register import Proposal, Proposed

_WHERE: Final = Column(name="place", heading="Where", optional=True)


def tables(proposal: Proposal) -> tuple[Table, ...]:
    """Return the company, classes, holders, positions and acts that would be recorded; those that there are."""
    by_kind: defaultdict[type[Event], list[Proposed]] = defaultdict(list)
    others: list[Proposed] = []
    for each in proposal.proposed:
        kind = type(each.event)
        if kind in (StockClassDesignated, HolderRegistered, OpeningBalanceAdopted):
            by_kind[kind].append(each)
        elif kind is not IssuerRegistered:  # said above the tables
            others.append(each)
    found = (
        _classes(by_kind[StockClassDesignated]),
        _holders(by_kind[HolderRegistered]),
        _positions(by_kind[OpeningBalanceAdopted], _names(by_kind[HolderRegistered])),
        _acts(others),
    )
    return tuple(table for table in found if table.rows)


def _classes(proposed: list[Proposed]) -> Table:
    return Table(
        name="classes",
        title="Classes",
        caption="Classes of stock:",
        columns=(
            Column(name="stock_class", heading="Class"),
            Column(name="title", heading="Title"),
            Column(name="class_kind", heading="Kind"),
            Column(name="authorized", heading="Authorized", kind=Kind.SHARES),
            _WHERE,
        ),
        rows=[
            Row(
                (each.event.stock_class, each.event.title, each.event.class_kind, each.event.authorized, each.place)
            )
            for each in proposed
            if isinstance(each.event, StockClassDesignated)
        ],
    )


def _holders(proposed: list[Proposed]) -> Table:
    return Table(
        name="holders",
        title="Holders",
        caption="Holders of record:",
        columns=(
            Column(name="holder", heading="Holder"),
            Column(name="name", heading="Name"),
            Column(name="holder_kind", heading="Kind"),
            _WHERE,
        ),
        rows=[
            Row(
                (
                    each.event.holder,
                    _name(each.event),
                    each.event.holder_kind,
                    each.place,
                )
            )
            for each in proposed
            if isinstance(each.event, HolderRegistered)
        ],
    )


def _names(proposed: list[Proposed]) -> dict[str, str]:
    return {each.event.holder: _name(each.event) for each in proposed if isinstance(each.event, HolderRegistered)}


def _name(event: HolderRegistered) -> str:
    return str(event.name or event.legal_name)


def _positions(proposed: list[Proposed], names: Mapping[str, str]) -> Table:
    return Table(
        name="positions",
        title="Positions",
        caption="Positions taken over:",
        columns=(
            Column(name="stock_class", heading="Class"),
            Column(name="holder", heading="Holder"),
            Column(name="name", heading="Name", optional=True),
            Column(name="security", heading="Certificate", optional=True),
            Column(name="shares", heading="Shares", kind=Kind.SHARES),
            Column(name="effective_on", heading="At the close of", kind=Kind.DAY),
            Column(name="scope", heading="Register"),
        ),
        rows=[row for each in proposed for row in _opening(each.event, names)],
    )


def _opening(event: Event, names: Mapping[str, str]) -> Iterator[Row]:
    assert isinstance(event, OpeningBalanceAdopted), "only these have positions"
    group, after = str(event.stock_class), (event.effective_on, event.scope)
    for position in event.positions:
        named = (event.stock_class, position.holder, names.get(position.holder), position.security, position.shares)
        yield Row((*named, *after), group=group)
    if event.treasury:
        yield Row((event.stock_class, "treasury", None, None, event.treasury, *after), group=group)
    total = sum((position.shares for position in event.positions), event.treasury or Shares(0))
    yield Row((event.stock_class, "total", None, None, total, *after), Role.TOTAL, group=group)


def _acts(proposed: list[Proposed]) -> Table:
    return Table(
        name="acts",
        title="Acts",
        caption="Acts:",
        columns=(
            Column(name="effective_on", heading="Day", kind=Kind.DAY),
            Column(name="kind", heading="What happened"),
            Column(name="says", heading="What it says"),
            _WHERE,
        ),
        rows=[Row((_day(each.event), each.event.KIND, summary(each.event), each.place)) for each in proposed],
    )


def figures(proposal: Proposal, file: str) -> Table:
    """Return the figures of a filing that would be recorded as claims."""
    claims = [(each.event, each.place.removeprefix(file).strip()) for each in proposal.proposed]
    return Table(
        name="figures",
        title="Figures",
        caption="Figures:",
        columns=(
            Column(name="effective_on", heading="Disclosed", kind=Kind.DAY),
            Column(name="about", heading="About", kind=Kind.DAY),
            Column(name="measure", heading="Claims to be"),
            Column(name="figure", heading="As tagged"),
            Column(name="low", heading="From", kind=Kind.SHARES),
            Column(name="high", heading="To", kind=Kind.SHARES),
            _WHERE,
        ),
        rows=[
            Row(
                (
                    claim.effective_on,
                    claim.about_day,
                    claim.measure.formula,
                    claim.figure.printed,
                    *_whole_shares(claim),
                    place,
                )
            )
            for claim, place in claims
            if isinstance(claim, ClaimDisclosed)
        ],
    )


def _whole_shares(claim: ClaimDisclosed) -> tuple[Shares, Shares]:
    """Return the fewest and the most whole shares that a count stands for, if it is rounded."""
    interval = claim.figure.interval().and_(NOT_BELOW_ZERO).whole()
    assert interval.low is not None, "a count is exact, or rounded"
    assert interval.high is not None, "a count is exact, or rounded"
    return Shares(interval.low), Shares(interval.high)


def _day(event: Event) -> Any:
    return event.effective_on if isinstance(event, Fact) else None


def subject(proposal: Proposal) -> str:
    """Return whose register it is, where that is new."""
    for event in proposal.events:
        if isinstance(event, IssuerRegistered):
            place = f"organised in {event.jurisdiction}, days in the zone {event.time_zone}"
            return f"{event.legal_name} ({event.issuer}), {place}, from {event.effective_on} on"
    return ""
