"""What a coach may ask of still pictures, and what is found in each."""

from pydantic import BaseModel, ConfigDict, Field

from shared.renditions import StoredFile
from shared.results import Fraction, Reason, Wire


class Tiling(BaseModel):
    """Look at parts of a picture one by one, so that small people are found too."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    tile_px: int = Field(default=1024, ge=256, le=4096, description="Side of a square part.")
    overlap: float = Field(default=0.2, ge=0, le=0.5, description="Share of a part's side.")


class StillSettings(BaseModel):
    """Settings of one analysis of still pictures."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    confidence: Fraction = Field(default=0.5, description="Whom the model is less sure of is left.")
    tiling: Tiling | None = Field(default=None, description="null: each picture as a whole.")


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
    """One person in a picture, the largest first."""

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

    index: int = Field(ge=0)
    filename: str
    width: int | None = None
    height: int | None = None
    people: list[StillPerson] = Field(default_factory=list)
    error: StillError | None = None
    annotated: StoredFile | None = None
    thumbnail: StoredFile | None = None


class StillResults(Wire):
    """The results document of an analysis of still pictures (`schema_version` 1)."""

    schema_version: int = 1
    settings: StillSettings
    pictures: list[StillPicture]
    engine: str
    device: str
    timings_s: dict[str, float]
