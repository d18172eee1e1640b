"""A ledger of which a directory is kept answers like one that reads every entry, and reads what it is asked for."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import ledger.reader
from ledger import Ledger
from ledger.errors import CommandReused, LedgerDamaged, LedgerError, Unavailable
from ledger.events import EntryRestated, EntryVoided, Event, IssuerRenamed
from ledger.identity import IssuerId
from ledger.personal import particulars
from tests.builders import (
    common_issued,
    entry_restated,
    entry_voided,
    founding,
    holder_registered,
    holder_renamed,
    issuer_registered,
    issuer_renamed,
    personal_data_erased,
    shares_transferred,
    ticking,
)

LENGTH = 3


@contextmanager
def short_pages() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ledger.reader, "LENGTH", LENGTH)
        patch.setattr(ledger.reader, "AHEAD", 1)
        yield


@pytest.fixture(autouse=True)
def _short_pages() -> Iterator[None]:
    with short_pages():
        yield


EVENTS = st.one_of(
    st.integers(1, 9).map(lambda count: common_issued(issued=count)),
    st.just(shares_transferred(transferred=1)),
    st.sampled_from(["zed", "yan"]).map(lambda holder: holder_registered(holder=holder, name=f"{holder} Doe")),
    st.sampled_from(["ada", "bob"]).map(lambda holder: holder_renamed(holder=holder, legal_name=None, name="Else")),
    st.sampled_from(["ada", "zed"]).map(personal_data_erased),
    st.sampled_from(["A", "B"]).map(lambda name: issuer_renamed(legal_name=name)),
    st.sampled_from(["UTC", "Asia/Tokyo", "America/Denver"]).map(
        lambda zone: entry_restated(1, restated_as=issuer_registered(time_zone=zone))
    ),
    st.integers(7, 16).map(lambda number: entry_restated(number, restated_as=issuer_renamed(legal_name="C"))),
    st.integers(7, 16).map(lambda number: entry_restated(number, restated_as=common_issued(issued=2))),
    st.integers(7, 16).map(entry_voided),
)
COMMANDS = st.lists(st.lists(EVENTS, min_size=1, max_size=3) | st.just("close"), max_size=14)


def answered(call: Any) -> Any:
    try:
        return call()
    except LedgerError as error:
        return type(error), str(error)


def everything(company: Ledger) -> list[Any]:
    """Return what a ledger answers to many questions."""
    entries = company.entries()
    instants = [entry.recorded_at + timedelta(microseconds=shift) for entry in entries for shift in (-1, 0)]
    return [
        company.legal_name(),
        company.time_zone,
        [answered(lambda each=each: company.position(each)) for each in instants],
        [answered(lambda each=each: company.position(each)) for each in range(1, len(entries) + 1)],
        [answered(lambda each=each: company.position(each.date())) for each in instants],
        [answered(lambda each=each: company.legal_name(each)) for each in range(1, len(entries) + 1)],
        [entries.correcting(number) for number in range(1, len(entries) + 1)],
        [*entries.of_kinds((EntryVoided, EntryRestated, IssuerRenamed), 2, len(entries))],
        [(str(each), each.is_erased) for entry in entries for each in particulars(entry.event)],
        [*entries],
    ]


def recorded(company: Ledger, events: list[Event]) -> Any:
    return answered(lambda: len(company.record(*events).entries))


def opened(path: Path, keys: Path | None = None) -> Ledger:
    return Ledger.open(path, create=True, clock=ticking(), keys=keys)


def unread(company: Ledger) -> int:
    """Return how many pages nobody has read."""
    return sum(isinstance(part, ledger.pages.Unread) and part._page is None for part in company.entries()._parts)


@given(COMMANDS)
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_a_ledger_with_a_directory_answers_like_one_that_reads_everything(commands: list[Any]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.db"
        company = opened(path)
        whole = Ledger.in_memory(clock=ticking())
        for each in (company, whole):
            each.record(*founding())
        for command in commands:
            if command == "close":
                company.close()
                company = opened(path)
            else:
                assert recorded(company, command) == recorded(whole, command)
        company.close()
        with opened(path) as company, Ledger.open(path, readonly=True) as reading:
            shown, wanted = everything(company), everything(reading)
            assert shown == wanted
            assert shown[:-3] == everything(whole)[:-3]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the company in a file, with a directory of twelve entries and two more."""
    path = tmp_path / "a.db"
    with opened(path) as company:
        company.record(*founding(), command="founding")
        for count in range(1, 9):
            company.record(common_issued(issued=count), command=f"c-{count}")
    return path


def test_nothing_is_read_before_somebody_asks(path: Path) -> None:
    with opened(path) as company:
        assert (len(company.entries()), unread(company)) == (14, 4)
        assert company.legal_name() == issuer_registered().legal_name
        assert company.entries()[7].event == common_issued(issued=2)
        assert company.position("2999-01-01") == 14
        assert [*company.entries().of_kinds((EntryVoided,), 0, 14)] == []
        assert unread(company) == 4
        assert company.entries()[3:5] == Ledger.open(path, readonly=True).entries()[3:5]
        assert unread(company) == 3


def test_an_unread_command_counts_once(path: Path) -> None:
    with opened(path) as company:
        again = company.record(common_issued(issued=3), command="c-3")

        assert (again.repeated, [entry.number for entry in again.entries]) == (True, [9])
        with pytest.raises(CommandReused):
            company.record(common_issued(issued=4), command="c-3")


