"""The whole list, in the order in which one would look."""

from cli.operate.checks import clocks, machine, queues, rights, rows, storage

ALL = (
    machine.SETTINGS,
    *rows.REACHED,
    *rights.CHECKS,
    *queues.CHECKS,
    *storage.CHECKS,
    *rows.MOVING,
    *clocks.CHECKS,
    machine.MODEL,
)
