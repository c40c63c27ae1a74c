"""Count what comes of broken inputs: whether all that can be read was, and the rest refused."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from .counting import counted, table
from .levels import NAMES


def main() -> int:
    """Count, print, and return 1 if anything bad came of an input."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzzing", description=__doc__)
    parser.add_argument(
        "--level", choices=NAMES, default=NAMES[0], help=f"what gets the inputs ({NAMES[0]})"
    )
    parser.add_argument("--cases", type=int, default=1000, help="how many inputs (1000)")
    parser.add_argument("--seed", type=int, default=1, help="number of the first input (1)")
    options = parser.parse_args()
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        seeds = range(options.seed, options.seed + options.cases)
        counts, bad = counted(options.level, seeds, Path(folder), print)
    print(table(counts))
    print(f"{options.cases} inputs in {time.monotonic() - started:.0f} s, {bad} bad")
    return int(bad > 0)


sys.exit(main())
