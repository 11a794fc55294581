"""Can this key read what we need? Asked of Atlas itself, answered in one sentence."""

from orchestration.atlas import records
from orchestration.atlas.billing import Billing
from orchestration.atlas.errors import AtlasError
from orchestration.resources.atlas import connect
from orchestration.settings import Connection


def can_read_costs(connection: Connection) -> tuple[bool, str]:
    """Whether the invoices can be listed, and the sentence that says so or why not."""
    try:
        with connect(connection) as client:
            found = records.invoices(Billing(client, connection.org_id).list_invoices())
    except AtlasError as error:
        return False, f"costs cannot be read. {error}"
    return True, f"costs can be read ({len(found)} invoices of organization {connection.org_id})."
