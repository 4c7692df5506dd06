import json
import time
from base64 import b64decode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from shared.webhooks.message import body_of
from shared.webhooks.signing import SECRET_BYTES, new_secret, signed_headers

JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=5)


@given(said=st.dictionaries(st.text(), JSON, max_size=3), message_id=st.uuids())
def test_a_receivers_library_takes_what_we_sign(said, message_id):
    secret, body = new_secret(), body_of(said)
    headers = signed_headers(
        secret, message_id=str(message_id), sent_at=int(time.time()), body=body
    )
    assert Webhook(secret).verify(body, headers) == said


@pytest.mark.parametrize(
    "change",
    [
        {"webhook-id": "another"},
        {"webhook-timestamp": str(int(time.time()) - 2)},
        {"webhook-signature": "v1,AAAA"},
    ],
    ids=["id", "time", "signature"],
)
def test_what_was_changed_on_the_way_is_noticed(change):
    secret = new_secret()
    headers = signed_headers(secret, message_id="m", sent_at=int(time.time()), body=b"{}")
    Webhook(secret).verify(b"{}", headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(b"{}", headers | change)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(b'{"a":1}', headers)


def test_another_owners_secret_does_not_fit():
    headers = signed_headers(new_secret(), message_id="m", sent_at=int(time.time()), body=b"{}")
    with pytest.raises(WebhookVerificationError):
        Webhook(new_secret()).verify(b"{}", headers)


def test_secrets_are_long_and_never_the_same():
    secrets = {new_secret() for _ in range(100)}
    assert len(secrets) == 100
    assert all(len(b64decode(each.removeprefix("whsec_"))) == SECRET_BYTES for each in secrets)


def test_a_body_is_the_same_for_every_try():
    said = {"type": "ping", "data": {}}
    assert body_of(said) == body_of(json.loads(json.dumps(said)))
