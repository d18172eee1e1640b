"""What is kept beside a record is taken where it fits, and is as good as absent where anything of it is wrong."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from array import array
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.store.kept import LOOKED_AT, MAGIC, Kept, Piece, Shelf, shelf

NUMBERS = array("q", [1, -2, 1 << 62])
SMALL = array("i", range(5))
PIECES: dict[str, dict[str, Any]] = {
    "rows-0": {"changes": NUMBERS, "keys": SMALL},
    "names": {"text": b"h-1h-2", "none": array("i")},
}


def root_of(size: int, *, record: str = "acme", there: int = 1_000) -> bytes | None:
    """Return a root as a record of a thousand entries has it."""
    return sha256(f"{record} {size}".encode()).digest() if size <= there else None


def place(tmp_path: Path, part: str = "sums", *, layout: int = 1, mode: int | None = 0o600) -> Shelf:
    return shelf(tmp_path / "a.ledger", "acme", part, layout, root_of, mode)


def contents(kept: Kept) -> dict[str, dict[str, list[int]]]:
    """Return all numbers that are kept."""
    return {name: {array: [*piece[array]] for array in piece} for name, piece in kept.pieces.items()}


def written(tmp_path: Path) -> list[Path]:
    """Return the files there are, but for the one that is locked."""
    return sorted(path for path in tmp_path.glob("a.ledger.index/*/*") if path.name != "lock")


def test_what_is_kept_comes_back(tmp_path: Path) -> None:
    made = place(tmp_path).keep(10, {"wide": ["USD"]}, PIECES)

    kept = place(tmp_path).open()

    assert made is not None
    assert kept is not None
    assert (kept.size, kept.told) == (10, {"wide": ["USD"]})
    assert contents(kept) == contents(made)
    assert contents(kept) == {
        "rows-0": {"changes": [*NUMBERS], "keys": [*SMALL]},
        "names": {"text": [*b"h-1h-2"], "none": []},
    }


def test_the_files_are_byte_for_byte_those_that_the_layout_says(tmp_path: Path) -> None:
    place(tmp_path).keep(10, None, {"rows": {"keys": SMALL, "text": b"abc"}})

    assert [path.name for path in written(tmp_path)] == ["sums.1.rows", "sums.head"]
    head, piece = (tmp_path / "a.ledger.index" / "acme" / name for name in ("sums.head", "sums.1.rows"))
    first, text = head.read_bytes().split(b"\n")
    assert first == MAGIC + b" %08x" % crc32(text)
    assert json.loads(text) == {
        "part": "sums",
        "layout": 1,
        "issuer": "acme",
        "size": 10,
        "root": sha256(b"acme 10").hexdigest(),
        "told": None,
        "pieces": {
            "rows": {
                "file": "sums.1.rows",
                "arrays": [["keys", "i4", 64, 20, crc32(SMALL.tobytes())], ["text", "u1", 128, 3, crc32(b"abc")]],
            }
        },
    }
    assert piece.read_bytes() == MAGIC.ljust(64, b"\0") + SMALL.tobytes() + bytes(44) + b"abc"


def test_a_piece_that_is_kept_is_not_written_again_and_one_that_is_not_named_goes(tmp_path: Path) -> None:
    made = place(tmp_path).keep(10, None, PIECES)
    assert made is not None

    after = place(tmp_path).keep(20, None, {"rows-0": made.pieces["rows-0"], "rows-1": {"keys": SMALL}})

    assert after is not None
    assert [path.name for path in written(tmp_path)] == ["sums.1.rows-0", "sums.2.rows-1", "sums.head"]
    assert [*made.pieces["names"]["text"]] == [*b"h-1h-2"], "whoever looks at it still sees it"


def test_a_piece_whose_file_somebody_deleted_is_written_again(tmp_path: Path) -> None:
    made = place(tmp_path).keep(10, None, PIECES)
    assert made is not None
    for path in written(tmp_path):
        path.unlink()

    after = place(tmp_path).keep(10, None, {"names": {"other": SMALL}, "rows-0": made.pieces["rows-0"]})

    assert after is not None
    assert contents(after)["rows-0"] == contents(made)["rows-0"]


def test_the_parts_of_a_record_lie_apart(tmp_path: Path) -> None:
    place(tmp_path).keep(10, "sums", PIECES)
    place(tmp_path, "book").keep(20, "book", PIECES)
    place(tmp_path, "book").drop()

    assert place(tmp_path, "book").open() is None
    assert place(tmp_path).open() is not None


def head_that_says(**said: object) -> Callable[[Path], None]:
    """Return what changes a head as its own writer would."""

    def change(folder: Path) -> None:
        head = folder / "sums.head"
        told = json.dumps(json.loads(head.read_bytes().split(b"\n")[1]) | said).encode()
        head.write_bytes(MAGIC + b" %08x\n" % crc32(told) + told)

    return change


def cut(name: str, by: int) -> Callable[[Path], None]:
    return lambda folder: os.truncate(folder / name, (folder / name).stat().st_size + by)


def replaced(name: str, make: Callable[[Path], object]) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        (folder / name).rename(folder.parent / "elsewhere")
        make(folder / name)

    return change


def flipped(folder: Path) -> None:
    piece = folder / "sums.1.rows-0"
    data = bytearray(piece.read_bytes())
    data[70] ^= 1
    piece.write_bytes(data)


def one_piece(file: object, arrays: object) -> Callable[[Path], None]:
    return head_that_says(pieces={"rows-0": {"file": file, "arrays": arrays}})


@pytest.mark.parametrize(
    "change",
    [
        head_that_says(root=sha256(b"beta 10").hexdigest()),
        head_that_says(size=11),
        head_that_says(size=1_001),
        head_that_says(size="10"),
        head_that_says(layout=2),
        head_that_says(issuer="beta"),
        head_that_says(part="book"),
        head_that_says(pieces=[]),
        head_that_says(pieces={"rows-0": 1}),
        one_piece("../../elsewhere", []),
        one_piece("sums.head", []),
        one_piece("book.1.rows-0", []),
        one_piece("sums.1.rows-0", [["keys", "i4", 64, 1 << 40, 0]]),
        one_piece("sums.1.rows-0", [["keys", "i4", 64, -4, 0]]),
        one_piece("sums.1.rows-0", [["keys", "i4", 0, 20, 0]]),
        one_piece("sums.1.rows-0", [["keys", "f8", 64, 24, 0]]),
        one_piece("sums.1.rows-0", [["keys", "i4", 64.0, 20, 0]]),
        one_piece("sums.1.rows-0", [["keys", 1]]),
        cut("sums.1.rows-0", -1),
        cut("sums.1.rows-0", 1),
        cut("sums.1.names", -6),
        cut("sums.head", -1),
        flipped,
        replaced("sums.1.names", lambda path: None),
        replaced("sums.1.names", os.mkdir),
        replaced("sums.1.names", os.mkfifo),
        replaced("sums.1.names", lambda path: path.symlink_to("/dev/zero")),
        replaced("sums.head", os.mkfifo),
        replaced("sums.head", lambda path: path.write_bytes(b"")),
        replaced("sums.head", lambda path: path.write_bytes(os.urandom(1_000))),
        replaced("sums.head", lambda path: path.symlink_to(path.parent.parent / "elsewhere")),
    ],
)
def test_whatever_is_wrong_with_it_it_is_as_good_as_absent_and_is_made_anew(
    tmp_path: Path, change: Callable[[Path], None]
) -> None:
    shelf = place(tmp_path)
    shelf.keep(10, None, PIECES)
    change(shelf.folder)

    assert shelf.open() is None
    made = shelf.keep(10, None, PIECES)

    assert made is not None
    assert contents(made)["rows-0"]["changes"] == [*NUMBERS]


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_head_of_any_bytes_is_no_head(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    shelf = place(tmp_path_factory.mktemp("kept"))
    shelf.keep(10, None, PIECES)
    head = shelf.folder / "sums.head"
    text = bytearray(head.read_bytes())
    at = data.draw(st.integers(0, len(text) - 1))
    text[at] ^= data.draw(st.integers(1, 255))
    head.write_bytes(text)

    assert shelf.open() is None


def test_a_bit_of_a_long_array_is_found_by_whoever_looks_at_all_of_it(tmp_path: Path) -> None:
    shelf = place(tmp_path)
    made = shelf.keep(10, None, {"rows": {"keys": bytes(LOOKED_AT + 1)}})
    assert made is not None
    assert made.pieces["rows"].is_sound()
    path = shelf.folder / "sums.1.rows"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)

    found = shelf.open()
    assert found is not None
    assert not found.pieces["rows"].is_sound()


def test_nothing_is_kept_where_nothing_may_be_written(tmp_path: Path) -> None:
    assert place(tmp_path, mode=None).keep(10, None, PIECES) is None
    assert [*tmp_path.iterdir()] == []
    (tmp_path / "a.ledger.index").write_text("no folder")

    assert place(tmp_path).keep(10, None, PIECES) is None
    assert place(tmp_path).open() is None


def test_nothing_is_kept_of_more_than_there_is(tmp_path: Path) -> None:
    assert place(tmp_path).keep(1_001, None, PIECES) is None
    assert place(tmp_path).keep(0, None, PIECES) is None


@pytest.mark.parametrize("call", ["fsync", "replace", "fchmod"])
def test_a_full_disk_leaves_what_was_kept_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    shelf = place(tmp_path)
    before = shelf.keep(10, None, PIECES)

    def full(*given: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, call, full)
        assert shelf.keep(20, None, PIECES) is None

    found = shelf.open()
    assert found is not None
    assert before is not None
    assert (found.size, contents(found)) == (10, contents(before))
    assert [path.name for path in written(tmp_path)] == ["sums.1.names", "sums.1.rows-0", "sums.head"]


def test_only_one_writes_at_a_time_and_whoever_covers_less_goes_without(tmp_path: Path) -> None:
    one, other = place(tmp_path), place(tmp_path)

    with one._alone():
        assert other.keep(10, None, PIECES) is None
    assert one.keep(20, None, PIECES) is not None
    assert other.keep(20, None, PIECES) is None
    assert other.keep(30, None, PIECES) is not None


@pytest.mark.parametrize(("mode", "of_folder"), [(0o600, 0o700), (0o640, 0o750), (0o664, 0o775)])
def test_whoever_may_read_the_ledger_may_read_what_is_kept_and_nobody_else(
    tmp_path: Path, mode: int, of_folder: int
) -> None:
    shelf = place(tmp_path, mode=mode)
    shelf.keep(10, None, PIECES)

    assert {path.stat().st_mode & 0o777 for path in written(tmp_path)} == {mode}
    assert {path.stat().st_mode & 0o777 for path in (shelf.folder, shelf.folder.parent)} == {of_folder}


_KILLED = """
import os, signal, sys
from pathlib import Path
from tests.ledger.test_kept import PIECES, place

