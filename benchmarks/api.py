"""The API: what a cold start imports, and how fast it answers, beside bare peers."""

import os
import statistics
import subprocess
import sys
from pathlib import Path

from benchmarks import api_speed
from benchmarks.figure import Figure

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


def run() -> list[Figure]:
    """Import time of the Lambda handler, and how fast the API answers."""
    return [_import_time(), *api_speed.run()]


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
