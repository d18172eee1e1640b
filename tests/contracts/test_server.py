"""What the store on a PostgreSQL server promises besides what every store does."""

import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from signal import SIGINT
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner
from psycopg import sql

from ledger.codec import kept
from ledger.errors import LedgerDamaged, LedgerError, OutcomeUnknown, Unavailable
from ledger.identity import CommandId, IssuerId
from ledger.journal import Ledger
from ledger.store import Conflict, Row, postgres, store_at
from ledger.store.addresses import is_there, told
from ledger.store.port import Store
from ledger.store.postgres import PostgresStore, allow
from registrar.cli import main
from tests.builders import common, common_issued, founding, holder_registered, issuer_registered, ticking
from tests.server import Server

ACME, BETA = IssuerId("acme"), IssuerId("beta")
ONE, TWO, THREE = CommandId("c-1"), CommandId("c-2"), CommandId("c-3")
PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "keep-ledgers-on-a-server.md"


def rows(first: int, last: int) -> list[Row]:
    return [Row(number, "kind.1", kept(b"leaf %d" % number, b"{}")) for number in range(first, last + 1)]


@pytest.fixture
def store(database: str) -> Iterator[PostgresStore]:
    """Yield a store that holds three entries of one command."""
    with closing(PostgresStore(database, create=True)) as made:
        made.append(ACME, rows(1, 3), ONE, {1: b"beside one"})
        yield made


def contents(store: Store) -> object:
    return store.issuers(), store.read(ACME, 0), store.command(ACME, ONE), store.sealed(ACME, 0)


def refused(ask: Any, *arguments: Any) -> LedgerError:
    with pytest.raises(LedgerError) as caught:
        ask(*arguments)
    assert caught.value.line().isprintable()
    return caught.value


def without(server: Server, *names: str) -> None:
    """Remove roles, if they are there."""
    with server.asked("a") as connection:
        for name in names:
            if connection.execute("SELECT FROM pg_roles WHERE rolname = %s", (name,)).fetchone() is not None:
                connection.execute(sql.SQL("DROP OWNED BY {0}; DROP ROLE {0}").format(sql.Identifier(name)))


def role(server: Server, name: str) -> str:
    """Make a role anew, and return where the database is for it."""
    without(server, name)
    with server.asked("a") as connection:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(name)))
    return server.url("a", name)


# --- what is there -----------------------------------------------------------------------------------------------


def test_what_was_appended_is_there_after_opening_again(store: PostgresStore, database: str) -> None:
    before = contents(store)

    with closing(PostgresStore(database)) as again:
        assert contents(again) == before
    with closing(PostgresStore(database, create=True)) as made_already:
        assert contents(made_already) == before


