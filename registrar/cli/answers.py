"""Verbs that ask: cap table, commitments, roll-forward, explanation, audit trail and findings."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING

import click

from registrar.cli import FOUND, completion
from registrar.cli.options import Asking, as_of_option, asking, basis_option

if TYPE_CHECKING:
    from projections.findings import Finding


def _shapes() -> ModuleType:
    """Return the module of JSON answers, which an answer in another format does without."""
    from registrar import as_json

    return as_json


def _views() -> ModuleType:
    """Return the module of answers as reports, which an answer in JSON does without."""
    from registrar import views

    return views


@click.command(
    epilog="""\b
Example:
  captable show -f acme.db --as-of 2017-06-20
  captable show -f acme.db --as-of 2017-06-20 --known-at 2017-06-01
  captable show -f acme.db --as-of 2017-06-20 --basis 2018-07-23 --json
  captable show -f acme.db --as-of 2017-06-20 -O cap-table.xlsx""",
)
@asking()
@as_of_option
@basis_option
def show(asked: Asking, as_of: str | None, basis: str | None) -> None:
    """Show the cap table: who held what, and what is authorized, issued and available of each class."""
    with asked.opened() as ledger:
        from projections.cap_table import cap_table

        day, units = asked.as_of(ledger, as_of), asked.day("--basis", basis)
        answer = cap_table(ledger, as_of=day, known_at=asked.known(ledger), basis=units)
        asked.answer(
            lambda: _views().cap_table(ledger, answer),
            lambda: _shapes().cap_table(ledger, answer),
        )


@click.command(
    epilog="""\b
Example:
  captable commitments -f acme.db --as-of 2017-06-20
  captable commitments -f acme.db --as-of 2017-06-20 -O commitments.pdf""",
)
@asking()
@as_of_option
@basis_option
def commitments(asked: Asking, as_of: str | None, basis: str | None) -> None:
    """Show what investors promised: undertaken, due, closed, lapsed and undrawn, by agreement and tranche."""
    with asked.opened() as ledger:
        from projections.commitments import commitments as balances

        day, units = asked.as_of(ledger, as_of), asked.day("--basis", basis)
        answer = balances(ledger, as_of=day, known_at=asked.known(ledger), basis=units)
        asked.answer(
            lambda: _views().commitments(ledger, answer),
            lambda: _shapes().commitments(ledger, answer),
        )


@click.command(
    epilog="""\b
Example:
  captable rollforward boone common --after 2017-01-01 --through 2017-06-20
  captable rollforward ascent-k undrawn --after 2017-02-08
  captable rollforward plan-2016 pooled --after 2016-12-31""",
)
@click.argument("figure", nargs=-1, required=True, shell_complete=completion.figure)
@asking()
@click.option("--after", required=True, metavar="DAY", help="The day at whose close it opens.")
@click.option("--through", metavar="DAY", help="The day at whose close it ends. Default: today.")
@basis_option
def rollforward(
    asked: Asking,
    figure: tuple[str, ...],
    after: str,
    through: str | None,
    basis: str | None,
) -> None:
    """Show how FIGURE came from one day to another: opening, each kind of movement, closing.

    FIGURE is a holder and a class or an instrument (boone common, boone note-1), a class and a figure (common
    outstanding), an agreement and a figure (ascent-k undrawn), or what is left of an instrument, a plan, a dividend
    or a control account: NOTE owed, WARRANT purchasable, AWARD awarded, PLAN pooled, DIVIDEND declared, ACCOUNT
    restricted.
    """
    with asked.opened() as ledger:
        from projections.rollforward import rollforward as roll
        from registrar.figures import figure_named

        opens, ends = asked.as_of(ledger, after, "--after"), asked.as_of(ledger, through, "--through")
        units = asked.day("--basis", basis)
        known = asked.known(ledger)
        which = figure_named(ledger, figure, as_of=ends, known=known)
        answer = roll(ledger, which, after=opens, through=ends, known_at=known, basis=units)
        asked.answer(
            lambda: _views().rollforward(ledger, answer, known),
            lambda: _shapes().rollforward(ledger, answer, known),
        )


@click.command(
    epilog="""\b
