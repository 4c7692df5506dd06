"""Alarms about PostgreSQL, in percent of what the instance has."""

from aws_cdk.aws_cloudwatch import MathExpression, Stats

from infra.monitoring import limits
from infra.monitoring.alarms import Alarms
from infra.monitoring.signals import System, share

MIB = 1024**2
GIB = 1024**3


def watch_database(alarms: Alarms, system: System) -> None:
    """Ring when the instance gets too small."""
    alarms.ring(limits.DATABASE_CPU, system.of_database("CPUUtilization"))
    alarms.ring(limits.DATABASE_STORAGE, free_storage(system))
    alarms.ring(limits.DATABASE_CONNECTIONS, connections(system))
    alarms.ring(limits.DATABASE_MEMORY, free_memory(system))


def connections(system: System) -> MathExpression:
    """Those that are taken, in percent of `max_connections`."""
    taken = system.of_database("DatabaseConnections", Stats.MAXIMUM)
    return share("taken", taken, whole=system.database.max_connections)


def free_memory(system: System) -> MathExpression:
    """In percent of the instance's memory."""
    memory = system.of_database("FreeableMemory")
    return share("memory", memory, whole=system.database.memory_mib * MIB)


def free_storage(system: System) -> MathExpression:
    """In percent of the disk as first deployed; RDS may have enlarged it since."""
    storage = system.of_database("FreeStorageSpace")
    return share("storage", storage, whole=system.database.storage_gib * GIB)
