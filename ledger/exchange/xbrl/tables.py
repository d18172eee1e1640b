"""Reads figures as the SEC hands them out in tables: all facts of a company, and all of one concept, in JSON.

Such tables do not say how accurate a number is. It is taken to be as fine as its last digit that is not a zero: a
round number may have been rounded, to millions at most, and is contradicted only by what is further off than that.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from typing import Any, Final

from ledger.days import day
from ledger.errors import NotUnderstood, shown
from ledger.exchange.refused import Problems, not_utf8
from ledger.exchange.xbrl.figures import (
    CONCEPTS,
    MAX_FIGURES,
    Figure,
    Filing,
    disclosed,
    in_words,
    number,
    one_line,
)

MAX_VALUES: Final = 2_000_000
"""Values in a table at most; each is an object of its own before anybody asks what it is."""
_COARSEST: Final = 6
"""Statements count shares in millions at most."""
_HINT: Final = "give the JSON of one company's facts, as the SEC hands it out"


class _Number(str):
    """The text of a JSON number."""

    __slots__ = ()


def read(data: bytes, name: str, ignored: Collection[str] = ()) -> Filing:
    """Return the figures about shares in a table of a company's facts.

    Args:
        data: The bytes of the file.
        name: What the file is called in messages.
        ignored: Concepts that are passed over.

    Raises:
        InputRefused: With every problem of the file.
        NotUnderstood: ``E_ENCODING``, ``E_JSON``, ``E_XBRL`` or ``E_LIMIT``.
    """
    table = _parsed(data, name)
    problems, figures = Problems(name), list[Figure]()
    if not isinstance(table, dict) or not isinstance(table.get("entityName"), str) or "cik" not in table:
        raise NotUnderstood("E_XBRL", "it is no table of the facts of one company", _HINT, name)
    for concept, pointer, row in _rows(table):
        if concept in ignored:
            continue
        if len(figures) >= MAX_FIGURES:
            limit = f"at most {MAX_FIGURES:,}"
            raise NotUnderstood("E_LIMIT", "the file has too many figures about shares", limit, name)
        place = f"{name} {pointer}"
        try:
            figures.append(_figure(concept, row, one_line(str(table["cik"])), place))
        except NotUnderstood as error:
            problems.add(error.at(place))
    problems.refuse()
    try:
        return Filing(tuple(figures), one_line(table["entityName"]))
    except NotUnderstood as error:
        raise error.at(f"{name} /entityName") from None


def _parsed(data: bytes, name: str) -> Any:
    def refused(text: str) -> None:
        raise NotUnderstood("E_JSON", f"{text} is no number", _HINT, name)

    if sum(data.count(mark) for mark in (b",", b"[", b"{")) > MAX_VALUES:
        raise NotUnderstood("E_LIMIT", "the file has too many values", f"at most {MAX_VALUES:,}", name)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise not_utf8(data, error.start, name, "fetch the file again") from None
    try:
        return json.loads(text, parse_int=_Number, parse_float=_Number, parse_constant=refused)
    except json.JSONDecodeError as error:
        place = f"{name} line {error.lineno} column {error.colno}"
        raise NotUnderstood("E_JSON", "it is not JSON", "fetch the file again", place) from None
    except RecursionError:
        raise NotUnderstood("E_JSON", "it is nested too deep", _HINT, name) from None


def _rows(table: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Yield every row about shares, with its concept and its place."""
    facts = table.get("facts")
    if facts is None:
        facts = {table.get("taxonomy"): {table.get("tag"): table}}
        whole = False
    else:
        whole = True
    for concept, of in CONCEPTS.items():
        units = _inside(_inside(_inside(facts, of.taxonomy), concept), "units")
        rows = _inside(units, "shares")
        before = f"/facts/{of.taxonomy}/{concept}" if whole else ""
        for index, row in enumerate(rows if isinstance(rows, list) else ()):
            yield concept, f"{before}/units/shares/{index}", row


def _inside(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, dict) else None


def _figure(concept: str, row: Any, entity: str, place: str) -> Figure:
    if not isinstance(row, dict):
        raise NotUnderstood("E_XBRL", "the row is no object", _HINT)
    text = row.get("val")
    if not isinstance(text, _Number):
        raise NotUnderstood("E_NUMBER", f"val {shown(text)} is no number", "fetch the file again")
    value = number(str(text))
    decimals = -_zeros(str(text))
    return Figure(
        concept=concept,
        entity=entity,
        about=_day(row, "end"),
        since=_day(row, "start") if "start" in row else None,
        figure=disclosed(str(text), value, decimals),
        said=f"accuracy not stated, taken as {in_words(decimals)}",
        accession=_said(row, "accn"),
        form=_said(row, "form"),
        filed=_day(row, "filed") if "filed" in row else None,
        place=place,
    )


def _zeros(digits: str) -> int:
    """Return how many zeros end a number, those counted that rounding may have left."""
    return min(len(digits) - len(digits.rstrip("0")), _COARSEST) if digits.isdigit() and digits.strip("0") else 0


def _day(row: dict[str, Any], key: str) -> Any:
    value = row.get(key)
    if not isinstance(value, str):
        raise NotUnderstood("E_DATE", f"{key} {shown(value)} is no day", "write YYYY-MM-DD")
    return day(value)


def _said(row: dict[str, Any], key: str) -> str:
    value = row.get(key, "")
    return one_line(value) if isinstance(value, str) else ""
