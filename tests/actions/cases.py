"""Each action that changes Atlas, with a place to do it in: what it is told, and what it sends."""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox import RunningSandbox
from tests.actions.running import apply

PASSWORD = "CASE_USER_PASSWORD"
ROLES = [{"role": "readWrite", "database": "app"}]
Values = dict[str, Any]


@dataclass(frozen=True)
class Stage:
    """A project of a test's own."""

    sandbox: RunningSandbox
    project: str
    name: str

    def cluster(self, name: str = "one", **settings: Any) -> Values:
        """A cluster that is there; returns how actions name it."""
        made = apply("create_cluster", **new_cluster(self.project, name, **settings))
        assert made.is_good, made.error
        return {"project": self.project, "name": name}

    def snapshot(self, name: str = "one") -> Values:
        """A snapshot that is there; returns how backup actions name it."""
        self.cluster(name)
        at = {"project": self.project, "cluster": name}
        taken = apply("create_snapshot", **at, description="made before")
        assert taken.is_good, taken.error
        return {**at, "snapshot_id": taken.atlas_ids["snapshot_id"]}

    def user(self, **settings: Any) -> Values:
        """A user that is there."""
        values = new_user(self.project, **settings)
        assert apply("create_database_user", **values).is_good
        return {"project": self.project, "name": values["name"]}

    def writes(self) -> list[tuple[str, str]]:
        """What was sent to change Atlas since the last look: method, and path below the API."""
        sent = [
            (each["method"], each["path"].removeprefix("/api/atlas/v2"))
            for each in self.sandbox.control("requests")
            if each["method"] != "GET" and "/sandbox/" not in each["path"]
            # the first try of a signature that is asked for
            and each["status"] != 401 and each["path"].startswith("/api/atlas/v2")
        ]  # fmt: skip
        return [each for each in sent if self.project in each[1] or each[1] == "/groups"]


def new_cluster(project: str, name: str = "one", **settings: Any) -> Values:
    """The config of a small cluster."""
    usual = {"provider": "AWS", "region": "US_EAST_1", "instance_size": "M10"}
    return {"project": project, "name": name, **usual, **settings}


def new_user(project: str, **settings: Any) -> Values:
    """The config of a user with a password."""
    usual = {"name": "app", "password_env": PASSWORD, "roles": ROLES}
    return {"project": project, **usual, **settings}


@dataclass(frozen=True)
class Case:
    """One way to use an action that changes Atlas.

    Attributes:
        prepare: Makes what must be there and returns the config, `confirm` included.
        write: Method and end of the path of the one write it sends.
        again: The outcome of the same once more.
    """

    action: str
    prepare: Callable[[Stage], Values]
    write: tuple[str, str]
    again: str = "adopted"

    def sent_in(self, writes: list[tuple[str, str]]) -> int:
        """How often its write was sent."""
        method, end = self.write
        return sum(m == method and re.search(f"{end}$", path) is not None for m, path in writes)


def _project(stage: Stage) -> Values:
    return {"name": f"another-{secrets.token_hex(4)}", "tags": {"team": "shop"}}


def _update_project(stage: Stage) -> Values:
    return {"project": stage.project, "name": f"{stage.name}-renamed", "tags": {"team": "shop"}}


def _delete_project(stage: Stage) -> Values:
    return {"project": stage.project, "confirm": stage.name}


def _flex(stage: Stage) -> Values:
    return new_cluster(stage.project, "bendy", instance_size="FLEX")


def _free(stage: Stage) -> Values:
    return new_cluster(stage.project, "free", instance_size="M0")


def _grown(stage: Stage) -> Values:
    return {**stage.cluster(), "instance_size": "M20", "tags": {"env": "test"}}


def _tagged_flex(stage: Stage) -> Values:
    return {**stage.cluster("bendy", instance_size="FLEX"), "tags": {"env": "test"}}


def _paused(stage: Stage) -> Values:
    at = stage.cluster()
    assert apply("pause_cluster", **at).is_good
    return at


