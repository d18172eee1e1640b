"""Particulars of natural persons: committed to in the record, kept beside it, erasable."""

import copy
import pickle
from hashlib import sha256
from typing import Any, get_args, get_type_hints

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import NotUnderstood
from ledger.events import EVENTS, Event
from ledger.personal import Personal, has_particulars, particulars, seal, whose
from tests import strategies
from tests.builders import (
    common_issued,
    entry_restated,
    holder_list_received,
    holder_registered,
    holder_renamed,
    listed_holder,
)

SALT = bytes(range(32))
COMMITMENT = "sha256:" + sha256(SALT + b"Ada Quill").hexdigest()


def refusal(*arguments: Any) -> NotUnderstood:
    with pytest.raises(NotUnderstood) as caught:
        Personal(*arguments)
    return caught.value


def test_the_commitment_is_the_digest_of_salt_and_value() -> None:
    assert Personal("Ada Quill", SALT).commitment == COMMITMENT
    assert Personal("Ada Quill").sealed(SALT).commitment == COMMITMENT
    assert Personal("Ada Quill", SALT, COMMITMENT) == Personal("Ada Quill", SALT)


@given(strategies.texts(), st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_the_same_value_under_two_salts_has_two_commitments(value: str, salt: bytes, other: bytes) -> None:
    one, two = Personal(value, salt), Personal(value, other)

    assert one == two
    assert hash(one) == hash(two)
    assert (one.commitment == two.commitment) == (salt == other)


def test_a_value_that_does_not_fit_its_commitment_is_refused() -> None:
    assert refusal("Eve Quill", SALT, COMMITMENT).code == "E_PERSONAL"
    assert refusal("Ada Quill", bytes(32), COMMITMENT).code == "E_PERSONAL"
    assert "Eve" not in str(refusal("Eve Quill", SALT, COMMITMENT))


def test_a_value_beside_a_commitment_needs_its_salt() -> None:
    assert refusal("Eve Quill", None, COMMITMENT).code == "E_PERSONAL"
    assert refusal("Ada Quill", None, COMMITMENT).code == "E_PERSONAL"


@pytest.mark.parametrize("salt", ["abc", b"", bytes(31), bytes(33), "a" * 32, 32, bytearray(32)], ids=repr)
def test_a_salt_is_32_bytes(salt: Any) -> None:
    for arguments in (("Ada Quill", salt), ("Ada Quill", salt, COMMITMENT), (None, salt, COMMITMENT)):
        error = refusal(*arguments)
        assert error.code == "E_PERSONAL"
        assert "Quill" not in str(error)


@pytest.mark.parametrize(
    "commitment",
    [
        "",
        "sha256:",
        "sha256:" + "a" * 63,
        "sha256:" + "a" * 65,
        "sha256:" + "A" * 64,
        "md5:" + "a" * 64,
        "a" * 64,
        "sha256:" + "a" * 64 + "\n",
    ],
)
def test_a_commitment_has_one_form(commitment: str) -> None:
    assert refusal(None, None, commitment).code == "E_PERSONAL"


def test_a_particular_has_a_value_or_a_commitment() -> None:
    assert refusal(None).code == "E_PERSONAL"
    assert refusal(None, SALT).code == "E_PERSONAL"


def test_the_value_is_text_that_may_be_recorded() -> None:
    assert refusal("Ada\u202e").code == "E_TEXT"
    assert refusal("").code == "E_TEXT"
    assert refusal("a" * 201).code == "E_LIMIT"
    assert refusal(5).code == "E_TYPE"


def test_an_erased_value_says_so() -> None:
    erased = Personal("Ada Quill", SALT).erased()

    assert str(erased) == "(erased)"
    assert erased.is_erased
    assert (erased.value, erased.salt) == (None, None)
    assert erased.is_sealed
    assert erased == Personal("Ada Quill", SALT)
    assert erased != Personal("Ada Quill", bytes(32))
    assert erased != Personal("Ada Quill")


def test_a_value_that_is_only_not_at_hand_does_not_say_that_it_was_erased() -> None:
    elsewhere = Personal(None, commitment=COMMITMENT)

    assert str(elsewhere) == "(not at hand)"
    assert not elsewhere.is_erased
    assert elsewhere == Personal("Ada Quill", SALT)
    assert not Personal("Ada Quill", SALT, is_erased=True).is_erased


def test_an_unsealed_value_has_no_commitment_yet() -> None:
    assert not Personal("Ada Quill").is_sealed
    with pytest.raises(ValueError, match="no salt yet"):
        _ = Personal("Ada Quill").commitment


def test_a_sealed_value_keeps_its_salt() -> None:
    one = Personal("Ada Quill", SALT)

    assert one.sealed(bytes(32)) is one


def test_a_particular_shows_nothing_in_a_traceback_and_does_not_change() -> None:
    one: Any = Personal("Ada Quill", SALT)

    assert repr(one) == "Personal(...)"
    assert f"{one}" == "Ada Quill"
    for name in ("value", "salt", "colour"):
        with pytest.raises(AttributeError):
            setattr(one, name, None)
    with pytest.raises(AttributeError):
        del one.value
    assert one != "Ada Quill"


def test_a_particular_survives_copies() -> None:
    sealed = Personal("Ada Quill", SALT)
    for one in (Personal("Ada Quill"), sealed, sealed.erased(), Personal(None, commitment=COMMITMENT)):
        for again in (copy.deepcopy(one), pickle.loads(pickle.dumps(one))):
            assert (again.value, again.salt, again.is_sealed) == (one.value, one.salt, one.is_sealed)
            assert again.is_erased is one.is_erased


def test_particulars_are_found_and_sealed_at_any_depth() -> None:
    event = entry_restated(4, restated_as=holder_registered(address="1 Row"))
    salts = iter([bytes([number]) * 32 for number in range(9)])

    sealed = seal(event, lambda: next(salts))

    assert [each.value for each in particulars(event)] == ["Ada Quill", "1 Row"]
    assert sealed == event
    assert [each.salt for each in particulars(sealed)] == [bytes(32), bytes([1]) * 32]
    assert seal(sealed, lambda: next(salts)) is sealed


def test_a_particular_is_about_the_holder_of_its_event_or_its_line() -> None:
    line, stranger = listed_holder(holder="ada", name="Ada"), listed_holder(holder=None, name="Zoe")
    received = holder_list_received(holders=(line, stranger))

    assert [(str(value), holder) for value, holder in whose(received)] == [("Ada", "ada"), ("Zoe", None)]
    restated = entry_restated(4, restated_as=holder_renamed(holder="bob", legal_name=None, name="Bob"))
    assert [(str(value), holder) for value, holder in whose(restated)] == [("Bob", "bob")]


@pytest.mark.parametrize("kind", [kind for kind in EVENTS if has_particulars(kind)], ids=lambda kind: kind.KIND)
def test_whatever_holds_particulars_says_whose_they_are(kind: type[Event]) -> None:
    """Else they would all be taken for those of nobody, and erasing a holder would leave them."""
    parts = [
        kind,
        *(part for field in get_type_hints(kind).values() for part in get_args(field) if attrs.has(part)),
    ]
    named = [part for part in parts if any("Personal" in str(field.type) for field in attrs.fields(part))]

    assert named
    assert all("holder" in attrs.fields_dict(part) for part in named)


def test_an_event_about_nobody_is_left_as_it_is() -> None:
    event = common_issued()

    assert [*particulars(event)] == []
    assert seal(event, lambda: SALT) is event
