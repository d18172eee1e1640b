"""Days, ranges of days, phases, and the moments that order them."""

import copy
import pickle
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.days import EffectiveDay, Phase, between, close_of, day, day_of, moment, on
from ledger.errors import NotUnderstood
from tests import strategies


def refusal(value: Any) -> NotUnderstood:
    with pytest.raises(NotUnderstood) as caught:
        day(value)
    return caught.value


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        ("03/04/2026", "E_DATE", "ambiguous"),
        ("3.4.2026", "E_DATE", "not an ISO day"),
        ("2026/03/04", "E_DATE", "not an ISO day"),
        ("45292", "E_DATE", "serial number"),
        ("45292.5", "E_DATE", "serial number"),
        ("2026-3-4", "E_DATE", "not an ISO day"),
        ("20260304", "E_DATE", "not an ISO day"),
        ("2026-W10-3", "E_DATE", "not an ISO day"),
        ("2026-03-04T00:00:00Z", "E_DATE", "not an ISO day"),
        (" 2026-03-04", "E_DATE", "not an ISO day"),
        ("2026-03-04\n", "E_DATE", "not an ISO day"),
        ("２０２６-03-04", "E_DATE", "not an ISO day"),
        ("", "E_DATE", "not an ISO day"),
        ("today", "E_DATE", "not an ISO day"),
        ("2026-02-29", "E_DATE", "does not exist"),
        ("2026-13-01", "E_DATE", "does not exist"),
        ("2026-00-01", "E_DATE", "does not exist"),
        ("0000-01-01", "E_DATE", "does not exist"),
        (None, "E_DATE", "NoneType"),
        (20260304, "E_DATE", "int"),
        (True, "E_DATE", "bool"),
        (datetime(2026, 3, 4), "E_DATE", "datetime"),
        ("1582-10-04", "E_DATE_RANGE", "1582"),
        ("9999-12-31", "E_DATE_RANGE", "9999"),
    ],
)
def test_what_is_no_day_is_refused(text: object, code: str, says: str) -> None:
    error = refusal(text)

    assert error.code == code
    assert says in str(error)
    assert error.line().isprintable()


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("1599-12-31", False),
        ("1600-01-01", True),
        ("1600-01-02", True),
        ("2999-12-30", True),
        ("2999-12-31", True),
        ("3000-01-01", False),
    ],
)
def test_days_reach_from_1600_to_2999(text: str, fits: bool) -> None:
    if fits:
        assert day(text) == date.fromisoformat(text)
    else:
        assert refusal(text).code == "E_DATE_RANGE"


def test_the_last_of_february_is_there_in_leap_years_only() -> None:
    assert day("2024-02-29") == date(2024, 2, 29)
    assert day("2000-02-29") == date(2000, 2, 29)
    assert refusal("1900-02-29").code == "E_DATE"


@given(strategies.days())
def test_a_day_is_read_from_its_own_text(one: date) -> None:
    assert day(str(one)) == day(one) == one


# --- effective days ----------------------------------------------------------------------------------------------


@given(strategies.effective_days())
def test_an_effective_day_is_read_from_its_own_text_and_survives_copies(one: EffectiveDay) -> None:
    assert EffectiveDay.parse(str(one)) == one
    assert pickle.loads(pickle.dumps(one)) == copy.deepcopy(one) == one
    assert hash(EffectiveDay.parse(str(one))) == hash(one)
    assert repr(one) == f"EffectiveDay('{one}')"


@pytest.mark.parametrize("text", ["2026-02-02", "2017-05-10/2017-06-20", "2026-12-31/2027-01-01"])
def test_the_text_of_an_effective_day_is_canonical(text: str) -> None:
    assert str(EffectiveDay.parse(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-02/2026-02-02",
        "2026-02-03/2026-02-02",
        "2026-02-02/",
        "/2026-02-02",
        "/",
        "",
        "2026-02-02-2026-02-03",
    ],
)
def test_a_range_names_two_days_in_order(text: str) -> None:
    with pytest.raises(NotUnderstood) as caught:
        EffectiveDay.parse(text)

    assert caught.value.code == "E_DATE"


def test_three_days_make_no_range() -> None:
    with pytest.raises(NotUnderstood) as caught:
        EffectiveDay.parse("2026-02-01/2026-02-02/2026-02-03")

    assert caught.value.code == "E_DATE"


def test_a_range_of_one_day_is_that_day() -> None:
    assert between("2026-02-02", "2026-02-02") == on("2026-02-02") == EffectiveDay(date(2026, 2, 2))
    assert on("2026-02-02").is_exact
    assert not between("2026-02-02", "2026-02-03").is_exact


def test_an_effective_day_does_not_change() -> None:
    one: Any = on("2026-02-02")

    for name in ("earliest", "latest", "is_exact", "colour"):
        with pytest.raises(AttributeError):
            setattr(one, name, date(2026, 1, 1))
    with pytest.raises(AttributeError):
        del one.earliest


def test_an_effective_day_is_not_a_day() -> None:
    assert on("2026-02-02") != date(2026, 2, 2)
    assert on("2026-02-02") != "2026-02-02"


# --- moments -----------------------------------------------------------------------------------------------------


@given(strategies.days(), strategies.days(), st.sampled_from(Phase), st.sampled_from(Phase))
def test_moments_order_days_and_then_phases(one: date, other: date, phase: Phase, late: Phase) -> None:
    earlier, later = moment(one, phase), moment(other, late)

    assert (earlier < later) == ((one, phase.rank) < (other, late.rank))
    assert day_of(earlier) == one
    assert moment(one, Phase.CLOSE) == close_of(one)
    assert close_of(one) < moment(one + timedelta(days=1), Phase.OPENING)


def test_the_phases_of_a_day_are_three_in_order() -> None:
    assert [phase.rank for phase in (Phase.OPENING, Phase.ORDINARY, Phase.CLOSE)] == [0, 1, 2]
    assert len(Phase) == 3
