"""Real clips, each analysed once for each setting."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.accuracy.retimed import retimed
from local.downloads import pose_model
from local.sample import sample_video
from shared.analysis import AnalysisSettings
from worker_service.pipeline.analyse import Analysis, analyse
from worker_service.pipeline.engine import PoseEngine
from worker_service.pipeline.pose.mediapipe_engine import MediapipeEngine

SAMPLE = "the sample video"
LABELS = "labels.json"


class NoClip(LookupError):
    """A clip that a row needs is not there."""


@dataclass(frozen=True)
class Studio:
    """The sample video and a folder of labelled clips, analysed as the product does it."""

    folder: Path | None
    _engine: PoseEngine = field(default_factory=lambda: MediapipeEngine(pose_model()))
    _analyses: dict[tuple[str, str], Analysis] = field(default_factory=dict)

    def analysis(self, name: str, **settings: Any) -> Analysis:  # noqa: ANN401 - pydantic checks
        """Return what the product makes of a clip.

        Raises:
            NoClip: the folder does not have it.
            PermanentJobError: the product refuses it.
        """
        asked = AnalysisSettings(**settings)
        key = name, asked.model_dump_json()
        if key not in self._analyses:
            self._analyses[key] = analyse(self._path(name), asked, engine=self._engine)
        return self._analyses[key]

    def analysis_at(self, name: str, pictures_per_s: int, **settings: Any) -> Analysis:  # noqa: ANN401
        """Return what the product makes of a clip's pictures, so many of them a second.

        Raises:
            NoClip: the folder does not have it.
            PermanentJobError: the product refuses it.
        """
        with TemporaryDirectory() as folder:
            copy = Path(folder) / name
            retimed(self._path(name), copy, pictures_per_s)
            return analyse(copy, AnalysisSettings(**settings), engine=self._engine)

    def json(self, name: str) -> Any:  # noqa: ANN401 - as it is in the file
        """Return a file of labels or references.

        Raises:
            NoClip: the folder does not have it.
        """
        return json.loads(self._path(name).read_text())

    def labels(self, name: str) -> dict[str, Any]:
        """Return what was marked by eye in a clip."""
        found: dict[str, Any] = self.json(LABELS)[name]
        return found

    def _path(self, name: str) -> Path:
        if name == SAMPLE:
            return sample_video()
        path = None if self.folder is None else self.folder / name
        if path is None or not path.exists():
            raise NoClip(f"no clip {name}")
        return path
