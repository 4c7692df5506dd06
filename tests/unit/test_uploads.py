import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.analysis import AgeBand, AnalysisSettings
from shared.aws import sqs_client
from shared.erasure.store import ErasureStore
from shared.errors import (
    ConsentRequired,
    DatabaseError,
    FileTooLarge,
    InvalidFormat,
    JobNotFound,
    PlayerNotFound,
    QueueError,
    SessionNotFound,
    StorageError,
    TooManyActiveJobs,
    UploadMismatch,
    UploadMissing,
)
from shared.job_store import JobStore
from shared.jobs import Stage, Status
from shared.media.multipart import MIB, MOST_PARTS, Cut
from shared.media.store import MediaStore
from shared.players.scopes import ConsentScope
from shared.players.store import NewConsent, PlayerStore
from shared.queue.job_queue import JobQueue
from shared.queue.messages import JobMessage
from shared.session_store import SessionStore
from shared.settings import LimitSettings, UploadSettings
from shared.uploads.videos import NewUpload, Uploads
from tests.builders import COACH, a_session


@pytest.fixture
def uploads(engine, media, queue):
    return Uploads.on(engine, media, queue, UploadSettings(max_upload_bytes=1000))


def _initiate(uploads, engine, **fields):
    upload = {"session_id": a_session(engine), "overrides": {}, "include_frames": True, **fields}
    return uploads.initiate(COACH, NewUpload(**upload))


def _put(put, content):
    assert httpx.put(put.url, headers=dict(put.headers), content=content).status_code == 200


def _all(queue):
    """Take every message out."""
    received = queue.receive_some(10, wait_s=1, visibility_s=30)
    for message in received:
        queue.delete(message)
    return received


def test_an_upload_ends_in_a_waiting_job_and_one_message(uploads, engine, queue):
    job, put = _initiate(uploads, engine, content_type="video/mp4", size_bytes=5)
    assert (job.status, job.stage) == (Status.QUEUED, Stage.AWAITING_UPLOAD)
    _put(put, b"video")
    done = uploads.complete(job.id, owner=COACH)
    assert (done.status, done.stage) == (Status.PROCESSING, Stage.WAITING)
    assert done.started_at is not None
    received = queue.receive(wait_s=1, visibility_s=30)
    assert received.message_id == done.sqs_message_id
    message = JobMessage.model_validate_json(received.body)
    assert (message.job_id, message.v) == (job.id, 1)


def test_complete_twice_sends_one_message(uploads, engine, queue):
    job, put = _initiate(uploads, engine)
    _put(put, b"video")
    first = uploads.complete(job.id, owner=COACH)
    again = uploads.complete(job.id, owner=COACH)
    assert again.sqs_message_id == first.sqs_message_id
    assert queue.receive(wait_s=1, visibility_s=30) is not None
    assert queue.receive(wait_s=0, visibility_s=30) is None


def test_complete_by_the_app_and_by_s3_at_once_moves_the_row_once(uploads, engine, queue):
    together = threading.Barrier(2)

    def complete(job_id, owner):
        together.wait()
        return uploads.complete(job_id, owner=owner)

    with ThreadPoolExecutor(2) as pool:
        for _ in range(10):
            job, put = _initiate(uploads, engine)
            _put(put, b"video")
            both = list(pool.map(complete, (job.id, job.id), (COACH, None)))
            assert {done.stage for done in both} == {Stage.WAITING}
            assert len({done.started_at for done in both}) == 1
            sent = {message.message_id for message in _all(queue)}
            assert 1 <= len(sent) <= 2  # a second one is settled as a duplicate
            assert JobStore(engine).get(job.id).sqs_message_id in sent


def test_complete_before_the_upload_changes_nothing(uploads, engine, queue):
    job, _ = _initiate(uploads, engine)
    with pytest.raises(UploadMissing):
        uploads.complete(job.id, owner=COACH)
    assert JobStore(engine).get(job.id).stage == Stage.AWAITING_UPLOAD
    assert queue.receive(wait_s=0, visibility_s=30) is None


def test_an_object_of_another_size_is_refused(uploads, engine, media, tmp_path):
    job, _ = _initiate(uploads, engine, size_bytes=5)
    other = tmp_path / "other"
    other.write_bytes(b"something else")
    media.upload(other, job.s3_key, content_type="video/mp4")
    with pytest.raises(UploadMismatch):
        uploads.complete(job.id, owner=COACH)
    assert JobStore(engine).get(job.id).status == Status.QUEUED


