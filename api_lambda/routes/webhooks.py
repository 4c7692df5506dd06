"""Webhooks: addresses that are told when a job is over, so that nobody need ask."""

from typing import Annotated

from fastapi import APIRouter, Body, Query

from api_lambda.documentation import COMMON_REFUSALS, answer, asked, leads_to, refusals
from api_lambda.examples import webhooks as examples
from api_lambda.examples.common import page_of
from api_lambda.idempotency import RepeatableRoute
from api_lambda.pages import PageQuery, cut
from api_lambda.parameters import Api, Coach, DeliveryId, SignedIn, WebhookId
from api_lambda.wire.webhooks import (
    DeliveryAnswer,
    DeliveryPage,
    NewWebhook,
    WebhookAnswer,
    WebhookChange,
    WebhookPage,
    WebhookWithSecret,
)
from shared.errors import (
    InvalidRequest,
    NotFound,
    RequestTooLarge,
    TooManyWebhooks,
    WebhookNotFound,
    WebhookRefused,
)
from shared.telemetry import logger

_log = logger(__name__)

router = APIRouter(
    prefix="/webhooks",
    tags=["Webhooks"],
    dependencies=[SignedIn],
    route_class=RepeatableRoute,
    responses=refusals(*COMMON_REFUSALS),
)


_WEBHOOK = leads_to(
    "getWebhook",
    "changeWebhook",
    "deleteWebhook",
    "rotateWebhookSecret",
    "pingWebhook",
    "listDeliveries",
    webhook_id="#/webhook_id",
)
_DELIVERY = leads_to(
    "redeliver", webhook_id="$request.path.webhook_id", delivery_id="#/delivery_id"
)


@router.post(
    "",
    status_code=201,
    operation_id="createWebhook",
    summary="Register a webhook",
    responses=answer(201, examples.WITH_SECRET, links=_WEBHOOK)
    | refusals(InvalidRequest, WebhookRefused, TooManyWebhooks, RequestTooLarge),
)
def create_webhook(
    api: Api,
    coach: Coach,
    body: Annotated[NewWebhook, Body(openapi_examples=asked(examples.NEW_WEBHOOK))],
) -> WebhookWithSecret:
    """Have an address of yours called when a job is over; five at most.

    Keep `secret`: it is shown only here, and tells you which messages are ours. They are signed
    as Standard Webhooks says.
    """
    webhook = api.webhooks.register(coach.owner, url=body.url, events=body.events)
    _log.info("webhook_registered", webhook_id=str(webhook.id))
    return WebhookWithSecret.of(webhook)


@router.get(
    "",
    operation_id="listWebhooks",
    summary="List webhooks",
    responses=answer(200, page_of(examples.WEBHOOK)) | refusals(InvalidRequest),
)
def list_webhooks(api: Api, coach: Coach, query: Annotated[PageQuery, Query()]) -> WebhookPage:
    """Your webhooks, newest first, without their secrets."""
    found = api.webhooks.page(coach.owner, limit=query.limit + 1, after=query.cursor)
    page, next_cursor = cut(found, query.limit)
    return WebhookPage(items=[WebhookAnswer.of(row) for row in page], next_cursor=next_cursor)


@router.get(
    "/{webhook_id}",
    operation_id="getWebhook",
    summary="Get a webhook",
    responses=answer(200, examples.WEBHOOK) | refusals(WebhookNotFound),
)
def get_webhook(api: Api, coach: Coach, webhook_id: WebhookId) -> WebhookAnswer:
    """One of your webhooks, without its secret."""
    return WebhookAnswer.of(api.webhooks.get(coach.owner, webhook_id))


@router.patch(
    "/{webhook_id}",
    operation_id="changeWebhook",
    summary="Change a webhook",
    responses=answer(200, examples.WEBHOOK | examples.CHANGE)
    | refusals(InvalidRequest, WebhookRefused, WebhookNotFound, RequestTooLarge),
)
def change_webhook(
    api: Api,
    coach: Coach,
    webhook_id: WebhookId,
    body: Annotated[WebhookChange, Body(openapi_examples=asked(examples.CHANGE))],
) -> WebhookAnswer:
    """Change its address or what it is told, or switch it off and on. The secret stays."""
    return WebhookAnswer.of(api.webhooks.change(coach.owner, webhook_id, **body.given()))


@router.delete(
    "/{webhook_id}",
    status_code=204,
    operation_id="deleteWebhook",
    summary="Delete a webhook",
    responses=answer(204, description="It is gone.") | refusals(WebhookNotFound),
)
def delete_webhook(api: Api, coach: Coach, webhook_id: WebhookId) -> None:
    """Forget the address, and what was sent to it. Nothing more is sent."""
    api.webhooks.remove(coach.owner, webhook_id)
    _log.info("webhook_deleted", webhook_id=str(webhook_id))


@router.post(
    "/{webhook_id}/rotate-secret",
    operation_id="rotateWebhookSecret",
    summary="Get a new secret",
    responses=answer(200, examples.WITH_SECRET) | refusals(WebhookNotFound),
)
def rotate_secret(api: Api, coach: Coach, webhook_id: WebhookId) -> WebhookWithSecret:
    """Have everything that is sent from now on signed with a new secret, shown only here."""
    webhook = api.webhooks.rotate_secret(coach.owner, webhook_id)
    _log.info("webhook_secret_rotated", webhook_id=str(webhook_id))
    return WebhookWithSecret.of(webhook)


@router.post(
    "/{webhook_id}/ping",
    status_code=202,
    operation_id="pingWebhook",
    summary="Try a webhook",
    responses=answer(202, examples.PING, links=_DELIVERY) | refusals(WebhookNotFound),
)
def ping_webhook(api: Api, coach: Coach, webhook_id: WebhookId) -> DeliveryAnswer:
    """Have a `ping` sent within a minute, once, also to a webhook that is switched off.

    `listDeliveries` says how it went.
    """
    return DeliveryAnswer.of(api.webhooks.ping(coach.owner, webhook_id))


@router.get(
    "/{webhook_id}/deliveries",
    operation_id="listDeliveries",
    summary="List what was sent",
    responses=answer(200, page_of(examples.DELIVERY)) | refusals(InvalidRequest, WebhookNotFound),
)
def list_deliveries(
    api: Api, coach: Coach, webhook_id: WebhookId, query: Annotated[PageQuery, Query()]
) -> DeliveryPage:
    """The messages to one webhook, newest first, with how the last try of each went.

    They are kept for thirty days.
    """
    found = api.webhooks.deliveries(
        coach.owner, webhook_id, limit=query.limit + 1, after=query.cursor
    )
    page, next_cursor = cut(found, query.limit)
    return DeliveryPage(items=[DeliveryAnswer.of(row) for row in page], next_cursor=next_cursor)


@router.post(
    "/{webhook_id}/deliveries/{delivery_id}/redeliver",
    status_code=202,
    operation_id="redeliver",
    summary="Send a message again",
    responses=answer(202, examples.SENT_AGAIN) | refusals(WebhookNotFound, NotFound),
)
def redeliver(
    api: Api, coach: Coach, webhook_id: WebhookId, delivery_id: DeliveryId
) -> DeliveryAnswer:
    """Have a message that was delivered or given up sent once more, under the same id.

    One that is still pending is left as it is.
    """
    return DeliveryAnswer.of(api.webhooks.send_again(coach.owner, webhook_id, delivery_id))
