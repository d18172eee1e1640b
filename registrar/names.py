"""From what somebody types to the holder, class, agreement or certificate that is meant.

A name is looked up before anything else is asked: whoever mistypes one is told the nearest, and not that a position
which does not exist holds too little.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from ledger.errors import NotUnderstood, UnknownName, nearest, shown
from ledger.events import AgreementSigned, ProceedsRestricted
from ledger.identity import (
    AgreementId,
    ClaimId,
    ConditionId,
    DividendId,
    GroupId,
    HolderId,
    InstrumentId,
    PlanId,
    ReserveId,
    RestrictionId,
    SecurityId,
    StockClassId,
    TrancheId,
)
from ledger.movements import InstrumentKind, Level, Setting
from ledger.personal import Personal
from registrar import typed

if TYPE_CHECKING:
    from ledger.journal import Ledger

_OF: Final = {
    "holder": Level.HOLDER_KIND,
    "stock class": Level.CLASS_KIND,
    "agreement": Level.INVESTOR,
    "tranche": Level.TRANCHE_DUE,
    "condition": Level.CONDITION,
    "security": Level.SECURITY,
    "reserve": Level.RESERVE,
    "instrument": Level.INSTRUMENT,
    "plan": Level.PLAN,
    "dividend": Level.DIVIDEND,
    "restriction": Level.RESTRICTION,
    "group": Level.GROUP,
    "claim": Level.CLAIM,
}
"""What can be named, and the level that brings it into being."""
_LISTED: Final = 5


class Names:
    """The names that stand for something in a record, on whatever day.

    Args:
        ledger: The record.
        entries: How many entries are taken into account; all when not given.
    """

    def __init__(self, ledger: Ledger, entries: int | None = None) -> None:
        self._ledger = ledger
        self._entries = entries

    @cached_property
    def _values(self) -> dict[Level, dict[Any, list[Any]]]:
        """Every value that each subject ever had, by level."""
        levels = (*_OF.values(), Level.HOLDER_NAME, Level.CLASS_TITLE)
        found: dict[Level, dict[Any, list[Any]]] = {level: {} for level in levels}
        for each in self._ledger.standing(self._entries):
            for movement in each.fact.movements():
                if type(movement) is Setting and movement.level in found:
                    found[movement.level].setdefault(movement.subject, []).append(movement.value)
        return found

    def all(self, what: str, within: str | None = None) -> dict[str, str]:
        """Return the names of a kind in the order in which they came, each with its title if it has one.

        Args:
            what: ``holder``, ``stock class``, ``agreement``, ``tranche``, ``condition``, ``security``, ``reserve``,
                ``instrument``, ``plan``, ``dividend``, ``claim`` or ``control account``.
            within: Of which agreement or class, for what is named within one; of any when not given.
        """
        called: dict[Any, str] = {}
        if what == "holder":
            called = {holder: str(names[-1]) for holder, names in self._values[Level.HOLDER_NAME].items()}
        elif what == "stock class":
            called = {subject: titles[-1] for subject, titles in self._values[Level.CLASS_TITLE].items()}
        elif what == "agreement":
            facts = [each.fact for each in self._ledger.standing(self._entries)]
            called = {fact.agreement: fact.title for fact in facts if type(fact) is AgreementSigned}
        elif what == "control account":  # it has no levels: money that is paid into it makes it known
            standing = [each.fact for each in self._ledger.standing(self._entries)]
            return {str(fact.account): "" for fact in standing if type(fact) is ProceedsRestricted}
        subjects = [each for each in self._values[_OF[what]] if within is None or each[0] == within]
        return {_last(subject): called.get(subject, "") for subject in subjects}

    def holder(self, name: str) -> HolderId:
        """Return the holder of an id, or of a name as it is or was registered if only one has it.

        Raises:
            UnknownName: There is none.
            NotUnderstood: ``E_DUPLICATE``: several have the name.
        """
        holders = self._values[Level.HOLDER_KIND]
        if name in holders:
            return HolderId(name)
        known = self._registered()
        found = known.get(typed.text(name), [])
        if len(found) > 1:
            listed = ", ".join(found[:_LISTED]) + (" …" if len(found) > _LISTED else "")
            raise NotUnderstood(
                "E_DUPLICATE",
                f"{shown(name)} is the name of {len(found)} holders: {listed}",
                "write the id of the one that is meant",
            )
        if found:
            return found[0]
        near = nearest(name, [*holders, *known])
        raise UnknownName("holder", name, None, f"{near} ({', '.join(known[near])})" if near in known else near)

    def _registered(self) -> dict[str, list[HolderId]]:
        """Return the holders of each name that is at hand."""
        found: dict[str, list[HolderId]] = {}
        for holder, names in self._values[Level.HOLDER_NAME].items():
            for name in dict.fromkeys(map(str, (each for each in names if _is_at_hand(each)))):
                found.setdefault(name, []).append(holder)
        return found

    def namesakes(self, name: str) -> list[HolderId]:
        """Return the holders that have a name, or had it."""
        return self._registered().get(name, [])

    def stock_class(self, name: str) -> StockClassId:
        """Return a class."""
        return StockClassId(self._known("stock class", name, self._values[Level.CLASS_KIND]))

    def agreement(self, name: str) -> AgreementId:
        """Return an agreement."""
        return AgreementId(self._known("agreement", name, self._values[Level.INVESTOR]))

    def tranche(self, name: str, agreement: str) -> TrancheId:
        """Return a tranche of an agreement."""
        return TrancheId(self._known("tranche", name, self._within(Level.TRANCHE_DUE, agreement)))

    def condition(self, name: str, agreement: str) -> ConditionId:
        """Return a condition of an agreement."""
        return ConditionId(self._known("condition", name, self._within(Level.CONDITION, agreement)))

    def security(self, name: str) -> SecurityId:
        """Return a certificate or lot."""
        return SecurityId(self._known("security", name, self._values[Level.SECURITY]))

    def reserve(self, name: str, stock_class: str | None = None) -> ReserveId:
        """Return a reserve, of a class or of any."""
        return ReserveId(self._known("reserve", name, self._within(Level.RESERVE, stock_class)))

    def instrument(self, name: str) -> InstrumentId:
        """Return a note, SAFE, warrant or award."""
        return InstrumentId(self._known("instrument", name, self._values[Level.INSTRUMENT]))

    def instrument_kind(self, name: str) -> InstrumentKind:
        """Return what kind of right an instrument is."""
        kind = self._values[Level.INSTRUMENT][self.instrument(name)][-1]
        assert isinstance(kind, InstrumentKind)
        return kind

    def dividend(self, name: str) -> DividendId:
        """Return a dividend that was declared."""
        return DividendId(self._known("dividend", name, self._values[Level.DIVIDEND]))

    def plan(self, name: str) -> PlanId:
        """Return a plan."""
        return PlanId(self._known("plan", name, self._values[Level.PLAN]))

    def restriction(self, name: str) -> RestrictionId:
        """Return a restriction, an ownership limit, a cap or a lien."""
        return RestrictionId(self._known("restriction", name, self._values[Level.RESTRICTION]))

    def group(self, name: str) -> GroupId:
        """Return a group of holders."""
        return GroupId(self._known("group", name, self._values[Level.GROUP]))

    def claim(self, name: str) -> ClaimId:
        """Return a figure that was disclosed."""
        return ClaimId(self._known("claim", name, self._values[Level.CLAIM]))

    def _within(self, level: Level, whose: str | None) -> list[str]:
        return [name for of, name in self._values[level] if whose is None or of == whose]

    @staticmethod
    def _known(what: str, name: str, names: Iterable[str]) -> str:
        known = list(map(str, names))
        if name not in known:
            raise UnknownName(what, name, None, nearest(name, known))
        return name


def _last(subject: Any) -> str:
    """Return a name as it is typed: of a tranche or a reserve, without what it belongs to."""
    return str(subject[1] if isinstance(subject, tuple) else subject)


def _is_at_hand(name: Any) -> bool:
    return not isinstance(name, Personal) or name.value is not None
