"""No attempt takes longer than its limit, whatever it is doing."""

import time
from dataclasses import dataclass, field

from shared.errors import ProcessingFailed


@dataclass(frozen=True, slots=True)
class Deadline:
    """Runs from the moment it is made, for `limit_s` seconds."""

    limit_s: float
    _started: float = field(default_factory=time.monotonic)

    def check(self) -> None:
        """Raise `ProcessingFailed` once the time is over."""
        if time.monotonic() - self._started > self.limit_s:
            minutes = f"{self.limit_s / 60:g} min"
            raise ProcessingFailed(f"{ProcessingFailed.sentence}: it took longer than {minutes}")
