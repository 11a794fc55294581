"""One run of an action in words: its plan, what it was asked with, what Atlas has now."""

import json
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import tables
from reporting import formats
from reporting.query import Row

BASIS = {
    "invoices": "according to your invoices", "list prices": "at list prices",
    "mixed": "partly at list prices, partly according to your invoices",
}  # fmt: skip
PARTS = {"plan": "Plan", "config": "Asked with", "result": "Result", "atlas_ids": "Ids in Atlas"}

_NOTHING: tuple[Any, ...] = (None, [], {})


def details(row: Row) -> None:
    """One run whole.

    Args:
        row: Of marts.actions, with plan, config, result and atlas_ids as JSON text.
    """
    parts = {name: json.loads(row[name]) for name in PARTS if row[name]}
    with st.container(border=True):
        st.subheader(formats.plain(f"{row['action']}: {row['target'] or 'no target'}"))
        st.caption(
            formats.plain(
                f"{row['requested_at']:%d %b %Y, %H:%M:%S} UTC by {row['requested_by']}, "
                f"{row['outcome']}"
            )
        )
        if row["error"]:
            st.error(formats.plain(row["error"]), icon=":material/error:")
        _plan(parts.get("plan") or {})
        for name in ("config", "result", "atlas_ids"):
            given = parts.get(name)
            _values(PARTS[name], given if isinstance(given, dict) else {})
        with st.expander("As recorded"):
            for name, value in parts.items():
                st.markdown(f"**{PARTS[name]}**")
                st.code(json.dumps(value, indent=2, ensure_ascii=False), "json")


def changes(plan: dict[str, Any]) -> pd.DataFrame:
    """What a plan would make different: columns What, Before, After."""
    found = [
        (each["field"], said(each.get("before")), said(each.get("after")))
        for each in plan.get("changes") or ()
    ]
    return pd.DataFrame(found, columns=["What", "Before", "After"])


def values(given: dict[str, Any]) -> pd.DataFrame:
    """What was given or is there now, without what is empty: columns What, Value."""
    found = [(name, said(value)) for name, value in given.items() if value not in _NOTHING]
    return pd.DataFrame(found, columns=["What", "Value"])


def said(value: Any) -> str:  # noqa: ANN401  anything JSON has
    """A value in one line; lists and objects by their parts."""
    if value in _NOTHING:
        return formats.ABSENT
    match value:
        case bool():
            return "yes" if value else "no"
        case dict():
            return ", ".join(f"{name}: {_within(each)}" for name, each in value.items())
        case list():
            return "; ".join(said(each) for each in value)
        case _:
            return str(value)


def _within(value: Any) -> str:  # noqa: ANN401
    """A part of an object: in brackets where it has parts itself."""
    return f"({said(value)})" if isinstance(value, dict | list) and value else said(value)


def costs(cost: dict[str, Any]) -> str:
    """A plan's monthly cost in a sentence.

    Args:
        cost: A MonthlyCost (orchestration/actions/model.py) as JSON: cents of 730 hours.
    """
    # plans recorded before there were credits name no currency
    before, after = cost["before_cents"], cost["after_cents"]
    unit = cost.get("currency", "USD")
    return (
        f"A month of 730 hours costs {formats.money(before, unit)} before and "
        f"{formats.money(after, unit)} after ({formats.signed_money(after - before, unit)}), "
        f"{BASIS.get(cost['basis'], cost['basis'])}."
    )


def _plan(plan: dict[str, Any]) -> None:
    if not plan:
        return
    st.markdown("**Plan**")
    st.markdown(formats.plain(plan["summary"]))
    if cost := plan.get("monthly_cost"):
        st.markdown(formats.plain(costs(cost)))
    for text in plan.get("warnings") or ():
        st.warning(formats.plain(text), icon=":material/warning:")
    for text in plan.get("refusals") or ():
        st.error(formats.plain(text), icon=":material/block:")
    _table(changes(plan))


def _values(title: str, given: dict[str, Any]) -> None:
    frame = values(given)
    if len(frame):
        st.markdown(f"**{title}**")
        _table(frame)


def _table(frame: pd.DataFrame) -> None:
    if len(frame):
        tables.table(frame, height=tables.height(len(frame)))