def test_a_place_is_a_server_by_its_beginning(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert (is_there(database), is_there("postgresql")) == (False, False)

    for place in (database, database.replace("postgresql://", "postgres://"), "postgresql"):
        store_at(place, create=True).close()
        assert is_there(place)

    assert [path.name for path in tmp_path.iterdir()] == ["postgresql"]


def test_a_ledger_is_kept_in_a_database(database: str, tmp_path: Path) -> None:
    keys = tmp_path / "acme.keys"
    with Ledger.open(database, create=True, keys=keys, clock=ticking()) as ledger:
        ledger.record(*founding(), command="c-1")
        before = [*ledger.entries()]

    with Ledger.open(database, keys=keys, clock=ticking()) as ledger:
        assert [*ledger.entries()] == before
        assert ledger.record(*founding(), command="c-1").repeated
        ledger.record(common_issued())
        assert len(ledger.entries()) == len(before) + 1


def test_a_ledger_is_tables_with_a_trigger_and_nothing_that_writes_by_another_way(
    server: Server, store: PostgresStore
) -> None:
    """The library can also write through a function of the database; whoever follows it then misses entries."""
    within = "SELECT array_agg({0} ORDER BY {0}) FROM {1} WHERE {2} = to_regnamespace('captable')"
    with server.asked("a") as connection:
        found = [
            connection.execute(within.format(*names)).fetchone()
            for names in (
                ("proname", "pg_proc", "pronamespace"),
                ("typname", "pg_type", "typtype = 'c' AND typnamespace"),
            )
        ]

    assert found == [(["entries_stay"],), (["stored_events"],)]


def test_the_same_commands_make_the_same_record_in_a_file_and_on_a_server(database: str, tmp_path: Path) -> None:
    records = []
    for place in (str(tmp_path / "a.ledger"), database):
        with closing(store_at(place, create=True)) as store:
            ledger = Ledger(store, clock=ticking())
            ledger.record(issuer_registered(), common(), holder_registered(holder="fund"), command="founding")
            for number in range(150):
                ledger.record(*[common_issued(holder="fund")] * 2, command=f"c-{number}")
            records.append((store.read(ACME, 0), ledger.tree().root(), contents(store)))

    assert records[0] == records[1]
    assert len(records[0][0]) == 303


def test_two_that_make_a_ledger_at_once_make_one(database: str) -> None:
    failed: list[BaseException] = []

    def make() -> None:
        try:
            PostgresStore(database, create=True).close()
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failed == []
    with closing(PostgresStore(database)) as store:
        assert store.issuers() == []


def test_threads_may_share_a_store(store: PostgresStore) -> None:
    def write(number: int) -> None:
        with suppress(Conflict):  # each of them is the next issuer in the list
            return store.append(IssuerId(f"issuer-{number}"), rows(1, 3), ONE, {})
        write(number)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(store.issuers()) == ["acme", *(f"issuer-{number}" for number in range(4))]


def test_a_store_starts_no_threads_and_keeps_one_connection(server: Server, database: str) -> None:
    before = threading.active_count()

    with closing(PostgresStore(database, create=True)) as store:
        for number in range(1, 10):
            store.append(ACME, rows(number, number), CommandId(f"c-{number}"), {})
            store.read(ACME, 0)
        with server.asked("postgres") as connection:
            kept = connection.execute(
                "SELECT application_name FROM pg_stat_activity"
                " WHERE datname = 'a' AND backend_type = 'client backend'"
            ).fetchall()

        assert threading.active_count() == before
    assert kept == [("captable",)]


def test_a_command_of_many_megabytes_is_written_whole_or_not_at_all(store: PostgresStore) -> None:
    """The library's own way of writing was seen to hang for ever on a fifth of this."""
    many = [Row(number, "kind.1", kept(b"leaf %d" % number, bytes(2_000))) for number in range(4, 20_004)]

    with pytest.raises(Conflict):
        store.append(ACME, [*many, Row(1, "kind.1", b"taken")], TWO, {})
    assert store.read(ACME, 3) == []
    store.append(ACME, many, TWO, {})

    assert store.command(ACME, TWO) == (4, 20_003)
    assert store.read(ACME, 20_000) == many[-3:]


# --- kept as it is -----------------------------------------------------------------------------------------------

CHANGES = [
    "UPDATE captable.stored_events SET state = '' WHERE originator_version = 2",
    "UPDATE captable.stored_events SET originator_version = 9 WHERE originator_version = 3",
    "DELETE FROM captable.stored_events WHERE originator_version = 3",
    "DELETE FROM captable.stored_events",
    "TRUNCATE captable.stored_events",
    "TRUNCATE captable.stored_events CASCADE",
    "INSERT INTO captable.stored_events SELECT * FROM captable.stored_events"
    " ON CONFLICT (originator_id, originator_version) DO UPDATE SET state = ''",
    "MERGE INTO captable.stored_events t USING captable.stored_events s"
    " ON t.originator_id = s.originator_id WHEN MATCHED THEN DELETE",
]
HIDDEN_CHANGES = [
    "ALTER TABLE captable.stored_events DISABLE TRIGGER ALL; DELETE FROM captable.stored_events",
    "DROP TRIGGER entries_stay ON captable.stored_events",
    "CREATE OR REPLACE FUNCTION captable.entries_stay() RETURNS trigger LANGUAGE plpgsql"
    " AS 'BEGIN RETURN NULL; END'",
    "DROP TABLE captable.stored_events",
    "DROP SCHEMA captable CASCADE",
    "ALTER TABLE captable.stored_events RENAME TO other",
    "CREATE TABLE captable.more (x int)",
    "COMMENT ON SCHEMA captable IS 'mine'",
    "SET ROLE owner",
]


def done(connection: psycopg.Connection[Any], changes: list[str], error: type[psycopg.Error]) -> list[str]:
    """Return the changes that the server did not refuse with an error."""
    allowed = []
    for change in changes:
        try:
            connection.execute(change)
            allowed.append(change)
        except error:
            pass
    return allowed


@pytest.mark.parametrize("way", ["origin", "replica"])
def test_the_database_itself_refuses_changes_even_to_its_owner(
    server: Server, store: PostgresStore, way: str
) -> None:
    before = contents(store)

    with server.asked("a") as connection:
        connection.execute(f"SET session_replication_role = {way}")
        assert done(connection, CHANGES, psycopg.errors.RaiseException) == []

    assert contents(store) == before


@pytest.mark.parametrize("name", ["clerk", "auditor"])
def test_nobody_but_the_owner_has_the_right_to_change_anything(
    server: Server, store: PostgresStore, name: str
) -> None:
    before = contents(store)
    role(server, name)
    allow(server.url("a"), readers=[name], writers=[name] * (name == "clerk"))

    with server.asked("a", name) as connection:
        assert done(connection, [*CHANGES, *HIDDEN_CHANGES], psycopg.errors.InsufficientPrivilege) == []

    assert contents(store) == before


def test_persons_are_recorded_in_a_database_once_a_file_for_their_keys_is_named(database: str) -> None:
    with Ledger.open(database, create=True) as ledger:
        error = refused(lambda: ledger.record(*founding()))

        assert (error.code, error.EXIT) == ("E_KEYS", 5)
        assert len(ledger.entries()) == 0


def test_a_writer_records_and_a_reader_asks(server: Server, database: str, tmp_path: Path) -> None:
    with Ledger.open(database, create=True, keys=tmp_path / "acme.keys", clock=ticking()) as ledger:
        ledger.record(*founding())
    clerk, auditor, stranger = (role(server, name) for name in ("clerk", "auditor", "stranger"))
    allow(database, readers=["auditor"], writers=["clerk"])

    with Ledger.open(clerk, clock=ticking()) as ledger:
        ledger.record(common_issued(), command="c-1")
    with Ledger.open(auditor, clock=ticking()) as ledger:
        assert [entry.command for entry in ledger.entries()][-1] == "c-1"
        error = refused(lambda: ledger.record(common_issued()))
        assert (error.code, error.EXIT) == ("E_READONLY", 5)
        assert len(ledger.entries()) == len(founding()) + 1
    for ask in (Ledger.open, lambda place: Ledger.open(place, create=True)):
        assert refused(ask, stranger).code == "E_READONLY"


def test_only_the_owner_lets_others_in(server: Server, store: PostgresStore) -> None:
    clerk = role(server, "clerk")
    allow(server.url("a"), writers=["clerk"])
    role(server, "friend")

    error = refused(lambda: allow(clerk, readers=["friend"]))

    assert error.code == "E_READONLY"


@pytest.mark.parametrize("name", ["nobody-there", 'clerk"; DROP SCHEMA captable; --', "", "Clerk"])
def test_a_role_that_the_server_has_not_is_refused(store: PostgresStore, database: str, name: str) -> None:
    before = contents(store)

    error = refused(lambda: allow(database, writers=[name]))

    assert (error.code, error.EXIT) == ("E_ROLE", 2)
    assert contents(store) == before


# --- durable -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("set_to", "means"), [("off", "on"), ("local", "on"), ("remote_write", "on"), ("remote_apply", "remote_apply")]
)
def test_every_commit_waits_for_the_disk_whatever_the_role_was_set_to(
    server: Server, store: PostgresStore, monkeypatch: pytest.MonkeyPatch, set_to: str, means: str
) -> None:
    role(server, "clerk")
    allow(server.url("a"), writers=["clerk"])
    with server.asked("a") as connection:
        connection.execute(f"ALTER ROLE clerk SET synchronous_commit = {set_to}")
    levels = []
    see = "ledger.store.postgres._see_that_commits_wait"

    def look(cursor: Any) -> None:
        while cursor.nextset():
            pass
        levels.append(cursor.connection.execute("SHOW synchronous_commit").fetchone())

    monkeypatch.setattr(see, look)
    with closing(PostgresStore(server.url("a", "clerk"))) as clerk:
        clerk.append(ACME, rows(4, 4), TWO, {})

    assert levels == [{"synchronous_commit": means}]


