"""What is told of costs: budgets, anomalies, changes, savings."""

from datetime import datetime

from orchestration.rules.alerts import When
from orchestration.telling.events import Event
from orchestration.telling.facts.fact import RECENT, Fact, money, page
from reporting import formats, url_state
from reporting.query import Query, Row, with_values
from reporting.ranges import last_of_month
from reporting.state import ReportState


def _budgets(_: datetime, when: When) -> Query:
    sql = """select *
from (
    select
        budget, owner, month, pricing_currency, budget_cents, actual_cents, is_running,
        list_sort(list_filter(
            $percents, lambda percent: actual_cents * 100 >= budget_cents * percent
        )) as reached
    from marts.budgets
    where budget_cents > 0
        -- what is billed late may still exceed a month that is over
        and (is_running or actual_cents > budget_cents and month = (
            select max(month) - interval 1 month from marts.budgets where is_running
        ))
)
where len(reached) > 0"""
    return with_values(sql, {"percents": tuple(when.budget_percent)})


def _budget(row: Row) -> Event:
    name, month, currency = row["budget"], row["month"], row["pricing_currency"]
    spent, planned = row["actual_cents"], row["budget_cents"]
    begins = f"budget:{name}:{currency}:{month:%Y-%m}"
    *covered, percent = row["reached"]
    words = f"{money(spent, currency)} of {money(planned, currency)}"
    over = spent - planned
    text = f"{money(over, currency)} over." if over > 0 else f"{money(-over, currency)} left."
    return Event(
        key=f"{begins}:{percent}",
        kind="budget",
        title=f"Budget {name}: {_percent(spent, planned)} spent in {formats.month(month)}",
        text=f"{words} spent; {text}{_owner(row)}",
        cents=spent,
        currency=currency,
        page=page("budgets", id=name),
        covers=tuple(f"{begins}:{each}" for each in covered),
    )


def _forecasts(_: datetime, __: When) -> Query:
    return Query("""select budget, owner, month, pricing_currency, budget_cents, forecast_cents,
    exceeds_on
from marts.budgets
where is_running and status = 'at risk' and forecast_cents > budget_cents""")


def _forecast(row: Row) -> Event:
    name, month, currency = row["budget"], row["month"], row["pricing_currency"]
    over = row["forecast_cents"] - row["budget_cents"]
    since = f", from {formats.day(row['exceeds_on'])} on" if row["exceeds_on"] else ""
    return Event(
        key=f"forecast:{name}:{currency}:{month:%Y-%m}",
        kind="forecast",
        title=f"Budget {name} will be exceeded in {formats.month(month)}{since}",
        text=f"{money(row['forecast_cents'], currency)} expected of "
        f"{money(row['budget_cents'], currency)}: {money(over, currency)} over.{_owner(row)}",
        cents=over,
        currency=currency,
        page=page("budgets", id=name),
    )


def _anomalies(now: datetime, _: When) -> Query:
    sql = """select anomaly_id, scope, usage_date, pricing_currency, over_cents, explanation
from marts.anomalies
where status = 'open' and verdict is null and detected_on >= $since"""
    return with_values(sql, {"since": (now - RECENT).date()})


def _anomaly(row: Row) -> Event:
    over = money(row["over_cents"], row["pricing_currency"])
    return Event(
        key=f"anomaly:{row['anomaly_id']}",
        kind="anomaly",
        title=f"{row['scope']}: {over} more than expected since {formats.day(row['usage_date'])}",
        text=row["explanation"],
        cents=row["over_cents"],
        currency=row["pricing_currency"],
        page=page("anomalies", id=row["anomaly_id"]),
    )


def _changes(_: datetime, __: When) -> Query:
    return Query("""select alerts.*, data_through
from marts.cost_change_alerts as alerts
cross join (select max(data_through) as data_through from marts.data_through)
where usage_month >= date_trunc('month', data_through) - interval 1 month""")


def _change(row: Row) -> Event:
    amount, currency = row["change_cents"], row["pricing_currency"]
    word = "more" if amount > 0 else "less"
    return Event(
        key=f"change:{row['alert']}:{row['scope']}:{currency}:{row['usage_month']:%Y-%m}",
        kind="change",
        title=f"{row['scope']}: {money(abs(amount), currency)} {word} in "
        f"{formats.month(row['usage_month'])} ({row['alert']})",
        text=row["explanation"],
        cents=amount,
        currency=currency,
        page=url_state.link(_compared(row)),
    )


def _compared(row: Row) -> ReportState:
    """The report that shows a change: the same groups in the same days."""
    month = row["usage_month"]
    last = min(last_of_month(month), row["data_through"])
    return ReportState(start=month, last=last, group=tuple(row["grouping"].split(", ")))


def _savings(_: datetime, __: When) -> Query:
    return Query("""select finding_id, summary, project_name, pricing_currency, confidence, effort,
    monthly_saving_cents
from marts.savings
where state = 'open' and is_in_total and monthly_saving_cents > 0""")


def _saving(row: Row) -> Event:
    project = f"Project {row['project_name']}. " if row["project_name"] else ""
    amount = money(row["monthly_saving_cents"], row["pricing_currency"])
    return Event(
        key=f"saving:{row['finding_id']}",
        kind="saving",
        title=f"{amount} a month can be saved: {row['summary']}",
        text=f"{project}Confidence {row['confidence']}, effort {row['effort']}.",
        cents=row["monthly_saving_cents"],
        currency=row["pricing_currency"],
        page=page("savings", id=row["finding_id"]),
    )


def _percent(part: int, whole: int) -> str:
    """Rounded down: 100% is said only where all of it is spent."""
    return f"{part * 100 // whole}%"


def _owner(row: Row) -> str:
    return f" Owner: {row['owner']}." if row["owner"] else ""


FACTS = (
    Fact("budget", ("marts.budgets",), _budgets, _budget),
    Fact("forecast", ("marts.budgets",), _forecasts, _forecast),
    Fact("anomaly", ("marts.anomalies",), _anomalies, _anomaly),
    Fact("change", ("marts.cost_change_alerts", "marts.data_through"), _changes, _change),
    Fact("saving", ("marts.savings",), _savings, _saving),
)
