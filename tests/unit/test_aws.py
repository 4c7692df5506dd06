"""Clients of AWS that outlive the credentials they began with, as those in a snapshot do."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from local.processes import LOOPBACK
from shared.aws import s3_client
from shared.settings import StorageSettings


@pytest.fixture
def in_lambda(monkeypatch) -> Iterator[None]:
    """Credentials that end within a minute, from where SnapStart has a function look for them."""
    handed_out = 0

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            nonlocal handed_out
            handed_out += 1
            soon = datetime.now(UTC) + timedelta(minutes=1)
            body = json.dumps(
                {
                    "AccessKeyId": f"KEY{handed_out}",
                    "SecretAccessKey": "secret",
                    "Token": "token",
                    "Expiration": soon.isoformat(),
                }
            ).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    with HTTPServer((LOOPBACK, 0), Handler) as server:
        address = f"http://{LOOPBACK}:{server.server_port}/credentials"
        monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", address)
        serving = threading.Thread(target=server.serve_forever, args=(0.01,))
        serving.start()
        yield
        server.shutdown()
        serving.join()


def test_a_client_signs_with_the_credentials_of_now(in_lambda, monkeypatch):
    monkeypatch.setattr("boto3.DEFAULT_SESSION", None)  # another test's, and its credentials
    client = s3_client(StorageSettings(s3_bucket="any"))

    def signed() -> str:
        url: str = client.generate_presigned_url("get_object", {"Bucket": "any", "Key": "any"})
        return url

    first, second = signed(), signed()
    assert "Credential=KEY" in first
    assert first.split("Credential=")[1][:5] != second.split("Credential=")[1][:5]
