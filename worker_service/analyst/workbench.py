"""Where an analyst works: its pose engine, kept from order to order, and its limits."""

from functools import cached_property

from shared.analysis import AnalysisSettings
from shared.errors import ModelUnavailable
from shared.files import POSE_NAME
from shared.jobs import JobKind
from shared.renditions.document import RenderOptions
from shared.settings import WorkerSettings
from shared.stills.document import StillSettings
from shared.telemetry import logger
from worker_service.analyst.engines import build_engine
from worker_service.analyst.orders import Order
from worker_service.analyst.serve import Report
from worker_service.pipeline.again import measure_again
from worker_service.pipeline.analyse import Analysis, analyse
from worker_service.pipeline.engine import PoseEngine
from worker_service.pipeline.pose.device import DeviceWish
from worker_service.pipeline.report.printed import files
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
        """Open the pose model once, and what writes reports: the first video need not wait."""
        try:
            with self.engine.scanning(1):
                pass
        except ModelUnavailable as error:
            log.warning("no pose model", reason=str(error))
        files.prepare()

    def device(self) -> str | None:
        """What the engine runs on; None as long as its model cannot be had."""
        try:
            return self.engine.device
        except ModelUnavailable:
            return None

    def carry_out(self, order: Order, report: Report) -> None:
        """Do what is asked and write its files.

        Raises:
            JobError: see what does the work of each kind.
        """
        match order.kind:
            case JobKind.VIDEO:
                self._analyse(order, report)
            case JobKind.REANALYSIS:
                self._measure_again(order, report)
            case JobKind.RENDER:
                self._render(order, report)
            case JobKind.IMAGES:
                self._look_at_stills(order, report)

    def _analyse(self, order: Order, report: Report) -> None:
        (video,) = order.inputs.values()
        analysis = analyse(
            video,
            AnalysisSettings.model_validate(order.settings),
            engine=self.engine,
            limits=self._limits,
            report_progress=report,
        )
        _save(analysis, order)

    def _measure_again(self, order: Order, report: Report) -> None:
        analysis = measure_again(
            order.inputs[POSE_NAME],
            AnalysisSettings.model_validate(order.settings),
            report_progress=report,
        )
        _save(analysis, order)

    def _render(self, order: Order, report: Report) -> None:
        from worker_service.pipeline.render.rendering import render_job  # noqa: PLC0415 - as below

        render_job(
            order.inputs,
            RenderOptions.model_validate(order.settings),
            order.folder,
            limits=self._limits,
            report_progress=report,
        )

    def _look_at_stills(self, order: Order, report: Report) -> None:
        # few workers ever do: what it imports costs the others time and memory
        from worker_service.pipeline.stills.analyse import analyse_stills  # noqa: PLC0415

        analyse_stills(
            order.inputs,
            StillSettings.model_validate(order.settings),
            order.folder,
            engine=self.engine,
            report_progress=report,
        )


def _save(analysis: Analysis, order: Order) -> None:
    analysis.save(order.folder, worker=order.worker, attempt=order.attempt)
