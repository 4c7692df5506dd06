"""What all drawing shares: the picture, how thick a line is on it, colours and written labels."""

from dataclasses import dataclass, field
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

Colour = tuple[int, int, int]
"""Red, green, blue."""

WHITE: Colour = (255, 255, 255)
INK: Colour = (18, 22, 28)
LEFT: Colour = (64, 196, 255)
RIGHT: Colour = (255, 152, 56)

_RAMP = ((0.3, (255, 77, 79)), (0.6, (255, 193, 47)), (0.85, (46, 216, 134)))
"""Confidence to colour: red, amber, green, and what lies between."""

SUBPIXEL_BITS = 4

PICTURE_UNITS = 540.0
"""A line of width 1 is this part of the picture's long side, or less with a small athlete."""

TEXT_UNITS = 13.0
PADDING_UNITS = 4.0
CHIP_OPACITY = 0.72
SEMIBOLD = 600


@cache
def _font() -> cv2.FontFace:
    return cv2.FontFace("sans")  # comes with OpenCV


def colour_of(confidence: float) -> Colour:
    """Return the colour of a confidence, 0..1."""
    at = [level for level, _ in _RAMP]
    red, green, blue = (np.interp(confidence, at, [c[k] for _, c in _RAMP]) for k in range(3))
    return round(red), round(green), round(blue)


def fine_line_px(width: int, height: int) -> float:
    """Return how wide a fine line is in a picture of this size."""
    return max(1.0, max(width, height) / PICTURE_UNITS)


@dataclass(frozen=True, slots=True, eq=False)
class Canvas:
    """A picture to draw on, (h, w, 3) RGB; positions are (2,) pixels and may lie outside.

    Attributes:
        unit_px: how wide a fine line is; all else is measured in it.
        chips: where labels stand already: left, top, right, bottom.
    """

    rgb: NDArray[np.uint8]
    unit_px: float
    chips: list[tuple[float, float, float, float]] = field(default_factory=list)

    def line(
        self, start: NDArray[np.float64], end: NDArray[np.float64], colour: Colour, units: float
    ) -> None:
        """Draw a straight line."""
        width = max(1, round(units * self.unit_px))
        cv2.line(self.rgb, _fixed(start), _fixed(end), colour, width, cv2.LINE_AA, SUBPIXEL_BITS)

    def disc(self, centre: NDArray[np.float64], colour: Colour, units: float) -> None:
        """Fill a circle of this radius."""
        radius = round(units * self.unit_px * 2**SUBPIXEL_BITS)
        cv2.circle(self.rgb, _fixed(centre), radius, colour, cv2.FILLED, cv2.LINE_AA, SUBPIXEL_BITS)

    def chip_size(self, text: str) -> tuple[float, float]:
        """Width and height in pixels of a label."""
        text_px = round(TEXT_UNITS * self.unit_px)
        _, _, width, _ = cv2.getTextSize((0, 0), text, (0, 0), _font(), text_px, SEMIBOLD)
        padding = PADDING_UNITS * self.unit_px
        return width + 2.5 * padding, text_px + 1.5 * padding

    def is_free(self, text: str, centre: NDArray[np.float64]) -> bool:
        """Whether a label here would cover no other one."""
        half = np.array(self.chip_size(text)) / 2
        (left, top), (right, bottom) = centre - half, centre + half
        return all(
            right <= taken[0] or left >= taken[2] or bottom <= taken[1] or top >= taken[3]
            for taken in self.chips
        )

    def chip(self, text: str, centre: NDArray[np.float64], colour: Colour = WHITE) -> None:
        """Write a label on a dark ground with round ends, moved so that it is all in the picture.

        One that the picture is too small for is left out.
        """
        width, height = (round(side) for side in self.chip_size(text))
        rows, columns, _ = self.rgb.shape
        if width >= columns or height >= rows:
            return
        left = min(max(round(centre[0] - width / 2), 0), columns - width)
        top = min(max(round(centre[1] - height / 2), 0), rows - height)
        self.chips.append((left, top, left + width, top + height))
        ground = self.rgb[top : top + height, left : left + width]
        _darken(ground)
        text_px = round(TEXT_UNITS * self.unit_px)
        inset = round(1.25 * PADDING_UNITS * self.unit_px)
        base = top + round(height / 2 + 0.36 * text_px)
        cv2.putText(self.rgb, text, (left + inset, base), colour, _font(), text_px, SEMIBOLD)


def _darken(ground: NDArray[np.uint8]) -> None:
    """Lay ink over a part of the picture, with round ends."""
    height, width, _ = ground.shape
    shape = np.zeros((height, width), np.uint8)
    radius = (height - 1) // 2
    ends = (radius, radius), (width - 1 - radius, radius)
    cv2.line(shape, *ends, 255, 2 * radius + 1, cv2.LINE_AA)
    opacity = (CHIP_OPACITY / 255) * shape[:, :, None].astype(np.float32)
    ground[:] = np.rint(ground * (1 - opacity) + np.array(INK, np.float32) * opacity)


def _fixed(at: NDArray[np.float64]) -> tuple[int, int]:
    x, y = np.rint(np.clip(at, -1e5, 1e5) * 2**SUBPIXEL_BITS).astype(int).tolist()
    return x, y
