"""The transactions that delete jobs, sessions and players, and the receipts they leave.

Rows go first: from then on no worker's write finds its row. The receipt is written by the same
transaction, with the places in the bucket that are to be emptied.

Deletions of one owner take place one after the other. Besides, each holds what it deletes in the
order that `shared.belonging` names.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Engine,
    and_,
    any_,
    delete,
    func,
    literal,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.orm import Session

from shared.database import transaction
from shared.erasure.kinds import Erased
from shared.errors import JobNotFound, NotFound, PlayerNotFound, ReceiptNotFound, SessionNotFound
from shared.job_moves import from_now
from shared.jobs import JobKind
from shared.media.store import all_results_prefix
from shared.models import (
    Consent,
    DeletionReceipt,
    IdempotencyKey,
    Player,
    VideoSession,
    Webhook,
    WebhookDelivery,
)
from shared.models import VideoAnalysisJob as Job
from shared.session_store import names

NOT_FOUND: dict[Erased, type[NotFound]] = {
    Erased.JOB: JobNotFound,
    Erased.SESSION: SessionNotFound,
    Erased.PLAYER: PlayerNotFound,
}


@dataclass(frozen=True, slots=True)
class _Gone:
    """What a transaction has deleted or changed."""

    jobs: Sequence[Job] = ()
    sessions_deleted: int = 0
    sessions_changed: int = 0
    consents: int = 0
    players: int = 0

    @property
    def anything(self) -> bool:
        return bool(self.jobs or self.sessions_deleted or self.sessions_changed or self.players)

    @property
    def counts(self) -> dict[str, int]:
        return {
            "jobs": len(self.jobs),
            "sessions_deleted": self.sessions_deleted,
            "sessions_changed": self.sessions_changed,
            "consents": self.consents,
            "objects": 0,
        }


class ErasureStore:
    """Deletions and their receipts. Raises `DatabaseError` from every method.

    Who deletes again gets the receipt of the first time. What is not the owner's is not there.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def delete_job(self, owner: str, job_id: UUID) -> DeletionReceipt:
        """Delete a job and the videos drawn from it.

        Raises:
            JobNotFound: it is not there, and never was the owner's.
        """
        with transaction(self._engine) as rows:
            _take_turn(rows, owner)
            gone = _Gone(_delete_jobs(rows, owner, Job.id == job_id))
            return _receipt(rows, owner, Erased.JOB, str(job_id), gone)

    def delete_session(self, owner: str, session_id: UUID) -> DeletionReceipt:
        """Delete a session with all its jobs.

        Raises:
            SessionNotFound: it is not there, and never was the owner's.
        """
        it = and_(VideoSession.id == session_id, VideoSession.owner == owner)
        with transaction(self._engine) as rows:
            _take_turn(rows, owner)
            gone = _Gone()
            if rows.scalar(select(VideoSession.id).where(it).with_for_update()):  # no new jobs
                jobs = _delete_jobs(rows, owner, Job.session_id == session_id)
                rows.execute(delete(VideoSession).where(it))
                gone = _Gone(jobs, sessions_deleted=1)
            return _receipt(rows, owner, Erased.SESSION, str(session_id), gone)

    def delete_player(self, owner: str, player_id: str) -> DeletionReceipt:
        """Delete a player, their consents, and every job that shows them or may.

        Sessions stay, and do not name them any more; what the coach wrote there stays as it is.
        Kept answers to the owner's requests may name them, so they are forgotten.

        Raises:
            PlayerNotFound: nobody of this id, and there never was.
        """
        naming = and_(VideoSession.owner == owner, names(player_id))
        it = and_(Player.owner == owner, Player.id == player_id)
        allowed = and_(Consent.owner == owner, Consent.player_id == player_id)
        with transaction(self._engine) as rows:
            _take_turn(rows, owner)
            rows.execute(select(Player.id).where(it).with_for_update())  # nothing new names them
            in_order = select(VideoSession.id).where(naming).order_by(VideoSession.id)
            sessions = rows.scalars(in_order.with_for_update()).all()
            jobs = _delete_jobs(rows, owner, shows(owner, player_id))
            rows.execute(
                update(VideoSession)
                .where(VideoSession.id.in_(sessions))
                .values(player_ids=func.array_remove(VideoSession.player_ids, player_id))
            )
            consents = rows.execute(delete(Consent).where(allowed).returning(Consent.id)).all()
            players = rows.execute(delete(Player).where(it).returning(Player.id)).all()
            rows.execute(delete(IdempotencyKey).where(IdempotencyKey.owner == owner))
            gone = _Gone(
                jobs,
                sessions_changed=len(sessions),
                consents=len(consents),
                players=len(players),
            )
            subject = sha256(f"{owner}\0{player_id}".encode()).hexdigest()
            return _receipt(rows, owner, Erased.PLAYER, subject, gone)

    def receipt(self, owner: str, receipt_id: UUID) -> DeletionReceipt:
        """Return the owner's receipt.

        Raises:
            ReceiptNotFound: it does not exist or is somebody else's.
        """
        query = select(DeletionReceipt).where(
            DeletionReceipt.id == receipt_id, DeletionReceipt.owner == owner
        )
        with transaction(self._engine) as rows:
            receipt = rows.scalar(query)
        if receipt is None:
            raise ReceiptNotFound
        return receipt

    def due(
        self, *, unfinished_s: float, late_s: float, most: int
    ) -> Sequence[tuple[DeletionReceipt, bool]]:
        """Receipts whose files are to be erased: at last, or once more where the second is true.

        Again, because a late file may have arrived; after `late_s` none can. Those that were not
        tried for longest come first, so that none that S3 refuses keeps back the others.
        """
        late = DeletionReceipt.created_at < from_now(-late_s)
        unfinished = and_(
            DeletionReceipt.pushed_at.is_(None),
            DeletionReceipt.created_at < from_now(-unfinished_s),
        )
        query = select(DeletionReceipt, late).where(
            DeletionReceipt.closed_at.is_(None),
            DeletionReceipt.leftovers != [],
            or_(late, unfinished),
        )
        last = func.coalesce(DeletionReceipt.tried_at, DeletionReceipt.created_at)
        with transaction(self._engine) as rows:
            found = rows.execute(
                query.order_by(last).limit(most).with_for_update(skip_locked=True)
            ).all()
            rows.execute(
                update(DeletionReceipt)
                .where(DeletionReceipt.id.in_([receipt.id for receipt, _ in found]))
                .values(tried_at=from_now(0))
                .execution_options(synchronize_session=False)
            )
        return [(receipt, once_more) for receipt, once_more in found]

    def emptied(
        self, receipt: DeletionReceipt, *, left: Sequence[str], objects: int, for_good: bool
    ) -> None:
        """Note how many objects went, and which places are `left` to be emptied.

        `for_good`: no file can arrive there any more, so the other places are forgotten, and with
        the last of them the receipt is closed. Else they are looked at again, after those left.
        """
        others = [place for place in receipt.leftovers if place not in left]
        whole = not left
        more = func.jsonb_build_object(
            "objects", DeletionReceipt.counts["objects"].as_integer() + objects
        )
        done = {
            "counts": DeletionReceipt.counts.op("||")(more),
            "leftovers": list(left) if for_good else [*left, *others],
            **({"pushed_at": from_now(0)} if whole else {}),
        }
        with transaction(self._engine) as rows:
            rows.execute(
                update(DeletionReceipt).where(DeletionReceipt.id == receipt.id).values(done)
            )
            if whole and for_good:
                _close(rows, receipt)


