"""Proofs as files: what they show, and every way in which one that was changed shows nothing."""

from collections.abc import Callable

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import NotProved, NotUnderstood
from ledger.integrity.checkpoints import Checkpoint
from ledger.integrity.proofs import MAX_HASHES, Growth, Inclusion
from ledger.integrity.tree import leaf_hash, node_hash
from tests.ledger.integrity.logs import checkpoint, growth, inclusion, leaves, nodes, note, record

NUMBERS = st.integers(1, 20)


@given(NUMBERS, NUMBERS)
def test_a_proof_that_was_written_shows_the_envelope_of_its_entry(one: int, other: int) -> None:
    number, size = sorted((one, other))
    entry = record().entries()[number - 1]

    read = Inclusion.parse(inclusion(number, size).written())

    assert read == inclusion(number, size)
    shown = read.check(checkpoint(size))
    assert (shown.issuer, shown.number) == (record().issuer, number)
    assert shown.said == (entry.recorded_at, entry.actor, entry.command)
    assert shown.payload_digest == entry.payload_digest


@given(NUMBERS, NUMBERS)
def test_a_proof_that_was_written_shows_that_a_record_was_continued(one: int, other: int) -> None:
    older, newer = sorted((one, other))

    read = Growth.parse(growth(older, newer).written())

    assert read == growth(older, newer)
    read.check(checkpoint(newer), checkpoint(older))


def test_files_have_this_form_for_ever() -> None:
    """Golden: the same proof, read by eye."""
    lines = inclusion(3, 4).written().decode().splitlines()

    assert lines[0] == "c2sp.org/tlog-proof@v1"
    assert lines[1].startswith("extra eyJhY3RvciI6ImNvdW5zZWwi")
    assert lines[2:5] == ["index 2", GOLDEN_SIBLING, GOLDEN_LEFT]
    assert lines[5] == ""
    assert "\n".join([*lines[6:], ""]).encode() == note(4)
    assert growth(2, 4).written() == f"old 2\n{GOLDEN_RIGHT}\n\n".encode() + note(4)


GOLDEN_SIBLING = "ZUGRpltFNeI4zPAzg0iAHImHRwhbAYQyP3iKhjynUbY="
GOLDEN_LEFT = "xnHmoEA/FoGVMa3AHy9H0OBQF3CPOD4hPQOGq9dSa+A="
GOLDEN_RIGHT = "8T2SoQjimlBSoBe1JBcmfrRlt/YTSx7lzOH2d7fvicI="


def forged() -> dict[str, tuple[Inclusion, str]]:
    """Return proofs that were changed, and what is said of each."""
    good = inclusion(14)
    other = inclusion(15)
    envelope = good.leaf.replace(b'"actor":"clerk"', b'"actor":"mallory"')
    return {
        "another author": (attrs.evolve(good, leaf=envelope), "do not lead"),
        "another place": (attrs.evolve(good, index=12), "do not lead"),
        "the envelope of the next entry": (attrs.evolve(good, leaf=other.leaf), "do not lead"),
        "the path of the next entry": (attrs.evolve(good, path=other.path), "do not lead"),
        "one hash less": (attrs.evolve(good, path=good.path[:-1]), "do not lead"),
        "one hash more": (attrs.evolve(good, path=(*good.path, bytes(32))), "do not lead"),
        "two hashes swapped": (attrs.evolve(good, path=(*good.path[1::-1], *good.path[2:])), "do not lead"),
        "a node in the place of a leaf": (
            attrs.evolve(good, leaf=nodes(0, 12) + nodes(0, 13), index=6, path=good.path[1:]),
            "do not lead",
        ),
        "no envelope": (attrs.evolve(good, leaf=b""), "do not lead"),
        "a place after the last entry": (attrs.evolve(good, index=20), "later than the checkpoint"),
    }


