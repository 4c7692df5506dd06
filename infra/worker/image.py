"""The worker's image: built from this checkout at `cdk deploy`; synthesis only names it."""

from pathlib import Path

from aws_cdk import aws_ecr_assets as assets
from aws_cdk import aws_ecs as ecs

from infra.stage import Stage

CHECKOUT = Path(__file__).parents[2]

DOCKERFILE = "worker_service/Dockerfile"

USER = "10001:10001"
"""As the Dockerfile makes it; a platform that sees a number knows that it is not root."""

CERTIFICATES = "/opt/media/rds-certificates.pem"
"""Where the Dockerfile puts them."""

TMP = "/tmp"  # noqa: S108 - a volume of the task's own
"""The one place that the Dockerfile lets be written to."""


BASE = "PYTHON_IMAGE"
"""The Dockerfile's argument: what it begins with."""


def worker_image(stage: Stage) -> ecs.ContainerImage:
    """Return the Dockerfile's target for these workers; `.dockerignore` says what it is made of."""
    return ecs.ContainerImage.from_asset(
        str(CHECKOUT),
        file=DOCKERFILE,
        target=stage.workers.value,
        build_args={BASE: stage.python_image} if stage.python_image else None,
        platform=assets.Platform.LINUX_AMD64,
        display_name=f"worker-{stage.workers}",
    )
