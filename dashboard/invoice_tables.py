"""What the tables of the page of invoices hold, and what it says of an invoice."""

from reporting import formats, words
from reporting.files import Column, Kind
from reporting.query import Row

STATUS = {
    "PENDING": "still being billed, nothing is final",
    "CLOSED": "final, not charged yet",
    "INVOICED": "invoiced, to be paid",
    "PAID": "paid",
    "FAILED": "the charge to the card failed",
    "FORGIVEN": "MongoDB has waived it",
    "FREE": "nothing to pay",
    "PREPAID": "paid in advance",
}
STATUSES = tuple(f"{status}: {meaning}" for status, meaning in STATUS.items())
MOST_NAMED = 3
DUE = ("CLOSED", "INVOICED", "FAILED")

INVOICES = (
    Column("month", "Month", Kind.MONTH, key="invoice_month"),
    Column("organization", "Organization"),
    Column("status", "Status"),
    Column("usage", "Usage", Kind.MONEY),
    Column("credits", "Credits", Kind.MONEY),
    Column("tax", "Tax", Kind.MONEY),
    Column("billed", "Billed", Kind.MONEY),
    Column("paid", "Paid", Kind.MONEY),
    Column("match", "Match"),
)
CHANGED_LATE = Column("late", "Changed late", Kind.MONEY, key="late_cents")
INVOICES_IN_FULL = (
    *INVOICES,
    CHANGED_LATE,
    Column("refunds", "Refunds", Kind.MONEY),
    Column("currency", "Currency", key="unit"),
    Column("line_items", "Lines", Kind.NUMBER),
    Column("versions_seen", "Versions", Kind.NUMBER),
    Column("invoice_id", "Invoice"),
    Column("org_id", "Organization id"),
)
# the amount is among the first: there are more columns than a screen has room for
LINES = (
    Column("usage_date", "Usage day", Kind.DAY),
    Column("cost", "Amount", Kind.MONEY, key="cost_cents"),
    Column("service", "Service"),
    Column("sku", "SKU"),
    Column("project", "Project", key="project_name"),
    Column("resource", "Resource", key="resource_name"),
    Column("quantity", "Quantity", Kind.QUANTITY, places=18),
    Column("unit_of_quantity", "Unit"),
    Column("unit_price", "Unit price", Kind.QUANTITY, places=18),
    Column("discount", "Discount", Kind.MONEY, key="discount_cents"),
    Column("note", "Note"),
)
# what a file has beside what fits on a page
LINES_IN_FULL = (
    *LINES,
    Column("currency", "Currency", key="unit"),
    Column("billed_date", "Posted on", Kind.DAY),
    Column("category", "Category"),
    Column("charge_type", "Charge type"),
    Column("instance_size", "Instance size"),
    Column("region", "Region"),
    Column("list_cost", "List cost", Kind.QUANTITY, places=12),
    Column("line_item_id", "Line"),
)
RESTATEMENTS = (
    Column("changed_at", "Seen (UTC)", Kind.MOMENT),
    Column("usage_date", "Usage day", Kind.DAY),
    Column("was_closed", "After closing", Kind.FLAG),
    Column("project", "Project", key="project_name"),
    Column("resource", "Resource", key="resource_name"),
    Column("service", "Service"),
    Column("sku", "SKU"),
    Column("before", "Before", Kind.MONEY, key="before_cents"),
    Column("after", "After", Kind.MONEY, key="after_cents"),
    Column("difference", "Difference", Kind.MONEY, key="difference_cents"),
)
PAYMENTS = (
    Column("created_at", "Created (UTC)", Kind.MOMENT),
    Column("updated_at", "Updated (UTC)", Kind.MOMENT),
    Column("status", "Status"),
    Column("subtotal", "Subtotal", Kind.MONEY, key="subtotal_cents"),
    Column("sales_tax", "Tax", Kind.MONEY, key="sales_tax_cents"),
    Column("billed", "Billed", Kind.MONEY, key="amount_billed_cents"),
    Column("paid", "Paid", Kind.MONEY, key="amount_paid_cents"),
    Column("currency", "Paid in"),
    Column("unit_price", "Price of a credit", Kind.QUANTITY, places=18),
    Column("payment_id", "Payment"),
)
REFUNDS = (
    Column("created_at", "Refunded (UTC)", Kind.MOMENT),
    Column("amount", "Amount", Kind.MONEY, key="amount_cents"),
    Column("reason", "Reason"),
    Column("payment_id", "Payment"),
)
PRICES = (
    Column("billing_currency", "Paid in"),
    Column("credit_price", "Price of a credit", Kind.QUANTITY, places=18),
    Column("usage", "Usage at this price", Kind.MONEY, key="usage_cents"),
    Column("sales_tax", "Tax", Kind.MONEY, key="sales_tax_cents"),
    Column("is_main", "Most of it", Kind.FLAG),
)
LATE_BILLING = (
    Column("usage_month", "Usage of", Kind.MONTH),
    Column("service", "Service"),
    Column("first_day", "First day", Kind.DAY),
    Column("last_day", "Last day", Kind.DAY),
    Column("line_items", "Lines", Kind.NUMBER),
    Column("amount", "Amount", Kind.MONEY),
)
MATCH = (
    Column("part", "What"),
    Column("atlas", "Atlas states", Kind.MONEY),
    Column("ours", "Adds up to", Kind.MONEY),
    Column("difference", "Difference", Kind.MONEY),
)


