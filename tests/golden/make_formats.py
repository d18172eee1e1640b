"""Write answers in every format that is text, and draw pages: ``python -m tests.golden.make_formats``.

Look at what changed before you commit it: ``formats/`` is what programs read, ``pages/`` is what people print.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pypdfium2  # type: ignore[import-untyped]
from click.testing import CliRunner

from registrar.cli import main
from tests.golden import make_tables

FORMATS: Final = Path(__file__).parent / "formats"
PAGES: Final = Path(__file__).parent / "pages"

ASKED: Final = {
    "founding-show": ["show", "--as-of", "2017-06-01"],
    "founding-commitments": ["commitments", "--as-of", "2017-06-01"],
    "founding-rollforward": [
        *("rollforward", "boone", "common"),
        *("--after", "2017-05-04", "--through", "2017-06-01"),
    ],
    "founding-explain": ["explain", "boone", "common", "--as-of", "2017-06-01"],
    "founding-log": ["log", "--late-for", "2017-06-20"],
    "acme-show": ["show", "--as-of", "2026-07-01"],
    "acme-commitments": ["commitments", "--as-of", "2026-04-01"],
}
TEXTS: Final = ("csv", "md", "json")
"""Formats that are kept as files."""
PRINTED: Final = ("founding-show", "founding-commitments", "founding-log", "founding-explain")
"""Answers whose pages are drawn, of a record without persons: names of persons are salted, and so is the digest."""


def answers(form: str) -> Iterator[tuple[str, bytes]]:
    """Yield each question by its name, and the answer in a format."""
    with TemporaryDirectory() as folder:
        made = {"founding": Path(folder) / "founding.db", "acme": Path(folder) / "acme.db"}
        make_tables.founding_case(made["founding"])
        make_tables.acme(made["acme"])
        for name, args in ASKED.items():
            result = CliRunner().invoke(
                main, [*args, "-o", form], env={"CAPTABLE_FILE": str(made[name.split("-")[0]])}
            )
            assert result.exit_code == 0, result.output
            yield name, result.stdout_bytes


def texts() -> Iterator[tuple[str, bytes]]:
    """Yield the name of each file, and what it holds; names of persons are salted, and so is a digest over them."""
    for form in TEXTS:
        for name, data in answers(form):
            salted = name.startswith("acme")
            yield f"{name}.{form}", re.sub(rb"`[0-9a-f]{64}`", b"`(salted)`", data) if salted else data


def pages() -> Iterator[tuple[str, tuple[int, int, bytes]]]:
    """Yield the name of each picture, and the page drawn: width, height, and a byte of grey for each point."""
    for name, data in answers("pdf"):
        if name in PRINTED:
            with closing(pypdfium2.PdfDocument(data)) as document:
                for number, page in enumerate(document, 1):
                    image = page.render(scale=1, grayscale=True)
                    points = bytes(image.buffer)
                    lines = [points[at * image.stride :][: image.width] for at in range(image.height)]
                    yield f"{name}-{number}.png", (image.width, image.height, b"".join(lines))


def png(width: int, height: int, points: bytes) -> bytes:
    """Return a picture in grey as PNG."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    lines = b"".join(b"\0" + points[at * width : (at + 1) * width] for at in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(lines, 9)) + chunk(b"IEND", b"")
    )


def read_png(data: bytes) -> tuple[int, int, bytes]:
    """Return the points of a picture that was made here."""
    width, height = struct.unpack(">II", data[16:24])
    start = data.index(b"IDAT") + 4
    length = struct.unpack(">I", data[start - 8 : start - 4])[0]
    lines = zlib.decompress(data[start : start + length])
    return width, height, b"".join(lines[at * (width + 1) + 1 : (at + 1) * (width + 1)] for at in range(height))


def keep() -> None:
    """Write every file, and remove those that are no more."""
    made = {FORMATS / name: data for name, data in texts()}
    made |= {PAGES / name: png(*page) for name, page in pages()}
    for folder in (FORMATS, PAGES):
        folder.mkdir(exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
    for path, data in made.items():
        path.write_bytes(data)


if __name__ == "__main__":
    keep()
