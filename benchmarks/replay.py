"""A cap table from a long record on disk, against the plain aggregate replay of the eventsourcing library.

Both read an SQLite file of the same deals, each run in a process of its own with nothing warm; imports are not
counted. Ours opens the record, checks every digest and every byte, and answers the whole cap table. Theirs loads
one aggregate that keeps the same balances in a dictionary.

The second table asks both again: our ledger has read its entries and is asked about another day, and their
repository, which keeps nothing by default, loads the aggregate once more.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any, Final
from uuid import UUID, uuid4

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import Transcoding

from benchmarks import company
from benchmarks.company import COMMON, DAYS, FOUNDED, PREFERRED, Deal, Kind
from benchmarks.measure import Run, alone, compared, in_turn, table
from ledger import Ledger
from projections.cap_table import cap_table

PER_COMMAND: Final = 10
PER_SAVE: Final = 1_000
ACTOR: Final = "counsel"


class DateAsISO(Transcoding):
    """How the library's documentation has a program teach it dates."""

    type = date
    name = "date_iso"

    def encode(self, obj: date) -> str:
        """Write a date."""
        return obj.isoformat()

    def decode(self, data: str) -> date:
        """Read a date."""
        return date.fromisoformat(data)


Quantity = Decimal | str
Day = date | str


class Register(Aggregate):
    """The same register as an aggregate of the library, which keeps the balances in a dictionary."""

    def __init__(self) -> None:
        self.shares: dict[tuple[str, str], Decimal] = {}
        self.undrawn: dict[str, Decimal] = {}
        self.names: dict[str, str] = {}

    def _add(self, holder: str, stock_class: str, shares: Decimal) -> None:
        key = (holder, stock_class)
        self.shares[key] = self.shares.get(key, ZERO) + shares

    @event("HolderRegistered")
    def register(self, *, holder: str, name: str, on: Day, actor: str, command: str) -> None:
        self.names[holder] = name

    @event("SharesIssued")
    def issue(self, *, holder: str, stock_class: str, issued: Quantity, on: Day, actor: str, command: str) -> None:
        self._add(holder, stock_class, Decimal(issued))

    @event("SharesTransferred")
    def transfer(
        self,
        *,
        from_holder: str,
        to_holder: str,
        stock_class: str,
        transferred: Quantity,
        cause: str,
        on: Day,
        actor: str,
        command: str,
    ) -> None:
        shares = Decimal(transferred)
        self._add(from_holder, stock_class, -shares)
        self._add(to_holder, stock_class, shares)

    @event("SharesConverted")
    def convert(
        self,
        *,
        holder: str,
        from_class: str,
        surrendered: Quantity,
        to_class: str,
        received: Quantity,
        on: Day,
        actor: str,
        command: str,
    ) -> None:
        self._add(holder, from_class, -Decimal(surrendered))
        self._add(holder, to_class, Decimal(received))

    @event("AgreementSigned")
    def sign(
        self, *, agreement: str, investor: str, commitment: Quantity, on: Day, actor: str, command: str
    ) -> None:
        self.undrawn[agreement] = Decimal(commitment)

    @event("TrancheClosed")
    def close(self, *, agreement: str, closed: Quantity, on: Day, actor: str, command: str) -> None:
        self.undrawn[agreement] -= Decimal(closed)


ZERO: Final = Decimal(0)


class Registers(Application[UUID]):
    """The application around the aggregate."""

    def register_transcodings(self, transcoder: Any) -> None:
        """Teach it dates."""
        super().register_transcodings(transcoder)
        transcoder.register(DateAsISO())


def tell(register: Register, deal: Deal, command: str, *, as_text: bool) -> None:
    """Record a deal in the aggregate: quantities and days as themselves, or as text, which reads faster."""
    on: Day = deal.on.isoformat() if as_text else deal.on

    def quantity(count: int) -> Quantity:
        return str(count) if as_text else Decimal(count)

    recorded: dict[str, Any] = {"on": on, "actor": ACTOR, "command": command}
    match deal.kind:
        case Kind.REGISTERED:
            register.register(holder=deal.holder, name=deal.holder.title(), **recorded)
        case Kind.ISSUED | Kind.PREFERRED_ISSUED:
            stock_class = COMMON if deal.kind is Kind.ISSUED else PREFERRED
            register.issue(
                holder=deal.holder, stock_class=str(stock_class), issued=quantity(deal.count), **recorded
            )
        case Kind.TRANSFERRED:
            register.transfer(
                from_holder=deal.holder,
                to_holder=deal.other,
                stock_class=str(COMMON),
                transferred=quantity(deal.count),
                cause="sale",
                **recorded,
            )
        case Kind.SIGNED:
            register.sign(agreement=deal.other, investor=deal.holder, commitment=quantity(deal.count), **recorded)
        case Kind.CLOSED:
            register.close(agreement=deal.other, closed=quantity(deal.count), **recorded)
        case Kind.CONVERTED:
            register.convert(
                holder=deal.holder,
                from_class=str(PREFERRED),
                surrendered=quantity(deal.count),
                to_class=str(COMMON),
                received=quantity(5 * deal.count),
                **recorded,
            )


