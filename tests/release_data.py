"""What must be backed up, as a release writes it: `python -m tests.release_data`.

Makes `tests/data/release-<version>.tar.xz` anew: landing with a pack, a statement, feedback, saved
reports and config of a small sandbox, and what the release itself made of them. Later releases
must make the same of it, so it is made once a release and never again.
"""

import gzip
import json
import sys
import tarfile
import tempfile
from contextlib import ExitStack
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

import sandbox as sandbox_package
from orchestration.action_runs.runner import Actor
from orchestration.commands.demo_config import write_demo_config
from orchestration.commands.housekeeping import housekeeping
from orchestration.commands.refresh import refresh
from orchestration.landing import journal, packs
from orchestration.published.reader import opened
from orchestration.saved_reports.model import SavedReport
from orchestration.saved_reports.store import shelf
from orchestration.savings import findings
from orchestration.settings import Settings
from orchestration.statements import closing
from tests.conftest import ROOT
from tests.forked_dbt import forked
from tests.showcase import settings_of

FOLDER = ROOT / "tests" / "data"
EXPECTED = "expected.json"
# docs/operations.md says so, and a test compares.
BACKED_UP = ("landing", "statements", "feedback", "alerts", "reports.yaml", "config")
BEGINNING = date(2026, 5, 8)
READ_ON = ("2026-05-08", "2026-05-09", "2026-05-10", "2026-05-11")
QUESTIONS = {
    "totals": "select usage_month::varchar, pricing_currency, sum(cost_cents)::bigint "
    "from marts.agg_costs_monthly where is_in_total group by all order by all",
    "versions seen": "select invoice_id, status, versions_seen, line_items "
    "from marts.fct_invoices order by all",
    "tags first seen": "select project_name, resource_name, tags_first_seen::varchar, count(*) "
    "from marts.fct_line_items where cardinality(tags_first_seen) > 0 group by all order by all",
    "changes": "select invoice_id, usage_date::varchar, sku, before_cents, after_cents "
    "from marts.fct_invoice_changes order by all",
    "statements": "select statement_month::varchar, status, entry, allocation_key, "
    "allocation_value, sum(cost_cents)::bigint from marts.allocation_statements "
    "group by all order by all",
    "actions": "select action, target, outcome, applied from marts.actions order by requested_at",
    "feedback": "select rule, resource_name, state, state_reason from marts.savings "
    "where state <> 'open' order by all",
}


def answers(warehouse: Path) -> dict[str, list[list[Any]]]:
    """What a published warehouse says of all that only a backup brings back."""
    with opened(warehouse) as db:
        return {
            name: [list(row) for row in db.execute(sql).fetchall()]
            for name, sql in QUESTIONS.items()
        }


def make(archive: Path) -> None:
    """Make one; takes minutes."""
    with ExitStack() as held:
        data = Path(held.enter_context(tempfile.TemporaryDirectory())) / "data"
        atlas = held.enter_context(
            sandbox_package.running(seed=7, months=2, today=BEGINNING, pace=0.02, wasteful=True)
        )
        settings = held.enter_context(settings_of(atlas, data, measurements=False))
        held.enter_context(forked())
        patch = held.enter_context(pytest.MonkeyPatch.context())
        write_demo_config(settings.config_dir, BEGINNING)
        for number, day in enumerate(READ_ON):
            patch.setattr(journal, "now", lambda day=day: f"{day}T06:00:00.000000+00:00")
            refresh(settings)
            if number == 0:
                _act(settings)
            atlas.control("clock", {"days": 1})
            atlas.control("restate", {"invoice_month": "2026-04", "cents": 100 + number})
        patch.setattr(journal, "now", lambda: "2026-06-01T06:00:00.000000+00:00")
        # the archive stays small
        patch.setattr(packs, "LEVEL", 19)
        housekeeping(settings, apply=True)
        _write(archive, data, answers(settings.published_warehouse))


def _act(settings: Settings) -> None:
    """A month closed, an action, something said of a saving, a report saved."""
    closing.close(settings, date(2026, 4, 1), anyway=True)
    snapshot = {"project": "shop", "cluster": "shop-prod", "description": "v1", "dry_run": False}
    Actor(settings, "command line").run("create_snapshot", snapshot)
    first = findings.findings(settings.published_warehouse)[0].finding
    findings.call(settings, first.finding_id, "dismissed", reason="the auditor asks for it")
    saved = SavedReport(name="ours", title="Ours", folder="", address="?group=service")
    shelf(settings).save(saved)


def _write(archive: Path, data: Path, said: dict[str, Any]) -> None:
    (data / EXPECTED).write_text(json.dumps(said, indent=1))
    for body in (data / "landing").rglob("*.gz"):
        # for speed it was landed at level 1; a name is the hash of what it unpacks to
        body.write_bytes(gzip.compress(gzip.decompress(body.read_bytes()), 9, mtime=0))
    archive.parent.mkdir(exist_ok=True)
    with tarfile.open(archive, "w:xz") as out:
        for each in (*BACKED_UP, EXPECTED):
            if (data / each).exists():
                out.add(data / each, each)


if __name__ == "__main__":
    name = sys.argv[1] if sys.argv[1:] else version("atlas-costs")
    make(FOLDER / f"release-{name}.tar.xz")
