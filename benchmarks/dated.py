"""A command as it would run on another day: `python -m benchmarks.dated 2026-05-20 refresh`.

Landing journals tell by this machine's clock when something was seen; a year is simulated in hours.
"""

import sys

from orchestration import cli
from orchestration.landing import journal


def main() -> None:
    """Note that day instead of today's."""
    day, *words = sys.argv[1:]
    clock = journal.now
    journal.now = lambda: f"{day}{clock()[10:]}"
    sys.argv = ["atlas-costs", *words]
    cli.main()


if __name__ == "__main__":
    main()
