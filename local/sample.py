"""The sample video: real people, filmed by somebody else, free to use."""

from pathlib import Path

from local.downloads import Artefact, Say, fetch
from local.home import coach_home
from local.registries import Wheel

SAMPLE = Artefact(
    name="demo.mp4",
    size_bytes=3_968_304,
    sha256="d9a66417185647b112304b57093f0c180f37a768e6a14daca75ca541f3b78039",
    sources=(
        Wheel(
            requirement="sports2d==0.8.34",
            sha256="733b6db70742636ae9c35d870c22bd416582f579abd5881bee93a14bb0e2655d",
            member="Sports2D/Demo/demo.mp4",
        ),
    ),
)
"""A man jumps from a roof, a woman walks through (Sports2D, BSD-3-Clause)."""


def samples_folder() -> Path:
    """Where sample videos are kept."""
    return coach_home() / "samples"


def sample_video(folder: Path | None = None, *, say: Say = lambda _: None) -> Path:
    """Return the path of the sample video, fetching it the first time.

    Raises:
        CannotFetch: it could not be had.
    """
    return fetch(SAMPLE, folder or samples_folder(), say=say)
