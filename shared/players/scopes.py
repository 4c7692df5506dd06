"""What somebody can allow for a player."""

from enum import StrEnum


class ConsentScope(StrEnum):
    """What somebody allows to be done with a player's videos."""

    ANALYSIS = "analysis"
    SHARING = "sharing"
