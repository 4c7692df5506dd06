"""The main job with the real pose model on the real sample video."""

import gzip
import json

import av
import pytest

from shared.jobs import FINAL, Status
from shared.results import Frames, Results

pytestmark = [pytest.mark.system, pytest.mark.clips]


def _final(job):
    return job.status in FINAL


def _source_times(video):
    with av.open(str(video)) as container:
        stream = container.streams.video[0]
        times = [frame.time for frame in container.decode(stream)]
    return [time - times[0] for time in times]


def test_a_real_video_becomes_results_whose_frames_match_the_source(
    coach, start_real_worker, sample_video
):
    start_real_worker(lease_s=60)
    job = coach.wait_for(coach.send(sample_video), _final, within_s=120)
    assert job.status == Status.COMPLETED, job.error_message
    results = Results.model_validate(job.results)
    assert results.pose.frames_file is not None
    packed = coach.media.read(f"{job.results_prefix}{results.pose.frames_file.name}")
    frames = Frames.model_validate(json.loads(gzip.decompress(packed)))
    times = _source_times(sample_video)
    summary = results.pose.pose_summary
    assert summary.frames_total == len(times)
    assert summary.frames_sampled == len(frames.t_s) == len(frames.x_px)
    assert frames.t_s == pytest.approx([times[i] for i in frames.frame], abs=1e-5)
    closely = [(part.start_s, part.end_s) for part in summary.full_rate]
    coarse = [t for t in frames.t_s if not any(start <= t < end for start, end in closely)]
    coarse_s = times[-1] - sum(end - start for start, end in closely)
    assert len(coarse) == pytest.approx(15 * coarse_s, abs=2 + len(closely))


def test_a_video_without_a_person_fails_with_advice(coach, start_real_worker, empty_scene):
    start_real_worker(lease_s=60)
    job = coach.wait_for(coach.send(empty_scene), _final)
    assert (job.status, job.error_code) == (Status.FAILED, "NO_PERSON_FOUND")
    assert job.user_action == "retake"
    assert job.results is None
