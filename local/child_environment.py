"""From settings to the environment of a child process: the way back of `shared.settings`."""

import os

from pydantic import SecretStr

from local.aws_environment import aws_environment, without_aws
from local.processes import LOOPBACK
from shared.settings import Settings


def child_environment(endpoint: str, *settings: Settings) -> dict[str, str]:
    """Return our environment, changed so that a child reads exactly these settings.

    Variables for other fields of the same classes are taken out, so an exported `JWKS_URL`
    cannot meet a `JWKS_FILE` of ours; AWS clients are confined to `endpoint`.
    """
    environment = without_aws()
    for one in settings:
        for field in type(one).model_fields:
            environment.pop(field.upper(), None)
    return environment | variables(endpoint, *settings)


def variables(endpoint: str, *settings: Settings) -> dict[str, str]:
    """Return only the variables that lead to these settings and to AWS at `endpoint`."""
    return aws_environment(endpoint) | _no_proxy() | _from(settings)


def _no_proxy() -> dict[str, str]:
    """A proxy named in the environment does not reach this machine's own ports."""
    named = os.environ.get("NO_PROXY") or os.environ.get("no_proxy")
    hosts = f"{named},{LOOPBACK}" if named else LOOPBACK
    return {"NO_PROXY": hosts, "no_proxy": hosts}


def _from(settings: tuple[Settings, ...]) -> dict[str, str]:
    return {
        field.upper(): _text(value) for one in settings for field, value in one if value is not None
    }


def _text(value: object) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)
