"""Actions run in this process: as Dagster's launchpad runs them, or without Dagster around them."""

import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from orchestration.action_runs.runner import Actor
from orchestration.actions.context import Waiting
from orchestration.actions.model import Record
from orchestration.actions.registry import ACTIONS
from orchestration.atlas.provisioning import Provisioning
from orchestration.extraction.clients import new_client
from orchestration.settings import load_settings

T = TypeVar("T")
QUICK = Waiting(
    first_s=0.001, longest_s=0.02, gone_after_s=0.05, outvoted_after_s=1.0, deletion_shows_s=5.0
)
# Where nothing lags, and a recording shows for ever what was deleted.
AT_ONCE = replace(QUICK, outvoted_after_s=0.2, deletion_shows_s=0.2)
SILENT = {"console": {"config": {"log_level": "CRITICAL"}}}


def run(name: str, /, **values: Any) -> Record:
    """Run an action as everybody does, but for Dagster."""
    return Actor(load_settings(), "tests", QUICK).run(name, values)


def apply(name: str, /, **values: Any) -> Record:
    """Run an action that changes Atlas and carry its plan out."""
    return run(name, dry_run=False, **values)


def job(name: str, /, instance: Any = None, **values: Any) -> Record:
    """Run an action's job; carried out, where it changes Atlas, unless `dry_run` says otherwise.

    The op must succeed exactly where the record is a good one.
    """
    # Dagster takes seconds to import, and not every module of these needs it
    from orchestration.ops import JOBS  # noqa: PLC0415
    from orchestration.resources.actor import ActorResource  # noqa: PLC0415

    kept: list[Record] = []

    class Keeping(ActorResource):
        def run(self, name: str, values: dict[str, Any], by: str) -> Record:
            kept.append(super().run(name, values, by))
            return kept[-1]

    if ACTIONS[name].changes_atlas:
        values = {"dry_run": False, **values}
    ended = JOBS[name].execute_in_process(
        run_config={"ops": {name: {"config": values}}, "loggers": SILENT},
        resources={
            "actor": Keeping(waiting=asdict(AT_ONCE)),
        },
        instance=instance,
        raise_on_error=False,
    )
    [record] = kept
    assert ended.success is record.is_good
    if record.is_good:
        assert ended.output_for_node(name) == record
    return record


@dataclass(frozen=True)
class Key:
    """A key for actions, or a service account, and the Atlas it opens."""

    base_url: str
    org_id: str
    name: str
    secret: str
    is_account: bool = False

    @property
    def variables(self) -> dict[str, str]:
        """As a user sets them."""
        kinds = ("CLIENT_ID", "CLIENT_SECRET") if self.is_account else ("PUBLIC_KEY", "PRIVATE_KEY")
        return {
            "MONGODB_ATLAS_BASE_URL": self.base_url,
            "MONGODB_ATLAS_ORG_ID": self.org_id,
            f"MONGODB_ATLAS_PROVISIONING_{kinds[0]}": self.name,
            f"MONGODB_ATLAS_PROVISIONING_{kinds[1]}": self.secret,
        }


def kept_records() -> list[Record]:
    """Every record in landing, oldest first."""
    landing = Path(os.environ["ATLAS_COSTS_DATA_DIR"]) / "landing"
    files = sorted(landing.glob("*/actions/*/*.json"), key=lambda each: each.name)
    return [Record.model_validate_json(each.read_bytes()) for each in files]


def in_atlas(read: Callable[[Provisioning], T]) -> T:
    """What Atlas itself has by now."""
    connection = load_settings().connection_for_actions(None)
    with new_client(connection, connection.usable_credentials()) as client:
        return read(Provisioning(client))
