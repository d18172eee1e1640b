"""What SQL is asked of: entries, movements, holdings and commitments, as tables that DuckDB can read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NamedTuple, get_args

from ledger import codec
from ledger.columns.movements import STAGES_OF_A_DAY
from ledger.columns.sums import put_together
from ledger.events import EntryRestated, Fact
from ledger.movements import Account, Source, Stage
from ledger.timeline import fallen_entries
from projections import arrow
from projections.commitments import commitments as balances
from projections.frame import Kind, Series
from projections.holdings import holdings as held

if TYPE_CHECKING:
    from collections.abc import Sequence

    import nanoarrow  # type: ignore[import-untyped]  # the library has no types

    from ledger.columns.sums import Rows
    from ledger.journal import Ledger
    from ledger.movements import Unit


class SqlTable(NamedTuple):
    """A table for SQL.

    Attributes:
        parts: What it is made of, each under a name of its own: Arrow tables, or columns of NumPy by name.
        sql: The statement that puts them together.
    """

    parts: dict[str, Any]
    sql: str


# --- entries ------------------------------------------------------------------------------------------------


def entries(ledger: Ledger, known: int) -> SqlTable:
    """Return a line for each entry, with its whole event as JSON; personal values are no part of that."""
    seen = [*islice(ledger.entries(), known)]
    fallen = fallen_entries(seen)
    facts = [each.event.restated_as if isinstance(each.event, EntryRestated) else each.event for each in seen]
    days = [fact.effective_on if isinstance(fact, Fact) else None for fact in facts]
    columns = (
        Series("entry", Kind.WHOLE, [int(each.number) for each in seen]),
        Series("kind", Kind.TEXT, [each.event.KIND for each in seen]),
        Series("effective_earliest", Kind.DAY, [each and each.earliest for each in days]),
        Series("effective_latest", Kind.DAY, [each and each.latest for each in days]),
        Series(
            "recorded_at_utc",
            Kind.INSTANT,
            [each.recorded_at.astimezone(UTC).replace(tzinfo=None) for each in seen],
        ),
        Series("actor", Kind.TEXT, [each.actor for each in seen]),
        Series("command", Kind.TEXT, [str(each.command) for each in seen]),
        Series("stands", Kind.FLAG, [each.number not in fallen for each in seen]),
        Series("taken_out_by", Kind.WHOLE, [fallen.get(each.number) for each in seen]),
        Series("payload_digest", Kind.TEXT, [each.payload_digest for each in seen]),
        Series("event", Kind.TEXT, [codec.encode(each.event).decode() for each in seen]),
    )
    made = arrow.together(columns, len(seen))
    return SqlTable(
        {"entries_made": made}, "SELECT * REPLACE (CAST(event AS JSON) -> 'event' AS event) FROM entries_made"
    )


# --- movements ----------------------------------------------------------------------------------------------

_MOVED: Final = """
    SELECT
        DATE '0001-01-01' + CAST("when" // {per_day} - 1 AS INTEGER) AS effective_on,
        CAST(known AS BIGINT) AS known,
        named.* EXCLUDE (number, step),
        CAST({quantity} AS DECIMAL(38, 10)) AS quantity
    FROM {rows} JOIN {accounts} AS named USING (number)
    WHERE known <= {known}"""
_QUANTITY: Final = "CAST(change AS DECIMAL(19, 0)) * CAST(step AS DECIMAL(3, 2))"
"""Whole shares and hundredths; their product is exact."""


def movements(ledger: Ledger, known: int) -> SqlTable:
    """Return a line for each change of an account: what is moved, what a split adds, and what a correction does.

    The quantities of an account up to a day, and as far as they were known, add up to what was on it.
    """
    parts: dict[str, Any] = {}
    selected = []
    for names, steps, moved in ledger.columns().moved():
        accounts = f"accounts_{len(parts)}"
        parts[accounts] = _accounts(names, steps)
        for rows in moved:
            name = f"moved_{len(parts)}"
            is_narrow = len(rows.changes) == 1
            parts[name] = _narrow(rows) if is_narrow else _wide(rows)
            quantity = _QUANTITY if is_narrow else "change"
            selected.append(
                _MOVED.format(per_day=STAGES_OF_A_DAY, rows=name, accounts=accounts, known=known, quantity=quantity)
            )
    return SqlTable(parts, " UNION ALL ".join(selected))


def _narrow(rows: Rows) -> dict[str, Any]:
    return {"when": rows.whens, "known": rows.known, "number": rows.keys, "change": rows.changes[0]}


def _wide(rows: Rows) -> nanoarrow.Array:
    columns = (
        Series("when", Kind.WHOLE, rows.whens.tolist()),
        Series("known", Kind.WHOLE, rows.known.tolist()),
        Series("number", Kind.WHOLE, rows.keys.tolist()),
        Series("change", Kind.QUANTITY, put_together(rows.changes)),
    )
    return arrow.together(columns, len(rows))


_PARTS_OF_ACCOUNTS: Final = [
    *dict.fromkeys(field for kind in get_args(Account) if kind is not Source for field in kind.__match_args__)
]


def _accounts(names: Sequence[tuple[Unit, Account]], steps: Sequence[int]) -> nanoarrow.Array:
    """Return a line for each account: whose it is, and of what it keeps count."""
    parts = (
        Series(
            _CALLED.get(part, part),
            Kind.TEXT,
            [_said(getattr(account, part, None)) for _, account in names],
        )
        for part in _PARTS_OF_ACCOUNTS
    )
    columns = (
        Series("number", Kind.WHOLE, [*range(len(names))]),
        Series("step", Kind.QUANTITY, [*steps]),
        Series("account", Kind.TEXT, [_kind_of(account) for _, account in names]),
        *parts,
        Series("unit", Kind.TEXT, [str(unit) for unit, _ in names]),
    )
    return arrow.together(columns, len(names))


_CALLED: Final = {"account": "control_account"}


def _kind_of(account: Account) -> str:
    return account.value if isinstance(account, Source) else type(account).__name__.lower()


def _said(part: Any) -> str | None:
    return part.value if isinstance(part, Stage) else part and str(part)


# --- at the close of a day ----------------------------------------------------------------------------------


def holdings(ledger: Ledger, days: Iterable[date], known: int) -> SqlTable:
    """Return a line for each holding of the cap table at the close of each of some days."""
    return _by_day("holdings", [held(ledger, as_of=day, known_at=known).to_arrow() for day in days], _HELD)


_HELD: Final = """
    as_of, holder, stock_class,
    CASE WHEN shares_low = shares_high THEN shares_low END AS shares, shares_low, shares_high"""


def commitments(ledger: Ledger, days: Iterable[date], known: int) -> SqlTable:
    """Return a line for each agreement at the close of each of some days."""
    made = [balances(ledger, as_of=day, known_at=known).to_arrow() for day in days]
    return _by_day("commitments", made, "* EXCLUDE (issuer, known)")


def _by_day(name: str, tables: Sequence[nanoarrow.Array], columns: str) -> SqlTable:
    """Return tables of several days as one."""
    parts = {f"{name}_{place}": table for place, table in enumerate(tables)}
    return SqlTable(parts, " UNION ALL BY NAME ".join(f"SELECT {columns} FROM {part}" for part in parts))


WHOLE: Final[dict[str, Callable[[Ledger, int], SqlTable]]] = {"entries": entries, "movements": movements}
"""Tables of all that is known."""
BY_DAY: Final[dict[str, Callable[[Ledger, Iterable[date], int], SqlTable]]] = {
    "holdings": holdings,
    "commitments": commitments,
}
"""Tables that are asked for at the close of a day."""
