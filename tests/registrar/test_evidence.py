"""What a ledger gives away: only what extends what was signed, and only what the record bears out."""

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ledger import Ledger
from ledger.errors import LedgerDamaged, NotProved, NotUnderstood
from ledger.integrity.checkpoints import Checkpoint, opened
from ledger.integrity.cosignatures import cosigned
from ledger.integrity.notes import Algorithm, Note, VerifierKey
from ledger.integrity.proofs import Inclusion
from ledger.integrity.tree import EMPTY_ROOT
from registrar import evidence, keys
from registrar.cli import main
from tests import builders as a
from tests.ledger.integrity.authority import STAMPED

LOG, WITNESS = "acme.example/ledger", "witness.example/w1"
NOON = datetime(2026, 3, 31, 12, tzinfo=UTC)


@pytest.fixture
def ledger() -> Ledger:
    """Return a ledger of eleven entries."""
    made = Ledger.in_memory(clock=a.ticking())
    made.record(*a.founding(), actor="counsel", command="founding")
    for number in range(5):
        made.record(a.common_issued(issued=100 + number), actor="clerk", command=f"issue-{number}")
    return made


@pytest.fixture
def key(tmp_path: Path) -> str:
    keys.make(str(tmp_path / "acme.key"), LOG)
    return str(tmp_path / "acme.key")


@pytest.fixture
def witness(tmp_path: Path) -> str:
    keys.make(str(tmp_path / "w1.key"), WITNESS, Algorithm.COSIGNATURE)
    return str(tmp_path / "w1.key")


def public(key: str) -> VerifierKey:
    return keys.read(key).verifier


def grow(ledger: Ledger, entries: int = 3) -> None:
    for number in range(entries):
        ledger.record(a.common_issued(issued=1_000 + number + len(ledger.entries())))


def other_history(entries: int) -> Ledger:
    """Return a ledger of the same company that says something else."""
    made = Ledger.in_memory(clock=a.ticking())
    made.record(*a.founding(), actor="counsel", command="founding")
    while len(made.entries()) < entries:
        made.record(a.common_issued(issued=7), actor="mallory")
    return made


# --- checkpoints -------------------------------------------------------------------------------------------------


def test_a_checkpoint_says_how_many_entries_there_are_and_their_root(ledger: Ledger, key: str) -> None:
    made, _ = opened(evidence.checkpoint(ledger, key), public(key))

    assert made == Checkpoint(LOG, 11, ledger.tree().root())


def test_a_key_signs_a_record_again_and_again_as_it_grows(ledger: Ledger, key: str) -> None:
    sizes = []
    for _ in range(3):
        sizes += [opened(evidence.checkpoint(ledger, key), public(key))[0].size for _ in range(2)]
        grow(ledger)

    assert sizes == [11, 11, 14, 14, 17, 17]


def test_an_empty_record_can_be_signed(key: str) -> None:
    made, _ = opened(evidence.checkpoint(Ledger.in_memory(), key), public(key))

    assert made == Checkpoint(LOG, 0, EMPTY_ROOT)


def test_a_record_that_was_cut_off_is_not_signed(ledger: Ledger, key: str) -> None:
    evidence.checkpoint(ledger, key)
    shorter = Ledger.in_memory(clock=a.ticking())
    shorter.record(*a.founding(), actor="counsel", command="founding")

    with pytest.raises(LedgerDamaged, match="has 6 entries, and had 11") as refused:
        evidence.checkpoint(shorter, key)
    assert (refused.value.code, refused.value.EXIT) == ("E_STORE_SHORT", 5)


