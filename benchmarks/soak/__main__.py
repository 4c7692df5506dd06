"""Runs a soak on this machine, prints one table and writes `build/soak.json`."""

import argparse
import json
import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import SecretStr
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from sqlalchemy import NullPool, create_engine, make_url, text

from benchmarks.soak.outcome import Outcome
from benchmarks.soak.report import table
from benchmarks.soak.run import Wish, soak
from local.aws_environment import aws_environment
from local.emulator import aws_emulator, create_resources
from local.postgres import postgres
from shared import migrations
from shared.settings import DatabaseSettings
from tests.files.clips import make_clip
from tests.rig.ground import Count, Ground
from tests.rig.workers import Workplace

OUTPUT = Path("build/soak.json")

INTERRUPTED = 130
"""What a shell expects of a program that Ctrl-C ended."""


def main(arguments: list[str]) -> int:
    """Soak; exit 1 when a promise is broken."""
    wish = _wish(arguments)
    console = Console(width=None if sys.stdout.isatty() else 120)
    console.print(f"seed {wish.seed}: give it as --seed to draw the same trouble again")
    folder = Path(tempfile.mkdtemp(prefix="soak-"))
    try:
        with _ground(folder) as ground:
            outcome = _watched(ground, wish, console)
    except KeyboardInterrupt:
        console.print("interrupted; everything is stopped")
        shutil.rmtree(folder)
        return INTERRUPTED
    OUTPUT.parent.mkdir(exist_ok=True)
    OUTPUT.write_text(json.dumps(outcome.entry(), indent=1) + "\n")
    console.print(table(outcome))
    console.print(f"written to {OUTPUT}")
    if not outcome.holds:
        console.print(f"the workers' logs are in {folder}")
        return 1
    shutil.rmtree(folder)
    return 0


def _wish(arguments: list[str]) -> Wish:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--jobs", type=int, default=500)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--kill-every", type=float, default=3.0, metavar="SECONDS")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    asked = parser.parse_args(arguments)
    return Wish(
        jobs=asked.jobs, workers=asked.workers, kill_every_s=asked.kill_every, seed=asked.seed
    )


@contextmanager
def _ground(folder: Path) -> Iterator[Ground]:
    """A database, a bucket and queues of our own, gone afterwards."""
    with (
        aws_emulator() as endpoint,
        postgres(folder / "postgres") as server,
        _database_of_our_own(server) as url,
    ):
        os.environ |= aws_environment(endpoint)
        database = DatabaseSettings(database_url=SecretStr(url))
        ground = Ground.at(Workplace(database, create_resources(endpoint), endpoint), folder)
        migrations.upgrade(ground.engine)
        try:
            yield ground
        finally:
            ground.engine.dispose()


@contextmanager
def _database_of_our_own(server: str) -> Iterator[str]:
    """Make one, so that a server somebody named in the environment keeps its rows."""
    name = f"soak_{secrets.token_hex(6)}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


def _watched(ground: Ground, wish: Wish, console: Console) -> Outcome:
    """Soak under a progress bar."""
    clip = make_clip(ground.folder / "clip.mp4", frames=30)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=console) as progress:
        bar = progress.add_task("jobs", total=wish.jobs)

        def tell(count: Count, kills: int) -> None:
            shown = f"{count.open} open, {kills} workers killed, final"
            progress.update(bar, completed=count.final, description=shown)

        return soak(ground, wish, clip.read_bytes(), tell)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
