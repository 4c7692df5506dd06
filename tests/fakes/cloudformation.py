"""Where CloudFormation waits for the answer of a custom resource: S3, as far as it matters here.

S3 refuses a PUT with a type: the address is signed for none ("Custom resource response objects",
AWS CloudFormation User Guide).
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from local.processes import LOOPBACK

SIGNATURE = "X-Amz-Signature=only-for-the-function"


@dataclass
class CloudFormation:
    """What it was told; refuses the next `refuses` answers."""

    port: int
    refuses: int = 0
    answers: list[dict[str, Any]] = field(default_factory=list)

    def asks(self, request_type: str, **more: str) -> dict[str, Any]:
        """Return the event of a request."""
        return {
            "RequestType": request_type,
            "ResponseURL": f"http://{LOOPBACK}:{self.port}/answer?{SIGNATURE}",
            "StackId": "arn:aws:cloudformation:eu-west-1:123456789012:stack/coach-plus-test/1",
            "RequestId": "request-1",
            "ResourceType": "Custom::Migrations",
            "LogicalResourceId": "MigrationsDone",
            "ResourceProperties": {"Version": "1"},
            **more,
        }


@contextmanager
def cloudformation() -> Iterator[CloudFormation]:
    """Listen on a free port until the end of the block."""

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if told.refuses:
                told.refuses -= 1
                status = 503
            elif self.headers["Content-Type"] != "" or SIGNATURE not in self.path:
                status = 403
            else:
                told.answers.append(json.loads(body))
                status = 200
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer((LOOPBACK, 0), Handler) as server:
        told = CloudFormation(server.server_port)
        serving = Thread(target=server.serve_forever, args=(0.01,))
        serving.start()
        try:
            yield told
        finally:
            server.shutdown()
            serving.join()
