"""What names nothing is refused by its field: folded, it would name what is around it."""

import pytest

from orchestration.atlas import paths
from orchestration.atlas.errors import Refused
from tests.actions.cases import ROLES
from tests.actions.running import run

DOTS, ID, IS_ID = "must be a name", "a" * 24, "must be an id of 24 hex digits"
CLUSTER = "must be 1 to 64 letters, digits and hyphens"
AT = {"project": "shop", "cluster": "one"}
USER = {"project": "shop", "name": ".."}
RESTORE = {**AT, "snapshot_id": "latest", "target_cluster": "one"}
MISTAKES = [
    ("list_snapshots", {**AT, "project": ".."}, "project", DOTS),
    ("create_project", {"name": ".."}, "name", DOTS),
    ("delete_project", {"project": ".", "confirm": "."}, "project", DOTS),
    ("update_database_user", {**USER, "roles": ROLES}, "name", DOTS),
    ("delete_database_user", {**USER, "confirm": ".."}, "name", DOTS),
    ("list_snapshots", {**AT, "cluster": ".."}, "cluster", CLUSTER),
    ("get_backup_info", {**AT, "cluster": "."}, "cluster", CLUSTER),
    ("create_snapshot", {**AT, "cluster": "a/b"}, "cluster", CLUSTER),
    ("restore", {**RESTORE, "target_cluster": ".."}, "target_cluster", CLUSTER),
    ("restore", {**RESTORE, "target_project": ".."}, "target_project", DOTS),
    ("restore", {**RESTORE, "snapshot_id": "newest"}, "snapshot_id", IS_ID),
    ("describe_snapshot", {**AT, "snapshot_id": "shardedClusters"}, "snapshot_id", IS_ID),
    ("delete_snapshot", {**AT, "snapshot_id": "shardedClusters"}, "snapshot_id", IS_ID),
    ("delete_snapshot", {**AT, "snapshot_id": "latest", "confirm": "one"}, "snapshot_id", IS_ID),
    ("get_restore_status", {**AT, "job_id": ".."}, "job_id", IS_ID),
]


@pytest.mark.parametrize(("action", "values", "field", "said"), MISTAKES)
def test_it_is_refused_before_atlas_is_asked(action, values, field, said, atlas):
    before = len(atlas.control("requests"))
    refused = run(action, **values)
    assert refused.outcome == "refused"
    assert f"{action}: {field} {said}" in refused.error
    assert [
        each["path"] for each in atlas.control("requests")[before:] if "api" in each["path"]
    ] == []


@pytest.mark.parametrize("part", ["", ".", ".."])
def test_no_path_has_such_a_part(part):
    with pytest.raises(Refused, match="Atlas cannot be asked for anything named"):
        paths.segment(part)


@pytest.mark.parametrize("part", ["...", ".a", "a..", "10.0.0.0/8"])
def test_other_dots_are_part_of_a_name(part):
    assert "/" not in paths.segment(part)


def test_the_case_of_an_id_means_nothing(stage):
    values = stage.snapshot()
    again = {**values, "snapshot_id": values["snapshot_id"].upper()}
    assert run("describe_snapshot", **again).result.id == values["snapshot_id"]
