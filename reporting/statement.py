"""The statement of a month for one value of an allocation key: its lines, its total, its state."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from reporting import bill, formats, words
from reporting.documents.contents import Document, Grid, Part, Read
from reporting.files import Column, Kind, Table
from reporting.query import Query, Row
from reporting.ranges import Window, add_months

CLOSED, OPEN, DRAFT = "closed", "open", "draft"
CHARGES = {
    "usage": "Usage", "support": "Support", "minimum_charge": "Minimum charge",
    "consulting": "Consulting",
}  # fmt: skip
REASONS = {
    "costs_changed": "costs changed", "rules_changed": "rules changed",
    "split_changed": "the split changed", "attributes_changed": "tags or names changed",
}  # fmt: skip


@dataclass(frozen=True)
class Statement:
    """What a value bears of a month.

    Attributes:
        status: CLOSED, OPEN (the next to be closed) or DRAFT (its turn has not come).
        closed_at: UTC, of a closed one.
        unit: The currency of every amount.
        lines: Its usage and adjustments, in cents.
    """

    key: str
    value: str
    month: date
    status: str
    closed_at: datetime | None
    unit: str
    lines: tuple[Row, ...]

    @property
    def usage(self) -> int:
        """Cents of the month itself."""
        return sum(row["amount"] for row in self.lines if row["entry"] == "usage")

    @property
    def shared(self) -> int:
        """Cents of the month that are a part of a shared cost."""
        return sum(
            row["amount"] for row in self.lines if row["entry"] == "usage" and row["is_shared"]
        )

    @property
    def adjustments(self) -> int:
        """Cents of months closed before."""
        return self.total - self.usage

    @property
    def total(self) -> int:
        """Cents in all."""
        return sum(row["amount"] for row in self.lines)

    @property
    def title(self) -> str:
        """What it is of."""
        return f"Statement {formats.month(self.month)}, {self.key}: {self.value}"

    @property
    def name(self) -> str:
        """How its files are called, without an ending; a value may hold any character."""
        return f"statement-{self.month:%Y-%m}-{_safe(self.key)}-{_safe(self.value)}"

    @property
    def state(self) -> str:
        """Whether it is closed, and what follows if it is not."""
        if self.status == CLOSED and self.closed_at:
            moment = f"{formats.day(self.closed_at.date())}, {self.closed_at:%H:%M} UTC"
            return f"CLOSED on {moment}; later changes are adjustments of a later statement."
        if self.status == OPEN:
            command = f"atlas-costs statement close {self.month:%Y-%m}"
            return f"OPEN: may change until {command} closes it."
        return "NOT CLOSED: a draft, which changes with costs, tags and rules."

    @property
    def sums(self) -> str:
        """Its total in parts."""
        direct = formats.money(self.usage - self.shared, self.unit)
        parts = f"direct {direct}, shared {formats.money(self.shared, self.unit)}"
        if not self.adjustments:
            return parts
        return f"{parts}, adjustments {formats.signed_money(self.adjustments, self.unit)}"

    @property
    def columns(self) -> tuple[Column, ...]:
        """Those of its lines: what is frozen names the kind of charge and no service."""
        what = "Charge" if self.status == CLOSED else "Service"
        found = (
            Column("usage_month", "Usage of", Kind.MONTH),
            Column("project", "Project"),
            Column("resource", "Resource"),
            Column("service", what),
            Column("how", "How"),
            Column("amount", "Amount", Kind.MONEY),
        )
        return (*found, Column("reason", "Adjusted because")) if self.adjusted else found

    @property
    def adjusted(self) -> tuple[Row, ...]:
        """What changed of months closed before."""
        return tuple(row for row in self.lines if row["entry"] == "adjustment")


def _safe(name: str) -> str:
    safe = "".join(each if each.isalnum() or each in "-_" else "-" for each in name)
    return safe.strip("-") or "value"


def statement(lines: list[Row], **named: Any) -> Statement:  # noqa: ANN401  Statement's own
    """A statement of its lines, with charges and reasons in words."""
    written = (
        row | {
            "service": CHARGES.get(row["service"], row["service"]),
            "reason": row["reason"] and ", ".join(
                REASONS.get(each, each) for each in row["reason"].split(", ")
            ),
        }
        for row in lines
    )  # fmt: skip
    return Statement(lines=tuple(written), **named)


def table(made: Statement) -> Table:
    """Its lines as a file has them, each saying what it is of."""
    of = {"month": made.month, "key": made.key, "value": made.value, "status": made.status}
    columns = (
        Column("month", "Statement", Kind.MONTH),
        Column("key", "Key"),
        Column("value", "Value"),
        Column("status", "Status"),
        Column("entry", "Entry"),
        *made.columns,
        Column("currency", "Currency", key="unit"),
    )
    return Table(made.title, columns, tuple(of | row for row in made.lines))


def document(
    made: Statement, read: Read, address: str, sql: tuple[tuple[str, Query], ...], at: datetime
) -> Document:
    """The statement as a document.

    Args:
        made: The statement.
        read: Hands back the rows of a query.
        address: Of the page that shows the same.
        sql: What its lines were read with.
        at: The moment it is written, UTC.
    """
    ages = read(bill.FRESHNESS)
    month = Window(made.month, add_months(made.month, 1))
    untied = words.untied(read(bill.INVOICES), month)
    total = formats.money(made.total, made.unit)
    return Document(
        title=made.title,
        span=f"{formats.span(month.start, month.end)} (UTC)",
        facts=(
            ("Status", made.state),
            ("Total", total),
            *(("Left out", row["sentence"]) for row in read(bill.LEFT_OUT)),
        ),
        parts=tuple(_parts(made)),
        match=made.state,
        untied=tuple(f"Does not match: {words.untied_text(row)}." for row in untied),
        ages=tuple(words.age_text(row) for row in ages),
        version=", ".join(sorted({str(row["warehouse_version"]) for row in ages})),
        address=address,
        sql=sql,
        written_at=at,
    )


def _parts(made: Statement) -> Iterator[Part]:
    """The total over the month's own lines; then what is adjusted, where anything is."""
    usage = [row for row in made.lines if row["entry"] == "usage"]
    month = _part(made, f"Total of {formats.month(made.month)}", made.sums, usage)
    yield replace(month, total=formats.money(made.total, made.unit))
    if made.adjusted:
        yield _part(made, "Adjustments", "of months closed before", made.adjusted)


def _part(made: Statement, heading: str, change: str, lines: Sequence[Row]) -> Part:
    columns = [
        each
        for each in made.columns
        if each.kind is not Kind.MONEY and (made.adjusted or each.name != "usage_month")
    ]
    rows = tuple(
        (*(_text(each, row) for each in columns), formats.money(row["amount"], made.unit))
        for row in lines
    )
    total = formats.money(sum(row["amount"] for row in lines), made.unit)
    grid = Grid(
        headings=(*(each.title for each in columns), "Amount"),
        rows=rows,
        total=("Together", *[""] * (len(columns) - 1), total),
        figures=1,
    )
    return Part(
        unit=heading, total=total, change=change, compared="", chart=None, partial="", grid=grid
    )


def _text(column: Column, row: Row) -> str:
    value = column.of(row)
    if value is None:
        return formats.ABSENT
    return formats.month(value) if column.kind is Kind.MONTH else str(value)
