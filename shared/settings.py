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

OPERATOR = "operator"
"""The scope, or in our user pool the group, that opens the monitoring routes."""

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

RECEIVE_WAIT_S = 20
"""How long a receive waits for a message: the most that SQS allows, for the fewest calls."""

UPLOAD_EVENT_VISIBILITY_S = 180
"""How soon an upload event that could not be handled comes again: six times the 30 s its handler
may run, as Lambda advises for a queue that feeds a function."""

UPLOAD_EVENT_RECEIVE_COUNT = 10
"""After so many tries the sweeper, which looks for the video itself, has to do."""

OPERATOR_LIMIT_S = 300
"""When Lambda ends an operator's command: thousands of dead letters are a matter of minutes."""

DAY_S = 24 * 3600

LONGEST_URL_LIFE_S = 7 * DAY_S
"""No presigned URL of S3 lives longer."""

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
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = "INFO"


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
    database_iam_login: bool = Field(
        default=False, description="Log in with tokens of AWS instead of a password in the URL."
    )
    database_proxy: bool = Field(
        default=False, description="Behind RDS Proxy; the two timeouts then are the role's own."
    )
    aws_region: str = "us-east-1"


class MigrationSettings(Settings):
    """Migrating, beside `DatabaseSettings` of the tables' owner."""

    database_app_role: str | None = Field(
        default=None,
        pattern=r"^[a-z_][a-z0-9_]{0,62}$",
        description="Of PostgreSQL, made if missing: as whom API, backstage and workers log in.",
    )


class StorageSettings(Settings):
    """S3. `aws_endpoint_url_s3` and `path` addressing are for emulators."""

    s3_bucket: str
    aws_region: str = "us-east-1"
    aws_endpoint_url_s3: str | None = None
    s3_addressing_style: Literal["virtual", "path"] = "virtual"


class UploadSettings(Settings):
    """Limits of one upload."""

    upload_url_expires_s: int = Field(default=3600, ge=60, le=LONGEST_URL_LIFE_S)
    download_url_expires_s: int = Field(default=3600, ge=60, le=LONGEST_URL_LIFE_S)
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
    """Where webhooks may lead, and by whom they are sent."""

    stage: str = Stage.LOCAL
    webhook_allow_private: bool = Field(
        default=False, description="Any address, and http: on one's own machine and in tests only."
    )
    webhook_courier_function: str | None = Field(
        default=None, description="The Lambda function that posts; without one the sender does."
    )
    webhook_parallel: int = Field(
        default=8, ge=1, le=100, description="Sent at once by one sender, each by a courier's call."
    )
    aws_region: str = "us-east-1"
    aws_endpoint_url_lambda: str | None = None

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
    """Bearer tokens: RS256, checked with keys from a URL, a file or inline, or by the gateway."""

    stage: str = Stage.LOCAL
    jwt_issuer: str
    jwt_audience: str
    jwks_url: str | None = None
    jwks_file: Path | None = None
    jwks: str | None = None
    jwt_verified_by_gateway: bool = Field(
        default=False, description="Claims are those that API Gateway found in a token that holds."
    )

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        keys = sum(source is not None for source in (self.jwks_url, self.jwks_file, self.jwks))
        if keys + self.jwt_verified_by_gateway != 1:
            message = "set exactly one of JWKS_URL, JWKS_FILE, JWKS, JWT_VERIFIED_BY_GATEWAY"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _behind_a_gateway(self) -> Self:
        if self.jwt_verified_by_gateway and self.stage == Stage.LOCAL:
            message = "jwt_verified_by_gateway: on one's own machine there is no gateway"
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
    receive_wait_s: int = Field(default=RECEIVE_WAIT_S, ge=0, le=RECEIVE_WAIT_S)
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
    worker_pulse: Path | None = Field(
        default=None, description="A file touched all along; a container's health is its age."
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
