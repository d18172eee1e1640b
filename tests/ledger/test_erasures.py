"""Personal data that is erased: what goes, what stays, and what a crash, an old copy or another program changes."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

from ledger.errors import (
    CorrectionMisplaced,
    LedgerDamaged,
    LedgerError,
    NothingToErase,
    NotUnderstood,
    Unavailable,
    UnknownName,
)
from ledger.events import Event, HolderRegistered
from ledger.identity import IssuerId
from ledger.journal import Ledger
from ledger.personal import particulars
from ledger.store import MemoryStore, Row, Store
from ledger.store.keys import NoKeys
from ledger.store.sqlite import SqliteStore
from tests.builders import (
    common_issued,
    entry_restated,
    entry_voided,
    erased_line,
    founding,
    holder_list_received,
    holder_registered,
    holder_renamed,
    issuer_registered,
    listed_holder,
    personal_data_erased,
    ticking,
)

ADA, BOB, LIST = 4, 5, 7
"""Where the founding registers two persons, and where the first list of these tests stands."""


def begun(store: Store, *commands: Event) -> Ledger:
    """Return the company in a store, after some commands; ada is entry 4, bob entry 5."""
    ledger = Ledger(store, clock=ticking())
    ledger.record(*founding(), command="founding")
    for event in commands:
        ledger.record(event)
    return ledger


@pytest.fixture(params=["memory", "file"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    made: Store = MemoryStore() if request.param == "memory" else SqliteStore(tmp_path / "a.db", create=True)
    with begun(made) as ledger:
        yield ledger


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the company in a file, after a list of holders, one of whom is nobody in the record."""
    lines = (listed_holder(), listed_holder(holder=None, name="Zoe Quay"))
    with begun(SqliteStore(tmp_path / "a.db", create=True), holder_list_received(holders=lines)):
        pass
    return tmp_path / "a.db"


def keys_of(path: Path) -> Path:
    return path.with_name(path.name + ".keys")


def told(ledger: Ledger, number: int) -> list[str]:
    return [str(each) for each in particulars(ledger.entries()[number - 1].event)]


def everything_told(ledger: Ledger) -> list[str]:
    return [str(each) for entry in ledger.entries() for each in particulars(entry.event)]


def refused(call: Callable[[], object]) -> LedgerError:
    with pytest.raises(LedgerError) as caught:
        call()
    return caught.value


# --- what goes, and what stays -----------------------------------------------------------------------------------


def test_what_was_recorded_about_a_holder_goes_and_everything_else_stays(ledger: Ledger) -> None:
    ledger.record(
        holder_renamed(holder="ada", legal_name=None, name="Ada Inkwell"),
        entry_restated(ADA, restated_as=holder_registered(holder="ada", name="Ada Quill", address="1 Row")),
        holder_list_received(holders=(listed_holder(), listed_holder(holder="bob", name="B. Quill"))),
    )
    before = [(entry.payload_digest, entry.recorded_at, entry.actor) for entry in ledger.entries()]

    ledger.record(personal_data_erased("ada"))

    for again in (ledger, Ledger(ledger._store, clock=ticking())):
        assert told(again, ADA) == ["(erased)"]
        assert told(again, BOB) == ["Bob Quill"]
        assert told(again, 7) == ["(erased)"]
        assert told(again, 8) == ["(erased)", "(erased)"]
        assert told(again, 9) == ["(erased)", "B. Quill"]
        now = [(entry.payload_digest, entry.recorded_at, entry.actor) for entry in again.entries()]
        assert now[:-1] == before
        assert again.resumed_erasures() == again.pending_erasures() == ()


def test_an_erased_value_is_not_told_for_an_earlier_knowledge_either(ledger: Ledger) -> None:
    ledger.record(personal_data_erased("ada"))

    registered = ledger.standing(6)[ADA - 1].fact

    assert isinstance(registered, HolderRegistered)
    assert str(registered.name) == "(erased)"


