"""`make insight-quality`: how good insight is on sandboxes that it was not tuned on.

Exits 1 if a target is missed; never for a time.
"""

import argparse
import sys

from benchmarks.insight_quality import forecasts, peers
from benchmarks.insight_quality.bills import HELD_OUT

PARTS = {"forecast": forecasts.measure, "methods": lambda _: peers.measure()}


def main() -> None:
    """Measure what is asked for, in order."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.insight_quality", description=__doc__
    )
    parser.add_argument("--only", default=",".join(PARTS), help="parts, comma-separated")
    parser.add_argument("--seeds", default=",".join(map(str, HELD_OUT)), help="comma-separated")
    asked = parser.parse_args()
    if unknown := set(asked.only.split(",")) - set(PARTS):
        parser.error(f"there is no part {min(unknown)}: choose of {', '.join(PARTS)}")
    seeds = [int(seed) for seed in asked.seeds.split(",")]
    met = [PARTS[name](seeds) for name in asked.only.split(",")]
    sys.exit(not all(met))


if __name__ == "__main__":
    main()
