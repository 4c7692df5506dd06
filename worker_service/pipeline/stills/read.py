"""A picture file as upright RGB."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from shared.errors import CorruptedFile, InvalidDimensions, InvalidFormat
from shared.stills.pictures import BROKEN, FORMATS, check_bytes, check_sides

_BEGINNINGS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"II*\0", b"MM\0*")
"""JPEG, PNG, TIFF from Intel's and from Motorola's side."""

_TRANSPARENCY = "transparency"

_DEEP = ("I", "F")
"""How Pillow's modes begin that have more than eight bits a pixel; it would only cut them off."""


def read_upright(path: Path) -> NDArray[np.uint8]:
    """Return (h, w, 3) uint8 as its photographer held the camera.

    What it says of its size is checked before any pixel is decoded.

    Raises:
        FileTooLarge: it has more than 50 MB.
        InvalidFormat: it is no JPEG, PNG or TIFF.
        InvalidDimensions: a side is shorter than 64 or longer than 8192 pixels.
        CorruptedFile: it cannot be decoded to its end.
    """
    check_bytes(path.stat().st_size)
    try:
        with Image.open(path, formats=FORMATS) as image:
            check_sides(*image.size)
            return _rgb(ImageOps.exif_transpose(image))
    except UnidentifiedImageError as error:
        if path.read_bytes().startswith(_BEGINNINGS):
            raise CorruptedFile from error
        raise InvalidFormat("File must be a picture: JPEG, PNG or TIFF.") from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise InvalidDimensions from error
    except BROKEN as error:
        raise CorruptedFile from error


def _rgb(image: Image.Image) -> NDArray[np.uint8]:
    if image.mode.startswith(_DEEP):
        return _from_deep(np.asarray(image, dtype=np.float32))
    if _TRANSPARENCY in image.info:
        image = image.convert("RGBA")
    return np.ascontiguousarray(image.convert("RGB"))


def _from_deep(grey: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Stretch levels over what eight bits can say."""
    grey = np.nan_to_num(grey, posinf=0.0, neginf=0.0)
    low, high = float(grey.min()), float(grey.max())
    levels = ((grey - low) * (255.0 / max(high - low, 1.0))).astype(np.uint8)
    return np.ascontiguousarray(np.repeat(levels[:, :, None], 3, axis=2))
