"""What verifying a store found: how far evidence reaches, what was compared, and all that is damaged."""

from __future__ import annotations

from typing import Final

from ledger.integrity.notes import encoded
from ledger.verification import Compared, Level, Verification
from registrar.report import Asked, Column, Head, Kind, Layout, Report, Row, Table

_UNCOMPARED: Final = (
    "Nothing that is kept elsewhere was compared. Whoever can write to the store can have rewritten all of it, and"
    " that would not show. Give a checkpoint that somebody else has kept."
)
_KEPT: Final = {
    Level.NOTHING: "nothing",
    Level.CHECKPOINT: "a checkpoint",
    Level.TIME_STAMP: "a checkpoint with a time stamp",
    Level.WITNESS: "a checkpoint that a witness signed",
}
_EXCLUDED: Final = {
    Level.NOTHING: "accidents",
    Level.CHECKPOINT: "accidents, and rewriting since the checkpoint was given away",
    Level.TIME_STAMP: "the same, and a checkpoint that was made later than its stamp",
    Level.WITNESS: "the same, and another history for others, as far as the witness is honest",
}


def verification(found: Verification) -> Report:
    """Return what a store holds of a record: never that it is verified where nothing outside says so."""
    says = _outcome(found)
    if found.issuer is None or found.recorded_at is None:
        places = "; ".join(f"{each.place}: {each.what}" for each in found.damage)
        return Report(name="verification", title="Verification", asked=None, says=f"{says} {places}".strip())
    level = found.reach()[-1][2] if found.reach() else Level.NOTHING
    asked = Asked(
        issuer=str(found.issuer),
        issuer_name=found.legal_name or str(found.issuer),
        days="from stored bytes to the root of the tree",
        heads=(
            Head("root", "Root of the tree", encoded(found.root) if found.root is not None else "not known"),
            Head("level", "Evidence for all entries", f"level {level:d}"),
        ),
        known=found.entries,
        entries=found.entries,
        known_at=found.recorded_at,
        digest=lambda: found.digest or "not known",
    )
    tables = (_damage(found), _reach(found), _outside(found))
    return Report(
        name="verification",
        title="Verification",
        asked=asked,
        tables=[table for table in tables if table.rows],
        says=says,
    )


def _outcome(found: Verification) -> str:
    """Return what was found, in a paragraph."""
    if found.is_damaged:
        return " ".join(["Damaged: the store does not hold what was recorded.", *_about_damage(found)])
    if found.issuer is None:
        return f"Nothing is recorded. {_UNCOMPARED}" if not found.compared else "Nothing is recorded."
    covered, left = found.covered(), found.entries - found.covered()
    if not covered:
        return f"Consistent in itself: {_counted(found.entries)}, and what is derived from them. {_UNCOMPARED}"
    told = f"Verified up to entry {covered:,}: so far it is the record that somebody else has kept the root of."
    if left:
        told += f" After that: {_counted(left)}, compared with nothing outside."
    return told


def _about_damage(found: Verification) -> list[str]:
    said = []
    if short := [each.anchor.size for each in found.compared if each.anchor.size > found.entries]:
        said.append(f"It ends with entry {found.entries:,}, and {max(short):,} were recorded.")
    if between := found.rewritten:
        first, last = between
        among = f"entry {first:,}" if first == last else f"one or more of entries {first:,} to {last:,}"
        said.append(f"Something was rewritten: {among}; unless a checkpoint is of another record.")
    if covered := found.covered():
        said.append(f"Up to entry {covered:,} the root is the one that somebody else has kept.")
    return said


def _counted(entries: int) -> str:
    return f"{entries:,} entr{'y' if entries == 1 else 'ies'}"


def _damage(found: Verification) -> Table:
    return Table(
        name="damage",
        title="Damage",
        layout=Layout.LIST,
        columns=(
            Column(name="part", heading="Part", shown=False),
            Column(name="first", heading="First entry", kind=Kind.COUNT, shown=False),
            Column(name="last", heading="Last entry", kind=Kind.COUNT, shown=False),
            Column(name="place", heading="Where", block=0),
            Column(name="what", heading="What is wrong"),
        ),
        rows=[Row((each.part.value, each.first, each.last, each.place, each.what)) for each in found.damage],
    )


def _reach(found: Verification) -> Table:
    return Table(
        name="reach",
        title="How far evidence reaches",
        columns=(
            Column(name="first", heading="From entry", kind=Kind.COUNT),
            Column(name="last", heading="To entry", kind=Kind.COUNT),
            Column(name="level", heading="Level", kind=Kind.COUNT),
            Column(name="kept", heading="Kept elsewhere"),
            Column(name="excluded", heading="Excluded by that"),
        ),
        rows=[
            Row((first, last, int(level), _KEPT[level], _EXCLUDED[level]))
            for first, last, level in found.reach()
            if level or not found.is_damaged
        ],
    )


def _outside(found: Verification) -> Table:
    return Table(
        name="compared",
        title="What was compared",
        layout=Layout.LIST,
        columns=(
            Column(name="size", heading="Entries", kind=Kind.COUNT, shown=False),
            Column(name="outcome", heading="Outcome", block=0),
            Column(name="source", heading="Source"),
            Column(name="level", heading="Level", kind=Kind.COUNT, about="level"),
            Column(name="root", heading="Root kept", about="root", block=2),
            Column(name="here", heading="Root here", about="here", block=3),
        ),
        rows=[
            Row(
                (
                    each.anchor.size,
                    _compared(each),
                    each.anchor.source,
                    int(each.anchor.level),
                    encoded(each.anchor.root),
                    encoded(each.root) if each.root is not None and not each.agrees else None,
                )
            )
            for each in found.compared
        ],
    )


def _compared(each: Compared) -> str:
    of = f"the first {_counted(each.anchor.size)}"
    if each.root is None:
        return f"{of} cannot be compared"
    return f"{of} are the same" if each.agrees else f"{of} are others"