def shows(owner: str, player_id: str) -> ColumnElement[bool]:
    """Which jobs are about a player, or may show them as far as was known when they were made."""
    may_show = literal(player_id) == any_(Job.may_show)
    return and_(Job.owner == owner, or_(Job.player_id == player_id, may_show))


def folders_of(job: Job) -> list[str]:
    """The places in the bucket that are a job's own; what it only reads is not."""
    return [all_results_prefix(job.id), *brought_by(job)]


def brought_by(job: Job) -> list[str]:
    """Where lies what was sent for a job, and for no other."""
    mine = f"/{job.id}/"
    keys = (key for key in (job.s3_key, *job.inputs.values()) if mine in key)
    return sorted({key[: key.index(mine) + len(mine)] for key in keys})


def _delete_jobs(rows: Session, owner: str, which: ColumnElement[bool]) -> Sequence[Job]:
    """Delete jobs, the videos drawn from them, and what was told about both.

    A video that was drawn from a reanalysis shows the original too, so it goes with that.
    """
    begun = select(Job.id).where(Job.owner == owner, which).cte(recursive=True)
    begun = begun.union(select(Job.id).where(Job.owner == owner, Job.source_job_id == begun.c.id))
    family = Job.id.in_(select(begun.c.id))
    held = select(Job.id).where(family).order_by(Job.id).with_for_update()
    known: set[UUID] = set()
    while not known.issuperset(found := rows.scalars(held).all()):
        known.update(found)  # one that was made while the others were waited for is found next
    if not known:
        return ()
    doomed = or_(which, and_(Job.kind == JobKind.RENDER, family))
    ids = rows.scalars(select(Job.id).where(Job.owner == owner, doomed)).all()
    jobs = rows.scalars(delete(Job).where(Job.id.in_(ids)).returning(Job)).all()
    theirs = select(Webhook.id).where(Webhook.owner == owner)
    rows.execute(
        delete(WebhookDelivery).where(
            WebhookDelivery.webhook_id.in_(theirs), WebhookDelivery.job_id.in_(ids)
        )
    )
    return jobs