def test_nothing_is_written_where_a_commit_does_not_wait(
    store: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "_BEGIN", postgres._BEGIN.replace("'on', true", "'off', true"))

    error = refused(lambda: store.append(ACME, rows(4, 4), TWO, {}))

    assert (error.code, "synchronous_commit and fsync are off and on" in str(error)) == ("E_STORE", True)
    assert store.read(ACME, 3) == []


def test_nothing_is_written_on_a_server_that_does_not_sync(server: Server, store: PostgresStore) -> None:
    server.stop(SIGINT)
    server.start(fsync="off")
    try:
        error = refused(lambda: store.append(ACME, rows(4, 4), TWO, {}))
        assert (error.code, "are on and off" in str(error)) == ("E_STORE", True)
        assert store.read(ACME, 0) == rows(1, 3)
    finally:
        server.stop(SIGINT)
        server.start()


def test_a_connection_that_broke_since_the_last_question_is_made_again(
    server: Server, store: PostgresStore
) -> None:
    before = contents(store)

    asked: list[Callable[[], object]] = [lambda: contents(store), lambda: store.append(ACME, rows(4, 4), TWO, {})]
    for ask in asked:
        with server.asked("a") as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = 'a' AND pid <> pg_backend_pid()"
            )
        assert ask() in (before, None)

    assert store.read(ACME, 0) == rows(1, 4)


