"""ministack: an AWS that, unlike moto, holds presigned URLs to what was signed.

It pins a botocore of its own, so it is installed apart, once a checkout, and runs with ours.
"""

import hashlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from local.aws_environment import REGION, without_aws
from local.processes import LOOPBACK, child, free_port, listens
from tests.rig.account import Account
from tests.rig.certificates import own_certificate

_REPOSITORY = Path(__file__).parents[2]
_LOCK = _REPOSITORY / "requirements" / "ministack.txt"

KEY = "test"
"""Its root credentials, id and secret: it knows no others."""


@contextmanager
def ministack(folder: Path) -> Iterator[str]:
    """Yield the endpoint URL of an S3 on the loopback address; its log lies in `folder`."""
    port = free_port()
    with _running(folder, port, settings={"SERVICES": "s3"}):
        yield f"http://{LOOPBACK}:{port}"


@contextmanager
def guarded_account(folder: Path, *, services: Sequence[str]) -> Iterator[Account]:
    """Yield an account as AWS keeps it: over TLS, every call held against the caller's rights."""
    port, certificate = free_port(), own_certificate(folder)
    settings = {
        "SERVICES": ",".join(services),
        "AUTH": "true",
        "USE_SSL": "1",  # so that it knows; the server below speaks it
        "MINISTACK_HOST": LOOPBACK,
        "MINISTACK_SSL_CERT": str(certificate.path),
        "MINISTACK_SSL_KEY": str(certificate.key),
    }
    tls = ("--certfile", str(certificate.path), "--keyfile", str(certificate.key))
    with _running(folder, port, settings=settings, arguments=tls):
        yield Account(
            endpoint=f"https://{LOOPBACK}:{port}",
            certificate=certificate.path,
            key_id=KEY,
            secret=KEY,
        )


@contextmanager
def _running(
    folder: Path, port: int, *, settings: Mapping[str, str], arguments: Sequence[str] = ()
) -> Iterator[None]:
    """Run its application; its own command would listen on port 443 as well."""
    environment = {
        **without_aws(),
        "PYTHONPATH": str(_installed()),
        "GATEWAY_PORT": str(port),
        "BIND_HOST": LOOPBACK,
        "IOT_MTLS_ENABLED": "0",
        "MINISTACK_REGION": REGION,
        **settings,
    }
    server = ("hypercorn", "ministack.app:app", "--bind", f"{LOOPBACK}:{port}")
    with child(
        "ministack",
        [sys.executable, "-m", *server, "--graceful-timeout", "0", *arguments],
        log=folder / "ministack.log",
        env=environment,
        cwd=folder,
    ) as started:
        started.wait_until(lambda: listens(port))
        yield


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
