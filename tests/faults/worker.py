"""`python -m tests.faults.worker`: the real worker, on watched parts.

The variable `FAULTS` names the folder in which faults are ordered.
"""

import os
from pathlib import Path

from shared.settings import RuntimeSettings
from shared.telemetry import configure_logging
from tests.faults.orders import Watch
from tests.faults.parts import watched
from worker_service.__main__ import SERVICE, parts_from_environment, serve


def main() -> None:
    """Run until SIGTERM, SIGINT or an order."""
    runtime = RuntimeSettings()
    configure_logging(service=SERVICE, stage=runtime.stage, level=runtime.log_level)
    watch = Watch(Path(os.environ["FAULTS"]))
    serve(lambda: watched(parts_from_environment(), watch))


if __name__ == "__main__":
    main()
