"""What the published warehouse says that is worth telling: rows in, events out.

Each kind is one query, which sees what its connection may see, and one function that words a row.
The moment's age limits hold for whoever begins today: a year of old anomalies is no news.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from urllib.parse import urlencode

import duckdb

from orchestration.rules.alerts import When
from orchestration.telling.events import Event
from reporting import formats, url_state
from reporting.query import Query, Row, with_values
from reporting.ranges import last_of_month
from reporting.state import ReportState

# How long ago something may have been found to be told now.
RECENT = timedelta(days=14)
# one more project that cannot be read is the same trouble
_COUNT = re.compile(r" \(and \d+ more\)$")


@dataclass(frozen=True)
class Fact:
    """A kind of fact: where it stands, how it is asked, how a row is told."""

    kind: str
    tables: tuple[str, ...]
    query: Callable[[datetime, When], Query]
    event: Callable[[Row], Event]


def events(
    db: duckdb.DuckDBPyConnection, kinds: Iterable[str], when: When, now: datetime
) -> list[Event]:
    """The facts of these kinds that a connection sees.

    Args:
        db: The published warehouse, or as much of it as a workspace may see; read-only.
        kinds: Of orchestration.rules.alerts.KINDS.
        when: What is worth telling.
        now: UTC.
    """
    asked = set(kinds)
    there = _tables(db)
    return [
        fact.event(row)
        for fact in FACTS
        if fact.kind in asked and there.issuperset(fact.tables)
        for row in rows(db, fact.query(now, when))
    ]


def rows(db: duckdb.DuckDBPyConnection, query: Query) -> list[Row]:
    """A query's rows by column."""
    found = db.execute(query.sql, query.bound())
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _tables(db: duckdb.DuckDBPyConnection) -> set[str]:
    """A version that an earlier release published lacks some."""
    sql = (
        "select table_schema || '.' || table_name from information_schema.tables "
        "where table_schema in ('marts', 'meta')"
    )
    return {name for (name,) in db.execute(sql).fetchall()}


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
    words = f"{_money(spent, currency)} of {_money(planned, currency)}"
    over = spent - planned
    text = f"{_money(over, currency)} over." if over > 0 else f"{_money(-over, currency)} left."
    return Event(
        key=f"{begins}:{percent}",
        kind="budget",
        title=f"Budget {name}: {_percent(spent, planned)} spent in {formats.month(month)}",
        text=f"{words} spent; {text}{_owner(row)}",
        cents=spent,
        currency=currency,
        page=_page("budgets", id=name),
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
        text=f"{_money(row['forecast_cents'], currency)} expected of "
        f"{_money(row['budget_cents'], currency)}: {_money(over, currency)} over.{_owner(row)}",
        cents=over,
        currency=currency,
        page=_page("budgets", id=name),
    )


def _anomalies(now: datetime, _: When) -> Query:
    sql = """select anomaly_id, scope, usage_date, pricing_currency, over_cents, explanation
from marts.anomalies
where status = 'open' and verdict is null and detected_on >= $since"""
    return with_values(sql, {"since": (now - RECENT).date()})


