"""How far hypothesis looks: the same few hundred examples in every run, many more when wide."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

WIDER = 20
# The strategies are large, not wrong; nothing is written beside the tests; and a document that
# fails is shown as it is, because making it smaller takes five minutes of loads.
COMMON = {
    "deadline": None,
    "phases": [Phase.explicit, Phase.generate],
    "database": None,
    "suppress_health_check": list(HealthCheck),
}


def for_any(
    *drawn: st.SearchStrategy[Any], examples: int
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A test that a promise holds for `examples` examples, and for 20 times as many when wide."""

    def decorate(promise: Callable[..., None]) -> Callable[..., None]:
        usual = settings(max_examples=examples, derandomize=True, **COMMON)
        wide = settings(max_examples=examples * WIDER, **COMMON)

        @pytest.mark.parametrize(
            "profile", [usual, pytest.param(wide, marks=pytest.mark.wide)], ids=["usual", "wide"]
        )
        def test(profile: settings) -> None:
            profile(given(*drawn)(promise))()

        test.__doc__ = promise.__doc__
        return test

    return decorate


def batch(drawn: st.SearchStrategy[Any], size: int) -> list[Any]:
    """The same `size` examples every time, for what is too slow to be tried one by one."""
    found: list[Any] = []

    def keep(one: Any) -> None:
        found.append(one)

    settings(max_examples=size, derandomize=True, **COMMON)(given(drawn)(keep))()
    return found
