"""From the options of a verb to the event or the command that they state: each is read as the field of its name.

An option named after a field is read by the type of that field: a holder or a class by the names in the record, a
number of shares or an amount in the forms of ``registrar.typed``. So a verb is one line, and an option means the
same wherever it stands. A refusal names the option as it was typed.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from enum import Enum
from functools import cached_property
from types import NoneType
from typing import TYPE_CHECKING, Any, Final, TypeVar, get_args, get_origin, get_type_hints

import attrs

from ledger.days import EffectiveDay, day
from ledger.errors import NotUnderstood, shown
from ledger.events import (
    AwardGranted,
    Certainty,
    Consideration,
    ConsiderationForm,
    Event,
    Evidence,
    Fact,
    LapsedPart,
    TrancheRescheduled,
)
from ledger.identity import (
    AgreementId,
    ClaimId,
    ConditionId,
    Count,
    DividendId,
    EntryNumber,
    GroupId,
    HolderId,
    Identifier,
    InstrumentId,
    PlanId,
    ReserveId,
    RestrictionId,
    SecurityId,
    StockClassId,
    TrancheId,
    VestingConditionId,
)
from ledger.personal import Personal
from ledger.quantities import Authorized, Money, Price, Ratio, Shares
from ledger.terms.allocation import Allocation
from ledger.terms.awards import AwardKind, AwardTerms
from ledger.terms.commitment import Condition, Remedy, Tranche
from ledger.terms.conversion import ConversionRight
from ledger.terms.safes import CapTiming, SafeTerms
from ledger.terms.schedule import TakenFrom
from ledger.terms.vesting import VestingTerms, VestingTranche
from registrar import typed
from registrar.names import Names

if TYPE_CHECKING:
    from ledger.journal import Ledger

_Made = TypeVar("_Made")
_READ: Final[dict[type, Any]] = {
    Shares: typed.shares,
    Authorized: typed.authorized,
    Money: typed.money,
    Price: typed.price,
    Ratio: typed.ratio,
    str: typed.text,
    Personal: lambda given: Personal(typed.text(given)),
    EffectiveDay: EffectiveDay.parse,
    date: day,
    Count: Count,
    EntryNumber: EntryNumber,
}
_AWARD_KINDS: Final = {
    "iso": AwardKind.INCENTIVE_STOCK_OPTION,
    "nso": AwardKind.NONQUALIFIED_STOCK_OPTION,
    "option": AwardKind.OPTION,
    "rsu": AwardKind.RESTRICTED_STOCK_UNIT,
    "sar": AwardKind.STOCK_APPRECIATION_RIGHT,
    "sar-in-cash": AwardKind.CASH_APPRECIATION_RIGHT,
    "stock": AwardKind.RESTRICTED_STOCK,
}
"""What each kind of award is called where it is typed."""
_CHUNK: Final = 1 << 20


class Desk:
    """Reads what somebody typed, against a record.

    Args:
        ledger: The record; without one no name can be looked up, as when a company registers.
        given: What was typed, by the name of the field; ``None`` and ``()`` stand for what was not.
        places: What each field is called where it was typed: ``--paid``, ``HOLDER``.
        as_stated: Whether a certificate or reserve that nobody recorded is left for the findings.

    Attributes:
        notes: What is worth telling once the act is recorded.
        command: Identity of the command, where what was given has one of its own: a file has its digest.
    """

    def __init__(
        self,
        ledger: Ledger | None,
        given: Mapping[str, Any],
        places: Mapping[str, str],
        *,
        as_stated: bool = False,
    ) -> None:
        self._ledger, self._given, self._places, self._as_stated = ledger, given, places, as_stated
        self.notes: list[str] = []
        self.command: str | None = None

    @property
    def ledger(self) -> Ledger:
        """The record."""
        assert self._ledger is not None, "only who registers a company does without"
        return self._ledger

    @cached_property
    def names(self) -> Names:
        """The names in the record."""
        return Names(self.ledger)

    def made(self, kind: type[_Made], *, new: Collection[str] = (), **more: Any) -> _Made:
        """Return an event or a command whose fields are the options of their names.

        Args:
            kind: Its class.
            new: Fields that name something new, which the record need not know.
            more: Fields that no single option states.
        """
        hints = get_type_hints(kind)
        fields: dict[str, Any] = {}
        with self.told():
            for field in attrs.fields(kind):  # type: ignore[arg-type]  # events and commands are attrs classes
                name = field.name
                option = "effective_on" if name == "on" else name
                if name not in more and name not in _OF_EVERY_ACT and self.has(option):
                    fields[name] = self.stated(option, _one_type(hints[name]), is_new=name in new)
            if "evidence" in hints:
                fields |= self.said()
            return kind(**fields, **more)

    def said(self) -> dict[str, Any]:
        """Return what documents say about the act, and how it is known: the fields that every event has."""
        found: dict[str, Any] = {}
        if self._given.get("deduced"):
            found["certainty"] = Certainty.DEDUCED
        for name, kind in (("disclosed_on", date), ("note", str)):
            if self.has(name):
                found[name] = self.stated(name, kind)
        if evidence := self._evidence():
            found["evidence"] = evidence
        return found

    def completed(self, events: Iterable[Event]) -> tuple[Event, ...]:
        """Return the events of a command with what documents say about the act, and its place in the day."""
        said, place = self.said(), self.option("place", Count)
        placed = {**said, "place": place}
        return tuple(attrs.evolve(each, **(placed if isinstance(each, Fact) else said)) for each in events)

    def has(self, name: str) -> bool:
        """Whether an option was given."""
        return self._given.get(name) not in (None, ())

    def several(self, name: str) -> tuple[str, ...]:
        """Return what an option says that may be given several times."""
        return tuple(self._given.get(name) or ())

    def option(self, name: str, kind: type[_Made], *, is_new: bool = False) -> _Made | None:
        """Return what an option states, read as a type; ``None`` where it was not given."""
        return self.stated(name, kind, is_new=is_new) if self.has(name) else None

    def stated(self, name: str, kind: type[_Made], *, is_new: bool = False) -> _Made:
        """Return what an option states that is always given, read as a type."""
        with self.at(name):
            read: _Made = self._read(kind, self._given[name], is_new=is_new)
            return read

    def _read(self, kind: Any, given: Any, *, is_new: bool) -> Any:
        if get_origin(kind) is tuple:
            return tuple(self._read(get_args(kind)[0], each, is_new=is_new) for each in given)
        if kind in _READ:
            return _READ[kind](given)
        if kind is bool:
            return given
        if issubclass(kind, Enum):
            return kind(given)
        assert issubclass(kind, Identifier), f"no option is read as {kind.__name__}"
        return kind(given) if is_new else self._known(kind, given)

    def _known(self, kind: type[Identifier], given: str) -> Identifier:
        """Return a name that stands for something in the record."""
        names = self.names
        if kind is HolderId:
            return names.holder(given)
        if kind is StockClassId:
            return names.stock_class(given)
        if kind is AgreementId:
            return names.agreement(given)
        if kind is TrancheId:
            return names.tranche(given, self._agreement())
        if kind is ConditionId:
            return names.condition(given, self._agreement())
        if kind is InstrumentId:
            return names.instrument(given)
        if kind is DividendId:
            return names.dividend(given)
        if kind is PlanId:
            return names.plan(given)
        if kind is RestrictionId:
            return names.restriction(given)
        if kind is GroupId:
            return names.group(given)
        if kind is ClaimId:
            return names.claim(given)
        if self._as_stated:
            return kind(given)
        if kind is SecurityId:
            return names.security(given)
        assert kind is ReserveId, f"nothing knows every {kind.WHAT}"
        return names.reserve(given, self._given.get("received_class") or self._given.get("stock_class"))

    def _agreement(self) -> AgreementId:
        with self.at("agreement"):
            return self.names.agreement(self._given["agreement"])

    # --- refusals ------------------------------------------------------------------------------------

    @contextmanager
    def at(self, name: str) -> Iterator[None]:
        """Say at which option a refusal arose, where nothing says so yet."""
        from ledger.errors import LedgerError

        try:
            yield
        except LedgerError as error:
            if not error.where or error.where.startswith("/"):
                error.at(self._places.get(name, name))
            raise

    @contextmanager
    def told(self) -> Iterator[None]:
        """Turn the field that a refusal names into the option that states it."""
        try:
            yield
        except NotUnderstood as error:
            if error.where.startswith("/"):
                name = error.where.split("/")[1]
                error.at(self._places.get(name, ""))
            raise

    # --- what several options state together ----------------------------------------------------------

    def _evidence(self) -> tuple[Evidence, ...]:
        """Return the documents: files whose digest is computed, or one that is described."""
        files = self.several("evidence")
        described = {
            name: self._given[name] for name in ("document", "sha256", "page", "printed") if self.has(name)
        }
        with self.told():
            if len(files) > 1 and described:
                which = ", ".join(self._places[name] for name in described)
                what = f"{which} would belong to one of {len(files)} files"
                raise NotUnderstood("E_USAGE", what, "name one file, or the files alone", self._places["evidence"])
            if not files and described and "document" not in described:
                which = self._places[next(iter(described))]
                raise NotUnderstood("E_USAGE", "it belongs to a document", "add --document or --evidence", which)
            if files and "sha256" in described:
                what = "the digest of a file is computed"
                raise NotUnderstood("E_USAGE", what, "leave one of the two out", self._places["sha256"])
            said = {name: typed.text(value) for name, value in described.items()}
            if not files:
                return (Evidence(**said),) if said else ()
            with self.at("evidence"):
                digests = [digest_of(path) for path in files]
            names = [typed.text(os.path.basename(path)) for path in files]
            return tuple(
                Evidence(**{"document": name, "sha256": digest, **said})
                for name, digest in zip(names, digests, strict=True)
            )

    def consideration(self) -> Consideration | None:
        """Return what was given for shares; an amount alone is cash."""
        form = self.option("consideration_form", ConsiderationForm)
        amount = self.option("consideration_amount", Money)
        description = self.option("consideration_description", str)
        if form is None and amount is None and description is None:
            return None
        if form is None and amount is None:
            hint = f"say what was given, {self._places['consideration_form']}"
            raise NotUnderstood("E_USAGE", "it describes nothing", hint, self._places["consideration_description"])
        with self.at("consideration_amount"):
            return Consideration(form=form or ConsiderationForm.CASH, amount=amount, description=description)

    def conversion(self) -> ConversionRight | None:
        """Return a right to convert, by a price or by a ratio."""
        into = self.option("into", StockClassId)
        price, ratio = self.option("conversion_price", Price), self.option("conversion_ratio", Ratio)
        if into is None and (price is not None or ratio is not None):
            which = self._places["conversion_price" if price is not None else "conversion_ratio"]
            raise NotUnderstood(
                "E_USAGE", "it says nothing of the class received", f"add {self._places['into']}", which
            )
        if into is None:
            return None
        with self.at("into"):
            return ConversionRight(into=into, price=price, ratio=ratio)

    def safe_terms(self) -> SafeTerms:
        """Return what a SAFE promises in a priced round."""
        cap, timing = self.option("cap", Money), self.option("cap_timing", CapTiming)
        discount = None
        if self.has("discount"):
            with self.at("discount"):
                discount = typed.part(self._given["discount"])
        with self.at("discount" if cap is None and timing is None else "cap"):
            return SafeTerms(
                cap=cap,
                cap_timing=timing,
                discount=discount,
                most_favored_nation=bool(self._given.get("most_favored_nation")),
            )

    def award_terms(self) -> AwardTerms:
        """Return what an award promises: its kind, equal instalments by months, one condition, its last day."""
        with self.told():
            return AwardTerms(
                award_kind=_AWARD_KINDS[self._given["award_kind"]],
                vesting=self._vesting(),
                expires_on=self.option("expires_on", date),
                early_exercise=self.option("early_exercise", TakenFrom),
            )

    def _vesting(self) -> VestingTerms | None:
        starts_on, condition = (
            self.option("starts_on", date),
            self.option("condition", VestingConditionId, is_new=True),
        )
        counted = {name: self.option(name, Count) for name in ("instalments", "every", "cliff")}
        if starts_on is None and condition is None:
            for name in (*counted, "allocation"):
                if self.has(name):
                    hint = f"add {self._places['starts_on']}"
                    raise NotUnderstood("E_USAGE", "it says nothing without a day", hint, self._places[name])
            return None
        timed = starts_on is not None
        tranche = VestingTranche(
            instalments=counted["instalments"] or Count(1),
            every=counted["every"] or Count(int(timed)),
            cliff=counted["cliff"] or Count(0),
            condition=condition,
        )
        allocation = self.option("allocation", Allocation) or Allocation.CUMULATIVE_ROUND_DOWN
        return VestingTerms(starts_on=starts_on, tranches=(tranche,), allocation=allocation)

    def class_of_award(self) -> StockClassId:
        """Return the class that an award is of."""
        award = self.stated("award", InstrumentId)
        for each in self.ledger.standing():
            if isinstance(each.fact, AwardGranted) and each.fact.award == award:
                return each.fact.stock_class
        with self.at("award"):
            raise NotUnderstood("E_TERMS", f"{award} is no award", "name one that was granted")

    def tranches(self) -> tuple[Tranche, ...]:
        """Return dated parts of a commitment, ``first 2024-03-15 1000000 USD``, each with its conditions."""
        conditions: dict[str, list[Condition]] = {}
        for given in self.several("conditions"):
            with self.at("conditions"):
                tranche, name, text = self._words(given, "first permit The permit has been granted.", 2)
                conditions.setdefault(tranche, []).append(Condition(condition=ConditionId(name), text=text))
        found: list[Tranche] = []
        for given in self.several("tranches"):
            with self.at("tranches"):
                form = "first 2024-03-15 1000000 USD"
                name, due_on, amount = self._words(given, form, 2)
                number, currency, *counted = self._words(amount, form, 1, 2)
                found.append(
                    Tranche(
                        tranche=TrancheId(name),
                        due_on=day(due_on),
                        amount=typed.money(f"{number} {currency}"),
                        shares=typed.shares(counted[0]) if counted else None,
                        conditions=tuple(conditions.pop(name, ())),
                    )
                )
        if conditions:
            other, names = next(iter(conditions)), [tranche.tranche for tranche in found]
            with self.at("conditions"):
                raise NotUnderstood("E_USAGE", f"no tranche {shown(other)} is added here", _one_of(names))
        return tuple(found)

    def rescheduled(self) -> tuple[TrancheRescheduled, ...]:
        """Return new days for tranches, ``second 2024-12-31``."""
        found = []
        for given in self.several("rescheduled"):
            with self.at("rescheduled"):
                name, due_on = self._words(given, "second 2024-12-31", 1)
                found.append(
                    TrancheRescheduled(tranche=self.names.tranche(name, self._agreement()), due_on=day(due_on))
                )
        return tuple(found)

    def lapsed(self) -> tuple[LapsedPart, ...]:
        """Return what lapses when an agreement ends, ``second 500000 USD``; without a name, of what has no date."""
        found = []
        for given in self.several("lapsed"):
            with self.at("lapsed"):
                *name, number, currency = self._words(given, "second 500000 USD", 1, 2)
                tranche = self.names.tranche(name[0], self._agreement()) if name else None
                found.append(LapsedPart(tranche=tranche, lapsed=typed.money(f"{number} {currency}")))
        return tuple(found)

    def remedy(self) -> Remedy | None:
        """Return a right after a missed tranche, ``1/2 0.01 USD``: the part that may be redeemed, and the price."""
        if not self.has("remedy"):
            return None
        with self.at("remedy"):
            part, price = self._words(self._given["remedy"], "1/2 0.01 USD", 1)
            return Remedy(redeemable=typed.ratio(part), price=typed.price(price))

    @staticmethod
    def _words(given: str, form: str, splits: int, most: int | None = None) -> list[str]:
        """Return words that stand in one option, the rest after so many of them in one piece."""
        words = given.split(" ", splits if most is None else most)
        if len(words) <= splits or not all(words):
            raise NotUnderstood("E_TERMS", f"{shown(given)} says too little or too much", f'write "{form}"')
        return words

    # --- restating ------------------------------------------------------------------------------------

    def changed(self, kind: type[Any], changes: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
        """Return fields of a fact in the form of input files, read as options of a verb are.

        Args:
            kind: The class of the fact.
            changes: What was typed for each field, as which option and what. Nothing takes the field away; of a
                field that holds several things it is JSON.
        """
        hints = get_type_hints(kind)
        self._places = {**self._places, **{name: place for name, (place, _) in changes.items()}}
        found: dict[str, Any] = {}
        for name, (_, given) in changes.items():
            with self.at(name):
                found[name] = self._plain(_one_type(hints[name]), given) if name in hints else given
        return found

    def _plain(self, kind: Any, given: str) -> Any:
        if not given:
            return None
        if get_origin(kind) is tuple or attrs.has(kind):
            return _json(given)
        if kind is bool:
            if given not in ("true", "false"):
                raise NotUnderstood("E_TYPE", f"{shown(given)} is neither true nor false", "write one of the two")
            return given == "true"
        if kind in (HolderId, StockClassId, AgreementId):
            return str(self._known(kind, given))
        if kind in (Shares, Authorized, Money, Price):
            return str(_READ[kind](given))
        return typed.text(given)


_OF_EVERY_ACT: Final = frozenset({"evidence", "certainty", "disclosed_on", "note"})


def _one_type(hint: Any) -> Any:
    """Return the type of a field, without the ``None`` that it may be."""
    if get_origin(hint) is tuple:
        return hint
    parts = [part for part in get_args(hint) or (hint,) if part is not NoneType]
    return parts[0]


def _one_of(names: Collection[str]) -> str:
    return f"one of {', '.join(names)}" if names else "add the tranche with it"


def _json(given: str) -> Any:
    import json

    def each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({key for key, _ in pairs}) < len(pairs):
            raise ValueError("a key stands twice")
        return dict(pairs)

    try:
        return json.loads(
            given, object_pairs_hook=each_key_once, parse_int=str, parse_float=str, parse_constant=str
        )
    except (ValueError, RecursionError):
        hint = "write a list [ … ] or an object { … }, texts in double quotes"
        raise NotUnderstood("E_JSON", f"{shown(given)} is no JSON", hint) from None


def digest_of(path: str) -> str:
    """Return the SHA-256 of a file, as 64 hexadecimal digits.

    Raises:
        NotUnderstood: ``E_FILE`` when it is no regular file, or cannot be read.
    """
    from hashlib import sha256

    whole = sha256()
    try:
        # Looked at before it is opened: opening a pipe that nobody writes to would wait for ever.
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise NotUnderstood("E_FILE", f"{shown(path)} is not a regular file", "name a document")
        with open(path, "rb") as file:
            while chunk := file.read(_CHUNK):
                whole.update(chunk)
    except (OSError, ValueError) as error:
        if isinstance(error, NotUnderstood):
            raise
        what = getattr(error, "strerror", None) or str(error)
        raise NotUnderstood(
            "E_FILE", f"{shown(path)} cannot be read: {what}", "look at its name and rights"
        ) from None
    return whole.hexdigest()
