"""How many requests a connection's last reading took, noted in its journal."""

from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote

from orchestration.landing.journal import JOURNAL, Landing, LandingClosed

ENTITY = "requests"


def note_requests(landing: Landing, org_id: str, count: int) -> None:
    """Note them; of a connection that was given up on, or on a full disk, nothing is noted."""
    with suppress(LandingClosed, OSError):
        landing.observe(ENTITY, org_id, [], {ENTITY: count})


def requests(landing_dir: Path) -> dict[str, int]:
    """Connection → requests of its last reading."""
    names = [unquote(each.parent.name) for each in landing_dir.glob(f"*/{JOURNAL}")]
    seen = {name: Landing(landing_dir, name).current(ENTITY).values() for name in names}
    return {
        name: sum(int(each.meta[ENTITY]) for each in found) for name, found in seen.items() if found
    }
