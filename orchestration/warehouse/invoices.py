"""Invoices and their lines: each changed invoice replaced whole, all of them in one statement."""

from collections.abc import Iterable
from uuid import uuid4

import duckdb
import msgspec

from orchestration.landing.bodies import LandedFile
from orchestration.landing.invoice_document import BadInvoice
from orchestration.landing.journal import Landing
from orchestration.landing.slices import Slice, Slices
from orchestration.warehouse import changes, first_tags
from orchestration.warehouse.errors import BadVersion
from orchestration.warehouse.headers import INSERT_HEADERS, INSERT_PAYMENTS, INSERT_REFUNDS
from orchestration.warehouse.invoice_versions import Version, versions_by_invoice
from orchestration.warehouse.line_items import INSERT_LINES, NUMBER_EQUALS, REFUSE_TAGS
from orchestration.warehouse.refusals import naming_the_version

Batch = list[tuple[Version, Slice]]
MOST_CENTS = 2**63 - 1
# What an invoice's newest version says, and what is noted of the versions before; each by its id.
CONTENTS = (
    ("invoices", "id"),
    ("stored_line_items", "_invoice_id"),
    ("invoice_payments", "_invoice_id"),
    ("invoice_refunds", "_invoice_id"),
)
NOTED = (("invoice_changes", "_invoice_id"), ("retired_line_item_tags", "_invoice_id"))


