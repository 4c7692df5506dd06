"""What every process of ours is told: the names are those of `shared/settings.py`."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from infra.media_bucket import MediaBucket
from infra.queues import Queues
from infra.stage import ImpossibleStage, Stage
from shared.settings import Settings

SET_HERE = frozenset(
    {
        "AWS_REGION",
        "DATABASE_APP_ROLE",
        "DATABASE_IAM_LOGIN",
        "DATABASE_POOL_SIZE",
        "DATABASE_URL",
        "MEMORY_LIMIT_MIB",
        "POSE_DEVICE",
        "POSE_MODEL_PATH",
        "S3_BUCKET",
        "SQS_DEAD_LETTER_QUEUE_URL",
        "SQS_QUEUE_URL",
        "SQS_UPLOAD_EVENTS_QUEUE_URL",
        "STAGE",
        "STOP_GRACE_S",
        "WEBHOOK_COURIER_FUNCTION",
        "WEBHOOK_PARALLEL",
        "WORKER_PULSE",
        "WORKER_TMP",
    }
)
"""What the stack finds out itself, here and where it makes a process, or the worker's image."""

NOT_HERE = ("AWS_", "ECS_", "JWKS", "JWT_", "POSE_ENGINE", "WEBHOOK_ALLOW_PRIVATE")
"""How settings begin that AWS itself makes, that follow from the stage's `issuer`, or that are for
one's own machine and for tests."""

SIGNED = ("DOWNLOAD_URL_EXPIRES_S", "UPLOAD_URL_EXPIRES_S")

LONGEST_SIGNED_S = 3600
"""A presigned URL ends with the credentials that signed it ("Who can create a presigned URL",
Amazon S3 User Guide). Here that is the session of a function's role, whose length AWS does not
promise; an hour is what STS gives whoever asks for no other ("AssumeRole", AWS STS API)."""


def common(*, stage: Stage, media: MediaBucket, queues: Queues) -> dict[str, str]:
    """Settings that API, backstage and workers share.

    Raises:
        ImpossibleStage: `stage.environment` has what is no setting, or not the stage's to set, or
            what a process would refuse when it starts.
    """
    told = {
        "STAGE": stage.name,
        "S3_BUCKET": media.bucket.bucket_name,
        "SQS_QUEUE_URL": queues.jobs.queue_url,
        "SQS_DEAD_LETTER_QUEUE_URL": queues.dead_letters.queue_url,
        "SQS_UPLOAD_EVENTS_QUEUE_URL": queues.upload_events.queue_url,
        **stage.environment,
    }
    complaint = next(_complaints(stage.environment, told), None)
    if complaint is not None:
        message = f"stage {stage.name}: environment: {complaint}"
        raise ImpossibleStage(message)
    return told


def known_settings() -> Mapping[str, FieldInfo]:
    """Every setting that a process of ours reads, by the name of its variable."""
    return {
        name.upper(): field
        for settings in Settings.__subclasses__()
        for name, field in settings.model_fields.items()
    }


def _complaints(environment: Mapping[str, str], told: Mapping[str, str]) -> Iterator[str]:
    """What is wrong with the settings of the stage's, and with all of them together.

    One at a time: a later question takes it that the ones before had a good answer.
    """
    for name in environment:
        if name in SET_HERE:
            yield f"{name} is set by the stack itself"
        elif name.startswith(NOT_HERE):
            yield f"{name} is not for a stage to set"
        elif name not in known_settings():
            yield f"{name} is no setting of shared/settings.py, written in capitals"
    for settings in Settings.__subclasses__():
        yield from _misfits(settings, told)
    for name in SIGNED:
        if float(environment.get(name, 0)) > LONGEST_SIGNED_S:
            yield f"{name} is above {LONGEST_SIGNED_S}: what signs it may not last longer"


def _misfits(settings: type[Settings], told: Mapping[str, str]) -> Iterator[str]:
    """What the processes' own class says, of what it was told and nothing of this machine's.

    What only one process is told may be missing here.
    """
    mine: dict[str, Any] = {name.lower(): value for name, value in told.items()}
    try:
        settings(_env_prefix="NOTHING_OF_THIS_MACHINE_", **mine)
    except ValidationError as error:
        for detail in error.errors():
            if detail["type"] != "missing":
                name = ".".join(map(str, detail["loc"])).upper()
                said = detail["msg"].removeprefix("Value error, ")
                yield f"{name} does not fit: {said}" if name else said
