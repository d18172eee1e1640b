"""The collector rests for as long as anybody wants it to, and then does as it did before."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from itertools import permutations

import pytest

from ledger.collector import collector_at_rest


@pytest.fixture(params=[True, False], ids=["looking", "off"])
def looks(request: pytest.FixtureRequest) -> Iterator[bool]:
    before = gc.isenabled()
    (gc.enable if request.param else gc.disable)()
    yield request.param
    (gc.enable if before else gc.disable)()


@pytest.mark.parametrize("order", [*permutations(range(3))])
def test_whoever_ends_first_leaves_the_others_their_rest(looks: bool, order: tuple[int, ...]) -> None:
    resting = [collector_at_rest() for _ in order]
    for each in resting:
        each.__enter__()

    for place in order:
        assert not gc.isenabled()
        resting[place].__exit__(None, None, None)

    assert gc.isenabled() is looks
