"""Cadence, from the rhythm of the legs and not from counted steps."""

from typing import TYPE_CHECKING

import numpy as np

from worker_service.pipeline.metrics.rhythm import AROUND, best_hz, explained, pieces

if TYPE_CHECKING:
    from worker_service.pipeline.signals.motion import Motion

CYCLES = 3.0
"""Fewer cycles do not make a rhythm."""

PIECE_CYCLES = 6.0
"""A long bout is fitted in pieces of about this length."""

MULTIPLES = 4
"""How many multiples of the stride's frequency a leg's path is made of."""

REGULAR = 0.85
"""Share of the legs' movement that a piece's steady rhythm must explain."""


def steps_per_minute(part: "Motion", stride_s: float) -> float | None:
    """Return the mean steps a minute of the rhythms that explain the pieces of a bout best.

    Both coordinates of one ankle relative to the other are fitted; None below `CYCLES` cycles and
    without a steady rhythm.

    Args:
        part: the bout of running.
        stride_s: about how long a stride takes.
    """
    paths = part.point("left_ankle") - part.point("right_ankle")
    known = np.isfinite(paths).all(axis=1)
    t_s, paths = part.t_s[known][::2], paths[known][::2]  # 60 Hz hold four multiples of any stride
    cycles = float(np.ptp(t_s)) / stride_s if len(t_s) else 0.0
    if cycles < CYCLES * (1.0 - AROUND / 2):
        return None
    parts = pieces(t_s, 1.0 / stride_s, cycles=PIECE_CYCLES)
    steady = []
    for piece in parts:
        hz = best_hz(t_s[piece], paths[piece], 1.0 / stride_s, multiples=MULTIPLES)
        if explained(t_s[piece], paths[piece], hz, multiples=MULTIPLES) >= REGULAR:
            steady.append(hz)
    return 120.0 * float(np.mean(steady)) if 2 * len(steady) > len(parts) else None
