"""What can be deleted: a word of rows and answers."""

from enum import StrEnum


class Erased(StrEnum):
    """What a deletion receipt is about."""

    JOB = "job"
    SESSION = "session"
    PLAYER = "player"
