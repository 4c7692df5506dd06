"""The ECS agent's endpoint for task protection, as its answers are documented."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

TASK = "arn:aws:ecs:us-east-1:111122223333:task/cluster/0123456789abcdef"

REFUSAL = {"failure": {"Arn": TASK, "Detail": None, "Reason": "DEPLOYMENT_BLOCKED"}}

BROKEN = {
    "requestID": "12345-abc",
    "error": {"Arn": TASK, "Code": "AccessDeniedException", "Message": "not authorized"},
}


class FakeEcsAgent:
    """Grants, refuses or breaks; remembers every wish in the order they came."""

    def __init__(self) -> None:
        self.wishes: list[dict[str, object]] = []
        self.answer: object = None
        """Given to every wish to be protected; None grants it."""

        self.protected = False
        self.uri = ""

    def put(self, wish: dict[str, object]) -> object:
        """Answer one wish."""
        self.wishes.append(wish)
        if self.answer is not None and wish["ProtectionEnabled"]:
            return self.answer
        self.protected = bool(wish["ProtectionEnabled"])
        return {
            "protection": {
                "ExpirationDate": "2030-01-01T00:00:00Z" if self.protected else None,
                "ProtectionEnabled": self.protected,
                "TaskArn": TASK,
            }
        }


@contextmanager
def fake_ecs_agent() -> Iterator[FakeEcsAgent]:
    """An agent at `uri`, as ECS would put it into ECS_AGENT_URI."""
    agent = FakeEcsAgent()

    class Endpoint(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            wish = self.rfile.read(int(self.headers["Content-Length"]))
            known = self.path == "/api/task-1/task-protection/v1/state"
            answer = agent.put(json.loads(wish)) if known else "404 page not found"
            self.send_response(200 if known else 404)
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    thread = Thread(target=server.serve_forever)
    thread.start()
    agent.uri = f"http://127.0.0.1:{server.server_address[1]}/api/task-1"
    try:
        yield agent
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
