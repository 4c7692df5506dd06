"""People in still pictures: found, each once, described, drawn."""

import av
import cv2
import numpy as np
import pytest
from PIL import Image

from shared.documents import files_beside
from shared.errors import PicturesUnreadable
from shared.files import RESULTS_NAME
from shared.results import Reason
from shared.stills.document import MANIFEST_NAME, Manifest, StillResults, StillSettings, Tiling
from tests.files.pictures import MP4, ON_ITS_SIDE, picture, png_header
from tests.pipeline.coloured_people import BLUE, GREEN, RED, BoxEngine, scene
from worker_service.pipeline.engine import Person
from worker_service.pipeline.pose.mediapipe_engine import MediapipeEngine
from worker_service.pipeline.pose.synthetic_engine import SyntheticEngine, squatting_body
from worker_service.pipeline.stills.analyse import analyse_stills
from worker_service.pipeline.stills.describe import described
from worker_service.pipeline.stills.look import MOST_TILES, WHOLE, find_people, places
from worker_service.pipeline.stills.read import read_upright
from worker_service.pipeline.track import INDEX, LANDMARKS

TILES = Tiling(tile_px=256, overlap=0.25)


@pytest.fixture
def inputs(tmp_path):
    """Puts pictures where the worker downloads them."""

    def put(*contents):
        folder = tmp_path / "inputs"
        folder.mkdir()
        names = [f"{index:03d}.jpg" for index in range(len(contents))]
        manifest = Manifest(filenames={name: f"IMG {name}" for name in names})
        written = [*zip(names, contents, strict=True)]
        written.append((MANIFEST_NAME, manifest.model_dump_json().encode()))
        for name, content in written:
            (folder / name).write_bytes(content)
        return {name: folder / name for name, _ in written}

    return put


def _looked(rgb, tiling=None, confidence=0.5):
    settings = StillSettings(tiling=tiling, confidence=confidence)
    with BoxEngine().scanning(5) as scanner:
        return find_people(rgb, settings, scanner, beat=lambda: None)


def test_every_picture_is_analysed_and_drawn(inputs, tmp_path):
    done = []
    results = analyse_stills(
        inputs(picture(size=(96, 128)), picture("PNG", (640, 480))),
        StillSettings(),
        tmp_path,
        engine=SyntheticEngine(),
        report_progress=lambda step: done.append((step.frames_done, step.frames_total)),
    )
    assert [(one.index, one.filename, one.width, one.height) for one in results.pictures] == [
        (0, "IMG 000.jpg", 96, 128),
        (1, "IMG 001.jpg", 640, 480),
    ]
    assert all(len(one.people) == 1 for one in results.pictures)
    assert (done[0], done[-1]) == ((0, 2), (2, 2))
    assert done == sorted(done)
    files = {path.name for path in tmp_path.iterdir() if path.is_file()}
    assert files == files_beside(results) | {RESULTS_NAME}
    assert StillResults.model_validate_json((tmp_path / RESULTS_NAME).read_text()) == results


def test_what_cannot_be_read_is_told_and_stops_nothing(inputs, tmp_path):
    results = analyse_stills(
        inputs(
            picture(),
            picture()[:300],
            b"\xff\xd8\xff\xe0",
            MP4,
            png_header(8193, 64),
            png_header(60_000, 60_000),
        ),
        StillSettings(),
        tmp_path,
        engine=SyntheticEngine(),
    )
    codes = [one.error and one.error.code for one in results.pictures]
    assert codes == [
        None,
        "CORRUPTED_FILE",
        "CORRUPTED_FILE",
        "INVALID_FORMAT",
        "INVALID_DIMENSIONS",
        "INVALID_DIMENSIONS",
    ]
    assert [one.annotated is None for one in results.pictures] == [False, *[True] * 5]


def test_without_one_readable_picture_the_job_fails_for_good(inputs, tmp_path):
    with pytest.raises(PicturesUnreadable):
        analyse_stills(inputs(MP4, b""), StillSettings(), tmp_path, engine=SyntheticEngine())
    assert not (tmp_path / RESULTS_NAME).exists()


