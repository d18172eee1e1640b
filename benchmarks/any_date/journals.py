"""Plain text accounting of the same history: ledger-cli, hledger and beancount, as whole processes.

A transaction for each event: the holdings that it changes, and what the issuer gives or takes back for the rest.
"""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import attrs
import numpy as np

from benchmarks.any_date.fold import Postings
from benchmarks.any_date.issuer import CLASSES, Whole, day_of

COMMODITIES: Final = tuple(name.replace("-", "").upper() for name in CLASSES)
BEANCOUNT: Final = ("beancount>=3.1", "beanquery>=0.2")


@attrs.frozen
class Style:
    """How accounts are called, and what stands at the head of a transaction.

    Attributes:
        holder: Account of a holder.
        issuer: Account of the issuer.
        head: What follows the day.
    """

    holder: str
    issuer: str
    head: str


LEDGER: Final = Style("H:%06d", "I:Issuer", "Deal")
BEAN: Final = Style("Assets:H%06d", "Equity:Issuer", '* "Deal"')


def write(postings: Postings, path: Path, style: Style) -> None:
    """Write postings as a journal."""
    with path.open("w") as file:
        if style is BEAN:
            accounts = [style.holder % holder for holder in np.unique(postings.holder).tolist()]
            file.writelines(f"{day_of(0)} open {account}\n" for account in [*accounts, style.issuer])
        else:
            file.writelines(f"commodity {name}\n" for name in COMMODITIES)
        file.writelines(_transactions(postings, style))


def _transactions(postings: Postings, style: Style) -> Iterator[str]:
    columns = (postings.latest, postings.known, postings.holder, postings.stock_class, postings.change)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    days = [f"\n{day_of(number)} {style.head}\n" for number in range(int(postings.latest.max()) + 1)]
    last, left = (-1, -1), defaultdict[int, int](int)
    for day, known, holder, stock_class, change in rows:
        if (day, known) != last:
            yield from _rest(left, style)
            yield days[day]
            last = (day, known)
        left[stock_class] -= change
        yield f"  {style.holder % holder}  {change} {COMMODITIES[stock_class]}\n"
    yield from _rest(left, style)


def _rest(left: dict[int, int], style: Style) -> Iterator[str]:
    yield from (f"  {style.issuer}  {change} {COMMODITIES[each]}\n" for each, change in left.items() if change)
    left.clear()


# --- what is run, and what it prints -----------------------------------------------------------------------


def ledger_at(program: str, journal: Path, day: int) -> list[str]:
    """Return the command that prints the balance of every holder at the close of a day."""
    return [program, "-f", str(journal), "bal", "^H:", "--end", f"{day_of(day + 1)}", "--flat", "--no-total"]


def hledger_at(program: str, journal: Path, day: int) -> list[str]:
    """Return the same for hledger."""
    return [program, "-f", str(journal), "bal", "H:", "-e", f"{day_of(day + 1)}", "--flat", "-N", "-O", "csv"]


def beancount_at(program: str, journal: Path, day: int) -> list[str]:
    """Return the same for beancount; ``sum(position)`` prints no more than twelve digits."""
    statement = (
        f"SELECT account, sum(number), currency WHERE date <= {day_of(day)} AND account ~ 'Assets'"
        " GROUP BY account, currency"
    )
    return [program, "--no-errors", "-f", "csv", str(journal), statement]


_AMOUNT: Final = re.compile(r"(-?[\d,]+) +([A-Z]+)")
_ACCOUNT: Final = re.compile(r"H:?(\d+)")


def ledger_found(printed: str, size: int) -> Whole:
    """Return what ledger-cli printed: amounts on a line each, the account after the last of them."""
    made, amounts = np.zeros(size, np.int64), list[tuple[str, str]]()
    for line in printed.splitlines():
        amounts += _AMOUNT.findall(line)
        if account := _ACCOUNT.search(line):
            _put(made, int(account[1]), amounts)
            amounts = []
    return made


def csv_found(printed: str, size: int) -> Whole:
    """Return what hledger or beancount printed: an account and its amounts on each line."""
    made = np.zeros(size, np.int64)
    for row in csv.reader(printed.splitlines()):
        if row and (account := _ACCOUNT.search(row[0])):
            _put(made, int(account[1]), _AMOUNT.findall(" ".join(row[1:])))
    return made


def _put(made: Whole, holder: int, amounts: list[tuple[str, str]]) -> None:
    for digits, commodity in amounts:
        made[holder * len(CLASSES) + COMMODITIES.index(commodity)] = int(digits.replace(",", ""))


# --- the programs ------------------------------------------------------------------------------------------


def program(name: str) -> str:
    """Return a program of Debian.

    Raises:
        SystemExit: It is not installed; the message says how it is.
    """
    found = shutil.which(name)
    if found is None:
        raise SystemExit(f"{name} is not installed: apt-get install sqlite3 ledger hledger postgresql")
    return found


def bean_query(folder: Path) -> str:
    """Return beancount's program, installed from PyPI into an environment of its own."""
    home = folder / "beancount"
    found = home / "bin" / "bean-query"
    if not found.exists():
        subprocess.run([sys.executable, "-m", "venv", home], check=True)
        subprocess.run([home / "bin" / "pip", "install", "--quiet", *BEANCOUNT], check=True)
    return str(found)


def version_of(*command: str) -> str:
    """Return the first number that a program says of its version."""
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = re.search(r"\d+(\.\d+)+", done.stdout + done.stderr)
    return found[0] if found else "unknown"
