"""What Dagster keeps of a build: a line for each model and check, and no more."""

import logging
from collections.abc import Iterable, Iterator
from typing import Any

log = logging.getLogger("atlas_costs")
NOT_PUBLISHED = (
    "Not published: pages and SQL users see the last whole build. Publish with `atlas-costs "
    "refresh`, or run the job refresh_costs."
)


def told(events: Iterable[Any], *, is_whole: bool) -> Iterator[Any]:
    """Dagster's events of a build; one of a part says that nothing of it is published."""
    if is_whole:
        yield from events
        return
    log.warning("A part of the models is built. %s", NOT_PUBLISHED)
    for event in events:
        yield event.with_metadata({**event.metadata, "published": NOT_PUBLISHED})
