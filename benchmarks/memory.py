"""Peak memory of an analyst and its worker: a long clip must not cost more than a short one."""

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
import json, os, pathlib, sys, tempfile
import worker_service.__main__
from shared.files import RESULTS_NAME
from shared.jobs import JobKind
from shared.results import Results
from worker_service.analyst.orders import Order
from worker_service.analyst.process import AnalystProcess

def peak_mib(pid):  # ru_maxrss would begin with the parent's peak
    status = dict(line.split(":", 1) for line in open(f"/proc/{pid}/status"))
    return int(status["VmHWM"].split()[0]) / 1024

environment = {**os.environ, "POSE_MODEL_PATH": sys.argv[2], "POSE_DEVICE": "cpu"}
analyst = AnalystProcess(stall_limit_s=120, memory_limit_mib=6144, environment=environment)
with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    order = Order(
        kind=JobKind.VIDEO, inputs={"source": pathlib.Path(sys.argv[1])}, folder=folder,
        settings={},
        worker="bench", attempt=1, context={},
    )
    analyst.analyse(order, on_progress=lambda step: None, check=lambda: None)
    results = Results.model_validate_json((folder / RESULTS_NAME).read_bytes())
print(json.dumps({
    "mib": peak_mib(analyst.pid),
    "worker_mib": peak_mib("self"),
    "timings_s": results.provenance.timings_s,
}))
analyst.close()
"""

WORKER_BUDGET_MIB = 200
"""Beside the analysis a worker only carries files and messages."""


def run() -> list[Figure]:
    """Peak resident memory of a five-minute clip beside a ten-second one; the steps' shares."""
    short, long = (_measure(seconds) for seconds in (SHORT_S, LONG_S))
    timings = long["timings_s"]
    after_pose = sum(timings.values()) - timings["pose"]
    return [
        Figure(
            f"analyst's peak memory, {LONG_S} s clip beside {SHORT_S} s",
            long["mib"],
            "MiB",
            short["mib"],
            f"±{TOLERANCE:.0%}",
            lambda figure: abs((figure.ratio or 0) - 1) <= TOLERANCE,
        ),
        Figure(
            "its worker's peak memory meanwhile",
            long["worker_mib"],
            "MiB",
            short["worker_mib"],
            f"< {WORKER_BUDGET_MIB} MiB",
            lambda figure: figure.value < WORKER_BUDGET_MIB,
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
    worker_mib: float
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