def test_a_message_that_was_not_sent_is_sent_by_the_next_complete(
    uploads, engine, queue, queue_settings
):
    job, put = _initiate(uploads, engine)
    _put(put, b"video")
    away = JobQueue(sqs_client(queue_settings), queue_settings.sqs_queue_url + "-gone")
    broken = replace(uploads, dispatcher=replace(uploads.dispatcher, queue=away))
    with pytest.raises(QueueError):
        broken.complete(job.id, owner=COACH)
    waiting = JobStore(engine).get(job.id)
    assert (waiting.stage, waiting.sqs_message_id) == (Stage.WAITING, None)
    assert uploads.complete(job.id, owner=COACH).sqs_message_id is not None
    assert queue.receive(wait_s=1, visibility_s=30) is not None


def test_overrides_win_over_the_session_and_the_session_over_defaults(uploads, engine):
    session_id = a_session(engine, movement="cricket_bowling", athlete_height_cm=180)
    job, _ = _initiate(uploads, engine, session_id=session_id, overrides={"athlete_height_cm": 150})
    assert job.settings["movement"] == "cricket_bowling"
    assert job.settings["athlete_height_cm"] == 150
    assert job.settings["sample_fps"] == 15


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"content_type": "image/png"}, InvalidFormat),
        ({"size_bytes": 1001}, FileTooLarge),
        ({"overrides": {"movement": "chess"}}, ValidationError),
    ],
)
def test_a_bad_declaration_makes_no_job(uploads, engine, fields, error):
    with pytest.raises(error):
        _initiate(uploads, engine, **fields)
    assert JobStore(engine).page(COACH, limit=10, after=None) == []


def test_another_coach_can_neither_start_nor_complete(uploads, engine):
    session_id = a_session(engine, owner="coach-2")
    with pytest.raises(SessionNotFound):
        _initiate(uploads, engine, session_id=session_id)
    job, _ = _initiate(uploads, engine)
    with pytest.raises(JobNotFound):
        uploads.complete(job.id, owner="coach-2")


# --- whom it is about ---------------------------------------------------------------------------


@pytest.fixture
def players(engine):
    return PlayerStore(engine)


def a_consent(players, player="p-1"):
    mother = NewConsent(ConsentScope.ANALYSIS, "R. Iyer", "mother", None, None)
    return players.allow(COACH, player, mother)


def a_squad(engine, *player_ids):
    store = SessionStore(engine)
    settings = AnalysisSettings()
    return store.create(COACH, title="Nets", player_ids=player_ids, notes="", settings=settings).id


@pytest.mark.parametrize(
    ("squad", "given", "about"),
    [
        (["p-1"], None, "p-1"),
        (["p-1", "p-1"], None, "p-1"),
        (["p-1", "p-2"], None, None),
        (["p-1", "p-2"], "p-2", "p-2"),
        ([], None, None),
        ([], "p-7", "p-7"),
    ],
)
def test_a_video_is_about_the_player_named_or_the_only_one(
    uploads, engine, players, squad, given, about
):
    players.put(COACH, "p-7", name=None, age_band=None)
    job, _ = _initiate(uploads, engine, session_id=a_squad(engine, *squad), player_id=given)
    assert job.player_id == about
    assert job.may_show == ([given] if given else sorted(set(squad)))


def test_a_player_that_nobody_knows_is_refused(uploads, engine, players):
    players.put("coach-2", "theirs", name=None, age_band=None)
    for player in ("nobody", "theirs"):
        with pytest.raises(PlayerNotFound):
            _initiate(uploads, engine, player_id=player)
    assert JobStore(engine).page(COACH, limit=10, after=None) == []


@pytest.mark.parametrize("player", [None, "p-1"])
def test_a_minor_is_filmed_only_with_consent_and_measured_as_one(uploads, engine, players, player):
    players.put(COACH, "p-1", name=None, age_band=AgeBand.UNDER_16)
    with pytest.raises(ConsentRequired):
        _initiate(uploads, engine, player_id=player)
    assert JobStore(engine).page(COACH, limit=10, after=None) == []
    a_consent(players)
    job, _ = _initiate(uploads, engine, player_id=player)
    assert job.settings["age_band"] == "under_16"


