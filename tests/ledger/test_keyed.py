"""Texts by name are those of a dictionary, however often they were changed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.keyed import Keyed

NAMES = st.sampled_from(["ada", "ad", "bob", '["a","b"]', "", "zoë"])
CHANGES = st.lists(st.dictionaries(NAMES, st.none() | st.sampled_from(["1", "22", "line\nfeed"]), max_size=4))


def kept(changes: list[dict[str, str | None]]) -> Keyed:
    """Return texts after some changes, opened from their arrays each time."""
    texts = Keyed()
    for each in changes:
        texts = Keyed(texts.changed(each).segments())
    return texts


def plain(changes: list[dict[str, str | None]]) -> dict[str, str]:
    """Return the same texts in a dictionary."""
    texts: dict[str, str | None] = {}
    for each in changes:
        texts |= each
    return {name: text for name, text in texts.items() if text is not None}


@given(CHANGES)
def test_texts_are_those_of_a_dictionary(changes: list[dict[str, str | None]]) -> None:
    texts, wanted = kept(changes), plain(changes)

    assert dict(texts.items()) == wanted
    for name in ("ada", "ad", "bob", '["a","b"]', "", "zoë", "nobody"):
        assert texts.get(name) == wanted.get(name)


@given(CHANGES, st.sampled_from(["a", "ad", "[", "z"]))
def test_names_are_asked_for_by_their_beginning(changes: list[dict[str, str | None]], beginning: str) -> None:
    wanted = {name: text for name, text in plain(changes).items() if name.startswith(beginning)}

    assert dict(kept(changes).items(beginning)) == wanted


def test_what_changes_little_leaves_long_segments_alone() -> None:
    many = Keyed().changed({f"name-{number}": "1" for number in range(100)})
    more = many.changed({"name-7": "2"}).changed({"name-8": None})

    assert more.segments()[0] is many.segments()[0]
    assert len(more.segments()) == 2
    assert (more.get("name-7"), more.get("name-8"), more.get("name-9")) == ("2", None, "1")


def test_names_of_one_hash_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.keyed.hashed", lambda name: 7)
    texts = Keyed().changed({"ada": "1", "bob": "2", "cy": "3"})

    assert [texts.get(name) for name in ("ada", "bob", "cy", "dan")] == ["1", "2", "3", None]
