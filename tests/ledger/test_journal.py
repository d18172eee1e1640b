"""The ledger of an issuer: recording, numbering, reading back; commands that count once; damage that is found."""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import codec
from ledger.errors import (
    AuthorizedExceeded,
    CommandReused,
    CommitmentExceeded,
    HoldingExceeded,
    IssuerFirst,
    LedgerDamaged,
    LedgerError,
    NameTaken,
    NothingRecorded,
    NotUnderstood,
    Unavailable,
    UnknownName,
    VersionConflict,
)
from ledger.events import CommonIssued, Event, Evidence, HolderRegistered
from ledger.identity import EntryNumber, HolderId, IssuerId
from ledger.integrity.tree import Growing, check_consistency, check_inclusion, leaf_hash
from ledger.journal import Ledger
from ledger.pages import Entries
from ledger.personal import Personal, particulars
from ledger.sealing import encode
from ledger.store import MemoryStore, Row
from ledger.store.sqlite import SqliteStore
from ledger.timeline import Entry
from tests.builders import (
    agreement_signed,
    common,
    common_issued,
    company,
    entry_restated,
    entry_voided,
    founding,
    holder_registered,
    holder_renamed,
    issuer_registered,
    personal_data_erased,
    shares_transferred,
    ticking,
    tranche_closed,
)

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def in_file(path: Path, *commands: Event, clock: Callable[[], datetime] | None = None) -> Ledger:
    """Return the company in a file, after some commands."""
    ledger = Ledger.open(path, create=True, clock=clock or ticking())
    ledger.record(*founding(), actor="counsel", command="founding")
    for event in commands:
        ledger.record(event)
    return ledger


def refused(record: Callable[[], object]) -> LedgerError:
    with pytest.raises(LedgerError) as caught:
        record()
    return caught.value


# --- what is recorded --------------------------------------------------------------------------------------------


def test_entries_are_numbered_from_one_and_say_who_when_and_by_which_command() -> None:
    ledger = company()

    recorded = ledger.record(common_issued(), common_issued(holder="bob"), actor="Zoé", command="c-1")

    assert [entry.number for entry in ledger.entries()] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert [*recorded.entries] == [*ledger.entries()][6:]
    assert {(entry.actor, entry.command) for entry in recorded.entries} == {("Zoé", "c-1")}
    assert {entry.recorded_at for entry in recorded.entries} == {NOON + timedelta(minutes=1)}
    assert recorded.entries[0].payload_digest == codec.digest(codec.encode(common_issued()))
    assert not recorded.repeated


def test_what_is_recorded_is_there_when_the_file_is_opened_again(tmp_path: Path) -> None:
    with in_file(tmp_path / "a.ledger", common_issued(), entry_voided(7)) as ledger:
        written = [*ledger.entries()]

    with Ledger.open(tmp_path / "a.ledger") as again:
        assert [*again.entries()] == written
        assert again.issuer == "acme"
        assert repr(again) == "<Ledger of acme: 8 entries>"


def test_what_is_recorded_is_exactly_what_will_be_read() -> None:
    """A program that forgets the type of a name gets the name all the same."""
    wrong: Any = "ada"
    ledger = company()

    entry = ledger.record(attrs.evolve(common_issued(), holder=wrong)).entries[0]

    assert entry.event == common_issued()
    assert isinstance(entry.event, CommonIssued)
    assert type(entry.event.holder) is HolderId


def test_a_value_of_a_type_that_could_not_be_read_back_is_refused() -> None:
    wrong: Any = 3
    ledger = company()

    error = refused(lambda: ledger.record(attrs.evolve(common_issued(), place=wrong)))

    assert error.code == "E_TYPE"
    assert len(ledger.entries()) == 6


def test_a_command_without_events_is_refused() -> None:
    assert refused(lambda: company().record()).code == "E_EMPTY"


@pytest.mark.parametrize(("actor", "code"), [("", "E_TEXT"), ("a\u202eb", "E_TEXT"), ("a" * 201, "E_LIMIT")])
def test_an_actor_is_text_that_may_be_recorded(actor: str, code: str) -> None:
    assert refused(lambda: company().record(common_issued(), actor=actor)).code == code


@pytest.mark.parametrize("command", ["with spaces", "a" * 65, "é", "a/b", "\n"])
def test_a_command_id_has_the_form_of_a_name(command: str) -> None:
    assert refused(lambda: company().record(common_issued(), command=command)).code == "E_ID"


def test_two_commands_without_an_id_are_two() -> None:
    ledger = company()

    ledger.record(common_issued())
    ledger.record(common_issued())

    assert len({entry.command for entry in ledger.entries()}) == 3


# --- a command counts once ---------------------------------------------------------------------------------------


def test_the_same_command_returns_its_first_outcome() -> None:
    ledger = company()
    first = ledger.record(common_issued(), shares_transferred(), command="c-1", actor="counsel")

    again = ledger.record(common_issued(), shares_transferred(), command="c-1", actor="somebody else")

    assert again.entries == first.entries
    assert again.repeated
    assert len(ledger.entries()) == 8


def test_the_same_command_counts_once_after_others_and_after_it_was_voided() -> None:
    ledger = company()
    first = ledger.record(common_issued(), command="c-1")
    ledger.record(common_issued(issued=2))
    ledger.record(entry_voided(7))

    assert ledger.record(common_issued(), command="c-1").entries == first.entries
    assert len(ledger.entries()) == 9


def test_the_same_command_counts_once_although_the_caller_expects_an_older_position() -> None:
    ledger = company()
    first = ledger.record(common_issued(), command="c-1", expected=6)

    assert ledger.record(common_issued(), command="c-1", expected=6).entries == first.entries


@pytest.mark.parametrize(
    "other",
    [
        (common_issued(issued=1_001), shares_transferred()),
        (common_issued(note="Another note."), shares_transferred()),
        (shares_transferred(), common_issued()),
        (common_issued(),),
        (common_issued(), shares_transferred(), shares_transferred()),
    ],
    ids=["count", "note", "order", "fewer", "more"],
)
def test_the_same_id_with_other_content_is_refused(other: tuple[Event, ...]) -> None:
    ledger = company()
    ledger.record(common_issued(), shares_transferred(), command="c-1")

    error = refused(lambda: ledger.record(*other, command="c-1"))

    assert isinstance(error, CommandReused)
    assert (error.code, error.EXIT, error.fields()) == ("E_COMMAND_ID", 4, ("c-1", 7))
    assert len(ledger.entries()) == 8


