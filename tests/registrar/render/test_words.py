"""What people read in a cell, and that percentages add up as printed."""

from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import Authorized, Money, Shares
from ledger.days import EffectiveDay
from ledger.identity import EntryNumber
from ledger.movements import Scope
from ledger.quantities import Price, Ratio
from projections import Bounds, Possible
from registrar.render.words import cell, printed, standing
from registrar.report import Column, Kind, Layout, Role, Row, Table
from tests.registrar.render import reports


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        (Kind.TEXT, None, "none"),
        (Kind.TEXT, "Ada", "Ada"),
        (Kind.TEXT, ("a", "b"), "a, b"),
        (Kind.TEXT, Scope.PARTIAL, "partial"),
        (Kind.SHARES, Shares(0), "-"),
        (Kind.SHARES, Shares(-1_000), "(1,000)"),
        (Kind.SHARES, Authorized(1_000), "1,000"),
        (Kind.SHARES, Authorized.UNLIMITED, "unlimited"),
        (Kind.SHARES, Bounds(Shares(1_000), None), "at least 1,000"),
        (Kind.SHARES, Possible((Authorized(1_000), None)), "1,000 or not stated"),
        (Kind.SHARES, Possible(()), "not stated"),
        (Kind.MONEY, Money("-1000.5", "USD"), "(1,000.5) USD"),
        (Kind.MONEY, Price("0.004", "USD"), "0.004 USD"),
        (Kind.NUMBER, Fraction(1, 3), "1/3"),
        (Kind.NUMBER, Ratio("1/20"), "0.05"),
        (Kind.PERCENT, Fraction(1, 3), "33.33"),
        (Kind.PERCENT, Bounds(Fraction(1, 3), Fraction(2, 3)), "33.33 – 66.67"),
        (Kind.COUNT, 1_000, "1,000"),
        (Kind.COUNT, EntryNumber(1_000), "1000"),
        (Kind.COUNT, (EntryNumber(7), EntryNumber(1_000)), "7, 1000"),
        (Kind.DAY, date(2026, 1, 2), "2026-01-02"),
        (Kind.DAY, EffectiveDay("2026-01-02", "2026-01-05"), "2026-01-02 to 2026-01-05"),
        (Kind.DAY, Possible((date(2026, 1, 2), date(2026, 1, 3))), "2026-01-02 or 2026-01-03"),
        (Kind.INSTANT, datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC), "2026-01-02 03:04:05 UTC"),
    ],
    ids=str,
)
def test_a_value_is_read_as(kind: Kind, value: Any, text: str) -> None:
    assert cell(Column(name="x", heading="x", kind=kind, bounded=True, absent="none"), value) == text


_counts = st.lists(st.integers(0, 10**9), min_size=1, max_size=12).filter(any)


@given(_counts)
def test_the_percentages_of_a_group_add_up_as_printed(counts: list[int]) -> None:
    parts = [Fraction(count, sum(counts)) for count in counts]
    column = Column(name="part", heading="%", kind=Kind.PERCENT, bounded=True)
    rows = [Row((reports.exactly(part),)) for part in parts]
    table = Table(name="x", title="x", columns=(column,), rows=[*rows, Row((Fraction(1),), Role.TOTAL)])

    *shown, total = [text for [text] in printed(table)]

    assert total == "100.00"
    assert sum(Fraction(text) for text in shown) == 100


def test_percentages_of_another_group_are_rounded_by_themselves() -> None:
    column = Column(name="part", heading="%", kind=Kind.PERCENT)
    rows = [Row((Fraction(1, 3),), group=group) for group in "aaabb"]
    texts = printed(Table(name="x", title="x", columns=(column,), rows=rows))

    assert [text for [text] in texts] == ["33.34", "33.33", "33.33", "33.34", "33.33"]


def test_where_one_part_is_not_known_the_others_are_rounded_as_they_are() -> None:
    column = Column(name="part", heading="%", kind=Kind.PERCENT, bounded=True)
    third, two = reports.exactly(Fraction(1, 3)), Bounds(Fraction(1, 3), Fraction(2, 3))
    rows = [Row((third,)), Row((third,)), Row((two,), Role.REST), Row((None,), Role.TOTAL)]

    assert [text for [text] in printed(Table(name="x", title="x", columns=(column,), rows=rows))] == [
        "33.33",
        "33.33",
        "33.33 – 66.67",
        "",
    ]


def test_figures_below_one_another_have_a_column_for_each_row() -> None:
    upright = standing(reports.classes())

    assert upright.layout is Layout.ROWS
    assert [column.heading for column in upright.columns] == ["Class", "common", "series-a", "What it is"]
    assert [row.values for row in upright.rows] == [
        ("register", "complete", "partial", ""),
        ("authorized", "10,000", "10 or 20", "by the charter"),
        ("outstanding", "3,000", "unknown", ""),
        ("available", "7,000", "at most 20", ""),
        ("stated value", "not stated", "10 USD", ""),
    ]
    assert [len(group) for group in upright.groups()] == [3, 2]
