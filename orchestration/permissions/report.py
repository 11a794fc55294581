"""Which permissions do the keys have? Asked of Atlas itself by reading, never by changing anything.

Each connection is a row of cells, one for each capability; a cell that fails names its cause, what
is lost and the step that mends it.
"""

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

from orchestration.atlas.client import RetryPolicy
from orchestration.atlas.clock import clock_warning
from orchestration.config.credentials import NO_KEY_FOR_ACTIONS
from orchestration.extraction.clients import new_client
from orchestration.permissions.capabilities import ACTIONS, DOCUMENT, READS, Capability
from orchestration.permissions.examination import NOTHING, OK, Examination
from orchestration.settings import ApiKey, Connection, ServiceAccount, Settings
from orchestration.status import MISSING_ROLE

COMMERCIAL, GOVERNMENT = "https://cloud.mongodb.com", "https://cloud.mongodbgov.com"
# A person waits for the answer: one more try for a lost connection, no minute for a rate limit.
PATIENCE = RetryPolicy(attempts=2, initial_wait_s=0.5, jitter_s=0.2, longest_wait_s=5)
NOT_CONFIGURED = "not configured"
FIXES = {
    MISSING_ROLE: "Give the key the role {role}.",
    "bad key": "Copy the key again or create a new one, then run `atlas-costs connect`.",
    "wrong org": "Correct the organization id, or use a key of that organization.",
    "IP not allowed": "Add this machine's address to the key's API access list.",
    "rate limited": "Wait a minute and check again; other tools share this budget.",
    "unreachable": "Check the base URL, and that this machine may reach it.",
    "clock skew": "Correct this machine's clock.",
    "not trusted": "Set SSL_CERT_FILE to the certificate of your own authority, in PEM.",
    "retired": "Update atlas-costs: Atlas no longer answers the way this release asks.",
    NOT_CONFIGURED: "Set the variables that are named.",
}
"""What to do about each cause; its anchor in docs/connect.md is its name with dashes."""
NO_PROVISIONING = "No MONGODB_ATLAS_PROVISIONING_… variable is set; costs do not need it."
Credentials = ApiKey | ServiceAccount


@dataclass(frozen=True)
class Cell:
    """What one connection may do of one capability.

    Attributes:
        capability: Its name.
        kind: See capabilities.Kind.
        status: `ok`, a cause of FIXES, or `not testable`.
        detail: What Atlas said, or why nothing was asked.
        lost: What is missing without it; empty unless it failed.
        fix: The step that mends it; empty unless it failed.
        section: Where docs/connect.md says more; empty unless it failed.
    """

    capability: str
    kind: str
    status: str
    detail: str = ""
    lost: str = ""
    fix: str = ""
    section: str = ""

    @property
    def failed(self) -> bool:
        """Whether something is lost; actions that nobody set up are not."""
        return bool(self.lost)


@dataclass(frozen=True)
class ConnectionReport:
    """One row of the matrix."""

    name: str
    org_id: str
    cells: tuple[Cell, ...]
    warnings: tuple[str, ...] = ()

    @property
    def costs_readable(self) -> bool:
        """Whether invoices can be listed."""
        return self.cells[0].status == OK

    @property
    def sentence(self) -> str:
        """Whether costs can be read, and why not."""
        if self.costs_readable:
            return f"costs can be read ({self.cells[0].detail} of organization {self.org_id})."
        return f"costs cannot be read. {self.cells[0].detail}"

    def as_document(self) -> dict[str, Any]:
        """As `atlas-costs check --json` prints it."""
        return {
            "name": self.name,
            "org_id": self.org_id,
            "costs_readable": self.costs_readable,
            "cells": [asdict(each) for each in self.cells],
            "warnings": list(self.warnings),
        }


def examine_all(settings: Settings) -> list[ConnectionReport]:
    """Try every capability of every connection.

    Raises:
        SettingsError: there is no connection at all, or connections.yaml has a mistake.
    """
    acting = {each.name: each for each in settings.connections_for_actions()}
    began = time.time()

    def examined(connection: Connection) -> ConnectionReport:
        key = acting[connection.name]
        return examine(connection, key.credentials, key.problem, tokens_from=began)

    return [examined(each) for each in settings.connections()]


def examine(
    connection: Connection,
    provisioning: Credentials | None,
    no_provisioning: str | None = None,
    *,
    tokens_from: float | None = None,
) -> ConnectionReport:
    """Try every capability of one connection.

    Args:
        connection: The organization, with the key that reads costs.
        provisioning: Its key for actions, or None.
        no_provisioning: Why there is none, if somebody meant one to be.
        tokens_from: Access tokens made before are not used, in seconds since 1970; now unless
            given, because it is the secret that is tried. Connections that share an account share
            one new token: Atlas gives ten a minute.
    """
    since = time.time() if tokens_from is None else tokens_from
    connection = replace(connection, machine=replace(connection.machine, tokens_from=since))
    if connection.credentials is None:
        cells = [_cell(each, NOT_CONFIGURED, connection.problem or "") for each in READS]
        warnings: list[str] = []
    else:
        cells, warnings = _examine_key(connection, connection.credentials, READS)
    if provisioning is None:
        cells += [_without_key(each, no_provisioning) for each in ACTIONS]
    else:
        found, about_it = _examine_key(connection, provisioning, ACTIONS)
        cells += found
        warnings += [f"Key for actions: {each}" for each in about_it]
    warnings += _about_the_address(connection, cells[0])
    return ConnectionReport(connection.name, connection.org_id, tuple(cells), tuple(warnings))


def _examine_key(
    connection: Connection, credentials: Credentials, capabilities: tuple[Capability, ...]
) -> tuple[list[Cell], list[str]]:
    with new_client(connection, credentials, retries=PATIENCE) as client:
        asked = Examination(client, connection.org_id, credentials)
        cells = [_cell(each, *asked.find(each)) for each in capabilities]
        warnings = [] if asked.is_hopeless else [*asked.key.warnings, *client.sunsets.sentences]
        return cells, warnings


def _without_key(action: Capability, problem: str | None) -> Cell:
    """Nothing is lost where nobody set a key for actions up."""
    if problem in {None, NO_KEY_FOR_ACTIONS}:
        return Cell(action.name, action.kind, NOT_CONFIGURED, NO_PROVISIONING)
    return _cell(action, NOT_CONFIGURED, problem or "")


def _about_the_address(connection: Connection, invoices: Cell) -> Iterator[str]:
    if connection.base_url == COMMERCIAL and invoices.status in {"wrong org", "bad key"}:
        yield f"If the organization is in Atlas for Government, its base URL is {GOVERNMENT}."
    if invoices.status in {"unreachable", "not trusted", "clock skew", NOT_CONFIGURED}:
        return
    with new_client(connection, None, retries=PATIENCE) as client:
        if sentence := clock_warning(client):
            yield sentence


def _cell(capability: Capability, status: str, detail: str) -> Cell:
    name, kind = capability.name, capability.kind
    if status in {OK, NOTHING}:
        return Cell(name, kind, status, detail)
    anchor = capability.section if status == MISSING_ROLE else status.lower().replace(" ", "-")
    fix = FIXES[status].format(role=capability.role)
    return Cell(name, kind, status, detail, capability.lost, fix, f"{DOCUMENT}#{anchor}")
