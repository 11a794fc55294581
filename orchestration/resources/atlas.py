"""The Atlas API as a Dagster resource: settings become authenticated sessions at run time."""

from collections.abc import Iterator

import dagster as dg

from orchestration.refreshing.reading import Reading
from orchestration.settings import load_settings

Atlas = dg.ResourceParam[Reading]


@dg.resource(description="A session per organization for the length of a run.")
def atlas_resource(context: dg.InitResourceContext) -> Iterator[Reading]:  # noqa: ARG001
    """Close every client when the run ends, and say how many requests it took."""
    with Reading(load_settings()) as reading:
        yield reading
