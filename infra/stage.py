"""A stage: what differs from one installation to the next. Plain values; knows nothing of AWS.

`dev` and `prod` are here. The context in `cdk.json` changes them and adds others:

    "stages": {"prod": {"max_tasks": 40}, "club": {"like": "prod", "workers": "cpu"}}
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from infra.gpu_sizes import GpuSize
from shared import settings

LogDays = Literal[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 3653]
"""How long CloudWatch can keep logs ("PutRetentionPolicy", CloudWatch Logs API Reference)."""


class ImpossibleStage(ValueError):
    """Nothing can be made of a stage's values; the message says why, to a person."""


class Compute(StrEnum):
    """What workers run on."""

    GPU = "gpu"
    """EC2 instances with an NVIDIA GPU, one task each."""
    CPU = "cpu"
    """Fargate: no instances of one's own."""


ZONES = 2
"""Of the network, the database and its standby."""

INSTANCE_DISK_GIB = 60
"""The GPU image's system (30), the worker's image twice during a deployment, videos."""

TASK_DISK_GIB = 30
"""Fargate's disk: the image (2 GiB unpacked), the largest upload (2 GiB), what is made of it."""


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Issuer(_Value):
    """An OpenID Connect issuer of one's own, instead of the user pool that the stack makes."""

    url: str = Field(pattern=r"^https://\S+$")
    audience: str = Field(min_length=1)


class Domain(_Value):
    """The API's own name; its certificate lies in the stack's region."""

    name: str = Field(pattern=r"^[a-z0-9.-]+$")
    certificate_arn: str = Field(pattern=r"^arn:")


class Stage(_Value):
    """One installation. Durations are in seconds unless the name says days."""

    name: str = Field(pattern=r"^[a-z][a-z0-9]{1,11}$")

    # workers
    workers: Compute
    min_tasks: int = Field(ge=0)
    max_tasks: int = Field(ge=1)
    spot: bool = False
    """Cheaper capacity that AWS may take back with two minutes' notice; jobs go on elsewhere."""
    gpu_instances: tuple[str, ...] = Field(
        default=("g4dn.xlarge", "g5.xlarge", "g6.xlarge"), min_length=1
    )
    """All with one GPU and room for one task (`infra/gpu_sizes.py`); whichever is
    available is taken."""
    cpu_units: int = Field(default=4096, ge=1024)
    """Of a task, GPU or not: 1024 are one processor. What the smallest instance leaves over."""
    memory_mib: int = Field(default=12288, ge=4096)
    job_s: float = Field(default=45.0, gt=0)
    """How long a worker has a job in hand on average; measure yours (`CoachPlus JobSeconds`)."""
    wait_s: float = Field(default=180.0, gt=0)
    """How long a coach may wait for a free worker once workers run."""
    python_image: str | None = Field(default=None, pattern=r"^\S+$")
    """What the workers' image begins with: a mirror's name for it, best with `@sha256:…`; None:
    what the Dockerfile names."""

    # network
    nat: bool = False
    """NAT gateways instead of endpoints inside the network; with `multi_az` one in each zone."""
    zones: tuple[str, str] | None = None
    """Such as `us-east-1a`, for a region whose first two lack an instance type; None: the first
    two. To be decided before the first deployment: nothing that runs can be moved."""

    # database
    database_instance: str = "t4g.small"
    database_storage_gib: int = Field(default=20, ge=20)
    database_max_storage_gib: int = Field(default=100, ge=22)
    multi_az: bool = False
    database_proxy: bool = False
    backup_days: int = Field(default=7, ge=1, le=35)
    quiet_hour: int = Field(default=2, ge=0, le=23)
    """When fewest coaches wait, in UTC: backups are made then, and on Tuesdays AWS's own upgrades,
    which take the database away for minutes."""

    # API
    api_memory_mib: int = Field(default=1024, ge=512, le=10240)
    api_concurrency: int | None = Field(default=None, ge=1)
    """Most requests at once, each with one connection to the database; None: the account's.

    Reserved for the API, and Lambda insists that 100 stay unreserved: the account's own limit has
    to be 101 above this number (the sweeper reserves one more), and as much above that as other
    stages and products in the account and region reserve.
    """
    snap_start: bool = False
    requests_per_s: int = Field(default=100, ge=1)
    burst: int = Field(default=200, ge=1)
    cors_origins: tuple[str, ...] = ()
    """Web pages that may call the API and the bucket; a native app needs none."""
    domain: Domain | None = None

    # sign-in
    issuer: Issuer | None = None
    """Instead of a user pool; what follows is about the pool."""
    self_sign_up: bool = True
    """Whoever has an e-mail address can become a coach; without, only administrators make one."""
    mail_from: str | None = Field(default=None, pattern=r"^[^\s@]+@[a-z0-9.-]+$")
    """Sender of codes for new coaches and new passwords; the part behind the @ is an identity that
    SES in the stack's region has verified. None: Cognito itself sends, about 50 mails a day for the
    whole account ("Email settings for Amazon Cognito user pools", Amazon Cognito Developer Guide).
    """

    # keeping
    protected: bool
    """Database, bucket, coaches and logs outlive the stack, and none goes by mistake.

    That holds from the first moment, so a first deployment that fails cannot take the database
    away again: deploy it with `--no-rollback`, and go on from where it stopped (docs/deploy.md).
    """
    video_days: int | None = Field(default=None, ge=5)
    """How long originals are kept; None: until somebody deletes them. A job may wait four days."""
    log_days: LogDays = 30

    # watching
    alarm_email: str | None = Field(default=None, pattern=r"^\S+@\S+$")
    budget_usd: int | None = Field(default=None, ge=1)
    """Above this in a month, or when it is foreseen, somebody hears of it; needs `alarm_email`."""
    runbook: str = "docs/runbook.md"
    """Where people at night find the runbook: a path or an address."""

    environment: Mapping[str, str] = Field(default_factory=dict)
    """Further settings of the product's own (`shared/settings.py`), for every process."""

    @property
    def full_name(self) -> str:
        """What the stack is called; what belongs to it begins with that."""
        return f"coach-plus-{self.name}"

    @field_validator("name")
    @classmethod
    def _is_an_installation(cls, name: str) -> str:
        if name == settings.Stage.LOCAL:
            message = f"{name} is what one's own machine is called"
            raise ValueError(message)
        return name

    @model_validator(mode="after")
    def _tasks_fit_instances(self) -> Self:
        """Whichever instance comes has to hold a task, or it stands there and is paid for."""
        if self.workers is Compute.GPU:
            for name in self.gpu_instances:
                GpuSize.of(name).must_hold(cpu_units=self.cpu_units, memory_mib=self.memory_mib)
        return self

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.min_tasks > self.max_tasks:
            message = f"min_tasks {self.min_tasks} is above max_tasks {self.max_tasks}"
            raise ValueError(message)
        if self.budget_usd is not None and self.alarm_email is None:
            message = "budget_usd needs alarm_email: nobody would hear of it"
            raise ValueError(message)
        if self.database_max_storage_gib * 10 < self.database_storage_gib * 11:
            message = "database_max_storage_gib must be a tenth above database_storage_gib"
            raise ValueError(message)
        return self


