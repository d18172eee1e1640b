"""The verifier for auditors: it stands alone, takes what is true, refuses what is forged, and agrees with ours."""

import ast
import runpy
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Final

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import codec
from ledger.errors import LedgerError
from ledger.integrity.checkpoints import opened, signed
from ledger.integrity.cosignatures import cosign
from ledger.integrity.notes import Algorithm, Note, SigningKey, VerifierKey
from ledger.integrity.proofs import Growth, Inclusion
from ledger.integrity.tree import node_hash
from tests.ledger.integrity.logs import KEY, ORIGIN, WITNESS, checkpoint, growth, inclusion, leaves, note, record
from tests.ledger.integrity.test_checkpoints import NOON
from tests.ledger.integrity.test_notes import encodings
from tests.ledger.integrity.test_proofs import forged

SCRIPT: Final = Path(__file__).parents[3] / "examples" / "auditor" / "check_proof.py"
theirs: Final = SimpleNamespace(**runpy.run_path(str(SCRIPT), run_name="check_proof"))
NUMBERS: Final = st.integers(1, 20)
THEIR_KEY: Final = theirs.Key(str(KEY.verifier), theirs.LOG)
Answer = tuple[int, str]


@pytest.fixture
def check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Answer]:
    """Return what runs the verifier: files are given as bytes, and it answers with its status and what it says."""

    def run(data: bytes, *arguments: str | bytes, key: object = KEY.verifier) -> Answer:
        names = []
        for number, each in enumerate((data, *arguments)):
            if isinstance(each, bytes):
                (tmp_path / str(number)).write_bytes(each)
            names.append(str(tmp_path / str(number)) if isinstance(each, bytes) else each)
        status = theirs.main([names[0], "--key", str(key), *names[1:]])
        told = capsys.readouterr()
        return status, told.out + told.err

    return run


def fact(number: int) -> bytes:
    return codec.encode(record().entries()[number - 1].event)


def test_it_imports_nothing_but_the_standard_library_and_cryptography() -> None:
    imported = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(SCRIPT.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [node.module or ""] if isinstance(node, ast.ImportFrom) else [each.name for each in node.names]
        )
    }

    assert imported - sys.stdlib_module_names == {"cryptography"}


def test_it_says_what_a_proof_shows(check: Callable[..., Answer]) -> None:
    assert check(inclusion(14).written()) == (
        0,
        "entry 14 of acme is in the record\n"
        "recorded at 2026-01-01T12:11:00.000000Z by clerk, command issue-13\n"
        f"what it says was not shown; its SHA-256 is {codec.digest(fact(14))}\n"
        "as signed by acme.example/ledger when it had 20 entries\n"
        "no witness was asked for: the log could have shown somebody else another history\n",
    )


def test_it_shows_the_fact_where_it_is_the_one_of_the_entry(check: Callable[..., Answer]) -> None:
    status, told = check(inclusion(14).written(), "--fact", fact(14))

    assert status == 0
    assert 'it says: {"event":{' in told
    assert check(inclusion(14).written(), "--fact", fact(15)) == (
        1,
        "does not hold: the fact is not the one that the entry states\n",
    )


def test_it_says_that_a_record_was_only_continued(check: Callable[..., Answer]) -> None:
    status, told = check(growth(12).written(), "--since", note(12))

    assert check(growth(12).written(), "--older", note(12)) == (status, told)
    assert (status, told.splitlines()[0]) == (0, "the record of 20 entries continues the one of 12")


def test_it_says_when_a_witness_saw_the_checkpoint(check: Callable[..., Answer]) -> None:
    seen = cosign(Note.parse(note()), WITNESS, NOON).written()
    proof = attrs.evolve(inclusion(14), note=seen).written()
    asked = ["--witness", str(WITNESS.verifier)]

    for data in (seen, proof):
        status, told = check(data, *asked)
        assert (status, told.splitlines()[-1]) == (0, "seen by witness.example/w1 at 2026-03-31 12:00:00 UTC")
    status, told = check(note(), *asked)
    assert (status, told.splitlines()) == (1, [told.removesuffix("\n")])  # nothing is said to hold before it
    assert check(seen[:-10] + b"AAAAAAA==\n", *asked)[0] == 1


@given(NUMBERS, NUMBERS)
def test_it_takes_every_proof_that_is_true(one: int, other: int) -> None:
    first, last = sorted((one, other))

    envelope, seen = theirs.check_entry(inclusion(first, last).written(), THEIR_KEY, fact(first))
    before, after = theirs.check_growth(growth(first, last).written(), THEIR_KEY, note(first))

    assert (envelope["number"], seen.size) == (str(first), last)
    assert (before.size, after.size) == (first, last)


@pytest.mark.parametrize("name", forged())
def test_it_refuses_every_proof_that_was_forged(name: str) -> None:
    with pytest.raises(theirs.Refused):
        theirs.check_entry(forged()[name][0].written(), THEIR_KEY, None)


