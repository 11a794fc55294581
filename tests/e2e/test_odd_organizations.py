"""Any organization's costs are published whole, and every page opens over them."""

import pytest
import streamlit as st

from tests.dashboard.test_pages import opened, texts
from tests.e2e.odd_organizations import KEYS, ODD, served

PAGES = (
    "overview", "active_resources", "allocation", "budgets", "forecast", "anomalies", "savings",
    "unit_costs", "tags", "reports", "actions", "backups", "connections", "invoices",
)  # fmt: skip
REPORTS = (
    {}, {"range": "all"}, {"range": "all", "bin": "day"}, {"range": "all", "table": "periods"},
    {"range": "all", "group": "none", "table": "lines"},
    {"range": "this_month", "bin": "cumulative"},
    {"range": "last_12_months", "bin": "month", "group": "tag:env"},
    {"range": "all", "group": "resource", "chart": "pie"}, {"range": "all", "measure": "usage"},
    {"range": "all", "bin": "month", "show": ["credits", "tax", "refunds", "list"]},
    {"range": "this_month", "compare": "like_for_like"},
    {"range": "last_30_days", "compare": "last_year"},
    {"range": "all", "bin": "quarter", "group": "invoice"},
)  # fmt: skip

# how a missing number would be written
NOT_WRITTEN = ("nan", "NaN", "NaT", "inf ", "Infinity")


@pytest.mark.wide
@pytest.mark.parametrize("name", ODD)
def test_costs_are_whole_and_every_page_opens(world, monkeypatch, name):
    documents = ODD[name]
    with served(documents) as url:
        run = world.run("refresh", MONGODB_ATLAS_BASE_URL=url, **KEYS)
    # 3: the key may not read the SKU catalogue
    assert run.code == 3, run.said
    assert "None" not in run.out
    lines = [each for document in documents for each in document["lineItems"]]
    [(cents, number)] = world.query(
        "select coalesce(sum(cost_cents), 0)::bigint, count(*) from marts.fct_line_items"
    )
    assert (cents, number) == (sum(each["totalPriceCents"] for each in lines), len(lines))
    _open_every_page(world, monkeypatch)


def _open_every_page(world, monkeypatch):
    monkeypatch.setenv("ATLAS_COSTS_DATA_DIR", str(world.data))
    resources = world.query(
        "select distinct resource_id from marts.fct_line_items "
        "where resource_id is not null order by all limit 5"
    )
    invoices = world.query("select invoice_id from marts.fct_invoices order by all limit 3")
    try:
        for page in PAGES:
            _require_well(opened(page), page)
        for parameters in REPORTS:
            _require_well(opened("cost_report", **parameters), parameters)
        for (resource,) in resources:
            _require_well(opened("resource", id=resource), resource)
        for (invoice,) in invoices:
            _require_well(opened("invoices", invoice=invoice), invoice)
    finally:
        st.cache_data.clear()
        st.cache_resource.clear()


def _require_well(app, what):
    assert [each.message for each in app.exception] == [], what
    numbers = [f"{each.value} {each.delta}" for each in app.metric]
    odd = [each for each in NOT_WRITTEN for text in numbers if each in text]
    assert not odd, (what, numbers)
    assert r"\(None" not in texts(app), what
