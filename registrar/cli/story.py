"""The verb that tells a story: a real case, recorded and asked step by step."""

from __future__ import annotations

import click

from registrar.cli.output import width


@click.command(
    epilog="""\b
Example:
  captable demo""",
)
def demo() -> None:
    """Record a real case into a temporary ledger, and show every answer with a line of explanation."""
    from registrar import demo as story

    story.run(click.echo, width())