@pytest.mark.parametrize("name", forged())
def test_a_proof_that_was_changed_shows_nothing(name: str) -> None:
    proof, told = forged()[name]

    with pytest.raises(NotProved, match=told) as refused:
        Inclusion.parse(proof.written()).check(checkpoint())
    assert (refused.value.code, refused.value.EXIT) == ("E_PROOF", 3)


def test_a_proof_against_an_earlier_checkpoint_says_that_the_entry_is_later() -> None:
    with pytest.raises(NotProved, match="entry 14 is later than the checkpoint, which has 12 entries"):
        inclusion(14).check(checkpoint(12))


def test_a_proof_against_another_checkpoint_shows_nothing() -> None:
    with pytest.raises(NotProved, match="do not lead"):
        inclusion(3, 12).check(checkpoint(20))


@given(NUMBERS, st.integers(0, 7), st.integers(0, 4_000))
def test_no_bit_of_a_path_or_an_envelope_may_change(number: int, bit: int, place: int) -> None:
    good = inclusion(number)
    whole = bytearray(b"".join([good.leaf, *good.path]))
    whole[place % len(whole)] ^= 1 << bit
    leaf, path = bytes(whole[: len(good.leaf)]), bytes(whole[len(good.leaf) :])

    with pytest.raises(NotProved):
        attrs.evolve(good, leaf=leaf, path=tuple(path[at : at + 32] for at in range(0, len(path), 32))).check(
            checkpoint()
        )


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda leaf: leaf.replace(b'"number":"14"', b'"number":"15"'), "is of entry 15"),
        (lambda leaf: leaf.replace(b'"number":"14"', b'"number":"0"'), "not an entry number"),
        (lambda leaf: leaf.replace(b'"issuer":"acme"', b'"issuer":""'), "not a valid name"),
        (lambda leaf: leaf.replace(b'"payload":"', b'"payload":"zz'), "canonical"),
        (lambda leaf: leaf.replace(b",", b", "), "canonical"),
        (lambda leaf: leaf.replace(b"captable-leaf/1", b"captable-leaf/2"), "canonical"),
        (lambda leaf: b"{}", "cannot be read"),
        (lambda leaf: b"", "cannot be read"),
    ],
)
def test_what_is_in_the_tree_and_no_envelope_of_that_entry_is_refused(
    change: Callable[[bytes], bytes], told: str
) -> None:
    """A log whose key signs anything could have hashed anything; it is still no entry."""
    other = change(leaves()[13])
    root = node_hash(nodes(0, 0), leaf_hash(other))
    proof = Inclusion(13, (), other, b"")
    tree_of_it = checkpoint_with(other)

    with pytest.raises(NotProved, match=told):
        attrs.evolve(proof, path=tree_of_it[1]).check(tree_of_it[0])
    assert root


def checkpoint_with(other: bytes) -> tuple[Checkpoint, tuple[bytes, ...]]:
    """Return a checkpoint of fourteen entries, the last of which is another one, and the path of that."""
    from ledger.integrity import tree

    def changed(level: int, index: int) -> bytes:
        if not level:
            return leaf_hash(other) if index == 13 else nodes(0, index)
        return node_hash(changed(level - 1, 2 * index), changed(level - 1, 2 * index + 1))

    made = Checkpoint("acme.example/ledger", 14, tree.root(changed, 14))
    return made, tuple(tree.inclusion_path(changed, 13, 14))


# --- continued ---------------------------------------------------------------------------------------------------


def test_a_record_that_was_rewritten_is_not_continued() -> None:
    before = attrs.evolve(checkpoint(12), root=node_hash(b"", b""))

    with pytest.raises(NotProved, match="does not continue"):
        growth(12).check(checkpoint(), before)


