"""What a register file may hold: its sheets, and the columns of each, under the names that people give them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

import attrs

from ledger.events import (
    CommonIssued,
    Fact,
    SharesCancelled,
    SharesConverted,
    SharesRedeemed,
    SharesRepurchased,
    SharesReserved,
    SharesTransferred,
)
from ledger.exchange.register import values as v
from ledger.exchange.register.cells import Cell
from ledger.exchange.register.values import Kind


@attrs.frozen
class Column:
    """A column that a sheet may have.

    Attributes:
        field: What it is to the program.
        heading: What stands above it in the template.
        kind: What its cells hold.
        about: What it says, for people.
        example: What the template shows.
        also: Other headings for it.
        needed: Whether there is no row without it.
    """

    field: str
    heading: str
    kind: Kind
    about: str
    example: Cell = None
    also: tuple[str, ...] = ()
    needed: bool = False


@attrs.frozen(kw_only=True)
class Thing:
    """A kind of sheet.

    Attributes:
        name: What it is to the program, and the name of its CSV file.
        sheet: Its name in the template.
        also: Other names for it.
        about: What a row is.
        columns: What it may have.
        event: The fact that a row states, where it is one alone.
    """

    name: str
    sheet: str
    also: tuple[str, ...]
    about: str
    columns: tuple[Column, ...]
    event: type[Fact] | None = None

    def column(self, field: str) -> Column:
        """Return the column of a field."""
        return next(column for column in self.columns if column.field == field)

    def headings(self) -> Mapping[str, Column]:
        """Return every heading, as ``normal`` writes it, with its column."""
        return _HEADINGS[self.name]


def normal(text: str) -> str:
    """Return a heading or the name of a sheet without case, signs and surplus blanks: ``Cert. No.*`` is cert no.

    The sign of percent stays, since ``% holding`` is something else than ``Holding``.
    """
    return " ".join(re.findall(r"[^\W_]+|%", text.replace("№", "no ").casefold()))


# --- columns that several sheets have ---------------------------------------------------------------------

_HOLDER_ALSO: Final = (
    "name", "holder name", "name of holder", "registered holder", "name of registered holder", "shareholder",
    "shareholder name", "name of shareholder", "stockholder", "stockholder name", "name of stockholder", "member",
    "member name", "name of member", "owner", "investor", "investor name", "name of investor", "held by",
)  # fmt: skip
_HOLDER_ID_ALSO: Final = (
    "id", "holder no", "holder number", "shareholder id", "shareholder no", "shareholder number", "stockholder id",
    "stockholder no", "member id", "member no", "member number", "folio", "folio no", "folio number", "account",
    "account no", "account number", "investor id",
)  # fmt: skip
_KIND_ALSO: Final = ("kind", "type", "holder type", "type of holder", "kind of holder", "holder kind")
_CLASS_ALSO: Final = (
    "class id", "stock class", "share class", "class of shares", "class of stock", "security type",
    "security class", "series",
)  # fmt: skip
_SHARES_ALSO: Final = (
    "number of shares", "no of shares", "number", "quantity", "shares held", "number of shares held",
    "no of shares held", "number held", "holding", "units",
)  # fmt: skip
_CERTIFICATE_ALSO: Final = (
    "certificate no", "certificate number", "certificate id", "cert", "cert no", "cert number", "stock certificate",
    "share certificate", "security", "security id", "lot",
)  # fmt: skip
_DAY_ALSO: Final = ("date", "effective date", "effective day", "effective on")

_HOLDER: Final = Column(
    "holder", "Holder", v.NUMBER_OR_TEXT, "its id or its name, as on Holders", "h-0001", _HOLDER_ALSO, True
)
_HOLDER_ID: Final = Column(
    "holder_id", "Holder ID", v.HOLDER, "its id, where two have one name", None, _HOLDER_ID_ALSO
)
_NEW_KIND: Final = Column(
    "holder_kind", "Kind of holder", v.HOLDER_KIND, "of a holder that is not on Holders", None, _KIND_ALSO
)
_CLASS: Final = Column(
    "stock_class",
    "Class",
    v.NUMBER_OR_TEXT,
    "its id or its title, as on Classes; may be empty where there is one",
    "common",
    _CLASS_ALSO,
)
_CERTIFICATE: Final = Column("security", "Certificate", v.SECURITY, "certificate or lot", None, _CERTIFICATE_ALSO)
_AMOUNT: Final = Column(
    "amount",
    "Consideration",
    v.AMOUNT,
    "what was given for them, in money",
    None,
    ("amount", "amount paid", "paid", "total paid", "consideration amount", "total consideration"),
)
_CURRENCY: Final = Column("currency", "Currency", v.CURRENCY, "of the amounts in the row", None, ("ccy",))
_FORM: Final = Column(
    "form", "Form of consideration", v.FORM, "what was given for them", None, ("form", "consideration type")
)
_AUTHORITY: Final = Column(
    "authority",
    "Authority",
    v.TEXT,
    "resolution, charter section or filing",
    None,
    ("resolution", "board resolution", "approved by", "approval"),
)
_NOTE: Final = Column(
    "note",
    "Note",
    v.PROSE,
    "what a reader should know",
    None,
    ("notes", "comment", "comments", "remark", "remarks"),
)
_DOCUMENT: Final = Column(
    "document",
    "Document",
    attrs.evolve(v.PROSE),
    "the document that shows it",
    None,
    ("evidence", "source", "reference"),
)


def _shares(field: str, heading: str = "Shares", about: str = "how many", *also: str) -> Column:
    return Column(field, heading, v.SHARES, about, 1_000, also or _SHARES_ALSO, True)


def _day(about: str, *also: str, needed: bool = True) -> Column:
    example = date(2024, 1, 2) if needed else None
    return Column("effective_on", "Day", v.DAYS, about, example, (*_DAY_ALSO, *also), needed)


# --- the sheets -------------------------------------------------------------------------------------------

COMPANY: Final = Thing(
    name="company",
    sheet="Company",
    also=("issuer", "corporation"),
    about="The company whose register this is: one row. Not needed where the ledger has its company already.",
    columns=(
        Column("issuer", "Company ID", v.ISSUER, "its name in the ledger", "acme", ("issuer", "issuer id", "id")),
        Column(
            "legal_name",
            "Legal name",
            v.TEXT,
            "its name in the charter",
            "Acme Inc.",
            ("name", "company", "company name", "corporate name", "issuer name"),
            True,
        ),
        Column(
            "jurisdiction",
            "Jurisdiction",
            v.TEXT,
            "where it is organised",
            "US-DE",
            ("state", "country", "state of incorporation", "place of incorporation", "country of incorporation"),
            True,
        ),
        Column(
            "time_zone",
            "Time zone",
            v.TEXT,
            "IANA name of the zone whose days the register counts in",
            "America/New_York",
            ("timezone",),
            True,
        ),
        Column("cik", "CIK", v.NUMBER_OR_TEXT, "number at the SEC"),
        Column("lei", "LEI", v.NUMBER_OR_TEXT, "Legal Entity Identifier"),
        Column("ticker", "Ticker", v.NUMBER_OR_TEXT, "trading symbol", None, ("symbol",)),
        _day(
            "from which day it is recorded; empty: the first day of the file",
            "incorporated on",
            "incorporation date",
            "date of incorporation",
            needed=False,
        ),
        _NOTE,
    ),
)

CLASSES: Final = Thing(
    name="classes",
    sheet="Classes",
    also=("class", "stock classes", "share classes", "classes of stock", "classes of shares", "securities"),
    about="One row for each class or series of stock.",
    columns=(
        Column(
            "stock_class",
            "Class ID",
            v.STOCK_CLASS,
            "its name in the ledger; empty: made of the title",
            "common",
            ("class", "id", *_CLASS_ALSO),
        ),
        Column(
            "title",
            "Title",
            v.TEXT,
            "its name in the charter",
            "Common Stock",
            ("name", "class name", "class title"),
            True,
        ),
        Column(
            "class_kind",
            "Kind",
            v.CLASS_KIND,
            "common or preferred",
            "common",
            ("type", "class type", "class kind"),
            True,
        ),
        Column(
            "authorized",
            "Authorized",
            v.AUTHORIZED,
            "shares that the charter allows",
            10_000_000,
            ("authorised", "authorized shares", "authorised shares", "shares authorized", "shares authorised"),
            True,
        ),
        Column("decimals", "Decimals", v.COUNT, "decimals that its shares may have; empty: none"),
        Column("par_value", "Par value", v.AMOUNT, "of a share", "0.0001 USD", ("par", "nominal value")),
        Column("stated_value", "Stated value", v.AMOUNT, "what a share counts for in conversion and preference"),
        _CURRENCY,
        Column("votes_per_share", "Votes per share", v.RATIO, "votes of a share", 1, ("votes",)),
        Column(
            "seniority", "Seniority", v.COUNT, "rank in liquidation; a higher number is paid first", None, ("rank",)
        ),
        Column("converts_into", "Converts into", v.NUMBER_OR_TEXT, "the class received on conversion"),
        Column("conversion_price", "Conversion price", v.AMOUNT, "stated value divided by it is the ratio"),
        Column("conversion_ratio", "Conversion ratio", v.RATIO, "shares received for one, instead of a price"),
        Column(
            "reissuable",
            "Converted shares may be issued again",
            v.YES_NO,
            "whether converted and redeemed shares stop counting against the authorized number; empty: no",
            None,
            ("reissuable",),
        ),
        Column("cusip", "CUSIP", v.NUMBER_OR_TEXT, "security number"),
        Column("isin", "ISIN", v.NUMBER_OR_TEXT, "security number"),
        _AUTHORITY,
        _day("from which day; empty: the first day of the file", "designated on", needed=False),
        _NOTE,
    ),
)

HOLDERS: Final = Thing(
    name="holders",
    sheet="Holders",
    also=("holder", "shareholders", "stockholders", "members", "investors", "holders of record"),
    about="One row for each holder of record. Two holders of one name need an id each.",
    columns=(
        Column(
            "holder",
            "Holder ID",
            v.HOLDER,
            "its name in the ledger, which must say nothing personal; empty: one is made",
            "h-0001",
            _HOLDER_ID_ALSO,
        ),
        Column(
            "name",
            "Name",
            v.TEXT,
            "of a person it is kept apart, and can be erased",
            "Ada Quill",
            ("holder", "full name", "legal name", *_HOLDER_ALSO[1:]),
            True,
        ),
        Column("holder_kind", "Kind", v.HOLDER_KIND, "person or organisation", "person", _KIND_ALSO, True),
        Column("address", "Address", v.ADDRESS, "kept apart, and can be erased"),
        Column(
            "tax_id",
            "Tax ID",
            v.NUMBER_OR_TEXT,
            "kept apart, and can be erased",
            None,
            ("tax number", "ssn", "tin", "ein", "tax identification number"),
        ),
        Column("merged_into", "Merged into", v.HOLDER, "id of the holder that it was found to be"),
        _day(
            "from which day it is in the register; empty: the first day that speaks of it",
            "registered on",
            "entered on",
            "date of entry",
            "date entered",
            "member since",
            needed=False,
        ),
        _NOTE,
    ),
)

OPENING: Final = Thing(
    name="opening",
    sheet="Opening",
    also=("opening balance", "opening balances"),
    about="One row for each class whose positions are taken over: the day, and whether these are all.",
    columns=(
        attrs.evolve(_CLASS, about="its id or its title, as on Classes"),
        Column(
            "effective_on",
            "Day",
            v.DAY,
            "at whose close the positions stood",
            date(2023, 12, 31),
            (*_DAY_ALSO, "as of", "as at", "opening day"),
        ),
        Column(
            "scope",
            "Register",
            v.SCOPE,
            "complete: Positions hold every holder; partial: there are others",
            "complete",
            ("scope",),
        ),
        Column(
            "treasury",
            "Treasury shares",
            v.SHARES,
            "held by the company itself",
            None,
            ("treasury", "treasury stock"),
        ),
        Column(
            "stated_outstanding",
            "Outstanding as stated",
            v.SHARES,
            "as the company states it; compared with the positions",
            None,
            ("outstanding", "shares outstanding", "stated outstanding", "total outstanding"),
        ),
        _NOTE,
        _DOCUMENT,
    ),
)

POSITIONS: Final = Thing(
    name="positions",
    sheet="Positions",
    also=(
        "position", "holdings", "shareholdings", "register", "register of members", "share register",
        "stock register", "register of holders", "balances",
    ),
    about="Who held what when the register was taken over: one row for each holder and class, or certificate.",
    columns=(_HOLDER, _HOLDER_ID, _NEW_KIND, _CLASS, _shares("shares"), _CERTIFICATE),
)  # fmt: skip

CERTIFICATES: Final = Thing(
    name="certificates",
    sheet="Certificates",
    also=("certificate register", "register of certificates", "stock certificates", "share certificates"),
    about="The certificates behind Positions, where those are totals: one row for each.",
    columns=(
        attrs.evolve(_CERTIFICATE, example="CS-1", needed=True),
        _HOLDER,
        _HOLDER_ID,
        _NEW_KIND,
        _CLASS,
        _shares("shares"),
        Column(
            "standing",
            "Status",
            v.STANDING,
            "a cancelled certificate counts for nothing; empty: outstanding",
            None,
            ("state", "certificate status"),
        ),
    ),
)

ISSUANCES: Final = Thing(
    name="issuances",
    sheet="Issuances",
    also=("issuance", "issues", "shares issued", "stock issuances", "allotments"),
    about="Shares that the company issued: one row for each issue.",
    event=CommonIssued,  # or PreferredIssued, as the class is
    columns=(
        _day(
            "when they were issued", "issue date", "issued on", "date of issue", "issuance date", "allotment date"
        ),
        _HOLDER,
        _HOLDER_ID,
        _NEW_KIND,
        _CLASS,
        _shares("issued", "Shares", "how many", *_SHARES_ALSO, "shares issued", "issued"),
        _CERTIFICATE,
        _AMOUNT,
        _CURRENCY,
        _FORM,
        _AUTHORITY,
        Column("reserve", "Reserve", v.RESERVE, "the reserve that they draw on"),
        Column("legends", "Legends", v.LINES, "restrictions written on the certificate", None, ("legend",)),
        _NOTE,
        _DOCUMENT,
    ),
)

TRANSFERS: Final = Thing(
    name="transfers",
    sheet="Transfers",
    also=("transfer", "share transfers", "stock transfers"),
    about="Shares that passed from one holder to another: one row for each transfer.",
    event=SharesTransferred,
    columns=(
        _day("when they passed", "transfer date", "transferred on", "date of transfer"),
        attrs.evolve(
            _HOLDER,
            field="from_holder",
            heading="From",
            also=("from holder", "transferor", "seller", "transferred from"),
        ),
        attrs.evolve(
            _HOLDER,
            field="to_holder",
            heading="To",
            example="h-0002",
            also=("to holder", "transferee", "buyer", "purchaser", "transferred to"),
        ),
        _CLASS,
        _shares("transferred", "Shares", "how many", *_SHARES_ALSO, "shares transferred"),
        attrs.evolve(
            _CERTIFICATE,
            about="the one that they were taken from",
            also=(*_CERTIFICATE_ALSO, "old certificate", "certificate surrendered", "from certificate"),
        ),
        Column(
            "received_as",
            "New certificate",
            v.SECURITY,
            "of the receiver; empty: the shares keep the one that they had",
            None,
            ("certificate issued", "to certificate", "new certificate no"),
        ),
        Column("cause", "Cause", v.CAUSE, "sale, gift, succession …; empty: sale", "sale", ("transfer type",)),
        _AMOUNT,
        _CURRENCY,
        _FORM,
        _NOTE,
        _DOCUMENT,
    ),
)

CONVERSIONS: Final = Thing(
    name="conversions",
    sheet="Conversions",
    also=("conversion", "share conversions", "stock conversions"),
    about="Shares of one class that became shares of another: one row for each conversion.",
    event=SharesConverted,
    columns=(
        _day("when they were converted", "conversion date", "converted on"),
        _HOLDER,
        attrs.evolve(
            _CLASS,
            field="from_class",
            heading="From class",
            example="series-a",
            also=("class surrendered", "class converted"),
        ),
        _shares("surrendered", "Shares surrendered", "how many were given up", "shares converted", "surrendered"),
        attrs.evolve(_CLASS, field="to_class", heading="To class", also=("class received", "into class")),
        _shares("received", "Shares received", "how many came of it", "received", "shares issued"),
        attrs.evolve(_CERTIFICATE, about="the one given up"),
        Column("received_as", "New certificate", v.SECURITY, "the one received", None, ("certificate issued",)),
        Column("reserve", "Reserve", v.RESERVE, "the reserve of the class received that they draw on"),
        _AUTHORITY,
        _NOTE,
        _DOCUMENT,
    ),
)

CANCELLATIONS: Final = Thing(
    name="cancellations",
    sheet="Cancellations",
    also=("cancellation", "shares cancelled", "cancelled shares"),
    about="Shares that were cancelled for nothing: one row for each.",
    event=SharesCancelled,
    columns=(
        _day("when they were cancelled", "cancellation date", "cancelled on"),
        _HOLDER,
        _CLASS,
        _shares("cancelled"),
        Column("reason", "Reason", v.PROSE, "why", "Issued in error", (), True),
        _CERTIFICATE,
        _NOTE,
        _DOCUMENT,
    ),
)

REPURCHASES: Final = Thing(
    name="repurchases",
    sheet="Repurchases",
    also=("repurchase", "buybacks", "share repurchases"),
    about="Shares that the company bought, and keeps in treasury: one row for each.",
    event=SharesRepurchased,
    columns=(
        _day("when they were bought", "repurchase date", "repurchased on"),
        _HOLDER,
        _CLASS,
        _shares("repurchased"),
        attrs.evolve(
            _AMOUNT, heading="Paid", about="what the company paid", also=("amount", "amount paid", "price paid")
        ),
        _CURRENCY,
        _CERTIFICATE,
        _NOTE,
        _DOCUMENT,
    ),
)

REDEMPTIONS: Final = Thing(
    name="redemptions",
    sheet="Redemptions",
    also=("redemption", "share redemptions"),
    about="Shares that the company redeemed as their terms provide: one row for each.",
    event=SharesRedeemed,
    columns=(
        _day("when they were redeemed", "redemption date", "redeemed on"),
        _HOLDER,
        attrs.evolve(_CLASS, example="series-a"),
        _shares("redeemed"),
        attrs.evolve(
            _AMOUNT, heading="Paid", about="what the company paid", also=("amount", "amount paid", "price paid")
        ),
        _CURRENCY,
        _CERTIFICATE,
        _NOTE,
        _DOCUMENT,
    ),
)

RESERVES: Final = Thing(
    name="reserves",
    sheet="Reserves",
    also=("reserve", "share reserves", "shares reserved"),
    about="Authorized shares that are kept back: one row for each act of the board.",
    event=SharesReserved,
    columns=(
        _day("when they were reserved", "reserved on"),
        _CLASS,
        Column("reserve", "Reserve", v.RESERVE, "its name, within the class", "plan", ("reserve id",), True),
        _shares("reserved"),
        Column("purpose", "Purpose", v.TEXT, "what they are kept for", "Equity incentive plan", (), True),
        _AUTHORITY,
        _NOTE,
        _DOCUMENT,
    ),
)

THINGS: Final = (
    COMPANY,
    CLASSES,
    HOLDERS,
    OPENING,
    POSITIONS,
    CERTIFICATES,
    RESERVES,
    ISSUANCES,
    TRANSFERS,
    CONVERSIONS,
    CANCELLATIONS,
    REPURCHASES,
    REDEMPTIONS,
)
"""Every kind of sheet, in the order in which what they say is recorded."""

READ_ME: Final = "Read me"
"""The sheet of the template that explains it."""

_PERCENT: Final = frozenset({"%", "pct", "percent", "percentage", "percentages"})


def is_computed(heading: str) -> bool:
    """Whether a heading, as ``normal`` writes it, is that of percentages, which are computed and never read."""
    return heading in ("ownership", "stake") or not _PERCENT.isdisjoint(heading.split())


def _headings_of(thing: Thing) -> Iterator[tuple[str, Column]]:
    for column in thing.columns:
        for heading in (column.heading, *column.also):
            yield normal(heading), column


def _checked(thing: Thing) -> dict[str, Column]:
    found: dict[str, Column] = {}
    for heading, column in _headings_of(thing):
        assert found.setdefault(heading, column) is column, f"{thing.name}: {heading} has two meanings"
    return found


_HEADINGS: Final = {thing.name: _checked(thing) for thing in THINGS}
EVERY_HEADING: Final = frozenset(heading for known in _HEADINGS.values() for heading in known)
NAMES: Final = {normal(name): thing for thing in THINGS for name in (thing.sheet, *thing.also)}
"""Every name of a sheet, as ``normal`` writes it."""
