"""The benchmarks run, and whoever is compared answers the same; how fast is not a test's business."""

from pathlib import Path

import pytest

from benchmarks import __main__ as command
from benchmarks import company, evidence, load, opening, record, replay, server, show, verify
from benchmarks.measure import machine


def test_each_benchmark_runs_and_finds_the_answers_equal() -> None:
    for printed in (
        show.run(rounds=1),
        record.run(size=20, holders=4, rounds=1),
        load.run(size=60, holders=4, rounds=1),
        opening.run(sizes=(60, 90), holders=4, rounds=1),
        replay.run(size=60, holders=4, rounds=1),
        evidence.run(appended=((1, 3), (300, 600)), size=600, proofs=10, rounds=1, openings=1),
        verify.run(size=300, holders=4, rounds=1),
        server.run(size=60, rounds=1),
    ):
        assert printed.startswith("### ")
        assert printed.count("\n|") >= 4


def test_every_kind_of_deal_is_among_a_few_hundred() -> None:
    made = list(company.deals(500, 10))

    assert len(made) == 500
    assert {deal.kind for deal in made} == set(company.Kind)


def test_the_machine_is_named_without_its_name() -> None:
    assert "cores" in machine()
    assert str(Path.cwd()) not in machine()


def test_an_unknown_benchmark_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["shwo"]) == 2
    assert "show, record, load, opening, replay" in capsys.readouterr().err
