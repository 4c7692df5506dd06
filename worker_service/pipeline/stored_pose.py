"""The pose step's outcome as a file: nothing is rounded, and reading it runs nothing."""

import json
import zlib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from shared.analysis import AnalysisSettings
from shared.errors import ProcessingFailed
from shared.results import Model, PoseSummary
from worker_service.pipeline.pose.estimate import PoseOutcome
from worker_service.pipeline.pose.footage import Footage
from worker_service.pipeline.track import PoseTrack

VERSION = 1

_TRACK = ("t_s", "frame", "xy_px", "visibility", "world_m", "origin")
_SCALARS = tuple(each.name for each in fields(PoseTrack) if each.name not in _TRACK)
_FOOTAGE = ("t_s", "dark", "white", "blur", "camera_speed")

_Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class SeenBy:
    """What looked at the pictures."""

    engine: str
    device: str
    model: Model | None


@dataclass(frozen=True, slots=True, eq=False)
class StoredPose:
    """What step 1 found, and how it was asked.

    Attributes:
        settings: of the analysis that looked at the video. Its movement decided where every
            picture was looked at.
    """

    pose: PoseOutcome
    settings: AnalysisSettings
    seen_by: SeenBy


def write_pose(stored: StoredPose, path: Path) -> None:
    """Write the file. The same pose gives the same bytes."""
    track, footage = stored.pose.track, stored.pose.footage
    rest = {
        "version": VERSION,
        "track": {name: getattr(track, name) for name in _SCALARS},
        "cuts_s": footage.cuts_s,
        "summary": stored.pose.summary.model_dump(mode="json"),
        "settings": stored.settings.model_dump(mode="json"),
        "engine": stored.seen_by.engine,
        "device": stored.seen_by.device,
        "model": stored.seen_by.model and stored.seen_by.model.model_dump(mode="json"),
    }
    arrays: _Arrays = {
        "rest": np.array(json.dumps(rest)),
        **{f"track_{name}": getattr(track, name) for name in _TRACK},
        **{f"footage_{name}": getattr(footage, name) for name in _FOOTAGE},
    }
    np.savez_compressed(path, allow_pickle=False, **arrays)


def read_pose(path: Path) -> StoredPose:
    """Read what `write_pose` wrote.

    Raises:
        ProcessingFailed: it is not such a file, or of a later version.
    """
    try:
        with path.open("rb") as packed, np.load(packed, allow_pickle=False) as file:
            return _read(dict(file))
    except (ValueError, KeyError, TypeError, EOFError, BadZipFile, zlib.error) as error:
        unreadable = f"{ProcessingFailed.sentence}: the stored pose cannot be read"
        raise ProcessingFailed(unreadable) from error


def _read(arrays: _Arrays) -> StoredPose:
    rest = json.loads(arrays["rest"].item())
    if rest["version"] != VERSION:
        raise ValueError(rest["version"])
    track: dict[str, Any] = {name: arrays[f"track_{name}"] for name in _TRACK}
    track |= {k: tuple(v) if isinstance(v, list) else v for k, v in rest["track"].items()}
    footage: dict[str, Any] = {name: arrays[f"footage_{name}"] for name in _FOOTAGE}
    footage["cuts_s"] = tuple(rest["cuts_s"])
    model = rest["model"]
    return StoredPose(
        pose=PoseOutcome(
            PoseTrack(**track), PoseSummary.model_validate(rest["summary"]), Footage(**footage)
        ),
        settings=AnalysisSettings.model_validate(rest["settings"]),
        seen_by=SeenBy(rest["engine"], rest["device"], model and Model.model_validate(model)),
    )
