"""What the marts of anomalies promise."""

from orchestration.insight.tables import Column, Table

MONEY = "in cents of pricing_currency"

ANOMALIES = Table(
    "anomalies",
    "Usage that cost more than expected from the days before it. One row per incident: not one a "
    "day, and at the resource that carries it.",
    (
        Column("anomaly_id", "varchar", "Stays the same when the warehouse is rebuilt."),
        Column("detected_on", "date", "The day on which the bill first showed it."),
        Column("usage_date", "date", "The first usage day."),
        Column("last_day", "date", "The last usage day, so far or at all."),
        Column("is_ongoing", "boolean", "Whether it reaches the newest days there are."),
        Column("scope", "varchar", "What it is of, in words: project / resource / service."),
        Column(
            "scope_type",
            "varchar",
            "resource, or group: a project's costs of a service and category that no single "
            "resource carries.",
        ),
        Column("org_id", "varchar", "The organization."),
        Column("project_id", "varchar", "The project."),
        Column("project_name", "varchar", "Its name."),
        Column("resource_id", "varchar", "The resource that carries it; null if none does."),
        Column("resource_name", "varchar", "Its name."),
        Column("resource_type", "varchar", "Its type."),
        Column("service", "varchar", "The service that carries it."),
        Column("category", "varchar", "Its category."),
        Column("sku", "varchar", "The SKU that carries most of it."),
        Column("pricing_currency", "varchar", "What the amounts are in."),
        Column("actual_cents", "bigint", f"What its days cost, {MONEY}."),
        Column("expected_cents", "bigint", f"What they should have cost, {MONEY}."),
        Column("over_cents", "bigint", f"The difference, {MONEY}."),
        Column("quantity_effect_cents", "bigint", f"The part of it that is more usage, {MONEY}."),
        Column(
            "price_effect_cents",
            "bigint",
            f"The part of it that is a higher price per unit, {MONEY}; with the quantity effect "
            "it adds up to over_cents.",
        ),
        Column(
            "status",
            "varchar",
            "open; explained by an event; expected, by a verdict or because it recurs; ignored, "
            "by a verdict. Only open ones are worth an alert.",
        ),
        Column("event", "varchar", "The event of the resource on its first day, if there is one."),
        Column("explanation", "varchar", "All of it in a sentence or two."),
        Column("verdict", "varchar", "What somebody said of it: expected, real or ignore."),
        Column("verdict_reason", "varchar", "And why."),
    ),
)

ANOMALY_FEEDBACK = Table(
    "anomaly_feedback",
    "What people said of anomalies. One row per verdict.",
    (
        Column("anomaly_id", "varchar", "The anomaly it was said of."),
        Column("verdict", "varchar", "expected, real or ignore."),
        Column("reason", "varchar", "Why."),
        Column("pattern", "varchar", "alike: it holds for what is alike; any: for all its scope."),
        Column("until", "date", "The last usage day it holds for; null: for good."),
        Column("by", "varchar", "Who said so."),
        Column("at", "timestamp", "When, in UTC."),
        Column("usage_date", "date", "The anomaly's first day."),
        Column("over_cents", "bigint", f"What it cost more than expected, {MONEY}."),
        Column("project_id", "varchar", "Its project."),
        Column("resource_id", "varchar", "Its resource."),
        Column("service", "varchar", "Its service."),
        Column("category", "varchar", "Its category."),
        Column("pricing_currency", "varchar", "What the amount is in."),
    ),
)