def test_what_is_recorded_later_about_the_same_holder_stays(ledger: Ledger) -> None:
    ledger.record(personal_data_erased("ada"))
    ledger.record(holder_renamed(holder="ada", legal_name=None, name="Ada Inkwell"))

    for again in (ledger, Ledger(ledger._store, clock=ticking())):
        assert (told(again, ADA), told(again, 8)) == (["(erased)"], ["Ada Inkwell"])
    ledger.record(personal_data_erased("ada"))
    assert told(Ledger(ledger._store), 8) == ["(erased)"]


def test_a_line_about_nobody_in_the_record_is_erased_by_itself(ledger: Ledger) -> None:
    lines = tuple(listed_holder(holder=None, name=name) for name in ("Zoe", "Yan", "Xia"))
    ledger.record(holder_list_received(holders=lines))

    ledger.record(personal_data_erased(holders=(), lines=(erased_line(LIST, 2),)))

    for again in (ledger, Ledger(ledger._store, clock=ticking())):
        assert told(again, LIST) == ["Zoe", "(erased)", "Xia"]
    ledger.record(personal_data_erased(holders=(), lines=(erased_line(LIST, 1), erased_line(LIST, 3))))
    assert told(Ledger(ledger._store), LIST) == ["(erased)"] * 3


def test_a_line_that_was_found_to_be_a_holder_goes_with_the_holder(ledger: Ledger) -> None:
    """The list is restated with who its line is; it was recorded about nobody, under a key of its own."""
    stranger = listed_holder(holder=None, name="Ada Q.")
    ledger.record(holder_list_received(holders=(stranger,)))
    listed: Any = ledger.entries()[LIST - 1].event
    known = (attrs.evolve(listed.holders[0], holder=listed_holder().holder),)
    ledger.record(entry_restated(LIST, restated_as=attrs.evolve(listed, holders=known)))
    assert (told(ledger, LIST), told(ledger, 8)) == (["Ada Q."], ["Ada Q."])

    ledger.record(personal_data_erased("ada"))

    for again in (ledger, Ledger(ledger._store, clock=ticking())):
        assert (told(again, LIST), told(again, 8)) == (["(erased)"], ["(erased)"])


def test_an_entry_that_fell_out_of_history_is_erased_too(ledger: Ledger) -> None:
    ledger.record(holder_renamed(holder="ada", legal_name=None, name="Ada Inkwell"))
    ledger.record(entry_voided(7))

    ledger.record(personal_data_erased("ada"))

    assert told(Ledger(ledger._store), 7) == ["(erased)"]


def test_restating_an_erased_entry_does_not_bring_it_back(ledger: Ledger) -> None:
    ledger.record(personal_data_erased("ada"))
    registered: Any = ledger.entries()[ADA - 1].event
    ledger.record(entry_restated(ADA, restated_as=attrs.evolve(registered, note="Checked.")))

    for again in (ledger, Ledger(ledger._store)):
        assert told(again, 8) == ["(erased)"]


def test_what_was_recorded_and_erased_by_one_command_is_erased() -> None:
    ledger = Ledger.in_memory(clock=ticking())
    ledger.record(*founding(), personal_data_erased("ada"))

    for again in (ledger, Ledger(ledger._store)):
        assert (told(again, ADA), told(again, BOB)) == (["(erased)"], ["Bob Quill"])


