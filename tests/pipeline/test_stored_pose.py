"""The pose step's outcome on disk: exactly what it was."""

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from shared.analysis import AnalysisSettings
from shared.errors import ProcessingFailed
from shared.results import Model, Movement, Stretch
from tests.athletes.analysed import summary_of
from tests.athletes.standing import standing
from worker_service.pipeline import stored_pose
from worker_service.pipeline.pose.estimate import PoseOutcome
from worker_service.pipeline.pose.footage import Footage
from worker_service.pipeline.stored_pose import SeenBy, StoredPose, read_pose, write_pose
from worker_service.pipeline.track import LANDMARKS, PoseTrack

any_float = st.floats(width=64)
moments = st.lists(st.floats(0, 600), max_size=3).map(tuple)


@st.composite
def tracks(draw):
    n = draw(st.integers(1, 5))
    shape = (n, len(LANDMARKS))
    return PoseTrack(
        t_s=draw(arrays(np.float64, n, elements=st.floats(0, 600))),
        frame=draw(arrays(np.int64, n, elements=st.integers(0, 2**40))),
        xy_px=draw(arrays(np.float64, (*shape, 2), elements=any_float)),
        visibility=draw(arrays(np.float64, shape, elements=st.floats(0, 1))),
        world_m=draw(arrays(np.float64, (*shape, 3), elements=any_float)),
        origin=draw(arrays(np.uint8, shape, elements=st.integers(0, 2))),
        width_px=draw(st.integers(1, 8000)),
        height_px=draw(st.integers(1, 8000)),
        slow_motion_factor=draw(st.floats(1, 64)),
        clock_changes_s=draw(moments),
        breaks_s=draw(moments),
    )


@st.composite
def footages(draw):
    n = draw(st.integers(0, 4))
    return footage_of(
        *(draw(arrays(np.float64, n, elements=any_float)) for _ in range(5)), cuts_s=draw(moments)
    )


def footage_of(t_s, dark, white, blur, camera_speed, *, cuts_s=()):
    return Footage(t_s, dark, white, blur, camera_speed, cuts_s)


def a_stored_pose(track, footage=None, model=None):
    empty = np.zeros(0)
    summary = summary_of(standing().filmed(rate_hz=5)).model_copy(
        update={"full_rate": [Stretch(start_s=0.1, end_s=1 / 3)]}
    )
    return StoredPose(
        pose=PoseOutcome(track, summary, footage or footage_of(*[empty] * 5)),
        settings=AnalysisSettings(movement=Movement.RUNNING, slow_motion_factor=8),
        seen_by=SeenBy("mediapipe", "gpu", model),
    )


def assert_same(one, other):
    for field in fields(one):
        a, b = getattr(one, field.name), getattr(other, field.name)
        if isinstance(a, np.ndarray):
            assert a.dtype == b.dtype, field.name
            assert a.tobytes() == b.tobytes(), field.name
        else:
            assert a == b, field.name
            assert type(a) is type(b), field.name


@settings(max_examples=30, deadline=None)
@given(tracks(), footages(), st.sampled_from([None, Model(name="full.task", sha256="4eaa")]))
def test_what_was_written_is_read_bit_for_bit(tmp_path_factory, track, footage, model):
    path = tmp_path_factory.mktemp("pose") / "pose.npz"
    stored = a_stored_pose(track, footage, model)
    write_pose(stored, path)
    read = read_pose(path)
    assert_same(read.pose.track, track)
    assert_same(read.pose.footage, footage)
    assert read.pose.summary == stored.pose.summary
    assert (read.settings, read.seen_by) == (stored.settings, stored.seen_by)


def test_the_same_pose_gives_the_same_bytes(tmp_path):
    stored = a_stored_pose(standing().filmed(rate_hz=5))
    for name in ("a.npz", "b.npz"):
        write_pose(stored, tmp_path / name)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


@pytest.fixture
def written(tmp_path):
    path = tmp_path / "pose.npz"
    write_pose(a_stored_pose(standing().filmed(rate_hz=5)), path)
    return path


def _flipped(content):
    middle = len(content) // 2
    return content[:middle] + bytes(255 - byte for byte in content[middle : middle + 64])


@pytest.mark.parametrize(
    "broken",
    [
        lambda content: b"",
        lambda content: b"no such file",
        lambda content: content[: len(content) // 2],
        lambda content: _flipped(content) + content[len(content) // 2 + 64 :],
    ],
    ids=["empty", "something else", "cut off", "damaged"],
)
def test_a_file_that_is_none_is_refused(written, broken):
    written.write_bytes(broken(written.read_bytes()))
    with pytest.raises(ProcessingFailed, match="the stored pose cannot be read"):
        read_pose(written)


def test_a_file_of_a_later_version_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "pose.npz"
    monkeypatch.setattr(stored_pose, "VERSION", 2)
    write_pose(a_stored_pose(standing().filmed(rate_hz=5)), path)
    monkeypatch.undo()
    with pytest.raises(ProcessingFailed):
        read_pose(path)


def test_nothing_in_the_file_is_run(tmp_path):
    path = tmp_path / "pose.npz"
    np.savez(path, rest=np.array([object()], dtype=object), allow_pickle=True)
    with pytest.raises(ProcessingFailed):
        read_pose(path)
