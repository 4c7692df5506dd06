"""The frames file as others read it."""

import gzip
import json
import tracemalloc

import numpy as np

from shared.results import Frames
from worker_service.pipeline.frames import write_frames
from worker_service.pipeline.track import LANDMARKS, Origin, PoseTrack


def track_of(pictures):
    shape = pictures, len(LANDMARKS)
    origin = np.full(shape, Origin.DETECTED, np.uint8)
    origin[::3] = Origin.MISSING
    missing = np.where(origin == Origin.MISSING, np.nan, 0.1234567)
    return PoseTrack(
        t_s=np.arange(pictures) / 30.0,
        frame=np.arange(pictures),
        xy_px=np.stack([missing, 1000 * missing], axis=-1),
        visibility=np.nan_to_num(missing),
        world_m=np.stack([missing] * 3, axis=-1),
        origin=origin,
        width_px=160,
        height_px=120,
    )


def test_a_file_holds_what_the_schema_promises(tmp_path):
    write_frames(track_of(7), tmp_path / "frames.json.gz")

    document = json.loads(gzip.decompress((tmp_path / "frames.json.gz").read_bytes()))
    frames = Frames.model_validate(document, strict=True)

    for column in (frames.origin, frames.x_px):
        assert np.array(column).shape == (7, len(LANDMARKS))
    assert frames.origin[1][0] == 1
    assert (frames.x_px[0][0], frames.x_px[1][0], frames.y_px[1][0]) == (None, 0.1, 123.5)
    assert (frames.visibility[1][0], frames.world_z_m[1][0]) == (0.12, 0.123)


def test_a_long_video_costs_hardly_more_memory_to_write_than_a_short_one(tmp_path):
    def peak_bytes(pictures):
        track = track_of(pictures)
        tracemalloc.start()
        write_frames(track, tmp_path / "frames.json.gz")
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return peak

    assert peak_bytes(2000) - peak_bytes(200) < 1800 * 300
