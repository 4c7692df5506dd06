"""What the database says: it answers, has our tables, knows workers and no stuck job."""

import time

from sqlalchemy import text

from cli.operate.checks.check import Check, Seen, failed, ok, warn
from cli.operate.system import System
from cli.operate.words import STUCK, lasting
from shared import __version__, migrations
from shared.database import transaction
from shared.worker_store import MISSING_AFTER_S, WorkerStore

SLOW_MS = 250.0
"""One question on an open connection; every step of every request asks several."""

DATABASE, MIGRATED = frozenset({"database"}), frozenset({"migrations"})


def database(system: System) -> Seen:
    """It answers, and quickly."""
    with transaction(system.engine) as rows:
        rows.execute(text("SELECT 1"))
        began = time.perf_counter()
        version = rows.execute(text("SHOW server_version")).scalar_one()
        took_ms = 1000 * (time.perf_counter() - began)
    saw = f"PostgreSQL {version} answers in {took_ms:.1f} ms"
    if took_ms > SLOW_MS:
        return warn(saw, "Look at its load and at the way to it.")
    return ok(saw)


def migrated(system: System) -> Seen:
    """Its tables are those of this version."""
    if migrations.at_head(system.engine):
        return ok("at the newest revision")
    return failed(
        "the database is not at this version's revision",
        "Deploy this version, which migrates, or take the version that is deployed.",
    )


def workers(system: System) -> Seen:
    """Some live, all of this version."""
    alive = WorkerStore(system.engine).alive()
    if not alive:
        return failed(
            f"none was heard within {lasting(MISSING_AFTER_S)}", "Start one, and look at its log."
        )
    busy = sum(worker.job_id is not None for worker in alive)
    saw = f"{len(alive)} alive, {busy} busy"
    others = sorted({one.code_version for one in alive} - {__version__})
    if others:
        return warn(
            f"{saw}; version {', '.join(others)} beside {__version__}",
            "Wait for the deployment to end; a worker that stays behind is stopped by hand.",
        )
    return ok(f"{saw}, version {__version__}")


def stuck(system: System) -> Seen:
    """Every job moves."""
    found = system.lookout.stuck()
    if not found:
        return ok("none")
    first = found[0]
    return failed(
        f"{len(found)}, such as {first.job_id}: {STUCK[first.reason]}, for {lasting(first.for_s)}",
        "Look whether the sweeper runs: it moves these on.",
    )


REACHED = (
    Check("database", "Database away", database),
    Check("migrations", "Database away", migrated, needs=DATABASE),
)

MOVING = (
    Check("workers", "Backlog without workers", workers, needs=MIGRATED),
    Check("stuck_jobs", "Job does not move", stuck, needs=MIGRATED | {"job_queue"}),
)
