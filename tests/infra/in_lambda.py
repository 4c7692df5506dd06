"""Lambda's part: a process with the bundle and Python's own library, and nothing else.

`python -I -S in_lambda.py FOLDER`, in the environment that the stack gives the function. Takes
`{"entries": [...], "events": [...]}` and imports every entry; the first one gets the events.
"""

import importlib
import json
import os
import socket
import stat
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any


def main(folder: str) -> None:
    """Print the seconds each import took, the answers, and modules from anywhere else."""
    told_to = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # logs go where they do not mix with what is told
    sys.path.insert(0, folder)
    order = json.load(sys.stdin)
    found = {entry: _timed(entry) for entry in order["entries"]}
    left_open = _left_open()
    first, _ = found[order["entries"][0]]
    context = SimpleNamespace(aws_request_id="lambda-1")
    told = {
        "left_open": left_open,
        "import_s": {entry: seconds for entry, (_, seconds) in found.items()},
        "answers": [first(event, context) for event in order["events"]],
        "strays": _strays(folder),
    }
    json.dump(told, told_to)


def _timed(entry: str) -> tuple[Any, float]:
    begin = time.perf_counter()
    module, _, name = entry.rpartition(".")
    return getattr(importlib.import_module(module), name), time.perf_counter() - begin


def _left_open() -> dict[str, Any]:
    """Descriptors of connections, whoever opened them, and which threads there are."""
    return {
        "connections": [one for one in range(256) if _leads_away(one)],
        "threads": [thread.name for thread in threading.enumerate()],
    }


def _leads_away(descriptor: int) -> bool:
    """Not so an event loop's own pair of sockets."""
    try:
        if not stat.S_ISSOCK(os.fstat(descriptor).st_mode):
            return False
        with socket.socket(fileno=os.dup(descriptor)) as one:
            return one.family in {socket.AF_INET, socket.AF_INET6}
    except OSError:
        return False


def _strays(folder: str) -> list[str]:
    library = str(Path(os.__file__).parent)
    files = [getattr(module, "__file__", None) or folder for module in sys.modules.values()]
    own = (folder, library, __file__)
    return [name for name in files if not name.startswith(own) or "site-packages" in name]


if __name__ == "__main__":
    main(sys.argv[1])
