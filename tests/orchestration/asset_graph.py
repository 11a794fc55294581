"""What Dagster shows of the system, as text: assets and what they come from, checks, jobs.

`make snapshot` writes asset_graph.txt again, after a change that means it.
"""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg

SNAPSHOT = Path(__file__).with_name("asset_graph.txt")


def drawn(defs: dg.Definitions) -> str:
    """Each asset, check, job, schedule and sensor on a line; below an asset what belongs to it."""
    parts = (_assets(defs), _jobs(defs), _schedules(defs), _sensors(defs))
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def _assets(defs: dg.Definitions) -> Iterator[str]:
    graph = defs.resolve_asset_graph()
    for key in sorted(graph.get_all_asset_keys()):
        node = graph.get(key)
        kind = "asset" if node.is_materializable else "source"
        yield f"{kind} {_name(key)} [{node.group_name}]"
        yield from (f"  from {name}" for name in sorted(map(_name, node.parent_keys)))
        yield from (f"  check {each.name}" for each in sorted(node.check_keys))


def _jobs(defs: dg.Definitions) -> Iterator[str]:
    for job in sorted(defs.resolve_all_job_defs(), key=lambda job: job.name):
        if not job.name.startswith("__"):
            assets = len(job.asset_layer.selected_asset_keys)
            yield f"job {job.name}: " + (f"{assets} assets" if assets else "op")


def _schedules(defs: dg.Definitions) -> Iterator[str]:
    """Ours alone, without its time: an operator's own stand in files, and so does that."""
    yield f"schedule daily_refresh: runs {defs.resolve_schedule_def('daily_refresh').job_name}"


def _sensors(defs: dg.Definitions) -> Iterator[str]:
    for sensor in sorted(defs.sensors or [], key=lambda each: each.name):
        yield f"sensor {sensor.name}: {sensor.default_status.value.lower()}"


def _name(key: dg.AssetKey) -> str:
    return key.to_user_string()


if __name__ == "__main__":
    from orchestration.definitions import defs

    SNAPSHOT.write_text(drawn(defs))
