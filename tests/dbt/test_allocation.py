"""Who bears what in the hand-written world, its statement of April, and what guards both."""

from pathlib import Path

import duckdb

from .conftest import Warehouse
from .ruled import CLOSED_AT, FROZEN
from .test_marts import TOTAL

Marts = duckdb.DuckDBPyConnection
SUPPORT, LABS = 1000, 15000


def test_each_key_has_every_cent_once(marts: Marts) -> None:
    """Lines of 3888 and 1234 cents are tagged.

    Research pays two thirds of the labs' 10000 cents, and half of the 5000 of the day after, from
    which another rule of the same name counts.
    """
    query = """
        select allocation_key, allocation_value, allocation_method, sum(cost_cents)
        from allocated_costs_daily group by all order by all
    """
    rest = TOTAL - 5122 - SUPPORT - LABS
    assert marts.execute(query).fetchall() == [
        ("env", "dev", "direct", 3888),
        ("env", "nobody", "default", TOTAL - 3888),
        ("team", "(unallocated)", "default", rest),
        ("team", "core, web", "direct", 5122),
        # nobody else of Acme has costs of its own in April, and Globex's are another's
        ("team", "core, web", "split", SUPPORT),
        ("team", "research", "fixed", 9160),
        ("team", "web", "fixed", 5840),
    ]


def test_credits_are_allocated_and_told_apart(marts: Marts) -> None:
    query = """
        select allocation_key, allocation_value, sum(cost_cents)
        from allocated_costs_daily where charge_type = 'credit' group by all order by all
    """
    [env, team] = marts.execute(query).fetchall()
    assert (env[:2], team[:2]) == (("env", "nobody"), ("team", "(unallocated)"))
    assert env[2] == team[2] < 0


def test_keys_are_listed_with_their_default(marts: Marts) -> None:
    query = "select allocation_key, position, default_value, rules from dim_allocation_keys"
    assert marts.execute(query + " order by position").fetchall() == [
        ("team", 1, "(unallocated)", 4),
        ("env", 2, "nobody", 1),
    ]


def test_an_override_is_visible_and_reaches_every_line(marts: Marts) -> None:
    query = """
        select category, service, classified_by, count(*), sum(cost_cents) from fct_line_items
        where sku = 'ATLAS_AWS_PRIVATE_ENDPOINT' group by all
    """
    [(category, service, by, lines, cents)] = marts.execute(query).fetchall()
    assert (category, service, by) == ("Endpoints", "Data Transfer", "override")
    assert (lines, cents) == (3, 72)


def test_a_closed_statement_is_what_its_file_froze(marts: Marts) -> None:
    query = """
        select allocation_key, allocation_value, resource_id, cost_cents from allocation_statements
        where status = 'closed' and closed_at = ? and reason is null order by all
    """
    frozen = sorted(
        (row["allocation_key"], row["allocation_value"], row["resource_id"], row["cost_cents"])
        for row in FROZEN
    )
    assert marts.execute(query, [CLOSED_AT.replace(tzinfo=None)]).fetchall() == frozen


def test_what_differs_now_is_adjusted_in_the_next_statement_with_its_reason(marts: Marts) -> None:
    query = """
        select allocation_key, allocation_value, resource_id, cost_cents, reason
        from allocation_statements
        where status = 'open' and entry = 'adjustment' and statement_month = '2026-05-01'
            and usage_month = '2026-04-01' and resource_id in ('c-old', 'c-new')
        order by all
    """
    assert marts.execute(query).fetchall() == [
        ("env", "dev", "c-new", 3888, "rules_changed"),
        ("env", "nobody", "c-new", 10, "rules_changed"),
        ("env", "prod", "c-new", -3898, "rules_changed"),
        ("team", "(unallocated)", "c-new", 10, "costs_changed"),
        ("team", "core", "c-new", -10, "costs_changed"),
        ("team", "core, web", "c-new", 98, "costs_changed"),
    ]


def test_the_open_statement_has_its_own_months_usage(marts: Marts) -> None:
    query = """
        select allocation_key, sum(cost_cents) from allocation_statements
        where status = 'open' and entry = 'usage' group by all order by all
    """
    [(may,)] = marts.execute(
        "select sum(cost_cents) from fct_costs_daily where date_trunc('month', usage_date) = "
        "'2026-05-01'"
    ).fetchall()
    assert marts.execute(query).fetchall() == [("env", may), ("team", may)]


def test_a_rule_that_was_changed_and_not_followed_is_found(
    built: tuple[Warehouse, dict[str, str]], tmp_path: Path
) -> None:
    """Moved cents are in tests/e2e/test_identities.py."""
    broken = built[0].copy_to(tmp_path)
    with duckdb.connect(str(broken.raw)) as raw:
        changed = "update allocation_rules set value = 'somebody' where value = 'nobody'"
        assert raw.execute(changed).fetchall() == [(1,)]
    assert broken.dbt("test", "--select", "assert_alloc*", "assert_*statement*") == {
        "assert_allocated_costs_equal_costs": "pass",
        "assert_allocated_values_follow_rules": "fail",
        "assert_allocated_values_keep_their_cents": "pass",
        "assert_statements_equal_allocation": "pass",
        "assert_closed_statements_stay": "pass",
    }
