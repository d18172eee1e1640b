"""How long a harness looks: a little by default, as long as the promise says with ``CAPTABLE_LONG=1``.

A run at random moments or places is drawn from ``CAPTABLE_SEED``, 1 by default; a failure is repeated by giving the
same one. ``CAPTABLE_SCALE=0.1`` makes the long sizes a tenth, to try them.
"""

from __future__ import annotations

import os
from random import Random
from typing import Final

LONG: Final = os.environ.get("CAPTABLE_LONG", "") not in ("", "0")
SCALE: Final = float(os.environ.get("CAPTABLE_SCALE", "1"))
SEED: Final = int(os.environ.get("CAPTABLE_SEED", "1"))


def size(quick: int, long: int) -> int:
    """Return how often to look: in each change's tests, or on request."""
    return max(1, int(long * SCALE)) if LONG else quick


def drawn(what: str) -> Random:
    """Return the random numbers of one harness; those of another do not move them."""
    return Random(f"{SEED} {what}")