def test_a_picture_without_people_is_a_result(inputs, tmp_path):
    grey = cv2.imencode(".png", np.full((200, 200, 3), 90, np.uint8))[1].tobytes()
    results = analyse_stills(inputs(grey), StillSettings(), tmp_path, engine=BoxEngine())
    (one,) = results.pictures
    assert (one.people, one.error) == ([], None)
    assert one.thumbnail is not None


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
def test_pictures_are_turned_upright(tmp_path, kind):
    path = tmp_path / "turned"
    path.write_bytes(picture(kind, (96, 64), orientation=ON_ITS_SIDE))
    rgb = read_upright(path)
    assert rgb.shape == (96, 64, 3)
    right, left = rgb[48, 60], rgb[48, 4]  # what is stored above is shown on the right
    assert right[0] > 150 > right[2]
    assert left[2] > 150 > left[0]


@pytest.mark.parametrize(
    ("mode", "kind"), [("L", "PNG"), ("1", "PNG"), ("P", "PNG"), ("RGBA", "PNG"), ("CMYK", "TIFF")]
)
def test_other_colours_become_rgb(tmp_path, mode, kind):
    path = tmp_path / "a"
    path.write_bytes(picture(kind, mode=mode))
    rgb = read_upright(path)
    assert rgb.shape == (64, 96, 3)
    assert rgb.dtype == np.uint8


def test_a_transparent_colour_is_no_obstacle(tmp_path):
    path = tmp_path / "a.png"
    Image.new("P", (64, 64)).save(path, transparency=bytes([0, 128]))
    assert read_upright(path).shape == (64, 64, 3)


@pytest.mark.parametrize("mode", ["I;16", "F"])
def test_deep_levels_are_stretched_not_cut(tmp_path, mode):
    path = tmp_path / "a.tif"
    levels = np.linspace(1000, 40_000, 64 * 64).reshape(64, 64)
    Image.fromarray(levels.astype(np.uint16 if mode == "I;16" else np.float32)).save(path)
    rgb = read_upright(path)
    assert (int(rgb.min()), int(rgb.max())) == (0, 255)
    assert int(rgb[32, 0, 0]) == pytest.approx(127, abs=3)


def test_people_come_by_size():
    shown = scene(0, [(RED, 60, 200, 60), (BLUE, 200, 220, 160), (GREEN, 120, 210, 110)])
    heights = [one.high_px[1] - one.low_px[1] for one in _looked(shown.rgb)]
    assert len(heights) == 3
    assert heights == sorted(heights, reverse=True)


def test_somebody_seen_clearly_twice_in_one_place_is_one():
    """Two looks that agree on the box and not on the pose: one of them mixes up the limbs."""
    person, mixed = _somebody(), _somebody()
    mixed.xy[:] = mixed.xy[::-1]
    settings = StillSettings(confidence=0, tiling=Tiling())
    rgb = np.zeros((400, 300, 3), np.uint8)
    assert len(find_people(rgb, settings, _Sees(person, mixed), beat=lambda: None)) == 1


def test_whom_the_model_is_not_sure_of_is_left_out():
    shown = scene(0, [(RED, 160, 200, 120)])
    assert len(_looked(shown.rgb, confidence=0.9)) == 1
    assert _looked(shown.rgb, confidence=0.95) == []


@pytest.mark.parametrize("at", range(90, 560, 47))
def test_somebody_on_the_seam_of_two_tiles_is_one_person(at):
    shown = scene(0, [(RED, at, 300, 90)], size=(640, 480))
    (found,) = _looked(shown.rgb, TILES)
    assert found.high_px[1] == pytest.approx(300, abs=6)


def test_tiles_find_everybody_once():
    boxes = [(RED, 70, 150, 90), (GREEN, 330, 260, 100), (BLUE, 560, 440, 110), (RED, 250, 470, 90)]
    found = _looked(scene(0, boxes, size=(640, 480)).rgb, TILES)
    assert sorted(round(float(one.xy_px[:, 0].mean()), -1) for one in found) == [70, 250, 330, 560]


def test_somebody_as_large_as_the_picture_is_not_found_in_parts():
    shown = scene(0, [(RED, 320, 470, 450)], size=(640, 480))
    assert len(_looked(shown.rgb, TILES)) == 1


