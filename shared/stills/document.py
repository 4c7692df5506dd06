"""What a coach may ask of still pictures, and what is found in each."""

from pydantic import BaseModel, ConfigDict, Field, StrictFloat

from shared.renditions.document import StoredFile
from shared.results import Fraction, Model, Reason, Wire
from shared.strict import Whole

MAX_PICTURES = 100
"""In one upload."""

MAX_PICTURE_BYTES = 50_000_000

MIN_SIDE_PX, MAX_SIDE_PX = 64, 8192

EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png", "image/tiff": "tif"}
"""What is read, by media type. A worker still looks at the content, not at the name."""

MANIFEST_NAME = "manifest.json"
"""The one input of a job that is no picture: what the coach calls each of them."""


class Tiling(BaseModel):
    """Look at parts of a picture one by one, so that small people are found too."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    tile_px: Whole = Field(default=1024, ge=256, le=4096, description="Side of a square part.")
    overlap: StrictFloat = Field(default=0.2, ge=0, le=0.5, description="Share of a part's side.")


class StillSettings(BaseModel):
    """Settings of one analysis of still pictures."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    confidence: StrictFloat = Field(
        default=0.5,
        ge=0,
        le=1,
        description="Whom the model is less sure of is left out; it looks for nobody below 0.5.",
    )
    tiling: Tiling | None = Field(default=None, description="null: each picture as a whole.")


class Manifest(Wire):
    """What lies at `MANIFEST_NAME`: the coach's file names by the names of the job's inputs.

    Not in the job's row, which every list of jobs reads: a hundred names are up to 100 kB.
    """

    filenames: dict[str, str]


def input_name(index: int, content_type: str) -> str:
    """What a job calls a picture; `index_of` is the way back."""
    return f"{index:03d}.{EXTENSIONS[content_type]}"


def index_of(name: str) -> int:
    """Which picture of its upload an input is, from 0."""
    return int(name.partition(".")[0])


class Box(Wire):
    """A rectangle in pixels of the upright picture."""

    x_px: float
    y_px: float
    width_px: float
    height_px: float


class Landmark(Wire):
    """One body point in pixels of the upright picture."""

    x_px: float
    y_px: float
    visibility: Fraction


class StillAngle(Wire):
    """A joint angle in degrees (180 = straight), as the picture shows it."""

    value: float | None
    reason: Reason | None = None


class StillPerson(Wire):
    """One person in a picture, the largest first.

    `box` is around the landmarks that lie in the picture. `confidence` is the mean visibility of
    the twelve joints: the model itself says nothing else.
    """

    box: Box
    confidence: Fraction
    landmarks: dict[str, Landmark]
    angles_deg: dict[str, StillAngle]


class StillError(Wire):
    """Why one picture could not be analysed."""

    code: str
    message: str


class StillPicture(Wire):
    """What was found in one picture; `error` says why nothing could be."""

    index: int = Field(ge=0, description="Its place in the upload, refused files counted.")
    filename: str
    width: int | None = Field(default=None, description="Of the upright picture.")
    height: int | None = None
    people: list[StillPerson] = Field(default_factory=list)
    error: StillError | None = None
    annotated: StoredFile | None = None
    thumbnail: StoredFile | None = None
    annotated_url: str | None = Field(default=None, description="Made anew for each answer.")
    thumbnail_url: str | None = Field(default=None, description="Made anew for each answer.")


class StillResults(Wire):
    """The results document of an analysis of still pictures (`schema_version` 1)."""

    schema_version: int = 1
    settings: StillSettings
    pictures: list[StillPicture]
    code_version: str
    model: Model | None = None
    engine: str
    device: str
    timings_s: dict[str, float]
