"""`python -m sandbox`: serve the sandbox from a shell."""

import argparse
from datetime import date

from sandbox.server import serve


def main() -> None:
    """Read the options and serve."""
    parser = argparse.ArgumentParser(prog="sandbox", description="An Atlas that runs here.")
    parser.add_argument("--port", type=int, default=8080, help="0 picks a free one")
    parser.add_argument("--seed", type=int, default=7, help="which organization")
    parser.add_argument("--months", type=int, default=13, help="invoices, the pending one included")
    parser.add_argument("--scale", type=int, default=1, help="times as many projects and clusters")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--today", type=date.fromisoformat, help="the clock's day, YYYY-MM-DD")
    parser.add_argument("--wasteful", action="store_true", help="with waste that could be saved")
    parser.add_argument("--pace", type=float, default=2, help="seconds that a stage lasts")
    odd = "with anomalies in its bill, and decoys; /sandbox/truth names them"
    parser.add_argument("--anomalies", action="store_true", help=odd)
    crowd = "so many small ones instead; /sandbox/credentials has their keys"
    parser.add_argument("--organizations", type=int, default=0, help=crowd)
    serve(**vars(parser.parse_args()))


if __name__ == "__main__":
    main()
