"""Ownership over time: what is drawn on a day is what the cap table of that day says."""

from collections.abc import Iterable
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import Authorized, ConversionRight, Ledger, NotUnderstood, Price, Shares, StockClassId
from ledger.errors import UnknownName
from ledger.events import Event, ResultingTerms
from ledger.movements import Scope
from projections import cap_table
from registrar.charts import Chart, ownership_chart
from registrar.charts.drawing import NOT_RECORDED, OTHERS, PALETTE
from tests.builders import (
    common_issued,
    company,
    holder_registered,
    register_scope_declared,
    shares_transferred,
    stock_split_effected,
)
from tests.golden import make_pictures
from tests.projections.histories import FIRST, LAST, SOME, histories, recorded

LATEST: Final = LAST + timedelta(days=2)
Row = dict[str, Any]


def on_day(chart: Chart, on: date) -> list[Row]:
    """Return the rows of the areas that a day has, from the lowest to the highest."""
    rows = [row for row in chart.spec["data"]["values"] if row["on"] <= str(on) < row["until"]]
    last = {row["path"]: row for row in rows}  # the rows of a path are in order of their days
    return sorted(last.values(), key=lambda row: (row["from"], row["to"]))


def rows_of(chart: Chart, name: str) -> list[Row]:
    """Return the rows of a layer."""
    layers = [layer for layer in chart.spec["layer"] if layer.get("name") == name]
    return layers[0]["data"]["values"] if layers else []


def told(chart: Chart) -> list[Row]:
    """Return the names beside the plot, from the highest to the lowest."""
    return sorted(rows_of(chart, "names"), key=lambda row: row["place"])


def said(chart: Chart) -> list[tuple[str, str]]:
    return [(row["name"], row["figure"]) for row in told(chart)]


def subtitle(chart: Chart) -> str:
    return " ".join(chart.spec["title"]["subtitle"][1:])


def shares_of(rows: Iterable[Row]) -> dict[str, tuple[str, str]]:
    return {row["of"].removeprefix("holder "): (row["shares_low"], row["shares_high"]) for row in rows}


@given(histories(longest=4), st.sampled_from(["common", "series-a"]))
@SOME
def test_the_areas_of_a_day_are_those_of_its_cap_table(events: list[Event], stock_class: str) -> None:
    """Exactly beside what is drawn, and drawn one on the other without a gap, up to all that is recorded."""
    ledger = recorded(events)
    chart = ownership_chart(ledger, stock_class, after="2026-02-01", through=LATEST)

    for on in (FIRST + timedelta(days=n) for n in range(-9, (LATEST - FIRST).days + 1)):
        rows = on_day(chart, on)
        table = cap_table(ledger, as_of=on, basis=LATEST)
        holdings = {
            str(line.holder): (str(line.shares.low), str(line.shares.high))
            for line in table
            if line.stock_class == stock_class
        }
        own = [row for row in rows if row["of"] != "not certain"]
        assert shares_of(own).items() <= holdings.items()
        certain = {row["of"]: row["to"] - row["from"] for row in own if not row["is_open"]}
        for holder, (low, _) in holdings.items():
            assert certain.get(f"holder {holder}", 0) == pytest.approx(float(Fraction(low)))
        missing = {holder for holder, (low, _) in holdings.items() if low == "0"} - set(shares_of(own))
        assert not missing or [row["of"] for row in rows][-1] == "not certain"

        highest = table.stock_class(stock_class).outstanding.high
        assert highest is not None
        edges = [0, *(row["to"] for row in rows)]
        assert [row["from"] for row in rows] == edges[:-1]
        assert edges[-1] == pytest.approx(float(highest.as_fraction()))


@given(histories(longest=4))
@SOME
def test_percentages_of_a_complete_register_fill_the_whole(events: list[Event]) -> None:
    ledger = recorded(events)
    chart = ownership_chart(ledger, "common", after="2026-02-01", through=LATEST, in_percent=True)

    for on in (FIRST + timedelta(days=n) for n in range(-9, (LATEST - FIRST).days + 1)):
        rows = on_day(chart, on)
        assert rows[-1]["to"] == pytest.approx(100)
        assert [row["from"] for row in rows] == [0, *(row["to"] for row in rows[:-1])]


# --- splits, open days, partial registers -------------------------------------------------------------------


def split_of_common(on: str, price: int) -> Event:
    """Return a two-for-one split of the common stock, after which Series A converts at this price."""
    right = ConversionRight(into=StockClassId("common"), price=Price(price, "USD"))
    return stock_split_effected(
        effective_on=on,
        resulting=(
            ResultingTerms(stock_class=StockClassId("common"), authorized=Authorized(100_000_000)),
            ResultingTerms(stock_class=StockClassId("series-a"), conversion=right),
        ),
    )


