"""Completion: what can follow on the command line, names in the ledger file included.

A shell asks while somebody types. So the file is only read, whatever goes wrong is silent, and a file that is not
there has no names.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    Items = list[CompletionItem[Any]]
    Completes = Callable[[click.Context, click.Parameter, str], Items]

SHELLS: Final = ("bash", "zsh", "fish")
_VARIABLE: Final = "_CAPTABLE_COMPLETE"
_WITHIN: Final = ("tranche", "condition")
"""What is named within an agreement."""


def completing(*kinds: str) -> Completes:
    """Return what completes names of a ledger file.

    Args:
        kinds: What may be named: ``issuer``, ``holder``, ``stock class``, ``agreement``, ``tranche``,
            ``condition``, ``security``, ``reserve``.
    """

    def complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> Items:
        try:
            named = dict(_names(ctx, kinds))
        except Exception:  # somebody is typing: what is wrong is told when the line is given
            return []
        return [_item(name, help=title or None) for name, title in named.items() if name.startswith(incomplete)]

    return complete


def _names(ctx: click.Context, kinds: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield names with their titles."""
    path, issuer = ctx.params.get("file"), ctx.params.get("issuer")
    if not path or not os.path.isfile(path):
        return
    from ledger.journal import Ledger
    from ledger.store.sqlite import SqliteStore

    store = SqliteStore(path)
    try:
        if "issuer" in kinds:
            yield from ((issuer, "") for issuer in store.issuers())
            return
        from registrar.names import Names

        names = Names(Ledger(store, issuer))
        for kind in kinds:
            within = ctx.params.get("agreement") if kind in _WITHIN else None
            yield from names.all(kind, within).items()
    finally:
        store.close()


def figure(ctx: click.Context, param: click.Parameter, incomplete: str) -> Items:
    """Complete the words of a figure: a holder and a class, or a class or an agreement and one of its figures."""
    words = ctx.params.get(param.name or "") or ()
    kinds = ("holder", "stock class", "agreement")
    if not words:
        return completing(*kinds)(ctx, param, incomplete)
    known = {kind: [item.value for item in completing(kind)(ctx, param, words[0])] for kind in kinds}
    of = next((kind for kind, names in known.items() if words[0] in names), "")
    if len(words) > 1 or not of:
        return []
    if of == "holder":
        return completing("stock class")(ctx, param, incomplete)
    from projections.figures import AGREEMENT_FIGURES, CLASS_FIGURES

    figures = CLASS_FIGURES if of == "stock class" else AGREEMENT_FIGURES
    return [_item(each) for each in figures if each.startswith(incomplete)]


def files(ctx: click.Context, param: click.Parameter, incomplete: str) -> Items:
    """Let the shell complete the name of a file."""
    return [_item(incomplete, type="file")]


def _item(value: str, **more: Any) -> CompletionItem[Any]:
    from click.shell_completion import CompletionItem  # only a shell asks for one

    return CompletionItem(value, **more)


@click.command(
    epilog="""\b
Example:
  eval "$(captable completion bash)"
  captable completion zsh > ~/.captable-completion.zsh
  captable completion fish > ~/.config/fish/completions/captable.fish""",
)
@click.argument("shell", type=click.Choice(SHELLS))
def completion(shell: str) -> None:
    """Print the script that completes verbs, options and names of the ledger file in SHELL: bash, zsh or fish.

    Names come from the file that -f or CAPTABLE_FILE names.
    """
    from click.shell_completion import get_completion_class

    from registrar.cli import main

    found = get_completion_class(shell)
    assert found is not None, "click knows these three"
    click.echo(found(main, {}, "captable", _VARIABLE).source())
