"""A real analyst process, and analysts that crash, hang, grow and talk nonsense."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from shared.errors import DiskFull, NoPersonFound, ProcessingFailed, VideoUnreadable
from shared.files import FRAMES_NAME, RESULTS_NAME
from shared.jobs import JobKind
from shared.results import Results
from tests.files.clips import make_clip
from tests.rig.processes import is_running
from tests.rig.waiting import wait_for
from worker_service.analyst.orders import Order
from worker_service.analyst.process import AnalystProcess
from worker_service.pipeline.steps import STEPS, StepProgress

BREAKING = (sys.executable, "-m", "tests.hostile.breaking_analyst")
ROOT = Path(__file__).parent.parent.parent
STALL_LIMIT_S = 5
SYNTHETIC = {"POSE_ENGINE": "synthetic", "LOG_LEVEL": "WARNING"}


class Cancelled(Exception):
    """What a worker's check may raise."""


@pytest.fixture(scope="module")
def clip(tmp_path_factory) -> Path:
    return make_clip(tmp_path_factory.mktemp("clips") / "good.mp4", frames=20)


@pytest.fixture
def start() -> Iterator[Callable[..., AnalystProcess]]:
    """Make analysts; all are closed at the end."""
    made: list[AnalystProcess] = []

    def make(*, variables=None, **arguments) -> AnalystProcess:
        environment = {**os.environ, **SYNTHETIC, **(variables or {})}
        limits = {"stall_limit_s": 60.0, "memory_limit_mib": 3000}
        made.append(AnalystProcess(environment=environment, **{**limits, **arguments}))
        return made[-1]

    yield make
    for analyst in made:
        analyst.close()


@pytest.fixture(scope="module")
def sound() -> Iterator[AnalystProcess]:
    """The product's analyst, for tests that do it no harm."""
    analyst = AnalystProcess(
        stall_limit_s=60, memory_limit_mib=3000, environment={**os.environ, **SYNTHETIC}
    )
    yield analyst
    analyst.close()


@pytest.fixture(scope="module")
def breaking() -> Iterator[AnalystProcess]:
    """One that breaks, on the CPU, and is used again each time."""
    analyst = AnalystProcess(
        stall_limit_s=60,
        memory_limit_mib=800,  # half of it, and an idle process would be replaced
        environment={**os.environ, **SYNTHETIC, "POSE_DEVICE": "cpu"},
        program=BREAKING,
    )
    yield analyst
    analyst.close()


@pytest.fixture
def order(clip, tmp_path) -> Callable[..., Order]:
    """Make an order for the clip under some name."""

    def make(name="good", attempt=1, content=None) -> Order:
        video = tmp_path / f"{name}.mp4"
        if content is None:
            shutil.copy(clip, video)
        else:
            video.write_bytes(content)
        folder = tmp_path / f"out_{name}_{attempt}"
        folder.mkdir(exist_ok=True)
        return Order(
            kind=JobKind.VIDEO,
            inputs={"source": video},
            folder=folder,
            settings={},
            worker="w1",
            attempt=attempt,
            context={"job_id": "job-7"},
        )

    return make


def analyse(analyst, order, *, check=lambda: None):
    steps: list[StepProgress] = []
    analyst.analyse(order, on_progress=steps.append, check=check)
    return steps


@contextmanager
def patience_of(analyst: AnalystProcess, stall_s: float) -> Iterator[None]:
    """Shorten the patience with one that has started: on a busy machine starting takes long."""
    before = analyst._limits
    analyst._limits = replace(before, stall_s=stall_s)
    yield
    analyst._limits = before


def results_of(order: Order) -> Results:
    assert (order.folder / FRAMES_NAME).stat().st_size > 0
    return Results.model_validate_json((order.folder / RESULTS_NAME).read_bytes())


def test_one_process_analyses_many_videos(sound, order):
    steps = analyse(sound, order(attempt=1))
    pid = sound.pid
    analyse(sound, order(attempt=2))

    assert sound.pid == pid
    assert sound.device == "cpu"
    assert [step.step for step in steps if step.seconds is not None] == list(STEPS)
    provenance = results_of(order(attempt=2)).provenance
    assert (provenance.worker, provenance.attempt) == ("w1", 2)


