from itertools import islice

import av
import cv2
import numpy as np
import pytest

from shared.analysis import AnalysisSettings
from tests.files.clips import make_clip
from tests.pipeline.coloured_people import GREEN, RED, BoxEngine, scene
from worker_service.pipeline.engine import Box
from worker_service.pipeline.pose.crop import cropped, in_crop, in_whole
from worker_service.pipeline.pose.estimate import estimate_pose
from worker_service.pipeline.pose.follow import MAX_PEOPLE, Followers
from worker_service.pipeline.pose.mediapipe_engine import MediapipeEngine
from worker_service.pipeline.pose.people import people
from worker_service.pipeline.pose.search import tiles
from worker_service.pipeline.pose.sightings import SightingsLog
from worker_service.pipeline.pose.small import Nearby
from worker_service.pipeline.video.decode import Decoding
from worker_service.pipeline.video.probe import probe

SIZE = (800, 450)
HIPS = [23, 24]


class ShortSighted(BoxEngine):
    """Sees who is at least a sixth as high as the picture it is shown."""

    def __init__(self):
        super().__init__()
        self.shown = []

    def people_in(self, picture):
        self.shown.append(picture.rgb.shape[:2])
        people = super().people_in(picture)
        return [person for person in people if np.ptp(person.xy[:, 1]) > 1 / 6]


def watch(boxes_at, *, pictures=60, engine=None, fps=15.0, size=SIZE):
    log, engine = SightingsLog(*size), engine or ShortSighted()
    with engine.scanning(MAX_PEOPLE) as scanner, Followers(engine, scanner) as followers:
        for index in range(pictures):
            picture = scene(index, boxes_at(index), fps=fps, size=size)
            log.add(picture, followers.find(picture))
    assert engine.open == 0
    return log.finish()


def hips_x(sightings, rows):
    return sightings.xy_px[rows][:, HIPS, 0].mean(axis=1)


@pytest.mark.parametrize("share", [0.06, 0.09, 0.12])
@pytest.mark.parametrize("size", [SIZE, SIZE[::-1]])
def test_somebody_small_who_moves_is_found_and_followed(share, size):
    height = share * size[1]

    def boxes(index):
        return [(RED, 0.3 * size[0] + 4 * index, 0.6 * size[1], height)]

    sightings = watch(boxes, size=size)

    [rows] = people(sightings)
    pictures = sightings.picture[rows]
    assert len(rows) > 50
    assert hips_x(sightings, rows) == pytest.approx(0.3 * size[0] + 4 * pictures, abs=0.06 * height)


def test_somebody_small_who_stands_still_is_found_in_time():
    sightings = watch(lambda i: [(RED, 500, 300, 36)], pictures=100, fps=5.0)

    [rows] = people(sightings)

    assert len(rows) > 10


def test_the_crop_follows_whoever_runs_across_the_picture():
    def boxes(index):
        return [(RED, 60 + 9 * index, 250, 40)]

    sightings = watch(boxes, pictures=72)

    [rows] = people(sightings)
    assert len(rows) > 60
    assert hips_x(sightings, rows) == pytest.approx(60 + 9 * sightings.picture[rows], abs=3)


def test_who_comes_near_is_one_person_from_far_to_near():
    def boxes(index):
        return [(RED, 400 + 2 * index, 320, 38 + 4 * index)]

    sightings = watch(boxes, pictures=60)

    [rows] = people(sightings)
    assert len(rows) > 52


def test_nobody_small_is_searched_while_somebody_large_is_followed():
    engine = ShortSighted()

    watch(lambda i: [(GREEN, 400, 400, 250), (RED, 100 + i, 200, 40)], pictures=30, engine=engine)

    assert all(shape == (450, 800) for shape in engine.shown)


def test_an_empty_clip_is_searched_about_once_a_second():
    engine = ShortSighted()

    watch(lambda i: [], pictures=46, engine=engine)

    assert 0 < engine.looks <= 9 * 5


