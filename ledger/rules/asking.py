"""What a rule is: what it is asked of, and what it answers with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, TypeVar

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
_Rule = TypeVar("_Rule", bound=Callable[..., Any])
_kinds: Final[dict[Callable[..., Any], tuple[type, ...]]] = {}


def about(*kinds: type) -> Callable[[_Rule], _Rule]:
    """Say of a rule which kinds of events it concerns: it is not asked of any other."""

    def said(rule: _Rule) -> _Rule:
        _kinds[rule] = kinds
        return rule

    return said


def concerns(rule: Callable[..., Any], kind: type) -> bool:
    """Whether a rule is to be asked of a kind of event."""
    return rule not in _kinds or issubclass(kind, _kinds[rule])


class InDoubt(Exception):
    """A rule may not hold; it is to be asked fact by fact."""
