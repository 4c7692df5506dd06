"""Numbers as JSON has them: text is none, and neither is a truth value."""

from typing import Annotated

from pydantic import BeforeValidator, StrictInt


def _whole(number: object) -> object:
    """To JSON, 8.0 is the integer 8."""
    return int(number) if isinstance(number, float) and number.is_integer() else number


AlsoWithAPoint = BeforeValidator(_whole)
"""Beside `StrictInt` where there are limits: pydantic loses those around it."""

Whole = Annotated[StrictInt, AlsoWithAPoint]
