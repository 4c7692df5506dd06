"""What is printed: plain words and numbers in their order, the same for every format."""

from pydantic import Field

from shared.results import Wire


class Fact(Wire):
    """A short word and what it says."""

    name: str
    text: str


class IssueLines(Wire):
    """What to work on. `look_at` is where to stop the video: m:ss.s."""

    title: str
    severity: str
    look_at: str
    explanation: str
    cues: list[str]
    source: str


class MeasuredRow(Wire):
    """A value beside what is known about it; what is not known is empty.

    `note` counts the page's `sources` from 1.
    """

    name: str
    value: str
    band: str = Field(description="One standard error, with its sign.")
    published: str
    note: int | None
    when: str
    sure: str


class MissingRow(Wire):
    """What is missing for one reason."""

    names: str
    why: str


class DrillLines(Wire):
    """A drill with its dose in words."""

    title: str
    purpose: str
    dose: str
    setup: str
    steps: list[str]
    progression: str
    equipment: str
    age_note: str


class DayLines(Wire):
    """One day of the plan."""

    name: str
    focus: str
    activities: list[str]


class Page(Wire):
    """Everything that is printed, in the order of printing. An empty list has nothing to show."""

    title: str
    subtitle: str
    summary: str
    warning: str | None
    issues: list[IssueLines]
    no_issues: str = Field(description="What stands in the place of issues.")
    strengths: list[str]
    measured: list[MeasuredRow]
    sources: list[str] = Field(description="Of the published ranges, in the order of their notes.")
    missing: list[MissingRow]
    drills: list[DrillLines]
    week: list[DayLines]
    retake: list[str]
    provenance: list[Fact]
