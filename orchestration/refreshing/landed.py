"""One organization read and landed, without the warehouse and its lock."""

from dataclasses import dataclass

from orchestration.extraction.selection import ENTITY
from orchestration.landing.journal import Landing
from orchestration.refreshing.folder import Landings
from orchestration.refreshing.reading import Reading
from orchestration.settings import Settings


@dataclass(frozen=True)
class Landed:
    """What is landed of an organization's bill, all that was read before included.

    Attributes:
        invoices: How many, those of linked organizations too.
        lines: Of all of them.
        cents: Of all lines.
        first_month: YYYY-MM of the oldest, or None.
    """

    invoices: int
    lines: int
    cents: int
    first_month: str | None


def read_organization(settings: Settings, name: str, from_month: str | None = None) -> Landed:
    """Read a connection's bill, FOCUS reports and inventory.

    Args:
        settings: Where to land it.
        name: The connection's.
        from_month: First month to read (YYYY-MM), or None for the settings' history.

    Raises:
        SettingsError: there is no such connection, or another process reads it.
        AtlasError: Atlas cannot be read; what was landed before that stays.
    """
    folder = Landings(settings)
    with Reading(settings, only=[name]) as reading:
        reading.require_alone(folder)
        reading.land(folder, from_month)
    return landed_of(folder.landing(name))


def landed_of(landing: Landing) -> Landed:
    """What is landed of a connection's bill now."""
    invoices = {
        each["id"]: each
        for seen in landing.current(ENTITY).values()
        for each in seen.meta.get(ENTITY, [])
    }.values()
    return Landed(
        invoices=len(invoices),
        lines=sum(each["line_items"] for each in invoices),
        cents=sum(each["cents"] for each in invoices),
        first_month=min((each["month"] for each in invoices), default=None),
    )
