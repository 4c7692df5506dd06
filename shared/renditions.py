"""What a rendering may show, and what it consists of once it is made."""

from pydantic import BaseModel, ConfigDict, Field

from shared.results import Fraction, Wire


class RenderOptions(BaseModel):
    """How the annotated video of an analysis is to look."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    fps: float | None = Field(
        default=None, ge=1, le=120, description="At most the source's; null: every picture."
    )
    crf: int = Field(default=22, ge=16, le=35, description="H.264 quality; lower is better.")
    show_skeleton: bool = True
    show_keypoints: bool = True
    show_bbox: bool = False
    show_confidence: bool = False
    show_angles: bool = False
    blur_faces: bool = False


class StoredFile(Wire):
    """A file of a job in the bucket."""

    name: str
    content_type: str
    size_bytes: int = Field(ge=0)
    sha256: str


class KeyFrame(Wire):
    """The picture of one moment, with the skeleton drawn in."""

    t_s: float
    frame: int
    label: str = Field(description="An event's type or a finding's code.")
    confidence: Fraction | None = None
    still: StoredFile


class Rendition(Wire):
    """The results document of a rendering (`schema_version` 1)."""

    schema_version: int = 1
    options: RenderOptions
    width: int = Field(gt=0)
    height: int = Field(gt=0)
    duration_s: float = Field(ge=0)
    annotated: StoredFile
    playback: StoredFile
    thumbnail: StoredFile
    key_frames: list[KeyFrame]
    timings_s: dict[str, float]
