"""The catalogue on the wire."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from shared import catalogue
from shared.results import Drill, EventType, Exercise, Movement


class MetricEntry(BaseModel):
    """A metric of a movement."""

    key: str = Field(description="Its key in the results, and what `getTrend` asks for.")
    name: str = Field(description="What a coach calls it.")


class EventEntry(BaseModel):
    """A moment that is looked for in a movement."""

    type: EventType
    title: str
    definition: str


class MovementEntry(BaseModel):
    """A movement that can be analysed."""

    movement: Movement
    title: str
    description: str
    exercises: list[Exercise] = Field(description="What a workout may repeat; else empty.")
    metrics: list[MetricEntry]
    events: list[EventEntry]

    @classmethod
    def of(cls, guide: catalogue.MovementGuide) -> Self:
        return cls(
            movement=guide.id,
            title=guide.title,
            description=guide.description,
            exercises=list(Exercise) if guide.id is Movement.WORKOUT else [],
            metrics=[MetricEntry(key=key, name=name) for key, name in guide.metrics.items()],
            events=[
                EventEntry(type=kind, title=event.title, definition=event.definition)
                for kind, event in catalogue.events().items()
                if guide.id in event.movements
            ],
        )


class MovementList(BaseModel):
    """Every movement."""

    items: list[MovementEntry]


class CaptureGuideAnswer(catalogue.CaptureGuide):
    """How to film a movement so that it can be measured."""

    movement: Movement
    title: str

    @classmethod
    def of(cls, guide: catalogue.MovementGuide) -> Self:
        return cls(movement=guide.id, title=guide.title, **guide.capture.model_dump())


class DrillEntry(Drill):
    """A drill, and what it is for."""

    codes: list[str] = Field(description="Of the findings it works on.")
    movements: list[Movement]
    exercises: list[Exercise] = Field(description="Of a workout; empty: for any.")

    @classmethod
    def of(cls, entry: catalogue.TaggedDrill) -> Self:
        tags = entry.model_dump(exclude={"drill"})
        return cls(**entry.drill.model_dump(), **tags)


class DrillList(BaseModel):
    """Some drills."""

    items: list[DrillEntry]


class DrillQuery(BaseModel):
    """Which drills."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    movement: Movement | None = Field(default=None, description="Only those for this movement.")
    code: str | None = Field(
        default=None, max_length=64, description="Only those that work on this finding."
    )

    def fits(self, entry: catalogue.TaggedDrill) -> bool:
        """Whether a drill is one that was asked for."""
        return (self.movement is None or self.movement in entry.movements) and (
            self.code is None or self.code in entry.codes
        )
