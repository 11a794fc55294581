"""`make bench`."""

import argparse

from benchmarks.load import compare

parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
parser.add_argument("--lines", type=int, default=1_000_000)
parser.add_argument("--rounds", type=int, default=3)
options = parser.parse_args()
if __name__ == "__main__":
    compare(options.lines, options.rounds)
