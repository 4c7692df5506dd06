"""`python -m benchmarks.scaling`: prints the page, or writes it with `--doc FILE`."""

import argparse
import sys
from pathlib import Path

from benchmarks.scaling.page import page


def main(arguments: list[str]) -> int:
    """Simulate every case and tell."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scaling", description=__doc__)
    parser.add_argument("--doc", type=Path, help="write the page there")
    asked = parser.parse_args(arguments)
    text = page()
    if asked.doc:
        asked.doc.write_text(text, encoding="utf-8")
    else:
        print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
