"""Whether a store still holds what was recorded: from its bytes to the root of the tree, entry by entry.

Nothing is believed. The bytes of every entry are read and hashed again; what is derived from them (the rows that
make a command count once, the tiles of the tree, the list of issuers, personal values beside the record) is worked
out again and compared; and everything that does not fit is told, not the first of it only. No ledger is opened for
that: one that is damaged would refuse.

How far that reaches has to be said with it. Hashes find accidents and careless edits. Whoever may write to the
store can write other entries with other hashes, a whole history that fits in itself. So a record is called verified
as far as its root is one that is kept elsewhere, and no further; without such an anchor it is consistent in itself,
which says nothing against its keeper.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from ledger.errors import LedgerDamaged, NotUnderstood, shown
from ledger.identity import IssuerId
from ledger.store.port import chosen
from ledger.verification.beside import damage_beside
from ledger.verification.comparing import Comparison
from ledger.verification.findings import Anchor, Compared, Damage, Level, Part, Verification
from ledger.verification.reading import Reading

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ledger.store.port import Inspectable

__all__ = ["Anchor", "Compared", "Damage", "Level", "Part", "Verification", "verify"]


def verify(store: Inspectable, issuer: str | None = None, anchors: Iterable[Anchor] = ()) -> Verification:
    """Read all that a store holds of an issuer, and tell what of it is not what was recorded.

    Args:
        store: Where the record is kept.
        issuer: Whose record, where the store holds several.
        anchors: Sizes and roots that are kept elsewhere. That they are is the word of whoever gives them.

    Raises:
        NotUnderstood: ``E_ISSUER``: the store holds several issuers and none was named.
        UnknownName: The store holds nothing of the issuer named.
    """
    kept = sorted(anchors, key=lambda anchor: anchor.size)
    damage, issuers = _issuers(store)
    whose = IssuerId(issuer) if issuer is not None and damage else chosen(issuers, issuer)
    if whose is None:
        compared = tuple(Compared(anchor, None) for anchor in kept)
        return Verification(issuer=None, damage=tuple(damage), compared=compared)
    found = Reading(store, whose, {anchor.size for anchor in kept})
    Comparison(found).run()
    if not found.damage and not damage:
        damage += damage_beside(store, whose)
    return Verification(
        issuer=whose,
        legal_name=found.legal_name,
        entries=found.size,
        recorded_at=found.last_said.recorded_at if found.last_said is not None else None,
        root=found.root,
        digest=found.digest,
        damage=(*found.damage, *damage),
        compared=tuple(Compared(anchor, found.roots.get(anchor.size)) for anchor in kept),
    )


def _issuers(store: Inspectable) -> tuple[list[Damage], list[str]]:
    """Return what is wrong with the list of issuers, and the issuers that there are."""
    damage: list[str] = []
    listed: list[str] = []
    owners: set[str] = set()
    try:
        before = store.issuers()
        owners = store.owners()
        listed = store.issuers()  # somebody may have begun one meanwhile
    except LedgerDamaged as error:
        damage = [error.what]
        with suppress(LedgerDamaged):
            owners = store.owners()
    else:
        damage += (f"it leaves out {shown(name)}, of which there are rows" for name in sorted(owners - {*listed}))
        damage += (f"it has {name}, of which there is nothing" for name in before if name not in owners)
    unlisted = sorted(name for name in owners - {*listed} if _is_issuer(name))
    return [Damage(Part.ISSUERS, what, name="list of issuers") for what in damage], [*listed, *unlisted]


def _is_issuer(name: str) -> bool:
    try:
        return bool(IssuerId(name))
    except NotUnderstood:
        return False
