"""Anomalies of the published warehouse, for a terminal."""

from pathlib import Path
from typing import Any

from orchestration.published.reader import NotPublished, opened, require_table

NEWEST_FIRST = """
select * from marts.anomalies
where status = 'open' or $all
order by usage_date desc, over_cents desc, anomaly_id
limit $limit
"""
STARTING_WITH = "select * from marts.anomalies where starts_with(anomaly_id, $id)"


def newest(warehouse: Path, limit: int, *, with_explained: bool) -> list[dict[str, Any]]:
    """The newest anomalies; those that are not open only if asked for.

    Raises:
        NotPublished: there is no warehouse that has them.
    """
    return _rows(warehouse, NEWEST_FIRST, {"limit": limit, "all": with_explained})


def one(warehouse: Path, anomaly_id: str) -> dict[str, Any]:
    """The anomaly of an id, of which a beginning is enough if it is nobody else's.

    Raises:
        NotPublished: there is none, or more than one.
    """
    found = _rows(warehouse, STARTING_WITH, {"id": anomaly_id})
    if len(found) != 1:
        what = f"{len(found)} anomalies have ids that begin" if found else "No anomaly has an id"
        with_it = f"with {anomaly_id}" if found else f"{anomaly_id}"
        raise NotPublished(f"{what} {with_it}: `atlas-costs anomaly list --all` shows them.")
    return found[0]


def _rows(warehouse: Path, sql: str, values: dict[str, object]) -> list[dict[str, Any]]:
    with opened(warehouse) as db:
        require_table(db, "anomalies")
        found = db.execute(sql, values)
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
