"""What an organization owns, drawn from the specification, as pages of a list."""

from typing import Any

from hypothesis import strategies as st

from orchestration.checks.specification import SCHEMAS as NAMES
from orchestration.entities import names
from tests.properties.specification import named

DRAWN = [entity for entity in names() if entity in NAMES]


@st.composite
def listings(draw: st.DrawFn) -> tuple[str, list[dict[str, Any]]]:
    """An entity and a few of it, each of one of its kinds."""
    entity = draw(st.sampled_from(DRAWN))
    kinds = st.sampled_from(NAMES[entity]).flatmap(named)
    return entity, draw(st.lists(kinds, max_size=3))
