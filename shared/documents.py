"""Which settings and which results a job of each kind has."""

from collections.abc import Mapping

from shared.analysis import AnalysisSettings
from shared.jobs import JobKind
from shared.renditions import RenderOptions, Rendition
from shared.results import Results
from shared.stills import StillResults, StillSettings

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


def settings_of(kind: str, written: Mapping[str, object]) -> JobSettings:
    """Read a row's `settings`."""
    return SETTINGS[JobKind(kind)].model_validate(written)
