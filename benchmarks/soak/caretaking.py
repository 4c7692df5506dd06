"""The caretaker of the soak: the sweeper and the handler of upload events, with little patience."""

import sys
from contextlib import AbstractContextManager

from local.caretaker import CaretakerSettings
from local.processes import Child, child
from shared.settings import SweepSettings, UploadSettings
from tests.rig.ground import Ground
from tests.rig.workers import ROOT

SWEEP_EVERY_S = 2.0

PATIENCE = SweepSettings(sweep_unsent_s=3, sweep_silent_s=8, sweep_dead_lease_s=5, sweep_sure_s=1)
"""Minutes in production; here a lease is seconds long."""


def caretaker(ground: Ground) -> AbstractContextManager[Child]:
    """Run it until the block ends."""
    settings = (UploadSettings(), PATIENCE, CaretakerSettings(sweep_every_s=SWEEP_EVERY_S))
    return child(
        "The caretaker",
        [sys.executable, "-m", "local.caretaker"],
        log=ground.folder / "caretaker.log",
        env=ground.place.environment(*settings),
        cwd=ROOT,
    )