def test_no_line_jumps_for_a_split_and_its_day_is_marked() -> None:
    ledger = company()
    ledger.record(common_issued(issued=600), stock_split_effected())
    chart = ownership_chart(ledger, "common", after="2026-02-02", through="2026-12-31")

    assert [(row["on"], row["to"]) for row in chart.spec["data"]["values"]] == [
        ("2026-02-02", 1_200),
        ("2027-01-01", 1_200),
    ]
    assert rows_of(chart, "splits") == [{"on": "2026-07-01", "ratio": "2", "split": "2-for-1 split"}]
    assert chart.spec["usermeta"]["basis"] == "2026-12-31"
    assert "shares, in the units of 2026-12-31" in chart.description


def test_splits_that_follow_closely_do_not_write_over_each_other() -> None:
    ledger = company()
    ledger.record(common_issued(issued=600))
    for on, price in (("2026-07-01", 4), ("2026-07-08", 2), ("2026-11-01", 1)):
        ledger.record(split_of_common(on, price))
    chart = ownership_chart(ledger, "common", through="2026-12-31")

    assert [row["split"] for row in rows_of(chart, "splits")] == ["2-for-1 split", "", "2-for-1 split"]
    assert [row["on"] for row in rows_of(chart, "splits")] == ["2026-07-01", "2026-07-08", "2026-11-01"]


def test_an_open_day_of_one_holder_is_lighter_in_their_colour() -> None:
    ledger = company()
    ledger.record(
        common_issued(issued=600), common_issued(holder="bob", issued=50, effective_on="2026-03-05/2026-03-09")
    )
    chart = ownership_chart(ledger, "common", through="2026-12-31")

    rows = on_day(chart, date(2026, 3, 6))
    assert [(row["of"], row["is_open"], row["from"], row["to"]) for row in rows] == [
        ("holder ada", False, 0, 600),
        ("holder bob", True, 600, 650),
    ]
    assert [row["colour"] for row in rows] == list(PALETTE[:2])
    assert [row["is_open"] for row in on_day(chart, date(2026, 3, 9))] == [False, False]
    assert subtitle(chart) == "Lighter, dashed: the day of a fact is open, and it may be so or not."


def test_shares_that_one_holder_or_another_has_are_nobodys_colour() -> None:
    ledger = company()
    ledger.record(
        common_issued(issued=600), shares_transferred(transferred=100, effective_on="2026-03-05/2026-03-09")
    )
    chart = ownership_chart(ledger, "common", through="2026-03-06")

    certain, either = on_day(chart, date(2026, 3, 6))
    assert (certain["of"], certain["from"], certain["to"]) == ("holder ada", 0, 500)
    assert (either["of"], either["from"], either["to"]) == ("not certain", 500, 600)
    assert either["holder"] == "Ada Quill 500 – 600; Bob Quill 0 – 100"
    assert subtitle(chart).endswith("in grey, one holder or another has them.")
    assert said(chart)[0] == ("whose, or whether: not certain", "all that is recorded: 600")


def partial(*more: Event) -> Ledger:
    """Return a record of a partial register: 200 of the fund's, from 2 February on."""
    ledger = company()
    ledger.record(register_scope_declared(scope=Scope.PARTIAL), common_issued(holder="fund", issued=200), *more)
    return ledger


def stated(shares: int, on: str = "2026-03-01") -> Event:
    return register_scope_declared(scope=Scope.PARTIAL, stated_outstanding=Shares(shares), effective_on=on)


def test_holders_not_recorded_are_an_area_from_the_day_on_which_a_count_says_how_much_they_have() -> None:
    chart = ownership_chart(partial(stated(1_600)), "common", through="2026-12-31")

    assert [row["of"] for row in on_day(chart, date(2026, 2, 28))] == ["holder fund"]
    rest = on_day(chart, date(2026, 3, 1))[-1]
    assert (rest["of"], rest["from"], rest["to"], rest["colour"]) == ("not recorded", 200, 1_600, NOT_RECORDED)
    assert said(chart) == [("holders not recorded", "1,400 (87.50 %)"), ("Fund LP", "200 (12.50 %)")]
    assert subtitle(chart) == (
        "The register is partial: holders not recorded have what the count that the company stated last leaves;"
        " before it stated one, that is not known."
    )


def test_without_a_count_nothing_stands_for_holders_not_recorded() -> None:
    chart = ownership_chart(partial(), "common", through="2026-12-31")

    assert said(chart) == [("Fund LP", "200")]
    assert subtitle(chart) == "The register is partial: holders not recorded are not drawn."


