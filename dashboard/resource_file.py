"""Rows of resources as tables of files: every column, amounts in cents and as decimals."""

from collections.abc import Sequence

from reporting.files import Column, Kind, Table
from reporting.query import Row

_MONEY = (
    "month_to_date", "last_30_days", "projected_month", "amount", "pit", "total", "still_billed",
    "over", "actual", "expected",
)  # fmt: skip
_MOMENTS = (
    "created_at", "expires_at", "finished_at", "snapshot_at", "oldest", "newest", "last_restore",
)  # fmt: skip
_DAYS = ("day", "usage_date", "gone_on", "first_day", "last_day", "valid_from", "valid_to")
_FLAGS = ("paused", "backup_enabled", "pit_enabled", "is_current", "is_production")
_NUMBERS = (
    "nodes", "snapshots", "bytes", "storage_bytes", "longest_days", "failed_restores",
    "archive_after_days", "delete_after_days",
)  # fmt: skip
_KINDS = (
    dict.fromkeys(_MONEY, Kind.MONEY) | dict.fromkeys(_MOMENTS, Kind.MOMENT)
    | dict.fromkeys(_DAYS, Kind.DAY) | dict.fromkeys(_FLAGS, Kind.FLAG)
    | dict.fromkeys(_NUMBERS, Kind.NUMBER)
    | {"disk_gb": Kind.QUANTITY, "quantity": Kind.QUANTITY, "invoice_month": Kind.MONTH}
)  # fmt: skip
_NAMES = {"unit": "currency", "tag_text": "tags"}
_TITLES = {
    "disk_gb": "Disk GB", "pit_enabled": "PIT enabled", "mongodb_version": "MongoDB version",
    "sku": "SKU", "pit": "Point-in-time",
}  # fmt: skip


def file_of(title: str, rows: Sequence[Row]) -> Table:
    """The rows of a question about resources for a file."""
    return Table(title, tuple(map(_column, rows[0] if rows else ())), rows)


def _column(key: str) -> Column:
    name = _NAMES.get(key, key)
    heading = _TITLES.get(name, name.replace("_", " ").capitalize())
    return Column(name, heading, _KINDS.get(key, Kind.TEXT), key=key)
