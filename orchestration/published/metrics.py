# ruff: noqa: S608  names in the SQL text are ours; values are bound
"""The published warehouse as metrics for Prometheus: amounts in whole cents, times in seconds.

A label's value may be anything that somebody named a project: the client library escapes it. The
number of series is bounded: the dearest few of each kind and currency, and `(other)` for the rest.
"""

import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from orchestration.landing.data_format import RELEASE
from orchestration.published.reader import NotPublished, opened

OTHER = "(other)"
LONGEST_LABEL = 200
CLUSTERS = ("cluster", "flex_cluster", "serverless_instance")
Rows = list[tuple[Any, ...]]


@dataclass(frozen=True)
class Grouping:
    """What costs are told by.

    Attributes:
        name: In the metrics' names.
        labels: Label → column.
        table: The smallest mart that has these columns by day.
        where: Which rows.
    """

    name: str
    labels: dict[str, str]
    table: str = "marts.agg_costs_daily"
    where: str = "true"


GROUPINGS = (
    Grouping("total", {}),
    Grouping("service", {"service": "service"}),
    Grouping("project", {"organization": "org_name", "project": "project_name"}),
    Grouping(
        "cluster",
        {"project": "project_name", "cluster": "resource_name"},
        "marts.fct_costs_daily",
        "resource_type in (select unnest($clusters))",
    ),
)
RECONCILED = """
select coalesce(pricing_currency, 'unknown'),
    case when not is_closed then 'pending' when is_reconciled then 'matching' else 'differing' end,
    count(*), coalesce(sum(abs(difference_cents) + abs(header_difference_cents))
        filter (where is_closed and not is_reconciled), 0)
from marts.fct_invoices group by all order by all
"""
FORECAST = """
select coalesce(pricing_currency, 'unknown'), expected_cents, low_80_cents, high_80_cents
from marts.forecasts
where scope_type = 'total' and month = date_trunc('month', $day::date)
    and expected_cents is not null
order by all
"""
FRESHNESS = """
select connection, epoch(last_success_at), len(missing_parts), status, epoch(published_at), requests
from meta.freshness order by connection
"""


class Costs(Collector):
    """What a scrape is answered; a published version is read once.

    Args:
        warehouse: The pointer that each publish moves on.
        top: How many services, projects and clusters are told apart in each currency.
    """

    def __init__(self, warehouse: Path, top: int) -> None:
        self._warehouse, self._top = warehouse, top
        self._lock = threading.Lock()
        self._known: tuple[Path, list[Metric]] | None = None

    def describe(self) -> Iterable[Metric]:
        """Nothing: to register must not read the warehouse."""
        return []

    def collect(self) -> Iterable[Metric]:
        """Every metric, of the newest version."""
        yield _gauge("build_info", "Release that answers.", {"release": RELEASE}, 1)
        try:
            metrics = self._read()
        except (NotPublished, duckdb.Error):
            yield _gauge("readable", "Whether the published warehouse can be read.", {}, 0)
            return
        yield _gauge("readable", "Whether the published warehouse can be read.", {}, 1)
        yield from metrics

    def _read(self) -> list[Metric]:
        with self._lock:
            version = self._warehouse.resolve()
            if self._known is None or self._known[0] != version or not version.exists():
                with opened(self._warehouse) as db:
                    self._known = version, list(self._metrics(db))
            return self._known[1]

    def _metrics(self, db: duckdb.DuckDBPyConnection) -> Iterator[Metric]:
        [(day,)] = db.execute("select max(data_through) from marts.data_through").fetchall() or [
            (None,)
        ]
        if day is not None:
            midnight = datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()
            says = "Last day with posted usage, at its midnight."
            yield _gauge("data_through_timestamp_seconds", says, {}, midnight)
            for grouping in GROUPINGS:
                yield from _costs(db, grouping, day, self._top)
            yield from _forecast(db.execute(FORECAST, {"day": day}).fetchall())
        yield from _reconciliation(db.execute(RECONCILED).fetchall())
        yield from _freshness(db.execute(FRESHNESS).fetchall())


