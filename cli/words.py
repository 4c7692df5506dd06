"""Codes of the contract in a coach's words."""

from shared.errors import UserAction
from shared.jobs import Stage

UPLOADING = "Uploading the video"

STAGES = {
    Stage.AWAITING_UPLOAD: "Waiting for the video",
    Stage.WAITING: "Waiting for a worker",
    Stage.RETRYING: "Trying again soon",
    Stage.DOWNLOADING: "Fetching the video",
    Stage.POSE: "Step 1/4: following the athlete",
    Stage.METRICS: "Step 2/4: measuring",
    Stage.FINDINGS: "Step 3/4: judging",
    Stage.REPORT: "Step 4/4: writing the report",
    Stage.RENDERING: "Drawing the video",
    Stage.DONE: "Done",
    Stage.FAILED: "Failed",
    Stage.CANCELLED: "Cancelled",
}

ACTIONS = {
    UserAction.RETAKE: "Film again, or choose another file.",
    UserAction.FIX_REQUEST: "Correct the request and send it again.",
    UserAction.WAIT: "Wait a little and try again.",
    UserAction.CONTACT_SUPPORT: "Nothing you did; look into the logs or tell us.",
    UserAction.NONE: "",
}


def what_to_do(action: str) -> str:
    """Return the advice behind a `user_action`, or nothing for one that we do not know."""
    return ACTIONS[UserAction(action)] if action in set(UserAction) else ""
