"""The error classes, as their tree has them."""

from typing import TypeVar

from shared.errors import CoachError

Kind = TypeVar("Kind", bound=CoachError)


def below(kind: type[Kind]) -> list[type[Kind]]:
    """Every class that is one of this kind, but for itself."""
    children = kind.__subclasses__()
    return [*children, *(deeper for each in children for deeper in below(each))]


def leaves(kind: type[Kind]) -> list[type[Kind]]:
    """Those of this kind that are raised: no class is below them."""
    return [each for each in [kind, *below(kind)] if not each.__subclasses__()]
