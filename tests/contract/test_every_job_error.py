"""Every error of a job: what its status says, and what the coach should do."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from sqlalchemy import Engine

from shared.attempt_store import Claimed
from shared.errors import (
    FinalJobError,
    JobError,
    MaxRetries,
    PassingJobError,
    PermanentJobError,
    PicturesUnreadable,
    QueueTimeout,
    UploadExpired,
    UserAction,
)
from shared.job_store import JobStore
from shared.jobs import MAX_ATTEMPTS, JobKind
from shared.sweep.rows import Ending, SweepStore, tries_used_up, upload_failed, waited_too_long
from tests.builders import a_claimed_job, a_job, a_waiting_job
from tests.contract.error_words import told
from tests.error_kinds import below
from tests.sweeping import set_row, used_up_job

ACTIONS: Mapping[type[JobError], str] = {
    **dict.fromkeys(below(PermanentJobError), "`retake`"),
    **dict.fromkeys(below(PassingJobError), "`wait`, at last `contact_support`"),
    **dict.fromkeys(below(FinalJobError), "`contact_support`"),
    UploadExpired: "`fix_request`",
}
"""What docs/api.md says about each error of a job."""

ENDINGS: Mapping[type[FinalJobError], tuple[Callable[[Engine], Any], Ending]] = {
    MaxRetries: (used_up_job, tries_used_up()),
    QueueTimeout: (a_waiting_job, waited_too_long(limit_s=0)),
    UploadExpired: (a_job, upload_failed(UploadExpired())),
}
"""How the sweeper comes to write those that no worker writes."""


@pytest.fixture
def shown(client) -> Callable[..., dict[str, Any]]:
    def look(job: Any, error: type[JobError], *, action: UserAction) -> dict[str, Any]:
        """Look at the job's status, which says this about the error."""
        status = client.get(f"/analysis-jobs/{job}/status").json
        assert status["error"] == {
            "code": error.code,
            "message": error.sentence,
            "retryable": error.retryable,
            "user_action": action,
        }
        return {"status": status["status"], "stage": status["progress"]["stage"]}

    return look


FAILED = {"status": "failed", "stage": "failed"}
RETRYING = {"status": "processing", "stage": "retrying"}


def test_what_another_video_would_mend_fails_at_once(engine, shown, subtests):
    for error in below(PermanentJobError):
        with subtests.test(error.code):
            lease = a_claimed_job(engine).lease
            if error is PicturesUnreadable:
                set_row(engine, lease.job_id, kind=JobKind.IMAGES, settings={})
            JobStore(engine).fail(lease, error())
            assert shown(lease.job_id, error, action=UserAction.RETAKE) == FAILED


def test_what_may_pass_is_tried_again_until_support_has_to_know(engine, shown, subtests):
    jobs = JobStore(engine)
    for error in below(PassingJobError):
        with subtests.test(error.code):
            lease = a_claimed_job(engine).lease
            for _ in range(MAX_ATTEMPTS - 1):
                jobs.fail(lease, error())
                assert shown(lease.job_id, error, action=UserAction.WAIT) == RETRYING
                claimed = jobs.claim(lease.job_id, worker="w", lease_s=60)
                assert isinstance(claimed, Claimed)
                lease = claimed.lease
            jobs.fail(lease, error())
            assert shown(lease.job_id, error, action=UserAction.CONTACT_SUPPORT) == FAILED


def test_what_no_worker_ends_is_ended_by_the_sweeper(engine, shown, subtests):
    for error in below(FinalJobError):
        with subtests.test(error.code):
            make, ending = ENDINGS[error]
            job = make(engine)
            assert SweepStore(engine).end(ending, only=job)
            assert shown(job, error, action=error.user_action) == FAILED


def test_the_apps_builder_is_told_of_every_end_of_a_job():
    said = {error.code: action for error, action in ACTIONS.items()}
    assert told("When it says no", "`user_action`") == said
    for error in below(FinalJobError):
        assert ACTIONS[error] == f"`{error.user_action}`"