def in_file(columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """Columns of a page as a file has them, with the currency."""
    return (*columns, Column("currency", "Currency", key="unit"))


def of_credits(columns: tuple[Column, ...], unit: str) -> tuple[Column, ...]:
    """Columns without the price of a credit where none is paid with."""
    names = {"unit_price", "credit_price"} if unit == "USD" else set()
    return tuple(each for each in columns if each.name not in names)


def newest(rows: list[Row]) -> Row:
    """The largest invoice of the last closed month; of the pending ones where none is closed."""
    closed = [row for row in rows if not row["is_pending"]] or rows
    return max(closed, key=lambda row: (row["invoice_month"], row["billed"], row["invoice_id"]))


def written(row: Row) -> Row:
    """An invoice as the table has it: a tax or payment that is yet to come is none of $0.00."""
    found = row | {"match": match_text(row)}
    if row["is_pending"]:
        found |= {name: row[name] or None for name in ("tax", "paid")}
    return found


def title(row: Row) -> str:
    """An invoice by month and organization."""
    return f"{formats.month(row['invoice_month'])}, {row['organization']}"


def match_text(row: Row) -> str:
    """Whether an invoice matches Atlas's own total, and by how much it does not."""
    if row["is_pending"]:
        return "Not final"
    if row["is_reconciled"] is None:
        return "No total yet"
    return "Matches" if row["is_reconciled"] else f"Differs: {words.apart_text(row)}"


def due(rows: list[Row]) -> int:
    """Cents of closed invoices that are billed and not paid."""
    return sum(row["billed"] - row["paid"] for row in rows if row["status"] in DUE)


def late_text(row: Row) -> str:
    """What Atlas changed of an invoice after it had closed it."""
    days = "1 usage day" if row["late_days"] == 1 else f"{row['late_days']} usage days"
    change = formats.signed_money(row["late_cents"], row["unit"])
    return f"{change} on {days}, seen {formats.day(row['late_seen_at'].date())}"


def late_summary(rows: list[Row]) -> str:
    """Closed invoices that changed afterward, the newest change first."""
    newest = sorted(rows, key=lambda row: row["late_seen_at"], reverse=True)
    named = "; ".join(f"{title(row)}: {late_text(row)}" for row in newest[:MOST_NAMED])
    more = f"; and {len(rows) - MOST_NAMED} more" if len(rows) > MOST_NAMED else ""
    return f"Changed after Atlas had closed it: {named}{more}"


def match_rows(row: Row) -> list[Row]:
    """What Atlas's header states, part by part, and what ours makes of it."""
    lines = _part("Subtotal, from the lines", row["subtotal"], row["difference_cents"])
    header = _part(
        "Billed, from usage, credits, tax and balance",
        row["billed"],
        row["header_difference_cents"],
    )
    # a header may name credits that no line has, which is no mismatch
    stated = _part("Credits, from the lines", -row["credits"], row["credits_difference_cents"])
    return [lines, *([stated] if row["credits"] else []), header]


def _part(name: str, atlas: int, difference: int) -> Row:
    return {"part": name, "atlas": atlas, "ours": atlas - difference, "difference": difference}
