"""Reports for the tests of formats: figures of every kind, and names that would like to be something else."""

from __future__ import annotations

from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any, Final

from ledger import Authorized, Money, Shares
from ledger.days import EffectiveDay
from ledger.identity import EntryNumber
from ledger.movements import Scope
from ledger.quantities import Price
from projections import Bounds, Possible
from registrar.report import Asked, Cell, Check, Column, Head, Kind, Layout, Report, Role, Row, Table

INJECTIONS: Final = (
    "=1+1",
    "=cmd|' /C calc'!A0",
    "+1-800",
    "-1",
    "@SUM(A1:A9)",
    "\t=1+1",
    "\r=1+1",
    '=HYPERLINK("http://example.org")',
    "{=1+1}",
    "'=1+1",
    "http://example.org",
    "mailto:a@example.org",
    "1e5",
    "TRUE",
    "#REF!",
    "2026-01-02",
    "007",
    "_x0041_",
)
"""Names that a spreadsheet would take for something else, if it were asked to guess."""
MARKUP: Final = (
    "*bold*",
    "_emphasis_",
    "#let x = 1",
    "$x$",
    "<b>b</b>",
    "[a](b)",
    "a | b",
    "`c`",
    "\\",
    "&amp;",
    "@ref",
)
"""Names that would be markup, if they were not data."""
DIGEST: Final = "0123456789abcdef" * 4


def exactly(value: Any) -> Bounds[Any]:
    """Return a figure that is known."""
    return Bounds(value, value)


def asked(*heads: Head, **changes: Any) -> Asked:
    """Return what a report is about."""
    given: dict[str, Any] = {
        "issuer": "acme",
        "issuer_name": "Acme Solar, Inc.",
        "days": "at the close of 2026-06-30",
        "heads": heads or (Head("as_of", "At the close of", date(2026, 6, 30)),),
        "known": 7,
        "entries": 9,
        "known_at": datetime(2026, 7, 1, 12, 30, 15, 123456, tzinfo=UTC),
        "digest": lambda: DIGEST,
    }
    return Asked(**given | changes)


def report(*tables: Table, **changes: Any) -> Report:
    """Return a report of some tables."""
    given: dict[str, Any] = {"name": "cap-table", "title": "Cap table", "asked": asked(), "tables": tables}
    return Report(**given | changes)


def named(*names: str) -> Report:
    """Return a report that holds names, and nothing else."""
    columns = (Column(name="name", heading="Holder"), Column(name="shares", heading="Shares", kind=Kind.SHARES))
    rows = [Row((name, Shares(place + 1))) for place, name in enumerate(names)]
    return report(Table(name="holdings", title="Holdings", columns=columns, rows=rows))


COLUMNS: Final = (
    Column(name="name", heading="Holder"),
    Column(name="holder", heading="Id"),
    Column(name="shares", heading="Shares", kind=Kind.SHARES, bounded=True),
    Column(name="part", heading="% of class", kind=Kind.PERCENT, bounded=True, part_of="shares"),
    Column(name="paid", heading="Paid", kind=Kind.MONEY, bounded=True),
    Column(name="since", heading="Since", kind=Kind.DAY, bounded=True),
)


def holdings(*, is_known: bool = True) -> Table:
    """Return holdings of two classes, one of them with holders that are not recorded."""
    day, third = EffectiveDay("2026-01-02"), Fraction(1, 3)
    rows = [
        Row(
            ("Ada Quill", "ada", exactly(Shares(2_000)), exactly(2 * third), exactly(Money("100.5", "USD")), day),
            group="common",
        ),
        Row(
            ("Bob Quill", "bob", exactly(Shares(1_000)), exactly(third), exactly(Money("-0.25", "USD")), day),
            group="common",
        ),
        Row(
            (
                "outstanding",
                None,
                exactly(Shares(3_000)),
                exactly(3 * third),
                exactly(Money("100.25", "USD")),
                None,
            ),
            Role.TOTAL,
            "common",
        ),
    ]
    if not is_known:
        open_day = EffectiveDay("2026-01-02", "2026-02-01")
        unknown: Bounds[Any] = Bounds(None, None)
        rows += [
            Row(("Fund LP", "fund", Bounds(Shares(0), Shares(5)), unknown, None, open_day), group="series-a"),
            Row(
                ("holders not recorded", None, Bounds(Shares(0), None), unknown, None, None), Role.REST, "series-a"
            ),
            Row(("outstanding", None, Bounds(Shares(0), None), None, None, None), Role.TOTAL, "series-a"),
        ]
    return Table(name="holdings", title="Holdings", columns=COLUMNS, rows=rows)


def classes() -> Table:
    """Return the figures of two classes, below one another for people."""
    columns = (
        Column(name="stock_class", heading="Class"),
        Column(name="scope", heading="register"),
        Column(name="authorized", heading="authorized", kind=Kind.SHARES, about="by the charter"),
        Column(name="outstanding", heading="outstanding", kind=Kind.SHARES, bounded=True),
        Column(
            name="available",
            heading="available",
            kind=Kind.SHARES,
            bounded=True,
            adds=("authorized", "-outstanding"),
            block=2,
        ),
        Column(name="stated_value", heading="stated value", kind=Kind.MONEY, block=2, absent="not stated"),
    )
    rows = [
        Row(
            (
                "common",
                Scope.COMPLETE,
                Possible((Authorized(10_000),)),
                exactly(Shares(3_000)),
                exactly(Shares(7_000)),
                None,
            )
        ),
        Row(
            (
                "series-a",
                Scope.PARTIAL,
                Possible((Authorized(10), Authorized(20))),
                Bounds(Shares(0), None),
                Bounds(None, Shares(20)),
                Price("10", "USD"),
            )
        ),
    ]
    return Table(name="classes", title="Classes of stock", columns=columns, rows=rows, layout=Layout.DOWN)


def trail() -> Table:
    """Return entries, each an item of its own."""
    return Table(
        name="entries",
        title="Entries",
        layout=Layout.LIST,
        columns=(
            Column(name="entry", heading="Entry", kind=Kind.COUNT, block=0),
            Column(name="kind", heading="What happened", block=0),
            Column(name="recorded_at", heading="Recorded", kind=Kind.INSTANT, about="recorded", block=1),
            Column(name="actor", heading="By", about="by", block=1),
            Column(name="note", heading="Note", about="note:", block=2),
        ),
        rows=[
            Row((EntryNumber(9), "common-issued", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "counsel", None)),
            Row((EntryNumber(10), "entry-voided", datetime(2026, 1, 3, tzinfo=UTC), "counsel", "A slip.")),
        ],
    )


def whole(*, is_known: bool = True) -> Report:
    """Return a report with a table of each layout, notes and checks."""
    return report(
        holdings(is_known=is_known),
        classes(),
        trail(),
        notes=["Percentages are of what is outstanding."],
        checks=[
            Check(
                what="common: outstanding = what the holders have",
                plus=(Cell("classes", 0, "outstanding"),),
                minus=(Cell("holdings", 0, "shares"), Cell("holdings", 1, "shares")),
            ),
            Check(
                what="series-a: authorized = outstanding + available",
                plus=(Cell("classes", 1, "authorized"),),
                minus=(Cell("classes", 1, "outstanding"), Cell("classes", 1, "available")),
            ),
        ],
    )
