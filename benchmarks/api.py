"""The API: what a cold start imports, and how long `initiate` takes, beside bare peers."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx

from benchmarks.figure import Figure
from local.stack import LocalStack, StackOptions

IMPORT_ROUNDS = 5
IMPORT_BUDGET_S = 1.2
LAMBDA_ENVIRONMENT = {
    "DATABASE_URL": "postgresql+psycopg://coach@127.0.0.1/coach",
    "S3_BUCKET": "media",
    "SQS_QUEUE_URL": "http://127.0.0.1/jobs",
    "JWT_ISSUER": "bench",
    "JWT_AUDIENCE": "bench",
    "JWKS_URL": "http://127.0.0.1/jwks",
    "AWS_ACCESS_KEY_ID": "bench",
    "AWS_SECRET_ACCESS_KEY": "bench",
}
"""The handler wires itself when Lambda imports it; nothing here is reached."""

REQUESTS = 200
INITIATE_BUDGET_MS = 15


def run() -> list[Figure]:
    """Import time of the Lambda handler, and `initiate` against the local database."""
    return [_import_time(), _initiate()]


def _import_time() -> Figure:
    handler, fastapi = (_median_import_s(m) for m in ("api_lambda.handler", "fastapi"))
    return Figure(
        "import of the API, beside import of FastAPI alone",
        handler,
        "s",
        fastapi,
        f"≤ {IMPORT_BUDGET_S} s",
        lambda figure: figure.value <= IMPORT_BUDGET_S,
    )


def _median_import_s(module: str) -> float:
    """Median over fresh processes that find their bytecode compiled, as in a Lambda bundle."""
    program = (
        f"import time; t = time.perf_counter(); import {module}; print(time.perf_counter() - t)"
    )
    root = Path(__file__).parent.parent
    compiling = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    times = []
    for _ in range(IMPORT_ROUNDS + 1):
        answer = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-c", program],
            check=True,
            stdout=subprocess.PIPE,
            cwd=root,
            env={**compiling, **LAMBDA_ENVIRONMENT},
        )
        times.append(float(answer.stdout.splitlines()[-1]))
    return statistics.median(times[1:])


def _initiate() -> Figure:
    with LocalStack(StackOptions(engine="synthetic")) as stack:
        headers = {"Authorization": f"Bearer {stack.token()}"}
        with httpx.Client(headers=headers, trust_env=False) as client:
            session = client.post(
                f"{stack.api_url}/sessions", json={"title": "bench", "player_ids": [], "notes": ""}
            ).json()
            body = {
                "session_id": session["session_id"],
                "content_type": "video/mp4",
                "size_bytes": 1_000_000,
            }
            initiate = _p50_ms(
                lambda: client.post(f"{stack.api_url}/videos/upload/initiate", json=body)
            )
            health = _p50_ms(lambda: client.get(f"{stack.api_url}/health"))
    return Figure(
        "initiate p50, beside health on the same server",
        initiate,
        "ms",
        health,
        f"≤ {INITIATE_BUDGET_MS} ms",
        lambda figure: figure.value <= INITIATE_BUDGET_MS,
    )


def _p50_ms(call: Callable[[], httpx.Response]) -> float:
    times = []
    for _ in range(REQUESTS):
        started = time.perf_counter()
        call().raise_for_status()
        times.append(1000 * (time.perf_counter() - started))
    return statistics.median(times)
