"""Which actions ran: who asked for what, what came of it, and what it costs a month."""

from collections.abc import Sequence

from reporting.query import Query, with_values

ACTIONS = Query("select distinct action from marts.actions order by action")
OUTCOMES = Query("select distinct outcome from marts.actions order by outcome")


def runs(actions: Sequence[str], outcomes: Sequence[str], kind: str, text: str) -> Query:
    """The runs of some actions and outcomes, the newest first; no choice is every one.

    Args:
        actions: Names of actions.
        outcomes: Values of the column outcome.
        kind: `applied`, `planned` or `all`.
        text: Found in target, person, error or result, whatever the case.
    """
    sql = """select
    action_id, action, target, connection, requested_at, requested_by, applied, outcome, error,
    error_code, duration_s, monthly_cost_before_cents, monthly_cost_after_cents,
    monthly_cost_after_cents - monthly_cost_before_cents as monthly_change
from marts.actions
where (len($actions) = 0 or action in $actions)
    and (len($outcomes) = 0 or outcome in $outcomes)
    and ($kind = 'all' or applied = ($kind = 'applied'))
    and contains(lower(concat_ws(' ', target, requested_by, error, result::varchar)), lower($text))
order by requested_at desc, action_id
limit 1000"""
    return with_values(sql, {
        "actions": tuple(actions), "outcomes": tuple(outcomes), "kind": kind, "text": text,
    })  # fmt: skip


def run(action_id: str) -> Query:
    """One run with its plan, configuration, result and ids in Atlas, each as JSON text."""
    return with_values(
        """select * replace (
    plan::varchar as plan, config::varchar as config, result::varchar as result,
    atlas_ids::varchar as atlas_ids
) from marts.actions where action_id = $action_id""",
        {"action_id": action_id},
    )
