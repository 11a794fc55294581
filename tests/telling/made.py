"""A small published warehouse with something to tell of every kind."""

from pathlib import Path

import duckdb

NOW_DAY = "2026-05-20"
TABLES = """
create schema marts; create schema meta;
create table marts.data_through as select date '2026-05-19' as data_through;
create table marts.budgets (
    budget varchar, owner varchar, month date, pricing_currency varchar, is_running boolean,
    budget_cents bigint, actual_cents bigint, forecast_cents bigint, exceeds_on date, status varchar
);
create table marts.anomalies (
    anomaly_id varchar, scope varchar, usage_date date, detected_on date, pricing_currency varchar,
    over_cents bigint, explanation varchar, status varchar, verdict varchar
);
create table marts.cost_change_alerts (
    alert varchar, grouping varchar, scope varchar, usage_month date, pricing_currency varchar,
    change_cents bigint, explanation varchar
);
create table marts.savings (
    finding_id varchar, summary varchar, project_name varchar, pricing_currency varchar,
    confidence varchar, effort varchar, monthly_saving_cents bigint, state varchar,
    is_in_total boolean
);
create table marts.fct_invoices (
    invoice_id varchar, invoice_month date, org_name varchar, pricing_currency varchar,
    is_reconciled boolean, difference_cents bigint, header_difference_cents bigint
);
create table marts.fct_invoice_changes (
    invoice_id varchar, changed_at timestamp, invoice_month date, usage_date date,
    difference_cents bigint, was_closed boolean
);
create table marts.credit_balances (
    org_id varchar, org_name varchar, pricing_currency varchar, as_of date, balance_cents bigint,
    burn_per_day_cents bigint, runs_out_on date
);
create table meta.freshness (
    connection varchar, status varchar, missing_parts varchar[], data_through date,
    last_success_at timestamp
);
insert into meta.freshness values
    ('main', 'connected', [], date '2026-05-19', timestamp '2026-05-20 06:00:00');
"""
# One row that is told, of each kind that marts hold.
ROWS = {
    "budget": "insert into marts.budgets values ('shop', 'team@example.com', '2026-05-01', 'USD', "
    "true, 100000, 85000, 90000, null, 'on track')",
    "forecast": "insert into marts.budgets values ('data', null, '2026-05-01', 'USD', true, "
    "100000, 50000, 130000, '2026-05-25', 'at risk')",
    "anomaly": "insert into marts.anomalies values ('a1b2', 'shop / orders / Clusters', "
    "'2026-05-17', '2026-05-18', 'USD', 4851, 'Clusters of orders cost more.', 'open', null)",
    "change": "insert into marts.cost_change_alerts values ('teams', 'tag:team', 'search', "
    "'2026-05-01', 'USD', 25000, 'search cost $250.00 more.')",
    "saving": "insert into marts.savings values ('f00d', 'attic runs at night', 'attic', 'USD', "
    "'high', 'low', 10598, 'open', true)",
    "restatement": "insert into marts.fct_invoices values ('i1', '2026-04-01', 'Acme', 'USD', "
    "true, 0, 0); insert into marts.fct_invoice_changes values ('i1', '2026-05-19 06:00', "
    "'2026-04-01', '2026-04-20', 4200, true), "
    "('i1', '2026-05-19 06:00', '2026-04-01', '2026-04-21', -200, true)",
    "reconciliation": "insert into marts.fct_invoices values ('i2', '2026-03-01', 'Acme', 'USD', "
    "false, 17, 0)",
    "credits": "insert into marts.credit_balances values ('o1', 'Acme', 'Atlas Credits', "
    "'2026-05-19', 500000, 20000, '2026-06-13')",
    "refresh": "update meta.freshness set status = 'degraded', missing_parts = ['clusters: 403']",
}


def publish(folder: Path, *kinds: str, sql: str = "") -> None:
    """A published warehouse in a data folder."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "atlas_costs.duckdb"
    file.unlink(missing_ok=True)
    with duckdb.connect(str(file)) as db:
        db.execute(TABLES + "".join(f"{ROWS[each]};" for each in kinds) + sql)
