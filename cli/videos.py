"""The video a command was given."""

from pathlib import Path

from shared.errors import VideoUnreadable


def existing(video: Path) -> Path:
    """Return the path of a file that is there.

    Raises:
        VideoUnreadable: there is no such file, or it is a folder.
    """
    if not video.is_file():
        raise VideoUnreadable(f"There is no file at {video}. Check the path.")
    return video
