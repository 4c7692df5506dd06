"""What exactly does not fit in a request: one complaint a field, without echoing the value."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, Field

MAX_COMPLAINTS = 20
"""A body with thousands of unknown fields does not get thousands of answers."""


class Complaint(BaseModel):
    """One thing in the request that does not fit."""

    pointer: str = Field(
        description="JSON pointer into the body (`#/player_ids/0`), or `?name` for a parameter."
    )
    detail: str

    @property
    def field(self) -> str:
        """The body's top-level field; empty for the body as a whole and for parameters."""
        return self.pointer.removeprefix("#/").split("/")[0] if "#/" in self.pointer else ""


def complaints(errors: Sequence[Any]) -> list[Complaint]:
    """Translate what FastAPI and pydantic found, the first of it."""
    return [_complaint(error) for error in errors[:MAX_COMPLAINTS]]


def _complaint(error: dict[str, Any]) -> Complaint:
    if error["type"] == "json_invalid" and isinstance(error["loc"][-1], int):  # an offset
        return Complaint(pointer="#", detail="The body is not JSON.")
    return Complaint(pointer=_pointer(error["loc"]), detail=_sentence(error))


def _pointer(place: Sequence[str | int]) -> str:
    part, *path = place
    if part != "body":
        return f"?{path[0]}" if path else "?"
    escaped = (str(step).replace("~", "~0").replace("/", "~1") for step in path)
    return "".join(("#", *(f"/{step}" for step in escaped)))


def _sentence(error: dict[str, Any]) -> str:
    if error["type"] == "value_error":  # a validator of ours: its words without pydantic's prefix
        return str(error["ctx"]["error"])
    return str(error["msg"])
