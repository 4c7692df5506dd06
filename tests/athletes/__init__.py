"""Generated athletes with known truth: what a pose track of a perfect camera would hold.

Movements are functions of time, so the same one can be filmed at any rate, from any side, near or
far, in any format, mirrored, noisy, with holes. One file a movement; `camera.py` films them,
`analysed.py` puts the track through steps 2 to 4.
"""

from tests.athletes.analysed import Analysed, analysed, summary_of
from tests.athletes.camera import Camera, Scenario
from tests.athletes.cricket import delivery, stroke
from tests.athletes.gait import running, walking
from tests.athletes.jumps import jumps
from tests.athletes.standing import standing
from tests.athletes.workout import squats

__all__ = [
    "Analysed",
    "Camera",
    "Scenario",
    "analysed",
    "delivery",
    "jumps",
    "running",
    "squats",
    "standing",
    "stroke",
    "summary_of",
    "walking",
]
