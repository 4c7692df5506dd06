"""Peak memory of a worker: a long clip must not cost more than a short one."""

import json
import subprocess
import sys
from pathlib import Path
from typing import TypedDict

from benchmarks.clips import one_athlete
from benchmarks.figure import Figure
from local.downloads import pose_model
from local.sample import sample_video

SHORT_S, LONG_S = 10, 300
TOLERANCE = 0.15

PROGRAM = """
import json, pathlib, sys, tempfile
import worker_service.__main__
from shared.analysis import AnalysisSettings
from worker_service.pipeline.analyse import analyse
from worker_service.pipeline.pose.mediapipe_engine import MediapipeEngine
engine = MediapipeEngine(pathlib.Path(sys.argv[2]))
with tempfile.TemporaryDirectory() as folder:
    done = analyse(pathlib.Path(sys.argv[1]), AnalysisSettings(), engine=engine)
    results = done.save(pathlib.Path(folder))
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
peak_kib = int(status["VmHWM"].split()[0])  # ru_maxrss would begin with the parent's peak
print(json.dumps({"mib": peak_kib / 1024, "timings_s": results.provenance.timings_s}))
"""


def run() -> list[Figure]:
    """Peak resident memory of a five-minute clip beside a ten-second one; the steps' shares."""
    short, long = (_measure(seconds) for seconds in (SHORT_S, LONG_S))
    timings = long["timings_s"]
    after_pose = sum(timings.values()) - timings["pose"]
    return [
        Figure(
            f"worker's peak memory, {LONG_S} s clip beside {SHORT_S} s",
            long["mib"],
            "MiB",
            short["mib"],
            f"±{TOLERANCE:.0%}",
            lambda figure: abs((figure.ratio or 0) - 1) <= TOLERANCE,
        ),
        Figure(
            "metrics, findings and report beside the whole",
            after_pose,
            "s",
            sum(timings.values()),
            "< 0.05",
            lambda figure: (figure.ratio or 1) < 0.05,  # noqa: PLR2004 - stands beside it
        ),
    ]


class Measured(TypedDict):
    """What the measuring program prints."""

    mib: float
    timings_s: dict[str, float]


def _measure(seconds: int) -> Measured:
    video = one_athlete(sample_video(), width=960, height=540, seconds=seconds)
    answer = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", PROGRAM, str(video), str(pose_model())],
        check=True,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parent.parent,
    )
    measured: Measured = json.loads(answer.stdout.splitlines()[-1])
    return measured
