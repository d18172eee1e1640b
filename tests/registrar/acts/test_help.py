"""The help of every act fits on a screen, and its examples are calls that it takes."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from registrar.cli import main
from registrar.cli.acts import _OF_EVERY_ACT, Act
from tests.registrar.acts.company import GIVEN
from tests.registrar.acts.instruments import ACTS_ON_INSTRUMENTS


def acts() -> dict[str, click.Command]:
    context = click.Context(main)
    found = {verb: main.get_command(context, verb) for verb in main.list_commands(context)}
    return {verb: command for verb, command in found.items() if isinstance(command, Act)}


def examples(verb: str) -> list[list[str]]:
    told = CliRunner().invoke(main, [verb, "--help"], terminal_width=100).stdout.partition("Example:\n")[2]
    return [
        shlex.split(line)[1:] for line in told.replace("\\\n", " ").splitlines() if line.startswith("    captable")
    ]


@pytest.mark.parametrize("verb", acts())
def test_the_examples_of_a_verb_are_calls_that_it_takes(verb: str) -> None:
    found = examples(verb)

    assert found
    for example in found:
        assert example[0] == verb
        command = acts()[verb]
        with command.make_context(verb, example[1:]) as context:
            assert "file" in context.params


@pytest.mark.parametrize("verb", acts())
def test_the_help_of_an_act_names_each_of_its_options(verb: str) -> None:
    told = CliRunner().invoke(main, [verb, "--help"]).stdout

    for param in acts()[verb].params:
        if isinstance(param, click.Option):
            assert re.search(rf"(^|[\s/]){param.opts[0]}\b", told), param
        else:
            assert str(param.metavar) in told
    assert len(told.splitlines()) <= 40


def test_the_options_of_every_act_are_those_that_acts_share() -> None:
    common = {name for names in _OF_EVERY_ACT.values() for name in names}
    shared = [
        {param.name for param in command.params if isinstance(param, click.Option)} for command in acts().values()
    ]

    assert len(acts()) > 25
    assert set.intersection(*shared) == common - {"effective_on", "phase", "place"}
    assert set.union(*shared) >= common


def test_the_acts_that_are_tried_are_all_there_are() -> None:
    on_instruments = {args[0] for _, args, _ in ACTS_ON_INSTRUMENTS}
    apart = {"register", "erase"}  # one begins a ledger, and one has notes of its own

    assert {args[0] for args in GIVEN} | on_instruments | apart == set(acts())


@pytest.mark.parametrize("verb", ["issue", "restate"])
def test_the_help_of_an_act_imports_click_and_none_of_the_ledger(verb: str) -> None:
    script = f"from registrar.cli import main; main([{verb!r}, '--help'], standalone_mode=False); import sys"
    shown = f"{script}; print(*{{name.partition('.')[0] for name in sys.modules}} - sys.stdlib_module_names)"
    done = subprocess.run([sys.executable, "-c", shown], capture_output=True, timeout=60, check=True, text=True)

    assert {"attr", "msgspec", "ledger", "eventsourcing"}.isdisjoint(done.stdout.splitlines()[-1].split())
    assert "registrar" in done.stdout.splitlines()[-1].split()
