"""What a file sent as a picture really is: by its first bytes, its header and its structure.

Nothing is decoded here, so no picture can cost much, however large it says it is. A worker does
decode it, and has the last word.
"""

import struct
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from shared.errors import (
    CorruptedFile,
    FileTooLarge,
    InvalidDimensions,
    InvalidFormat,
    MissingFilename,
)
from shared.stills.document import EXTENSIONS, MAX_PICTURE_BYTES, MAX_SIDE_PX, MIN_SIDE_PX

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = ("JPEG", "PNG", "TIFF")
"""Pillow's names of what we read; its other readers are never asked."""

UNKNOWN_TYPE = "application/octet-stream"

BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    EOFError,
    UserWarning,
    struct.error,
)
"""What Pillow raises over a damaged file."""

_HEAD_BYTES = 2048

_ORIENTATION, _LIES_ON_ITS_SIDE = 0x0112, frozenset({5, 6, 7, 8})
"""The EXIF tag that says how a camera was held, and those of its values that swap the sides."""

_OFFSETS_AND_LENGTHS = ((273, 279), (324, 325))
"""TIFF tags that say where the strips or the tiles of a picture lie."""

_MARKER, _LENGTH = 0xFF, struct.Struct(">H")
_SCAN, _END = 0xDA, b"\xff\xd9"


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at a file tells: its true type, and the size of the upright picture."""

    content_type: str
    width: int
    height: int


def look_at(filename: str | None, content: bytes) -> Look:
    """Tell what a file is.

    Raises:
        MissingFilename: it has no name.
        FileTooLarge: it has more than 50 MB.
        InvalidFormat: it is no JPEG, PNG or TIFF, whatever its name says.
        InvalidDimensions: a side is shorter than 64 or longer than 8192 pixels.
        CorruptedFile: it begins like a picture and does not go on like one.
    """
    check_name(filename)
    check_bytes(len(content))
    content_type = detected_type(content)
    check_type(content_type)
    try:
        return _opened(content, content_type)
    except BROKEN as error:
        raise CorruptedFile from error


def check_name(filename: str | None) -> None:
    """Raise `MissingFilename` for a name that nobody could read."""
    if filename is None or not filename.strip():
        raise MissingFilename


def check_bytes(size_bytes: int) -> None:
    """Raise `FileTooLarge` above the limit of one picture."""
    if size_bytes > MAX_PICTURE_BYTES:
        raise FileTooLarge(f"A picture may have {MAX_PICTURE_BYTES} bytes at most.")


def check_type(content_type: str) -> None:
    """Raise `InvalidFormat` for what we do not read."""
    if content_type not in EXTENSIONS:
        raise InvalidFormat.detected(content_type, wanted="picture")


def check_sides(width: int, height: int) -> None:
    """Raise `InvalidDimensions` outside the limits."""
    if min(width, height) < MIN_SIDE_PX or max(width, height) > MAX_SIDE_PX:
        raise InvalidDimensions(
            f"A picture must have {MIN_SIDE_PX} to {MAX_SIDE_PX} pixels a side; "
            f"this one has {width} x {height}."
        )


def detected_type(content: bytes) -> str:
    """The media type that the first bytes tell; the name and what was declared do not count."""
    import puremagic  # noqa: PLC0415 - 15 ms that no other request needs

    try:
        return puremagic.from_string(content[:_HEAD_BYTES], mime=True) or UNKNOWN_TYPE
    except (puremagic.PureError, ValueError):
        return UNKNOWN_TYPE


def _opened(content: bytes, content_type: str) -> Look:
    from PIL import Image  # noqa: PLC0415 - 30 ms, as above

    try:
        with Image.open(BytesIO(content), formats=FORMATS) as image:
            check_sides(*image.size)
            look = Look(content_type, *_upright_size(image))
            _check_whole(image, content)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise InvalidDimensions from error
    return look


def _upright_size(image: "Image") -> tuple[int, int]:
    width, height = image.size
    if image.format == "TIFF":  # Pillow has turned it already
        return width, height
    if image.format == "PNG" and "exif" not in image.info:
        return width, height  # it may come behind the pixels, which are not read here
    is_turned = image.getexif().get(_ORIENTATION) in _LIES_ON_ITS_SIDE
    return (height, width) if is_turned else (width, height)


def _check_whole(image: "Image", content: bytes) -> None:
    """Raise `CorruptedFile`, or one of `BROKEN`, where the end is missing."""
    if image.format == "PNG":
        image.verify()
    elif image.format == "TIFF":
        _check_whole_tiff(image, len(content))
    elif content.find(_END, _first_scan(content)) < 0:
        raise CorruptedFile


def _check_whole_tiff(image: "Image", size_bytes: int) -> None:
    tags = image.tag_v2  # type: ignore[attr-defined] # of Pillow's TIFF images only
    parts = [
        (offset, length)
        for offsets, lengths in _OFFSETS_AND_LENGTHS
        for offset, length in zip(tags.get(offsets, ()), tags.get(lengths, ()), strict=False)
    ]
    if not parts or any(offset + length > size_bytes for offset, length in parts):
        raise CorruptedFile


def _first_scan(content: bytes) -> int:
    """Where the first pixels of a JPEG begin: what comes before may hold a whole other picture."""
    position = 2
    while (marker := content[position + 1]) != _SCAN or content[position] != _MARKER:
        if content[position] != _MARKER or marker == _MARKER:  # filling
            position += 1
        else:
            position += 2 + _LENGTH.unpack_from(content, position + 2)[0]
    return position
