"""Acts that concern who the holders are: one is registered, renamed, or found to be another."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from registrar.cli.acts import Act, acting, argument

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ledger.events import PersonalDataErased
    from ledger.journal import Ledger
    from registrar.cli.acts import Request
    from registrar.desk import Desk


@click.command(
    cls=Act,
    epilog="""\b
Example:
  captable holder h-0001 "Ana Souza" --kind person --on 2024-01-02
  captable holder harborview "Harborview Fund LP" --kind organisation --on 2024-03-01""",
)
@argument("holder", "HOLDER")
@argument("called", "NAME")
@click.option("--kind", required=True, type=click.Choice(("person", "organisation")), help="What HOLDER is.")
@click.option("--address", metavar="TEXT", help="Address of a person.")
@click.option("--tax-id", metavar="TEXT", help="Tax number of a person.")
@acting()
def holder(desk: Desk) -> Request:
    """Record that HOLDER became known to the register: its short name here, and its NAME.

    Name, address and tax number of a person are kept beside the record, and can be erased. So the short name must
    say nothing personal.
    """
    from ledger.events import HolderRegistered
    from ledger.movements import HolderKind
    from ledger.personal import Personal

    name = desk.stated("called", str)
    if namesakes := desk.names.namesakes(name):
        desk.notes.append(f"{name} is also the name of {', '.join(namesakes)}")
    if desk.stated("kind", str) == "person":
        with desk.at("called"):
            known = {"holder_kind": HolderKind.NATURAL_PERSON, "name": Personal(name)}
    else:
        known = {"holder_kind": HolderKind.ORGANISATION, "legal_name": name}
    return desk.made(HolderRegistered, new=("holder",), **known)


@click.command(
    cls=Act,
    epilog="""\b
Example:
  captable rename harborview "Harborview Growth Fund LP" --on 2024-09-02""",
)
@argument("holder", "HOLDER", of="holder")
@argument("name", "NAME")
@acting()
def rename(desk: Desk) -> Request:
    """Record that HOLDER is now called NAME. It is the same holder."""
    from ledger.commands import RenameHolder

    return desk.made(RenameHolder)


@click.command(
    cls=Act,
    epilog="""\b
Example:
  captable merge h-0007 h-0001 --note "The same person, registered twice." --on 2024-11-04""",
)
@argument("holder", "HOLDER", of="holder")
@argument("into", "INTO", of="holder")
@acting()
def merge(desk: Desk) -> Request:
    """Record that HOLDER and INTO are one party, shown as INTO from then on. No share moves.

    An heir or a successor company is another party: shares reach it by captable transfer.
    """
    from ledger.events import HolderMerged

    return desk.made(HolderMerged)


@click.command(
    cls=Act,
    epilog="""\b
Example:
  captable erase h-0001 --reason "Request of 3 May 2026, Art. 17 GDPR." --dry-run
  captable erase --named - --reason "Request of 4 May 2026, Art. 17 GDPR." """,
)
@argument("holder", "[HOLDER]", of="holder", required=False)
@click.option("--named", metavar="NAME", help="Also lines of lists about nobody that read so; - asks for it.")
@click.option("--reason", required=True, metavar="TEXT", help="Why.")
@acting(dated=False)
def erase(desk: Desk) -> Request:
    """Erase the personal data of HOLDER and of those merged with it, for good: their keys are deleted.

    Every entry and every proof stays as it is. A name that is typed on a line stays in the history of the shell;
    with --named -, it is read from standard input.
    """
    from ledger.commands import ErasePersonalData
    from ledger.identity import HolderId

    named = desk.option("named", str)
    if named == "-":
        named = sys.stdin.readline().strip()
    holder = desk.option("holder", HolderId)
    if holder is None and named is None:
        raise click.UsageError("name a holder, or lines of lists with --named")
    request = ErasePersonalData(holder=holder, named=named, reason=desk.stated("reason", str))
    with desk.told():
        (event,) = request.events(desk.ledger)
    desk.notes += concerned(desk.ledger, event)
    return request


def concerned(ledger: Ledger, event: PersonalDataErased) -> Iterator[str]:
    """Yield whom an erasure is about, and which lines of lists read much the same and are not among them."""
    from ledger.personal import whose
    from projections.listed_names import likeness

    erased = {(each.entry, each.line) for each in event.lines}
    told, names, others = [*map(str, event.holders)], set[str](), list[tuple[str, str]]()
    if event.lines:
        told.append(f"{len(event.lines)} {'line' if len(event.lines) == 1 else 'lines'} of lists")
    for entry in ledger.entries():
        for line, (value, holder) in enumerate(whose(entry.event), 1):
            if value.value is None:
                continue
            if holder in event.holders or (entry.number, line) in erased:
                names.add(value.value)
            elif holder is None:
                others.append((f"entry {entry.number} line {line}", value.value))
    yield f"the erasure is about {', '.join(told)}"
    alike = [place for place, other in others if any(name == other or likeness(name, other) for name in names)]
    if alike:
        more = f", and {len(alike) - 5} more" if len(alike) > 5 else ""
        yield f"lists read alike, and keep what they say, in {', '.join(alike[:5])}{more} (erase them with --named)"
