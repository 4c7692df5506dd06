import httpx

from shared.attempt_store import Claimed
from shared.job_store import JobStore
from shared.queue.job_queue import JobQueue
from shared.queue.messages import JobMessage
from tests.contract.documents import stored_results

VIDEO = b"not really a video, but the right number of bytes"


def test_from_a_new_session_to_results(client, engine, media, queue: JobQueue):
    session = client.post(
        "/sessions", {"title": "Nets", "player_ids": ["p-1"], "movement": "cricket_batting"}
    )
    assert session.status == 201
    assert session.json["status"] == "pending"

    upload = client.post(
        "/videos/upload/initiate",
        {
            "session_id": session.json["session_id"],
            "filename": "drive.mp4",
            "content_type": "video/mp4",
            "size_bytes": len(VIDEO),
        },
    )
    assert upload.status == 201
    assert upload.json["status"] == "queued"
    assert upload.json["s3_bucket"] == media.bucket
    job_id = upload.json["job_id"]

    stored = httpx.request(
        upload.json["method"],
        upload.json["presigned_url"],
        headers=upload.json["headers"],
        content=VIDEO,
    )
    assert stored.status_code == 200

    completed = client.post("/videos/upload/complete", {"job_id": job_id})
    assert completed.status == 202
    assert completed.json["status"] == "processing"

    received = queue.receive(wait_s=1, visibility_s=30)
    assert received is not None
    assert received.message_id == completed.json["sqs_message_id"]
    message = JobMessage.model_validate_json(received.body)
    assert str(message.job_id) == job_id

    worker = JobStore(engine)
    claimed = worker.claim(message.job_id, worker="w1", lease_s=60)
    assert isinstance(claimed, Claimed)
    media_results = stored_results(media, message.job_id)
    worker.finish(claimed.lease, results=media_results, results_prefix=f"results/{job_id}/1/")

    job = client.get(f"/analysis-jobs/{job_id}")
    assert job.status == 200
    assert job.json["status"] == "completed"
    assert job.json["settings"]["movement"] == "cricket_batting"
    assert job.json["size_bytes"] == len(VIDEO)
    assert job.json["results"]["findings"]["overall_level"] == "medium"
    assert client.get(f"/analysis-jobs/{job_id}/results").json["schema_version"] == 1
