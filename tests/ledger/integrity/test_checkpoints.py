"""Checkpoints and what witnesses say of them: three lines, under the key of that log and no other."""

from datetime import UTC, datetime, timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import NotProved, NotUnderstood
from ledger.integrity.checkpoints import Checkpoint, opened, signed
from ledger.integrity.cosignatures import continued, cosign, cosigned
from ledger.integrity.notes import Algorithm, Note, SigningKey
from ledger.integrity.proofs import Growth
from ledger.integrity.tree import EMPTY_ROOT, node_hash
from tests.ledger.integrity.logs import KEY, ORIGIN, WITNESS, checkpoint, growth, note

# c2sp.org/tlog-checkpoint and c2sp.org/tlog-cosignature show this checkpoint, with a cosignature of 17 March 2023.
SOFA = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
SOFA_SIGNED = (
    f"{SOFA}\n— example.com/behind-the-sofa"
    " Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "— witness.example.com/w1"
    " jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
).encode()
NOON = datetime(2026, 3, 31, 12, tzinfo=UTC)


def test_the_example_of_the_specification_is_read_and_written_back() -> None:
    read = Note.parse(SOFA_SIGNED)

    assert Checkpoint.parse(read.text).size == 20_852_163
    assert Checkpoint.parse(read.text).text() == SOFA
    assert read.written() == SOFA_SIGNED
    assert int.from_bytes(read.signatures[1].value[:8]) == 1_679_315_147  # the time that the specification names


def test_a_checkpoint_has_these_bytes_for_ever() -> None:
    """Golden: Ed25519 signatures are the same each time, so any change of form shows here."""
    both = cosign(signed(Checkpoint(ORIGIN, 0, EMPTY_ROOT), KEY), WITNESS, NOON)

    assert str(KEY.verifier) == "acme.example/ledger+b6fbc21e+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
    assert str(WITNESS.verifier) == "witness.example/w1+20324abe+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X"
    assert both.written().decode() == GOLDEN


GOLDEN = (
    "acme.example/ledger\n"
    "0\n"
    "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
    "\n"
    "— acme.example/ledger"
    " tvvCHjmbM40KfrT8I90H1irZMrR1i9Cax7diL5Z+YwbbjzoqR7ooRyj0iIrZrqEBIozXIyojgpnvxMp6LautcsMv5QA=\n"
    "— witness.example/w1"
    " IDJKvgAAAABpy7dAOSI1HZlADHu/VgLs3YM/ndy25DB2lULjJF5us3tFXqSJEuA37b/Jipo7AZyhlVdIcSdUMXa5BnePX9MaKnC9Bg==\n"
)


def test_a_checkpoint_opens_under_the_key_of_its_log() -> None:
    read, whole = opened(note(), KEY.verifier)

    assert read == checkpoint()
    assert whole.written() == note()


def test_a_checkpoint_of_another_log_or_by_another_key_is_refused() -> None:
    other_log = SigningKey("other.example", Algorithm.ED25519, bytes(32))
    other_key = SigningKey(ORIGIN, Algorithm.ED25519, bytes(32))

    for key, told in ((other_log, "is of log 'acme.example/ledger'"), (other_key, "did not sign")):
        with pytest.raises(NotProved, match=told) as refused:
            opened(note(), key.verifier)
        assert (refused.value.code, refused.value.EXIT) == ("E_CHECKPOINT", 3)


def test_a_signature_that_does_not_fit_spoils_a_checkpoint_even_beside_one_that_does() -> None:
    forged = Note.parse(note()).with_signature(KEY.verifier, bytes(64))

    with pytest.raises(NotProved, match="does not fit"):
        opened(forged.written(), KEY.verifier)


def test_a_checkpoint_is_as_good_with_signatures_of_strangers() -> None:
    stranger = SigningKey("stranger.example", Algorithm.ED25519, bytes(32))
    crowded = Note.parse(note())
    for _ in range(16):
        crowded = crowded.with_signature(stranger.verifier, bytes(64))

    assert opened(crowded.written(), KEY.verifier)[0] == checkpoint()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("acme\n", "three lines"),
        ("acme\n1\n", "three lines"),
        ("\n1\n" + SOFA.splitlines()[2] + "\n", "three lines"),
        (SOFA + "\n", "three lines"),
        (SOFA.replace("20852163", "007"), "plain number"),
        (SOFA.replace("20852163", "-1"), "plain number"),
        (SOFA.replace("20852163", "+1"), "plain number"),
        (SOFA.replace("20852163", "1_0"), "plain number"),
        (SOFA.replace("20852163", "٣"), "plain number"),
        (SOFA.replace("20852163", "9" * 19), "plain number"),
        (SOFA.replace("20852163", "0"), "not the root of a tree of that size"),
        (SOFA.replace("q2I=", "q2I"), "not the root"),
        (SOFA.replace("q2I=", "q2J="), "not the root"),
        (SOFA.replace("CsUY", ""), "not the root"),
    ],
)
def test_what_is_no_checkpoint_is_refused_with_the_reason(text: str, told: str) -> None:
    with pytest.raises(NotUnderstood, match=told) as refused:
        Checkpoint.parse(text)

    assert refused.value.code == "E_CHECKPOINT"


