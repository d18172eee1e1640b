"""Runs every Python block of README.md and docs/ as a test: one company a page, in a folder of its own."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser, SkipParser

ROOT = Path(__file__).parent


def _go_elsewhere(namespace: dict[str, Any]) -> None:
    """Start a page in an empty folder, so that it may make files under the names it shows."""
    namespace["_from"], namespace["_folder"] = os.getcwd(), tempfile.TemporaryDirectory()
    os.chdir(namespace["_folder"].name)


def _come_back(namespace: dict[str, Any]) -> None:
    os.chdir(namespace["_from"])
    namespace["_folder"].cleanup()


pytest_collect_file = Sybil(
    parsers=[PythonCodeBlockParser(), SkipParser()],
    patterns=["README.md", "docs/*.md", "docs/**/*.md"],
    path=str(ROOT),
    setup=_go_elsewhere,
    teardown=_come_back,
).pytest()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Keep the blocks of a page together when tests run side by side: each goes on where the last one ended."""
    from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]

    class PagesWhole(LoadScopeScheduling):  # type: ignore[misc]  # the library has no types
        def _split_scope(self, nodeid: str) -> str:
            page, _, _ = nodeid.partition("::")
            return page if page.endswith(".md") else nodeid

    return PagesWhole(config, log)
