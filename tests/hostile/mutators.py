"""Ways to break a file: each takes its bytes and a source of chance, and returns other bytes."""

import random
import struct
from collections.abc import Callable, Iterator, Sequence

Mutator = Callable[[bytes, random.Random], bytes]

HEADER_BYTES = 2048

EXTREMES = (
    0,
    1,
    7,
    8,
    0x7F,
    0xFF,
    0x7FFF,
    0xFFFF,
    0x10000,
    0x7FFFFFFF,
    0x80000000,
    0xFFFFFFFE,
    0xFFFFFFFF,
)
"""Values at which a size, a count or a time is misread."""

BOXES = (
    *(b"ftyp", b"moov", b"mvhd", b"trak", b"tkhd", b"mdia", b"mdhd", b"hdlr", b"minf", b"stbl"),
    *(b"stsd", b"avc1", b"avcC", b"hvcC", b"stts", b"ctts", b"stsc", b"stsz", b"stco", b"stss"),
    *(b"edts", b"elst", b"moof", b"traf", b"trun", b"tfhd", b"tfdt", b"mvex", b"trex", b"sidx"),
    *(b"RIFF", b"avih", b"strh", b"strf", b"movi", b"idx1", b"mdat", b"udta", b"meta", b"free"),
    *(b"\x1a\x45\xdf\xa3", b"\x15\x49\xa9\x66", b"\x16\x54\xae\x6b", b"\x1f\x43\xb6\x75"),
    *(b"\xb0\x82", b"\xba\x81", b"\xae", b"\xa3", b"OggS", b"FLV", b"\x00\x00\x01"),
)
"""Names and marks in MP4, AVI, Matroska, Ogg, FLV and MPEG, near which the sizes stand."""


def flip_anywhere(content: bytes, chance: random.Random) -> bytes:
    return _flipped(content, chance, range(len(content)), chance.choice((1, 2, 8, 64)))


def flip_in_the_header(content: bytes, chance: random.Random) -> bytes:
    return _flipped(content, chance, range(min(HEADER_BYTES, len(content))), chance.choice((1, 4)))


def flip_near_a_box(content: bytes, chance: random.Random) -> bytes:
    at = _box(content, chance)
    return _flipped(content, chance, range(max(0, at - 8), min(at + 64, len(content))), 2)


def extreme_near_a_box(content: bytes, chance: random.Random) -> bytes:
    """A size, a count, a width or a time becomes huge, negative or nothing."""
    at = _box(content, chance) + chance.choice((-4, 4, 4 * chance.randrange(1, 24)))
    return _written(content, at, _extreme(chance))


def extreme_anywhere(content: bytes, chance: random.Random) -> bytes:
    return _written(content, chance.randrange(len(content)), _extreme(chance))


def cut_off(content: bytes, chance: random.Random) -> bytes:
    """Keep anything between one byte and all but one, small parts as often as large ones."""
    return content[: int(len(content) ** chance.random())]


def cut_off_near_the_end(content: bytes, chance: random.Random) -> bytes:
    return content[: -int(len(content) ** (chance.random() * 0.9)) - 1]


def beheaded(content: bytes, chance: random.Random) -> bytes:
    return content[int(len(content) ** chance.random()) :]


def zeroed(content: bytes, chance: random.Random) -> bytes:
    begin, end = _stretch(content, chance)
    return content[:begin] + bytes(end - begin) + content[end:]


def noise(content: bytes, chance: random.Random) -> bytes:
    begin, end = _stretch(content, chance)
    return content[:begin] + chance.randbytes(end - begin) + content[end:]


def removed(content: bytes, chance: random.Random) -> bytes:
    begin, end = _stretch(content, chance)
    return content[:begin] + content[end:]


def repeated(content: bytes, chance: random.Random) -> bytes:
    begin, end = _stretch(content, chance)
    return content[:end] + content[begin:end] * chance.choice((1, 2, 30)) + content[end:]


def swapped(content: bytes, chance: random.Random) -> bytes:
    one, two, three = sorted(chance.randrange(len(content)) for _ in range(3))
    return content[:one] + content[two:three] + content[one:two] + content[three:]


def noise_inserted(content: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(content))
    return content[:at] + chance.randbytes(chance.choice((1, 3, 100, 5000))) + content[at:]


MUTATORS: tuple[Mutator, ...] = (
    flip_anywhere,
    flip_in_the_header,
    flip_near_a_box,
    extreme_near_a_box,
    extreme_anywhere,
    cut_off,
    cut_off_near_the_end,
    beheaded,
    zeroed,
    noise,
    removed,
    repeated,
    swapped,
    noise_inserted,
)


def broken(contents: Sequence[bytes], count: int, *, seed: int) -> Iterator[bytes]:
    """Yield so many broken files: each file in turn, broken in one to three ways.

    The same seed gives the same files.
    """
    for number in range(count):
        chance = random.Random(f"{seed}:{number}")
        content = contents[number % len(contents)]
        for _ in range(chance.choice((1, 1, 1, 2, 3))):
            content = chance.choice(MUTATORS)(content, chance) or b"\0"
        yield content


def _flipped(content: bytes, chance: random.Random, where: Sequence[int], count: int) -> bytes:
    changed = bytearray(content)
    for at in chance.choices(where, k=count):
        changed[at] = chance.randrange(256)
    return bytes(changed)


def _extreme(chance: random.Random) -> bytes:
    order, size = chance.choice("<>"), chance.choice("HIQ")
    value = chance.choice(EXTREMES)
    if size == "Q" and value > 0xFFFF:
        value = value << 32 | value
    return struct.pack(order + size, value & (1 << 8 * struct.calcsize(size)) - 1)


def _written(content: bytes, at: int, value: bytes) -> bytes:
    at = max(0, min(at, len(content) - len(value)))
    return content[:at] + value + content[at + len(value) :]


def _box(content: bytes, chance: random.Random) -> int:
    """Return where one of the marks stands; anywhere in a file without one."""
    found = [at for box in BOXES if (at := content.find(box)) >= 0]
    return chance.choice(found) if found else chance.randrange(len(content))


def _stretch(content: bytes, chance: random.Random) -> tuple[int, int]:
    """Return a stretch of any scale, from one byte to almost everything."""
    length = int(len(content) ** chance.random())
    begin = chance.randrange(max(1, len(content) - length))
    return begin, begin + length
