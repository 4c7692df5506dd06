"""`cdk synth` starts here: a stack for every stage, or for the one that `-c stage=NAME` names."""

import sys

from infra.node import choose_node

choose_node()

from infra.synth import main

if __name__ == "__main__":
    sys.exit(main())
