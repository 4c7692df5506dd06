"""The same with the real pose model, for what only real pixels can show."""

import av
import numpy as np
import pytest

from shared.analysis import AnalysisSettings
from shared.errors import NoPersonFound, NotAnalysable
from tests.files.clips import make_clip
from worker_service.pipeline.analyse import analyse
from worker_service.pipeline.pose.mediapipe_engine import MediapipeEngine
from worker_service.pipeline.track import INDEX, LANDMARKS

pytestmark = pytest.mark.clips

MAN_ALONE = 36
"""The sample shows the man alone in this many pictures."""

SWAPPED = [
    INDEX["_".join({"left": "right", "right": "left"}.get(word, word) for word in name.split("_"))]
    for name in LANDMARKS
]


@pytest.fixture(scope="module")
def engine(pose_model_path):
    return MediapipeEngine(pose_model_path)


@pytest.fixture(scope="module")
def man(sample_video):
    """Pictures of the man on the roof, right half left out."""
    with av.open(str(sample_video)) as container:
        pictures = zip(container.decode(video=0), range(MAN_ALONE), strict=False)
        return [frame.to_ndarray(format="rgb24")[:560, :994] for frame, _ in pictures]


def test_a_single_picture_is_refused_with_advice(tmp_path, engine, man):
    film = make_clip(tmp_path / "one.mp4", frames=1, draw=lambda index: man[index])
    with pytest.raises(NotAnalysable, match="Start filming"):
        analyse(film, AnalysisSettings(), engine=engine)


def test_a_black_film_shows_nobody(tmp_path, engine):
    black = np.zeros((240, 320, 3), np.uint8)
    film = make_clip(tmp_path / "black.mp4", frames=60, draw=lambda index: black)
    with pytest.raises(NoPersonFound):
        analyse(film, AnalysisSettings(), engine=engine)


def test_a_mirror_swaps_left_and_right(tmp_path, engine, man):
    every = AnalysisSettings(sample_fps=0)
    straight = make_clip(tmp_path / "straight.mp4", frames=len(man), draw=lambda index: man[index])
    mirrored = make_clip(
        tmp_path / "mirrored.mp4",
        frames=len(man),
        draw=lambda index: np.ascontiguousarray(man[index][:, ::-1]),
    )
    seen = analyse(straight, every, engine=engine).track
    swapped = analyse(mirrored, every, engine=engine).track
    back = swapped.xy_px[:, SWAPPED] * [-1.0, 1.0] + [994.0, 0.0]
    rows = np.isin(seen.frame, swapped.frame), np.isin(swapped.frame, seen.frame)
    apart_px = np.linalg.norm(seen.xy_px[rows[0]] - back[rows[1]], axis=2)
    assert np.nanmedian(apart_px) < 0.02 * np.nanmax(np.ptp(seen.xy_px[..., 1], axis=1))
