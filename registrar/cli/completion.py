"""Completion: what can follow on the command line, names in the ledger file included.

A shell asks while somebody types. So the file is only read, whatever goes wrong is silent, and a file that is not
there has no names.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from ledger.store import Store
    from registrar.names import Names

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
            ``condition``, ``security``, ``reserve``, ``instrument``, ``plan``, ``dividend``, ``control account``.
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
    with _opened(ctx) as store:
        if store is not None and "issuer" in kinds:
            yield from ((issuer, "") for issuer in store.issuers())
        elif store is not None:
            names = _recorded(ctx, store)
            for kind in kinds:
                within = ctx.params.get("agreement") if kind in _WITHIN else None
                yield from names.all(kind, within).items()


@contextmanager
def _opened(ctx: click.Context) -> Iterator[Store | None]:
    """Open the ledger that the line names, to read it; ``None`` where there is none."""
    path = ctx.params.get("file")
    if not path:
        yield None
        return
    from ledger.store.addresses import on_server, store_at

    if not on_server(path) and not os.path.isfile(path):
        yield None
        return
    from registrar.cli.options import keys

    store = store_at(path, keys=keys())
    try:
        yield store
    finally:
        store.close()


def _recorded(ctx: click.Context, store: Store) -> Names:
    from ledger.journal import Ledger
    from registrar.names import Names

    return Names(Ledger(store, ctx.params.get("issuer")))


def figure(ctx: click.Context, param: click.Parameter, incomplete: str) -> Items:
    """Complete the words of a figure: a holder and what they may have, or what has figures and one."""
    from registrar.figures import NAMED

    words = ctx.params.get(param.name or "") or ()
    if not words:
        return completing(*NAMED)(ctx, param, incomplete)
    try:
        found = dict.fromkeys(_may_follow(ctx, words[0])) if len(words) == 1 else ()
    except Exception:  # as for names
        return []
    return [_item(each) for each in found if each.startswith(incomplete)]


def _may_follow(ctx: click.Context, of: str) -> Iterator[str]:
    """Yield what makes a figure with the first word of it."""
    from registrar.figures import NAMED, figures_of

    with _opened(ctx) as store:
        if store is None:
            return
        names = _recorded(ctx, store)
        for kind in (each for each in NAMED if of in names.all(each)):
            if kind == "holder":
                yield from (*names.all("stock class"), *names.all("instrument"))
            else:
                yield from figures_of(names, kind, of)


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
