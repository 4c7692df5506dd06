"""An API and a storage in one small HTTP server: answers a phone as told, notes what it got."""

import json
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

JOB_ID = "6f9f1f0e-0000-4000-8000-000000000001"
SESSION_ID = "6f9f1f0e-0000-4000-8000-000000000002"
UPLOAD_HEADERS = {"If-None-Match": "*", "Content-Type": "video/mp4"}


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request, as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class FakeApi:
    """`answers[route]` are given in order, the last one again and again."""

    url: str
    answers: dict[str, deque[Answer]] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)

    def will(self, route: str, *answers: Answer) -> None:
        """Answer `METHOD /path` so from now on."""
        self.answers[route] = deque(answers)

    def asked(self, route: str) -> list[Request]:
        return [one for one in self.requests if f"{one.method} {one.path}" == route]

    def answer(self, request: Request) -> Answer:
        self.requests.append(request)
        waiting = self.answers.get(f"{request.method} {request.path}")
        if not waiting:
            return Answer(404, problem("NOT_FOUND", "There is nothing at this address."))
        return waiting[0] if len(waiting) == 1 else waiting.popleft()


def problem(code: str, detail: str, *, retryable: bool = False, user_action: str = "none") -> Any:
    return {"code": code, "detail": detail, "retryable": retryable, "user_action": user_action}


def status(status: str, stage: str, percent: float, *, error: Any = None) -> dict[str, Any]:
    """Return a body of `GET …/status`."""
    progress = {"stage": stage, "percent": percent, "frames_done": 3, "frames_total": 10}
    return {"job_id": JOB_ID, "status": status, "progress": progress, "error": error}


@contextmanager
def fake_api() -> Iterator[FakeApi]:
    """Serve on the loopback address; every video is accepted and analysed at once."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    api = FakeApi(f"http://127.0.0.1:{server.server_port}")
    server.RequestHandlerClass = _handler(api)
    _accept_everything(api)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield api
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _accept_everything(api: FakeApi) -> None:
    ticket = {
        "job_id": JOB_ID,
        "presigned_url": f"{api.url}/storage?signature=secret",
        "method": "PUT",
        "headers": UPLOAD_HEADERS,
    }
    job = f"/analysis-jobs/{JOB_ID}"
    api.will("POST /sessions", Answer(201, {"session_id": SESSION_ID}))
    api.will("POST /videos/upload/initiate", Answer(201, ticket))
    api.will("PUT /storage?signature=secret", Answer(200))
    api.will("POST /videos/upload/complete", Answer(202, {"job_id": JOB_ID}))
    api.will(f"GET {job}/status", Answer(200, status("completed", "done", 100), {"ETag": "a"}))
    api.will(f"GET {job}/results", Answer(200, {"schema_version": 1}))
    api.will(f"GET {job}/frames", Answer(307, headers={"Location": f"{api.url}/frames?signed"}))
    api.will("GET /frames?signed", Answer(200, ["frames"]))


def _handler(api: FakeApi) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            answer = api.answer(Request(self.command, self.path, dict(self.headers), body))
            content = b"" if answer.body is None else json.dumps(answer.body).encode()
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = _serve  # noqa: N815 - the names http.server calls

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler
