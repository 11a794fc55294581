"""Comparing marts with what the sandbox tallied while it generated the bill."""

from collections.abc import Callable
from typing import Any

Query = Callable[[str], list[tuple[Any, ...]]]

LINES = {
    "by_charge_type": "charge_type",
    "by_invoice_month": "strftime(invoice_month, '%Y-%m')",
    "by_service": "service",
    "by_project": "coalesce(project_name, '')",
    "by_org": "org_id",
    "by_cluster": "coalesce(cluster_name, '')",
}


def sums_of_marts(query: Query, where: str = "true") -> dict[str, Any]:
    """The same breakdowns as `GET /sandbox/truth`, summed from the marts; cents."""
    found: dict[str, Any] = {
        name: dict(
            query(
                f"select {column}, sum(cost_cents)::bigint from marts.fct_line_items "
                f"where {where} group by all"
            )
        )
        for name, column in LINES.items()
    }
    [[found["total"]]] = query(
        f"select sum(cost_cents)::bigint from marts.fct_line_items where {where}"
    )
    found["by_usage_month"] = dict(
        query(
            "select strftime(usage_date, '%Y-%m'), sum(cost_cents)::bigint "
            f"from marts.fct_costs_daily where {where} group by all"
        )
    )
    found["by_tag"] = tags(query, where)
    return found


def tags(query: Query, where: str) -> dict[str, dict[str, int]]:
    """Tag key → value → cents of today's tags."""
    found: dict[str, dict[str, int]] = {}
    for key, value, cents in query(
        "select tag_key, tag_value, sum(cost_cents)::bigint from marts.fct_costs_daily_by_tag "
        f"where tag_basis = 'current' and {where} group by all"
    ):
        found.setdefault(key, {})[value] = cents
    return found


def expected(truth: dict[str, Any]) -> dict[str, Any]:
    """The sandbox's truth without what lines cannot carry."""
    aside = ("header", "changes", "anomalies", "decoys", "waste")
    return {name: value for name, value in truth.items() if name not in aside}
