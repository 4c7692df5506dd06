"""Step 1 beside the loop everybody writes first, on the same frames with the same model."""

import statistics
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import mediapipe as mp
from mediapipe.tasks.python import BaseOptions, vision

from benchmarks.clips import clip, one_athlete
from benchmarks.figure import Figure
from local.downloads import pose_model
from local.sample import sample_video
from shared.analysis import AnalysisSettings
from worker_service.pipeline.pose.estimate import estimate_pose
from worker_service.pipeline.pose.mediapipe_engine import MediapipeEngine

ROUNDS = 3
SECONDS = 10


def run() -> list[Figure]:
    """Every frame of two 1080p clips: one athlete, and the athlete with somebody beside him."""
    size = {"width": 1920, "height": 1080}
    return [
        _figure("one athlete", one_athlete(sample_video(), **size, seconds=SECONDS), least=1.0),
        _figure("two people", clip(sample_video(), **size, seconds=SECONDS), least=None),
    ]


def _figure(who: str, video: Path, *, least: float | None) -> Figure:
    """Ours and theirs in turn; medians of frames a second.

    With two people ours follows both and theirs one of them, so that row has no budget.
    """
    model = pose_model()
    engine = MediapipeEngine(model)

    def ours() -> int:
        settings = AnalysisSettings(sample_fps=0)
        return estimate_pose(video, settings, engine=engine).summary.frames_sampled

    def theirs() -> int:
        return naive(video, model)

    pairs = [(_rate(ours), _rate(theirs)) for _ in range(ROUNDS)]
    value, peer = (statistics.median(side) for side in zip(*pairs, strict=True))
    return Figure(
        f"pose step, 1080p, every frame, {who}",
        value,
        "frames/s",
        peer,
        "both followed" if least is None else f"≥ {least}× naive",
        lambda figure: (figure.ratio or 0) >= (least or 0),
    )


def naive(video: Path, model: Path) -> int:
    """`VideoCapture`, convert, detect: frames looked at."""
    options = vision.PoseLandmarkerOptions(
        base_options=BaseOptions(model_asset_path=str(model)),
        running_mode=vision.RunningMode.VIDEO,
    )
    capture = cv2.VideoCapture(str(video))
    frames = 0
    with vision.PoseLandmarker.create_from_options(options) as landmarker:
        while True:
            ok, bgr = capture.read()
            if not ok:
                break
            rgb = cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB)
            image = mp.Image(image_format=mp.ImageFormat.SRGB, data=rgb)
            landmarker.detect_for_video(image, round(frames * 1000 / 30))
            frames += 1
    capture.release()
    return frames


def _rate(work: Callable[[], int]) -> float:
    started = time.perf_counter()
    frames = work()
    return frames / (time.perf_counter() - started)
