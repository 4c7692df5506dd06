"""MediaPipe's pose landmarker behind our own protocol.

MediaPipe takes half a second to import, so only a landmarker that is really made pays for it.
Its native code writes a few lines to stderr for each one, which no setting of its own prevents.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from shared.errors import ModelUnavailable
from shared.results import Model
from worker_service.pipeline.engine import Landmarker, Person, Picture
from worker_service.pipeline.pose.device import Device, DeviceWish, GpuFails, settle
from worker_service.pipeline.pose.memory import share_one_pool
from worker_service.pipeline.pose.model_files import PinnedModel, verify

if TYPE_CHECKING:
    from mediapipe import Image
    from mediapipe.tasks.python.vision import PoseLandmarker, PoseLandmarkerResult

MS_PER_S = 1000

LONGEST_REASON = 300
"""Characters of MediaPipe's own words, which go on with a stack of C++ calls."""


class MediapipeEngine:
    """Makes MediaPipe landmarkers from one model file, verified on first use."""

    name = "mediapipe"

    def __init__(
        self,
        model_path: Path,
        wish: DeviceWish = DeviceWish.CPU,
        *,
        on_fallback: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Prepare to run on the device asked for; it is tried once, at the first landmarker.

        `on_fallback` is told why where the wish is `auto` and no GPU works.
        """
        self._path = model_path
        self._wish = wish
        self._on_fallback = on_fallback
        share_one_pool()  # before MediaPipe's threads have pools of their own

    @cached_property
    def device(self) -> Device:
        """What it really runs on.

        Raises:
            ModelUnavailable: a GPU is demanded and does not work, or the model file is no good.
        """
        return settle(self._wish, try_gpu=self._try_gpu, on_fallback=self._on_fallback)

    @property
    def model(self) -> Model:
        """What the model file is, by content.

        Raises:
            ModelUnavailable: the file is missing or not a model we know.
        """
        return self._verified.identity()

    @contextmanager
    def tracking(self, max_people: int) -> Iterator[Landmarker]:
        """Open a landmarker that follows people from picture to picture.

        With one person MediaPipe looks only where that person was and smooths a little; with
        more it searches the whole picture every time and smooths nothing.

        Raises:
            ModelUnavailable: the model file is missing, damaged or does not load.
        """
        with self._landmarker("VIDEO", max_people) as landmarker:
            yield _Tracking(landmarker)

    @contextmanager
    def scanning(self, max_people: int) -> Iterator[Landmarker]:
        """Open a landmarker that looks at each picture afresh.

        Raises:
            ModelUnavailable: the model file is missing, damaged or does not load.
        """
        with self._landmarker("IMAGE", max_people) as landmarker:
            yield _Scanning(landmarker)

    @cached_property
    def _verified(self) -> PinnedModel:
        return verify(self._path)

    @contextmanager
    def _landmarker(self, mode: str, max_people: int) -> Iterator["PoseLandmarker"]:
        _ = self._verified
        try:
            landmarker = self._opened(self.device, mode, max_people)
        except (RuntimeError, ValueError, OSError) as error:
            raise ModelUnavailable from error
        with landmarker:
            yield landmarker

    def _try_gpu(self) -> None:
        """Look at one picture on the GPU: some drivers fail only then."""
        _ = self._verified
        black = np.zeros((256, 256, 3), np.uint8)
        try:
            with self._opened(Device.GPU, "VIDEO", 1) as landmarker:
                _Tracking(landmarker).find(Picture(frame=0, t_s=0.0, rgb=black))
        except (RuntimeError, ValueError, OSError) as error:
            raise GpuFails(str(error)[:LONGEST_REASON]) from error

    def _opened(self, device: Device, mode: str, max_people: int) -> "PoseLandmarker":
        from mediapipe.tasks.python import BaseOptions, vision  # noqa: PLC0415 - half a second

        options = vision.PoseLandmarkerOptions(
            base_options=BaseOptions(
                model_asset_path=str(self._path), delegate=BaseOptions.Delegate[device.name]
            ),
            running_mode=vision.RunningMode[mode],
            num_poses=max_people,
        )
        return vision.PoseLandmarker.create_from_options(options)


class _Tracking:
    def __init__(self, landmarker: "PoseLandmarker") -> None:
        self._landmarker = landmarker
        self._last_ms = -1

    def find(self, picture: Picture) -> list[Person]:
        self._last_ms = max(self._last_ms + 1, round(picture.t_s * MS_PER_S))
        return _people(self._landmarker.detect_for_video(_image(picture), self._last_ms))


class _Scanning:
    def __init__(self, landmarker: "PoseLandmarker") -> None:
        self._landmarker = landmarker

    def find(self, picture: Picture) -> list[Person]:
        return _people(self._landmarker.detect(_image(picture)))


def _image(picture: Picture) -> "Image":
    from mediapipe import Image, ImageFormat  # noqa: PLC0415 - half a second

    return Image(image_format=ImageFormat.SRGB, data=picture.rgb)


def _people(result: "PoseLandmarkerResult") -> list[Person]:
    return [
        Person(
            xy=np.array([(point.x, point.y) for point in body]),
            visibility=np.array([point.visibility for point in body]),
            world_m=np.array([(point.x, point.y, point.z) for point in world]),
        )
        for body, world in zip(result.pose_landmarks, result.pose_world_landmarks, strict=True)
    ]
