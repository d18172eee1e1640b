"""The parts of an .xlsx file: no more than they may be, and what a reader of values does not tell about them.

What could go wrong here, and why it does not:

- *A small file unpacks into everything.* Sizes are checked before anything is unpacked, and what is unpacked is
  counted, since a directory may lie. Two cells at opposite corners of a sheet would make a table of billions: the
  corner is checked too.
- *The file does more than hold cells.* Only the parts that hold cells are taken out and put into a package of our
  own; macros, links, pictures and entities stay behind.
- *A reader gives an empty cell.* For an error, and for a formula that was never computed, readers do. The XML is
  looked through once to know these cells, with hidden rows and merged cells.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Final
from xml.parsers import expat

import attrs

from ledger.errors import NotUnderstood
from ledger.exchange.register.cells import (
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_ROWS,
    Range,
    Unreadable,
    printed,
    refused_size,
)

MAX_UNPACKED_BYTES: Final = 200_000_000
MAX_RATIO: Final = 100
MAX_PARTS: Final = 2_000
MAX_SHEETS: Final = 50
_SMALL: Final = 1_000_000
"""Below this many bytes the ratio says nothing: a few cells of one kind pack very well."""

_PARTS: Final = re.compile(
    r"_rels/\.rels|xl/(workbook\w*\.xml|_rels/workbook\w*\.xml\.rels|sharedStrings\w*\.xml|styles\w*\.xml"
    r"|worksheets/[^/]+\.xml)",
    re.ASCII,
)
_ROOT: Final = "_rels/.rels"
_MAIN: Final = "xl/workbook.xml"
_TO_MAIN: Final = (
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1"'
    b' Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"'
    b' Target="xl/workbook.xml"/></Relationships>'
)
_CORNER: Final = re.compile(r"\$?([A-Z]{1,3})\$?([1-9][0-9]{0,6})", re.ASCII)
_OTHER_FILE: Final = re.compile(r"\[\d+\]", re.ASCII)
_TRUE: Final = ("1", "true")
_NOT_COMPUTED: Final = "open the file in a spreadsheet program and save it, or write the value"


@attrs.frozen(kw_only=True)
class Part:
    """A sheet of the package.

    Attributes:
        name: Its name.
        hidden: Whether it is hidden.
        odd: Cells that no reader of values tells apart from empty ones, by row and column from 0.
        hidden_rows: Rows that are hidden.
        hidden_columns: Columns that are hidden.
        merged: Cells that are merged.
    """

    name: str
    hidden: bool
    odd: Mapping[tuple[int, int], Unreadable] = attrs.field(hash=False)
    hidden_rows: frozenset[int]
    hidden_columns: frozenset[int]
    merged: tuple[Range, ...]


@attrs.frozen
class Package:
    """What of a file holds cells.

    Attributes:
        sheets: Its sheets, in order.
        data: A package of these parts alone.
        counts_from_1904: Whether its days are counted from 1904.
    """

    sheets: tuple[Part, ...]
    data: bytes = attrs.field(repr=False)
    counts_from_1904: bool


def opened(data: bytes, name: str) -> Package:
    """Return the parts of a file that hold cells.

    Raises:
        NotUnderstood: ``E_FILE``, ``E_XML`` or ``E_LIMIT``: the file is no workbook, is damaged, or too large.
    """
    parts = _unpacked(data, name)
    root = _Links("officeDocument", "")
    _parsed(parts.get(_ROOT, b"<none/>"), _ROOT, name, root.start)
    main = next((target for target in root.targets.values() if target in parts), None)
    if main is None:
        raise NotUnderstood("E_FILE", "it is a ZIP file without a workbook in it", "give an .xlsx file", name)
    book, links = _Workbook(), _Links("worksheet", "xl/")
    _parsed(parts[main], main, name, book.start)
    _parsed(parts.get(_links_of(main), b"<none/>"), _links_of(main), name, links.start)
    sheets, looked_through = [], {main}
    for title, link, hidden in book.sheets:
        target = links.targets.get(link, "")
        if target in parts:  # else a chart on a sheet of its own
            found = _SheetScan(f"{name} {printed(title)}", computed=book.computed)
            _parsed(parts[target], target, name, found.start, found.end, found.text)
            sheets.append(found.part(title, hidden=hidden))
            looked_through.add(target)
    for part in parts.keys() - looked_through:
        _parsed(parts[part], part, name)
    if len(sheets) > MAX_SHEETS:
        raise refused_size(name, f"the workbook has {len(sheets)} sheets", f"at most {MAX_SHEETS}")
    usual = {main: _MAIN, _links_of(main): _links_of(_MAIN)}  # which is where readers look
    renamed = {usual.get(part, part): content for part, content in parts.items()} | {_ROOT: _TO_MAIN}
    return Package(tuple(sheets), _packed(renamed), book.counts_from_1904)


def _links_of(main: str) -> str:
    return f"xl/_rels/{main[3:]}.rels"


# --- the archive ------------------------------------------------------------------------------------------


def _unpacked(data: bytes, name: str) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            wanted = _wanted(archive.infolist(), len(data), name)
            return {info.filename: _content(archive, info, name) for info in wanted}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError) as error:
        if isinstance(error, NotUnderstood):
            raise
        hint = "save the workbook again, or fetch another copy"
        raise NotUnderstood("E_FILE", "the workbook is damaged, or was cut off", hint, name) from None


def _wanted(infos: list[zipfile.ZipInfo], packed: int, name: str) -> list[zipfile.ZipInfo]:
    if len(infos) > MAX_PARTS:
        raise refused_size(name, f"the workbook has {len(infos):,} parts", f"at most {MAX_PARTS:,}")
    unpacked = sum(info.file_size for info in infos)
    if unpacked > MAX_UNPACKED_BYTES:
        limit = f"at most {MAX_UNPACKED_BYTES:,}"
        raise refused_size(name, f"the workbook unpacks to {unpacked:,} bytes", limit)
    if unpacked > max(_SMALL, MAX_RATIO * packed):
        limit = f"at most {MAX_RATIO} times its size"
        raise refused_size(name, f"the workbook unpacks to {unpacked // packed:,} times its size", limit)
    wanted = [info for info in infos if _PARTS.fullmatch(info.filename)]
    if any(info.flag_bits & 1 for info in wanted):
        raise NotUnderstood("E_FILE", "the workbook is protected by a password", "save it without one", name)
    if len({info.filename for info in wanted}) < len(wanted):
        raise NotUnderstood("E_FILE", "the workbook has a part twice", "save the workbook again", name)
    return wanted


def _content(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> bytes:
    """Return a part; it ends where the directory says, and its check sum has to fit."""
    content = archive.read(info)
    if len(content) != info.file_size:
        raise zipfile.BadZipFile
    return content


def _packed(parts: Mapping[str, bytes]) -> bytes:
    """Return a package of these parts, with nothing that a reader would have to trust."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for part, content in parts.items():
            archive.writestr(zipfile.ZipInfo(part), content)
    return made.getvalue()


