"""Picture files for tests, made on the spot: sound ones, wrong ones and damaged ones."""

import struct
import zlib
from io import BytesIO

from PIL import Image

ON_ITS_SIDE = 6
"""EXIF orientation of a phone held upright: stored lying, turned when shown."""

MP4 = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(500)


def picture(
    kind: str = "JPEG",
    size: tuple[int, int] = (96, 64),
    *,
    orientation: int | None = None,
    mode: str = "RGB",
    **options: object,
) -> bytes:
    """A picture with red above blue, as its pixels are stored."""
    image = Image.new("RGB", size, (220, 30, 30))
    image.paste((30, 30, 220), (0, size[1] // 2, *size))
    if orientation is not None:
        exif = Image.Exif()
        exif[0x0112] = orientation
        options["exif"] = exif
    file = BytesIO()
    image.convert(mode).save(file, kind, **options)
    return file.getvalue()


def with_preview() -> bytes:
    """A JPEG whose header carries a whole small JPEG, as cameras write them."""
    whole, preview = picture(), picture(size=(64, 64))
    payload = b"Exif\0\0" + preview
    return whole[:2] + b"\xff\xe1" + struct.pack(">H", len(payload) + 2) + payload + whole[2:]


def png_header(width: int, height: int) -> bytes:
    """A PNG that says how large it is, and ends."""
    said = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", said) + _chunk(b"IDAT", b"") + _chunk(b"IEND", b"")
    )


def _chunk(name: bytes, content: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(name + content))
    return struct.pack(">I", len(content)) + name + content + check
