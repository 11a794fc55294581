"""Which models and tests a change of raw reaches, told from dbt's manifest."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

CHANGED = "int_changed_invoices"
# The table of raw that changes with any invoice's lines.
LINES = "stored_line_items"
# Left out of every build of ours: units are for whoever changes models.
ON_DEMAND = "on_demand"


@dataclass(frozen=True)
class Graph:
    """The nodes of a dbt manifest, by their unique ids."""

    manifest: Mapping[str, Any]

    def reached(self, tables: Collection[str], *, invoices_change: bool) -> set[str]:
        """Tables, seeds and tests whose rows may differ when these tables of raw do.

        A view stands already, and has no rows of its own; an ephemeral model is nowhere.
        Tables keyed by invoice are made again for invoices that change and for no others, so that
        where none does, what follows from them alone stays what it is.
        """
        sources = self.manifest["sources"].items()
        roots = [each for each, source in sources if source["identifier"] in tables]
        held = frozenset() if invoices_change else self.by_invoice()
        return {each for each in self._closure(roots, held, "child_map") if self._is_built(each)}

    def before_invoices_are_known(self, reached: Collection[str]) -> set[str]:
        """Of these, the models that tell which invoices change; none if they reach no invoice."""
        changed = self._id(CHANGED)
        if changed not in reached:
            return set()
        above = {changed, *self._closure([changed], frozenset(), "parent_map")}
        return {each for each in above & set(reached) if self._kind(each) == "model"}

    def names(self, nodes: Iterable[str]) -> list[str]:
        """What dbt's --select takes."""
        return sorted(self.manifest["nodes"][each]["name"] for each in nodes)

    def by_invoice(self) -> frozenset[str]:
        """Which invoices change, and the tables that are made again for those alone."""
        changed = self._id(CHANGED)
        parents = self.manifest["parent_map"]
        incremental = {
            each
            for each, node in self.manifest["nodes"].items()
            if node["config"].get("materialized") == "incremental" and changed in parents[each]
        }
        return frozenset({changed, *incremental})

    def _closure(self, roots: Iterable[str], without: frozenset[str], way: str) -> set[str]:
        found: set[str] = set()
        waiting = list(roots)
        while waiting:
            new = set(self.manifest[way].get(waiting.pop(), ())) - found - without
            found |= new
            waiting += new
        return found

    def _is_built(self, node: str) -> bool:
        if self._kind(node) not in {"model", "seed", "test"}:
            return False
        found = self.manifest["nodes"][node]
        has_rows = found["config"].get("materialized") not in {"view", "ephemeral"}
        return has_rows and ON_DEMAND not in found["tags"]

    def _id(self, model: str) -> str:
        return f"model.{self.manifest['metadata']['project_name']}.{model}"

    @staticmethod
    def _kind(node: str) -> str:
        return node.partition(".")[0]
