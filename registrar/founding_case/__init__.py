"""The founding case: Ascent Solar's Series K of 2017, recorded as an analyst could have, from public pages alone.

The facts stand in ``facts.json`` with their sources. What the pages leave open stays open here: closings are not
public, so each is deduced from the conversion that presupposes it, with the range of days that remains; the day of
the second conversion is not known; the third was announced on 20 June and not dated.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Final

from ledger import (
    AgreementId,
    Authorized,
    Condition,
    ConditionId,
    ConversionRight,
    EffectiveDay,
    HolderId,
    HolderKind,
    IssuerId,
    Ledger,
    Money,
    Price,
    Ratio,
    Recorded,
    Remedy,
    Scope,
    SecurityId,
    Shares,
    StockClassId,
    StockClassKind,
    Tranche,
    TrancheId,
    between,
    on,
)
from ledger.events import (
    AgreementSigned,
    AuthorizedSharesChanged,
    Certainty,
    EntryRestated,
    Event,
    HolderRegistered,
    IssuerRegistered,
    PreferredIssued,
    RegisterScopeDeclared,
    SharesConverted,
    StockClassDesignated,
    TrancheClosed,
)
from registrar.founding_case.facts import EVENTS, FACTS, evidence, source

ISSUER: Final = IssuerId("ascent-solar")
BOONE: Final = HolderId("boone")
COMMON: Final = StockClassId("common")
SERIES_K: Final = StockClassId("series-k")
AGREEMENT: Final = AgreementId("series-k-purchase")
ACTOR: Final = "analyst"

SIGNED: Final = date(2017, 2, 8)
_ANNOUNCED: Final = date(2017, 2, 14)
_FIRST_RELEASE: Final = date(2017, 5, 9)
_SECOND_RELEASE: Final = date(2017, 6, 20)
_NOT_BEFORE: Final = date(2017, 5, 10)
"""The release of 9 May counts one conversion; whatever else happened by 20 June came after it."""


def company() -> list[Event]:
    """Return the issuer and its common stock as they stood when the agreement was signed."""
    opened = date(2016, 9, 15)
    return [
        IssuerRegistered(
            effective_on=on(opened),
            issuer=ISSUER,
            legal_name=FACTS["issuer"]["legal_name"],
            jurisdiction="US-DE",
            time_zone="America/Denver",
            cik=FACTS["issuer"]["cik"],
            ticker=FACTS["issuer"]["ticker"],
            note="The company is older; this record begins with the increase of its authorized shares.",
        ),
        StockClassDesignated(
            effective_on=on(opened),
            stock_class=COMMON,
            class_kind=StockClassKind.COMMON,
            title="Common Stock",
            authorized=Authorized(EVENTS["auth-2016"]["facts"]["to"]),
            evidence=source("corresp201702"),
        ),
        RegisterScopeDeclared(
            effective_on=on(opened),
            stock_class=COMMON,
            scope=Scope.PARTIAL,
            note="Only holders that public pages name are recorded.",
        ),
    ]


def agreement() -> list[Event]:
    """Return what was known on 14 February: Series K, the investor and the agreement."""
    facts = EVENTS["k-spa"]["facts"]
    return [
        StockClassDesignated(
            effective_on=on(SIGNED),
            stock_class=SERIES_K,
            class_kind=StockClassKind.PREFERRED,
            title="Series K Convertible Preferred Stock",
            authorized=Authorized.UNKNOWN,
            stated_value=Price(facts["price_per_share"], "USD"),
            conversion=ConversionRight(into=COMMON, price=Price(facts["fixed_conversion_price"], "USD")),
            disclosed_on=_ANNOUNCED,
            evidence=evidence("k-spa"),
            note="The certificate of designation was not found: authorized number and limits are not known.",
        ),
        RegisterScopeDeclared(
            effective_on=on(SIGNED),
            stock_class=SERIES_K,
            scope=Scope.PARTIAL,
            note="No closing is public.",
        ),
        HolderRegistered(
            effective_on=on(SIGNED),
            holder=BOONE,
            holder_kind=HolderKind.ORGANISATION,
            legal_name=facts["holder"],
            disclosed_on=_ANNOUNCED,
            evidence=evidence("k-spa"),
        ),
        AgreementSigned(
            effective_on=on(SIGNED),
            agreement=AGREEMENT,
            investor=BOONE,
            title="Securities Purchase Agreement, Series K",
            commitment=Money(facts["commitment"], "USD"),
            buys=SERIES_K,
            price=Price(facts["price_per_share"], "USD"),
            tranches=tuple(_tranche(number, part) for number, part in enumerate(facts["schedule"], 1)),
            remedy=Remedy(redeemable=Ratio("1/2"), price=Price("0.01", "USD")),
            disclosed_on=_ANNOUNCED,
            evidence=evidence("k-spa"),
            note=facts["default_right"],
        ),
    ]


def _tranche(number: int, part: dict[str, str]) -> Tranche:
    condition = part.get("condition")
    return Tranche(
        tranche=TrancheId(f"tranche-{number}"),
        due_on=date.fromisoformat(part["on_or_before"]),
        amount=Money(part["amount"], "USD"),
        shares=Shares(part["shares"]),
        conditions=(Condition(condition=ConditionId("use-of-proceeds"), text=condition),) if condition else (),
    )


def _converted(fact: str, number: int, days: EffectiveDay, certainty: Certainty, note: str | None) -> list[Event]:
    """Return a conversion, and the closing and issue that it presupposes."""
    facts, disclosed = EVENTS[fact]["facts"], days.latest if number == 4 else None
    percent = facts.get("disclosed_percent")
    lot = SecurityId(f"K-{number}")
    bought = EffectiveDay(SIGNED, days.latest)
    why = "Deduced: what was converted had been paid for and issued before; no closing is public."
    return [
        TrancheClosed(
            effective_on=bought,
            agreement=AGREEMENT,
            closed=Money(facts["value"], "USD"),
            certainty=Certainty.DEDUCED,
            note=why,
            evidence=evidence(fact),
        ),
        PreferredIssued(
            effective_on=bought,
            holder=BOONE,
            stock_class=SERIES_K,
            issued=Shares(facts["preferred_shares"]),
            security=lot,
            agreement=AGREEMENT,
            certainty=Certainty.DEDUCED,
            note=f"{why} The lot is named by this record; certificate numbers are not known.",
            evidence=evidence(fact),
        ),
        SharesConverted(
            effective_on=days,
            holder=BOONE,
            from_class=SERIES_K,
            surrendered=Shares(facts["preferred_shares"]),
            to_class=COMMON,
            received=Shares(facts["common_shares"]),
            security=lot,
            disclosed_on=disclosed or (_FIRST_RELEASE if number == 1 else _SECOND_RELEASE),
            certainty=certainty,
            note=note,
            evidence=evidence(fact, f"{percent}%" if percent else None),
        ),
    ]


def first_conversion() -> list[Event]:
    """Return what the release of 9 May and the Form 4 add; and what the release implies for the charter."""
    return [
        *_converted("k-conv-1", 1, on("2017-05-05"), Certainty.STATED, None),
        AuthorizedSharesChanged(
            effective_on=between("2017-02-09", _FIRST_RELEASE),
            stock_class=COMMON,
            authorized=Authorized(EVENTS["auth-2017"]["facts"]["to"]),
            authority="Increase proposed to stockholders in the preliminary proxy statement of 23 January 2017",
            certainty=Certainty.DEDUCED,
            note=(
                "2,000,000,000 were authorized when the agreement was signed; 200,000,000 shares as 4.6% imply at"
                " least 4,301,075,269 outstanding on 9 May, so the proposed increase was in force by then."
            ),
            evidence=(*source("corresp201702"), *evidence("k-conv-1")[:1]),
        ),
    ]


def second_conversion() -> list[Event]:
    """Return what the release of 20 June implies: a conversion that no release tells of."""
    days = between(_NOT_BEFORE, _SECOND_RELEASE)
    return _converted("k-conv-2", 2, days, Certainty.DEDUCED, EVENTS["k-conv-2"]["note"])


def third_conversion() -> list[Event]:
    """Return what the release of 20 June announces, without saying on which day it was."""
    return _converted(
        "k-conv-3",
        3,
        between(_NOT_BEFORE, _SECOND_RELEASE),
        Certainty.STATED,
        "The count is stated; the day is deduced: after the release of 9 May, and by that of 20 June.",
    )


def _as_first_recorded() -> list[Event]:
    """Return what the release of 20 June adds, as it was first recorded: the third conversion on its day."""
    return [
        *second_conversion(),
        *_converted("k-conv-3", 3, on(_SECOND_RELEASE), Certainty.STATED, None),
    ]


def third_conversion_restated(ledger: Ledger) -> list[Event]:
    """Return the correction: the release announces the third conversion, and does not say on which day it was."""
    entry = next(
        entry
        for entry in ledger.entries()
        if isinstance(entry.event, SharesConverted) and entry.event.security == SecurityId("K-3")
    )
    *_, restated = third_conversion()
    assert isinstance(restated, SharesConverted)
    return [
        EntryRestated(
            entry=entry.number,
            restated_as=restated,
            reason="The release of 20 June announces the conversion; it does not say that it happened on that day.",
        )
    ]


def later_news() -> list[Event]:
    """Return what an article of 4 August adds about 1 August: a fact that is recorded after it took effect."""
    return _converted(
        "k-conv-4", 4, on("2017-08-01"), Certainty.STATED, "Common shares at the fixed price of $0.0040."
    )


Tell = Callable[[datetime], None]


def _do_not_tell(now: datetime) -> None:
    """Leave the ledger to its own clock."""


def record_founding_case(ledger: Ledger, at: Tell = _do_not_tell) -> list[Recorded]:
    """Record the founding case through June 2017, one command for each day on which something became known.

    Args:
        ledger: An empty ledger.
        at: Told the time at which each command would have been recorded, for a ledger whose clock is set by hand.
    """
    steps: list[tuple[datetime, str, Callable[[], list[Event]]]] = [
        (datetime(2017, 2, 14, 22, tzinfo=UTC), "series-k-agreement", lambda: [*company(), *agreement()]),
        (datetime(2017, 5, 9, 22, tzinfo=UTC), "release-2017-05-09", first_conversion),
        (datetime(2017, 6, 20, 22, tzinfo=UTC), "release-2017-06-20", _as_first_recorded),
        (
            datetime(2017, 6, 21, 15, tzinfo=UTC),
            "third-conversion-restated",
            lambda: third_conversion_restated(ledger),
        ),
    ]
    outcomes = []
    for now, command, events in steps:
        at(now)
        outcomes.append(ledger.record(*events(), actor=ACTOR, command=command))
    return outcomes
