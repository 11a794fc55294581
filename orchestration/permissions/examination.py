"""One key, tried on one organization: a question for each capability, as few as will tell.

An answer may name what a later question needs (a project, a cluster), and a key that is wrong as a
whole is not asked about again.
"""

from datetime import UTC, datetime
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

from orchestration.atlas import paths
from orchestration.atlas.client import AtlasClient
from orchestration.atlas.errors import AtlasError
from orchestration.atlas.responses import results
from orchestration.atlas.tenants import is_tenant
from orchestration.config.connections import ApiKey, ServiceAccount
from orchestration.entities import RETIRING
from orchestration.permissions.capabilities import Capability
from orchestration.permissions.keys import KeyFacts, facts
from orchestration.status import MISSING_ROLE

OK, NOTHING = "ok", "not testable"
WRONG_ORG, UNREACHABLE, RATE_LIMITED = "wrong org", "unreachable", "rate limited"
WHOLE_KEY = frozenset(
    {"bad key", WRONG_ORG, "IP not allowed", UNREACHABLE, "not trusted", "clock skew"}
)
"""Causes that every further question would meet too, so none is asked."""
STATUS_OF = {
    "malformed": UNREACHABLE,
    "stopped": UNREACHABLE,
    "not found": NOTHING,
    "refused": NOTHING,
}
"""What AtlasError.cause means here, where it is not a status itself: what Atlas refuses for its
own sake (a cluster without search nodes) says nothing about the key."""
# Enough to meet a cluster or a stream workspace without asking every project of a large one.
PROJECTS_TRIED = 5
NAMES = {
    "listOrgInvoices": "invoice",
    "getOrgGroups": "project",
    "listGroupClusters": "cluster",
    "listGroupStreamWorkspaces": "workspace",
}
"""Operations whose answers name what other paths begin with."""

Finding = tuple[str, str]
"""A status and what was said."""


