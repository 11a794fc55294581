"""Reports are read from the small warehouse of the pages' tests."""

from tests.dashboard.conftest import publish, written

__all__ = ["publish", "written"]
