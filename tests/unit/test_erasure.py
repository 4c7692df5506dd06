"""Deletions on a real database and a bucket that keeps versions: what goes, what stays."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from time import sleep
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, inspect, select, update
from sqlalchemy.orm import make_transient

from shared import session_store
from shared.attempt_store import Over
from shared.aws import s3_client
from shared.database import transaction
from shared.erasure.deletions import Erasure
from shared.erasure.store import ErasureStore
from shared.errors import (
    JobNotFound,
    LeaseLost,
    PlayerNotFound,
    ReceiptNotFound,
    SessionNotFound,
    StorageError,
)
from shared.job_store import JobStore
from shared.jobs import JobKind
from shared.media.store import MediaStore, all_results_prefix, results_prefix, upload_key
from shared.models import (
    Consent,
    DeletionReceipt,
    IdempotencyKey,
    Player,
    VideoAnalysisJob,
    VideoSession,
    Webhook,
    WebhookDelivery,
)
from shared.operations.dead_letters import DeadLetters
from shared.players.consent import ConsentAnew
from shared.players.record import PlayerRecord
from shared.players.scopes import ConsentScope
from shared.players.store import NewConsent, PlayerStore
from shared.queue.dispatch import Dispatcher, message_for
from shared.requests.kept_answers import Answer, Held, KeptAnswers, KeyedRequest
from shared.session_store import SessionStore
from shared.settings import WorkerSettings
from shared.sweep.sweeper import Swept
from tests.builders import COACH, a_claimed_job, a_job, a_session
from tests.sweeping import a_sweeper, set_row
from worker_service.settle import Settler

STRANGER = "coach-2"


class Moody(MediaStore):
    """Erases nothing while it is away."""

    away = True

    def erase_prefix(self, prefix):
        if self.away:
            raise StorageError
        return super().erase_prefix(prefix)


@pytest.fixture
def jobs(engine):
    return JobStore(engine)


@pytest.fixture
def erasure(engine, media):
    return Erasure(ErasureStore(engine), media)


@pytest.fixture
def versions(media):
    """The bucket keeps versions, as in production; says how many objects, old ones too."""
    media._client.put_bucket_versioning(
        Bucket=media.bucket, VersioningConfiguration={"Status": "Enabled"}
    )

    def count(word=""):
        found = media._client.list_object_versions(Bucket=media.bucket)
        everything = [*found.get("Versions", ()), *found.get("DeleteMarkers", ())]
        return sum(str(word) in item["Key"] for item in everything)

    return count


@pytest.fixture
def put(media, tmp_path):
    """Store something at a key."""
    path = tmp_path / "file"
    path.write_bytes(b"{}")
    return lambda key: media.upload(path, key, content_type="application/json")


@pytest.fixture
def a_full_job(engine, put, versions):
    """A job with its video and results, and an older version of one."""

    def full(*, session_id=None, owner=COACH, **values):
        session_id = session_id or a_session(engine, owner=owner)
        job_id = a_job(engine, owner=owner, session_id=session_id)
        key = upload_key(owner, session_id, job_id)
        set_row(engine, job_id, s3_key=key, **values)
        for stored in (key, key, results_prefix(job_id, 1) + "results.json"):
            put(stored)
        assert versions(job_id) == 3
        return job_id

    return full


@pytest.fixture
def age(engine):
    """Lets time pass since the deletions."""

    def age(hours):
        with transaction(engine) as rows:
            then = DeletionReceipt.created_at - timedelta(hours=hours)
            rows.execute(update(DeletionReceipt).values(created_at=then))

    return age


def a_copy(job, **values):
    """Another job like it, not stored yet."""
    columns = [column.key for column in inspect(VideoAnalysisJob).column_attrs]
    kept = {name: getattr(job, name) for name in columns if name not in {"id", "results"}}
    return VideoAnalysisJob(**kept | {"id": uuid4()} | values)


def ids(engine, table=VideoAnalysisJob.id):
    with transaction(engine) as rows:
        return set(rows.scalars(select(table)))


def test_a_deleted_job_leaves_nothing_and_takes_nothing_else(engine, erasure, versions, a_full_job):
    job_id, other = a_full_job(), a_full_job()
    receipt = erasure.job(COACH, job_id)
    assert ids(engine) == {other}
    assert (versions(job_id), versions(other)) == (0, 3)
    receipt = erasure.store.receipt(COACH, receipt.id)
    assert receipt.counts == {
        "jobs": 1,
        "sessions_deleted": 0,
        "sessions_changed": 0,
        "consents": 0,
        "objects": 3,
    }
    assert receipt.pushed_at is not None
    assert receipt.closed_at is None


def test_its_renderings_go_along_and_its_reanalyses_stay(engine, erasure, versions, a_full_job):
    job_id = a_full_job()
    rendering = a_full_job(
        kind=JobKind.RENDER, source_job_id=job_id, inputs={"video": "uploads/of/the/source"}
    )
    again = a_full_job(kind=JobKind.REANALYSIS, source_job_id=job_id)
    erasure.job(COACH, job_id)
    assert ids(engine) == {again}
    assert JobStore(engine).get(again).source_job_id is None
    assert (versions(rendering), versions(again)) == (0, 3)


def test_what_was_drawn_from_its_reanalyses_goes_along(engine, erasure, jobs, a_full_job):
    """It shows the original's pictures."""
    job_id = a_full_job()
    again = a_full_job(kind=JobKind.REANALYSIS, source_job_id=job_id)
    rendering = a_full_job(kind=JobKind.RENDER, source_job_id=again)
    erasure.job(COACH, job_id)
    assert jobs.get(again).source_job_id is None
    with pytest.raises(JobNotFound):
        jobs.get(rendering)


