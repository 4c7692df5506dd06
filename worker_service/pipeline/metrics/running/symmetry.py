"""Left against right: how far apart they are, and on which side the quantity is larger."""

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from shared.results import Metric, Reason, Side
from worker_service.pipeline.metrics.running.readings import FEET
from worker_service.pipeline.metrics.scene import Reading, Scene, Window

if TYPE_CHECKING:
    from worker_service.pipeline.metrics.running.strides import Stride

FEWEST_A_SIDE = 3
"""Fewer strides are no side's habit: of 144 even runners, one with two a side seemed uneven."""

PerSide = dict[Side, list[float]]
LEGS = tuple(f"{side}_{part}" for side in Side for part in ("hip", "knee", "ankle"))


def compare_sides(scene: Scene, strides: "list[Stride]", knees: list[Metric]) -> dict[str, Metric]:
    """Return the three asymmetries of a bout; `knees` has one `knee_in_stance` a stride."""
    bent: PerSide = {side: [] for side in Side}
    for metric in knees:
        if metric.side and metric.value is not None:
            bent[metric.side].append(metric.value)
    contacts = {
        side: [s.toe_off_s - s.contact_s for s in strides if s.side is side] for side in Side
    }
    steps = {
        side: [s.other_contact_s - s.contact_s for s in strides if s.side is not side]
        for side in Side
    }
    bout = _Bout(scene, strides)
    return {
        "contact_time_asymmetry": bout.share("contact_time_asymmetry", contacts),
        "step_time_asymmetry": bout.share("step_time_asymmetry", steps),
        "knee_asymmetry": bout.difference("knee_asymmetry", bent),
    }


@dataclass(frozen=True, slots=True, eq=False)
class _Bout:
    """The strides that are compared."""

    scene: Scene
    strides: "list[Stride]"

    @property
    def window(self) -> Window:
        return Window(self.strides[0].contact_s, self.strides[-1].end_s)

    def share(self, key: str, sides: PerSide) -> Metric:
        """Difference of the sides' medians as a share of their mean."""
        if _too_few(sides):
            return self._missing(key, FEET)
        left, right = (median(sides[side]) for side in (Side.LEFT, Side.RIGHT))
        return self._metric(key, (left - right) / ((left + right) / 2.0), sides, FEET)

    def difference(self, key: str, sides: PerSide) -> Metric:
        """Difference of the sides' medians."""
        if _too_few(sides):
            return self._missing(key, LEGS)
        left, right = (median(sides[side]) for side in (Side.LEFT, Side.RIGHT))
        return self._metric(key, left - right, sides, LEGS)

    def _metric(
        self, key: str, left_less_right: float, sides: PerSide, landmarks: tuple[str, ...]
    ) -> Metric:
        """Look at a contact of the side on which the quantity is larger."""
        larger = Side.LEFT if left_less_right > 0 else Side.RIGHT
        at_s = next(s.contact_s for s in self.strides if s.side is larger)
        reading = Reading(abs(left_less_right), landmarks, self.window, at_s, side=larger)
        metric = self.scene.metric(key, reading)
        if metric.value is None:
            return self.scene.missing(key, metric.reason or Reason.EVENT_NOT_FOUND)
        return metric.model_copy(update={"n": min(len(values) for values in sides.values())})

    def _missing(self, key: str, landmarks: tuple[str, ...]) -> Metric:
        """Say what keeps a side from being measured, or that it took too few strides."""
        refusal = self.scene.refusal(key, landmarks, self.window)
        return self.scene.missing(key, refusal or Reason.EVENT_NOT_FOUND)


def _too_few(sides: PerSide) -> bool:
    return min(len(values) for values in sides.values()) < FEWEST_A_SIDE
