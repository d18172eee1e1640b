"""A register made of dictionaries and lists, to hold the ledger against.

It knows nothing of the ledger's code. It keeps what was recorded as plain dictionaries, and for every question
it looks at all of them again. Days are whole numbers, a phase is 0, 1 or 2, and a moment is (day, phase).
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import ceil, floor
from typing import Any, Final, NamedTuple

Act = dict[str, Any]
"""What is asked to be recorded: a fact with its days, a void or a restatement; ``kind`` tells which."""
Number = int | Fraction
Moment = tuple[int, int]
Total = tuple[str, ...]
"""What is counted, for example ``("held", "common", "ann", "")``."""
Bounds = dict[Total, tuple[Number, Number]]

DAYS: Final = 8
"""Requests lie within so few days that they collide."""
_LAST: Final = 10**9
"""The place of a fact that has none."""
_LIMITED_FROM_BELOW: Final = {
    "held": "E_BALANCE",
    "treasury": "E_TREASURY",
    "reserved": "E_RESERVE",
    "undrawn": "E_COMMITMENT",
    "undrawn in all": "E_COMMITMENT",
}
"""What never falls below zero, in the order in which it is asked, and the refusal."""
_OF_A_CLASS: Final = (
    "held",
    "treasury",
    "outstanding",
    "issued",
    "reserved",
    "kept",
    "committed",
    "committed or spent",
)


class Standing(NamedTuple):
    """A fact that counts, with when it may begin to, when it surely does, and its order within a moment."""

    number: int
    fact: Act
    begins: Moment
    settles: Moment
    position: tuple[int, int]
    effect: dict[Total, int]


class Snapshot(NamedTuple):
    """Every total after a moment, or before a split within it, in its best and in its worst reading."""

    at: Moment
    high: dict[Total, Number]
    low: dict[Total, Number]
    before: Standing | None


def effect(fact: Act) -> dict[Total, Any]:
    """Return by how much a fact changes each total."""
    found: dict[Total, Any] = {}

    def add(change: Any, *total: str) -> None:
        found[total] = found.get(total, 0) + change

    def add_issued(change: Any, of: str) -> None:
        for what in ("issued", "committed", "committed or spent"):
            add(change, what, of)

    def add_held(change: Any, of: str, holder: str, security: str | None) -> None:
        add(change, "held", of, holder, security or "")
        add(change, "outstanding", of)
        add_issued(change, of)

    def add_treasury(change: Any, of: str) -> None:
        add(change, "treasury", of)
        add_issued(change, of)

    def add_reserved(change: Any, of: str, reserve: str) -> None:
        add(change, "reserved", of, reserve)
        for what in ("kept", "committed", "committed or spent"):
            add(change, what, of)

    def add_undrawn(change: Any, agreement: str, tranche: str | None, currency: str) -> None:
        if tranche is not None:
            add(change, "undrawn", agreement, tranche, currency)
        add(change, "undrawn in all", agreement, currency)

    kind = fact["kind"]
    if kind == "issue":
        add_held(fact["shares"], fact["class"], fact["holder"], fact["security"])
        if fact["reserve"]:
            add_reserved(-fact["shares"], fact["class"], fact["reserve"])
    elif kind == "transfer":
        add_held(-fact["shares"], fact["class"], fact["giver"], fact["security"])
        add_held(fact["shares"], fact["class"], fact["taker"], fact["received_as"] or fact["security"])
    elif kind == "convert":
        add_held(-fact["surrendered"], fact["from_class"], fact["holder"], fact["security"])
        add(fact["surrendered"], "committed or spent", fact["from_class"])
        add_held(fact["received"], fact["to_class"], fact["holder"], fact["received_as"])
        if fact["reserve"]:
            add_reserved(-fact["received"], fact["to_class"], fact["reserve"])
    elif kind == "cancel":
        add_held(-fact["shares"], fact["class"], fact["holder"], fact["security"])
    elif kind == "redeem":
        add_held(-fact["shares"], fact["class"], fact["holder"], fact["security"])
        add(fact["shares"], "committed or spent", fact["class"])
    elif kind == "repurchase":
        add_held(-fact["shares"], fact["class"], fact["holder"], fact["security"])
        add_treasury(fact["shares"], fact["class"])
    elif kind == "reissue":
        add_treasury(-fact["shares"], fact["class"])
        add_held(fact["shares"], fact["class"], fact["holder"], fact["security"])
    elif kind == "retire":
        add_treasury(-fact["shares"], fact["class"])
    elif kind == "settle":
        add_held(fact["shares"], fact["class"], fact["holder"], None)
    elif kind == "reserve":
        add_reserved(fact["shares"], fact["class"], fact["reserve"])
    elif kind == "release":
        add_reserved(-fact["shares"], fact["class"], fact["reserve"])
    elif kind == "sign":
        for tranche, amount in fact["tranches"].items():
            add_undrawn(amount, fact["agreement"], tranche, "USD")
            add(amount, "undertaken", fact["agreement"], "USD")
        add_undrawn(fact["undated"], fact["agreement"], None, "USD")
        add(fact["undated"], "undertaken", fact["agreement"], "USD")
    elif kind == "amend":
        add_undrawn(fact["added"], fact["agreement"], None, "USD")
        add(fact["added"], "undertaken", fact["agreement"], "USD")
    elif kind in ("close", "lapse", "reduce"):
        agreement, amount, currency = fact["agreement"], fact["amount"], fact["currency"]
        add_undrawn(-amount, agreement, fact["tranche"], currency)
        if kind == "reduce":
            add(-amount, "undertaken", agreement, currency)
        else:
            add(amount, {"close": "closed", "lapse": "lapsed"}[kind], agreement, currency)
    return {total: change for total, change in found.items() if change}


def moves_class(fact: Act) -> set[str]:
    """Return the classes whose shares a fact moves, splits or counts."""
    kind = fact["kind"]
    if kind == "split":
        limited = {name for name, limit in fact["resulting"].items() if limit is not None}
        return {*fact["classes"], *limited, *fact["converting"], *fact["converting"].values()}
    if kind == "convert":
        return {fact["from_class"], fact["to_class"]}
    if kind in ("authorise", "designate"):  # their numbers are in the units of the day
        converts_into = {fact["class"], fact["converts_into"]} if fact.get("converts_into") else set()
        return converts_into | ({fact["class"]} if fact["authorised"] is not None else set())
    return {fact["class"]} if "class" in fact else set()


def brings(fact: Act) -> list[tuple[str, ...]]:
    """Return what a fact brings into being, each once and for ever."""
    kind = fact["kind"]
    if kind == "register":
        return [("holder", fact["holder"])]
    if kind == "designate":
        return [("class", fact["class"])]
    if kind == "sign":
        return [("agreement", fact["agreement"])]
    new = fact["security"] if kind in ("issue", "reissue") else fact.get("received_as")
    return [("security", new)] if new and (kind in ("issue", "reissue") or new != fact["security"]) else []


def names(fact: Act) -> set[tuple[str, ...]]:
    """Return the holders, classes, agreements and tranches that a fact names."""
    found: set[tuple[str, ...]] = set()
    for field in ("holder", "giver", "taker", "investor"):
        if field in fact:
            found.add(("holder", fact[field]))
    for field in ("class", "from_class", "to_class", "buys", "converts_into"):
        if fact.get(field):
            found.add(("class", fact[field]))
    for stock_class in (*fact.get("classes", ()), *fact.get("resulting", {}), *fact.get("converting", ())):
        found.add(("class", stock_class))
    for into in fact.get("converting", {}).values():
        found.add(("class", into))
    if fact.get("agreement"):
        found.add(("agreement", fact["agreement"]))
        if fact.get("tranche"):
            found.add(("tranche", fact["agreement"], fact["tranche"]))
    return found


def misread(act: Act) -> str | None:
    """Return why an act contradicts itself, whatever the register says."""
    fact = act["as"] if act["kind"] == "restate" else act
    if fact["kind"] == "transfer" and fact["giver"] == fact["taker"]:
        return "E_SELF"
    if fact["kind"] == "convert" and fact["from_class"] == fact["to_class"]:
        return "E_SELF"
    if fact["kind"] == "sign" and fact["undated"] < 0:
        return "E_COMMITMENT"
    if fact["kind"] == "void" and len(set(fact["entries"])) < len(fact["entries"]):
        return "E_CORRECTS"
    return None


def rounded(exact: Number, policy: str) -> int:
    """Return a position after a split in whole shares."""
    if policy == "up":
        return ceil(exact)
    if policy == "nearest":
        return floor(exact + Fraction(1, 2))
    return floor(exact)


def split(values: dict[Total, Number], fact: Act) -> None:
    """Multiply each total of the classes, and round each position by itself."""
    for stock_class in fact["classes"]:
        of_class = [total for total in values if total[0] in _OF_A_CLASS and total[1] == stock_class]
        difference: dict[str, Number] = {"held": 0, "treasury": 0, "reserved": 0}
        for total in of_class:
            exact = values[total] * fact["ratio"]
            values[total] = rounded(exact, fact["policy"]) if total[0] in difference else exact
            if total[0] in difference:
                difference[total[0]] += values[total] - exact
        issued, kept = difference["held"] + difference["treasury"], difference["reserved"]
        for what, change in (
            ("issued", issued),
            ("kept", kept),
            ("committed", issued + kept),
            ("committed or spent", issued + kept),
        ):
            values[what, stock_class] = values.get((what, stock_class), 0) + change
        outstanding = values.get(("outstanding", stock_class), 0)
        values["outstanding", stock_class] = outstanding + difference["held"]


class Register:
    """What was recorded, entry by entry."""

    def __init__(self) -> None:
        self.entries: list[Act] = []
        self.commands: dict[str, tuple[list[Act], int]] = {}
        self.ends: list[int] = []
        """The number of the last entry of each command."""

    # --- which facts count ----------------------------------------------------------------------------

    @staticmethod
    def stands(number: int, entries: list[Act]) -> bool:
        """Whether nothing in force voids or restates an entry: a void of a void revives."""
        voided = any(
            number in act["entries"] and Register.stands(later, entries)
            for later, act in enumerate(entries[number:], number + 1)
            if act["kind"] == "void"
        )
        return not voided and not Register.replaced(number, entries)

    @staticmethod
    def replaced(number: int, entries: list[Act]) -> bool:
        """Whether an entry was restated, by one that stands or was itself restated."""
        return any(
            act["entry"] == number and (Register.stands(later, entries) or Register.replaced(later, entries))
            for later, act in enumerate(entries[number:], number + 1)
            if act["kind"] == "restate"
        )

    @staticmethod
    def corrected_twice(entries: list[Act]) -> bool:
        """Whether two corrections in force name one entry, as when the first is revived after the second."""
        named = [
            target
            for number, act in enumerate(entries, 1)
            if act["kind"] in ("void", "restate")
            and (Register.stands(number, entries) or Register.replaced(number, entries))
            for target in (act["entries"] if act["kind"] == "void" else [act["entry"]])
        ]
        return len(set(named)) < len(named)

    @staticmethod
    def standing(entries: list[Act]) -> list[Standing]:
        """Return the facts that count, as far as the entries given."""
        found = []
        corrected = {number for act in entries for number in act.get("entries", [act.get("entry")])}
        for number, act in enumerate(entries, 1):
            if act["kind"] == "void" or (number in corrected and not Register.stands(number, entries)):
                continue
            first = number
            while entries[first - 1]["kind"] == "restate":
                first = entries[first - 1]["entry"]
            fact = act["as"] if act["kind"] == "restate" else act
            position = (_LAST if fact["place"] is None else fact["place"], first)
            begins, settles = (fact["earliest"], fact["phase"]), (fact["latest"], fact["phase"])
            found.append(Standing(number, fact, begins, settles, position, effect(fact)))
        return found

    # --- asking to record -----------------------------------------------------------------------------

    def refusal(self, command: str, acts: list[Act], expected: int | None = None) -> str | None:
        """Return the code with which a command has to be refused; ``None`` if it is to be recorded."""
        for act in acts:
            if code := misread(act):
                return code
        if command in self.commands:
            return None if self.commands[command][0] == acts else "E_COMMAND_ID"
        if expected is not None and expected != len(self.entries):
            return "E_VERSION"
        known = list(self.entries)
        for act in acts:
            targets: list[int] = act["entries"] if act["kind"] == "void" else []
            if act["kind"] == "restate":
                targets = [act["entry"]]
            for number in targets:
                if number > len(known) or not self.stands(number, known) or known[number - 1]["kind"] == "issuer":
                    return "E_CORRECTS"
                if act["kind"] == "restate" and known[number - 1]["kind"] == "void":
                    return "E_CORRECTS"
            known.append(act)
            if act["kind"] in ("void", "restate") and self.corrected_twice(known):
                return "E_CORRECTS"
        return first_broken(self.standing(known))

    def record(self, command: str, acts: list[Act]) -> tuple[int, int]:
        """Record a command that is not refused; return the numbers of its first and last entry."""
        if command not in self.commands:
            self.commands[command] = (acts, len(self.entries) + 1)
            self.entries += acts
            self.ends.append(len(self.entries))
        there, first = self.commands[command]
        return first, first + len(there) - 1

    def now(self) -> list[Standing]:
        """Return the facts that count, as far as everything recorded."""
        return self.standing(self.entries)

    def room(self, total: Total, at: Moment) -> Number:
        """Return how much can be taken from a total at a moment, so that it suffices ever after."""
        before: Number = 0
        after: list[Number] = []
        for snapshot in walk(self.now()):
            value = snapshot.high.get(total, 0)
            if snapshot.at <= at:
                before = value
            else:
                after.append(value)
        return min(before, *after, before)

    def headroom(self, stock_class: str, at: Moment) -> Number:
        """Return how many more shares of a class can be issued or reserved at a moment, ever after."""
        facts = self.now()
        last: Number = 0
        after: list[Number] = []
        for snapshot in walk(facts):
            limit, what = limit_of(facts, stock_class, snapshot.at)
            left = 10 if limit is None else limit - snapshot.low.get((what, stock_class), 0)
            if snapshot.at <= at:
                last = left
            else:
                after.append(left)
        return min(last, *after, last)

    def committed(self, stock_class: str, at: Moment) -> Number:
        """Return how many shares of a class are committed at a moment in the worst reading."""
        facts = self.now()
        what = limit_of(facts, stock_class, at)[1]
        return max((each.low.get((what, stock_class), 0) for each in walk(facts) if each.at <= at), default=0)


# --- answering -----------------------------------------------------------------------------------------------


def answer(facts: list[Standing], day: int) -> Bounds:
    """Return every total at the close of a day, between what is the least and the most it can be.

    The least is what is certain with every open decrease, the most what is certain with every open increase.
    """
    close = (day, 2)
    values: dict[Total, Number] = {}
    for each in sorted(facts, key=lambda each: (each.settles, each.position)):
        if each.settles <= close:
            if each.fact["kind"] == "split":
                split(values, each.fact)
            for total, change in each.effect.items():
                values[total] = values.get(total, 0) + change
    bounds: Bounds = {total: (value, value) for total, value in values.items()}
    for each in facts:
        if each.begins <= close < each.settles:
            for total, change in each.effect.items():
                low, high = bounds.get(total, (0, 0))
                bounds[total] = (low + min(change, 0), high + max(change, 0))
    for stock_class in {each.fact["class"] for each in facts if each.fact["kind"] == "designate"}:
        numbers = authorised(facts, stock_class, close)
        if numbers and None not in numbers:
            counts = [number for number in numbers if number is not None]
            bounds["authorised", stock_class] = (min(counts), max(counts))
            what = limit_of(facts, stock_class, close)[1]
            bounds["against the limit", stock_class] = bounds.get((what, stock_class), (0, 0))
    return bounds


def begun(facts: list[Standing], day: int) -> set[str]:
    """Return the classes and agreements that may exist at the close of a day."""
    return {name for each in facts if each.begins <= (day, 2) for _, name in brings(each.fact)}


def in_force(facts: list[Standing], at: Moment) -> list[Standing]:
    """Return those facts that may be the last to have taken effect: none of the others surely comes after."""

    def last_chance(each: Standing) -> Moment:
        phase = each.settles[1]
        return min(each.settles, (at[0] if phase <= at[1] else at[0] - 1, phase))

    begun = [each for each in facts if each.begins <= at]
    return [
        each
        for each in begun
        if not any(
            other.settles <= at and (other.begins, other.position) > (last_chance(each), each.position)
            for other in begun
        )
    ]


def authorised(facts: list[Standing], stock_class: str, at: Moment) -> list[int | None]:
    """Return the authorised numbers that may be in force; ``None`` stands for no limit."""

    def states(fact: Act) -> bool:
        if fact["kind"] == "split":
            return stock_class in fact["resulting"]
        return fact["kind"] in ("designate", "authorise") and fact["class"] == stock_class

    return [
        each.fact["resulting"][stock_class] if each.fact["kind"] == "split" else each.fact["authorised"]
        for each in in_force([each for each in facts if states(each.fact)], at)
    ]


def limit_of(facts: list[Standing], stock_class: str, at: Moment) -> tuple[int | None, str]:
    """Return how many shares of a class may be committed at most, and which total counts as committed."""
    numbers = authorised(facts, stock_class, at)
    designations = [
        each for each in facts if each.fact["kind"] == "designate" and each.fact["class"] == stock_class
    ]
    reissuable = any(each.fact["reissuable"] for each in in_force(designations, at))
    counts = [number for number in numbers if number is not None]
    limit = max(counts) if counts and len(counts) == len(numbers) else None
    return limit, "committed" if reissuable else "committed or spent"


def walk(facts: list[Standing]) -> Iterator[Snapshot]:
    """Go through all moments, in both readings at once.

    In the best reading increases come when they may, decreases when they must; in the worst the other way round.
    """
    high: dict[Total, Number] = {}
    low: dict[Total, Number] = {}
    in_order = sorted(facts, key=lambda each: each.position)
    for at in sorted({each.begins for each in facts} | {each.settles for each in facts}):
        for each in in_order:
            if at not in (each.begins, each.settles):
                continue
            if each.fact["kind"] == "split":
                yield Snapshot(at, dict(high), dict(low), each)
                split(high, each.fact)
                split(low, each.fact)
            for total, change in each.effect.items():
                early, late = (high, low) if change > 0 else (low, high)
                if at == each.begins:
                    early[total] = early.get(total, 0) + change
                if at == each.settles:
                    late[total] = late.get(total, 0) + change
        yield Snapshot(at, dict(high), dict(low), None)


def first_broken(facts: list[Standing]) -> str | None:
    """Return the code of the first rule that does not hold: earliest moment, then facts, then limits."""
    found: tuple[str, Total] | None = None
    short: tuple[str, Total] | None = None
    high: dict[Total, Number] = {}
    for at, high, low, before in walk(facts):  # the last one is asked about after the loop
        if found is not None:
            continue
        if before is not None:  # what rounding might hide, in the levels that hold so far
            so_far = [each for each in facts if (each.begins, each.position) < (at, before.position)]
            short = short or limit_broken(so_far, at, high, low)
            continue
        for each in sorted(facts, key=lambda each: each.position):
            if each.settles == at and (code := fact_broken(facts, each)):
                return code
        found = short or limit_broken(facts, at, high, low)
    if found is None:
        return None
    code, total = found
    return "E_BALANCE_AT_DATE" if code == "E_BALANCE" and high[total] >= 0 else code


def limit_broken(
    facts: list[Standing], at: Moment, high: dict[Total, Number], low: dict[Total, Number]
) -> tuple[str, Total] | None:
    """Return the first limit that does not hold after a moment, and of what."""
    for what, code in _LIMITED_FROM_BELOW.items():
        for total in sorted(total for total, value in high.items() if total[0] == what and value < 0):
            return code, total
    for stock_class in sorted({total[1] for total in low if total[0] == "committed or spent"}):
        limit, what = limit_of(facts, stock_class, at)
        if limit is not None and low.get((what, stock_class), 0) > limit:
            return "E_AUTHORISED", (what, stock_class)
    return None


def fact_broken(facts: list[Standing], each: Standing) -> str | None:
    """Return the first rule of a fact that does not hold when it surely takes effect."""
    fact, at = each.fact, each.settles
    begun = [other for other in facts if other.begins <= at]
    there = [thing for other in begun for thing in brings(other.fact)]
    if any(there.count(thing) > 1 for thing in brings(fact)):
        return "E_DUPLICATE"
    known = set(there)
    for other in begun:
        if other.fact["kind"] == "sign":
            known |= {("tranche", other.fact["agreement"], tranche) for tranche in other.fact["tranches"]}
    if names(fact) - known:
        return "E_UNKNOWN"
    if fact["kind"] == "issue":
        same = [o for o in begun if o.fact["kind"] == "designate" and o.fact["class"] == fact["class"]]
        if any(other.fact["preferred"] != fact["preferred"] for other in in_force(same, at)):
            return "E_TERMS"
        if fact["agreement"] and not fact["security"]:
            return "E_SECURITY"
    if fact.get("currency", "USD") != "USD":
        return "E_CURRENCY_MISMATCH"
    amounts = [fact[name] for name in ("shares", "surrendered", "received") if name in fact]
    if any(Fraction(amount).denominator != 1 for amount in amounts):
        return "E_FRACTIONAL"
    if fact["kind"] == "split":
        for other in [o for o in begun if o.settles <= at]:
            into = other.fact.get("converts_into")
            touched = into in fact["classes"] or (into and other.fact["class"] in fact["classes"])
            if touched and other.fact["class"] not in fact["converting"]:
                return "E_TERMS"
    for other in begun:
        if other is each or other.fact["kind"] != "split" or not moves_class(fact) & set(other.fact["classes"]):
            continue
        if each.begins <= other.settles <= each.settles:
            if each.begins != each.settles:
                return "E_SPANS_SPLIT"
            if fact["place"] == other.fact["place"]:
                return "E_ORDER"
    return None
