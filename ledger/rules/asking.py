"""What a rule is: what it is asked of, and what it answers with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import attrs

from ledger.book import Book, Quantity
from ledger.days import Moment
from ledger.errors import RuleBroken
from ledger.identity import EntryNumber
from ledger.timeline import InEffect


@attrs.frozen
class Breach:
    """A rule that does not hold at a moment.

    Attributes:
        key: What is broken: the rule with the entry or total concerned.
        at: When.
        depth: By how much; 1 where a rule is broken or not.
        entry: The entry that breaks it.
        error: The refusal that it leads to.
    """

    key: tuple[Any, ...]
    at: Moment
    depth: Quantity
    entry: EntryNumber
    error: RuleBroken

    def refusal(self) -> RuleBroken:
        """Return the error, told of the entry."""
        return self.error if self.error.where else self.error.at(f"entry {self.entry}")


FactRule = Callable[[Book, InEffect], Iterator[RuleBroken]]
