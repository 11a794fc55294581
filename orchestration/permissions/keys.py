"""What Atlas says about a key itself: its roles, its age, when its secret ends.

Nothing here is needed to read costs, so what a key may not ask about itself is simply not known.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from orchestration.atlas import paths
from orchestration.atlas.client import AtlasClient
from orchestration.atlas.errors import AtlasError
from orchestration.atlas.responses import results
from orchestration.config.connections import ApiKey, ServiceAccount

EXPIRING = timedelta(days=14)
OLD = timedelta(days=90)
BASIC, ACCOUNTS = "2023-01-01", "2024-08-05"
# Atlas began in 2016; an id that says otherwise was not made from a time.
FIRST_KEY = datetime(2016, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class KeyFacts:
    """What is known of a key.

    Attributes:
        roles: Role codes, of the organization and of projects; None if the key may not read them.
        warnings: Sentences about its age or end.
        sees_project_roles: Whether `roles` would name roles in single projects too.
        ends: When its secret ends, UTC, if that is soon or was.
    """

    roles: frozenset[str] | None = None
    warnings: tuple[str, ...] = ()
    sees_project_roles: bool = False
    ends: tuple[datetime, ...] = ()


def facts(
    client: AtlasClient, org_id: str, credentials: ApiKey | ServiceAccount, now: datetime
) -> KeyFacts:
    """Ask Atlas about the key in use; getSystemStatus, listOrgApiKeys, listOrgServiceAccounts.

    Args:
        client: Signed in with `credentials`.
        org_id: The organization the key belongs to.
        credentials: The key itself.
        now: UTC.
    """
    org = paths.organization(org_id)
    if isinstance(credentials, ApiKey):
        return _of_api_key(client, org, credentials.public_key, now)
    return _of_service_account(client, org, credentials, now)


def _of_api_key(client: AtlasClient, org: str, public_key: str, now: datetime) -> KeyFacts:
    found = _find(client, f"{org}/apiKeys", BASIC, "publicKey", public_key)
    if found is None:  # a key that may not list keys is still told about itself
        status = _read(client, "", BASIC, "the key's own roles")
        found = (status.get("apiKey") if isinstance(status, dict) else None) or {}
    roles, created = _role_names(found.get("roles")), _created(found, now)
    warnings: tuple[str, ...] = ()
    if created and now - created > OLD:
        days = (now - created).days
        warnings = (f"API key {public_key} is {days} days old: replace it with a new one.",)
    return KeyFacts(roles, warnings, sees_project_roles=True)


def _of_service_account(
    client: AtlasClient, org: str, account: ServiceAccount, now: datetime
) -> KeyFacts:
    listed = _find(client, f"{org}/serviceAccounts", ACCOUNTS, "clientId", account.client_id)
    if listed is None:
        return KeyFacts()
    secret = account.client_secret.get_secret_value()
    ends = tuple(_ends(_that_fit(listed.get("secrets") or [], secret), now))
    warnings = tuple(_warning(end, now) for end in ends)
    return KeyFacts(_role_names(listed.get("roles")), warnings, ends=ends)


def _read(client: AtlasClient, path: str, version: str, what: str) -> Any:  # noqa: ANN401  JSON
    try:
        return client.get(path, version=version, what=what).document
    except AtlasError:
        return None


def _find(
    client: AtlasClient, path: str, version: str, key: str, value: str
) -> dict[str, Any] | None:
    try:
        for page in client.pages(path, version=version, what="the organization's keys"):
            for each in results(page.document):
                if isinstance(each, dict) and each.get(key) == value:
                    return each
    except AtlasError:
        return None
    return None


def _role_names(roles: object) -> frozenset[str] | None:
    """Role codes of `["ORG_OWNER"]` and of `[{"orgId": …, "roleName": "ORG_OWNER"}]` alike."""
    if not isinstance(roles, list):
        return None
    names = (each.get("roleName") if isinstance(each, dict) else each for each in roles)
    return frozenset(str(each) for each in names if each)


def _created(key: dict[str, Any], now: datetime) -> datetime | None:
    """When a key was made: Atlas lists no date, but its id begins with the second it was made."""
    if said := _time(key.get("createdAt")):
        return said
    try:
        made = datetime.fromtimestamp(int(str(key.get("id"))[:8], 16), UTC)
    except ValueError:
        return None
    return made if FIRST_KEY <= made <= now else None


def _that_fit(secrets: list[Any], secret: str) -> list[dict[str, Any]]:
    """The secret in use where Atlas shows its last characters, else all of them."""
    listed = [each for each in secrets if isinstance(each, dict)]
    tails = [str(each.get("maskedSecretValue") or "").split("*")[-1] for each in listed]
    fitting = [
        each
        for each, tail in zip(listed, tails, strict=True)
        if "." not in tail and tail and secret.endswith(tail)
    ]
    return fitting or listed


def _ends(secrets: list[dict[str, Any]], now: datetime) -> Iterator[datetime]:
    for each in secrets:
        end = _time(each.get("expiresAt"))
        if end and end - now <= EXPIRING:
            yield end


def _warning(end: datetime, now: datetime) -> str:
    verb = "expired" if end <= now else "expires"
    return (
        f"A secret of this service account {verb} on {end:%Y-%m-%d}: create a new one in Atlas "
        "and run `atlas-costs connect`."
    )


def _time(value: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
