"""Who is meant by a name: each holder of a register gets an id, and each row is told whose it is.

Two holders of one name stay two. Where a file leaves open whether two rows speak of one holder, that is asked, and
nobody is merged.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

import attrs

from ledger.errors import shown
from ledger.exchange.register.cells import printed
from ledger.exchange.register.known import Known
from ledger.exchange.register.lines import Line
from ledger.exchange.register.troubles import Troubles
from ledger.identity import HolderId
from ledger.movements import HolderKind

_PERSON_ID: Final = re.compile(r"h-([0-9]{4,9})", re.ASCII)
_LONGEST_SLUG: Final = 40


@attrs.frozen(eq=False)
class Holder:
    """A holder that a file speaks of.

    Attributes:
        holder: Its id.
        name: Its name.
        kind: Person or organisation.
        line: The row that brings it.
    """

    holder: HolderId
    name: str
    kind: HolderKind
    line: Line


def slug(name: str, otherwise: str) -> str:
    """Return a readable id for the name of an organisation or a class: ``fund-ii-l-p`` for ``Fund II, L.P.``."""
    plain = "".join(each for each in unicodedata.normalize("NFKD", name).lower() if not unicodedata.combining(each))
    return re.sub(r"[^a-z0-9]+", "-", plain)[:_LONGEST_SLUG].strip("-") or otherwise


class Ids:
    """Gives an id to each holder that has none: readable for organisations, a number for persons.

    The id of a person must say nothing personal. Ids follow the order of the rows, so the same file gives the same
    ones.

    Args:
        taken: Ids that are in use.
    """

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = set(taken)
        numbers = [int(match[1]) for each in self._taken if (match := _PERSON_ID.fullmatch(each))]
        self._last = max(numbers, default=0)

    def take(self, holder: str) -> None:
        """Take note of an id that a row states."""
        self._taken.add(holder)
        if match := _PERSON_ID.fullmatch(holder):
            self._last = max(self._last, int(match[1]))

    def of(self, name: str, kind: HolderKind) -> HolderId:
        """Return a new id."""
        if kind is HolderKind.NATURAL_PERSON:
            self._last += 1
            made = f"h-{self._last:04}"
        else:
            base = made = slug(name, "holder")
            again = 1
            while made in self._taken:
                again += 1
                made = f"{base}-{again}"
        self._taken.add(made)
        return HolderId(made)


class Holders:
    """The holders of a register and of the ledger that it is taken into.

    Args:
        known: What the ledger knows.
        troubles: Takes what is wrong.
        notes: Takes what somebody should look at.
        kind: What holders are for which no row says it.
        one_name_one_holder: Whether one name is one holder where there is no sheet of holders.
    """

    def __init__(
        self,
        known: Known,
        troubles: Troubles,
        notes: list[str],
        *,
        kind: HolderKind | None,
        one_name_one_holder: bool,
    ) -> None:
        self._known, self._troubles, self._notes = known, troubles, notes
        self._kind, self._one_name_one_holder = kind, one_name_one_holder
        self._of_file: dict[str, Holder | None] = {}
        self._names: defaultdict[str, list[HolderId]] = defaultdict(list)
        for name, holders in known.names().items():
            self._names[name] += holders
        self._recorded = known.holders()
        self.found: list[Holder] = []

    # --- from a sheet of holders ----------------------------------------------------------------------------

    def take_sheet(self, lines: Sequence[Line]) -> None:
        """Take the rows of the sheet Holders."""
        ids = Ids([*self._recorded, *(line["holder"] for line in lines if line["holder"])])
        by_name: defaultdict[str, list[Line]] = defaultdict(list)
        for line in lines:
            if line["name"] is not None:
                by_name[line["name"]].append(line)
        for line in lines:
            if line.is_bad("holder", "name", "holder_kind"):
                # Its problem is told; whoever names it is not to be told that it does not exist.
                for name in (line["holder"], line["name"]):
                    if name is not None:
                        self._of_file.setdefault(name, None)
                continue
            self._take_row(line, by_name, ids)
        for name, there in by_name.items():
            if len(there) > 1 and all(line["holder"] is not None for line in there):
                ids_of_name = ", ".join(str(line["holder"]) for line in there)
                self._notes.append(f"{shown(name)} is the name of {ids_of_name}, which stay {len(there)} holders")

    def _take_row(self, line: Line, by_name: dict[str, list[Line]], ids: Ids) -> None:
        name, holder = line["name"], line["holder"]
        if holder is None and not self._may_be_new(line, by_name[name]):
            self._of_file.setdefault(name, None)
            return
        if holder is not None and isinstance(first := self._of_file.get(holder), Holder):
            what = f"holder {holder} stands already in {first.line.place}"
            self._troubles.add(*line.problem("holder", "E_DUPLICATE", what, "give each holder an id of its own"))
            return
        self._add(Holder(holder or ids.of(name, line["holder_kind"]), name, line["holder_kind"], line))

    def _may_be_new(self, line: Line, same_name: Sequence[Line]) -> bool:
        """Check that a row without an id speaks of nobody who is there already."""
        name = line["name"]
        others = [each for each in same_name if each is not line]
        if others:
            what = f"{shown(name)} is also the name in {others[0].place}: one holder, or two?"
            hint = "one: delete a row; two: give each an id of its own"
            self._troubles.add(*line.problem("name", "E_DUPLICATE", what, hint))
        elif recorded := self._known.names().get(name):
            what = f"{shown(name)} is the name of {recorded[0]}, which is recorded: the same holder, or another?"
            hint = "write its id to mean it, or another id for another holder"
            self._troubles.add(*line.problem("name", "E_DUPLICATE", what, hint))
        else:
            return True
        return False

    def _add(self, holder: Holder) -> None:
        self._of_file[holder.holder] = holder
        if holder.holder not in self._names[holder.name]:
            self._names[holder.name].append(holder.holder)
        self.found.append(holder)

    # --- without one ------------------------------------------------------------------------------------------

    def take_rows(self, lines: Sequence[Line]) -> None:
        """Take the holders that rows name where there is no sheet of holders."""
        ids = Ids([*self._recorded, *(line["holder_id"] for line in lines if line["holder_id"])])
        named: dict[str, list[Line]] = {}
        for line in lines:
            if line.is_bad("holder", "holder_id", "holder_kind"):
                continue
            holder, text = line["holder_id"], line["holder"]
            if holder is not None and holder not in self._recorded:
                self._take_with_id(line, holder, text)
            elif holder is None and text not in self._recorded and not self._known.names().get(text):
                named.setdefault(text, []).append(line)
        for name, there in named.items():
            if name in self._of_file or self._names.get(name):
                continue  # a row beside it says its id
            if len(there) > 1 and not self._one_name_one_holder:
                what = f"{shown(name)} stands also in {there[0].place}: one holder, or two?"
                hint = "add a column Holder ID, or say that one name is one holder"
                self._troubles.add(*there[1].problem("holder", "E_DUPLICATE", what, hint))
                self._of_file[name] = None
                continue
            kind = self._kind_of(there, name)
            if kind is None:
                self._of_file[name] = None
            else:
                self._add(Holder(ids.of(name, kind), name, kind, there[0]))

    def _take_with_id(self, line: Line, holder: HolderId, name: str | None) -> None:
        if holder not in self._of_file:  # a second name of it is told where it is named
            kind = self._kind_of([line], name or holder)
            if name is None:
                hint = "write it, or add a sheet Holders"
                self._troubles.add(*line.problem("holder_id", "E_FIELD", f"{holder} has no name", hint))
            if kind is None or name is None:
                self._of_file[holder] = None
            else:
                self._add(Holder(holder, name, kind, line))

    def _kind_of(self, lines: Sequence[Line], name: str) -> HolderKind | None:
        said: dict[HolderKind, Line] = {}
        for line in lines:
            if line["holder_kind"] is not None:
                said[line["holder_kind"]] = line
        if len(said) > 1:
            what = f"{shown(name)} is a person in one row and an organisation in another"
            line = list(said.values())[-1]
            self._troubles.add(*line.problem("holder_kind", "E_TERMS", what, "give each holder an id of its own"))
            return None
        if said:
            return next(iter(said))
        if self._kind is None:
            what = f"whether {shown(name)} is a person or an organisation is not said"
            hint = "add a column Kind of holder, or a sheet Holders"
            self._troubles.add(*lines[0].problem("holder", "E_FIELD", what, hint))
        return self._kind

    # --- who is meant -----------------------------------------------------------------------------------------

    def meant(self, line: Line, field: str, id_field: str = "") -> HolderId | None:
        """Return the holder that a row names, or note that it is nobody or may be several."""
        if line.is_bad(field, id_field):
            return None
        holder: HolderId | None = line[id_field] if id_field else None
        text: str | None = line[field]
        if holder is not None:
            return self._by_id(line, id_field, holder, field, text)
        if text is None or self._of_file.get(text, self) is None:
            return None  # told already
        candidates: list[HolderId] = list(dict.fromkeys([*self._ids_like(text), *self._names.get(text, ())]))
        if len(candidates) == 1:
            return candidates[0]
        if candidates:
            who = ", ".join(candidates)
            what = f"{shown(text)} may be {who}"
            self._troubles.add(*line.problem(field, "E_DUPLICATE", what, "write the id of the one that is meant"))
            return None
        self._unknown(line, field, text)
        return None

    def _by_id(self, line: Line, id_field: str, holder: HolderId, field: str, text: str | None) -> HolderId | None:
        if not self._ids_like(holder):
            if holder not in self._of_file:
                self._unknown(line, id_field, holder)
            return None
        if text is not None and text != holder and holder not in self._names.get(text, ()):
            what = f"{shown(text)} is not the name of {holder}"
            self._troubles.add(*line.problem(field, "E_TERMS", what, "correct the one or the other"))
            return None
        return holder

    def _ids_like(self, text: str) -> list[HolderId]:
        if isinstance(self._of_file.get(text), Holder) or text in self._recorded:
            return [HolderId(text)]
        return []

    def _unknown(self, line: Line, field: str, text: str) -> None:
        near = self._troubles.nearest(text, lambda: [*self._names, *self._of_file, *self._recorded])
        hint = f"did you mean {printed(near)}?" if near else "add a row to the sheet Holders"
        what = f"holder {shown(text)} is on no sheet Holders, and not recorded"
        self._troubles.add(*line.problem(field, "E_UNKNOWN", what, hint))
