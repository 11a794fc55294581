"""How each published table is cut down to a workspace; a table that is not named here is empty.

LINES are sums of lines: a row is kept if it meets the scope itself, and is summed again from the
lines in scope where it has not the columns to tell. ENTITIES are about something, a cluster or an
organization: a row is kept if every line of what it is about is in scope. So an invoice is shown
to whoever sees its whole organization, and a forecast of a project to whoever sees the project.
"""

# What a row may be about, as lines know it; absent or null in a table, it is about all of them.
KEYS = (
    "connection", "org_id", "project_id", "resource_id", "cluster_name", "service", "category",
    "charge_type", "sku",
)  # fmt: skip
LINES = frozenset({
    "fct_line_items", "agg_costs_monthly", "agg_costs_daily", "month_to_date", "fct_cost_changes",
    "tag_coverage", "allocated_costs_daily", "allocation_statements",
})  # fmt: skip
# Summed again where the scope needs a column that they have not: from what, and what is added up.
SUMMED = {
    "agg_costs_daily": ("marts.fct_line_item_days", ("cost_cents", "line_items")),
    "month_to_date": (
        """(select costs.*, frame.* from marts.agg_costs_daily as costs
        inner join (
            select distinct usage_month, months_before, last_day, known_by
            from published.marts.month_to_date
        ) as frame on costs.usage_date >= frame.usage_month
            and costs.usage_date <= frame.last_day and costs.billed_date <= frame.known_by)""",
        ("cost_cents", "line_items"),
    ),
}
ENTITIES = frozenset({
    "actions", "active_resources", "agg_bridge_monthly", "agg_cluster_days", "agg_focus_ties",
    "anomalies", "anomaly_feedback", "backups", "credit_balances", "dim_clusters",
    "dim_clusters_history", "fct_focus_rows", "fct_invoice_bridge", "fct_invoice_changes",
    "fct_invoice_payments", "fct_invoice_prices", "fct_invoice_refunds", "fct_invoices",
    "forecast_parts", "forecast_quality", "forecasts", "online_archives", "permissions",
    "realised_savings", "resource_events", "restore_jobs", "savings",
})  # fmt: skip
# What a row is about where its columns say it in other words.
SAID_OTHERWISE = {
    "backups": {"resource_id": "cluster_id"},
    "dim_clusters": {"resource_id": "cluster_id"},
    "dim_clusters_history": {"resource_id": "cluster_id"},
    "online_archives": {"resource_id": "cluster_id"},
    "restore_jobs": {"resource_id": "cluster_id"},
    "forecasts": {
        "project_id": "if(scope_type = 'project', scope, null)",
        "resource_id": "if(scope_type = 'resource', scope, null)",
        "service": "if(scope_type = 'service', scope, null)",
    },
    "forecast_quality": {
        "project_id": "if(scope_type = 'project', scope, null)",
        "resource_id": "if(scope_type in ('resource', 'part'), scope, null)",
    },
}
# Named by config files: a workspace sees those that it lists.
LISTED = {
    "budgets": ("budget", "budgets"),
    "budget_costs": ("budget", "budgets"),
    "budget_days": ("budget", "budgets"),
    "unit_costs": ("metric", "metrics"),
    "scenarios": ("scenario", "scenarios"),
}
# They follow what was kept of others, which are therefore made before.
FOLLOWING = {
    "agg_invoices": "invoice_id in (select invoice_id from marts.fct_invoices)",
    "dim_projects": "project_id in (select project_id from marts.agg_costs_monthly)",
    "dim_skus": "sku in (select sku from marts.agg_costs_monthly)",
    "dim_tag_keys": "tag_key in (select unnest(map_keys(tags) || map_keys(tags_first_seen)) "
    "from marts.agg_costs_monthly)",
    "focus_invoices": "invoice_id in (select invoice_id from marts.fct_line_items)",
    "freshness": "connection in (select connection from marts.agg_costs_monthly)",
}
# Further conditions, with the column that they ask.
ALSO = {
    "restore_jobs": (
        "target_project_id",
        """(target_project_id is null
            or target_project_id in (select project_id from whole_projects))""",
    ),
}
# What of a row is kept from whoever sees only a part of what it is about.
REPLACED = {
    "budgets": {"parent": "if(list_contains($names, parent), parent, null)"},
    "dim_projects": {
        "cluster_count": "if(project_id in (select project_id from whole_projects), "
        "cluster_count, null)",
    },
    "freshness": {
        "missing_parts": "if(connection in (select connection from whole_connections) "
        "or len(missing_parts) = 0, missing_parts, ['parts of what it reads'])",
    },
}
# Of an invoice that is not wholly in scope FOCUS needs all but the amounts of its header.
HEADERS = "focus_invoices"
# The same for everybody: days, places and names of rules.
COMMON = frozenset({"data_through", "dim_allocation_keys", "dim_regions"})
# Nobody's but of those who see everything: what they say cannot be cut.
WITHHELD = frozenset({"cost_change_alerts", "insight"})
VIEWS = frozenset({
    "fct_line_item_days", "fct_costs_daily", "fct_costs_daily_by_tag", "focus_costs",
    "focus_tie_out",
})  # fmt: skip
KNOWN = LINES | ENTITIES | LISTED.keys() | FOLLOWING.keys() | COMMON | WITHHELD | VIEWS
