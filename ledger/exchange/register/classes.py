"""The classes of a register: their terms, and which of them a row means."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Final

from ledger.errors import TooManyDecimals, shown
from ledger.events import IdentifierScheme, SecurityIdentifierChanged, StockClassDesignated
from ledger.exchange.register.cells import printed
from ledger.exchange.register.holders import slug
from ledger.exchange.register.lines import Line
from ledger.exchange.register.making import Maker
from ledger.exchange.register.proposal import Proposed
from ledger.identity import StockClassId
from ledger.movements import Level, StockClassKind
from ledger.quantities import PLACES, fits
from ledger.terms.conversion import ConversionRight

_AS_THEY_STAND: Final = (
    "class_kind",
    "title",
    "authorized",
    "decimals",
    "votes_per_share",
    "seniority",
    "authority",
    "note",
)


class Classes:
    """The classes of a register and of the ledger that it is taken into.

    Args:
        maker: Makes events, and notes what is wrong.
    """

    def __init__(self, maker: Maker) -> None:
        self._maker = maker
        titles = maker.known.classes()
        self._rows: dict[StockClassId, Line | None] = dict.fromkeys(titles)
        self._titles: defaultdict[str, list[StockClassId]] = defaultdict(list)
        for stock_class, title in titles.items():
            self._titles[title].append(stock_class)
        self._bad: set[str] = set()

    def __iter__(self) -> Iterator[StockClassId]:
        return iter(self._rows)

    def take(self, lines: Sequence[Line]) -> None:
        """Take the rows of the sheet Classes."""
        for line in lines:
            title, stock_class = line["title"], line["stock_class"]
            if line.is_bad("stock_class", "title", "class_kind"):
                # Its problem is told; whoever names it is not to be told that it does not exist.
                self._bad |= {str(each) for each in (stock_class, title) if each is not None}
                continue
            if stock_class is None:
                stock_class = StockClassId(slug(title, "class"))
            first = self._rows.get(stock_class)
            if first is not None:
                what = f"class {stock_class} stands already in {first.place}"
                self._maker.wrong(line, "stock_class", "E_DUPLICATE", what, "give each class an id of its own")
                continue
            self._rows[stock_class] = line
            if stock_class not in self._titles[title]:
                self._titles[title].append(stock_class)

    # --- which class is meant -----------------------------------------------------------------------------

    def meant(self, line: Line, field: str) -> StockClassId | None:
        """Return the class that a row names, or note that it is none; the only one need not be named."""
        if line.is_bad(field):
            return None
        text = line[field]
        if text is None:
            return self._the_only_one(line, field)
        if text in self._rows:
            return StockClassId(text)
        named = self._titles.get(text, [])
        if len(named) == 1:
            return named[0]
        if named:
            what = f"{shown(text)} may be {', '.join(named)}"
            self._maker.wrong(line, field, "E_UNKNOWN", what, "write the id of the class that is meant")
        elif text not in self._bad:
            near = self._maker.troubles.nearest(text, lambda: [*self._rows, *self._titles])
            hint = f"did you mean {printed(near)}?" if near else "add a row to the sheet Classes"
            what = f"class {shown(text)} is on no sheet Classes, and not recorded"
            self._maker.wrong(line, field, "E_UNKNOWN", what, hint)
        return None

    def _the_only_one(self, line: Line, field: str) -> StockClassId | None:
        if len(self._rows) == 1:
            return next(iter(self._rows))
        if not self._bad:
            classes = ", ".join(self._rows)
            hint = f"one of {classes}" if classes else "add a sheet Classes"
            self._maker.wrong(line, field, "E_FIELD", "the class is not said", hint)
        return None

    def is_preferred(self, stock_class: StockClassId) -> bool:
        """Whether a class is preferred stock."""
        row = self._rows[stock_class]
        kind = row["class_kind"] if row else self._maker.known.levels.get((Level.CLASS_KIND, stock_class))
        return kind is StockClassKind.PREFERRED

    def is_divisible(self, line: Line, field: str, stock_class: StockClassId) -> bool:
        """Check that shares are no finer than their class divides them."""
        row = self._rows[stock_class]
        recorded = self._maker.known.levels.get((Level.DECIMALS, stock_class), 0)
        decimals = (row["decimals"] or 0) if row else recorded
        if decimals > PLACES or fits(line[field].units, decimals):
            return True  # too many decimals are the fault of the class, which is told of it
        error = TooManyDecimals(stock_class, line[field], decimals)
        what, hint = str(error).split(". ", 1)
        self._maker.wrong(line, field, error.code, what, hint.rstrip("."))
        return False

    # --- what is recorded of them ---------------------------------------------------------------------------

    def events(self, first_day: date | None) -> Iterable[Proposed]:
        """Yield the classes that are new, with their terms and numbers.

        Args:
            first_day: From which day a class is designated whose row leaves it open.
        """
        for stock_class, line in self._rows.items():
            if line is None or line.bad:
                continue
            is_recorded = self._maker.known.has(Level.CLASS_KIND, stock_class)
            day = self._maker.day(line, first_day, is_recorded=is_recorded)
            fields = {field: line[field] for field in _AS_THEY_STAND}
            fields |= {field: self._maker.price(line, field) for field in ("par_value", "stated_value")}
            conversion = self._conversion(line)
            if day is None:
                continue
            designated = self._maker.event(
                line,
                StockClassDesignated,
                effective_on=day,
                stock_class=stock_class,
                conversion=conversion,
                converted_shares_reissuable=line["reissuable"],
                **fields,
            )
            yield from self._maker.new(line, designated)
            for scheme in IdentifierScheme:
                number = line[scheme.value.lower()]
                before = self._maker.known.levels.get((Level.IDENTIFIER, (stock_class, scheme.value)))
                if number not in (None, before):
                    numbered = {"stock_class": stock_class, "scheme": scheme, "identifier": number}
                    changed = self._maker.event(line, SecurityIdentifierChanged, effective_on=day, **numbered)
                    if changed is not None:
                        yield Proposed(changed, line.place)

    def _conversion(self, line: Line) -> ConversionRight | None:
        price, ratio = self._maker.price(line, "conversion_price"), line["conversion_ratio"]
        if line["converts_into"] is None:
            if price is not None or ratio is not None:
                what, hint = "Converts into is empty", "write the class received"
                self._maker.wrong(line, "converts_into", "E_FIELD", what, hint)
            return None
        into = self.meant(line, "converts_into")
        if into is None:
            return None
        return self._maker.made(line, "converts_into", lambda: ConversionRight(into=into, price=price, ratio=ratio))
