import numpy as np
import pytest

from shared.analysis import SubjectHint
from shared.errors import NoPersonFound
from tests.pipeline.coloured_people import BLUE, GREEN, RED, BoxEngine, scene
from worker_service.pipeline.engine import Person, Picture
from worker_service.pipeline.pose.athlete import candidates, choose
from worker_service.pipeline.pose.follow import MAX_PEOPLE, Followers, Sighting
from worker_service.pipeline.pose.people import people
from worker_service.pipeline.pose.sightings import SightingsLog
from worker_service.pipeline.pose.synthetic_engine import squatting_body

SIZE = (320, 240)
PICTURES = 90
HEIGHT = 110


def three_alike(index):
    """Three who do the same, at x = 50, 160 and 270."""
    sway = 8 * np.sin(index / 6)
    return [
        (RED, 50 + sway, 200, HEIGHT),
        (GREEN, 160 + sway, 200, HEIGHT),
        (BLUE, 270 + sway, 200, HEIGHT),
    ]


def watch(boxes_at):
    log, engine = SightingsLog(*SIZE), BoxEngine()
    with engine.scanning(MAX_PEOPLE) as scanner, Followers(engine, scanner) as followers:
        for index in range(PICTURES):
            picture = scene(index, boxes_at(index))
            log.add(picture, followers.find(picture))
    return log.finish()


@pytest.fixture(scope="module")
def sightings():
    return watch(three_alike)


def box_at(x, *, t_s=1.5, width=60, height=120, y=150):
    left, top = x - width / 2, y - height / 2
    return SubjectHint(t_s=t_s, x=left / 320, y=top / 240, width=width / 320, height=height / 240)


def chosen_x(sightings, hint):
    choice = choose(candidates(sightings, people(sightings)), sightings, hint, SIZE)
    return float(sightings.xy_px[choice.athlete.rows][:, [23, 24], 0].mean()), choice.hint_met


@pytest.mark.parametrize("x", [50, 160, 270])
@pytest.mark.parametrize("t_s", [0.0, 1.5, 3.2])
def test_the_athlete_is_whom_the_coach_pointed_at(sightings, x, t_s):
    found_x, met = chosen_x(sightings, box_at(x, t_s=t_s))

    assert found_x == pytest.approx(x, abs=10)
    assert met is True


def test_a_tap_on_the_chest_is_enough(sightings):
    assert chosen_x(sightings, box_at(270, width=6, height=6)) == (pytest.approx(270, abs=10), True)


def test_a_generous_box_means_whoever_fills_it_most(sightings):
    x, met = chosen_x(sightings, box_at(76, width=150, height=200, y=130))

    assert x == pytest.approx(50, abs=10)
    assert met is True


@pytest.mark.parametrize("hint", [box_at(105, width=20, height=20), box_at(160, t_s=9.0)])
def test_where_nobody_is_the_choice_is_the_usual_one_and_said_so(sightings, hint):
    usual_x, _ = chosen_x(sightings, None)

    assert chosen_x(sightings, hint) == (usual_x, False)


def test_without_a_hint_nothing_is_said_about_one(sightings):
    assert chosen_x(sightings, None)[1] is None


def test_of_three_alike_the_choice_is_always_the_same(sightings):
    first, second = (chosen_x(one, None) for one in (sightings, watch(three_alike)))

    assert first == second
    assert len(candidates(sightings, people(sightings))) == 3


def test_a_hint_outweighs_size_and_movement():
    def boxes(index):
        return [(RED, 80 + 50 * np.sin(index / 6), 220, 150), (GREEN, 260, 200, 80)]

    seen = watch(boxes)

    assert chosen_x(seen, None)[0] == pytest.approx(80, abs=20)
    assert chosen_x(seen, box_at(260, y=160)) == (pytest.approx(260, abs=5), True)


def test_who_is_seen_only_now_and_then_is_nobody():
    log = SightingsLog(*SIZE)
    engine = BoxEngine()
    with engine.scanning(MAX_PEOPLE) as scanner, Followers(engine, scanner) as followers:
        for index in range(200):
            boxes = [(RED, 60, 220, 150)] if index % 4 == 0 else []
            picture = scene(index, boxes)
            log.add(picture, followers.find(picture))
    seen = log.finish()

    [rows] = people(seen)

    assert len(rows) > 40
    with pytest.raises(NoPersonFound):
        choose(candidates(seen, [rows]), seen, None, SIZE)


def squatter_and_bystander(rate_hz, *, slow, jitter_px=0.0):
    """Six seconds of somebody who squats beside somebody 1.6 times as large who keeps still."""
    random, log = np.random.default_rng(1), SightingsLog(*SIZE)
    for index in range(round(6.0 * rate_hz)):
        log.add(
            Picture(index, index * slow / rate_hz, np.zeros((1, 1, 3), np.uint8)),
            [
                Sighting(number, standing_at(feet_px, size_px, time_s, random, jitter_px))
                for number, feet_px, size_px, time_s in (
                    (0, (80, 200), 100, index / rate_hz),
                    (1, (240, 230), 160, 0.0),
                )
            ],
        )
    return log.finish()


def standing_at(feet_px, size_px, time_s, random, jitter_px):
    body = squatting_body(time_s)
    xy_px = np.array(feet_px) + body[:, :2] * size_px
    xy_px += random.normal(0, jitter_px, xy_px.shape) if jitter_px else 0.0
    return Person(xy_px / SIZE, np.full(len(body), 0.9), body)


def athlete_in(seen, *, slow):
    found = candidates(seen, people(seen), slow)
    assert len(found) == 2
    return int(seen.follower[found[0].rows[0]])


@pytest.mark.parametrize("slow", [1.0, 4.0, 8.0])
def test_slow_motion_does_not_change_who_the_athlete_is(slow):
    seen = squatter_and_bystander(30.0, slow=slow)

    assert athlete_in(seen, slow=slow) == 0


@pytest.mark.parametrize("rate_hz", [15.0, 60.0, 240.0])
def test_the_models_scatter_is_no_movement_at_any_rate(rate_hz):
    seen = squatter_and_bystander(rate_hz, slow=1.0, jitter_px=0.5)

    assert athlete_in(seen, slow=1.0) == 0
