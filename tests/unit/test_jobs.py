import itertools

import pytest

from shared import jobs
from shared.jobs import FINAL, LEASED, MOVES, UNCLAIMED, Stage, Status


@pytest.mark.parametrize("status", sorted(FINAL))
def test_no_move_leaves_a_final_status(status):
    assert not any(move.allows(status, stage) for move, stage in itertools.product(MOVES, Stage))


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
