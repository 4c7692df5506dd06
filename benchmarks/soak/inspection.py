"""What is left when the dust has settled: rows, files, messages, folders, processes."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import undefer

from shared.database import transaction
from shared.errors import StorageError
from shared.files import ANALYSIS_FILES, RESULTS_NAME
from shared.jobs import FINAL, Status
from shared.media.store import MediaStore
from shared.models import AnalysisAttempt
from shared.models import VideoAnalysisJob as Job
from shared.queue.job_queue import JobQueue
from shared.queue.messages import JobMessage
from shared.results import Results
from tests.rig.ground import Ground

WHOLE = ANALYSIS_FILES | {RESULTS_NAME}

LETTERS_AT_ONCE = 10

_WATCH = f"""
CREATE TABLE soak_ends (job_id uuid NOT NULL, status text NOT NULL);
CREATE FUNCTION soak_note_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN INSERT INTO soak_ends VALUES (NEW.id, NEW.status); RETURN NULL; END $$;
CREATE TRIGGER soak_note_end AFTER INSERT OR UPDATE ON video_analysis_jobs FOR EACH ROW
WHEN (NEW.status IN ({", ".join(f"'{status.value}'" for status in sorted(FINAL))}))
EXECUTE FUNCTION soak_note_end();
"""  # noqa: S608 - the states are our own


def watch_ends(engine: Engine) -> None:
    """Let the database itself note every write that leaves a row final: there must be one."""
    with engine.begin() as connection:
        connection.execute(text(_WATCH))


@dataclass(frozen=True, slots=True)
class Inspection:
    """Everything the promises are checked against.

    Attributes:
        jobs: every row, without results.
        attempts: the whole history.
        ends: how often the database saw each job made final.
        stored: the names of the objects below each prefix `results/{job}/{attempt}/`.
        invalid: completed jobs whose stored results are not valid, or not the row's.
        messages: what the job queue still holds.
        dead_letters: the jobs of the messages that were set aside.
        scratch: what lies in the workers' folder.
        processes: ids of processes that outlived the workers.
        errors: what the workers logged as an error.
    """

    jobs: Sequence[Job]
    attempts: Sequence[AnalysisAttempt]
    ends: Counter[UUID]
    stored: dict[str, frozenset[str]]
    invalid: list[UUID]
    messages: int
    dead_letters: list[UUID]
    scratch: list[str]
    processes: list[int]
    errors: list[str]

    @property
    def ended(self) -> dict[UUID, datetime]:
        """When each job became final."""
        return {job.id: job.completed_at for job in self.jobs if job.completed_at is not None}


def inspect(ground: Ground) -> Inspection:
    """Look at everything; the workers have stopped."""
    with transaction(ground.engine) as rows:
        jobs = rows.scalars(select(Job).options(undefer(Job.results))).all()
        attempts = rows.scalars(select(AnalysisAttempt)).all()
        ends = Counter(rows.scalars(select(text("job_id")).select_from(text("soak_ends"))))
    return Inspection(
        jobs=jobs,
        attempts=attempts,
        ends=ends,
        stored=_stored(ground.media),
        invalid=[job.id for job in jobs if not _valid(job, ground.media)],
        messages=ground.queue.depth().total,
        dead_letters=_letters(ground.dead_letters),
        scratch=[path.name for path in ground.scratch.iterdir()],
        processes=_processes_in(ground.scratch),
        errors=_errors(ground.folder),
    )


def _stored(media: MediaStore) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for key in media.keys("results/"):
        prefix, name = key.rsplit("/", 1)
        found.setdefault(f"{prefix}/", set()).add(name)
    return {prefix: frozenset(names) for prefix, names in found.items()}


def _valid(job: Job, media: MediaStore) -> bool:
    if job.status != Status.COMPLETED:
        return True
    try:
        stored = Results.model_validate_json(media.read(f"{job.results_prefix}{RESULTS_NAME}"))
        return stored == Results.model_validate(job.results)
    except (StorageError, ValidationError):
        return False


def _letters(dead_letters: JobQueue) -> list[UUID]:
    found = []
    while some := dead_letters.receive_some(LETTERS_AT_ONCE, wait_s=0, visibility_s=60):
        found += [JobMessage.model_validate_json(letter.body).job_id for letter in some]
    return found


def _processes_in(scratch: Path) -> list[int]:
    """Processes that were started for this folder: every worker's environment names it."""
    mark = f"WORKER_TMP={scratch}".encode()
    return [
        int(path.parent.name) for path in Path("/proc").glob("[0-9]*/environ") if _has(path, mark)
    ]


def _has(environment: Path, mark: bytes) -> bool:
    try:
        return mark in environment.read_bytes().split(b"\0")
    except OSError:  # it ended while we looked, or is not ours
        return False


def _errors(folder: Path) -> list[str]:
    """A line that a kill cut off is no error; one that is no JSON otherwise is Python's own."""
    return [
        line
        for log in sorted(folder.glob("worker*.log"))
        for line in log.read_text(errors="replace").splitlines()
        if '"level": "error"' in line or line.startswith("Traceback")
    ]
