"""Anomalies, what was said of them, and change alerts, as the warehouse has them."""

from datetime import date, timedelta

from reporting.query import Query, Row, with_values
from reporting.ranges import ONE_DAY, Window
from reporting.state import Filter, ReportState

# As many days before an anomaly as it is compared with the four weeks of, and what came after.
DAYS_BEFORE, DAYS_AFTER = 35, 14

# What ended longer ago says nothing of how things are now.
RECENT_DAYS = 30

# `view` is where a page shows it: open, or explained by an event, a habit or somebody.
ANOMALIES = Query(f"""select
    *, coalesce(pricing_currency, 'unknown currency') as unit,
    if(status = 'open', 'open', 'explained') as view,
    is_ongoing or last_day > (select data_through from marts.data_through) - {RECENT_DAYS}
        as is_recent
from marts.anomalies
order by usage_date desc, over_cents desc, anomaly_id""")  # noqa: S608  ours

FEEDBACK = Query("""select
    said.*, coalesce(said.pricing_currency, 'unknown currency') as unit, anomalies.scope
from marts.anomaly_feedback as said left join marts.anomalies using (anomaly_id)
order by said."at" desc, said.anomaly_id""")

ALERTS = Query("""select
    *, coalesce(pricing_currency, 'unknown currency') as unit
from marts.cost_change_alerts
order by usage_month desc, abs(change_cents) desc, alert, scope""")


def of_view(view: str) -> Query:
    """The anomalies of a view: open, explained, or recent."""
    if view == "recent":
        return Query(f"select * from ({ANOMALIES.sql}) where is_recent")  # noqa: S608  ours
    return with_values(f"select * from ({ANOMALIES.sql}) where view = $view", {"view": view})  # noqa: S608  ours


def alerts_of(month: date) -> Query:
    """The change alerts of a month."""
    sql = f"select * from ({ALERTS.sql}) where usage_month = $month"  # noqa: S608  ours
    return with_values(sql, {"month": month})


def window(anomaly: Row) -> Window:
    """The days around an anomaly that show what was usual before and after it."""
    start = anomaly["usage_date"] - timedelta(days=DAYS_BEFORE)
    return Window(start, anomaly["last_day"] + timedelta(days=DAYS_AFTER) + ONE_DAY)


def daily(anomaly: Row, through: date) -> Query:
    """The usage of an anomaly's resource, or of its project, by day, service and category.

    Columns: usage_date, service, category, amount (cents); days without costs are left out.
    """
    days = window(anomaly)
    is_of_resource = anomaly["resource_id"] is not None
    source, scope = (
        ("marts.fct_line_item_days", "resource_id = $scope")
        if is_of_resource
        else ("marts.agg_costs_daily", "project_id is not distinct from $scope")
    )
    sql = f"""select usage_date, service, category, sum(cost_cents)::bigint as amount
from {source}
where usage_date >= $start and usage_date < $end and {scope}
    and org_id is not distinct from $organization
    and charge_type = 'usage' and is_in_total
    and coalesce(pricing_currency, 'unknown currency') = $unit
group by all
order by all"""  # noqa: S608  ours
    return with_values(sql, {
        "start": days.start, "end": min(days.end, through + ONE_DAY),
        "scope": anomaly["resource_id"] or anomaly["project_id"],
        "organization": anomaly["org_id"], "unit": anomaly["unit"],
    })  # fmt: skip


def report_of_anomaly(anomaly: Row, through: date) -> ReportState:
    """The cost report of the days around an anomaly, of what carries it."""
    days = window(anomaly)
    scope = ("resource", anomaly["resource_id"]) if anomaly["resource_id"] else (
        "project", anomaly["project_id"]
    )  # fmt: skip
    return ReportState(
        start=days.start,
        last=min(days.end - ONE_DAY, through),
        group=("sku",),
        filters=tuple(
            Filter(name, "is", (value,))
            for name, value in (scope, ("service", anomaly["service"]))
            if value
        ),
    )


def report_of_alert(alert: Row, through: date) -> ReportState | None:
    """The cost report of an alert's group; None where its values cannot be told apart."""
    names = [each.strip() for each in alert["grouping"].split(",")]
    values = alert["scope"].split(" / ")
    if len(names) != len(values):
        return None
    month = alert["usage_month"]
    last = (month + timedelta(days=31)).replace(day=1) - ONE_DAY
    return ReportState(
        start=month,
        last=min(last, through),
        group=("resource",),
        filters=tuple(
            Filter(name, "is", (value,)) for name, value in zip(names, values, strict=True)
        ),
    )
