"""The credentials of an organization, what they may do, and how Atlas lists them."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sandbox.estate.inventory import API, link
from sandbox.estate.organization import Organization
from sandbox.identity import digest, letters, object_id, secret_uuid
from sandbox.months import instant

OWNER = ("ORG_OWNER",)
# Roles of an organization that open none of its projects.
OUTSIDERS = {"ORG_GROUP_CREATOR", "ORG_MEMBER"}
AGE_DAYS = 30
SECRET_DAYS = 365
SETTINGS = {"roles", "secret_expires_in_days", "age_days", "ip_allowed", "org_id", "key"}
# Service accounts of an organization hold no roles in projects.
ACCOUNT_ROLES = "ORG_"
Document = dict[str, Any]


@dataclass(slots=True)
class Key:
    """One API key and one service account of an organization; both have the same roles.

    A role that begins with GROUP_ is held in every project; whoever makes a project is its owner,
    and `owned` are those. `born` is the day both were made,
    `secret_ends` the first day on which the service account's secret is refused.
    """

    public_key: str
    private_key: str
    client_id: str
    client_secret: str
    born: date
    secret_ends: date
    roles: tuple[str, ...] = OWNER
    ip_allowed: bool = True
    owned: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, today: date, *parts: object) -> "Key":
        """The same secrets for the same parts; made a month ago, good for a year."""
        return cls(
            public_key=letters(8, *parts, "public"),
            private_key=secret_uuid(*parts, "private"),
            client_id=f"mdb_sa_id_{object_id(*parts, 'client')}",
            client_secret=f"mdb_sa_sk_{digest(*parts, 'secret')[:40]}",
            born=today - timedelta(days=AGE_DAYS),
            secret_ends=today + timedelta(days=SECRET_DAYS),
        )

    @property
    def key_id(self) -> str:
        """An ObjectId: its first four bytes are the second the key was made, in Atlas as here."""
        made = datetime(self.born.year, self.born.month, self.born.day, 9, tzinfo=UTC)
        return f"{int(made.timestamp()):08x}{digest(self.public_key)[:16]}"

    def roles_in(self, group_id: str | None) -> tuple[str, ...]:
        """The roles it has in a project."""
        return (*self.roles, *(("GROUP_OWNER",) if group_id in self.owned else ()))

    def sees(self, group_id: str) -> bool:
        """Whether a project is there for it: one that may only make projects sees those it made."""
        return group_id in self.owned or not OUTSIDERS.issuperset(self.roles)

    def configure(self, settings: Document, today: date) -> None:
        """Change what POST /sandbox/keys names; ValueError for what it does not know."""
        if unknown := set(settings) - SETTINGS:
            raise ValueError(
                f"unknown field {min(unknown)!r}: one of {', '.join(sorted(SETTINGS))}"
            )
        self.roles = tuple(settings.get("roles", self.roles))
        self.ip_allowed = bool(settings.get("ip_allowed", self.ip_allowed))
        if "age_days" in settings:
            self.born = today - timedelta(days=int(settings["age_days"]))
        if "secret_expires_in_days" in settings:
            self.secret_ends = today + timedelta(days=int(settings["secret_expires_in_days"]))

    def document(self) -> Document:
        """What GET /sandbox/keys answers with: no secrets."""
        return {
            "public_key": self.public_key,
            "client_id": self.client_id,
            "roles": list(self.roles),
            "born": self.born.isoformat(),
            "secret_ends": self.secret_ends.isoformat(),
            "ip_allowed": self.ip_allowed,
        }


def secrets_of(key: Key) -> dict[str, str]:
    """What signs in, by the names that the sandbox's own settings have."""
    names = ("public_key", "private_key", "client_id", "client_secret")
    return {name: getattr(key, name) for name in names}


def role_assignments(key: Key, org: Organization, today: date) -> list[Document]:
    """CloudAccessRoleAssignment: each role with the organization or the project it is held in."""
    found: list[Document] = [
        {"groupId": held.id, "roleName": "GROUP_OWNER"}
        for held, _ in org.living(today)
        if held.id in key.owned
    ]
    for role in key.roles:
        if role.startswith(ACCOUNT_ROLES):
            found.append({"orgId": org.id, "roleName": role})
        else:
            found += [{"groupId": held.id, "roleName": role} for held, _ in org.living(today)]
    return found


def api_key_document(key: Key, org: Organization, base: str, today: date) -> Document:
    """ApiKeyUserDetails; the private key is shown by its last part only."""
    return {
        "desc": "costs",
        "id": key.key_id,
        "links": [link(f"{base}{API}/orgs/{org.id}/apiKeys/{key.key_id}")],
        "privateKey": f"********-****-****-{key.private_key[-12:]}",
        "publicKey": key.public_key,
        "roles": role_assignments(key, org, today),
    }


def service_account_document(key: Key) -> Document:
    """OrgServiceAccount."""
    return {
        "clientId": key.client_id,
        "createdAt": instant(key.born, 9 * 3600),
        "description": "Reads costs",
        "name": "costs",
        "roles": [role for role in key.roles if role.startswith(ACCOUNT_ROLES)],
        "secrets": [
            {
                "createdAt": instant(key.born, 9 * 3600),
                "expiresAt": instant(key.secret_ends),
                "id": object_id(key.client_id, "secret"),
                "lastUsedAt": None,
                "maskedSecretValue": f"mdb_sa_sk_********{key.client_secret[-4:]}",
            }
        ],
    }
