"""ministack: an S3 that, unlike moto, holds presigned URLs to what was signed.

It pins a botocore of its own, so it is installed apart, once a checkout, and runs with ours.
"""

import hashlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.aws_environment import REGION, without_aws
from local.processes import LOOPBACK, child, free_port, listens

_REPOSITORY = Path(__file__).parents[2]
_LOCK = _REPOSITORY / "requirements" / "ministack.txt"

KEY = "test"
"""Its root credentials, id and secret: it knows no others."""


@contextmanager
def ministack(folder: Path) -> Iterator[str]:
    """Yield the endpoint URL of one on the loopback address; its log lies in `folder`."""
    port = free_port()
    environment = {
        **without_aws(),
        "PYTHONPATH": str(_installed()),
        "GATEWAY_PORT": str(port),
        "BIND_HOST": LOOPBACK,
        "IOT_MTLS_ENABLED": "0",
        "SERVICES": "s3",
        "MINISTACK_REGION": REGION,
    }
    with child(
        "ministack",
        [sys.executable, "-m", "ministack"],
        log=folder / "ministack.log",
        env=environment,
        cwd=folder,
    ) as server:
        server.wait_until(lambda: listens(port))
        yield f"http://{LOOPBACK}:{port}"


def _installed() -> Path:
    """Return where the locked packages lie; fetches them the first time, 16 MB in seconds."""
    version = hashlib.sha256(_LOCK.read_bytes()).hexdigest()[:12]
    place = _REPOSITORY / "build" / f"ministack-{version}"
    if not place.exists():
        place.parent.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=place.parent) as scratch:
            packages = Path(scratch, "packages")
            _install(packages)
            packages.replace(place)  # whole or not at all
    return place


def _install(target: Path) -> None:
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--no-input")
    wheels = ("--only-binary", ":all:", "--no-compile", "--no-deps", "--require-hashes", "--quiet")
    command = (*pip, *wheels, "--target", str(target), "-r", str(_LOCK))
    subprocess.run(command, check=True)
