"""Clusters: planned with their price, adopted where they match, changed by difference."""

from typing import Any

from orchestration.actions.clusters.autoscaling import Moved, size_refusals, without_moved
from orchestration.actions.clusters.bodies import FLAGS, changed_cluster, differences, new_cluster
from orchestration.actions.clusters.configs import (
    FLEX,
    REPLICA_SET,
    SETTINGS,
    CreateCluster,
    DeleteCluster,
    PauseCluster,
    UpdateCluster,
)
from orchestration.actions.clusters.entries import Entries, allow, entries_of
from orchestration.actions.clusters.offers import name_refusals, offer_refusals
from orchestration.actions.clusters.refusals import (
    disk_refusals,
    pause_refusals,
    price_warnings,
    setting_refusals,
    shape_warnings,
    update_refusals,
    update_warnings,
)
from orchestration.actions.clusters.replication_specs import as_atlas
from orchestration.actions.clusters.shards import shards_of, zone_changes
from orchestration.actions.clusters.state import (
    DELETING,
    IDLE,
    ClusterDetails,
    FoundCluster,
    Located,
    find_cluster,
    is_on_its_way_out,
    locate,
    wait_until_gone,
    wait_until_ready,
)
from orchestration.actions.clusters.upgrades import is_upgrade, upgrade
from orchestration.actions.context import Context, was_unheard
from orchestration.actions.model import Change, MonthlyCost, Note, Plan, Proposal
from orchestration.actions.pricing.shapes import DEDICATED, Shape, shape_of, shape_of_flex
from orchestration.actions.projects import ProjectRef, project_of
from orchestration.atlas.errors import AtlasError, NotFound

Document = dict[str, Any]
CONFLICT = 409
# Atlas answers this with 400, where other kinds of things get 409.
TAKEN = "DUPLICATE_CLUSTER_NAME"
ALREADY_DELETING = "CLUSTER_ALREADY_REQUESTED_DELETION"
PROTECTED = (
    "termination protection is on (Atlas would answer "
    "CANNOT_TERMINATE_CLUSTER_WHEN_TERMINATION_PROTECTION_ENABLED): update_cluster with "
    "termination_protection: false first"
)
ASLEEP = "It is paused, so nobody can connect: resume_cluster starts it."
RESUMED_AFTER = "Atlas resumes a paused cluster by itself after 30 days."
STILL_COSTS = (
    "Paused, it still costs its disks and the snapshots it keeps: the plan reckons all of the "
    "disks, and as many snapshots as while it ran."
)
MOVES_DATA = "Zones decide where data lives: Atlas moves what is in a shard that changes its own."
SNAPSHOTS_GO = "Its snapshots go with it."
SNAPSHOTS_STAY = "Its snapshots stay and go on costing until they expire or are deleted."


def create_cluster(context: Context, config: CreateCluster) -> Proposal:
    """Make it, or adopt the one of this name if it is as wanted; wait until one can connect."""
    project = project_of(context, config.project)
    wants_flex = config.instance_size == FLEX
    existing = find_cluster(context, project, config.name, as_flex=wants_flex, twice=False)
    entries = entries_of(context, project, config)
    if existing:
        return _adopt(Located(context, project, existing), config, entries)
    body = new_cluster(config)
    shape = _shape_of_new(body)
    cost = context.prices.of(None, shape)
    plan = Plan(
        summary=f"Create cluster {config.name} in project {project.name}.",
        changes=(*_told(body), *entries.missing),
        refusals=(
            *entries.refusals,
            *_missing_tags(context, config.tags or {}),
            *name_refusals(context, project, config.name),
            *offer_refusals(context, project, None, shape),
            *disk_refusals(body.get("replicationSpecs") or []),
            *setting_refusals(str(body.get("clusterType")), config),
        ),
        warnings=(*shape_warnings(None, shape, cost), *entries.warnings),
        monthly_cost=cost,
    )

    def apply(note: Note) -> ClusterDetails:
        at = Located(context, project, _create(context, config, project, body))
        note(at.ids)
        allow(at, config, entries)
        return wait_until_ready(at, config.wait_timeout_s).details()

    return Proposal(f"{project.name}/{config.name}", plan, apply)


def _shape_of_new(body: Document) -> Shape:
    return shape_of_flex(body) if "providerSettings" in body else shape_of(body)