def test_a_refused_command_leaves_its_id_free() -> None:
    ledger = company()
    refused(lambda: ledger.record(shares_transferred(), command="c-1"))

    ledger.record(common_issued(), command="c-1")


def test_a_command_counts_once_in_another_process_too(tmp_path: Path) -> None:
    person = holder_registered(holder="zed", address="1 Row")
    with in_file(tmp_path / "a.ledger") as ledger:
        first = ledger.record(person, command="c-1")

    with Ledger.open(tmp_path / "a.ledger") as again:
        repeated = again.record(person, command="c-1")
        assert repeated.repeated
        assert repeated.entries == first.entries
        assert isinstance(refused(lambda: again.record(common_issued(), command="c-1")), CommandReused)


def test_a_command_counts_once_although_its_row_was_taken_away(tmp_path: Path) -> None:
    path = tmp_path / "a.ledger"
    with in_file(path) as ledger:
        first = ledger.record(common_issued(), shares_transferred(), command="c-1")
        ledger.record(common_issued(issued=1))
    by_sql(path, "DELETE FROM stored_events WHERE originator_id = 'acme/command/c-1'")

    with Ledger.open(path) as again:
        repeated = again.record(common_issued(), shares_transferred(), command="c-1")
        assert repeated.repeated
        assert repeated.entries == first.entries
        assert isinstance(refused(lambda: again.record(common_issued(), command="c-1")), CommandReused)
        assert len(again.entries()) == 9


@pytest.mark.parametrize("state", ["x'41'", "'7 7'"])
def test_a_command_counts_once_whatever_its_row_says(tmp_path: Path, state: str) -> None:
    path = tmp_path / "a.ledger"
    with in_file(path) as ledger:
        ledger.record(common_issued(), command="c-1")
    by_sql(path, f"UPDATE stored_events SET state = {state} WHERE originator_id = 'acme/command/c-1'")

    with Ledger.open(path) as again:
        assert again.record(common_issued(), command="c-1").repeated


@pytest.mark.parametrize("state", ["x'41'", "CAST('3 3' AS BLOB)", "CAST('7 7' AS BLOB)"])
def test_a_command_row_that_no_entry_belongs_to_is_damage(tmp_path: Path, state: str) -> None:
    path = tmp_path / "a.ledger"
    with in_file(path):
        pass
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"INSERT INTO stored_events VALUES ('acme/command/c-1', 1, 'command', {state})")

    with Ledger.open(path) as again:
        error = refused(lambda: again.record(common_issued(), command="c-1"))
        assert isinstance(error, LedgerDamaged)
        assert (error.code, error.place) == ("E_TAMPERED", "acme command c-1")


def test_a_command_that_comes_back_after_another_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "a.ledger"
    with in_file(path, common_issued(issued=1), common_issued(issued=2)) as ledger:
        last = ledger.entries()[-1]
        later = last.recorded_at + timedelta(days=1)
        state = forged(last, number=EntryNumber(9), recorded_at=later, command="founding")
    with closing(sqlite3.connect(path)) as connection, connection:
        topic = codec.topic(common_issued())
        connection.execute("INSERT INTO stored_events VALUES ('acme', 9, ?, ?)", (topic, state))

    with Ledger.open(path) as again:
        error = refused(again.entries)
        assert isinstance(error, LedgerDamaged)
        assert (error.code, error.place) == ("E_TAMPERED", "acme entry 9")


def test_personal_values_are_compared_themselves_and_not_their_salts() -> None:
    ledger = company()
    ledger.record(holder_registered(holder="zed", name="Zed One"), command="c-1")

    assert ledger.record(holder_registered(holder="zed", name="Zed One"), command="c-1").repeated
    with pytest.raises(CommandReused):
        ledger.record(holder_registered(holder="zed", name="Zed Two"), command="c-1")


@pytest.mark.parametrize("gone", ["keys", "erased"])
def test_a_command_counts_once_without_its_personal_values(tmp_path: Path, gone: str) -> None:
    path = tmp_path / "a.ledger"
    person = holder_registered(holder="zed", name="Zed One", address="1 Row")
    restated = entry_restated(4, restated_as=holder_registered(holder="ada", name="Ada Inkwell"))
    with in_file(path) as ledger:
        first = ledger.record(person, restated, command="c-1")
        if gone == "erased":
            ledger.record(personal_data_erased("zed", "ada"))
    if gone == "keys":
        path.with_name("a.ledger.keys").unlink()

    with Ledger.open(path) as again:
        for same in (person, attrs.evolve(person, name=Personal("Zed Two"))):
            repeated = again.record(same, restated, command="c-1")
            assert repeated.repeated
            assert [entry.number for entry in repeated.entries] == [entry.number for entry in first.entries]
        for other in (
            attrs.evolve(person, note="Another note."),
            attrs.evolve(person, address=None),
            attrs.evolve(person, tax_id=Personal("000")),
            attrs.evolve(person, holder=HolderId("zoe")),
        ):
            assert isinstance(refused(lambda: again.record(other, restated, command="c-1")), CommandReused)  # noqa: B023
        assert len(again.entries()) == (9 if gone == "erased" else 8)


def test_values_that_are_left_are_still_compared() -> None:
    ledger = company()
    both = [holder_registered(holder="zed", name="Zed One"), holder_registered(holder="zoe", name="Zoe One")]
    ledger.record(*both, command="c-1")
    ledger.record(personal_data_erased("zed"))

    for zed, zoe in (("Zed One", "Zoe One"), ("Zed Two", "Zoe One")):
        again = [holder_registered(holder="zed", name=zed), holder_registered(holder="zoe", name=zoe)]
        assert ledger.record(*again, command="c-1").repeated
    with pytest.raises(CommandReused):
        ledger.record(both[0], holder_registered(holder="zoe", name="Zoe Two"), command="c-1")


LISTS: list[tuple[Callable[..., Event], dict[str, Any]]] = [
    (common_issued, {"legends": ["Not registered.", "Restricted."]}),
    (common_issued, {"legends": ("Not registered.",), "evidence": [Evidence(document="Minutes")]}),
    (holder_registered, {"holder": "zed", "evidence": [Evidence(document="Passport")]}),
    (entry_restated, {"entry": 4, "restated_as": holder_registered(holder="ada", evidence=[])}),
]


@pytest.mark.parametrize(("build", "changes"), LISTS)
def test_a_command_that_gives_a_list_for_a_tuple_counts_once(
    tmp_path: Path, build: Callable[..., Event], changes: dict[str, Any]
) -> None:
    event = build(**changes)
    with in_file(tmp_path / "a.ledger") as ledger:
        ledger.record(event, command="c-1")
        assert ledger.record(event, command="c-1").repeated

    with Ledger.open(tmp_path / "a.ledger") as again:
        assert again.record(event, command="c-1").repeated
        other = attrs.evolve(event, note="Another note.")
        assert isinstance(refused(lambda: again.record(other, command="c-1")), CommandReused)


