"""Every parser that is given bytes or text of somebody else's, as one function of bytes that checks its promise.

A parser answers, or raises a ``LedgerError`` whose lines may stand on a terminal. Anything else that it raises, a
line that would not do, or an answer that is not read back equal is a finding. ``SEEDS`` gives each something honest
to begin with.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, date, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from zipfile import ZIP_STORED

import msgspec

from ledger import Ledger, codec
from ledger.backups import back_up
from ledger.days import EffectiveDay, day
from ledger.errors import LedgerError
from ledger.events import KINDS
from ledger.exchange import holder_list, json_lines, xbrl
from ledger.exchange.register import File, Instructions, Numbers, proposed, things
from ledger.exchange.xbrl.figures import CONCEPTS
from ledger.identity import CommandId, HolderId, IssuerId, StockClassId
from ledger.integrity import stamps
from ledger.integrity.checkpoints import Checkpoint
from ledger.integrity.cosignatures import cosign
from ledger.integrity.notes import Note, SigningKey, VerifierKey
from ledger.integrity.proofs import Growth, Inclusion
from ledger.movements import HolderKind
from ledger.quantities import Authorized, Currency, Money, Price, Ratio, Shares
from ledger.store.sqlite import SqliteStore
from ledger.verification import verify
from registrar import evidence, typed
from tests.builders import common_issued, founding
from tests.ledger.exchange.register.made import (
    FIRST_SHEET,
    HEADINGS,
    packed,
    parts_of,
    raw_sheet,
    row,
    sheets,
    text_cell,
    whole,
)
from tests.ledger.integrity import logs
from tests.ledger.integrity.authority import STAMPED

_IN_MEMORY: Final = "/dev/shm" if os.path.isdir("/dev/shm") else None
"""Thousands of files a second are nothing for a disk."""
GOLDEN: Final = Path(__file__).parent.parent / "golden"
FILINGS: Final = Path(__file__).parent.parent.parent / "examples" / "filings"
LONGEST_LINE: Final = 600
ISSUER: Final = IssuerId("acme")


class Finding(AssertionError):
    """A parser did not keep its promise."""


@contextmanager
def refusals_told() -> Iterator[None]:
    """Let a refusal pass, and see that its lines may stand on a terminal."""
    try:
        yield
    except LedgerError as error:
        lines = getattr(error, "lines", None)
        for line in lines() if lines is not None else [error.line()]:
            if not line.isprintable() or len(line) > LONGEST_LINE:
                raise Finding(f"this line does not do: {line!a}") from error


def same(first: object, second: object) -> None:
    """Find fault where two things differ that should not."""
    if first != second:
        raise Finding(f"{first!a} is not {second!a}"[:2_000])


# --- facts ------------------------------------------------------------------------------------------------


def lines_of_json(data: bytes) -> None:
    """Facts as JSON Lines; what is written of them is read as the same facts."""
    with refusals_told():
        events = [event for _, event in json_lines.read(data)]
        same([event for _, event in json_lines.read(json_lines.write(events))], events)


def payload(data: bytes) -> None:
    """The payload of an entry; it is the one that writing gives."""
    with refusals_told():
        same(codec.encode(codec.decode(data)), data)


def leaf(data: bytes) -> None:
    """The bytes of an entry, with hashes that fit: whoever made them up can count, too."""
    envelope, _, content = data.partition(b"\n")
    with suppress(ValueError):  # of msgspec and of UTF-8
        named = msgspec.json.decode(envelope)
        if isinstance(named, dict):
            envelope = msgspec.json.encode(named | {"payload": sha256(content).hexdigest()})
    with refusals_told():
        state = codec.kept(envelope, content)
        page = codec.read_states([(1, "common-issued.1", state)], ISSUER, 0)
        entry = None
        with suppress(LedgerError):
            entry = codec.read_state(state, ISSUER, 1, "common-issued.1")
        # Many rows at once are read in another way than one, which must not know better.
        same(page is None, entry is None)
        if entry is not None:
            same(codec.state(ISSUER, entry, content), state)


# --- files of others --------------------------------------------------------------------------------------


def _register(*files: File) -> None:
    with refusals_told():
        said = Instructions(issuer=ISSUER, as_of=date(2026, 3, 1), holder_kind=HolderKind.ORGANISATION)
        events = proposed(files, None, said).events
        same([event for _, event in json_lines.read(json_lines.write(events))], list(events))


def register_as_csv(data: bytes) -> None:
    """A register in CSV files: the first byte says which of them this is, the others are sound."""
    names = [thing.name for thing in things.THINGS]
    name = names[data[0] % len(names)] if data else names[0]
    _register(*whole(**{name: data[1:]}))


def workbook(data: bytes) -> None:
    """A register in a workbook: the package as it comes."""
    _register(File("register.xlsx", data))


def sheet(data: bytes) -> None:
    """A register in a workbook: a sheet within a package that is sound."""
    _register(File("register.xlsx", packed({**_base(), FIRST_SHEET: data}, ZIP_STORED)))


def list_of_holders(data: bytes) -> None:
    """A list of holders in a CSV file; the first byte says how numbers are written."""
    numbers = [*Numbers][data[0] % len(Numbers)] if data else Numbers.PLAIN
    with refusals_told():
        holder_list.read(File("list.csv", data[1:]), {"ada", "fund"}, numbers)


def filing(data: bytes) -> None:
    """An XBRL instance, a page with inline XBRL, or the JSON of a company's facts."""
    common = StockClassId("common")
    classes = {"common": (common,), "preferred": (StockClassId("series-a"),), "CommonClassAMember": (common,)}
    with refusals_told():
        said = xbrl.Instructions(classes=classes, on=date(2026, 3, 1), said_by="Acme")
        events = xbrl.proposed(File("filing.htm", data), said).events
        same([event for _, event in json_lines.read(json_lines.write(events))], list(events))


