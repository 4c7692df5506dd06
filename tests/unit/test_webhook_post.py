"""One try against a real server on this machine: directly, and by a courier behind Lambda's API."""

import logging
import ssl
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from ipaddress import IPv4Address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from api_lambda.courier import carry
from local.processes import LOOPBACK, free_port
from shared.webhooks.addresses import AddressGuard, Target
from shared.webhooks.courier import Courier
from shared.webhooks.direct import DirectPost, _retry_after_s
from shared.webhooks.events import WebhookEvent
from shared.webhooks.patience import BACK_OFF_S, pause_s
from shared.webhooks.post import Outcome, Post, Trouble
from tests.fakes.lambda_api import client_of, lambda_api
from tests.fakes.receiver import receiver

HEADERS = {"webhook-id": "m1"}
OWN_MACHINE = AddressGuard(allow_private=True)
COURIER = "courier"


@pytest.fixture
def app():
    with receiver() as listening:
        yield listening


@pytest.fixture(scope="module")
def aws():
    with lambda_api() as listening:
        yield listening


@pytest.fixture(scope="module")
def client(aws):
    return client_of(aws)


@pytest.fixture(params=["directly", "by courier"])
def send(request, aws, client):
    """Posts to an app, by whoever is asked about; the target may be changed."""

    def send(app, direct: DirectPost | None = None, **changes):
        direct = direct or DirectPost()
        post: Post = direct
        if request.param == "by courier":
            aws.functions[COURIER] = lambda event, context: carry(
                event, guard=OWN_MACHINE, by=direct
            )
            post = Courier(client, COURIER)
        target = OWN_MACHINE.check(app.url + "?token=t")
        fields = {name: getattr(target, name) for name in Target.__slots__}
        return post.send(Target(**fields | changes), body=b"{}", headers=HEADERS)

    return send


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_2xx_means_taken(send, app, status):
    app.replies = [status]
    outcome = send(app)
    assert (outcome.http_status, outcome.taken) == (status, True)
    (request,) = app.received
    assert (request.path, request.body) == ("/hook?token=t", b"{}")
    assert request.headers["webhook-id"] == "m1"
    assert request.headers["host"] == f"{LOOPBACK}:{app.port}"


@pytest.mark.parametrize("status", [400, 404, 410, 500, 503])
def test_anything_else_is_not_taken(send, app, status):
    app.replies = [status]
    outcome = send(app)
    assert (outcome.http_status, outcome.taken, outcome.gone) == (status, False, status == 410)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(send, app, status):
    def elsewhere(handler):
        handler.send_response(status)
        handler.send_header("Location", app.url)
        handler.end_headers()

    app.replies = [elsewhere]
    assert send(app) == Outcome(status)
    assert len(app.received) == 1


