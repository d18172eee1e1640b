"""The test of the harnesses: each fault planted in our code turns the harness beside it red, within a quick run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from tests.durability import faults
from tests.durability.test_backups import back_up_while_somebody_writes
from tests.durability.test_beside import keep_on_a_full_disk, kill_a_load, work_at_once
from tests.durability.test_bit_flips import flip_bits
from tests.durability.test_disk_fails import let_it_fail
from tests.durability.test_erasures import erase_and_look
from tests.durability.test_evidence import prove_and_forge, sign_whatever_comes
from tests.durability.test_growth import grow
from tests.durability.test_kill import kill_it
from tests.durability.test_log import watch_the_log
from tests.durability.test_lost_replies import lose_replies, lose_the_server
from tests.durability.test_power import cut_the_power
from tests.durability.test_repeats import give_often_in_a_file
from tests.durability.test_stops import stop_it
from tests.durability.test_strangers_files import receive
from tests.durability.test_tamperings import tamper
from tests.durability.test_writers import write_at_once_on_a_server

Plant = Callable[[pytest.MonkeyPatch], None]
Harness = Callable[[Path], object]
"""Runs in an empty folder, in this process, with the fault planted."""
HarnessOfProcesses = Callable[[Path, tuple[str, ...]], object]
"""Runs in an empty folder and plants faults, by name, in the processes that it starts."""

HERE: Final[tuple[tuple[Plant, Harness], ...]] = (
    # --- the file ------------------------------------------------------------------------------------------------
    (faults.a_command_given_again_counts_again, give_often_in_a_file),
    # --- the tree ------------------------------------------------------------------------------------------------
    (faults.a_leaf_is_hashed_without_its_prefix, grow),
    (faults.a_node_is_hashed_without_its_prefix, grow),
    (faults.a_tile_is_left_to_a_later_commit, grow),
    (faults.a_tile_begins_one_entry_late, grow),
    (faults.a_proof_may_have_hashes_to_spare, grow),
    # --- checkpoints, proofs and witnesses -----------------------------------------------------------------------
    (faults.a_key_signs_what_does_not_continue, sign_whatever_comes),
    (faults.a_key_remembers_nothing, sign_whatever_comes),
    (faults.a_witness_believes_every_growth, sign_whatever_comes),
    (faults.a_path_may_be_too_long, prove_and_forge),
    (faults.a_signature_is_believed, prove_and_forge),
    (faults.a_key_of_small_order_is_taken, prove_and_forge),
    # --- verification --------------------------------------------------------------------------------------------
    (faults.roots_are_not_compared, tamper),
    (faults.what_fits_in_itself_is_called_verified, tamper),
    (faults.kept_hashes_are_believed, flip_bits),
    (faults.only_the_first_damage_is_told, flip_bits),
    (faults.what_cannot_be_read_is_taken_for_the_end, flip_bits),
    # --- the server ----------------------------------------------------------------------------------------------
    (faults.a_lost_answer_is_taken_for_a_conflict, lose_replies),
    (faults.a_lost_answer_is_called_a_refusal, lose_the_server),
    (faults.a_command_given_again_to_a_server_counts_again, lose_the_server),
    (faults.a_position_can_be_taken_twice, write_at_once_on_a_server),
    # --- personal data -------------------------------------------------------------------------------------------
    (faults.a_key_is_kept_when_its_holder_is_erased, erase_and_look),
    (faults.lines_about_nobody_are_not_erased, erase_and_look),
    (faults.one_key_is_for_everybody, erase_and_look),
    # --- backups and strangers' files ----------------------------------------------------------------------------
    (faults.a_backup_copies_the_file_alone, back_up_while_somebody_writes),
    (faults.a_schema_is_believed, receive),
    (faults.nobody_looks_beside_a_file, receive),
    (faults.a_file_of_somebody_else_is_opened_as_ours, receive),
    # --- beside a ledger -----------------------------------------------------------------------------------------
    (faults.what_was_kept_in_vain_stays, keep_on_a_full_disk),
    # --- logs and counters ---------------------------------------------------------------------------------------
)
IN_PROCESSES: Final[tuple[tuple[Plant, HarnessOfProcesses], ...]] = (
    # --- the file ------------------------------------------------------------------------------------------------
    (faults.a_commit_does_not_wait_for_the_disk, cut_the_power),
    (faults.a_key_does_not_wait_for_the_disk, cut_the_power),
    (faults.a_commit_folds_the_log_in_by_itself, watch_the_log),
    (faults.the_log_is_folded_in_without_the_lock, watch_the_log),
    (faults.a_commit_that_failed_is_refused_at_once, let_it_fail),
    (faults.a_failing_sync_is_taken_for_done, let_it_fail),
    (faults.an_entry_is_committed_by_itself, cut_the_power),
    (faults.a_look_at_the_file_is_over_at_once, kill_it),
    (faults.an_append_waits_for_the_next_one, kill_it),
    (faults.a_command_given_again_counts_again, kill_it),
    # --- the server ----------------------------------------------------------------------------------------------
    (faults.a_server_does_not_wait_for_its_disk, stop_it),
    (faults.a_server_commits_an_entry_by_itself, write_at_once_on_a_server),
    # --- beside a ledger -----------------------------------------------------------------------------------------
    (faults.nobody_looks_whether_others_have_written, work_at_once),
    (faults.an_append_waits_for_the_next_one, kill_a_load),
    # --- backups and strangers' files ----------------------------------------------------------------------------
)


@pytest.mark.parametrize(("plant", "harness"), HERE, ids=[plant.__name__ for plant, _ in HERE])
def test_a_planted_fault_turns_a_harness_red(
    plant: Plant, harness: Harness, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    plant(monkeypatch)

    with pytest.raises(AssertionError):
        harness(tmp_path)


@pytest.mark.parametrize(("plant", "harness"), IN_PROCESSES, ids=[plant.__name__ for plant, _ in IN_PROCESSES])
def test_a_fault_planted_in_its_processes_turns_a_harness_red(
    plant: Plant, harness: HarnessOfProcesses, tmp_path: Path
) -> None:
    with pytest.raises(AssertionError):
        harness(tmp_path, (plant.__name__,))


def test_no_fault_is_left_without_a_harness() -> None:
    planted = {plant.__name__ for plant, _ in (*HERE, *IN_PROCESSES)}
    made = {name for name, value in vars(faults).items() if getattr(value, "__module__", "") == faults.__name__}

    assert planted == {name for name in made if not name.startswith("_")}