def test_a_worker_with_an_analyst_stays_light():
    program = (
        "import sys, worker_service.analyst.process as _;"
        "print([m for m in ('numpy', 'cv2', 'av', 'scipy', 'mediapipe') if m in sys.modules])"
    )

    out = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, check=True)

    assert out.stdout.strip() == b"[]"


def test_it_starts_before_the_first_video_and_after_it_was_closed(start, order):
    analyst = start()
    analyst.start()
    pid = analyst.pid

    analyst.start()
    analyse(analyst, order(attempt=1))
    assert analyst.pid == pid

    analyst.close()
    assert not is_running(pid)
    analyse(analyst, order(attempt=2))
    assert analyst.pid != pid


def test_a_process_that_served_long_enough_is_replaced(start, order):
    analyst = start(most_analyses=2)
    pids = []
    for attempt in (1, 2, 3):
        analyse(analyst, order(attempt=attempt))
        pids.append(analyst.pid)

    assert pids[0] == pids[1] != pids[2]
    assert not is_running(pids[0])


def test_a_process_that_grew_is_replaced_between_two_videos(start, order):
    analyst = start(memory_limit_mib=256)
    analyse(analyst, order(attempt=1))
    pid = analyst.pid

    analyst.start()

    assert analyst.pid != pid


def test_a_process_that_ended_by_itself_is_replaced(start, order):
    analyst = start()
    analyse(analyst, order(attempt=1))
    os.kill(analyst.pid, signal.SIGKILL)
    wait_for(lambda: not analyst._keeper._child.is_alive, "the analyst to end")

    analyse(analyst, order(attempt=2))


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("segv", "Processing failed: the analysis process ended with SIGSEGV"),
        ("exit", "Processing failed: the analysis process ended with exit code 3"),
        ("hang", "Processing failed: no progress for 5 s"),
        ("sleep", "Processing failed: no progress for 5 s"),
        ("balloon", "Processing failed: the analysis took more than 800 MiB of memory"),
        ("break", "Processing failed: RuntimeError"),
    ],
)
def test_a_video_that_breaks_the_analysis_breaks_nothing_else(breaking, order, name, sentence):
    analyse(breaking, order(attempt=1))
    pid = breaking.pid

    with patience_of(breaking, STALL_LIMIT_S), pytest.raises(ProcessingFailed) as caught:
        analyse(breaking, order(name))

    assert str(caught.value) == sentence
    assert is_running(pid) == (name == "break")
    analyse(breaking, order(attempt=2))
    results_of(order(attempt=2))


def test_an_error_comes_out_as_it_was(breaking, order):
    with pytest.raises(NoPersonFound) as caught:
        analyse(breaking, order("refuse"))

    assert str(caught.value) == NoPersonFound.sentence
    pid = breaking.pid
    with pytest.raises(VideoUnreadable):
        analyse(breaking, order("text", content=b"no video at all" * 99))
    assert breaking.pid == pid


def test_a_full_disk_is_said_to_be_one(sound, order):
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    full = order()
    (full.folder / FRAMES_NAME).symlink_to("/dev/full")

    with pytest.raises(DiskFull):
        analyse(sound, full)


def test_what_libraries_print_does_not_get_onto_the_wire(breaking, order):
    analyse(breaking, order("chatter"))

    results_of(order("chatter"))


def test_nonsense_on_the_wire_ends_the_process(start, order):
    babbling = "import os, sys, time; os.write(int(sys.argv[1]), b'so what\\n'); time.sleep(99)"
    analyst = start(program=(sys.executable, "-c", babbling))

    with pytest.raises(ProcessingFailed, match="made no sense"):
        analyse(analyst, order())


def test_a_line_without_an_end_ends_the_process(start, order):
    endless = "import os, sys\nwhile True: os.write(int(sys.argv[1]), b'x' * 4096)"
    analyst = start(program=(sys.executable, "-c", endless))

    with pytest.raises(ProcessingFailed, match="made no sense"):
        analyse(analyst, order())


