"""The verb that asks in SQL."""

from __future__ import annotations

import sys

import click

from registrar.cli.options import Asking, asking


@click.command(
    epilog="""\b
Example:
  captable query "from holdings('2017-06-20')" -f acme.db
  captable query "select holder, sum(quantity) from movements where account = 'held' group by holder"
  captable query - -O answer.csv < question.sql

Tables: entries, movements, holdings(as_of) and commitments(as_of); "describe entries" says what is in one.""",
)
@click.argument("sql", metavar="SQL")
@asking()
@click.option(
    "--seconds", type=click.IntRange(1, 86_400), default=60, show_default=True, help="Time that it may take."
)
@click.option(
    "--rows",
    type=click.IntRange(1, 100_000_000),
    default=1_000_000,
    show_default=True,
    help="Rows that it may answer.",
)
@click.option(
    "--megabytes",
    type=click.IntRange(64, 1_000_000),
    default=2_048,
    show_default=True,
    help="Memory that it may use.",
)
def query(asked: Asking, sql: str, seconds: int, rows: int, megabytes: int) -> None:
    """Show what SQL answers over the record: one statement that asks, as DuckDB understands it, or - for input.

    It reads the tables of the ledger and nothing else: no file, no network. Quantities are exact decimals.
    """
    with asked.opened() as ledger:
        from projections.query import QueryLimits
        from projections.query import query as answered
        from registrar import views

        limits = QueryLimits(rows=rows, seconds=seconds, megabytes=megabytes)
        text = sys.stdin.read() if sql == "-" else sql
        answer = answered(ledger, text, known_at=asked.known(ledger), limits=limits)
        asked.answer(lambda: views.query(ledger, answer))
