"""The files of a rendition, as its document names them."""

import hashlib
from pathlib import Path

from shared.renditions.document import StoredFile

ANNOTATED_NAME = "annotated.mp4"
PLAYBACK_NAME = "playback.mp4"
THUMBNAIL_NAME = "thumbnail.jpg"

_TYPES = {".mp4": "video/mp4", ".jpg": "image/jpeg"}


def still_name(number: int) -> str:
    """Return the name of a key frame, counted from 1."""
    return f"key-frame-{number:02}.jpg"


def stored_file(path: Path) -> StoredFile:
    """Describe a file that is written."""
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return StoredFile(
        name=path.name,
        content_type=_TYPES[path.suffix],
        size_bytes=path.stat().st_size,
        sha256=sha256,
    )