def test_a_deleted_rendering_leaves_what_it_showed(engine, erasure, put, versions, a_full_job):
    job_id = a_full_job()
    key = JobStore(engine).get(job_id).s3_key
    rendering = a_job(engine)
    set_row(engine, rendering, kind=JobKind.RENDER, source_job_id=job_id, inputs={"video": key})
    set_row(engine, rendering, s3_key=key)
    erasure.job(COACH, rendering)
    assert ids(engine) == {job_id}
    assert versions(job_id) == 3


def test_pictures_go_from_wherever_they_were_put(engine, erasure, put, versions):
    job_id = a_job(engine)
    pictures = {f"{index}": f"stills/coach-1/{job_id}/{index}" for index in range(3)}
    set_row(engine, job_id, kind=JobKind.IMAGES, session_id=None, inputs=pictures)
    for key in pictures.values():
        put(key)
    erasure.job(COACH, job_id)
    assert versions() == 0


def test_deleting_again_gives_the_same_receipt(engine, erasure, a_full_job):
    session_id = a_session(engine)
    job_id = a_full_job(session_id=session_id)
    store = PlayerStore(engine)
    store.put(COACH, "p-9", name="Maya", age_band=None)
    for delete, subject in [
        (erasure.job, job_id),
        (erasure.session, session_id),
        (erasure.player, "p-9"),
    ]:
        assert delete(COACH, subject).id == delete(COACH, subject).id


@pytest.mark.parametrize("first", [True, False], ids=["before", "after"])
def test_another_coach_deletes_nothing(engine, erasure, a_full_job, first):
    session_id = a_session(engine)
    job_id = a_full_job(session_id=session_id)
    if not first:
        erasure.session(COACH, session_id)
        erasure.player(COACH, "p-1")
    before = ids(engine)
    for delete, subject, refusal in [
        (erasure.job, job_id, JobNotFound),
        (erasure.session, session_id, SessionNotFound),
        (erasure.player, "p-1", PlayerNotFound),
    ]:
        with pytest.raises(refusal):
            delete(STRANGER, subject)
    assert ids(engine) == before


