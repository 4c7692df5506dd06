"""What our functions run, in one folder: the locked packages, our code, RDS's certificates.

Made by `uv`, else by `pip`, for another Python and another machine than this one. Knows nothing of
the CDK.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements" / "functions.txt"
OUR_CODE = (
    "api_lambda",
    "cli/__init__.py",
    "cli/api_client.py",
    "cli/errors.py",
    "cli/operate",
    "cli/words.py",
    "local/__init__.py",
    "local/errors.py",
    "shared",
)
"""Folders and files: of the command line what an operator's commands are made of."""

CERTIFICATES = "rds-certificates.pem"

AT_RUN_TIME = "/var/task"
"""Where Lambda unpacks it."""

CALLED_SERVICES = ("iam", "lambda", "s3", "sqs", "sts")
"""AWS services that our code calls; botocore describes 440 more."""

NEVER_LOADED = (
    ".lock",
    "bin",
    "*/test_*.py",
    "*/testing",
    "*/tests",
    "*/tests",
    "boto3/data",
    "boto3/examples",
    "botocore/data/*/*/examples-*.json*",
    "*.dist-info/INSTALLER",
    "*.dist-info/RECORD",
    "*.dist-info/REQUESTED",
    "**/*.h",
    "**/*.pxd",
    "**/*.pyi",
)
"""Patterns: for people, testers, compilers, type checkers and installers, each of which would leave
its own; boto3's resources, which we do not use."""

OLDEST_GLIBC = 17
"""2.17: older Linux than wheels are made for (manylinux2014)."""

MADE_FROM = ("infra/functions/bundle.py", "local/downloads.py", "local/rds_certificates.py")
"""Beside lock file and code: how the bundle is made, and which certificates are fetched."""


class CannotBundle(Exception):
    """The bundle was not made; the message says why and what to do."""


def build(target: Path, *, python: str, platform: str) -> None:
    """Make the bundle in the folder `target`.

    Args:
        target: an empty folder.
        python: which Python runs it, such as `3.14`.
        platform: on what, in uv's words, such as `x86_64-manylinux_2_28`.

    Raises:
        CannotBundle: packages or certificates could not be fetched.
    """
    install_packages(target, lock=LOCK, python=python, platform=platform)
    for path in _our_files():
        copy = target / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    _fetch_certificates(target / CERTIFICATES)


def compile_modules(target: Path, *, python: str) -> None:
    """Compile every module in `target`, where this machine has that Python.

    Lambda cannot keep what it compiles: without this every cold start compiles anew, which takes
    twice as long as the rest of it. No other Python can do it: bytecode is of one version. The same
    source gives the same bytes, without times and paths of this machine.

    Raises:
        CannotBundle: a module is not valid for that Python.
    """
    compiler = interpreter(python)
    if compiler is None:
        return
    paths = ("-s", str(target), "-p", AT_RUN_TIME)
    how = ("--invalidation-mode", "unchecked-hash", "-q", "-j", "0")
    done = _run([str(compiler), "-I", "-m", "compileall", *how, *paths, str(target)])
    if done.returncode:
        raise CannotBundle(f"Not all modules are valid for Python {python}.\n{_last_words(done)}")


def fingerprint(*, python: str, platform: str) -> str:
    """A hash of everything that decides what is in the bundle; the same on every machine.

    Only a machine without that Python, which cannot compile for it, has another one.
    """
    compiled = interpreter(python) is not None
    digest = hashlib.sha256(f"{python} {platform} {compiled}".encode())
    for path in (LOCK, *(ROOT / name for name in MADE_FROM), *_our_files()):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"{path.relative_to(ROOT).as_posix()} {content}\n".encode())
    return digest.hexdigest()


def interpreter(python: str) -> Path | None:
    """Return where this machine has that Python, None if it has not."""
    done = _run(_uv("python", "find", "--no-python-downloads", f"cpython@{python}"))
    found = done.stdout.strip() if done.returncode == 0 else shutil.which(f"python{python}")
    return Path(found) if found else None


def install_packages(target: Path, *, lock: Path, python: str, platform: str) -> None:
    """Install what `lock` names in the empty folder `target`; no matter by whom, it is the same.

    Raises:
        CannotBundle: neither uv nor pip could.
    """
    where = ("--target", str(target), "--python-version", python)
    only_locked = ("--only-binary", ":all:", "--no-deps", "--require-hashes", "-r", str(lock))
    ways = (_by_uv(platform), _by_pip(platform))  # pip knows mirrors and certificates of its own
    for way in ways:
        done = _run([*way, "--quiet", *where, *only_locked])
        if done.returncode == 0:
            return _trim(target)
        shutil.rmtree(target)
        target.mkdir()
    raise CannotBundle(
        f"Neither uv nor pip could fetch the functions' packages for Python {python}; check the "
        f"connection to the package registry.\n{_last_words(done)}"
    )


def _by_uv(platform: str) -> list[str]:
    # What lies in uv's cache is not ours to compile or trim, so copies and no links.
    here = ("--python", sys.executable, "--link-mode", "copy")
    return _uv("pip", "install", *here, "--python-platform", platform)


def _by_pip(platform: str) -> list[str]:
    quiet = ("--disable-pip-version-check", "--no-input", "--no-compile")
    tags = (part for tag in pip_platforms(platform) for part in ("--platform", tag))
    return [sys.executable, "-m", "pip", "install", *quiet, *tags]


def pip_platforms(platform: str) -> list[str]:
    """What uv calls `x86_64-manylinux_2_28`, as wheels are tagged: for this glibc or an older one.

    A platform of another kind stays what it is.
    """
    processor, _, newest = platform.partition("-manylinux_2_")
    if not newest:
        return [platform]
    glibcs = range(int(newest), OLDEST_GLIBC - 1, -1)
    tags = [f"manylinux_2_{glibc}_{processor}" for glibc in glibcs]
    return [*tags, f"manylinux2014_{processor}"]  # another name of the last one


def _fetch_certificates(target: Path) -> None:
    done = _run([sys.executable, "-m", "local.downloads", "--rds-certificates", str(target)])
    if done.returncode or not target.is_file():
        raise CannotBundle(
            "RDS's certificates could not be fetched; check the connection to the package "
            f"registry.\n{_last_words(done)}"
        )


def _trim(target: Path) -> None:
    for path in list(target.glob("botocore/data/*/")):
        if path.name not in CALLED_SERVICES:
            shutil.rmtree(path)
    for pattern in NEVER_LOADED:
        for path in list(target.glob(pattern)):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def _our_files() -> Iterator[Path]:
    for name in OUR_CODE:
        whole = ROOT / name
        within = sorted(whole.rglob("*")) if whole.is_dir() else [whole]
        yield from (path for path in within if path.is_file() and "__pycache__" not in path.parts)


def _uv(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "uv", *arguments]


def _run(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - commands of our own making
        command,
        check=False,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        cwd=ROOT,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
    )


def _last_words(done: subprocess.CompletedProcess[str]) -> str:
    return "\n".join(done.stderr.strip().splitlines()[-4:])
