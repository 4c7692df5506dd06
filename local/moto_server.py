"""moto's S3 and SQS as a process of its own: `python -m local.moto_server PORT`."""

import logging
import sys

from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import run_simple

from local.processes import LOOPBACK


def main(port: int) -> None:
    """Serve until a signal ends the process.

    moto's own command line would do, but its access log repeats presigned URLs.
    """
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    run_simple(
        LOOPBACK,
        port,
        DomainDispatcherApplication(create_backend_app),
        threaded=True,
        request_handler=MotoRequestHandler,
    )


if __name__ == "__main__":
    main(int(sys.argv[1]))