# --- busy, and away ----------------------------------------------------------------------------------------------


def test_who_waits_too_long_for_another_writer_is_told_to_try_again(
    server: Server, store: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "_BEGIN", postgres._BEGIN.replace("'5s'", "'20ms'"))
    with server.asked("a") as connection, connection.transaction():
        connection.execute("INSERT INTO captable.stored_events VALUES ('acme', 4, 'kind.1', '')")
        error = refused(lambda: store.append(ACME, rows(4, 4), TWO, {}))

    assert (type(error), error.code, error.EXIT) == (Unavailable, "E_BUSY", 4)
    assert store.command(ACME, TWO) is None


@pytest.mark.parametrize(
    ("error", "kind", "code"),
    [
        (psycopg.errors.DiskFull, Unavailable, "E_STORE_FULL"),
        (psycopg.errors.DeadlockDetected, Unavailable, "E_BUSY"),
        (psycopg.errors.InsufficientPrivilege, Unavailable, "E_READONLY"),
        (psycopg.errors.DataCorrupted, LedgerDamaged, "E_STORE_FORMAT"),
        (psycopg.errors.IndexCorrupted, LedgerDamaged, "E_STORE_FORMAT"),
        (psycopg.errors.OutOfMemory, Unavailable, "E_STORE"),
        (psycopg.errors.UniqueViolation, Conflict, None),
        (postgres._CommitLost, OutcomeUnknown, "E_OUTCOME_UNKNOWN"),
    ],
)
def test_a_failure_is_a_refusal_where_the_server_has_said_so(
    store: PostgresStore, monkeypatch: pytest.MonkeyPatch, error: type[psycopg.Error], kind: type, code: str | None
) -> None:
    def fail(*unused: object, **also_unused: object) -> None:
        raise error("it did\nnot work")

    monkeypatch.setattr(store._recorder, "insert_events", fail)
    monkeypatch.setattr(postgres, "_PAUSES", (0,))

    with pytest.raises(kind) as caught:
        store.append(ACME, rows(4, 4), TWO, {})

    assert getattr(caught.value, "code", None) == code
    assert store.read(ACME, 3) == []


