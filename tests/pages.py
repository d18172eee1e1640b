"""How the blocks of a page are run: Python by Sybil, consoles by ``tests.console``, in a folder of its own."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable
from difflib import ndiff
from pathlib import Path
from typing import Any, Final

from sybil import Document, Example, Region, Sybil
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser, SkipParser

from tests.console import BLOCK, Console, followed, is_followed

ROOT: Final = Path(__file__).parent.parent


def _go_elsewhere(namespace: dict[str, Any]) -> None:
    """Start a page in an empty folder, so that it may make files under the names it shows."""
    namespace["_from"], namespace["_folder"] = os.getcwd(), tempfile.TemporaryDirectory()
    os.chdir(namespace["_folder"].name)


def _come_back(namespace: dict[str, Any]) -> None:
    os.chdir(namespace["_from"])
    namespace["_folder"].cleanup()


def _console(example: Example) -> Console:
    """Return the terminal of the page, with the files that the page links to beside it."""
    namespace = example.document.namespace
    if "_console" not in namespace:
        namespace["_console"] = Console()
        namespace["_console"].fetch(Path(example.document.path))
    console = namespace["_console"]
    assert isinstance(console, Console)
    return console


def compared(example: Example) -> str | None:
    """Return what a block prints otherwise than its page says, if anything."""
    shown = str(example.parsed)
    printed = followed(_console(example), shown)
    if printed == shown:
        return None
    changes = [line for line in ndiff(shown.splitlines(), printed.splitlines()) if line[0] in "-+"]
    return "\n".join(
        ["the page (-) and the program (+) differ; python -m tests.golden.make_pages renews it", *changes]
    )


class _Consoles:
    """Finds the console blocks of the pages that are followed."""

    def __init__(self, evaluate: Any) -> None:
        self._blocks = CodeBlockParser(language="console", evaluator=evaluate)

    def __call__(self, document: Document) -> Iterable[Region]:
        return self._blocks(document) if is_followed(document.text) else ()


def runner(console: Any = compared) -> Sybil:
    """Return what finds and runs the blocks of every page."""
    return Sybil(
        parsers=[PythonCodeBlockParser(), _Consoles(console), SkipParser()],
        patterns=["README.md", "docs/*.md", "docs/**/*.md"],
        path=str(ROOT),
        setup=_go_elsewhere,
        teardown=_come_back,
    )


def renewed(page: Path) -> str:
    """Return a page that is followed, with what its consoles print now."""
    printed = run(page)
    text = page.read_text(encoding="utf-8")
    assert len(BLOCK.findall(text)) == len(printed)
    waiting = iter(printed)
    return BLOCK.sub(lambda _: f"```console\n{next(waiting)}```", text)


def run(page: Path, then: Callable[[], None] | None = None) -> list[str]:
    """Run every block of a page, and return its consoles with what they print now, whatever the page says.

    Args:
        page: Which page.
        then: Called in the folder of the page before that goes.
    """
    printed: list[str] = []

    def keep(example: Example) -> None:
        printed.append(followed(_console(example), str(example.parsed)))

    document = runner(keep).parse(page)
    _go_elsewhere(document.namespace)
    try:
        for example in document.examples():
            example.evaluate()
        if then is not None:
            then()
    finally:
        _come_back(document.namespace)
    return printed
