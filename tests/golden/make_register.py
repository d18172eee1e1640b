"""Write the form of a register, and one that is filled, and keep them: ``python -m tests.golden.make_register``.

The CSV files are kept as they are. Of a workbook its cells are kept, as text with their type, and what may be
chosen: the bytes of the package are those of a library, and change with it.
"""

import re
from contextlib import chdir
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import python_calamine
from click.testing import CliRunner

from ledger.events import Consideration, ConsiderationForm
from ledger.exchange.register import excerpt, history, template
from ledger.journal import Ledger
from ledger.movements import HolderKind
from ledger.personal import SALT_BYTES
from ledger.quantities import Money
from ledger.store import MemoryStore
from registrar.cli import main
from tests import builders as a
from tests.ledger.exchange.register.made import parts_of

FOLDER: Final = Path(__file__).parent / "register"


def ledger() -> Ledger:
    """Return a ledger with something on every sheet."""
    made = Ledger(MemoryStore(), clock=a.ticking(), salts=lambda: b"\1" * SALT_BYTES)
    made.record(*a.founding(), actor="counsel", command="founding")
    made.record(
        a.security_identifier_changed(effective_on=a.FOUNDED),
        a.holder_registered(holder="old-fund", holder_kind=HolderKind.ORGANISATION, legal_name="=Old Fund"),
        a.shares_reserved(),
        a.common_issued(security="CS-1", legends=("Rule 144", "Lock-up"), note="Founder"),
        a.common_issued(
            holder="bob",
            issued=500,
            consideration=Consideration(form=ConsiderationForm.CASH, amount=Money("12.50", "USD")),
            authority="Board, 1 February 2026",
        ),
        a.preferred_issued(security="PA-1", effective_on="2026-02-02/2026-02-05"),
        a.shares_transferred(security="CS-1", received_as="CS-2", effective_on="2026-02-06"),
        a.shares_converted(security="PA-1", received_as="CS-3", effective_on="2026-02-10"),
        a.shares_cancelled(security="CS-1", effective_on="2026-02-11"),
        a.shares_repurchased(security="CS-1", paid="40 USD", effective_on="2026-02-12"),
        a.shares_redeemed(security="PA-1", paid="1000 USD", effective_on="2026-02-13"),
        actor="counsel",
        command="year",
    )
    return made


def cells_of(data: bytes) -> str:
    """Return what the sheets of a workbook hold, as text."""
    book = python_calamine.CalamineWorkbook.from_filelike(BytesIO(data))
    parts = parts_of(data)
    lines = []
    for number, name in enumerate(book.sheet_names, 1):
        lines.append(f"=== {name}")
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        lines += [" | ".join(_told(value) for value in row).rstrip(" |") for row in rows]
        sheet = parts[f"xl/worksheets/sheet{number}.xml"].decode()
        lines += [f"--- {choice}" for choice in re.findall(r"<formula1>(.*?)</formula1>", sheet)]
    return "\n".join(lines) + "\n"


def _told(value: Any) -> str:
    return "" if value == "" else f"{type(value).__name__} {value}"


def shown(width: int) -> str:
    """Return what the command line shows of a register before it is recorded, in a terminal of a width."""
    runner = CliRunner(env={"COLUMNS": str(width)})
    with TemporaryDirectory() as folder, chdir(folder):
        Path("register.xlsx").write_bytes(template.as_xlsx(excerpt.as_of(ledger(), "2026-02-28")))
        Ledger.open("acme.db", create=True).close()
        answer = runner.invoke(main, ["import", "register.xlsx", "-f", "acme.db", "--dry-run"])
        assert answer.exit_code == 0, answer.output
        return answer.stdout


def files() -> dict[str, bytes]:
    """Return every file, by its name in the folder."""
    filled = ledger()
    contents = {
        "form": None,
        "history": history.act_by_act(filled),
        "position": excerpt.as_of(filled, "2026-02-28"),
    }
    made = {}
    for name, content in contents.items():
        made[f"{name}.xlsx.txt"] = cells_of(template.as_xlsx(content)).encode()
        for csv, data in template.as_csv(content).items():
            made[f"{name}-{csv}"] = data
    return made | {f"import.{width}.txt": shown(width).encode() for width in (80, 120)}


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for file in FOLDER.iterdir():
        file.unlink()
    for name, data in files().items():
        (FOLDER / name).write_bytes(data)
