"""Something for every page: `python -m tests.showcase FOLDER [TODAY]` makes a data folder.

It is the demo's company, with waste and odd costs in its bill. A month ago it was read for the
first time; a month was closed, actions ran, people said what they thought of what was found, and
Atlas restated an invoice. Now it is read again, with all that came of it.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import sandbox as sandbox_package
from orchestration import feedback
from orchestration.action_runs.runner import Actor
from orchestration.commands.demo import clean_environment
from orchestration.commands.demo_config import months_away, write_demo_config
from orchestration.commands.refresh import refresh
from orchestration.insight.anomalies import verdicts
from orchestration.published.anomalies import newest
from orchestration.savings import findings
from orchestration.settings import Settings, load_settings
from orchestration.statements import closing
from sandbox import RunningSandbox
from tests.forked_dbt import forked

SEED, MONTHS, DAYS_BETWEEN = 7, 13, 30
RESTATED_CENTS = 4200
REACHED_BY = (
    "base_url",
    "org_id",
    "public_key",
    "private_key",
    "provisioning_public_key",
    "provisioning_private_key",
)
# Of each kind what its outcome shall be, so that one that ends otherwise is noticed.
ACTIONS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    (
        "create_snapshot",
        "applied",
        {"project": "shop", "cluster": "shop-prod", "description": "before release 42"},
    ),
    ("list_snapshots", "read", {"project": "shop", "cluster": "shop-prod"}),
    ("pause_cluster", "applied", {"project": "playground", "name": "scratch"}),
    ("resume_cluster", "applied", {"project": "playground", "name": "scratch"}),
    (
        "update_cluster",
        "applied",
        {"project": "attic", "name": "attic-api", "instance_size": "M30"},
    ),
    (
        "create_cluster",
        "applied",
        {
            "project": "shop",
            "name": "checkout-eu",
            "provider": "AWS",
            "region": "EU_WEST_1",
            "instance_size": "M20",
            "tags": {"env": "prod", "team": "commerce"},
        },
    ),
    (
        "update_cluster",
        "planned",
        {"project": "shop", "name": "shop-global", "instance_size": "M50"},
    ),
    ("pause_cluster", "refused", {"project": "shop", "name": "shop-production"}),
)
# What is said of the newest open anomalies but one: that one stays as it is.
VERDICTS = (
    (verdicts.EXPECTED, "a load test", verdicts.ALIKE),
    (verdicts.REAL, "a job that ran in a loop", verdicts.ALIKE),
    (verdicts.IGNORE, "not ours to change", verdicts.ANY),
)
SAYINGS = (
    ("tier_down", "attic-api", "done", "resized with an action"),
    ("out_of_hours", "attic-dev", "planned", "with the next release"),
    ("advanced_security", "shop-prod", "dismissed", "the auditor asks for it"),
)


def make(folder: Path, today: date) -> None:
    """Make one.

    Args:
        folder: Becomes the data folder, with its configuration in `config`; not there yet.
        today: The sandbox's day; the day before it is the newest with costs.
    """
    began = today - timedelta(DAYS_BETWEEN)
    atlas_of_then = sandbox_package.running(
        seed=SEED, months=MONTHS, today=began, pace=0.02, anomalies=True, wasteful=True
    )
    closed = months_away(began, -2)
    with atlas_of_then as atlas, settings_of(atlas, folder) as settings, forked():
        write_demo_config(settings.config_dir, today)
        refresh(settings)
        closing.close(settings, closed, anyway=False)
        _act(settings)
        _judge_anomalies(settings)
        _decide_on_savings(settings, began)
        _restate(atlas, closed)
        atlas.control("clock", {"days": DAYS_BETWEEN})
        refresh(settings)


@contextmanager
def settings_of(
    atlas: RunningSandbox, folder: Path, *, measurements: bool = True
) -> Iterator[Settings]:
    """Of this sandbox alone, whatever organizations this machine has.

    FOCUS reports are left out: ten thousands of rows that no page of its own shows.
    """
    before = dict(os.environ)
    keys = {f"MONGODB_ATLAS_{each.upper()}": getattr(atlas, each) for each in REACHED_BY}
    ours = {
        "ATLAS_COSTS_DATA_DIR": str(folder.resolve()),
        "ATLAS_COSTS_CONFIG_DIR": str(folder.resolve() / "config"),
        "ATLAS_COSTS_FOCUS_REPORTS": "false",
        "ATLAS_COSTS_MEASUREMENTS": str(measurements).lower(),
    }
    _set(clean_environment() | keys | ours)
    try:
        yield load_settings()
    finally:
        _set(before)


def _set(environment: dict[str, str]) -> None:
    os.environ.clear()
    os.environ.update(environment)


def _act(settings: Settings) -> None:
    actor = Actor(settings, "command line")
    for name, outcome, asked in ACTIONS:
        dry_run = {} if outcome == "read" else {"dry_run": outcome == "planned"}
        record = actor.run(name, asked | dry_run)
        if record.outcome != outcome:
            raise RuntimeError(f"{name} ended {record.outcome}, not {outcome}: {record.error}")


def _judge_anomalies(settings: Settings) -> None:
    found = newest(settings.published_warehouse, len(VERDICTS) + 1, with_explained=False)
    for anomaly, (verdict, reason, pattern) in zip(found[1:], VERDICTS, strict=True):
        now = datetime.now(UTC)
        said = verdicts.said_of(anomaly, verdict, reason, "ana", now, pattern=pattern)
        feedback.append(settings.feedback_dir, feedback.ANOMALIES, said)


def _decide_on_savings(settings: Settings, today: date) -> None:
    found = [each.finding for each in findings.findings(settings.published_warehouse)]
    ids = {(each.rule, each.resource_name): each.finding_id for each in found}
    for rule, resource, state, reason in SAYINGS:
        done_on = today if state == "done" else None
        findings.call(settings, ids[rule, resource], state, reason=reason, done_on=done_on)


def _restate(atlas: RunningSandbox, month: date) -> None:
    """A day of the closed month, so that the next statement has an adjustment."""
    asked = {
        "invoice_month": f"{month:%Y-%m}",
        "usage_date": month.replace(day=10).isoformat(),
        "cents": RESTATED_CENTS,
    }
    atlas.control("restate", asked)


def main(arguments: list[str]) -> int:
    """Make one by hand, of today unless another day is given."""
    if len(arguments) not in {1, 2}:
        print(__doc__)
        return 2
    day = date.fromisoformat(arguments[1]) if arguments[1:] else datetime.now(UTC).date()
    make(Path(arguments[0]), day)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
