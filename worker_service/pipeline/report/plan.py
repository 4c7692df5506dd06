"""Seven days: work on what was found, keep what works, or film again."""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Self

from pydantic import Field, model_validator

from shared import catalogue
from shared.results import Drill, Finding, Movement, PlanDay, Wire
from worker_service.pipeline.metrics.table import metric_specs
from worker_service.pipeline.report.wording import lowered

WEEKS = Path(__file__).parent / "weeks"


class DayTemplate(Wire):
    """A day before its drills are known: about a finding, or with drills of its own.

    Attributes:
        issue: which finding, 1 the first; starting over when there are fewer.
        focus_again: the focus where a finding before it has come round again.
    """

    focus: str
    focus_again: str | None = None
    activities: list[str]
    issue: int | None = None
    drill: int = 1
    drills: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _issue_or_drills(self) -> Self:
        if (self.issue is None) != bool(self.drills):
            message = "a day is about a finding or has drills of its own"
            raise ValueError(message)
        return self


Week = list[DayTemplate]


class Weeks(Wire):
    """The weeks of one movement, with and without findings."""

    work: Week = Field(default_factory=list)
    keep: Week


@lru_cache(maxsize=len(Movement))
def weeks(movement: Movement) -> Weeks:
    """Return the templates of a movement."""
    return Weeks.model_validate(_read(movement))


@lru_cache(maxsize=1)
def film_again() -> Week:
    """Return the week after a clip that could not be judged."""
    return [DayTemplate.model_validate(day) for day in _read("film_again")["film"]]


def _read(name: str) -> dict[str, Any]:
    with (WEEKS / f"{name}.toml").open("rb") as file:
        return tomllib.load(file)


def plan_week(
    issues: list[Finding], movement: Movement, advice: list[str], *, carried: bool
) -> list[PlanDay]:
    """Return seven days: on these issues, most important first; else keep on, or film again.

    `carried` tells whether the clip was good enough to go on without filming again.
    """
    own = weeks(movement)
    templates = own.keep if carried else film_again()
    if issues and own.work:
        templates = own.work
    return [
        _day(number, template, issues, _Fixed(movement, advice))
        for number, template in enumerate(templates, start=1)
    ]


@dataclass(frozen=True, slots=True)
class _Fixed:
    """What is the same on every day of a week."""

    movement: Movement
    advice: list[str]


def _day(number: int, template: DayTemplate, issues: list[Finding], fixed: _Fixed) -> PlanDay:
    focus = template.focus
    if template.issue is None:
        drills = [catalogue.drill(drill_id) for drill_id in template.drills]
        slots = _drill_slots(drills)
    else:
        issue = issues[(template.issue - 1) % len(issues)]
        if template.issue > len(issues):
            focus = template.focus_again or focus
        ids = issue.drill_ids
        drills = [catalogue.drill(ids[(template.drill - 1) % len(ids)])]
        slots = _drill_slots(drills) | _issue_slots(issue, fixed.movement)
    slots["advice"] = fixed.advice[0] if fixed.advice else "Film again as the capture guide says."
    return PlanDay(
        day=number,
        focus=focus.format_map(slots),
        activities=[activity.format_map(slots) for activity in template.activities],
        drill_ids=[drill.id for drill in drills],
    )


def _issue_slots(issue: Finding, movement: Movement) -> dict[str, str]:
    measure = metric_specs(movement)[issue.metric].name
    return {"title": lowered(issue.title), "measure": measure, **_cues(issue)}


def _drill_slots(drills: list[Drill]) -> dict[str, str]:
    first, last = drills[0], drills[-1]
    return {
        "drill": first.title,
        "dose": _dose(first),
        "progression": lowered(first.progression),
        "other": last.title,
        "dose_other": _dose(last),
    }


def _cues(issue: Finding) -> dict[str, str]:
    cues = issue.cues
    return {f"cue{n + 1}": cues[n % len(cues)].lower() for n in range(3)}


def _dose(drill: Drill) -> str:
    if drill.dose.sets == 1:
        return drill.dose.repetitions
    return f"{drill.dose.sets} sets of {drill.dose.repetitions}"
