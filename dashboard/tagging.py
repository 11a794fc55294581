"""Words and commands about tags. Pure: rows in, frames and text out."""

import json
import shlex
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

import altair as alt
import pandas as pd

from dashboard import design
from reporting import formats
from reporting.files import Column, Kind
from reporting.query import Row

UPDATES = {"cluster": "update_cluster", "flex_cluster": "update_cluster"}
A_VALUE = "VALUE"
_AMOUNT = Column("amount", "Amount", Kind.MONEY)
COLUMNS = {
    "Untagged": (
        Column("what", "Cost"), Column("resource_type", "Type"), Column("project", "Project"),
        Column("id", "Id"), Column("can_be_tagged", "Can be tagged", Kind.FLAG), _AMOUNT,
    ),
    "Values": (Column("value", "Value"), _AMOUNT),
}  # fmt: skip


def repair(row: Row, key: str) -> str:
    """The command that would plan a missing tag, with all tags the resource has: a set is whole."""
    tags = {name: ", ".join(values) for name, values in (row["tags"] or {}).items()}
    wanted = json.dumps({**tags, key: A_VALUE}, ensure_ascii=False)
    words = [
        f"project={row['project']}", f"name={row['what']}", f"tags={wanted}",
    ]  # fmt: skip
    return " ".join(
        ["atlas-costs do", UPDATES[row["resource_type"]], *(shlex.quote(each) for each in words)]
    )


def over_time(rows: Sequence[Row]) -> alt.Chart:
    """How much of the bill carries each key, month by month, of those that cost anything."""
    frame = pd.DataFrame([
        {
            "month": row["month"].isoformat(),
            "key": row["tag_key"],
            "share": row["share"],
            "amount": f"{formats.share(row['share'])} of "
            + formats.money(row["total"], row["unit"]),
        }
        for row in rows
    ])  # fmt: skip
    colours = design.colours(frame["key"])
    drawn: alt.Chart = alt.Chart(frame, height=240).mark_line(point=True, strokeWidth=2.5)
    encoded: alt.Chart = drawn.encode(
        x=alt.X("month:O", title=None, axis=alt.Axis(
            labelExpr="utcFormat(toDate(datum.value), '%b %Y')", labelAngle=0,
            labelOverlap="greedy", ticks=False,
        )),
        y=alt.Y("share:Q", title="Tagged part of the total", axis=alt.Axis(format="%", tickCount=5),
                scale=alt.Scale(domain=[0, 1])),
        color=alt.Color("key:N", title=None, sort=list(colours),
                        scale=alt.Scale(domain=list(colours), range=list(colours.values())),
                        legend=alt.Legend(orient="right", labelLimit=220)),
        tooltip=[alt.Tooltip("month:N", title="Month"), alt.Tooltip("key:N", title="Key"),
                 alt.Tooltip("amount:N", title="Tagged")],
    )  # fmt: skip
    return encoded


def together(rows: Sequence[Row], untagged: int) -> str:
    """How much of what is untagged the few dearest are, in words."""
    few = rows[:5]
    if not few or untagged <= 0:
        return ""
    part = Decimal(sum(row["amount"] for row in few)) / untagged
    names = "The first one is" if len(few) == 1 else f"The first {len(few)} are"
    return f"{names} {formats.share(float(part))} of what is untagged."


def same(rows: Iterable[Row]) -> dict[tuple[str, str | None, str], list[Row]]:
    """Spellings by what they mean."""
    found: dict[tuple[str, str | None, str], list[Row]] = {}
    for row in rows:
        found.setdefault((row["kind"], row["tag_key"], row["meant"]), []).append(row)
    return found


def spelled(kind: str, key: str | None, rows: Sequence[Mapping[str, object]]) -> str:
    """`key owner: "Owner", "owner"`, inert for Markdown."""
    names = ", ".join(f"“{row['spelling']}”" for row in rows)
    return formats.plain(f"Key: {names}" if kind == "key" else f"{key}: {names}")
