"""Lambda's entry outside of our network: posts one message for the sender of webhooks.

It has no rights, no settings and no secrets, and knows neither database nor API. What it is handed
was checked by the sender; it holds it to the same rules again, in case another caller finds it.
"""

from collections.abc import Mapping
from typing import Any

from shared.errors import WebhookRefused
from shared.webhooks.addresses import AddressGuard
from shared.webhooks.direct import DirectPost
from shared.webhooks.parcel import Parcel, told
from shared.webhooks.post import Outcome, Post, Trouble


class CourierBroke(Exception):
    """Names the kind of an error. Lambda logs what escapes, and a message may quote an address."""


def post(event: Mapping[str, Any], context: object) -> dict[str, Any]:  # noqa: ARG001 - Lambda hands both in
    """Post a `Parcel` once; return the `Outcome`.

    Raises:
        CourierBroke: by a bug of ours, or of the caller.
    """
    return carry(event, guard=AddressGuard(), by=DirectPost())


def carry(event: Mapping[str, Any], *, guard: AddressGuard, by: Post) -> dict[str, Any]:
    """Do so within the limits of `guard`; it looks nothing up."""
    try:
        return told(_outcome(Parcel.unpacked(event), guard, by))
    except Exception as error:  # noqa: BLE001 - see CourierBroke
        raise CourierBroke(type(error).__name__) from None


def _outcome(parcel: Parcel, guard: AddressGuard, by: Post) -> Outcome:
    try:
        guard.check_again(parcel.target)
    except WebhookRefused:
        return Outcome(trouble=Trouble.REFUSED_ADDRESS)
    return by.send(parcel.target, body=parcel.body, headers=parcel.headers)
