"""What each waste costs in a month more than what would do, by the meters alone."""

from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from sandbox.bill import catalog
from sandbox.bill.cluster_usage import meter_cluster
from sandbox.bill.ledger import Line, Meter
from sandbox.bill.project_usage import meter_project
from sandbox.estate.resources import Cluster
from sandbox.estate.waste import Waste
from sandbox.months import days_between

DAYS = 30
MONTH_OF_DAYS = Fraction(730, 24 * DAYS)


def priced(seed: int, today: date, wastes: Iterator[Waste]) -> list[dict[str, Any]]:
    """Rule, resource and cents of a month of 730 hours."""
    return [
        {
            "rule": each.rule,
            "resource": (each.cluster or each.project).name,
            "monthly_cents": round(_cents(seed, today, each)),
        }
        for each in wastes
    ]


def _cents(seed: int, today: date, waste: Waste) -> Fraction:
    now = _of_days(seed, today, waste, waste.cluster)
    then = _of_days(seed, today, waste, waste.mended) if waste.mended else 0
    return (now - then) * waste.share * MONTH_OF_DAYS


def _of_days(seed: int, today: date, waste: Waste, cluster: Cluster | None) -> int:
    days = days_between(today - timedelta(days=DAYS), today)
    return sum(
        line.cents
        for day in days
        for line in _lines(seed, day, waste, cluster)
        if _counts(waste, line.product.service)
    )


def _counts(waste: Waste, service: str) -> bool:
    if waste.of_servers:
        return service == catalog.CLUSTERS
    return waste.with_transfer or service != catalog.TRANSFER or waste.cluster is None


def _lines(seed: int, day: date, waste: Waste, cluster: Cluster | None) -> list[Line]:
    if cluster is None:
        return meter_project(waste.project, Meter(seed, day, waste.project.id, waste.project))
    return meter_cluster(cluster, Meter(seed, day, cluster.id, waste.project, cluster))
