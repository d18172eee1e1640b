"""What a statement of SQL asks for: the tables that it names, and the days that it asks about.

DuckDB itself takes the statement apart, and hands it over as JSON; only this is looked at.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import attrs

from ledger.errors import NotUnderstood

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    import duckdb

LONGEST: Final = 20_000
"""A statement has so many characters at most: what is nested deeper than these allow may end the process."""
HINT: Final = "captable query --help shows the tables"


@attrs.frozen
class Statement:
    """A statement that asks.

    Attributes:
        tables: The tables that it names, in small letters.
        calls: The tables that it names with an argument, and that as a statement which asks for its value.
    """

    tables: frozenset[str]
    calls: frozenset[tuple[str, str]]


def read(connection: duckdb.DuckDBPyConnection, sql: str, functions: Collection[str]) -> Statement:
    """Return what a statement asks for.

    Args:
        connection: Who takes it apart.
        sql: The statement.
        functions: Names of the tables that are asked for with an argument.

    Raises:
        NotUnderstood: ``E_SQL``: it is no statement, or several, or one that does not ask.
    """
    if len(sql) > LONGEST:
        raise NotUnderstood("E_SQL", f"the statement has {len(sql):,} characters", f"{LONGEST:,} are the most")
    try:
        parsed = json.loads(_value(connection, "json_serialize_sql($1)", sql))
    except RecursionError:
        raise NotUnderstood("E_SQL", "the statement is nested too deeply", "name its parts with WITH") from None
    if parsed["error"] and parsed["error_type"] != "parser":
        raise NotUnderstood("E_SQL", "the statement does not ask", "begin it with SELECT, FROM or WITH")
    if parsed["error"]:
        where = f"character {int(parsed['position']) + 1}" if "position" in parsed else ""
        raise NotUnderstood("E_SQL", parsed["error_message"], HINT, where)
    if len(parsed["statements"]) != 1:
        raise NotUnderstood("E_SQL", f"these are {len(parsed['statements'])} statements", "give one")
    nodes = [*_nodes(parsed)]
    tables = {node["table_name"].lower() for node in nodes if node.get("type") == "BASE_TABLE"}
    called = [node["function"] for node in nodes if node.get("type") == "TABLE_FUNCTION"]
    calls = {
        (name, _argument(connection, name, call["arguments"]))
        for call in called
        if (name := call["function_name"].lower()) in functions
    }
    return Statement(frozenset(tables), frozenset(calls))


def _nodes(parsed: Any) -> Iterator[dict[str, Any]]:
    """Yield all that a statement is made of."""
    waiting = [parsed]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            yield node
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node


def _argument(connection: duckdb.DuckDBPyConnection, name: str, given: Sequence[Any]) -> str:
    """Return the statement that asks for what stands between the brackets."""
    if len(given) != 1:
        raise NotUnderstood("E_SQL", f"{name}(as_of) takes one day", f"write {name}(DATE '2024-06-30')")
    asks = json.loads(_value(connection, "json_serialize_sql($1)", "SELECT 1"))
    asks["statements"][0]["node"]["select_list"] = [given[0]["expression"]]
    return _value(connection, "json_deserialize_sql(CAST($1 AS JSON))", json.dumps(asks))


def _value(connection: duckdb.DuckDBPyConnection, function: str, given: str) -> str:
    ((value,),) = connection.execute(f"SELECT {function}", [given]).fetchall()
    return str(value)
