"""dbt names what each page reads, so that a mart's lineage ends where it is looked at."""

import re
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from dashboard import data
from tests.conftest import ROOT
from tests.dashboard import money
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
    "active_resources": [{}, {"view": "deleted"}, {"view": "types"}, {"f.resource": "r-events"}],
    "resource": [{"id": "r-shop-prod"}, {"id": "r-sync"}],
    "cost_report": [
        {"group": "service"},
        {"group": "sku"},
        {"group": "sku", "range": "last_month", "bin": "month"},
        {"group": "tag:env", "f.resource": "shop-prod"},
        {"table": "lines", "overlay": ["budget:platform", "scenario:smaller", "unit_cost:orders"]},
        {"show": ["tax", "refunds", "list"], "bin": "month", "range": "last_month"},
    ],
    "anomalies": [{}, {"show": "changes"}, {"id": "abc123"}, {"id": "group"}],
    "budgets": [{"id": "events"}],
    "reports": [{"show": "this-month-by-service"}],
    "actions": [{"id": "abc"}],
    "invoices": [
        *({"id": money.CLOSED, "part": each} for each in ("lines", "restatements", "late")),
        {"id": "inv-o-Acme-2026-01", "part": "payments"},
    ],
    "allocation": [
        {}, *({"value": "data", "part": each} for each in ("resources", "statement")),
    ],
}  # fmt: skip


def with_anomalies(warehouse: Path) -> None:
    """Two anomalies, of a resource and of a group."""
    with duckdb.connect(str(warehouse.resolve())) as db:
        for each in ({}, {"anomaly_id": "group", "resource_id": None}):
            insert(db, "anomalies", ONE | {"actual_cents": 1, "over_cents": 1} | each)


def as_it_is(warehouse: Path) -> None:
    """Nothing beside the small warehouse."""


# What is published and what is added to it; several are states that a page is in one after another.
WITH_AND_WITHOUT_PLANS = (({}, as_it_is), ({"planned": True}, as_it_is))
PREPARED: dict[str, Any] = {
    "cost_report": (({"sketched": True}, as_it_is),),
    "invoices": (({}, money.add),),
    "allocation": (({}, money.add), ({}, money.add_without_keys)),
    **dict.fromkeys(("budgets", "forecast", "unit_costs"), WITH_AND_WITHOUT_PLANS),
}


# A table function, which no model is; and what is read for a file once its button is pressed.
ON_NO_PAGE = {"cost_changes", "focus_costs", "focus_invoices"}


def tables(text: str) -> set[str]:
    return set(re.findall(r"\bmarts\.(\w+)", text))


def test_each_page_is_an_exposure():
    assert set(EXPOSURES) == PAGES


# with plans, and without: a page then shows how to begin
PLANNED = {"budgets", "forecast", "unit_costs"}


@pytest.mark.parametrize("page", sorted(PAGES))
def test_an_exposure_depends_on_what_its_page_reads(publish, monkeypatch, page):
    read: set[str] = set()
    ask = data.rows

    def recorded(query):
        read.update(tables(query.sql))
        return ask(query)

    for number, (options, prepare) in enumerate(PREPARED.get(page, (({}, with_anomalies),))):
        prepare(publish(version=f"{number}", **options))
        app = opened(page)  # whose first run was of the overview, as every app's
        with monkeypatch.context() as patched:
            patched.setattr(data, "rows", recorded)
            for address in ADDRESSES.get(page, [{}]):
                app.query_params = dict(address)
                assert not app.run().exception
    assert read - ON_NO_PAGE == EXPOSURES[page]


def test_no_table_is_named_that_no_exposure_has():
    """A query that no address above reaches would leave its table out."""
    code = [path for room in ("dashboard", "reporting") for path in (ROOT / room).rglob("*.py")]
    named = set().union(*(tables(path.read_text()) for path in code))
    assert named - ON_NO_PAGE == set().union(*EXPOSURES.values())
