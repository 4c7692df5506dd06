"""Steps 2 to 4 on what step 1 found before: no video, no pose model."""

from dataclasses import replace
from pathlib import Path

from shared.analysis import AnalysisSettings
from worker_service.pipeline.analyse import Analysis, Clock, Report, measured
from worker_service.pipeline.steps import MEASURING
from worker_service.pipeline.stored_pose import read_pose


def measure_again(
    pose_file: Path, settings: AnalysisSettings, *, report_progress: Report = lambda _: None
) -> Analysis:
    """Measure a stored pose with other settings.

    The athlete and the pictures are those of the first analysis, so its `sample_fps` and
    `subject_hint` hold, and where every picture was looked at its movement decided. The provenance
    names what saw them then; its timings have no `pose`.

    Raises:
        ProcessingFailed: the file cannot be read.
    """
    stored = read_pose(pose_file)
    factor = settings.slow_motion_factor
    pose = replace(stored.pose, track=replace(stored.pose.track, slow_motion_factor=factor))
    clock = Clock(report_progress, MEASURING)
    return measured(replace(stored, pose=pose), settings, clock)