def test_a_session_goes_with_all_its_jobs_and_no_other(engine, erasure, versions, a_full_job):
    session_id = a_session(engine)
    gone = [a_full_job(session_id=session_id) for _ in range(2)]
    rendering = a_full_job(kind=JobKind.RENDER, source_job_id=gone[0])
    other = a_full_job()
    receipt = erasure.session(COACH, session_id)
    assert ids(engine) == {other}
    assert versions() == versions(other) == 3
    assert receipt.counts["jobs"] == 3
    assert receipt.counts["sessions_deleted"] == 1
    with pytest.raises(SessionNotFound):
        SessionStore(engine).get(COACH, session_id)
    for job_id in (*gone, rendering):  # deleting one of them again is no surprise
        assert erasure.job(COACH, job_id).counts["jobs"] == 1


def test_an_empty_session_is_deleted_once_and_for_all(engine, erasure):
    receipt = erasure.session(COACH, a_session(engine))
    assert receipt.closed_at is not None
    assert receipt.leftovers == []


def test_no_job_is_made_in_a_session_that_has_just_gone(engine, erasure):
    session_id = a_session(engine)
    source = a_job(engine)
    erasure.session(COACH, session_id)
    with pytest.raises(SessionNotFound):
        a_job(engine, session_id=session_id)
    job = JobStore(engine).get(source)
    make_transient(job)
    job.id, job.source_job_id = uuid4(), source
    erasure.job(COACH, source)
    with pytest.raises(JobNotFound):
        JobStore(engine).create(job)


def test_a_deleted_player_is_nowhere_any_more(engine, erasure, versions, a_full_job):
    sessions = SessionStore(engine)
    theirs, both = a_session(engine), a_session(engine)
    sessions.change(COACH, both, texts={}, player_ids=["p-1", "p-2"], settings={})
    PlayerStore(engine).allow(
        COACH, "p-1", NewConsent(ConsentScope.ANALYSIS, "R. Iyer", "mother", None, None)
    )
    gone = [
        a_full_job(session_id=theirs),  # may show them
        a_full_job(session_id=both),
        a_full_job(session_id=both, player_id="p-1"),
        a_full_job(session_id=a_session(engine, owner=COACH), player_id="p-1"),
    ]
    stays = [
        a_full_job(session_id=both, player_id="p-2", may_show=["p-2"]),
        a_full_job(owner=STRANGER, player_id="p-1"),
    ]
    receipt = erasure.player(COACH, "p-1")
    assert ids(engine) == set(stays)
    assert versions() == sum(versions(job_id) for job_id in stays) == 6
    assert [sessions.get(COACH, each).player_ids for each in (theirs, both)] == [[], ["p-2"]]
    assert receipt.counts["jobs"] == len(gone)
    assert receipt.counts["consents"] == 1
    assert ids(engine, Consent.id) == set()
    with transaction(engine) as rows:
        left = rows.execute(select(Player.owner, Player.id).where(Player.id == "p-1")).all()
    assert left == [(STRANGER, "p-1")]


def test_who_was_taken_off_the_session_is_still_in_its_videos(engine, erasure):
    sessions = SessionStore(engine)
    session_id = a_session(engine)
    before = a_job(engine, session_id=session_id)
    sessions.change(COACH, session_id, texts={}, player_ids=["p-2"], settings={})
    later = a_job(engine, session_id=session_id)
    record = PlayerRecord(engine).page(COACH, "p-1", limit=9, after=None)
    assert [row.id for row in record] == [before]
    assert erasure.player(COACH, "p-1").counts["jobs"] == 1
    assert ids(engine) == {later}
    sessions.change(COACH, session_id, texts={}, player_ids=["p-2", "p-3"], settings={})
    assert erasure.player(COACH, "p-3").counts["jobs"] == 0
    assert ids(engine) == {later}


def test_kept_answers_that_may_name_a_player_go_along(engine, erasure):
    kept = KeptAnswers(engine)
    for owner in (COACH, STRANGER):
        held = kept.begin(KeyedRequest(owner, "key", "digest"))
        assert isinstance(held, Held)
        kept.keep(held, Answer(201, {}, b"Maya"))
        a_session(engine, owner=owner)
    erasure.player(COACH, "p-1")
    assert ids(engine, IdempotencyKey.owner) == {STRANGER}


