"""Does the bill we show agree with the one Atlas wrote? A difference is named, never hidden.

Whether landing, raw and marts agree with each other is held by the load itself and by dbt's
tests; those block. Atlas's own identities are partly undocumented; these warn.
"""

import dagster as dg

from orchestration.resources.metadata import table
from orchestration.resources.warehouse import Warehouse
from reporting.money import plain as money

FCT_INVOICES = dg.AssetKey(["marts", "fct_invoices"])
DIM_SKUS = dg.AssetKey(["marts", "dim_skus"])


@dg.asset_check(asset=FCT_INVOICES, name="ties_to_atlas")
def ties_to_atlas(warehouse: Warehouse) -> dg.AssetCheckResult:
    """Each invoice's lines and header add up the way Atlas documents."""
    with warehouse.marts() as db:
        rows = db.execute(
            """
            select invoice_id, strftime(invoice_month, '%Y-%m'), difference_cents,
                header_difference_cents, credits_difference_cents, tolerance_cents
            from marts.fct_invoices
            where is_reconciled = false
            order by invoice_month desc
            """
        ).fetchall()
    differing: list[dict[str, str | int | float | bool]] = [
        {
            "invoice": invoice,
            "month": month,
            "missing from lines": money(lines),
            "header difference": money(header),
            "credits difference": money(credit),
            "tolerance (cents)": tolerance,
        }
        for invoice, month, lines, header, credit, tolerance in rows
    ]
    named = "; ".join(
        f"{row['invoice']} ({row['month']}): {row['missing from lines']}" for row in differing
    )
    return dg.AssetCheckResult(
        passed=not rows,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"Do not match Atlas's total: {named}"
        if rows
        else "Every invoice matches Atlas's total",
        metadata={"invoices": table(differing)} if rows else {},
    )


@dg.asset_check(asset=DIM_SKUS, name="known_skus")
def known_skus(warehouse: Warehouse) -> dg.AssetCheckResult:
    """Each billed SKU was reviewed, by us or by the operator; others count too, but are named."""
    with warehouse.marts() as db:
        rows = db.execute(
            """
            select sku, any_value(skus.service), any_value(skus.classified_by),
                sum(line_items)::bigint, sum(cost_cents)::bigint
            from marts.agg_costs_monthly inner join marts.dim_skus as skus using (sku)
            where classified_by not in ('taxonomy', 'override') or skus.service = 'Unclassified'
            group by sku
            order by 5 desc
            """
        ).fetchall()
    unknown: list[dict[str, str | int | float | bool]] = [
        {"sku": sku, "service": service, "by": how, "lines": lines, "amount": money(cents)}
        for sku, service, how, lines, cents in rows
    ]
    named = ", ".join(f"{row['sku']} ({row['service']})" for row in unknown)
    return dg.AssetCheckResult(
        passed=not rows,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"Not in the reviewed taxonomy: {named}" if rows else "Every SKU is known",
        metadata={"skus": table(unknown)} if rows else {},
    )


checks = [ties_to_atlas, known_skus]