def test_a_command_that_gives_text_for_a_name_counts_once() -> None:
    wrong: Any = "ada"
    ledger = company()
    event = attrs.evolve(common_issued(), holder=wrong)
    ledger.record(event, command="c-1")

    assert ledger.record(event, command="c-1").repeated
    assert ledger.record(common_issued(), command="c-1").repeated


def test_the_first_command_counts_once_as_well(tmp_path: Path) -> None:
    with in_file(tmp_path / "a.ledger"):
        pass

    with Ledger.open(tmp_path / "a.ledger", create=True) as again:
        assert again.record(*founding(), command="founding").repeated


@pytest.mark.parametrize(("expected", "fits"), [(5, False), (6, True), (7, False), (0, False)])
def test_an_expected_position_is_the_number_of_entries(expected: int, fits: bool) -> None:
    ledger = company()

    if fits:
        ledger.record(common_issued(), expected=expected)
        return
    error = refused(lambda: ledger.record(common_issued(), expected=expected))
    assert isinstance(error, VersionConflict)
    assert (error.code, error.EXIT, error.fields()) == ("E_VERSION", 4, (expected, 6))


@pytest.mark.parametrize("expected", [-1, "latest", 6.0, True])
def test_an_expected_position_is_a_whole_number(expected: Any) -> None:
    error = refused(lambda: company().record(common_issued(), expected=expected))

    assert (type(error), error.code) == (NotUnderstood, "E_VERSION")


# --- two writers -------------------------------------------------------------------------------------------------


def interrupted(ledger: Ledger, by: Callable[[], object], times: int = 1) -> None:
    """Let somebody else record just before the ledger writes; ``times`` times."""
    append, left = ledger._store.append, [times]

    def after_them(*arguments: Any) -> None:
        if left[0]:
            left[0] -= 1
            by()
        append(*arguments)

    store: Any = ledger._store
    store.append = after_them


def two(path: Path) -> tuple[Ledger, Ledger]:
    one = in_file(path, agreement_signed(), common_issued(issued=1_000))
    return one, Ledger.open(path, clock=ticking())


def test_a_conflict_is_tried_again_after_the_other_entry(tmp_path: Path) -> None:
    one, other = two(tmp_path / "a.ledger")
    interrupted(one, lambda: other.record(common_issued(issued=2)))

    with one, other:
        recorded = one.record(common_issued(issued=3))
        assert [entry.number for entry in recorded.entries] == [10]
        assert [*other.entries()] == [*one.entries()]


def test_a_ledger_that_was_opened_empty_reads_what_somebody_else_began(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "a.ledger", create=True) as early, Ledger.open(tmp_path / "a.ledger") as other:
        assert not early.entries()
        other.record(*founding())

        assert [*early.entries()] == [*other.entries()]
        assert early.issuer == "acme"
        with pytest.raises(IssuerFirst):
            early.record(issuer_registered(issuer="beta"))


def test_what_a_ledger_recorded_itself_is_not_read_again_and_what_others_did_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = in_file(tmp_path / "a.ledger")
    other = Ledger.open(tmp_path / "a.ledger", clock=ticking(NOON + timedelta(days=1)))
    read, looked = SqliteStore.read, list[int]()

    def looking(self: SqliteStore, issuer: IssuerId, after: int) -> list[Row]:
        looked.append(after)
        return read(self, issuer, after)

    with closing(one), closing(other):
        one.entries()
        monkeypatch.setattr(SqliteStore, "read", looking)
        one.record(common_issued())
        one.record(common_issued())
        assert (len(one.entries()), looked) == (8, [])

        one.record(common_issued())
        other.record(common_issued())
        one.record(holder_registered(holder="zed"))

        assert [*one.entries()] == [*other.entries()]
        assert len(one.entries()) == 11


def test_two_draws_cannot_both_win(tmp_path: Path) -> None:
    """400,000 are undrawn in the tranche; each writer saw them before the other drew 250,000."""
    one, other = two(tmp_path / "a.ledger")
    interrupted(one, lambda: other.record(tranche_closed(closed="250000 USD")))

    with one, other:
        error = refused(lambda: one.record(tranche_closed(closed="250000 USD")))
        assert isinstance(error, CommitmentExceeded)
        assert (str(error.undrawn), str(error.asked)) == ("150000 USD", "250000 USD")
        assert len(one.entries()) == 9
        one.record(tranche_closed(closed="150000 USD"))


def test_after_a_conflict_the_totals_are_those_of_the_record(tmp_path: Path) -> None:
    """The other writer sells all of ada's shares while this one issues; then nothing is left to sell."""
    one, other = two(tmp_path / "a.ledger")
    interrupted(one, lambda: other.record(shares_transferred(transferred=1_000)))

    with one, other:
        one.record(common_issued(holder="fund", issued=1))
        error = refused(lambda: one.record(shares_transferred(transferred=1_000)))
        assert isinstance(error, HoldingExceeded)
        one.record(shares_transferred(from_holder="bob", to_holder="ada", transferred=1_000))


def test_the_same_command_from_two_writers_at_once_counts_once(tmp_path: Path) -> None:
    one, other = two(tmp_path / "a.ledger")
    interrupted(one, lambda: other.record(common_issued(issued=2), command="c-1"))

    with one, other:
        assert one.record(common_issued(issued=2), command="c-1").repeated
        assert len(one.entries()) == 9


def test_an_expected_position_is_looked_at_again_after_a_conflict(tmp_path: Path) -> None:
    one, other = two(tmp_path / "a.ledger")
    interrupted(one, lambda: other.record(common_issued(issued=2)))

    with one, other:
        assert isinstance(refused(lambda: one.record(common_issued(), expected=8)), VersionConflict)


def test_what_others_recorded_meanwhile_is_asked_for_before_a_refusal(tmp_path: Path) -> None:
    one, other = two(tmp_path / "a.ledger")
    with one, other:
        assert len(one.entries()) == 8
        other.record(common_issued(issued=2_000))

        assert [entry.number for entry in one.record(shares_transferred(transferred=3_000)).entries] == [10]


def test_a_refusal_tells_what_others_have_left(tmp_path: Path) -> None:
    one, other = two(tmp_path / "a.ledger")
    with one, other:
        assert len(one.entries()) == 8
        other.record(shares_transferred(transferred=900))

        error = refused(lambda: one.record(shares_transferred(transferred=1_100)))

        assert isinstance(error, HoldingExceeded)
        assert (str(error.held), str(error.asked)) == ("100", "1100")
        assert len(one.entries()) == 9


