"""dbt names what each page reads, so that a mart's lineage ends where it is looked at."""

import re

import duckdb
import pytest
import yaml

from dashboard import data
from tests.conftest import ROOT
from tests.dashboard.test_anomalies import ONE, insert
from tests.dashboard.test_pages import opened

PAGES = {path.stem for path in (ROOT / "dashboard/app_pages").glob("[!_]*.py")}
# what Python makes is no model: `meta.insight` names it
EXPOSURES = {
    each["name"]: set(re.findall(r"ref\('(\w+)'\)", " ".join(each["depends_on"])))
    | set(each.get("config", {}).get("meta", {}).get("insight", ()))
    for each in yaml.safe_load((ROOT / "dbt_project/models/exposures.yml").read_text())["exposures"]
}
# addresses that together send every query a page has
ADDRESSES = {
    "cost_report": [
        {"group": "service"},
        {"group": "sku"},
        {"group": "sku", "range": "last_month", "bin": "month"},
        {"group": "tag:env", "f.resource": "shop-prod"},
        {"table": "lines", "overlay": ["budget:platform", "scenario:smaller", "unit_cost:orders"]},
        {"show": ["tax", "refunds", "list"], "bin": "month", "range": "last_month"},
    ],
    "anomalies": [{}, {"show": "changes"}, {"id": "abc123"}, {"id": "group"}],
}


# A table function; the way from list price to paid, on no page yet.
FUNCTIONS = {"cost_changes"}
ON_NO_PAGE = {"agg_bridge_monthly", "fct_invoice_bridge"}


def tables(text: str) -> set[str]:
    return set(re.findall(r"\bmarts\.(\w+)", text))


def test_each_page_is_an_exposure():
    assert set(EXPOSURES) == PAGES


@pytest.mark.parametrize("page", sorted(PAGES))
def test_an_exposure_depends_on_what_its_page_reads(publish, monkeypatch, page):
    with duckdb.connect(str(publish().resolve())) as db:
        for each in ({}, {"anomaly_id": "group", "resource_id": None}):
            insert(db, "anomalies", ONE | {"actual_cents": 1, "over_cents": 1} | each)
    app = opened(page)  # whose first run was of the overview, as every app's
    read: set[str] = set()
    ask = data.rows

    def recorded(query):
        read.update(tables(query.sql))
        return ask(query)

    monkeypatch.setattr(data, "rows", recorded)
    for address in ADDRESSES.get(page, [{}]):
        app.query_params = dict(address)
        assert not app.run().exception
    assert read - FUNCTIONS == EXPOSURES[page]


def test_no_table_is_named_that_no_exposure_has():
    """A query that no address above reaches would leave its table out."""
    code = [path for room in ("dashboard", "reporting") for path in (ROOT / room).rglob("*.py")]
    named = set().union(*(tables(path.read_text()) for path in code))
    assert named - FUNCTIONS - ON_NO_PAGE == set().union(*EXPOSURES.values())
