"""What can be allowed for an athlete, and what can be deleted: words of rows and answers."""

from enum import StrEnum


class ConsentScope(StrEnum):
    """What somebody allows to be done with a player's videos."""

    ANALYSIS = "analysis"
    SHARING = "sharing"


class Erased(StrEnum):
    """What a deletion receipt is about."""

    JOB = "job"
    SESSION = "session"
    PLAYER = "player"
