"""What can be asked of a database user, what contradicts itself, and what Atlas has of one."""

from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from orchestration.actions.configs import (
    ChangingConfig,
    Confirm,
    Instant,
    Project,
    Text,
    Variable,
)
from orchestration.actions.model import Typed

ADMIN, EXTERNAL = "admin", "$external"
PASSWORD: Final = "password"  # noqa: S105  a way to sign in
# These mean something only in a database of one's own; in admin they open nothing of yours.
OF_ONE_DATABASE = frozenset({"read", "readWrite", "dbAdmin"})
Authentication = Literal[
    "password",
    "x509_managed",
    "x509_customer",
    "aws_iam_user",
    "aws_iam_role",
    "ldap_user",
    "ldap_group",
    "oidc_user",
    "oidc_group",
]
# What Atlas calls each, and the database that users of that kind belong to.
KINDS: dict[str, tuple[str, str, str]] = {
    "x509_managed": ("x509Type", "MANAGED", EXTERNAL),
    "x509_customer": ("x509Type", "CUSTOMER", EXTERNAL),
    "aws_iam_user": ("awsIAMType", "USER", EXTERNAL),
    "aws_iam_role": ("awsIAMType", "ROLE", EXTERNAL),
    "ldap_user": ("ldapAuthType", "USER", EXTERNAL),
    "ldap_group": ("ldapAuthType", "GROUP", ADMIN),
    "oidc_user": ("oidcAuthType", "USER", EXTERNAL),
    "oidc_group": ("oidcAuthType", "IDP_GROUP", ADMIN),
}


class Role(BaseModel):
    """A role in one database, or in one collection of it."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, frozen=True)

    role: Text = Field(description="Built-in or custom role, such as readWrite.")
    database: str | None = Field(
        default=None, description="Its database; admin for roles over all databases."
    )
    collection: str | None = Field(default=None, description="One collection of it.")

    @model_validator(mode="after")
    def _names_its_database(self) -> "Role":
        if self.database is None and self.role in OF_ONE_DATABASE:
            raise ValueError(
                f"database is missing: {self.role} opens one database; name it (admin, if that "
                "is meant)"
            )
        return self


Roles = Annotated[list[Role], Field(min_length=1, description="[{role, database, collection}].")]
Scopes = Annotated[
    list[str], Field(description="Clusters the user may use; all of the project if [].")
]


class CreateDatabaseUser(ChangingConfig):
    """A database user."""

    project: Project
    name: Text = Field(description="User name.")
    password_env: Variable | None = Field(
        default=None, description="NAME of the variable that holds the password."
    )
    authentication: Authentication = Field(
        default=PASSWORD, description="How the user signs in to a database."
    )
    roles: Roles
    scopes: Scopes | None = Field(
        default=None, description="Clusters the user may use; all of the project if left out or []."
    )
    delete_after: Instant | None = Field(
        default=None,
        description="When Atlas removes the user again, with time zone; a week ahead at most.",
    )

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> "CreateDatabaseUser":
        if (self.authentication == PASSWORD) is (self.password_env is None):
            raise ValueError("password_env goes with authentication: password, and only with it")
        return self


class UpdateDatabaseUser(ChangingConfig):
    """A database user, changed in what is given."""

    project: Project
    name: Text = Field(description="User name.")
    authentication: Authentication = Field(default=PASSWORD, description="As it was made.")
    password_env: Variable | None = Field(
        default=None, description="NAME of the variable that holds a new password."
    )
    roles: Roles | None = Field(default=None, description="All roles it shall have.")
    scopes: Scopes | None = Field(default=None, description="All clusters it may use; [] is all.")
    delete_after: Instant | None = Field(default=None, description="When Atlas removes the user.")


class DeleteDatabaseUser(ChangingConfig):
    """A database user, deleted."""

    project: Project
    name: Text = Field(description="User name.")
    authentication: Authentication = Field(default=PASSWORD, description="As it was made.")
    confirm: Confirm = None


class UserDetails(Typed):
    """A database user as Atlas has it; Atlas never tells a password.

    Attributes:
        scopes: Clusters it may use …
        other_scopes: … and what else, as Atlas writes it: {name, type}.
    """

    name: str
    project_id: str
    database: str
    authentication: str = PASSWORD
    roles: tuple[Role, ...]
    scopes: tuple[str, ...] = ()
    other_scopes: tuple[dict[str, str], ...] = ()
    delete_after: str | None = None