left = int(sys.argv[2])

def counted(function):
    def call(*given, **named):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*given, **named)
    return call

for name in ("fsync", "replace", "unlink", "fchmod"):
    setattr(os, name, counted(getattr(os, name)))
place(Path(sys.argv[1])).keep(20, "after", {"rows-0": PIECES["rows-0"]})
"""


@pytest.mark.parametrize("steps", range(10))
def test_whoever_is_killed_while_writing_leaves_what_was_there_or_what_was_to_come(
    tmp_path: Path, steps: int
) -> None:
    place(tmp_path).keep(10, "before", PIECES)

    ended = subprocess.run([sys.executable, "-c", _KILLED, tmp_path, str(steps)], check=False).returncode

    found = place(tmp_path).open()
    assert found is not None
    assert (found.size, found.told) == ((10, "before") if steps < 5 else (20, "after"))
    assert ended == (-signal.SIGKILL if steps < 8 else 0)
    assert place(tmp_path).keep(30, "next", PIECES) is not None
    assert [path.name for path in written(tmp_path) if re.search("rows|names", path.name)] == [
        path.name for path in written(tmp_path) if path.name != "sums.head"
    ]
    assert len(written(tmp_path)) == 3, "what the killed one left is swept away"


def test_an_array_of_anything_but_whole_numbers_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="are not kept"):
        place(tmp_path).keep(10, None, {"rows": {"floats": array("d", [1])}})
    with pytest.raises(ValueError, match="no name of a piece"):
        place(tmp_path).keep(10, None, {"../rows": {"keys": SMALL}})
    assert written(tmp_path) == []


def test_a_piece_tells_its_arrays(tmp_path: Path) -> None:
    made = place(tmp_path).keep(10, None, PIECES)

    assert made is not None
    piece = made.pieces["rows-0"]
    assert isinstance(piece, Piece)
    assert ([*piece], len(piece), piece["keys"].format, piece["changes"].itemsize) == (
        ["changes", "keys"],
        2,
        "i",
        8,
    )


def test_numbers_of_64_bits_come_back_under_the_name_by_which_numpy_counts_quickly(tmp_path: Path) -> None:
    kept = place(tmp_path).keep(10, None, PIECES)

    assert kept is not None
    assert np.asarray(kept.pieces["rows-0"]["changes"]).dtype.char == np.dtype(np.int64).char
