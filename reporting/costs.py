# ruff: noqa: S608  what is put into SQL text comes from the dimension registry; values are bound
"""The entries of a report: each cost with its day, its groups and the amount that counts.

Beside what Atlas booked, a report may count another price, invoices' tax and refunds, and support
where it is borne. All of them come out as the same rows, so that every query adds up one thing.
"""

from reporting.dimensions import Bind
from reporting.relations import CURRENCY, DAILY, FULL, MONTHLY, Relation, within
from reporting.report import Report

SHARED = "charge_type in ('support', 'minimum_charge')"
# Atlas rounds each line to a cent: up to that, a line has no discount.
_LIST = """case when abs(100 * list_cost - cost_cents) > 1
        then round(100 * list_cost)::bigint else cost_cents end"""
PRICES = {"booked": "cost_cents", "net": "net_cost_cents", "list": _LIST}
_TAX = """select
        invoice_month as usage_date, invoice_id, invoice_month, org_id, org_name, connection,
        end_date as billed_date, coalesce(billing_currency, pricing_currency) as pricing_currency,
        'Tax' as service, 'Tax' as category, 'tax' as charge_type, sales_tax_cents as cost_cents
    from marts.fct_invoices where sales_tax_cents <> 0"""
_REFUNDS = """select
        refunds.invoice_month as usage_date, refunds.invoice_id, refunds.invoice_month,
        refunds.org_id, invoices.org_name, refunds.connection,
        refunds.created_at::date as billed_date,
        coalesce(invoices.billing_currency, invoices.pricing_currency) as pricing_currency,
        'Refunds' as service, 'Refunds' as category, 'refund' as charge_type,
        -refunds.amount_cents as cost_cents
    from marts.fct_invoice_refunds as refunds
    left join marts.fct_invoices as invoices using (invoice_id)"""
_OF_INVOICES = {"tax": _TAX, "refunds": _REFUNDS}


def costs(report: Report, source: Relation, measured: str, bind: Bind) -> str:
    """Entries summed by unit and group; a group is told by its id.

    Args:
        report: What is asked.
        source: The relation that answers it.
        measured: Sums of `amount` and columns made of `day`, by which is grouped too.
        bind: Takes values.
    """
    groups = "".join(f" id_{n}, max(label_{n}) as label_{n}," for n in numbers(report))
    return f"""
    select unit,{groups} {measured}
    from ({_entries(report, source, bind)}
    ) as entries
    group by all"""


def numbers(report: Report) -> range:
    """The numbers of a report's groups, from 1."""
    return range(1, len(report.state.group) + 1)


def amount(report: Report) -> str:
    """The column, or what is made of columns, that a report adds up."""
    return "quantity" if report.state.measure == "usage" else PRICES[report.price]


def of_invoices(kind: str) -> str:
    """An invoice's tax or refunds as rows of costs, with the dimensions that an invoice has.

    Tax and refunds are money, even where the lines are in Atlas credits.
    """
    columns = ", ".join(
        f"null::{'map(varchar, varchar[])' if name.startswith('tags') else 'varchar'} as {name}"
        for name in (
            "project_id", "project_name", "cloud_provider", "region", "resource_id",
            "resource_name", "resource_type", "cluster_name", "sku", "instance_size", "tags",
            "tags_first_seen",
        )
    )  # fmt: skip
    return f"(select *, {columns} from ({_OF_INVOICES[kind]})) as {kind}"


def _entries(report: Report, source: Relation, bind: Bind) -> str:
    kept = f"{report.counted}{report.where(bind)}"
    if report.is_spread:
        kept += f"\n        and not ({SHARED} and {_is_borne(report, source.day, bind)})"
    parts = [_part(report, source, amount(report), kept, bind)]
    for kind in report.of_invoices:
        beside = Relation(of_invoices(kind), "usage_date", frozenset())
        parts.append(_part(report, beside, "cost_cents", f"true{report.where(bind)}", bind))
    if report.is_spread:
        parts.append(_spread(report, bind))
    return "\n    union all by name".join(parts)


