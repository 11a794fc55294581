"""What the models read of raw, as one fingerprint per table: equal ones need no build."""

import duckdb

# An invoice and a report are replaced whole, and their headers name the load that did it: ten
# million lines need not be read to say that they are the same.
NAMED_BY = {
    "invoice_line_items": "invoices",
    "stored_line_items": "invoices",
    "retired_line_item_tags": "invoices",
    "focus_report_rows": "focus_reports",
}
# How far loading is; no model reads it, and each refresh moves it.
BOOKKEEPING = frozenset({"journal_positions", "extractions", "shape"})


def fingerprints(db: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Table or view of raw → what tells its rows from any others, in whatever order they lie."""
    tables = {name for (name,) in db.execute("show tables").fetchall()} - BOOKKEEPING
    found = {each: _fingerprint(db, each) for each in sorted(tables - set(NAMED_BY))}
    return found | {each: found[NAMED_BY[each]] for each in sorted(tables & set(NAMED_BY))}


def _fingerprint(db: duckdb.DuckDBPyConnection, table: str) -> str:
    """Sums, because the same row twice is not the same as none, which an exclusive or would say."""
    query = f"select count(*), sum(hash(each)) from {table} as each"  # noqa: S608  our own names
    [(rows, hashes)] = db.execute(query).fetchall()
    return f"{rows} {hashes}"