class Examination:
    """What was asked of Atlas with one key, and what the answers named."""

    def __init__(
        self, client: AtlasClient, org_id: str, credentials: ApiKey | ServiceAccount
    ) -> None:
        self._client, self._org_id, self._credentials = client, org_id, credentials
        self._paths: dict[str, list[str]] = {"org": [paths.organization(org_id)]}
        self._sources: dict[str, Finding] = {}
        self._documents: dict[str, Any] = {}
        self._same_for_all: Finding | None = None

    @property
    def is_hopeless(self) -> bool:
        """Whether the key is wrong as a whole."""
        return self._same_for_all is not None

    @cached_property
    def key(self) -> KeyFacts:
        """What Atlas says of the key; asked once."""
        return facts(self._client, self._org_id, self._credentials, datetime.now(UTC))

    def find(self, capability: Capability) -> Finding:
        """Try one capability: a status of the matrix, and the sentence to it."""
        status, detail = self._same_for_all or self._tried(capability)
        self._sources[capability.probe.operation] = status, detail
        if status in WHOLE_KEY:
            self._same_for_all = status, detail
        elif capability.grants and status != RATE_LIMITED:
            return self._by_roles(capability, status, detail)
        return status, detail

    def _tried(self, capability: Capability) -> Finding:
        needed = _placeholder(capability.probe.path)
        if needed and not self._paths.get(needed):
            return self._untried(needed)
        try:
            return OK, self._ask(capability, needed)
        except AtlasError as error:
            return self._failure(capability, error)

    def _untried(self, needed: str) -> Finding:
        """What is not asked for want of a path shares the fate of what would have named it."""
        source = next((key for key, value in NAMES.items() if value == needed), "")
        status, _ = self._sources.get(source, (OK, ""))
        if status in {OK, NOTHING}:
            return NOTHING, f"There is no {needed} to try it on."
        return status, f"Not asked, because no {needed} can be listed."

    def _ask(self, capability: Capability, needed: str | None) -> str:
        """Ask, in one project after another until one has something; the detail to show."""
        said = ""
        named = NAMES.get(capability.probe.operation)
        for prefix in self._paths[needed][:PROJECTS_TRIED] if needed else [""]:
            document = self._document(
                capability, capability.probe.path.replace(f"{{{needed}}}", prefix)
            )
            said = said or _counted(document, capability.name)
            if named is None:
                break
            if found := _paths(capability.probe.operation, prefix, document):
                self._paths.setdefault(named, found)
                break
        return said

    def _document(self, capability: Capability, path: str) -> Any:  # noqa: ANN401  JSON
        if path not in self._documents:
            bare, _, query = path.partition("?")
            params = dict(parse_qsl(query))
            if capability.probe.items:
                params["itemsPerPage"] = str(capability.probe.items)
            self._documents[path] = self._client.get(
                bare, version=capability.probe.version, what=capability.name, params=params
            ).document
        return self._documents[path]

    def _failure(self, capability: Capability, error: AtlasError) -> Finding:
        detail, cause = str(error).removesuffix(error.remedy).strip(), error.cause
        of_the_org = _placeholder(capability.probe.path) == "org"
        if of_the_org and cause in {MISSING_ROLE, "not found", WRONG_ORG}:
            return self._of_which_organization(cause, detail)
        if cause == "retired" and RETIRING.issuperset(capability.entities):
            return NOTHING, detail
        return STATUS_OF.get(cause, cause), detail

    def _of_which_organization(self, cause: str, detail: str) -> Finding:
        """Atlas answers alike for another organization and for a missing role; listOrgs tells."""
        try:
            document = self._client.get(
                "/orgs", version="2023-01-01", what="organizations"
            ).document
        except AtlasError:
            return (MISSING_ROLE if cause == MISSING_ROLE else WRONG_ORG), detail
        own = [str(each.get("id")) for each in results(document) if isinstance(each, dict)]
        if self._org_id in own:
            return MISSING_ROLE, detail
        belongs = f"This key belongs to organization {', '.join(own)}." if own else ""
        return WRONG_ORG, f"{detail} {belongs}".strip()

    def _by_roles(self, capability: Capability, status: str, detail: str) -> Finding:
        """What reading cannot tell, such as whether a key may create, its own roles do."""
        if self.key.roles is None:
            return self._without_roles(capability, status, detail)
        held = ", ".join(sorted(self.key.roles)) or "none"
        if self.key.roles & set(capability.grants.split()):
            return OK, f"Roles: {held}."
        if self.key.sees_project_roles or not capability.role.startswith("Project"):
            return MISSING_ROLE, f"Roles: {held}."
        return NOTHING, (
            f"Organization roles: {held}; a service account's roles in projects show only when an "
            "action runs."
        )

    @staticmethod
    def _without_roles(capability: Capability, status: str, detail: str) -> Finding:
        if status == OK and capability.kind == "action":
            return NOTHING, "The key may not read its own roles; only running the action tells."
        return status, detail


def _paths(operation: str, prefix: str, document: object) -> list[str]:
    found = [each for each in results(document) if isinstance(each, dict)]
    if operation == "listOrgInvoices":
        return [f"{prefix}/invoices/{_segment(each['id'])}" for each in found if "id" in each]
    if operation == "getOrgGroups":
        full_first = sorted(found, key=lambda each: -int(each.get("clusterCount") or 0))
        return [paths.project(str(each["id"])) for each in full_first if "id" in each]
    if operation == "listGroupClusters":
        paid = sorted((each for each in found if not is_tenant(each)), key=_is_sharded)
        return [f"{prefix}/clusters/{_segment(each['name'])}" for each in paid if "name" in each]
    return [f"{prefix}/streams/{_segment(each['name'])}" for each in found if "name" in each][:1]


def _is_sharded(cluster: dict[str, Any]) -> bool:
    return cluster.get("clusterType") != "REPLICASET"


def _counted(document: object, name: str) -> str:
    """How many there are, where Atlas says so."""
    total = document.get("totalCount") if isinstance(document, dict) else None
    return f"{total} {name}" if isinstance(total, int) else ""


def _placeholder(path: str) -> str | None:
    return path[1 : path.index("}")] if path.startswith("{") else None


def _segment(value: object) -> str:
    return paths.segment(str(value))
