"""The verb that tells a story: a real case, recorded and asked step by step."""

from __future__ import annotations

from pathlib import Path

import click

from registrar.cli.output import width


@click.command(
    epilog="""\b
Example:
  captable demo
  captable demo --whole
  captable demo --whole --keep ascent-solar.db""",
)
@click.option("--whole", is_flag=True, help="Ten years of the company instead of one agreement.")
@click.option(
    "--keep",
    type=click.Path(path_type=Path, exists=False),
    metavar="FILE",
    help="With --whole: a new file to keep the ledger in, so that it can be asked.",
)
def demo(whole: bool, keep: Path | None) -> None:
    """Record a real case into a temporary ledger, and show every answer with a line of explanation."""
    if keep is not None and not whole:
        raise click.UsageError("--keep goes with --whole")
    if keep is not None and keep.exists():
        raise click.UsageError(f"{keep} exists; name a new file")
    if whole:
        from registrar import ten_years

        ten_years.run(click.echo, width(), keep)
    else:
        from registrar import demo as story

        story.run(click.echo, width())