def test_lines_after_the_third_are_signed_and_not_read() -> None:
    text = checkpoint().text() + "extension\n"
    extended = Note(text, ()).with_signature(KEY.verifier, KEY.signature(text.encode()))

    assert opened(extended.written(), KEY.verifier)[0] == checkpoint()
    with pytest.raises(NotProved, match="does not fit"):
        opened(extended.written().replace(b"extension", b"Extension"), KEY.verifier)


# --- witnesses ---------------------------------------------------------------------------------------------------


def test_a_witness_says_when_it_saw_a_checkpoint() -> None:
    seen = cosign(Note.parse(note()), WITNESS, NOON + timedelta(microseconds=7))

    assert cosigned(Note.parse(seen.written()), WITNESS.verifier) == NOON
    assert opened(seen.written(), KEY.verifier)[0] == checkpoint()


def test_without_a_signature_of_the_witness_there_is_no_time() -> None:
    assert cosigned(Note.parse(note()), WITNESS.verifier) is None


@pytest.mark.parametrize("place", [0, 7, 8, 40, 71])
def test_no_bit_of_a_cosignature_may_change_its_time_included(place: int) -> None:
    seen = cosign(Note.parse(note()), WITNESS, NOON)
    last = seen.signatures[-1]
    value = bytearray(last.value)
    value[place] ^= 1
    changed = attrs.evolve(seen, signatures=(seen.signatures[0], attrs.evolve(last, value=bytes(value))))

    with pytest.raises(NotProved, match=r"witness\.example/w1") as refused:
        cosigned(changed, WITNESS.verifier)
    assert refused.value.code == "E_CHECKPOINT"


@given(st.binary(max_size=100))
def test_any_bytes_in_the_name_of_a_witness_are_refused(value: bytes) -> None:
    with pytest.raises(NotProved):
        cosigned(Note.parse(note()).with_signature(WITNESS.verifier, value), WITNESS.verifier)


@given(st.integers(0, 20), st.integers(0, 20))
def test_a_witness_signs_what_continues_what_it_saw(one: int, other: int) -> None:
    older, newer = sorted((one, other))
    seen = checkpoint(older) if older else None

    assert continued(growth(older, newer), KEY.verifier, seen)[0] == checkpoint(newer)


def test_a_witness_refuses_a_shorter_record() -> None:
    cut_off = Growth(20, (), note(12))

    with pytest.raises(NotProved, match="12 entries, and the older one 20") as refused:
        continued(cut_off, KEY.verifier, checkpoint(20))
    assert refused.value.code == "E_PROOF"


def test_a_witness_refuses_a_second_history_of_the_same_length() -> None:
    rewritten = attrs.evolve(checkpoint(20), root=node_hash(b"", b""))

    with pytest.raises(NotProved, match="does not continue"):
        continued(Growth(20, (), signed(rewritten, KEY).written()), KEY.verifier, checkpoint(20))


def test_a_witness_refuses_a_second_history_that_goes_on() -> None:
    rewritten = attrs.evolve(checkpoint(12), root=node_hash(b"", b""))

    with pytest.raises(NotProved, match="does not continue"):
        continued(growth(12), KEY.verifier, rewritten)


def test_a_witness_says_from_where_it_needs_a_proof() -> None:
    for seen, says in ((checkpoint(12), "prove --since 12"), (None, "a checkpoint alone first")):
        with pytest.raises(NotProved, match=says) as refused:
            continued(growth(7), KEY.verifier, seen)
        assert refused.value.code == "E_WITNESS"


def test_a_witness_refuses_a_checkpoint_that_the_log_did_not_sign() -> None:
    other = SigningKey(ORIGIN, Algorithm.ED25519, bytes(32))

    with pytest.raises(NotProved, match="did not sign"):
        continued(Growth(0, (), note(20, other)), KEY.verifier, None)


def test_from_nothing_on_a_proof_has_nothing_to_show() -> None:
    with pytest.raises(NotProved, match="from nothing on"):
        continued(Growth(0, (bytes(32),), note()), KEY.verifier, None)