def _leaving(stage: Stage) -> Values:
    return {**stage.cluster(), "confirm": "one"}


def _leaving_flex(stage: Stage) -> Values:
    return {**stage.cluster("bendy", instance_size="FLEX"), "confirm": "bendy"}


def _odd_user(stage: Stage) -> Values:
    """A name that must be quoted in a path, on the other database."""
    odd = {"name": "CN=a/b c,O=ü", "authentication": "x509_customer", "password_env": None}
    return new_user(stage.project, **odd)


def _changed_user(stage: Stage) -> Values:
    return {**stage.user(), "roles": [{"role": "read", "database": "app"}], "scopes": ["one"]}


def _leaving_user(stage: Stage) -> Values:
    return {**stage.user(), "confirm": "app"}


def _entry(stage: Stage) -> Values:
    return {"project": stage.project, "entry": "10.1.0.0/16", "comment": "office"}


def _leaving_entry(stage: Stage) -> Values:
    assert apply("allow_ip", **_entry(stage)).is_good
    return {"project": stage.project, "entry": "10.1.0.0/16", "confirm": "10.1.0.0/16"}


def _snapshot(stage: Stage) -> Values:
    stage.cluster()
    return {"project": stage.project, "cluster": "one", "description": "before"}


def _leaving_snapshot(stage: Stage) -> Values:
    return {**stage.snapshot(), "confirm": "one"}


def _restore(stage: Stage) -> Values:
    at = stage.snapshot()
    stage.cluster("two")
    return {**at, "target_cluster": "two", "confirm": "two"}


CASES = {
    "create_project": Case("create_project", _project, ("POST", "/groups")),
    "update_project": Case("update_project", _update_project, ("PATCH", "/groups/\\w+"),
        "unchanged"),
    "delete_project": Case("delete_project", _delete_project, ("DELETE", "/groups/\\w+"),
        "unchanged"),
    "create_cluster": Case("create_cluster", lambda stage: new_cluster(stage.project),
        ("POST", "/clusters")),
    "create_flex_cluster": Case("create_cluster", _flex, ("POST", "/flexClusters")),
    "create_free_cluster": Case("create_cluster", _free, ("POST", "/clusters")),
    "update_cluster": Case("update_cluster", _grown, ("PATCH", "/clusters/one"), "unchanged"),
    "update_flex_cluster": Case("update_cluster", _tagged_flex, ("PATCH", "/flexClusters/bendy"),
        "unchanged"),
    "pause_cluster": Case("pause_cluster", Stage.cluster, ("PATCH", "/clusters/one"), "unchanged"),
    "resume_cluster": Case("resume_cluster", _paused, ("PATCH", "/clusters/one"), "unchanged"),
    "delete_cluster": Case("delete_cluster", _leaving, ("DELETE", "/clusters/one"), "unchanged"),
    "delete_flex_cluster": Case("delete_cluster", _leaving_flex, ("DELETE", "/flexClusters/bendy"),
        "unchanged"),
    "create_database_user": Case("create_database_user", lambda stage: new_user(stage.project),
        ("POST", "/databaseUsers")),
    "create_x509_user": Case("create_database_user", _odd_user, ("POST", "/databaseUsers")),
    "update_database_user": Case("update_database_user", _changed_user,
        ("PATCH", "/databaseUsers/admin/app"), "unchanged"),
    "delete_database_user": Case("delete_database_user", _leaving_user,
        ("DELETE", "/databaseUsers/admin/app"), "unchanged"),
    "allow_ip": Case("allow_ip", _entry, ("POST", "/accessList")),
    "remove_ip": Case("remove_ip", _leaving_entry, ("DELETE", "/accessList/10.1.0.0/16"),
        "unchanged"),
    "create_snapshot": Case("create_snapshot", _snapshot, ("POST", "/backup/snapshots")),
    "delete_snapshot": Case("delete_snapshot", _leaving_snapshot,
        ("DELETE", "/backup/snapshots/\\w+"), "unchanged"),
    "restore": Case("restore", _restore, ("POST", "/backup/restoreJobs")),
}  # fmt: skip
