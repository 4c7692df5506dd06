"""Analysts for tests that need no process: the real workbench, in the caller's own."""

from shared.settings import WorkerSettings
from worker_service.analyst.workbench import Workbench


class InProcessAnalyst:
    """Work with the synthetic engine; keeps the orders it was given."""

    def __init__(self):
        self.orders = []
        self.device = None

    def analyse(self, order, *, on_progress, check):
        self.orders.append(order)

        def report(step):
            check()
            on_progress(step)

        bench = Workbench(WorkerSettings(pose_engine="synthetic"))
        bench.carry_out(order, report)
        self.device = bench.device()

    def start(self):
        pass

    def close(self):
        pass


class SlowAnalyst:
    """Works until it is told to stop, or until the test says that it may end."""

    device = None

    def __init__(self, released):
        self._released = released
        self.at_work = False

    def analyse(self, order, *, on_progress, check):
        self.at_work = True
        while not self._released.wait(0.05):
            check()
        self.at_work = False
        InProcessAnalyst().analyse(order, on_progress=on_progress, check=check)

    def start(self):
        pass

    def close(self):
        pass
