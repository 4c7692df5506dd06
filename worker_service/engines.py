"""Builds the pose engine that the settings name."""

from pathlib import Path

from shared.errors import ModelUnavailable
from worker_service.pipeline.engine import PoseEngine


def build_engine(name: str, model_path: Path | None) -> PoseEngine:
    """`mediapipe` with its model file, or `synthetic`, which needs none.

    The model is opened with the first video, so a worker without one still takes jobs and
    says on each what is wrong.

    Raises:
        ModelUnavailable: no path was given for an engine that needs one.
    """
    if name == "synthetic":
        from worker_service.pipeline.pose.synthetic_engine import SyntheticEngine  # noqa: PLC0415

        return SyntheticEngine()
    if model_path is None:
        raise ModelUnavailable("POSE_MODEL_PATH is not set; run: coach models fetch")
    from worker_service.pipeline.pose.mediapipe_engine import MediapipeEngine  # noqa: PLC0415

    return MediapipeEngine(model_path)
