"""Make two files of an invented company: as its auditor got it after 2024, and as it is after 2025.

heron-2024.db has 12 entries, the last recorded on 2024-11-05
heron-2025.db has 20 entries, the last recorded on 2026-01-08
"""

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

from ledger import (
    AgreementId,
    Authorized,
    ConversionRight,
    EntryNumber,
    HolderId,
    HolderKind,
    IssuerId,
    Ledger,
    Money,
    Price,
    Ratio,
    SecurityId,
    Shares,
    StockClassId,
    StockClassKind,
    Tranche,
    TrancheId,
    on,
)
from ledger.events import (
    AgreementSigned,
    CommonIssued,
    EntryRestated,
    Event,
    Evidence,
    HolderRegistered,
    IssuerRegistered,
    PreferredIssued,
    SharesConverted,
    SharesRepurchased,
    SharesTransferred,
    StockClassDesignated,
    TrancheClosed,
)

COMMON, SERIES_A = StockClassId("common"), StockClassId("series-a")
MARSH, OSEI, TIDEWAY = HolderId("marsh"), HolderId("osei"), HolderId("tideway")
PURCHASE = AgreementId("series-a-spa")
FOUNDED, SIGNED = on("2024-01-15"), on("2024-03-01")


class Calendar:
    """Stands in for the clock of the machine on which the record was kept."""

    def __init__(self) -> None:
        self.now = datetime(2024, 1, 1, tzinfo=UTC)

    def turn_to(self, day: str) -> None:
        self.now = datetime.fromisoformat(f"{day}T15:30:00+00:00")

    def __call__(self) -> datetime:
        return self.now


def papers(*documents: str) -> tuple[Evidence, ...]:
    return tuple(Evidence(document=document) for document in documents)


def founding() -> list[Event]:
    charter = papers("Certificate of Incorporation, 15 January 2024")
    consent = "Board consent of 15 January 2024"
    return [
        IssuerRegistered(
            effective_on=FOUNDED,
            issuer=IssuerId("heron"),
            legal_name="Heron Tidal Power, Inc.",
            jurisdiction="US-DE",
            time_zone="America/New_York",
            evidence=charter,
        ),
        StockClassDesignated(
            effective_on=FOUNDED,
            stock_class=COMMON,
            class_kind=StockClassKind.COMMON,
            title="Common Stock",
            authorized=Authorized(5_000_000),
            votes_per_share=Ratio(1),
            evidence=charter,
        ),
        *(
            HolderRegistered(
                effective_on=FOUNDED,
                holder=holder,
                holder_kind=HolderKind.ORGANISATION,
                legal_name=name,
                evidence=charter,
            )
            for holder, name in ((MARSH, "Marsh Family Trust"), (OSEI, "Osei Holding LLC"))
        ),
        *(
            CommonIssued(
                effective_on=FOUNDED,
                holder=holder,
                stock_class=COMMON,
                issued=Shares(count),
                authority=consent,
                evidence=papers(consent),
            )
            for holder, count in ((MARSH, 1_500_000), (OSEI, 1_000_000))
        ),
    ]


def round_a() -> list[Event]:
    contract = papers("Series A Purchase Agreement, 1 March 2024")
    days = ("2024-03-29", "2024-09-30", "2025-03-31", "2025-09-30")
    return [
        StockClassDesignated(
            effective_on=SIGNED,
            stock_class=SERIES_A,
            class_kind=StockClassKind.PREFERRED,
            title="Series A Preferred Stock",
            authorized=Authorized(400_000),
            votes_per_share=Ratio(1),
            conversion=ConversionRight(into=COMMON, ratio=Ratio(1)),
            evidence=papers("Certificate of Amendment, 29 February 2024"),
        ),
        HolderRegistered(
            effective_on=SIGNED,
            holder=TIDEWAY,
            holder_kind=HolderKind.ORGANISATION,
            legal_name="Tideway Fund LP",
            evidence=contract,
        ),
        AgreementSigned(
            effective_on=SIGNED,
            agreement=PURCHASE,
            investor=TIDEWAY,
            title="Series A Purchase Agreement",
            commitment=Money("2400000", "USD"),
            buys=SERIES_A,
            price=Price("6", "USD"),
            tranches=tuple(
                Tranche(tranche=TrancheId(f"t{n}"), due_on=date.fromisoformat(day), amount=Money("600000", "USD"))
                for n, day in enumerate(days, 1)
            ),
            evidence=contract,
        ),
    ]


