"""Settings from the environment, one frozen class per concern.

Constructor argument > environment variable > default. Nothing is read at import; the wiring
files (`api_lambda/dependencies.py`, `worker_service/__main__.py`) build what they need once.
"""

import math
from enum import StrEnum
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

API_BASE_PATH = "/api/coaches/plus"
"""Where the API lies, deployed and locally."""

VISIBILITY_TIMEOUT_S = 300
"""How long a received message stays hidden; renewed by every heartbeat."""

LEASE_S = 290
"""How long a row belongs to its worker without a heartbeat: a little less, so that the message
does not come back before the row is free."""

HEARTBEAT_S = 60
"""One beat renews both the message's visibility and the row's lease."""

JOB_LIMIT_S = 3600
"""One attempt may not take longer, whatever it is doing."""

MAX_RECEIVE_COUNT = 4
"""One more than the attempts a job has, so the row says why before the message is set aside."""

UPLOAD_EVENT_VISIBILITY_S = 180
"""How soon an upload event that could not be handled comes again: six times the 30 s its handler
may run, as Lambda advises for a queue that feeds a function."""

UPLOAD_EVENT_RECEIVE_COUNT = 10
"""After so many tries the sweeper, which looks for the video itself, has to do."""

DAY_S = 24 * 3600

JOB_RETENTION_S = 4 * DAY_S
"""How long the job queue keeps a message that nobody takes."""

DEAD_LETTER_RETENTION_S = 14 * DAY_S
"""How long an operator has to look at one that was set aside."""

MIB = 1024 * 1024


class Settings(BaseSettings):
    """Frozen, closed to unknown constructor arguments, read by field name in upper case."""

    model_config = SettingsConfigDict(frozen=True, populate_by_name=True, extra="ignore")


class Stage(StrEnum):
    """Where this process runs."""

    LOCAL = "local"
    DEV = "dev"
    PROD = "prod"


class RuntimeSettings(Settings):
    """What every process needs to know about itself."""

    stage: str = Stage.LOCAL
    log_level: str = "INFO"


class DatabaseSettings(Settings):
    """PostgreSQL. `database_pool_size` stays 1 in a Lambda environment."""

    database_url: SecretStr
    database_pool_size: int = Field(default=5, ge=1)
    database_connect_timeout_s: int = Field(default=5, ge=1)
    database_lock_timeout_s: float = Field(
        default=10.0, gt=0, description="A row that somebody else keeps locked is given up."
    )
    database_statement_timeout_s: float = Field(
        default=20.0, gt=0, description="A statement that takes longer counts as an outage."
    )


class StorageSettings(Settings):
    """S3. `aws_endpoint_url_s3` and `path` addressing are for emulators."""

    s3_bucket: str
    aws_region: str = "us-east-1"
    aws_endpoint_url_s3: str | None = None
    s3_addressing_style: Literal["virtual", "path"] = "virtual"


class UploadSettings(Settings):
    """Limits of one upload."""

    upload_url_expires_s: int = Field(default=3600, ge=60, le=7 * 24 * 3600)
    download_url_expires_s: int = Field(default=3600, ge=60, le=7 * 24 * 3600)
    max_upload_bytes: int = Field(default=2048 * MIB, ge=1)
    upload_part_bytes: int = Field(
        default=16 * MIB, ge=5 * MIB, description="Of an upload in parts; S3's least is 5 MiB."
    )


class LimitSettings(Settings):
    """What one owner may ask for; 0 stands for no limit. A day is one of UTC."""

    max_requests_per_minute: int = Field(default=300, ge=0)
    max_uploads_per_day: int = Field(default=500, ge=0)
    max_open_jobs: int = Field(default=50, ge=0, description="Queued or processing.")

    @classmethod
    def defaults(cls) -> "LimitSettings":
        """The defaults, whatever the environment says."""
        return cls.model_construct()

    @classmethod
    def none(cls) -> "LimitSettings":
        """Nothing is limited: for a system of one's own."""
        return cls(max_requests_per_minute=0, max_uploads_per_day=0, max_open_jobs=0)


class WebhookSettings(Settings):
    """Where webhooks may lead."""

    stage: str = Stage.LOCAL
    webhook_allow_private: bool = Field(
        default=False, description="Any address, and http: on one's own machine and in tests only."
    )

    @model_validator(mode="after")
    def _closed_in_production(self) -> Self:
        if self.webhook_allow_private and self.stage == Stage.PROD:
            message = "webhook_allow_private is not for production"
            raise ValueError(message)
        return self


