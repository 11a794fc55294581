"""A cost report as tables: every group and period, its groups compared, and the lines behind it."""

from dataclasses import replace

from reporting import queries
from reporting.files.table import Column, Extract, Kind
from reporting.queries import Report
from reporting.query import Binder, Query

_LINE_COLUMNS = (
    "usage_date", "billed_date", "invoice_month", "invoice_id", "invoice_status", "org_name",
    "project_name", "cluster_name", "resource_name", "resource_type", "service", "category",
    "sku", "sku_description", "instance_size", "cloud_provider", "region", "charge_type",
    "is_in_total", "quantity", "unit", "unit_price", "cost_cents", "net_cost_cents",
    "pricing_currency", "tags", "org_id", "project_id", "resource_id", "line_item_id",
    "connection",
)  # fmt: skip
# a file holds what a page folds into "other groups"
EVERY = 2_000_000_000


def of_report(report: Report) -> tuple[Extract, Extract]:
    """What a report shows, with no group left out: by period, and each group compared."""
    return by_period(report), by_group(report)


def by_period(report: Report) -> Extract:
    """The amount of every group in every period."""
    columns = (
        Column("period", "Period", Kind.MONTH if report.step == "month" else Kind.DAY),
        *_labels(report),
        _unit(report),
        _amount(report, "amount", "Amount"),
    )
    return Extract(f"By {report.step}", queries.series(report), columns)


def by_group(report: Report) -> Extract:
    """The amount of every group, and what it was in the period before."""
    before = (
        _amount(report, "previous", "Before"),
        Column("change", "Change", Kind.SHARE),
    )
    columns = (
        *_labels(report),
        _unit(report),
        _amount(report, "amount", "Amount"),
        *(before if report.compared else ()),
    )
    return Extract("By group", queries.comparison(report, EVERY), columns)


def _labels(report: Report) -> tuple[Column, ...]:
    return tuple(
        Column(each.name, each.label, key=f"label_{number}")
        for number, each in enumerate(report.groups, 1)
    )


def _unit(report: Report) -> Column:
    is_usage = report.state.measure == "usage"
    return Column("unit", "Unit") if is_usage else Column("currency", "Currency", key="unit")


def _amount(report: Report, key: str, title: str) -> Column:
    if report.state.measure != "usage":
        return Column(key, title, Kind.MONEY)
    name = "quantity" if key == "amount" else f"{key}_quantity"
    return Column(name, title.replace("Amount", "Quantity"), Kind.QUANTITY, key=key)


def lines(report: Report) -> Query:
    """The lines of the bill that make a report's amounts, a line of several days once for each.

    They add up to the report's total, by currency.
    """
    bind = Binder()
    alone = replace(report, compared=None)
    day = "billed_date" if report.is_billed else "usage_date"
    return bind.query(f"""select
    {", ".join(_LINE_COLUMNS)}
from marts.fct_line_item_days
where {day} >= {bind(alone.window.start)} and {day} < {bind(alone.window.end)}
        and {alone.counted}{alone.where(bind)}
order by usage_date, invoice_id, line_item_id""")  # noqa: S608  names of our own; values are bound


def count(query: Query) -> Query:
    """How many rows a query has."""
    return Query(f"select count(*) as rows from ({query.sql}) as asked", query.params)  # noqa: S608