# --- the XML ----------------------------------------------------------------------------------------------

_Start = Callable[[str, dict[str, str]], None]
_Text = Callable[[str], None]


def _parsed(
    content: bytes,
    part: str,
    name: str,
    start: _Start | None = None,
    end: _Text | None = None,
    text: _Text | None = None,
) -> None:
    """Walk through XML; names lose their prefix, and a document type is refused with all it could bring."""
    parser = expat.ParserCreate()

    def refuse(*unused: object) -> None:
        raise NotUnderstood("E_XML", f"{part} declares a document type", "save the workbook again", name)

    parser.StartDoctypeDeclHandler = refuse
    parser.buffer_text = True
    if start is not None:
        parser.StartElementHandler = start
    if end is not None:
        parser.EndElementHandler = end
    if text is not None:
        parser.CharacterDataHandler = text
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        where = f"line {error.lineno} column {error.offset + 1}"
        what = f"{part} is not well-formed XML at {where}"
        raise NotUnderstood("E_XML", what, "save the workbook again", name) from None
    except (LookupError, ValueError) as error:
        if isinstance(error, NotUnderstood):
            raise
        raise NotUnderstood("E_XML", f"{part} is in no known encoding", "save the workbook again", name) from None


def _local(tag: str) -> str:
    return tag.rpartition(":")[2]


