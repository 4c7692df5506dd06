"""What stays in the bucket when a job is over."""

from uuid import uuid4

import pytest

from shared.aws import s3_client
from shared.errors import StorageError
from shared.media.store import DELETE_AT_ONCE, MediaStore, results_prefix
from shared.media.tidy import tidy


@pytest.fixture
def stored(media, tmp_path):
    """Stores one file at each key."""
    path = tmp_path / "file"
    path.write_bytes(b"{}")

    def stored(*keys: str) -> list[str]:
        for key in keys:
            media.upload(path, key, content_type="application/json")
        return sorted(keys)

    return stored


def test_only_the_results_of_the_row_stay(media, stored):
    job, neighbour = uuid4(), uuid4()
    stored(results_prefix(job, 1) + "frames.json.gz", results_prefix(job, 12) + "results.json")
    kept = stored(
        results_prefix(job, 2) + "frames.json.gz",
        results_prefix(job, 2) + "results.json",
        results_prefix(neighbour, 1) + "results.json",
    )
    assert tidy(media, job, keep=results_prefix(job, 2), up_to=12) == 2
    assert sorted(media.keys("results/")) == kept
    assert tidy(media, job, keep=results_prefix(job, 2), up_to=12) == 0


def test_attempt_1_is_not_taken_for_attempt_12(media, stored):
    job = uuid4()
    stored(results_prefix(job, 12) + "results.json")
    assert tidy(media, job, keep=results_prefix(job, 1), up_to=12) == 1


def test_a_job_without_results_leaves_nothing(media, stored):
    job = uuid4()
    stored(*(results_prefix(job, attempt) + "results.json" for attempt in (1, 2, 3)))
    assert tidy(media, job, keep=None, up_to=3) == 3
    assert media.keys("results/") == []


def test_what_a_later_attempt_stored_stays(media, stored):
    job = uuid4()
    stored(results_prefix(job, 3) + "results.json")
    later = stored(results_prefix(job, 4) + "results.json", results_prefix(job, 10) + "frames")
    assert tidy(media, job, keep=None, up_to=3) == 1
    assert sorted(media.keys("results/")) == later


def test_more_keys_than_s3_takes_at_once_are_deleted(media, stored):
    gone = [f"results/gone/{number}" for number in range(DELETE_AT_ONCE)]
    last = stored("results/there")
    assert media.delete([*gone, *last]) == DELETE_AT_ONCE + 1
    assert media.keys("results/") == []


def test_without_s3_it_says_so(storage):
    away = MediaStore(s3_client(storage), "there-is-no-such-bucket")
    with pytest.raises(StorageError):
        tidy(away, uuid4(), keep=None, up_to=3)