def test_a_rendering_made_while_its_source_is_deleted_goes_along(engine, erasure, jobs):
    source = a_job(engine)
    rendering = a_copy(jobs.get(source), kind=JobKind.RENDER, source_job_id=source)
    with ThreadPoolExecutor(1) as pool:
        with transaction(engine) as rows:
            rows.add(rendering)
            rows.flush()
            deletion = pool.submit(erasure.job, COACH, source)
            with pytest.raises(TimeoutError):
                deletion.result(0.3)
        assert deletion.result(10).counts["jobs"] == 2
    assert ids(engine) == set()


def test_no_rendering_is_made_of_a_video_that_has_just_gone(engine, erasure, jobs):
    video, again = a_job(engine), a_job(engine)
    set_row(engine, again, kind=JobKind.REANALYSIS, source_job_id=video)
    rendering = a_copy(jobs.get(again), kind=JobKind.RENDER, source_job_id=again)
    erasure.job(COACH, video)
    with pytest.raises(JobNotFound):
        jobs.create(rendering, reads=video)


def test_no_job_is_made_about_a_player_who_has_just_gone(engine, erasure, jobs):
    session_id = a_session(engine)
    about_nobody = a_copy(jobs.get(a_job(engine, session_id=session_id)))
    named = a_copy(about_nobody, session_id=None, player_id="p-1", may_show=[])
    erasure.player(COACH, "p-1")
    for job in (about_nobody, named):
        with pytest.raises(PlayerNotFound):
            jobs.create(job)


def test_a_player_is_not_deleted_while_a_session_comes_to_name_them(engine, erasure):
    PlayerStore(engine).put(COACH, "p-2")
    session_id = a_session(engine)
    with ThreadPoolExecutor(1) as pool:
        with transaction(engine) as rows:
            session_store._make_known(rows, COACH, ["p-2"])
            deletion = pool.submit(erasure.player, COACH, "p-2")
            with pytest.raises(TimeoutError):
                deletion.result(0.3)
            values = {"player_ids": ["p-2"]}
            rows.execute(update(VideoSession).where(VideoSession.id == session_id).values(values))
        assert deletion.result(10).counts["sessions_changed"] == 1


def test_deletions_of_one_family_do_not_lock_each_other_out(engine, erasure, jobs):
    """Each held what the other one's foreign key was to change."""
    video = a_job(engine)
    again = a_copy(jobs.get(video), kind=JobKind.REANALYSIS, source_job_id=video)
    again.id = UUID(int=1)
    again = jobs.create(again).id
    jobs.create(a_copy(jobs.get(video), kind=JobKind.RENDER, source_job_id=again))

    def slowly(_connection, _cursor, statement, *_):
        if statement.startswith("DELETE FROM video_analysis_jobs"):
            sleep(0.3)

    event.listen(engine, "before_cursor_execute", slowly)
    with ThreadPoolExecutor(2) as pool:
        receipts = list(pool.map(erasure.job, [COACH] * 2, [video, again]))
    event.remove(engine, "before_cursor_execute", slowly)
    assert sum(receipt.counts["jobs"] for receipt in receipts) == 3
    assert ids(engine) == set()


def test_a_receipt_names_nobody(engine, erasure):
    PlayerStore(engine).put(COACH, "maya-iyer", name="Maya Iyer", age_band=None)
    erasure.player(COACH, "maya-iyer")
    with transaction(engine) as rows:
        (receipt,) = rows.scalars(select(DeletionReceipt))
    assert "aya" not in repr(vars(receipt))
    assert receipt.subject == sha256(b"coach-1\0maya-iyer").hexdigest()


def test_a_player_who_came_back_is_deleted_anew(engine, erasure):
    a_session(engine)
    first = erasure.player(COACH, "p-1")
    a_session(engine)
    second = erasure.player(COACH, "p-1")
    assert second.id != first.id
    assert second.counts["sessions_changed"] == 1