def _anomaly(row: Row) -> Event:
    over = _money(row["over_cents"], row["pricing_currency"])
    return Event(
        key=f"anomaly:{row['anomaly_id']}",
        kind="anomaly",
        title=f"{row['scope']}: {over} more than expected since {formats.day(row['usage_date'])}",
        text=row["explanation"],
        cents=row["over_cents"],
        currency=row["pricing_currency"],
        page=_page("anomalies", id=row["anomaly_id"]),
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
        title=f"{row['scope']}: {_money(abs(amount), currency)} {word} in "
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
    amount = _money(row["monthly_saving_cents"], row["pricing_currency"])
    return Event(
        key=f"saving:{row['finding_id']}",
        kind="saving",
        title=f"{amount} a month can be saved: {row['summary']}",
        text=f"{project}Confidence {row['confidence']}, effort {row['effort']}.",
        cents=row["monthly_saving_cents"],
        currency=row["pricing_currency"],
        page=_page("savings", id=row["finding_id"]),
    )


def _restatements(now: datetime, _: When) -> Query:
    sql = """select
    changes.invoice_id, changed_at, changes.invoice_month, invoices.org_name, pricing_currency,
    bool_or(was_closed) as was_closed, sum(changes.difference_cents)::bigint as difference_cents,
    count(*) as lines, min(usage_date) as first_day, max(usage_date) as last_day
from marts.fct_invoice_changes as changes
left join marts.fct_invoices as invoices using (invoice_id)
where changed_at >= $since
group by all"""
    return with_values(sql, {"since": (now - RECENT).replace(tzinfo=None)})


def _restatement(row: Row) -> Event:
    amount, currency = row["difference_cents"], row["pricing_currency"]
    days = formats.span(row["first_day"], row["last_day"] + timedelta(days=1))
    was = "closed" if row["was_closed"] else "pending"
    charges = "1 charge" if row["lines"] == 1 else f"{row['lines']} charges"
    return Event(
        key=f"restatement:{row['invoice_id']}:{row['changed_at']:%Y%m%dT%H%M%S%f}",
        kind="restatement",
        title=f"Atlas changed the {was} invoice of {formats.month(row['invoice_month'])} by "
        f"{formats.signed_money(amount, currency)}",
        text=f"{row['org_name'] or 'Unknown organization'}, invoice {row['invoice_id']}: "
        f"{charges} of {days}.",
        cents=amount,
        currency=currency,
        page=_page("invoices", id=row["invoice_id"]),
    )


def _untied(_: datetime, __: When) -> Query:
    return Query("""select invoice_id, invoice_month, org_name, pricing_currency, difference_cents,
    header_difference_cents
from marts.fct_invoices where is_reconciled = false""")


def _reconciliation(row: Row) -> Event:
    lines, header = row["difference_cents"] or 0, row["header_difference_cents"] or 0
    currency = row["pricing_currency"]
    apart = lines or header
    return Event(
        key=f"reconciliation:{row['invoice_id']}:{lines}:{header}",
        kind="reconciliation",
        title=f"Invoice of {formats.month(row['invoice_month'])} does not match Atlas's total: "
        f"{_money(abs(apart), currency)} apart",
        text=f"{row['org_name'] or 'Unknown organization'}, invoice {row['invoice_id']}.",
        cents=apart,
        currency=currency,
        page=_page("invoices", id=row["invoice_id"]),
    )


def _balances(now: datetime, when: When) -> Query:
    sql = """select *, list_min(list_filter($days, lambda days: days_left <= days)) as reached,
    list_filter($days, lambda days: days_left <= days) as all_reached
from (
    select *, date_diff('day', $today::date, runs_out_on) as days_left
    from marts.credit_balances where runs_out_on is not null
)
where days_left <= list_max($days)"""
    return with_values(sql, {"days": tuple(when.credit_days), "today": now.date()})


def _credits(row: Row) -> Event:
    currency, ends = row["pricing_currency"], row["runs_out_on"]
    begins = f"credits:{row['org_id']}:{currency}:{ends:%Y-%m}"
    is_gone = row["days_left"] < 0
    return Event(
        key=f"{begins}:{row['reached']}",
        kind="credits",
        title=f"Credits of {row['org_name']} {'ran' if is_gone else 'run'} out on "
        f"{formats.day(ends)}",
        text=f"{_money(row['balance_cents'], currency)} left on {formats.day(row['as_of'])}, at "
        f"{_money(row['burn_per_day_cents'], currency)} a day.",
        cents=row["balance_cents"],
        currency=currency,
        page=_page("invoices"),
        covers=tuple(f"{begins}:{each}" for each in row["all_reached"] if each != row["reached"]),
    )


def _connections(_: datetime, __: When) -> Query:
    return Query("""select connection, status, part, data_through
from (
    select
        connection, status, data_through,
        unnest(if(len(missing_parts) > 0, missing_parts, [null])) as part
    from meta.freshness
)
where status = 'error' or part is not null""")


def _connection(row: Row) -> Event:
    part = row["part"] or "could not be read"
    name = sha256(_COUNT.sub("", part).encode()).hexdigest()[:12]
    month = f"{row['data_through']:%Y-%m}" if row["data_through"] else ""
    is_error = row["status"] == "error"
    title = "could not be read" if is_error else "was read in part"
    return Event(
        key=f"missing:{row['connection']}:{name}:{month}",
        kind="refresh",
        title=f"Connection {row['connection']} {title}",
        text=part,
        page=_page("connections"),
    )


def last_success(db: duckdb.DuckDBPyConnection) -> datetime | None:
    """When Atlas was last read, UTC."""
    [row] = rows(db, Query("select max(last_success_at) as last from meta.freshness"))
    return row["last"].replace(tzinfo=UTC) if row["last"] else None


FACTS = (
    Fact("budget", ("marts.budgets",), _budgets, _budget),
    Fact("forecast", ("marts.budgets",), _forecasts, _forecast),
    Fact("anomaly", ("marts.anomalies",), _anomalies, _anomaly),
    Fact("change", ("marts.cost_change_alerts", "marts.data_through"), _changes, _change),
    Fact("saving", ("marts.savings",), _savings, _saving),
    Fact("restatement", ("marts.fct_invoice_changes", "marts.fct_invoices"), _restatements,
         _restatement),
    Fact("reconciliation", ("marts.fct_invoices",), _untied, _reconciliation),
    Fact("credits", ("marts.credit_balances",), _balances, _credits),
    Fact("refresh", ("meta.freshness",), _connections, _connection),
)  # fmt: skip


def _page(path: str, **params: str) -> str:
    return f"/{path}{'?' if params else ''}{urlencode(params)}"


def _money(cents: int | None, currency: str | None) -> str:
    return formats.money(cents, currency)


def _percent(part: int, whole: int) -> str:
    """Rounded down: 100% is said only where all of it is spent."""
    return f"{part * 100 // whole}%"


def _owner(row: Row) -> str:
    return f" Owner: {row['owner']}." if row["owner"] else ""