def test_one_issuer_is_not_erased_with_another(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    begun(SqliteStore(path, create=True)).close()
    with Ledger.open(path, "beta", create=True, clock=ticking()) as beta:
        beta.record(issuer_registered(issuer="beta"), *founding()[1:])
        beta.record(personal_data_erased("ada"))

    with Ledger.open(path, "acme") as acme, Ledger.open(path, "beta") as beta:
        assert (told(acme, ADA), told(beta, ADA)) == (["Ada Quill"], ["(erased)"])


def test_nothing_that_is_held_in_memory_tells_an_erased_name(ledger: Ledger) -> None:
    """The caches of a ledger that was asked before."""
    ledger.index(), ledger.standing(), ledger.propose(common_issued())

    ledger.record(personal_data_erased("ada"))

    facts: list[Event] = [each.fact for each in (*ledger.index().told, *ledger.standing())]
    facts += [entry.event for entry in ledger.entries()]
    names = [str(each) for fact in facts for each in particulars(fact)]
    assert names.count("(erased)") == 3
    assert "Ada Quill" not in names


# --- what is refused ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("event", "says"),
    [
        (personal_data_erased("fund"), "fund has no personal data"),
        (personal_data_erased(holders=(), lines=(erased_line(6, 1),)), "line 1 of entry 6 holds no personal data"),
        (
            personal_data_erased(holders=(), lines=(erased_line(99, 1),)),
            "line 1 of entry 99 holds no personal data",
        ),
        (
            personal_data_erased(holders=(), lines=(erased_line(LIST, 3),)),
            "line 3 of entry 7 holds no personal data",
        ),
        (personal_data_erased(holders=(), lines=(erased_line(LIST, 1),)), "line 1 of entry 7 is about ada"),
    ],
)
def test_an_erasure_of_what_is_not_there_is_refused(path: Path, event: Event, says: str) -> None:
    with Ledger.open(path) as ledger:
        error = refused(lambda: ledger.record(event))

        assert isinstance(error, NothingToErase)
        assert (error.code, error.EXIT) == ("E_ERASURE", 3)
        assert says in str(error)
        assert len(ledger.entries()) == 7


def test_an_erasure_of_somebody_who_is_not_known_is_refused_with_the_nearest(ledger: Ledger) -> None:
    error = refused(lambda: ledger.record(personal_data_erased("adda")))

    assert isinstance(error, UnknownName)
    assert error.nearest == "ada"


def test_nobody_is_erased_twice_in_vain(path: Path) -> None:
    with Ledger.open(path) as ledger:
        ledger.record(personal_data_erased("ada", lines=(erased_line(LIST, 2),)))

        for again in (personal_data_erased("ada"), personal_data_erased(holders=(), lines=(erased_line(LIST, 2),))):
            error = refused(lambda: ledger.record(again))  # noqa: B023
            assert isinstance(error, NothingToErase)
            assert "erased already" in str(error)


@pytest.mark.parametrize("correction", [entry_voided(7), entry_restated(7)])
def test_an_erasure_is_not_corrected(ledger: Ledger, correction: Event) -> None:
    ledger.record(personal_data_erased("ada"))

    error = refused(lambda: ledger.record(correction))

    assert isinstance(error, CorrectionMisplaced)
    assert "nothing brings back" in str(error)


@pytest.mark.parametrize(
    "changes",
    [
        {"holders": ()},
        {"holders": ("ada", "ada")},
        {"holders": (), "lines": (erased_line(1, 2), erased_line(1, 2))},
    ],
)
def test_an_erasure_names_somebody_and_each_once(changes: dict[str, Any]) -> None:
    with pytest.raises(NotUnderstood) as caught:
        personal_data_erased(**changes)
    assert caught.value.code == "E_ERASURE"


def test_lines_count_from_one() -> None:
    with pytest.raises(NotUnderstood, match="lines count from 1"):
        erased_line(1, 0)


# --- keys that are not here --------------------------------------------------------------------------------------


def test_without_the_keys_a_value_is_not_at_hand_and_nothing_else_is_missing(path: Path) -> None:
    keys_of(path).unlink()

    with Ledger.open(path) as ledger:
        assert set(everything_told(ledger)) == {"(not at hand)"}
        ledger.record(common_issued())


def test_keys_may_be_kept_elsewhere(tmp_path: Path) -> None:
    elsewhere = tmp_path / "safe" / "of-acme.keys"
    elsewhere.parent.mkdir()
    with Ledger.open(tmp_path / "a.db", create=True, keys=elsewhere, clock=ticking()) as ledger:
        ledger.record(*founding())

    with Ledger.open(tmp_path / "a.db", keys=elsewhere) as ledger:
        assert told(ledger, ADA) == ["Ada Quill"]
    assert not keys_of(tmp_path / "a.db").exists()


@pytest.mark.parametrize("act", [holder_registered(holder="zed", name="Zed"), personal_data_erased("ada")])
def test_where_the_keys_should_be_and_are_not_nothing_is_recorded(path: Path, act: Event) -> None:
    """A second file of keys would be begun by mistake, or an erasure recorded that erases nothing."""
    keys_of(path).rename(path.with_name("elsewhere"))

    with Ledger.open(path) as ledger:
        error = refused(lambda: ledger.record(act))

        assert (type(error), error.code, error.EXIT) == (Unavailable, "E_KEYS", 5)
        assert len(ledger.entries()) == 7
    assert not keys_of(path).exists()


