"""How a test orders a fault at a point, and how a worker meets it: small files in one folder.

A test writes `POINT.order`. The worker that passes the point for the n-th time takes the order
away, writes `POINT.reached` and does what it says; one that holds goes on once `POINT.go` exists.
"""

import os
import signal
import time
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from uuid import UUID

from pydantic import BaseModel

from shared.errors import CoachError
from tests.faults.points import Point
from tests.rig.processes import children

LOOK_EVERY_S = 0.02
HOLD_LIMIT_S = 120.0


class Deed(StrEnum):
    """What happens at a point."""

    KILL = "kill"
    """The worker is gone, as after a power cut."""

    KILL_CHILDREN = "kill children"
    """The worker lives, the processes that it started do not."""

    HOLD = "hold"
    """The thread that passes stands still until it is told to go on."""

    FAIL = "fail"
    """The part raises what the real one raises when it is away."""


class Order(BaseModel):
    """One fault at one point, at the n-th passing from now on."""

    deed: Deed
    nth: int = 1


class Reached(BaseModel):
    """What a worker says about itself when an order is met.

    Attributes:
        job_id: the job in hand, or the last one; None before the first.
        attempt: which one at it; None before the claim.
        children: processes that it started.
        at: seconds since 1970.
    """

    job_id: UUID | None
    attempt: int | None
    children: list[int]
    at: float

    @property
    def job(self) -> UUID:
        """The job in hand, where there is one."""
        assert self.job_id is not None
        return self.job_id


@dataclass(frozen=True, slots=True)
class Orders:
    """A test's side."""

    folder: Path

    def give(self, point: Point, deed: Deed, *, nth: int = 1) -> None:
        """Ask for a fault; what was said about this point before is forgotten."""
        for ending in ("reached", "go"):
            _file(self.folder, point, ending).unlink(missing_ok=True)
        _write(_file(self.folder, point, "order"), Order(deed=deed, nth=nth))

    def reached(self, point: Point) -> Reached | None:
        """What the worker said there; None while it did not get so far."""
        try:
            return Reached.model_validate_json(_file(self.folder, point, "reached").read_bytes())
        except FileNotFoundError:
            return None

    def go(self, point: Point) -> None:
        """Let a worker that holds there go on."""
        _file(self.folder, point, "go").touch()


class Watch:
    """A worker's side: every part reports the points that it passes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._passed: dict[Point, int] = {}
        self._job_id: UUID | None = None
        self._attempt: int | None = None

    def received(self, job_id: UUID | None) -> None:
        """Another job is in hand."""
        self._job_id, self._attempt = job_id, None

    def claimed(self, attempt: int) -> None:
        """It is ours."""
        self._attempt = attempt

    def passing(self, point: Point, away: type[CoachError]) -> None:
        """Do what was ordered for this point, if anything was.

        Raises:
            CoachError: `away`, when the order is to fail.
        """
        file = _file(self._folder, point, "order")
        try:
            order = Order.model_validate_json(file.read_bytes())
        except FileNotFoundError:
            return
        passed = self._passed.get(point, 0) + 1
        self._passed[point] = passed % order.nth
        if passed < order.nth:
            return
        file.unlink()
        self._say(point)
        match order.deed:
            case Deed.KILL:
                os.kill(os.getpid(), signal.SIGKILL)
            case Deed.KILL_CHILDREN:
                for child in children(os.getpid()):
                    os.kill(child, signal.SIGKILL)
            case Deed.HOLD:
                self._hold(point)
            case Deed.FAIL:
                raise away

    def _say(self, point: Point) -> None:
        said = Reached(
            job_id=self._job_id,
            attempt=self._attempt,
            children=children(os.getpid()),
            at=time.time(),
        )
        _write(_file(self._folder, point, "reached"), said)

    def _hold(self, point: Point) -> None:
        go = _file(self._folder, point, "go")
        deadline = time.monotonic() + HOLD_LIMIT_S
        while not go.exists():
            if time.monotonic() > deadline:
                raise TimeoutError(point)
            time.sleep(LOOK_EVERY_S)


def _file(folder: Path, point: Point, ending: str) -> Path:
    return folder / f"{point.replace(' ', '-')}.{ending}"


def _write(path: Path, content: BaseModel) -> None:
    """In one step, so that nobody reads half of it."""
    draft = path.with_suffix(f"{path.suffix}.draft")
    draft.write_text(content.model_dump_json(), encoding="utf-8")
    draft.rename(path)
