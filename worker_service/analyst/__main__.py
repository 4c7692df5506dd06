"""`python -m worker_service.analyst SOCKET WORKER_PID`: the process that looks at videos.

Only a worker starts it; settings come from the environment, as the worker's own do.
"""

import socket
import sys
from contextlib import suppress

from shared.settings import RuntimeSettings, WorkerSettings
from shared.telemetry import configure_logging
from worker_service.analyst.mortal import arrange_death
from worker_service.analyst.serve import serve
from worker_service.analyst.workbench import Workbench


def main() -> None:
    """Serve until the worker hangs up."""
    descriptor, worker_pid = (int(argument) for argument in sys.argv[1:])
    arrange_death(worker_pid)
    runtime = RuntimeSettings()
    configure_logging(service="analyst", stage=runtime.stage, level=runtime.log_level)
    with suppress(ConnectionError), socket.socket(fileno=descriptor) as line:  # it may hang up
        serve(line, Workbench(WorkerSettings()))


if __name__ == "__main__":
    main()
