"""Lists of holders: names stand beside the record, and every one of a list can be erased."""

from pathlib import Path

from ledger import codec
from ledger.events import HolderListReceived
from ledger.journal import Ledger
from ledger.personal import Personal
from tests import builders
from tests.builders import holder_list_received, listed_holder


def two_holders() -> HolderListReceived:
    return holder_list_received(
        holders=(listed_holder(), listed_holder(name="Bo Quill", holder=None, shares=5, account="CS-9"))
    )


def listed(ledger: Ledger) -> list[tuple[str, str]]:
    event = ledger.entries()[-1].event
    assert isinstance(event, HolderListReceived)
    return [(str(each.name), str(each.shares)) for each in event.holders]


def test_the_names_of_a_list_come_back_from_the_file(tmp_path: Path) -> None:
    path = tmp_path / "acme.db"
    with Ledger.open(path, create=True) as ledger:
        ledger.record(*builders.founding(), two_holders())

    with Ledger.open(path) as ledger:
        assert listed(ledger) == [("Ada Quill", "400"), ("Bo Quill", "5")]
        assert b"Bo Quill" not in codec.encode(ledger.entries()[-1].event), "the payload holds a commitment"


def test_each_name_has_a_salt_of_its_own() -> None:
    ledger = builders.company()
    ledger.record(two_holders())
    event = ledger.entries()[-1].event
    assert isinstance(event, HolderListReceived)

    salts = {each.name.salt for each in event.holders}
    assert len(salts) == 2
    assert all(isinstance(each.name, Personal) and each.name.is_sealed for each in event.holders)


def test_a_list_that_is_given_again_counts_once() -> None:
    ledger = builders.company()
    first = ledger.record(two_holders(), command="list")
    again = ledger.record(two_holders(), command="list")

    assert (again.repeated, again.entries[0].number) == (True, first.entries[0].number)


def test_a_list_moves_nothing() -> None:
    assert two_holders().movements() == ()