def test_a_program_that_is_not_there_is_a_failed_attempt(start, order):
    analyst = start(program=("/no/such/program",))
    analyst.start()

    with pytest.raises(ProcessingFailed, match="does not start"):
        analyse(analyst, order())


@pytest.mark.parametrize("name", ["sleep", "hang"])
def test_a_cancelled_analysis_ends_within_a_second(breaking, order, name):
    analyse(breaking, order())
    pid, cancel_at = breaking.pid, time.monotonic() + 0.5

    def check():
        if time.monotonic() > cancel_at:
            raise Cancelled

    with pytest.raises(Cancelled):
        analyse(breaking, order(name), check=check)

    assert time.monotonic() - cancel_at < 1
    assert not is_running(pid)


def test_what_the_progress_callback_raises_ends_the_analysis(start, order):
    analyst = start()
    analyst.start()
    pid = analyst.pid

    def refuse(_):
        raise Cancelled

    with pytest.raises(Cancelled):
        analyst.analyse(order(), on_progress=refuse, check=lambda: None)

    assert not is_running(pid)


def test_a_slow_listener_is_no_hang(start, order):
    analyst = start()
    analyse(analyst, order(attempt=1))
    waits_s = [STALL_LIMIT_S + 0.5]

    def listen(_):
        time.sleep(waits_s.pop() if waits_s else 0)

    with patience_of(analyst, STALL_LIMIT_S):
        analyst.analyse(order(attempt=2), on_progress=listen, check=lambda: None)

    assert waits_s == []


def test_secrets_are_not_given_to_the_process(start, order):
    analyst = start(variables={"DATABASE_URL": "postgresql://u:p@h/d", "S3_BUCKET": "media"})
    analyse(analyst, order())

    environment = Path(f"/proc/{analyst.pid}/environ").read_bytes()

    assert b"DATABASE_URL" not in environment
    assert b"AWS_" not in environment
    assert b"S3_BUCKET" in environment


@pytest.mark.parametrize("name", ["lost", "fails"])
def test_a_lost_gpu_is_replaced_by_the_cpu_at_once_and_for_good(start, order, name):
    reasons: list[str] = []
    analyst = start(program=BREAKING, on_fallback=reasons.append)
    analyse(analyst, order())
    assert analyst.device == "gpu"

    analyse(analyst, order(name))

    assert analyst.device == "cpu"
    [reason] = reasons
    assert reason.startswith("Processing failed: ")
    results_of(order(name))
    analyst.close()
    analyse(analyst, order(attempt=2))
    assert analyst.device == "cpu"


def test_a_video_that_breaks_both_devices_leaves_the_gpu_in_use(start, order):
    analyst = start(program=BREAKING)

    with pytest.raises(ProcessingFailed, match="SIGSEGV"):
        analyse(analyst, order("segv"))

    analyse(analyst, order())
    assert analyst.device == "gpu"


def test_a_gpu_that_is_demanded_has_no_stand_in(start, order):
    reasons: list[str] = []
    analyst = start(program=BREAKING, on_fallback=reasons.append, variables={"POSE_DEVICE": "gpu"})

    with pytest.raises(ProcessingFailed, match="SIGSEGV"):
        analyse(analyst, order("lost"))

    assert reasons == []


def test_a_gpu_is_not_blamed_for_work_that_looks_at_no_picture(start, order):
    reasons: list[str] = []
    analyst = start(program=BREAKING, on_fallback=reasons.append)
    without_its_pose = order().model_copy(update={"kind": JobKind.REANALYSIS})

    with pytest.raises(ProcessingFailed, match="KeyError"):
        analyse(analyst, without_its_pose)

    assert reasons == []


def test_a_gpu_that_breaks_the_start_is_replaced_too(start, order):
    dies_on_gpu = (
        "import os, runpy, sys\n"
        "if os.environ.get('POSE_DEVICE') != 'cpu': os.abort()\n"
        "runpy.run_module('worker_service.analyst', run_name='__main__', alter_sys=False)\n"
    )
    reasons: list[str] = []
    analyst = start(program=(sys.executable, "-c", dies_on_gpu), on_fallback=reasons.append)

    analyse(analyst, order())

    assert reasons == ["Processing failed: the analysis process ended with SIGABRT"]
    assert analyst.device == "cpu"