DEV = Stage(
    name="dev",
    workers=Compute.CPU,
    min_tasks=0,
    max_tasks=2,
    spot=True,
    protected=False,
    video_days=30,
    backup_days=1,
    log_days=14,
    cors_origins=("*",),
)
"""Costs little when idle, and goes without a trace."""

PROD = Stage(
    name="prod",
    workers=Compute.GPU,
    min_tasks=2,
    max_tasks=20,
    database_instance="m7g.large",
    database_storage_gib=100,
    database_max_storage_gib=1000,
    multi_az=True,
    backup_days=14,
    api_concurrency=100,
    snap_start=True,
    requests_per_s=500,
    burst=1000,
    protected=True,
    log_days=90,
)

BUILT_IN = {stage.name: stage for stage in (DEV, PROD)}


def stages(changes: Mapping[str, Mapping[str, Any]]) -> dict[str, Stage]:
    """Return every stage by name: the built-in ones and those in `changes`, as changed.

    Args:
        changes: by name, the fields that differ from the stage named by `like`; without `like`,
            from the built-in one of the same name.

    Raises:
        pydantic.ValidationError: a field is unknown or has an impossible value.
        ImpossibleStage: `like` names no stage, or a change gives a stage another name, under
            which it would overwrite that one.
    """
    named = dict(BUILT_IN)
    for name, change in changes.items():
        if "name" in change:
            message = f"stage {name}: that is its name already; leave `name` out"
            raise ImpossibleStage(message)
        fields = dict(change)
        like = fields.pop("like", name)
        if like not in BUILT_IN:
            message = f"stage {name}: say which it is like: {', '.join(BUILT_IN)}"
            raise ImpossibleStage(message)
        named[name] = Stage.model_validate({**dict(BUILT_IN[like]), "name": name, **fields})
    return named