def test_a_writer_that_sleeps_within_its_transaction_is_cut_off_and_writes_again(
    server: Server, store: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a machine that is suspended would keep all others out."""
    cut_off = threading.Event()
    insert = store._recorder._insert_stored_events

    def sleep(*given: Any) -> None:
        if not cut_off.is_set():
            cut_off.set()
            with server.asked("a") as connection:
                while connection.execute("SELECT FROM pg_stat_activity WHERE state LIKE 'idle in %'").fetchone():
                    pass
        insert(*given)

    monkeypatch.setattr(store._recorder, "_insert_stored_events", sleep)
    monkeypatch.setattr(postgres, "_BEGIN", postgres._BEGIN.replace("'30s'", "'50ms'"))
    store.append(ACME, rows(4, 4), TWO, {})

    assert cut_off.is_set()
    assert store.read(ACME, 3) == rows(4, 4)


def test_a_server_that_is_away_is_told_at_once(tmp_path: Path) -> None:
    error = refused(Ledger.open, f"postgresql://clerk:secret@/a?host={tmp_path}")

    assert (type(error), error.code, error.EXIT) == (Unavailable, "E_STORE", 5)
    assert "secret" not in error.line()


def test_a_standby_is_read_only(server: Server, store: PostgresStore) -> None:
    with server.asked("a") as connection:
        connection.execute("ALTER DATABASE a SET default_transaction_read_only = on")
    try:
        with closing(PostgresStore(server.url("a"))) as standby:
            assert contents(standby) == contents(store)
            assert refused(lambda: standby.append(ACME, rows(4, 4), TWO, {})).code == "E_READONLY"
    finally:
        with server.asked("postgres") as connection:
            connection.execute("ALTER DATABASE a RESET default_transaction_read_only")


# --- what is not a ledger ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("SELECT", "E_FILE"),
        ("CREATE SCHEMA captable", "E_STORE_FORMAT"),
        ("CREATE SCHEMA captable; COMMENT ON SCHEMA captable IS 'captable ledger, layout 2'", "E_STORE_FORMAT"),
        ("CREATE SCHEMA captable; CREATE TABLE captable.stored_events (x int)", "E_STORE_FORMAT"),
    ],
)
def test_what_is_not_a_ledger_is_refused_and_left_alone(
    server: Server, database: str, statement: str, code: str
) -> None:
    with server.asked("a") as connection:
        connection.execute(statement)

    assert refused(Ledger.open, database).code == code
    if code == "E_STORE_FORMAT":
        assert refused(lambda: Ledger.open(database, create=True)).code == code


def test_a_database_that_is_not_there_is_named(server: Server) -> None:
    error = refused(Ledger.open, server.url("nowhere"))

    assert (error.code, '"nowhere" does not exist' in str(error)) == ("E_STORE", True)


def test_a_database_of_another_encoding_is_refused(server: Server) -> None:
    with server.asked("postgres") as connection:
        connection.execute("DROP DATABASE IF EXISTS latin")
        connection.execute("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0")

    error = refused(lambda: Ledger.open(server.url("latin"), create=True))

    assert (error.code, "LATIN1" in str(error)) == ("E_STORE_FORMAT", True)


def test_entries_that_nobody_lists_are_damage(server: Server, store: PostgresStore) -> None:
    with server.asked("a") as connection:
        connection.execute("ALTER TABLE captable.stored_events DISABLE TRIGGER entries_stay")
        connection.execute("DELETE FROM captable.stored_events WHERE originator_id = '/issuers'")

    error = refused(store.issuers)

    assert (error.code, error.EXIT) == ("E_TAMPERED", 5)


# --- the URL -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql:///acme", "postgresql:///acme"),
        ("postgres://db.example:5433/acme", "postgres://db.example:5433/acme"),
        ("postgresql://clerk@db.example/acme", "postgresql://clerk@db.example/acme"),
        ("postgresql://clerk:secret@db.example/acme", "postgresql://clerk@db.example/acme"),
        ("postgresql://clerk:s%40cret@[::1]:5432/acme", "postgresql://clerk@[::1]:5432/acme"),
        ("postgresql://clerk:secret@a,b:5433/acme", "postgresql://clerk@a,b:5433/acme"),
        ("postgresql://db.example/acme?user=clerk&password=secret", "postgresql://db.example/acme"),
        ("postgresql://clerk:secret@/acme?host=/run/postgresql", "postgresql://clerk@/acme"),
        ("acme.db", "acme.db"),
        ("C:\\ledgers\\acme.db", "C:\\ledgers\\acme.db"),
    ],
)
def test_a_url_is_told_without_its_password(url: str, shown: str) -> None:
    assert told(url) == shown


SECRETS = [
    "postgresql://clerk:secret@word@db.example/acme",
    "postgresql://clerk:secret/word@db.example/acme",
    "postgresql://clerk:secret?word@db.example/acme",
    "postgresql://clerk:secret#word@db.example/acme",
    "postgresql://clerk:secret:word@db.example/acme",
    "postgresql://clerk:secret@[::1/acme",
    "postgresql://clerk:secret",
    "postgresql://clerk:secret%zz@db.example/acme",
    "postgresql://db.example/acme?password=secret@word",
    "postgresql://db.example/acme?password=secret%zz",
    "postgresql://db.example/acme?password=secret&bogus=secret",
    "postgresql://db.example:secret/acme?password=secret",
    "postgresql://clerk:secret@db.example/acme\nsecret",
]


@pytest.mark.parametrize("url", SECRETS)
def test_a_url_that_cannot_be_read_is_refused_without_a_word_of_it(url: str) -> None:
    error = refused(Ledger.open, url)

    assert (error.code, error.EXIT) == ("E_FILE", 5)
    assert "secret" not in error.line()
    assert error.__cause__ is None


def test_the_extra_is_named_where_it_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)

    error = refused(Ledger.open, "postgresql:///acme")

    assert (error.code, "captable-ledger[postgres]" in str(error)) == ("E_EXTRA", True)


# --- from the command line ---------------------------------------------------------------------------------------


def ran(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, arguments, env={"LOGNAME": "pat"})
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.output


def test_the_page_is_followed(server: Server, database: str, tmp_path: Path) -> None:
    """Its SQL makes the roles, and its commands do the rest; only the machine is another one."""
    page = PAGE.read_text(encoding="utf-8")
    (statements,) = re.findall(r"```sql\n(.*?)```", page, re.DOTALL)
    commands = re.findall(r"^\$ captable (.*)$", page, re.MULTILINE)
    assert [command.split()[0] for command in commands] == ["init", "record", "show"]
    with server.asked("postgres") as connection:
        connection.execute("DROP DATABASE IF EXISTS acme")
        without(server, *re.findall(r"CREATE ROLE (\w+) LOGIN;", statements))
        for statement in filter(str.strip, statements.split(";")):
            connection.execute(statement)

    (url,) = re.findall(r"captable init (\S+)", page)
    here = commands[0].replace(url, server.url("acme", "ledger_owner"))
    assert ran(*here.split()) == (
        0,
        "postgresql://ledger_owner@/acme is an empty ledger; begin it by captable register, import or record\n"
        "clerk may record; auditor may read\n",
    )
    assert "is a ledger already (of nobody yet); nothing was changed" in ran(*here.split())[1]
    facts = tmp_path / "events.jsonl"
    facts.write_text(
        '{"kind":"issuer-registered","effective_on":"2024-01-02","issuer":"acme","legal_name":"Acme Inc.",'
        '"jurisdiction":"US-DE","time_zone":"UTC"}\n'
    )
    clerk, auditor = server.url("acme", "clerk"), server.url("acme", "auditor")
    status, output = ran("record", "-f", clerk, str(facts))
    assert (status, output.splitlines()[-1]) == (0, "recorded 1 entry (1) of acme")
    assert ran("show", "-f", auditor, "--as-of", "2024-12-31")[0] == 0
    assert ran("record", "-f", auditor, str(facts))[1].splitlines()[-1] == (
        "already recorded in acme: 1 entry (1); nothing was added"
    )
    facts.write_text(
        '{"kind":"issuer-renamed","effective_on":"2024-02-01","issuer":"acme","legal_name":"Acme Corp."}\n'
    )
    status, output = ran("record", "-f", auditor, str(facts))
    assert (status, output.splitlines()[-1].split(": ")[1]) == (5, "E_READONLY")
    with server.asked("postgres") as connection:
        connection.execute("DROP DATABASE acme")


def test_a_file_knows_no_roles(tmp_path: Path) -> None:
    status, output = ran("init", str(tmp_path / "a.db"), "--writer", "clerk")

    assert (status, "E_USAGE" in output, [*tmp_path.iterdir()]) == (2, True, [])


def test_no_message_of_the_command_line_repeats_a_password(server: Server, database: str) -> None:
    with_secret = database.replace("owner@", "owner:secret@")

    outputs = [
        ran("init", with_secret)[1],
        ran("init", with_secret, "--writer", "nobody-there")[1],
        ran("log", "-f", with_secret)[1],
        ran("verify", "-f", with_secret)[1],
        ran("backup", "-f", with_secret, "copy.db")[1],
        ran("show", "-f", with_secret.replace("/a?", "/nowhere?"))[1],
        *(ran("show", "-f", url)[1] for url in SECRETS),
    ]

    assert all(outputs)
    assert "secret" not in "".join(outputs)


# --- copies ------------------------------------------------------------------------------------------------------


def test_a_dump_is_a_whole_copy(server: Server, store: PostgresStore) -> None:
    dumped = subprocess.run(
        [server.programs / "pg_dump", "--schema=captable", "--no-owner", server.url("a")],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    copy = server.empty("copy")
    restoring: list[str | Path] = [server.programs / "psql", "-q", "-v", "ON_ERROR_STOP=1", copy]
    subprocess.run(restoring, input=dumped, capture_output=True, text=True, check=True)

    with closing(PostgresStore(copy)) as restored:
        assert contents(restored) == contents(store)
        restored.append(ACME, rows(4, 4), TWO, {})
    with server.asked("copy") as connection, pytest.raises(psycopg.errors.RaiseException):
        connection.execute("DELETE FROM captable.stored_events")
