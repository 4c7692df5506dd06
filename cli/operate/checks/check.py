"""What a check is, and how checks are run one after the other."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from botocore.exceptions import ClientError
from pydantic import BaseModel, ConfigDict
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from cli.operate.system import System
from shared.errors import CoachError, DatabaseError

RUNBOOK = "docs/runbook.md"

_WORDS_SHOWN = 120


class Verdict(StrEnum):
    """How a check came out; only FAILED makes the command fail."""

    OK = "ok"
    WARN = "warn"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Seen:
    """What a check saw, and what to do about it: a sentence each."""

    verdict: Verdict
    saw: str
    advice: str = ""


def ok(saw: str) -> Seen:
    """All is well."""
    return Seen(Verdict.OK, saw)


def warn(saw: str, advice: str) -> Seen:
    """It works, but somebody should look."""
    return Seen(Verdict.WARN, saw, advice)


def failed(saw: str, advice: str) -> Seen:
    """It does not work."""
    return Seen(Verdict.FAILED, saw, advice)


def skipped(saw: str) -> Seen:
    """It could not be looked at here."""
    return Seen(Verdict.SKIPPED, saw)


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the list.

    Attributes:
        name: what programs know it by.
        runbook: the section of the runbook to read when it is not ok.
        look: may raise any `CoachError`, which fails the check.
        advice: what to do when `look` raised.
        needs: the checks without which this one says nothing new.
    """

    name: str
    runbook: str
    look: Callable[[System], Seen]
    advice: str = "Look whether the service runs and may be reached from here."
    needs: frozenset[str] = frozenset()


class Finding(BaseModel):
    """A check and what it saw."""

    model_config = ConfigDict(frozen=True)

    name: str
    verdict: Verdict
    saw: str
    advice: str
    runbook: str

    @property
    def title(self) -> str:
        """Its name for the eye."""
        return self.name.replace("_", " ")


def examine(system: System, checks: Sequence[Check]) -> Iterator[Finding]:
    """Run the checks in order, each when its finding is asked for."""
    broken: set[str] = set()
    for check in checks:
        missing = sorted(check.needs & broken)
        seen = skipped(f"needs: {', '.join(missing)}") if missing else _look(check, system)
        if missing or seen.verdict is Verdict.FAILED:
            broken.add(check.name)
        yield finding(check.name, check.runbook, seen)


def finding(name: str, runbook: str, seen: Seen) -> Finding:
    """Put together what is told about one check."""
    return Finding(
        name=name,
        verdict=seen.verdict,
        saw=seen.saw,
        advice=seen.advice,
        runbook=f'{RUNBOOK}, "{runbook}"',
    )


def _look(check: Check, system: System) -> Seen:
    try:
        return check.look(system)
    except CoachError as error:
        return failed(f"{error}{_reason(error.__cause__)}", check.advice)
    except SQLAlchemyError as error:
        return failed(f"{DatabaseError()}{_reason(error)}", check.advice)


def _reason(cause: BaseException | None) -> str:
    """Return what the service itself gave as a reason, without addresses or keys of requests."""
    if isinstance(cause, ClientError):
        return f" ({cause.response['Error']['Code']})"
    if isinstance(cause, DBAPIError):
        words = str(cause.orig).strip().splitlines()
        return f" ({words[0][:_WORDS_SHOWN]})" if words else ""
    return f" ({type(cause).__name__})" if cause else ""