@pytest.mark.parametrize(
    "size", [(8192, 8192), (8192, 64), (64, 8192), (4032, 3024), (257, 256), (255, 255)]
)
@pytest.mark.parametrize("overlap", [0.0, 0.2, 0.5])
def test_tiles_cover_the_picture_and_are_not_too_many(size, overlap):
    all_places = list(places(np.array(size), Tiling(tile_px=256, overlap=overlap)))
    assert all_places[0] == WHOLE
    tiles = all_places[1:]
    assert len(tiles) <= MOST_TILES
    assert (len(tiles) > 0) == (max(size) > 256)
    for x in np.linspace(0.001, 0.999, 23):
        for y in np.linspace(0.001, 0.999, 23) if tiles else []:
            assert any(
                tile.x <= x <= tile.x + tile.width and tile.y <= y <= tile.y + tile.height
                for tile in tiles
            )


def _somebody(**hidden):
    visibility = np.full(len(LANDMARKS), 0.9)
    for name, seen in hidden.items():
        visibility[INDEX[name]] = seen
    body = squatting_body(0.0)
    return Person(xy=body[:, :2] * 0.5 + [0.5, 0.9], visibility=visibility, world_m=body)


class _Sees:
    def __init__(self, *people):
        self._people = list(people)

    def find(self, picture):
        del picture
        return self._people


def _described(person):
    rgb = np.zeros((400, 300, 3), np.uint8)
    (found,) = find_people(rgb, StillSettings(confidence=0), _Sees(person), beat=lambda: None)
    return described(found)


def test_landmarks_are_pixels_of_the_whole_picture():
    told = _described(_somebody())
    nose = _somebody().xy[INDEX["nose"]] * [300, 400]
    assert (told.landmarks["nose"].x_px, told.landmarks["nose"].y_px) == pytest.approx(
        nose.tolist(), abs=0.05
    )
    assert list(told.landmarks) == list(LANDMARKS)


def test_a_straight_leg_has_180_degrees():
    told = _described(_somebody())
    assert told.angles_deg["left_knee"].value == pytest.approx(180, abs=0.1)
    assert set(told.angles_deg) == {
        f"{side}_{joint}"
        for side in ("left", "right")
        for joint in ("elbow", "shoulder", "hip", "knee")
    }


def test_an_angle_that_cannot_be_seen_is_missing_with_its_reason():
    told = _described(_somebody(left_ankle=0.3))
    assert (told.angles_deg["left_knee"].value, told.angles_deg["left_knee"].reason) == (
        None,
        Reason.LANDMARKS_HIDDEN,
    )
    assert told.angles_deg["left_hip"].value is not None


def test_the_box_stays_in_the_picture():
    person = _somebody()
    person.xy[:, 1] += 0.3
    box = _described(person).box
    assert box.y_px + box.height_px <= 400
    person.xy[:, 1] += 5
    assert _described(person).box.height_px == 0


def test_the_real_model_finds_the_athlete_of_the_sample(
    inputs, tmp_path, sample_video, pose_model_path
):
    with av.open(str(sample_video)) as film:
        frame = next(film.decode(video=0)).to_ndarray(format="rgb24")
    content = cv2.imencode(".jpg", cv2.cvtColor(frame, cv2.COLOR_RGB2BGR))[1].tobytes()
    engine = MediapipeEngine(pose_model_path)
    settings = StillSettings(tiling=Tiling())
    results = analyse_stills(inputs(content), settings, tmp_path, engine=engine)
    (one,) = results.pictures
    assert one.height is not None
    assert one.width is not None
    assert (one.height, one.width) == frame.shape[:2]
    athlete = one.people[0]
    assert athlete.confidence > 0.8
    assert 0.2 * one.height < athlete.box.height_px < 0.9 * one.height
    assert athlete.angles_deg["right_knee"].value == pytest.approx(180, abs=70)
    assert one.annotated is not None
    drawn = cv2.imread(str(tmp_path / one.annotated.name))
    sent = cv2.imdecode(np.frombuffer(content, np.uint8), 1)
    assert drawn is not None
    assert sent is not None
    height, width, _ = drawn.shape
    plain = cv2.resize(sent, (width, height))
    changed = (cv2.absdiff(drawn, plain).max(axis=2) > 60).nonzero()
    scale = width / one.width
    assert athlete.box.x_px * scale < np.median(changed[1])
    assert np.median(changed[1]) < (athlete.box.x_px + athlete.box.width_px) * scale