def test_a_command_of_somebody_else_is_told_although_it_was_not_possible_before(tmp_path: Path) -> None:
    one, other = two(tmp_path / "a.ledger")
    with one, other:
        assert len(one.entries()) == 8
        other.record(common_issued(issued=2_000))
        other.record(shares_transferred(transferred=3_000), command="c-1")

        assert one.record(shares_transferred(transferred=3_000), command="c-1").repeated
        assert isinstance(refused(lambda: one.record(common_issued(), command="c-1")), CommandReused)


def test_an_expected_position_that_others_have_reached_is_the_one(tmp_path: Path) -> None:
    one, other = two(tmp_path / "a.ledger")
    with one, other:
        assert len(one.entries()) == 8
        other.record(common_issued(issued=2))

        assert [entry.number for entry in one.record(common_issued(issued=3), expected=9).entries] == [10]
        error = refused(lambda: other.record(common_issued(issued=3), expected=9))
        assert isinstance(error, VersionConflict)
        assert error.fields() == (9, 10)


def test_an_entry_after_the_last_one_read_is_recorded_without_reading(tmp_path: Path) -> None:
    ledger = in_file(tmp_path / "a.ledger")
    with ledger:
        ledger.entries()
        store: Any = ledger._store
        store.read = store.columns = store.head = store.command = store.issuers = None

        assert ledger.record(common_issued(), command="c-1").entries[0].number == 7


def test_a_writer_who_never_comes_first_is_told_to_try_again(tmp_path: Path) -> None:
    one, other = two(tmp_path / "a.ledger")
    interrupted(one, lambda: other.record(common_issued(issued=1)), times=100)

    with one, other:
        error = refused(lambda: one.record(common_issued(issued=3)))
        assert isinstance(error, Unavailable)
        assert (error.code, error.EXIT) == ("E_BUSY", 4)


@pytest.mark.parametrize(
    ("stream", "place"), [("acme/tiles/0", "acme tile 0/0"), ("acme/sealed", "acme entry 300")]
)
def test_a_row_in_the_way_of_the_next_entries_is_damage_and_not_another_writer(
    tmp_path: Path, stream: str, place: str
) -> None:
    path = tmp_path / "a.ledger"
    one, other = two(path)
    with one, other:
        with closing(sqlite3.connect(path)) as file, file:
            number = 1 if stream == "acme/tiles/0" else 300
            row = (stream, number, "by hand", encode([]))
            file.execute("INSERT INTO stored_events VALUES (?, ?, ?, ?)", row)
        before = len(one.entries())
        many = [holder_registered(holder=f"h-{number}") for number in range(300)]

        error = refused(lambda: one.record(*many))

        assert isinstance(error, LedgerDamaged)
        assert (error.code, error.place) == ("E_TAMPERED", place)
        assert len(one.entries()) == before
        assert len(other.record(common_issued(issued=1)).entries) == 1


def test_two_who_begin_the_same_ledger_at_once_do_not_both_begin_it(tmp_path: Path) -> None:
    one, other = (Ledger.open(tmp_path / "a.ledger", create=True, clock=ticking()) for _ in range(2))
    interrupted(one, lambda: other.record(issuer_registered()))

    with one, other:
        error = refused(lambda: one.record(issuer_registered(legal_name="Another")))
        assert isinstance(error, NameTaken)
        assert error.fields() == ("issuer", "acme", 1)


def test_readers_see_what_others_recorded(tmp_path: Path) -> None:
    one, other = two(tmp_path / "a.ledger")

    with one, other:
        assert len(other.entries()) == 8
        one.record(common_issued(issued=2))
        assert len(other.entries()) == 9


def test_a_store_that_fails_leaves_the_ledger_as_it_was() -> None:
    ledger = company()

    def fail() -> None:
        raise Unavailable("E_STORE_FULL", "a.ledger", "the disk is full")

    interrupted(ledger, fail)

    assert refused(lambda: ledger.record(common_issued(issued=1_000))).code == "E_STORE_FULL"
    assert len(ledger.entries()) == 6
    assert isinstance(refused(lambda: ledger.record(shares_transferred(transferred=1))), HoldingExceeded)
    ledger.record(common_issued(issued=10_000_000))


# --- when it was recorded ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "step", [timedelta(0), timedelta(hours=-1), timedelta(microseconds=1)], ids=["stands", "runs back", "crawls"]
)
def test_the_time_of_recording_grows_whatever_the_clock_does(step: timedelta) -> None:
    ledger = company(ticking(NOON, step))

    for _ in range(5):
        ledger.record(common_issued(issued=1))

    times = [entry.recorded_at for entry in ledger.entries()][5:]
    assert all(later > earlier for earlier, later in pairwise(times))


def test_the_time_of_recording_grows_from_one_process_to_the_next(tmp_path: Path) -> None:
    with in_file(tmp_path / "a.ledger", clock=lambda: NOON):
        pass

    with Ledger.open(tmp_path / "a.ledger", clock=lambda: NOON - timedelta(days=400)) as again:
        recorded = again.record(common_issued())
        assert recorded.entries[0].recorded_at == NOON + timedelta(microseconds=1)


def test_the_time_of_recording_is_in_utc() -> None:
    east = timezone(timedelta(hours=9))
    ledger = company(lambda: datetime(2026, 1, 1, 21, 0, tzinfo=east))

    assert ledger.entries()[0].recorded_at.tzinfo is UTC
    assert ledger.entries()[0].recorded_at == NOON


# --- what was known ----------------------------------------------------------------------------------------------


def at(*times: str) -> Callable[[], datetime]:
    """Return a clock that shows these instants, one after the other."""
    left = iter(times)
    return lambda: datetime.fromisoformat(next(left))


def recorded_at(*times: str, zone: str = "America/Denver") -> Ledger:
    """Return a ledger whose commands were recorded at these instants; the first registers issuer and class."""
    ledger = Ledger.in_memory(clock=at(*times))
    ledger.record(issuer_registered(time_zone=zone), common())
    for number in range(1, len(times)):
        ledger.record(holder_registered(holder=f"h{number}"), holder_registered(holder=f"g{number}"))
    return ledger


