"""Invoice months: how costs are partitioned in Dagster."""

import dagster as dg

# Atlas opened in June 2016; the current month is open too, because its pending invoice is read.
invoice_months = dg.MonthlyPartitionsDefinition(start_date="2016-06", fmt="%Y-%m", end_offset=1)
