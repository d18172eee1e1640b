"""How facts become events: their days, their pages, and what is deduced from them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs

from ledger import (
    AgreementId,
    Authorized,
    ConversionRight,
    EffectiveDay,
    FractionPolicy,
    HolderId,
    HolderKind,
    Money,
    Personal,
    Phase,
    Price,
    Ratio,
    Scope,
    SecurityId,
    Shares,
    StockClassId,
    StockClassKind,
    Tranche,
    between,
    on,
)
from ledger.commands import SplitStock
from ledger.events import (
    AgreementSigned,
    Certainty,
    Event,
    HolderRegistered,
    ListingChanged,
    OutstandingReported,
    PreferredIssued,
    RegisterScopeDeclared,
    SharesConverted,
    StockClassDesignated,
    StockholdersVoted,
    TrancheClosed,
)
from ledger.identity import Count
from registrar.founding_case import COMMON
from registrar.founding_case.facts import EVENTS, FACTS, evidence, source, stated

if TYPE_CHECKING:
    from ledger import Ledger

RECORD_BEGINS: Final = "2014-04-01"
"""The day of the first fact; the company is older."""
USD: Final = "USD"


def usd(fact: str, *names: str) -> Money:
    """Return an amount of money that a fact states."""
    return Money(stated(fact, *names), USD)


def each(fact: str, name: str) -> Price:
    """Return a price for a share that a fact states."""
    return Price(stated(fact, name), USD)


def count(fact: str, name: str) -> Shares:
    """Return a number of shares that a fact states."""
    return Shares(stated(fact, name))


def told(
    fact: str, days: EffectiveDay | None = None, *, deduced: str | None = None, printed: str | None = None
) -> dict[str, Any]:
    """Return when a fact took effect, what shows it, and whether it is deduced.

    Args:
        fact: Which.
        days: The days that it leaves open; the day that it names when not given.
        deduced: How what is recorded follows from it, where it does not say so itself.
        printed: The figure as printed, where it is rounded or cut off.
    """
    said = EVENTS[fact]
    note = deduced or (_sentence(said["note"]) if "note" in said else None)
    is_deduced = deduced is not None or said["confidence"] == "derived"
    return {
        "effective_on": days or on(said["date"]),
        "evidence": evidence(fact, printed),
        "certainty": Certainty.DEDUCED if is_deduced else Certainty.STATED,
        "note": note,
    }


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:].rstrip('.')}."


def within(fact: str, earliest: str) -> EffectiveDay:
    """Return the days from one on up to the day that a fact names."""
    return between(earliest, EVENTS[fact]["date"])


def party(fact: str, holder: HolderId, name: str, days: EffectiveDay | None = None) -> HolderRegistered:
    """Return an organisation as it becomes known by a fact."""
    return HolderRegistered(**told(fact, days), holder=holder, holder_kind=HolderKind.ORGANISATION, legal_name=name)


def unnamed(fact: str, holder: HolderId, whose: str, days: EffectiveDay | None = None) -> HolderRegistered:
    """Return a party of whom it is known what it did, and not who it is."""
    return party(fact, holder, f"{whose} (not named in what was found)", days)


def person(fact: str, holder: HolderId, name: str, days: EffectiveDay | None = None) -> HolderRegistered:
    """Return a natural person as they become known by a fact."""
    return HolderRegistered(
        **told(fact, days), holder=holder, holder_kind=HolderKind.NATURAL_PERSON, name=Personal(name)
    )


def series(
    fact: str,
    name: str,
    days: EffectiveDay | None = None,
    *,
    stated_value: str | None = None,
    fixed_price: str | None = None,
    decimals: Count | None = None,
) -> list[Event]:
    """Return a series of preferred as it becomes known by a fact. Its certificate of designation was not found."""
    more: dict[str, Any] = {} if decimals is None else {"decimals": decimals}
    if fixed_price is not None:
        more["conversion"] = ConversionRight(into=COMMON, price=Price(fixed_price, USD))
    said = told(fact, days)
    return [
        StockClassDesignated(
            **said,
            **more,
            stock_class=class_of(name),
            class_kind=StockClassKind.PREFERRED,
            title=f"Series {name} Preferred Stock",
            authorized=Authorized.UNKNOWN,
            stated_value=None if stated_value is None else Price(stated_value, USD),
        ),
        RegisterScopeDeclared(
            **{**said, "note": "Only what public pages tell is recorded."},
            stock_class=class_of(name),
            scope=Scope.PARTIAL,
        ),
    ]


def class_of(name: str) -> StockClassId:
    """Return the class of a series by its letter."""
    return StockClassId(f"series-{name.lower()}")


def bought(fact: str, name: str, number: int, shares: Shares, paid: Money, days: EffectiveDay) -> list[Event]:
    """Return a closing that is deduced, and the lot of preferred that was issued at it.

    Args:
        fact: What presupposes it.
        name: Series.
        number: Number of the lot in this record.
        shares: Shares issued.
        paid: Money paid in.
        days: Days on which it may have been.
    """
    why = "Deduced: what is told presupposes it; no closing is public. The lot is named by this record."
    return closing(told(fact, days, deduced=why), name, number, shares, paid)


def closing(
    said: dict[str, Any], name: str, number: int, shares: Shares, paid: Money, holder: HolderId | None = None
) -> list[Event]:
    """Return a closing under the agreement of a series, and the lot of preferred that was issued at it."""
    agreement = purchase_of(name)
    return [
        TrancheClosed(**said, agreement=agreement, closed=paid),
        PreferredIssued(
            **said,
            holder=holder or investor_in(name),
            stock_class=class_of(name),
            issued=shares,
            security=lot(name, number),
            agreement=agreement,
        ),
    ]


def purchase(
    said: dict[str, Any],
    name: str,
    commitment: Money,
    price: Price | None,
    *tranches: Tranche,
    investor: HolderId | None = None,
    buys: StockClassId | None = None,
) -> AgreementSigned:
    """Return the agreement by which a series is bought."""
    return AgreementSigned(
        **said,
        agreement=purchase_of(name),
        investor=investor or investor_in(name),
        title=f"Securities Purchase Agreement, Series {name}",
        commitment=commitment,
        buys=buys or class_of(name),
        price=price,
        tranches=tranches,
    )


def purchase_of(name: str) -> AgreementId:
    """Return the agreement by which a series is bought."""
    return AgreementId(f"series-{name.lower()}-purchase")


def investor_in(name: str) -> HolderId:
    """Return the investor of a series that nobody names."""
    return HolderId(f"series-{name.lower()}-investor")


def lot(name: str, number: int) -> SecurityId:
    """Return a lot of a series; certificate numbers are not known."""
    return SecurityId(f"{name}-{number}")


def converted(
    said: dict[str, Any],
    name: str,
    surrendered: Shares,
    received: Shares,
    *,
    security: SecurityId,
    holder: HolderId | None = None,
) -> SharesConverted:
    """Return a conversion of preferred into common."""
    return SharesConverted(
        **said,
        holder=holder or investor_in(name),
        from_class=class_of(name),
        surrendered=surrendered,
        to_class=COMMON,
        received=received,
        security=security,
    )


def ratio_of(fact: str) -> Ratio:
    """Return new shares for one old share, as a fact about a split states both."""
    return Ratio(f"{stated(fact, 'ratio_new')}/{stated(fact, 'ratio_old')}")


_ROUNDED_UP: Final = (
    "What became of fractions was not found. They are rounded up for each holder, as at those splits of the company"
    " of which it is told."
)


def split(
    ledger: Ledger, fact: str, authorized: Authorized, phase: Phase = Phase.CLOSE, printed: str | None = None
) -> list[Event]:
    """Return a reverse split with the terms that follow from it, and what shows it.

    Args:
        ledger: What is recorded up to then.
        fact: Which split.
        authorized: Shares authorized afterwards.
        phase: Part of the day.
        printed: Words of the source about its figures.
    """
    rounded = EVENTS[fact]["facts"].get("fractions")
    said = told(fact, deduced=None if rounded else _ROUNDED_UP, printed=printed)
    day = said["effective_on"].latest
    command = SplitStock(
        stock_class=COMMON,
        ratio=ratio_of(fact),
        on=day,
        phase=phase,
        fractions=FractionPolicy.UP,
        authorized=authorized,
    )
    first: dict[str, Any] = {"place": Count(0)}  # what is counted after the split that day has no place
    return [attrs.evolve(event, **said, **first) for event in command.events(ledger)]


def voted(
    fact: str, broker_non_votes: Shares, printed: str | None = None, note: str | None = None
) -> StockholdersVoted:
    """Return a vote with its counts."""
    return StockholdersVoted(
        **{**told(fact, printed=printed), "note": note},
        proposal=stated(fact, "proposal").capitalize(),
        votes_for=count(fact, "for"),
        withheld=count(fact, "withheld"),
        broker_non_votes=broker_non_votes,
    )


def symbol(fact: str, now: str, days: EffectiveDay | None = None, deduced: str | None = None) -> ListingChanged:
    """Return a change of symbol."""
    return ListingChanged(
        **told(fact, days, deduced=deduced), stock_class=COMMON, symbol=now, reason="Reverse split"
    )


def reported(date_of: str, shares: str, report: str, phase: Phase = Phase.ORDINARY) -> OutstandingReported:
    """Return a count of shares outstanding as somebody reported it, rounded."""
    line = next(line for line in FACTS["share_counts"] if (line["date"], line["shares"]) == (date_of, shares))
    return OutstandingReported(
        effective_on=on(date_of),
        phase=phase,
        stock_class=COMMON,
        outstanding=Shares(shares),
        report=report,
        evidence=source(line["source"], f"{Shares(shares):,} ({line['note']})"),
        note="Rounded as printed.",
    )
