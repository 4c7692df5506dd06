"""What an operator's machine asks of a stage's function, and what it hears."""

import json
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

LARGEST_ANSWER = 6_000_000
"""Bytes of JSON; Lambda hands back up to 6 MB ("Lambda quotas", AWS Lambda Developer Guide)."""

Word = Annotated[str, Field(max_length=200)]


def function_of(stage: str) -> str:
    """The function's name, as `infra/functions/operator.py` gives it."""
    return f"coach-plus-{stage}-operator"


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Errand(_Value):
    """A command, and how what it prints is to look.

    Attributes:
        arguments: what stands behind `coach`.
        columns: how wide a line may be.
        colours: whether to use them.
        asked_by: who the caller says they are; CloudTrail knows who they were.
    """

    arguments: tuple[Word, ...] = Field(max_length=20)
    columns: int = Field(default=80, ge=20, le=1000)
    colours: bool = False
    asked_by: Word = ""


class Report(_Value):
    """What the command printed and how it ended, as the shell would see it."""

    exit: int
    out: str
    err: str

    def as_answer(self) -> dict[str, object]:
        """Return it as Lambda hands it back; of one that is too large only that it is."""
        size = len(json.dumps(self.model_dump()))
        if size <= LARGEST_ANSWER:
            return self.model_dump()
        told = (
            f"What it has to say takes {size / 1e6:.1f} MB, and Lambda hands back 6 MB. It was "
            "done all the same. Ask for less, such as --job ID.\n"
        )
        return Report(exit=1, out="", err=told).model_dump()
