"""Proceeds by exit value: the areas fill everything, and the figures are those of the answer."""

from fractions import Fraction
from itertools import groupby, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import Ledger, NotUnderstood
from ledger.identity import Count
from ledger.quantities import Currency, Money, exact
from ledger.terms.liquidation import LiquidationPreference
from projections import ExitClaims
from registrar.charts import Chart, waterfall_chart
from tests import builders as a
from tests.projections.test_waterfall import everything, stacked
from tests.registrar.charts.test_ownership_chart import rows_of

DAY = "2026-06-30"


def claims_of(ledger: Ledger) -> ExitClaims:
    return ExitClaims(ledger, Currency("USD"), as_of=DAY)


STACKED, EVERYTHING = stacked(), everything()
CLAIMS = claims_of(EVERYTHING)


def drawn(ledger: Ledger, through: int) -> Chart:
    return waterfall_chart(ledger, claims_of(ledger), through=Money(through, "USD"))


def names(chart: Chart) -> dict[str, str]:
    return {row["name"]: row["figure"] for row in rows_of(chart, "names")}


def test_each_class_has_an_area_and_instruments_of_a_kind_have_one_together() -> None:
    assert list(names(drawn(EVERYTHING, 3_000_000))) == [
        "notes",
        "SAFEs",
        "series-a",
        "common",
        "warrants",
        "awards",
    ]


def test_names_tell_what_each_is_paid_in_the_end_in_parts_that_add_up() -> None:
    """By hand: 70 million of which all convert: 3,000,000 shares, 23.33 each."""
    assert names(drawn(STACKED, 70_000_000)) == {
        "pref-c": "35,000,000 USD (50.00 %)",
        "pref-b": "7,000,000 USD (10.00 %)",
        "pref-a": "4,666,666.67 USD (6.67 %)",
        "common": "23,333,333.33 USD (33.33 %)",
    }


def test_the_corners_are_at_the_break_points_below_the_largest_exit_value() -> None:
    chart = drawn(STACKED, 40_000_000)

    corners = list(dict.fromkeys(row["exit_value"] for row in chart.spec["data"]["values"]))
    assert corners == [
        f"{amount} USD" for amount in (0, 15_000_000, 17_100_000, 18_000_000, 31_500_000, 38_500_000, 40_000_000)
    ]
    assert [row["exact"] for row in rows_of(chart, "breaks")] == [
        "15000000",
        "17100000",
        "18000000",
        "31500000",
        "38500000",
    ]


@given(st.integers(1, 10**8))
def test_the_areas_of_an_exit_value_are_all_of_it_one_on_the_other(through: int) -> None:
    chart = waterfall_chart(EVERYTHING, CLAIMS, through=Money(through, "USD"))

    rows = chart.spec["data"]["values"]
    for exit_value, of_one in groupby(rows, key=lambda row: row["exit_value"]):
        areas = list(of_one)
        assert sum(exact(row["proceeds"]) for row in areas) == Money.parse(exit_value).amount
        assert areas[0]["from"] == 0
        for below, above in pairwise(areas):
            assert below["to"] == above["from"]
    assert Fraction(rows[-1]["to"]) == through


def test_what_nobody_claims_is_grey() -> None:
    ledger = a.company()
    ledger.record(
        a.preferred_issued(),
        a.class_terms_amended(stock_class="series-a", conversion_ended=True),
        a.class_rights_stated(liquidation=LiquidationPreference()),
    )

    assert names(drawn(ledger, 20_000)) == {
        "series-a": "10,000 USD (50.00 %)",
        "nobody": "10,000 USD (50.00 %)",
    }


def test_more_classes_than_there_are_colours_are_one_area_in_the_end() -> None:
    ledger = a.company()
    for number in range(9):
        name = f"series-{number}"
        ledger.record(
            a.series_a(stock_class=name, seniority=Count(number)),
            a.class_rights_stated(stock_class=name, liquidation=LiquidationPreference()),
            a.preferred_issued(stock_class=name),
        )

    found = names(drawn(ledger, 90_000))

    assert len(found) == 7
    assert found["3 others"] == "30,000 USD (33.34 %)"  # so that all of them add up to 100 as shown


def test_assumptions_are_said_below_the_title() -> None:
    assert "Awards count in full" in " ".join(drawn(EVERYTHING, 10).spec["title"]["subtitle"])


@pytest.mark.parametrize("through", [Money(0, "USD"), Money("0.001", "USD")])
def test_a_picture_needs_an_amount_that_can_be_paid(through: Money) -> None:
    with pytest.raises(NotUnderstood) as refused:
        waterfall_chart(EVERYTHING, CLAIMS, through=through)

    assert refused.value.code == "E_QUANTITY"


def test_the_same_question_gives_the_same_bytes() -> None:
    assert drawn(STACKED, 70_000_000).to_svg() == drawn(STACKED, 70_000_000).to_svg()
