"""What an action works with: Atlas, the clock, prices, what was done before."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol, TypeVar

from pydantic import SecretStr

from orchestration.actions.model import MonthlyCost, Record
from orchestration.actions.pricing.shapes import Shape
from orchestration.atlas.backups import Backups
from orchestration.atlas.client import AtlasClient
from orchestration.atlas.errors import AtlasError, NotFound
from orchestration.atlas.inventory import Inventory
from orchestration.atlas.provisioning import Provisioning

T = TypeVar("T")


class Prices(Protocol):
    """What clusters cost."""

    def of(self, before: Shape | None, after: Shape | None) -> MonthlyCost | None:
        """The monthly cost of a change of shape; None where no price is known."""


class History(Protocol):
    """What actions did before."""

    def runs(self, action: str, connection: str, what: dict[str, object]) -> Iterator[Record]:
        """The runs that asked for the same and were no dry ones, newest first."""


@dataclass(frozen=True)
class Waiting:
    """How often Atlas is asked whether it is done: soon at first, then ever more rarely.

    Atlas's own command line asks every 4 s; a cluster takes ten minutes, a restore may take hours.

    Attributes:
        gone_after_s: How long neither Atlas's single read nor its list may know of something before
            it counts as gone.
        outvoted_after_s: How long a list may show what Atlas has deleted for us and its own read no
            longer knows.
        deletion_shows_s: How long reads may lag behind Atlas's yes to a deletion.
    """

    first_s: float = 2.0
    growth: float = 1.3
    longest_s: float = 30.0
    gone_after_s: float = 20.0
    outvoted_after_s: float = 30.0
    deletion_shows_s: float = 10.0


@dataclass(frozen=True)
class Context:
    """What one run of an action works with.

    Attributes:
        password: The secret a variable names; raises Refusal where it is not set.
        say: Tells a person how far it is.
        config_dir: Where the files lie that an operator writes.
        keep: Keeps the record of an action that another one runs.
        requested_by: Who runs them, as such a record says it.
    """

    connection: str
    org_id: str
    client: AtlasClient
    password: Callable[[str], SecretStr]
    history: History
    prices: Prices
    required_tags: tuple[str, ...] = ()
    waiting: Waiting = field(default_factory=Waiting)
    say: Callable[[str], None] = lambda _: None
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    config_dir: Path = Path("config")
    keep: Callable[[Record], None] = lambda _: None
    requested_by: str = ""

    @property
    def atlas(self) -> Provisioning:
        """Projects, clusters, users, access lists."""
        return Provisioning(self.client)

    @property
    def backups(self) -> Backups:
        """Snapshots and restores."""
        return Backups(self.client)

    @property
    def inventory(self) -> Inventory:
        """What is there."""
        return Inventory(self.client)


def found(read: Callable[[], T]) -> T | None:
    """What a read brings, or None after 404; whatever else went wrong is an error."""
    try:
        return read()
    except NotFound:
        return None


def listed(read: Callable[[], list[T]]) -> list[T]:
    """What a list holds; none after 404, which Atlas answers where there is no such list."""
    try:
        return read()
    except NotFound:
        return []


def was_unheard(error: AtlasError) -> bool:
    """Whether Atlas may have acted on a request although it did not say so."""
    return error.was_sent and (error.status is None or error.status >= 500)