class InvoiceLoader:
    """Loads, inside the caller's transaction, the invoices of all landings that changed.

    Args:
        refused: Versions that cannot be loaded, each with the reason; the one before stays.
    """

    def __init__(
        self,
        db: duckdb.DuckDBPyConnection,
        slices: Slices,
        landings: Iterable[Landing],
        refused: dict[tuple[str, str], str],
    ) -> None:
        self._db = db
        self._slices = slices
        self._landings = list(landings)
        self._refused = refused
        self._load = uuid4().hex

    def load_changed(self) -> tuple[dict[str, str], int, int]:
        """Invoice id → month of what was replaced, lines written, their cents.

        Versions that were missed (a rebuild, a crash before loading) are applied in order, the
        k-th of every invoice together, because each may be the first to show a line's tags or
        restate a day.

        Raises:
            BadVersion: a version cannot be loaded; load again with it refused.
        """
        versions = versions_by_invoice(self._landings)
        waiting = self._not_loaded(versions)
        months: dict[str, str] = {}
        lines = cents = 0
        while batch := [rest.pop(0) for rest in waiting.values() if rest]:
            self._load_batch(batch)
            self._drop_superseded([each for each in batch if waiting[each.invoice_id]])
            months |= {each.invoice_id: each.month for each in batch}
            lines += sum(each.line_items for each in batch)
            cents += sum(each.cents for each in batch)
        self._note_refused(versions)
        self._drop_old_slices(versions, months)
        return months, lines, cents

    def _not_loaded(self, versions: dict[str, list[Version]]) -> dict[str, list[Version]]:
        """What follows what is held; all of it where the journals tell another history now."""
        waiting = dict(versions)
        ours = {each.connection for each in self._landings}
        unfounded = []
        for invoice_id, history, owner in self._db.execute(
            "select id, _history, _connection from invoices"
        ).fetchall():
            found = versions.get(invoice_id, [])
            place = next((n for n, each in enumerate(found, 1) if each.history == history), 0)
            waiting[invoice_id] = found[place:]
            if not place and (found or owner not in ours):
                unfounded.append(invoice_id)
        self._delete(unfounded, (*CONTENTS, *NOTED))
        return {
            invoice_id: [each for each in found if (invoice_id, each.version) not in self._refused]
            for invoice_id, found in waiting.items()
        }

    def _load_batch(self, versions: list[Version]) -> None:
        batch = self._sliced(versions)
        ids = [each.invoice_id for each in versions]
        self._stage(batch)
        held = self._db.execute(
            "select count(*) from invoices where id in (select unnest(?))", [ids]
        ).fetchone()
        is_replacing = bool(held and held[0])
        if is_replacing:
            changes.remember_before(self._db, ids)
            first_tags.remember_before(self._db, ids)
        self._delete(ids)
        self._insert(batch)
        if is_replacing:
            changes.note_changes(self._db, ids)
            first_tags.keep(self._db)
        self._compare(versions)

    def _sliced(self, versions: list[Version]) -> Batch:
        batch = []
        for each in versions:
            if abs(each.cents) > MOST_CENTS:
                raise BadVersion(
                    each.invoice_id, each.version, "its lines add up to more cents than any bill"
                )
            found = self._find(each)
            if found is None:
                self._cut_again(each)
                found = self._find(each)
            if found is None:
                raise BadVersion(
                    each.invoice_id, each.version, f"{each.file} in landing no longer holds it"
                )
            batch.append((each, found))
        return batch

    def _find(self, version: Version) -> Slice | None:
        # a document need not say whose it is; the journal then says who asked for it
        of = (version.month, version.invoice_id, version.version)
        return self._slices.find(version.org_id, *of) or self._slices.find(None, *of)

    def _cut_again(self, version: Version) -> None:
        path = self._landings[0].root / version.file
        try:
            with LandedFile(path, path.name, is_new=False).open() as body:
                # the file is named by its body and holds an invoice once: whatever an earlier
                # release called this version, it is this one
                self._slices.cut(body, {version.invoice_id: version.version})
        except (OSError, EOFError, BadInvoice) as error:
            raise BadVersion(
                version.invoice_id,
                version.version,
                f"the landed file {version.file} cannot be read ({error}); restore it from a "
                "backup",
            ) from None

    def _stage(self, batch: Batch) -> None:
        """The batch as two temporary tables: one row a version, one a file of lines."""
        self._db.execute(
            "create or replace temp table versions_now as select unnest(?, recursive := true)",
            [[_row(version, found) | {"load": self._load} for version, found in batch]],
        )
        self._db.execute(
            "create or replace temp table slices as select path, invoice_id, file, since, "
            "connection from versions_now where path is not null"
        )

    def _delete(self, ids: list[str], tables: Iterable[tuple[str, str]] = CONTENTS) -> None:
        for table, column in tables:
            self._db.execute(
                f"delete from {table} where {column} in (select unnest(?::varchar[]))",  # noqa: S608
                [ids],
            )

    def _insert(self, batch: Batch) -> None:
        paths = {str(found.lines): version for version, found in batch if found.lines}
        with naming_the_version(paths, [version for version, _ in batch]):
            self._db.execute(INSERT_HEADERS)
            self._db.execute(INSERT_PAYMENTS)
            self._db.execute(INSERT_REFUNDS)
            if paths:
                self._db.execute(INSERT_LINES, {"paths": list(paths)})
                self._db.execute(REFUSE_TAGS)
                self._db.execute(NUMBER_EQUALS)

    def _compare(self, versions: list[Version]) -> None:
        loaded = {
            invoice_id: (lines, cents)
            for invoice_id, lines, cents in self._db.execute(
                "select _invoice_id, count(*), coalesce(sum(totalPriceCents), 0) "
                "from stored_line_items where _invoice_id in (select unnest(?)) group by all",
                [[each.invoice_id for each in versions]],
            ).fetchall()
        }
        for each in versions:
            lines, cents = loaded.get(each.invoice_id, (0, 0))
            if (lines, cents) != (each.line_items, each.cents):
                raise BadVersion(
                    each.invoice_id,
                    each.version,
                    f"landed {each.line_items} lines of {each.cents} cents, loaded {lines} lines "
                    f"of {cents} cents",
                )

    def _note_refused(self, versions: dict[str, list[Version]]) -> None:
        """Name those whose newest version is refused; an older one nobody misses."""
        self._db.execute("delete from unloadable_invoices")
        for found in versions.values():
            newest = found[-1]
            if reason := self._refused.get((newest.invoice_id, newest.version)):
                self._db.execute(
                    "insert into unloadable_invoices values (?, ?, ?, ?)",
                    [newest.invoice_id, newest.version, reason, newest.connection],
                )

    def _drop_superseded(self, versions: list[Version]) -> None:
        """A year of a daily gigabyte would not fit: what a later version replaces is not kept."""
        for each in versions:
            if (found := self._find(each)) and found.lines:
                found.lines.unlink(missing_ok=True)

    def _drop_old_slices(self, versions: dict[str, list[Version]], months: dict[str, str]) -> None:
        for invoice_id in months:
            newest = versions[invoice_id][-1]
            for org_id in (newest.org_id, None):
                self._slices.drop_others(org_id, newest.month, newest.invoice_id, newest.version)


def _row(version: Version, found: Slice) -> dict[str, object]:
    header = found.header
    fields = {name: getattr(header, name) for name in header.__struct_fields__}
    return {
        **{name: _text(value) for name, value in fields.items()},
        "org_id": header.org_id or version.org_id,
        "invoice_id": version.invoice_id,
        "version": version.version,
        "number": version.number,
        "first_seen": version.first_seen,
        "since": version.since,
        "history": version.history,
        "is_nested": version.is_nested,
        "lines": version.line_items,
        "cents": version.cents,
        "connection": version.connection,
        "file": version.file,
        "path": str(found.lines) if found.lines else None,
    }


def _text(value: object) -> object:
    return bytes(value).decode(errors="replace") if isinstance(value, msgspec.Raw) else value
