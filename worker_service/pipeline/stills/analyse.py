"""Still pictures from files to `results.json`: what a worker is asked for."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path

from shared import __version__
from shared.errors import PicturesUnreadable, RequestError
from shared.files import RESULTS_NAME
from shared.stills.document import (
    MANIFEST_NAME,
    Manifest,
    StillError,
    StillPicture,
    StillResults,
    StillSettings,
    index_of,
)
from worker_service.pipeline.engine import Landmarker, PoseEngine
from worker_service.pipeline.steps import LOOKING, Step, StepProgress
from worker_service.pipeline.stills.describe import described
from worker_service.pipeline.stills.draw import draw
from worker_service.pipeline.stills.look import MOST_PEOPLE, find_people
from worker_service.pipeline.stills.read import read_upright

Report = Callable[[StepProgress], None]


def analyse_stills(
    inputs: Mapping[str, Path],
    settings: StillSettings,
    folder: Path,
    *,
    engine: PoseEngine,
    report_progress: Report = lambda _: None,
) -> StillResults:
    """Look at every picture and write what belongs to it.

    `inputs` are as `shared.stills.document` names them. A picture that cannot be read is
    told of in the results; one that shows nobody is a result. `report_progress` is called after
    every look and every picture; what it raises ends the work.

    Raises:
        PicturesUnreadable: none could be read.
        ModelUnavailable: the pose model cannot be loaded.
    """
    began = time.perf_counter()
    manifest = Manifest.model_validate_json(inputs[MANIFEST_NAME].read_bytes())
    names = sorted(name for name in inputs if name != MANIFEST_NAME)
    pictures: list[StillPicture] = []

    def report(*, seconds: float | None = None) -> None:
        report_progress(_progress(len(pictures), len(names), seconds))

    report()
    with engine.scanning(MOST_PEOPLE) as scanner:
        for name in names:
            blank = StillPicture(index=index_of(name), filename=manifest.filenames[name])
            pictures.append(
                _looked_at(inputs[name], blank, settings, folder, scanner=scanner, beat=report)
            )
            report()
    if all(picture.error for picture in pictures):
        raise PicturesUnreadable
    seconds = time.perf_counter() - began
    results = _results(settings, pictures, engine, seconds)
    (folder / RESULTS_NAME).write_text(results.model_dump_json(indent=1) + "\n")
    report(seconds=seconds)
    return results


def _progress(done: int, total: int, seconds: float | None) -> StepProgress:
    return StepProgress(Step.POSE, done / total, done, total, seconds=seconds, steps=LOOKING)


def _results(
    settings: StillSettings, pictures: list[StillPicture], engine: PoseEngine, seconds: float
) -> StillResults:
    return StillResults(
        settings=settings,
        pictures=pictures,
        code_version=__version__,
        model=engine.model,
        engine=engine.name,
        device=engine.device,
        timings_s={Step.POSE: round(seconds, 4)},
    )


def _looked_at(
    path: Path,
    blank: StillPicture,
    settings: StillSettings,
    folder: Path,
    *,
    scanner: Landmarker,
    beat: Callable[[], None],
) -> StillPicture:
    try:
        rgb = read_upright(path)
    except RequestError as error:  # the same words as at the upload
        why = StillError(code=error.code, message=str(error))
        return blank.model_copy(update={"error": why})
    people = find_people(rgb, settings, scanner, beat=beat)
    annotated, thumbnail = draw(rgb, people, folder, blank.index)
    height, width, _ = rgb.shape
    return blank.model_copy(
        update={
            "width": width,
            "height": height,
            "people": [described(found) for found in people],
            "annotated": annotated,
            "thumbnail": thumbnail,
        }
    )
