"""What a refresh says at its end, read from the published warehouse as any user would."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from orchestration.permissions.capabilities import READS
from orchestration.published.reader import opened
from orchestration.status import MISSING_ROLE
from reporting.formats import counted
from reporting.money import text


@dataclass(frozen=True)
class Invoice:
    """One invoice that does not tie to Atlas.

    Attributes:
        missing_cents: Atlas's subtotal less the lines it sent.
    """

    invoice_id: str
    month: str
    missing_cents: int
    header_cents: int


@dataclass(frozen=True)
class Summary:
    """The published bill in a few numbers.

    Attributes:
        missing_parts: What could not be read, each after its connection where there are several.
        totals: Pricing currency → cents of usage, support, minimum charge and consulting.
        month_to_date: The same for the month of the last usage day.
        closed: Invoices that Atlas has closed.
        tied: Those of them that match its totals to the cent (within the tolerance).
        pending: Invoices that still grow.
        optional: What needs a further role that the key lacks; costs do not depend on it.
        unclassified: SKUs that neither the taxonomy nor a rule knows; their cents are in the total.
    """

    version: str
    data_through: date | None
    totals: dict[str, int]
    month_to_date: dict[str, int]
    invoices: int
    line_items: int
    closed: int
    tied: int
    pending: int
    differing: list[Invoice]
    missing_parts: list[str]
    optional: list[str]
    unclassified: list[str]

    @property
    def is_complete(self) -> bool:
        """Whether nothing is missing and every invoice ties."""
        return not (self.differing or self.missing_parts)

    def lines(self) -> list[str]:
        """The summary as a person reads it."""
        text = [f"Published version {self.version}, {self._reach()}.", *self._bill()]
        text += [
            f"Does not match Atlas's total: invoice {each.invoice_id} ({each.month}), "
            f"{counted(each.missing_cents, 'cent')} missing from its lines, header differs by "
            f"{counted(each.header_cents, 'cent')}."
            for each in self.differing
        ]
        text += [f"Missing: {part}" for part in self.missing_parts]
        if self.optional:
            text.append(f"Not read, because a further role is missing: {', '.join(self.optional)}.")
        if self.unclassified:
            names = ", ".join(f"{sku} (Unclassified)" for sku in self.unclassified)
            text.append(f"Unclassified SKUs (included in the total): {names}.")
        return text

    def _reach(self) -> str:
        return f"data through {self.data_through}" if self.data_through else "no costs yet"

    def _bill(self) -> list[str]:
        if not self.invoices:
            return ["Atlas lists no invoice yet."]
        held = f"{counted(self.invoices, 'invoice')} and {counted(self.line_items, 'line')}"
        tied = f"{self.tied} of {self.closed} closed invoices match Atlas's totals to the cent"
        pending = f"; {self.pending} pending" if self.pending else ""
        month = self.data_through and f"{self.data_through:%B %Y}"
        return [
            f"Total {amounts(self.totals)} over {held}.",
            *([f"{month} to date {amounts(self.month_to_date)}."] if month else []),
            f"{tied if self.closed else 'No invoice is closed yet'}{pending}.",
        ]


def amounts(by_currency: dict[str, int]) -> str:
    """Amounts with their currency; Atlas credits are no dollars."""
    return " + ".join(text(cents, currency) for currency, cents in by_currency.items()) or "0"


def summarize(warehouse: Path) -> Summary:
    """Read the published warehouse's own numbers."""
    with opened(warehouse) as db:
        freshness = db.execute(
            "select warehouse_version, data_through, connection, missing_parts from meta.freshness "
            "order by connection"
        ).fetchall()
        through = max((row[1] for row in freshness if row[1]), default=None)
        return Summary(
            version=freshness[0][0] if freshness else "unknown",
            data_through=through,
            totals=_totals(db, None),
            month_to_date=_totals(db, through.replace(day=1) if through else None),
            differing=_differing(db),
            missing_parts=_missing([row[2:] for row in freshness]) + _not_made(db),
            optional=_optional(db),
            unclassified=_unclassified(db),
            **_counts(db),
        )


def _missing(freshness: list[tuple[str, list[str] | None]]) -> list[str]:
    """Parts that could not be read, with their connection where there are several."""
    several = len(freshness) > 1
    return [
        f"{connection}: {part}" if several else part
        for connection, parts in freshness
        for part in parts or []
    ]


def _totals(db: duckdb.DuckDBPyConnection, month: date | None) -> dict[str, int]:
    """Pricing currency → cents of one month, or of all time."""
    rows = db.execute(
        "select pricing_currency, sum(cost_cents)::bigint from marts.agg_costs_daily "
        "where is_in_total "
        "and ($month::date is null or date_trunc('month', usage_date) = $month::date) "
        "group by pricing_currency order by pricing_currency",
        {"month": month},
    ).fetchall()
    return dict(rows)


def _counts(db: duckdb.DuckDBPyConnection) -> dict[str, int]:
    [row] = db.execute(
        "select count(*), coalesce(sum(line_items), 0)::bigint, "
        "count(*) filter (is_closed), count(*) filter (is_closed and is_reconciled), "
        "count(*) filter (not is_closed) from marts.fct_invoices"
    ).fetchall()
    return dict(zip(("invoices", "line_items", "closed", "tied", "pending"), row, strict=True))


def _differing(db: duckdb.DuckDBPyConnection) -> list[Invoice]:
    rows = db.execute(
        "select invoice_id, strftime(invoice_month, '%Y-%m'), difference_cents, "
        "header_difference_cents from marts.fct_invoices where is_reconciled = false "
        "order by invoice_month desc, invoice_id"
    ).fetchall()
    return [Invoice(*row) for row in rows]


def problems(warehouse: Path, part: str) -> list[str]:
    """What a part of insight left out, a sentence each."""
    with opened(warehouse) as db:
        return [error for name, error in _errors(db) if name == part]


def _not_made(db: duckdb.DuckDBPyConnection) -> list[str]:
    return [f"{part}: {error}" for part, error in _errors(db)]


def _errors(db: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """Of each part of insight; a version published before there was any has none."""
    made = "select 1 from duckdb_tables() where schema_name = 'meta' and table_name = 'insight'"
    if not db.execute(made).fetchone():
        return []
    found = db.execute("select part, error from meta.insight where error is not null order by all")
    return [(part, error) for part, error in found.fetchall()]


def _optional(db: duckdb.DuckDBPyConnection) -> list[str]:
    rows = db.execute(
        "select distinct capability from meta.permissions where status = $status "
        "and capability in (select unnest($names)) order by capability",
        {"status": MISSING_ROLE, "names": [each.name for each in READS if each.kind == "optional"]},
    ).fetchall()
    return [name for (name,) in rows]


def _unclassified(db: duckdb.DuckDBPyConnection) -> list[str]:
    rows = db.execute(
        "select distinct sku from marts.agg_costs_monthly "
        "where service = 'Unclassified' order by sku"
    ).fetchall()
    return [sku or "(no SKU)" for (sku,) in rows]
