"""IAM's simulation of policies over HTTP, as its answers are documented; moto has none."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs

Decide = Callable[[str, str], str]
"""From an action and a resource to IAM's decision."""

RESULT = """
<member>
  <EvalActionName>{action}</EvalActionName>
  <EvalResourceName>{resource}</EvalResourceName>
  <EvalDecision>{decision}</EvalDecision>
</member>"""

PAGE = """<SimulatePrincipalPolicyResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">
<SimulatePrincipalPolicyResult>
<IsTruncated>{more}</IsTruncated>{marker}
<EvaluationResults>{results}</EvaluationResults>
</SimulatePrincipalPolicyResult>
</SimulatePrincipalPolicyResponse>"""

REFUSAL = """<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">
<Error><Type>Sender</Type><Code>AccessDenied</Code><Message>not authorized</Message></Error>
</ErrorResponse>"""


class FakeIam:
    """Decides by `decide`, one action a page; refuses to simulate when that is None."""

    def __init__(self) -> None:
        self.decide: Decide | None = lambda _action, _resource: "allowed"
        self.principals: set[str] = set()
        self.asked: set[tuple[str, str]] = set()
        """Actions and resources."""

        self.uri = ""

    def answer(self, question: dict[str, list[str]]) -> tuple[int, str]:
        """Return the status and body for one request."""
        if self.decide is None or question["Action"] != ["SimulatePrincipalPolicy"]:
            return 403, REFUSAL
        self.principals.update(question["PolicySourceArn"])
        resource = question["ResourceArns.member.1"][0]
        actions = [one for name, (one,) in question.items() if name.startswith("ActionNames.")]
        at = int(question.get("Marker", ["0"])[0])
        self.asked.add((actions[at], resource))
        more = at + 1 < len(actions)
        result = RESULT.format(
            action=actions[at], resource=resource, decision=self.decide(actions[at], resource)
        )
        marker = f"<Marker>{at + 1}</Marker>" if more else ""
        return 200, PAGE.format(more=str(more).lower(), marker=marker, results=result)


@contextmanager
def fake_iam() -> Iterator[FakeIam]:
    """IAM at `uri`, for AWS_ENDPOINT_URL_IAM."""
    iam = FakeIam()

    class Endpoint(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            status, answer = iam.answer(parse_qs(body))
            self.send_response(status)
            self.send_header("Content-Type", "text/xml")
            self.end_headers()
            self.wfile.write(answer.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    thread = Thread(target=server.serve_forever)
    thread.start()
    iam.uri = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield iam
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
