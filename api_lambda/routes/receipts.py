"""Receipts: what was deleted, how much, and whether the last file is gone."""

from fastapi import APIRouter, Response

from api_lambda.documentation import COMMON_REFUSALS, answer, leads_to, refusals
from api_lambda.examples import receipts as examples
from api_lambda.parameters import Api, Coach, ReceiptId, SignedIn
from api_lambda.wire.receipts import ReceiptAnswer
from shared.errors import ReceiptNotFound
from shared.models import DeletionReceipt

RECEIPT_HEADER = "Deletion-Receipt"

DELETED = answer(
    204,
    description="Deleted.",
    headers=(RECEIPT_HEADER,),
    links=leads_to("getDeletionReceipt", receipt_id=f"$response.header.{RECEIPT_HEADER}"),
)
"""What a deletion answers."""

router = APIRouter(
    prefix="/deletion-receipts",
    tags=["Deletion receipts"],
    dependencies=[SignedIn],
    responses=refusals(*COMMON_REFUSALS),
)


def deleted(receipt: DeletionReceipt) -> Response:
    """Answer a deletion, the first as well as the tenth."""
    return Response(status_code=204, headers={RECEIPT_HEADER: str(receipt.id)})


@router.get(
    "/{receipt_id}",
    operation_id="getDeletionReceipt",
    summary="Get a deletion receipt",
    responses=answer(200, examples.RECEIPT) | refusals(ReceiptNotFound),
)
def get_receipt(api: Api, coach: Coach, receipt_id: ReceiptId) -> ReceiptAnswer:
    """What one of your deletions took, as numbers.

    Rows go at once, files at once where S3 allows it. `closed_at` comes hours later: then no
    upload and no worker is left that could still have brought a file.
    """
    return ReceiptAnswer.of(api.erasure.store.receipt(coach.owner, receipt_id))