WORKER = """
import os, sys
from pathlib import Path
from shared.jobs import JobKind
from worker_service.analyst.orders import Order
from worker_service.analyst.process import AnalystProcess

analyst = AnalystProcess(
    stall_limit_s=600, memory_limit_mib=4000,
    program=(sys.executable, "-m", "tests.hostile.breaking_analyst"),
)
analyst.start()
print(analyst.pid, flush=True)
order = Order(
    kind=JobKind.VIDEO, inputs={"source": Path(sys.argv[1])}, folder=Path(sys.argv[2]), settings={},
    worker="w1", attempt=1, context={},
)
told = []
analyst.analyse(order, on_progress=lambda p: told or told.append(print("at work", flush=True)),
                check=lambda: None)
"""


@pytest.mark.parametrize("name", ["hang", "sleep"])
def test_a_killed_worker_takes_its_analyst_with_it(order, name):
    given = order(name)
    with subprocess.Popen(
        [sys.executable, "-c", WORKER, str(given.inputs["source"]), str(given.folder)],
        cwd=ROOT,
        env={**os.environ, "POSE_ENGINE": "synthetic"},
        stdout=subprocess.PIPE,
    ) as worker:
        try:
            assert worker.stdout
            pid = int(worker.stdout.readline())
            assert worker.stdout.readline() == b"at work\n"
            time.sleep(0.3)  # into the hang
        finally:
            worker.kill()

    wait_for(lambda: not is_running(pid), "the analyst to be gone", within_s=2)


def test_the_kernel_out_of_memory_takes_the_analyst_first(sound, order):
    analyse(sound, order())

    score = Path(f"/proc/{sound.pid}/oom_score_adj")

    assert score.read_text().strip() == "1000"


def test_a_stop_signal_to_every_process_is_left_to_the_worker(sound, order):
    analyse(sound, order(attempt=1))
    for asked_to_stop in (signal.SIGTERM, signal.SIGINT):
        os.kill(sound.pid, asked_to_stop)
    pid = sound.pid

    analyse(sound, order(attempt=2))

    assert sound.pid == pid


def test_log_lines_of_an_analysis_name_its_job(start, order, capfd):
    with pytest.raises(ProcessingFailed):
        analyse(start(program=BREAKING, variables={"POSE_DEVICE": "cpu"}), order("break"))

    assert '"job_id": "job-7"' in capfd.readouterr().out


DIES_ONCE_AT_HAND_OVER = """
import runpy, socket, sys
from pathlib import Path
from worker_service.analyst.wire import Ready, line_of

mark = Path(sys.argv.pop(1))
if not mark.exists():
    mark.touch()
    line = socket.socket(fileno=int(sys.argv[1]))
    line.sendall(line_of(Ready(device="cpu")))
    line.recv(1)
    sys.exit(7)
runpy.run_module("worker_service.analyst", run_name="__main__", alter_sys=False)
"""


def test_an_order_for_a_process_that_ended_unseen_goes_to_another(start, order, tmp_path):
    analyst = start(
        program=(sys.executable, "-c", DIES_ONCE_AT_HAND_OVER, str(tmp_path / "mark")),
        variables={"POSE_DEVICE": "cpu"},
    )

    analyse(analyst, order())

    results_of(order())


def test_a_process_that_never_begins_is_the_workers_fault(start, order):
    analyst = start(program=(sys.executable, "-c", "raise SystemExit(7)"))

    with pytest.raises(ProcessingFailed, match="exit code 7") as caught:
        analyse(analyst, order())

    assert caught.value.workers_fault


def test_a_video_that_crashes_the_analysis_is_not_the_workers_fault(breaking, order):
    with pytest.raises(ProcessingFailed, match="SIGSEGV") as caught:
        analyse(breaking, order("segv"))

    assert not caught.value.workers_fault
