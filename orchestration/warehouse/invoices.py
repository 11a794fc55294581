"""Invoices and their lines: each changed invoice replaced whole, all of them in one statement.

A line has no id in Atlas, and (date, cluster, SKU) is not unique: equal lines are both real. Its
identity here is a hash of the invoice and every field but tags and note, then its occurrence
among equals.
"""

from collections import defaultdict
from pathlib import Path

import duckdb
import msgspec

from orchestration.landing import LandedFile, Landing
from orchestration.slices import BadInvoice, InvoiceVersion, Slices, read_versions
from orchestration.warehouse.errors import LoadError
from orchestration.warehouse.line_items import INSERT_LINES
from orchestration.warehouse.versions import Version, versions_by_invoice


class InvoiceLoader:
    """Loads, inside the caller's transaction, the invoices of one landing that changed."""

    def __init__(self, db: duckdb.DuckDBPyConnection, slices: Slices, landing: Landing) -> None:
        self._db = db
        self._slices = slices
        self._landing = landing

    def load_changed(self, *, newest_only: bool = False) -> tuple[dict[str, str], int, int]:
        """Invoice id → month of what was replaced, lines written, their cents.

        Versions that were missed (a rebuild, a crash before loading) are applied in order, the
        k-th of every invoice together, because each may be the first to show a line's tags.

        Args:
            newest_only: Leave out versions that a newer one has replaced since.

        Raises:
            LoadError: a landed document is gone or unreadable, or what was loaded differs.
        """
        waiting = self._not_loaded()
        if newest_only:
            waiting = {invoice_id: versions[-1:] for invoice_id, versions in waiting.items()}
        months: dict[str, str] = {}
        lines = cents = 0
        while batch := [versions.pop(0) for versions in waiting.values() if versions]:
            months |= self._load_batch(batch)
            lines += sum(each.line_items for each in batch)
            cents += sum(each.cents for each in batch)
        return months, lines, cents

    def _not_loaded(self) -> dict[str, list[Version]]:
        held = dict(
            self._db.execute(
                "select id, (_version, _versions_seen) from invoices where _connection = ?",
                [self._landing.connection],
            ).fetchall()
        )
        waiting = {}
        for invoice_id, versions in versions_by_invoice(self._landing).items():
            version, number = held.get(invoice_id, (None, 0))
            known = number if number and _is_version(versions, number, version) else 0
            waiting[invoice_id] = versions[known:]
        return waiting

    def _load_batch(self, batch: list[Version]) -> dict[str, str]:
        months = {}
        rows = []
        for file, wanted in _by_file(batch).items():
            for found in self._read(file):
                version = wanted.get(found.header.id)
                is_new = found.header.id not in months
                if version and is_new and found.version == version.version:
                    rows.append((version, found, self._slices.cut(found)))
                    months[version.invoice_id] = found.month
        if len(rows) != len(batch):
            missing = {each.invoice_id for each in batch} - set(months)
            raise LoadError(f"Landing no longer holds invoices {', '.join(sorted(missing))}.")
        self._replace(rows)
        self._compare(batch)
        return months

    def _read(self, file: str) -> list[InvoiceVersion]:
        path = self._landing.root / file
        try:
            with LandedFile(path, path.name, is_new=False).open() as body:
                return read_versions(body)
        except (OSError, EOFError, BadInvoice) as error:
            raise LoadError(
                f"The landed file {file} cannot be read ({error}): restore it from a backup, or "
                "delete it together with the landing journal to read everything from Atlas again."
            ) from None

    def _replace(self, rows: list[tuple[Version, InvoiceVersion, Path]]) -> None:
        ids = [version.invoice_id for version, _, _ in rows]
        self._db.execute(
            "create or replace temp table tags_before as "
            "select _line_item_id, _tags_first_seen as tags from invoice_line_items "
            "where _invoice_id in (select unnest(?))",
            [ids],
        )
        self._db.execute(
            "delete from invoice_line_items where _invoice_id in (select unnest(?))", [ids]
        )
        self._db.execute("delete from invoices where id in (select unnest(?))", [ids])
        for version, found, _ in rows:
            self._insert_header(version, found)
        slices = {str(path): version for version, found, path in rows if found.line_items}
        if slices:
            self._insert_lines(slices)
        self._retire_tags(ids)

    def _insert_header(self, version: Version, found: InvoiceVersion) -> None:
        values = {
            **{name: _text(value) for name, value in _header_fields(found).items()},
            "nested": version.is_nested,
            "version": version.version,
            "number": version.number,
            "first_seen": version.first_seen,
            "since": version.since,
            "lines": version.line_items,
            "connection": self._landing.connection,
            "file": version.file,
        }
        values["org_id"] = found.header.org_id or version.org_id
        self._db.execute(INSERT_HEADER, values)

    def _insert_lines(self, slices: dict[str, Version]) -> None:
        self._db.execute(
            "create or replace temp table slices as select * from "
            "(select unnest($paths) as path, unnest($ids) as invoice_id, unnest($files) as file, "
            "unnest($since) as since)",
            {
                "paths": list(slices),
                "ids": [each.invoice_id for each in slices.values()],
                "files": [each.file for each in slices.values()],
                "since": [each.since for each in slices.values()],
            },
        )
        self._db.execute(
            INSERT_LINES, {"paths": list(slices), "connection": self._landing.connection}
        )

    def _retire_tags(self, ids: list[str]) -> None:
        self._db.execute(
            """
            insert into retired_line_item_tags
            select * from tags_before
            where cardinality(tags) > 0
                and _line_item_id not in (
                    select _line_item_id from invoice_line_items
                    where _invoice_id in (select unnest(?))
                )
                and _line_item_id not in (select _line_item_id from retired_line_item_tags)
            """,
            [ids],
        )

    def _compare(self, batch: list[Version]) -> None:
        loaded = {
            invoice_id: (lines, cents)
            for invoice_id, lines, cents in self._db.execute(
                "select _invoice_id, count(*), coalesce(sum(totalPriceCents), 0)::bigint "
                "from invoice_line_items where _invoice_id in (select unnest(?)) group by all",
                [[each.invoice_id for each in batch]],
            ).fetchall()
        }
        for each in batch:
            lines, cents = loaded.get(each.invoice_id, (0, 0))
            if (lines, cents) != (each.line_items, each.cents):
                raise LoadError(
                    f"Invoice {each.invoice_id}: landed {each.line_items} lines of {each.cents} "
                    f"cents, loaded {lines} lines of {cents} cents. Nothing was changed; please "
                    "report this as a fault of atlas-costs."
                )


