"""Words that several rooms use of what could not be read."""

# What begins each of meta.freshness.missing_parts that costs depend on.
OF_INVOICES = "invoices: "
# The cause noted where a key lacks a role, and nothing else is wrong.
MISSING_ROLE = "missing role"
