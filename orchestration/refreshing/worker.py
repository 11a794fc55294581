"""`python -m orchestration.refreshing.worker`: reads its share of the connections and lands it."""

import sys

from orchestration.explain import explanation
from orchestration.refreshing.folder import Landings
from orchestration.refreshing.reading import Reading
from orchestration.refreshing.sharing import Report, Share
from orchestration.settings import Settings, load_settings


def land(settings: Settings, share: Share) -> Report:
    """Read and land a share; what failed of it is named in the report."""
    with Reading(settings, only=share.connections) as reading:
        try:
            reading.land(Landings(settings), share.from_month, share.months)
        except Exception as error:
            if not reading.has_failed_for_all():
                if (sentence := explanation(error)) is None:
                    raise
                return Report(error=sentence)
        return Report(outcomes=reading.outcomes())


def main() -> None:
    """Do what stdin says."""
    share = Share.model_validate_json(sys.stdin.readline())
    report = land(load_settings(), share)
    sys.stdout.write(report.model_dump_json(by_alias=True))
    sys.stdout.flush()


if __name__ == "__main__":
    main()
