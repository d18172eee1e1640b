"""What facts whose day is open may change: few at any moment, however many there were."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ledger.columns.layers import Growing
from ledger.columns.sums import put_together, split_into_limbs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from ledger.columns.layers import Layer
    from ledger.columns.sums import Small, Whole


def _types(limbs: int) -> Mapping[str, type[np.signedinteger[Any]]]:
    names = ("begins", "settles", "known", "facts", "accounts")
    return {**dict.fromkeys(names, np.int32), **{f"limb-{limb}": np.int64 for limb in range(limbs)}}


class OpenDays(Growing):
    """Changes that may have come, from one stage of a moment until another at which they certainly have.

    Each is of one account; what one fact changes is netted. A correction takes back what a fact may change, and is
    known from its own entry on.

    Args:
        limbs: Of how many limbs each change is.
        layers: Of what was kept.
    """

    def __init__(self, limbs: int, layers: Sequence[Layer] = ()) -> None:
        super().__init__(_types(limbs), layers)
        self.limbs: Final = limbs

    def may(self, begins: int, settles: int, known: int, fact: int, account: int, change: int) -> None:
        """Add what a fact may change.

        Args:
            begins: The stage from which it may have taken effect.
            settles: The stage from which it certainly has.
            known: From which entry on this is known.
            fact: Number of the entry that states the fact.
            account: Number of the account.
            change: By how many steps; the opposite where a correction takes it back.
        """
        limbs = split_into_limbs([change], self.limbs)[:, 0].tolist()
        self.add((begins, settles, known, fact, account, *limbs))

    def at(self, when: int, known: int | None = None) -> Iterator[tuple[int, int, int]]:
        """Yield fact, account and change of all that is open at a stage.

        Args:
            when: The stage.
            known: The last entry known; every one where not given.
        """
        _, facts, accounts, limbs = self.over((when,), known)
        yield from zip(facts.tolist(), accounts.tolist(), put_together(limbs), strict=True)

    def over(self, whens: Sequence[int], known: int | None = None) -> tuple[NDArray[np.intp], Small, Small, Whole]:
        """Return what is open at each of several stages, which grow, column by column.

        The columns are the place of the stage among them, fact, account and change, the last limb by limb.
        """
        begins, settles = self.column("begins"), self.column("settles")
        near = np.flatnonzero((begins <= max(whens, default=-1)) & (settles > min(whens, default=0)))
        if known is not None:
            near = near[self.column("known")[near] <= known]
        some, at = near, np.zeros(len(near), np.intp)
        if len(whens) > 1:
            asked = np.asarray(whens, np.int32)
            first, last = (np.searchsorted(asked, stages[near]) for stages in (begins, settles))
            times = last - first
            some = np.repeat(near, times)
            at = np.arange(len(some)) + np.repeat(first - np.cumsum(times) + times, times)
        limbs = [self.column(f"limb-{limb}")[some] for limb in range(self.limbs)]
        return at, self.column("facts")[some], self.column("accounts")[some], np.asarray(limbs)
