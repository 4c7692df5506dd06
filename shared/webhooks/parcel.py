"""What a courier is handed and what it answers, as JSON that both sides read."""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from shared.webhooks.addresses import Target
from shared.webhooks.post import Outcome, Trouble


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message and where it goes; none of it is for logs."""

    target: Target = field(repr=False)
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)

    def packed(self) -> dict[str, Any]:
        return {
            "target": asdict(self.target),
            "body": b64encode(self.body).decode(),
            "headers": dict(self.headers),
        }

    @classmethod
    def unpacked(cls, packed: Mapping[str, Any]) -> "Parcel":
        """Return what was packed.

        Raises:
            KeyError, TypeError, ValueError: nobody packed this.
        """
        said = dict(packed["target"])
        target = Target(**said | {"ips": tuple(said["ips"])})
        return cls(target, b64decode(packed["body"], validate=True), dict(packed["headers"]))


def told(outcome: Outcome) -> dict[str, Any]:
    """A courier's answer."""
    return asdict(outcome)


def heard(answer: Mapping[str, Any]) -> Outcome:
    """Return the outcome that was told.

    Raises:
        KeyError, TypeError, ValueError: no courier told this.
    """
    status, trouble = answer["http_status"], answer["trouble"]
    return Outcome(
        http_status=None if status is None else int(status),
        trouble=None if trouble is None else Trouble(trouble),
        retry_after_s=float(answer["retry_after_s"]),
    )
