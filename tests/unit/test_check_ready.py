import pytest

from shared.completed import check_ready
from shared.errors import NoResults, ResultsNotReady
from shared.jobs import Status
from shared.models import VideoAnalysisJob


def _job(status: Status) -> VideoAnalysisJob:
    return VideoAnalysisJob(status=status, error_message="The file could not be read.")


def test_a_completed_job_has_results():
    check_ready(_job(Status.COMPLETED))


@pytest.mark.parametrize("status", [Status.QUEUED, Status.PROCESSING])
def test_an_open_job_may_be_asked_again(status):
    with pytest.raises(ResultsNotReady) as refusal:
        check_ready(_job(status))
    assert refusal.value.retryable


@pytest.mark.parametrize(
    ("status", "why"), [(Status.FAILED, "could not be read"), (Status.CANCELLED, "cancelled")]
)
def test_a_job_that_ended_without_results_says_why(status, why):
    with pytest.raises(NoResults, match=why):
        check_ready(_job(status))
