import numpy as np
import pytest

from tests.pipeline.coloured_people import BLUE, GREEN, RED, BoxEngine, scene
from worker_service.pipeline.engine import Picture
from worker_service.pipeline.pose.athlete import candidates
from worker_service.pipeline.pose.follow import (
    ARRIVING_S,
    LOOK_ANYWAY_S,
    LOOK_EVERY_PICTURES,
    LOOK_EVERY_S,
    MAX_PEOPLE,
    Followers,
)
from worker_service.pipeline.pose.people import people
from worker_service.pipeline.pose.sightings import SightingsLog
from worker_service.pipeline.pose.surroundings import Surroundings


def watch(boxes_at, *, pictures=90, engine=None):
    """Follow everyone through a clip of boxes; `boxes_at` maps a picture's index to them."""
    log, engine = SightingsLog(320, 240), engine or BoxEngine()
    with engine.scanning(MAX_PEOPLE) as scanner, Followers(engine, scanner) as followers:
        for index in range(pictures):
            picture = scene(index, boxes_at(index))
            log.add(picture, followers.find(picture))
    return log.finish()


def path_of(sightings, rows):
    return sightings.xy_px[rows].mean(axis=1)[:, 0]


def test_one_person_is_one_track_in_every_picture():
    sightings = watch(lambda i: [(RED, 60 + i, 220, 150)])

    [rows] = people(sightings)

    assert list(sightings.picture[rows]) == list(range(90))


def test_somebody_who_comes_later_is_found():
    sightings = watch(lambda i: [(RED, 60, 220, 150), *([(BLUE, 250, 220, 140)] if i > 20 else [])])

    first, second = people(sightings)

    assert len(first) == 90
    assert len(second) == pytest.approx(90 - 21, abs=16)


def test_two_people_who_cross_keep_their_tracks():
    def crossing(i):
        return [(RED, 40 + 2.6 * i, 230, 120), (GREEN, 280 - 2.6 * i, 85, 80)]

    found = people(watch(crossing))

    assert len(found) == 2
    for rows in found:
        path = path_of(watch(crossing), rows)
        assert np.all(np.diff(path) > 0) or np.all(np.diff(path) < 0)


def test_a_person_who_was_hidden_for_a_second_is_the_same_person():
    sightings = watch(lambda i: [] if 30 <= i < 60 else [(RED, 60 + i, 220, 150)])

    [rows] = people(sightings)

    assert len(rows) == 60


def test_who_appears_far_away_is_somebody_else():
    sightings = watch(lambda i: [(RED, 40, 120, 60)] if i < 45 else [(BLUE, 290, 230, 60)])

    assert len(people(sightings)) == 2


def test_a_landmarker_that_lost_its_person_does_not_take_another_one():
    def boxes(i):
        return [(BLUE, 260, 220, 150), *([(RED, 60, 220, 160)] if i < 40 else [])]

    first, second = people(watch(boxes))

    assert sorted([len(first), len(second)]) == [40, pytest.approx(90, abs=2)]


def test_looking_for_others_is_rare_and_everything_is_closed():
    engine = BoxEngine()

    watch(lambda i: [(RED, 60, 220, 150)], engine=engine)

    assert engine.looks <= 90 // LOOK_EVERY_PICTURES + 1
    assert engine.open == 0


def looks_at(boxes_at, pictures=180):
    engine = BoxEngine()
    watch(boxes_at, pictures=pictures, engine=engine)
    return engine.looks


def test_looks_are_rare_where_nothing_changes():
    at_first, later = ARRIVING_S / LOOK_EVERY_S, (180 / 30 - ARRIVING_S) / LOOK_ANYWAY_S
    assert looks_at(lambda i: [(RED, 60, 220, 150)]) <= at_first + later + 1


def test_who_was_missed_by_the_first_look_is_found_by_the_next():
    class BlindAtFirst(BoxEngine):
        def people_in(self, picture):
            found = super().people_in(picture)
            return [one for one in found if picture.frame >= 5 or one.xy[:, 0].mean() < 0.5]

    two = [(RED, 60, 220, 150), (BLUE, 250, 220, 140)]
    sightings = watch(lambda i: two, pictures=60, engine=BlindAtFirst())

    _, second = people(sightings)

    assert sightings.t_s[sightings.picture[second[0]]] <= LOOK_EVERY_S + 0.05


def plain_wall(seed, *, patch=None, brighter=0, flicker=3.0):
    """A wall with sensor noise; a patch of it may be a little brighter."""
    noise = np.random.default_rng(seed).normal(200, flicker, (240, 320, 3))
    if patch:
        noise[patch] += brighter
    return Picture(seed, seed / 30, noise.clip(0, 255).astype(np.uint8))


def test_somebody_in_white_before_a_white_wall_is_a_change():
    surroundings, bowler = Surroundings(), np.s_[120:190, 200:218]
    surroundings.remember(plain_wall(1), [])

    assert surroundings.have_changed(plain_wall(2, patch=bowler, brighter=-14), [])
    assert not surroundings.have_changed(plain_wall(3), [])


def test_specks_of_little_contrast_are_no_change():
    surroundings, specks = Surroundings(), np.s_[::24, ::24]
    surroundings.remember(plain_wall(1), [])

    assert not surroundings.have_changed(plain_wall(2, patch=specks, brighter=40), [])


def test_somebody_is_looked_for_as_long_as_something_else_moves():
    def ball(i):
        return [(RED, 60, 220, 150), (GREEN, 150 + i % 150, 100, 18)]

    assert looks_at(ball) >= 180 / 30 / LOOK_EVERY_S - 1


def test_who_walks_in_is_found_within_half_a_second():
    sightings = watch(lambda i: [(RED, 60, 220, 150), *([(BLUE, 250, 220, 40)] if i > 70 else [])])

    _, second = people(sightings)

    assert sightings.t_s[sightings.picture[second[0]]] - 71 / 30 <= LOOK_EVERY_S + 0.01


def test_landmarkers_are_closed_when_something_breaks():
    engine = BoxEngine()

    scanning = engine.scanning(MAX_PEOPLE)
    with pytest.raises(KeyError), scanning as scanner, Followers(engine, scanner):
        raise KeyError

    assert engine.open == 0


def test_the_athlete_is_who_moves():
    def boxes(i):
        return [(RED, 60, 225, 150), (GREEN, 230 + 40 * np.sin(i / 5), 220, 140)]

    sightings = watch(boxes)
    [athlete, bystander] = candidates(sightings, people(sightings))

    assert athlete.movement > bystander.movement
    assert path_of(sightings, athlete.rows).mean() > 160


def test_of_two_who_do_the_same_the_larger_is_the_athlete():
    sightings = watch(lambda i: [(RED, 60 + i / 3, 200, 80), (GREEN, 200 + i / 3, 220, 160)])

    [athlete, _] = candidates(sightings, people(sightings))

    assert path_of(sightings, athlete.rows).mean() > 160


def test_a_glimpse_is_nobody():
    sightings = watch(lambda i: [(RED, 60, 220, 150)] if 30 <= i < 50 else [])

    assert candidates(sightings, people(sightings)) == []


def test_a_body_without_a_trunk_is_nobody():
    sightings = watch(lambda i: [(RED, 60, 220, 150)])
    sightings.landmarks[:, 11:13] = sightings.landmarks[:, 23:25]

    assert people(sightings) == []


def test_an_empty_clip_has_nobody():
    sightings = watch(lambda i: [])

    assert len(sightings.t_s) == 90
    assert people(sightings) == []
