"""The least that FastAPI can do: one `def` route that answers a small JSON, and nothing around it.

`python -m benchmarks.bare_api PORT` serves it as `local.api` serves the product.
"""

import sys

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

from local.processes import LOOPBACK


class Small(BaseModel):
    """As many fields as matter to nobody."""

    job_id: str
    status: str


app = FastAPI(telemetry={"auto_configure": False, "tracing": False, "metrics": False})


@app.get("/small/{job_id}")
def small(job_id: str) -> Small:
    """Answer without asking anybody."""
    return Small(job_id=job_id, status="processing")


if __name__ == "__main__":
    uvicorn.run(app, host=LOOPBACK, port=int(sys.argv[1]), access_log=False, log_config=None)