class _Workbook:
    """Takes from the workbook its sheets, and how it counts days."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, str, bool]] = []
        self.counts_from_1904 = False
        self.computed = True

    def start(self, tag: str, values: dict[str, str]) -> None:
        match _local(tag):
            case "sheet":
                link = next((value for key, value in values.items() if _local(key) == "id" and ":" in key), "")
                hidden = values.get("state", "visible") != "visible"
                self.sheets.append((values.get("name", ""), link, hidden))
            case "workbookPr":
                self.counts_from_1904 = values.get("date1904") in _TRUE
            case "calcPr":
                # Said by programs that write formulas and leave computing them to the one that opens the file.
                self.computed = values.get("fullCalcOnLoad") not in _TRUE
            case _:
                pass


class _Links:
    """Takes the parts that links of a kind lead to.

    Args:
        kind: How the type of the link ends.
        folder: Where links begin that do not begin at the top.
    """

    def __init__(self, kind: str, folder: str) -> None:
        self._kind, self._folder = f"/{kind}", folder
        self.targets: dict[str, str] = {}

    def start(self, tag: str, values: dict[str, str]) -> None:
        if _local(tag) == "Relationship" and values.get("Type", "").endswith(self._kind):
            target = values.get("Target", "")
            self.targets[values.get("Id", "")] = target[1:] if target.startswith("/") else self._folder + target


class _SheetScan:
    """Looks through a sheet for what readers of values leave out."""

    def __init__(self, place: str, *, computed: bool) -> None:
        self._place, self._computed = place, computed
        self._row = self._column = -1
        self._cells = 0
        self._kind = ""
        self._value: bool = False
        self._formula: list[str] | None = None
        self._in = ""
        self._printed: list[str] = []
        self._odd: dict[tuple[int, int], Unreadable] = {}
        self._hidden_rows: set[int] = set()
        self._hidden_columns: set[int] = set()
        self._merged: list[Range] = []

    def start(self, tag: str, values: dict[str, str]) -> None:
        match _local(tag):
            case "c":
                self._begin_cell(values)
            case "row":
                self._begin_row(values)
            case "v" | "is" as inner:
                self._value, self._in = inner == "is" or self._value, inner
            case "f":
                self._formula, self._in = [], "f"
            case "col" if values.get("hidden") in _TRUE:
                first, last = (_number(values.get(key), self._place) for key in ("min", "max"))
                self._hidden_columns |= set(range(first - 1, min(last, MAX_COLUMNS)))
            case "mergeCell":
                self._merged.append(self._range(values.get("ref", "")))
            case _:
                pass

    def text(self, text: str) -> None:
        if self._in == "f" and self._formula is not None:
            self._formula.append(text)
        elif self._in == "v":
            self._value = True
            if self._kind == "e":
                self._printed.append(text)

    def end(self, tag: str) -> None:
        local = _local(tag)
        if local == "c":
            self._end_cell()
        elif local in ("v", "f", "is"):
            self._in = ""

    def part(self, name: str, *, hidden: bool) -> Part:
        """Return what was found."""
        return Part(
            name=name,
            hidden=hidden,
            odd=self._odd,
            hidden_rows=frozenset(self._hidden_rows),
            hidden_columns=frozenset(self._hidden_columns),
            merged=tuple(self._merged),
        )

    def _begin_row(self, values: dict[str, str]) -> None:
        self._row = _number(values["r"], self._place) - 1 if "r" in values else self._row + 1
        self._column = -1
        if values.get("hidden") in _TRUE:
            self._hidden_rows.add(self._row)

    def _begin_cell(self, values: dict[str, str]) -> None:
        self._cells += 1
        if self._cells > 2 * MAX_CELLS:  # empty ones that have a format are many in honest files, too
            raise refused_size(self._place, "the sheet has too many cells", f"at most {MAX_CELLS:,}")
        if "r" in values:
            self._row, self._column = self._corner(values["r"])
        else:
            self._column += 1
        self._kind = values.get("t", "n")
        self._value, self._formula, self._in = False, None, ""
        self._printed.clear()

    def _end_cell(self) -> None:
        formula = self._formula
        if formula is None and not self._value:
            return
        if self._row >= MAX_ROWS or self._column >= MAX_COLUMNS:
            limit = f"at most {MAX_ROWS:,} rows and {MAX_COLUMNS} columns"
            place = Range(self._row, self._column, self._row, self._column)
            raise refused_size(self._place, f"cell {str(place).partition(':')[0]} is filled", limit)
        found = self._oddness(formula)
        if found is not None:
            self._odd[self._row, self._column] = found

    def _oddness(self, formula: list[str] | None) -> Unreadable | None:
        if self._kind == "e":
            error = printed("".join(self._printed), 12)
            return Unreadable("E_CELL", f"the cell holds the error {error}", "mend the formula, or write the value")
        if formula is None:
            return None
        if _OTHER_FILE.search("".join(formula)):
            return Unreadable("E_CELL", "the formula looks into another file", "write the value")
        if not self._computed or (not self._value and self._kind != "str"):
            return Unreadable("E_CELL", "the formula has not been computed", _NOT_COMPUTED)
        return None

    def _corner(self, reference: str) -> tuple[int, int]:
        match = _CORNER.fullmatch(reference)
        if match is None:
            what = f"{printed(reference, 12)} is no cell"
            raise NotUnderstood("E_XML", what, "save the workbook again", self._place)
        column = 0
        for letter in match[1]:
            column = column * 26 + ord(letter) - ord("A") + 1
        return int(match[2]) - 1, column - 1

    def _range(self, reference: str) -> Range:
        first, _, last = reference.partition(":")
        return Range(*self._corner(first), *self._corner(last or first))


def _number(text: str | None, place: str) -> int:
    if text is None or not re.fullmatch(r"[1-9][0-9]{0,6}", text, re.ASCII):
        raise NotUnderstood(
            "E_XML", f"{printed(str(text), 12)} is no row or column", "save the workbook again", place
        )
    return int(text)
