"""A data folder with something for every page: `python -m tests.showcase FOLDER [TODAY]` makes one.

The demo's company with its plans, waste and odd costs; a month ago it was read for the first time,
statements were closed, actions ran and people said what they thought of what was found; now it is
read again, with what came of it.
"""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import sandbox as sandbox_package
from orchestration import feedback
from orchestration.action_runs.runner import Actor
from orchestration.commands.demo_config import write_demo_config
from orchestration.commands.refresh import refresh
from orchestration.insight.anomalies import verdicts
from orchestration.published.anomalies import newest
from orchestration.savings import findings
from orchestration.settings import Settings, load_settings
from orchestration.statements import closing
from sandbox import RunningSandbox
from tests.forked_dbt import forked

MONTHS, SEED = 13, 7
DAYS_BETWEEN = 30
ACTIONS: tuple[tuple[str, dict[str, object]], ...] = (
    ("create_snapshot", {"project": "shop", "cluster": "shop-prod", "description": "release 42"}),
    ("list_snapshots", {"project": "shop", "cluster": "shop-prod", "dry_run": None}),
    ("pause_cluster", {"project": "playground", "name": "scratch"}),
    ("resume_cluster", {"project": "playground", "name": "scratch"}),
    ("update_cluster", {"project": "attic", "name": "attic-api", "instance_size": "M30"}),
    (
        "create_cluster",
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
        {"project": "shop", "name": "shop-global", "instance_size": "M50", "dry_run": True},
    ),
    ("pause_cluster", {"project": "shop", "name": "shop-production"}),
)
SAYINGS = (
    (("tier_down", "attic-api"), "done", "carried out with the action"),
    (("out_of_hours", "attic-dev"), "planned", "with the next release"),
    (("advanced_security", "shop-prod"), "dismissed", "the auditor wants it"),
)


def make(folder: Path, today: date, *, measured: bool = True) -> None:
    """Make it in a folder that is not there yet.

    Args:
        folder: Becomes the data folder, with its configuration in `config`.
        today: The sandbox's last day; the day before it is the newest with costs.
        measured: Whether what Atlas measured of nodes is read: more savings, more seconds.
    """
    began = today - timedelta(DAYS_BETWEEN)
    with (
        sandbox_package.running(
            seed=SEED, months=MONTHS, today=began, pace=0.02, anomalies=True, wasteful=True
        ) as atlas,
        _settings(atlas, folder, measured=measured) as settings,
        forked(),
    ):
        write_demo_config(settings.config_dir, today)
        refresh(settings)
        print(time.process_time(), flush=True)
        closing.close(settings, _months_before(began, 2), anyway=False)
        _act(settings)
        _say(settings, began)
        print(time.process_time(), flush=True)
        atlas.control("restate", {"invoice_month": f"{_months_before(began, 2):%Y-%m}", "cents": 4200})
        atlas.control("clock", {"days": DAYS_BETWEEN})
        refresh(settings)


@contextmanager
def _settings(atlas: RunningSandbox, folder: Path, *, measured: bool) -> Iterator[Settings]:
    """Of this sandbox alone, whatever organizations this machine has."""
    before = dict(os.environ)
    ours = [each for each in before if each.startswith(("MONGODB_ATLAS_", "ATLAS_COSTS_"))]
    for name in ours:
        del os.environ[name]
    os.environ |= {
        "ATLAS_COSTS_ENV_FILE": "",
        "ATLAS_COSTS_DATA_DIR": str(folder.resolve()),
        "ATLAS_COSTS_CONFIG_DIR": str(folder.resolve() / "config"),
        "ATLAS_COSTS_FOCUS_REPORTS": "false",
        "ATLAS_COSTS_MEASUREMENTS": str(measured).lower(),
        "MONGODB_ATLAS_BASE_URL": atlas.base_url,
        "MONGODB_ATLAS_ORG_ID": atlas.org_id,
        "MONGODB_ATLAS_PUBLIC_KEY": atlas.public_key,
        "MONGODB_ATLAS_PRIVATE_KEY": atlas.private_key,
        "MONGODB_ATLAS_PROVISIONING_PUBLIC_KEY": atlas.provisioning_public_key,
        "MONGODB_ATLAS_PROVISIONING_PRIVATE_KEY": atlas.provisioning_private_key,
    }
    try:
        yield load_settings()
    finally:
        os.environ.clear()
        os.environ.update(before)


def _months_before(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, 1)


def _act(settings: Settings) -> None:
    actor = Actor(settings, "command line")
    for name, asked in ACTIONS:
        given = {"dry_run": False} | asked
        record = actor.run(name, {key: each for key, each in given.items() if each is not None})
        print(record.action, record.outcome, record.error or "", flush=True)


def _say(settings: Settings, today: date) -> None:
    """What people thought: of three anomalies, and of three savings."""
    verdict = ((verdicts.EXPECTED, "a load test"), (verdicts.REAL, "a loop, mended since"))
    found = newest(settings.published_warehouse, 20, with_explained=True)
    for anomaly, (what, why) in zip(found[1:], verdict, strict=False):
        said = verdicts.said_of(anomaly, what, why, "ana", datetime.now(UTC), pattern="alike")
        feedback.append(settings.feedback_dir, feedback.ANOMALIES, said)
    ids = {(each.finding.rule, each.finding.resource_name): each.finding.finding_id for each in findings.findings(settings.published_warehouse)}
    for finding, state, why in SAYINGS:
        done_on = today if state == "done" else None
        findings.call(settings, ids[finding], state, reason=why, done_on=done_on)


def main(arguments: list[str]) -> int:
    """Make one by hand."""
    make(Path(arguments[0]), date.fromisoformat(arguments[1]) if arguments[1:] else date.today())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
