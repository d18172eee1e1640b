"""Verbs that print the registers: a holder's statement, holders, certificates, dividends, company, open points."""

from __future__ import annotations

import click

from registrar.cli.completion import completing
from registrar.cli.options import Asking, as_of_option, asking, basis_option

EVERY = ("day", "week", "month", "quarter", "year")


@click.command(
    epilog="""\b
Example:
  captable statement boone -f acme.db --as-of 2017-06-20
  captable statement boone --after 2016-12-31 --as-of 2017-12-31 -O boone.pdf""",
)
@click.argument("holder", shell_complete=completing("holder"))
@asking()
@click.option(
    "--after", metavar="DAY", help="The day at whose close it opens. Default: everything from the beginning."
)
@as_of_option
@basis_option
def statement(asked: Asking, holder: str, after: str | None, as_of: str | None, basis: str | None) -> None:
    """Show the account of HOLDER: every movement of shares with what was left after it, and what there is."""
    with asked.opened() as ledger:
        from projections.statement import statement as account
        from registrar.names import Names
        from registrar.registers.statement import statement as report

        opens, day, units = asked.day("--after", after), asked.as_of(ledger, as_of), asked.day("--basis", basis)
        known = asked.known(ledger)
        whose = Names(ledger, known).holder(holder)
        answer = account(ledger, whose, after=opens, as_of=day, known_at=known, basis=units)
        asked.answer(lambda: report(ledger, answer))


@click.command(
    epilog="""\b
Example:
  captable holders -f acme.db --as-of 2017-06-20
  captable holders --as-of 2017-06-20 -O holders.pdf""",
)
@asking()
@as_of_option
@basis_option
def holders(asked: Asking, as_of: str | None, basis: str | None) -> None:
    """Show the holders of record on a record date, in alphabetical order, with their shares and votes."""
    with asked.opened() as ledger:
        from projections.holders import holders as listed
        from registrar.registers.holders import holders as report

        day, units = asked.as_of(ledger, as_of), asked.day("--basis", basis)
        answer = listed(ledger, as_of=day, known_at=asked.known(ledger), basis=units)
        asked.answer(lambda: report(ledger, answer))


@click.command(
    epilog="""\b
Example:
  captable holdings -f acme.db --as-of 2017-06-20
  captable holdings --as-of 2017-06-20 -o csv""",
)
@asking()
@as_of_option
def holdings(asked: Asking, as_of: str | None) -> None:
    """Show who holds what, class by class, and nothing else: a long list of a long history, at once."""
    with asked.opened() as ledger:
        from projections.holdings import holdings as held
        from registrar.registers.holdings import holdings as report

        answer = held(ledger, as_of=asked.as_of(ledger, as_of), known_at=asked.known(ledger))
        asked.answer(lambda: report(ledger, answer))
        ledger.keep()  # the next one who asks is answered out of it


@click.command(
    "holdings-over-time",
    epilog="""\b
Example:
  captable holdings-over-time -f acme.db --after 2016-12-31 --through 2017-12-31 --every month
  captable holdings-over-time boone --after 2016-12-31 --every week -O boone.csv""",
)
@click.argument("holder", required=False, metavar="[HOLDER]", shell_complete=completing("holder"))
@asking()
@click.option("--after", metavar="DAY", required=True, help="The first day.")
@click.option("--through", metavar="DAY", help="No day is later than this. Default: today.")
@click.option("--every", type=click.Choice(EVERY), default="month", help="From day to day. Default: month.")
def holdings_over_time(asked: Asking, holder: str | None, after: str, through: str | None, every: str) -> None:
    """Show who held what at the close of many days, or what HOLDER alone had, with those merged with them."""
    with asked.opened() as ledger:
        from projections.holdings_over_time import days_from
        from projections.holdings_over_time import holdings_over_time as held
        from registrar.names import Names
        from registrar.registers.holdings import holdings_over_time as report

        first, last, known = (
            asked.day("--after", after),
            asked.as_of(ledger, through, "--through"),
            asked.known(ledger),
        )
        assert first is not None, "it is required"
        whose = None if holder is None else Names(ledger, known).holder(holder)
        answer = held(ledger, days_from(first, last, every), holder=whose, known_at=known)
        asked.answer(lambda: report(ledger, answer, whose))


