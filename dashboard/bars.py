"""Horizontal bars of a total's parts, each with its amount and a link to what it is made of."""

from collections.abc import Callable, Sequence

import altair as alt
import pandas as pd

from dashboard import design
from reporting import formats
from reporting.charts import Chart, group_label
from reporting.query import Row

_ROW, _AXIS = 34, 10


def chart(rows: Sequence[Row], unit: str, link: Callable[[Row], str], text: str) -> Chart:
    """One bar a row, the dearest first and the rest last.

    Args:
        rows: With is_rest, members, label_1 and amount (cents), all of one currency.
        unit: The currency.
        link: The address that a click on a bar opens.
        text: The colour of names and amounts.
    """
    frame = pd.DataFrame([
        {
            "place": place,
            "name": group_label(row),
            # a chart's axis wants a float; the label keeps the exact amount
            "value": row["amount"] / 100,
            "amount": formats.money(row["amount"], unit),
            "colour": design.REST if row["is_rest"] else design.TOTAL,
            "url": link(row),
        }
        for place, row in enumerate(rows)
    ])  # fmt: skip
    most = max((abs(row["amount"]) for row in rows), default=0) / 100
    base = alt.Chart(frame, height=_ROW * len(rows) + _AXIS).encode(
        # the amount stands beside the bar, so a fifth of the width is kept for it
        x=alt.X("value:Q", axis=None, scale=alt.Scale(domain=[0, most * 1.45 or 1])),
        y=alt.Y("place:O", axis=None),
        href="url:N",
        tooltip=[alt.Tooltip("name:N", title="Name"), alt.Tooltip("amount:N", title="Amount")],
    )
    names = base.mark_text(align="left", baseline="bottom", dy=-4, fontSize=12, limit=230).encode(
        x=alt.value(0), text="name:N", color=alt.value(text)
    )
    return alt.layer(
        base.mark_bar(height=9, yOffset=6, cornerRadiusEnd=2, cursor="pointer").encode(
            color=alt.Color("colour:N", scale=None)
        ),
        names,
        base.mark_text(align="left", dx=6, dy=6, fontSize=12, color=text).encode(text="amount:N"),
    )


def sentence(rows: Sequence[Row], unit: str, what: str) -> str:
    """What the bars show, for a screen reader."""
    parts = [f"{group_label(row)} {formats.money(row['amount'], unit)}" for row in rows]
    return f"{what}: {', '.join(parts)}."
