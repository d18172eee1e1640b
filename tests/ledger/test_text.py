"""What may stand in a record as text, and what messages show of what may not."""

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import NotUnderstood, nearest, shown
from ledger.text import NAME_LENGTH, clean
from tests import strategies


def refusal(text: Any, longest: int = NAME_LENGTH) -> NotUnderstood:
    with pytest.raises(NotUnderstood) as caught:
        clean(text, longest)
    return caught.value


@given(strategies.texts())
def test_text_of_any_script_is_returned_as_it_is(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "Zoé",
        "株式会社",
        "Ünïcödé",
        "O'Brien & Söhne <Co>",
        "=HYPERLINK(1)",
        "a  b",
        "Ω≈ç√",
        "👩",
        "-1",
        "null",
        "ß",
        "a/b",
    ],
)
def test_unusual_names_are_names(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize(
    ("character", "name"),
    [
        ("\u202e", "U+202E"),
        ("\u2066", "U+2066"),
        ("\u200b", "U+200B"),
        ("\u200d", "U+200D"),
        ("\ufeff", "U+FEFF"),
        ("\u00ad", "U+00AD"),
        ("\x00", "U+0000"),
        ("\x1b", "U+001B"),
        ("\n", "U+000A"),
        ("\t", "U+0009"),
        ("\x7f", "U+007F"),
        ("\x85", "U+0085"),
        ("\u2028", "U+2028"),
        ("\u2029", "U+2029"),
        ("\ud800", "U+D800"),
        ("\udfff", "U+DFFF"),
        ("\ue000", "U+E000"),
        ("\U000e0041", "U+E0041"),
        ("\uffff", "U+FFFF"),
        ("\ufffe", "U+FFFE"),
        ("\ufdd0", "U+FDD0"),
        ("\u00a0", "U+00A0"),
        ("\u1680", "U+1680"),
        ("\u2003", "U+2003"),
        ("\u202f", "U+202F"),
        ("\u205f", "U+205F"),
        ("\u3000", "U+3000"),
        ("\u034f", "U+034F"),
        ("\u115f", "U+115F"),
        ("\u1160", "U+1160"),
        ("\u17b4", "U+17B4"),
        ("\u17b5", "U+17B5"),
        ("\u180b", "U+180B"),
        ("\u180e", "U+180E"),
        ("\u180f", "U+180F"),
        ("\u2800", "U+2800"),
        ("\u3164", "U+3164"),
        ("\ufe00", "U+FE00"),
        ("\ufe0f", "U+FE0F"),
        ("\uffa0", "U+FFA0"),
        ("\U000e0100", "U+E0100"),
        ("\U000e01ef", "U+E01EF"),
    ],
    ids=lambda value: value if value.startswith("U+") else "",
)
def test_what_cannot_be_seen_is_refused_by_name(character: str, name: str) -> None:
    for text in (f"Zo{character}e", f"{character}Zoe", f"Zoe{character}", character):
        error = refusal(text)
        assert error.code == "E_TEXT"
        assert name in str(error)
        assert error.line().isprintable()


@pytest.mark.parametrize("code", [0x0350, 0x115E, 0x1161, 0x17B3, 0x17B6, 0x2801, 0x3163, 0xFDFD, 0xFFA1])
def test_what_is_beside_an_invisible_character_can_be_seen(code: int) -> None:
    assert clean(f"a{chr(code)}b")


@given(st.characters(exclude_categories=["Cn"]))  # a rule of recording refuses those
def test_two_names_do_not_differ_by_a_space_or_by_nothing(character: str) -> None:
    """What Python itself takes for a space, or will not print, is refused wherever it stands."""
    if character != " " and (character.isspace() or not character.isprintable()):
        assert refusal(f"Zo{character}e").code == "E_TEXT"


@pytest.mark.parametrize("text", ["Zoe\u0301", "\u212b", "e\u0302\u0323", "\u1100\u1161"])
def test_text_is_in_normal_form_c(text: str) -> None:
    assert refusal(text).code == "E_TEXT"
    assert clean(unicodedata.normalize("NFC", text))


@pytest.mark.parametrize("text", ["", " ", " a", "a ", "\u00a0a", "a\u3000", "\u2003"])
def test_text_is_neither_empty_nor_padded(text: str) -> None:
    assert refusal(text).code == "E_TEXT"


@pytest.mark.parametrize(("length", "fits"), [(199, True), (200, True), (201, False), (1_000_000, False)])
@pytest.mark.parametrize("letter", ["a", "é", "株", "👩"])
def test_a_name_has_at_most_200_characters(letter: str, length: int, fits: bool) -> None:
    if fits:
        assert clean(letter * length)
    else:
        error = refusal(letter * length)
        assert error.code == "E_LIMIT"
        assert len(error.line()) < 200


@pytest.mark.parametrize("value", [None, 5, 1.5, True, b"a", ["a"]], ids=repr)
def test_what_is_no_text_is_refused(value: object) -> None:
    assert refusal(value).code == "E_TYPE"


@given(st.text(max_size=30))
def test_text_is_accepted_and_the_same_or_refused_by_name(text: str) -> None:
    try:
        assert clean(text) == text
    except NotUnderstood as error:
        assert error.code in ("E_TEXT", "E_LIMIT")  # noqa: PT017 - either is an answer


@given(st.text() | st.binary() | st.integers() | st.none() | st.floats())
def test_what_a_message_shows_is_printable_ascii_and_short(value: object) -> None:
    text = shown(value)

    assert text.isascii()
    assert text.isprintable()
    assert len(text) <= 60


def test_the_nearest_name_is_the_one_most_like_it() -> None:
    assert nearest("hodler", ["holder", "issuer"]) == "holder"
    assert nearest("zzz", ["holder", "issuer"]) is None
    assert nearest("a", []) is None