def _take_turn(rows: Session, owner: str) -> None:
    rows.execute(_OWNERS_TURN, {"owner": f"deletions of {owner}"})


_OWNERS_TURN = text("SELECT pg_advisory_xact_lock(hashtextextended(:owner, 0))")


def _receipt(rows: Session, owner: str, kind: Erased, subject: str, gone: _Gone) -> DeletionReceipt:
    """The receipt of what has just gone, or of the last time; each job has one besides.

    By that, a message about a job that is not there any more is told from a strange one.
    """
    if not gone.anything:
        return _last_receipt(rows, owner, kind, subject)
    leftovers = [folder for job in gone.jobs for folder in folders_of(job)]
    receipt = DeletionReceipt(
        owner=owner,
        kind=kind,
        subject=subject,
        counts=gone.counts,
        leftovers=leftovers,
        closed_at=None if leftovers else func.now(),
    )
    rows.add(receipt)
    for job in gone.jobs:
        if str(job.id) != subject:
            alone = _Gone([job]).counts
            rows.add(
                DeletionReceipt(
                    owner=owner, kind=Erased.JOB, subject=str(job.id), counts=alone, leftovers=[]
                )
            )
    rows.flush()
    rows.refresh(receipt)
    return receipt


def _last_receipt(rows: Session, owner: str, kind: Erased, subject: str) -> DeletionReceipt:
    query = select(DeletionReceipt).where(
        DeletionReceipt.owner == owner,
        DeletionReceipt.kind == kind,
        DeletionReceipt.subject == subject,
    )
    receipt = rows.scalar(query.order_by(DeletionReceipt.created_at.desc()).limit(1))
    if receipt is None:
        raise NOT_FOUND[kind]
    return receipt


def _close(rows: Session, receipt: DeletionReceipt) -> None:
    """Close a receipt, and those of the jobs that went with it: of the same transaction's time."""
    together = and_(
        DeletionReceipt.owner == receipt.owner,
        DeletionReceipt.kind == Erased.JOB,
        DeletionReceipt.created_at == receipt.created_at,
        DeletionReceipt.leftovers == [],
    )
    rows.execute(
        update(DeletionReceipt)
        .where(or_(DeletionReceipt.id == receipt.id, together))
        .values(closed_at=from_now(0))
    )
