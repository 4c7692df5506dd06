"""Make this checkout ready to run: system libraries, `.venv`, packages, pose model, sample video.

The Makefile calls it with the machine's own Python before anything is installed, so it needs the
standard library only. Each step leaves a stamp in `.venv/stamps`; a second call compares stamps
and is done.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import fcntl
import hashlib
import importlib.util
import os
import shlex
import shutil
import subprocess
import sys
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Iterator, Sequence

OLDEST_PYTHON = (3, 11)
NEWER_PYTHONS = ("python3.14", "python3.13", "python3.12", "python3.11")

LIBRARY_PACKAGES = {
    "libEGL.so.1": "libegl1",  # mediapipe loads it even on a CPU
    "libGLESv2.so.2": "libgles2",  # same
    "libGL.so.1": "libgl1",  # OpenCV
    "libgthread-2.0.so.0": "libglib2.0-0",  # OpenCV; libglib2.0-0t64 provides this name too
}
"""The Debian and Ubuntu package of each shared library that the wheels do not carry."""

APT_LOCK_WAIT_S = 300
"""How long to wait for another apt-get, such as a fresh machine's own updates."""

SIGN_OF_LIFE_S = 10
"""How long a running command may stay silent before a line of its output is shown."""

LAST_LINES = 20
"""How much of a failed command's output to repeat."""

MEDIA_PINS = (
    "worker_service/pipeline/pose/model_files.py",
    "local/downloads.py",
    "local/rds_certificates.py",
    "local/sample.py",
)
"""The files that name what is fetched; a change there fetches again."""


class CannotSetUp(Exception):
    """Set-up stopped; the message tells the person what to do."""


@dataclass(frozen=True)
class Machine:
    """The facts about a machine that decide what set-up has to do."""

    python: tuple[int, int]
    can_make_venv: bool
    missing_libraries: tuple[str, ...]
    is_root: bool
    has_apt: bool
    newer_python: str | None


def this_machine() -> Machine:
    """Look at the machine this runs on."""
    modules = ("venv", "ensurepip")  # Debian splits ensurepip off
    return Machine(
        python=sys.version_info[:2],
        can_make_venv=all(importlib.util.find_spec(module) for module in modules),
        missing_libraries=missing_libraries() if sys.platform == "linux" else (),
        is_root=os.geteuid() == 0,
        has_apt=shutil.which("apt-get") is not None,
        newer_python=next(filter(shutil.which, NEWER_PYTHONS), None),
    )


def missing_libraries(load: Callable[[str], object] = ctypes.CDLL) -> tuple[str, ...]:
    """Return the shared libraries that the dynamic loader does not find."""
    missing = []
    for library in LIBRARY_PACKAGES:
        try:
            load(library)
        except OSError:
            missing.append(library)
    return tuple(missing)


def refuse_old_python(machine: Machine) -> None:
    """Stop where the product cannot run, and name a way on."""
    if machine.python >= OLDEST_PYTHON:
        return
    here, oldest = ("{}.{}".format(*version) for version in (machine.python, OLDEST_PYTHON))
    way_on = machine.newer_python or f"python{oldest}"
    advice = "Name the newer one" if machine.newer_python else "Install one, then name it"
    raise CannotSetUp(
        f"Python {oldest} or newer is needed; this is Python {here}.\n"
        f"{advice}: make PYTHON={way_on} demo"
    )


def packages_to_install(machine: Machine) -> tuple[str, ...]:
    """Return the system packages to install now, or stop where a person has to do it.

    Raises:
        CannotSetUp: something is missing and this user may not install it, or there is no apt-get.
    """
    packages = tuple(LIBRARY_PACKAGES[library] for library in machine.missing_libraries)
    missing = machine.missing_libraries
    if not machine.can_make_venv:
        packages = ("python{}.{}-venv".format(*machine.python), *packages)
        missing = ("the Python modules venv and ensurepip", *missing)
    if not missing or (machine.has_apt and machine.is_root):
        return packages
    names = ", ".join(missing)
    if not machine.has_apt:
        raise CannotSetUp(f"Install these with the system's package manager, then retry: {names}")
    line = f"sudo apt-get update && sudo apt-get install -y {' '.join(packages)}"
    raise CannotSetUp(f"This system lacks {names}. Run this line, then retry:\n\n  {line}\n")


