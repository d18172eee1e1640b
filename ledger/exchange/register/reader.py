"""From the rows of a register to the facts that they state, in the order in which they are recorded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final

from ledger.days import EffectiveDay, zone
from ledger.errors import NotUnderstood
from ledger.events import (
    CommonIssued,
    Fact,
    HolderMerged,
    HolderRegistered,
    IssuerRegistered,
    PreferredIssued,
)
from ledger.exchange.register import things
from ledger.exchange.register.classes import Classes
from ledger.exchange.register.holders import Holder, Holders, slug
from ledger.exchange.register.known import Known
from ledger.exchange.register.lines import Line
from ledger.exchange.register.making import Maker
from ledger.exchange.register.openings import Openings
from ledger.exchange.register.proposal import Instructions, Proposed
from ledger.exchange.register.things import Thing
from ledger.exchange.register.troubles import Troubles
from ledger.identity import HolderId, IssuerId
from ledger.movements import HolderKind, Level
from ledger.personal import Personal
from ledger.rules import names_in

_NOT_OF_THE_EVENT: Final = frozenset({"holder_id", "holder_kind", "amount", "currency", "form", "document"})
"""Columns whose content reaches an event in another way than by their name."""
_HOLDERS: Final = ("holder", "from_holder", "to_holder")
_CLASSES: Final = ("stock_class", "from_class", "to_class")
_COUNTED_IN: Final = {
    **dict.fromkeys(("issued", "transferred", "cancelled", "repurchased", "redeemed", "reserved"), "stock_class"),
    "surrendered": "from_class",
    "received": "to_class",
}
"""Numbers of shares, and the class that they are of."""


class Reader:
    """Makes events of rows, and notes what is wrong with them.

    Args:
        lines: The rows.
        known: What the ledger knows.
        said: What is said beside the files.
        troubles: Takes what is wrong.
        notes: Takes what somebody should look at.
    """

    def __init__(
        self, lines: Sequence[Line], known: Known, said: Instructions, troubles: Troubles, notes: list[str]
    ) -> None:
        self._lines: defaultdict[str, list[Line]] = defaultdict(list)
        for line in lines:
            self._lines[line.table.thing.name].append(line)
        self._maker = Maker(known, said, troubles, notes)
        self._classes = Classes(self._maker)
        self._holders = Holders(
            known, troubles, notes, kind=said.holder_kind, one_name_one_holder=said.one_name_one_holder
        )
        self._facts: list[Proposed] = []

    def read(self) -> tuple[Proposed, ...]:
        """Return what the rows amount to, as far as they could be read."""
        self._classes.take(self._lines["classes"])
        if self._lines["holders"]:
            self._holders.take_sheet(self._lines["holders"])
        else:
            named = (things.POSITIONS, things.CERTIFICATES, things.ISSUANCES)
            self._holders.take_rows([line for thing in named for line in self._lines[thing.name]])
        self._facts += Openings(self._maker, self._holders, self._classes).events(self._lines)
        for thing in things.THINGS:
            if thing.event is not None:
                for line in self._lines[thing.name]:
                    self._fact(thing, line)
        first = self._first_day()
        founding = [*self._company(first), *self._classes.events(first), *self._holder_events(first)]
        return (*founding, *self._facts)

    def _first_day(self) -> date | None:
        """Return the first day that the files speak of."""
        days = [each.event.effective_on.earliest for each in self._facts if isinstance(each.event, Fact)]
        for name in ("classes", "holders"):
            days += [line["effective_on"].earliest for line in self._lines[name] if line["effective_on"]]
        return min(days, default=self._maker.said.as_of)

    # --- the company ----------------------------------------------------------------------------------------

    def _company(self, first: date | None) -> Iterable[Proposed]:
        lines, known, said = self._lines["company"], self._maker.known, self._maker.said
        for line in lines[1:]:
            what = f"the company stands already in {lines[0].place}"
            self._maker.wrong(line, "", "E_ISSUER", what, "one row is enough")
        if not lines and known.issuer is None:
            ledger = f"no issuer {said.issuer} is recorded" if said.issuer else "the ledger is empty"
            hint = "add a sheet Company, or register the company first"
            problem = NotUnderstood("E_ISSUER", f"{ledger}, and the files name no company", hint)
            self._maker.troubles.add((-1, -1, -1), problem)
        if not lines or lines[0].bad:
            return
        [line, *_] = lines
        meant = known.issuer or said.issuer
        issuer = line["issuer"] or meant or IssuerId(slug(line["legal_name"], "company"))
        if meant is not None and issuer != meant:
            what = f"this is the ledger of {meant}, and not of {issuer}"
            self._maker.wrong(line, "issuer", "E_ISSUER", what, "open the other ledger, or leave the company out")
            return
        in_zone = self._maker.made(line, "time_zone", lambda: zone(line["time_zone"]))
        day = self._maker.day(line, first, is_recorded=known.issuer is not None)
        if in_zone is not None and day is not None:
            names = ("legal_name", "jurisdiction", "time_zone", "cik", "lei", "ticker", "note")
            fields = {name: line[name] for name in names}
            event = self._maker.event(line, IssuerRegistered, effective_on=day, issuer=issuer, **fields)
            yield from self._maker.new(line, event)

    # --- holders ----------------------------------------------------------------------------------------------

    def _holder_events(self, first: date | None) -> Iterable[Proposed]:
        spoken_of = self._first_days_of_holders()
        merged: list[tuple[HolderId, Line, EffectiveDay]] = []
        for holder in self._holders.found:
            line = holder.line
            is_recorded = self._maker.known.has(Level.HOLDER_KIND, holder.holder)
            otherwise = spoken_of.get(holder.holder, self._maker.said.as_of or first)
            if line.table.thing is things.HOLDERS:
                day = self._maker.day(line, otherwise, is_recorded=is_recorded)
            else:
                day = EffectiveDay(otherwise) if otherwise is not None else None
            if day is not None:
                yield from self._maker.new(line, self._registered(holder, day))
                if line["merged_into"] is not None:
                    merged.append((holder.holder, line, day))
        for who, line, day in merged:
            into = self._holders.meant(line, "merged_into")
            if into is not None and self._maker.known.levels.get((Level.MERGED_INTO, who)) != into:
                event = self._maker.event(line, HolderMerged, effective_on=day, holder=who, into=into)
                if event is not None:
                    yield Proposed(event, line.place)

    def _first_days_of_holders(self) -> dict[Any, date]:
        """Return the first day that speaks of each holder."""
        found: dict[Any, date] = {}
        for each in self._facts:
            if isinstance(each.event, Fact):
                day = each.event.effective_on.earliest
                for level, subject, _ in names_in(each.event):
                    if level is Level.HOLDER_KIND:
                        found[subject] = min(found.get(subject, day), day)
        return found

    def _registered(self, holder: Holder, day: EffectiveDay) -> Any:
        line = holder.line
        fields: dict[str, Any] = {"holder": holder.holder, "holder_kind": holder.kind}
        if holder.kind is HolderKind.NATURAL_PERSON:
            fields["name"] = Personal(holder.name)
        else:
            fields["legal_name"] = holder.name
        if line.table.thing is things.HOLDERS:  # a row of another sheet speaks of something else
            fields["note"] = line["note"]
            for field in ("address", "tax_id"):
                fields[field] = Personal(line[field]) if line[field] is not None else None
        return self._maker.event(line, HolderRegistered, effective_on=day, **fields)

    # --- acts -------------------------------------------------------------------------------------------------

    def _fact(self, thing: Thing, line: Line) -> None:
        """Take the fact that a row states, or note why it states none."""
        has = {column.field for column in thing.columns}
        fields = {name: value for name, value in line.values.items() if name not in _NOT_OF_THE_EVENT}
        for field in _HOLDERS:
            if field in has:
                id_field = "holder_id" if "holder_id" in has else ""
                fields[field] = self._holders.meant(line, field, id_field)
        for field in _CLASSES:
            if field in has:
                fields[field] = self._classes.meant(line, field)
        if "form" in has:
            fields["consideration"] = self._maker.consideration(line)
        elif "amount" in has:
            fields["paid"] = self._maker.money(line, "amount")
        fields["evidence"] = self._maker.evidence(line)
        is_new = self._has_new_securities(thing, line)
        named = [*(column.field for column in thing.columns if column.needed), *(set(_CLASSES) & has)]
        if line.bad or not is_new or any(fields.get(field) is None for field in named):
            return
        for field, stock_class in _COUNTED_IN.items():
            if field in has and not self._classes.is_divisible(line, field, fields[stock_class]):
                return
        assert thing.event is not None, "the sheet states facts"
        kind: type[Fact] = thing.event
        if thing is things.ISSUANCES:
            kind = PreferredIssued if self._classes.is_preferred(fields["stock_class"]) else CommonIssued
        event = self._maker.event(line, kind, **fields)
        if event is not None:
            self._facts.append(Proposed(event, line.place))

    def _has_new_securities(self, thing: Thing, line: Line) -> bool:
        """Check that the certificates which a row brings are new."""
        if thing is things.ISSUANCES:
            return self._maker.is_new_security(line, "security")
        if line["received_as"] == line["security"]:
            return True  # the shares keep the one that they had
        return self._maker.is_new_security(line, "received_as")
