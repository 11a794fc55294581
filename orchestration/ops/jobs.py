"""One op and one job for each action, all made alike from its config and its proposal."""

from datetime import UTC, datetime
from typing import Any

import dagster as dg

from orchestration.actions.model import Record
from orchestration.actions.registry import ACTIONS, Action
from orchestration.ops.config_schema import config_schema
from orchestration.ops.lateness import why_late
from orchestration.resources.actor import ActorResource
from orchestration.resources.process import mark_run

# Runs of actions have a limit of their own in Dagster's queue.
KIND_TAG, ACTION = "atlas_costs/kind", "action"
SCHEDULE_TAG = "dagster/schedule_name"


def op_of(action: Action) -> dg.OpDefinition:
    """The op of an action; it returns the record, and fails where the action did."""

    @dg.op(
        name=action.name,
        description=action.description,
        config_schema=config_schema(action.config),
        out=dg.Out(Record, is_required=False, description="The typed record of this run."),
        tags={"kind": "action", "changes": "yes" if action.changes_atlas else "no"},
    )
    def run(context: dg.OpExecutionContext, actor: ActorResource) -> Any:  # noqa: ANN401  Dagster's generator
        mark_run(context.instance, context.run)
        if late := why_late(context.run.tags, datetime.now(UTC)):
            raise dg.Failure(late, allow_retries=False)
        record = actor.run(action.name, dict(context.op_config), _by(context))
        metadata = _metadata(record)
        if not record.is_good:
            raise dg.Failure(record.error, metadata=metadata, allow_retries=False)
        context.log.info("%s: %s", record.outcome, record.plan.summary if record.plan else "")
        yield dg.Output(record, metadata=metadata)

    return run


def _by(context: dg.OpExecutionContext) -> str:
    tags = context.run.tags
    if name := tags.get(SCHEDULE_TAG):
        return f"schedule {name}"
    return tags.get("by", "launchpad")


def _metadata(record: Record) -> dict[str, Any]:
    document = record.model_dump(mode="json")
    return {
        "outcome": record.outcome,
        "target": record.target,
        "plan": dg.MetadataValue.json(document["plan"]),
        "atlas_ids": dg.MetadataValue.json(document["atlas_ids"]),
        "result": dg.MetadataValue.json(document["result"]),
        "record": record.id,
    }


def job_of(action: Action) -> dg.JobDefinition:
    """The job of an action: its op alone, planned unless its config says otherwise."""
    run = op_of(action)

    @dg.job(
        name=f"{action.name}_job",
        description=action.description,
        # the record goes to landing; a copy on disk for no later step would be one too many
        resource_defs={"io_manager": dg.mem_io_manager, "actor": ActorResource()},
        executor_def=dg.in_process_executor,
        tags={KIND_TAG: ACTION},
    )
    def action_job() -> None:
        run()

    return action_job


JOBS = {name: job_of(action) for name, action in ACTIONS.items()}
