"""The allow-list of reporting dimensions: the only place where a name becomes SQL.

A value from the address bar selects an entry here or is refused; a tag's key, which Atlas's
users choose freely, is never an identifier but a bound value.
"""

from collections.abc import Callable
from dataclasses import dataclass

NONE = "(none)"
UNTAGGED = "(untagged)"
TAG_COLUMNS = {"current": "tags", "first_seen": "tags_first_seen"}
Bind = Callable[[object], str]


@dataclass(frozen=True)
class Dimension:
    """One way to cut costs: the column a reader sees and, where names repeat, the id beneath."""

    name: str
    label: str
    column: str
    id_column: str | None = None
    tag_key: str | None = None
    label_expression: str | None = None
    label_columns: tuple[str, ...] = ()
    list_expression: str | None = None

    @property
    def columns(self) -> frozenset[str]:
        """The columns a relation must have to answer for this dimension."""
        return frozenset(filter(None, (self.column, self.id_column, *self.label_columns)))

    def label_sql(self, bind: Bind) -> str:
        """The value as a reader sees it; never null."""
        if self.label_expression:
            return f"coalesce({self.label_expression}, '{NONE}')"
        if not self.has_values:
            return f"coalesce(nullif({self.column}::varchar, ''), '{NONE}')"
        values = self.values_sql(bind)
        # nearly every list has one value, and sorting it takes four times as long as taking it
        several = f"array_to_string(list_sort(list_distinct({values})), ', ')"
        values = f"if(len({values}) = 1, {values}[1], {several})"
        return f"coalesce(nullif({values}, ''), '{UNTAGGED if self.tag_key else NONE}')"

    @property
    def has_values(self) -> bool:
        """Whether one row may have several values."""
        return bool(self.tag_key or self.list_expression)

    def values_sql(self, bind: Bind) -> str:
        """The values of a row as a list; null where a tag key is absent."""
        if self.list_expression:
            return self.list_expression
        return f"{self.column}[{bind(self.tag_key)}]"

    def id_sql(self, bind: Bind) -> str:
        """What tells two groups of one name apart; never null."""
        if self.id_column is None:
            return self.label_sql(bind)
        return f"coalesce({self.id_column}, {self.column}, '{NONE}')"


# an invoice's id is 24 hexadecimal digits, of which the last are enough beside month and owner
_INVOICE = "concat_ws(' · ', strftime(invoice_month, '%b %Y'), org_name, right(invoice_id, 6))"
_COST_DIMENSIONS = (
    Dimension("service", "Service", "service"),
    Dimension("category", "Category", "category"),
    Dimension("project", "Project", "project_name", "project_id"),
    Dimension("resource", "Resource", "resource_name", "resource_id"),
    Dimension("region", "Region", "region"),
    Dimension("organization", "Organization", "org_name", "org_id"),
    Dimension("cloud_provider", "Cloud provider", "cloud_provider"),
    Dimension("instance_size", "Instance size", "instance_size"),
    Dimension("sku", "SKU", "sku"),
    Dimension("charge_type", "Charge type", "charge_type"),
    Dimension(
        "invoice",
        "Invoice",
        "invoice_id",
        "invoice_id",
        label_expression=_INVOICE,
        label_columns=("invoice_month", "org_name"),
    ),
    Dimension("cluster", "Cluster", "cluster_name"),
    Dimension("resource_type", "Resource type", "resource_type"),
    Dimension("connection", "Connection", "connection"),
)
COST_DIMENSIONS = {dimension.name: dimension for dimension in _COST_DIMENSIONS}

# Atlas calls a cluster that runs and waits for no change IDLE, which reads as unused.
STATE = "if(paused, 'paused', if(state = 'IDLE', 'running', lower(state)))"
_RESOURCE_DIMENSIONS = (
    Dimension("project", "Project", "project_name", "project_id"),
    Dimension("resource_type", "Type", "resource_type"),
    Dimension("region", "Region", "region"),
    Dimension("cloud_provider", "Cloud provider", "cloud_provider"),
    Dimension("state", "State", "state"),
    Dimension("listing_status", "Listing status", "listing_status"),
    Dimension("resource", "Resource", "resource_name", "resource_id"),
    Dimension("instance_size", "Instance size", "instance_size"),
)
RESOURCE_DIMENSIONS = {dimension.name: dimension for dimension in _RESOURCE_DIMENSIONS}


def told_apart(name: str, alike: str, id_column: str) -> str:
    """A name, with the end of its id where several have it.

    The id of what Atlas gives none begins with that of its project or cluster, and ends alike:
    search nodes have `<cluster>/search`.

    Args:
        name: The expression of the name.
        alike: What those that are compared have in common, as a window's partition.
        id_column: The expression of the id.
    """
    end = f"' · ' || right(split_part({id_column}, '/', 1), 6)"
    return f"{name} || if(count(distinct {id_column}) over (partition by {alike}) > 1, {end}, '')"


def find(name: str, registry: dict[str, Dimension], tags: str = "current") -> Dimension | None:
    """The dimension of that name, `tag:<key>` included, or None where it is not offered."""
    prefix, _, key = name.partition(":")
    if prefix == "tag" and key:
        return Dimension(name, f"Tag {key}", TAG_COLUMNS[tags], tag_key=key)
    return registry.get(name)


def label(name: str) -> str:
    """A dimension's heading."""
    found = find(name, COST_DIMENSIONS) or RESOURCE_DIMENSIONS.get(name)
    return found.label if found else name
