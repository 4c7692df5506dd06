"""Whether a job has results that can be given away, or worked on."""

from shared.errors import NoResults, ResultsNotReady
from shared.jobs import Status
from shared.models import VideoAnalysisJob


def check_ready(job: VideoAnalysisJob) -> None:
    """Pass only completed jobs.

    Raises:
        ResultsNotReady: the analysis goes on.
        NoResults: it ended without any; the sentence says how.
    """
    match Status(job.status):
        case Status.COMPLETED:
            return
        case Status.FAILED:
            raise NoResults(f"The analysis failed, so there are no results. {job.error_message}")
        case Status.CANCELLED:
            raise NoResults("The analysis was cancelled, so there are no results.")
        case _:
            raise ResultsNotReady
