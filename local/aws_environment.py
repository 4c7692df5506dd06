"""The environment that keeps a process's AWS clients on this machine."""

import os

ACCESS_KEY = "local"
SECRET_KEY = "local"  # noqa: S105 - opens nothing; the emulator asks for none
REGION = "us-east-1"


def aws_environment(endpoint: str) -> dict[str, str]:
    """Return `AWS_*` variables under which every client talks to `endpoint` and nothing else.

    A client that was given no endpoint goes to the emulator too, no file or metadata service can
    bring in somebody's real credentials, and these ones are worth nothing at AWS.
    """
    return {
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def without_aws() -> dict[str, str]:
    """Return our environment without any `AWS_*` variable: no profile, role or session token."""
    return {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
