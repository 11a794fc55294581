"""What stands under every answer: how far the data reaches, what is missing, and the SQL."""

from datetime import date

from orchestration.assistant.tool import Document
from orchestration.assistant.warehouse import Warehouse
from reporting import bill
from reporting.query import Query, with_values
from reporting.ranges import Window

_FRESHNESS = Query("""select connection, data_through, coalesce(missing_parts, []) as missing_parts
from meta.freshness order by connection""")
_IS_MADE = Query("""select 1 as one from duckdb_tables()
where schema_name = 'meta' and table_name = 'insight'""")
_NOT_MADE = Query("""select part || ': ' || error as sentence
from meta.insight where error is not null order by all""")
_UNTIED = """select invoice_id, strftime(invoice_month, '%Y-%m') as month, status,
    difference_cents, header_difference_cents
from marts.fct_invoices
where is_reconciled = false
    and ($start::date is null or invoice_month between date_trunc('month', $start::date)
        and $end::date)
order by invoice_month desc, invoice_id
limit 20"""


def noted(warehouse: Warehouse, document: Document, window: Window | None = None) -> Document:
    """An answer with all that one must know to believe it.

    Args:
        warehouse: That was asked.
        document: The numbers.
        window: Whose invoices must tie; all where it is None.
    """
    seen = warehouse.rows(_FRESHNESS)
    several = len(seen) > 1
    return document | {
        "data_through": max((each["data_through"] or "" for each in seen), default="") or None,
        "missing_parts": [
            *(
                f"{each['connection']}: {part}" if several else part
                for each in seen
                for part in each["missing_parts"]
            ),
            *_not_made(warehouse),
            *(each["sentence"] for each in warehouse.rows(bill.LEFT_OUT)),
        ],
        "invoices_that_do_not_tie": warehouse.rows(with_values(_UNTIED, _days(window))),
        "sql": warehouse.behind(),
    }


def _not_made(warehouse: Warehouse) -> list[str]:
    """What of insight failed; a version from before there was any says nothing of it."""
    made = Query(
        "select 1 from duckdb_tables() where schema_name = 'meta' and table_name = 'insight'"
    )
    if not warehouse.rows(made):
        return []
    return [each["sentence"] for each in warehouse.rows(_NOT_MADE)]


def _days(window: Window | None) -> dict[str, date | None]:
    return {"start": window.start if window else None, "end": window.end if window else None}
