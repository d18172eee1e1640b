"""Runs every Python block of README.md and docs/ as a test, and the consoles of pages that show what is printed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.pages import runner

pytest_collect_file = runner().pytest()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Keep together what belongs together when tests run side by side.

    Each block of a page goes on where the last one ended, and the site is made once.
    """
    from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]  # the library has no types

    class PagesWhole(LoadScopeScheduling):  # type: ignore[misc]  # the library has no types
        def _split_scope(self, nodeid: str) -> str:
            page, _, _ = nodeid.partition("::")
            return page if page.endswith((".md", "/test_site.py")) else nodeid

    return PagesWhole(config, log)
