"""The four steps in order: pose, metrics, findings, report."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from shared import __version__
from shared.analysis import AnalysisSettings
from shared.files import FRAMES_NAME, POSE_NAME, RESULTS_NAME
from shared.results import Pose, Provenance, Results
from worker_service.pipeline.engine import PoseEngine
from worker_service.pipeline.findings.engine import find
from worker_service.pipeline.frames import write_frames
from worker_service.pipeline.metrics.registry import measure
from worker_service.pipeline.pose.estimate import estimate_pose
from worker_service.pipeline.quality import judge
from worker_service.pipeline.report.builder import build
from worker_service.pipeline.steps import STEPS, Step, StepProgress
from worker_service.pipeline.stored_pose import SeenBy, StoredPose, write_pose
from worker_service.pipeline.track import PoseTrack
from worker_service.pipeline.video.probe import VideoLimits

Report = Callable[[StepProgress], None]


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """What came out: the document, and the landmarks that do not fit into it."""

    results: Results
    stored: StoredPose

    @property
    def track(self) -> PoseTrack:
        """The athlete's landmarks."""
        return self.stored.pose.track

    def save(
        self, folder: Path, *, worker: str | None = None, attempt: int | None = None
    ) -> Results:
        """Write `ANALYSIS_FILES` and `results.json`; return the document that was written."""
        from worker_service.pipeline.report.printed.files import write_report_files  # noqa: PLC0415 - slow

        frames_file = write_frames(self.track, folder / FRAMES_NAME)
        write_pose(self.stored, folder / POSE_NAME)
        results = self.results.model_copy(
            update={
                "pose": self.results.pose.model_copy(update={"frames_file": frames_file}),
                "provenance": self.results.provenance.model_copy(
                    update={"worker": worker, "attempt": attempt}
                ),
            }
        )
        write_report_files(results, folder)
        (folder / RESULTS_NAME).write_text(results.model_dump_json(indent=1) + "\n")
        return results


def analyse(
    video: Path,
    settings: AnalysisSettings,
    *,
    engine: PoseEngine,
    limits: VideoLimits | None = None,
    report_progress: Report = lambda _: None,
) -> Analysis:
    """Analyse one video file.

    `report_progress` is called after every picture and every step; what it raises stops the
    analysis and comes out unchanged.

    Raises:
        PermanentJobError: this video cannot be analysed; its subclasses say why.
        ModelUnavailable: the pose model cannot be loaded.
    """
    clock = Clock(report_progress, STEPS)
    with clock.step(Step.POSE):
        pose = estimate_pose(
            video, settings, engine=engine, limits=limits, report_progress=clock.pictures
        )
    seen_by = SeenBy(engine.name, engine.device, engine.model)
    return measured(StoredPose(pose, settings, seen_by), settings, clock)


def measured(stored: StoredPose, settings: AnalysisSettings, clock: "Clock") -> Analysis:
    """Do steps 2 to 4 on what step 1 found; `settings` may be others than it was found with."""
    pose = stored.pose
    with clock.step(Step.METRICS):
        quality = judge(pose.track, pose.summary, settings, pose.footage)
        measurement = measure(pose.track, quality, settings)
    with clock.step(Step.FINDINGS):
        findings = find(measurement, quality, settings)
    with clock.step(Step.REPORT):
        report = build(
            summary=pose.summary,
            quality=quality,
            measurement=measurement,
            findings=findings,
            settings=settings,
        )
    results = Results(
        pose=Pose(pose_summary=pose.summary),
        quality=quality,
        events=list(measurement.events),
        reps=list(measurement.reps),
        highlights=list(measurement.highlights),
        metrics=dict(measurement.metrics),
        exercise=measurement.exercise,
        joint_angles=dict(measurement.joint_angles),
        findings=findings,
        report=report,
        provenance=Provenance(
            code_version=__version__,
            model=stored.seen_by.model,
            engine=stored.seen_by.engine,
            device=stored.seen_by.device,
            movement=settings.movement,
            timings_s=clock.timings_s,
        ),
    )
    return Analysis(results, stored)


@dataclass(slots=True)
class Clock:
    """Times the steps and reports them."""

    report: Report
    steps: tuple[Step, ...]
    timings_s: dict[str, float] = field(default_factory=dict)
    _frames: tuple[int, int] = (0, 0)

    @contextmanager
    def step(self, step: Step) -> Iterator[None]:
        """Time one step, which is the body."""
        self.report(StepProgress(step, 0.0, *self._frames, steps=self.steps))
        started = time.perf_counter()
        yield
        seconds = time.perf_counter() - started
        self.timings_s[step] = round(seconds, 4)
        self.report(StepProgress(step, 1.0, *self._frames, seconds, self.steps))

    def pictures(self, done: int, total: int) -> None:
        """Report pictures that were looked at, and remember their number."""
        self._frames = (done, total)
        within = min(done / total, 1.0) if total else 0.0
        self.report(StepProgress(Step.POSE, within, done, total, steps=self.steps))