def test_knowledge_is_a_position_between_commands() -> None:
    ledger = recorded_at("2026-01-05T10:00:00+00:00", "2026-01-06T10:00:00+00:00", "2026-01-07T10:00:00+00:00")

    assert ledger.position() == ledger.position(None) == 6
    assert ledger.position(datetime(2026, 1, 6, 9, 59, 59, 999_999, tzinfo=UTC)) == 2
    assert ledger.position(datetime(2026, 1, 6, 10, tzinfo=UTC)) == 4
    assert ledger.position(datetime(2026, 1, 6, 10, 0, 0, 1, tzinfo=UTC)) == 4
    assert ledger.position("2026-01-06T10:00:00Z") == 4
    assert ledger.position("2026-01-06T03:00:00-07:00") == 4
    assert ledger.position("2026-01-06T02:59:59-07:00") == 2
    assert ledger.position(date(2026, 1, 6)) == ledger.position("2026-01-06") == 4
    assert ledger.position("2999-12-31") == 6


@pytest.mark.parametrize(
    ("number", "fits"), [(-1, False), (0, False), (1, False), (2, True), (3, False), (4, True)]
)
def test_a_number_of_entries_ends_with_a_command(number: int, fits: bool) -> None:
    ledger = recorded_at("2026-01-05T10:00:00+00:00", "2026-01-06T10:00:00+00:00")

    if fits:
        assert ledger.position(number) == number
    else:
        assert refused(lambda: ledger.position(number)).code == "E_KNOWN"
    assert refused(lambda: ledger.position(5)).code == "E_KNOWN"


@pytest.mark.parametrize(
    ("known_at", "code"),
    [
        (datetime(2026, 1, 6, 10), "E_TIMEZONE"),
        ("2026-01-06T10:00:00", "E_TIMEZONE"),
        ("yesterday, at noon", "E_DATE"),
        ("03/04/2026", "E_DATE"),
        ("45292", "E_DATE"),
        ("2026-01-06T25:00:00Z", "E_DATE"),
        ("", "E_DATE"),
        ("9999-12-31", "E_DATE_RANGE"),
        (date(1582, 10, 4), "E_DATE_RANGE"),
    ],
)
def test_what_is_no_knowledge_is_refused(known_at: Any, code: str) -> None:
    ledger = recorded_at("2026-01-05T10:00:00+00:00")

    error = refused(lambda: ledger.position(known_at))

    assert (type(error), error.code) == (NotUnderstood, code)


def test_before_the_first_entry_the_answer_is_that_nothing_was_recorded() -> None:
    ledger = recorded_at("2026-01-05T10:00:00+00:00")
    first = datetime(2026, 1, 5, 10, tzinfo=UTC)

    for known_at in (first - timedelta(microseconds=1), "2026-01-04", date(1700, 1, 1)):
        with pytest.raises(NothingRecorded) as caught:
            ledger.position(known_at)
        assert caught.value.first == first
        assert caught.value.EXIT == 0
        assert "2026-01-05" in str(caught.value)
    assert ledger.position(first) == 2


def test_in_an_empty_ledger_nothing_was_recorded() -> None:
    with pytest.raises(NothingRecorded) as caught:
        Ledger.in_memory().history("2026-01-01")

    assert caught.value.first is None
    assert str(caught.value) == "nothing has been recorded in this ledger yet"


@pytest.mark.parametrize(
    ("zone", "on", "last", "next_"),
    [
        ("America/Denver", "2026-01-05", "2026-01-06T06:59:59.999999+00:00", "2026-01-06T07:00:00+00:00"),
        ("America/Denver", "2026-03-08", "2026-03-09T05:59:59.999999+00:00", "2026-03-09T06:00:00+00:00"),
        ("America/Denver", "2026-11-01", "2026-11-02T06:59:59.999999+00:00", "2026-11-02T07:00:00+00:00"),
        ("Asia/Kathmandu", "2026-01-05", "2026-01-05T18:14:59.999999+00:00", "2026-01-05T18:15:00+00:00"),
        ("UTC", "2026-01-05", "2026-01-05T23:59:59.999999+00:00", "2026-01-06T00:00:00+00:00"),
        # The clocks of São Paulo went from 23:59:59 on 3 November 2018 to 01:00 on the 4th: there was no midnight.
        ("America/Sao_Paulo", "2018-11-03", "2018-11-04T02:59:59.999999+00:00", "2018-11-04T03:00:00+00:00"),
        # In Havana the hour after midnight of 2 November 2025 came twice; the day before ended at the first one.
        ("America/Havana", "2025-11-01", "2025-11-02T03:59:59.999999+00:00", "2025-11-02T04:00:00+00:00"),
    ],
    ids=["winter", "clocks forward", "clocks back", "odd zone", "UTC", "no midnight", "midnight twice"],
)
def test_a_day_means_its_close_in_the_zone_of_the_issuer(zone: str, on: str, last: str, next_: str) -> None:
    ledger = recorded_at("2018-01-01T00:00:00+00:00", last, next_, zone=zone)

    assert ledger.position(on) == 4
    assert ledger.time_zone == zone


def test_the_zone_is_that_of_the_issuer_as_restated() -> None:
    ledger = company()
    ledger.record(entry_restated(1, restated_as=issuer_registered(time_zone="Asia/Tokyo")))

    assert ledger.time_zone == "Asia/Tokyo"


def test_the_registration_is_the_one_that_was_known() -> None:
    ledger = company()
    before = len(ledger.entries())
    ledger.record(entry_restated(1, restated_as=issuer_registered(legal_name="Acme Sun, Inc.")))

    assert ledger.registration().legal_name == "Acme Sun, Inc."
    assert ledger.registration(before).legal_name == "Acme Solar, Inc."


def test_a_record_whose_registration_was_voided_is_damaged() -> None:
    ledger = company()
    ledger._rules().check = lambda *unused, **more: None  # type: ignore[method-assign]  # no rule lets it in
    ledger.record(entry_voided(1))

    for ask in (ledger.registration, lambda: ledger.time_zone):
        error = refused(ask)
        assert isinstance(error, LedgerDamaged)
        assert "registration of the issuer" in error.line()


def zoned(*commands: tuple[str, Event]) -> Ledger:
    """Return a ledger of an issuer in Denver, with commands recorded at these instants of 2026."""
    times = ["2026-01-01T00:00:00+00:00", *(f"2026-{when}:00+00:00" for when, _ in commands)]
    ledger = Ledger.in_memory(clock=at(*times))
    ledger.record(issuer_registered(time_zone="America/Denver"))
    for number, (_, event) in enumerate(commands):
        ledger.record(event, holder_registered(holder=f"h{number}"))
    return ledger


def moved_to(name: str, entry: int = 1) -> Event:
    return entry_restated(entry, restated_as=issuer_registered(time_zone=name))


