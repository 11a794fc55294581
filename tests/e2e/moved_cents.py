"""The cents that test_identities moves, and the dbt tests that must see each of them."""

from dataclasses import dataclass

LANDED = "assert_line_items_equal_landed"
RAW = "assert_line_items_equal_raw"
SUMS = "assert_sums_equal_line_items"
DAILY = "assert_costs_daily_equal_line_items"
AGG_DAILY = "assert_agg_costs_daily_equals_line_items"
AGG_MONTHLY = "assert_agg_costs_monthly_equals_line_items"
BY_TAG = "assert_costs_by_tag_equal_line_items"
BRIDGE = "assert_bridge_ends_at_billed"
PAYABLE = "assert_focus_billed_equals_payable"
FOCUS = "assert_focus_costs_equal_lines_and_reports"
REPORTS = "assert_focus_rows_equal_reports"
TIES = "assert_focus_ties_equal_lines_and_reports"
ALLOCATED = "assert_allocated_costs_equal_costs"
VALUES = "assert_allocated_values_keep_their_cents"
STATEMENTS = "assert_statements_equal_allocation"
CLOSED = "assert_closed_statements_stay"

# They look at views, which say of an old invoice what its lines, report and aggregates say, at
# headers, with which an invoice is built again, or at what a month was allocated from.
OF_WHAT_IS_BUILT = {DAILY, BY_TAG, FOCUS, PAYABLE, VALUES}


@dataclass(frozen=True)
class Move:
    """One cent more in a row, and where `to_another` is set one less in a row that differs in it.

    Attributes:
        same: What both rows have in common.
        where: Which rows; {invoice} is one of March, closed long ago.
    """

    table: str
    seen_by: set[str]
    to_another: str | None = None
    same: tuple[str, ...] = ()
    where: str = "invoice_id = '{invoice}'"
    column: str = "cost_cents"
    cent: str = "1"

    @property
    def read_as(self) -> str:
        """The table by the name that dbt knows."""
        return self.table.removeprefix("raw.").replace("stored_line", "invoice_line")

    def __str__(self) -> str:
        moved = f" to another {self.to_another}" if self.to_another else ""
        return f"{self.table}.{self.column}{moved} where {self.where}"


def _raw_line(seen_by: set[str], to_another: str | None = None, **fields: object) -> Move:
    fields = {"where": "_invoice_id = '{invoice}'", **fields}
    return Move("raw.stored_line_items", seen_by, to_another, column="totalPriceCents", **fields)


def _header(column: str, seen_by: set[str], where: str = "id = '{invoice}'") -> Move:
    return Move("raw.invoices", seen_by, column=column, where=where)


def _by_tag(basis: str, key: str, to_another: str | None) -> Move:
    where = f"tag_basis = '{basis}' and tag_key = '{key}' and invoice_id = '{{invoice}}'"
    return Move("fct_costs_daily_by_tag", {BY_TAG}, to_another, where=where)


def _focus(seen_by: set[str], to_another: str | None, **fields: object) -> Move:
    where = "x_InvoiceId = '{invoice}' and x_SyntheticReason is null"
    fields = {"where": where, "column": "BilledCost", **fields}
    return Move("focus_costs", seen_by, to_another, cent="0.01", **fields)


