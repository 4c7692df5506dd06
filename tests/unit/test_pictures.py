"""What a file is, whatever it is called."""

import pytest

from shared.errors import (
    CorruptedFile,
    FileTooLarge,
    InvalidDimensions,
    InvalidFormat,
    MissingFilename,
)
from shared.stills.document import MAX_PICTURE_BYTES
from shared.stills.pictures import Look, detected_type, look_at
from shared.stills.verdicts import shown
from tests.files.pictures import MP4, ON_ITS_SIDE, picture, png_header, with_preview

JPEG, PNG, TIFF = (f"image/{name}" for name in ("jpeg", "png", "tiff"))


@pytest.mark.parametrize(
    ("content", "look"),
    [
        (picture(), Look(JPEG, 96, 64)),
        (picture(progressive=True), Look(JPEG, 96, 64)),
        (picture(mode="CMYK"), Look(JPEG, 96, 64)),
        (picture(orientation=ON_ITS_SIDE), Look(JPEG, 64, 96)),
        (picture(orientation=3), Look(JPEG, 96, 64)),
        (with_preview(), Look(JPEG, 96, 64)),
        (picture() + MP4, Look(JPEG, 96, 64)),
        (picture("PNG"), Look(PNG, 96, 64)),
        (picture("PNG", orientation=ON_ITS_SIDE), Look(PNG, 64, 96)),
        (picture("TIFF"), Look(TIFF, 96, 64)),
        (picture("TIFF", compression="tiff_lzw"), Look(TIFF, 96, 64)),
        (picture("TIFF", orientation=ON_ITS_SIDE), Look(TIFF, 64, 96)),
        (picture("PNG", (64, 64)), Look(PNG, 64, 64)),
    ],
    ids=[
        "jpeg",
        "progressive-jpeg",
        "cmyk-jpeg",
        "turned-jpeg",
        "jpeg-upside-down",
        "jpeg-with-preview",
        "motion-photo",
        "png",
        "turned-png",
        "tiff",
        "packed-tiff",
        "turned-tiff",
        "smallest",
    ],
)
def test_a_sound_picture_is_known_by_its_content(content, look):
    assert look_at("a.bin", content) == look


def _cut(content, keep):
    return content[: int(len(content) * keep)]


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", InvalidFormat),
        (b"hello, this is no picture", InvalidFormat),
        (MP4, InvalidFormat),
        (picture("GIF"), InvalidFormat),
        (picture("WEBP"), InvalidFormat),
        (picture("PNG", (63, 64)), InvalidDimensions),
        (picture("PNG", (64, 63)), InvalidDimensions),
        (png_header(8193, 64), InvalidDimensions),
        (png_header(10_000, 12_000), InvalidDimensions),
        (png_header(60_000, 60_000), InvalidDimensions),
        (_cut(picture(size=(256, 256)), 0.7), CorruptedFile),
        (_cut(with_preview(), 0.9), CorruptedFile),
        (_cut(picture(), 0.1), CorruptedFile),
        (b"\xff\xd8\xff\xe0" + b"x" * 99, CorruptedFile),
        (b"\xff\xd8\xff\xe0", CorruptedFile),
        (_cut(picture("PNG"), 0.8), CorruptedFile),
        (png_header(96, 64)[:-12], CorruptedFile),
        (_cut(picture("TIFF"), 0.5), CorruptedFile),
        (b"II*\0\x08\0\0\0" + bytes(50), CorruptedFile),
    ],
    ids=[
        "empty",
        "text",
        "renamed-mp4",
        "gif",
        "webp",
        "63-wide",
        "63-high",
        "8193-wide",
        "bomb",
        "great-bomb",
        "cut-jpeg",
        "cut-jpeg-with-preview",
        "jpeg-header-cut",
        "no-jpeg-behind-its-beginning",
        "jpeg-beginning",
        "cut-png",
        "png-without-end",
        "cut-tiff",
        "tiff-without-tags",
    ],
)
def test_what_is_no_sound_picture_is_refused(content, error):
    with pytest.raises(error):
        look_at("a.jpg", content)


def test_the_refusal_names_what_was_seen():
    with pytest.raises(
        InvalidFormat, match=r"^File must be a picture\. Detected MIME type: video/mp4$"
    ):
        look_at("holiday.jpg", MP4)


@pytest.mark.parametrize("filling", [b"\xff\xff", b"\0\0"], ids=["ones", "zeros"])
def test_filling_before_a_marker_is_stepped_over(filling):
    whole = picture()
    marker = whole.index(b"\xff\xdb")
    assert look_at("a.jpg", whole[:marker] + filling + whole[marker:]).width == 96


@pytest.mark.parametrize("name", [None, "", " "], ids=["none", "empty", "blank"])
def test_a_picture_needs_a_name(name):
    with pytest.raises(MissingFilename):
        look_at(name, picture())


def test_a_picture_may_not_be_larger_than_50_mb():
    with pytest.raises(FileTooLarge):
        look_at("a.jpg", bytes(MAX_PICTURE_BYTES + 1))


def test_what_nobody_knows_is_plain_bytes():
    assert detected_type(b"") == detected_type(b"hello there") == "application/octet-stream"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("clips/a\x00\nb.jpg", "ab.jpg"),
        ("Zo\u00eb \u2013 1.png", "Zo\u00eb \u2013 1.png"),
        ("x" * 300, "x" * 255),
        (None, ""),
    ],
    ids=["folder-and-controls", "any-language", "long", "none"],
)
def test_a_name_is_shown_as_far_as_it_can_be_stored(name, said):
    assert shown(name) == said
