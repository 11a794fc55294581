"""How to begin with plans: first files of config/, filled with the organization's own numbers."""

from datetime import date

import streamlit as st

from dashboard import data, signing_in
from reporting import budgets as questions
from reporting import formats, starters
from reporting.query import Query, Row
from reporting.ranges import DataDays, Window, resolve

A_PROJECT = "shop"


def budgets(days: DataDays) -> Query:
    """A first budgets.yaml of what the last whole month cost."""
    month, query, rows = _projects(days)
    if _is_listed_elsewhere("budget", "budgets"):
        return query
    st.info(
        "No budget is written yet. Put this into `config/budgets.yaml`, change its amounts, and "
        "run `atlas-costs refresh`.",
        icon=":material/savings:",
    )
    st.code(starters.budgets(rows, month), language="yaml")
    st.caption(
        f"What each project cost in {formats.month(month)}, rounded up to ten dollars. Budgets may "
        "also be of tags, services or single resources, change in the middle of a month, and have "
        "an owner: `config/budgets.yaml.example` has every option."
    )
    return query


def unit_costs(days: DataDays) -> Query:
    """A first metrics.yaml of the dearest project, and the file that it counts by."""
    month, query, rows = _projects(days)
    project = rows[0]["project"] if rows else A_PROJECT
    if _is_listed_elsewhere("metric", "metrics"):
        return query
    st.info(
        "Nothing is counted yet. Put this into `config/metrics.yaml`, your own counts beside it "
        "into `config/orders.csv`, and run `atlas-costs refresh`.",
        icon=":material/straighten:",
    )
    st.code(starters.metrics(project), language="yaml")
    st.code(starters.counts(month), language="csv")
    st.caption(
        "Orders, tenants, gigabytes: whatever your costs follow, by day or by month, for all or by "
        "label. CSV, Parquet and DuckDB files are read: `config/metrics.yaml.example` has every "
        "option."
    )
    return query


def scenarios(days: DataDays) -> Query:
    """A first scenarios.yaml for the dearest project."""
    _, query, rows = _projects(days)
    project = rows[0]["project"] if rows else A_PROJECT
    if _is_listed_elsewhere("scenario", "scenarios"):
        return query
    st.info(
        "No scenario is written yet. Put what might be changed into `config/scenarios.yaml`, and "
        "run `atlas-costs refresh`: it will be priced by your own invoices.",
        icon=":material/alt_route:",
    )
    st.code(starters.scenarios(project, days.through.replace(day=1)), language="yaml")
    return query


def _is_listed_elsewhere(what: str, key: str) -> bool:
    """Says so where a workspace, and not a refresh, decides what is here."""
    if (seen := signing_in.scope()) is None:
        return False
    st.info(
        f"No {what} is in the workspace {formats.plain(seen.name)}: `{key}` in "
        "`config/workspaces.yaml` lists those that it sees.",
        icon=":material/lock:",
    )
    return True


def _projects(days: DataDays) -> tuple[date, Query, list[Row]]:
    """The last whole month, or the running one where there is none, and its projects."""
    last = resolve("last_month", days.first, days.through)
    running = resolve("this_month", days.first, days.through)
    month: Window = last if last.start >= days.complete_from.replace(day=1) else running
    query = questions.by_project(month)
    return month.start, query, data.rows(query)
