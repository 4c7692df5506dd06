"""What lies on this machine: the settings and the pose model."""

import os
from pathlib import Path

from cli.operate.checks.check import Check, Seen, failed, ok, skipped
from cli.operate.system import System
from shared.errors import ModelUnavailable


def settings(system: System) -> Seen:
    """Every queue that the services use is named."""
    named = {
        "SQS_DEAD_LETTER_QUEUE_URL": system.dead_letters,
        "SQS_UPLOAD_EVENTS_QUEUE_URL": system.upload_events,
    }
    missing = [name for name, queue in named.items() if queue is None]
    if missing:
        return failed(f"not set: {', '.join(missing)}", "Set them as the stack does.")
    return ok("all set")


def pose_model(system: System) -> Seen:
    """The file that the worker here would load is one that we know, by its SHA-256."""
    if system.inside:
        return skipped("a worker's image has its own")
    from local.downloads import POSE_MODEL, models_folder
    from worker_service.pipeline.pose.model_files import verify

    given = os.environ.get("POSE_MODEL_PATH")
    path = Path(given) if given else models_folder() / POSE_MODEL.name
    if not given and not path.exists():
        return skipped("no model on this machine; a worker's image has its own")
    try:
        model = verify(path)
    except ModelUnavailable:
        wrong = "is not a model that we know" if path.is_file() else "is not there"
        return failed(f"{path} {wrong}", "Fetch it: coach models fetch")
    return ok(f"{model.name}, sha256 {model.sha256[:12]}…")


SETTINGS = Check("settings", "How to look", settings)

MODEL = Check("pose_model", "Model not available", pose_model)
