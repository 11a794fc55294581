"""What a newer version of an invoice says of usage days that the version before already had.

The days before are summed up before an invoice is replaced, and compared after. A pending invoice
grows by new days, and Atlas puts today's tags on any month: neither is a restatement.
"""

import duckdb

# A line belongs to a project by its id; names may change.
OWNER = ("sku", "groupId", "clusterName", "stitchAppName")

_DAYS = f"""
select _invoice_id, startDate::date as usageDate, {", ".join(OWNER)},
    max(groupName) as groupName, sum(totalPriceCents)::bigint as cents
from stored_line_items
where _invoice_id in (select unnest($ids))
group by _invoice_id, usageDate, {", ".join(OWNER)}
"""  # noqa: S608  made of constants above

_SAME = " and ".join(
    f"old.{name} is not distinct from new.{name}" for name in ("_invoice_id", "usageDate", *OWNER)
)

_CHANGES = f"""
insert into invoice_changes by name
select coalesce(old._invoice_id, new._invoice_id) as _invoice_id,
    versions.since::timestamptz at time zone 'UTC' as _changed_at,
    coalesce(old.usageDate, new.usageDate) as usageDate,
    {", ".join(f"coalesce(old.{name}, new.{name}) as {name}" for name in OWNER)},
    coalesce(new.groupName, old.groupName) as groupName,
    coalesce(old.cents, 0) as beforeCents, coalesce(new.cents, 0) as afterCents,
    before.statusName as _status_before, before._version as _version_before,
    versions.version as _version_after,
    versions.connection as _connection
from days_before as old
full join ({_DAYS}) as new on {_SAME}
inner join versions_now as versions
    on versions.invoice_id = coalesce(old._invoice_id, new._invoice_id)
inner join invoices_before as before on before.id = versions.invoice_id
where coalesce(old.cents, 0) <> coalesce(new.cents, 0)
    and exists (
        from days_before as had
        where had._invoice_id = versions.invoice_id
            and had.usageDate is not distinct from coalesce(old.usageDate, new.usageDate)
    )
"""  # noqa: S608  made of constants above


def remember_before(db: duckdb.DuckDBPyConnection, ids: list[str]) -> None:
    """Sum up what these invoices say now, about to be replaced."""
    db.execute(f"create or replace temp table days_before as {_DAYS}", {"ids": ids})
    db.execute(
        "create or replace temp table invoices_before as "
        "select id, statusName, _version from invoices where id in (select unnest(?))",
        [ids],
    )


def note_changes(db: duckdb.DuckDBPyConnection, ids: list[str]) -> None:
    """Note what differs after they were replaced; `versions_now` holds what replaced them."""
    db.execute(_CHANGES, {"ids": ids})
