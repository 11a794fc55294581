# ruff: noqa: S608  what is put into SQL text comes from the dimension registry; values are bound
"""Costs: totals, groups, change and history, by the SQL that the dashboard's pages use."""

from dataclasses import replace
from typing import Any

from orchestration.actions.model import Refusal
from orchestration.assistant.notes import noted
from orchestration.assistant.questions import (
    MOST_ROWS,
    CostQuestion,
    GetCostCauses,
    GetCostHistory,
    GetCosts,
    ListValues,
    filters_of,
)
from orchestration.assistant.tool import Document
from orchestration.assistant.warehouse import Row, Warehouse
from reporting import queries as report_query
from reporting.changes import causes
from reporting.queries import Report
from reporting.query import Binder, Query
from reporting.ranges import ONE_DAY, Window
from reporting.report import report_of
from reporting.state import ReportState

NOTHING = "No cost of these days matches. Are the names right? list_dimension_values knows them."


def get_costs(warehouse: Warehouse, asked: GetCosts) -> Document:
    """Totals and groups of a range, beside those of the range it is compared with."""
    report = _report(warehouse, asked)
    whole = replace(report, state=replace(report.state, group=()))
    totals = warehouse.numbers(report_query.comparison(whole))
    document: Document = {"totals": [_amounts(report, each) for each in totals]}
    if not totals:
        document["hint"] = NOTHING
    if names := report.state.group:
        query = _by_change if asked.order_by == "change" else report_query.comparison
        groups = warehouse.numbers(query(report, asked.limit))
        document["groups"] = [{**_labels(each, names), **_amounts(report, each)} for each in groups]
    return noted(warehouse, {**_days(report), **document}, report.window)


def get_cost_causes(warehouse: Warehouse, asked: GetCostCauses) -> Document:
    """Why a range costs more or less than the one it is compared with, in total and by group."""
    if asked.dates == "billed":
        raise Refusal("Causes are known by day of usage: leave out dates=billed.")
    report = _report(warehouse, asked)
    document = _days(report)
    if report.compared is None:
        return noted(warehouse, document | {"causes": []}, report.window)
    whole = replace(report, state=replace(report.state, group=()))
    totals = warehouse.numbers(report_query.comparison(whole))
    document["totals"] = [_amounts(report, each) for each in totals]
    document["causes"] = [_cause(each) for each in warehouse.numbers(causes(whole))]
    if names := report.state.group:
        found = warehouse.numbers(causes(report), asked.limit + 1)
        document["groups"] = [
            {name: each[f"label_{n}"] for n, name in enumerate(names, 1)} | _cause(each)
            for each in found[: asked.limit]
        ]
        document["there_are_more"] = len(found) > asked.limit
    return noted(warehouse, document, report.window)


def _cause(row: Row) -> dict[str, Any]:
    return {"currency": row["unit"], "cause": row["cause"], "change_cents": row["amount"]}


def get_cost_history(warehouse: Warehouse, asked: GetCostHistory) -> Document:
    """Costs of each period of a range; no period is left out."""
    report = replace(_report(warehouse, asked, asked.step), compared=None)
    rows = warehouse.numbers(report_query.series(report, asked.top), MOST_ROWS + 1)
    if len(rows) > MOST_ROWS:
        raise Refusal(
            f"That is more than {MOST_ROWS} rows: take a longer step, fewer days or a smaller top."
        )
    names = report.state.group
    periods = [
        {"from": each["period"], **_labels(each, names), **_amounts(report, each)} for each in rows
    ]
    document = {**_days(report), "step": asked.step, "periods": periods}
    return noted(warehouse, document, report.window)


def list_dimension_values(warehouse: Warehouse, asked: ListValues) -> Document:
    """What a dimension can be filtered by, dearest first; `tag` has the keys."""
    bind = Binder()
    found = [each["value"] for each in warehouse.numbers(_values(warehouse, asked, bind))]
    shown = found[: asked.limit]
    more = len(found) > len(shown)
    document = {"dimension": asked.dimension, "values": shown, "there_are_more": more}
    return noted(warehouse, document)


def _values(warehouse: Warehouse, asked: ListValues, bind: Binder) -> Query:
    text = f"lower({bind(asked.contains or '')})"
    if asked.dimension == "tag":
        return bind.query(
            "select tag_key as value from marts.dim_tag_keys "
            f"where contains(lower(tag_key), {text}) order by value limit {bind(asked.limit + 1)}"
        )
    report = _report(warehouse, CostQuestion(range=asked.range))
    dimension = report.dimension(asked.dimension)
    whole = report.window.whole_months(report.data_end)
    source = report_query.route(dimension.columns | {"cost_cents"}, whole)
    return bind.query(f"""select {dimension.label_sql(bind)} as value
from {source.name}
where {source.during(report.window, bind)} and contains(lower(value), {text})
group by value
order by sum(abs(cost_cents)) desc, value
limit {bind(asked.limit + 1)}""")


def _report(warehouse: Warehouse, asked: CostQuestion, step: str = "month") -> Report:
    """A question as the report that a page would draw."""
    is_billed = asked.dates == "billed"
    days = warehouse.days(is_billed=is_billed)
    state = ReportState(
        range=asked.range,
        start=asked.from_date,
        last=asked.to_date,
        bin=step,
        group=tuple(dict.fromkeys(asked.group_by)),
        show=("credits",) if asked.include_credits else (),
        tags=asked.tags,
        filters=filters_of(asked.filters),
    )
    if warehouse.ignores_case_of_tag_keys:
        state = state.with_folded_keys()
    return report_of(state, days, is_billed=is_billed)


def _by_change(report: Report, limit: int) -> Query:
    """The groups that changed most, up or down."""
    query = report_query.comparison(report)
    bind = Binder(dict(query.params))
    return bind.query(f"""select * from (
{query.sql}
)
order by abs(amount - previous) desc, unit, place
limit {bind(limit)}""")


def _days(report: Report) -> Document:
    dates = "billed" if report.is_billed else "usage"
    document: Document = {"days": {**_span(report.window), "dates": dates}}
    document["comparison"] = report.rule
    if report.compared:
        document["compared_with"] = _span(report.compared)
    if report.compared and report.compared.known_by:
        document["compared_with"]["billed_by"] = str(report.compared.known_by)
    return document


def _span(window: Window) -> Document:
    return {"from": str(window.start), "to": str(window.end - ONE_DAY)}


def _labels(row: Row, names: tuple[str, ...]) -> dict[str, Any]:
    """What a group is called; the rest has no name but a number of members."""
    if row["is_rest"]:
        return {"all_other_groups": row["members"]}
    return {name: row[f"label_{n}"] for n, name in enumerate(names, 1)}


def _amounts(report: Report, row: Row) -> dict[str, Any]:
    amounts = {"currency": row["unit"], "cost_cents": row["amount"]}
    if report.compared is None:
        return amounts
    return amounts | {
        "previous_cents": row["previous"],
        "change_cents": row["amount"] - row["previous"],
        "change_ratio": row["change"],
    }
