"""Small companies with a past that the rules accept, drawn by Hypothesis; and a clock that goes when looked at.

What may happen is drawn blindly and recorded one event after the other; what the rules refuse is left out. So a
history is accepted because the ledger accepted it, and a failing test prints the events that happened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from hypothesis import strategies as st

from ledger.days import EffectiveDay, Phase
from ledger.errors import RuleBroken
from ledger.events import (
    AgreementSigned,
    AuthorizedSharesChanged,
    ClassTermsAmended,
    CommitmentLapsed,
    CommonIssued,
    EntryRestated,
    EntryVoided,
    Event,
    Fact,
    HolderMerged,
    HolderRegistered,
    HolderRenamed,
    IssuerRegistered,
    PreferredIssued,
    RegisterScopeDeclared,
    ReserveReleased,
    ResultingTerms,
    SharesCancelled,
    SharesConverted,
    SharesRepurchased,
    SharesReserved,
    SharesRetired,
    SharesTransferred,
    StockClassDesignated,
    StockSplitEffected,
    TrancheClosed,
    TreasurySharesReissued,
)
from ledger.identity import AgreementId, EntryNumber, HolderId, IssuerId, ReserveId, StockClassId, TrancheId
from ledger.journal import Ledger
from ledger.movements import HolderKind, Scope, StockClassKind
from ledger.personal import Personal
from ledger.quantities import Authorized, FractionPolicy, Money, Price, Ratio, Shares
from ledger.terms.commitment import Tranche
from ledger.terms.conversion import ConversionRight

FOUNDED: Final = date(2026, 1, 1)
"""The day on which every company of this module is founded."""
LAST_DAY: Final = FOUNDED + timedelta(days=30)
"""The last day on which something happens to it."""
COMMON: Final = StockClassId("common")
PREFERRED: Final = StockClassId("preferred")
HOLDERS: Final = (HolderId("ada"), HolderId("bob"), HolderId("fund"))
AGREEMENT: Final = AgreementId("purchase")
_RESERVE: Final = ReserveId("plan")
_TRANCHES: Final = (TrancheId("t1"), TrancheId("t2"))
_CONVERTS_AT: Final = Ratio(2)
_DEAL: Final = Money(100_000, "USD")


def ticking(
    start: datetime = datetime(2026, 1, 1, 12, tzinfo=UTC), step: timedelta = timedelta(minutes=1)
) -> Callable[[], datetime]:
    """Return a clock that is a step later at each look, for ``Ledger.in_memory(clock=ticking())``."""
    now = start - step

    def look() -> datetime:
        nonlocal now
        now += step
        return now

    return look


def recorded(events: Iterable[Event], *, as_stated: bool = False) -> Ledger:
    """Return a ledger in memory in which each event is a command of its own, recorded by a ticking clock.

    Args:
        events: What happened, the registration of the issuer first.
        as_stated: Whether what does not fit is a finding and not refused.
    """
    ledger = Ledger.in_memory(clock=ticking())
    for event in events:
        ledger.record(event, as_stated=as_stated)
    return ledger


def accepted(ledger: Ledger, events: Iterable[Event]) -> list[Event]:
    """Record one event after the other, and return those that the rules let through."""
    found = []
    for event in events:
        try:
            ledger.record(event)
        except RuleBroken:
            continue
        found.append(event)
    return found


# --- how a company begins -----------------------------------------------------------------------------------


def foundings() -> st.SearchStrategy[list[Event]]:
    """Return the events that found a company: two classes, three holders, and what a company soon has.

    That is: first shares, and often an agreement, shares in treasury and a reserve. The preferred stock converts at
    two for one. The agreement promises 100,000 USD for preferred stock at 10 USD a share: a tranche, another one
    with a later day, and some money without.
    """
    return st.builds(
        _founding,
        st.sampled_from([4_000, 50_000, 10_000_000]).map(Authorized),
        st.integers(100, 1_000).map(Shares),
        with_agreement=st.sampled_from([True, True, False]),
        with_treasury=st.booleans(),
        with_reserve=st.booleans(),
    )


def _founding(
    authorized: Authorized, first: Shares, *, with_agreement: bool, with_treasury: bool, with_reserve: bool
) -> list[Event]:
    on, (ada, bob, fund) = EffectiveDay(FOUNDED), HOLDERS
    events: list[Event] = [
        IssuerRegistered(
            effective_on=on,
            issuer=IssuerId("acme"),
            legal_name="Acme, Inc.",
            jurisdiction="US-DE",
            time_zone="UTC",
        ),
        StockClassDesignated(
            effective_on=on,
            stock_class=COMMON,
            class_kind=StockClassKind.COMMON,
            title="Common Stock",
            authorized=authorized,
            votes_per_share=Ratio(1),
        ),
        StockClassDesignated(
            effective_on=on,
            stock_class=PREFERRED,
            class_kind=StockClassKind.PREFERRED,
            title="Preferred Stock",
            authorized=authorized,
            conversion=ConversionRight(into=COMMON, ratio=_CONVERTS_AT),
        ),
        *map(_holder, HOLDERS),
        CommonIssued(effective_on=on, holder=ada, stock_class=COMMON, issued=first),
        CommonIssued(effective_on=on, holder=bob, stock_class=COMMON, issued=first),
        PreferredIssued(effective_on=on, holder=fund, stock_class=PREFERRED, issued=first),
    ]
    if with_agreement:
        events.append(_agreement())
    if with_treasury:
        events.append(SharesRepurchased(effective_on=on, holder=ada, stock_class=COMMON, repurchased=Shares(60)))
    if with_reserve:
        events.append(_reserved(on, Shares(200)))
    return events


def _reserved(on: EffectiveDay, shares: Shares) -> Event:
    return SharesReserved(
        effective_on=on,
        stock_class=COMMON,
        reserve=_RESERVE,
        reserved=shares,
        purpose="Equity incentive plan",
    )


def _holder(holder: HolderId) -> Event:
    on = EffectiveDay(FOUNDED)
    if holder == HOLDERS[-1]:
        kind = HolderKind.ORGANISATION
        return HolderRegistered(effective_on=on, holder=holder, holder_kind=kind, legal_name="Fund LP")
    name = Personal(f"{holder.title()} Quill")
    return HolderRegistered(effective_on=on, holder=holder, holder_kind=HolderKind.NATURAL_PERSON, name=name)


def _agreement() -> Event:
    part = Money(40_000, "USD")
    return AgreementSigned(
        effective_on=EffectiveDay(FOUNDED),
        agreement=AGREEMENT,
        investor=HOLDERS[-1],
        title="Securities Purchase Agreement",
        commitment=_DEAL,
        buys=PREFERRED,
        price=Price(10, "USD"),
        tranches=tuple(
            Tranche(tranche=name, due_on=FOUNDED + timedelta(days=10 * place), amount=part)
            for place, name in enumerate(_TRANCHES, 1)
        ),
    )


# --- what may happen to it ----------------------------------------------------------------------------------


def _moves(longest: int, *, with_splits: bool, with_corrections: bool) -> st.SearchStrategy[Event]:
    """Return what may happen to a company; much of it may be against its rules."""
    when = _days(longest)
    holder, count = st.sampled_from(HOLDERS), st.integers(1, 120).map(Shares)
    stock_class, dollars = st.sampled_from([COMMON, PREFERRED]), st.integers(1, 60).map(_thousands)
    tranche = st.sampled_from([*_TRANCHES, None])
    of_common: dict[str, Any] = {"effective_on": when, "stock_class": st.just(COMMON)}
    of_either: dict[str, Any] = {"effective_on": when, "stock_class": stock_class}
    of_agreement: dict[str, Any] = {"effective_on": when, "agreement": st.just(AGREEMENT), "tranche": tranche}
    facts: list[st.SearchStrategy[Event]] = [
        st.builds(CommonIssued, **of_common, holder=holder, issued=count),
        st.builds(PreferredIssued, effective_on=when, stock_class=st.just(PREFERRED), holder=holder, issued=count),
        st.builds(_transfer, st.permutations(HOLDERS), **of_either, transferred=count),
        st.builds(_conversion, st.just(HOLDERS[-1]) | holder, count, when),
        st.builds(SharesCancelled, **of_either, holder=holder, cancelled=count, reason=st.just("In error.")),
        st.builds(SharesRepurchased, **of_common, holder=holder, repurchased=count),
        st.builds(TreasurySharesReissued, **of_common, holder=holder, reissued=count),
        st.builds(SharesRetired, **of_common, retired=count),
        st.builds(_reserved, when, count),
        st.builds(ReserveReleased, **of_common, reserve=st.just(_RESERVE), released=count),
        st.builds(TrancheClosed, **of_agreement, closed=dollars),
        st.builds(CommitmentLapsed, **of_agreement, lapsed=dollars),
        st.builds(
            AuthorizedSharesChanged,
            **of_either,
            authorized=st.integers(500, 20_000_000).map(Authorized),
            authority=st.just("Certificate of Amendment"),
        ),
        st.builds(ClassTermsAmended, **of_either, votes_per_share=st.sampled_from([Ratio(1), Ratio(3)])),
        st.builds(HolderRenamed, effective_on=when, holder=st.just(HOLDERS[-1]), legal_name=st.just("Fund II LP")),
        st.builds(_merger, st.permutations(HOLDERS), when),
        st.builds(RegisterScopeDeclared, **of_either, scope=st.sampled_from(Scope)),
    ]
    if with_splits:
        ratios = st.sampled_from(["2", "3/2", "1/3", "1/10"]).map(Ratio)
        facts.append(st.builds(_split, _days(0), ratios, st.sampled_from(FractionPolicy)))
    if not with_corrections:
        return st.one_of(facts)
    number = st.integers(7, 14).map(EntryNumber)  # the first shares, and what came soon after
    void = st.builds(EntryVoided, entries=st.tuples(number), reason=st.just("Recorded in error."))
    restatement = st.builds(_restatement, st.one_of(facts), number)
    return st.one_of([*facts, void, restatement])


def _days(longest: int) -> st.SearchStrategy[EffectiveDay]:
    """Return days, and ranges that reach at most ``longest`` days further."""
    most = (LAST_DAY - FOUNDED).days
    return st.builds(
        lambda start, length: EffectiveDay(
            FOUNDED + timedelta(days=start), FOUNDED + timedelta(days=min(start + length, most))
        ),
        st.integers(0, most),
        st.integers(0, longest),
    )


def _thousands(count: int) -> Money:
    return Money(1_000 * count, "USD")


def _transfer(holders: list[HolderId], **fields: Any) -> Event:
    return SharesTransferred(from_holder=holders[0], to_holder=holders[1], **fields)


def _merger(holders: list[HolderId], when: EffectiveDay) -> Event:
    return HolderMerged(effective_on=when, holder=holders[0], into=holders[1])


def _conversion(holder: HolderId, surrendered: Shares, when: EffectiveDay) -> Event:
    return SharesConverted(
        effective_on=when,
        holder=holder,
        from_class=PREFERRED,
        surrendered=surrendered,
        to_class=COMMON,
        received=surrendered * _CONVERTS_AT,
    )


def _split(when: EffectiveDay, ratio: Ratio, policy: FractionPolicy) -> Event:
    """Return a split of the common stock; the right of the preferred stock follows exactly."""
    right = ConversionRight(into=COMMON, ratio=Ratio(_CONVERTS_AT.value * ratio.value))
    return StockSplitEffected(
        effective_on=when,
        phase=Phase.OPENING,
        stock_classes=(COMMON,),
        ratio=ratio,
        fractions=policy,
        resulting=(
            ResultingTerms(stock_class=COMMON, authorized=Authorized(20_000_000)),
            ResultingTerms(stock_class=PREFERRED, conversion=right),
        ),
    )


def _restatement(event: Event, number: EntryNumber) -> Event:
    assert isinstance(event, Fact), "only facts are drawn"
    return EntryRestated(entry=number, restated_as=event, reason="Misread the form.")


# --- whole pasts --------------------------------------------------------------------------------------------


def histories(
    *, most: int = 12, longest: int = 0, with_splits: bool = True, with_corrections: bool = True
) -> st.SearchStrategy[list[Event]]:
    """Return the pasts of small companies: events that can be recorded one after the other in an empty ledger.

    Args:
        most: How many events there are at most after the founding.
        longest: How many days further the range of a day that is not known reaches at most; 0 for exact days only.
        with_splits: Whether there are splits of the common stock among them.
        with_corrections: Whether there are voids and restatements among them.
    """
    moves = _moves(longest, with_splits=with_splits, with_corrections=with_corrections)
    return st.builds(_past, foundings(), st.lists(moves, max_size=most), in_order=st.booleans())


def _past(founding: list[Event], moves: list[Event], *, in_order: bool) -> list[Event]:
    """Return what the rules let through; news that come in the order of their days let more through."""
    if in_order:
        moves = sorted(moves, key=_day_of)
    return [*founding, *accepted(recorded(founding), moves)]


def _day_of(event: Event) -> date:
    return event.effective_on.latest if isinstance(event, Fact) else LAST_DAY


def ledgers(
    *, most: int = 12, longest: int = 0, with_splits: bool = True, with_corrections: bool = True
) -> st.SearchStrategy[Ledger]:
    """Return ledgers in memory that hold such a past; see ``histories``.

    A test that draws histories, and records them itself, prints what happened when it fails.
    """
    return histories(most=most, longest=longest, with_splits=with_splits, with_corrections=with_corrections).map(
        recorded
    )


def days_asked() -> st.SearchStrategy[date]:
    """Return days to ask about: from the founding of a company to some days after the last thing happened to it."""
    return st.integers(0, (LAST_DAY - FOUNDED).days + 3).map(lambda days: FOUNDED + timedelta(days=days))
