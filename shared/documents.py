"""Which settings and which results a job of each kind has, and which files lie beside them."""

from collections.abc import Mapping

from shared.analysis import AnalysisSettings
from shared.files import ANALYSIS_FILES
from shared.jobs import JobKind
from shared.renditions.document import RenderOptions, Rendition
from shared.results import Results
from shared.stills.document import StillResults, StillSettings

JobSettings = AnalysisSettings | RenderOptions | StillSettings

JobResults = Results | Rendition | StillResults

SETTINGS: Mapping[JobKind, type[JobSettings]] = {
    JobKind.VIDEO: AnalysisSettings,
    JobKind.REANALYSIS: AnalysisSettings,
    JobKind.RENDER: RenderOptions,
    JobKind.IMAGES: StillSettings,
}

RESULTS: Mapping[JobKind, type[JobResults]] = {
    JobKind.VIDEO: Results,
    JobKind.REANALYSIS: Results,
    JobKind.RENDER: Rendition,
    JobKind.IMAGES: StillResults,
}

ANALYSES = frozenset({JobKind.VIDEO, JobKind.REANALYSIS})
"""Kinds whose results say how an athlete moved in a video."""


def settings_of(kind: str, written: Mapping[str, object]) -> JobSettings:
    """Read a row's `settings`."""
    return SETTINGS[JobKind(kind)].model_validate(written)


def files_beside(results: JobResults) -> frozenset[str]:
    """Names of the files without which these results are not whole."""
    match results:
        case Results():
            return ANALYSIS_FILES
        case Rendition():
            films = (results.annotated, results.playback, results.thumbnail)
            stills = (moment.still for moment in results.key_frames)
            return frozenset(file.name for file in (*films, *stills))
        case StillResults():
            made = (f for one in results.pictures for f in (one.annotated, one.thumbnail))
            return frozenset(file.name for file in made if file is not None)