def test_percentages_are_drawn_where_they_are_known_and_nowhere_else() -> None:
    chart = ownership_chart(partial(stated(1_600)), "common", through="2026-12-31", in_percent=True)

    assert on_day(chart, date(2026, 2, 28)) == []
    assert [row["to"] for row in on_day(chart, date(2026, 3, 1))] == [12.5, 100]
    assert subtitle(chart).endswith("Where nothing is drawn, percentages are not known.")
    assert "percent of shares outstanding as stated" in chart.description


def test_percentages_that_are_known_on_no_day_are_no_picture() -> None:
    with pytest.raises(NotUnderstood) as refused:
        ownership_chart(partial(), "common", through="2026-12-31", in_percent=True)
    assert refused.value.code == "E_FIGURE"


def test_a_holding_below_zero_is_drawn_below_zero() -> None:
    ledger = company()
    ledger.record(common_issued(issued=100), common_issued(holder="bob", issued=500))
    ledger.record(shares_transferred(transferred=300, to_holder="fund", effective_on="2026-03-01"), as_stated=True)
    chart = ownership_chart(ledger, "common", through="2026-03-31")

    assert [(row["of"], row["from"], row["to"]) for row in on_day(chart, date(2026, 3, 1))] == [
        ("holder ada", -200, 0),
        ("holder bob", 0, 500),
        ("holder fund", 500, 800),
    ]


def test_who_left_is_named_with_nothing() -> None:
    ledger = company()
    ledger.record(common_issued(issued=100), shares_transferred(transferred=100, effective_on="2026-03-01"))
    chart = ownership_chart(ledger, "common", through="2026-03-31")

    assert ("Ada Quill", "none at the close of 2026-03-31") in said(chart)


def test_a_class_that_nobody_holds_is_an_empty_picture_that_says_so() -> None:
    chart = ownership_chart(company(), "series-a", through="2026-03-31")

    assert chart.spec["data"]["values"] == []
    assert subtitle(chart) == "Nobody held any of it on these days."
    assert chart.to_svg().startswith("<svg")


# --- many holders -------------------------------------------------------------------------------------------


def held_by(count: int) -> Ledger:
    """Return a record of so many holders, each with a hundred shares more than the one before."""
    ledger = company()
    for number in range(1, count + 1):
        holder = f"h{number:02}"
        ledger.record(
            holder_registered(holder=holder, name=f"Holder {number}"),
            common_issued(holder=holder, issued=100 * number),
        )
    return ledger


def test_of_thirty_holders_the_largest_have_an_area_and_the_others_are_one() -> None:
    chart = ownership_chart(held_by(30), "common", through="2026-12-31", largest=5)

    assert said(chart) == [
        ("25 others", "32,500 (69.89 %)"),
        ("Holder 26", "2,600 (5.59 %)"),
        ("Holder 27", "2,700 (5.81 %)"),
        ("Holder 28", "2,800 (6.02 %)"),
        ("Holder 29", "2,900 (6.24 %)"),
        ("Holder 30", "3,000 (6.45 %)"),
    ]
    rows = on_day(chart, date(2026, 12, 31))
    assert [row["colour"] for row in rows] == [*PALETTE[:5], OTHERS]
    assert rows[-1]["to"] == 46_500


@pytest.mark.parametrize(("holders", "names"), [(1, 1), (7, 7), (8, 8), (9, 8)])
def test_there_are_at_most_seven_names_and_the_others(holders: int, names: int) -> None:
    chart = ownership_chart(held_by(holders), "common", through="2026-12-31")

    assert len(said(chart)) == names
    others = [name for name, _ in said(chart) if "other" in name]
    assert others == (["1 other"] if holders == 8 else ["2 others"] if holders == 9 else [])


@pytest.mark.parametrize("largest", [0, 8, -1])
def test_more_holders_than_there_are_colours_are_refused(largest: int) -> None:
    with pytest.raises(NotUnderstood) as refused:
        ownership_chart(held_by(1), "common", through="2026-12-31", largest=largest)
    assert refused.value.code == "E_LIMIT"


def test_a_slip_in_the_class_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownName) as slip:
        ownership_chart(company(), "comon", through="2026-12-31")
    assert slip.value.nearest == "common"


def test_the_founding_case_is_drawn_as_its_answers_are() -> None:
    """200,000,000 from 5 May on; 200,000,000 to 800,000,000 from 10 May on; 800,000,000 at the close of 20 June."""
    chart = dict(make_pictures.charts())["founding-ownership"]

    assert on_day(chart, date(2017, 5, 4)) == []
    assert shares_of(on_day(chart, date(2017, 5, 9))) == {"boone": ("200000000", "200000000")}
    assert shares_of(on_day(chart, date(2017, 6, 1))) == {"boone": ("200000000", "800000000")}
    assert shares_of(on_day(chart, date(2017, 6, 20))) == {"boone": ("800000000", "800000000")}
