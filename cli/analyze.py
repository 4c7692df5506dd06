"""`coach analyze`: the four steps on one video, without any service."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.errors import plain_errors
from cli.options import Engine, EngineOption, VideoArgument
from cli.settings import Settings, takes_settings
from shared.analysis import AnalysisSettings
from shared.errors import JobError, ModelUnavailable

if TYPE_CHECKING:
    from cli.sight import Sight
    from worker_service.pipeline.steps import StepProgress

ERROR_NAME = "error.json"

FolderOption = Annotated[
    Path, typer.Option("--output", "-o", help="A folder for results.json and the files beside it.")
]
ModelOption = Annotated[
    Path | None,
    typer.Option(envvar="POSE_MODEL_PATH", help="Default: what `coach models fetch` fetched."),
]


@plain_errors()
@takes_settings
def analyze(
    video: VideoArgument,
    *,
    settings: Settings,
    output: FolderOption,
    engine: EngineOption = Engine.MEDIAPIPE,
    model: ModelOption = None,
) -> None:
    """Analyse VIDEO here and now; write its results, frames and report.

    Exits with 2 when the video cannot be analysed, 3 when the pose model is missing, 1 when the
    analysis broke; the reason is then on stderr and in error.json.
    """
    from rich.console import Console

    from cli.quiet import native_stderr_held_back
    from cli.results_view import show_results
    from cli.sight import progress_on
    from cli.videos import existing
    from shared.files import ANALYSIS_FILES, RESULTS_NAME
    from shared.settings import WorkerSettings
    from worker_service.analyst.engines import build_engine
    from worker_service.pipeline.analyse import analyse
    from worker_service.pipeline.pose.device import DeviceWish

    asked = AnalysisSettings.model_validate(settings)
    console = Console()
    with _errors_written_to(output, replacing=(RESULTS_NAME, *sorted(ANALYSIS_FILES))):
        film = existing(video)
        pose_model = _model(model) if engine is Engine.MEDIAPIPE else None
        device = DeviceWish(WorkerSettings().pose_device)
        with native_stderr_held_back(), progress_on(console) as show:
            analysis = analyse(
                film,
                asked,
                engine=build_engine(engine, pose_model, device, on_fallback=lambda _: None),
                report_progress=lambda step: show(_sight(step)),
            )
        results = analysis.save(output)
    show_results(results, console)
    console.print(f"\nResults: {output / RESULTS_NAME}", markup=False, soft_wrap=True)


@contextmanager
def _errors_written_to(folder: Path, *, replacing: tuple[str, ...]) -> Iterator[None]:
    """Remove what an earlier run left in `folder`; leave an error.json there on failure."""
    folder.mkdir(parents=True, exist_ok=True)
    for stale in (ERROR_NAME, *replacing):
        (folder / stale).unlink(missing_ok=True)
    try:
        yield
    except JobError as error:
        document = {
            "code": error.code,
            "message": str(error),
            "retryable": error.retryable,
            "user_action": error.user_action,
        }
        (folder / ERROR_NAME).write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
        raise


def _model(given_path: Path | None) -> Path:
    """Return the path of a model file that we know.

    Raises:
        ModelUnavailable: there is none; the message says which command fetches it.
    """
    from local.downloads import POSE_MODEL, models_folder
    from worker_service.pipeline.pose.model_files import verify

    path = given_path or models_folder() / POSE_MODEL.name
    try:
        verify(path)
    except ModelUnavailable as error:
        raise ModelUnavailable(
            f"There is no pose model at {path}. Run: coach models fetch"
        ) from error
    return path


def _sight(step: "StepProgress") -> "Sight":
    from cli.sight import Sight
    from cli.words import STAGES
    from shared.jobs import Stage

    pictures = f"picture {step.frames_done} of {step.frames_total}" if step.frames_total else ""
    return Sight(STAGES[Stage(step.step.value)], 100 * step.fraction, pictures)