def test_an_unread_command_counts_once_although_it_would_be_refused_now(path: Path) -> None:
    with opened(path) as company:
        company.record(shares_transferred(transferred=36), command="all")
        company.record(common_issued(issued=1))
    with opened(path) as company:
        assert (len(company.entries()), unread(company)) == (16, 5)

        assert company.record(shares_transferred(transferred=36), command="all").repeated
        assert len(company.entries()) == 16


def test_what_is_supposed_begins_with_what_nobody_has_read(path: Path) -> None:
    with opened(path) as company:
        supposed = company.supposing(common_issued(issued=50), known_at=8)

        assert unread(company) == 1  # what it is checked against was read
        assert supposed.entries()[7:8] == company.entries()[7:8]
        assert supposed.entries()[8].event == common_issued(issued=50)
        assert supposed.legal_name() == company.legal_name()


def test_keys_that_are_put_back_are_deleted_though_nobody_asks(path: Path) -> None:
    keys = path.with_name("a.db.keys")
    before = keys.read_bytes()
    with opened(path) as company:
        company.record(personal_data_erased("ada"))
        company.record(*(common_issued(issued=count) for count in range(1, 4)))
    with opened(path) as company:
        assert company.resumed_erasures() == ()
        assert unread(company) > 0
    keys.write_bytes(before)

    with opened(path) as company:
        assert [str(each) for each in particulars(company.entries()[3].event)] == ["(erased)"]
        assert company.resumed_erasures() == (15,)
    with opened(path) as company:
        assert (len(company.entries()), company.resumed_erasures()) == (18, ())


def test_a_value_recorded_after_a_directory_has_a_key_that_an_erasure_deletes(path: Path) -> None:
    with opened(path) as company:
        company.record(holder_renamed(holder="ada", legal_name=None, name="Ada Inkwell"))
    with opened(path) as company:
        company.record(personal_data_erased("ada"))

    for readonly in (False, True):
        with Ledger.open(path, readonly=readonly) as company:
            assert [str(each) for each in particulars(company.entries()[3].event)] == ["(erased)"]
            assert [str(each) for each in particulars(company.entries()[14].event)] == ["(erased)"]


def test_another_file_of_keys_is_refused_though_no_value_was_read(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.keys"
    with opened(tmp_path / "b.db", other) as company:
        company.record(*founding())

    with opened(path, other) as company, pytest.raises(Unavailable, match="E_KEYS"):
        company.record(holder_renamed(holder="ada", legal_name=None, name="Ada Inkwell"))


@pytest.mark.parametrize(
    "change",
    [
        lambda told: told | {"about": [2]},
        lambda told: told | {"about": [0]},
        lambda told: told | {"about": ["x"]},
        lambda told: told | {"kinds": told["kinds"][:8]},
        lambda told: told | {"vault": {}},
        lambda told: {},
        lambda told: [],
    ],
)
def test_a_directory_that_says_something_else_is_not_taken(path: Path, change: Callable[[Any], Any]) -> None:
    with opened(path) as company:
        shelf = company._store.shelf(IssuerId("acme"), ledger.reader.PART, ledger.reader.LAYOUT)
        assert shelf is not None
        kept = shelf.open()
        assert kept is not None
        shelf.drop()
        shelf.keep(kept.size, change(kept.told), {name: {**piece} for name, piece in kept.pieces.items()})

    with opened(path) as company, Ledger.open(path, readonly=True) as reading:
        assert everything(company) == everything(reading)
        assert unread(company) == 0


def changed(path: Path, statement: str) -> None:
    """Change a file as somebody does who knows SQL."""
    with closing(sqlite3.connect(path)) as file, file:
        triggers = [*file.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")]
        for name, _ in triggers:
            file.execute(f"DROP TRIGGER {name}")
        file.execute(statement)
        for _, sql in triggers:
            file.execute(sql)


def test_a_damaged_entry_is_found_by_who_asks_for_it(path: Path) -> None:
    changed(
        path,
        "UPDATE stored_events SET state = CAST(replace(CAST(state AS TEXT), 'common', 'cOmmon') AS BLOB)"
        " WHERE originator_version = 8 AND originator_id NOT LIKE '%/%'",
    )

    with opened(path) as company:
        assert company.entries()[3:6] != []
        for ask in (
            lambda: company.entries()[7],
            lambda: company.entries()[6:9],
            lambda: company.record(entry_voided(8)),
        ):
            with pytest.raises(LedgerDamaged, match="entry 8"):
                ask()


def test_an_entry_that_is_missing_is_found_by_who_asks_for_it(path: Path) -> None:
    changed(path, "DELETE FROM stored_events WHERE originator_version = 8 AND originator_id NOT LIKE '%/%'")

    with opened(path) as company:
        for ask in (lambda: company.entries()[7], lambda: company.entries()[6:9]):
            with pytest.raises(LedgerDamaged, match="entry 8"):
                ask()


def test_a_directory_of_another_record_is_not_taken(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "b.db"
    with opened(other) as company:
        company.record(*founding(), *(common_issued(issued=1) for _ in range(9)))
    shutil.rmtree(f"{path}.index")
    shutil.copytree(f"{other}.index", f"{path}.index")

    with opened(path) as company:
        assert (len(company.entries()), unread(company)) == (14, 0)
