"""What all terms have in common: a paper states them, and a level holds them."""

from __future__ import annotations

import attrs


@attrs.frozen
class Terms:
    """What a paper promises, as a value that an event states and a level holds."""
