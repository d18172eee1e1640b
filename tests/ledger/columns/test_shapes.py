"""Texts of one shape, and the numbers of what stands in their gaps: as if each text was looked at by itself."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.columns.shapes import DIGITS, LANE, Shape, cut, whole_numbers, within_a_string
from ledger.columns.words import Lookup, Words, together

LONG = 40
some_bytes = st.binary(min_size=1, max_size=LONG)


def lines_of(texts: list[bytes]) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    """Return texts that are equally long as lines."""
    filled = b"\0" * LANE + b"".join(texts)
    ends = LANE + np.cumsum([*map(len, texts)])
    return cut(np.frombuffer(filled, np.uint8), ends, len(texts[0]))


@given(st.data())
def test_a_text_fits_if_it_differs_in_gaps_only_and_none_of_these_ends_early(data: st.DataObject) -> None:
    text = data.draw(some_bytes)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), min_size=4, max_size=4)))
    gap, looked_at = slice(*cuts[:2]), slice(*cuts[2:])
    others = [text]
    for _ in range(data.draw(st.integers(1, 5))):
        changed = bytearray(text)
        changed[data.draw(st.integers(0, len(text) - 1))] = data.draw(st.sampled_from(b'a"\\\0\x1f\x20\xff'))
        others.append(bytes(changed))

    fits = Shape(text, [gap], [looked_at]).fitting(lines_of(others))

    free = {*range(*cuts[:2]), *range(*cuts[2:])}
    assert fits.tolist() == [
        all(one == two or at in free for at, (one, two) in enumerate(zip(text, other, strict=True)))
        and (other[gap] == text[gap] or not {*other[gap]} & {*b'"\\', *range(32)})
        for other in others
    ]


@given(st.lists(st.text("0123456789-. a", min_size=1, max_size=DIGITS), min_size=1, max_size=5))
def test_digits_say_the_number_that_they_are_if_it_is_above_zero(said: list[str]) -> None:
    width = min(map(len, said))
    texts = [each[:width] for each in said]

    numbers, fine = whole_numbers(np.array([[*each.encode()] for each in texts], np.uint8))

    assert fine.tolist() == [each.isdigit() and not each.startswith("0") for each in texts]
    assert [n for n, is_fine in zip(numbers.tolist(), fine, strict=True) if is_fine] == [
        int(each) for each, is_fine in zip(texts, fine, strict=True) if is_fine
    ]


@given(some_bytes)
def test_a_string_ends_at_quotation_marks_escapes_and_what_json_does_not_allow(text: bytes) -> None:
    expected = all(each >= 0x20 and each not in b'"\\' for each in text)

    assert within_a_string(np.frombuffer(text, np.uint8).reshape(1, -1)).tolist() == [expected]


@given(st.lists(st.lists(st.integers(0, 600), min_size=1), min_size=1))
def test_keys_have_the_numbers_in_which_they_came(parts: list[list[int]]) -> None:
    lookup, numbers = Lookup(), dict[int, int]()
    for part in parts:
        keys = together(np.array(part, np.int32), np.array(part, np.int32)[::-1][::-1])
        before = len(numbers)
        for key in part:
            numbers.setdefault(key, len(numbers))

        found, new = lookup.numbered(keys)

        assert found.tolist() == [numbers[key] for key in part]
        assert [part[at] for at in new.tolist()] == [*numbers][before:]
        assert new.tolist() == [part.index(key) for key in [*numbers][before:]]


@given(
    st.lists(st.lists(st.text("ab-1\0", min_size=1, max_size=20), min_size=1, max_size=9), min_size=1, max_size=5)
)
def test_words_have_numbers_of_their_own_and_what_is_no_word_has_none(parts: list[list[str]]) -> None:
    words = Words(lambda text: None if b"\0" in text else text.decode())
    for part in parts:
        for width in {*map(len, part)}:
            texts = [each for each in part if len(each) == width]
            numbers, fine = words.numbers(np.array([[*each.encode()] for each in texts], np.uint8))

            assert fine.tolist() == ["\0" not in each for each in texts]
            found = [words.values[n] for n, is_fine in zip(numbers.tolist(), fine, strict=True) if is_fine]
            assert found == [each for each in texts if "\0" not in each]
    assert len({*words.values}) == len(words.values)


def test_of_two_long_words_with_one_key_the_second_has_no_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.columns.words._mixed", lambda lanes: lanes[0])
    words = Words(bytes.decode)

    _, fine = words.numbers(np.array([[*b"series-a-1"], [*b"series-a-2"]], np.uint8))

    assert fine.tolist() == [True, False]
    assert words.values == ["series-a-1"]