def somebody(number: int) -> Event:
    return holder_registered(holder=f"g{number}")


def test_a_restatement_of_the_zone_does_not_change_what_was_known_earlier() -> None:
    """20:00 of 1 March in Denver is noon of 2 March in Tokyo: known on the first, whatever is found out in May."""
    commands = [("03-02T03:00", somebody(1)), ("03-03T03:00", somebody(2)), ("05-01T00:00", moved_to("Asia/Tokyo"))]
    before, after = zoned(*commands[:2]), zoned(*commands)

    for on_day in ("2026-02-28", "2026-03-01", "2026-03-02", "2026-03-03"):
        assert before.position(on_day) == after.position(on_day)
    assert after.position("2026-03-01") == 3
    assert after.time_zone == "Asia/Tokyo"


def test_a_day_after_the_restatement_closes_in_the_zone_then_known() -> None:
    """From 1 May on the days are those of Tokyo, which end at 15:00 UTC."""
    ledger = zoned(
        ("05-01T00:00", moved_to("Asia/Tokyo")), ("05-02T14:59", somebody(1)), ("05-02T15:00", somebody(2))
    )

    assert ledger.position("2026-05-02") == 5
    assert ledger.position("2026-05-03") == 7


@pytest.mark.parametrize(
    ("first", "second", "known"),
    [
        # Denver's 1 May ends at 06:00 of the 2nd, Tokyo's at 15:00 of the 1st: the move itself is still known.
        (("05-02T01:00", moved_to("Asia/Tokyo")), ("05-02T02:00", somebody(1)), 3),
        (("05-01T01:00", moved_to("Asia/Tokyo")), ("05-01T15:00", somebody(1)), 3),
        (("05-01T01:00", moved_to("Asia/Tokyo")), ("05-01T14:00", somebody(1)), 5),
        # Honolulu's ends at 10:00 of the 2nd, which nobody knew when Denver's ended at 06:00.
        (("05-02T07:00", moved_to("Pacific/Honolulu")), ("05-02T08:00", somebody(1)), 1),
        (("05-02T05:00", moved_to("Pacific/Honolulu")), ("05-02T08:00", somebody(1)), 5),
    ],
)
def test_a_day_on_which_the_zone_becomes_another_has_one_close(
    first: tuple[str, Event], second: tuple[str, Event], known: int
) -> None:
    ledger = zoned(first, second, ("06-01T00:00", moved_to("UTC", entry=2)))

    assert ledger.position("2026-05-01") == known


def test_a_zone_whose_restatement_is_voided_and_revived_is_known_from_then_on() -> None:
    ledger = zoned(
        ("05-01T00:00", moved_to("Asia/Tokyo")), ("05-10T00:00", entry_voided(2)), ("05-20T00:00", entry_voided(4))
    )

    assert ledger.time_zone == "Asia/Tokyo"
    assert ledger.position("2026-05-09") == 3  # 24:00 in Tokyo is 15:00 UTC, nine hours before the void
    more = zoned(
        ("05-01T00:00", moved_to("Asia/Tokyo")),
        ("05-10T00:00", entry_voided(2)),
        ("05-13T03:00", somebody(1)),
        ("05-20T00:00", entry_voided(4)),
        ("05-23T03:00", somebody(2)),
    )
    assert more.position("2026-05-12") == 7  # it is 21:00 of the 12th in Denver
    assert more.position("2026-05-22") == 9  # and the 23rd in Tokyo


@given(
    st.lists(
        st.tuples(st.integers(1, 40), st.sampled_from(["", "Asia/Tokyo", "UTC", "Pacific/Honolulu"])), max_size=8
    )
)
def test_what_is_recorded_after_a_day_never_changes_what_was_known_on_it(steps: list[tuple[int, str]]) -> None:
    clock = [datetime(2026, 3, 1, tzinfo=UTC)]
    ledger = Ledger.in_memory(clock=lambda: clock[0])
    ledger.record(issuer_registered(time_zone="America/Denver"))
    said: dict[date, int] = {}
    named = 1
    for number, (hours, name) in enumerate(steps):
        clock[0] += timedelta(hours=hours)
        over = (clock[0] - timedelta(hours=36)).date()  # closed in every zone there is
        for back in range(5):
            on_day = over - timedelta(days=back)
            if on_day >= date(2026, 3, 1):
                assert ledger.position(on_day) == said.setdefault(on_day, ledger.position(on_day))
        event = moved_to(name, entry=named) if name else somebody(number)
        entry = ledger.record(event).entries[0]
        named = entry.number if name else named
    for on_day, position in said.items():
        assert ledger.position(on_day) == position


@pytest.mark.parametrize("known_at", [True, False])
def test_yes_is_no_number_of_entries(known_at: bool) -> None:
    assert refused(lambda: company().position(known_at)).code == "E_KNOWN"


def test_an_earlier_knowledge_shows_what_was_believed_then() -> None:
    ledger = company()
    ledger.record(common_issued(issued=1_000))
    ledger.record(entry_restated(7, restated_as=common_issued(issued=900)))

    def issued(known_at: int) -> list[str]:
        certain = ledger.history("2026-12-31", known_at).certain
        return [str(each.fact.issued) for each in certain if each.fact.KIND == "common-issued"]  # type: ignore[attr-defined]  # it is one

    assert issued(7) == ["1000"]
    assert issued(8) == ["900"]


def test_facts_of_the_future_are_not_in_todays_history() -> None:
    ledger = company()
    ledger.record(common_issued(effective_on="2027-01-01"))

    assert [each.fact.KIND for each in ledger.history("2026-12-31").certain].count("common-issued") == 0
    assert [each.fact.KIND for each in ledger.history("2027-01-01").certain].count("common-issued") == 1


# --- several issuers ---------------------------------------------------------------------------------------------


def with_two_issuers(path: Path) -> None:
    with in_file(path):
        pass
    with Ledger.open(path, "beta", create=True, clock=ticking()) as ledger:
        ledger.record(issuer_registered(issuer="beta", legal_name="Beta Corp."), command="founding")


def test_a_file_of_several_issuers_asks_which(tmp_path: Path) -> None:
    with_two_issuers(tmp_path / "a.ledger")

    error = refused(lambda: Ledger.open(tmp_path / "a.ledger"))

    assert (type(error), error.code) == (NotUnderstood, "E_ISSUER")
    assert "acme, beta" in str(error)