def apt_commands(packages: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return what to say and to run to install `packages` without asking anything."""
    if not packages:
        return {}
    apt = ("apt-get", "-q", "-o", f"DPkg::Lock::Timeout={APT_LOCK_WAIT_S}")
    return {
        "Reading the system's package lists": (*apt, "update"),
        f"Installing {' '.join(packages)}": (
            *apt,
            "install",
            "-y",
            "--no-install-recommends",
            *packages,
        ),
    }


@dataclass(frozen=True)
class Step:
    """One part of set-up, done again only when its `key` changes."""

    name: str
    key: str
    says: str
    command: tuple[str, ...]
    advice: str
    otherwise: tuple[str, ...] = ()
    """A slower command that may work where the first one does not."""


@dataclass(frozen=True)
class Checkout:
    """The folder being set up. Everything that set-up makes is inside its `.venv`."""

    root: Path

    @property
    def lock(self) -> Path:
        """The lock file: every package with its version and hashes."""
        return self.root / "requirements" / "dev.txt"

    def steps(self) -> tuple[Step, ...]:
        """Return every step, in order."""
        venv = self.root / ".venv"
        interpreter = str(Path(sys.executable).resolve())  # never the one inside .venv
        made_by = f"{interpreter} {sys.version_info[:2]} {venv} "  # a moved .venv does not work
        python = str(venv / "bin" / "python")
        install = (python, "-m", "pip", "--disable-pip-version-check", "install", "--no-input")
        uv = (python, "-m", "uv", "pip", "install", "--python", python, "--no-progress")
        # Wheels only: no compiler needed. Compiled at first import instead: half the time.
        wheels = ("--only-binary", ":all:", "--require-hashes", "-r")
        slow = ("--no-compile", "--progress-bar", "off", *wheels)
        project = (*install, "--no-deps", "--no-build-isolation", "-e", str(self.root))
        return (
            Step(
                name="venv",
                key=made_by,
                says="Making .venv",
                command=(interpreter, "-m", "venv", "--clear", str(venv)),
                advice="Look at what it says above.",
            ),
            Step(
                name="installer",
                key=made_by + self.digest("requirements/installer.txt"),
                says="Installing the installer, uv",
                command=(*install, *slow, str(self.lock.with_name("installer.txt"))),
                advice="Check the connection to the package registry.",
            ),
            Step(
                name="packages",
                key=made_by + self.digest("requirements/dev.txt"),
                says="Installing the locked packages into .venv (2 GB)",
                command=(*uv, *wheels, str(self.lock)),
                advice="Check the connection to the package registry and the free disk space.",
                otherwise=(*install, *slow, str(self.lock)),  # knows pip's mirrors and certificates
            ),
            Step(
                name="project",
                key=made_by + self.digest("pyproject.toml"),
                says="Installing the project itself",
                command=project,
                advice="Look at what it says above.",
            ),
            Step(
                name="media",
                key=made_by + self.digest(*MEDIA_PINS) + os.environ.get("COACH_HOME", ""),
                says="Fetching the pose model, the sample video and the database's certificates",
                command=(str(venv / "bin" / "coach"), "models", "fetch", "--all"),
                advice="Check the connection to the package registries.",
            ),
        )

    def digest(self, *paths: str) -> str:
        """Return one hash over the contents of those files that exist."""
        found = filter(Path.exists, map(self.root.joinpath, paths))
        return hashlib.sha256(b"".join(path.read_bytes() for path in found)).hexdigest()

    def is_done(self, step: Step) -> bool:
        """Return whether `step` was last done for the key it has now."""
        stamp = self.stamp(step)
        return stamp.exists() and stamp.read_text(encoding="utf-8") == step.key

    def stamp(self, step: Step) -> Path:
        """Return the file that keeps the key `step` was last done for."""
        return self.root / ".venv" / "stamps" / step.name

    def do(self, step: Step) -> None:
        """Do `step` and remember its key."""
        try:
            run(step.command, says=step.says, advice=step.advice)
        except CannotSetUp:
            if not step.otherwise:
                raise
            run(step.otherwise, says=f"{step.says} in another way", advice=step.advice)
        stamp = self.stamp(step)
        stamp.parent.mkdir(exist_ok=True)
        stamp.write_text(step.key, encoding="utf-8")


@contextlib.contextmanager
def one_at_a_time(lock: Path) -> Iterator[None]:
    """Keep two set-ups of one checkout apart."""
    with lock.open() as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another set-up of this checkout is running; waiting for it.", flush=True)
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def run(command: Sequence[str], *, says: str, advice: str) -> None:
    """Run `command` quietly, with a sign of life now and then; repeat its last words on failure."""
    print(f"{says} ...", flush=True)
    last_lines: deque[str] = deque(maxlen=LAST_LINES)
    spoke_at = time.monotonic()
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    ) as process:
        for line in process.stdout or ():
            last_lines.append(line)
            if time.monotonic() - spoke_at > SIGN_OF_LIFE_S:
                print(f"  {line.strip():.90}", flush=True)
                spoke_at = time.monotonic()
    if process.returncode:
        print("".join(last_lines), file=sys.stderr)
        raise CannotSetUp(f"{says} failed: {shlex.join(command)}\n{advice} Then retry.")


def set_up(checkout: Checkout, machine: Machine, *, leave_out: Sequence[str] = ()) -> None:
    """Bring `checkout` to where every command of the product works."""
    for says, command in apt_commands(packages_to_install(machine)).items():
        run(command, says=says, advice="Check the connection to the system's package mirror.")
    with one_at_a_time(checkout.lock):
        for step in checkout.steps():
            if step.name not in leave_out and not checkout.is_done(step):
                checkout.do(step)


def show_plan(checkout: Checkout, machine: Machine) -> None:
    """Print the commands that set-up would run."""
    steps = [step.command for step in checkout.steps() if not checkout.is_done(step)]
    for command in (*apt_commands(packages_to_install(machine)).values(), *steps):
        print(shlex.join(command))


def main() -> int:
    """Set up the checkout that this file belongs to."""
    parser = argparse.ArgumentParser(description="Make this checkout ready to run.")
    parser.add_argument("--dry-run", action="store_true", help="print the commands, run none")
    parser.add_argument("--no-media", action="store_true", help="leave model and sample video out")
    options = parser.parse_args()
    checkout = Checkout(Path(__file__).resolve().parent.parent)
    machine = this_machine()
    try:
        refuse_old_python(machine)
        if options.dry_run:
            show_plan(checkout, machine)
        else:
            set_up(checkout, machine, leave_out=("media",) if options.no_media else ())
    except CannotSetUp as stop:
        print(stop, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
