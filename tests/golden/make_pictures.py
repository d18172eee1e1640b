"""Draw the pictures of the documents, and keep them with some specs: ``python -m tests.golden.make_pictures``.

Look at what changed before you commit it: these files are what people see. Two records are drawn, the founding case
and an invented company whose natural persons have salts of their own, so that its digest is the same each time.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import attrs

from ledger import (
    Authorized,
    ConversionRight,
    FractionPolicy,
    HolderKind,
    Ledger,
    Personal,
    Phase,
    Price,
    Ratio,
    StockClassId,
    TrancheId,
)
from ledger.events import Event, HolderRegistered, ResultingTerms
from ledger.exchange import json_lines
from ledger.identity import HolderId
from ledger.quantities import Currency, Money
from ledger.terms.liquidation import LiquidationPreference, Participation
from ledger.terms.rounds import Investment, Round
from projections import ExitClaims, ProForma, closing, of_agreement, of_class, of_holder, pro_forma
from registrar.charts import (
    Chart,
    beneficial_chart,
    commitment_chart,
    dilution_chart,
    ownership_chart,
    rollforward_chart,
    waterfall_chart,
)
from registrar.demo import HandSetClock
from registrar.founding_case import AGREEMENT, BOONE, COMMON, record_founding_case
from tests import builders as a

FOLDER: Final = Path(__file__).parents[2] / "docs" / "pictures"
EXAMPLES: Final = Path(__file__).parents[2] / "examples"
SPECS: Final = Path(__file__).parent / "charts"
WITH_SPEC: Final = (
    "founding-ownership",
    "commitment",
    "rollforward-money",
    "dilution-by-round",
    "thresholds",
    "proceeds-by-exit-value",
)
"""The pictures whose spec is kept as well, one of each kind."""


def founding_case() -> Ledger:
    """Return the founding case: one holder, a partial register, open days."""
    clock = HandSetClock()
    ledger = Ledger.in_memory(clock=clock)
    record_founding_case(ledger, clock.set)
    return ledger


_PERSONS: Final = ("Ines Marchetti", "Tomoko Arai", "Kwame Boateng", "Lúcia Prado", "Sven Aalto", "Noor Haddad")
_FIRMS: Final = ("Harborview Fund LP", "Northlight Capital LLC", "Pilot Angels GmbH")
COMMON_STOCK, SERIES_A = StockClassId("common"), StockClassId("series-a")


def _holders() -> Iterator[Event]:
    for number, name in enumerate((*_PERSONS, *_FIRMS)):
        holder, salt = name.split()[0].lower().replace("ú", "u"), bytes([number]) * 32
        if name in _PERSONS:
            yield a.holder_registered(holder=holder, name=Personal(name, salt), effective_on="2022-01-10")
        else:
            firm = HolderKind.ORGANISATION
            yield a.holder_registered(holder=holder, holder_kind=firm, legal_name=name, effective_on="2022-01-10")


def _split() -> Event:
    """Two new shares for one, at the opening of 3 June 2024."""
    right = ConversionRight(into=COMMON_STOCK, price=Price(2, "USD"))
    return a.stock_split_effected(
        effective_on="2024-06-03",
        phase=Phase.OPENING,
        ratio=Ratio(2),
        fractions=FractionPolicy.DOWN,
        resulting=(
            ResultingTerms(stock_class=COMMON_STOCK, authorized=Authorized(60_000_000)),
            ResultingTerms(stock_class=SERIES_A, conversion=right),
        ),
    )


def _common() -> Iterator[Event]:
    """What happened to the common stock: founders, a fund, options of employees, a departure, a sale, a split."""
    for holder, issued, on in (
        ("ines", 4_000_000, "2022-01-10"),
        ("tomoko", 3_000_000, "2022-01-10"),
        ("kwame", 1_000_000, "2022-03-01"),
        ("pilot", 800_000, "2022-09-15"),
        ("harborview", 2_500_000, "2023-05-02"),
        ("lucia", 60_000, "2023-07-01"),
        ("sven", 45_000, "2023-10-01"),
        ("noor", 150_000, "2024-02-15"),
    ):
        yield a.common_issued(holder=holder, issued=issued, effective_on=on)
    yield a.shares_repurchased(holder="kwame", repurchased=600_000, effective_on="2023-11-20")
    yield _split()
    yield a.shares_transferred(
        from_holder="tomoko", to_holder="northlight", transferred=2_400_000, effective_on="2024-09-02/2024-11-15"
    )
    yield a.shares_converted(
        holder="harborview", security="PA-1", surrendered=400_000, received=1_000_000, effective_on="2025-02-10"
    )


def _money() -> Iterator[Event]:
    """What became of 6,000,000 USD promised in four tranches: one closed late, one in part, one not at all."""
    yield a.agreement_signed(
        investor="harborview",
        commitment="6000000 USD",
        price="5 USD",
        effective_on="2023-09-01",
        tranches=(
            a.tranche("first", due_on="2023-10-02", amount="2000000 USD", shares=400_000),
            a.tranche("second", due_on="2024-04-01", amount="1500000 USD", shares=300_000),
            a.tranche("third", due_on="2024-10-01", amount="1500000 USD", shares=300_000),
            a.tranche("fourth", due_on="2025-04-01", amount="1000000 USD", shares=200_000),
        ),
    )
    for tranche, closed, on in (
        ("first", "2000000 USD", "2023-10-02"),
        ("second", "1500000 USD", "2024-05-20"),
        ("third", "900000 USD", "2024-09-10/2024-10-31"),
    ):
        yield a.tranche_closed(tranche=TrancheId(tranche), closed=closed, effective_on=on)
    yield a.preferred_issued(
        holder="harborview",
        issued=400_000,
        agreement="spa",
        tranche="first",
        security="PA-1",
        effective_on="2023-10-02",
    )
    yield a.commitment_lapsed(tranche=TrancheId("third"), lapsed="600000 USD", effective_on="2025-01-31")


def invented() -> Ledger:
    """Return an invented company: nine holders, a split, a sale whose day is open, an agreement not quite met."""
    ledger = Ledger.in_memory(clock=a.ticking())
    ledger.record(
        a.issuer_registered(issuer="tidewater", legal_name="Tidewater Robotics, Inc.", effective_on="2022-01-10"),
        a.common(authorized=30_000_000, effective_on="2022-01-10"),
        a.series_a(
            authorized=2_000_000,
            stated_value="5 USD",
            conversion=ConversionRight(into=COMMON_STOCK, price=Price(4, "USD")),
            effective_on="2023-09-01",
        ),
        *_holders(),
        actor="counsel",
        command="founding",
    )
    ledger.record(*_money(), *_common(), actor="counsel", command="three-years")
    return ledger


def orchard() -> Ledger:
    """Return the company of the page that asks what would be: two founders, a plan, and two SAFEs."""
    facts = [fact for _, fact in json_lines.read((EXAMPLES / "seed.jsonl").read_bytes())]
    ledger = Ledger.in_memory(clock=a.ticking())
    ledger.record(*(_salted(fact, number) for number, fact in enumerate(facts)), actor="pat", command="seed")
    return ledger


def alder() -> Ledger:
    """Return the company of the page that asks what an exit pays, with what its papers promise."""
    facts = [fact for _, fact in json_lines.read((EXAMPLES / "exit.jsonl").read_bytes())]
    capped = LiquidationPreference(participation=Participation.CAPPED, cap=Ratio(3))
    ledger = Ledger.in_memory(clock=a.ticking())
    ledger.record(*(_salted(fact, number) for number, fact in enumerate(facts)), actor="pat", command="exit")
    ledger.record(
        a.class_rights_stated(liquidation=LiquidationPreference(), effective_on="2023-02-06"),
        a.class_rights_stated(stock_class="series-b", liquidation=capped, effective_on="2024-06-10"),
        actor="pat",
        command="rights",
    )
    return ledger


def _salted(fact: Event, number: int) -> Event:
    """Return a fact whose name is kept apart by a salt that is the same each time."""
    if not isinstance(fact, HolderRegistered) or fact.name is None or fact.name.value is None:
        return fact
    return attrs.evolve(fact, name=Personal(fact.name.value, bytes([number]) * 32))


def rounds_of(ledger: Ledger) -> Iterator[ProForma]:
    """Yield the rounds of that page, each on top of the one before; the investor registers for the second."""
    for series, pre_money, new_money, pool in (
        ("series-a", 15_000_000, 5_000_000, Ratio("0.1")),
        ("series-b", 48_000_000, 12_000_000, None),
    ):
        agreed = Round(
            series=StockClassId(series),
            investments=(Investment(holder=HolderId("larkspur"), amount=Money(new_money, "USD")),),
            pre_money=Money(pre_money, "USD"),
            pool_target=pool,
            price_places=4,
            conversion_places=4,
        )
        answer = pro_forma(ledger, agreed, as_of="2025-02-03")
        yield answer
        firm = {"holder_kind": HolderKind.ORGANISATION, "legal_name": "Larkspur Ventures II LP"}
        new = [
            a.holder_registered(holder=each, effective_on="2025-02-03", **firm) for each in answer.not_registered
        ]
        ledger = ledger.supposing(*new, *closing(answer))


def charts() -> Iterator[tuple[str, Chart]]:
    """Yield every picture with its name."""
    known = founding_case()
    yield "founding-ownership", ownership_chart(known, COMMON, after="2017-02-08", through="2017-07-31")
    yield "founding-commitment", commitment_chart(known, AGREEMENT, through="2018-01-31")
    figure = of_holder(BOONE, COMMON)
    yield "founding-rollforward", rollforward_chart(known, figure, after="2017-05-04", through="2017-06-01")
    made = invented()
    yield "ownership", ownership_chart(made, "common", through="2025-06-30", largest=6)
    yield "ownership-percent", ownership_chart(made, "common", through="2025-06-30", largest=6, in_percent=True)
    yield "commitment", commitment_chart(made, "spa", through="2025-12-31")
    figure = of_class("common", "outstanding")
    yield "rollforward", rollforward_chart(made, figure, after="2022-12-31", through="2025-06-30")
    figure = of_agreement("spa", "undrawn")
    yield "rollforward-money", rollforward_chart(made, figure, after="2023-08-31", through="2024-09-30")
    yield "thresholds", beneficial_chart(made, "common", through="2025-06-30", largest=6)
    seed = orchard()
    rounds = [*rounds_of(seed)]
    yield "dilution", dilution_chart(seed, rounds[0])
    yield "dilution-by-round", dilution_chart(seed, *rounds)
    sold = alder()
    claims = ExitClaims(sold, Currency("USD"), as_of="2026-01-13")
    yield "proceeds-by-exit-value", waterfall_chart(sold, claims, through=Money(90_000_000, "USD"))


def keep() -> None:
    """Write every picture, and the specs of some, and remove those that are no more."""
    made = [(name, chart, chart.to_svg()) for name, chart in charts()]  # all of them, before an old one goes
    for folder, suffix in ((FOLDER, "svg"), (SPECS, "json")):
        folder.mkdir(exist_ok=True)
        for old in folder.glob(f"*.{suffix}"):
            old.unlink()
    for name, chart, svg in made:
        (FOLDER / f"{name}.svg").write_text(svg, encoding="utf-8")
        if name in WITH_SPEC:
            (SPECS / f"{name}.json").write_text(chart.to_json(), encoding="utf-8")


if __name__ == "__main__":
    keep()