def closing(number: int, day: str, dollars: int) -> list[Event]:
    tranche, shown = TrancheId(f"t{number}"), papers(f"Closing certificate, {day}", f"Bank advice, {day}")
    return [
        TrancheClosed(
            effective_on=on(day), agreement=PURCHASE, tranche=tranche, closed=Money(dollars, "USD"), evidence=shown
        ),
        PreferredIssued(
            effective_on=on(day),
            holder=TIDEWAY,
            stock_class=SERIES_A,
            issued=Shares(dollars // 6),
            security=SecurityId(f"PA-{number}"),
            agreement=PURCHASE,
            tranche=tranche,
            authority="Board consent of 28 February 2024",
            evidence=shown,
        ),
    ]


def sold(count: int, *documents: str) -> SharesTransferred:
    return SharesTransferred(
        effective_on=on("2024-11-04"),
        from_holder=OSEI,
        to_holder=MARSH,
        stock_class=COMMON,
        transferred=Shares(count),
        evidence=papers(*documents),
    )


def first_year(ledger: Ledger, calendar: Calendar) -> None:
    calendar.turn_to("2024-01-16")
    ledger.record(*founding(), actor="counsel", command="founding")
    calendar.turn_to("2024-03-04")
    ledger.record(*round_a(), actor="counsel", command="series-a")
    calendar.turn_to("2024-03-29")
    ledger.record(*closing(1, "2024-03-29", 600_000), actor="paralegal", command="closing-1")
    calendar.turn_to("2024-11-05")
    ledger.record(sold(40_000, "Stock power, 4 November 2024"), actor="paralegal", command="osei-to-marsh")


def second_year(ledger: Ledger, calendar: Calendar) -> None:
    calendar.turn_to("2025-03-12")  # half a year late
    ledger.record(*closing(2, "2024-09-30", 600_000), actor="paralegal", command="closing-2")
    calendar.turn_to("2025-04-01")
    ledger.record(*closing(3, "2025-03-31", 300_000), actor="paralegal", command="closing-3")
    calendar.turn_to("2025-05-06")
    ledger.record(
        EntryRestated(
            entry=EntryNumber(12),
            restated_as=sold(45_000, "Stock power, 4 November 2024"),
            reason="The stock power says 45,000; 40,000 was a slip.",
        ),
        actor="counsel",
        command="stock-power-read-again",
    )
    calendar.turn_to("2025-06-17")
    ledger.record(
        SharesRepurchased(
            effective_on=on("2025-06-16"),
            holder=OSEI,
            stock_class=COMMON,
            repurchased=Shares(20_000),
            paid=Money("110000", "USD"),
            evidence=papers("Repurchase Agreement, 16 June 2025"),
        ),
        actor="counsel",
        command="buyback",
    )
    calendar.turn_to("2025-08-04")
    ledger.record(
        CommonIssued(effective_on=on("2025-08-01"), holder=MARSH, stock_class=COMMON, issued=Shares(30_000)),
        actor="paralegal",
        command="marsh-august",
    )
    calendar.turn_to("2026-01-08")
    ledger.record(
        SharesConverted(
            effective_on=on("2025-11-20"),
            holder=TIDEWAY,
            from_class=SERIES_A,
            surrendered=Shares(50_000),
            to_class=COMMON,
            received=Shares(50_000),
            security=SecurityId("PA-1"),
            evidence=papers("Notice of conversion, 20 November 2025"),
        ),
        actor="paralegal",
        command="tideway-converts",
    )


def main() -> None:
    last_year, this_year = Path("heron-2024.db"), Path("heron-2025.db")
    for old in (last_year, this_year):
        old.unlink(missing_ok=True)
    calendar = Calendar()
    with Ledger.open(last_year, create=True, clock=calendar) as ledger:
        first_year(ledger, calendar)
    shutil.copy(last_year, this_year)
    with Ledger.open(this_year, clock=calendar) as ledger:
        second_year(ledger, calendar)
    for file in (last_year, this_year):
        with Ledger.open(file) as ledger:
            entries = ledger.entries()
            print(f"{file} has {len(entries)} entries, the last recorded on {entries[-1].recorded_at:%Y-%m-%d}")


if __name__ == "__main__":
    main()
