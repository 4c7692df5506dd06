"""What the product knows by heart: movements, how to film them, and drills."""

from shared.catalogue.loader import (
    CaptureGuide,
    MovementGuide,
    TaggedDrill,
    drill,
    drills,
    movements,
)

__all__ = ["CaptureGuide", "MovementGuide", "TaggedDrill", "drill", "drills", "movements"]
