"""Which device the pose model runs on: the wish, one try, and what came of it."""

from collections.abc import Callable
from enum import StrEnum

from shared.errors import ModelUnavailable


class Device(StrEnum):
    """What a landmarker really runs on."""

    CPU = "cpu"
    GPU = "gpu"


class DeviceWish(StrEnum):
    """What somebody asks for; `auto` is the GPU where it works, else the CPU."""

    AUTO = "auto"
    CPU = "cpu"
    GPU = "gpu"


class GpuFails(Exception):
    """The model does not run on a GPU here; the text says why, for a log. Never leaves `pose`."""


def settle(
    wish: DeviceWish, *, try_gpu: Callable[[], None], on_fallback: Callable[[str], None]
) -> Device:
    """Return the device to use; `try_gpu` raises `GpuFails` where there is none that works.

    Falling back from `auto` calls `on_fallback` with the reason.

    Raises:
        ModelUnavailable: a GPU is demanded and does not work.
    """
    if wish is DeviceWish.CPU:
        return Device.CPU
    try:
        try_gpu()
    except GpuFails as error:
        if wish is DeviceWish.GPU:
            message = f"POSE_DEVICE=gpu, but the pose model does not run on a GPU here: {error}"
            raise ModelUnavailable(message) from error
        on_fallback(str(error))
        return Device.CPU
    return Device.GPU