def _costs(
    db: duckdb.DuckDBPyConnection, grouping: Grouping, day: object, top: int
) -> Iterator[Metric]:
    rows = db.execute(_sql(grouping), _values(grouping, day, top)).fetchall()
    labels = ("currency", *grouping.labels)
    by = f" by {grouping.name}" if grouping.labels else ""
    prefix = grouping.name
    month, last = (f"{prefix}_month_to_date_cents", f"{prefix}_last_day_cents")
    yield _family(month, f"Cost of the running month{by}.", labels, (row[:-1] for row in rows))
    yield _family(last, f"Cost of the last day with posted usage{by}.", labels,
                  ((*row[:-2], row[-1]) for row in rows))  # fmt: skip


def _sql(grouping: Grouping) -> str:
    names = list(grouping.labels)
    told = "".join(
        f", left(coalesce({column}, '(none)'), {LONGEST_LABEL}) as {name}"
        for name, column in grouping.labels.items()
    )
    kept = "".join(f", if(place <= $top, {name}, $other) as {name}" for name in names)
    return f"""with costs as (
    select coalesce(pricing_currency, 'unknown') as currency{told},
        sum(cost_cents) as month, coalesce(sum(cost_cents) filter (usage_date = $day), 0) as last
    from {grouping.table}
    where is_in_total and usage_date <= $day and usage_date >= date_trunc('month', $day::date)
        and {grouping.where}
    group by all
),
placed as (
    select *, row_number() over (
        partition by currency order by abs(month) desc, {", ".join([*names, "currency"])}
    ) as place
    from costs
)
select currency{kept}, sum(month)::bigint as month, sum(last)::bigint as last
from placed group by all order by all"""


def _values(grouping: Grouping, day: object, top: int) -> dict[str, object]:
    bounded = {"top": top, "other": OTHER} if grouping.labels else {}
    clusters = {"clusters": list(CLUSTERS)} if "$clusters" in grouping.where else {}
    return {"day": day} | bounded | clusters


def _forecast(rows: Rows) -> Iterator[Metric]:
    said = ("expected cost", "lower end of the 80 % band", "upper end of the 80 % band")
    for place, (name, what) in enumerate(zip(("", "_low", "_high"), said, strict=True), 1):
        yield _family(f"forecast{name}_cents", f"Running month: {what}.", ("currency",),
                      ((row[0], row[place]) for row in rows if row[place] is not None))  # fmt: skip


def _reconciliation(rows: Rows) -> Iterator[Metric]:
    labels = ("currency", "state")
    yield _family("invoices", "Invoices by whether they match Atlas's totals.", labels,
                  (row[:3] for row in rows))  # fmt: skip
    differing: dict[str, int] = {}
    for currency, _, _, cents in rows:
        differing[currency] = differing.get(currency, 0) + cents
    yield _family("invoice_difference_cents", "By how much closed invoices differ from Atlas's.",
                  ("currency",), sorted(differing.items()))  # fmt: skip


def _freshness(rows: Rows) -> Iterator[Metric]:
    label = ("connection",)
    yield _family("last_success_timestamp_seconds", "When all costs were last read.", label,
                  ((row[0], row[1]) for row in rows if row[1] is not None))  # fmt: skip
    yield _family("missing_parts", "Parts that could not be read.", label,
                  ((row[0], row[2]) for row in rows))  # fmt: skip
    yield _family("requests", "Requests to Atlas of the last refresh.", label,
                  ((row[0], row[5]) for row in rows if row[5] is not None))  # fmt: skip
    yield _family("connection_status", "Status of a connection; the value is always 1.",
                  ("connection", "status"), ((row[0], row[3], 1) for row in rows))  # fmt: skip
    published = max((row[4] for row in rows), default=None)
    if published is not None:
        yield _gauge("published_timestamp_seconds", "When it was published.", {}, published)


def _family(name: str, says: str, labels: Sequence[str], rows: Iterable[Sequence[Any]]) -> Metric:
    """A metric whose rows are labels, then a value."""
    family = GaugeMetricFamily(f"atlas_costs_{name}", says, labels=labels)
    for *values, value in rows:
        family.add_metric([str(each) for each in values], value)
    return family


def _gauge(name: str, says: str, labels: dict[str, str], value: float) -> Metric:
    return _family(name, says, tuple(labels), [(*labels.values(), value)])
