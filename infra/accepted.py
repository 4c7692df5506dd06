"""Findings of cdk-nag that stand: each with a reason that holds, at the construct it is about."""

from aws_cdk import Acknowledgment, Validations
from constructs import IConstruct


def accept(at: IConstruct, finding: str, *, because: str) -> None:
    """Let one finding below `at` stand.

    Args:
        at: the construct that it is about; at the stack, whatever construct it is about.
        finding: as cdk-nag names it, such as `AwsSolutions-IAM5[Resource::*]`.
        because: why it is right as it is; stands in the template's metadata.
    """
    acknowledgment = Acknowledgment(id=f"AwsSolutions::{finding}", reason=because)
    Validations.of(at).acknowledge(acknowledgment)
