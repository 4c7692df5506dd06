"""Where the parts of a local system write their logs."""

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

from local.home import coach_home

KEEP = 10
"""Runs whose logs are kept."""


def new_logs_folder(runs: Path | None = None) -> Path:
    """Make a folder for this run, and delete the oldest ones beyond `KEEP`."""
    runs = runs or coach_home() / "runs"
    folder = runs / f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{os.getpid()}"
    folder.mkdir(parents=True, exist_ok=True)
    for old in sorted(runs.iterdir())[:-KEEP]:
        shutil.rmtree(old, ignore_errors=True)
    return folder
