"""Verbs that hold what others say against the record: figures that were disclosed, and lists of holders."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from registrar.cli import FOUND
from registrar.cli.options import Asking, as_of_option, asking

if TYPE_CHECKING:
    from ledger.terms.disclosed import Tolerance


@click.command(
    epilog="""\b
Example:
  captable claims -f acme.db --as-of 2017-06-20
  captable claims --as-of 2017-06-20 --tolerance 1% -O claims.pdf""",
)
@asking()
@as_of_option
@click.option("--tolerance", metavar="N|N%", help="For approximate figures. Default: 1/2, of the last digit shown.")
def claims(asked: Asking, as_of: str | None, tolerance: str | None) -> int:
    """Show what was disclosed by a day, each claim held against the record on the day that it is about.

    The status is 0 where nothing is contradicted, and 1 where a claim that is upheld is.
    """
    contradicted = False
    with asked.opened() as ledger:
        from projections.claims import claims as judged
        from registrar import as_json
        from registrar.registers.claims import claims as report

        day, allowed = asked.as_of(ledger, as_of), _tolerance(tolerance)
        answer = judged(ledger, as_of=day, known_at=asked.known(ledger), tolerance=allowed)
        contradicted = answer.is_contradicted
        asked.answer(lambda: report(ledger, answer), lambda: as_json.claims(ledger, answer))
    return FOUND if contradicted else 0


@click.command(
    epilog="""\b
Example:
  captable reconcile -f acme.db --as-of 2017-06-20
  captable reconcile --as-of 2017-06-20 -O differences.xlsx""",
)
@asking()
@as_of_option
def reconcile(asked: Asking, as_of: str | None) -> int:
    """Show in what the lists of holders that came in by a day differ from the register of their own days.

    The status is 0 where no difference stands, and 1 where one does. A name that may mean one holder or another is
    listed, and is no difference by itself.
    """
    differs = False
    with asked.opened() as ledger:
        from projections.record_differences import record_differences
        from registrar import as_json
        from registrar.registers.record_differences import record_differences as report

        answer = record_differences(ledger, as_of=asked.as_of(ledger, as_of), known_at=asked.known(ledger))
        differs = answer.differs
        asked.answer(lambda: report(ledger, answer), lambda: as_json.record_differences(ledger, answer))
    return FOUND if differs else 0


def _tolerance(typed: str | None) -> Tolerance:
    """Return what an approximate figure is allowed: units of its last digit more, or a part of it."""
    from ledger.quantities import exact
    from ledger.terms.disclosed import HALF_A_DIGIT, Tolerance

    if typed is None:
        return HALF_A_DIGIT
    if typed.endswith("%"):
        return Tolerance(f"{typed} more on both sides", part=exact(typed[:-1], what="tolerance") / 100)
    number = exact(typed, what="tolerance")
    return Tolerance(f"{typed} of its last digit more on both sides", steps=number)