def _told(body: Document) -> list[Change]:
    """What a new cluster will be, in the words of the config."""
    cluster = FoundCluster(body, "providerSettings" in body)
    told = cluster.details()
    fields = ["cluster_type"] if told.cluster_type != REPLICA_SET else []
    fields += ["instance_size", "regions", "nodes", "disk_gb", "backup_enabled", "pit_enabled"]
    fields += ["termination_protection", "tags"]
    sent = {ours for ours, atlas in FLAGS.items() if atlas in body}
    settings = [
        Change(field=ours, after=body[atlas]) for ours, atlas in SETTINGS.items() if atlas in body
    ]
    return [
        Change(field=each, after=getattr(told, each))
        for each in fields
        if getattr(told, each) or each in sent
    ] + settings


def _missing_tags(context: Context, tags: dict[str, str]) -> list[str]:
    missing = [each for each in context.required_tags if not tags.get(each, "").strip()]
    if not missing:
        return []
    return [f"tags lacks {', '.join(missing)}, which ATLAS_COSTS_REQUIRED_TAGS asks for"]


def _adopt(at: Located, config: CreateCluster, entries: Entries) -> Proposal:
    """It is there: as wanted, so that only waiting is left, or in conflict."""
    config, moved = without_moved(at.cluster, config)
    conflicts = [
        f"it exists with {each.field} {each.before}, not {each.after}: update_cluster changes it"
        for each in differences(at.cluster, config)
    ]
    if at.cluster.state == DELETING:
        conflicts = ["it exists and is being deleted: wait until it is gone"]
    plan = Plan(
        summary=f"Cluster {config.name} exists already in project {at.project.name}.",
        changes=entries.missing,
        refusals=(*entries.refusals, *conflicts, *moved.refusals),
        warnings=(
            *moved.notes,
            *((ASLEEP,) if at.cluster.is_paused else ()),
            *entries.warnings,
        ),
    )

    def apply(note: Note) -> ClusterDetails:
        note(at.ids)
        allow(at, config, entries)
        return wait_until_ready(at, config.wait_timeout_s).details()

    is_done = at.cluster.is_ready and not entries.missing
    return at.proposal(plan, None if is_done else apply, is_adopted=True)


def _create(
    context: Context, config: CreateCluster, project: ProjectRef, body: Document
) -> FoundCluster:
    """Make it; where Atlas did not say whether it did, look."""
    is_flex = config.instance_size == FLEX
    create = context.atlas.create_flex_cluster if is_flex else context.atlas.create_cluster
    try:
        return FoundCluster(create(project.id, body), is_flex)
    except AtlasError as error:
        is_taken = error.status == CONFLICT or error.error_code == TAKEN
        if not is_taken and not was_unheard(error):
            raise
        existing = find_cluster(context, project, config.name, as_flex=is_flex)
        if existing is None or differences(existing, config):
            raise
        return existing


def update_cluster(context: Context, config: UpdateCluster) -> Proposal:
    """Change what differs, and nothing else."""
    at = locate(context, config.project, config.name)
    if is_upgrade(at.cluster, config):
        tags = [] if config.tags is None else _missing_tags(context, config.tags)
        return upgrade(at, config, tags)
    config, moved = without_moved(at.cluster, config)
    changes = differences(at.cluster, config)
    entries = entries_of(context, at.project, config)
    if not changes and not entries.missing:
        return _finish(at, config, entries, moved)
    body = changed_cluster(at.cluster, config, changes) if changes else {}
    cost = _cost_of_change(at, body)
    warnings = [*moved.notes, *update_warnings(at.cluster, config, changes)]
    if not at.cluster.is_flex:
        warnings += shape_warnings(at.cluster.shape, _shape_after(at, body), cost)
    refusals = [*moved.refusals, *update_refusals(at.cluster, config, changes)]
    if specs := body.get("replicationSpecs"):
        refusals += size_refusals(specs)
        refusals += disk_refusals(specs, shards_of(at.cluster.document))
        refusals += offer_refusals(context, at.project, at.cluster.shape, _shape_after(at, body))
    refusals += [] if config.tags is None else _missing_tags(context, config.tags)
    moves = zone_changes(at.cluster.document, as_atlas(config.replication_specs or []))
    plan = Plan(
        summary=f"Change cluster {config.name} in project {at.project.name}.",
        changes=(*changes, *moves, *entries.missing),
        refusals=(*entries.refusals, *refusals),
        warnings=(*warnings, *((MOVES_DATA,) if moves else ()), *entries.warnings),
        confirm=config.name if moves else None,
        monthly_cost=cost,
    )

    def apply(note: Note) -> ClusterDetails:
        note(at.ids)
        allow(at, config, entries)
        if body:
            _patch(at, body)
        return wait_until_ready(at, config.wait_timeout_s).details()

    return at.proposal(plan, apply)


def _cost_of_change(at: Located, body: Document) -> MonthlyCost | None:
    before = at.cluster.shape
    if at.cluster.is_flex:
        return None
    after = _shape_after(at, body)
    return at.context.prices.of(before, after) if after != before else None


