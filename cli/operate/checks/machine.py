"""What lies on this machine: the settings, the pose model, and who we are to AWS."""

import os
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from cli.operate.checks.check import Check, Seen, failed, ok, skipped
from cli.operate.system import System
from local.downloads import POSE_MODEL, models_folder
from shared.errors import ModelUnavailable
from worker_service.pipeline.pose.model_files import verify

_ONCE = Config(connect_timeout=5, read_timeout=10, retries={"mode": "standard", "max_attempts": 2})


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


def pose_model(system: System) -> Seen:  # noqa: ARG001 - every check is handed the system
    """The file that the worker here would load is one that we know, by its SHA-256."""
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


def identity(system: System) -> Seen:
    """AWS knows who asks."""
    if system.on_emulator:
        return skipped("an emulator has no IAM")
    region = system.s3.meta.region_name
    try:
        caller = boto3.client("sts", region_name=region, config=_ONCE).get_caller_identity()
    except (ClientError, BotoCoreError) as error:
        return failed(
            f"AWS does not know who asks ({type(error).__name__})",
            "Look at the role of the task, or sign in again.",
        )
    return ok(caller["Arn"])


SETTINGS = Check("settings", "How to look", settings)

CHECKS = (
    Check("pose_model", "Model not available", pose_model),
    Check("identity", "S3 or SQS away", identity),
)
