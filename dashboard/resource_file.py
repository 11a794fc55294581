"""Active resources as a file: every column, with its amounts in cents and as decimals."""

from reporting.files import Column, Kind, Table
from reporting.query import Row

_KINDS = {
    "paused": Kind.FLAG, "nodes": Kind.NUMBER, "disk_gb": Kind.QUANTITY,
    "backup_enabled": Kind.FLAG, "pit_enabled": Kind.FLAG, "created_at": Kind.MOMENT,
    "month_to_date": Kind.MONEY, "last_30_days": Kind.MONEY, "projected_month": Kind.MONEY,
}  # fmt: skip
_NAMES = {"unit": "currency", "tag_text": "tags"}
_TITLES = {"disk_gb": "Disk GB", "pit_enabled": "PIT enabled", "mongodb_version": "MongoDB version"}


def resource_file(rows: list[Row]) -> Table:
    """The rows of `data.active_resources` for a file."""
    return Table("Active resources", tuple(map(_column, rows[0] if rows else ())), rows)


def _column(key: str) -> Column:
    name = _NAMES.get(key, key)
    title = _TITLES.get(name, name.replace("_", " ").capitalize())
    return Column(name, title, _KINDS.get(key, Kind.TEXT), key=key)
