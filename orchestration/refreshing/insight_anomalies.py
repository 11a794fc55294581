"""Anomalies and change alerts: what they are made of in the marts, and the rows of their tables."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import duckdb

from orchestration import feedback
from orchestration.insight.anomalies import (
    ANOMALIES,
    ANOMALY_FEEDBACK,
    Limits,
    Verdict,
    describe,
    feedback_rows,
    find,
)
from orchestration.insight.anomalies.effects import Detail
from orchestration.insight.anomalies.events import Event
from orchestration.insight.anomalies.finding import Incident
from orchestration.insight.anomalies.series import Daily, Key
from orchestration.insight.change_alerts import (
    COST_CHANGE_ALERTS,
    ChangeAlert,
    MonthSum,
    change_alerts,
)
from orchestration.insight.tables import Row, Rows
from orchestration.rules.insight import read_insight
from orchestration.settings import Settings
from reporting.comparisons import day_of_life

TABLES = (ANOMALIES, ANOMALY_FEEDBACK, COST_CHANGE_ALERTS)

THROUGH = "select data_through, posted_through from marts.data_through"

# Credits, support, minimum charges and consulting come on their own days: they are no usage.
SERIES = """
create or replace temp table anomaly_series as
select
    row_number() over (
        order by org_id, project_id, resource_id, service, category, pricing_currency
    ) as series,
    *
from (
    select distinct
        org_id, project_id, resource_id, service, category, pricing_currency
    from marts.fct_line_item_days
    where charge_type = 'usage' and is_in_total and usage_date <= $through
)
"""

KEYS = """
with begins as (
    select org_id, min(invoice_month) as begins
    from marts.agg_costs_daily
    group by org_id
),

names as (
    select
        resource_id,
        max_by(resource_name, usage_date) as resource_name,
        max_by(resource_type, usage_date) as resource_type,
        max_by(project_name, usage_date) as project_name
    from marts.fct_line_item_days
    group by resource_id
)

select
    series.series,
    series.org_id,
    series.project_id,
    names.project_name,
    series.resource_id,
    names.resource_name,
    names.resource_type,
    series.service,
    series.category,
    series.pricing_currency,
    begins.begins
from anomaly_series as series
left join names on series.resource_id is not distinct from names.resource_id
join begins on series.org_id is not distinct from begins.org_id
order by series.series
"""

OWN = """
series.org_id is not distinct from days.org_id
and series.project_id is not distinct from days.project_id
and series.resource_id is not distinct from days.resource_id
and series.service is not distinct from days.service
and series.category is not distinct from days.category
and series.pricing_currency is not distinct from days.pricing_currency
and days.charge_type = 'usage' and days.is_in_total
"""

# A day's ordinal, as Python counts: 1 January 1970 is 719163.
DAILY = f"""
select
    series.series::bigint as series,
    (days.usage_date - date '1970-01-01' + 719163)::bigint as day,
    sum(days.cost_cents)::bigint as cents
from marts.fct_line_item_days as days
join anomaly_series as series on {OWN}
group by series.series, days.usage_date
"""  # noqa: S608  a condition of our own

DETAILS = f"""
select
    wanted.series,
    (days.usage_date - date '1970-01-01' + 719163)::bigint,
    days.billed_date,
    days.sku,
    sum(days.cost_cents)::bigint,
    sum(days.quantity)::double
from anomaly_wanted as wanted
join anomaly_series as series on wanted.series = series.series
join marts.fct_line_item_days as days
    on {OWN} and days.usage_date between wanted.first_day and wanted.last_day
group by all
order by all
"""  # noqa: S608  a condition of our own

# Before the first inventory only the bill tells that a cluster ran again: the servers of one that
# sleeps have SKUs of their own. A weekend's sleep is no event.
EVENTS = """
with cluster_days as (
    select
        resource_id,
        max(resource_name) as resource_name,
        usage_date,
        bool_or(category = 'Dedicated instance') as runs
    from marts.fct_line_item_days
    where category in ('Dedicated instance', 'Paused instance')
    group by resource_id, usage_date
),

compared as (
    select
        *,
        lag(runs) over (partition by resource_id order by usage_date) as ran,
        coalesce(
            max(case when runs then usage_date end) over (
                partition by resource_id order by usage_date
                rows between unbounded preceding and 1 preceding
            ),
            min(usage_date) over (partition by resource_id)
        ) as slept_from
    from cluster_days
)