@pytest.mark.parametrize(
    ("proof", "older"),
    [
        (growth(12), signed(attrs.evolve(checkpoint(12), root=node_hash(b"", b"")), KEY).written()),
        (growth(12), note(11)),
        (Growth(20, (), note(12)), note(20)),
        (attrs.evolve(growth(12), path=growth(12).path[:-1]), note(12)),
        (attrs.evolve(growth(12), path=(*growth(12).path, bytes(32))), note(12)),
        (attrs.evolve(growth(8), path=(checkpoint(8).root, *growth(8).path)), note(8)),
        (attrs.evolve(growth(20), path=(bytes(32),)), note(20)),
        (Growth(0, (bytes(32),), note()), note(0)),
    ],
)
def test_it_refuses_every_growth_that_was_forged(proof: Growth, older: bytes) -> None:
    with pytest.raises(theirs.Refused):
        theirs.check_growth(proof.written(), THEIR_KEY, older)


@pytest.mark.parametrize("public", encodings())
def test_it_refuses_a_key_of_small_order(public: bytes) -> None:
    honest = VerifierKey(ORIGIN, Algorithm.ED25519, VerifierKey.parse(str(KEY.verifier)).public)
    object.__setattr__(honest, "public", public)  # our own class would not hold such a key

    with pytest.raises(theirs.Refused, match="nobody made"):
        theirs.Key(str(honest), theirs.LOG)


def test_it_refuses_another_key_a_key_copied_wrongly_and_a_witness_as_a_log(check: Callable[..., Answer]) -> None:
    other = SigningKey(ORIGIN, Algorithm.ED25519, bytes(32))
    wrong = str(KEY.verifier).replace("ledger+", "ledgers+")

    for key in (other.verifier, wrong, WITNESS.verifier, "", "acme", wrong.replace("acme", "\udcff")):
        status, told = check(note(), key=key)
        assert (status, told[:14]) == (1, "does not hold:")


def test_a_file_that_cannot_be_read_is_another_status(check: Callable[..., Answer], tmp_path: Path) -> None:
    assert theirs.main([str(tmp_path / "none"), "--key", str(KEY.verifier)]) == 2
    with pytest.raises(SystemExit, match="2"):
        check(growth(12).written())
    assert check(b"x" * 1_000_001)[0] == 1


def test_nothing_that_a_file_holds_is_obeyed_by_a_terminal(check: Callable[..., Answer]) -> None:
    leaf = leaves()[13].replace(b'"actor":"clerk"', '"actor":"\\u001b[2J\u202e"'.encode())
    alone = Inclusion(13, (), leaf, b"")
    assert theirs.shown("\x1b[2J\u202e") == "\\x1b[2J\\u202e"
    assert check(alone.written())[0] == 1


# --- the two agree -----------------------------------------------------------------------------------------------


def ours(data: bytes) -> bool:
    """Whether our own code takes a file for what it says that it is."""
    try:
        if data.startswith(b"c2sp.org/tlog-proof@v1\n"):
            proof = Inclusion.parse(data)
            proof.check(opened(proof.note, KEY.verifier)[0])
        elif data.startswith(b"old "):
            grown = Growth.parse(data)
            grown.check(opened(grown.note, KEY.verifier)[0], checkpoint(12))
        else:
            opened(data, KEY.verifier)
    except LedgerError:
        return False
    return True


def taken_by_theirs(data: bytes) -> bool:
    try:
        if data.startswith(b"c2sp.org/tlog-proof@v1\n"):
            theirs.check_entry(data, THEIR_KEY, None)
        elif data.startswith(b"old "):
            theirs.check_growth(data, THEIR_KEY, note(12))
        else:
            theirs.Checkpoint(data, THEIR_KEY)
    except theirs.Refused:
        return False
    return True


FILES: Final = [inclusion(14).written(), inclusion(20).written(), growth(12).written(), note()]
PIECES: Final = [b"", b"\n", b"\n\n", b" ", b"0", b"1", b"=", b"A", b"\r", b"\x00", b"\xff", "— ".encode(), b"+"]


@given(
    st.sampled_from(FILES),
    st.lists(st.tuples(st.integers(0, 3_000), st.integers(0, 40), st.sampled_from(PIECES)), max_size=3),
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=2),
)
def test_both_take_and_both_refuse_the_same_files(
    data: bytes, cuts: list[tuple[int, int, bytes]], swaps: list[tuple[int, int]]
) -> None:
    for at, length, piece in cuts:
        begin = at % (len(data) + 1)
        data = data[:begin] + piece + data[begin + length :]
    lines = data.split(b"\n")
    for one, other in swaps:
        a, b = one % len(lines), other % len(lines)
        lines[a], lines[b] = lines[b], lines[a]
    data = b"\n".join(lines)

    assert ours(data) is taken_by_theirs(data)


@pytest.mark.parametrize("data", FILES)
def test_no_byte_of_a_file_may_change_for_either(data: bytes) -> None:
    assert ours(data)
    assert taken_by_theirs(data)
    for place in range(len(data)):
        changed = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        assert not ours(changed), place
        assert not taken_by_theirs(changed), place
