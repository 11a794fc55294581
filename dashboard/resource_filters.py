"""The filters of active resources, kept equal to the address in both directions."""

import streamlit as st

from dashboard import chips, components, data
from reporting import dimensions, url_state
from reporting.dimensions import RESOURCE_DIMENSIONS
from reporting.state import Filter, merged, with_folded_keys
from reporting.words import filter_text

OFFERED = ("project", "resource_type", "region", "cloud_provider", "state", "listing_status")
STATUS = {
    "active": "active",
    "billed_not_listed": "billed, no longer listed",
    "no_project_access": "not readable: Project Read Only is missing",
}
_WRITTEN = "resources.written"


def filters() -> tuple[tuple[Filter, ...], list[str]]:
    """The filters that the controls and the address agree on."""
    address = components.address()
    asked, refused = url_state.parse_filters(address, RESOURCE_DIMENSIONS)
    if data.ignores_case_of_tag_keys():
        asked = merged(with_folded_keys(asked))
    if st.session_state.get(_WRITTEN) != address or "resources.project" not in st.session_state:
        simple = {one.dimension: list(one.values) for one in asked if is_simple(one)}
        for name in OFFERED:
            st.session_state[f"resources.{name}"] = simple.get(name, [])
        tags = [(one.dimension[4:], value) for one in asked if is_tag(one) for value in one.values]
        st.session_state["resources.tags"] = tags
        st.session_state["resources.others"] = [one for one in asked if is_other(one)]
    with st.container(horizontal=True):
        chosen = [_choice(name) for name in OFFERED]
        picked = st.session_state["resources.tags"]
        known = list(dict.fromkeys([*data.resource_tags(), *picked]))
        tags = st.multiselect("Tag", known, key="resources.tags", format_func="=".join, width=165)
    result = _together([*chosen, *map(_tag, tags), *_others()])
    st.session_state[_WRITTEN] = url_state.filter_params(result)
    if address != st.session_state[_WRITTEN]:
        st.query_params.from_dict(st.session_state[_WRITTEN])
    return result, refused


def is_simple(one: Filter) -> bool:
    """Whether a control of this page can show a filter."""
    return one.dimension in OFFERED and one.operator == "is" and one.set_number == 1


def is_tag(one: Filter) -> bool:
    """Whether the tag control can show a filter."""
    return one.dimension.startswith("tag:") and one.operator == "is" and one.set_number == 1


def is_other(one: Filter) -> bool:
    """Whether a filter is in force that no control of its own shows."""
    return not is_simple(one) and not is_tag(one)


def _others() -> list[Filter]:
    """The filters of the address that have no control of their own, each with a cross."""
    active = st.session_state["resources.others"]
    if not active:
        return []
    names = chips.names_of(active)
    return st.multiselect(
        "Filters", active, key="resources.others", format_func=lambda one: filter_text(one, names)
    )


def _choice(name: str) -> Filter:
    key = f"resources.{name}"
    known = list(dict.fromkeys([*data.resource_values(name), *st.session_state[key]]))
    label = dimensions.RESOURCE_DIMENSIONS[name].label
    picked = st.multiselect(
        label, known, key=key, format_func=lambda value: STATUS.get(value, value), width=165
    )
    return Filter(name, "is", tuple(picked))


def _tag(pair: tuple[str, str]) -> Filter:
    return Filter(f"tag:{pair[0]}", "is", (pair[1],))


def _together(found: list[Filter]) -> tuple[Filter, ...]:
    return merged(one for one in found if one.values)
