"""A commit whose answer is lost counts once, and is neither called refused nor a conflict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import cycle
from pathlib import Path
from unittest.mock import patch

from ledger import Ledger
from ledger.errors import LedgerError, OutcomeUnknown
from tests.builders import common_issued, founding
from tests.durability.conftest import Figure
from tests.durability.proxy import Cut, Proxy
from tests.durability.sizes import size
from tests.server import shared


@contextmanager
def through_a_proxy(folder: Path) -> Iterator[tuple[Proxy, Ledger, Ledger]]:
    """Yield a proxy, a ledger behind it, and the same ledger without it; founded."""
    server = shared()
    url, keys = server.empty("a"), folder / "a.keys"
    with Proxy(server, folder) as proxy, Ledger.open(url, create=True, keys=keys) as ledger:
        ledger.record(*founding())
        with Ledger.open(proxy.url("a")) as behind:
            yield proxy, behind, ledger


def found(ledger: Ledger) -> Counter[str]:
    """Return how many entries each command has, the founding apart."""
    return Counter(str(entry.command) for entry in ledger.entries()[len(founding()) :])


def lose_replies(folder: Path, *, replies: int = 9) -> str:
    """Cut so many commits off, before, during and after; each has to be a success, with one effect."""
    recorded = [f"c-{number}" for number in range(replies)]
    with through_a_proxy(folder) as (proxy, behind, ledger):
        for command, cut in zip(recorded, cycle(Cut), strict=False):
            proxy.lose(cut)
            outcome = behind.record(common_issued(), command=command)
            assert not outcome.repeated, f"{command}, cut {cut.value}, was taken for another's"
        assert proxy.lost == replies
        assert found(ledger) == dict.fromkeys(recorded, 1)
    return f"{replies} of {replies} lost answers settled"


def lose_replies_while_others_write(folder: Path, *, replies: int = 3) -> str:
    """Have another record just after the connection broke; both count once."""
    mine = [f"c-{number}" for number in range(replies)]
    others = [f"other-{command}" for command in mine]
    with through_a_proxy(folder) as (proxy, behind, ledger):
        for command, other, cut in zip(mine, others, cycle(Cut), strict=False):
            proxy.lose(cut, then=partial(ledger.record, common_issued(), command=other))
            behind.record(common_issued(), command=command)
        assert proxy.lost == replies
        assert found(ledger) == dict.fromkeys([*mine, *others], 1)
    return f"{replies} of {replies} settled while another wrote"


def lose_the_server(folder: Path) -> str:
    """Let the server stay away after a lost answer: the outcome is unknown, and the same command settles it."""
    with through_a_proxy(folder) as (proxy, behind, ledger), patch("ledger.store.postgres._PAUSES", (0, 0)):
        for cut, was_there in ((Cut.BEFORE, False), (Cut.AFTER, True)):
            command = f"c-{cut.name.lower()}"
            proxy.lose(cut, then=lambda: setattr(proxy, "away", True))
            error = _refused(behind, command)
            assert isinstance(error, OutcomeUnknown), f"{command}, cut {cut.value}, was called {error.code}"
            assert error.command == command
            proxy.away = False
            assert behind.record(common_issued(), command=command).repeated is was_there
        assert found(ledger) == {"c-before": 1, "c-after": 1}
    return "2 of 2 unknown outcomes settled by giving the command again"


def _refused(ledger: Ledger, command: str) -> LedgerError:
    try:
        ledger.record(common_issued(), command=command)
    except LedgerError as error:
        return error
    raise AssertionError(f"{command} was recorded without a server")


def test_a_lost_answer_is_settled(tmp_path: Path, figure: Figure) -> None:
    figure(lose_replies(tmp_path, replies=size(18, 100)))


def test_a_lost_answer_is_settled_though_another_came_between(tmp_path: Path, figure: Figure) -> None:
    figure(lose_replies_while_others_write(tmp_path, replies=size(6, 30)))


def test_an_outcome_is_unknown_while_the_server_stays_away(tmp_path: Path, figure: Figure) -> None:
    figure(lose_the_server(tmp_path))
