"""Codes of the contract in a coach's words."""

from shared.errors import UserAction
from shared.jobs import Stage
from shared.results import Reason

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
    Stage.DONE: "Done",
    Stage.FAILED: "Failed",
    Stage.CANCELLED: "Cancelled",
}

REASONS = {
    Reason.EVENT_NOT_FOUND: "the moment it is taken at was not found",
    Reason.LANDMARKS_HIDDEN: "the joints it needs are hidden",
    Reason.NO_MOVEMENT: "there is too little movement",
    Reason.SAMPLE_RATE_TOO_LOW: "too few pictures a second",
    Reason.VIEW_UNSUITABLE: "the camera stands where it cannot be seen",
    Reason.SIDE_UNKNOWN: "left- or right-handed is not known",
    Reason.NOT_DEFINED_FOR_MOVEMENT: "not defined for this movement",
    Reason.NOT_PLAUSIBLE: "the measured value is not believable",
    Reason.CLOCK_CHANGES: "the clip changes its speed",
    Reason.SCENE_CUT: "the clip is cut there",
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
