"""What the product knows by heart: movements, how to film them, their events, and drills."""

from shared.catalogue.loader import (
    CaptureGuide,
    EventGuide,
    MovementGuide,
    TaggedDrill,
    Words,
    drill,
    drills,
    events,
    movements,
    words,
)

__all__ = [
    "CaptureGuide",
    "EventGuide",
    "MovementGuide",
    "TaggedDrill",
    "Words",
    "drill",
    "drills",
    "events",
    "movements",
    "words",
]
