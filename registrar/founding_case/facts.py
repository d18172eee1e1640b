"""The facts of the founding case with their sources, as ``facts.json`` keeps them."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any, Final

from ledger.events import Evidence

FACTS: Final[dict[str, Any]] = json.loads(files(__package__).joinpath("facts.json").read_text(encoding="utf-8"))
EVENTS: Final[dict[str, dict[str, Any]]] = {event["id"]: event for event in FACTS["events"]}
"""Every fact of the history by its name."""


def stated(fact: str, *names: str) -> Any:
    """Return what a fact states, by the name of the figure; of a figure within a figure, by both names."""
    found: Any = EVENTS[fact]["facts"]
    for name in names:
        found = found[name]
    return found


def evidence(fact: str, printed: str | None = None) -> tuple[Evidence, ...]:
    """Return the public pages that show a fact; the words as printed stand with the first."""
    pages = [FACTS["sources"][source]["url"] for source in EVENTS[fact]["sources"]]
    return tuple(
        Evidence(document=page, printed=printed if index == 0 else None) for index, page in enumerate(pages)
    )


def source(name: str, printed: str | None = None) -> tuple[Evidence, ...]:
    """Return one public page by its name."""
    return (Evidence(document=FACTS["sources"][name]["url"], printed=printed),)
