"""Broken and malicious files through the real analysis: each fails alone.

`make soak` looks at 2,000; `HOSTILE_FILES=20000 HOSTILE_SEED=7` at more, and at others.
"""

import os
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from shared.errors import JobError, PermanentJobError, ProcessingFailed
from shared.files import RESULTS_NAME
from shared.jobs import JobKind
from shared.results import Results
from tests.hostile.bombs import BOMBS
from tests.hostile.mutators import broken
from tests.hostile.seeds import seeds
from tests.rig.processes import memory_mib
from worker_service.analyst.orders import Order
from worker_service.analyst.process import AnalystProcess

SETTLED_AFTER = 300
"""So many files until the process has grown as large as it should ever be."""

FILES = max(SETTLED_AFTER, int(os.environ.get("HOSTILE_FILES", "300")))
SEED = int(os.environ.get("HOSTILE_SEED", "1"))

STALL_LIMIT_S = 10
SOUND = "h264.mp4"

Verdict = JobError | None
Judge = Callable[[bytes], Verdict]


@pytest.fixture(scope="module")
def analyst() -> Iterator[AnalystProcess]:
    made = AnalystProcess(
        stall_limit_s=STALL_LIMIT_S,
        memory_limit_mib=1500,
        environment={**os.environ, "POSE_ENGINE": "synthetic", "POSE_DEVICE": "cpu"},
        most_analyses=10 * FILES,
    )
    yield made
    made.close()


@pytest.fixture
def judge(analyst, tmp_path) -> Judge:
    """Analyse a file; the answer is its error, or None where its results are good."""
    video, folder = tmp_path / "source", tmp_path / "results"

    def analyse(content: bytes) -> Verdict:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        video.write_bytes(content)
        order = Order(
            kind=JobKind.VIDEO,
            inputs={"source": video},
            folder=folder,
            settings={},
            worker="w1",
            attempt=1,
            context={},
        )
        try:
            analyst.analyse(order, on_progress=lambda _: None, check=lambda: None)
        except JobError as error:
            return error
        Results.model_validate_json((folder / RESULTS_NAME).read_bytes())
        return None

    return analyse


@pytest.fixture(scope="module")
def sound(tmp_path_factory) -> dict[str, bytes]:
    return seeds(tmp_path_factory.mktemp("seeds"))


@pytest.mark.timeout(300 + FILES // 2)
def test_every_broken_file_is_analysed_or_refused(analyst, judge, sound, tmp_path):
    assert judge(sound[SOUND]) is None
    pid, settled_mib = analyst.pid, 0.0
    verdicts: Counter[str] = Counter()
    for number, content in enumerate(broken(list(sound.values()), FILES, seed=SEED)):
        verdict = judge(content)
        verdicts[verdict.code if verdict else "analysed"] += 1
        if isinstance(verdict, ProcessingFailed):
            (tmp_path / f"broke_{number}").write_bytes(content)
            pytest.fail(f"{verdict}: {tmp_path / f'broke_{number}'}")
        if number == SETTLED_AFTER - 1:
            settled_mib = memory_mib(analyst.pid)

    assert analyst.pid == pid
    assert verdicts["analysed"] > FILES / 20
    assert memory_mib(analyst.pid) < 1.15 * settled_mib
    assert judge(sound[SOUND]) is None


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_told_quickly_and_by_what_it_is(analyst, judge, sound, tmp_path, bomb):
    assert judge(sound[SOUND]) is None
    pid, content = analyst.pid, bomb(tmp_path)

    began = time.monotonic()
    verdict = judge(content)

    assert verdict is None or isinstance(verdict, PermanentJobError)
    assert time.monotonic() - began < STALL_LIMIT_S
    assert analyst.pid == pid
    assert memory_mib(analyst.pid) < 400
