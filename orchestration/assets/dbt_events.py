"""What Dagster keeps of a build: a line for each model and check, and no more.

dbt's own ids and statuses were a third of each check, 247 checks a refresh, kept three times over.
"""

import logging
from collections.abc import Iterable, Iterator
from typing import Any

log = logging.getLogger("atlas_costs")
OF_DBT = {"unique_id", "invocation_id", "status"}
# A check that passed has nothing to add to that.
OF_A_CHECK = OF_DBT | {"dagster_dbt/failed_row_count", "Execution Duration"}
NOT_PUBLISHED = (
    "Not published: pages and SQL users see the last whole build. Publish with `atlas-costs "
    "refresh`, or run the job refresh_costs."
)


def told(events: Iterable[Any], *, is_whole: bool) -> Iterator[Any]:
    """Dagster's events of a build; one of a part says that nothing of it is published."""
    if not is_whole:
        log.warning("A part of the models is built. %s", NOT_PUBLISHED)
    for event in events:
        dropped = OF_A_CHECK if getattr(event, "passed", False) else OF_DBT
        kept = {name: each for name, each in event.metadata.items() if name not in dropped}
        yield event.with_metadata(kept if is_whole else {**kept, "published": NOT_PUBLISHED})
