"""What becomes of pictures when S3, the queue or their coach goes away."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest

from shared.aws import sqs_client
from shared.errors import QueueError, StorageError, UploadMissing, UploadUsed
from shared.job_store import JobStore
from shared.jobs import Stage, Status
from shared.media.store import MediaStore
from shared.queue.dispatch import Dispatcher
from shared.queue.job_queue import JobQueue
from shared.settings import UploadSettings
from shared.stills.document import MANIFEST_NAME, StillSettings
from shared.stills.uploads import About, StillUploads
from shared.stills.verdicts import AnnouncedPicture, SentPicture
from shared.sweep.sweeper import Swept
from shared.uploads.videos import Uploads
from tests.builders import COACH
from tests.files.pictures import picture
from tests.sweeping import a_sweeper, messages_in, set_row, where

LONG_AGO = datetime.now(UTC) - timedelta(days=1)

STANCE = SentPicture("stance.jpg", picture())


class LosesPictures(MediaStore):
    """A bucket that takes nothing but what it names."""

    def put(self, key, content, *, content_type):
        if not key.endswith("000"):
            raise StorageError
        super().put(key, content, content_type=content_type)


def _stills(engine, media, queue):
    videos = Uploads.on(engine, media, queue, UploadSettings())
    return StillUploads(
        videos.sessions,
        videos.jobs,
        media,
        Dispatcher(videos.jobs, queue),
        videos.consent,
        videos.limits,
    )


@pytest.fixture
def stills(engine, media, queue):
    return _stills(engine, media, queue)


@pytest.fixture
def jobs(engine):
    return JobStore(engine)


def test_an_upload_that_s3_breaks_off_is_given_up(engine, storage, media, queue, jobs):
    broken = _stills(engine, LosesPictures(media._client, media.bucket), queue)
    with pytest.raises(StorageError):
        broken.receive(About(COACH), [STANCE, STANCE])
    (job,) = jobs.page(COACH, limit=5, after=None)
    assert job.status == Status.CANCELLED
    assert len(media.keys(job.s3_key)) == 1
    set_row(engine, job.id, completed_at=LONG_AGO, updated_at=LONG_AGO)
    assert a_sweeper(engine, media, queue).sweep() == Swept(tidied=1)
    assert media.keys(job.s3_key) == []


@pytest.mark.parametrize("arrived", [True, False], ids=["all-there", "never-came"])
def test_pictures_that_nobody_asks_about_expire(engine, stills, media, queue, jobs, arrived):
    if arrived:
        job, _ = stills.receive(About(COACH), [STANCE])
    else:
        job, _ = stills.announce(About(COACH), [AnnouncedPicture("a.jpg", "image/jpeg", 5)])
    set_row(engine, job.id, upload_expires_at=LONG_AGO, updated_at=LONG_AGO)
    assert a_sweeper(engine, media, queue).sweep() == Swept(uploads_failed=1)
    assert where(jobs, job.id) == (Status.FAILED, Stage.FAILED, "UPLOAD_EXPIRED")
    assert "pictures" in jobs.get(job.id).error_message
    assert media.keys(job.s3_key) == []
    assert messages_in(queue) == []


def test_pictures_that_were_asked_about_stay(engine, stills, media, queue, jobs):
    job, _ = stills.receive(About(COACH), [STANCE])
    stills.analyse(COACH, job.id, StillSettings())
    jobs.cancel(job.id, owner=COACH)
    set_row(engine, job.id, completed_at=LONG_AGO, updated_at=LONG_AGO)
    a_sweeper(engine, media, queue, stream=StringIO()).sweep()
    assert len(media.keys(job.s3_key)) == 2


def test_a_message_that_was_not_sent_is_sent_by_asking_again(
    engine, stills, media, queue, queue_settings, jobs
):
    job, _ = stills.receive(About(COACH), [STANCE])
    away = JobQueue(sqs_client(queue_settings), queue_settings.sqs_queue_url + "-gone")
    with pytest.raises(QueueError):
        _stills(engine, media, away).analyse(COACH, job.id, StillSettings())
    assert where(jobs, job.id) == (Status.PROCESSING, Stage.WAITING, None)
    assert stills.analyse(COACH, job.id, StillSettings()).sqs_message_id is not None
    assert messages_in(queue) == [str(job.id)]


def test_of_two_who_ask_differently_the_second_is_refused(stills):
    job, _ = stills.receive(About(COACH), [STANCE])
    stills.analyse(COACH, job.id, StillSettings(confidence=0.6))
    with pytest.raises(UploadUsed):
        stills.analyse(COACH, job.id, StillSettings())


def test_without_its_manifest_an_upload_is_not_whole(stills, media):
    job, _ = stills.receive(About(COACH), [STANCE])
    media.delete([job.inputs[MANIFEST_NAME]])
    with pytest.raises(UploadMissing) as refused:
        stills.analyse(COACH, job.id, StillSettings())
    assert refused.value.places == {}
    assert stills.jobs.get(job.id).status == Status.QUEUED


def test_the_row_knows_how_much_there_is_to_fetch(stills, media):
    job, _ = stills.receive(About(COACH), [STANCE, STANCE])
    done = stills.analyse(COACH, job.id, StillSettings())
    assert done.source_bytes == sum(media.sizes(job.s3_key).values())
    assert job.declared_bytes == 2 * len(STANCE.content)
