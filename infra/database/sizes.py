"""Sizes of database instances: what they hold decides when somebody has to be told."""

from collections.abc import Mapping
from dataclasses import dataclass

from infra.stage import ImpossibleStage

MEMORY_GIB: Mapping[str, int] = {
    "t4g.micro": 1,
    "t4g.small": 2,
    "t4g.medium": 4,
    "t4g.large": 8,
    "m6g.large": 8,
    "m6g.xlarge": 16,
    "m6g.2xlarge": 32,
    "m7g.large": 8,
    "m7g.xlarge": 16,
    "m7g.2xlarge": 32,
    "r7g.large": 16,
    "r7g.xlarge": 32,
    "r7g.2xlarge": 64,
}
"""Source: "Hardware specifications for DB instance classes", Amazon RDS User Guide."""

CONNECTIONS_PER_GIB = 100
"""RDS itself would allow 112: `DBInstanceClassMemory / 9531392`, memory in bytes ("Quotas and
constraints", Amazon RDS User Guide). A number of our own is known before the instance runs."""

MOST_CONNECTIONS = 5000
"""RDS's own limit; same source."""


@dataclass(frozen=True, slots=True)
class DatabaseSize:
    """What an instance class holds."""

    memory_mib: int
    max_connections: int

    @classmethod
    def of(cls, instance: str) -> "DatabaseSize":
        """Return the size of a class by its name without `db.`, such as `t4g.small`.

        Raises:
            ImpossibleStage: the class is not in the table.
        """
        gib = MEMORY_GIB.get(instance)
        if gib is None:
            known = ", ".join(MEMORY_GIB)
            message = (
                f"database_instance {instance} is not in MEMORY_GIB (infra/database/sizes.py), "
                f"which has {known}; add it with its memory"
            )
            raise ImpossibleStage(message)
        return cls(
            memory_mib=gib * 1024,
            max_connections=min(gib * CONNECTIONS_PER_GIB, MOST_CONNECTIONS),
        )