def test_each_issuer_has_entries_and_commands_of_its_own(tmp_path: Path) -> None:
    with_two_issuers(tmp_path / "a.ledger")

    with Ledger.open(tmp_path / "a.ledger", "acme") as acme, Ledger.open(tmp_path / "a.ledger", "beta") as beta:
        assert [len(acme.entries()), len(beta.entries())] == [6, 1]
        acme.record(common_issued(), command="c-1")
        beta.record(holder_registered(), command="c-1")
        assert [len(acme.entries()), len(beta.entries())] == [7, 2]


def test_an_issuer_that_is_not_there_is_answered_with_the_nearest(tmp_path: Path) -> None:
    with_two_issuers(tmp_path / "a.ledger")

    error = refused(lambda: Ledger.open(tmp_path / "a.ledger", "betta"))

    assert isinstance(error, UnknownName)
    assert error.fields() == ("issuer", "betta", None, "beta")


def test_a_ledger_opened_for_one_issuer_does_not_register_another(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "a.ledger", "beta", create=True) as ledger:
        error = refused(lambda: ledger.record(issuer_registered(issuer="acme")))

    assert isinstance(error, IssuerFirst)


def test_issuers_in_memory_share_a_store() -> None:
    store = MemoryStore()
    Ledger(store, clock=ticking()).record(issuer_registered(issuer="acme"))
    Ledger(store, "beta", begin=True, clock=ticking()).record(issuer_registered(issuer="beta"))

    assert store.issuers() == ["acme", "beta"]
    assert refused(lambda: Ledger(store)).code == "E_ISSUER"


# --- proposals and refusals --------------------------------------------------------------------------------------


def test_a_proposal_shows_what_would_be_recorded_and_keeps_nothing() -> None:
    ledger = company()

    proposed = ledger.propose(common_issued(issued=10_000_000), actor="counsel", command="c-1")

    assert [entry.number for entry in proposed.entries] == [7]
    assert len(ledger.entries()) == 6
    assert ledger.propose(common_issued(issued=10_000_000)).entries[0].number == 7
    ledger.record(common_issued(issued=10_000_000), command="c-1")


def test_a_proposal_is_refused_as_the_command_would_be() -> None:
    ledger = company()

    assert isinstance(refused(lambda: ledger.propose(common_issued(issued=10_000_001))), AuthorizedExceeded)
    assert isinstance(refused(lambda: ledger.propose(shares_transferred())), HoldingExceeded)


def test_a_proposal_in_an_empty_ledger_leaves_it_empty() -> None:
    ledger = Ledger.in_memory()

    ledger.propose(*founding())

    assert ledger.issuer is None
    assert [*ledger.entries()] == []


@given(
    st.lists(
        st.tuples(st.sampled_from(["ada", "bob", "fund"]), st.integers(1, 9), st.booleans(), st.booleans()),
        max_size=12,
    )
)
def test_a_refused_or_proposed_command_leaves_the_record_equal(
    asked: list[tuple[str, int, bool, bool]],
) -> None:
    ledger = company()

    for holder, count, sells, proposes in asked:
        before = [*ledger.entries()]
        taker = "bob" if holder == "ada" else "ada"
        event = (
            shares_transferred(from_holder=holder, to_holder=taker, transferred=count)
            if sells
            else common_issued(holder=holder, issued=count)
        )
        try:
            (ledger.propose if proposes else ledger.record)(event)
        except HoldingExceeded:
            assert [*ledger.entries()] == before
        else:
            assert [*ledger.entries()][: len(before)] == before
            assert len(ledger.entries()) == len(before) + (0 if proposes else 1)


# --- damage ------------------------------------------------------------------------------------------------------


