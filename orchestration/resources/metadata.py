"""What a materialization tells in Dagster: rows, cents and a small table."""

import dagster as dg


def table(
    rows: list[dict[str, str | int | float | bool]],
) -> dg.TableMetadataValue | dg.TextMetadataValue:
    """A small table beneath a materialization; Dagster has none without rows."""
    if not rows:
        return dg.MetadataValue.text("none")
    return dg.MetadataValue.table([dg.TableRecord(row) for row in rows])
