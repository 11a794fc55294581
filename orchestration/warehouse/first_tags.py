"""The tags first seen with a line: Atlas stamps today's on any month that it is asked for."""

import duckdb

from orchestration.warehouse.line_items import IDENTITY_SQL, TAG_SETS

_REMEMBER = """
create or replace temp table tags_before as
select _invoice_id, _line_item_id, _tags_first_seen as tags
from invoice_line_items
where _invoice_id in (select unnest(?))
"""

# Only lines that were there before, or are back, can have been seen with other tags.
_KEEP = f"""
update stored_line_items as lines set _tags_first_seen = seen.first
from (
    select now.row, before.tags as first
    from (
        select lines.rowid as row, {IDENTITY_SQL} || '-' || _occurrence as _line_item_id, sets.tags
        from stored_line_items as lines
        left join {TAG_SETS} as sets on sets.text = lines.tags
        where _invoice_id in (select invoice_id from versions_now)
    ) as now
    inner join (
        from tags_before
        union all by name
        from retired_line_item_tags
        where _line_item_id not in (select _line_item_id from tags_before)
    ) as before using (_line_item_id)
    where before.tags is distinct from coalesce(now.tags, map {{}})
) as seen
where lines.rowid = seen.row
"""  # noqa: S608  made of constants above

_RETIRE = """
insert into retired_line_item_tags
select _invoice_id, _line_item_id, tags from tags_before
where cardinality(tags) > 0
    and _line_item_id not in (
        select _line_item_id from invoice_line_items
        where _invoice_id in (select invoice_id from versions_now)
    )
    and _line_item_id not in (select _line_item_id from retired_line_item_tags)
"""


def remember_before(db: duckdb.DuckDBPyConnection, ids: list[str]) -> None:
    """Note the first tags of these invoices' lines, about to be replaced."""
    db.execute(_REMEMBER, [ids])


def keep(db: duckdb.DuckDBPyConnection) -> None:
    """Give the lines that replaced them those tags, and keep those of lines that left."""
    db.execute(_KEEP)
    db.execute(_RETIRE)
