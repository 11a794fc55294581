"""Faults as a user meets them: the command line, dbt and all, over one installation's life."""

from datetime import date
from typing import Any

import pytest

from tests.e2e.conftest import World
from tests.e2e.faults import Sums, break_it, heal, invoices_of, mounted, restate_all
from tests.e2e.faults import truth_of as truth

HTML = {"kind": "html"}
LINES = "select invoice_id, count(*), sum(cost_cents)::bigint from marts.fct_line_items group by 1"


def down(status: int, path: str = ".", **more: Any) -> dict[str, Any]:
    return {"kind": "status", "status": status, "path": path, **more}


def published(world: World) -> Sums:
    """What a user reads of each invoice."""
    return {invoice_id: (lines, cents) for invoice_id, lines, cents in world.query(LINES)}


def refresh(world: World, sandbox: Any, **more: str) -> Any:
    without_reports = {"ATLAS_COSTS_FOCUS_REPORTS": "false"}
    return world.run("refresh", **(sandbox.environment() | without_reports | more))


def require_refused(world: World, run: Any, before: str | None) -> None:
    assert run.code == 1, run.said
    assert "Traceback" not in run.said
    assert "Unexpected" not in run.said
    assert world.published == before


def test_a_life_with_faults_never_shows_a_wrong_number(world, sandbox):
    newest, nested = invoices_of(sandbox, "2026-04").values()
    document = f"/invoices/{newest}$"

    # passing troubles, the first time
    break_it(
        sandbox,
        down(503, r"/invoices$", times=2),
        down(429, document, retry_after=0, times=1),
        {"kind": "truncated_gzip", "path": document, "times": 1},
        {"kind": "reset", "path": "/pending$", "times": 2},
        {"kind": "truncate", "cut_transfer": True, "path": "/clusters$", "times": 1},
        down(502, "/flexClusters$", times=1),
        {"kind": "single_use_nonce", "path": "."},
    )
    run = refresh(world, sandbox)
    assert run.code == 0, run.said
    before = truth(sandbox)
    assert published(world) == before

    # one document cannot be read any more
    heal(sandbox)
    restate_all(sandbox)
    break_it(sandbox, down(500, document))
    run = refresh(world, sandbox)
    assert run.code == 3, run.said
    assert f"Missing: invoices: invoice {newest}: Atlas answered 500" in run.out
    late = {each: before[each] for each in (newest, nested)}
    assert published(world) == truth(sandbox) | late
    [[status, missing, months]] = world.query(
        "select status, missing_parts, missing_costs from meta.freshness"
    )
    april = {"start": date(2026, 4, 1), "end": date(2026, 5, 1)}
    assert (status, len(missing), months) == ("degraded", 1, [april])

    # nothing can be read
    held, link = published(world), world.published
    for faults in (
        [down(401, error_code=None)],
        [down(403, r"/invoices$")],
        [HTML | {"path": r"/invoices$"}],
        [down(503, r"/invoices/")],
        [{"kind": "clock_skew", "path": ".", "refuse": True}],
    ):
        heal(sandbox)
        break_it(sandbox, *faults)
        require_refused(world, refresh(world, sandbox), link)
    heal(sandbox)
    nowhere = {"MONGODB_ATLAS_BASE_URL": "http://127.0.0.1:9"}
    require_refused(world, refresh(world, sandbox, **nowhere), link)
    with mounted(world.data / "build", "size=6m"):
        run = refresh(world, sandbox)
        require_refused(world, run, link)
        assert "No room left" in run.err
    assert published(world) == held

    run = refresh(world, sandbox)
    assert run.code == 0, run.said
    assert published(world) == truth(sandbox)


@pytest.mark.wide  # test_faults has the same without dbt
def test_a_first_refresh_without_one_invoice_publishes_the_others_and_says_so(world, sandbox):
    newest, nested = invoices_of(sandbox, "2026-04").values()
    break_it(sandbox, HTML | {"path": f"/invoices/{newest}$"}, down(403, "/clusters$"))
    run = refresh(world, sandbox)
    assert run.code == 3, run.said
    assert f"Missing: invoices: invoice {newest}" in run.out
    assert "Missing: clusters: " in run.out
    expected = {k: v for k, v in truth(sandbox).items() if k not in (newest, nested)}
    assert published(world) == expected
    total = sum(cents for _, cents in expected.values())
    assert world.query("select sum(cost_cents)::bigint from marts.fct_costs_daily") == [(total,)]


def test_a_bad_key_among_several_is_said_in_meta_and_only_bad_keys_publish_nothing(world, sandbox):
    """Through dbt and publish: the page that shows connections reads these tables."""
    config = world.data.parent / "config"
    config.mkdir()
    names = ("public_key_env: MONGODB_ATLAS_PUBLIC_KEY", "private_key_env: WRONG_KEY")
    entry = ["name: linked", f"org_id: {sandbox.linked_org_id}", *names]
    (config / "connections.yaml").write_text("connections:\n  - " + "\n    ".join(entry) + "\n")
    run = refresh(world, sandbox, ATLAS_COSTS_CONFIG_DIR=str(config), WRONG_KEY="canary")
    assert run.code == 3, run.said
    assert "Missing: linked: connection: " in run.out
    assert "canary" not in run.said
    assert published(world) == truth(sandbox)
    statuses = world.query("select connection, status from meta.freshness order by all")
    assert statuses == [("default", "connected"), ("linked", "error")]
    denied = "select distinct connection from meta.permissions where status = 'bad key'"
    assert world.query(denied) == [("linked",)]

    link = world.published
    wrong = {"MONGODB_ATLAS_PRIVATE_KEY": "canary", "WRONG_KEY": "canary"}
    run = refresh(world, sandbox, ATLAS_COSTS_CONFIG_DIR=str(config), **wrong)
    require_refused(world, run, link)
