"""The long story: ten years of the founding company, recorded into a file and held against what was disclosed."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

import attrs

from ledger import Ledger, Money, Price, Shares
from ledger.events import ConvertibleConverted, StockSplitEffected
from projections import OpenKind, cap_table, claims, company_sheet, findings, open_points
from projections.debts import PrincipalChange
from projections.notes import notes
from registrar.founding_case import BOONE, COMMON
from registrar.founding_case.claims import every_claim, record_claims
from registrar.founding_case.facts import EVENTS, FACTS
from registrar.founding_case.history import facts_told, parties, record_history
from registrar.registers.claims import claims as claims_report
from registrar.registers.company import company
from registrar.report import Asked, Column, Kind, Layout, Report, Role, Row, Table
from registrar.story import Story, Write

if TYPE_CHECKING:
    from collections.abc import Iterable

_TABLES: Final = (
    ("note_rollforward_2018", "2017-12-31", "2018-12-31", "redocumented_or_assigned"),
    ("note_rollforward_2019Q1", "2018-12-31", "2019-03-31", "assigned"),
)
_NOT_IN_THE_TABLES: Final = frozenset((parties.BAYBRIDGE_2018,))
"""A note of a holder of the tables that does not convert, and so does not stand in them."""
_HOLDERS: Final = {
    "October 2016 notes": parties.OCTOBER_2016_HOLDERS,
    "St. George": parties.ST_GEORGE,
    "BayBridge": parties.BAYBRIDGE,
    "Bellridge": parties.BELLRIDGE,
    "Power Up": parties.POWER_UP,
    "EMA": parties.EMA,
    "Widjaja": parties.HOLDER_2019,
    "GS Capital": parties.GS_CAPITAL,
}
_LAST: Final = "2024-12-31"


def run(write: Write, width: int = 100, keep: Path | None = None) -> None:
    """Record the whole history, and show what it comes to.

    Args:
        write: Takes one line of output.
        width: Columns of the terminal.
        keep: A new file to record it into; a temporary one when not given.
    """
    with TemporaryDirectory() as folder:
        with Ledger.open(keep or Path(folder) / "ascent-solar.db", create=True) as ledger:
            _TenYears(ledger, write, width).run()
        if keep is not None:
            write(f"The ledger is kept in {keep}: captable show -f {keep} --as-of 2019-12-31")


class _TenYears(Story):
    def __init__(self, ledger: Ledger, write: Write, width: int) -> None:
        super().__init__(write, width)
        self._ledger = ledger

    def run(self) -> None:
        """Show every step."""
        self._record()
        self._splits()
        for table in _TABLES:
            self._notes(*table)
        self._conversions()
        self._holders()
        self._company()
        self._open()
        self._claims()

    def _report(
        self, name: str, days: str, columns: tuple[Column, ...], rows: list[Row], layout: Layout = Layout.ROWS
    ) -> Report:
        table = Table(name=name, title=name.capitalize(), columns=columns, rows=rows, layout=layout)
        asked = Asked.of(self._ledger, days, self._ledger.position())
        return Report(name=name, title=name.capitalize(), asked=asked, tables=(table,))

    def _record(self) -> None:
        self.say("Ascent Solar from 2014 to 2024, recorded from public pages alone.")
        self.begin("Record. Each fact that was found is a command of its own; what a fact presupposes is deduced.")
        outcomes = record_history(self._ledger)
        told = facts_told(str(outcome.command) for outcome in outcomes)
        entries = self._ledger.entries()
        self.say(f"{len(told)} of {len(EVENTS)} facts, in {len(outcomes)} commands and {len(entries)} entries.")
        kinds = Counter(entry.event.KIND for entry in entries)
        self.say(f"{len(kinds)} kinds of event; most often {', '.join(kind for kind, _ in kinds.most_common(5))}.")

    def _splits(self) -> None:
        self.begin(
            "Six reverse splits. What a holder of 2014 and the investor of 2017 had at the close of each day."
        )
        rows = []
        for entry in self._ledger.entries():
            if isinstance(entry.event, StockSplitEffected):
                day = entry.event.effective_on.latest
                table = cap_table(self._ledger, as_of=day)
                held = (table.shares(holder, COMMON) for holder in (parties.SHTARD, BOONE))
                authorized = table.stock_class(COMMON).authorized
                rows.append(Row((day, f"1 for {1 / entry.event.ratio.value}", authorized, *held)))
        columns = (
            Column(name="on", heading="Day", kind=Kind.DAY),
            Column(name="ratio", heading="New for old"),
            Column(name="authorized", heading="Authorized after", kind=Kind.SHARES),
            Column(name="shtard", heading="SHTARD", kind=Kind.SHARES, bounded=True),
            Column(name="boone", heading="Boone", kind=Kind.SHARES, bounded=True),
        )
        self.show(self._report("splits", "from 2014 to 2024", columns, rows))

    def _notes(self, table: str, after: str, through: str, assigned: str) -> None:
        self.begin(f"Convertible notes from {after} to {through}, against the table of the filing: to the dollar.")
        answer = notes(self._ledger, after=after, as_of=through)
        rows, sums = [], Counter[str]()
        names = (after, "new", assigned, "converted", through)
        for row in FACTS[table]["rows"]:
            if row["holder"] == "Total":
                stated = [Money(row[name], "USD") for name in names]
                continue
            of_holder = [
                line
                for line in answer
                if line.holder == _HOLDERS[row["holder"]] and line.instrument not in _NOT_IN_THE_TABLES
            ]
            found = dict(zip(names, _figures(of_holder), strict=True))
            sums.update({name: amount.units for name, amount in found.items()})
            rows.append(_row(row["holder"], [*found.values()], [Money(row[name], "USD") for name in names]))
        in_all = [Money.of_units(sums[name], stated[0].currency) for name in names]
        rows.append(attrs.evolve(_row("Total", in_all, stated), role=Role.TOTAL))
        headings = ("Opening", "New", "Assigned", "Converted", "Closing")
        columns = (
            Column(name="holder", heading="Holder"),
            *(Column(name=name.lower(), heading=name, kind=Kind.NUMBER) for name in headings),
            Column(name="table", heading="The table"),
        )
        self.show(self._report("notes", f"from {after} to {through}", columns, rows))

    def _conversions(self) -> None:
        self.begin("Quarterly conversions, to the share. What a share cost falls from $0.68 to par, $0.0001.")
        rows = []
        for entry in self._ledger.entries():
            event, fact = entry.event, str(entry.command)
            if isinstance(event, ConvertibleConverted) and fact.startswith("conv-"):
                said = EVENTS[fact]["facts"]
                shares = Shares(said["common_shares"])
                money = (event.principal or Money(0, "USD")).amount + (
                    event.interest.amount if event.interest else Fraction(0)
                )
                rows.append(
                    Row((said["holder"], fact[-6:], event.principal, event.interest, shares, _price(money, shares)))
                )
        rows.sort(key=lambda row: (row.values[0], row.values[1]))
        columns = (
            Column(name="holder", heading="Holder"),
            Column(name="quarter", heading="Quarter"),
            Column(name="principal", heading="Principal", kind=Kind.MONEY),
            Column(name="interest", heading="Interest", kind=Kind.MONEY, optional=True),
            Column(name="shares", heading="Shares", kind=Kind.SHARES),
            Column(name="price", heading="A share"),
        )
        self.show(self._report("conversions", "quarter by quarter", columns, rows))
        self.say("Shares in the units after July 2018; those of the quarters before are recorded a thousandfold.")

    def _holders(self) -> None:
        self.begin("31 December 2019: the three holders have what the tables add up to, if they sold nothing.")
        table = cap_table(self._ledger, as_of="2019-12-31")
        rows = [Row((line.name, line.shares)) for line in table if line.stock_class == COMMON]
        columns = (
            Column(name="holder", heading="Holder"),
            Column(name="shares", heading="Common", kind=Kind.SHARES, bounded=True),
        )
        self.show(self._report("holders", "at the close of 2019-12-31, as far as they are recorded", columns, rows))
        held = cap_table(self._ledger, as_of="2022-02-01").shares(parties.BD1, COMMON)
        self.say(f"On 1 February 2022 BD1 has {held}, which is what its Form 4 says, to the share.")

    def _company(self) -> None:
        self.begin("The company itself on 1 August 2018: a temporary symbol, a new CUSIP, its votes.")
        self.show(company(self._ledger, company_sheet(self._ledger, as_of="2018-08-01")))

    def _open(self) -> None:
        self.begin("What stays open. Nothing was invented to close it.")
        points = open_points(self._ledger, as_of=_LAST)
        counts = Counter(point.kind for point in points)
        self.say("; ".join(f"{kind.value}: {counts[kind]}" for kind in OpenKind) + ".")
        for point in points:
            if point.kind is OpenKind.HOLDING:
                self.say(f"  {point.what}")
        severities = Counter(finding.severity.value for finding in findings(self._ledger))
        self.say("Findings: " + ", ".join(f"{count} {name}" for name, count in severities.items()) + ".")
        self.say("Not found at all:")
        for what in FACTS["not_found"]:
            self.say(f"  - {what}")

    def _claims(self) -> None:
        self.begin("What was disclosed, figure by figure, held against the record and against itself.")
        record_claims(self._ledger, every_claim())
        self.show(claims_report(self._ledger, claims(self._ledger, as_of=_LAST)))


def _row(holder: str, found: list[Money], stated: list[Money]) -> Row:
    """Return figures in dollars, and whether they are those of the table."""
    return Row((holder, *(amount.amount for amount in found), "agrees" if found == stated else "differs"))


def _figures(lines: Iterable[Any]) -> tuple[Money, ...]:
    """Return opening, new, assigned, converted and closing of the notes of a holder, together."""
    lines = list(lines)

    def total(figures: Iterable[Any]) -> Money:
        return sum((figure.exact for figure in figures), Money(0, "USD"))

    def changed(*kinds: PrincipalChange) -> Money:
        return total(line.change(kind) for line in lines for kind in kinds)

    return (
        total(line.opening for line in lines),
        changed(PrincipalChange.LENT),
        changed(PrincipalChange.ASSIGNED_IN, PrincipalChange.ASSIGNED_OUT),
        Money(0, "USD") - changed(PrincipalChange.CONVERTED),
        total(line.principal for line in lines),
    )


def _price(money: Fraction, shares: Shares) -> str:
    """Return what a share cost, to eight decimals as the filings have it."""
    cost = round(money / shares.as_fraction() * 10**8)
    return str(Price(Fraction(cost, 10**8), "USD"))
