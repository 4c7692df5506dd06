"""Builds the pose engine that the settings name."""

from collections.abc import Callable
from pathlib import Path

from shared.errors import ModelUnavailable
from shared.telemetry import logger
from worker_service.pipeline.engine import PoseEngine
from worker_service.pipeline.pose.device import DeviceWish

log = logger(__name__)


def _warn(reason: str) -> None:
    log.warning("no GPU, using the CPU", reason=reason)


def build_engine(
    name: str,
    model_path: Path | None,
    device: DeviceWish = DeviceWish.AUTO,
    *,
    on_fallback: Callable[[str], None] = _warn,
) -> PoseEngine:
    """`mediapipe` with its model file, or `synthetic`, which needs none.

    The model is opened with the first video, so a worker without one still takes jobs and
    says on each what is wrong. A GPU that is demanded is tried at once.

    Raises:
        ModelUnavailable: no path was given for an engine that needs one, or a GPU is demanded
            and does not work.
    """
    if name == "synthetic":
        from worker_service.pipeline.pose.synthetic_engine import SyntheticEngine  # noqa: PLC0415

        return SyntheticEngine()
    if model_path is None:
        raise ModelUnavailable("POSE_MODEL_PATH is not set; run: coach models fetch")
    from worker_service.pipeline.pose.mediapipe_engine import MediapipeEngine  # noqa: PLC0415

    engine = MediapipeEngine(model_path, device, on_fallback=on_fallback)
    if device is DeviceWish.GPU:
        _ = engine.device
    return engine
