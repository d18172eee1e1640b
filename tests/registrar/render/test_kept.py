"""Answers in files, compared with those that were kept; pages, compared with those that were looked at."""

import pytest

from registrar.render import SUFFIXES
from tests.golden import make_formats

TEXTS = {path.name: path.read_bytes() for path in make_formats.FORMATS.iterdir()}
PAGES = {path.name: path.read_bytes() for path in make_formats.PAGES.iterdir()}
AGAIN = "python -m tests.golden.make_formats keeps them; look at what changed"


@pytest.fixture(scope="module")
def texts() -> dict[str, bytes]:
    return dict(make_formats.texts())


@pytest.fixture(scope="module")
def pages() -> dict[str, tuple[int, int, bytes]]:
    return dict(make_formats.pages())


def test_there_is_a_file_for_every_answer_and_a_picture_for_every_page(
    texts: dict[str, bytes], pages: dict[str, tuple[int, int, bytes]]
) -> None:
    assert sorted(texts) == sorted(TEXTS), AGAIN
    assert sorted(pages) == sorted(PAGES), AGAIN
    assert {f".{name.rpartition('.')[2]}" for name in TEXTS} <= set(SUFFIXES)


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_a_file_is_written_as_it_was_kept(name: str, texts: dict[str, bytes]) -> None:
    assert texts[name] == TEXTS[name], AGAIN


def difference(one: bytes, other: bytes) -> float:
    """Return by how much two pictures differ, point by point: 0 where they are the same, 255 at most."""
    return sum(abs(a - b) for a, b in zip(one, other, strict=True)) / len(one)


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_page_looks_as_it_was_kept(name: str, pages: dict[str, tuple[int, int, bytes]]) -> None:
    width, height, points = pages[name]
    kept_width, kept_height, kept = make_formats.read_png(PAGES[name])

    assert (width, height) == (kept_width, kept_height)
    assert difference(points, kept) < 0.5, AGAIN  # another release may draw edges a little softer


def test_a_page_that_is_set_otherwise_would_be_noticed(pages: dict[str, tuple[int, int, bytes]]) -> None:
    width, _, points = pages["founding-show-1.png"]
    moved = points[3 * width :] + points[: 3 * width]

    assert difference(points, moved) > 0.5
    assert make_formats.read_png(make_formats.png(*pages["founding-show-1.png"]))[2] == points
