"""The table of refusals: how each comes about, and what is said then."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, insert, text

from shared.errors import UserAction
from shared.media.store import MediaStore
from shared.models import RequestCount
from tests.builders import COACH, MISSING, a_job, a_session, a_waiting_job
from tests.contract.documents import a_completed_job
from tests.contract.forms import form
from tests.contract.gateway import Gateway
from tests.contract.operations import Request
from tests.files.pictures import MP4, picture
from tests.sweeping import set_row

NOBODY = "http://127.0.0.1:1"
NOWHERE = "postgresql+psycopg://coach@127.0.0.1:1/coach"
HOOK = "https://93.184.215.14/hook"


@dataclass(frozen=True)
class Desk:
    """What the rows are arranged with."""

    client: Gateway
    engine: Engine
    media: MediaStore

    def session(self, **settings: Any) -> str:
        return str(a_session(self.engine, **settings))

    def upload(self, **said: Any) -> dict[str, Any]:
        return self.done(INITIATE, {"session_id": self.session(), **said})

    def done(self, path: str, body: Any = None, **request: Any) -> dict[str, Any]:
        answer = self.client.post(path, body, **request)
        assert answer.status < 300, answer
        return dict(answer.json)

    def put(self, key: str, content: bytes) -> None:
        self.media.put(key, content, content_type="video/mp4")


Arrange = Callable[[Desk], Request]


@dataclass(frozen=True)
class Row:
    """One row.

    `arrange` makes the world in which the request is refused, and returns the request; the function
    is deployed anew where `environment` is not the usual one (None: a variable that is not set).
    `at` are the places that `errors` points to, `changes` says what is done all the same, and why.
    """

    code: str
    status: int
    action: UserAction
    when: str
    arrange: Arrange
    at: tuple[str, ...] = ()
    environment: Mapping[str, str | None] = field(default_factory=dict)
    changes: str = ""

    def __str__(self) -> str:
        return f"{self.code}: {self.when}"


INITIATE, COMPLETE = "/videos/upload/initiate", "/videos/upload/complete"
SEND, PICTURES, ANALYZE = "/videos/upload", "/images/upload", "/images/analyze"
KEYED = {"Idempotency-Key": "6b0b3d5e-6f0e-4f5c-9d3f-1f1d9a1f7c55"}


# --- the world in which it happens ----------------------------------------------------------------


def get(path: str, **query: Any) -> Arrange:
    return lambda desk: Request("GET", path, query=query)


def get_with_no_token(desk: Desk) -> Request:
    return Request("GET", "/sessions", headers={"authorization": "Bearer me"})


def post(path: str, body: Any = None) -> Arrange:
    return lambda desk: Request("POST", path, body)


def initiate(**said: Any) -> Arrange:
    return lambda desk: Request("POST", INITIATE, {"session_id": desk.session(), **said})


def send(name: str, content: bytes) -> Arrange:
    def arrange(desk: Desk) -> Request:
        body, headers = form([(name, content)], field="file", session_id=desk.session())
        return Request("POST", SEND, body, headers=headers)

    return arrange


def send_pictures(*files: tuple[str, bytes]) -> Arrange:
    body, headers = form(files)
    return lambda desk: Request("POST", PICTURES, body, headers=headers)


def announce_pictures(count: int = 1, **said: Any) -> Arrange:
    one = {"filename": "a.jpg", "content_type": "image/jpeg", "size_bytes": 5} | said
    return post(f"{PICTURES}/initiate", {"files": [one] * count})


def complete(**said: Any) -> Arrange:
    """Nothing was sent, or where a size was announced something else."""

    def arrange(desk: Desk) -> Request:
        upload = desk.upload(**said)
        if said:
            desk.put(upload["s3_key"], b"another length")
        return Request("POST", COMPLETE, {"job_id": upload["job_id"]})

    return arrange


def complete_sent(desk: Desk) -> Request:
    upload = desk.upload()
    desk.put(upload["s3_key"], b"video")
    return Request("POST", COMPLETE, {"job_id": upload["job_id"]})


def analyze_before_pictures_came(desk: Desk) -> Request:
    file = {"filename": "a.jpg", "content_type": "image/jpeg", "size_bytes": 5}
    upload = desk.done(f"{PICTURES}/initiate", {"files": [file]})
    return Request("POST", ANALYZE, {"upload_id": upload["upload_id"]})


def analyze_otherwise(desk: Desk) -> Request:
    body, headers = form([("stance.jpg", picture())])
    upload = desk.done(PICTURES, body, headers=headers)["upload_id"]
    desk.done(ANALYZE, {"upload_id": upload, "confidence": 0.6})
    return Request("POST", ANALYZE, {"upload_id": upload, "confidence": 0.7})


def of_a_waiting_job(desk: Desk) -> Request:
    return Request("GET", f"/analysis-jobs/{a_waiting_job(desk.engine)}/results")


def of_a_cancelled_job(desk: Desk) -> Request:
    job = a_waiting_job(desk.engine)
    desk.done(f"/analysis-jobs/{job}/cancel")
    return Request("GET", f"/analysis-jobs/{job}/results")


def of_a_completed_job(method: str, below: str, **query: str) -> Arrange:
    def arrange(desk: Desk) -> Request:
        job = a_completed_job(desk.engine, desk.media)
        body: dict[str, Any] | None = {} if below == "render" else None
        return Request(method, f"/analysis-jobs/{job}/{below}", body, query)

    return arrange


def of_a_job_that_nobody_could_write(desk: Desk) -> Request:
    job = a_job(desk.engine)
    set_row(desk.engine, job, settings={"movement": "curling"})
    return Request("GET", f"/analysis-jobs/{job}")


def revoke(desk: Desk) -> Request:
    desk.session()  # of p-1
    return Request("DELETE", f"/players/p-1/consents/{MISSING}")


def a_child_is_filmed(desk: Desk) -> Request:
    return Request("POST", INITIATE, {"session_id": desk.session(age_band="under_13")})


def another_webhook(desk: Desk) -> Request:
    for _ in range(5):
        desk.done("/webhooks", {"url": HOOK})
    return Request("POST", "/webhooks", {"url": HOOK})


def the_key_again(desk: Desk) -> Request:
    desk.done("/sessions", {"title": "Nets"}, headers=KEYED)
    return Request("POST", "/sessions", {"title": "Match"}, headers=KEYED)


def the_twin_at_work(desk: Desk) -> Request:
    """The first one still holds the key: it has not answered yet."""
    key = {"Idempotency-Key": "twin"}
    desk.done("/sessions", {"title": "Nets"}, headers=key)
    with desk.engine.begin() as rows:
        rows.execute(
            text("UPDATE idempotency_keys SET status = NULL, body = NULL WHERE key = 'twin'")
        )
    return Request("POST", "/sessions", {"title": "Nets"}, headers=key)


def the_minute_is_used_up(desk: Desk) -> Request:
    """And the next one, which may begin before the request is sent."""
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    with desk.engine.begin() as rows:
        for minute in (now, now + timedelta(minutes=1)):
            used_up = {"owner": COACH, "minute": minute, "requests": 1}
            rows.execute(insert(RequestCount).values(used_up))
    return Request("POST", "/sessions", {"title": "Nets"})


def another_upload(desk: Desk) -> Request:
    return Request("POST", INITIATE, {"session_id": desk.upload()["session_id"]})


# --- the table ------------------------------------------------------------------------------------

FIX, WAIT, NONE = UserAction.FIX_REQUEST, UserAction.WAIT, UserAction.NONE
SUPPORT = UserAction.CONTACT_SUPPORT
JPEG, SMALL, CUT = picture(), picture("PNG", (63, 64)), picture()[:300]

TABLE = [
    Row("MISSING_FILENAME", 400, FIX, "video announced", initiate(filename=" ")),
    Row("MISSING_FILENAME", 400, FIX, "video sent", send(" ", MP4)),
    Row("MISSING_FILENAME", 400, FIX, "picture sent", send_pictures((" ", JPEG)), ("#/files/0",)),
    Row("INVALID_FORMAT", 400, FIX, "video announced", initiate(content_type="image/png")),
    Row("INVALID_FORMAT", 400, FIX, "video sent", send("a.mp4", JPEG)),
    Row("INVALID_FORMAT", 400, FIX, "picture sent", send_pictures(("a", MP4)), ("#/files/0",)),
    Row(
        "INVALID_FORMAT",
        400,
        FIX,
        "picture announced",
        announce_pictures(content_type="image/gif"),
        ("#/files/0",),
    ),
    Row("FILE_TOO_LARGE", 400, FIX, "video announced", initiate(size_bytes=10**12)),
    Row("FILE_TOO_LARGE", 400, FIX, "video sent", send("a.mp4", MP4 + bytes(5_000_000))),
    Row(
        "FILE_TOO_LARGE",
        400,
        FIX,
        "picture announced",
        announce_pictures(size_bytes=50_000_001),
        ("#/files/0",),
    ),
    Row("TOO_MANY_FILES", 400, FIX, "sent", send_pictures(*[("a.jpg", b"x")] * 101)),
    Row("TOO_MANY_FILES", 400, FIX, "announced", announce_pictures(101)),
    Row("INVALID_DIMENSIONS", 400, FIX, "sent", send_pictures(("a", SMALL)), ("#/files/0",)),
    Row("CORRUPTED_FILE", 400, FIX, "sent", send_pictures(("a.jpg", CUT)), ("#/files/0",)),
    Row("UNAUTHENTICATED", 401, FIX, "no JWT", get_with_no_token),
    Row("NOT_FOUND", 404, FIX, "no such address", get("/nowhere")),
    Row("NOT_FOUND", 404, FIX, "no operator", get("/metrics")),
    Row("SESSION_NOT_FOUND", 404, FIX, "unknown", get(f"/sessions/{MISSING}")),
    Row("SESSION_NOT_FOUND", 404, FIX, "named", post(INITIATE, {"session_id": MISSING})),
    Row("JOB_NOT_FOUND", 404, FIX, "unknown", get(f"/analysis-jobs/{MISSING}")),
    Row("JOB_NOT_FOUND", 404, FIX, "named", post(COMPLETE, {"job_id": MISSING})),
    Row("PLAYER_NOT_FOUND", 404, FIX, "unknown", get("/players/nobody")),
    Row("PLAYER_NOT_FOUND", 404, FIX, "named", initiate(player_id="nobody")),
    Row("CONSENT_NOT_FOUND", 404, FIX, "unknown", revoke),
    Row("WEBHOOK_NOT_FOUND", 404, FIX, "unknown", get(f"/webhooks/{MISSING}")),
    Row("RECEIPT_NOT_FOUND", 404, FIX, "unknown", get(f"/deletion-receipts/{MISSING}")),
    Row("VIDEO_NOT_FOUND", 404, FIX, "not rendered", of_a_completed_job("GET", "video")),
    Row(
        "VIDEO_NOT_FOUND",
        404,
        NONE,
        "the original is gone",
        of_a_completed_job("GET", "video", kind="original"),
    ),
    Row("VIDEO_NOT_FOUND", 404, NONE, "nothing to render", of_a_completed_job("POST", "render")),
    Row("METHOD_NOT_ALLOWED", 405, FIX, "no POST", post("/health")),
    Row("UPLOAD_MISSING", 409, FIX, "video", complete()),
    Row("UPLOAD_MISSING", 409, FIX, "picture", analyze_before_pictures_came, ("#/files/0",)),
    Row("UPLOAD_MISMATCH", 409, FIX, "another size", complete(size_bytes=7)),
    Row("UPLOAD_USED", 409, FIX, "other settings", analyze_otherwise),
    Row("RESULTS_NOT_READY", 409, WAIT, "waiting", of_a_waiting_job),
    Row("RESULTS_NOT_READY", 409, NONE, "cancelled", of_a_cancelled_job),
    Row("JOB_NOT_CANCELLABLE", 409, NONE, "completed", of_a_completed_job("POST", "cancel")),
    Row("JOB_NOT_RETRYABLE", 409, NONE, "completed", of_a_completed_job("POST", "retry")),
    Row("CONSENT_REQUIRED", 409, FIX, "a child", a_child_is_filmed),
    Row("TOO_MANY_WEBHOOKS", 409, FIX, "a sixth", another_webhook),
    Row("REQUEST_IN_PROGRESS", 409, WAIT, "a twin", the_twin_at_work),
    Row("REQUEST_TOO_LARGE", 413, FIX, "70 kB", post("/sessions", {"title": "x" * 70_000})),
    Row("INVALID_REQUEST", 422, FIX, "field", post("/sessions", {"title": ""}), ("#/title",)),
    Row("INVALID_REQUEST", 422, FIX, "query", get("/sessions", limit=0), ("?limit",)),
    Row(
        "INVALID_CONFIG",
        422,
        FIX,
        "setting",
        post("/sessions", {"title": "t", "movement": "curling"}),
        ("#/movement",),
    ),
    Row("IDEMPOTENCY_KEY_REUSED", 422, FIX, "another body", the_key_again),
    Row("WEBHOOK_REFUSED", 409, FIX, "not public", post("/webhooks", {"url": "https://10.0.0.1/"})),
    Row("INTERNAL_ERROR", 500, SUPPORT, "a broken row", of_a_job_that_nobody_could_write),
    Row(
        "RATE_LIMIT_EXCEEDED",
        429,
        WAIT,
        "requests a minute",
        the_minute_is_used_up,
        environment={"MAX_REQUESTS_PER_MINUTE": "1"},
    ),
    Row(
        "RATE_LIMIT_EXCEEDED",
        429,
        WAIT,
        "uploads a day",
        another_upload,
        environment={"MAX_UPLOADS_PER_DAY": "1"},
    ),
    Row(
        "TOO_MANY_ACTIVE_JOBS",
        429,
        WAIT,
        "one open",
        another_upload,
        environment={"MAX_OPEN_JOBS": "1"},
    ),
    Row(
        "STORAGE_ERROR",
        502,
        WAIT,
        "at complete",
        complete_sent,
        environment={"AWS_ENDPOINT_URL_S3": NOBODY},
    ),
    Row(
        "QUEUE_ERROR",
        502,
        WAIT,
        "at complete",
        complete_sent,
        environment={"AWS_ENDPOINT_URL_SQS": NOBODY},
        changes="the row says that the video is there, so the sweeper can send the message",
    ),
    Row(
        "DATABASE_ERROR",
        503,
        WAIT,
        "away",
        post("/sessions", {"title": "Nets"}),
        environment={"DATABASE_URL": NOWHERE},
    ),
    Row(
        "SIGN_IN_UNAVAILABLE",
        503,
        WAIT,
        "no keys",
        post("/sessions", {"title": "Nets"}),
        environment={"JWKS": None, "JWKS_URL": f"{NOBODY}/jwks.json"},
    ),
]
