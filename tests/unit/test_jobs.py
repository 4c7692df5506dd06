import itertools

import pytest

from shared import jobs
from shared.jobs import FINAL, LEASED, MOVES, UNCLAIMED, Stage, Status


@pytest.mark.parametrize("status", sorted(FINAL))
def test_only_a_person_can_open_a_final_job_again(status):
    leaving = {
        move for move, stage in itertools.product(MOVES, Stage) if move.allows(status, stage)
    }
    assert leaving <= {jobs.REVIVED}
    assert jobs.REVIVED not in jobs.WORKERS_MOVES


def test_completed_and_cancelled_are_never_left():
    for move, stage in itertools.product(MOVES, Stage):
        assert not move.allows(Status.COMPLETED, stage)
        assert not move.allows(Status.CANCELLED, stage)


def test_every_stage_that_is_not_final_can_be_left():
    final_stages = {Stage.DONE, Stage.FAILED, Stage.CANCELLED}
    for stage in set(Stage) - final_stages:
        status = Status.QUEUED if stage is Stage.AWAITING_UPLOAD else Status.PROCESSING
        assert any(move.allows(status, stage) for move in MOVES), stage


def test_a_queued_job_cannot_be_claimed():
    assert not jobs.CLAIMED.allows(Status.QUEUED, Stage.AWAITING_UPLOAD)


def test_results_can_only_come_from_a_leased_job():
    assert jobs.FINISHED.stages == LEASED
    assert not LEASED & UNCLAIMED
