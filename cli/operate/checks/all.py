"""The whole list, in the order in which one would look."""

from cli.operate.checks import clocks, machine, queues, rows, storage

ALL = (
    machine.SETTINGS,
    *rows.CHECKS[:2],
    *queues.CHECKS,
    *storage.CHECKS,
    *rows.CHECKS[2:],
    *clocks.CHECKS,
    *machine.CHECKS,
)
