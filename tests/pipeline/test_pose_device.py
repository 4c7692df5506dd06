import pytest

from shared.errors import ModelUnavailable
from worker_service.analyst.engines import build_engine
from worker_service.pipeline.pose.device import Device, DeviceWish, GpuFails, settle
from worker_service.pipeline.pose.mediapipe_engine import MediapipeEngine


def works():
    """A GPU that works."""


def fails():
    raise GpuFails("no EGL display")


@pytest.mark.parametrize(
    ("wish", "gpu", "settled"),
    [
        (DeviceWish.AUTO, works, Device.GPU),
        (DeviceWish.GPU, works, Device.GPU),
        (DeviceWish.CPU, works, Device.CPU),
        (DeviceWish.CPU, fails, Device.CPU),
    ],
)
def test_the_wish_is_met_without_a_word(wish, gpu, settled):
    reasons: list[str] = []

    assert settle(wish, try_gpu=gpu, on_fallback=reasons.append) is settled
    assert reasons == []


def test_auto_falls_back_and_says_why():
    reasons: list[str] = []

    assert settle(DeviceWish.AUTO, try_gpu=fails, on_fallback=reasons.append) is Device.CPU
    assert reasons == ["no EGL display"]


def test_a_gpu_that_is_demanded_and_does_not_work_is_an_error():
    with pytest.raises(ModelUnavailable, match=r"POSE_DEVICE=gpu.*no EGL display"):
        settle(DeviceWish.GPU, try_gpu=fails, on_fallback=lambda _: None)


def runs_on_a_gpu(model_path):
    return MediapipeEngine(model_path, DeviceWish.AUTO).device is Device.GPU


def test_without_a_gpu_the_real_model_runs_on_the_cpu_and_says_so_once(pose_model_path):
    if runs_on_a_gpu(pose_model_path):
        pytest.skip("this machine has a GPU that works")
    reasons: list[str] = []
    engine = MediapipeEngine(pose_model_path, DeviceWish.AUTO, on_fallback=reasons.append)

    for _ in range(2):
        with engine.tracking(1):
            pass

    assert engine.device == "cpu"
    [reason] = reasons
    assert reason


def test_a_worker_that_demands_a_gpu_does_not_start_without_one(pose_model_path):
    if runs_on_a_gpu(pose_model_path):
        pytest.skip("this machine has a GPU that works")

    with pytest.raises(ModelUnavailable, match="does not run on a GPU"):
        build_engine("mediapipe", pose_model_path, DeviceWish.GPU)


def test_nothing_is_tried_before_the_first_video(tmp_path):
    assert build_engine("mediapipe", tmp_path / "missing.task", DeviceWish.AUTO).name == "mediapipe"