# --- words ------------------------------------------------------------------------------------------------

_READERS: Final[tuple[Callable[[str], Any], ...]] = (
    *(Shares, Money.parse, Price.parse, Ratio, Authorized.parse, Currency, EffectiveDay.parse, day),
    *(typed.shares, typed.money, typed.price, typed.ratio, typed.authorized, typed.part, typed.text),
    *(HolderId, CommandId),
)


def words(data: bytes) -> None:
    """What somebody types: numbers, amounts, days, names; read back from what is written of it."""
    text = data.decode("utf-8", "surrogateescape")
    for read in _READERS:
        with refusals_told():
            value = read(text)
            if isinstance(value, Shares | Money | Price | Ratio | Authorized | EffectiveDay):
                again: Any = getattr(type(value), "parse", type(value))
                same(again(str(value)), value)


# --- evidence ---------------------------------------------------------------------------------------------


def checkpoint(data: bytes) -> None:
    """A signed note, and the checkpoint and keys in it; what is read is written as it was."""
    with refusals_told():
        note = Note.parse(data)
        same(note.written(), data)
        said = Checkpoint.parse(note.text)
        same(Checkpoint.parse(said.text()), said)
    with refusals_told():
        evidence.shown(data, logs.KEY.verifier, [logs.WITNESS.verifier])


def proof(data: bytes) -> None:
    """A proof of an entry, or of growth, against a checkpoint that is given, signed or not."""
    older, latest = logs.checkpoint(7), logs.checkpoint()
    with refusals_told():
        inclusion = Inclusion.parse(data)
        same(inclusion.written(), data)
        same(inclusion.check(latest).number, inclusion.index + 1)
    with refusals_told():
        growth = Growth.parse(data)
        same(growth.written(), data)
        growth.check(latest, older)
    with refusals_told():
        evidence.shown(data, logs.KEY.verifier, older=logs.note(7))


def key(data: bytes) -> None:
    """The key of a log, either half; what is read is written as it was."""
    text = data.decode("utf-8", "surrogateescape")
    with refusals_told():
        same(str(VerifierKey.parse(text)), text)
    with refusals_told():
        same(SigningKey.parse(text).written(), text)


def stamp(data: bytes) -> None:
    """The reply of a time-stamping authority, and certificates."""
    stamped, trusted = (STAMPED.joinpath(name).read_bytes() for name in ("acme.checkpoint", "authority.pem"))
    with refusals_told():
        stamps.check(data, stamped, trusted)
    with refusals_told():
        stamps.check(STAMPED.joinpath("reply.tsr").read_bytes(), stamped, data)


# --- ledgers ----------------------------------------------------------------------------------------------


def store(data: bytes) -> None:
    """The file of a ledger: asked, verified and backed up; each needs the whole of it, and none changes it."""
    with TemporaryDirectory(dir=_IN_MEMORY) as folder:
        path = Path(folder).joinpath("a.ledger")
        path.write_bytes(data)
        with refusals_told(), Ledger.open(path, readonly=True) as ledger:
            for entry in ledger.entries():
                str(entry)
        with refusals_told(), closing(SqliteStore(path, readonly=True)) as opened:
            for issuer in opened.issuers():
                verify(opened, issuer)
        with refusals_told():
            back_up(path, f"{folder}/copy")
        same(path.read_bytes(), data)


PARSERS: Final[dict[str, Callable[[bytes], None]]] = {
    "json-lines": lines_of_json,
    "payload": payload,
    "leaf": leaf,
    "register-csv": register_as_csv,
    "workbook": workbook,
    "sheet": sheet,
    "holder-list": list_of_holders,
    "filing": filing,
    "words": words,
    "checkpoint": checkpoint,
    "proof": proof,
    "key": key,
    "stamp": stamp,
    "store": store,
}


# --- something honest to begin with -----------------------------------------------------------------------


