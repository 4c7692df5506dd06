"""Step 1 beside the naive loop, on the same frames with the same model."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks import kinemotion
from benchmarks.clips import clip, one_athlete, one_burst
from benchmarks.figure import Figure
from benchmarks.naive import naive
from local.downloads import pose_model
from local.sample import sample_video
from shared.analysis import AnalysisSettings
from shared.results import Movement
from worker_service.pipeline.pose.estimate import estimate_pose
from worker_service.pipeline.pose.mediapipe_engine import MediapipeEngine

ROUNDS = 3

EVERY_FRAME = AnalysisSettings(sample_fps=0)
A_DELIVERY = AnalysisSettings(movement=Movement.CRICKET_BOWLING, sample_fps=15)


@dataclass(frozen=True, slots=True)
class Race:
    """One clip, what to do with it, and how much faster than the naive loop that must be."""

    name: str
    video: Path
    settings: AnalysisSettings
    least: float | None

    def run(self, engine: MediapipeEngine, model: Path) -> Figure:
        """Ours and theirs in turn; medians of the clip's frames a second."""

        def ours() -> int:
            return estimate_pose(self.video, self.settings, engine=engine).summary.frames_total

        def theirs() -> int:
            return naive(self.video, model)

        pairs = [(_rate(ours), _rate(theirs)) for _ in range(ROUNDS)]
        value, peer = (statistics.median(side) for side in zip(*pairs, strict=True))
        return Figure(
            f"pose step, {self.name}",
            value,
            "frames/s",
            peer,
            "both followed" if self.least is None else f"≥ {self.least}× naive",
            lambda figure: (figure.ratio or 0) >= (self.least or 0),
        )


def run() -> list[Figure]:
    """Speed on four clips, whether threads change anything, and a published peer."""
    model = pose_model()
    engine = MediapipeEngine(model)
    races = _races()
    return [
        *(race.run(engine, model) for race in races),
        _same_with_any_threads(races[0].video, engine),
        *kinemotion.run(races[0].video),
    ]


def _races() -> list[Race]:
    """With two people ours follows both and theirs one of them, so that has no budget."""
    sample, hd = sample_video(), {"width": 1920, "height": 1080}
    alone = one_athlete(sample, **hd, seconds=20)
    uhd = one_athlete(sample, width=3840, height=2160, seconds=20)
    two = clip(sample, **hd, seconds=10)
    burst = one_burst(sample, **hd, seconds=20)
    return [
        Race("1080p, every frame, one athlete", alone, EVERY_FRAME, 1.8),
        Race("4K, every frame, one athlete", uhd, EVERY_FRAME, 1.5),
        Race("1080p, every frame, two people", two, EVERY_FRAME, None),
        Race("1080p at 60 fps, sampled at 15, one fast moment", burst, A_DELIVERY, 2.0),
    ]


def _same_with_any_threads(video: Path, engine: MediapipeEngine) -> Figure:
    """How far apart two and one thread put any landmark."""
    two, one = (
        estimate_pose(video, EVERY_FRAME, engine=engine, threads=threads).track
        for threads in (2, 1)
    )
    same_gaps = np.array_equal(two.origin, one.origin)
    apart = float(np.nanmax(np.abs(two.xy_px - one.xy_px))) if same_gaps else np.inf
    return Figure(
        "pose step, two threads beside one: largest difference",
        min(apart, 1e9),
        "px",
        budget="0",
        within=lambda figure: figure.value == 0,
    )


def _rate(work: Callable[[], int]) -> float:
    started = time.perf_counter()
    frames = work()
    return frames / (time.perf_counter() - started)
