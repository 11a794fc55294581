"""One anomaly on its page: its amounts, its days, what explains it, what people make of it."""

import streamlit as st

from dashboard import anomaly_days, anomaly_tables, data, saying
from dashboard.downloads import downloads
from dashboard.drawing import draw
from dashboard.navigation import link, page_link
from reporting import anomalies, formats, url_state
from reporting.files import Extract
from reporting.query import Query, Row
from reporting.ranges import ONE_DAY, DataDays

TOLD = "anomalies.told"
HELP = (
    "Expected: what is alike is expected, too. Real: it stays open, and so does what is alike. "
    "Ignore: leaves it out; until a day, all of its scope."
)


def detail(row: Row, pending: dict[str, str], days: DataDays) -> Query:
    """One anomaly: its amounts, its days, what explains it, and what is to be thought of it."""
    unit, said = row["unit"], pending.get(row["anomaly_id"])
    st.subheader(formats.plain(row["scope"]), anchor=False)
    amounts = {
        "Over expected": row["over_cents"], "Cost": row["actual_cents"],
        "Expected": row["expected_cents"], "By more usage": row["quantity_effect_cents"],
        "By a higher price": row["price_effect_cents"],
    }  # fmt: skip
    with st.container(horizontal=True):
        for label, cents in amounts.items():
            st.metric(label, formats.money(cents, unit), border=True)
    until = "ongoing" if row["is_ongoing"] else f"until {formats.day(row['last_day'])}"
    note = f" {anomaly_tables.PENDING}: {said}." if said else ""
    state = f"Since {formats.day(row['usage_date'])}, {until}. Status: {anomaly_tables.status(row)}"
    st.caption(formats.plain(f"{state}.{note}"))
    query = anomalies.daily(row, days.through)
    window = anomalies.window(row)
    end = min(window.end, days.through + ONE_DAY)
    shown = anomaly_days.days_of(row, data.rows(query), window.start, end)
    draw(anomaly_days.chart(row, shown), anomaly_days.sentence(row, shown))
    st.caption(formats.plain(anomaly_days.caption(row, shown)))
    downloads(f"atlas-anomaly-{row['anomaly_id']}", Extract("Days", query))
    why = (row[f"{name}_cents"] for name in ("over", "actual", "expected"))
    st.markdown(formats.plain(anomaly_tables.explained(row, *why)))
    report = url_state.link(anomalies.report_of_anomaly(row, days.through))
    with st.container(horizontal=True):
        page_link("Cost report of these days", report, icon=":material/bar_chart:")
        page_link("All anomalies", link("anomalies"))
    return query


def judge(row: Row) -> None:
    """The form that says what an anomaly is."""
    saying.told(TOLD)
    with st.form("anomalies.judge"):
        st.markdown("**What is it?**", help=HELP)
        verdict = st.segmented_control(
            "Verdict", saying.VERDICTS, default="expected", required=True,
            format_func=saying.VERDICTS.__getitem__, label_visibility="collapsed",
        )  # fmt: skip
        reason = st.text_input("Reason", max_chars=300)
        until = st.date_input("Holds until this usage day (leave empty for good)", None)
        is_always = st.checkbox("Expected on any day, not only on like ones")
        if st.form_submit_button("Save"):
            saying.save(TOLD, lambda: saying.judge_anomaly(
                row, str(verdict), reason, until=until, is_always=is_always
            ))  # fmt: skip
            st.rerun()