ANY_INVOICE = {"where": "true"}
LINES = [
    _raw_line({LANDED, RAW}),
    _raw_line({LANDED, RAW}, "_invoice_id", where="startDate < '2026-05-01'"),
    _raw_line({RAW}, "sku"),
    _raw_line({RAW}, "startDate", same=("sku", "clusterName")),
    _raw_line({RAW}, "clusterName", same=("sku", "startDate")),
    Move("fct_line_items", {RAW, SUMS, AGG_DAILY, AGG_MONTHLY, BY_TAG, PAYABLE, ALLOCATED}),
    Move("fct_line_items", {RAW, AGG_DAILY, AGG_MONTHLY, BY_TAG, ALLOCATED}, "service"),
]
SUMMED = [
    Move("agg_invoices", {SUMS, BRIDGE}, column="list_cents"),
    Move("agg_invoices", {SUMS, BRIDGE}, column="usage_cents"),
    Move("agg_invoices", {SUMS, TIES}, "invoice_id", column="line_items_cents", **ANY_INVOICE),
    Move("agg_costs_daily", {AGG_DAILY, BY_TAG}),
    Move("agg_costs_daily", {AGG_DAILY, BY_TAG}, "service"),
    Move("agg_costs_daily", {AGG_DAILY, BY_TAG}, "usage_date", same=("service", "project_id")),
    Move("agg_costs_daily", {AGG_DAILY}, "project_id", same=("service", "usage_date")),
    Move("agg_costs_daily", {AGG_DAILY, BY_TAG}, "invoice_id", ("service",), **ANY_INVOICE),
    Move("agg_costs_monthly", {AGG_MONTHLY, BY_TAG}),
    Move("agg_costs_monthly", {AGG_MONTHLY}, "resource_id", same=("sku", "tags")),
    Move("agg_costs_monthly", {AGG_MONTHLY}, "sku", same=("resource_id", "service")),
    Move("agg_costs_monthly", {AGG_MONTHLY}, "usage_month", same=("sku", "resource_id", "tags")),
    Move("agg_costs_monthly", {AGG_MONTHLY, BY_TAG}, "invoice_id", same=("sku",), **ANY_INVOICE),
]
DAYS = [
    Move("fct_costs_daily", {DAILY}),
    Move("fct_costs_daily", {DAILY}, "usage_date", same=("sku", "resource_id")),
    Move("fct_costs_daily", {DAILY}, "service", same=("usage_date",)),
    Move("fct_costs_daily", {DAILY}, "sku", same=("usage_date", "service", "resource_id")),
    Move("fct_costs_daily", {DAILY}, "resource_id", same=("usage_date", "sku")),
    Move("fct_costs_daily", {DAILY}, "invoice_id", same=("sku",), **ANY_INVOICE),
    *(
        _by_tag(basis, key, to_another)
        for basis in ("current", "first_seen")
        for key in ("team", "env")
        for to_another in (None, "tag_value", "usage_date", "service")
    ),
    Move(
        "fct_costs_daily_by_tag",
        {BY_TAG},
        "invoice_id",
        ("tag_key", "tag_basis", "tag_value", "service"),
        where="tag_key = 'team' and tag_basis = 'current'",
    ),
]
INVOICES = [
    _header("amountBilledCents", {BRIDGE, PAYABLE}),
    _header("amountPaidCents", {BRIDGE}),
    _header("salesTaxCents", {BRIDGE, PAYABLE}),
    _header("startingBalanceCents", {BRIDGE, PAYABLE}),
    _header("creditsCents", {BRIDGE}, where="creditsCents > 0"),
    *(
        Move("fct_invoice_bridge", {BRIDGE}, column="amount_cents", where=f"step = '{step}'")
        for step in (
            "list",
            "discount",
            "rounding",
            "usage",
            "commitment_shortfall",
            "tax",
            "unexplained",
            "billed",
            "paid",
        )
    ),
    Move("fct_invoice_bridge", {BRIDGE}, "step", ("invoice_id",), column="amount_cents"),
    Move(
        "fct_invoice_bridge",
        {BRIDGE},
        "invoice_id",
        ("step",),
        column="amount_cents",
        where="step = 'paid'",
    ),
]
MARCH = "usage_date between '2026-03-01' and '2026-03-31'"
ALLOCATION = [
    *(
        Move(
            "allocated_costs_daily",
            seen_by,
            to_another,
            same,
            where=f"allocation_key = '{key}' and allocation_method = 'direct' and {MARCH}",
        )
        for key in ("team", "project")
        for to_another, same, seen_by in (
            (None, (), {ALLOCATED, VALUES, STATEMENTS}),
            ("usage_date", ("allocation_value", "resource_id"), {ALLOCATED, VALUES}),
            ("service", ("allocation_value", "usage_date", "resource_id"), {ALLOCATED}),
            ("resource_id", ("allocation_value", "usage_date"), {ALLOCATED, VALUES, STATEMENTS}),
        )
    ),
    *(
        Move(
            "allocated_costs_daily",
            seen_by,
            "allocation_value",
            ("usage_date", "resource_id", "service", "project_id", "invoice_month"),
            where=f"allocation_key = 'team' and allocation_method = '{method}' and {MARCH}",
        )
        for method, seen_by in (("fixed", {VALUES, STATEMENTS}), ("split", {STATEMENTS}))
    ),
    Move("allocation_statements", {STATEMENTS}, where="status = 'open'"),
    Move("allocation_statements", {STATEMENTS}, where="entry = 'adjustment'"),
    Move("allocation_statements", {STATEMENTS, CLOSED}, where="status = 'closed'"),
    *(
        Move("allocation_statements", seen_by, to_another, where=f"status = '{status}'")
        for status, to_another, seen_by in (
            ("closed", "allocation_value", {STATEMENTS, CLOSED}),
            ("closed", "resource_id", {STATEMENTS}),
            ("open", "allocation_value", {STATEMENTS}),
            ("open", "usage_month", {STATEMENTS}),
        )
    ),
]
FOCUS_COSTS = [
    _focus({FOCUS, PAYABLE}, None),
    _focus({FOCUS}, "ChargePeriodStart", same=("x_AtlasSku", "ResourceName")),
    _focus({FOCUS}, "x_SkuCategory", same=("ChargePeriodStart",)),
    _focus({FOCUS, PAYABLE}, "x_InvoiceId", where="x_SyntheticReason is null"),
    _focus({FOCUS, PAYABLE}, None, column="PricingCurrencyEffectiveCost"),
    _focus({PAYABLE}, None, where="x_InvoiceId = '{invoice}' and x_SyntheticReason = 'tax'"),
    Move(
        "fct_focus_rows",
        {REPORTS, PAYABLE, TIES},
        column="pricing_currency_effective_cost",
        cent="0.01",
    ),
    Move(
        "fct_focus_rows",
        {REPORTS},
        "usage_date",
        ("sku", "cluster_name"),
        column="pricing_currency_effective_cost",
        cent="0.01",
    ),
    Move("fct_focus_rows", {REPORTS}, "sku", column="billed_cost", cent="0.01"),
    Move("agg_focus_ties", {TIES}, column="line_cents", where="line_cents > 0"),
    Move("agg_focus_ties", {TIES}, column="reported_cents", where="report_rows > 0"),
]
MOVES = [*LINES, *SUMMED, *DAYS, *INVOICES, *ALLOCATION, *FOCUS_COSTS]
GUARDS = set().union(*(move.seen_by for move in MOVES))
# What a refresh leaves as an earlier one made it.
KEPT = {
    "raw.stored_line_items",
    "fct_line_items",
    "fct_focus_rows",
    "agg_focus_ties",
    "agg_invoices",
    "agg_costs_daily",
    "agg_costs_monthly",
    "allocated_costs_daily",
}
VIEWS = {"fct_costs_daily", "fct_costs_daily_by_tag", "focus_costs"}