def _is_version(versions: list[Version], number: int, version: str) -> bool:
    return number <= len(versions) and versions[number - 1].version == version


def _by_file(batch: list[Version]) -> dict[str, dict[str, Version]]:
    grouped: dict[str, dict[str, Version]] = defaultdict(dict)
    for each in batch:
        grouped[each.file][each.invoice_id] = each
    return grouped


def _header_fields(found: InvoiceVersion) -> dict[str, object]:
    return {name: getattr(found.header, name) for name in found.header.__struct_fields__}


def _text(value: object) -> object:
    return bytes(value).decode() if isinstance(value, msgspec.Raw) else value


INSERT_HEADER = """
insert into invoices by name select
    $id as id, $org_id as orgId, $status_name as statusName,
    $created::timestamptz at time zone 'UTC' as created,
    $updated::timestamptz at time zone 'UTC' as updated,
    $start_date::timestamptz at time zone 'UTC' as startDate,
    $end_date::timestamptz at time zone 'UTC' as endDate,
    $amount_billed_cents as amountBilledCents, $amount_paid_cents as amountPaidCents,
    $credits_cents as creditsCents, $sales_tax_cents as salesTaxCents,
    $starting_balance_cents as startingBalanceCents, $subtotal_cents as subtotalCents,
    $payments as payments, $refunds as refunds, $nested as _is_nested, $version as _version,
    $number as _versions_seen, $first_seen::timestamptz at time zone 'UTC' as _first_seen_at,
    $since::timestamptz at time zone 'UTC' as _last_changed_at, $lines as _line_items,
    $connection as _connection, $file as _landing_file,
    $since::timestamptz at time zone 'UTC' as _landed_at
"""
