"""Why months differ: what the sandbox knows, and what the marts say."""

import re
from collections import defaultdict
from collections.abc import Callable
from datetime import date
from typing import Any

Query = Callable[[str], list[tuple[Any, ...]]]
Kinds = dict[str, dict[str, int]]
# Deleted and made again under their names, once a month and once a year. Those that no inventory
# saw have the name alone on the bill, and so count as one cluster that was away. A sandbox of a
# larger scale numbers the copies of each.
MADE_AGAIN = r"(loadtest|reports)(-\d+)?"
DIMENSIONS = (
    "service",
    "coalesce(region, '(none)')",
    "category",
    "resource_id",
    "coalesce(tags['env'][1], '(untagged)')",
)


def months_ago(count: int, day: int = 1) -> str:
    """A day of an earlier month."""
    today = date.today()  # noqa: DTZ011  as the sandbox has it
    index = today.year * 12 + today.month - 1 - count
    return date(index // 12, index % 12 + 1, day).isoformat()


# Seed → what became of its organization: each kind of change at the turn of a month and within.
STORIES: dict[int, list[tuple[str, dict[str, Any]]]] = {
    1: [("reprice", {"sku": "ATLAS_AWS_INSTANCE_M30", "from": months_ago(5), "factor": "1.05"})],
    2: [
        ("history", {"cluster": "search", "from": months_ago(4), "size": "M40"}),
        ("history", {"cluster": "scratch", "born": months_ago(6, 10)}),
    ],
    3: [
        ("history", {"cluster": "prototype", "gone": months_ago(3, 17)}),
        ("history", {"cluster": "events", "from": months_ago(2, 12), "size": "M40"}),
    ],
    4: [
        ("history", {"cluster": "models", "from": months_ago(4, 5), "paused": True}),
        ("reprice", {"sku": "ATLAS_GCP_INSTANCE_M30", "from": months_ago(2), "factor": "0.9"}),
    ],
    5: [
        ("history", {"cluster": "scratch", "born": months_ago(4)}),
        ("history", {"cluster": "booth", "gone": months_ago(2)}),
    ],
}


def found(query: Query, connection: str) -> Kinds:
    """Month → kind → cents of the marts, without what was made again."""
    rows = query(
        "select strftime(usage_month, '%Y-%m'), kind, sum(amount_cents)::bigint "
        f"from marts.fct_cost_changes where connection = '{connection}' "
        f"and not regexp_full_match(resource_name, '{MADE_AGAIN}') group by all"
    )
    sums: Kinds = defaultdict(dict)
    for month, kind, cents in rows:
        if cents:
            sums[month][kind] = cents
    return dict(sums)


def expected(truth: dict[str, Any]) -> Kinds:
    """The same of the sandbox's truth."""
    sums: Kinds = defaultdict(lambda: defaultdict(int))
    for month, clusters in truth["changes"].items():
        for name, kinds in clusters.items():
            for kind, cents in kinds.items():
                if not re.fullmatch(MADE_AGAIN, name):
                    sums[month][kind] += cents
    return {
        month: {kind: cents for kind, cents in kinds.items() if cents}
        for month, kinds in sums.items()
    }


def unequal(query: Query, earlier: tuple[str, str], later: tuple[str, str]) -> list[Any]:
    """What does not add up of two periods, by any dimension."""
    numbers = range(len(DIMENSIONS))
    values = ", ".join(f"{each} as value_{n}" for n, each in enumerate(DIMENSIONS))
    names = ", ".join(f"value_{n}" for n in numbers)
    sets = ", ".join(f"(connection, value_{n})" for n in numbers)
    return query(f"""
        with parts as (
            select connection, {values}, amount_cents as changed, 0 as billed
            from marts.cost_changes(
                '{earlier[0]}', '{earlier[1]}', '{later[0]}', '{later[1]}', null
            )
            union all
            select connection, {values}, 0, -cost_cents
            from marts.fct_costs_daily
            where usage_date >= '{earlier[0]}' and usage_date < '{earlier[1]}'
            union all
            select connection, {values}, 0, cost_cents
            from marts.fct_costs_daily
            where usage_date >= '{later[0]}' and usage_date < '{later[1]}'
        )
        select connection, {names}, sum(changed), sum(billed)
        from parts
        group by grouping sets ({sets})
        having sum(changed) <> sum(billed)
    """)
