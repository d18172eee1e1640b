"""Profiles, quick by default, thorough with ``--hypothesis-profile=thorough``; and a server for who asks for it."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

from tests.server import Server, shared

settings.register_profile("quick", max_examples=60, deadline=None)
settings.register_profile(
    "thorough", max_examples=2_000, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("quick")


@pytest.fixture
def server() -> Server:
    """Return a PostgreSQL server, the same for all tests of the process."""
    return shared()


@pytest.fixture
def database(server: Server) -> str:
    """Return where an empty database is."""
    return server.empty("a")
