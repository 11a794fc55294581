"""What is told of the bill: restatements, invoices that do not match, credits, what is missing."""

import re
from datetime import datetime, timedelta
from hashlib import sha256

from orchestration.rules.alerts import When
from orchestration.telling.events import Event
from orchestration.telling.facts.fact import RECENT, Fact, money, page
from reporting import formats
from reporting.query import Query, Row, with_values

# one more project that cannot be read is the same trouble
_COUNT = re.compile(r" \(and \d+ more\)$")


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
        page=page("invoices", id=row["invoice_id"]),
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
        f"{money(abs(apart), currency)} difference",
        text=f"{row['org_name'] or 'Unknown organization'}, invoice {row['invoice_id']}.",
        cents=apart,
        currency=currency,
        page=page("invoices", id=row["invoice_id"]),
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
        text=f"{money(row['balance_cents'], currency)} left on {formats.day(row['as_of'])}, at "
        f"{money(row['burn_per_day_cents'], currency)} a day.",
        cents=row["balance_cents"],
        currency=currency,
        page=page("invoices"),
        covers=tuple(f"{begins}:{each}" for each in row["all_reached"] if each != row["reached"]),
    )


def _connections(_: datetime, __: When) -> Query:
    return Query("""select connection, status, part, data_through, last_success_at
from (
    select
        connection, status, data_through, last_success_at,
        unnest(if(len(missing_parts) > 0, missing_parts, [null])) as part
    from meta.freshness
)
where status = 'error' or part is not null""")


def _connection(row: Row) -> Event:
    part = row["part"] or "could not be read"
    name = sha256(_COUNT.sub("", part).encode()).hexdigest()[:12]
    is_error = row["status"] == "error"
    # one that was read again in between is told again; a part that is missing stays so for long
    since, shape = (row["last_success_at"], "%FT%T") if is_error else (row["data_through"], "%Y-%m")
    title = "could not be read" if is_error else "was only partly read"
    return Event(
        key=f"missing:{row['connection']}:{name}:{since.strftime(shape) if since else ''}",
        kind="refresh",
        title=f"Connection {row['connection']} {title}",
        text=part,
        page=page("connections"),
    )


FACTS = (
    Fact("restatement", ("marts.fct_invoice_changes", "marts.fct_invoices"), _restatements,
         _restatement),
    Fact("reconciliation", ("marts.fct_invoices",), _untied, _reconciliation),
    Fact("credits", ("marts.credit_balances",), _balances, _credits),
    Fact("refresh", ("meta.freshness",), _connections, _connection),
)  # fmt: skip
