"""The cards of a tag key: how much of a month carries it, and what of the rest could."""

from collections.abc import Sequence

import streamlit as st

from reporting import formats
from reporting.query import Row

SEVERAL = "Costs with more than one value of the key: in the total once, in reports under a value"
USAGE = (
    "Support and other charges of the organization carry no tags: the overview counts usage alone."
)


def cards(key: str, rows: Sequence[Row], usage: Sequence[Row], unit: str) -> int:
    """The month's coverage of a key; what of it is untagged, in cents.

    Args:
        key: The key.
        rows: Of reporting.tagging.coverage, of the month.
        usage: Of reporting.tagging.untagged_usage.
        unit: The currency.
    """
    row = next((each for each in rows if each["tag_key"] == key), None)
    if row is None:
        st.info(f"No cost of this month carries {formats.plain(key)}.", icon=":material/sell:")
        return 0
    untagged = int(row["total"] - row["tagged"])
    used = formats.money(sum(each["amount"] for each in usage), unit)
    with st.container(horizontal=True):
        st.metric(
            f"Without {formats.plain(key)}", formats.money(untagged, unit),
            formats.plain(f"{used} of it usage"), delta_color="off", delta_arrow="off",
            border=True, height="stretch", help=USAGE,
        )  # fmt: skip
        for label, value, text in (
            ("Tagged", formats.share(row["share"]), None),
            ("Total of the month", formats.money(row["total"], unit), None),
            (
                f"Several values of {formats.plain(key)}",
                formats.money(row["several_values"], unit), SEVERAL,
            ),
        ):  # fmt: skip
            st.metric(label, value, border=True, height="stretch", help=text)
    return untagged
