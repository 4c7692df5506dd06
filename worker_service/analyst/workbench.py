"""Where an analyst works: its pose engine, kept from video to video, and its limits."""

from functools import cached_property

from shared.errors import ModelUnavailable
from shared.settings import WorkerSettings
from shared.telemetry import logger
from worker_service.analyst.engines import build_engine
from worker_service.analyst.orders import Order
from worker_service.analyst.serve import Report
from worker_service.pipeline.analyse import analyse
from worker_service.pipeline.engine import PoseEngine
from worker_service.pipeline.pose.device import DeviceWish
from worker_service.pipeline.video.probe import VideoLimits

log = logger(__name__)


class Workbench:
    """Does the work that the settings describe."""

    def __init__(self, settings: WorkerSettings) -> None:
        self._settings = settings
        self._limits = VideoLimits(max_duration_s=settings.video_max_duration_s)

    @cached_property
    def engine(self) -> PoseEngine:
        """The engine of the settings, asked for again as long as it cannot be had."""
        settings = self._settings
        wish = DeviceWish(settings.pose_device)
        return build_engine(settings.pose_engine, settings.pose_model_path, wish)

    def prepare(self) -> None:
        """Open the pose model once, so that the first video need not wait for it."""
        try:
            with self.engine.scanning(1):
                pass
        except ModelUnavailable as error:
            log.warning("no pose model", reason=str(error))

    def device(self) -> str | None:
        """What the engine runs on; None as long as its model cannot be had."""
        try:
            return self.engine.device
        except ModelUnavailable:
            return None

    def carry_out(self, order: Order, report: Report) -> None:
        """Analyse the video and write its files.

        Raises:
            JobError: see `analyse`.
        """
        analysis = analyse(
            order.video,
            order.settings,
            engine=self.engine,
            limits=self._limits,
            report_progress=report,
        )
        analysis.save(order.folder, worker=order.worker, attempt=order.attempt)
