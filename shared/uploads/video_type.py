"""Which kind of video a file is, by its first bytes: names and declared types are not trusted.

Only the wrapping is looked at; whether there are pictures in it the worker finds out.
"""

from shared.errors import InvalidFormat
from shared.stills.pictures import detected_type

HEAD_BYTES = 4096
"""As much of a file as has to be looked at."""

EMPTY_TYPE = "application/x-empty"

_BOX_AT = slice(4, 8)
_BRAND_AT = slice(8, 12)

_OLD_QUICKTIME = frozenset({b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"})
"""What a movie from before `ftyp` begins with."""

_PICTURES_AND_SOUND = (b"avi", b"hei", b"hev", b"mif", b"msf", b"M4A", b"M4B", b"M4P", b"jp2")
"""How the brands begin of what is wrapped like a video and is none."""

_TS_PACKET_BYTES = 188


def video_type(head: bytes) -> str:
    """Return the MIME type of the video that begins with `head`.

    Raises:
        InvalidFormat: it is none; the sentence names what was found.
    """
    for look in (_iso_media, _matroska, _avi, _mpeg):
        if (found := look(head)) is not None:
            return found
    raise InvalidFormat.detected(detected_type(head) if head else EMPTY_TYPE)


def _iso_media(head: bytes) -> str | None:
    """MP4, QuickTime, 3GPP: boxes, the first of which names the brand."""
    box, brand = head[_BOX_AT], head[_BRAND_AT]
    if box in _OLD_QUICKTIME:
        return "video/quicktime"
    if box != b"ftyp" or brand.startswith(_PICTURES_AND_SOUND):
        return None
    if brand.startswith(b"qt"):
        return "video/quicktime"
    if brand.startswith((b"3gp", b"3g2", b"3ge", b"3gg")):
        return "video/3gpp"
    return "video/x-m4v" if brand.startswith(b"M4V") else "video/mp4"


def _matroska(head: bytes) -> str | None:
    if not head.startswith(b"\x1a\x45\xdf\xa3"):
        return None
    return "video/webm" if b"webm" in head[:64] else "video/x-matroska"


def _avi(head: bytes) -> str | None:
    return "video/x-msvideo" if head[:4] == b"RIFF" and head[8:12] == b"AVI " else None


def _mpeg(head: bytes) -> str | None:
    if head.startswith((b"\0\0\1\xba", b"\0\0\1\xb3")):
        return "video/mpeg"
    packets = head[::_TS_PACKET_BYTES]
    return "video/mp2t" if len(packets) > 1 and set(packets) == {ord("G")} else None
