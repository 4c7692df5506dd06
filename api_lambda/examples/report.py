"""What `getJobReport` answers."""

from typing import Any

from api_lambda.examples.common import JOB_ID
from api_lambda.examples.results import RESULTS

REPORT: dict[str, Any] = {
    "job_id": JOB_ID,
    "movement": "cricket_batting",
    "exercise": None,
    "usable": True,
    "report": RESULTS["report"],
}
