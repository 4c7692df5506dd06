"""Tell from their movement whether two points that look alike were taken for each other.

The pair is followed along two courses, as labelled and changed over. At every sample each course
says where the points should be by now, and how sure that is: a Kalman filter of constant velocity
needs no even sampling, and after a hole it simply knows less. The cheapest way through all
samples wins (Viterbi).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SCATTER = 0.012
"""Of a landmark about its true place, in body lengths: 5 px at 500 px of height, twice the
scatter of clear pictures, because a limb in front of another is placed less well."""

TAILS = 3.0
"""Degrees of freedom of the scatter (Student's t): one wild landmark decides nothing."""

UNSEEN = 10.0
NEW_SPEED = 3.0
"""Body lengths a second that a limb may have when it comes into view."""

CHANGE_PRICE = 7.0
"""Nats for a change of course."""

ENDLESS_PRICE = 20.0
"""Nats for beginning or ending on the changed course: a mix-up that nobody sees begin, or end, has
half the evidence."""

UNFIT = 3.0
"""A change of course may fit its own first sample worse by so many nats and no more: else it would
serve to leave out a sample of the wrong moment, such as a repeated picture."""

ASTRAY_PRICE_PER_S = 5.0
"""Nats for a second on the changed course: of two readings nearly alike in everything else, the one
that believes the labels for longer. Arms that cross while they are mixed up leave such readings.
Of generated mix-ups 97 % are repaired and one sound picture in 1700 is touched; with 1 it was one
in 700, with 15 mix-ups of two seconds were left four times in ten."""

LOST = 50.0
LOST_SAMPLES = 2
"""A point this many times its variance from where any course expects it, so often in a row, is not
there any more: the courses begin anew where it is. Otherwise one wild start would cost every course
so much, for ever, that which of them is cheaper means nothing."""

DOUBT = 3
"""Samples for which two ways that meet again are told apart by how they came."""


@dataclass(slots=True)
class _Filter:
    """Where points are believed to be, and how sure that is.

    Attributes:
        state: (histories, side, point, axis, 2) place and velocity.
        spread: (point, 2, 2) their covariance, the same for every history, side and axis.
    """

    state: Floats
    spread: Floats

    @property
    def place(self) -> Floats:
        """(histories, side, point, axis) in body lengths."""
        return self.state[..., 0]

    @property
    def doubt(self) -> Floats:
        """(point,) variance of a sample about its place."""
        return np.asarray(self.spread[:, 0, 0] + SCATTER**2)

    def go_on(self, step_s: float, pull: Floats) -> None:
        """Go on at constant velocity; what `pull` may have done meanwhile is doubt."""
        move = np.array([[1.0, step_s], [0.0, 1.0]])
        push = pull[:, None] * np.array([step_s**2 / 2, step_s])
        self.state = self.state @ move.T
        self.spread = move @ self.spread @ move.T + push[:, :, None] * push[:, None, :]

    def begin_anew(self, there: "_Filter", points: NDArray[np.bool_]) -> None:
        """Forget where some points were believed to be."""
        self.state[:, :, points] = there.state[:, :, points]
        self.spread[points] = there.spread[points]

    def learn(self, off: Floats, trust: Floats, known: NDArray[np.bool_]) -> None:
        """Correct by how far off the samples were, less by those that are hardly believed."""
        gain = self.spread[:, :, 0] / self.doubt[:, None] * known[:, None]
        self.state = self.state + gain[:, None, :] * (trust[..., None] * off)[..., None]
        self.spread = self.spread - gain[:, :, None] * self.spread[:, None, 0, :]


def changed_over(t_s: Floats, pairs: Floats, pull: Floats) -> NDArray[np.bool_]:
    """(n,) in which samples the two sides were taken for each other.

    Args:
        t_s: (n,) increasing seconds.
        pairs: (n, 2 sides, k points, d axes) in body lengths; NaN where unknown.
        pull: (k,) usual acceleration of each point, in body lengths per second squared.
    """
    known = np.asarray(np.isfinite(pairs).all(axis=(1, 3)))
    pairs = np.nan_to_num(pairs)
    sampled = np.flatnonzero(known.any(axis=1))
    wrong = np.zeros(len(t_s), dtype=bool)
    if len(sampled):
        wrong[sampled] = _cheapest(t_s[sampled], pairs[sampled], known[sampled], pull)
    return wrong


def _cheapest(
    t_s: Floats, pairs: Floats, known: NDArray[np.bool_], pull: Floats
) -> NDArray[np.bool_]:
    """Follow the pair along every history of the last `DOUBT` choices; history = their bits."""
    histories = np.arange(2**DOUBT)
    came_from = (histories[:, None] >> 1) | np.array([0, 2 ** (DOUBT - 1)])
    choice = histories & 1
    is_change = choice[:, None] != (came_from & 1)
    price = np.full(len(histories), np.inf)
    price[0], price[-1] = 0.0, ENDLESS_PRICE
    filters = _first(pairs[0], choice, known[0])
    chosen = np.zeros((len(t_s), len(histories)), dtype=np.int64)
    astray = np.zeros(pairs.shape[2], dtype=np.int64)
    steps = np.diff(t_s, prepend=t_s[0])
    for sample in range(1, len(t_s)):
        filters.go_on(steps[sample], pull)
        off = pairs[sample][_SIDES] - filters.place[:, None]
        distance = (off**2).sum(axis=-1) / filters.doubt
        far = distance.max(axis=2).min(axis=(0, 1)) > LOST
        astray = np.where(known[sample], np.where(far, astray + 1, 0), astray)
        anew = astray >= LOST_SAMPLES
        weighed = known[sample] & ~anew
        cost = (TAILS + 2) / 2 * (np.log1p(distance / TAILS) * weighed).sum(axis=(2, 3))
        own, other = cost[came_from, choice[:, None]], cost[came_from, 1 - choice[:, None]]
        change = np.where(own > other + UNFIT, np.inf, CHANGE_PRICE)
        total = price[came_from] + own + np.where(is_change, change, 0.0)
        best = total.argmin(axis=1)
        source = came_from[histories, best]
        chosen[sample] = source
        price = total[histories, best] + choice * ASTRAY_PRICE_PER_S * steps[sample]
        trust = np.minimum(1.0, (TAILS + 2) / (TAILS + distance[source, choice]))
        filters.state = filters.state[source]
        filters.learn(off[source, choice], trust, known[sample])
        if anew.any():
            filters.begin_anew(_first(pairs[sample], choice, known[sample]), anew)
            astray[anew] = 0
    return _traced(chosen, int((price + choice * ENDLESS_PRICE).argmin()))


_SIDES = np.array([[0, 1], [1, 0]])
"""Which of the labelled sides is the left and the right one, on each course."""


def _first(pair: Floats, choice: NDArray[np.int64], known: NDArray[np.bool_]) -> _Filter:
    place = pair[_SIDES[choice]]
    state = np.stack([place, np.zeros_like(place)], axis=-1)
    unsure = [np.where(known, SCATTER, UNSEEN), np.full(len(known), NEW_SPEED)]
    return _Filter(state, np.stack(unsure, axis=1)[:, :, None] ** 2 * np.eye(2))


def _traced(chosen: NDArray[np.int64], last: int) -> NDArray[np.bool_]:
    """Walk back from the cheapest end."""
    wrong = np.zeros(len(chosen), dtype=bool)
    history = last
    for sample in range(len(chosen) - 1, -1, -1):
        wrong[sample] = history & 1
        history = int(chosen[sample, history])
    return wrong