def _application(path: Path) -> Registers:
    return Registers(env={"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(path)})


def record_ours(path: Path, history: Sequence[Deal]) -> None:
    """Record the deals in a ledger."""
    with Ledger.open(path, create=True) as ledger:
        ledger.record(*company.founding())
        for first in range(0, len(history), PER_COMMAND):
            ledger.record(*(company.event(deal) for deal in history[first : first + PER_COMMAND]), actor=ACTOR)


def record_theirs(path: Path, history: Sequence[Deal], *, as_text: bool) -> UUID:
    """Record the deals in an aggregate, and return its name."""
    with _application(path) as application:
        register = Register()
        for number, deal in enumerate(history, 1):
            if number % PER_COMMAND == 1:
                command = uuid4().hex
            tell(register, deal, command, as_text=as_text)
            if number % PER_SAVE == 0:
                application.save(register)
        application.save(register)
    return register.id


def replay_ours(path: Path) -> Run:
    """Open the ledger and answer the cap table."""
    started, worked = perf_counter(), process_time()
    with Ledger.open(path) as ledger:
        answer = cap_table(ledger, as_of=FOUNDED + timedelta(days=DAYS))
    seconds, cpu_seconds = perf_counter() - started, process_time() - worked
    found = {(str(line.holder), str(line.stock_class)): str(line.shares.exact) for line in answer}
    return Run(seconds, cpu_seconds, found)


def replay_theirs(path: Path, register_id: UUID) -> Run:
    """Open the file and load the aggregate."""
    started, worked = perf_counter(), process_time()
    with _application(path) as application:
        register: Register = application.repository.get(register_id)
    seconds, cpu_seconds = perf_counter() - started, process_time() - worked
    return Run(seconds, cpu_seconds, {key: str(shares) for key, shares in register.shares.items() if shares})


def ask_ours_again(path: Path) -> Run:
    """Answer the cap table of another day, once the ledger has answered one."""
    with Ledger.open(path) as ledger:
        cap_table(ledger, as_of=FOUNDED)
        started, worked = perf_counter(), process_time()
        answer = cap_table(ledger, as_of=FOUNDED + timedelta(days=DAYS))
        seconds, cpu_seconds = perf_counter() - started, process_time() - worked
    found = {(str(line.holder), str(line.stock_class)): str(line.shares.exact) for line in answer}
    return Run(seconds, cpu_seconds, found)


def ask_theirs_again(path: Path, register_id: UUID) -> Run:
    """Load the aggregate, once it has been loaded."""
    with _application(path) as application:
        application.repository.get(register_id)
        started, worked = perf_counter(), process_time()
        register: Register = application.repository.get(register_id)
        seconds, cpu_seconds = perf_counter() - started, process_time() - worked
    return Run(seconds, cpu_seconds, {key: str(shares) for key, shares in register.shares.items() if shares})


def run(*, size: int = 100_000, holders: int = 1_000, rounds: int = 5) -> str:
    """Return the table; raise if they disagree on a single holding."""
    history = list(company.deals(size, holders))
    with TemporaryDirectory() as folder:
        ours, plain, as_text = (Path(folder, name) for name in ("ours", "plain", "as-text"))
        record_ours(ours, history)
        plain_id = record_theirs(plain, history, as_text=False)
        as_text_id = record_theirs(as_text, history, as_text=True)
        runs = in_turn(
            [
                partial(alone, replay_ours, ours),
                partial(alone, replay_theirs, plain, plain_id),
                partial(alone, replay_theirs, as_text, as_text_id),
            ],
            rounds,
        )
        again = in_turn(
            [partial(alone, ask_ours_again, ours), partial(alone, ask_theirs_again, plain, plain_id)], rounds
        )
    if any(run.answer != runs[0][0].answer for theirs in (*runs, *again) for run in theirs):
        raise AssertionError("the cap tables differ")
    lines = compared(
        [
            "`Ledger.open` and `cap_table`",
            "`eventsourcing`, `repository.get` of one aggregate: `Decimal` and `date`",
            "the same aggregate, its quantities and days kept as text",
        ],
        runs,
    )
    title = f"replay: {len(history):,} events and {holders:,} holders into a cap table"
    lines_again = compared(
        [
            "`cap_table` of another day, of a ledger that is open and has read its entries",
            "`eventsourcing`, `repository.get` once more: `Decimal` and `date`",
        ],
        again,
    )
    title_again = "replay, asked again: both files open, nothing new in them"
    return f"{table(title, lines)}\n\n{table(title_again, lines_again)}"
