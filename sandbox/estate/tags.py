"""Tags as they are now: Atlas stamps the present tags onto the lines of any month."""

from dataclasses import replace
from datetime import date
from functools import lru_cache

from sandbox.estate.organization import Organization
from sandbox.estate.resources import Cluster, Holdings, Project, Tags

LineTags = dict[str, list[str]]


def present(tags: Tags, today: date) -> list[tuple[str, str]]:
    """A resource's own tags; one of the plan's clusters is tagged anew each quarter."""
    quarter = (today.month + 2) // 3
    return [(key, value.format(quarter=quarter)) for key, value in tags]


def line_tags(project: Project | None, cluster: Cluster | None, today: date) -> LineTags:
    """The tags of a line: its project's and its cluster's, so that one key may have two values."""
    found: LineTags = {}
    for holder in (project, cluster):
        for key, value in present(holder.tags, today) if holder else ():
            values = found.setdefault(key, [])
            if value not in values:
                values.append(value)
    return found


def retag(org: Organization, cluster_name: str, tags: dict[str, str]) -> None:
    """Let every cluster of that name, of whatever day, carry other tags."""
    planned = org.planned
    # Braces would be taken for the quarter's place.
    plain = {key: value.replace("{", "{{").replace("}", "}}") for key, value in tags.items()}
    new = tuple(plain.items())

    def retagged(day: date) -> Holdings:
        return tuple(
            (project, tuple(replace(c, tags=new) if c.name == cluster_name else c for c in held))
            for project, held in planned(day)
        )

    org.planned = lru_cache(maxsize=64)(retagged)
    org.changes.retag(cluster_name, new)
    org.living.cache_clear()
