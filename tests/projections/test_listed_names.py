"""Whom a name on a list means: never somebody because a name looks alike."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import HolderId
from projections.listed_names import KnownNames, Meant, likeness, spellings, words_of

WORDS = st.sampled_from(
    ["Maple", "Birch", "Orion", "Fund", "LP", "Group", "TFG", "Tertius", "Financial", "Radiant"]
)
NAMES = st.lists(WORDS, min_size=1, max_size=3).map(" ".join)


def known(*names: str) -> KnownNames:
    return KnownNames({HolderId(f"h-{number}"): (name,) for number, name in enumerate(names)})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Maple Fund, L.P.", "MAPLE FUND LP"),
        ("Orion Shipping Limited", "Orion Shipping Ltd."),
        ("Café Müller GmbH", "Cafe\u0301 Muller GmbH"),
        ("Birch & Co", "Birch and Company"),
    ],
)
def test_two_ways_to_write_a_name_are_the_same_words(one: str, other: str) -> None:
    assert words_of(one) == words_of(other)


@pytest.mark.parametrize(("one", "other"), [("かき", "かぎ"), ("***", "—"), ("केमल", "कोमल")])
def test_what_is_no_accent_makes_another_name(one: str, other: str) -> None:
    assert not spellings(one) & spellings(other)


def test_a_legal_form_after_a_comma_is_no_first_name() -> None:
    assert spellings("Maple Fund, LP") == {("maple", "fund", "lp")}
    assert spellings("Quill, Ada") == {("quill", "ada"), ("ada", "quill")}


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        ("TFG", "Tertius Financial Group Pte. Ltd.", "initials"),
        ("TFG", "TFG Radiant Investment Group Ltd.", "a part of the name"),
        ("Maple Fund LP", "Maple Fund LLC", "the same words"),
        ("Quil Ada", "Quill Ada", "spelt alike"),
        ("Maple Fund", "Birch Street", ""),
        ("LP", "Maple Fund LP", ""),
    ],
)
def test_names_are_alike_for_a_reason_that_is_the_same_both_ways(one: str, other: str, why: str) -> None:
    assert likeness(one, other) == likeness(other, one) == why


@given(NAMES, st.lists(NAMES, max_size=6))
def test_a_name_means_a_holder_only_if_that_holder_alone_bears_it(name: str, names: list[str]) -> None:
    bearing = [HolderId(f"h-{number}") for number, each in enumerate(names) if words_of(each) == words_of(name)]
    meant = known(*names).meant(name)

    assert meant.holder is None or [meant.holder] == bearing
    assert meant.holder is not None or {*bearing} <= {holder for holder, _ in meant.candidates}
    assert meant.holder is None or meant.candidates == ()


@given(NAMES, st.lists(NAMES, max_size=6))
def test_whoever_is_alike_is_among_the_candidates(name: str, names: list[str]) -> None:
    meant = known(*names).meant(name)
    borne = {words_of(each) for each in names}
    alike = {HolderId(f"h-{number}") for number, each in enumerate(names) if likeness(name, each)}

    if meant.holder is None and words_of(name) not in borne:
        assert {holder for holder, _ in meant.candidates} == alike


def test_the_two_holders_of_the_founding_case_are_both_told() -> None:
    names = known("Tertius Financial Group Pte. Ltd.", "TFG Radiant Investment Group Ltd.", "TFG Limited")

    assert [why for _, why in names.meant("TFG").candidates] == ["initials", "a part of the name", "the same words"]
    assert names.meant("TFG Limited") == Meant(HolderId("h-2"))
