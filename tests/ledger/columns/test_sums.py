"""Sums by key at any moment and knowledge, against adding up in a dictionary."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.columns import sums
from ledger.columns.sums import DatedSums, Rows, Segment, put_together, split_into_limbs

if TYPE_CHECKING:
    from collections.abc import Mapping

LARGE: Final = 1 << 80
WHENS: Final = 12
KEYS: Final = st.sampled_from([0, 1, 2, 3, 30, 60])
"""Some are far from the others, so that segments number theirs for themselves."""


class Change(NamedTuple):
    """A row, in plain numbers."""

    when: int
    known: int
    key: int
    change: int


@st.composite
def changes(draw: st.DrawFn, largest: int) -> list[Change]:
    """Rows in the order of their entries, of which several may be of one entry."""
    known = 1
    made = []
    for _ in range(draw(st.integers(0, 60))):
        known += draw(st.integers(0, 2))
        change = draw(st.integers(-largest, largest))
        made.append(Change(draw(st.integers(0, WHENS)), known, draw(KEYS), change))
    return made


@st.composite
def batches(draw: st.DrawFn, largest: int) -> list[list[Change]]:
    """The same, as they come: a few at a time."""
    made = draw(changes(largest))
    cuts = sorted(draw(st.sets(st.integers(0, len(made)), max_size=6)) | {0, len(made)})
    return [made[start:stop] for start, stop in pairwise(cuts)]


def in_files(pieces: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return pieces as they come back from files: flat, and not to be written to."""
    return {name: {each: in_a_file(numbers) for each, numbers in arrays.items()} for name, arrays in pieces.items()}


def in_a_file(given: Any) -> Any:
    forms: Any = {"uint8": "B", "int16": "h", "int32": "i", "int64": "l"}
    numbers = np.asarray(given)
    data = numbers.data.cast("B") if numbers.nbytes else memoryview(b"")  # bytes that lie side by side
    return memoryview(data.tobytes()).cast(forms[numbers.dtype.name])


def as_rows(given: list[Change], limbs: int) -> Rows:
    whens, known, keys, amounts = zip(*given, strict=True) if given else ((), (), (), ())
    return sums.rows(whens, known, keys, split_into_limbs(amounts, limbs))


def added_up(given: list[Change], when: int, known: int | None) -> dict[int, int]:
    found: Counter[int] = Counter()
    for row in given:
        if row.when <= when and (known is None or row.known <= known):
            found[row.key] += row.change
    return {key: total for key, total in found.items() if total}


def as_dictionary(found: sums.Whole) -> dict[int, int]:
    return {key: total for key, total in enumerate(put_together(found)) if total}