@click.command(
    epilog="""\b
Example:
  captable certificates -f acme.db
  captable certificates --as-of 2017-06-20 -O certificates.xlsx""",
)
@asking()
@as_of_option
@basis_option
def certificates(asked: Asking, as_of: str | None, basis: str | None) -> None:
    """Show the register of certificates: whose each is, what became of it, and where it came from."""
    with asked.opened() as ledger:
        from projections.certificates import certificates as listed
        from registrar.registers.certificates import certificates as report

        day, units = asked.as_of(ledger, as_of), asked.day("--basis", basis)
        answer = listed(ledger, as_of=day, known_at=asked.known(ledger), basis=units)
        asked.answer(lambda: report(ledger, answer))


@click.command(
    epilog="""\b
Example:
  captable dividends -f acme.db --as-of 2024-12-31
  captable dividends --as-of 2024-12-31 -O dividends.xlsx""",
)
@asking()
@as_of_option
def dividends(asked: Asking, as_of: str | None) -> None:
    """Show the dividend ledger: what was declared and who is paid, what has accrued, and every payment."""
    with asked.opened() as ledger:
        from projections.dividends import dividends as listed
        from registrar.registers.dividends import dividends as report

        answer = listed(ledger, as_of=asked.as_of(ledger, as_of), known_at=asked.known(ledger))
        asked.answer(lambda: report(ledger, answer))


@click.command(
    epilog="""\b
Example:
  captable company -f acme.db --as-of 2017-06-20
  captable company --as-of 2017-06-20 -O company.pdf""",
)
@asking()
@as_of_option
def company(asked: Asking, as_of: str | None) -> None:
    """Show the company itself: its name, where its shares trade, control accounts, proposals and votes."""
    with asked.opened() as ledger:
        from projections.company import company_sheet
        from registrar.registers.company import company as report

        answer = company_sheet(ledger, as_of=asked.as_of(ledger, as_of), known_at=asked.known(ledger))
        asked.answer(lambda: report(ledger, answer))


@click.command(
    "open-points",
    epilog="""\b
Example:
  captable open-points -f acme.db --as-of 2017-06-20
  captable open-points --as-of 2017-06-20 -o csv --table days""",
)
@asking()
@as_of_option
def open_points(asked: Asking, as_of: str | None) -> None:
    """Show what the record leaves open: days, what was deduced, numbers not known, holdings that disagree."""
    with asked.opened() as ledger:
        from projections.open_points import open_points as found
        from registrar.registers.open_points import open_points as report

        day, known = asked.as_of(ledger, as_of), asked.known(ledger)
        answer = found(ledger, as_of=day, known_at=known)
        asked.answer(lambda: report(ledger, answer, day, ledger.position(known)))


@click.command(
    epilog="""\b
Example:
  captable awards -f acme.db --as-of 2024-12-31
  captable awards h-0001 --as-of 2024-12-31 -O awards.xlsx""",
)
@click.argument("holder", required=False, metavar="[HOLDER]", shell_complete=completing("holder"))
@asking()
@as_of_option
def awards(asked: Asking, holder: str | None, as_of: str | None) -> None:
    """Show the award ledger: what was granted, has vested and became of it, and what plans have left to grant.

    With HOLDER, only the awards of one.
    """
    with asked.opened() as ledger:
        from projections.awards import awards as listed
        from registrar.names import Names
        from registrar.registers.awards import awards as report

        day, known = asked.as_of(ledger, as_of), asked.known(ledger)
        whose = None if holder is None else Names(ledger, known).holder(holder)
        answer = listed(ledger, as_of=day, known_at=known)
        asked.answer(lambda: report(ledger, answer if whose is None else answer.only(whose)))
