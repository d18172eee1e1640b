"""An invented company: a round, a transfer, a conversion, a correction, and what each does to the cap table.

after the round
    Ana Souza              common     1,000,000   100.00 %
    Harborview Fund LP     series-a     400,000   100.00 %
after the transfer and the conversion
    Ana Souza              common       900,000    81.82 %
    Harborview Fund LP     common       100,000     9.09 %
    Northlight Capital LLC common       100,000     9.09 %
    Harborview Fund LP     series-a     300,000   100.00 %
after the correction
    Ana Souza              common       990,000    90.00 %
    Harborview Fund LP     common       100,000     9.09 %
    Northlight Capital LLC common        10,000     0.91 %
    Harborview Fund LP     series-a     300,000   100.00 %
before it, the register said 100,000 for northlight
refused: E_BALANCE
"""

from datetime import date

from ledger import (
    AgreementId,
    Authorized,
    ConversionRight,
    HolderId,
    HolderKind,
    IssuerId,
    Ledger,
    Money,
    Personal,
    Price,
    RuleBroken,
    SecurityId,
    Shares,
    StockClassId,
    StockClassKind,
    Tranche,
    TrancheId,
    on,
)
from ledger.commands import CloseTranche, ConvertShares
from ledger.events import (
    AgreementSigned,
    CommonIssued,
    EntryRestated,
    HolderRegistered,
    IssuerRegistered,
    SharesTransferred,
    StockClassDesignated,
)
from ledger.quantities import shown_percentages
from projections import cap_table

COMMON, SERIES_A = StockClassId("common"), StockClassId("series-a")
ANA, FUND, NORTHLIGHT = HolderId("h-0001"), HolderId("harborview"), HolderId("northlight")
PURCHASE = AgreementId("series-a-purchase")
FOUNDED, SIGNED = on("2024-01-02"), on("2024-03-01")


def found(ledger: Ledger) -> None:
    """The company, its common stock, and its founder."""
    ledger.record(
        IssuerRegistered(
            effective_on=FOUNDED,
            issuer=IssuerId("harbor"),
            legal_name="Harbor Robotics, Inc.",
            jurisdiction="US-DE",
            time_zone="America/New_York",
        ),
        StockClassDesignated(
            effective_on=FOUNDED,
            stock_class=COMMON,
            class_kind=StockClassKind.COMMON,
            title="Common Stock",
            authorized=Authorized(10_000_000),
        ),
        HolderRegistered(
            effective_on=FOUNDED, holder=ANA, holder_kind=HolderKind.NATURAL_PERSON, name=Personal("Ana Souza")
        ),
        CommonIssued(effective_on=FOUNDED, holder=ANA, stock_class=COMMON, issued=Shares(1_000_000)),
        actor="counsel",
    )


def raise_money(ledger: Ledger) -> None:
    """The round: a series of preferred, an agreement with one tranche, and its closing."""
    ledger.record(
        StockClassDesignated(
            effective_on=SIGNED,
            stock_class=SERIES_A,
            class_kind=StockClassKind.PREFERRED,
            title="Series A Preferred Stock",
            authorized=Authorized(1_000_000),
            stated_value=Price("2.50", "USD"),
            conversion=ConversionRight(into=COMMON, price=Price("2.50", "USD")),
        ),
        HolderRegistered(
            effective_on=SIGNED,
            holder=FUND,
            holder_kind=HolderKind.ORGANISATION,
            legal_name="Harborview Fund LP",
        ),
        AgreementSigned(
            effective_on=SIGNED,
            agreement=PURCHASE,
            investor=FUND,
            title="Series A Stock Purchase Agreement",
            commitment=Money(1_000_000, "USD"),
            buys=SERIES_A,
            price=Price("2.50", "USD"),
            tranches=(
                Tranche(tranche=TrancheId("only"), due_on=date(2024, 3, 15), amount=Money(1_000_000, "USD")),
            ),
        ),
        actor="counsel",
    )
    closing = CloseTranche(
        agreement=PURCHASE, tranche=TrancheId("only"), on=on("2024-03-15"), security=SecurityId("PA-1")
    )
    ledger.record(*closing.events(ledger), actor="counsel")


def sold(shares: int) -> SharesTransferred:
    """A sale by the founder on 10 April."""
    return SharesTransferred(
        effective_on=on("2024-04-10"),
        from_holder=ANA,
        to_holder=NORTHLIGHT,
        stock_class=COMMON,
        transferred=Shares(shares),
    )


def show(ledger: Ledger, heading: str) -> None:
    table = cap_table(ledger, as_of="2024-12-31")
    print(heading)
    for stock_class in table.classes:
        lines = [line for line in table if line.stock_class == stock_class.stock_class]
        parts = shown_percentages([line.percent.exact for line in lines])
        for line, part in zip(lines, parts, strict=True):
            shares = f"{line.shares.exact:,}"
            print(f"    {line.name:22} {line.stock_class:8} {shares:>11} {part:>8} %")


def main() -> None:
    ledger = Ledger.in_memory()
    found(ledger)
    raise_money(ledger)
    show(ledger, "after the round")

    ledger.record(
        HolderRegistered(
            effective_on=on("2024-04-10"),
            holder=NORTHLIGHT,
            holder_kind=HolderKind.ORGANISATION,
            legal_name="Northlight Capital LLC",
        ),
        actor="counsel",
    )
    sale = ledger.record(sold(100_000), actor="counsel")
    conversion = ConvertShares(
        holder=FUND,
        from_class=SERIES_A,
        surrendered=Shares(100_000),
        on=on("2024-08-12"),
        security=SecurityId("PA-1"),
    )
    ledger.record(*conversion.events(ledger), actor="counsel")
    show(ledger, "after the transfer and the conversion")

    before = len(ledger.entries())
    ledger.record(
        EntryRestated(
            entry=sale.entries[0].number,
            restated_as=sold(10_000),
            reason="The transfer was of 10,000 shares; a zero was added.",
        ),
        actor="counsel",
    )
    show(ledger, "after the correction")
    as_known = cap_table(ledger, as_of="2024-12-31", known_at=before).shares(NORTHLIGHT, COMMON)
    print(f"before it, the register said {as_known} for {NORTHLIGHT}")

    try:
        ledger.record(sold(2_000_000), actor="counsel")
    except RuleBroken as refused:
        print(f"refused: {refused.code}")


if __name__ == "__main__":
    main()