def _shape_after(at: Located, body: Document) -> Shape:
    return shape_of({**at.cluster.document, **body})


def _finish(at: Located, config: UpdateCluster, entries: Entries, moved: Moved) -> Proposal:
    """Nothing to change; an earlier change may still be under way."""
    plan = Plan(
        summary=f"Cluster {config.name} is as wanted.",
        refusals=(*entries.refusals, *moved.refusals),
        warnings=(*moved.notes, *entries.warnings),
    )
    if at.cluster.is_ready or at.cluster.is_paused:
        return at.proposal(plan)

    def apply(note: Note) -> ClusterDetails:
        note(at.ids)
        return wait_until_ready(at, config.wait_timeout_s).details()

    return at.proposal(plan, apply)


def _patch(at: Located, body: Document) -> None:
    atlas = at.context.atlas
    change = atlas.update_flex_cluster if at.cluster.is_flex else atlas.update_cluster
    change(at.project.id, at.cluster.name, body)


def pause_cluster(context: Context, config: PauseCluster) -> Proposal:
    """Stop its servers; its disks and backups go on costing."""
    return _pause(context, config, paused=True)


def resume_cluster(context: Context, config: PauseCluster) -> Proposal:
    """Start its servers again."""
    return _pause(context, config, paused=False)


def _pause(context: Context, config: PauseCluster, *, paused: bool) -> Proposal:
    at = locate(context, config.project, config.name)
    is_there = at.cluster.is_paused == paused
    refusals = pause_refusals(at.cluster)

    def apply(note: Note) -> ClusterDetails:
        note(at.ids)
        if not is_there:
            _patch(at, {"paused": paused})
        return wait_until_ready(at, config.wait_timeout_s, paused=paused).details()

    if is_there:
        state = "paused" if paused else "running"
        plan = Plan(summary=f"Cluster {config.name} is {state} already.", refusals=refusals)
        is_done = at.cluster.state == IDLE if paused else at.cluster.is_ready
        return at.proposal(plan, None if is_done else apply)
    before, after = at.cluster.shape, at.cluster.shape.pausing(paused=paused)
    cost = None if refusals else context.prices.of(before, after)
    plan = Plan(
        summary=f"{'Pause' if paused else 'Resume'} cluster {at.label}.",
        changes=(Change(field="paused", before=not paused, after=paused),),
        refusals=refusals,
        warnings=(*((RESUMED_AFTER, STILL_COSTS) if paused else ()), *price_warnings(after, cost)),
        monthly_cost=cost,
    )
    return at.proposal(plan, apply)


def delete_cluster(context: Context, config: DeleteCluster) -> Proposal:
    """Delete it and wait until it is gone."""
    project = project_of(context, config.project)
    cluster = find_cluster(context, project, config.name)
    if cluster is None:
        summary = f"Cluster {config.name} does not exist in project {project.name}: nothing to do."
        target, ids = f"{project.name}/{config.name}", {"project_id": project.id}
        return Proposal(target, Plan(summary=summary), atlas_ids=ids)
    at = Located(context, project, cluster)
    keeps = config.retain_backups and cluster.kind == DEDICATED
    fate = SNAPSHOTS_STAY if keeps else SNAPSHOTS_GO
    cost = context.prices.of(cluster.shape, None)
    plan = Plan(
        summary=f"Delete cluster {at.label} with all its data.",
        changes=(Change(field="cluster", before=config.name),),
        refusals=(PROTECTED,) if cluster.is_protected else (),
        warnings=(fate, *price_warnings(cluster.shape, cost)) if cluster.kind == DEDICATED else (),
        confirm=config.name,
        monthly_cost=cost,
    )

    def apply(note: Note) -> ClusterDetails:
        note(at.ids)
        if cluster.state != DELETING:  # else an earlier run asked for it
            _delete(at, keeps=keeps)
        wait_until_gone(at, config.wait_timeout_s)
        return cluster.details()

    return at.proposal(plan, apply)


def _delete(at: Located, *, keeps: bool) -> None:
    atlas = at.context.atlas
    try:
        if at.cluster.is_flex:
            atlas.delete_flex_cluster(at.project.id, at.cluster.name)
        else:
            atlas.delete_cluster(at.project.id, at.cluster.name, retain_backups=keeps)
    except AtlasError as error:
        # asked for before, or gone already: what is wanted is on its way
        is_on_its_way = error.error_code == ALREADY_DELETING or isinstance(error, NotFound)
        if not is_on_its_way and not (was_unheard(error) and is_on_its_way_out(at)):
            raise
