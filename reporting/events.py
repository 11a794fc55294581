# ruff: noqa: S608  what is put into SQL text comes from the dimension registry; values are bound
"""What happened to the resources of a report, in the periods of its chart."""

from dataclasses import replace

from reporting.costs import costs
from reporting.query import Binder, Query
from reporting.relations import MONTHLY
from reporting.report import Report


def events(report: Report) -> Query:
    """What happened to the dearest resources of a report's months, in its chart's periods."""
    bind = Binder()
    step = report.step
    months = replace(report.window, start=report.window.start.replace(day=1))
    by_resource = replace(report.state, group=("resource",), show=())
    alone = replace(report, compared=None, window=months, state=by_resource)
    entries = costs(alone, MONTHLY, "sum(amount) as amount", bind)
    return bind.query(f"""with costs as ({entries}
),
dearest as (
    select unit, id_1 as resource_id from costs
    qualify row_number() over (partition by unit order by abs(amount) desc nulls last, id_1)
        <= {bind(report.state.top)}
)
select unit, date_trunc('{step}', events."at")::date as period, events."at",
    events.resource_name as resource, events.event, events.before, events.after
from dearest join marts.resource_events as events on events.billed_as = dearest.resource_id
where events."at" >= {bind(report.window.start)} and events."at" < {bind(report.window.end)}
order by unit, events."at", resource, events.event""")
