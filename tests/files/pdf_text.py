"""The words of a PDF as typst writes them, read back through the fonts' own tables."""

import re
import zlib
from collections.abc import Iterator, Mapping

Glyphs = Mapping[int, str]

_OBJECT = re.compile(rb"(\d+) 0 obj(.*?)endobj", re.DOTALL)
_STREAM = re.compile(rb"stream\r?\n(.*)\r?\nendstream", re.DOTALL)
_CONTENTS = re.compile(rb"/Contents (\d+) 0 R")
_RESOURCES = re.compile(rb"/Resources (\d+) 0 R")
_FONT = re.compile(rb"/(f\d+) (\d+) 0 R")
_PAIR = re.compile(rb"<([0-9A-F]+)>\s*<([0-9A-F]+)>")
_TEXT = re.compile(rb"\sBT\s(.*?)\sET\s", re.DOTALL)
# Inside a text, brackets stand as they are; what ends it is the one before a number or an operator.
_SHOWN = re.compile(
    rb"/(f\d+) [\d.]+ Tf|(\((?:\\.|[^\\])*?\)(?=[-\s\d.\]]|Tj))|<([0-9A-Fa-f]+)>", re.DOTALL
)
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_NAMED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def text_of(pdf: bytes) -> str:
    """Return all text in the order of printing, without any white space: lines break anywhere."""
    objects = {int(number): body for number, body in _OBJECT.findall(pdf)}
    pages = [body for body in objects.values() if _CONTENTS.search(body)]
    runs = (run for page in pages for run in _runs_of(page, objects))
    return "".join("".join(runs).split())


def _runs_of(page: bytes, objects: Mapping[int, bytes]) -> Iterator[str]:
    contents, resources = _CONTENTS.search(page), _RESOURCES.search(page)
    assert contents
    assert resources
    fonts = _FONT.findall(objects[int(resources[1])])
    glyphs = {name: _glyphs(objects, int(number)) for name, number in fonts}
    return _runs(_unpacked(objects[int(contents[1])]), glyphs)


def _runs(content: bytes, fonts: Mapping[bytes, Glyphs]) -> Iterator[str]:
    glyphs: Glyphs = {}
    for font, literal, digits in _SHOWN.findall(b"".join(_TEXT.findall(content))):
        if font:
            glyphs = fonts[font]
            continue
        ids = _plain(literal[1:-1]) if literal else bytes.fromhex(digits.decode())
        pairs = zip(ids[::2], ids[1::2], strict=True)
        yield "".join(glyphs[high << 8 | low] for high, low in pairs)


def _glyphs(objects: Mapping[int, bytes], font: int) -> Glyphs:
    table = re.search(rb"/ToUnicode (\d+) 0 R", objects[font])
    assert table, "a font whose text nobody could copy"
    pairs = _PAIR.findall(_unpacked(objects[int(table[1])]))
    return {
        int(glyph, 16): bytes.fromhex(text.decode()).decode("utf-16-be") for glyph, text in pairs
    }


def _unpacked(body: bytes) -> bytes:
    stream = _STREAM.search(body)
    return zlib.decompress(stream[1]) if stream and b"/FlateDecode" in body else b""


def _plain(literal: bytes) -> bytes:
    def meant(match: re.Match[bytes]) -> bytes:
        said = match[1]
        return bytes([int(said, 8)]) if said.isdigit() else _NAMED.get(said, said)

    return _ESCAPE.sub(meant, literal)
