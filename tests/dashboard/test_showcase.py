"""The data folder that page tests share has something for every page."""

import duckdb
import pytest

# Of each table, values that pages tell apart.
VALUES = {
    ("budgets", "status"): {"exceeded", "at risk", "on track"},
    ("anomalies", "status"): {"open", "expected", "ignored", "explained"},
    ("anomaly_feedback", "verdict"): {"expected", "real", "ignore"},
    ("savings", "state"): {"open", "planned", "dismissed", "done"},
    ("actions", "outcome"): {"applied", "planned", "read", "refused"},
    ("allocation_statements", "status"): {"closed", "open"},
    ("allocation_statements", "entry"): {"usage", "adjustment"},
    ("allocated_costs_daily", "allocation_key"): {"team", "cost_center"},
    ("unit_costs", "metric"): {"orders", "storage", "tenants"},
    ("scenarios", "scenario"): {"growth plan", "thrift"},
    ("cost_change_alerts", "alert"): {"by service", "by project and service", "teams"},
}
ROWS = (
    "active_resources",
    "agg_costs_daily",
    "backups",
    "credit_balances",
    "dim_clusters_history",
    "fct_cost_changes",
    "fct_invoice_changes",
    "forecasts",
    "online_archives",
    "realised_savings",
    "resource_events",
    "tag_coverage",
)


@pytest.fixture(scope="module")
def db(showcase):
    file = (showcase / "atlas_costs.duckdb").resolve()
    with duckdb.connect(str(file), read_only=True) as opened:
        yield opened


@pytest.mark.parametrize("table", ROWS)
def test_a_page_has_rows(db, table):
    assert db.execute(f"select count(*) from marts.{table}").fetchall() > [(0,)]


@pytest.mark.parametrize(("table", "column"), VALUES)
def test_a_page_has_one_of_each(db, table, column):
    found = db.execute(f"select distinct {column} from marts.{table}").fetchall()
    assert {value for (value,) in found} >= VALUES[table, column]


def test_what_was_saved_comes_near_what_was_promised(db):
    [(realised, promised)] = db.execute(
        "select sum(realised_cents), sum(promised_cents) from marts.realised_savings"
    ).fetchall()
    assert realised == pytest.approx(promised, rel=0.1)


def test_a_restatement_of_a_closed_month_is_adjusted_in_the_next(db):
    adjusted = db.execute(
        "select allocation_key, sum(cost_cents) from marts.allocation_statements "
        "where entry = 'adjustment' group by all"
    ).fetchall()
    assert dict(adjusted) == {"team": 4200, "cost_center": 4200}