@pytest.mark.parametrize(
    ("proof", "older", "told"),
    [
        (growth(12), attrs.evolve(checkpoint(12), origin="other"), "of two logs"),
        (growth(12), checkpoint(11), "the older checkpoint has 11"),
        (Growth(20, (), note(12)), checkpoint(20), "was cut off"),
        (attrs.evolve(growth(12), path=growth(12).path[:-1]), checkpoint(12), "does not continue"),
        (attrs.evolve(growth(12), path=(*growth(12).path, bytes(32))), checkpoint(12), "does not continue"),
        (attrs.evolve(growth(20), path=(bytes(32),)), checkpoint(20), "does not continue"),
    ],
)
def test_what_does_not_lead_from_one_checkpoint_to_the_other_is_refused(
    proof: Growth, older: Checkpoint, told: str
) -> None:
    newer = checkpoint(12) if "cut off" in told else checkpoint()

    with pytest.raises(NotProved, match=told):
        proof.check(newer, older)


def test_an_empty_record_is_continued_by_any_and_shows_nothing() -> None:
    growth(0).check(checkpoint(), checkpoint(0))
    with pytest.raises(NotProved, match="does not continue"):
        Growth(0, (bytes(32),), note()).check(checkpoint(), checkpoint(0))


# --- files -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda data: b"", "no empty line"),
        (lambda data: data.replace(b"\n\n", b"\n"), "no empty line"),
        (lambda data: data.replace(b"proof@v1", b"proof@v2"), "first line"),
        (lambda data: data.replace(b"extra ", b"extras "), "no lines extra and index"),
        (lambda data: data.replace(b"extra ey", b"extra e"), "does not hold the envelope"),
        (lambda data: data.replace(b"index 13", b"index 013"), "not a place"),
        (lambda data: data.replace(b"index 13", b"index -1"), "not a place"),
        (lambda data: data.replace(b"index 13", b"index 13\r"), "not a place"),
        (lambda data: data.replace(b"index 13\n", b"index 13\nAAAA\n"), "not a hash"),
        (lambda data: data.replace(b"index 13\n", b"index 13\n" + b"A" * 44 + b"\n"), "not a hash"),
        (lambda data: "é".encode() + data, "ASCII"),
    ],
)
def test_what_is_no_proof_is_refused_with_the_reason(change: Callable[[bytes], bytes], told: str) -> None:
    with pytest.raises(NotUnderstood, match=told) as refused:
        Inclusion.parse(change(inclusion(14).written()))

    assert refused.value.code == "E_PROOF"


@pytest.mark.parametrize("first", ["", "old", "old x", "old -1", "old 012", "new 12"])
def test_what_is_no_proof_of_growth_is_refused(first: str) -> None:
    with pytest.raises(NotUnderstood, match="old and a number") as refused:
        Growth.parse(growth(12).written().replace(b"old 12", first.encode()))

    assert refused.value.code == "E_PROOF"


@pytest.mark.parametrize("parse", [Inclusion.parse, Growth.parse])
def test_a_proof_is_bounded(parse: Callable[[bytes], object]) -> None:
    for proof in (inclusion(14), growth(12)):
        many = attrs.evolve(proof, path=(bytes(32),) * (MAX_HASHES + 1))
        for data in (many.written(), proof.written() + b" " * 1_000_000):
            with pytest.raises(NotUnderstood) as refused:
                parse(data)
            assert refused.value.code in ("E_LIMIT", "E_PROOF")
    with pytest.raises(NotUnderstood) as refused:
        Growth.parse(attrs.evolve(growth(12), path=(bytes(32),) * (MAX_HASHES + 1)).written())
    assert refused.value.code == "E_LIMIT"


@given(st.binary(max_size=300))
def test_any_bytes_are_a_proof_that_is_written_back_or_are_refused(data: bytes) -> None:
    head = b"c2sp.org/tlog-proof@v1\nextra \nindex 0"
    for given_bytes in (data, head + b"\n" + data + b"\n\n" + data, b"old 1\n" + data + b"\n\n" + data):
        for kind in (Inclusion, Growth):
            try:
                proof = kind.parse(given_bytes)
            except NotUnderstood:
                continue
            assert proof.written() == given_bytes
