"""The API on uvicorn, a process of its own: `python -m local.api PORT`."""

import os
import sys

import uvicorn

from api_lambda.app import create_app
from api_lambda.dependencies import SERVICE, from_environment
from local.processes import LOOPBACK
from shared.settings import RuntimeSettings
from shared.telemetry import configure_logging

FINISH_REQUESTS_S = 3

CONNECTIONS = 20
"""A server answers many requests at once, a Lambda environment one. Connections above the pool are
opened anew for each request, which takes longer than the request."""


def main(port: int) -> None:
    """Serve the same app that Lambda runs, until a signal ends the process.

    Without uvicorn's access log: the app writes its own, without query strings.
    """
    os.environ["DATABASE_POOL_SIZE"] = str(CONNECTIONS)
    runtime = RuntimeSettings()
    configure_logging(service=SERVICE, stage=runtime.stage, level=runtime.log_level)
    uvicorn.run(
        create_app(from_environment()),
        host=LOOPBACK,
        port=port,
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=FINISH_REQUESTS_S,
    )


if __name__ == "__main__":
    main(int(sys.argv[1]))
