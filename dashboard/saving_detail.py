"""One finding on its page: what it rests on, how it is carried out, and what becomes of it."""

import pandas as pd
import streamlit as st

from dashboard import saving_tables, saving_words, saying, tables
from dashboard.downloads import downloads
from dashboard.navigation import link, page_link
from reporting import formats, savings
from reporting.files import Extract
from reporting.query import Row

TOLD = "savings.told"


def detail(row: Row, pending: dict[str, str]) -> None:
    """A finding with its evidence and its command."""
    st.subheader(formats.plain(row["summary"]), anchor=False)
    amount = formats.money(row["monthly_saving_cents"], row["unit"])
    cards = {
        "Saves a month": amount if savings.is_known(row) else "not enough data",
        "Confidence": row["confidence"], "Effort": row["effort"], "Risk": row["risk"],
    }  # fmt: skip
    with st.container(horizontal=True):
        for label, value in cards.items():
            st.metric(label, value.capitalize() if value.islower() else value, border=True)
    said = pending.get(row["finding_id"])
    parts = [saving_words.rule_text(row["rule"]), f"Basis: {row['basis']}.",
             f"State: {saving_tables.state_text(row)}."]  # fmt: skip
    if not savings.is_known(row):
        parts.append(f"Missing: {saving_words.missing(row)}.")
    if said:
        parts.append(f"{saving_tables.PENDING}: {said}.")
    st.caption(formats.plain(" ".join(parts)))
    resource = link("resource", id=row["resource_id"])
    name = formats.plain(row["resource_name"] or row["resource_id"])
    with st.container(horizontal=True):
        page_link(name, resource, icon=":material/dns:")
        page_link("All findings", link("savings"))
    left, right = st.columns([3, 2])
    with left:
        _how(row)
    with right:
        judge(row)
    _evidence(row)


def _evidence(row: Row) -> None:
    st.markdown("**Evidence**")
    day = st.column_config.DateColumn(format="D MMM YYYY")
    tables.table(
        pd.DataFrame(saving_words.evidence(row)),
        column_config={"From": day, "To": day},
    )
    query = savings.evidence(row["finding_id"])
    downloads(f"atlas-saving-{row['finding_id']}", Extract("Evidence", query))


def _how(row: Row) -> None:
    """The exact text to copy: a name in it is never read as Markdown."""
    for title, text in (("How to do it", row["action"]), ("How to undo it", row["undo"])):
        if text:
            st.markdown(f"**{title}**")
            st.code(text.strip(), language=None, wrap_lines=True)
    if row["action"] and "--apply" in row["action"]:
        st.caption("Leave --apply out to see the plan first.")


def judge(row: Row) -> None:
    """The form that says what becomes of a finding."""
    saying.told(TOLD)
    with st.form("savings.judge"):
        st.markdown("**What will you do about it?**")
        state = st.segmented_control(
            "State", saying.STATES, default="planned", required=True,
            format_func=saying.STATES.__getitem__, label_visibility="collapsed",
        )  # fmt: skip
        reason = st.text_input("Reason (needed to dismiss)", max_chars=300)
        until = st.date_input("Planned or dismissed: open again on", None)
        done_on = st.date_input("Done: on", None, max_value="today", help="Empty: today.")
        if st.form_submit_button("Save"):
            saying.save(TOLD, lambda: saying.judge_finding(
                row, str(state), reason, until=until, done_on=done_on
            ))  # fmt: skip
            st.rerun()
