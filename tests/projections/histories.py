"""Random histories that the rules let through, and every figure that a ledger can be asked for.

A history is a list of events, recorded one command each on top of ``opening_events()``. What the rules refuse is
left out when it is drawn, so that what a failing test prints is what happened.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, Final

import attrs
from hypothesis import settings
from hypothesis import strategies as st

from ledger import (
    AgreementId,
    Authorized,
    ConversionRight,
    EffectiveDay,
    EntryNumber,
    FractionPolicy,
    HolderId,
    Ledger,
    Money,
    Phase,
    Price,
    Ratio,
    Shares,
    StockClassId,
    TrancheId,
    testing,
)
from ledger.days import close_of
from ledger.events import EntryRestated, EntryVoided, Event, Fact, ResultingTerms, TrancheRescheduled
from ledger.gate import sweep
from ledger.movements import Posting
from projections import (
    Bounds,
    CapTable,
    Commitments,
    Figure,
    Possible,
    cap_table,
    commitments,
    of_agreement,
    of_class,
    of_holder,
)
from projections.figures import AGREEMENT_FIGURES
from tests import builders
from tests.builders import ticking

FIRST: Final = date(2026, 2, 10)
"""The first day on which something random happens; the opening events lie before it."""
LAST: Final = FIRST + timedelta(days=9)
SOME: Final = settings(max_examples=30)
"""How many histories a property is asked of: each is drawn by recording it."""
CLASSES: Final = ("common", "series-a")
CLASS_SUMS: Final = ("outstanding", "issued", "treasury", "reserved")


def opening_events() -> list[Event]:
    """Return what stands before everything random: shares of both classes, a treasury, a reserve, an agreement.

    Entry numbers: 1 to 6 found the company, 7 and 8 issue common, 9 fills the treasury, 10 the reserve, 11 signs
    the agreement, 12 closes a part of it and 13 issues the preferred shares bought.
    """
    return [
        *builders.founding(),
        builders.common_issued(holder="ada", issued=997, effective_on="2026-02-01"),
        builders.common_issued(holder="bob", issued=502, effective_on="2026-02-01"),
        builders.shares_repurchased(holder="ada", repurchased=95, effective_on="2026-02-02"),
        builders.shares_reserved(reserved=400, effective_on="2026-02-02"),
        builders.agreement_signed(effective_on="2026-02-02", tranches=TRANCHES),
        builders.tranche_closed(closed="3000 USD", effective_on="2026-02-03"),
        builders.preferred_issued(
            issued=300, agreement="spa", tranche=TrancheId("t1"), security="PA-1", effective_on="2026-02-03"
        ),
    ]


TRANCHES: Final = (
    builders.tranche("t1", due_on=f"{FIRST + timedelta(days=3)}"),
    builders.tranche("t2", due_on=f"{FIRST + timedelta(days=6)}"),
)


def recorded(events: Iterable[Event], *, as_stated: bool = False) -> Ledger:
    """Return a ledger in which each event is a command of its own, after the opening events."""
    ledger = Ledger.in_memory(clock=ticking())
    ledger.record(*opening_events())
    for event in events:
        ledger.record(event, as_stated=as_stated)
    return ledger


# --- what may happen ---------------------------------------------------------------------------------------------

_holders: Final = st.sampled_from(builders.HOLDERS)
_counts: Final = st.integers(1, 60)
_tranches: Final = st.sampled_from([TrancheId("t1"), TrancheId("t2"), None])
_money: Final = st.integers(1, 90).map(lambda thousands: Money(1000 * thousands, "USD"))


def _days(longest: int) -> st.SearchStrategy[EffectiveDay]:
    """Return days, and ranges that reach at most ``longest`` days further."""
    return st.builds(
        lambda start, length: EffectiveDay(
            FIRST + timedelta(days=start), FIRST + timedelta(days=min(start + length, 9))
        ),
        st.integers(0, 9),
        st.integers(0, longest),
    )


def _held_preferred(holder: str) -> str | None:
    return "PA-1" if holder == "fund" else None


Builder = Callable[..., Event]
_Fields = dict[str, st.SearchStrategy[Any]]


def _preferred(holder: str, **changes: Any) -> dict[str, Any]:
    return {"holder": holder, "stock_class": "series-a", "security": _held_preferred(holder), **changes}


SHARE_FACTS: Final[tuple[tuple[Builder, _Fields], ...]] = (
    (builders.common_issued, {"holder": _holders, "issued": _counts}),
    (builders.common_issued, {"holder": _holders, "issued": _counts, "reserve": st.just("plan")}),
    (
        lambda pair, **rest: builders.shares_transferred(from_holder=pair[0], to_holder=pair[1], **rest),
        {"pair": st.permutations(builders.HOLDERS), "transferred": _counts},
    ),
    (
        lambda to, **rest: builders.shares_transferred(
            from_holder="fund", to_holder=to, stock_class="series-a", security="PA-1", **rest
        ),
        {"to": st.sampled_from(["ada", "bob"]), "transferred": _counts},
    ),
    (
        lambda surrendered, **rest: builders.shares_converted(
            surrendered=4 * surrendered, received=5 * surrendered, security="PA-1", **rest
        ),
        {"surrendered": st.integers(1, 20), "reserve": st.sampled_from([None, "plan"])},
    ),
    (builders.shares_cancelled, {"holder": _holders, "cancelled": _counts}),
    (builders.shares_repurchased, {"holder": _holders, "repurchased": _counts}),
    (builders.treasury_shares_reissued, {"holder": _holders, "reissued": _counts}),
    (builders.shares_retired, {"retired": _counts}),
    (builders.shares_redeemed, {"redeemed": _counts, "security": st.just("PA-1")}),
    (builders.shares_reserved, {"reserved": _counts, "reserve": st.sampled_from(["plan", "warrants"])}),
    (builders.reserve_released, {"released": _counts}),
    (builders.fractions_settled, {"holder": _holders, "given": st.integers(1, 3).map(Shares)}),
    (builders.fractions_settled, {"holder": _holders, "taken": st.integers(1, 3).map(Shares)}),
)
LEVEL_FACTS: Final[tuple[tuple[Builder, _Fields], ...]] = (
    (builders.authorized_shares_changed, {"authorized": st.integers(5, 9).map(lambda n: Authorized(n * 1000))}),
    (builders.class_terms_amended, {"votes_per_share": st.sampled_from([Ratio(1), Ratio(3)])}),
    (builders.holder_renamed, {}),
)
MONEY_FACTS: Final[tuple[tuple[Builder, _Fields], ...]] = (
    (builders.tranche_closed, {"tranche": _tranches, "closed": _money}),
    (builders.commitment_lapsed, {"tranche": _tranches, "lapsed": _money}),
    (builders.commitment_reduced, {"tranche": _tranches, "reduced_by": _money}),
    (builders.agreement_amended, {"added": _money}),
    (
        lambda due, tranche, **rest: builders.agreement_amended(
            rescheduled=(TrancheRescheduled(tranche=TrancheId(tranche), due_on=due),), **rest
        ),
        {
            "due": st.integers(0, 9).map(lambda n: FIRST + timedelta(days=n)),
            "tranche": st.sampled_from(["t1", "t2"]),
        },
    ),
)

RATIOS: Final = tuple(map(Ratio, ("2", "3", "3/2", "1/2", "1/3", "2/3", "1/10", "7/5")))


def _split(on: EffectiveDay, both: bool, ratio: Ratio, policy: FractionPolicy, phase: Phase) -> Event:
    """Return a split of the common stock, or of both classes; the conversion price follows exactly."""
    classes = tuple(map(StockClassId, CLASSES if both else CLASSES[:1]))
    right = ConversionRight(
        into=StockClassId("common"), price=Price(8 / (Fraction(1) if both else ratio.value), "USD")
    )
    terms = [
        ResultingTerms(
            stock_class=each,
            authorized=Authorized(10_000_000) if each in classes else None,
            conversion=right if each == "series-a" else None,
        )
        for each in map(StockClassId, CLASSES)
    ]
    return builders.stock_split_effected(
        effective_on=EffectiveDay(on.earliest),
        phase=phase,
        stock_classes=classes,
        ratio=ratio,
        fractions=policy,
        resulting=tuple(terms),
    )


splits: Final[st.SearchStrategy[Event]] = st.builds(
    _split,
    _days(0),
    st.booleans(),
    st.sampled_from(RATIOS),
    st.sampled_from(FractionPolicy),
    st.sampled_from([Phase.OPENING, Phase.CLOSE]),
)


def facts_of(families: Iterable[tuple[Builder, _Fields]], *, longest: int) -> st.SearchStrategy[Event]:
    """Return facts of these families, each on a day or within a range of at most ``longest`` further days."""
    return st.one_of(
        *(
            st.fixed_dictionaries({**fields, "effective_on": _days(longest)}).map(
                lambda drawn, build=build: build(**drawn)  # type: ignore[misc]  # one builder each
            )
            for build, fields in families
        )
    )


def _corrected(event: Event, number: int) -> Event:
    return (
        EntryRestated(entry=EntryNumber(number), restated_as=event, reason="Misread.")
        if isinstance(event, Fact)
        else event
    )


def _moves(*, longest: int, with_splits: bool, with_corrections: bool) -> st.SearchStrategy[Event]:
    every = (*SHARE_FACTS, *LEVEL_FACTS, *MONEY_FACTS)
    plain = facts_of(every, longest=longest)
    kinds = [plain, plain, plain]
    if with_splits:
        kinds.append(splits)
    if with_corrections:
        numbers = st.integers(7, 22)
        kinds.append(st.builds(_corrected, plain, numbers))
        kinds.append(
            numbers.map(lambda number: EntryVoided(entries=(EntryNumber(number),), reason="Recorded in error."))
        )
    return st.one_of(*kinds)


def accepted(events: Iterable[Event]) -> list[Event]:
    """Return the events that the rules let through, one after the other."""
    return testing.accepted(recorded(()), events)


def histories(
    *, longest: int = 0, with_splits: bool = True, with_corrections: bool = True, most: int = 12
) -> st.SearchStrategy[list[Event]]:
    """Return lists of events that can be recorded one after the other on top of the opening events.

    Args:
        longest: How many days further the range of an open day reaches at most; 0 for exact days only.
        with_splits: Whether there are splits among them.
        with_corrections: Whether there are voids and restatements among them.
        most: How many events there are at most.
    """
    moves = _moves(longest=longest, with_splits=with_splits, with_corrections=with_corrections)
    return st.lists(moves, min_size=min(4, most), max_size=most).map(accepted)


as_of_days: Final = st.integers(-1, 10).map(lambda n: FIRST + timedelta(days=n))


# --- what may be asked -------------------------------------------------------------------------------------------


def every_figure() -> list[Figure]:
    """Return every figure of the company that is a sum."""
    return [
        *(of_class(stock_class, name) for stock_class in CLASSES for name in CLASS_SUMS),
        *(of_holder(holder, stock_class) for holder in builders.HOLDERS for stock_class in CLASSES),
        *(of_agreement(AgreementId("spa"), name) for name in AGREEMENT_FIGURES),
    ]


Answers = dict[tuple[str, ...], Bounds[Any] | Possible[Any]]


def answers(ledger: Ledger, as_of: date) -> Answers:
    """Return every figure of the cap table and of the commitments that may be a range."""
    table, balances = cap_table(ledger, as_of=as_of), commitments(ledger, as_of=as_of)
    return {**_of_table(table), **_of_commitments(balances)}


def _fields(of: tuple[str, ...], line: attrs.AttrsInstance) -> Iterator[tuple[tuple[str, ...], Any]]:
    for field in attrs.fields(type(line)):
        value = getattr(line, field.name)
        if isinstance(value, Bounds | Possible):
            yield (*of, field.name), value


def _of_table(table: CapTable) -> Answers:
    found: Answers = {}
    for line in table.classes:
        found.update(_fields((line.stock_class,), line))
    for stock_class in CLASSES:
        for holder in builders.HOLDERS:
            found[holder, stock_class, "shares"] = table.shares(holder, stock_class)
    for holding in table.holdings:
        found.update(_fields((holding.holder, holding.stock_class), holding))
    for holder in builders.HOLDERS:
        found[holder, "percent as converted"] = table.percent_as_converted(HolderId(holder))
    return found


def _of_commitments(balances: Commitments) -> Answers:
    found: Answers = {}
    for balance in balances.agreements:
        found.update(_fields((balance.agreement,), balance))
        found.update(_fields((balance.agreement, "shares"), balance.shares))
        for line in balance.tranches:
            found.update(_fields((balance.agreement, str(line.tranche)), line))
        if balance.headroom is not None:
            found.update(_fields((balance.agreement, "headroom"), balance.headroom))
    return found


def within(inner: Bounds[Any] | Possible[Any], outer: Bounds[Any] | Possible[Any]) -> bool:
    """Whether everything that ``inner`` leaves open is left open by ``outer`` too."""
    if isinstance(outer, Possible):
        assert isinstance(inner, Possible)
        return set(inner.values) <= set(outer.values)
    assert isinstance(inner, Bounds)
    from_below = outer.low is None or (inner.low is not None and outer.low <= inner.low)
    from_above = outer.high is None or (inner.high is not None and inner.high <= outer.high)
    return from_below and from_above


def below_zero(ledger: Ledger, as_of: date) -> bool:
    """Whether a position, a reserve, the treasury or an undrawn commitment is below zero by the close of a day."""
    return any(
        breach.key[0] == "below zero" and breach.at <= close_of(as_of)
        for breach in sweep(ledger.standing()).breaches
    )


def sums_by_unit(postings: Iterable[Posting]) -> dict[Any, int]:
    """Return what postings add up to, by unit."""
    sums: dict[Any, int] = {}
    for posting in postings:
        sums[posting.unit] = sums.get(posting.unit, 0) + posting.quantity
    return sums
