"""What a file is, by its first bytes."""

import pytest

from shared.errors import InvalidFormat
from shared.uploads.video_type import HEAD_BYTES, video_type
from tests.files.clips import make_clip

VIDEOS = {
    "mp4": (b"\0\0\0\x20ftypisom" + bytes(20), "video/mp4"),
    "mp4 of a drone": (b"\0\0\0\x18ftypavc1" + bytes(20), "video/mp4"),
    "mov of an iPhone": (b"\0\0\0\x14ftypqt  " + bytes(20), "video/quicktime"),
    "mov without a brand": (b"\0\0\0\x08wide\0\0\0\0mdat", "video/quicktime"),
    "m4v": (b"\0\0\0\x18ftypM4V " + bytes(20), "video/x-m4v"),
    "3gp": (b"\0\0\0\x18ftyp3gp5" + bytes(20), "video/3gpp"),
    "webm": (b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm" + bytes(20), "video/webm"),
    "mkv": (b"\x1a\x45\xdf\xa3\xa3\x42\x82\x88matroska", "video/x-matroska"),
    "avi": (b"RIFF\x10\0\0\0AVI LIST", "video/x-msvideo"),
    "mpeg program stream": (b"\0\0\1\xba\x44", "video/mpeg"),
    "mpeg": (b"\0\0\1\xb3\x16", "video/mpeg"),
    "transport stream": ((b"G" + bytes(187)) * 3, "video/mp2t"),
}

OTHERS = {
    "jpeg": (b"\xff\xd8\xff\xe0\0\x10JFIF\0" + bytes(50), "image/jpeg"),
    "png": (b"\x89PNG\r\n\x1a\n" + bytes(50), "image/png"),
    "a heic picture": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "image/heif"),
    "pdf": (b"%PDF-1.7\n", "application/pdf"),
    "a page": (b"<html></html>", "text/html"),
    "sound in mp4": (b"\0\0\0\x18ftypM4A " + bytes(20), None),
    "wav": (b"RIFF\x10\0\0\0WAVEfmt ", "audio/wave"),
    "text": (b"not a video at all", "application/octet-stream"),
    "a lone G": (b"G", "application/octet-stream"),
    "text in capitals": (b"GOOD MORNING" * 40, "application/octet-stream"),
    "nothing": (b"", "application/x-empty"),
}


@pytest.mark.parametrize(("head", "kind"), VIDEOS.values(), ids=VIDEOS)
def test_a_video_is_known_by_its_first_bytes(head, kind):
    assert video_type(head) == kind


@pytest.mark.parametrize(("head", "kind"), OTHERS.values(), ids=OTHERS)
def test_anything_else_is_refused_by_what_it_is(head, kind):
    with pytest.raises(InvalidFormat, match=r"must be a video\. Detected MIME type: .+/") as no:
        video_type(head)
    assert kind is None or str(no.value).endswith(kind)


def test_a_real_clip_is_an_mp4(tmp_path):
    clip = make_clip(tmp_path / "clip.mp4", frames=2)
    assert video_type(clip.read_bytes()[:HEAD_BYTES]) == "video/mp4"
