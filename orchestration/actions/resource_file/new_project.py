"""What would be done in a project that does not exist yet, without asking Atlas for it."""

from dataclasses import fields
from typing import NoReturn

from orchestration.actions.context import Context
from orchestration.atlas.client import AtlasClient
from orchestration.atlas.errors import NotFound
from orchestration.atlas.provisioning import Document, Provisioning


class _Nothing(Provisioning):
    """Every project is there and empty."""

    def __init__(self, client: AtlasClient, org_id: str) -> None:
        super().__init__(client)
        self._org_id = org_id

    def get_project_by_name(self, name: str) -> Document:
        return {"id": "", "name": name, "orgId": self._org_id}

    def list_entries(self, project_id: str) -> list[Document]:  # noqa: ARG002  as its base
        return []

    def list_offers(self, project_id: str, provider: str) -> list[Document]:  # noqa: ARG002
        return []

    def get_cluster(self, project_id: str, name: str) -> NoReturn:  # noqa: ARG002
        _not_there(name)

    def get_flex_cluster(self, project_id: str, name: str) -> NoReturn:  # noqa: ARG002
        _not_there(name)

    def list_users(self, project_id: str) -> list[Document]:  # noqa: ARG002
        return []

    def get_user(self, project_id: str, database: str, name: str) -> NoReturn:  # noqa: ARG002
        _not_there(name)


def _not_there(name: str) -> NoReturn:
    raise NotFound(f"{name} is in a project that does not exist yet.", status=404, was_sent=False)


class _InNewProject(Context):
    @property
    def atlas(self) -> Provisioning:
        return _Nothing(self.client, self.org_id)


def in_new_project(context: Context) -> Context:
    """The same context, for proposing what to make in a project that is still to be made."""
    return _InNewProject(**{each.name: getattr(context, each.name) for each in fields(context)})
