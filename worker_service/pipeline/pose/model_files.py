"""The pose model files we know, pinned by content. Nothing is downloaded here."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from shared.errors import ModelUnavailable
from shared.results import Model


@dataclass(frozen=True, slots=True)
class PinnedModel:
    """A model file by name, size and content."""

    name: str
    size_bytes: int
    sha256: str

    def identity(self) -> Model:
        """Return what a results document says about the model behind it."""
        return Model(name=self.name, sha256=self.sha256)


FULL = PinnedModel(
    name="pose_landmarker_full.task",
    size_bytes=9_398_198,
    sha256="4eaa5eb7a98365221087693fcc286334cf0858e2eb6e15b506aa4a7ecdcec4ad",
)
LITE = PinnedModel(
    name="pose_landmarker_lite.task",
    size_bytes=5_777_746,
    sha256="59929e1d1ee95287735ddd833b19cf4ac46d29bc7afddbbf6753c459690d574a",
)
PINNED_MODELS = (FULL, LITE)


def verify(path: Path) -> PinnedModel:
    """Return which pinned model this file is, whatever its name.

    Raises:
        ModelUnavailable: the file is missing, cannot be read or is none of them.
    """
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelUnavailable from error
    for model in PINNED_MODELS:
        if model.sha256 == digest:
            return model
    raise ModelUnavailable
