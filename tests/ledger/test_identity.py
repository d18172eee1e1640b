"""Names and numbers of the record: what they may be, and nothing else."""

import copy
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import NotUnderstood
from ledger.identity import CommandId, Count, EntryNumber, HolderId, Identifier, StockClassId
from tests import strategies

KINDS = Identifier.__subclasses__()


def refusal(kind: Any, value: Any) -> NotUnderstood:
    with pytest.raises(NotUnderstood) as caught:
        kind(value)
    return caught.value


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_name_is_1_to_64_letters_digits_and_a_few_signs(kind: type[Identifier]) -> None:
    for name in ("a", "Z", "0", "series-k", "CS-12", "a.b:c_d-e", "a" * 63, "a" * 64):
        assert kind(name) == name
    for name in ("", "a" * 65, "-a", ".a", "_a", ":a", "a b", " a", "a ", "a\n", "a/b", "é", "１", "a\u200b", "=a"):
        assert refusal(kind, name).code == "E_ID", ascii(name)


@pytest.mark.parametrize("value", [None, 5, 5.0, True, b"a", ["a"], {}], ids=repr)
def test_a_name_is_text(value: object) -> None:
    assert refusal(HolderId, value).code == "E_ID"


def test_a_name_says_of_what_kind_it_is() -> None:
    assert repr(HolderId("ada")) == "HolderId('ada')"
    assert str(HolderId("ada")) == "ada"
    assert "holder 'a b'" in refusal(HolderId, "a b").what
    assert "stock class 'a b'" in refusal(StockClassId, "a b").what


def test_a_long_name_is_cut_and_escaped_in_the_refusal() -> None:
    error = refusal(CommandId, "\x1b[31m" + "x" * 100_000)

    assert error.line().isprintable()
    assert len(error.line()) < 300


@given(strategies.names(HolderId))
def test_names_are_text_and_survive_copies(name: Identifier) -> None:
    for again in (copy.copy(name), copy.deepcopy(name), pickle.loads(pickle.dumps(name))):
        assert again == name == str(name)
        assert type(again) is HolderId


@pytest.mark.parametrize("value", [1, 2, 10**18 - 1, "1", "999999999999999999"])
def test_an_entry_number_counts_from_one(value: int | str) -> None:
    assert EntryNumber(value) == int(value)
    assert str(EntryNumber(value)) == str(value)


@pytest.mark.parametrize(
    "value",
    [0, -1, 10**18, "0", "01", "-1", "+1", "1.0", "1e3", " 1", "1 ", "1_0", "１", "", True, 1.0, None, b"1"],
)
def test_what_is_no_entry_number_is_refused(value: Any) -> None:
    assert refusal(EntryNumber, value).code == "E_ENTRY"


@pytest.mark.parametrize("value", [0, 1, 999_999, 1_000_000, "0", "10", "1000000"])
def test_a_count_goes_from_zero_to_a_million(value: int | str) -> None:
    assert Count(value) == int(value)


@pytest.mark.parametrize("value", [-1, 1_000_001, "-0", "00", "1000001", "1.0", "", " 1", "٣", True, 2.0, None])
def test_what_is_no_count_is_refused(value: Any) -> None:
    assert refusal(Count, value).code == "E_NUMBER"


@given(st.integers(1, 10**18 - 1))
def test_an_entry_number_survives_copies(number: int) -> None:
    again = pickle.loads(pickle.dumps(EntryNumber(number)))

    assert again == number
    assert type(again) is EntryNumber
    assert repr(again) == f"EntryNumber({number})"


def test_a_count_survives_copies() -> None:
    again = copy.deepcopy(Count(7))

    assert (again, type(again), repr(again), str(again)) == (7, Count, "Count(7)", "7")