@cache
def _base() -> dict[str, bytes]:
    """Return the parts of a sound package, whose one sheet is of positions."""
    return parts_of(sheets(Positions=[["Holder", "Shares", "Class"], ["Ada Quill", 400, "common"]]))


def _payloads() -> Iterator[bytes]:
    for path in sorted((GOLDEN / "payloads").glob("*.json")):
        yield path.read_bytes().rstrip(b"\n")


def _leaves() -> Iterator[bytes]:
    envelope = (
        b'{"actor":"counsel","command":"c","fmt":"ledger-leaf/1","issuer":"acme","number":"1","payload":"",'
        b'"recorded_at":"2026-01-01T12:00:00.000000Z"}'
    )
    for content in _payloads():
        if b'"kind":"common-issued"' in content:
            yield envelope + b"\n" + content


def _facts() -> Iterator[bytes]:
    for content in _payloads():
        with suppress(LedgerError):
            yield json_lines.write([codec.decode(content)])


def _sheets() -> Iterator[bytes]:
    yield _base()[FIRST_SHEET]
    cells = row(2, text_cell("A2", "Ada"), '<c r="B2" t="e"><f>A1/0</f><v>#DIV/0!</v></c>', more=' hidden="1"')
    after = '<mergeCells count="1"><mergeCell ref="A3:B4"/></mergeCells>'
    yield parts_of(
        raw_sheet(HEADINGS + cells, before='<cols><col min="1" max="2" hidden="1"/></cols>', after=after)
    )[FIRST_SHEET]


def _registers() -> Iterator[bytes]:
    names = [thing.name for thing in things.THINGS]
    for path in sorted((GOLDEN / "register").glob("*-*.csv")):
        yield bytes([names.index(path.stem.partition("-")[2])]) + path.read_bytes()


def _checkpoints() -> Iterator[bytes]:
    yield logs.note()
    yield cosign(Note.parse(logs.note()), logs.WITNESS, datetime(2026, 3, 1, tzinfo=UTC)).written()


def _proofs() -> Iterator[bytes]:
    yield logs.inclusion(14).written()
    yield logs.growth(7).written()


def _keys() -> Iterator[bytes]:
    for text in (str(logs.KEY.verifier), logs.KEY.written(), str(logs.WITNESS.verifier)):
        yield text.encode()


@cache
def _ledger() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder).joinpath("a.ledger")
        with Ledger.open(path, create=True) as ledger:
            ledger.record(*founding(), common_issued())
        return path.read_bytes()


_LIST: Final = b'\0Name,Shares,Holder ID,Account\nAda Quill,400,ada,CS-1\n"Fund, LP",600,,\nTotal,1000\n'
_WORDS: Final = (
    *("1000", "1,000", "0.004 USD", "1,400,000.50 USD", "1/20", "unlimited", "12.5 %", "2026-02-03", "EUR"),
    *("2026-05-09/2026-06-20", "03/04/2026", "45292", "1e9", "-0", "３", "h-0001", "Zoé", "NaN"),
)

SEEDS: Final[dict[str, Callable[[], Iterator[bytes]]]] = {
    "json-lines": _facts,
    "payload": _payloads,
    "leaf": _leaves,
    "register-csv": _registers,
    "workbook": lambda: iter([packed(_base())]),
    "sheet": _sheets,
    "holder-list": lambda: iter([_LIST]),
    "filing": lambda: (path.read_bytes() for path in sorted(FILINGS.iterdir())),
    "words": lambda: (word.encode() for word in _WORDS),
    "checkpoint": _checkpoints,
    "proof": _proofs,
    "key": lambda: (
        text.encode() for text in (str(logs.KEY.verifier), logs.KEY.written(), str(logs.WITNESS.verifier))
    ),
    "stamp": lambda: (STAMPED.joinpath(name).read_bytes() for name in ("reply.tsr", "authority.pem")),
    "store": lambda: iter([_ledger()]),
}


def words_of(parser: str) -> Iterator[str]:
    """Yield words that a parser knows, for those who look for what it does not stand."""
    shared = (r"\xef\xbb\xbf", r"\xe2\x80\xae", r"\xcc\x81", r"\xf0\x9f\x91\xa9", r"\\ud800", "1/3", "1e999999999")
    yield from shared
    if parser in ("json-lines", "payload", "leaf"):
        yield from KINDS
        fields = {key for seed in SEEDS[parser]() for key in re.findall(rb'"([a-z_]+)":', seed)}
        yield from sorted(field.decode() for field in fields)
    if parser == "filing":
        yield from CONCEPTS
        yield from ("ix:nonFraction", "contextRef", "unitRef", "decimals", "xbrli:context", "xbrldi:explicitMember")
    if parser in ("register-csv", "sheet"):
        columns = [column for thing in things.THINGS for column in thing.columns]
        yield from sorted({heading for column in columns for heading in (column.heading, *column.also)})
