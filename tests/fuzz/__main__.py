"""Look for input that a parser does not stand: ``python -m tests.fuzz json-lines --seconds 600``.

Needs Atheris, which is no dependency of the project: ``pip install atheris`` into the environment. What is found
is left in the folder that is named at the end; mended, it goes to ``tests/fuzz/found/PARSER/``, and each run of the
tests gives it to the parser again.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from tempfile import gettempdir

import atheris  # type: ignore[import-untyped,unused-ignore]  # only here, and never in the tests

with atheris.instrument_imports(include=["ledger", "registrar", "csv", "zipfile"]):
    from tests.fuzz import parsers


def main() -> None:
    told = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    told.add_argument("parser", choices=parsers.PARSERS)
    told.add_argument("--seconds", type=int, default=600)
    told.add_argument("--folder", type=Path, default=Path(gettempdir()) / "captable-fuzz")
    asked = told.parse_args()
    folder = asked.folder / asked.parser
    corpus, found = folder / "corpus", folder / "found"
    for each in (corpus, found):
        each.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(parsers.SEEDS[asked.parser]()):
        (corpus / f"seed-{number}").write_bytes(seed)
    words = folder / "words"
    words.write_text("".join(f'"{word}"\n' for word in parsers.words_of(asked.parser)))
    options = (
        f"-max_total_time={asked.seconds}",
        "-max_len=20000",
        "-timeout=20",
        "-rss_limit_mb=1500",
        f"-dict={words}",
        f"-artifact_prefix={found}{os.sep}",
        "-print_final_stats=1",
    )
    atheris.Setup([sys.argv[0], *options, str(corpus)], parsers.PARSERS[asked.parser])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
