"""What a rendering may show, and what it consists of once it is made."""

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictFloat

from shared.results import Fraction, Wire
from shared.strict import Whole


class RenderOptions(BaseModel):
    """How the videos and stills of an analysis are to look."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    fps: StrictFloat | None = Field(
        default=None,
        ge=1,
        le=120,
        description="Of the annotated video, at most the source's; null: every picture.",
    )
    crf: Whole = Field(default=22, ge=16, le=35, description="H.264 quality; lower is better.")
    show_skeleton: StrictBool = Field(
        default=True, description="Bones: green where they are seen surely, red where not."
    )
    show_keypoints: StrictBool = Field(
        default=True, description="Joints: blue on the athlete's left, orange on the right."
    )
    show_bbox: StrictBool = Field(default=False, description="A frame around the athlete.")
    show_confidence: StrictBool = Field(
        default=False, description="How clearly they are seen, in %."
    )
    show_angles: StrictBool = Field(
        default=False, description="Degrees at elbows, knees and hips; 180 is straight."
    )
    blur_faces: StrictBool = Field(
        default=False,
        description="The athlete's face, in every video and still of this rendering. "
        "Other people's faces stay, and so does the original.",
    )


class StoredFile(Wire):
    """A file of a job in the bucket."""

    name: str
    content_type: str
    size_bytes: int = Field(ge=0)
    sha256: str


class KeyFrame(Wire):
    """The picture of one moment, as the annotated video shows it."""

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