select resource_id, resource_name, event, cast("at" as date), before, after
from marts.resource_events
union
select resource_id, resource_name, 'resumed', usage_date, 'paused', 'running'
from compared
where runs and not ran and usage_date - slept_from > 7
order by all
"""

# Dimension → its column; a tag's values are one, as reports have them.
COLUMNS = {
    "service": "service",
    "category": "category",
    "project": "project_name",
    "resource": "resource_name",
    "region": "region",
    "organization": "org_name",
    "cloud_provider": "cloud_provider",
    "instance_size": "instance_size",
    "sku": "sku",
    "charge_type": "charge_type",
    "invoice": "invoice_id",
    "cluster": "cluster_name",
    "resource_type": "resource_type",
    "connection": "connection",
}
# What the small daily table has too.
SMALL = {"service", "category", "project", "region", "organization", "cloud_provider",
         "charge_type", "connection", "invoice"}  # fmt: skip
TAG = "tag:"
UNTAGGED = "(untagged)"


def build(db: duckdb.DuckDBPyConnection, settings: Settings) -> Rows:
    """The rows of anomalies, of what was said of them, and of change alerts.

    Args:
        db: The marts, read-only.
        settings: Where feedback and configuration lie.
    """
    rules = read_insight(settings.insight_rules_file)
    said = feedback.read(settings.feedback_dir, feedback.ANOMALIES)
    verdicts = [Verdict.of(each) for each in said]
    found = db.execute(THROUGH).fetchone()
    if not found:
        return {ANOMALY_FEEDBACK: feedback_rows(verdicts)}
    through, posted = found
    return {
        ANOMALIES: anomalies(db, through, verdicts, rules.limits()),
        ANOMALY_FEEDBACK: feedback_rows(verdicts),
        COST_CHANGE_ALERTS: changes(db, through, posted, rules.alerts()),
    }


def anomalies(
    db: duckdb.DuckDBPyConnection, through: date, verdicts: Sequence[Verdict], limits: Limits
) -> list[Row]:
    """The rows of `anomalies`."""
    db.execute(SERIES, {"through": through})
    keys = {row[0]: Key(*row[1:]) for row in db.execute(KEYS).fetchall()}
    daily = Daily(**_arrays(db))
    events = [Event(*row) for row in db.execute(EVENTS).fetchall()]
    incidents = find(keys, daily, events, through, limits)
    details = _details(db, incidents)
    return describe(incidents, details, keys, verdicts, through=through, limits=limits)


def _arrays(db: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    found = db.execute(DAILY).fetchnumpy()
    return {"series": found["series"], "days": found["day"], "cents": found["cents"]}


def _details(db: duckdb.DuckDBPyConnection, incidents: Iterable[Incident]) -> list[Detail]:
    """Costs of the incidents' series alone: of their days, and of those they are compared with."""
    wanted = [
        (number, date.fromordinal(part.begins), date.fromordinal(part.last))
        for incident in incidents
        for part in incident.parts
        for number in part.series.members
    ]
    if not wanted:
        return []
    db.execute(
        "create or replace temp table anomaly_wanted (series bigint, first_day date, last_day date)"
    )
    db.executemany("insert into anomaly_wanted values (?, ?, ?)", wanted)
    # what two incidents compare with is read once
    db.execute(
        "create or replace temp table anomaly_wanted as "
        "select series, min(first_day) as first_day, max(last_day) as last_day "
        "from anomaly_wanted group by series"
    )
    return [Detail(*row) for row in db.execute(DETAILS).fetchall()]


def changes(
    db: duckdb.DuckDBPyConnection, through: date, posted: date, alerts: Sequence[ChangeAlert]
) -> list[Row]:
    """The rows of `cost_change_alerts`."""
    as_old = day_of_life(through, 1)
    reach = {"through": through, "as_old": as_old, "known_by": as_old + (posted - through)}
    return change_alerts({each: _sums(db, each, reach) for each in alerts}, through)


def _sums(
    db: duckdb.DuckDBPyConnection, alert: ChangeAlert, reach: Mapping[str, date]
) -> list[MonthSum]:
    """Costs by the alert's dimensions and month, without credits.

    Args:
        db: The marts.
        alert: What they are grouped by.
        reach: `through`, the newest day; `as_old`, the day on which the month before was as old,
            and `known_by`, the day on which it was billed.
    """
    values: dict[str, object] = dict(reach)
    columns = []
    for number, dimension in enumerate(alert.by):
        if dimension.startswith(TAG):
            values[f"key{number}"] = dimension.removeprefix(TAG)
            columns.append(
                f"coalesce(array_to_string(list_sort(tags[$key{number}]), ', '), '{UNTAGGED}')"
            )
        else:
            columns.append(COLUMNS[dimension])
    table = "agg_costs_daily" if SMALL.issuperset(alert.by) else "fct_line_item_days"
    rows = db.execute(
        f"""
        select
            {", ".join(columns)},
            pricing_currency,
            cast(date_trunc('month', usage_date) as date) as month,
            sum(cost_cents)::bigint,
            coalesce(sum(cost_cents) filter (
                usage_date <= $as_old and billed_date <= $known_by
            ), 0)::bigint
        from marts.{table}
        where is_in_total and charge_type != 'credit'
            and usage_date <= $through
            and usage_date >= (select min(invoice_month) from marts.agg_costs_daily)
        group by all
        order by all
        """,  # noqa: S608  columns of our own
        values,
    ).fetchall()
    return [MonthSum(tuple(row[:-4]), *row[-4:]) for row in rows]
