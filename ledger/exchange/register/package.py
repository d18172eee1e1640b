"""The parts of an .xlsx file that hold cells, and no more of them than there may be.

What could go wrong here, and why it does not:

- *A small file unpacks into everything.* Sizes are checked before anything is unpacked, and what is unpacked is
  counted, since a directory may lie. Two cells at opposite corners of a sheet would make a table of billions: the
  corner is checked too.
- *The file does more than hold cells.* Only the parts that hold cells are taken out and put into a package of our
  own; macros, links, pictures and entities stay behind.
- *A reader gives an empty cell.* For an error, and for a formula that was never computed, readers do. The XML is
  looked through once to know these cells (see ``scan``).
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Mapping
from io import BytesIO
from typing import Final

import attrs

from ledger.errors import NotUnderstood
from ledger.exchange.register.cells import printed, refused_size
from ledger.exchange.register.scan import TRUE, Part, SheetScan, local, parsed

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
    parsed(parts.get(_ROOT, b"<none/>"), _ROOT, name, root.start)
    main = next((target for target in root.targets.values() if target in parts), None)
    if main is None:
        raise NotUnderstood("E_FILE", "it is a ZIP file without a workbook in it", "give an .xlsx file", name)
    book, links = _Workbook(), _Links("worksheet", "xl/")
    parsed(parts[main], main, name, book.start)
    parsed(parts.get(_links_of(main), b"<none/>"), _links_of(main), name, links.start)
    sheets, looked_through = [], {main}
    for title, link, hidden in book.sheets:
        target = links.targets.get(link, "")
        if target in parts:  # else a chart on a sheet of its own
            found = SheetScan(f"{name} {printed(title)}", computed=book.computed)
            parsed(parts[target], target, name, found.start, found.end, found.text)
            sheets.append(found.part(title, hidden=hidden))
            looked_through.add(target)
    for part in parts.keys() - looked_through:
        parsed(parts[part], part, name)
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


class _Workbook:
    """Takes from the workbook its sheets, and how it counts days."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, str, bool]] = []
        self.counts_from_1904 = False
        self.computed = True

    def start(self, tag: str, values: dict[str, str]) -> None:
        match local(tag):
            case "sheet":
                link = next((value for key, value in values.items() if local(key) == "id" and ":" in key), "")
                hidden = values.get("state", "visible") != "visible"
                self.sheets.append((values.get("name", ""), link, hidden))
            case "workbookPr":
                self.counts_from_1904 = values.get("date1904") in TRUE
            case "calcPr":
                # Said by programs that write formulas and leave computing them to the one that opens the file.
                self.computed = values.get("fullCalcOnLoad") not in TRUE
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
        if local(tag) == "Relationship" and values.get("Type", "").endswith(self._kind):
            target = values.get("Target", "")
            self.targets[values.get("Id", "")] = target[1:] if target.startswith("/") else self._folder + target