def test_what_is_kept_of_the_tree_is_not_believed(
    ledger: Ledger, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tiles that somebody changed would have another root signed, and proofs made that nobody takes."""
    note = evidence.checkpoint(ledger, key)
    other = other_history(11).tree()
    monkeypatch.setattr(ledger, "tree", lambda: other)

    with pytest.raises(LedgerDamaged, match="the tree that it keeps is not that of its entries"):
        evidence.checkpoint(ledger, key)
    with pytest.raises(LedgerDamaged, match="do not have the root"):
        evidence.entry_proof(ledger, 3, note)
    monkeypatch.setattr(other, "root", lambda size=None: opened(note, public(key))[0].root)
    with pytest.raises(LedgerDamaged, match="the tree that it keeps is not that of its entries"):
        evidence.entry_proof(ledger, 9, note)


@pytest.mark.parametrize("entries", [11, 20])
def test_a_record_that_was_rewritten_is_not_signed(ledger: Ledger, key: str, entries: int) -> None:
    first = evidence.checkpoint(ledger, key)

    with pytest.raises(LedgerDamaged, match="first 11 entries do not have the root") as refused:
        evidence.checkpoint(other_history(entries), key)

    assert (refused.value.code, refused.value.EXIT) == ("E_TAMPERED", 5)
    assert evidence.checkpoint(ledger, key) == first


def test_nothing_is_signed_that_the_key_would_not_remember(
    ledger: Ledger, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    signatures: list[object] = []
    monkeypatch.setattr(evidence, "signed", lambda *given: signatures.append(given))

    def full(*given: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(keys, "_write_whole", full)
    with pytest.raises(OSError, match="No space"):
        evidence.checkpoint(ledger, key)
    assert signatures == []


def test_the_key_of_a_witness_signs_no_record_and_the_key_of_a_log_witnesses_none(
    ledger: Ledger, key: str, witness: str
) -> None:
    note = evidence.checkpoint(ledger, key)

    with pytest.raises(NotUnderstood, match="key of a witness"):
        evidence.checkpoint(ledger, witness)
    with pytest.raises(NotUnderstood, match="key of a log"):
        evidence.witnessed(note, public(key), key)


# --- proofs ------------------------------------------------------------------------------------------------------


def test_every_entry_is_proved_against_every_checkpoint_that_has_it(ledger: Ledger, key: str) -> None:
    notes = []
    for _ in range(3):
        notes.append(evidence.checkpoint(ledger, key))
        grow(ledger)

    for note in notes:
        size = opened(note, public(key))[0].size
        for entry in ledger.entries()[:size]:
            proof = evidence.entry_proof(ledger, entry.number, note)
            shown = evidence.shown(proof, public(key), fact=evidence.fact(ledger, entry.number))
            assert shown.checkpoint.size == size
            assert shown.envelope is not None
            assert shown.envelope.number == entry.number
            assert shown.envelope.payload_digest == entry.payload_digest
            assert type(shown.event) is type(entry.event)
        with pytest.raises(NotProved, match="later than the checkpoint"):
            evidence.entry_proof(ledger, size + 1, note)


def test_between_any_two_checkpoints_growth_is_proved(ledger: Ledger, key: str) -> None:
    notes = []
    for _ in range(4):
        notes.append(evidence.checkpoint(ledger, key))
        grow(ledger)

    for place, older in enumerate(notes):
        for newer in notes[place:]:
            before, after = (opened(each, public(key))[0] for each in (older, newer))
            proof = evidence.growth_proof(ledger, before.size, newer)
            shown = evidence.shown(proof, public(key), older=older)
            assert (shown.older, shown.checkpoint) == (before, after)
    with pytest.raises(NotProved, match="has 11 entries, and the older one 14"):
        evidence.growth_proof(ledger, 14, notes[0])


def test_an_entry_that_there_is_not_has_no_proof(ledger: Ledger, key: str) -> None:
    with pytest.raises(NotUnderstood, match="the last entry is 11"):
        evidence.entry_proof(ledger, 12, evidence.checkpoint(ledger, key))


@pytest.mark.parametrize("prove", [evidence.entry_proof, evidence.growth_proof])
def test_a_record_that_does_not_bear_a_checkpoint_out_proves_nothing_against_it(
    ledger: Ledger, key: str, prove: Callable[[Ledger, int, bytes], bytes]
) -> None:
    note = evidence.checkpoint(ledger, key)

    for other, code in ((other_history(11), "E_TAMPERED"), (other_history(8), "E_STORE_SHORT")):
        with pytest.raises(LedgerDamaged) as refused:
            prove(other, 3, note)
        assert refused.value.code == code


def test_a_proof_shows_a_fact_only_with_its_file_and_refuses_another(ledger: Ledger, key: str) -> None:
    proof = evidence.entry_proof(ledger, 7, evidence.checkpoint(ledger, key))

    assert evidence.shown(proof, public(key)).event is None
    with pytest.raises(NotProved, match="not the one that entry 7 states") as refused:
        evidence.shown(proof, public(key), fact=evidence.fact(ledger, 8))
    assert refused.value.code == "E_PROOF"


def test_what_is_given_away_of_a_natural_person_names_nobody(ledger: Ledger, key: str) -> None:
    """Entry 4 registers Ada Quill: her name is neither in the proof nor in the fact."""
    note = evidence.checkpoint(ledger, key)
    given = evidence.entry_proof(ledger, 4, note) + evidence.fact(ledger, 4)

    leaf = Inclusion.parse(evidence.entry_proof(ledger, 4, note)).leaf
    assert b"holder-registered" in given
    assert b"sha256:" in given
    assert b"Quill" not in given + leaf


def test_growth_is_not_shown_without_the_older_checkpoint(ledger: Ledger, key: str) -> None:
    note = evidence.checkpoint(ledger, key)

    with pytest.raises(NotUnderstood, match="the checkpoint that you kept"):
        evidence.shown(evidence.growth_proof(ledger, 6, note), public(key))


def test_what_would_not_be_looked_at_is_refused(ledger: Ledger, key: str) -> None:
    """Whoever gives an older checkpoint believes that it was compared."""
    before = evidence.checkpoint(ledger, key)
    grow(ledger)
    after = evidence.checkpoint(ledger, key)
    fact = evidence.fact(ledger, 3)
    for data, shows in (
        (evidence.entry_proof(ledger, 3, after), fact),
        (evidence.growth_proof(ledger, 11, after), fact),
        (after, None),
    ):
        with pytest.raises(NotUnderstood) as refused:
            evidence.shown(data, public(key), older=before, fact=shows)
        assert refused.value.code == "E_PROOF"


# --- witnesses ---------------------------------------------------------------------------------------------------


def test_a_witness_signs_the_first_checkpoint_and_each_that_continues_it(
    ledger: Ledger, key: str, witness: str
) -> None:
    first = evidence.checkpoint(ledger, key)
    seen = evidence.witnessed(first, public(key), witness, clock=lambda: NOON)
    grow(ledger)
    growth = evidence.growth_proof(ledger, 11, evidence.checkpoint(ledger, key))
    later = evidence.witnessed(growth, public(key), witness, clock=lambda: NOON)

    for note, size in ((seen, 11), (later, 14)):
        shown = evidence.shown(note, public(key), [public(witness)])
        assert (shown.checkpoint.size, shown.seen) == (size, ((WITNESS, NOON),))
    assert Path(f"{witness}.last").read_text(encoding="utf-8").splitlines()[:2] == [LOG, "14"]


def test_a_proof_carries_what_witnesses_said(ledger: Ledger, key: str, witness: str) -> None:
    seen = evidence.witnessed(evidence.checkpoint(ledger, key), public(key), witness, clock=lambda: NOON)

    shown = evidence.shown(evidence.entry_proof(ledger, 3, seen), public(key), [public(witness)])

    assert shown.seen == ((WITNESS, NOON),)


def test_a_witness_signs_the_same_checkpoint_again(ledger: Ledger, key: str, witness: str) -> None:
    first = evidence.checkpoint(ledger, key)
    evidence.witnessed(first, public(key), witness)

    again = evidence.witnessed(first, public(key), witness, clock=lambda: NOON)

    assert cosigned(Note.parse(again), public(witness)) == NOON


def test_a_later_checkpoint_needs_a_proof(ledger: Ledger, key: str, witness: str) -> None:
    evidence.witnessed(evidence.checkpoint(ledger, key), public(key), witness)
    grow(ledger)

    with pytest.raises(NotProved, match="--since 11") as refused:
        evidence.witnessed(evidence.checkpoint(ledger, key), public(key), witness)
    assert refused.value.code == "E_WITNESS"


def test_a_log_that_shows_a_second_history_gets_no_signature(
    ledger: Ledger, key: str, witness: str, tmp_path: Path
) -> None:
    """The key of the log is stolen, or its owner is dishonest: a copy of it remembers nothing."""
    evidence.witnessed(evidence.checkpoint(ledger, key), public(key), witness)
    copy = tmp_path / "copy.key"
    copy.touch(0o600)
    copy.write_bytes(Path(key).read_bytes())
    Path(f"{copy}.last").touch()
    rewritten = other_history(20)
    growth = evidence.growth_proof(rewritten, 11, evidence.checkpoint(rewritten, str(copy)))

    with pytest.raises(NotProved, match="does not continue") as refused:
        evidence.witnessed(growth, public(key), witness)
    assert refused.value.code == "E_PROOF"
    assert Path(f"{witness}.last").read_text(encoding="utf-8").splitlines()[1] == "11"


def test_a_witness_signs_nothing_that_it_would_not_remember(
    ledger: Ledger, key: str, witness: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = evidence.checkpoint(ledger, key)
    signatures: list[object] = []
    monkeypatch.setattr(evidence, "cosign", lambda *given: signatures.append(given))

    def full(*given: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(keys, "_write_whole", full)
    with pytest.raises(OSError, match="No space"):
        evidence.witnessed(note, public(key), witness)
    assert signatures == []


def test_a_checkpoint_without_the_witness_that_was_asked_for_shows_nothing(
    ledger: Ledger, key: str, witness: str
) -> None:
    with pytest.raises(NotProved, match=r"witness\.example/w1 did not sign") as refused:
        evidence.shown(evidence.checkpoint(ledger, key), public(key), [public(witness)])

    assert refused.value.code == "E_CHECKPOINT"


# --- the command line --------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the working folder: a ledger of eight entries, a key and a witness."""
    monkeypatch.chdir(tmp_path)
    with Ledger.open("acme.db", create=True, clock=a.ticking()) as made:
        made.record(*a.founding(), actor="counsel", command="founding")
        made.record(a.common_issued(), a.common_issued(holder="bob"), actor="clerk", command="first")
    for line in (f"key acme.key --name {LOG}", f"key w1.key --name {WITNESS} --witness"):
        assert call(line).exit_code == 0
    return tmp_path


def call(line: str) -> Result:
    return CliRunner().invoke(main, line.split())


def answered(line: str) -> list[str]:
    result = call(line)
    assert result.exit_code == 0, result.output
    return result.stdout.splitlines()


def refused(line: str) -> tuple[int, str]:
    result = call(line)
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    return result.exit_code, result.stderr


def test_a_year_of_evidence_from_the_command_line(folder: Path) -> None:
    answered("checkpoint -f acme.db --key acme.key -O one.checkpoint")
    answered("witness one.checkpoint --log acme.key.pub --key w1.key -O one.checkpoint")
    with Ledger.open("acme.db", clock=a.ticking()) as made:
        made.record(a.common_issued(holder="fund"), actor="clerk", command="second")
    answered("checkpoint -f acme.db --key acme.key -O two.checkpoint")
    answered("prove -f acme.db --since one.checkpoint --checkpoint two.checkpoint -O growth")
    answered("witness growth --log acme.key.pub --key w1.key -O two.checkpoint")
    answered("prove 8 -f acme.db --checkpoint two.checkpoint --fact fact.json -O 8.tlog-proof")
    keys_given = "--key acme.key.pub --witness w1.key.pub"

    assert answered(f"check-proof 8.tlog-proof {keys_given} --fact fact.json")[:3] == [
        "entry 8 of acme is in the record of acme.example/ledger, 9 entries",
        "recorded 2026-01-01 12:01:00 UTC, by clerk, command first",
        "it says: common-issued 2026-02-02 holder bob, stock class common, issued 1,000",
    ]
    assert answered("check-proof growth --key acme.key.pub --since one.checkpoint")[0] == (
        "acme.example/ledger: the record of 9 entries continues the one of 8, and nothing of that was changed"
    )
    told = json.loads(call(f"check-proof two.checkpoint {keys_given} --json").stdout)
    assert (told["answer"], told["size"], told["witnesses"][0]["name"]) == ("signed", "9", WITNESS)


def test_a_key_is_shown_by_its_public_half_alone(folder: Path) -> None:
    assert answered("key acme.key") == [(folder / "acme.key.pub").read_text(encoding="utf-8").removesuffix("\n")]


def test_a_verifier_key_is_given_as_itself_or_as_a_file(folder: Path) -> None:
    answered("checkpoint -f acme.db --key acme.key -O one.checkpoint")
    (line,) = answered("key acme.key")

    assert answered(f"check-proof one.checkpoint --key {line}") == answered(
        "check-proof one.checkpoint --key acme.key.pub"
    )


def test_without_a_witness_the_answer_says_what_is_not_excluded(folder: Path) -> None:
    answered("checkpoint -f acme.db --key acme.key -O one.checkpoint")

    assert answered("check-proof one.checkpoint --key acme.key.pub") == [
        "acme.example/ledger signed that its record had 8 entries",
        "no witness was asked for: the log could have shown somebody else another history",
    ]


def test_a_stamp_is_asked_for_and_checked(folder: Path) -> None:
    asked = "stamp acme.checkpoint --reply reply.tsr --authority authority.pem"
    for name in ("acme.checkpoint", "reply.tsr", "authority.pem", "another.pem"):
        (folder / name).write_bytes((STAMPED / name).read_bytes())

    assert answered("stamp acme.checkpoint -O request.tsq")[0].startswith("request.tsq asks for a time stamp of")
    assert (folder / "request.tsq").stat().st_size == 59
    assert answered(asked)[0].endswith("UTC, says CN=Stamps of the Test")
    assert json.loads(call(f"{asked} --json").stdout)["answer"] == "stamped"
    assert refused(asked.replace("authority.pem", "another.pem"))[0] == 3


@pytest.mark.parametrize(
    ("line", "status", "code"),
    [
        ("key acme.key --name again", 2, "E_KEY"),
        ("key new.key --name a+b", 2, "E_KEY"),
        ("key new.key --name https://acme.example/ledger", 2, "E_KEY"),
        ("key acme.key --witness", 2, "E_USAGE"),
        ("key none.key", 5, "E_FILE"),
        ("checkpoint -f acme.db --key w1.key", 2, "E_KEY"),
        ("checkpoint -f acme.db --key acme.key.pub", 2, "E_KEY"),
        ("checkpoint -f none.db --key acme.key", 5, "E_FILE"),
        ("checkpoint -f acme.db --key acme.key -O acme.db", 2, "E_FILE"),
        ("prove 3 -f acme.db --checkpoint acme.db", 2, "E_CHECKPOINT"),
        ("prove 3 -f acme.db --checkpoint none", 2, "E_FILE"),
        ("prove 9 -f acme.db --checkpoint one.checkpoint", 2, "E_ENTRY"),
        ("prove 0 -f acme.db --checkpoint one.checkpoint", 2, "E_ENTRY"),
        ("prove -f acme.db --checkpoint one.checkpoint", 2, "E_USAGE"),
        ("prove 3 -f acme.db --checkpoint one.checkpoint --since 2", 2, "E_USAGE"),
        ("prove -f acme.db --checkpoint one.checkpoint --since 9", 3, "E_PROOF"),
        ("prove -f acme.db --checkpoint one.checkpoint --since 2 --fact fact", 2, "E_USAGE"),
        ("check-proof one.checkpoint --key acme.key", 2, "E_KEY"),
        ("check-proof one.checkpoint --key w1.key.pub", 2, "E_KEY"),
        ("check-proof one.checkpoint --key acme.key.pub --witness acme.key.pub", 2, "E_KEY"),
        ("check-proof one.checkpoint --key acme.key.pub --witness w1.key.pub", 3, "E_CHECKPOINT"),
        ("check-proof one.checkpoint --key none.key.pub", 2, "E_KEY"),
        ("check-proof one.checkpoint --key acme.key.pub --since one.checkpoint", 2, "E_PROOF"),
        ("check-proof one.checkpoint --key acme.key.pub --fact empty", 2, "E_PROOF"),
        ("check-proof acme.db --key acme.key.pub", 2, "E_CHECKPOINT"),
        ("check-proof none --key acme.key.pub", 2, "E_FILE"),
        ("witness one.checkpoint --log acme.key.pub --key acme.key", 2, "E_KEY"),
        ("witness one.checkpoint --log w1.key.pub --key w1.key", 2, "E_KEY"),
        ("stamp one.checkpoint", 2, "E_USAGE"),
        ("stamp empty -O request.tsq", 2, "E_STAMP"),
        ("stamp one.checkpoint --reply one.checkpoint", 2, "E_USAGE"),
        ("stamp one.checkpoint --reply one.checkpoint --authority one.checkpoint", 2, "E_STAMP"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_line_and_leaves_every_file_alone(
    folder: Path, line: str, status: int, code: str
) -> None:
    answered("checkpoint -f acme.db --key acme.key -O one.checkpoint")
    (folder / "empty").touch()
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}

    answer = refused(line)

    assert (answer[0], answer[1].split(": ")[1]) == (status, code)
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before
    assert "PRIVATE" not in answer[1]
    assert os.stat("acme.key").st_mode & 0o077 == 0