def test_a_proxy_in_the_environment_is_not_asked(send, app, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://{LOOPBACK}:{free_port()}")
    assert send(app).taken


def test_the_connection_goes_to_the_address_that_was_checked(send, app):
    """The name is never looked up again, so it cannot mean something else by now."""
    assert send(app, host="rebound.invalid").taken
    assert app.received[0].headers["host"] == f"rebound.invalid:{app.port}"


def test_the_second_address_is_tried_where_the_first_cannot_be_reached(send, app):
    assert send(app, host="coach.example", ips=("127.0.0.2", LOOPBACK)).taken


def test_nobody_listens(send, app):
    assert send(app, port=free_port()) == Outcome(trouble=Trouble.NO_CONNECTION)


def test_a_silent_receiver_is_given_up(send, app):
    app.replies = [lambda handler: time.sleep(0.5)]
    assert send(app, DirectPost(read_timeout_s=0.1)) == Outcome(trouble=Trouble.TOO_SLOW)


def test_a_receiver_that_dribbles_is_given_up(send, app):
    def dribble(handler):
        for _ in range(100):
            handler.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            time.sleep(0.02)

    app.replies = [dribble]
    began = time.monotonic()
    assert send(app, DirectPost(wall_limit_s=0.2)) == Outcome(trouble=Trouble.TOO_SLOW)
    assert time.monotonic() - began < 1.5


def test_a_huge_answer_is_not_read(send, app):
    def pour(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", str(10**12))
        handler.end_headers()
        while True:
            handler.wfile.write(b"x" * 65536)

    app.replies = [pour]
    assert send(app).taken


@pytest.mark.parametrize(
    "answer", [b"SSH-2.0-OpenSSH_9\r\n\r\n", b"", b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 200]
)
def test_what_is_no_http_is_no_answer(send, app, answer):
    app.replies = [lambda handler: handler.wfile.write(answer)]
    assert send(app) == Outcome(trouble=Trouble.BROKEN_ANSWER)


def test_what_a_receiver_answers_does_not_get_the_address_into_the_log(send, app, caplog):
    app.replies = [lambda handler: handler.wfile.write(b"HTTP/1.1 200 OK\r\nno header\r\n\r\n")]
    with caplog.at_level(logging.INFO):
        assert send(app).taken
    assert "/hook" not in caplog.text


@pytest.fixture(scope="module")
def tls():
    """A server's context for `coach.example`, and a client's that trusts who vouches for it."""
    return _contexts("coach.example")


def test_the_certificate_must_be_the_hosts(send, tls):
    server, client = tls
    with receiver(server) as app:
        assert send(app, DirectPost(tls=client), host="coach.example").taken
        assert send(app, DirectPost(tls=client), host="coach.example.").taken
        wrong = send(app, DirectPost(tls=client), host="evil.example")
        assert wrong == Outcome(trouble=Trouble.TLS_FAILED)
        assert send(app, DirectPost(tls=client)).trouble is Trouble.TLS_FAILED  # the IP itself
        assert len(app.received) == 2


def test_a_certificate_that_nobody_vouches_for_is_refused(send, tls):
    with receiver(tls[0]) as app:
        assert send(app, host="coach.example") == Outcome(trouble=Trouble.TLS_FAILED)
        assert app.received == []


def test_plain_http_on_a_tls_port_is_refused(send, app, tls):
    outcome = send(app, DirectPost(tls=tls[1]), scheme="https", host="coach.example")
    assert outcome.trouble in {Trouble.TLS_FAILED, Trouble.BROKEN_ANSWER}


@pytest.mark.parametrize(
    ("status", "written", "seconds"),
    [
        (429, "120", 120),
        (503, "0", 0),
        (503, "soon", 0),
        (503, "9" * 400, 6 * 3600),
        (503, "-5", 0),
        (503, None, 0),
        (500, "120", 0),
    ],
)
def test_what_an_overloaded_receiver_asks_for(status, written, seconds):
    headers = {} if written is None else {"Retry-After": written}
    assert _retry_after_s(status, headers) == seconds


def test_a_pause_may_be_asked_for_by_date():
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=300), usegmt=True)
    assert 290 <= _retry_after_s(429, {"Retry-After": later}) <= 300


@pytest.mark.parametrize("chance", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("tries", range(1, len(BACK_OFF_S) + 1))
def test_each_pause_has_its_place_and_some_jitter(tries, chance):
    pause = pause_s(
        WebhookEvent.JOB_FAILED, tries=tries, outcome=Outcome(http_status=500), chance=chance
    )
    assert pause == pytest.approx(BACK_OFF_S[tries - 1] * (0.8 + 0.4 * chance))


@pytest.mark.parametrize(
    ("event", "tries", "outcome"),
    [
        (WebhookEvent.JOB_FAILED, len(BACK_OFF_S) + 1, Outcome(http_status=500)),
        (WebhookEvent.JOB_FAILED, 1, Outcome(http_status=410)),
        (WebhookEvent.PING, 1, Outcome(trouble=Trouble.TOO_SLOW)),
    ],
    ids=["last try", "gone", "ping"],
)
def test_what_is_given_up(event, tries, outcome):
    assert pause_s(event, tries=tries, outcome=outcome, chance=0.5) is None


@pytest.mark.parametrize(("asked_s", "pause"), [(60, 60), (1, 5), (10**9, 3600)])
def test_a_receiver_may_ask_for_a_longer_pause_but_not_for_ever(asked_s, pause):
    outcome = Outcome(http_status=429, retry_after_s=asked_s)
    assert pause_s(WebhookEvent.JOB_FAILED, tries=1, outcome=outcome, chance=0.5) == pause


def _contexts(name):
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "for a test")])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName(
        [x509.DNSName(name), x509.IPAddress(IPv4Address("8.8.8.8"))]
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    return _server_context(certificate, key), ssl.create_default_context(
        cadata=certificate.public_bytes(serialization.Encoding.PEM).decode()
    )


def _server_context(certificate, key):
    import tempfile

    written = certificate.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile() as file:
        file.write(written)
        file.flush()
        context.load_cert_chain(file.name)
    return context
