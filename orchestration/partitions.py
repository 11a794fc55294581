"""Invoice months: how costs are partitioned in Dagster."""

from pathlib import Path

import dagster as dg

ATLAS_OPENED = "2016-06"
PERIOD = "period="


def months_since(first: str) -> dg.MonthlyPartitionsDefinition:
    """Months from one on; the current month is open too, because its pending invoice is read."""
    return dg.MonthlyPartitionsDefinition(start_date=first, fmt="%Y-%m", end_offset=1)


def first_month(slices: Path) -> str:
    """The month of the first invoice that was read; before any was, when Atlas opened.

    Told from the folders of cut invoices, because Dagster asks at each start and a journal may be
    long. A month that was not billed is missing for ever in Dagster's eyes, so none comes before.
    """
    months = (each.name.removeprefix(PERIOD) for each in slices.glob(f"org_id=*/{PERIOD}*-*"))
    return min(months, default=ATLAS_OPENED)