def test_what_webhooks_were_told_about_a_deleted_job_goes_too(engine, erasure, a_full_job):
    job_id, other = a_full_job(), a_full_job()
    with transaction(engine) as rows:
        hook = Webhook(owner=COACH, url="https://example.com", events=[], secret="s")
        rows.add(hook)
        rows.flush()
        for told in (job_id, other):
            rows.add(
                WebhookDelivery(
                    webhook_id=hook.id,
                    owner=COACH,
                    event="job.completed",
                    occasion=str(told),
                    job_id=told,
                    payload={},
                )
            )
    erasure.job(COACH, job_id)
    assert ids(engine, WebhookDelivery.job_id) == {other}


def test_a_receipt_is_its_owners_only(engine, erasure):
    receipt = erasure.session(COACH, a_session(engine))
    with pytest.raises(ReceiptNotFound):
        erasure.store.receipt(STRANGER, receipt.id)


def test_the_sweeper_erases_what_s3_had_refused(engine, queue, storage, versions, a_full_job, age):
    moody = Moody(s3_client(storage), storage.s3_bucket)
    erasure = Erasure(ErasureStore(engine), moody)
    sweeper = a_sweeper(engine, moody, queue)
    job_id = a_full_job()
    receipt = erasure.job(COACH, job_id)
    assert ids(engine) == set()
    assert versions(job_id) == 3
    age(hours=1)
    assert sweeper.sweep() == Swept(errors=1)
    moody.away = False
    assert sweeper.sweep() == Swept(erased=1)
    assert versions() == 0
    assert sweeper.sweep() == Swept()
    noted = erasure.store.receipt(COACH, receipt.id)
    assert (noted.counts["objects"], noted.closed_at) == (3, None)


def test_what_s3_refuses_for_good_keeps_nobody_waiting(engine, media, age):
    """Neither other deletions nor the other places of the same one."""
    store = ErasureStore(engine)
    refused, fine = (store.delete_job(COACH, a_job(engine)) for _ in range(2))
    age(hours=1)
    for expected in (refused, fine, refused):
        ((found, _),) = store.due(unfinished_s=60, late_s=1e6, most=1)
        assert found.id == expected.id
    refused.leftovers = ["a/", "b/"]
    moody = Moody(media._client, media.bucket)
    for order in (["b/", "a/"], ["a/", "b/"]):
        with pytest.raises(StorageError):
            Erasure(store, moody).empty(refused, within_s=9)
        refused = store.receipt(COACH, refused.id)
        assert refused.leftovers == order


def test_deleting_again_erases_what_s3_had_refused(engine, storage, versions, a_full_job):
    moody = Moody(s3_client(storage), storage.s3_bucket)
    erasure = Erasure(ErasureStore(engine), moody)
    job_id = a_full_job()
    erasure.job(COACH, job_id)
    moody.away = False
    erasure.job(COACH, job_id)
    assert versions() == 0


def test_a_late_file_goes_once_no_upload_and_no_worker_can_be_left(
    engine, erasure, media, queue, put, versions, a_full_job, age
):
    sweeper = a_sweeper(engine, media, queue)
    session_id = a_session(engine)
    job_id = a_full_job(session_id=session_id)
    receipt = erasure.session(COACH, session_id)
    put(all_results_prefix(job_id) + "1/frames.json.gz")
    put(upload_key(COACH, session_id, job_id))
    age(hours=1)
    assert sweeper.sweep() == Swept()  # a URL may still be good, a worker still at work
    age(hours=1.1)
    assert sweeper.sweep() == Swept(erased=1)
    assert versions() == 0
    assert sweeper.sweep() == Swept()
    closed = erasure.store.receipt(COACH, receipt.id)
    assert closed.counts["objects"] == 5
    assert closed.leftovers == []
    assert closed.closed_at is not None
    assert erasure.job(COACH, job_id).closed_at is not None  # with the session's


