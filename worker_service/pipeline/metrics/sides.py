"""Left and right."""

from shared.results import Side


def other(side: Side) -> Side:
    """Return the opposite side."""
    return Side.RIGHT if side is Side.LEFT else Side.LEFT
