"""One box for all filters: a chip for each in force, suggestions, and names found by typing."""

import re
from collections.abc import Iterable, Mapping, Sequence

import streamlit as st

from dashboard import chips, data
from dashboard.address import Address
from reporting import url_state
from reporting.dimensions import Dimension, find
from reporting.state import OPERATORS, Filter, merged, with_folded_keys
from reporting.words import OPERATOR_WORDS

FILTER = re.compile(r"f\d{0,2}\..+", re.DOTALL)
Registry = Mapping[str, Dimension]
HELP = (
    "Type part of a name, or pick what is offered. Values of one dimension are alternatives; "
    "filters on different dimensions must all hold."
)


def filter_box(
    address: Address, registry: dict[str, Dimension], offered: Sequence[tuple[str, str]]
) -> tuple[Filter, ...]:
    """Draws the box, and beside it every operator.

    Args:
        address: The page's; its parameters `f.…` are the filters.
        registry: The dimensions there are; free text is looked for in `resource`.
        offered: (dimension, value) that the box suggests.

    Returns:
        The filters in force.
    """
    asked, refused = url_state.parse_filters(address.matching(FILTER), registry)
    for sentence in refused:
        address.refuse(sentence)
    key = address.bound("filters", tokens(asked), FILTER)
    current: list[str] = st.session_state[key]
    suggested = [_suggestion(*each, registry) for each in offered]
    names = chips.names_of(_filters(current, registry))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        picked = st.multiselect(
            "Filter",
            list(dict.fromkeys([*current, *suggested])),
            key=key,
            format_func=lambda token: words(token, registry, names),
            accept_new_options=True,
            on_change=_as_tokens,
            args=(key, registry),
            placeholder="Name, project, tier, tag, owner, flag …",
            help=HELP,
        )
        with st.popover("More filters", icon=":material/filter_alt:"):
            _by_hand(key, registry, offered)
    found = _filters(picked, registry)
    if data.ignores_case_of_tag_keys():
        found = merged(with_folded_keys(found))
    address.keep(url_state.filter_params(found))
    return found


def tokens(filters: Iterable[Filter]) -> list[str]:
    """Filters as `parameter=value`, one for each value."""
    return [f"{one.parameter}={value}" for one in filters for value in one.values]


def words(token: str, registry: dict[str, Dimension], names: Mapping[str, str]) -> str:
    """A token as a reader sees it."""
    found = _filters([token], registry)
    if not found:
        return token
    one = found[0]
    dimension = find(one.dimension, registry)
    prefix = "or: " if one.set_number > 1 else ""
    label = dimension.label if dimension else one.dimension
    [value] = one.values
    operator = "is" if one.operator == "has" else OPERATOR_WORDS[one.operator]
    return f"{prefix}{label} {operator} {names.get(value, value)}"


def token_of(text: str, registry: dict[str, Dimension]) -> str:
    """What was typed as a token: anything that is none is looked for in names."""
    return text if _parsed(text, registry) else f"f.resource.contains={text}"


def _filters(picked: Iterable[str], registry: dict[str, Dimension]) -> tuple[Filter, ...]:
    every = (_parsed(token_of(each, registry), registry) for each in picked)
    return merged(one for found in every for one in found)


def _parsed(token: str, registry: dict[str, Dimension]) -> tuple[Filter, ...]:
    name, sign, value = token.partition("=")
    if not sign or not value or not FILTER.fullmatch(name):
        return ()
    return url_state.parse_filters({name: [value]}, registry)[0]


def _suggestion(dimension: str, value: str, registry: dict[str, Dimension]) -> str:
    """A resource may have several values of a tag or flag: one of them is enough."""
    found = find(dimension, registry)
    operator = "has" if found and found.has_values else "is"
    return tokens([Filter(dimension, operator, (value,))])[0]


def _as_tokens(key: str, registry: dict[str, Dimension]) -> None:
    typed = st.session_state[key]
    st.session_state[key] = list(dict.fromkeys(token_of(each, registry) for each in typed))


def _by_hand(key: str, registry: dict[str, Dimension], offered: Sequence[tuple[str, str]]) -> None:
    """A filter put together: any dimension, any operator, any value."""
    tags = dict.fromkeys(name for name, _ in offered if name.startswith("tag:"))
    labels = {name: found.label for name in [*registry, *tags] if (found := find(name, registry))}
    name = st.selectbox("Dimension", list(labels), format_func=labels.__getitem__)
    operator = st.selectbox("Condition", OPERATORS, format_func=OPERATOR_WORDS.__getitem__)
    value = st.selectbox(
        "Value",
        [value for dimension, value in offered if dimension == name],
        index=None,
        accept_new_options=True,
        placeholder="Choose or type",
    )
    st.button("Add filter", on_click=_add, args=(key, name, operator, value), disabled=not value)


def _add(key: str, name: str, operator: str, value: str) -> None:
    added = tokens([Filter(name, operator, (value,))])
    st.session_state[key] = list(dict.fromkeys([*st.session_state[key], *added]))
