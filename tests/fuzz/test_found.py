"""Each parser is given what it once did not stand, something honest, and that with a few bytes changed."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.fuzz.parsers import PARSERS, SEEDS

FOUND = Path(__file__).parent / "found"


def kept() -> Iterator[tuple[str, Path]]:
    """Yield each parser with each input that it once did not stand."""
    for parser in PARSERS:
        for path in sorted((FOUND / parser).glob("*")):
            yield parser, path


@pytest.mark.parametrize(("parser", "path"), [*kept()], ids=lambda value: getattr(value, "name", value))
def test_what_was_found_is_answered_or_refused(parser: str, path: Path) -> None:
    PARSERS[parser](path.read_bytes())


@pytest.mark.parametrize("parser", PARSERS)
def test_honest_input_is_answered_or_refused(parser: str) -> None:
    seeds = [*SEEDS[parser]()]

    assert seeds
    for seed in seeds:
        PARSERS[parser](seed)


@pytest.mark.parametrize("parser", PARSERS)
def test_honest_input_with_a_few_bytes_changed_is_answered_or_refused(parser: str) -> None:
    drawn = Random(parser)
    seeds = [*SEEDS[parser]()]

    for _ in range(200):
        data = bytearray(drawn.choice(seeds))
        for _ in range(drawn.randint(1, 4)):
            at = drawn.randrange(len(data))
            data[at : at + drawn.randint(0, 2)] = drawn.randbytes(drawn.randint(0, 2))
        PARSERS[parser](bytes(data))