def test_a_large_deletion_goes_on_where_it_stopped(engine, erasure, put, versions, a_full_job):
    session_id = a_session(engine)
    for _ in range(3):
        a_full_job(session_id=session_id)
    receipt = erasure.store.delete_session(COACH, session_id)
    places = list(receipt.leftovers)
    assert not erasure.empty(receipt, within_s=0)
    assert versions() == 9
    erasure.store.emptied(receipt, left=places[4:], objects=7, for_good=False)
    noted = erasure.store.receipt(COACH, receipt.id)
    assert noted.leftovers == places[4:] + places[:4]
    assert (noted.counts["objects"], noted.pushed_at) == (7, None)
    erasure.store.emptied(noted, left=places[2:], objects=0, for_good=True)
    noted = erasure.store.receipt(COACH, receipt.id)
    assert (noted.leftovers, noted.closed_at) == (places[2:], None)
    assert erasure.empty(noted, within_s=60, for_good=True)
    assert erasure.store.receipt(COACH, receipt.id).closed_at is not None


def test_a_worker_finds_nothing_to_write_to(engine, jobs, erasure):
    lease = a_claimed_job(engine).lease
    erasure.job(COACH, lease.job_id)
    for write in (
        lambda: jobs.beat(lease, lease_s=60),
        lambda: jobs.confirm(lease),
        lambda: jobs.finish(lease, results={}, results_prefix="results/"),
        lambda: jobs.give_back(lease),
    ):
        with pytest.raises(LeaseLost):
            write()
    assert jobs.claim(lease.job_id, worker="w", lease_s=60) == Over(None, deleted=True)
    assert jobs.claim(uuid4(), worker="w", lease_s=60) == Over(None)


def test_a_message_about_a_deleted_job_is_deleted_and_no_alarm(
    engine, jobs, media, queue, dead_letters, erasure
):
    job = a_claimed_job(engine).job
    queue.send(message_for(job))
    erasure.job(COACH, job.id)
    settler = Settler(jobs, media, queue, WorkerSettings())
    settler.over(queue.receive(wait_s=1, visibility_s=60), job.id, jobs.over(job.id))
    assert queue.depth().total == 0


def test_two_who_delete_at_the_same_time_get_one_receipt(engine, erasure, a_full_job):
    session_id = a_session(engine)
    job_id = a_full_job(session_id=session_id)
    for delete, subject in [
        (erasure.job, job_id),
        (erasure.session, session_id),
        (erasure.player, "p-1"),
    ]:
        with ThreadPoolExecutor(4) as pool:
            receipts = list(pool.map(delete, [COACH] * 4, [subject] * 4))
        assert len({receipt.id for receipt in receipts}) == 1


def test_an_operator_who_redrives_its_letter_only_removes_it(engine, jobs, queue, dead_letters):
    job = a_claimed_job(engine).job
    dead_letters.send(message_for(job))
    ErasureStore(engine).delete_job(COACH, job.id)
    letters = DeadLetters(dead_letters, Dispatcher(jobs, queue), ConsentAnew.on(engine))
    (settled,) = letters.redrive()
    assert (settled.removed, settled.plan.why) == (True, "its job was deleted")
    assert (dead_letters.depth().total, queue.depth().total) == (0, 0)


def test_a_dead_letter_about_a_deleted_job_is_removed(engine, media, queue, dead_letters, erasure):
    deleted, unknown = a_claimed_job(engine).job, a_claimed_job(engine).job
    for job in (deleted, unknown):
        dead_letters.send(message_for(job))
    erasure.job(COACH, deleted.id)
    with transaction(engine) as rows:
        rows.delete(rows.get(VideoAnalysisJob, unknown.id))
    assert a_sweeper(engine, media, queue, dead_letters).sweep() == Swept(letters_removed=1)
    assert dead_letters.depth().total == 1


def test_an_upload_that_arrives_after_the_deletion_completes_nothing(
    engine, jobs, erasure, media, queue
):
    job_id = a_job(engine)
    erasure.job(COACH, job_id)
    set_row(engine, job_id, upload_expires_at=datetime.now(UTC))  # there is no row to set
    with pytest.raises(JobNotFound):
        a_sweeper(engine, media, queue).uploads.settle(job_id)