def by_sql(path: Path, *statements: str) -> None:
    """Change a closed file behind the ledger's back, its triggers taken away first."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DROP TRIGGER entries_stay")
        connection.execute("DROP TRIGGER entries_remain")
        for statement in statements:
            connection.execute(statement)


ACME = "originator_id = 'acme'"
SWAP = [
    f"UPDATE stored_events SET originator_version = {new} WHERE {ACME} AND originator_version = {old}"
    for old, new in ((7, 99), (8, 7), (99, 8))
]
COPY = (
    "INSERT INTO stored_events SELECT originator_id, 9, topic, state FROM stored_events"
    f" WHERE {ACME} AND originator_version = 8"
)


@pytest.mark.parametrize(
    ("statements", "place"),
    [
        ([f"DELETE FROM stored_events WHERE {ACME} AND originator_version = 7"], "acme entry 7"),
        ([f"DELETE FROM stored_events WHERE {ACME} AND originator_version = 1"], "acme entry 1"),
        (SWAP, "acme entry 7"),
        ([COPY], "acme entry 9"),
        (
            [
                f"UPDATE stored_events SET topic = 'common-issued.2' WHERE {ACME} AND originator_version = 7",
            ],
            "acme entry 7",
        ),
        ([f"UPDATE stored_events SET topic = 'os:system' WHERE {ACME} AND originator_version = 8"], "acme entry 8"),
        (
            [
                "UPDATE stored_events SET state = (SELECT state FROM stored_events WHERE"
                f" {ACME} AND originator_version = 8) WHERE {ACME} AND originator_version = 7"
            ],
            "acme entry 7",
        ),
        ([f"UPDATE stored_events SET state = x'' WHERE {ACME} AND originator_version = 7"], "acme entry 7"),
    ],
    ids=["missing", "first missing", "swapped", "appended", "version", "python topic", "copied", "emptied"],
)
def test_what_was_changed_by_sql_is_found_on_reading(tmp_path: Path, statements: Sequence[str], place: str) -> None:
    path = tmp_path / "a.ledger"
    with in_file(path, common_issued(issued=1), common_issued(issued=2)):
        pass

    by_sql(path, *statements)

    with Ledger.open(path) as ledger:
        error = refused(ledger.entries)
        assert isinstance(error, LedgerDamaged)
        assert (error.code, error.place, error.EXIT) == ("E_TAMPERED", place, 5)
        assert isinstance(refused(lambda: ledger.record(common_issued())), LedgerDamaged)


def test_a_damaged_entry_is_found_by_a_ledger_that_is_open(tmp_path: Path) -> None:
    path = tmp_path / "a.ledger"
    with in_file(path, common_issued(issued=1), common_issued(issued=2)) as ledger:
        by_sql(path, COPY)

        assert refused(ledger.entries).code == "E_TAMPERED"
        assert refused(ledger.entries).code == "E_TAMPERED"


def forged(entry: Entry, **changes: Any) -> bytes:
    whole = entry._replace(**changes)
    payload = codec.encode(whole.event)
    whole = whole._replace(payload_digest=codec.digest(payload))
    issuer = issuer_registered().issuer
    return codec.state(issuer, whole, payload)


@pytest.mark.parametrize(
    "changes",
    [
        {"recorded_at": NOON - timedelta(days=1)},
        {"recorded_at": NOON},
        {"event": entry_voided(9)},
        {"event": entry_voided(10)},
        {"event": entry_restated(9)},
        {"command": "founding"},
    ],
    ids=[
        "time runs back",
        "time stands",
        "voids itself",
        "voids a later one",
        "restates itself",
        "joins a command",
    ],
)
def test_an_entry_that_is_whole_but_does_not_follow_is_found(tmp_path: Path, changes: dict[str, Any]) -> None:
    path = tmp_path / "a.ledger"
    with in_file(path, common_issued(issued=1), common_issued(issued=2)) as ledger:
        state = forged(ledger.entries()[7], number=EntryNumber(9), **changes)
        topic = codec.topic(changes.get("event", common_issued()))

    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO stored_events VALUES ('acme', 9, ?, ?)", (topic, state))

    with Ledger.open(path) as again:
        error = refused(again.entries)
        assert isinstance(error, LedgerDamaged)
        assert (error.code, error.place) == ("E_TAMPERED", "acme entry 9")


# --- personal particulars ----------------------------------------------------------------------------------------


def name_of(ledger: Ledger, number: int) -> Personal:
    event = ledger.entries()[number - 1].event
    assert isinstance(event, HolderRegistered)
    assert event.name is not None
    return event.name


def test_a_personal_value_is_read_back_from_beside_the_record(tmp_path: Path) -> None:
    path = tmp_path / "a.ledger"
    with in_file(path):
        pass

    with Ledger.open(path) as ledger:
        assert name_of(ledger, 4).value == "Ada Quill"
    with closing(sqlite3.connect(path)) as connection:
        states = b"".join(row[0] for row in connection.execute("SELECT state FROM stored_events"))
    assert b"Fund LP" in states
    for each in tmp_path.iterdir():
        assert b"Quill" not in each.read_bytes()


def test_values_of_a_restated_holder_are_kept_apart_too(tmp_path: Path) -> None:
    path = tmp_path / "a.ledger"
    with in_file(path) as ledger:
        ledger.record(entry_restated(4, restated_as=holder_registered(holder="ada", name="Ada Inkwell")))
        ledger.record(holder_renamed(holder="bob", legal_name=None, name="Bob Inkwell"))

    with Ledger.open(path) as again:
        names = [str(event) for event in _names(again)]
        assert names == ["Ada Inkwell", "Bob Inkwell"]
    with closing(sqlite3.connect(path)) as connection:
        states = b"".join(row[0] for row in connection.execute("SELECT state FROM stored_events"))
    assert b"Inkwell" not in states


def _names(ledger: Ledger) -> list[Any]:
    restated: Any = ledger.entries()[6].event
    renamed: Any = ledger.entries()[7].event
    return [restated.restated_as.name, renamed.name]


def test_two_holders_of_one_name_have_two_commitments() -> None:
    ledger = company()
    ledger.record(holder_registered(holder="x", name="Ada Quill"))

    assert name_of(ledger, 4) == name_of(ledger, 7)
    assert name_of(ledger, 4).commitment != name_of(ledger, 7).commitment


def test_salts_are_made_afresh_for_each_value() -> None:
    salts = iter(bytes([number]) * 32 for number in range(9))
    ledger = Ledger(MemoryStore(), clock=ticking(), salts=lambda: next(salts))
    ledger.record(*founding())
    ledger.record(holder_registered(holder="x", name="X", address="1 Row", tax_id="000"))

    found = [personal.salt for entry in ledger.entries() for personal in _particulars(entry)]

    assert len(set(found)) == 5


def _particulars(entry: Entry) -> list[Personal]:
    return [*particulars(entry.event)]


# --- the tree ----------------------------------------------------------------------------------------------------


def root_over(ledger: Ledger, known: int) -> bytes:
    """Return the root over the first entries, made of their leaves one by one."""
    assert ledger.issuer is not None
    growing = Growing()
    for entry in ledger.entries()[:known]:
        growing.add(leaf_hash(codec.leaf(ledger.issuer, entry)))
    return growing.root()


def test_the_tree_is_over_the_leaves_of_the_entries(tmp_path: Path) -> None:
    with in_file(tmp_path / "a.ledger", common_issued(), holder_renamed()) as ledger:
        tree = ledger.tree()

        assert tree.size == len(ledger.entries())
        assert tree.root() == root_over(ledger, tree.size)
        for entry in ledger.entries():
            assert ledger.issuer is not None
            leaf = leaf_hash(codec.leaf(ledger.issuer, entry))
            assert check_inclusion(leaf, entry.number - 1, tree.size, tree.inclusion(entry.number), tree.root())


def test_the_tree_as_it_was_known_is_continued_by_that_of_today(tmp_path: Path) -> None:
    with in_file(tmp_path / "a.ledger", common_issued()) as ledger:
        before = ledger.tree()
        ledger.record(holder_renamed())
        now = ledger.tree()

        assert now.size == before.size + 1
        assert now.root(ledger.position(before.size)) == before.root() == root_over(ledger, before.size)
        path = now.consistency(before.size)
        assert check_consistency(before.size, now.size, path, before.root(), now.root())


def test_the_tree_holds_what_another_program_recorded_meanwhile(tmp_path: Path) -> None:
    with in_file(tmp_path / "a.ledger", common_issued()) as ledger, Ledger.open(tmp_path / "a.ledger") as other:
        before = ledger.tree().size
        other.record(holder_renamed())

        assert ledger.tree().size == before + 1
        assert ledger.tree().root() == other.tree().root()


def test_a_ledger_without_entries_has_no_tree_and_what_is_supposed_is_in_none() -> None:
    ledger = Ledger.in_memory(clock=ticking())
    with pytest.raises(NothingRecorded):
        ledger.tree()
    ledger.record(*founding())

    supposed = ledger.supposing(common_issued())

    with pytest.raises(NothingRecorded):
        supposed.tree()
    assert ledger.tree().size == len(founding())


def test_who_is_interrupted_after_writing_reads_what_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*unused: object) -> None:
        raise KeyboardInterrupt

    with Ledger.open(tmp_path / "acme.db", create=True, clock=ticking()) as ledger:
        ledger.record(*founding())
        ledger.entries()
        with monkeypatch.context() as patch:
            patch.setattr(Entries, "add", interrupt)
            with pytest.raises(KeyboardInterrupt):
                ledger.record(common_issued())

        assert len(ledger.entries()) == len(founding()) + 1
        assert ledger.record(common_issued(holder="bob")).entries[0].number == len(founding()) + 2
