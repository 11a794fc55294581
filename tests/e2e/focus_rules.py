"""Our own FOCUS rules over a bill as it was built: a refresh leaves them out, so dbt is asked."""

from typing import Any

from tests.dbt.conftest import Warehouse


def focus_rules_hold(world: Any) -> bool:
    """Whether no row of any month breaks a rule."""
    found = Warehouse(world.data / "build").dbt("test", "--select", "warn_focus_rules_broken")
    assert len(found) == 1
    return found == {"warn_focus_rules_broken": "pass"}
