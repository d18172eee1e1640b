"""A company of twelve entries in a file, made once and copied for each test."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ledger import (
    Ledger,
)
from tests import builders as a
from tests.registrar.acts.company import DUPLICATED


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a company of twelve entries with holdings, a reserve and an agreement, as its seventh to twelfth."""
    path = tmp_path_factory.mktemp("ledger") / "acme.db"
    with Ledger.open(path, create=True, clock=a.ticking()) as ledger:
        ledger.record(*a.founding(), actor="counsel", command="founding")
        ledger.record(
            a.common_issued(),
            a.common_issued(holder="bob", issued=500, security="CS-1"),
            a.agreement_signed(),
            a.preferred_issued(security="PA-1"),
            a.shares_reserved(),
            a.holder_registered(holder="zoe", name=DUPLICATED, effective_on=a.DEALT),
            actor="counsel",
            command="round",
        )
    return path


@pytest.fixture
def file(template: Path, tmp_path: Path) -> Path:
    shutil.copy(f"{template}.keys", tmp_path / "acme.db.keys")
    return Path(shutil.copy(template, tmp_path / "acme.db"))