def _part(report: Report, source: Relation, measured: str, kept: str, bind: Bind) -> str:
    unit = "coalesce(unit, 'units')" if report.state.measure == "usage" else CURRENCY
    groups = "".join(
        f"        {each.id_sql(bind)} as id_{n}, {each.label_sql(bind)} as label_{n},\n"
        for n, each in enumerate(report.groups, 1)
    )
    days = " or ".join(f"({source.during(each, bind)})" for each in report.windows)
    return f"""
    select
        {", ".join([f"{unit} as unit, {source.day} as day", *_known(report)])},
{groups}        {measured} as amount
    from {source.name}
    where ({days})
        and {kept}"""


def _known(report: Report) -> list[str]:
    """The day of billing, where one of the windows is as known by a day."""
    return ["billed_date"] if any(each.known_by for each in report.windows) else []


def _is_borne(report: Report, day: str, bind: Bind) -> str:
    """Whether a month has costs that can bear its support; else that stays where it is."""
    return f"""({CURRENCY}, org_id, date_trunc('month', {day})::date) in (
            select ({CURRENCY}, org_id, usage_month) from {MONTHLY.name}
            where {_bearing(report, bind)}
            group by {CURRENCY}, org_id, usage_month having sum(cost_cents) > 0)"""


def _bearing(report: Report, bind: Bind) -> str:
    months = " or ".join(
        f"(usage_month >= {bind(each.start.replace(day=1))} and usage_month < {bind(each.end)})"
        for each in report.windows
    )
    return f"is_in_total and not {SHARED} and ({months})"


def _spread(report: Report, bind: Bind) -> str:
    """Support and minimum charges of each day, in proportion to the other costs of its month.

    Each group of an organization bears by what it costs in the whole month. Shares are cut to
    whole cents; the cents left over go one each to the largest remainders.
    """
    keys = ", ".join(["unit", "org_id", "day", *_known(report)])
    ids = "".join(f", id_{n}" for n in numbers(report))
    labels = "".join(f", label_{n}" for n in numbers(report))
    groups = "".join(
        f"                    {each.id_sql(bind)} as id_{n},"
        f" max({each.label_sql(bind)}) as label_{n},\n"
        for n, each in enumerate(report.groups, 1)
    )
    pool = DAILY if report.price == "booked" else FULL
    days = " or ".join(f"({within('usage_date', each, bind)})" for each in report.windows)
    return f"""
    select {keys.replace(" org_id,", "")}{ids}{labels},
        (sign(cents) * (cut + if(turn <= abs(cents) - cuts, 1, 0)))::bigint as amount
    from (
        select *, sum(cut) over (partition by {keys}) as cuts,
            row_number() over (
                partition by {keys} order by abs(cents) * weight % whole desc, is_asked{ids}
            ) as turn
        from (
            select *, sum(weight) over (partition by {keys}) as whole,
                abs(cents) * weight // whole as cut
            from (
                select {CURRENCY} as unit, org_id,
                    {", ".join(["usage_date as day", *_known(report)])},
                    sum({PRICES[report.price]})::hugeint as cents
                from {pool.name}
                where is_in_total and {SHARED} and ({days})
                    and {_is_borne(report, "usage_date", bind)}
                group by all
            ) as pool join (
                select {CURRENCY} as unit, org_id, usage_month,
{groups}                    coalesce({report.filtered(bind) or "true"}, false) as is_asked,
                    sum(cost_cents)::hugeint as weight
                from {MONTHLY.name}
                where {_bearing(report, bind)}
                group by all having sum(cost_cents) > 0
            ) as bearers using (unit, org_id)
            where bearers.usage_month = date_trunc('month', pool.day)
        )
    )
    where is_asked"""