class QueueSettings(Settings):
    """SQS. The job queue; its dead-letter queue; S3's events about uploads."""

    sqs_queue_url: str
    sqs_dead_letter_queue_url: str | None = None
    sqs_upload_events_queue_url: str | None = None
    aws_region: str = "us-east-1"
    aws_endpoint_url_sqs: str | None = None


class AuthSettings(Settings):
    """Bearer tokens: RS256, keys from exactly one of URL, file or inline JWKS."""

    jwt_issuer: str
    jwt_audience: str
    jwks_url: str | None = None
    jwks_file: Path | None = None
    jwks: str | None = None

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if sum(source is not None for source in (self.jwks_url, self.jwks_file, self.jwks)) != 1:
            message = "set exactly one of JWKS_URL, JWKS_FILE, JWKS"
            raise ValueError(message)
        return self


class SweepSettings(Settings):
    """When a row that nobody moves needs a push."""

    sweep_unsent_s: float = Field(
        default=60.0, ge=0, description="Waiting without a message: the sender died."
    )
    sweep_silent_s: float = Field(
        default=900.0, ge=0, description="Waiting while the queue is empty: the message is lost."
    )
    sweep_lost_s: float = Field(
        default=7200.0, ge=0, description="Waiting while the queue holds other messages."
    )
    sweep_dead_lease_s: float = Field(
        default=900.0, ge=0, description="Past the lease, and no worker took over."
    )
    sweep_sure_s: float = Field(
        default=30.0, ge=0, description="A dead lease was seen by a sweep so long before."
    )
    sweep_upload_grace_s: float = Field(
        default=3600.0, ge=0, description="Past the URL's life: a PUT that began in time may end."
    )
    sweep_waiting_limit_s: float = Field(
        default=JOB_RETENTION_S, gt=0, description="No worker took the job for so long: it fails."
    )
    sweep_tidy_s: float = Field(
        default=JOB_LIMIT_S + LEASE_S,
        ge=0,
        description="Final for so long: no worker of it is left that could still store a file.",
    )
    sweep_batch: int = Field(default=50, ge=1, le=1000)


class WorkerSettings(Settings):
    """One worker process."""

    worker_id: str | None = Field(default=None, description="Default: host name and process id.")
    pose_engine: Literal["mediapipe", "synthetic"] = "mediapipe"
    pose_model_path: Path | None = None
    pose_device: Literal["auto", "gpu", "cpu"] = Field(
        default="auto", description="auto: the GPU where it works, else the CPU."
    )
    worker_tmp: Path = Field(default=Path("/tmp"), description="Private job folders go here.")  # noqa: S108 - Lambda and ECS give /tmp
    receive_wait_s: int = Field(default=20, ge=0, le=20)
    lease_s: float = Field(default=LEASE_S, gt=0, le=11 * 3600)
    heartbeat_s: float = Field(default=HEARTBEAT_S, gt=0)
    retry_base_s: float = Field(default=30.0, ge=0)
    retry_cap_s: float = Field(default=900.0, ge=0)
    stop_grace_s: float = Field(default=100.0, ge=0, description="Below ECS stopTimeout, 120 s.")
    video_max_duration_s: float = Field(default=600.0, gt=0)
    job_limit_s: float = Field(default=JOB_LIMIT_S, gt=0, description="One attempt, all of it.")
    stall_limit_s: float = Field(
        default=120.0, gt=0, description="An analysis without progress for so long has hung."
    )
    memory_limit_mib: int = Field(
        default=6144, ge=256, description="Of the process that analyses; above it is ended."
    )
    ecs_agent_uri: str | None = Field(
        default=None, description="Set by ECS; the way to task scale-in protection."
    )

    @property
    def visibility_s(self) -> int:
        """The lease and a margin, in the proportion of the defaults."""
        return math.ceil(self.lease_s * VISIBILITY_TIMEOUT_S / LEASE_S)

    @model_validator(mode="after")
    def _beats_inside_the_lease(self) -> Self:
        if self.heartbeat_s * 2 > self.lease_s:
            message = "heartbeat_s must be at most half of lease_s"
            raise ValueError(message)
        return self
