"""The folder where this product keeps files of its own on somebody's machine."""

import os
from collections.abc import Mapping
from pathlib import Path


def coach_home(environment: Mapping[str, str] = os.environ) -> Path:
    """Return `$COACH_HOME`, else `$XDG_CACHE_HOME/coach-plus`, else `~/.cache/coach-plus`.

    Below it: `models/` and `samples/` (fetched, can be deleted), `identity/` (the development
    key) and `runs/` (logs of the local system).
    """
    if given := environment.get("COACH_HOME"):
        return Path(given).expanduser().absolute()
    cache = environment.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else Path.home() / ".cache") / "coach-plus"