@pytest.mark.parametrize("act", [holder_registered(holder="zed", name="Zed"), personal_data_erased("ada")])
def test_with_the_keys_of_another_ledger_alone_nothing_is_recorded(path: Path, act: Event) -> None:
    """The erasure would delete nothing there, and Ada would be read wherever her key lies."""
    others = path.with_name("others.keys")
    with Ledger.open(path.with_name("b.db"), create=True, keys=others, clock=ticking()) as ledger:
        ledger.record(*founding())
    kept = [others.read_bytes(), keys_of(path).read_bytes()]

    with Ledger.open(path, keys=others) as ledger:
        error = refused(lambda: ledger.record(act))

        assert (type(error), error.code, error.EXIT) == (Unavailable, "E_KEYS", 5)
        assert len(ledger.entries()) == 7
    assert [others.read_bytes(), keys_of(path).read_bytes()] == kept


def test_one_file_may_hold_the_keys_of_two_ledgers(tmp_path: Path) -> None:
    shared = tmp_path / "of-both.keys"
    for name in ("a.db", "b.db"):
        with Ledger.open(tmp_path / name, create=True, keys=shared, clock=ticking()) as ledger:
            ledger.record(*founding())
            ledger.record(personal_data_erased("ada"))
            ledger.record(holder_registered(holder="zed", name="Zed"))
    with Ledger.open(tmp_path / "a.db", keys=shared) as ledger:
        assert (told(ledger, ADA), told(ledger, len(ledger.entries()))) == (["(erased)"], ["Zed"])


def test_an_empty_file_of_keys_says_that_the_old_one_is_lost(path: Path) -> None:
    keys_of(path).write_bytes(b"")

    with Ledger.open(path) as ledger:
        ledger.record(holder_registered(holder="zed", name="Zed"))
        assert told(ledger, 8) == ["Zed"]
    with Ledger.open(path) as ledger:
        assert (told(ledger, ADA), told(ledger, 8)) == (["(not at hand)"], ["Zed"])


def test_persons_are_not_recorded_where_there_is_no_place_for_keys() -> None:
    store = MemoryStore()
    store.keys = NoKeys()
    ledger = Ledger(store, clock=ticking())

    assert refused(lambda: ledger.record(*founding())).code == "E_KEYS"
    assert len(ledger.entries()) == 0
    ledger.record(*(event for event in founding() if not [*particulars(event)]))