def test_consent_is_asked_of_the_player_named_and_not_of_the_others(uploads, engine, players):
    session_id = a_squad(engine, "p-1", "p-2")
    players.put(COACH, "p-2", name=None, age_band=AgeBand.UNDER_13)
    with pytest.raises(ConsentRequired):
        _initiate(uploads, engine, session_id=session_id)
    job, _ = _initiate(uploads, engine, session_id=session_id, player_id="p-1")
    assert job.settings["age_band"] is None


def test_a_consent_revoked_before_the_video_came_stops_it(uploads, engine, players, queue):
    players.put(COACH, "p-1", name=None, age_band=AgeBand.UNDER_16)
    consent = a_consent(players)
    job, put = _initiate(uploads, engine)
    _put(put, b"video")
    players.revoke(COACH, "p-1", consent.id)
    with pytest.raises(ConsentRequired):
        uploads.complete(job.id, owner=COACH)
    assert JobStore(engine).get(job.id).status == Status.QUEUED
    assert queue.receive(wait_s=0, visibility_s=30) is None


def test_what_became_known_of_a_players_age_counts_when_the_video_is_there(
    uploads, engine, players
):
    job, put = _initiate(uploads, engine)
    _put(put, b"video")
    players.put(COACH, "p-1", name=None, age_band=AgeBand.ADULT)
    assert uploads.complete(job.id, owner=COACH).settings["age_band"] == "adult"


# --- what was not announced ---------------------------------------------------------------------


def test_a_video_above_the_limit_is_refused_however_it_came(uploads, engine, queue):
    job, put = _initiate(uploads, engine)
    _put(put, bytes(1001))
    with pytest.raises(UploadMismatch, match="larger than the limit of 1000 bytes"):
        uploads.complete(job.id, owner=COACH)
    assert JobStore(engine).get(job.id).status == Status.QUEUED
    assert queue.receive(wait_s=0, visibility_s=30) is None


# --- how a video is cut -------------------------------------------------------------------------


@given(size=st.integers(1, 5 << 40), part_mib=st.integers(5, 64))
def test_a_cut_covers_the_whole_video_in_few_enough_parts(size, part_mib):
    cut = Cut.of(size, part_bytes=part_mib * MIB)
    sizes = [part.size_bytes for part in cut.parts]
    assert sum(sizes) == size
    assert [part.number for part in cut.parts] == list(range(1, len(sizes) + 1))
    assert len(sizes) <= MOST_PARTS
    assert set(sizes[:-1]) <= {cut.part_bytes}
    assert cut.part_bytes >= part_mib * MIB
    assert 0 < sizes[-1] <= cut.part_bytes


def test_many_missing_parts_are_not_all_listed(uploads, engine):
    upload = NewUpload(a_session(engine), {}, include_frames=True, size_bytes=900, multipart=True)
    job, _ = uploads.initiate_in_parts(COACH, upload)
    job.declared_bytes = 30 * 16 * MIB
    with pytest.raises(UploadMissing, match=r"1, 2, .*, 20 and 10 more\. "):
        uploads._places.arrived(job)


def test_an_upload_in_parts_that_may_not_begin_leaves_nothing_at_s3(uploads, engine, media):
    full = replace(uploads, jobs=JobStore(engine, LimitSettings(max_open_jobs=1)))
    session_id = a_session(engine)
    upload = NewUpload(session_id, {}, include_frames=True, size_bytes=900, multipart=True)
    begun, _ = full.initiate_in_parts(COACH, upload)
    with pytest.raises(TooManyActiveJobs):
        full.initiate_in_parts(COACH, upload)
    left = media._client.list_multipart_uploads(Bucket=media.bucket)["Uploads"]
    assert [one["Key"] for one in left] == [begun.s3_key]


@pytest.fixture
def in_parts(uploads, engine):
    upload = NewUpload(a_session(engine), {}, include_frames=True, size_bytes=900, multipart=True)
    return lambda by=uploads: by.initiate_in_parts(COACH, upload)


def _open_uploads(media):
    return media._client.list_multipart_uploads(Bucket=media.bucket).get("Uploads", [])


