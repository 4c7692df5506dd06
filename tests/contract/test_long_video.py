"""Ten minutes at thirty pictures a second: answers stay small, landmarks come straight from S3."""

import base64
import gzip
from pathlib import Path
from typing import Any

import httpx
import pytest

from api_lambda.answers.results import MAX_INLINE_BYTES
from shared.job_store import JobStore
from shared.media.store import MediaStore, results_prefix
from shared.results import FramesFile, Movement, Pose, Provenance, Results
from tests.athletes import analysed, summary_of, walking
from tests.builders import a_claimed_job
from tests.contract.documents import FRAMES_NAME
from tests.contract.gateway import an_event
from worker_service.pipeline.frames import write_frames
from worker_service.pipeline.track import PoseTrack

MINUTES, RATE_HZ = 10, 30
PICTURES = MINUTES * 60 * RATE_HZ + 1


@pytest.fixture(scope="module")
def film(tmp_path_factory) -> tuple[Path, Results]:
    """The landmarks' file and the results of such a video."""
    track = walking(duration_s=60.0 * MINUTES).filmed(rate_hz=RATE_HZ)
    path = tmp_path_factory.mktemp("film") / FRAMES_NAME
    return path, _results(track, write_frames(track, path))


def test_the_landmarks_do_not_pass_through_the_api(client, engine, media, film):
    job = _completed(engine, media, *film)
    for path in (f"/analysis-jobs/{job}", f"/analysis-jobs/{job}/results"):
        answer = client.get(path)
        results = answer.json.get("results") or answer.json
        assert len(answer.body.encode()) < MAX_INLINE_BYTES
        assert results["pose"]["frames"] is None
        frames = httpx.get(results["pose"]["frames_url"], trust_env=False).json()
        assert len(frames["t_s"]) == len(frames["x_px"]) == PICTURES


def test_who_can_unpack_gets_a_tenth(client, engine, media, film):
    path = f"/api/coaches/plus/analysis-jobs/{_completed(engine, media, *film)}/results"
    headers = {"authorization": f"Bearer {client.token}", "accept-encoding": "gzip"}
    answer: dict[str, Any] = client.handler(an_event("GET", path, headers=headers), None)
    packed = base64.b64decode(answer["body"])
    assert answer["headers"]["content-encoding"] == "gzip"
    assert len(packed) * 4 < len(gzip.decompress(packed))


def _completed(engine: Any, media: MediaStore, frames: Path, results: Results) -> str:
    lease = a_claimed_job(engine).lease
    prefix = results_prefix(lease.job_id, lease.attempt)
    media.upload(
        frames, prefix + FRAMES_NAME, content_type="application/json", content_encoding="gzip"
    )
    document = results.model_dump(mode="json")
    JobStore(engine).finish(lease, results=document, results_prefix=prefix)
    return str(lease.job_id)


def _results(track: PoseTrack, frames_file: FramesFile) -> Results:
    found = analysed(track, Movement.GENERAL)
    return Results(
        pose=Pose(pose_summary=summary_of(track), frames_file=frames_file),
        quality=found.quality,
        events=list(found.measurement.events),
        reps=list(found.measurement.reps),
        highlights=list(found.measurement.highlights),
        metrics=dict(found.measurement.metrics),
        findings=found.findings,
        report=found.report,
        provenance=Provenance(
            code_version="test",
            model=None,
            engine="synthetic",
            device="cpu",
            movement=Movement.GENERAL,
            timings_s={},
        ),
    )
