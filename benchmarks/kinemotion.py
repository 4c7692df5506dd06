"""A published peer's pose tracking on our clip: its own model (lite), its own process.

Its dependencies clash with ours, so it lives in a virtual environment of its own.
"""

import json
import subprocess
import sys
import venv
from pathlib import Path
from typing import TypedDict

from benchmarks.figure import Figure

REQUIREMENT = "kinemotion==0.82.0"
FOLDER = Path("build/bench/kinemotion")
READY = FOLDER / "ready"
INSTALL_S, RUN_S = 240, 240

PROGRAM = """
import json, resource, sys, time
from kinemotion.core.pipeline_utils import process_all_frames
from kinemotion.core.pose import MediaPipePoseTracker
from kinemotion.core.video_io import VideoProcessor
started = time.perf_counter()
video, tracker = VideoProcessor(sys.argv[1]), MediaPipePoseTracker(model_type="lite")
frames = len(process_all_frames(video, tracker, verbose=False)[1])
rate = frames / (time.perf_counter() - started)
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(json.dumps({"frames_per_s": rate, "mib": int(status["VmHWM"].split()[0]) / 1024}))
"""


class Measured(TypedDict):
    """What the measuring program prints."""

    frames_per_s: float
    mib: float


def run(video: Path) -> list[Figure]:
    """Frames a second and peak memory; one row that says so where it cannot be had."""
    try:
        measured = _measure(video)
    except (OSError, subprocess.SubprocessError) as error:
        return [
            Figure(f"{REQUIREMENT}: not to be had here ({type(error).__name__})", 0, "frames/s")
        ]
    return [
        Figure(f"{REQUIREMENT}, lite model, same clip", measured["frames_per_s"], "frames/s"),
        Figure(f"{REQUIREMENT}, peak memory, {video.stem}", measured["mib"], "MiB"),
    ]


def _measure(video: Path) -> Measured:
    python = str(FOLDER / "bin" / "python")
    if not READY.exists():
        venv.create(FOLDER, clear=True, with_pip=True)
        install = [python, "-m", "pip", "install", "--quiet", REQUIREMENT]
        subprocess.run(install, check=True, timeout=INSTALL_S, stdout=sys.stderr)  # noqa: S603
        READY.touch()
    answer = subprocess.run(  # noqa: S603 - our own program
        [python, "-c", PROGRAM, str(video)],
        check=True,
        timeout=RUN_S,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    measured: Measured = json.loads(answer.stdout.splitlines()[-1])
    return measured