def test_an_upload_that_s3_does_not_begin_ends_its_job(uploads, engine, media, in_parts):
    with pytest.raises(StorageError):
        in_parts(replace(uploads, media=MediaStore(media._client, "no-such-bucket")))
    (job,) = JobStore(engine).page(COACH, limit=9, after=None)
    assert job.status == Status.CANCELLED


def test_an_upload_that_cannot_be_noted_is_dropped(uploads, engine, media, in_parts):
    class Away(JobStore):
        def parts_begun(self, *_, **__):
            raise DatabaseError

    with pytest.raises(DatabaseError):
        in_parts(replace(uploads, jobs=Away(engine)))
    assert _open_uploads(media) == []
    (job,) = JobStore(engine).page(COACH, limit=9, after=None)
    assert job.status == Status.CANCELLED


@pytest.mark.parametrize("end", ["cancelled", "deleted"])
def test_a_job_that_is_gone_before_its_parts_begin_has_none(uploads, engine, media, in_parts, end):
    class Ended(JobStore):
        def parts_begun(self, job_id, *args, **kwargs):
            if end == "cancelled":
                self.cancel(job_id, owner=COACH)
            else:
                ErasureStore(engine).delete_job(COACH, job_id)
            return super().parts_begun(job_id, *args, **kwargs)

    with pytest.raises(SessionNotFound):
        in_parts(replace(uploads, jobs=Ended(engine)))
    assert _open_uploads(media) == []


def test_resumed_twice_at_once_an_upload_begins_anew_only_once(uploads, media, in_parts):
    job, given_up = in_parts()
    media.abort_multipart(job.s3_key, given_up.upload_id)
    together = threading.Barrier(2)

    class Both(MediaStore):
        def begin_multipart(self, key, **terms):
            together.wait()
            return super().begin_multipart(key, **terms)

    both = replace(uploads, media=Both(media._client, media.bucket))
    with ThreadPoolExecutor(2) as pool:
        resumed = pool.map(lambda _: both.resume(job.id, owner=COACH)[1], range(2))
    (upload_id,) = {place.upload_id for place in resumed}
    assert [one["UploadId"] for one in _open_uploads(media)] == [upload_id]


def test_parts_that_become_the_video_while_it_is_resumed_are_not_begun_anew(
    uploads, media, in_parts
):
    job, place = in_parts()
    media._client.upload_part(
        Bucket=media.bucket, Key=job.s3_key, UploadId=place.upload_id, PartNumber=1, Body=bytes(900)
    )

    class Completed(MediaStore):
        """Somebody completes it just before it looks for parts."""

        def stored_parts(self, *args):
            uploads.complete(job.id, owner=COACH)
            return super().stored_parts(*args)

    late = replace(uploads, media=Completed(media._client, media.bucket))
    resumed, missing = late.resume(job.id, owner=COACH)
    assert (resumed.status, missing) == (Status.PROCESSING, None)
    assert _open_uploads(media) == []


@pytest.mark.parametrize("away", ["uploaded", "get", "all"])
def test_a_stored_clip_is_taken_though_the_database_goes_away(uploads, engine, away):
    """Whoever was told of an error would send it again, and the sweeper complete both."""

    class Away(JobStore):
        """Answers no more once the row is there."""

        def uploaded(self, *args, **kwargs):
            if away in {"uploaded", "all"}:
                raise DatabaseError
            return super().uploaded(*args, **kwargs)

        def get(self, *args, **kwargs):
            if away in {"get", "all"}:
                raise DatabaseError
            return super().get(*args, **kwargs)

    upload = NewUpload(a_session(engine), {}, include_frames=True)
    job = replace(uploads, jobs=Away(engine)).take(COACH, upload, BytesIO(b"clip"))
    assert job.status == Status.QUEUED
    assert uploads.settle(job.id).stage == Stage.WAITING


def test_an_upload_that_ended_while_it_was_resumed_gets_no_urls(uploads, engine):
    job, _ = _initiate(uploads, engine)

    class Late(JobStore):
        """Somebody cancels between its look and its write."""

        def upload_extended(self, *args, **kwargs):
            self.cancel(job.id, owner=COACH)
            return super().upload_extended(*args, **kwargs)

    late = replace(uploads, jobs=Late(engine))
    resumed, place = late.resume(job.id, owner=COACH)
    assert (resumed.status, place) == (Status.CANCELLED, None)