@pytest.fixture(autouse=True)
def _in_small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a few rows make what otherwise thousands make: blocks, checkpoints, segments."""
    monkeypatch.setattr(sums, "BLOCK", 4)
    monkeypatch.setattr(sums, "SHORTEST", 3)
    monkeypatch.setattr(sums, "LOOSE", 7)
    monkeypatch.setattr(sums, "FEW", 1)
    monkeypatch.setattr(sums, "_A_FEW", 2)


def filled(parts: list[list[Change]], limbs: int, tidied: int | None = None) -> DatedSums:
    """Return the sums of rows that came in parts, tidied after so many of them; after all if not given."""
    made = DatedSums(limbs)
    for part in parts:
        if len(part) == 1:
            made.add_one(*part[0])
        else:
            made.add(as_rows(part, limbs))
        if tidied is None or tidied > 0:
            made.tidy()
        tidied = None if tidied is None else tidied - 1
    return made


@pytest.mark.parametrize(("limbs", "largest"), [(1, 1 << 56), (3, LARGE)])
def test_the_sums_of_any_moment_and_knowledge_are_what_adding_up_gives(limbs: int, largest: int) -> None:
    tidied = st.none() | st.integers(0, 6)

    @given(batches(largest), tidied, st.integers(-1, WHENS + 1), st.none() | st.integers(0, 130))
    @settings(max_examples=400)
    def holds(parts: list[list[Change]], tidied: int | None, when: int, known: int | None) -> None:
        expected = added_up([row for part in parts for row in part], when, known)
        assert as_dictionary(filled(parts, limbs, tidied).at(when, known)) == expected

    holds()


@given(batches(LARGE), st.integers(-1, WHENS + 1), st.none() | st.integers(0, 130))
def test_sums_that_are_asked_for_while_rows_come_are_those_of_the_rows_so_far(
    parts: list[list[Change]], when: int, known: int | None
) -> None:
    dated, so_far = DatedSums(3), list[Change]()
    for part in parts:
        if len(part) < 5:
            for row in part:
                dated.add_one(*row)
        else:
            dated.add(as_rows(part, 3))
        so_far += part
        dated.tidy()
        assert as_dictionary(dated.at(when, known)) == added_up(so_far, when, known)


@given(batches(LARGE), st.lists(st.integers(-1, WHENS + 1), max_size=8).map(sorted), st.booleans())
def test_many_moments_at_once_are_the_same_as_one_after_the_other(
    parts: list[list[Change]], whens: list[int], settled: bool
) -> None:
    dated = filled(parts, 3)
    if settled:
        dated.settle()
        assert bool(dated.segments) == bool(len(dated))

    assert [as_dictionary(found) for found in dated.over(whens)] == [
        as_dictionary(dated.at(each)) for each in whens
    ]


@given(batches(LARGE), KEYS)
def test_the_rows_of_a_key_are_all_that_came_in_order_of_effect(parts: list[list[Change]], key: int) -> None:
    found = filled(parts, 3).of_key(key)

    expected = sorted((row for part in parts for row in part if row.key == key), key=lambda row: row.when)
    assert [*zip(found.whens.tolist(), found.known.tolist(), put_together(found.changes), strict=True)] == [
        (row.when, row.known, row.change) for row in expected
    ]


@given(batches(LARGE), KEYS, st.integers(-1, WHENS + 1))
def test_the_sum_of_one_key_is_that_among_the_sums_of_all(parts: list[list[Change]], key: int, when: int) -> None:
    dated = filled(parts, 3)

    assert dated.sum_of_key(key, when) == as_dictionary(dated.at(when)).get(key, 0)


@given(batches(LARGE), batches(LARGE), st.integers(-1, WHENS + 1), st.none() | st.integers(0, 130))
def test_sums_that_were_kept_and_go_on_are_those_that_were_never_kept(
    parts: list[list[Change]], more: list[list[Change]], when: int, known: int | None
) -> None:
    dated = filled(parts, 3)
    later = [[change._replace(known=change.known + 100) for change in part] for part in more]
    pieces = in_files(dated.pieces("sums"))
    dated.take_kept("sums", pieces)
    opened = DatedSums.of_kept("sums", pieces)
    for part in later:
        dated.add(as_rows(part, 3))
        opened.add(as_rows(part, 3))

    expected = added_up([row for part in (*parts, *later) for row in part], when, known)

    assert as_dictionary(dated.at(when, known)) == as_dictionary(opened.at(when, known)) == expected
    assert len(opened) == len(dated)
    assert opened.sum_of_key(1, when) == dated.sum_of_key(1, when)


@given(changes(LARGE).filter(bool), st.integers(1, 9), st.integers(0, WHENS))
def test_how_often_a_checkpoint_is_kept_changes_no_sum(made: list[Change], spacing: int, when: int) -> None:
    segment = Segment.made(as_rows(made, 3), spacing)
    out = np.full((3, segment.size), 7, np.int64)

    segment.sums(segment.count(when), out)

    numbers = range(segment.size) if segment.numbers is None else segment.numbers.tolist()
    assert {numbers[key]: total for key, total in as_dictionary(out).items()} == added_up(made, when, None)


def test_more_keys_than_sixteen_bits_can_tell_apart_are_added_up_each_by_itself() -> None:
    many = 1 << 17
    places = np.arange(3 * many, dtype=np.int32)
    given = Rows(places % WHENS, places, places * 5 % many, places[None].astype(np.int64))
    segment = Segment.made(given)
    out, expected = (np.zeros((1, many), np.int64) for _ in range(2))
    some = given.taken(given.whens <= 6)

    segment.sums(segment.count(6), out)

    np.add.at(expected[0], some.keys, some.changes[0])
    assert (out == expected).all()
    for key in (5, (1 << 16) - 1, 1 << 16, (1 << 16) + 5):
        found = segment.rows.taken(segment.of_key(key))
        assert {*found.keys.tolist()} == {key}
        assert sorted(found.known.tolist()) == np.flatnonzero(given.keys == key).tolist()
        assert found.whens.tolist() == sorted(found.whens.tolist())


@given(st.lists(st.integers(-LARGE, LARGE)))
def test_limbs_are_put_together_again(numbers: list[int]) -> None:
    assert put_together(split_into_limbs(numbers, 3)) == numbers


def test_one_limb_holds_what_64_bits_hold_and_says_when_it_cannot() -> None:
    assert put_together(split_into_limbs([2**63 - 1, -(2**63)], 1)) == [2**63 - 1, -(2**63)]
    with pytest.raises(OverflowError):
        split_into_limbs([2**63], 1)


def test_rows_whose_sum_may_not_fit_are_refused_and_leave_the_sums_as_they_were() -> None:
    dated = DatedSums()
    dated.add(as_rows([Change(0, 1, 0, 2**62)], 1))

    with pytest.raises(OverflowError):
        dated.add(as_rows([Change(0, 2, 1, 2**62), Change(0, 2, 2, -(2**40))], 1))
    for change in (2**62, 2**63, -(2**63) - 1, 1 << 80):
        with pytest.raises(OverflowError):
            dated.add_one(0, 2, 1, change)
    dated.add(as_rows([Change(0, 2, 0, -(2**62) + 2**31)], 1))

    assert as_dictionary(dated.at(0)) == {0: 2**31}
