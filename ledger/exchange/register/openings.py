"""Positions that are taken over: with the certificates behind them, an opening balance of each class."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from ledger import codec
from ledger.days import EffectiveDay
from ledger.events import Event, OpeningBalanceAdopted, OpeningPosition, RegisterScopeDeclared
from ledger.exchange.register.classes import Classes
from ledger.exchange.register.holders import Holders
from ledger.exchange.register.lines import Line
from ledger.exchange.register.making import Maker
from ledger.exchange.register.proposal import Proposed
from ledger.identity import HolderId, SecurityId, StockClassId
from ledger.movements import Scope
from ledger.quantities import Shares

_Position = tuple[OpeningPosition, Line]


class Openings:
    """Makes the opening balances of a register.

    Args:
        maker: Makes events, and notes what is wrong.
        holders: Knows who is meant.
        classes: Knows which class is meant.
    """

    def __init__(self, maker: Maker, holders: Holders, classes: Classes) -> None:
        self._maker, self._holders, self._classes = maker, holders, classes
        self._held: defaultdict[StockClassId, list[_Position]] = defaultdict(list)

    def events(self, lines: Mapping[str, Sequence[Line]]) -> Iterable[Proposed]:
        """Yield what is taken over of each class.

        Args:
            lines: The rows of each kind of sheet.
        """
        rows = self._rows(lines["opening"])
        self._take_positions(lines["positions"], self._certificates(lines["certificates"]))
        undated = False
        for stock_class in self._classes:
            row, held = rows.get(stock_class), self._held[stock_class]
            if row is None and not held:
                continue
            held.sort(key=lambda pair: pair[1].order)
            at = row or held[0][1]
            day = (row and row["effective_on"]) or self._maker.said.as_of
            if day is not None:
                yield from self._opening(stock_class, day, row, held, at)
            elif not undated and not at.is_bad("effective_on"):
                what = f"on which day the positions of {stock_class} stood is not said"
                self._maker.wrong(at, "", "E_FIELD", what, "say the day, or add a sheet Opening")
                undated = True

    def _rows(self, lines: Sequence[Line]) -> dict[StockClassId, Line]:
        """Return what the sheet Opening says of each class."""
        rows: dict[StockClassId, Line] = {}
        for line in lines:
            stock_class = self._classes.meant(line, "stock_class")
            if stock_class is None:
                continue
            if stock_class in rows:
                what = f"{stock_class} stands already in {rows[stock_class].place}"
                self._maker.wrong(line, "stock_class", "E_DUPLICATE", what, "one row is enough")
            rows.setdefault(stock_class, line)
        return rows

    # --- one class ----------------------------------------------------------------------------------------

    def _opening(
        self, stock_class: StockClassId, day: date, row: Line | None, held: Sequence[_Position], at: Line
    ) -> Iterable[Proposed]:
        fields: dict[str, Any] = {"effective_on": EffectiveDay(day), "stock_class": stock_class}
        fields["scope"] = (row and row["scope"]) or self._maker.said.scope
        if row is not None:
            fields |= {field: row[field] for field in ("stated_outstanding", "treasury", "note")}
            fields["evidence"] = self._maker.evidence(row)
            self._compare(row, stock_class, held, fields["scope"])
        if not held and fields.get("treasury") is None:
            fields.pop("treasury", None)
            event = self._maker.event(at, RegisterScopeDeclared, **fields)
        else:
            positions = tuple(position for position, _ in held)
            event = self._maker.event(at, OpeningBalanceAdopted, positions=positions, **fields)
        if event is not None and self._is_one_entry(at, stock_class, len(held), event):
            yield Proposed(event, row.place if row is not None else at.table.sheet.place)

    def _compare(self, row: Line, stock_class: StockClassId, held: Sequence[_Position], scope: Scope) -> None:
        """Compare the positions with the shares outstanding that are stated."""
        stated: Shares | None = row["stated_outstanding"]
        total = sum((position.shares for position, _ in held), Shares(0))
        if stated is None or not held or total == stated or (scope is Scope.PARTIAL and total < stated):
            return
        what = f"the positions of {stock_class} add to {total:,}, and {stated:,} are stated"
        hint = "correct one, or call the register partial" if total < stated else "correct the one or the other"
        self._maker.wrong(row, "stated_outstanding", "E_QUANTITY", what, hint)

    def _is_one_entry(self, at: Line, stock_class: StockClassId, count: int, event: Event) -> bool:
        """Check that the positions fit into one entry."""
        if len(codec.encode(event)) <= codec.MAX_PAYLOAD_BYTES:
            return True
        what = f"{stock_class} has {count:,} positions, which is more than one opening balance holds"
        self._maker.wrong(at, "", "E_LIMIT", what, f"an entry has at most {codec.MAX_PAYLOAD_BYTES:,} bytes")
        return False

    # --- positions and certificates -------------------------------------------------------------------------

    def _take_positions(
        self, lines: Sequence[Line], certificates: dict[tuple[StockClassId, HolderId], list[Line]]
    ) -> None:
        """Take the positions of each class; where there are certificates beside them, positions are totals."""
        totals: dict[tuple[StockClassId, HolderId], Line] = {}
        for line in lines:
            key, shares = self._whose(line), line["shares"]
            if key is None or shares is None or not self._classes.is_divisible(line, "shares", key[0]):
                continue
            if shares < Shares(0):
                self._maker.wrong(line, "shares", "E_QUANTITY", f"{shares:,} shares", "a position is zero or more")
            elif not shares:
                self._maker.notes.append(f"{line.place}: no shares, no position")
            elif line["security"] is not None:
                if self._maker.is_new_security(line, "security"):
                    self._take(line, *key, shares, line["security"])
            elif key in totals:
                what = f"{key[1]} has a position in {key[0]} already, in {totals[key].place}"
                self._maker.wrong(line, "holder", "E_DUPLICATE", what, "add them up, or name the certificates")
            else:
                totals[key] = line
        for key, line in totals.items():
            self._take_rest(line, key, certificates.get(key, []))
        for key, own in certificates.items():
            for line in own:
                self._take(line, *key, line["shares"], line["security"])

    def _take_rest(self, line: Line, key: tuple[StockClassId, HolderId], own: Sequence[Line]) -> None:
        """Take what a total leaves beside the certificates of the holder."""
        shares = line["shares"]
        rest = shares - sum((each["shares"] for each in own), Shares(0))
        if rest < Shares(0):
            what = f"{key[1]} has {shares:,} {key[0]}, and certificates for {shares - rest:,}"
            self._maker.wrong(line, "shares", "E_QUANTITY", what, "Positions hold totals: correct one of the two")
        elif rest:
            if own:
                self._maker.notes.append(f"{line.place}: {rest:,} of {shares:,} are in no certificate")
            self._take(line, *key, rest, None)

    def _whose(self, line: Line) -> tuple[StockClassId, HolderId] | None:
        holder = self._holders.meant(line, "holder", "holder_id")
        stock_class = self._classes.meant(line, "stock_class")
        return None if holder is None or stock_class is None else (stock_class, holder)

    def _take(
        self, line: Line, stock_class: StockClassId, holder: HolderId, shares: Shares, security: SecurityId | None
    ) -> None:
        position = self._maker.made(
            line, "shares", lambda: OpeningPosition(holder=holder, shares=shares, security=security)
        )
        if position is not None:
            self._held[stock_class].append((position, line))

    def _certificates(self, lines: Sequence[Line]) -> dict[tuple[StockClassId, HolderId], list[Line]]:
        """Return the certificates that count, of each holder and class."""
        found: defaultdict[tuple[StockClassId, HolderId], list[Line]] = defaultdict(list)
        for line in lines:
            if line["standing"] is False:
                what = f"certificate {line['security']} is cancelled, and counts for nothing"
                self._maker.notes.append(f"{line.place}: {what}")
                continue
            key = self._whose(line)
            if key is None or line.is_bad("shares", "security", "standing"):
                continue
            if self._classes.is_divisible(line, "shares", key[0]) and self._maker.is_new_security(line, "security"):
                found[key].append(line)
        return dict(found)