def test_nothing_is_recorded_when_its_key_cannot_be_kept(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.fsync", _full)

    with Ledger.open(path) as ledger:
        error = refused(lambda: ledger.record(holder_registered(holder="zed", name="Zed")))

        assert (type(error), error.code) == (Unavailable, "E_KEYS")
        assert len(ledger.entries()) == 7


def _full(*unused: object) -> None:
    raise OSError(28, "No space left on device")


# --- an erasure that is not finished -----------------------------------------------------------------------------


def test_an_erasure_that_was_cut_off_is_finished_by_the_next_reader(path: Path) -> None:
    before = keys_of(path).read_bytes()
    with Ledger.open(path) as ledger:
        ledger.record(personal_data_erased("ada", lines=(erased_line(LIST, 2),)))
    after = keys_of(path).read_bytes()
    keys_of(path).write_bytes(before)  # as if it had stopped here, or an old copy had been put back

    with Ledger.open(path) as ledger:
        assert everything_told(ledger) == ["(erased)", "Bob Quill", "(erased)", "(erased)"]
        assert ledger.resumed_erasures() == (8,)
        assert keys_of(path).read_bytes() == after
    with Ledger.open(path) as ledger:
        assert everything_told(ledger) == ["(erased)", "Bob Quill", "(erased)", "(erased)"]
        assert ledger.resumed_erasures() == ()


def test_where_keys_cannot_be_deleted_nothing_is_shown_and_the_erasure_is_said_to_be_unfinished(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Ledger.open(path) as ledger:
        with monkeypatch.context() as patch:
            patch.setattr(Path, "replace", _full)
            error = refused(lambda: ledger.record(personal_data_erased("ada"), command="e-1"))

            assert (type(error), error.code) == (Unavailable, "E_KEYS")
            assert "entry 8 is recorded, and its keys could not be deleted" in str(error)
            assert ledger.pending_erasures() == (8,)
            assert told(ledger, ADA) == ["(erased)"]
            with Ledger.open(path) as again:
                assert told(again, ADA) == ["(erased)"]
                assert again.pending_erasures() == (8,)

        settled = ledger.record(personal_data_erased("ada"), command="e-1")

        assert settled.repeated
        assert ledger.pending_erasures() == ()
    assert b" ada " not in keys_of(path).read_bytes()


def test_an_old_copy_of_the_keys_does_not_open_what_another_program_shows(path: Path) -> None:
    with Ledger.open(path) as reader, Ledger.open(path) as writer:
        assert told(reader, ADA) == ["Ada Quill"]
        writer.record(personal_data_erased("ada"))

        assert told(reader, ADA) == ["(erased)"]
        assert "Ada Quill" not in [str(each) for item in reader.index().told for each in particulars(item.fact)]


class Overtaken(MemoryStore):
    """A store in which somebody else records something just before the next append."""

    def __init__(self) -> None:
        super().__init__()
        self.first: Callable[[], object] | None = None

    def append(self, *arguments: Any) -> None:
        """Let the other one go first."""
        first, self.first = self.first, None
        if first is not None:
            first()
        super().append(*arguments)


def test_a_value_recorded_while_its_holder_is_erased_has_a_key_that_stays() -> None:
    store = Overtaken()
    ledger = begun(store)
    store.first = lambda: Ledger(store, clock=ticking()).record(personal_data_erased("ada"))

    ledger.record(holder_renamed(holder="ada", legal_name=None, name="Ada Inkwell"))

    for again in (ledger, Ledger(store)):
        assert [entry.event.KIND for entry in again.entries()[6:]] == ["personal-data-erased", "holder-renamed"]
        assert (told(again, ADA), told(again, 8)) == (["(erased)"], ["Ada Inkwell"])


# --- what lies beside the record and was changed -----------------------------------------------------------------


class Changed(MemoryStore):
    """A store whose rows of personal values somebody changed."""

    change: Callable[[list[Row]], list[Row]] = staticmethod(lambda rows: rows)

    def sealed(self, issuer: IssuerId, after: int) -> list[Row]:
        """Return the rows, changed."""
        return self.change([row for row in super().sealed(issuer, 0) if row.number > after])


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda rows: [row._replace(state=row.state[:-6] + b'AAA"]]') for row in rows], "acme entry 4"),
        (lambda rows: [row._replace(state=b"[]x") for row in rows], "acme entry 4"),
        (lambda rows: [row._replace(state=b"") for row in rows], "acme entry 4"),
    ],
)
def test_a_changed_value_is_damage_and_says_where(change: Callable[[list[Row]], list[Row]], place: str) -> None:
    store = Changed()
    begun(store)
    store.change = change

    error = refused(Ledger(store).entries)

    assert isinstance(error, LedgerDamaged)
    assert (error.code, error.place) == ("E_TAMPERED", place)
    assert refused(Ledger(store).entries).code == "E_TAMPERED"


def test_damage_is_told_again_by_the_same_ledger() -> None:
    store = Changed()
    begun(store)
    store.change = lambda rows: [row._replace(state=b"") for row in rows]
    ledger = Ledger(store)

    assert refused(ledger.entries).code == refused(ledger.entries).code == "E_TAMPERED"


def test_values_that_change_places_are_not_told_of_another() -> None:
    store = Changed()
    begun(store)

    def swapped(rows: list[Row]) -> list[Row]:
        states = [row.state for row in reversed(rows)]
        return [row._replace(state=state) for row, state in zip(rows, states, strict=True)]

    store.change = swapped

    assert set(everything_told(Ledger(store))) <= {"(not at hand)"}