@pytest.mark.parametrize("size", [(1280, 720), (720, 1280), (320, 240), (3840, 2160), (600, 2000)])
def test_tiles_cover_the_picture_and_overlap(size):
    picture = scene(0, [], size=(size[0] // 4, size[1] // 4))

    covered = np.zeros((200, 200), int)
    for tile in tiles(picture):
        assert 0 <= tile.x <= tile.x + tile.width <= 1 + 1e-9
        assert 0 <= tile.y <= tile.y + tile.height <= 1 + 1e-9
        left, right = round(200 * tile.x), round(200 * (tile.x + tile.width))
        covered[round(200 * tile.y) : round(200 * (tile.y + tile.height)), left:right] += 1
    assert covered.min() >= 1


class Notes:
    """A landmarker that finds a standing person who is large enough, and notes what it is shown."""

    def __init__(self):
        self.engine, self.shown = ShortSighted(), []

    def find(self, picture):
        self.shown.append(picture.rgb.shape[:2])
        return self.engine.people_in(picture)[:1]


def test_the_crop_stays_while_the_person_does_and_is_dropped_when_they_are_lost():
    notes = Notes()
    with ShortSighted().scanning(1) as scanner:
        whole = scene(0, [(RED, 400, 313, 40)], size=SIZE)
        crop = Box(0.4, 0.5, 0.2, 0.3)
        [near] = [
            in_whole(one, crop) for one in scanner.find(cropped(whole, crop, long_side_px=512))
        ]
    nearby = Nearby(notes, near)

    for index in range(10):
        assert nearby.find(scene(index, [(RED, 400 + index, 313, 40)], size=SIZE))
    assert len(set(notes.shown)) == 1
    for index in range(10, 20):
        assert nearby.find(scene(index, [], size=SIZE)) == []
    assert notes.shown[-1] == (450, 800)


def test_a_crop_of_a_real_picture_has_the_sources_resolution_and_maps_back(tmp_path):
    def draw(index):
        return scene(index, [(RED, 900 + index, 500, 60)], size=(1920, 1080)).rgb

    clip = make_clip(tmp_path / "clip.mp4", frames=3, draw=draw)
    [first, *_] = Decoding(clip, probe(clip)).pictures()
    box = Box(0.4, 0.35, 0.2, 0.2)

    crop = cropped(first, box, long_side_px=512)
    inner = cropped(crop, Box(0.25, 0.25, 0.5, 0.5), long_side_px=512)
    [person] = ShortSighted().people_in(crop)

    assert first.rgb.shape == (540, 960, 3)
    assert crop.rgb.shape == (216, 384, 3)
    assert inner.rgb.shape == (108, 192, 3)
    assert np.array_equal(inner.rgb, crop.rgb[54:162, 96:288])
    whole = in_whole(person, box)
    assert whole.xy[HIPS, 0].mean() * 1920 == pytest.approx(900, abs=2)
    assert in_crop(whole, box).xy == pytest.approx(person.xy)


@pytest.mark.clips
def test_a_real_person_a_tenth_as_high_as_the_picture_is_followed(
    tmp_path, pose_model_path, sample_video
):
    with av.open(str(sample_video)) as container:
        decoded = islice(container.decode(video=0), 60)
        scene_px = [frame.to_ndarray(format="rgb24")[60:520, 420:880] for frame in decoded]

    def far_away(index):
        picture = np.full((1080, 1920, 3), (110, 120, 100), np.uint8)
        picture[500:684, 1200:1384] = cv2.resize(
            scene_px[index], (184, 184), interpolation=cv2.INTER_AREA
        )
        return picture

    clip = make_clip(tmp_path / "clip.mp4", frames=60, draw=far_away)

    outcome = estimate_pose(
        clip, AnalysisSettings(sample_fps=0), engine=MediapipeEngine(pose_model_path)
    )

    seen = outcome.track.present
    hips = outcome.track.middle("left_hip", "right_hip")[seen]
    assert seen.mean() > 0.8
    assert np.abs(hips - [1288, 585]).max() < 35
