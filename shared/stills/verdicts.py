"""Which files of an upload of still pictures are accepted, and why the others are not."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from shared.errors import RequestError, TooManyFiles
from shared.media.store import PresignedPut
from shared.stills.document import MAX_PICTURES, input_name
from shared.stills.pictures import check_bytes, check_name, check_type, look_at

MAX_FILENAME = 255


@dataclass(frozen=True, slots=True)
class SentPicture:
    """A picture that came with the request."""

    filename: str | None
    content: bytes


@dataclass(frozen=True, slots=True)
class AnnouncedPicture:
    """What a coach says about a picture that is still to be uploaded."""

    filename: str | None
    content_type: str
    size_bytes: int
    checksum_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one file of an upload.

    Attributes:
        index: its place in the request, from 0.
        filename: what can be shown and stored of it.
        error: why it was refused; None for one that was accepted.
        content_type: what it is, or is to be.
        size_bytes: how large it is, or is to be.
        width, height: of the upright picture, where it was looked at.
        put: where it goes, where it has not come yet.
    """

    index: int
    filename: str
    error: RequestError | None = None
    content_type: str = ""
    size_bytes: int = 0
    width: int | None = None
    height: int | None = None
    put: PresignedPut | None = None

    @property
    def name(self) -> str:
        """What the job calls it."""
        return input_name(self.index, self.content_type)


Picture = TypeVar("Picture", SentPicture, AnnouncedPicture)


def judged(
    pictures: Sequence[Picture], judge: Callable[[int, str, Picture], Verdict]
) -> list[Verdict]:
    """Judge every file by itself.

    Raises:
        TooManyFiles: more than 100.
    """
    if len(pictures) > MAX_PICTURES:
        raise TooManyFiles(f"One upload holds {MAX_PICTURES} pictures at most.")
    verdicts = []
    for index, picture in enumerate(pictures):
        filename = shown(picture.filename)
        try:
            verdicts.append(judge(index, filename, picture))
        except RequestError as error:
            verdicts.append(Verdict(index, filename, error))
    return verdicts


def seen(index: int, filename: str, picture: SentPicture) -> Verdict:
    """Judge a picture by its content."""
    look = look_at(filename, picture.content)
    return Verdict(
        index,
        filename,
        content_type=look.content_type,
        size_bytes=len(picture.content),
        width=look.width,
        height=look.height,
    )


def announced(index: int, filename: str, picture: AnnouncedPicture) -> Verdict:
    """Judge a picture by what is said about it."""
    content_type = picture.content_type.lower()
    check_name(filename)
    check_type(content_type)
    check_bytes(picture.size_bytes)
    return Verdict(index, filename, content_type=content_type, size_bytes=picture.size_bytes)


def shown(filename: str | None) -> str:
    """What of a name can be stored and shown: no folders, no control characters, not too long."""
    last = (filename or "").replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(letter for letter in last if letter.isprintable()).strip()[:MAX_FILENAME]


def accepted(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """Those without an error."""
    return [verdict for verdict in verdicts if verdict.error is None]


def check_any(verdicts: Sequence[Verdict]) -> None:
    """Raise the first file's error, with a place for each, where none was accepted."""
    errors = [verdict.error for verdict in verdicts if verdict.error is not None]
    if len(errors) == len(verdicts):
        first = errors[0]
        places = {f"#/files/{index}": str(error) for index, error in enumerate(errors)}
        raise type(first)(str(first), places=places)