Example:
  captable explain boone common --as-of 2017-06-20
  captable explain common authorized
  captable explain ascent-k undrawn
  captable explain boone note-1""",
)
@click.argument("figure", nargs=-1, required=True, shell_complete=completion.figure)
@asking()
@as_of_option
@basis_option
def explain(asked: Asking, figure: tuple[str, ...], as_of: str | None, basis: str | None) -> None:
    """Show the entries behind FIGURE, with the arithmetic.

    FIGURE is a holder and a class or an instrument (boone common, boone note-1), a class and one of outstanding,
    issued, treasury, reserved, pooled, awarded and authorized, an agreement and one of undertaken, closed, lapsed
    and undrawn, or what is left of an instrument, a plan, a dividend or a control account: NOTE owed, WARRANT
    purchasable, AWARD awarded, PLAN pooled, DIVIDEND declared, ACCOUNT restricted.
    """
    with asked.opened() as ledger:
        from projections.explain import explain as explained
        from registrar.figures import figure_named

        day, known = asked.as_of(ledger, as_of), asked.known(ledger)
        which = figure_named(ledger, figure, as_of=day, known=known)
        answer = explained(ledger, which, as_of=day, known_at=known, basis=asked.day("--basis", basis))
        asked.answer(
            lambda: _views().explanation(ledger, answer, known),
            lambda: _shapes().explanation(ledger, answer, known),
        )


@click.command(
    epilog="""\b
Example:
  captable log -f acme.db --actor counsel
  captable log -f acme.db --late-for 2017-03-31
  captable log -f acme.db --kind shares-converted --without-evidence""",
)
@asking()
@click.option("--actor", metavar="NAME", help="Recorded by this person.")
@click.option("--kind", "kinds", metavar="KIND", multiple=True, help="Of this kind; may be given several times.")
@click.option("--recorded-from", metavar="DAY", help="Recorded on this day of the issuer's zone, or later.")
@click.option("--recorded-through", metavar="DAY", help="Recorded by the close of this day.")
@click.option("--effective-from", metavar="DAY", help="May take effect on this day, or later.")
@click.option("--effective-through", metavar="DAY", help="May take effect by the close of this day.")
@click.option("--late-for", metavar="DAY", help="Recorded after this day, and taking effect by its close.")
@click.option("--without-evidence", is_flag=True, help="Entries that no document shows.")
def log(
    asked: Asking,
    actor: str | None,
    kinds: tuple[str, ...],
    recorded_from: str | None,
    recorded_through: str | None,
    effective_from: str | None,
    effective_through: str | None,
    late_for: str | None,
    without_evidence: bool,
) -> None:
    """Show the audit trail: what was recorded, by whom and when, and the documents that show it."""
    with asked.opened() as ledger:
        from projections.audit import audit_trail

        _kinds_known(kinds)
        days = {
            "recorded from": asked.day("--recorded-from", recorded_from),
            "recorded through": asked.day("--recorded-through", recorded_through),
            "effective from": asked.day("--effective-from", effective_from),
            "effective through": asked.day("--effective-through", effective_through),
            "late for": asked.day("--late-for", late_for),
        }
        known = asked.known(ledger)
        answer = audit_trail(
            ledger,
            known_at=known,
            actor=actor,
            kinds=kinds or None,
            without_evidence=without_evidence,
            **{name.replace(" ", "_"): day for name, day in days.items()},
        )
        words = [f"by {actor}"] if actor is not None else []
        words += [f"of kind {kind}" for kind in kinds]
        words += [f"{name} {day}" for name, day in days.items() if day is not None]
        words += ["without evidence"] if without_evidence else []
        filters = f"of entries {', '.join(words)}" if words else "of every entry"
        asked.answer(
            lambda: _views().audit(ledger, answer, known, filters),
            lambda: _shapes().audit(ledger, answer, known),
        )


def _kinds_known(kinds: tuple[str, ...]) -> None:
    from ledger.errors import NotUnderstood, nearest, shown
    from ledger.events import KINDS

    for kind in kinds:
        if kind not in KINDS:
            near = nearest(kind, KINDS)
            hint = f"did you mean {near}?" if near else f"one of {', '.join(KINDS)}"
            raise NotUnderstood("E_KIND", f"kind {shown(kind)} is not known", hint, "--kind")


@click.command(
    epilog="""\b
Example:
  captable check -f acme.db
  captable check -f acme.db --known-at 2017-06-20 --json""",
)
@asking()
def check(asked: Asking) -> int:
    """Show what does not fit in the record: how bad it is, since when, by which entry, and by how much.

    The status is 0 where everything fits, and 1 where something does not.
    """
    found: Sequence[Finding] = ()
    with asked.opened() as ledger:
        from projections.findings import findings

        known = asked.known(ledger)
        found = findings(ledger, known_at=known)
        asked.answer(
            lambda: _views().findings(ledger, found, known),
            lambda: _shapes().findings(ledger, found, known),
        )
    return FOUND if found else 0
