"""What dbt does for each node of a build, once or not at all: 1.6 of 17 CPU seconds of a day.

It stands on classes that dbt does not promise; dbt-core is held below 1.12.
"""

from typing import Any

from dbt.context import macros
from dbt.context.macros import MacroNamespace
from dbt_common.events.base_types import BaseEvent, EventLevel
from dbt_common.events.event_manager import EventManager
from dbt_common.events.event_manager_client import ctx_set_event_manager


class WithoutDebug(EventManager):
    """Drops what nobody reads: dbt makes a message of each of 4,000 events, most of them debug."""

    def fire_event(
        self,
        e: BaseEvent,
        level: EventLevel | None = None,
        node: Any = None,  # noqa: ANN401  dbt's own
        force_warn_or_error_handling: bool = False,
    ) -> None:
        """See EventManager."""
        if (level or e.level_tag()) is not EventLevel.DEBUG:
            super().fire_event(e, level, node, force_warn_or_error_handling)


# A dict first: copied into a context at once, and not name by name.
class Names(dict[str, Any], MacroNamespace):
    """All macros in one dictionary; dbt looks each of 850 up in five, for each of 400 contexts."""

    def __init__(self, *given: Any, **named: Any) -> None:  # noqa: ANN401  dbt's own
        super().__init__()
        MacroNamespace.__init__(self, *given, **named)
        for each in reversed([*self._search_order()]):
            self.update(each)


def take_shortcuts() -> None:
    """From now on in this process."""
    ctx_set_event_manager(WithoutDebug())
    macros.MacroNamespace = Names  # type: ignore[misc]
