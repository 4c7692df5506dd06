"""Finished jobs and their documents."""

import gzip
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from uuid import UUID

from sqlalchemy import Engine

from api_lambda.examples.results import RESULTS
from shared.job_moves import Lease
from shared.job_store import JobStore
from shared.media.store import MediaStore, results_prefix
from shared.results import Frames, Results
from tests.builders import a_claimed_job

FRAMES_NAME = "frames.json.gz"
LANDMARKS = 33


def some_frames(pictures: int = 2) -> Frames:
    def column(value: float) -> list[list[float | None]]:
        return [[value] * LANDMARKS for _ in range(pictures)]

    return Frames(
        width=1080,
        height=1920,
        landmarks=[f"landmark_{index}" for index in range(LANDMARKS)],
        frame=list(range(pictures)),
        t_s=[index / 15 for index in range(pictures)],
        x_px=column(540.5),
        y_px=column(300.25),
        visibility=[[0.9] * LANDMARKS for _ in range(pictures)],
        origin=[[1] * LANDMARKS for _ in range(pictures)],
        world_x_m=column(0.0),
        world_y_m=column(0.6),
        world_z_m=[[None] * LANDMARKS for _ in range(pictures)],
    )


def stored_results(
    media: MediaStore, job_id: UUID, frames: Frames | None = None, *, attempt: int = 1
) -> dict[str, Any]:
    """Store the frames as a worker does; return the document that names them."""
    plain = (frames or some_frames()).model_dump_json().encode()
    packed = gzip.compress(plain)
    with NamedTemporaryFile() as file:
        Path(file.name).write_bytes(packed)
        media.upload(
            Path(file.name),
            results_prefix(job_id, attempt) + FRAMES_NAME,
            content_type="application/json",
            content_encoding="gzip",
        )
    return results_document(
        {
            "name": FRAMES_NAME,
            "gzip_bytes": len(packed),
            "json_bytes": len(plain),
            "sha256": sha256(packed).hexdigest(),
        }
    )


def results_document(frames_file: dict[str, Any] | None) -> dict[str, Any]:
    """A document as it lies in the row: valid, without links."""
    pose = {**RESULTS["pose"], "frames_file": frames_file, "frames_url": None}
    return Results.model_validate({**RESULTS, "pose": pose}).model_dump(mode="json")


def a_completed_job(
    engine: Engine, media: MediaStore, frames: Frames | None = None, **kwargs: Any
) -> UUID:
    lease = a_claimed_job(engine, **kwargs).lease
    return _finished(engine, lease, stored_results(media, lease.job_id, frames))


def a_completed_job_without_frames(engine: Engine) -> UUID:
    return _finished(engine, a_claimed_job(engine).lease, results_document(None))


def _finished(engine: Engine, lease: Lease, results: dict[str, Any]) -> UUID:
    JobStore(engine).finish(
        lease, results=results, results_prefix=results_prefix(lease.job_id, lease.attempt)
    )
    return lease.job_id
