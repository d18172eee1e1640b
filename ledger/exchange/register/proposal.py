"""From the rows of a register to the facts that they state: a proposal, to be looked at before it counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final

import attrs

from ledger import codec
from ledger.days import EffectiveDay, zone
from ledger.errors import NotUnderstood, TooManyDecimals, shown
from ledger.events import (
    CommonIssued,
    Consideration,
    Event,
    Evidence,
    Fact,
    HolderMerged,
    HolderRegistered,
    IdentifierScheme,
    IssuerRegistered,
    OpeningBalanceAdopted,
    OpeningPosition,
    PreferredIssued,
    RegisterScopeDeclared,
    SecurityIdentifierChanged,
    StockClassDesignated,
)
from ledger.exchange.register import things
from ledger.exchange.register.cells import printed
from ledger.exchange.register.holders import Holders, slug
from ledger.exchange.register.known import Known
from ledger.exchange.register.layout import Line, Troubles
from ledger.exchange.register.things import Thing
from ledger.exchange.register.values import Amount, Numbers
from ledger.identity import HolderId, IssuerId, SecurityId, StockClassId
from ledger.movements import HolderKind, Level, Scope, StockClassKind
from ledger.personal import Personal
from ledger.quantities import PLACES, Currency, Money, Price, Shares, fits
from ledger.rules import names_in
from ledger.terms.conversion import ConversionRight


@attrs.frozen(kw_only=True)
class Instructions:
    """What is said beside the files, where they leave it open.

    Attributes:
        issuer: Id of the company, where the ledger is empty and the files name it without one.
        as_of: The day at whose close positions stood that are taken over.
        scope: Whether positions are all there are.
        holder_kind: What holders are for which no row says it.
        one_name_one_holder: Whether one name is one holder where there is no sheet of holders.
        numbers: How numbers are written in text.
        ignored: Headings of columns, and names of sheets, that are not read.
    """

    issuer: IssuerId | None = None
    as_of: date | None = None
    scope: Scope = Scope.COMPLETE
    holder_kind: HolderKind | None = None
    one_name_one_holder: bool = False
    numbers: Numbers = Numbers.PLAIN
    ignored: tuple[str, ...] = ()


@attrs.frozen
class Proposed:
    """An event that a register states.

    Attributes:
        event: What happened.
        place: Where the register says it.
    """

    event: Event
    place: str


@attrs.frozen
class Proposal:
    """What a register amounts to.

    Attributes:
        proposed: The events, in the order in which they would be recorded.
        notes: What was passed over, and what somebody should look at.
    """

    proposed: tuple[Proposed, ...]
    notes: tuple[str, ...] = ()

    @property
    def events(self) -> tuple[Event, ...]:
        """The events alone."""
        return tuple(each.event for each in self.proposed)


_COLUMN_OF: Final = {"form": "form", "amount": "amount", "document": "document"}
"""Fields within a part of an event, and the columns that they come from."""


class Reader:
    """Makes events of rows, and notes what is wrong with them.

    Args:
        lines: The rows of each kind of sheet.
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
        self._known, self._said, self._troubles, self._notes = known, said, troubles, notes
        self._holders = Holders(
            known,
            troubles,
            notes,
            kind=said.holder_kind,
            one_name_one_holder=said.one_name_one_holder,
        )
        self._classes: dict[StockClassId, Line | None] = dict.fromkeys(known.classes())
        self._titles: defaultdict[str, list[StockClassId]] = defaultdict(list)
        for stock_class, title in known.classes().items():
            self._titles[title].append(stock_class)
        self._kinds: dict[StockClassId, StockClassKind] = {}
        self._bad_classes: set[str] = set()
        self._securities: dict[SecurityId, str] = {}
        self._facts: list[Proposed] = []

    def read(self) -> tuple[Proposed, ...]:
        """Return what the rows amount to, as far as they could be read."""
        self._take_classes()
        if self._lines["holders"]:
            self._holders.take_sheet(self._lines["holders"])
        else:
            named = (things.POSITIONS, things.CERTIFICATES, things.ISSUANCES)
            self._holders.take_rows([line for thing in named for line in self._lines[thing.name]])
        self._openings()
        for thing in things.THINGS:
            if thing.event is not None:
                for line in self._lines[thing.name]:
                    self._fact(thing, line)
        founding = [*self._company(), *self._class_events(), *self._holder_events()]
        return (*founding, *self._facts)

    # --- noting what is wrong -----------------------------------------------------------------------------

    def _wrong(self, line: Line, field: str, code: str, what: str, hint: str) -> None:
        self._troubles.add(*line.problem(field, code, what, hint))

    def _made(self, line: Line, kind: type[Event], **fields: Any) -> Any:
        """Return an event, or note why the row makes none."""
        try:
            return kind(**{name: value for name, value in fields.items() if value is not None})
        except NotUnderstood as error:
            field = error.where.strip("/").rpartition("/")[2]
            self._wrong(line, _COLUMN_OF.get(field, field), error.code, error.what, error.hint)
            return None

    # --- the company ----------------------------------------------------------------------------------------

    def _company(self) -> Iterable[Proposed]:
        lines = self._lines["company"]
        for line in lines[1:]:
            self._wrong(
                line, "", "E_ISSUER", f"the company stands already in {lines[0].place}", "one row is enough"
            )
        if not lines:
            if self._known.issuer is None:
                ledger = (
                    f"no issuer {self._said.issuer} is recorded" if self._said.issuer else "the ledger is empty"
                )
                hint = "add a sheet Company, or record issuer-registered first"
                problem = NotUnderstood("E_ISSUER", f"{ledger}, and the files name no company", hint)
                self._troubles.add((-1, -1, -1), problem)
            return
        line = lines[0]
        if line.bad:
            return
        meant = self._known.issuer or self._said.issuer
        issuer = line["issuer"] or meant or IssuerId(slug(line["legal_name"], "company"))
        if meant is not None and issuer != meant:
            what = f"this is the ledger of {meant}, and not of {issuer}"
            self._wrong(line, "issuer", "E_ISSUER", what, "open the other ledger, or leave the company out")
            return
        try:
            zone(line["time_zone"])
        except NotUnderstood as error:
            self._wrong(line, "time_zone", error.code, error.what, error.hint)
            return
        day = self._day(line, self._first_day(), is_recorded=self._known.issuer is not None)
        if day is None:
            return
        event = self._made(
            line,
            IssuerRegistered,
            effective_on=day,
            issuer=issuer,
            **self._plain(line, "legal_name", "jurisdiction", "time_zone", "cik", "lei", "ticker", "note"),
        )
        yield from self._new(line, event)

    def _new(self, line: Line, event: Any) -> Iterable[Proposed]:
        """Yield what brings something into being, unless it is recorded already in the same words."""
        if event is None:
            return
        if not self._known.knows(event):
            yield Proposed(event, line.place)
        elif otherwise := self._known.says_otherwise(event):
            what = f"it is recorded already, and its {otherwise[0]} is {otherwise[1]}"
            self._wrong(line, "", "E_DUPLICATE", what, "leave the row out, or record what changed")

    @staticmethod
    def _plain(line: Line, *fields: str) -> dict[str, Any]:
        return {field: line[field] for field in fields}

    # --- days that a row leaves open --------------------------------------------------------------------------

    def _first_day(self) -> date | None:
        """Return the first day that the files speak of."""
        days = [
            proposed.event.effective_on.earliest for proposed in self._facts if isinstance(proposed.event, Fact)
        ]
        for name in ("classes", "holders"):
            days += [each["effective_on"].earliest for each in self._lines[name] if each["effective_on"]]
        return min(days, default=self._said.as_of)

    def _day(self, line: Line, otherwise: date | None, *, is_recorded: bool) -> EffectiveDay | None:
        """Return the day of a row, or note that it has none; one that repeats what is recorded needs none."""
        found: EffectiveDay | None = line["effective_on"]
        if found is not None:
            return found
        if otherwise is None and is_recorded:
            return EffectiveDay(_ANY_DAY)
        if otherwise is None:
            if not len(self._troubles):  # else a day may be among what could not be read
                what, hint = "no row of the files has a day", "say on which day the register is taken over"
                self._wrong(line, "effective_on", "E_FIELD", what, hint)
            return None
        return EffectiveDay(otherwise)

    # --- classes ----------------------------------------------------------------------------------------------

    def _take_classes(self) -> None:
        for line in self._lines["classes"]:
            title = line["title"]
            stock_class = line["stock_class"]
            if line.is_bad("stock_class", "title", "class_kind"):
                self._bad_classes |= {str(each) for each in (stock_class, title) if each is not None}
                continue
            if stock_class is None:
                stock_class = StockClassId(slug(title, "class"))
            first = self._classes.get(stock_class)
            if first is not None:
                what = f"class {stock_class} stands already in {first.place}"
                self._wrong(line, "stock_class", "E_DUPLICATE", what, "give each class an id of its own")
                continue
            self._classes[stock_class] = line
            self._kinds[stock_class] = line["class_kind"]
            if stock_class not in self._titles[title]:
                self._titles[title].append(stock_class)

    def _class_events(self) -> Iterable[Proposed]:
        first = self._first_day()
        for stock_class, line in self._classes.items():
            if line is None or line.bad:
                continue
            day = self._day(line, first, is_recorded=self._known.has(Level.CLASS_KIND, stock_class))
            conversion = self._conversion(line)
            if day is None:
                continue
            event = self._made(
                line,
                StockClassDesignated,
                effective_on=day,
                stock_class=stock_class,
                par_value=self._price(line, "par_value"),
                stated_value=self._price(line, "stated_value"),
                conversion=conversion,
                converted_shares_reissuable=line["reissuable"],
                **self._plain(
                    line,
                    "class_kind",
                    "title",
                    "authorized",
                    "decimals",
                    "votes_per_share",
                    "seniority",
                    "authority",
                    "note",
                ),
            )
            yield from self._new(line, event)
            for scheme in IdentifierScheme:
                field = scheme.value.lower()
                if (
                    line[field] is not None
                    and self._known.levels.get((Level.IDENTIFIER, (stock_class, scheme.value))) != line[field]
                ):
                    numbered = self._made(
                        line,
                        SecurityIdentifierChanged,
                        effective_on=day,
                        stock_class=stock_class,
                        scheme=scheme,
                        identifier=line[field],
                    )
                    if numbered is not None:
                        yield Proposed(numbered, line.place)

    def _conversion(self, line: Line) -> ConversionRight | None:
        into = self._class(line, "converts_into") if line["converts_into"] is not None else None
        price, ratio = self._price(line, "conversion_price"), line["conversion_ratio"]
        if into is None:
            if line["converts_into"] is None and (price is not None or ratio is not None):
                self._wrong(line, "converts_into", "E_FIELD", "Converts into is empty", "write the class received")
            return None
        try:
            return ConversionRight(into=into, price=price, ratio=ratio)
        except NotUnderstood as error:
            self._wrong(line, "converts_into", error.code, error.what, error.hint)
            return None

    def _class(self, line: Line, field: str) -> StockClassId | None:
        """Return the class that a row names, or note that it is none."""
        if line.is_bad(field):
            return None
        text = line[field]
        if text is None:
            if len(self._classes) == 1:
                return next(iter(self._classes))
            if not self._bad_classes:
                classes = ", ".join(self._classes)
                hint = f"one of {classes}" if classes else "add a sheet Classes"
                self._wrong(line, field, "E_FIELD", "the class is not said", hint)
            return None
        if text in self._classes:
            return StockClassId(text)
        named = self._titles.get(text, [])
        if len(named) == 1:
            return named[0]
        if text not in self._bad_classes:
            near = self._troubles.nearest(text, lambda: [*self._classes, *self._titles])
            hint = f"did you mean {printed(near)}?" if near else "add a row to the sheet Classes"
            what = f"class {shown(text)} is on no sheet Classes, and not recorded"
            if named:
                what, hint = f"{shown(text)} may be {', '.join(named)}", "write the id of the class that is meant"
            self._wrong(line, field, "E_UNKNOWN", what, hint)
        return None

    # --- money ------------------------------------------------------------------------------------------------

    def _currency(self, line: Line, field: str) -> Currency | None:
        amount: Amount = line[field]
        if amount.currency is not None or line["currency"] is not None:
            return amount.currency or line["currency"]
        if not line.is_bad("currency"):
            what = f"{line.table.thing.column(field).heading} names no currency"
            self._wrong(line, field, "E_CURRENCY", what, 'write "0.01 USD", or fill a column Currency')
        return None

    def _price(self, line: Line, field: str) -> Price | None:
        if line[field] is None or (currency := self._currency(line, field)) is None:
            return None
        try:
            return Price(line[field].number, currency)
        except NotUnderstood as error:
            self._wrong(line, field, error.code, error.what, error.hint)
            return None

    def _money(self, line: Line, field: str) -> Money | None:
        if line[field] is None or (currency := self._currency(line, field)) is None:
            return None
        try:
            return Money(line[field].number, currency)
        except NotUnderstood as error:
            self._wrong(line, field, error.code, error.what, error.hint)
            return None

    # --- holders ----------------------------------------------------------------------------------------------

    def _holder_events(self) -> Iterable[Proposed]:
        named: dict[Any, date] = {}
        for each in self._facts:
            if isinstance(each.event, Fact):
                for level, subject, _ in names_in(each.event):
                    if level is Level.HOLDER_KIND:
                        speaks = each.event.effective_on.earliest
                        named[subject] = min(named.get(subject, speaks), speaks)
        first = self._said.as_of or self._first_day()
        merged = []
        for holder in self._holders.found:
            line = holder.line
            on_sheet = line.table.thing is things.HOLDERS
            otherwise = named.get(holder.holder, first)
            if on_sheet:
                is_recorded = self._known.has(Level.HOLDER_KIND, holder.holder)
                day = self._day(line, otherwise, is_recorded=is_recorded)
            else:
                day = EffectiveDay(otherwise) if otherwise else None
            if day is None:
                continue  # told
            is_person = holder.kind is HolderKind.NATURAL_PERSON
            particulars = {field: line[field] for field in ("address", "tax_id")} if on_sheet else {}
            event = self._made(
                line,
                HolderRegistered,
                effective_on=day,
                holder=holder.holder,
                holder_kind=holder.kind,
                legal_name=None if is_person else holder.name,
                name=Personal(holder.name) if is_person else None,
                note=line["note"] if on_sheet else None,
                **{field: Personal(text) for field, text in particulars.items() if text is not None},
            )
            yield from self._new(line, event)
            if on_sheet and line["merged_into"] is not None:
                merged.append((holder.holder, line, day))
        for who, line, day in merged:
            into = self._holders.meant(line, "merged_into")
            if into is not None and self._known.levels.get((Level.MERGED_INTO, who)) != into:
                event = self._made(line, HolderMerged, effective_on=day, holder=who, into=into)
                if event is not None:
                    yield Proposed(event, line.place)

    # --- positions taken over -----------------------------------------------------------------------------

    def _openings(self) -> None:
        rows: dict[StockClassId, Line] = {}
        for line in self._lines["opening"]:
            stock_class = self._class(line, "stock_class")
            if stock_class is None:
                continue
            if stock_class in rows:
                what = f"{stock_class} stands already in {rows[stock_class].place}"
                self._wrong(line, "stock_class", "E_DUPLICATE", what, "one row is enough")
            rows.setdefault(stock_class, line)
        positions = self._positions()
        undated = False
        for stock_class in self._classes:
            row = rows.get(stock_class)
            held = positions.get(stock_class, [])
            if row is None and not held:
                continue
            at = row or held[0][1]
            day = (row and row["effective_on"]) or self._said.as_of
            if day is None:
                if not undated and not (row and row.is_bad("effective_on")):
                    what = f"on which day the positions of {stock_class} stood is not said"
                    self._wrong(at, "", "E_FIELD", what, "say the day, or add a sheet Opening")
                undated = True
                continue
            self._open(stock_class, day, row, held, at)

    def _open(
        self,
        stock_class: StockClassId,
        day: date,
        row: Line | None,
        held: Sequence[tuple[OpeningPosition, Line]],
        at: Line,
    ) -> None:
        stated = row["stated_outstanding"] if row else None
        treasury = row["treasury"] if row else None
        scope = (row and row["scope"]) or self._said.scope
        fields: dict[str, Any] = {"effective_on": EffectiveDay(day), "stock_class": stock_class, "scope": scope}
        fields |= {"stated_outstanding": stated}
        if row is not None:
            fields |= {"note": row["note"], "evidence": self._evidence(row)}
        if row is not None and not held and treasury is None:
            event = self._made(row, RegisterScopeDeclared, **fields)
        else:
            positions = tuple(position for position, _ in held)
            event = self._made(at, OpeningBalanceAdopted, positions=positions, treasury=treasury, **fields)
        if event is None:
            return
        if row is not None and stated is not None and held:
            total = sum((position.shares for position, _ in held), Shares(0))
            if total > stated or (scope is Scope.COMPLETE and total != stated):
                what = f"the positions of {stock_class} add to {total:,}, and {stated:,} are stated"
                hint = (
                    "correct the one or the other"
                    if total > stated
                    else "correct one, or call the register partial"
                )
                self._wrong(row, "stated_outstanding", "E_QUANTITY", what, hint)
        if len(codec.encode(event)) > codec.MAX_PAYLOAD_BYTES:
            what = f"{stock_class} has {len(held):,} positions, which is more than one opening balance holds"
            self._wrong(at, "", "E_LIMIT", what, f"an entry has at most {codec.MAX_PAYLOAD_BYTES:,} bytes")
            return
        place = row.place if row is not None else at.table.sheet.place
        self._facts.append(Proposed(event, place))

    def _positions(self) -> dict[StockClassId, list[tuple[OpeningPosition, Line]]]:
        """Return the positions of each class; where there are certificates beside them, positions are totals."""
        plain: dict[tuple[StockClassId, HolderId], tuple[Shares, Line]] = {}
        found: defaultdict[StockClassId, list[tuple[OpeningPosition, Line]]] = defaultdict(list)
        certificates = self._certificates()
        for line in self._lines["positions"]:
            holder, stock_class = self._holders.meant(line, "holder", "holder_id"), self._class(line, "stock_class")
            shares = line["shares"]
            if holder is None or stock_class is None or shares is None:
                continue
            key = stock_class, holder
            if shares < Shares(0):
                self._wrong(line, "shares", "E_QUANTITY", f"{shares:,} shares", "a position is zero or more")
            elif not self._is_divisible(line, "shares", stock_class):
                continue
            elif not shares:
                self._notes.append(f"{line.place}: no shares, no position")
            elif line["security"] is not None:
                if self._is_new_security(line, "security"):
                    self._position(found[stock_class], line, holder, shares, line["security"])
            elif key in plain:
                what = f"{holder} has a position in {stock_class} already, in {plain[key][1].place}"
                self._wrong(line, "holder", "E_DUPLICATE", what, "add them up, or name the certificates")
            else:
                plain[key] = shares, line
        for (stock_class, holder), (shares, line) in plain.items():
            own = certificates.pop((stock_class, holder), [])
            rest = shares - sum((each["shares"] for each in own), Shares(0))
            if rest < Shares(0):
                what = f"{holder} has {shares:,} {stock_class}, and certificates for {shares - rest:,}"
                self._wrong(line, "shares", "E_QUANTITY", what, "Positions hold totals: correct one of the two")
                continue
            for each in own:
                self._position(found[stock_class], each, holder, each["shares"], each["security"])
            if rest:
                if own:
                    self._notes.append(f"{line.place}: {rest:,} of {shares:,} are in no certificate")
                self._position(found[stock_class], line, holder, rest, None)
        for (stock_class, holder), own in certificates.items():
            for each in own:
                self._position(found[stock_class], each, holder, each["shares"], each["security"])
        return {stock_class: sorted(held, key=lambda pair: pair[1].order) for stock_class, held in found.items()}

    def _is_divisible(self, line: Line, field: str, stock_class: StockClassId) -> bool:
        """Check that shares are no finer than their class divides them."""
        row = self._classes.get(stock_class)
        decimals = self._known.levels.get((Level.DECIMALS, stock_class), 0) if row is None else row["decimals"] or 0
        if decimals > PLACES or fits(line[field].units, decimals):
            return True  # too many decimals are the fault of the class, which is told of it
        error = TooManyDecimals(stock_class, line[field], decimals)
        self._wrong(line, field, error.code, *str(error).split(". ", 1))
        return False

    def _position(
        self,
        held: list[tuple[OpeningPosition, Line]],
        line: Line,
        holder: HolderId,
        shares: Shares,
        security: SecurityId | None,
    ) -> None:
        try:
            held.append((OpeningPosition(holder=holder, shares=shares, security=security), line))
        except NotUnderstood as error:
            self._wrong(line, "shares", error.code, error.what, error.hint)

    def _certificates(self) -> dict[tuple[StockClassId, HolderId], list[Line]]:
        found: defaultdict[tuple[StockClassId, HolderId], list[Line]] = defaultdict(list)
        for line in self._lines["certificates"]:
            if line["standing"] is False:
                self._notes.append(
                    f"{line.place}: certificate {line['security']} is cancelled, and counts for nothing"
                )
                continue
            holder, stock_class = self._holders.meant(line, "holder", "holder_id"), self._class(line, "stock_class")
            if holder is None or stock_class is None or line.is_bad("shares", "security", "standing"):
                continue
            if self._is_divisible(line, "shares", stock_class) and self._is_new_security(line, "security"):
                found[stock_class, holder].append(line)
        return found

    def _is_new_security(self, line: Line, field: str) -> bool:
        """Check that a certificate is brought into being once."""
        security = line[field]
        if security is None:
            return True
        if security in self._securities:
            what = f"certificate {security} stands already in {self._securities[security]}"
        elif self._known.has(Level.SECURITY, security):
            what = f"certificate {security} is recorded already"
        else:
            self._securities[security] = line.place
            return True
        self._wrong(line, field, "E_DUPLICATE", what, "a certificate has a number of its own")
        return False

    # --- facts ------------------------------------------------------------------------------------------------

    def _fact(self, thing: Thing, line: Line) -> None:
        """Take the fact that a row states, or note why it states none."""
        fields = {name: value for name, value in line.values.items() if name not in _NOT_OF_THE_EVENT}
        for field in ("holder", "from_holder", "to_holder"):
            if any(column.field == field for column in thing.columns):
                id_field = "holder_id" if field == "holder" else ""
                fields[field] = self._holders.meant(line, field, id_field)
        for field in ("stock_class", "from_class", "to_class"):
            if any(column.field == field for column in thing.columns):
                fields[field] = self._class(line, field)
        kind = thing.event
        assert kind is not None, "the sheet states facts"
        if thing is things.ISSUANCES:
            kind = self._issued(fields["stock_class"])
        if any(column.field == "form" for column in thing.columns):
            fields["consideration"] = self._consideration(line)
        elif line["amount"] is not None:
            fields["paid"] = self._money(line, "amount")
        fields["evidence"] = self._evidence(line)
        is_new = self._is_new_security(line, "security") if thing is things.ISSUANCES else True
        if line["received_as"] is not None and line["received_as"] != line["security"]:
            is_new = self._is_new_security(line, "received_as") and is_new
        complete = all(fields.get(column.field) is not None for column in thing.columns if column.needed)
        classes = all(
            fields[field] is not None for field in ("stock_class", "from_class", "to_class") if field in fields
        )
        if line.bad or not is_new or not complete or not classes:
            return
        for field, stock_class in _COUNTED_IN.items():
            if field in fields and not self._is_divisible(line, field, fields[stock_class]):
                return
        event = self._made(line, kind, **fields)
        if event is not None:
            self._facts.append(Proposed(event, line.place))

    def _issued(self, stock_class: StockClassId | None) -> type[Fact]:
        kind = self._kinds.get(stock_class) if stock_class is not None else None
        kind = kind or self._known.levels.get((Level.CLASS_KIND, stock_class))
        return PreferredIssued if kind is StockClassKind.PREFERRED else CommonIssued

    def _consideration(self, line: Line) -> Consideration | None:
        money = self._money(line, "amount")
        if line["form"] is None:
            if line["amount"] is not None and not line.is_bad("form"):
                hint = f"one of {', '.join(line.table.thing.column('form').kind.choices)}"
                self._wrong(line, "form", "E_FIELD", "in which form the consideration was given is not said", hint)
            return None
        try:
            return Consideration(form=line["form"], amount=money)
        except NotUnderstood as error:
            self._wrong(line, "amount", error.code, error.what, error.hint)
            return None

    def _evidence(self, line: Line) -> tuple[Evidence, ...] | None:
        if line["document"] is None:
            return None
        try:
            return (Evidence(document=line["document"]),)
        except NotUnderstood as error:
            self._wrong(line, "document", error.code, error.what, error.hint)
            return None


_COUNTED_IN: Final = {
    **dict.fromkeys(("issued", "transferred", "cancelled", "repurchased", "redeemed", "reserved"), "stock_class"),
    "surrendered": "from_class",
    "received": "to_class",
}
"""Numbers of shares, and the class that they are of."""
_ANY_DAY: Final = date(2000, 1, 1)
_NOT_OF_THE_EVENT: Final = frozenset({"holder_id", "holder_kind", "amount", "currency", "form", "document"})
"""Columns whose content reaches an event in another way than by their name."""
